/*
 * trends - papers a week, and what rises: tags, and words of titles.
 */
#include <stdlib.h>

#include "base/sort.h"
#include "base/thread.h"
#include "clock.h"
#include "connections.h"
#include "days.h"
#include "measure/measure.h"
#include "statement.h"
#include "store.h"
#include "tag_index.h"
#include "text/tfidf.h"

/* Rows of `tagged` without those of papers of which only the month or the year is known; ?1 and ?2: first and last day.
 */
#define HAS_A_DAY "paper NOT IN (SELECT key FROM papers WHERE " PT_DAY_IS_VAGUE " AND day BETWEEN ?1 AND ?2)"

/* ---- weeks ----------------------------------------------------------------------------------------------------- */

struct weeks {
    size_t *counts; /* count */
    size_t count;
};

static int read_week(void *context, pt_db_row *row, papertag_error *err)
{
    const struct weeks *w = context;
    const size_t back = pt_db_count(row, 0);

    (void)err;
    if (back < w->count) {
        w->counts[w->count - 1 - back] = pt_db_count(row, 1);
    }
    return PAPERTAG_OK;
}

int papertag_store_weeks(papertag_store *store, const char *tag, const char *as_of, size_t *counts, size_t weeks,
                         papertag_error *err)
{
    static const char of_tag[] = "SELECT (?2-day)/7, count(*) FROM tagged WHERE tag=(SELECT key FROM tags WHERE tag=?3)"
                                 " AND day BETWEEN ?1 AND ?2 AND " HAS_A_DAY " GROUP BY 1";
    static const char of_all[] = "SELECT (?2-day)/7, count(*) FROM papers WHERE day BETWEEN ?1 AND ?2"
                                 " AND (date IS NULL OR NOT(" PT_DAY_IS_VAGUE ")) GROUP BY 1";
    struct weeks w = {counts, weeks};
    long today = 0;
    int status = pt_store_today(as_of, &today, err);
    const int64_t last = today, first = last - 7 * (int64_t)weeks + 1;

    if (status) {
        return status;
    }
    memset(counts, 0, weeks * sizeof *counts);
    return tag ? pt_store_each(store, of_tag, read_week, &w, err, "iit", first, last, tag)
               : pt_store_each(store, of_all, read_week, &w, err, "ii", first, last);
}

/* ---- what rises ------------------------------------------------------------------------------------------------ */

/* A term of fewer papers is not reported. */
enum { PAPERS_LEAST = 3 };

/* Threads at most, each with a connection; papers from which on more than one is worth it. */
enum { PARTS = 4, PAPERS_MANY = 65536 };

struct trends {
    papertag_store *store;
    int64_t first[PT_PERIODS], last[PT_PERIODS]; /* days, now and before */
    pt_tfidf_options options;                    /* of titles */
    uint32_t (*tags)[PT_PERIODS];                /* tag_count: papers that have each */
    pt_connections connections;
    struct part *parts; /* one a connection */
    pt_top rising;      /* of papertag_trend */
    size_t papers[PT_PERIODS];
    pt_arena *arena; /* of the terms */
};

/* What a thread counts: titles of a part of the days, and papers of some tags. */
struct part {
    struct trends *trends;
    papertag_store *store; /* the connection */
    int period;
    pt_listed titles;
};

/* ---- what rises: counting -------------------------------------------------------------------------------------- */

static int list_title(void *context, pt_db_row *row, papertag_error *err)
{
    struct part *p = context;
    const int status = pt_connection_check(p->store, p->trends->store, err);

    return status ? status : pt_list_text(&p->titles, p->period, &p->trends->options, pt_db_peek_or_null(row, 0), err);
}

/* Lists the titles of part i of a period's days. */
static int list_titles(struct part *p, size_t i, int period, papertag_error *err)
{
    static const char sql[] = "SELECT title FROM papers WHERE day BETWEEN ?1 AND ?2"
                              " AND (date IS NULL OR NOT(" PT_DAY_IS_VAGUE "))";
    const struct trends *t = p->trends;
    const int64_t parts = (int64_t)t->connections.count, days = t->last[period] - t->first[period] + 1;
    const int64_t first = t->first[period] + days * (int64_t)i / parts;
    const int64_t end = t->first[period] + days * (int64_t)(i + 1) / parts;

    p->period = period;
    return pt_store_each(p->store, sql, list_title, p, err, "ii", first, end - 1);
}

/* Counts the papers of every n-th tag from i on, n being the number of parts. */
static int count_tags(const struct part *p, size_t i, int period, papertag_error *err)
{
    /* Few papers are dated by month or year alone: those are counted by themselves. */
    static const char sql[] = "SELECT (SELECT count(*) FROM tagged WHERE tag=?3 AND day BETWEEN ?1 AND ?2) -"
                              " (SELECT count(*) FROM papers p CROSS JOIN tagged t ON t.tag=?3 AND t.day=p.day AND"
                              " t.paper=p.key WHERE " PT_DAY_IS_VAGUE " AND p.day BETWEEN ?1 AND ?2)";
    const struct trends *t = p->trends;
    int status = PAPERTAG_OK;

    for (size_t k = i; k < t->store->tag_count && !status; k += t->connections.count) {
        int64_t papers = 0;
        status =
            pt_store_ask(p->store, sql, &papers, err, "iii", t->first[period], t->last[period], t->store->tag_keys[k]);
        t->tags[k][period] = (uint32_t)papers;
    }
    return status;
}

