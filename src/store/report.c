/*
 * store_report - what a store knows beyond single papers: neighbours, weeks, what rises, numbers.
 */
#include "store.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "measure/measure.h"
#include "model/model.h"
#include "read/paper.h"
#include "text/tfidf.h"

/* ---- similar papers -------------------------------------------------------------------------------------------- */

/* How much is asked of the text index: of 50,000 papers, these find nine of the ten nearest. */
enum { WORDS_MAX = 512, WORDS_ASKED = 32, POSTINGS_MAX = 20000, CANDIDATES = 1000 };

/* A word of the paper at hand: how often it stands there, in how many papers of the store. */
typedef struct word {
    const char *text;
    size_t tf;
    int64_t df;
    double weight; /* tf x ln(N / df) */
} word;

static int compare_text(const void *a, const void *b)
{
    return strcmp(((const word *)a)->text, ((const word *)b)->text);
}

static int compare_weights(const void *a, const void *b)
{
    const word *x = a, *y = b;
    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : strcmp(x->text, y->text);
}

/* Splits ASCII words of a text, in lower case, as the text index does; others tell too little to be asked for. */
static size_t split_words(char *text, word *words, size_t count)
{
    char *at = text;

    while (*at && count < WORDS_MAX) {
        char *from = at;
        bool plain = true;
        while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
               (unsigned char)*at >= 0x80) {
            plain = plain && (unsigned char)*at < 0x80;
            *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
            at++;
        }
        if (at - from >= 3 && plain) {
            words[count++] = (word){from, 1, 0, 0};
        }
        if (*at) {
            *at++ = '\0';
        }
    }
    return count;
}

static size_t merge_words(word *words, size_t count)
{
    size_t kept = 0;

    pt_sort(words, count, sizeof *words, compare_text);
    for (size_t i = 0; i < count; i++) {
        if (kept && !strcmp(words[kept - 1].text, words[i].text)) {
            words[kept - 1].tf++;
        } else {
            words[kept++] = words[i];
        }
    }
    return kept;
}

/* The question for the text index: the paper's most telling words, any of them. Empty when it has none. */
static int ask_for_words(papertag_store *store, char *text, pt_buf *match, papertag_error *err)
{
    word *words = pt_calloc(WORDS_MAX, sizeof *words);
    int64_t papers = 0, postings = 0;
    size_t count, asked = 0;
    int status = PAPERTAG_OK;

    if (!words) {
        return pt_no_memory(err);
    }
    count = merge_words(words, split_words(text, words, 0));
    status = pt_store_ask(store, "SELECT max(key) FROM papers", &papers, err, ""); /* none is ever deleted */
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_ask(store, "SELECT doc FROM words WHERE term=?1", &words[i].df, err, "t", words[i].text);
        status = status == PAPERTAG_END ? PAPERTAG_OK : status;
        words[i].weight = words[i].df > 1 ? (double)words[i].tf * log((double)papers / (double)words[i].df) : 0;
    }
    pt_sort(words, count, sizeof *words, compare_weights);
    for (size_t i = 0; i < count && asked < WORDS_ASKED && !status && words[i].weight > 0; i++) {
        if (postings + words[i].df <= POSTINGS_MAX || asked < 3) {
            postings += words[i].df;
            pt_buf_format(match, "%s\"%s\"", asked++ ? " OR " : "", words[i].text);
        }
    }
    free(words);
    return status ? status : match->failed ? pt_no_memory(err) : PAPERTAG_OK;
}

static int compare_neighbours(const void *a, const void *b)
{
    const papertag_neighbour *x = a, *y = b;
    return x->similarity != y->similarity ? (x->similarity < y->similarity ? 1 : -1)
                                          : (x->key > y->key) - (x->key < y->key);
}

/* Measures the papers that answer `match` against a dense vector of V values. */
static int measure(papertag_store *store, papertag_tagger *tagger, const char *match, int64_t self, const float *dense,
                   papertag_neighbour *list, size_t *count, papertag_error *err)
{
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "SELECT key, title, abstract FROM (SELECT rowid AS hit FROM search WHERE search MATCH"
                                " ?1 ORDER BY rank LIMIT ?2) CROSS JOIN papers ON papers.key=hit WHERE key<>?3",
                                &s, err, "tii", match, (int64_t)CANDIDATES, self);

    while (!status && *count < CANDIDATES && (code = sqlite3_step(s)) == SQLITE_ROW) {
        double sum = 0;
        pt_row row;
        status = pt_tagger_row(tagger, (const char *)sqlite3_column_text(s, 1), (const char *)sqlite3_column_text(s, 2),
                               &row, err);
        for (size_t k = 0; !status && k < row.count; k++) {
            sum += (double)dense[row.terms[k]] * (double)row.values[k];
        }
        if (!status && sum > 0) {
            list[(*count)++] = (papertag_neighbour){sqlite3_column_int64(s, 0), sum < 1 ? sum : 1};
        }
    }
    return status ? status : pt_store_finish(store, s, code, err);
}

