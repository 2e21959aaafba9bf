/*
 * papertag - topic tags for research papers.
 *
 * Makes sure that standard files are open, then runs the command that the first word names.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "config.h"
#include "help.h"
#include "options.h"
#include "text.h"

static int run(const command *c, int argc, char **argv)
{
    args a;
    int code;

    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            return print_command_help(stdout, c);
        }
    }
    code = args_parse(&a, c, argc, argv);
    /* Help has to work whatever the file says. */
    code = code || c == &command_help ? code : config_open(&a.config, &a);
    code = code ? code : c->run(&a);
    config_close(a.config);
    args_free(&a);
    return code;
}

/* Opens /dev/null for standard files that are closed, so that no file of the program gets their numbers and, with them,
 * messages. It is opened the wrong way round: using a closed file stays an error. */
static void open_standard_files(void)
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

    open_standard_files();
    /* A reader that leaves, or a limit on the size of files, fails a write and does not kill the process. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("papertag %s\n", PAPERTAG_VERSION);
        code = EXIT_DONE;
    } else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        code = print_overview(stdout);
    } else if ((c = find_command(argv[1])) != NULL) {
        code = run(c, argc - 2, argv + 2);
    } else {
        code = unknown_command(argv[1]);
    }
    output = finish_output();
    return code ? code : output;
}
