/*
 * pace - see pace.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../clock.h"
#include "../places.h"
#include "../status.h"
#include "pace.h"

/* A time further ahead than this is a fault of some clock. */
static const int64_t longest = INT64_C(30) * 86400 * 1000;

/* ---- the file -------------------------------------------------------------------------------------------------- */

int lock_file(const char *path, bool wait)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int code;

    do {
        code = fd < 0 || flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) ? errno : 0;
    } while (code == EINTR);
    if (!code) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    if (code == EWOULDBLOCK) {
        return -1;
    }
    complain("%s: %s", path, strerror(code));
    return -2;
}

static bool find_file(text *path, const char *service)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (state && *state == '/') {
        text_put(path, state);
    } else if (home && *home) {
        text_put(path, home);
        text_put(path, "/.local/state");
    } else {
        complain("the pace of requests cannot be kept: neither XDG_STATE_HOME nor HOME is set");
        return false;
    }
    text_put(path, "/papertag/pace/");
    for (; *service; service++) { /* the name of a host, and perhaps a port */
        const bool plain = (*service >= 'a' && *service <= 'z') || strchr("0123456789.-", *service);
        text_add(path, plain ? service : "_", 1);
    }
    return !path->failed || !out_of_memory();
}

static int read_times(pace *p)
{
    const int64_t now = clock_now();
    char times[64] = "";
    const ssize_t size = pread(p->fd, times, sizeof times - 1, 0);

    p->last = p->not_before = 0;
    if (size < 0) {
        complain("%s: %s", p->path.data, strerror(errno));
        return EXIT_FAILED;
    }
    /* A file that is damaged says at least that there was a request. */
    if (size && sscanf(times, "%" SCNd64 " %" SCNd64, &p->last, &p->not_before) != 2) {
        p->last = now;
        p->not_before = 0;
    }
    p->last = p->last > now ? now : p->last;
    p->not_before = p->not_before > now + longest ? now : p->not_before;
    return EXIT_DONE;
}

static int write_times(const pace *p)
{
    char times[64];
    const int length = snprintf(times, sizeof times, "%020" PRId64 " %020" PRId64 "\n", p->last, p->not_before);

    if (pwrite(p->fd, times, (size_t)length, 0) != length) {
        complain("%s: %s", p->path.data, strerror(errno));
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static void unlock(pace *p)
{
    if (p->fd >= 0) {
        close(p->fd);
    }
    text_free(&p->path);
    p->fd = -1;
}

/* ---- a turn ---------------------------------------------------------------------------------------------------- */

int pace_enter(pace *p, const char *service, int64_t rest, int64_t latest, void (*tell)(void *context, int64_t until),
               void *context)
{
    int64_t turn, now;
    int code;

    *p = (pace){.fd = -1};
    if (!find_file(&p->path, service) || !make_folders(p->path.data, 0700) ||
        (p->fd = lock_file(p->path.data, true)) < 0) {
        unlock(p);
        return EXIT_FAILED;
    }
    code = read_times(p);
    turn = p->last + rest > p->not_before ? p->last + rest : p->not_before;
    now = clock_now();
    if (!code && turn > now && turn > latest) {
        p->not_before = turn;
        code = EXIT_LATER;
    } else if (!code && turn > now) {
        if (tell) {
            tell(context, turn);
        }
        clock_wait(turn - now);
    }
    p->last = clock_now();
    code = code ? code : write_times(p); /* before the request: it counts also when this program ends in it */
    if (code) {
        unlock(p);
    }
    return code;
}

int pace_leave(pace *p, int64_t not_before)
{
    int code;

    p->last = clock_now();
    p->not_before = not_before;
    code = write_times(p);
    unlock(p);
    return code;
}