int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                           const papertag_neighbour **out, size_t *count, papertag_error *err)
{
    const papertag_stored *paper;
    papertag_neighbour *list = NULL;
    float *dense = NULL;
    pt_buf text = {0}, match = {0};
    size_t found = 0;
    pt_row row;
    int status = papertag_store_get(store, key, &paper, err);

    if (status) {
        return status;
    }
    pt_arena_reset(&store->answer_arena);
    pt_buf_text(&text, paper->paper.title ? paper->paper.title : "");
    pt_buf_text(&text, " ");
    pt_buf_text(&text, paper->paper.abstract ? paper->paper.abstract : "");
    list = pt_arena_array(&store->answer_arena, CANDIDATES, sizeof *list);
    dense = pt_calloc(tagger->model->vocabulary.count + 1, sizeof *dense);
    if (text.failed || !list || !dense) {
        status = pt_no_memory(err);
        goto done;
    }
    status = pt_tagger_row(tagger, paper->paper.title, paper->paper.abstract, &row, err);
    for (size_t k = 0; !status && k < row.count; k++) {
        dense[row.terms[k]] = row.values[k];
    }
    status = status ? status : ask_for_words(store, text.data, &match, err);
    if (!status && match.size) {
        status = measure(store, tagger, match.data, key, dense, list, &found, err);
    }
    pt_sort(list, found, sizeof *list, compare_neighbours);
done:
    free(dense);
    pt_buf_free(&text);
    pt_buf_free(&match);
    if (!status) {
        *out = list;
        *count = found < limit ? found : limit;
    }
    return status;
}

/* ---- weeks ----------------------------------------------------------------------------------------------------- */

int papertag_store_weeks(papertag_store *store, const char *tag, const char *as_of, size_t *counts, size_t weeks,
                         papertag_error *err)
{
    long today = 0;
    sqlite3_stmt *s;
    int code = SQLITE_DONE, status = pt_store_today(as_of, &today, err);
    const int64_t first = (int64_t)today - 7 * (int64_t)weeks + 1;

    if (status) {
        return status;
    }
    status =
        tag ? pt_store_query(store,
                             "SELECT (?2-day)/7, count(*) FROM tagged WHERE tag=(SELECT key FROM tags WHERE tag=?3)"
                             " AND day BETWEEN ?1 AND ?2 GROUP BY 1",
                             &s, err, "iit", first, (int64_t)today, tag)
            : pt_store_query(store, "SELECT (?2-day)/7, count(*) FROM papers WHERE day BETWEEN ?1 AND ?2 GROUP BY 1",
                             &s, err, "ii", first, (int64_t)today);
    memset(counts, 0, weeks * sizeof *counts);
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        size_t back = (size_t)sqlite3_column_int64(s, 0);
        if (back < weeks) {
            counts[weeks - 1 - back] = (size_t)sqlite3_column_int64(s, 1);
        }
    }
    return status ? status : pt_store_finish(store, s, code, err);
}

/* ---- trends ---------------------------------------------------------------------------------------------------- */

static int compare_trends(const void *a, const void *b)
{
    const papertag_trend *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : strcmp(x->term, y->term);
}

typedef struct trends {
    papertag_trend *list;
    size_t count, capacity, papers_now, papers_before;
    pt_arena *arena;
} trends;

static int add_trend(trends *t, const char *term, size_t length, bool is_tag, size_t now, size_t before,
                     papertag_error *err)
{
    const double score = pt_growth(now, t->papers_now, before, t->papers_before);
    char *copy;

    if (now < 3 || score <= 0) {
        return PAPERTAG_OK;
    }
    copy = pt_arena_copy(t->arena, term, length);
    if (!copy || pt_reserve(&t->list, &t->capacity, t->count + 1, sizeof *t->list)) {
        return pt_no_memory(err);
    }
    t->list[t->count++] = (papertag_trend){copy, is_tag, now, before, score};
    return PAPERTAG_OK;
}

