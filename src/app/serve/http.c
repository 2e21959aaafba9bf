/*
 * http - connections, by libmicrohttpd: from bytes to a request, and from an answer to bytes.
 *
 * One thread does it for all connections (epoll). A request is refused as soon as its head tells that it must be;
 * otherwise its body is taken in, up to a limit, and the connection rests until a worker has the answer. A client that
 * is slow costs a descriptor and the memory of its headers, and only for a time.
 */
#include "microhttpd.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../dates.h"
#include "http.h"
#include "keep.h"
#include "peers.h"
#include "stream.h"
#include "work.h"

/* Headers of every answer. Nothing that an answer holds runs but the files of this server. */
static const char *const safe[][2] = {
    {"Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                                "frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "private, no-cache"},
};

/* ---- connections ----------------------------------------------------------------------------------------------- */

struct connections {
    server *server;
    struct MHD_Daemon *daemon;
    work *work;
    peers *peers;
};

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode code)
{
    struct connections *h = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *slot = info ? peers_add(h->peers, info->connect_fd) : NULL;
    } else if (*slot) {
        peers_drop(h->peers, *slot);
        *slot = NULL;
    }
}

/* Notes that a connection has come on, and what it rests for; NULL: it does not rest. */
static void mark_peer(struct connections *h, struct MHD_Connection *connection, exchange *at)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (info && info->socket_context) {
        peers_mark(h->peers, info->socket_context, at);
    }
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

static struct MHD_Response *response_of(exchange *e)
{
    answer *a = &e->answer;
    struct MHD_Response *response;
    text body = a->body;

    if (a->kept) {
        return MHD_create_response_from_buffer_with_free_callback_cls(a->kept->body.size, a->kept->body.data,
                                                                      kept_release, kept_share(a->kept));
    }
    if (!body.data || body.failed) {
        return MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    }
    response = MHD_create_response_from_buffer(body.size, body.data, MHD_RESPMEM_MUST_FREE);
    if (response) {
        a->body = (text){0};
    }
    return response;
}

/* Takes a header of an answer. */
typedef void put_header(void *to, const char *name, const char *value);

static void put_in_response(void *to, const char *name, const char *value)
{
    MHD_add_response_header(to, name, value);
}

static void put_in_text(void *to, const char *name, const char *value)
{
    text_put(to, name);
    text_put(to, ": ");
    text_put(to, value);
    text_put(to, "\r\n");
}

/* What pages elsewhere, of an origin that --origin names, may do. */
static void put_sharing(put_header *put, void *to, struct MHD_Connection *connection, const server *s)
{
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");

    if (s->origin_count) {
        put(to, "Vary", "Origin");
    }
    if (origin && is_allowed_origin(s, origin)) {
        put(to, "Access-Control-Allow-Origin", origin);
        put(to, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE");
        put(to, "Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match");
        put(to, "Access-Control-Expose-Headers", "ETag, Location");
    } else {
        put(to, "Cross-Origin-Resource-Policy", "same-origin");
    }
}

static void put_headers(put_header *put, void *to, const answer *a)
{
    char line[128];

    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
        put(to, safe[i][0], safe[i][1]);
    }
    if (a->type) {
        put(to, "Content-Type", a->type);
    }
    if (a->etag[0]) {
        put(to, "ETag", a->etag);
    }
    if (a->location[0]) {
        put(to, "Location", a->location);
    }
    if (a->cookie[0]) {
        put(to, "Set-Cookie", a->cookie);
    }
    if (a->allow[0]) {
        put(to, "Allow", a->allow);
    }
    if (a->file[0]) {
        snprintf(line, sizeof line, "attachment; filename=\"%s\"", a->file);
        put(to, "Content-Disposition", line);
    }
    if (a->retry) {
        snprintf(line, sizeof line, "%u", a->retry);
        put(to, "Retry-After", line);
    }
    if (a->status == 401) {
        put(to, "WWW-Authenticate", "Basic realm=\"papertag\", charset=\"UTF-8\"");
    }
}

/* Sends the answer. `close`: nothing that comes after on this connection is to be taken for a request. */
static enum MHD_Result send_answer(exchange *e, struct MHD_Connection *connection, bool end)
{
    struct MHD_Response *response;
    enum MHD_Result sent;

