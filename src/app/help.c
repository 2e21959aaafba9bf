/*
 * papertag help - help for a person at the terminal, written from the table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "completion.h"
#include "help.h"
#include "manual.h"
#include "person.h"
#include "status.h"

enum { NARROW = 60, LEFT = 26 }; /* columns: of a screen where text goes under its term; of the terms */

const char *const about_papertag =
    "papertag reads abstracts of research papers and assigns topic tags, such as quantization, attention or "
    "reinforcement-learning, each with a probability.";

/* Writes a text and frees it. EXIT_DONE or EXIT_FAILED; the stream remembers an error of its own. */
static int print_text(FILE *out, text *t)
{
    const int code = t->failed ? out_of_memory() : EXIT_DONE;

    if (!code) {
        fwrite(t->data, 1, t->size, out);
    }
    text_free(t);
    return code;
}

static style style_of(const FILE *out)
{
    return out == stdout ? style_of_stdout() : (style){80, "", "", "", "", ""};
}

static void add_paragraph(text *t, const style *s, const char *string, const char *indent)
{
    text_put(t, indent);
    text_wrapped(t, s, string, indent);
    text_put(t, "\n");
}

/* A term and, in a column of its own, what it means. */
static void add_entry(text *t, const style *s, const char *term, const char *meaning)
{
    char indent[LEFT + 4];

    snprintf(indent, sizeof indent, "%*s", s->width < NARROW ? 6 : LEFT + 3, "");
    if (s->width < NARROW || text_columns(term) > LEFT) {
        text_format(t, "  %s\n", term);
        add_paragraph(t, s, meaning, indent);
    } else {
        text_format(t, "  %-*s ", LEFT, term);
        text_wrapped(t, s, meaning, indent);
        text_put(t, "\n");
    }
}

/* A call, and under it what it does: calls are not broken, so that they can be copied. */
static void add_example(text *t, const style *s, const char *call, const char *meaning)
{
    text_format(t, "  %s\n", call);
    add_paragraph(t, s, meaning, "      ");
}

/* The lines of details or examples: entries where they have a tab, else paragraphs. */
static void add_lines(text *t, const style *s, const char *lines,
                      void (*entry)(text *t, const style *s, const char *term, const char *meaning))
{
    for (bool paragraph = false; *lines; lines += strspn(lines, "\n")) {
        const size_t length = strcspn(lines, "\n"), term = strcspn(lines, "\t\n");
        text left = {0}, right = {0};
        text_put(t, paragraph ? "\n" : "");
        paragraph = term == length;
        text_add(&left, lines, term);
        text_add(&right, lines + term + !paragraph, length - term - !paragraph);
        if (paragraph) {
            add_paragraph(t, s, text_of(t, &left), "");
        } else {
            entry(t, s, text_of(t, &left), text_of(t, &right));
        }
        text_free(&left);
        text_free(&right);
        lines += length;
    }
}

static void add_option(text *t, const style *s, const option *o)
{
    text help = {0};
    char term[64];

    snprintf(term, sizeof term, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
             o->letter ? ", " : "  ", o->name, o->value ? " " : "", o->value ? o->value : "");
    text_option_help(&help, o);
    add_entry(t, s, term, text_of(t, &help));
    text_free(&help);
}

int print_overview(FILE *out)
{
    const style s = style_of(out);
    text t = {0};

    text_put(&t, "usage: papertag COMMAND [options] [FILE|-]...\n\n");
    add_paragraph(&t, &s, about_papertag, "");
    text_put(&t, "\n");
    for (const command *const *c = commands; *c; c++) {
        text_format(&t, "  %-13s ", (*c)->name);
        text_wrapped(&t, &s, (*c)->summary, "                ");
        text_put(&t, "\n");
    }
    text_put(&t, "\n");
    add_paragraph(&t, &s,
                  "papertag help COMMAND lists the options. Exit status: 0 done, 1 failed, 2 wrong usage, 3 nothing "
                  "found, 75 try again later.",
                  "");
    return print_text(out, &t);
}

