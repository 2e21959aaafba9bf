/*
 * stream - a body that is answered while it comes in.
 *
 * libmicrohttpd takes an answer only when it has read the whole request, so a stream writes its answer to the
 * connection itself; libmicrohttpd goes on to read, and closes it in the end. Neither side is ever held in memory: of
 * the body there is a buffer, and when that is full the client has to wait; what the client does not take of the answer
 * goes to a file, because most clients send all before they read anything.
 *
 *     connection, one thread for all          the thread that answers
 *     stream_take, stream_end  -- buffer -->  stream_source
 *     client  <-- socket <-- file  ---------  stream_send
 */
#ifndef STREAM_H
#define STREAM_H

#include "../text.h"
#include "papertag.h"

typedef struct stream stream;

/* What a stream asks of the connection, from either thread: to read no more of the body, to go on. */
typedef struct stream_owner {
    void *context;
    void (*rest)(void *context);
    void (*resume)(void *context);
} stream_owner;

/* Opens a stream that answers on a socket, which is duplicated. `before` is sent first, and taken over; with
 * `chunked` the answer is framed as HTTP/1.1 wants it. NULL without memory or descriptors. */
stream *stream_open(int socket, text *before, bool chunked, const stream_owner *owner);

/* To be called once by each of the two threads when it is done with it. True: that was the later one, and the stream is
 * gone. */
bool stream_release(stream *s);

/* ---- the connection -------------------------------------------------------------------------------------------- */

/* Takes bytes of the body in, as far as there is room: how many. When not all, the connection rests. */
size_t stream_take(stream *s, const char *bytes, size_t size);

/* The body is here whole. `rests`: the connection rests until the answer is done; then false when it is already. */
bool stream_end(stream *s, bool rests);

/* Nobody waits for the answer any more. `gone`: nor is there a connection that could rest or go on. */
void stream_leave(stream *s, bool gone);

/* Whether something was answered; then nothing else can be. */
bool stream_has_begun(const stream *s);

/* Whether stream_finish was called. */
bool stream_is_done(stream *s);

/* ---- the thread that answers ----------------------------------------------------------------------------------- */

/* The body, for a reader. */
papertag_stream stream_source(stream *s);

/* Sends a part of the answer and empties it. False: it is in vain. */
bool stream_send(stream *s, text *part);

/* Ends the answer. If something of it was sent already: with the last part of it, or, unless it is `whole`, so that the
 * client sees that it is not. Else it is left to the connection, which goes on in any case. */
void stream_finish(stream *s, text *part, bool whole);

#endif
