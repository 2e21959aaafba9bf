/*
 * similar - the stored papers nearest to one of them.
 *
 * The text index gives candidates: the papers that share the most telling words. The tagger's model measures those.
 */
#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "model/model.h"
#include "statement.h"
#include "store.h"

/* What is asked of the text index: words, and entries of the index in all. Of 50,000 papers, these find nine of the ten
 * nearest. */
enum { WORDS_MAX = 512, WORDS_ASKED = 32, POSTINGS_MAX = 20000, CANDIDATES = 1000 };

/* ---- telling words --------------------------------------------------------------------------------------------- */

typedef struct word {
    const char *text;
    size_t tf;     /* how often it occurs in the paper */
    int64_t df;    /* papers of the store that have it */
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

static bool is_in_word(char c)
{
    return pt_is_letter(c) || pt_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Splits text into words in lower case, as the text index does; returns how many. Words that are not ASCII, or short,
 * are left out: they tell too little. */
static size_t split_words(char *text, word *words)
{
    size_t count = 0;

    for (char *at = text; *at && count < WORDS_MAX;) {
        char *from = at;
        bool plain = true;
        for (; is_in_word(*at); at++) {
            plain = plain && (unsigned char)*at < 0x80;
            *at = pt_lower(*at);
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

/* The question for the text index: the most telling words of the paper, any of them. Empty when it has none. */
static int ask_for_words(papertag_store *store, char *text, pt_buf *match, papertag_error *err)
{
    word *words = pt_calloc(WORDS_MAX, sizeof *words);
    int64_t papers = 0, postings = 0;
    size_t count, asked = 0;
    int status;

    if (!words) {
        return pt_no_memory(err);
    }
    count = merge_words(words, split_words(text, words));
    status =
        pt_store_ask(store, "SELECT coalesce(max(key), 0) FROM papers", &papers, err, ""); /* none is ever deleted */
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

/* ---- measuring ------------------------------------------------------------------------------------------------- */

static int compare_neighbours(const void *a, const void *b)
{
    const papertag_neighbour *x = a, *y = b;

    return x->similarity != y->similarity ? (x->similarity < y->similarity ? 1 : -1)
                                          : (x->key > y->key) - (x->key < y->key);
}

/* A paper, and those that are measured against it. */
struct measuring {
    papertag_tagger *tagger;
    float *dense;             /* V: the paper's row */
    papertag_neighbour *list; /* count, at most CANDIDATES */
    size_t count;
};

static int measure_candidate(void *context, pt_db_row *row, papertag_error *err)
{
    struct measuring *m = context;
    double sum = 0;
    pt_row terms;
    int status = pt_tagger_row(m->tagger, pt_db_peek_or_null(row, 1), pt_db_peek_or_null(row, 2), &terms, err);

    for (size_t k = 0; !status && k < terms.count; k++) {
        sum += (double)m->dense[terms.terms[k]] * (double)terms.values[k];
    }
    if (!status && sum > 0 && m->count < CANDIDATES) {
        m->list[m->count++] = (papertag_neighbour){pt_db_key(row, 0), sum < 1 ? sum : 1};
    }
    return status;
}

/* Measures the papers that the text index finds for `match`, but for the paper itself. */
static int measure_candidates(papertag_store *store, const char *match, int64_t self, struct measuring *m,
                              papertag_error *err)
{
    static const char sql[] = "SELECT key, title, abstract FROM (SELECT rowid AS hit FROM search WHERE search MATCH"
                              " ?1 ORDER BY rank LIMIT ?2) CROSS JOIN papers ON papers.key=hit WHERE key<>?3";

    return pt_store_each(store, sql, measure_candidate, m, err, "tii", match, (int64_t)CANDIDATES, self);
}

/* Makes the paper's row dense. */
static int spread_row(struct measuring *m, const papertag_paper *paper, papertag_error *err)
{
    pt_row row;
    int status = pt_tagger_row(m->tagger, paper->title, paper->abstract, &row, err);

    if (!status) { /* of length 1 */
        row = pt_first_part(&m->tagger->model->vocabulary, row);
    }
    for (size_t k = 0; !status && k < row.count; k++) {
        m->dense[row.terms[k]] = row.values[k];
    }
    return status;
}

int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                           const papertag_neighbour **out, size_t *count, papertag_error *err)
{
    struct measuring m = {.tagger = tagger};
    const papertag_stored *stored;
    pt_buf text = {0}, match = {0};
    int status = papertag_store_get(store, key, &stored, err);

    if (status) {
        return status;
    }
    pt_buf_text(&text, stored->paper.title ? stored->paper.title : "");
    pt_buf_text(&text, " ");
    pt_buf_text(&text, stored->paper.abstract ? stored->paper.abstract : "");
    m.list = pt_arena_array(pt_store_answer(store), CANDIDATES, sizeof *m.list);
    m.dense = pt_calloc(papertag_model_term_count(tagger->model) + 1, sizeof *m.dense);
    status = text.failed || !m.list || !m.dense ? pt_no_memory(err) : spread_row(&m, &stored->paper, err);
    status = status ? status : ask_for_words(store, text.data, &match, err);
    status = status || !match.size ? status : measure_candidates(store, match.data, key, &m, err);
    if (!status) {
        pt_sort(m.list, m.count, sizeof *m.list, compare_neighbours);
        *out = m.list;
        *count = m.count < limit ? m.count : limit;
    }
    free(m.dense);
    pt_buf_free(&text);
    pt_buf_free(&match);
    return status;
}
