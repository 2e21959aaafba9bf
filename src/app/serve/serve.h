/*
 * serve - the page and the REST API over a store.
 *
 *     http      connections, by libmicrohttpd: bytes in, a request; an answer, bytes out
 *     work      the queue of requests, the threads that answer them, and the watch over slow ones
 *     request   targets and forms, decoded         guard    hosts, tokens, origins
 *     routes    the table of all routes            answer   answers and problems
 *     openapi   the same table as a description    html     the one place that writes markup
 *     jobs      what goes on in the background
 *     api_*     a group of REST resources each     page_*   a page each
 *
 * One thread moves bytes. A request that is here whole goes into a queue, and a worker answers it: workers have a store
 * handle each, and SQLite's log lets them read while another process writes. What takes long has a worker of its own,
 * so that it holds up nobody else.
 */
#ifndef SERVE_H
#define SERVE_H

#include <pthread.h>
#include <stdatomic.h>

#include "../app.h"
#include "request.h"

/* ---- the server ------------------------------------------------------------------------------------------------ */

enum {
    HEADERS_MOST = 12 * 1024,       /* bytes of a request's headers, which is what a connection costs */
    CONNECTIONS_MOST = 12000,       /* at once */
    BODY_MOST = 1024 * 1024,        /* bytes of a body */
    IMPORT_MOST = 32 * 1024 * 1024, /* of one with papers */
    BODIES_MOST = 48 * 1024 * 1024, /* of all bodies that are here at once */
    QUEUE_MOST = 512,               /* requests that wait for a worker */
    STREAMS_MOST = 8,               /* bodies that are answered while they come in, at once */
    IDLE_SECONDS = 30,              /* that a connection may be silent */
    RECEIVE_SECONDS = 60,           /* that a request may take to come in */
    ANSWER_SECONDS = 10,            /* that a worker may take; an hour for what takes long */
    SLOW_ANSWER_SECONDS = 3600
};

/* A secret and what it allows. */
typedef struct token {
    char *secret;
    scope scope;
} token;

typedef struct server {
    const char *store; /* its path */
    const args *args;  /* they name the model */
    int socket;        /* bound and listening */
    char address[80];  /* ADDRESS:PORT, as it is printed */
    unsigned port;
    bool loopback;      /* nobody but this machine can connect */
    const char **hosts; /* host_count: names of --host */
    size_t host_count;
    text mail_host;       /* that links in mail name, of [serve] url; empty: none */
    const char **origins; /* origin_count: of --origin, which pages elsewhere may read from */
    size_t origin_count;
    token *tokens; /* token_count; none: whoever is at this machine may do everything */
    size_t token_count;
    atomic_size_t body_bytes; /* of all bodies that are here */
    atomic_bool ending;       /* SIGTERM came */
    struct jobs *jobs;
    struct models *models;
    struct ended *ended;
} server;

/* Serves until a signal ends it. EXIT_DONE or, after saying why, EXIT_FAILED. */
int serve(server *s);

/* ---- a worker -------------------------------------------------------------------------------------------------- */

/* A model that workers share. */
typedef struct shared_model {
    papertag_model *model;
    char *wanted; /* hash of the store's model in use; "" when the store has none */
    unsigned users;
} shared_model;

typedef struct worker {
    server *server;
    papertag_store *store;
    shared_model *shared;
    const papertag_model *model; /* NULL until worker_model was called */
    papertag_tagger *tagger;     /* of the model */
    int64_t changes;             /* of the store, when the request began */
    int64_t model_changes;       /* when the model was last looked up */
} worker;

/* Makes worker->model the one in use, and a tagger of it. A status; err says why not. */
int worker_model(worker *w, papertag_error *err);

/* ---- answers --------------------------------------------------------------------------------------------------- */

typedef struct answer {
    int status;       /* of HTTP */
    const char *type; /* media type */
    text body;
    char etag[64];            /* with its quotes; "" for none */
    char location[512];       /* "" for none */
    char cookie[1024];        /* to be set; "" for none */
    char file[64];            /* a name to save it under; "" for none */
    char allow[64];           /* methods, with 405 */
    unsigned retry;           /* seconds, with 429 and 503; 0: none */
    bool keep;                /* may be kept for the same request until the store changes */
    struct kept_answer *kept; /* the body, where it is shared with other answers; NULL */
} answer;

