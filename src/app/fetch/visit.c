/*
 * visit - see visit.h.
 *
 * The papers of a page and the place after it are stored in one transaction. So whenever the program ends, the next
 * visit goes on with the page after the last that is stored.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "../clock.h"
#include "address.h"
#include "calendar.h"
#include "headers.h"
#include "visit.h"

/* A visit as it goes on. */
struct visit {
    visitor *visitor;
    papertag_source *source;
    harvest harvest;
    visited *out;
    text place, validators; /* as they are stored */
    char answered[MOMENT_SIZE], finished[MOMENT_SIZE], news[MOMENT_SIZE], again[MOMENT_SIZE];
    char *etag, *modified; /* of the last answer, owned */
    uint64_t ids;          /* of the papers of the page, hashed */
    unsigned repeated;     /* pages that came before in this visit */
    bool wrong;            /* this machine is at fault, which was reported */
};

/* ---- where it begins ------------------------------------------------------------------------------------------- */

static const char *earlier(const char *a, const char *b)
{
    return strcmp(a, b) < 0 ? a : b;
}

/* Begins a harvest: from the day that was asked for, else from where the source stands. */
static void begin_harvest(harvest *h, const char *from, const char *until)
{
    const source_kind *kind = h->kind;
    const long today = day_number(h->today);
    place *p = &h->place;
    char first[DAY_SIZE], again[DAY_SIZE];

    /* What an interrupted harvest has not read yet is read by the next, when this one is aside. */
    if (p->running && !p->aside) {
        memcpy(p->next, p->next[0] ? earlier(p->next, p->from) : p->from, DAY_SIZE);
    }
    place_end(p, p->next);
    forget_tokens(h);
    p->running = true;
    p->aside = until || (from && p->next[0] && strcmp(from, p->next) > 0);
    write_day(first, p->next[0] ? day_number(p->next) - (long)kind->overlap : today - (long)kind->first);
    write_day(again, today - (long)kind->again);
    memcpy(p->from, from ? from : earlier(first, again), DAY_SIZE);
    if (until || !kind->is_open) {
        memcpy(p->until, until ? until : h->today, DAY_SIZE);
    }
}

/* Prepares a harvest. What is wrong with the source; NULL: nothing. */
static const char *open_harvest(harvest *h, const visitor *v, const papertag_source *s)
{
    char now[MOMENT_SIZE];

    *h = (harvest){.source = s, .kind = find_kind(s->kind), .contact = v->contact};
    present_moment(now);
    memcpy(h->today, now, DAY_SIZE - 1);
    if (!h->kind) {
        return "its kind is not known to this version of papertag";
    }
    if (s->arguments.count < h->kind->least || s->arguments.count > h->kind->most) {
        return "it has the wrong number of arguments";
    }
    h->base = s->url ? s->url : h->kind->address ? h->kind->address : s->arguments.items[0];
    if (url_fault(h->base)) {
        return "it has no address";
    }
    return place_parse(&h->place, s->place) ? NULL : "out of memory";
}

static void close_harvest(harvest *h)
{
    place_free(&h->place);
    text_free(&h->first_id);
    text_free(&h->why);
    free(h->seen);
}

/* ---- validators ------------------------------------------------------------------------------------------------ */

/* Takes apart the validators of the last answer: ETag, a newline, Last-Modified. */
static bool read_validators(struct visit *v)
{
    const char *string = v->harvest.kind->validates && !v->visitor->out ? v->source->validators : NULL;
    const size_t length = string ? strcspn(string, "\n") : 0;

    v->etag = length ? strndup(string, length) : NULL;
    v->modified = string && string[length] && string[length + 1] ? strdup(string + length + 1) : NULL;
    return (!length || v->etag) && (!string || !string[length] || !string[length + 1] || v->modified);
}