    if (e->answer.body.failed) {
        report_out_of_memory();
        e->answer.body.failed = false;
        answer_problem(&e->request, &e->answer, 500, NULL);
    }
    response = response_of(e);
    if (!response) {
        return MHD_NO;
    }
    put_headers(put_in_response, response, &e->answer);
    put_sharing(put_in_response, response, connection, e->server);
    if (end) {
        MHD_add_response_header(response, "Connection", "close");
    }
    sent = MHD_queue_response(connection, (unsigned)e->answer.status, response);
    MHD_destroy_response(response);
    return sent;
}

/* ---- the head of a request ------------------------------------------------------------------------------------- */

/* What is asked of headers before they are believed. */
struct headers {
    unsigned hosts, lengths, encodings, others; /* how often each is there; `others`: those that must not be twice */
    bool wrong;                                 /* a name that is no token */
    size_t length;                              /* Content-Length */
    head head;
};

static bool is_token(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";

    return *name && !name[strspn(name, allowed)];
}

static enum MHD_Result read_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct headers *h = context;
    const char **const single = !strcasecmp(name, "Origin")           ? &h->head.origin
                                : !strcasecmp(name, "Sec-Fetch-Site") ? &h->head.fetch_site
                                : !strcasecmp(name, "Authorization")  ? &h->head.authorization
                                : !strcasecmp(name, "Host")           ? &h->head.host
                                                                      : NULL;

    (void)kind;
    value = value ? value : "";
    h->wrong = h->wrong || !is_token(name);
    if (single) {
        h->others += *single != NULL;
        *single = value;
    } else if (!strcasecmp(name, "Content-Length")) {
        h->lengths++;
        h->wrong = h->wrong || !*value || value[strspn(value, "0123456789")] || strlen(value) > 15;
        h->length = h->wrong ? 0 : (size_t)strtoull(value, NULL, 10);
    } else if (!strcasecmp(name, "Transfer-Encoding")) {
        h->encodings++;
        h->wrong = h->wrong || strcasecmp(value, "chunked") != 0;
    }
    return MHD_YES;
}

/* Two readers of a request that is ambiguous, such as a proxy and this server, may see two different requests. */
static bool is_ambiguous(const struct headers *h, const char *version)
{
    return h->wrong || h->others || h->lengths + h->encodings > 1 || (h->encodings && strcmp(version, "HTTP/1.1") != 0);
}

/* Finds what is asked for. False: it is refused, and the answer says why. */
static bool read_head(exchange *e, struct MHD_Connection *connection, const char *version)
{
    request *r = &e->request;
    answer *a = &e->answer;
    struct headers h = {.head = {.method = r->method}};
    const char *wrong, *refused;
    char allow[sizeof a->allow];
    int status;

    MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, &h);
    if (is_ambiguous(&h, version)) {
        return answer_problem(r, a, 400, "the headers are ambiguous"), false;
    }
    wrong = target_parse(&r->target, r->raw);
    status = guard(e->server, &h.head, wrong ? NULL : find_route(r, allow, sizeof allow), &r->scope, &refused);
    if (status) {
        return answer_problem(r, a, status, "%s", refused), false;
    }
    if (wrong) {
        return answer_problem(r, a, 400, "%s", wrong), false;
    }
    r->host = h.head.host;
    r->if_match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-Match");
    r->if_none_match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
    r->cookies = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Cookie");
    r->content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    if (!choose_route(r, a)) {
        return false;
    }
    e->length = h.length;
    if (h.length > r->route->most || (h.encodings && !r->route->most)) {
        return answer_problem(r, a, 413, "at most %zu bytes can be sent here", r->route->most), false;
    }
    return true;
}

/* ---- streams --------------------------------------------------------------------------------------------------- */

static void rest_stream(void *context)
{
    exchange *e = context;

    mark_peer(e->connections, e->connection, e);
    MHD_suspend_connection(e->connection);
}

static void resume_stream(void *context)
{
    const exchange *e = context;

    MHD_resume_connection(e->connection);
}

