/*
 * completion - scripts for bash, zsh and fish, written from the table of commands.
 *
 * What an option takes follows from its row: formats are those that the program knows, tags those that `papertag tags`
 * prints when they are asked for, a FILE is any file. The words that a command begins with are those of its usage line.
 */
#include "completion.h"

#include <string.h>

#include "app.h"
#include "digest/formats.h"
#include "export/export.h"

const char *const completion_shells[] = {"bash", "zsh", "fish", NULL};

/* A shell's call that prints the names of all tags. */
#define LIST_TAGS "papertag tags --json 2>/dev/null | sed -n 's/^{\"tag\":\"\\([^\"]*\\)\".*/\\1/p'"

/* What an option takes. */
typedef enum value_kind { NO_VALUE, ANY_VALUE, A_FILE, A_TAG, A_FORMAT } value_kind;

static value_kind kind_of(const option *o)
{
    if (!o->value) {
        return NO_VALUE;
    }
    if (o->value == format_value || !strcmp(o->name, "format")) {
        return A_FORMAT;
    }
    if (!strcmp(o->value, "EXPR") || !strcmp(o->value, "TAG")) {
        return A_TAG;
    }
    return !strcmp(o->value, "FILE") || !strncmp(o->value, "MODEL", 5) || !strcmp(o->value, "DIR") ? A_FILE : ANY_VALUE;
}

/* Adds the formats that an option of a command takes, with a space between them. */
static void add_formats(text *t, const command *c, const option *o)
{
    const char *const *written = !strcmp(c->name, "list") ? export_format_names : digest_format_names;

    for (size_t i = 0;; i++) {
        const char *name = o->value == format_value ? papertag_reader_format_name(i) : written[i];
        if (!name) {
            return;
        }
        text_format(t, i ? " %s" : "%s", name);
    }
}

/* Adds the words that a command may begin with: of "add NAME | list" add and list. */
static void add_verbs(text *t, const command *c)
{
    const char *at = c->operands ? c->operands : "";
    const char *before = "";

    while (*at >= 'a' && *at <= 'z') {
        const size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        text_put(t, before);
        text_add(t, at, length);
        before = " ";
        at += length;
        at += strcspn(at, "|");
        at += strspn(at, "| ");
    }
}

/* Adds the names of all commands, with a space between them. */
static void add_commands(text *t)
{
    for (const command *const *c = commands; *c; c++) {
        text_format(t, c == commands ? "%s" : " %s", (*c)->name);
    }
}

/* Adds the words that a command's operands may be, but for files; *tags: they are tags, each with a sign. */
static void add_operands(text *t, const command *c, bool *tags)
{
    *tags = c->operands_may_begin_with_dash;
    if (!strcmp(c->name, "help")) {
        add_commands(t);
        text_put(t, " formats");
    } else {
        add_verbs(t, c);
    }
}

/* ---- bash -------------------------------------------------------------------------------------------------------- */

static const char bash_begin[] =
    "# bash completion for papertag\n"
    "_papertag_tags() {\n"
    "    " LIST_TAGS "\n"
    "}\n\n"
    "_papertag() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options='' words='' value=''\n"
    "    case ${COMP_WORDS[1]} in\n";

static const char bash_end[] =
    "    if [ -z \"$value\" ] && [ \"$COMP_CWORD\" -gt 2 ] && [ \"$words\" != @signed ]; then\n"
    "        words=\n"
    "    fi\n"
    "    case $words in\n"
    "    @signed)\n"
    "        words=\n"
    "        case $word in\n"
    "        --*) ;;\n"
    "        [-+?]*)\n"
    "            mapfile -t COMPREPLY < <(compgen -P \"${word:0:1}\" -W \"$(_papertag_tags)\" -- \"${word:1}\")\n"
    "            return ;;\n"
    "        esac ;;\n"
    "    @tags) words=$(_papertag_tags) ;;\n"
    "    @files) return ;;\n"
    "    esac\n"
    "    if [ -z \"$value\" ] && [ \"${word#-}\" != \"$word\" ]; then\n"
    "        words=$options\n"
    "    fi\n"
    "    [ -z \"$words\" ] || mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
    "}\n"
    "complete -o default -F _papertag papertag\n";