static void take_validators(struct visit *v, const http_answer *a)
{
    text_empty(&v->validators);
    if (v->harvest.kind->validates && (a->etag || a->modified)) {
        text_put(&v->validators, is_validator(a->etag) ? a->etag : "");
        text_put(&v->validators, "\n");
        text_put(&v->validators, is_validator(a->modified) ? a->modified : "");
    }
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

static bool write_paper(struct visit *v, const papertag_paper *paper)
{
    const papertag_stored stored = {.paper = *paper, .version = 1};
    text line = {0};
    bool good;

    text_paper_json(&line, &stored);
    text_put(&line, "\n");
    good = !line.failed && fwrite(line.data, 1, line.size, v->visitor->out) == line.size;
    if (!good) {
        complain("the papers cannot be written");
    }
    text_free(&line);
    v->out->counts.added += good;
    return good;
}

/* Puts a paper where it goes. False after reporting why it cannot. */
static bool take_paper(struct visit *v, const papertag_paper *paper)
{
    visitor *all = v->visitor;
    papertag_error err;

    if (paper->date && strlen(paper->date) == DAY_SIZE - 1 && strcmp(paper->date, v->harvest.last_day) > 0 &&
        strcmp(paper->date, v->harvest.today) <= 0) { /* a day to come is a fault, and would skip the rest */
        memcpy(v->harvest.last_day, paper->date, DAY_SIZE);
    }
    for (const char *c = paper->id ? paper->id : paper->title; c && *c; c++) { /* FNV-1a */
        v->ids = (v->ids ^ (unsigned char)*c) * 0x100000001b3;
    }
    v->ids *= 0x100000001b3; /* the end of one */
    if (all->out) {
        return write_paper(v, paper);
    }
    if (papertag_batch_tag(all->batch, paper, all->tagger, &err)) {
        failed(&err);
        return false;
    }
    return true;
}

/* What a feed has beside what is read of it is worth knowing once. */
static void print_remarks(const struct visit *v, const papertag_reader *reader)
{
    const char *const *remarks;
    const size_t count = v->harvest.kind->format || v->source->finished ? 0 : papertag_reader_remarks(reader, &remarks);

    for (size_t i = 0; i < count; i++) {
        complain("%s: %s", v->source->name, remarks[i]);
    }
}

/* Reads the papers of a page. Broken records are reported and skipped. False when the page cannot be read as a whole,
 * or this machine is at fault (v->wrong). */
static bool read_papers(struct visit *v, const text *body)
{
    const papertag_reader_options options = {.format = v->harvest.kind->format, .today = v->harvest.today};
    papertag_reader *reader = NULL;
    const papertag_paper *paper;
    papertag_error err;
    int status = papertag_reader_open_memory(&reader, v->source->name, body->data, body->size, &options, &err);

    while (!status && (status = papertag_reader_next(reader, &paper, &err)) != PAPERTAG_END) {
        if (status == PAPERTAG_BAD_INPUT) {
            failed(&err);
            v->out->broken++;
            status = PAPERTAG_OK;
        } else if (!status && !take_paper(v, paper)) {
            v->wrong = true;
            break;
        }
    }
    if (status == PAPERTAG_END) {
        print_remarks(v, reader);
    } else if (!v->wrong) {
        text_format(&v->out->said, "a page cannot be read: %s", err.message);
    }
    papertag_reader_close(reader);
    return status == PAPERTAG_END;
}

/* ---- storing --------------------------------------------------------------------------------------------------- */

/* Stores the papers of a page (`batch` NULL: none), and how far the source was read. */
static bool store_progress(struct visit *v, const papertag_batch *batch, const char *state)
{
    papertag_source s = *v->source;
    papertag_error err;

    if (v->visitor->out) {
        return true;
    }
    text_empty(&v->place);
    text_place(&v->place, &v->harvest.place);
    s.place = text_of(&v->place, &v->place);
    s.validators = v->validators.size ? v->validators.data : NULL;
    s.state = state;
    s.answer = text_of(&v->place, &v->out->said);
    s.answered = v->answered[0] ? v->answered : s.answered;
    s.finished = v->finished[0] ? v->finished : s.finished;
    s.news = v->news[0] ? v->news : s.news;
    s.again = v->again[0] ? v->again : NULL;
    if (v->place.failed || v->validators.failed) {
        out_of_memory();
        v->wrong = true;
    } else if (papertag_store_add_from(v->visitor->store, &s, batch, v->visitor->model, &v->out->counts, &err)) {
        failed(&err);
        v->wrong = true;
    }
    return !v->wrong;
}

/* Whether a service gives the same papers over and over, each time as another page: it would never come to an end. Now
 * and then a page may rightly come twice, when papers move on while they are listed. */
static bool goes_in_circles(struct visit *v)
{
    enum { REPEATED_MOST = 5 };
    char name[32];

    snprintf(name, sizeof name, "page %016llx", (unsigned long long)v->ids);
    v->repeated += token_was_seen(&v->harvest, name);
    return v->repeated > REPEATED_MOST;
}

/* One page that came: its papers and the place after it. */
static harvest_step take_page(struct visit *v, const http_answer *answer, const page *p)
{
    const size_t before = v->out->counts.added + v->out->counts.updated;
    harvest_step step;

    if (v->visitor->batch) {
        papertag_batch_clear(v->visitor->batch);
    }
    v->ids = 0xcbf29ce484222325;
    if (p->entries && !read_papers(v, &answer->body)) {
        return STEP_FAILED;
    }
    if (p->entries && goes_in_circles(v)) {
        text_put(&v->out->said, "it gives the same papers over and over, and never comes to an end");
        return STEP_FAILED;
    }
    step = v->harvest.kind->advance(&v->harvest, p);
    if (v->harvest.why.size) {
        text_put(&v->out->said, text_of(&v->out->said, &v->harvest.why));
    }
    present_moment(v->answered);
    take_validators(v, answer);
    v->out->pages++;
    if (!store_progress(v, v->visitor->batch, v->source->state)) {
        return STEP_FAILED;
    }
    if (v->out->counts.added + v->out->counts.updated > before) {
        present_moment(v->news);
    }
    show_progress("%s: %zu page%s, %zu papers, %zu new", v->source->name, v->out->pages, v->out->pages == 1 ? "" : "s",
                  v->out->counts.added + v->out->counts.updated + v->out->counts.unchanged, v->out->counts.added);
    return step;
}

/* ---- the visit ------------------------------------------------------------------------------------------------- */

/* Reads a harvest to its end, or as far as it goes. */
static reply read_harvest(struct visit *v)
{
    harvest_step step = STEP_MORE;
    reply r = REPLY_PAGE;

    while (step == STEP_MORE && r == REPLY_PAGE) {
        const question q = {&v->harvest, v->etag, v->modified, v->source->name};
        http_answer answer = {0};
        page p = {0};
        int64_t again = 0;
        r = ask(&v->visitor->asker, &q, &answer, &p, &v->out->said, &again);
        present_moment(v->answered);
        if (r == REPLY_PAGE) {
            step = take_page(v, &answer, &p);
        } else if (r == REPLY_SAME) {
            harvest_ends(&v->harvest);
        } else if (r == REPLY_LATER && again) {
            write_moment(v->again, again);
        }
        http_answer_free(&answer);
        page_free(&p);
    }
    return r == REPLY_PAGE && step == STEP_FAILED ? REPLY_FAILED : r;
}

/* The state after a visit that came to its end. */
static source_state end_state(struct visit *v)
{
    papertag_source *s = v->source;
    const int64_t now = clock_now();

    present_moment(v->finished);
    if (v->news[0] && s->news) {
        const size_t days = (size_t)((read_milliseconds(v->news) - read_milliseconds(s->news)) / 86400000);
        s->gap = days > s->gap && days < 1000 ? days : s->gap;
    }
    if (v->out->counts.added) {
        return SOURCE_FRESH;
    }
    return !v->news[0] && !v->visitor->out && source_is_stalled(s, now) ? SOURCE_STALLED : SOURCE_QUIET;
}

static void say_state(struct visit *v)
{
    const papertag_source *s = v->source;
    char moment[MOMENT_SIZE];

    if (v->out->state == SOURCE_STALLED) {
        text_format(&v->out->said, "nothing new since %.10s", s->news ? s->news : s->added);
    } else if (v->out->state == SOURCE_QUIET && v->harvest.kind->announced) {
        write_moment(moment, next_announcement(clock_now()));
        text_format(&v->out->said, "nothing new; the next announcement is on %.10s at %.5s UTC", moment, moment + 11);
    }
}

/* Keeps what has changed for the next visit of this run. */
static bool keep_changes(struct visit *v, source_list *list)
{
    papertag_source *s = v->source;
    const char *const strings[] = {v->place.data,
                                   v->validators.data,
                                   source_state_words[v->out->state],
                                   v->answered[0] ? v->answered : s->answered,
                                   v->finished[0] ? v->finished : s->finished,
                                   v->news[0] ? v->news : s->news,
                                   v->again[0] ? v->again : NULL};
    const char **const members[] = {&s->place,    &s->validators, &s->state, &s->answered,
                                    &s->finished, &s->news,       &s->again};
    bool good = true;

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        *members[i] = strings[i];
        good = source_list_own(list, members[i]) && good;
    }
    return good || !out_of_memory();
}