/* What a stream sends before its answer. */
static void write_head(text *out, exchange *e, struct MHD_Connection *connection, bool chunked)
{
    const answer success = {.type = e->request.route->answers, .status = e->request.route->status};
    char present[MOMENT_SIZE];

    present_moment(present);
    text_format(out, "HTTP/1.1 %d %s\r\nDate: ", success.status, status_words(success.status));
    text_mail_date(out, present);
    out->size -= strlen("+0000");
    text_put(out, "GMT\r\nConnection: close\r\n");
    text_put(out, chunked ? "Transfer-Encoding: chunked\r\n" : "");
    put_headers(put_in_text, out, &success);
    put_sharing(put_in_text, out, connection, e->server);
    text_put(out, "\r\n");
}

/* Begins to answer a body that comes in from now on. False: it is refused, and the answer says why. */
static bool begin_stream(struct connections *h, exchange *e, struct MHD_Connection *connection, const char *version)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const stream_owner owner = {e, rest_stream, resume_stream};
    const bool chunked = !strcmp(version, "HTTP/1.1");
    request *r = &e->request;
    text before = {0};

    e->connection = connection;
    e->connections = h;
    /* what follows may outlive the connection, and its headers with it */
    r->method = r->route->method;
    r->host = r->if_match = r->if_none_match = r->cookies = r->content_type = NULL;
    write_head(&before, e, connection, chunked);
    r->stream = info ? stream_open(info->connect_fd, &before, chunked, &owner) : NULL;
    text_free(&before);
    if (r->stream && work_stream(h->work, e)) {
        return true;
    }
    if (r->stream) {
        stream_release(r->stream);
        stream_release(r->stream);
        r->stream = NULL;
    }
    answer_problem(r, &e->answer, 503, "too much is being tagged at once");
    e->answer.retry = 10;
    return false;
}

/* A part of a body that is answered while it comes in; a part of no bytes is its end. */
static enum MHD_Result go_on_with_stream(exchange *e, struct MHD_Connection *connection, const char *bytes,
                                         size_t *size)
{
    stream *s = e->request.stream;

    mark_peer(e->connections, connection, NULL);
    if (*size) {
        const size_t taken = stream_take(s, bytes, *size);
        *size -= taken;
        e->taken += taken;
        if (e->length && e->taken == e->length) {
            stream_end(s, false); /* what is short is answered before it is asked whether there is more */
        }
        /* a problem is told when the body is here whole, unless it does not end */
        return stream_is_done(s) && (stream_has_begun(s) || e->taken > IMPORT_MOST) ? MHD_NO : MHD_YES;
    }
    if (stream_end(s, true)) {
        return MHD_YES;
    }
    return stream_has_begun(s) ? MHD_NO : send_answer(e, connection, false);
}

/* ---- the body of a request ------------------------------------------------------------------------------------- */

static void drop_body(exchange *e)
{
    atomic_fetch_sub(&e->server->body_bytes, e->body.size);
    text_free(&e->body);
}

/* Takes a part of the body in. What is too much is refused, but read to its end: else the client would not see why. */
static void take_part(exchange *e, const char *bytes, size_t size)
{
    const route *taken = e->request.route;
    const size_t all = atomic_fetch_add(&e->server->body_bytes, size) + size;

    if (e->refused) {
        atomic_fetch_sub(&e->server->body_bytes, size);
        return;
    }
    if (e->body.size + size > taken->most || all > BODIES_MOST) {
        atomic_fetch_sub(&e->server->body_bytes, size);
        e->refused = true;
        if (all > BODIES_MOST) {
            answer_problem(&e->request, &e->answer, 503, "too much is being sent at once");
            e->answer.retry = 10;
        } else {
            answer_problem(&e->request, &e->answer, 413, "at most %zu bytes can be sent here", taken->most);
        }
        drop_body(e);
        return;
    }
    text_add(&e->body, bytes, size);
    if (e->body.failed) {
        atomic_fetch_sub(&e->server->body_bytes, size);
        e->refused = true;
        answer_problem(&e->request, &e->answer, 503, "out of memory");
        drop_body(e);
    }
}

