/*
 * ask - see ask.h.
 *
 * A service that answers, but not with a page, is to be left alone for a while by every program of this user: that is
 * kept with its pace. When no answer comes, the network may be at fault: then only this program waits.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../clock.h"
#include "../status.h"
#include "address.h"
#include "ask.h"
#include "headers.h"
#include "pace.h"

enum { TRIES = 4, REDIRECTS = 5 };
static const int64_t first_wait = 60000, patience = 900000; /* milliseconds */

/* What became of one try. */
typedef enum verdict { GOOD, SAME, AGAIN, REDIRECTED, HOPELESS, TOO_EARLY } verdict;

struct
try {
    asker *asker;
    const question *question;
    int number;
    text url, service;
    int64_t rest, latest;
    http_answer *answer;
    page *page;
    text *said;
    int64_t when; /* of the next try; 0: not said */
};

/* ---- progress -------------------------------------------------------------------------------------------------- */

void show_progress(const char *format, ...)
{
    va_list list;
    text line = {0};

    if (isatty(STDERR_FILENO)) {
        if (format) {
            va_start(list, format);
            text_format_list(&line, format, list);
            va_end(list);
        }
        fprintf(stderr, "\r\033[K%s", line.data && !line.failed ? line.data : "");
        text_free(&line);
    }
}

static void tell_wait(void *context, int64_t until)
{
    const struct try *t = context;
    char moment[MOMENT_SIZE];

    if (until - clock_now() > 5000) {
        write_moment(moment, until);
        show_progress("%s: waiting until %.8s UTC%s%s", t->question->name, moment + 11, t->said->size ? ": " : "",
                      t->said->size ? t->said->data : "");
    }
}

/* ---- judging an answer ----------------------------------------------------------------------------------------- */

static void say(struct try *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct try *t, const char *format, ...)
{
    va_list list;

    text_empty(t->said);
    va_start(list, format);
    text_format_list(t->said, format, list);
    va_end(list);
}

/* An answer with a status other than success, which may say why. */
static verdict judge_status(struct try *t)
{
    const long status = t->answer->status;
    const char *why = "";

    if (page_read(t->page, &t->answer->body) && t->page->said.size) {
        why = t->page->said.data;
    }
    say(t, "HTTP %ld%s%.200s", status, *why ? ": " : "", why);
    if (status == 403) {
        text_put(&t->asker->closed, " ");
        text_put(&t->asker->closed, text_of(&t->asker->closed, &t->service));
        text_put(&t->asker->closed, " ");
        text_put(t->said, "; nothing more is asked there");
    }
    return status == 408 || status == 425 || status == 429 || status >= 500 ? AGAIN : HOPELESS;
}

/* Marks a page of another form than the kind reads: without its papers it would pass for a day without any. */
static void check_form(page *p, const source_kind *kind)
{
    static const char *const faults[] = {[PAGE_OAI] =
                                             "it is a listing of OAI-PMH, which this kind of source does not read",
                                         [PAGE_FEED] = "it is a feed, which this kind of source does not read",
                                         [PAGE_JSON] = "it is JSON, which this kind of source does not read"};
    const page_form wanted = kind->inspect                                  ? PAGE_JSON
                             : kind->format && !strcmp(kind->format, "oai") ? PAGE_OAI
                                                                            : PAGE_FEED;

    if (p->form != wanted) {
        p->fault = faults[p->form];
    } else if (kind->inspect) {
        kind->inspect(p);
    }
}