static void add_bash_option(text *t, const command *c, const option *o)
{
    const value_kind kind = kind_of(o);

    if (kind == NO_VALUE) {
        return;
    }
    text_format(t, "            --%s", o->name);
    if (o->letter) {
        text_format(t, " | -%c", o->letter);
    }
    text_put(t, ") value=yes words='");
    if (kind == A_FORMAT) {
        add_formats(t, c, o);
    } else {
        text_put(t, kind == A_TAG ? "@tags" : kind == A_FILE ? "@files" : "");
    }
    text_put(t, "' ;;\n");
}

static void add_bash(text *t)
{
    text_put(t, bash_begin);
    for (const command *const *c = commands; *c; c++) {
        text operands = {0};
        bool tags;
        text_format(t, "    %s)\n        options='", (*c)->name);
        for (const option *o = (*c)->options; o->name; o++) {
            text_format(t, "--%s ", o->name);
        }
        add_operands(&operands, *c, &tags);
        text_format(t, "--config' words='%s'\n        case $before in\n", tags ? "@signed" : text_of(t, &operands));
        for (const option *o = (*c)->options; o->name; o++) {
            add_bash_option(t, *c, o);
        }
        text_put(t, "            --config) value=yes words=@files ;;\n        esac ;;\n");
        text_free(&operands);
    }
    text_put(t, "    esac\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        value=yes words='");
    add_commands(t);
    text_put(t, "'\n    fi\n");
    text_put(t, bash_end);
}

/* ---- zsh --------------------------------------------------------------------------------------------------------- */

static const char zsh_begin[] = "#compdef papertag\n"
                                "# zsh completion for papertag\n"
                                "_papertag_tags() {\n"
                                "    local -a tags\n"
                                "    tags=(${(f)\"$(" LIST_TAGS ")\"})\n"
                                "    compset -P '[-+?]'\n"
                                "    compadd -a tags\n"
                                "}\n\n"
                                "_papertag() {\n"
                                "    local -a known options\n"
                                "    local curcontext=$curcontext state line\n"
                                "    typeset -A opt_args\n"
                                "    known=(\n";

/* Adds a text within single quotes, where a description ends with a bracket or a colon. */
static void add_zsh_text(text *t, const char *string)
{
    for (const char *at = string; *at; at++) {
        if (strchr("[]:\\", *at)) {
            text_put(t, "\\");
        }
        if (*at == '\'') {
            text_put(t, "'\\''");
        } else {
            text_add(t, at, 1);
        }
    }
}

/* One form of an option; `other`: the form that says the same, "". */
static void add_zsh_option(text *t, const command *c, const option *o, const char *form, const char *other)
{
    const value_kind kind = kind_of(o);

    text_format(t, *other ? "            '(%s)%s[" : "            '%s%s[", other, form);
    add_zsh_text(t, o->help);
    text_put(t, "]");
    if (kind != NO_VALUE) {
        text_put(t, ":");
        add_zsh_text(t, o->value);
        text_put(t, ":");
    }
    if (kind == A_FORMAT) {
        text_put(t, "(");
        add_formats(t, c, o);
        text_put(t, ")");
    } else {
        text_put(t, kind == A_TAG ? "_papertag_tags" : kind == A_FILE ? "_files" : "");
    }
    text_put(t, "'\n");
}

static void add_zsh_options(text *t, const command *c, const option *list)
{
    for (const option *o = list; o->name; o++) {
        char form[64], letter[3] = {'-', o->letter, '\0'};
        snprintf(form, sizeof form, "--%s", o->name);
        add_zsh_option(t, c, o, form, o->letter ? letter : "");
        if (o->letter) {
            add_zsh_option(t, c, o, letter, form);
        }
    }
}

