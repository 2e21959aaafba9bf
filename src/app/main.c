/*
 * papertag - topic tags for research papers.
 *
 * The table of commands below is all there is: dispatch, `help`, the manual and shell completion are written from it.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app.h"

static const option help_options[] = {{"man", 0, NULL, "print the manual page (roff)"},
                                      {"completion", 0, NULL, "print the completion script for bash"},
                                      OPTION_END};

static const command command_help = {"help",       "[COMMAND]",  "explain papertag or one of its commands",
                                     help_command, help_options, NULL};

static const command *const table[] = {&command_tag,     &command_add,        &command_list,          &command_digest,
                                       &command_show,    &command_similar,    &command_label,         &command_labels,
                                       &command_review,  &command_discover,   &command_doctor,        &command_retrain,
                                       &command_tag_new, &command_tag_remove, &command_tags,          &command_trends,
                                       &command_stats,   &command_subscribe,  &command_subscriptions, &command_train,
                                       &command_eval,    &command_explain,    &command_model,         &command_help};
enum { COMMANDS = sizeof table / sizeof *table };

/* ---- help ------------------------------------------------------------------------------------------------------ */

static const char *const about =
    "papertag reads abstracts of research papers and says what they are about: quantization, attention,\n"
    "reinforcement-learning and so on, with a probability for each tag.\n";

void print_overview(FILE *out)
{
    fprintf(out, "usage: papertag COMMAND [options] [FILE|-]...\n\n%s\n", about);
    for (int i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-13s %s\n", table[i]->name, table[i]->summary);
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
    for (int i = 0; i < COMMANDS; i++) {
        printf(".SS papertag %s [options] ", table[i]->name);
        print_roff(table[i]->operands);
        printf("\n");
        print_roff(table[i]->summary);
        printf("\n");
        if (table[i]->details) {
            printf(".PP\n");
            print_roff(table[i]->details);
        }
        for (const option *o = table[i]->options; o->name; o++) {
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
    for (int i = 0; i < COMMANDS; i++) {
        printf("    %s) options='", table[i]->name);
        for (const option *o = table[i]->options; o->name; o++) {
            printf("--%s ", o->name);
        }
        printf("' ;;\n");
    }
    printf("    esac\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        options='");
    for (int i = 0; i < COMMANDS; i++) {
        printf("%s ", table[i]->name);
    }
    printf("'\n    elif [ \"${word#-}\" = \"$word\" ]; then\n        options=\n    fi\n"
           "    [ -z \"$options\" ] || mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n}\n"
           "complete -o default -F _papertag papertag\n");
}

static const command *find_command(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (!strcmp(table[i]->name, name)) {
            return table[i];
        }
    }
    return NULL;
}

static int unknown_command(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (name[0] == table[i]->name[0]) {
            return usage_error(NULL, "no command '%s'; did you mean '%s'?", name, table[i]->name);
        }
    }
    return usage_error(NULL, "no command '%s'", name);
}

int help_command(const args *a)
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

/* ---- dispatch -------------------------------------------------------------------------------------------------- */

static int run(const command *c, int argc, char **argv)
{
    args a;
    int code;

    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            print_command_help(stdout, c);
            return EXIT_DONE;
        }
    }
    code = args_parse(&a, c, argc, argv);
    code = code ? code : c->run(&a);
    args_free(&a);
    return code;
}

/* Takes the place of standard files that are closed, so that no file of ours gets their numbers and what is meant for
 * them. Opened the wrong way round: using them is an error, as it should be. */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
            _exit(EXIT_FAILED);
        }
    }
}

int main(int argc, char **argv)
{
    const command *c;
    int code, output;

    hold_standard_files();
    signal(SIGPIPE, SIG_IGN); /* so that a reader who leaves ends a write, not the process in the middle of something */
    signal(SIGXFSZ, SIG_IGN); /* nor does a limit on the size of files */
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("papertag %s\n", PAPERTAG_VERSION);
        code = EXIT_DONE;
    } else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        print_overview(stdout);
        code = EXIT_DONE;
    } else if ((c = find_command(argv[1])) != NULL) {
        code = run(c, argc - 2, argv + 2);
    } else {
        code = unknown_command(argv[1]);
    }
    output = finish_output();
    return code ? code : output;
}
