/*
 * stream - see stream.h.
 */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../app.h"

enum {
    BUFFER = 64 * 1024,             /* bytes of the body */
    PIECE = 64 * 1024,              /* bytes that are moved from the file to the client at once */
    FILE_MOST = 1024 * 1024 * 1024, /* bytes that wait for the client; then the thread waits, too */
    PATIENCE = 60,                  /* seconds that a client may take none of the answer */
    GLANCE = 20                     /* milliseconds between looks at the other side, while both move */
};

struct stream {
    atomic_uint users;
    stream_owner owner;
    /* the body; under the mutex */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char bytes[BUFFER]; /* a ring: `count` of them from `start` on are unread */
    size_t start, count;
    bool ended;   /* the body is here whole */
    bool resting; /* the connection */
    bool done;
    atomic_bool left; /* nobody waits for the answer */
    /* the answer; of the thread that answers */
    int socket;
    text before, frame;
    bool chunked;
    atomic_bool begun;
    FILE *file; /* what the client has not taken yet: [taken, filed) of it; NULL: never was anything */
    off_t taken, filed;
};

stream *stream_open(int socket, text *before, bool chunked, const stream_owner *owner)
{
    stream *s = before->failed ? NULL : calloc(1, sizeof *s);

    if (!s || (s->socket = dup(socket)) < 0) {
        free(s);
        text_free(before);
        return NULL;
    }
    s->users = 2;
    s->owner = *owner;
    s->before = *before;
    s->chunked = chunked;
    *before = (text){0};
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->changed, NULL);
    return s;
}

bool stream_release(stream *s)
{
    if (atomic_fetch_sub(&s->users, 1) != 1) {
        return false;
    }
    if (s->file) {
        fclose(s->file);
    }
    if (s->socket >= 0) {
        close(s->socket);
    }
    text_free(&s->before);
    text_free(&s->frame);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    return true;
}

/* ---- the connection -------------------------------------------------------------------------------------------- */

size_t stream_take(stream *s, const char *bytes, size_t size)
{
    size_t taken, end, first;

    pthread_mutex_lock(&s->mutex);
    taken = s->done || s->left ? size : size < BUFFER - s->count ? size : BUFFER - s->count;
    if (!s->done && !s->left) {
        end = (s->start + s->count) % BUFFER;
        first = taken < BUFFER - end ? taken : BUFFER - end;
        memcpy(s->bytes + end, bytes, first);
        memcpy(s->bytes, bytes + first, taken - first);
        s->count += taken;
    }
    if (taken < size) {
        s->resting = true;
        s->owner.rest(s->owner.context);
    }
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return taken;
}

bool stream_end(stream *s, bool rests)
{
    bool resting;

    pthread_mutex_lock(&s->mutex);
    s->ended = true;
    resting = s->resting = rests && !s->done;
    if (resting) {
        s->owner.rest(s->owner.context);
    }
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return resting;
}

void stream_leave(stream *s, bool gone)
{
    pthread_mutex_lock(&s->mutex);
    s->left = true;
    s->resting = s->resting && !gone;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
}

bool stream_has_begun(const stream *s)
{
    return s->begun;
}

bool stream_is_done(stream *s)
{
    bool done;

    pthread_mutex_lock(&s->mutex);
    done = s->done;
    pthread_mutex_unlock(&s->mutex);
    return done;
}

/* Lets the connection go on, if it rests. The mutex is held. */
static void resume(stream *s)
{
    if (s->resting) {
        s->resting = false;
        s->owner.resume(s->owner.context);
    }
}

/* ---- the answer ------------------------------------------------------------------------------------------------ */

/* Sends what the socket takes of bytes, without waiting: how many. */
static size_t send_some(stream *s, const char *bytes, size_t size)
{
    size_t sent = 0;

    while (sent < size && !s->left) {
        const ssize_t count = send(s->socket, bytes + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count > 0) {
            sent += (size_t)count;
        } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            break;
        } else if (count == 0 || errno != EINTR) {
            s->left = true;
        }
    }
    return sent;
}

/* Moves what the client takes now from the file to it. */
static void send_filed(stream *s)
{
    char piece[PIECE];
    bool more = true;

    while (more && s->taken < s->filed && !s->left) {
        const off_t size = s->filed - s->taken < PIECE ? s->filed - s->taken : PIECE;
        const ssize_t got = pread(fileno(s->file), piece, (size_t)size, s->taken);
        size_t sent;
        if (got <= 0) {
            s->left = got == 0 || errno != EINTR;
            continue;
        }
        sent = send_some(s, piece, (size_t)got);
        s->taken += (off_t)sent;
        more = sent == (size_t)got;
    }
    if (s->taken == s->filed && s->filed) {
        s->left = s->left || ftruncate(fileno(s->file), 0) != 0;
        s->taken = s->filed = 0;
    }
}