static void add_zsh(text *t)
{
    text_put(t, zsh_begin);
    for (const command *const *c = commands; *c; c++) {
        text_format(t, "        '%s:", (*c)->name);
        add_zsh_text(t, (*c)->summary);
        text_put(t, "'\n");
    }
    text_put(t, "    )\n    if (( CURRENT == 2 )); then\n        _describe command known\n        return\n    fi\n"
                "    case $words[2] in\n");
    for (const command *const *c = commands; *c; c++) {
        text operands = {0};
        bool tags;
        text_format(t, "    %s)\n        options=(\n", (*c)->name);
        add_zsh_options(t, *c, (*c)->options);
        add_zsh_options(t, *c, common_options);
        add_operands(&operands, *c, &tags);
        if (tags) {
            text_put(t, "            '*:tag:_papertag_tags'\n");
        } else if (operands.size) {
            text_format(t, "            '1:what:(%s)'\n            '*:file:_files'\n", text_of(t, &operands));
        } else {
            text_put(t, (*c)->operands ? "            '*:file:_files'\n" : "");
        }
        text_put(t, "        ) ;;\n");
        text_free(&operands);
    }
    text_put(t, "    esac\n    shift words\n    (( CURRENT-- ))\n    _arguments $options\n}\n\n_papertag \"$@\"\n");
}

/* ---- fish -------------------------------------------------------------------------------------------------------- */

static const char fish_begin[] = "# fish completion for papertag\n"
                                 "function __papertag_is\n"
                                 "    set -l words (commandline -opc)\n"
                                 "    test (count $words) -gt 1; and test $words[2] = $argv[1]\n"
                                 "end\n"
                                 "function __papertag_begins\n"
                                 "    set -l words (commandline -opc)\n"
                                 "    test (count $words) -eq $argv[1]\n"
                                 "end\n"
                                 "function __papertag_tags\n"
                                 "    " LIST_TAGS "\n"
                                 "end\n"
                                 "function __papertag_signed\n"
                                 "    for sign in + - '?'\n"
                                 "        printf \"$sign%s\\n\" (__papertag_tags)\n"
                                 "    end\n"
                                 "end\n";

/* Adds a text in single quotes. */
static void add_fish_text(text *t, const char *string)
{
    text_put(t, "'");
    for (const char *at = string; *at; at++) {
        text_put(t, strchr("\\'", *at) ? "\\" : "");
        text_add(t, at, 1);
    }
    text_put(t, "'");
}

static void add_fish_option(text *t, const command *c, const option *o)
{
    const value_kind kind = kind_of(o);

    text_format(t, "complete -c papertag -n '__papertag_is %s' -l %s", c->name, o->name);
    if (o->letter) {
        text_format(t, " -s %c", o->letter);
    }
    text_put(t, " -d ");
    add_fish_text(t, o->help);
    text_put(t, kind == NO_VALUE ? "" : kind == A_FILE ? " -r -F" : " -x");
    if (kind == A_FORMAT) {
        text_put(t, " -a '");
        add_formats(t, c, o);
        text_put(t, "'");
    } else if (kind == A_TAG) {
        text_put(t, " -a '(__papertag_tags)'");
    }
    text_put(t, "\n");
}

static void add_fish(text *t)
{
    text_put(t, fish_begin);
    for (const command *const *c = commands; *c; c++) {
        text operands = {0};
        bool tags;
        text_format(t, "complete -c papertag -f -n '__papertag_begins 1' -a %s -d ", (*c)->name);
        add_fish_text(t, (*c)->summary);
        text_put(t, "\n");
        for (const option *o = (*c)->options; o->name; o++) {
            add_fish_option(t, *c, o);
        }
        add_fish_option(t, *c, common_options);
        add_operands(&operands, *c, &tags);
        if (tags) {
            text_format(t, "complete -c papertag -f -n '__papertag_is %s' -a '(__papertag_signed)'\n", (*c)->name);
        } else if (operands.size) {
            text_format(t, "complete -c papertag -f -n '__papertag_is %s; and __papertag_begins 2' -a '%s'\n",
                        (*c)->name, text_of(t, &operands));
        }
        text_free(&operands);
    }
}

int print_completion(int shell)
{
    static void (*const add[])(text * t) = {add_bash, add_zsh, add_fish};
    text t = {0};

    add[shell](&t);
    return text_end(&t, EXIT_DONE);
}
