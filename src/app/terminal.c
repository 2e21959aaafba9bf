/*
 * terminal - a terminal that is read key by key, with plain termios and control sequences that every terminal knows.
 *
 * However the program ends, the terminal is as it was before. Signals are blocked but during the wait for a key. Their
 * handler only records them, so that nothing is interrupted in the middle; the wait then acts on them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "status.h"
#include "terminal.h"

static volatile sig_atomic_t ended, stopped, resized; /* signals that arrived */
static struct termios original;                       /* settings to restore, while `entered` */
static bool entered;

static void record_signal(int number)
{
    if (number == SIGWINCH) {
        resized = 1;
    } else if (number == SIGTSTP) {
        stopped = 1;
    } else {
        ended = number;
    }
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

static void catch_signals(void (*handler)(int number), int how)
{
    struct sigaction action = {.sa_handler = handler};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaddset(&set, signals[i]);
        sigaction(signals[i], &action, NULL);
    }
    sigprocmask(how, &set, NULL);
}

static void write_bytes(const char *bytes, size_t size)
{
    while (size) {
        const ssize_t done = write(STDOUT_FILENO, bytes, size);
        if (done < 0 && errno != EINTR) {
            return; /* the terminal is gone: the next wait for a key reports it */
        }
        bytes += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
}

static bool enter_screen(void)
{
    static const char other_screen[] = "\033[?1049h\033[2J";
    struct termios keys;

    if (tcgetattr(STDIN_FILENO, &original)) {
        return false;
    }
    keys = original;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys)) {
        return false;
    }
    entered = true;
    write_bytes(other_screen, sizeof other_screen - 1);
    return true;
}

bool terminal_open(void)
{
    catch_signals(record_signal, SIG_BLOCK);
    if (!enter_screen()) {
        complain("cannot take over the terminal: %s", strerror(errno));
        return false;
    }
    return true;
}

static void leave_screen(void)
{
    static const char first_screen[] = "\033[0m\033[?25h\033[?1049l";

    if (entered) {
        write_bytes(first_screen, sizeof first_screen - 1);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &original);
        entered = false;
    }
}

void terminal_close(void)
{
    leave_screen();
    catch_signals(SIG_DFL, SIG_UNBLOCK);
}

void terminal_size(unsigned *rows, unsigned *columns)
{
    struct winsize size;

    *rows = 24;
    *columns = 80;
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col) {
        *rows = size.ws_row;
        *columns = size.ws_col;
    }
}

bool terminal_show(const text *screen)
{
    text out = {0};
    bool good;

    text_put(&out, "\033[?25l\033[H");
    for (const char *at = text_of(&out, screen); *at;) {
        const size_t length = strcspn(at, "\n");
        text_add(&out, at, length);
        text_put(&out, at[length] ? "\033[K\r\n" : "\033[K");
        at += length + (at[length] == '\n');
    }
    text_put(&out, "\033[J");
    good = !out.failed;
    if (good) {
        write_bytes(out.data, out.size);
    }
    text_free(&out);
    return good;
}

/* The next byte within `milliseconds` (-1: no limit), KEY_NONE or KEY_END. */
static int read_byte(long milliseconds)
{
    const struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    unsigned char byte;
    sigset_t none;
    fd_set keys;
    int ready;

    sigemptyset(&none);
    FD_ZERO(&keys);
    FD_SET(STDIN_FILENO, &keys);
    ready = pselect(STDIN_FILENO + 1, &keys, NULL, NULL, milliseconds < 0 ? NULL : &wait, &none);
    if (ready <= 0) {
        return ready < 0 && errno != EINTR ? KEY_END : KEY_NONE;
    }
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : KEY_END;
}

/* The key of an escape sequence, whose first byte was read; KEY_NONE for those that are not used here. */
static int read_sequence(void)
{
    enum { WAIT = 50 };
    int byte = read_byte(WAIT), number = 0;

    if (byte != '[' && byte != 'O') {
        return KEY_NONE;
    }
    do {
        byte = read_byte(WAIT);
        number = byte >= '0' && byte <= '9' ? byte : number;
    } while (byte >= ' ' && byte < '@');
    return byte == 'A'                    ? KEY_UP
           : byte == 'B'                  ? KEY_DOWN
           : byte == '~' && number == '5' ? KEY_PAGE_UP
           : byte == '~' && number == '6' ? KEY_PAGE_DOWN
                                          : KEY_NONE;
}

int terminal_key(void)
{
    int byte;

    if (!ended && !stopped && !resized) {
        byte = read_byte(-1);
        if (byte != KEY_NONE) {
            return byte == '\033' ? read_sequence() : byte == 4 ? KEY_END : byte;
        }
    }
    resized = 0;
    if (stopped) {
        stopped = 0;
        leave_screen();
        kill(getpid(), SIGSTOP);
        enter_screen();
    }
    return ended ? KEY_END : KEY_NONE;
}

int terminal_signal(void)
{
    return ended;
}