/* An answer that is a problem: RFC 9457 for programs, a page for people. `detail` may be NULL. */
void answer_problem(const request *r, answer *a, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The problem that fits an error of the library. */
void answer_error(const request *r, answer *a, const papertag_error *err);

/* 303 to a path of this server. */
void answer_redirect(answer *a, const char *path);

/* The words of a status. */
const char *status_words(int status);

/* The changes that If-Match names, in *changes. False: it names none. */
bool etag_changes(const char *if_match, int64_t *changes);

/* Writes the tag of what a request asks for, in the store's present state. */
void answer_etag(const worker *w, const request *r, answer *a);

/* Whether If-None-Match has this tag. */
bool etag_matches(const char *if_none_match, const char *etag);

/* ---- routes ---------------------------------------------------------------------------------------------------- */

/* The media type of forms. */
#define FORM_TYPE "application/x-www-form-urlencoded"

/* A parameter of a query, or a field of a form or a JSON object. */
typedef struct parameter {
    const char *name, *about; /* NULL name ends a list */
} parameter;

typedef void handler(worker *w, request *r, answer *a);

typedef struct route {
    const char *method;
    const char *path; /* {name} stands for one segment */
    scope scope;      /* that it takes */
    handler *handle;
    const char *summary;
    const parameter *parameters; /* of the query; NULL: none */
    const char *body;            /* media type of what is sent; NULL: nothing is */
    const char *answers;         /* media type */
    const char *takes, *gives;   /* of the API: the schemas of what is sent and answered; a line's, of JSON Lines */
    int status;                  /* of success */
    size_t most;                 /* bytes of a body */
    bool slow;                   /* may take more than a second */
    bool streams;                /* the body is answered while it comes in, and may be of any length */
    bool fresh;                  /* depends on more than the store: it has no tag */
    bool is_signed;              /* a link in mail: its signature is the right to it, and comes from anywhere */
} route;

extern const route routes[]; /* method NULL ends it */

/* The route of a request, with its parameters in `r`. NULL: there is none; `allow` lists the methods that its path has,
 * "" for none. Of two for the same path, a signed one is for links with a signature. */
const route *find_route(request *r, char *allow, size_t size);

/* Whether a path belongs to the REST API. */
bool is_api(const char *raw);

/* ---- guard ----------------------------------------------------------------------------------------------------- */

/* What of a request's head decides whether it may come in. NULL: not sent. */
typedef struct head {
    const char *method, *host, *origin, *fetch_site, *authorization;
} head;

/* The status to refuse a request with, and why; 0: it may come in, with what it is granted. `to` is where it leads;
 * NULL: nowhere. */
int guard(const server *s, const head *h, const route *to, scope *granted, const char **why);

/* Reads the tokens of a file that only its owner can read. EXIT_DONE, or EXIT_USAGE or EXIT_FAILED after saying why. */
int guard_read_tokens(server *s, const char *path);
void guard_free(server *s);

/* Whether pages of that origin may read answers. */
bool is_allowed_origin(const server *s, const char *origin);

/* ---- listening ------------------------------------------------------------------------------------------------- */

/* Opens the socket of ADDRESS:PORT, or takes the one that systemd hands over. EXIT_DONE, EXIT_USAGE or EXIT_FAILED. */
int listen_at(server *s, const char *where);

/* ---- jobs ------------------------------------------------------------------------------------------------------ */

struct jobs *jobs_open(server *s);

/* Ends them. False: one that is under way does not end in time. */
bool jobs_close(struct jobs *j);

/* Begins to retrain unless that is under way; the number of the job, 0 without memory. */
unsigned jobs_retrain(struct jobs *j);

/* Begins to remove a tag that was made in the store, once what is under way is done: the number of the job; 0: another
 * tag waits for that already. */
unsigned jobs_remove_tag(struct jobs *j, const char *tag);

/* Writes what is known of a job. False: there is no such job. */
bool jobs_write(struct jobs *j, unsigned number, text *out);

/* Subscriptions that were ended here, as long as the server runs: so that an end can be undone. */
struct ended *ended_open(void);
void ended_close(struct ended *e);

/* Copies a subscription that ends. Without memory it cannot be undone. */
void ended_add(struct ended *e, const papertag_subscription *s);

/* Whether one of that name can be brought back; brings it back into the store, from now on, and forgets it.
 * PAPERTAG_BAD_ARGUMENT when there is none. */
bool ended_has(struct ended *e, const char *name);
int ended_restore(struct ended *e, papertag_store *store, const char *name, papertag_error *err);

/* Models that workers share: see worker_model. */
struct models *models_open(void);
void models_close(struct models *m);
void worker_forget_model(worker *w);

#endif
