/*
 * papertag help - help, the manual and shell completion, written from the table of commands.
 */
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "help.h"
#include "status.h"

static const char *const about =
    "papertag reads abstracts of research papers and says what they are about: quantization, attention,\n"
    "reinforcement-learning and so on, with a probability for each tag.\n";

void print_overview(FILE *out)
{
    fprintf(out, "usage: papertag COMMAND [options] [FILE|-]...\n\n%s\n", about);
    for (const command *const *c = commands; *c; c++) {
        fprintf(out, "  %-13s %s\n", (*c)->name, (*c)->summary);
    }
    fprintf(
        out,
        "\npapertag help COMMAND tells the options. Exit status: 0 done, 1 failed, 2 wrong usage, 3 nothing found.\n");
}

void print_command_help(FILE *out, const command *c)
{
    fprintf(out, "usage: papertag %s [options] %s\n\n%s\n", c->name, c->operands, c->summary);
    if (c->details) {
        fprintf(out, "\n%s", c->details);
    }
    if (c->options->name) {
        fprintf(out, "\n");
    }
    for (const option *o = c->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? ", " : "  ", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(out, "  %-26s %s\n", left, o->help);
    }
}

/* Text for roff: a backslash or a leading dot would be an instruction. */
static void print_roff(const char *string)
{
    bool line_starts = true;
    for (; *string; string++) {
        if (line_starts && (*string == '.' || *string == '\'')) {
            fputs("\\&", stdout);
        }
        fputs(*string == '\\' ? "\\e" : *string == '-' ? "\\-" : (char[]){*string, '\0'}, stdout);
        line_starts = *string == '\n';
    }
}

static void print_manual(void)
{
    printf(".TH PAPERTAG 1 \"\" \"papertag " PAPERTAG_VERSION "\" \"User Commands\"\n"
           ".SH NAME\npapertag \\- topic tags for research papers\n"
           ".SH SYNOPSIS\n.B papertag\n.I COMMAND\n[options] [\\fIFILE\\fR|\\-]...\n.SH DESCRIPTION\n");
    print_roff(about);
    printf(".PP\n\\- is standard input; without a file, standard input is read when it is not a terminal.\n"
           ".SH COMMANDS\n");
    for (const command *const *c = commands; *c; c++) {
        printf(".SS papertag %s [options] ", (*c)->name);
        print_roff((*c)->operands);
        printf("\n");
        print_roff((*c)->summary);
        printf("\n");
        if ((*c)->details) {
            printf(".PP\n");
            print_roff((*c)->details);
        }
        for (const option *o = (*c)->options; o->name; o++) {
            printf(".TP\n");
            if (o->letter) {
                printf("\\fB\\-%c\\fR, ", o->letter);
            }
            printf("\\fB\\-\\-");
            print_roff(o->name);
            printf("\\fR");
            if (o->value) {
                printf(" \\fI%s\\fR", o->value);
            }
            printf("\n");
            print_roff(o->help);
            printf("\n");
        }
    }
    printf(".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 3 done but nothing matched.\n"
           ".SH ENVIRONMENT\n.TP\n.B PAPERTAG_MODEL\nthe model that is used when \\-\\-model is not given\n"
           ".TP\n.B PAPERTAG_DB\nthe store that is used when \\-\\-db is not given\n"
           ".TP\n.B NO_COLOR\nwhen set, no colours on a terminal\n");
}

static void print_completion(void)
{
    printf("# bash completion for papertag\n_papertag() {\n    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (const command *const *c = commands; *c; c++) {
        printf("    %s) options='", (*c)->name);
        for (const option *o = (*c)->options; o->name; o++) {
            printf("--%s ", o->name);
        }
        printf("' ;;\n");
    }
    printf("    esac\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        options='");
    for (const command *const *c = commands; *c; c++) {
        printf("%s ", (*c)->name);
    }
    printf("'\n    elif [ \"${word#-}\" = \"$word\" ]; then\n        options=\n    fi\n"
           "    [ -z \"$options\" ] || mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n}\n"
           "complete -o default -F _papertag papertag\n");
}

int unknown_command(const char *name)
{
    for (const command *const *c = commands; *c; c++) {
        if (name[0] == (*c)->name[0]) {
            return usage_error(NULL, "no command '%s'; did you mean '%s'?", name, (*c)->name);
        }
    }
    return usage_error(NULL, "no command '%s'", name);
}

static int run_help(const args *a)
{
    const command *c;

    if (args_have(a, "man")) {
        print_manual();
    } else if (args_have(a, "completion")) {
        print_completion();
    } else if (!a->operand_count) {
        print_overview(stdout);
    } else if ((c = find_command(a->operands[0])) != NULL) {
        print_command_help(stdout, c);
    } else {
        return unknown_command(a->operands[0]);
    }
    return EXIT_DONE;
}

static const option help_options[] = {{"man", 0, NULL, "print the manual page (roff)"},
                                      {"completion", 0, NULL, "print the completion script for bash"},
                                      OPTION_END};

const command command_help = {"help",   "[COMMAND]",  "explain papertag or one of its commands",
                              run_help, help_options, NULL};
