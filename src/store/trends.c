/*
 * trends - papers a week, and what rises: tags, and words of titles.
 */
#include <stdlib.h>

#include "clock.h"
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
                                 " AND ifnull(NOT(" PT_DAY_IS_VAGUE "),1) GROUP BY 1";
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

/* The days [first, last] now, and as many before. */
struct periods {
    int64_t first, last, first_before, last_before;
};

struct trends {
    struct periods days;
    papertag_trend *list; /* count */
    size_t count, capacity;
    size_t papers_now, papers_before;
    pt_arena *arena; /* of the terms */
};

static int compare_trends(const void *a, const void *b)
{
    const papertag_trend *x = a, *y = b;

    return x->score != y->score ? (x->score < y->score ? 1 : -1) : strcmp(x->term, y->term);
}

/* Appends a trend (its term is copied) if it rises. */
static int append_trend(struct trends *t, papertag_trend trend, size_t length, papertag_error *err)
{
    trend.score = pt_growth(trend.now, t->papers_now, trend.before, t->papers_before);
    if (trend.now < PAPERS_LEAST || trend.score <= 0) {
        return PAPERTAG_OK;
    }
    trend.term = pt_arena_copy(t->arena, trend.term, length);
    if (!trend.term || pt_reserve(&t->list, &t->capacity, t->count + 1, sizeof *t->list)) {
        return pt_no_memory(err);
    }
    t->list[t->count++] = trend;
    return PAPERTAG_OK;
}

/* Titles being counted. */
struct titles {
    pt_common *common;
    const pt_tfidf_options *options;
    size_t papers; /* those without a title too */
};

static int count_title(void *context, pt_db_row *row, papertag_error *err)
{
    struct titles *t = context;
    const char *title = pt_db_peek_or_null(row, 0);

    t->papers++;
    return title ? pt_common_count(t->common, t->options, title, err) : PAPERTAG_OK;
}

/* Counts the terms of the titles of [first, last]; *papers: how many papers. */
static int count_titles(papertag_store *store, int64_t first, int64_t last, const pt_tfidf_options *options,
                        pt_common *common, size_t *papers, papertag_error *err)
{
    static const char sql[] = "SELECT title FROM papers WHERE day BETWEEN ?1 AND ?2"
                              " AND ifnull(NOT(" PT_DAY_IS_VAGUE "),1)";
    struct titles t = {common, options, 0};
    int status = pt_store_each(store, sql, count_title, &t, err, "ii", first, last);

    *papers = t.papers;
    return status;
}

/* Now comes first: of the period before, only the terms matter that enough papers have now. */
static int find_title_trends(papertag_store *store, struct trends *t, papertag_error *err)
{
    pt_tfidf_options options = {.text = {.plurals = true, .segments = true}, .ngram_max = 2, .title_weight = 1};
    const struct periods *d = &t->days;
    pt_common common = {.least = PAPERS_LEAST};
    size_t size;
    const char *words = pt_stop_words_english(&size);
    int status = pt_words_build(&options.text.stop_words, words, size, err);

    status = status ? status : count_titles(store, d->first, d->last, &options, &common, &t->papers_now, err);
    status = status ? status : pt_common_narrow(&common, err);
    if (!status) {
        status = count_titles(store, d->first_before, d->last_before, &options, &common, &t->papers_before, err);
    }
    for (size_t i = 0; i < common.count && !status; i++) {
        const pt_common_term *term = &common.terms[i];
        const papertag_trend trend = {
            .term = common.text.data + term->start, .now = term->texts[0], .before = term->texts[1]};
        status = append_trend(t, trend, term->length, err);
    }
    pt_words_free(&options.text.stop_words);
    pt_common_free(&common);
    return status;
}

static int find_tag_trends(papertag_store *store, struct trends *t, papertag_error *err)
{
    static const char sql[] = "SELECT count(*) FROM tagged WHERE tag=?3 AND day BETWEEN ?1 AND ?2 AND " HAS_A_DAY;
    const struct periods *d = &t->days;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < store->tag_count && !status; i++) {
        const int64_t key = store->tag_keys[i];
        papertag_trend trend = {.term = store->tags[i].tag, .is_tag = true};
        int64_t now = 0, before = 0;
        status = pt_store_ask(store, sql, &now, err, "iii", d->first, d->last, key);
        status = status ? status : pt_store_ask(store, sql, &before, err, "iii", d->first_before, d->last_before, key);
        trend.now = (size_t)now;
        trend.before = (size_t)before;
        status = status ? status : append_trend(t, trend, strlen(trend.term), err);
    }
    return status;
}

int papertag_store_trends(papertag_store *store, const char *as_of, unsigned days, size_t limit,
                          const papertag_trend **out, size_t *count, papertag_error *err)
{
    struct trends t = {.arena = pt_store_answer(store)};
    papertag_trend *list = NULL;
    long today = 0;
    int status = pt_store_today(as_of, &today, err);

    t.days.last = today;
    t.days.first = t.days.last - (int64_t)days + 1;
    t.days.last_before = t.days.first - 1;
    t.days.first_before = t.days.first - (int64_t)days;
    pt_store_pass_begin(store);
    status = status ? status : pt_store_read_tags(store, err);
    status = status ? status : find_title_trends(store, &t, err);
    status = status ? status : find_tag_trends(store, &t, err);
    pt_store_pass_end(store);
    if (!status) {
        pt_sort(t.list, t.count, sizeof *t.list, compare_trends);
        t.count = t.count < limit ? t.count : limit;
        list = pt_arena_copy_array(t.arena, t.list, t.count, sizeof *list);
        status = list ? PAPERTAG_OK : pt_no_memory(err);
    }
    free(t.list);
    if (!status) {
        *out = list;
        *count = t.count;
    }
    return status;
}