/* Reads all that there is. */
static reply read_all(struct visit *v)
{
    const visitor *all = v->visitor;
    place *p = &v->harvest.place;
    const bool asked = all->from || all->until, resumed = p->running && !asked && !all->out;
    const bool aside = p->aside;
    reply r;

    if (!resumed) {
        begin_harvest(&v->harvest, all->from, all->until);
    }
    r = read_harvest(v);
    /* The days since an interrupted harvest began are another one. */
    if (resumed && r == REPLY_PAGE && (aside || !v->harvest.kind->is_open || strcmp(p->next, v->harvest.today) != 0)) {
        begin_harvest(&v->harvest, NULL, NULL);
        r = read_harvest(v);
    }
    return r;
}

static void visit_kind(struct visit *v)
{
    const papertag_source *s = v->source;
    reply r;

    text_put(&v->validators, s->validators ? s->validators : "");
    if (!read_validators(v)) {
        v->wrong = out_of_memory();
        return;
    }
    r = read_all(v);
    v->out->state = r == REPLY_LATER ? SOURCE_WAITING : r == REPLY_FAILED ? SOURCE_FAILED : end_state(v);
    if (!v->wrong) {
        say_state(v);
        store_progress(v, NULL, source_state_words[v->out->state]);
    }
}

int visit_source(visitor *all, source_list *list, papertag_source *s, visited *out)
{
    struct visit v = {.visitor = all, .source = s, .out = out};
    const size_t requests = all->asker.requests;
    const char *fault = open_harvest(&v.harvest, all, s);

    *out = (visited){.state = SOURCE_FAILED};
    if (fault) {
        text_put(&out->said, fault);
    } else {
        visit_kind(&v);
    }
    out->requests = all->asker.requests - requests;
    show_progress(NULL);
    if (!fault && !v.wrong && !all->out) {
        v.wrong = !keep_changes(&v, list);
    }
    close_harvest(&v.harvest);
    text_free(&v.place);
    text_free(&v.validators);
    free(v.etag);
    free(v.modified);
    return v.wrong ? EXIT_FAILED : out->said.failed ? out_of_memory() : EXIT_DONE;
}

int print_requests(visitor *v, const papertag_source *s)
{
    enum { SHOWN = 400 };
    harvest h;
    const char *fault = open_harvest(&h, v, s);
    text out = {0};

    if (fault) {
        complain("source %s: %s", s->name, fault);
    } else if (!h.place.running || v->from || v->until) {
        begin_harvest(&h, v->from, v->until);
    }
    for (int i = 0; !fault && i < SHOWN; i++) {
        text url = {0};
        h.kind->ask(&h, &url);
        text_format(&out, "%s\tGET %s\n", s->name, text_of(&out, &url));
        text_free(&url);
        if (h.kind->advance(&h, NULL) != STEP_MORE) {
            break;
        }
    }
    close_harvest(&h);
    return text_end(&out, fault ? EXIT_FAILED : EXIT_DONE);
}
