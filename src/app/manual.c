/*
 * manual - manual pages in roff's man macros, one a command and one over all.
 */
#include <ctype.h>
#include <string.h>

#include "commands/commands.h"
#include "manual.h"
#include "text.h"

/* The day on which the text of the manual last changed. */
#define MANUAL_DATE "2026-11-26"

/* Files that a command reads when the option of this name is not given; every command reads the first. */
static const struct file {
    const char *option, *path, *meaning;
} files[] = {
    {"config", "~/.config/papertag/config", "settings; under $XDG_CONFIG_HOME where that is set"},
    {"db", "~/.local/share/papertag/papers.db", "the store; under $XDG_DATA_HOME where that is set"},
    {"model", "PREFIX/share/papertag/default.papertag", "the model that ships, where papertag is installed"},
    {"labels", "PREFIX/share/papertag/labels.tsv", "ids and tags of that model's training set"},
    {"tag-list", "PREFIX/share/papertag/tags.json", "names, definitions, groups and aliases of its tags"},
};
enum { FILES = sizeof files / sizeof *files };

static int write_page(text *t)
{
    const bool good = text_write(t);

    text_free(t);
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* What roff reads for a byte that it would not print as it is; NULL: the byte itself. */
static const char *roff_of(char byte)
{
    return byte == '\\'   ? "\\e"
           : byte == '-'  ? "\\-"
           : byte == '\'' ? "\\(aq"
           : byte == '"'  ? "\\(dq"
           : byte == '~'  ? "\\(ti"
           : byte == '^'  ? "\\(ha"
                          : NULL;
}

/* Adds string[0 .. length) so that roff prints it as it is, what is between backticks in bold. `breaks`: a space may
 * become the end of a line. */
static void add_roff(text *t, const char *string, size_t length, bool breaks)
{
    enum { LINE = 60 }; /* bytes after which a line ends at the next space */
    size_t line = t->size;
    bool bold = false;

    for (size_t i = 0; i < length; i++) {
        const char *roff = roff_of(string[i]);
        if (string[i] == '`') {
            text_put(t, bold ? "\\fR" : "\\fB");
            bold = !bold;
        } else if (roff) {
            text_put(t, roff);
        } else if (string[i] == ' ' && breaks && t->size - line > LINE) {
            text_put(t, "\n");
            line = t->size;
        } else {
            text_put(t, t->size == line && string[i] == '.' ? "\\&" : ""); /* a leading dot would be a request */
            text_add(t, string + i, 1);
        }
    }
}

static void put_roff(text *t, const char *string)
{
    add_roff(t, string, strlen(string), false);
}

/* A paragraph of running text. */
static void add_prose(text *t, const char *string, size_t length)
{
    add_roff(t, string, length, true);
    text_put(t, "\n");
}

static void add_head(text *t, const char *name, const char *summary)
{
    text_put(t, ".TH ");
    for (const char *c = name; *c; c++) {
        text_format(t, "%c", toupper((unsigned char)*c));
    }
    text_put(t, " 1 \"" MANUAL_DATE "\" \"papertag " PAPERTAG_VERSION "\" \"User Commands\"\n.SH NAME\n");
    put_roff(t, name);
    text_put(t, " \\- ");
    put_roff(t, summary);
    text_put(t, "\n.SH SYNOPSIS\n");
}

static void add_entry(text *t, const char *term, size_t term_length, const char *meaning, size_t length)
{
    text_put(t, ".TP\n\\fB");
    add_roff(t, term, term_length, false);
    text_put(t, "\\fR\n");
    add_prose(t, meaning, length);
}

/* Paragraphs, and entries where a line has a tab. */
static void add_lines(text *t, const char *lines)
{
    for (bool first = true; *lines; first = false) {
        const size_t length = strcspn(lines, "\n"), term = strcspn(lines, "\t\n");
        if (term < length) {
            add_entry(t, lines, term, lines + term + 1, length - term - 1);
        } else {
            text_put(t, first ? "" : ".PP\n");
            add_prose(t, lines, length);
        }
        lines += length + (lines[length] == '\n');
    }
}

static void add_options(text *t, const option *o)
{
    for (; o->name; o++) {
        text help = {0};
        text_put(t, ".TP\n");
        if (o->letter) {
            text_format(t, "\\fB\\-%c\\fR, ", o->letter);
        }
        text_put(t, "\\fB\\-\\-");
        put_roff(t, o->name);
        text_put(t, "\\fR");
        if (o->value) {
            text_put(t, " \\fI");
            put_roff(t, o->value);
            text_put(t, "\\fR");
        }
        text_put(t, "\n");
        text_option_help(&help, o);
        add_prose(t, text_of(t, &help), help.size);
        text_free(&help);
    }
}

/* The files of the options (NULL: of all). */
static void add_files(text *t, const option *options)
{
    bool any = false;

    for (int i = 0; i < FILES; i++) {
        const option *o = options;
        while (o && o->name && strcmp(o->name, files[i].option) != 0) {
            o++;
        }
        if (!o || o->name || i == 0) {
            text_put(t, any ? "" : ".SH FILES\n");
            any = true;
            add_entry(t, files[i].path, strlen(files[i].path), files[i].meaning, strlen(files[i].meaning));
        }
    }
}

static void add_exit_status(text *t)
{
    text_put(t, ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 3 done but nothing matched or nothing was new,\n"
                "75 a service asks to try again later.\n");
}

int print_command_manual(const command *c)
{
    text t = {0}, name = {0};

    text_format(&name, "papertag-%s", c->name);
    add_head(&t, text_of(&t, &name), c->summary);
    text_free(&name);
    text_put(&t, "\\fBpapertag ");
    put_roff(&t, c->name);
    text_put(&t, "\\fR [options]");
    if (c->operands) {
        text_put(&t, " \\fI");
        put_roff(&t, c->operands);
        text_put(&t, "\\fR");
    }
    text_put(&t, "\n.SH DESCRIPTION\n");
    add_lines(&t, c->details ? c->details : c->summary);
    text_put(&t, ".SH OPTIONS\n");
    add_options(&t, c->options);
    add_options(&t, common_options);
    add_exit_status(&t);
    add_files(&t, c->options);
    text_put(&t, ".SH EXAMPLES\n");
    add_lines(&t, c->examples);
    text_put(&t, ".SH SEE ALSO\n.BR papertag (1)\n");
    return write_page(&t);
}

int print_manual(void)
{
    text t = {0};

    add_head(&t, "papertag", "topic tags for research papers");
    text_put(&t, "\\fBpapertag\\fR \\fICOMMAND\\fR [options] [\\fIFILE\\fR|\\-]...\n.SH DESCRIPTION\n");
    add_prose(&t, about_papertag, strlen(about_papertag));
    text_put(&t, ".PP\n\\- is standard input; without a file, standard input is read when it is not a terminal.\n"
                 "Formats of papers are detected: JSON, Atom, RSS, OAI\\-PMH, BibTeX, CSV and\nothers; see\n"
                 ".BR papertag\\-add (1).\n.SH COMMANDS\nEach has a page of its own.\n");
    for (const command *const *c = commands; *c; c++) {
        text_put(&t, ".TP\n.BR papertag\\-");
        put_roff(&t, (*c)->name);
        text_put(&t, " (1)\n");
        put_roff(&t, (*c)->summary);
        text_put(&t, "\n");
    }
    add_exit_status(&t);
    text_put(
        &t,
        ".SH ENVIRONMENT\n.TP\n.B PAPERTAG_MODEL\nthe model, where \\-\\-model is not given\n"
        ".TP\n.B PAPERTAG_DB\nthe store, where \\-\\-db is not given\n"
        ".TP\n.B PAPERTAG_CONFIG\nthe configuration file, where \\-\\-config is not given\n"
        ".TP\n.B XDG_DATA_HOME\nthe folder of the store, where neither is given\n"
        ".TP\n.B XDG_STATE_HOME\nthe folder where fetch keeps the pace of each service\n"
        ".TP\n.B HF_TOKEN, S2_API_KEY\ntokens for Hugging Face and Semantic Scholar; sent to them alone, kept nowhere\n"
        ".TP\n.B PAPERTAG_CLOCK\nfor tests: a file with the time in milliseconds since 1970, which waiting turns\n"
        ".TP\n.B NO_COLOR\nwhen set, no colours on a terminal\n");
    add_files(&t, NULL);
    text_put(&t, ".SH EXAMPLES\n");
    add_lines(&t, "papertag tag papers.jsonl\tthe tags of each paper of a file\n"
                  "papertag add papers.jsonl\timport them into the store\n"
                  "papertag digest --tag 'RL | agents' --since 7d\tread what the last week had on two subjects\n"
                  "papertag review\tcorrect decisions; `papertag retrain` learns from them\n");
    return write_page(&t);
}