/* Waits until the client takes something, but no longer than that. Whether it does. */
static bool wait_for_client(stream *s, int milliseconds)
{
    struct pollfd client = {.fd = s->socket, .events = POLLOUT};

    return poll(&client, 1, milliseconds) > 0;
}

/* Sends all but `rest` bytes of the file, or finds that the client takes none of them. */
static void send_down_to(stream *s, off_t rest)
{
    int idle = 0;

    while (s->filed - s->taken > rest && !s->left) {
        const off_t before = s->taken;
        if (wait_for_client(s, 1000)) {
            send_filed(s);
        }
        idle = s->taken == before && s->filed ? idle + 1 : 0;
        s->left = s->left || idle >= PATIENCE;
    }
}

/* Adds bytes to the file. */
static void file_bytes(stream *s, const char *bytes, size_t size)
{
    if (!s->file && !(s->file = tmpfile())) {
        complain("an answer cannot be kept until its client takes it: %s", strerror(errno));
        s->left = true;
    }
    while (size && !s->left) {
        const ssize_t count = pwrite(fileno(s->file), bytes, size, s->filed);
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
            s->filed += count;
        } else if (count == 0 || errno != EINTR) {
            complain("an answer cannot be kept until its client takes it: %s", strerror(errno));
            s->left = true;
        }
    }
}

/* Sends bytes, behind those in the file if there are any. */
static void put(stream *s, const char *bytes, size_t size)
{
    size_t sent = 0;

    if (s->taken < s->filed) {
        send_filed(s);
    }
    if (s->taken == s->filed) {
        sent = send_some(s, bytes, size);
    }
    if (sent < size && !s->left) {
        file_bytes(s, bytes + sent, size - sent);
        send_down_to(s, FILE_MOST);
    }
}

bool stream_send(stream *s, text *part)
{
    text *frame = &s->frame;

    text_empty(frame);
    if (!s->begun) {
        text_add(frame, s->before.data, s->before.size);
        s->begun = true;
    }
    if (s->chunked && part->size) {
        text_format(frame, "%zx\r\n", part->size);
    }
    text_add(frame, part->data, part->size);
    if (s->chunked && part->size) {
        text_put(frame, "\r\n");
    }
    if (frame->failed || part->failed) {
        s->left = true;
    }
    put(s, frame->data, frame->size);
    text_empty(part);
    return !s->left;
}

void stream_finish(stream *s, text *part, bool whole)
{
    static const char last[] = "0\r\n\r\n";

    if (s->begun && whole && stream_send(s, part) && s->chunked) {
        put(s, last, sizeof last - 1);
    }
    send_down_to(s, 0);
    pthread_mutex_lock(&s->mutex);
    close(s->socket);
    s->socket = -1;
    s->done = true;
    resume(s);
    pthread_mutex_unlock(&s->mutex);
}

/* ---- the body -------------------------------------------------------------------------------------------------- */

/* Waits for bytes of the body; meanwhile the client gets what waits for it. The mutex is held. */
static void wait_for_body(stream *s)
{
    while (!s->count && !s->ended && !s->left) {
        if (s->taken == s->filed) {
            pthread_cond_wait(&s->changed, &s->mutex);
        } else {
            pthread_mutex_unlock(&s->mutex);
            if (wait_for_client(s, GLANCE)) {
                send_filed(s);
            }
            pthread_mutex_lock(&s->mutex);
        }
    }
}

static long read_body(void *context, void *to, size_t room)
{
    stream *s = context;
    size_t size, first;

    pthread_mutex_lock(&s->mutex);
    wait_for_body(s);
    size = s->left ? 0 : s->count < room ? s->count : room; /* nobody sees what is made of a body that breaks off */
    first = size < BUFFER - s->start ? size : BUFFER - s->start;
    memcpy(to, s->bytes + s->start, first);
    memcpy((char *)to + first, s->bytes, size - first);
    s->start = (s->start + size) % BUFFER;
    s->count -= size;
    if (!s->ended) {
        resume(s);
    }
    pthread_mutex_unlock(&s->mutex);
    return (long)size;
}

static bool body_waits(void *context)
{
    stream *s = context;
    bool waits;

    pthread_mutex_lock(&s->mutex);
    waits = !s->count && !s->ended && !s->left;
    pthread_mutex_unlock(&s->mutex);
    return waits;
}

papertag_stream stream_source(stream *s)
{
    return (papertag_stream){.context = s, .read = read_body, .waits = body_waits};
}