static int count_part(void *context, size_t i, papertag_error *err)
{
    struct part *p = (struct part *)context + i;
    int status = PAPERTAG_OK;

    for (int period = 0; period < PT_PERIODS; period++) {
        status = status ? status : list_titles(p, i, period, err);
        status = status ? status : count_tags(p, i, period, err);
    }
    return status;
}

/* Counts what titles and tags of both periods have, on all connections. */
static int count_all(struct trends *t, papertag_error *err)
{
    t->tags = pt_calloc(t->store->tag_count, sizeof *t->tags);
    t->parts = pt_calloc(t->connections.count, sizeof *t->parts);
    if (!t->tags || !t->parts) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < t->connections.count; i++) {
        t->parts[i].trends = t;
        t->parts[i].store = t->connections.list[i];
    }
    return pt_connections_each(&t->connections, count_part, t->parts, err);
}

/* ---- what rises: choosing -------------------------------------------------------------------------------------- */

static int compare_trends(const void *a, const void *b)
{
    const papertag_trend *x = a, *y = b;
    int order;

    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    order = strcmp(x->term, y->term);
    return order ? order : x->is_tag - y->is_tag;
}

/* Appends a trend (its term is copied) if it rises. papers: that have it, now and before. */
static int append_trend(struct trends *t, const char *term, size_t length, const uint32_t papers[PT_PERIODS],
                        bool is_tag, papertag_error *err)
{
    papertag_trend trend = {.is_tag = is_tag, .now = papers[0], .before = papers[1]};
    const papertag_trend *last = pt_top_last(&t->rising);

    trend.score = pt_growth(trend.now, t->papers[0], trend.before, t->papers[1]);
    if (trend.now < PAPERS_LEAST || trend.score <= 0 || (last && trend.score < last->score)) {
        return PAPERTAG_OK;
    }
    trend.term = pt_arena_copy(t->arena, term, length);
    return !trend.term || pt_top_take(&t->rising, &trend) ? pt_no_memory(err) : PAPERTAG_OK;
}

static int take_term(void *context, const pt_common_term *term, papertag_error *err)
{
    return append_trend(context, term->text, term->length, term->texts, false, err);
}

static int find_title_trends(struct trends *t, papertag_error *err)
{
    pt_listed *titles[PARTS];
    const size_t parts = t->connections.count;

    for (size_t i = 0; i < parts; i++) {
        titles[i] = &t->parts[i].titles;
        t->papers[0] += titles[i]->texts[0];
        t->papers[1] += titles[i]->texts[1];
    }
    return pt_common_find(titles, parts, PAPERS_LEAST, (unsigned)parts, take_term, t, err);
}

static int find_tag_trends(struct trends *t, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t k = 0; k < t->store->tag_count && !status; k++) {
        const char *tag = t->store->tags[k].tag;
        status = append_trend(t, tag, strlen(tag), t->tags[k], true, err);
    }
    return status;
}

/* On how many connections it is worth to count. */
static int plan_parts(const struct trends *t, size_t *wanted, papertag_error *err)
{
    static const char sql[] = "SELECT count(*) FROM (SELECT 1 FROM papers WHERE day BETWEEN ?1 AND ?2 LIMIT ?3)";
    const size_t jobs = pt_jobs(0);
    int64_t papers = 0;
    int status = pt_store_ask(t->store, sql, &papers, err, "iii", t->first[1], t->last[0], (int64_t)PAPERS_MANY);

    *wanted = papers < PAPERS_MANY ? 1 : jobs < PARTS ? jobs : PARTS;
    return status;
}

static int find_trends(struct trends *t, papertag_error *err)
{
    const char *words;
    size_t size, wanted = 1;
    int status = plan_parts(t, &wanted, err);

    t->options = (pt_tfidf_options){.text = {.plurals = true, .segments = true}, .ngram_max = 2, .title_weight = 1};
    words = pt_stop_words_english(&size);
    status = status ? status : pt_words_build(&t->options.text.stop_words, words, size, err);
    status = status ? status : pt_connections_open(&t->connections, t->store, wanted, err);
    status = status ? status : pt_store_read_tags(t->store, err);
    status = status ? status : count_all(t, err);
    status = status ? status : find_title_trends(t, err);
    status = status ? status : find_tag_trends(t, err);
    for (size_t i = 0; i < t->connections.count && t->parts; i++) {
        pt_listed_free(&t->parts[i].titles);
    }
    free(t->parts);
    free(t->tags);
    pt_connections_close(&t->connections);
    pt_words_free(&t->options.text.stop_words);
    return status;
}

int papertag_store_trends(papertag_store *store, const char *as_of, unsigned days, size_t limit,
                          const papertag_trend **out, size_t *count, papertag_error *err)
{
    struct trends t = {.store = store, .arena = pt_store_answer(store)};
    papertag_trend *list = NULL;
    long today = 0;
    int status = pt_store_today(as_of, &today, err);

    t.rising = (pt_top){.k = limit, .size = sizeof *list, .compare = compare_trends};
    t.last[0] = today;
    t.first[0] = t.last[0] - (int64_t)days + 1;
    t.last[1] = t.first[0] - 1;
    t.first[1] = t.first[0] - (int64_t)days;
    pt_store_stop(store);
    pt_store_pass_begin(store);
    status = status ? status : find_trends(&t, err);
    pt_store_pass_end(store);
    if (!status) {
        pt_top_cut(&t.rising);
        list = pt_arena_copy_array(t.arena, t.rising.items, t.rising.count, sizeof *list);
        status = list ? PAPERTAG_OK : pt_no_memory(err);
    }
    free(t.rising.items);
    if (!status) {
        *out = list;
        *count = t.rising.count;
    }
    return status;
}