/* Hands the whole request to a worker; the connection rests. False: too many wait. */
static bool hand_over(struct connections *h, exchange *e, struct MHD_Connection *connection)
{
    e->request.body = e->body.data;
    e->request.size = e->body.size;
    e->connection = connection;
    mark_peer(h, connection, e);
    MHD_suspend_connection(connection);
    if (work_push(h->work, e)) {
        return true;
    }
    answer_problem(&e->request, &e->answer, 503, "too many requests wait");
    e->answer.retry = 1;
    e->answered = true;
    MHD_resume_connection(connection);
    return false;
}

static void on_answered(exchange *e)
{
    MHD_resume_connection(e->connection);
}

static void *on_target(void *context, const char *raw, struct MHD_Connection *connection)
{
    struct connections *h = context;
    exchange *e = calloc(1, sizeof *e);

    mark_peer(h, connection, NULL);
    if (e) {
        e->server = h->server;
        e->request.raw = strdup(raw);
    }
    return e;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *size, void **slot)
{
    struct connections *h = context;
    exchange *e = *slot;

    (void)url;
    if (!e || !e->request.raw) {
        return MHD_NO; /* without memory the connection ends */
    }
    if (e->answered) {
        mark_peer(h, connection, NULL);
        return send_answer(e, connection, false);
    }
    if (!e->began) {
        e->began = true;
        e->request.method = method;
        if (!read_head(e, connection, version) ||
            (e->request.route->streams && !begin_stream(h, e, connection, version))) {
            return send_answer(e, connection, true);
        }
        return MHD_YES;
    }
    if (e->request.stream) {
        return go_on_with_stream(e, connection, bytes, size);
    }
    if (*size) {
        take_part(e, bytes, *size);
        *size = 0;
        return MHD_YES;
    }
    if (e->refused) {
        return send_answer(e, connection, true);
    }
    hand_over(h, e, connection);
    return MHD_YES;
}

static void free_exchange(exchange *e)
{
    drop_body(e);
    text_free(&e->answer.body);
    if (e->answer.kept) {
        kept_release(e->answer.kept);
    }
    free((char *)e->request.raw);
    request_free(&e->request);
    free(e);
}

/* The connection, or the thread that answers, is done with a stream. */
static void release_stream(exchange *e)
{
    if (stream_release(e->request.stream)) {
        free_exchange(e);
    }
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode code)
{
    exchange *e = *slot;

    (void)code;
    mark_peer(context, connection, NULL);
    if (e && e->request.stream) {
        stream_leave(e->request.stream, true);
        release_stream(e);
    } else if (e) {
        free_exchange(e);
    }
    *slot = NULL;
}

/* ---- the server ------------------------------------------------------------------------------------------------ */

/* As many connections as there may be open files, some set aside for the store and the like. */
static unsigned connection_limit(void)
{
    enum { OTHERS = 128 };
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit)) {
        return CONNECTIONS_MOST / 16;
    }
    limit.rlim_cur = limit.rlim_max < CONNECTIONS_MOST + OTHERS ? limit.rlim_max : CONNECTIONS_MOST + OTHERS;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 2 * OTHERS ? (unsigned)limit.rlim_cur - OTHERS : OTHERS;
}

struct connections *connections_open(server *s)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct connections *h = calloc(1, sizeof *h);

    if (!h) {
        report_out_of_memory();
        return NULL;
    }
    h->server = s;
    h->peers = peers_open();
    h->work = h->peers ? work_open(s, on_answered, release_stream) : NULL;
    if (h->work) {
        h->daemon = MHD_start_daemon(
            flags, 0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, s->socket, MHD_OPTION_URI_LOG_CALLBACK,
            on_target, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MOST, MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    }
    if (!h->daemon) {
        if (h->work) {
            complain("the server does not start");
        }
        connections_close(h);
        return NULL;
    }
    return h;
}

void connections_tick(struct connections *h)
{
    peers_watch(h->peers, h->work);
    work_tick(h->work);
}

bool connections_close(struct connections *h)
{
    bool ended = true;

    if (h->daemon) {
        MHD_quiesce_daemon(h->daemon);
    }
    if (h->work) {
        ended = work_close(h->work);
    }
    if (h->daemon && ended) {
        MHD_stop_daemon(h->daemon);
        close(h->server->socket);
    }
    if (ended) {
        peers_close(h->peers);
        free(h);
    }
    return ended;
}
