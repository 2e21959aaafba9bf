/*
 * papertag - topic tags for research papers.
 *
 * Standard files first, then the command that the first word names.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "help.h"
#include "options.h"
#include "text.h"

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