/* Success, which may hold an error all the same. */
static verdict judge_page(struct try *t)
{
    const harvest *h = t->question->harvest;
    page *p = t->page;

    if (!page_read(p, &t->answer->body)) {
        say(t, "out of memory");
        return HOPELESS;
    }
    if (!p->fault) {
        check_form(p, h->kind);
    }
    if (p->fault || (p->json && p->said.size)) {
        say(t, "%s%s%s", p->fault ? p->fault : "an error in place of papers", p->said.size ? ": " : "",
            p->said.size ? p->said.data : "");
        return AGAIN;
    }
    if (p->code.size && !strcmp(p->code.data, "entry")) {
        say(t, "an error in place of papers: %s", text_of(t->said, &p->said));
        return HOPELESS;
    }
    if (!p->entries && p->total > (long long)h->place.start) {
        say(t, "a page without papers, though %lld are left", p->total - (long long)h->place.start);
        return AGAIN;
    }
    if (!p->entries && h->kind->doubts_empty && !t->number) {
        t->when = clock_now() + t->rest;
        return AGAIN;
    }
    return GOOD;
}

/* A redirect is followed to the same site, and never out of https. */
static verdict judge_redirect(struct try *t)
{
    text to = {0};
    const bool good = t->answer->location && text_resolved(&to, t->url.data, t->answer->location) && !to.failed &&
                      may_redirect(t->url.data, to.data);

    if (!good) {
        say(t, "a redirect to %.200s, which is another site or no address",
            t->answer->location ? t->answer->location : "nowhere");
        text_free(&to);
        return HOPELESS;
    }
    text_free(&t->url);
    t->url = to;
    return REDIRECTED;
}

static verdict judge(struct try *t)
{
    const http_answer *a = t->answer;
    const int64_t now = clock_now();

    t->when = retry_time(a->retry_after, now);
    t->when = t->when ? t->when : limit_time(a->limit, now);
    if (!a->status) {
        say(t, "%s", a->fault);
        return a->hopeless ? HOPELESS : AGAIN;
    }
    if (a->status == 304 && (t->question->etag || t->question->modified)) {
        return SAME;
    }
    if (a->status == 301 || a->status == 302 || a->status == 303 || a->status == 307 || a->status == 308) {
        return judge_redirect(t);
    }
    return a->status == 200 ? judge_page(t) : judge_status(t);
}

/* ---- one try --------------------------------------------------------------------------------------------------- */

/* Adds the header with the token of a kind: over https, or to this machine, where no proxy comes between. */
static void add_token(text *header, const struct try *t)
{
    const source_kind *kind = t->question->harvest->kind;
    const char *token = kind->variable ? getenv(kind->variable) : NULL;
    text host = {0}, asked = {0};

    text_url_host(&host, t->url.data);
    text_url_host(&asked, t->question->harvest->base);
    if (token && *token && !host.failed && !asked.failed && host.data && asked.data && !strcmp(host.data, asked.data) &&
        (!strncmp(t->url.data, "https:", 6) || is_this_machine(host.data))) {
        text_put(header, kind->header);
        text_put(header, token);
    }
    text_free(&host);
    text_free(&asked);
}

/* The time until which the service is to be left alone after this try; 0: no more than its pace. */
static int64_t rest_of_service(struct try *t, verdict v)
{
    const int64_t next = clock_now() + (first_wait << t->number);

    if (v == AGAIN) {
        t->when = t->when ? t->when : next;
        return t->answer->status ? t->when : 0;
    }
    return t->when;
}

static verdict send_once(struct try *t)
{
    const source_kind *kind = t->question->harvest->kind;
    text header = {0};
    verdict v = HOPELESS;
    pace turn;
    int code = pace_enter(&turn, t->service.data, t->rest, t->latest, tell_wait, t);

    if (code) {
        t->when = turn.not_before;
        if (code == EXIT_FAILED) {
            say(t, "the pace of requests cannot be kept");
        }
        return code == EXIT_LATER ? TOO_EARLY : HOPELESS;
    }
    add_token(&header, t);
    if (header.failed) {
        say(t, "out of memory");
    } else {
        http_get(t->asker->http,
                 &(http_request){.url = t->url.data,
                                 .accept = kind->inspect ? "application/json" : "application/xml, text/xml, */*;q=0.8",
                                 .header = header.data,
                                 .etag = t->question->etag,
                                 .modified = t->question->modified},
                 t->answer);
        t->asker->requests++;
        page_free(t->page);
        v = judge(t);
    }
    text_free(&header);
    if (pace_leave(&turn, rest_of_service(t, v))) {
        say(t, "the pace of requests cannot be kept");
        v = HOPELESS;
    }
    return v;
}