/* Counts the terms of the titles of [first, last]; returns how many papers there are in *papers. */
static int count_titles(papertag_store *store, int64_t first, int64_t last, const pt_tfidf_options *options,
                        pt_lexicon *lexicon, size_t *papers, papertag_error *err)
{
    pt_rows rows = {0};
    sqlite3_stmt *s;
    int code = SQLITE_DONE, status = pt_store_query(store, "SELECT title FROM papers WHERE day BETWEEN ?1 AND ?2", &s,
                                                    err, "ii", first, last);

    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *title = (const char *)sqlite3_column_text(s, 0);
        ++*papers;
        if (title) {
            rows.count = 0; /* only the counts are wanted */
            status = pt_lexicon_count(lexicon, options, &(pt_texts){title, NULL}, 1, 1, &rows, err);
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    pt_rows_free(&rows);
    return status;
}

static int title_trends(papertag_store *store, long today, unsigned days, trends *t, papertag_error *err)
{
    pt_tfidf_options options = {.text = {.plurals = true, .segments = true}, .ngram_max = 2, .title_weight = 1};
    pt_lexicon lexicon = {0};
    uint32_t *before = NULL;
    size_t known = 0, size;
    const char *words = pt_stop_words_english(&size);
    int status = pt_words_build(&options.text.stop_words, words, size, err);

    status = status ? status
                    : count_titles(store, today - 2 * (int64_t)days + 1, today - (int64_t)days, &options, &lexicon,
                                   &t->papers_before, err);
    if (!status) {
        known = pt_lexicon_end(&lexicon);
        before = pt_calloc(known + 1, sizeof *before);
        status = before ? PAPERTAG_OK : pt_no_memory(err);
    }
    for (size_t i = 0; before && i < known; i++) {
        before[i] = pt_lexicon_df(&lexicon, i);
    }
    status = status ? status
                    : count_titles(store, today - (int64_t)days + 1, today, &options, &lexicon, &t->papers_now, err);
    for (size_t i = 0; i < pt_lexicon_end(&lexicon) && !status; i++) {
        const size_t was = before && i < known ? before[i] : 0, now = pt_lexicon_df(&lexicon, i);
        if (now) {
            size_t length;
            const char *term = pt_lexicon_term(&lexicon, i, &length);
            status = add_trend(t, term, length, false, now - was, was, err);
        }
    }
    free(before);
    pt_words_free(&options.text.stop_words);
    pt_lexicon_free(&lexicon);
    return status;
}

int papertag_store_trends(papertag_store *store, const char *as_of, unsigned days, size_t limit,
                          const papertag_trend **out, size_t *count, papertag_error *err)
{
    static const char counted[] = "SELECT count(*) FROM tagged WHERE tag=?1 AND day BETWEEN ?2 AND ?3";
    trends t = {.arena = &store->answer_arena};
    papertag_trend *copy = NULL;
    long today = 0;
    int status = pt_store_today(as_of, &today, err);

    pt_arena_reset(&store->answer_arena);
    status = status ? status : pt_store_read_tags(store, err);
    status = status ? status : title_trends(store, today, days, &t, err);
    for (size_t i = 0; i < store->tag_count && !status; i++) {
        int64_t now = 0, before = 0;
        status = pt_store_ask(store, counted, &now, err, "iii", store->tag_keys[i], (int64_t)today - days + 1,
                              (int64_t)today);
        status = status ? status
                        : pt_store_ask(store, counted, &before, err, "iii", store->tag_keys[i],
                                       (int64_t)today - 2 * (int64_t)days + 1, (int64_t)today - days);
        status = status ? status
                        : add_trend(&t, store->tags[i].tag, strlen(store->tags[i].tag), true, (size_t)now,
                                    (size_t)before, err);
    }
    pt_sort(t.list, t.count, sizeof *t.list, compare_trends);
    t.count = t.count < limit ? t.count : limit;
    if (!status && t.count) {
        copy = pt_arena_array(&store->answer_arena, t.count, sizeof *copy);
        if (copy) {
            memcpy(copy, t.list, t.count * sizeof *copy);
        } else {
            status = pt_no_memory(err);
        }
    }
    free(t.list);
    if (!status) {
        *out = copy;
        *count = t.count;
    }
    return status;
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

int papertag_store_statistics(papertag_store *store, papertag_store_stats *out, papertag_error *err)
{
    static const char *const counts[] = {"SELECT count(*) FROM papers",
                                         "SELECT count(*) FROM versions",
                                         "SELECT count(*) FROM papers WHERE model IS NOT NULL",
                                         "SELECT count(*) FROM tags",
                                         "SELECT count(*) FROM opinions",
                                         "SELECT count(*) FROM verdicts",
                                         "SELECT count(*) FROM subscriptions",
                                         "SELECT count(*) FROM deliveries WHERE ended IS NOT NULL",
                                         "SELECT page_count*page_size FROM pragma_page_count, pragma_page_size"};
    papertag_store_stats stats = {0};
    size_t *numbers[] = {&stats.papers,   &stats.versions,      &stats.tagged,     &stats.tags, &stats.opinions,
                         &stats.verdicts, &stats.subscriptions, &stats.deliveries, &stats.bytes};
    bool failed = false;
    sqlite3_stmt *s;
    int status = PAPERTAG_OK;

    pt_arena_reset(&store->answer_arena);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && !status; i++) {
        int64_t number = 0;
        status = pt_store_ask(store, counts[i], &number, err, "");
        *numbers[i] = (size_t)number;
    }
    status = status ? status
                    : pt_store_query(store,
                                     "SELECT (SELECT min(date) FROM papers), (SELECT max(date) FROM papers),"
                                     " (SELECT hash FROM models ORDER BY key DESC LIMIT 1)",
                                     &s, err, "");
    if (!status) {
        int code = sqlite3_step(s);
        stats.first = pt_store_text(s, 0, &store->answer_arena, &failed);
        stats.last = pt_store_text(s, 1, &store->answer_arena, &failed);
        stats.model = pt_store_text(s, 2, &store->answer_arena, &failed);
        status = pt_store_finish(store, s, code, err);
    }
    if (!status && failed) {
        status = pt_no_memory(err);
    }
    if (!status) {
        *out = stats;
    }
    return status;
}