int print_command_help(FILE *out, const command *c)
{
    const style s = style_of(out);
    text t = {0}, usage = {0};

    text_format(&usage, "usage: papertag %s [options] %s", c->name, c->operands ? c->operands : "");
    text_wrapped(&t, &s, text_of(&t, &usage), "    ");
    text_put(&t, "\n\n");
    text_free(&usage);
    add_paragraph(&t, &s, c->summary, "");
    if (c->details) {
        text_put(&t, "\n");
        add_lines(&t, &s, c->details, add_entry);
    }
    text_put(&t, "\noptions:\n");
    for (const option *o = c->options; o->name; o++) {
        add_option(&t, &s, o);
    }
    for (const option *o = common_options; o->name; o++) {
        add_option(&t, &s, o);
    }
    text_put(&t, "\nexamples:\n");
    add_lines(&t, &s, c->examples, add_example);
    return print_text(out, &t);
}

int unknown_command(const char *name)
{
    const char *names[WORDS_MAX] = {0};
    size_t count = 0, nearest;

    for (const command *const *c = commands; *c && count < WORDS_MAX; c++) {
        names[count++] = (*c)->name;
    }
    nearest = papertag_nearest(name, names, count);
    if (nearest < count) {
        return usage_error(NULL, "no command '%s'; did you mean '%s'?", name, names[nearest]);
    }
    return usage_error(NULL, "no command '%s'", name);
}

static int print_names(void)
{
    for (const command *const *c = commands; *c; c++) {
        printf("%s\n", (*c)->name);
    }
    return EXIT_DONE;
}

/* The formats that are read: a name, what is read, who writes it. */
static int print_formats(void)
{
    const style s = style_of_stdout();
    const char *name, *written_by;
    text t = {0};

    for (size_t i = 0; (name = papertag_reader_format_name(i)) != NULL; i++) {
        const char *about = papertag_reader_format_about(i, &written_by);
        text meaning = {0};
        text_format(&meaning, *written_by ? "%s (%s)" : "%s", about, written_by);
        add_entry(&t, &s, name, text_of(&t, &meaning));
        text_free(&meaning);
    }
    text_put(&t, "\n");
    add_paragraph(
        &t, &s,
        "The format is detected from the content; --from FORMAT forces one. Files packed with gzip, xz, bzip2 "
        "or zstd and the members of zip archives are read directly, and so is text in Latin-1 or UTF-16.",
        "");
    return print_text(stdout, &t);
}

/* The operand is a shell; without one, bash. */
static int print_shell_completion(const args *a)
{
    int shell = 0;

    while (a->operand_count && completion_shells[shell] && strcmp(completion_shells[shell], a->operands[0]) != 0) {
        shell++;
    }
    return completion_shells[shell] ? print_completion(shell)
                                    : usage_error(a->command, "help: completion is for bash, zsh or fish");
}

static int run_help(const args *a)
{
    const command *c = a->operand_count ? find_command(a->operands[0]) : NULL;

    if (args_have(a, "completion")) {
        return print_shell_completion(a);
    }
    if (a->operand_count == 1 && !strcmp(a->operands[0], "formats")) {
        return print_formats();
    }
    if (a->operand_count && !c) {
        return unknown_command(a->operands[0]);
    }
    if (args_have(a, "man")) {
        return c ? print_command_manual(c) : print_manual();
    }
    if (args_have(a, "names")) {
        return print_names();
    }
    return c ? print_command_help(stdout, c) : print_overview(stdout);
}

static const option help_options[] = {
    {"man", 0, NULL, "print the manual page of papertag, or of COMMAND (roff)"},
    {"completion", 0, NULL, "print the completion script for bash, or for the shell given: zsh, fish"},
    {"names", 0, NULL, "print the names of all commands, one a line"},
    OPTION_END};

const command command_help = {
    .name = "help",
    .operands = "[COMMAND|formats]",
    .summary = "explain papertag or one of its commands",
    .run = run_help,
    .options = help_options,
    .examples = "papertag help digest\toptions and examples of digest\n"
                "papertag help formats\twhat papertag reads, and who writes it\n"
                "papertag help --man digest | man -l -\tthe same as a manual page\n"
                "papertag help --completion >>~/.bash_completion\tcomplete commands and "
                "options in bash\n"
                "papertag help --completion fish >~/.config/fish/completions/papertag.fish\tthe same in fish\n",
};
