/*
 * clock - see clock.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "status.h"

/* Only in tests: the clock stands still, and they would never end. */
static void give_up(void)
{
    complain("the clock that PAPERTAG_CLOCK names cannot be turned: %s", strerror(errno));
    exit(EXIT_FAILED);
}

/* Opens the file of a clock that tests turn; -1: time goes by itself. */
static int open_turned(int flags)
{
    const char *path = getenv("PAPERTAG_CLOCK");
    int fd = -1;

    if (path && *path) {
        fd = open(path, flags | O_CLOEXEC);
        if (fd < 0) {
            give_up();
        }
    }
    return fd;
}

static int64_t read_turned(int fd)
{
    char digits[32] = "";

    return pread(fd, digits, sizeof digits - 1, 0) > 0 ? strtoll(digits, NULL, 10) : 0;
}

int64_t clock_now(void)
{
    const int fd = open_turned(O_RDONLY);
    struct timespec now;
    int64_t turned;

    if (fd < 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    }
    flock(fd, LOCK_SH);
    turned = read_turned(fd);
    close(fd);
    return turned;
}

/* Turns the clock to a time, unless it is later already. */
static void turn_clock(int fd, int64_t to)
{
    char digits[32];

    flock(fd, LOCK_EX);
    if (read_turned(fd) < to) {
        const int length = snprintf(digits, sizeof digits, "%020" PRId64, to);
        if (pwrite(fd, digits, (size_t)length, 0) != length) {
            give_up();
        }
    }
}

void clock_wait(int64_t milliseconds)
{
    const int64_t until = clock_now() + milliseconds;
    const int fd = milliseconds > 0 ? open_turned(O_RDWR) : -1;
    struct timespec left = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000 * 1000000)};

    if (fd >= 0) {
        turn_clock(fd, until);
        close(fd);
        return;
    }
    while (milliseconds > 0 && nanosleep(&left, &left) && errno == EINTR) {
    }
}