/* One try, with the redirects on its way. */
static verdict send_and_follow(struct try *t)
{
    verdict v;

    text_free(&t->url);
    t->question->harvest->kind->ask(t->question->harvest, &t->url);
    for (int hops = 0;; hops++) {
        if (t->url.failed || t->service.failed) {
            say(t, "out of memory");
            return HOPELESS;
        }
        v = send_once(t);
        if (v != REDIRECTED) {
            return v;
        }
        if (hops == REDIRECTS) {
            say(t, "redirects without an end");
            return HOPELESS;
        }
    }
}

/* ---- a question ------------------------------------------------------------------------------------------------ */

static bool ends_with(const char *string, const char *end)
{
    const size_t length = strlen(string), size = strlen(end);

    return length >= size && !strcmp(string + length - size, end);
}

/* All of arXiv is one service, whichever of its hosts is asked. */
void text_service(text *t, const harvest *h, int64_t *rest)
{
    text host = {0};

    text_url_host(&host, h->base);
    *rest = h->kind->rest;
    if (host.data && (!strcmp(host.data, "arxiv.org") || ends_with(host.data, ".arxiv.org"))) {
        text_put(t, "arxiv.org");
        *rest = *rest > 3000 ? *rest : 3000;
    } else {
        text_put(t, text_of(t, &host));
    }
    text_free(&host);
}

static bool is_closed(const asker *a, const text *service)
{
    text word = {0};
    bool closed;

    text_put(&word, " ");
    text_put(&word, text_of(&word, service));
    text_put(&word, " ");
    closed = a->closed.size && !word.failed && strstr(a->closed.data, word.data);
    text_free(&word);
    return closed;
}

/* Tries until something comes of it. */
static reply try_all(struct try *t, int64_t *again)
{
    for (t->number = 0; t->number < TRIES; t->number++) {
        const int64_t now = clock_now();
        verdict v;
        t->latest = now + patience > t->asker->deadline ? now + patience : t->asker->deadline;
        v = send_and_follow(t);
        if (v == GOOD || v == SAME) {
            return v == GOOD ? REPLY_PAGE : REPLY_SAME;
        }
        if (v == HOPELESS) {
            return REPLY_FAILED;
        }
        *again = v == TOO_EARLY || t->answer->status ? t->when : 0;
        if (v == TOO_EARLY) {
            char moment[MOMENT_SIZE];
            write_moment(moment, t->when);
            if (!t->said->size) {
                say(t, "the service asked to wait until %.10s %.5s UTC", moment, moment + 11);
            }
            return REPLY_LATER;
        }
        if (!t->answer->status && t->when > t->latest) {
            return REPLY_LATER;
        }
        if (!t->answer->status && t->number + 1 < TRIES) { /* no answer: the pace knows nothing of the wait */
            tell_wait(t, t->when);
            clock_wait(t->when - clock_now());
        }
    }
    return REPLY_LATER;
}

reply ask(asker *a, const question *q, http_answer *answer, page *p, text *said, int64_t *again)
{
    struct try t = {.asker = a, .question = q, .answer = answer, .page = p, .said = said};
    reply r = REPLY_FAILED;

    *again = 0;
    text_empty(said);
    text_service(&t.service, q->harvest, &t.rest);
    if (is_closed(a, &t.service)) {
        say(&t, "the service refused an answer before in this run");
    } else {
        r = try_all(&t, again);
    }
    if (r == REPLY_PAGE || r == REPLY_SAME) {
        text_empty(said); /* what was wrong before the last try */
    }
    text_free(&t.url);
    text_free(&t.service);
    return r;
}
