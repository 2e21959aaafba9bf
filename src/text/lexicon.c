/*
 * lexicon - counts all terms of many papers, and chooses a vocabulary.
 *
 * Papers are counted in batches, in three steps, each on all threads. Papers are tokenized. Then every shard collects
 * the n-grams that belong to it, paper by paper in order, and numbers them. Then each paper adds up its counts by
 * number. No step depends on which thread does what, so the numbers do not either.
 */
#include "lexicon.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/swar.h"

/* An n-gram of a paper. */
struct pt_mention {
    pt_ngram *ngram;
    const char *text; /* ngram->length bytes */
    uint32_t paper;   /* from 1 */
};

/* A paper that is being counted. An n-gram's `slot` becomes the number of its term. */
struct pt_reading {
    pt_counter fields[2]; /* title and abstract */
    size_t counts[2];     /* n-grams of each */
};

void pt_lexicon_free(pt_lexicon *lexicon)
{
    for (size_t s = 0; s < PT_SHARDS; s++) {
        pt_shard *shard = &lexicon->shards[s];
        pt_buf_free(&shard->text);
        free(shard->entries);
        free(shard->slots);
        free(shard->mentions);
    }
    for (size_t i = 0; i < lexicon->reading_capacity; i++) {
        pt_counter_free(&lexicon->readings[i].fields[0]);
        pt_counter_free(&lexicon->readings[i].fields[1]);
    }
    free(lexicon->readings);
    *lexicon = (pt_lexicon){0};
}

size_t pt_lexicon_end(const pt_lexicon *lexicon)
{
    size_t longest = 0;

    for (size_t s = 0; s < PT_SHARDS; s++) {
        longest = lexicon->shards[s].count > longest ? lexicon->shards[s].count : longest;
    }
    return longest * PT_SHARDS;
}

uint32_t pt_lexicon_df(const pt_lexicon *lexicon, size_t term)
{
    const pt_shard *shard = &lexicon->shards[term % PT_SHARDS];
    return term / PT_SHARDS < shard->count ? shard->entries[term / PT_SHARDS].df : 0;
}

const char *pt_lexicon_term(const pt_lexicon *lexicon, size_t term, size_t *length)
{
    const pt_shard *shard = &lexicon->shards[term % PT_SHARDS];
    const pt_lexicon_entry *entry = &shard->entries[term / PT_SHARDS];

    *length = entry[1].start - entry->start;
    return shard->text.data + entry->start;
}

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* What the steps of one call share. */
struct counting {
    pt_lexicon *lexicon;
    const pt_tfidf_options *options;
    const pt_texts *papers; /* count */
    size_t count;
};

static int tokenize_paper(void *context, size_t i)
{
    const struct counting *c = context;
    struct pt_reading *reading = &c->lexicon->readings[i];
    const char *texts[2] = {c->options->title_weight > 0 ? c->papers[i].title : NULL, c->papers[i].abstract};

    for (int f = 0; f < 2; f++) {
        if (pt_tokenize(&reading->fields[f].tokens, &c->options->text, texts[f], NULL) ||
            pt_list_ngrams(&reading->fields[f], c->options->ngram_max, &reading->counts[f])) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    return PAPERTAG_OK;
}

static int grow_shard(pt_shard *x)
{
    size_t slots = x->slots ? 2 * (x->mask + 1) : 1 << 12;
    uint32_t *grown = pt_calloc(slots, sizeof *grown);

    if (!grown) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < x->count; i++) {
        size_t at = x->entries[i].hash & (slots - 1);
        while (grown[at]) {
            at = (at + 1) & (slots - 1);
        }
        grown[at] = (uint32_t)i + 1;
    }
    free(x->slots);
    x->slots = grown;
    x->mask = slots - 1;
    return PAPERTAG_OK;
}

/* The place of a term in its shard, to which a new term is added; UINT32_MAX when there is no memory. The number of
 * slots stays below 2^32, so the low bits of a hash say where to look. */
static uint32_t intern_term(pt_shard *x, const char *term, size_t length, uint64_t hash)
{
    size_t at;

    if ((!x->slots || x->count >= (x->mask + 1) / 2) && grow_shard(x)) {
        return UINT32_MAX;
    }
    for (at = hash & x->mask; x->slots[at]; at = (at + 1) & x->mask) {
        const pt_lexicon_entry *entry = &x->entries[x->slots[at] - 1];
        if (entry->hash == (uint32_t)hash && entry[1].start - entry->start == length &&
            pt_same(x->text.data + entry->start, term, length)) {
            return x->slots[at] - 1;
        }
    }
    if (x->count >= UINT32_MAX / 4 / PT_SHARDS || x->text.size + length > UINT32_MAX ||
        pt_reserve(&x->entries, &x->capacity, x->count + 2, sizeof *x->entries)) {
        return UINT32_MAX;
    }
    pt_buf_append(&x->text, term, length);
    if (x->text.failed) {
        return UINT32_MAX;
    }
    x->slots[at] = (uint32_t)x->count + 1;
    x->entries[x->count] = (pt_lexicon_entry){.hash = (uint32_t)hash, .start = (uint32_t)(x->text.size - length)};
    x->entries[++x->count].start = (uint32_t)x->text.size;
    return (uint32_t)x->count - 1;
}

/* Lists the n-grams that belong to the shard. */
static int list_mentions(const struct counting *c, size_t s)
{
    pt_shard *shard = &c->lexicon->shards[s];

    shard->mention_count = 0;
    for (size_t i = 0; i < 2 * c->count; i++) {
        struct pt_reading *reading = &c->lexicon->readings[i / 2];
        pt_counter *field = &reading->fields[i % 2];
        if (pt_reserve(&shard->mentions, &shard->mentions_capacity, shard->mention_count + reading->counts[i % 2] + 1,
                       sizeof *shard->mentions)) {
            return PAPERTAG_NO_MEMORY;
        }
        for (size_t k = 0; k < reading->counts[i % 2]; k++) {
            /* always written, but kept only if it belongs here: a branch would be mispredicted */
            shard->mentions[shard->mention_count] =
                (struct pt_mention){&field->ngrams[k], field->tokens.text.data + field->ngrams[k].start,
                                    (uint32_t)(c->lexicon->papers + i / 2 + 1)};
            shard->mention_count += field->ngrams[k].hash / (UINT64_MAX / PT_SHARDS + 1) == s;
        }
    }
    return PAPERTAG_OK;
}

/* Asks for what later mentions will read, the last of them LOOKAHEAD mentions from here: a slot, then the entry that it
 * names, then that entry's text. */
enum { AHEAD = 12, LOOKAHEAD = 3 * AHEAD };
static inline __attribute__((always_inline)) void prefetch_mentions(const pt_shard *shard,
                                                                    const struct pt_mention *mention)
{
    const uint32_t *slots = shard->slots;
    const uint32_t near = slots[mention[AHEAD].ngram->hash & shard->mask];
    const uint32_t far = slots[mention[2 * AHEAD].ngram->hash & shard->mask];

    if (near) {
        __builtin_prefetch(shard->text.data + shard->entries[near - 1].start);
    }
    if (far) {
        __builtin_prefetch(&shard->entries[far - 1]);
    }
    __builtin_prefetch(&slots[mention[LOOKAHEAD].ngram->hash & shard->mask]);
}

static int number_terms(void *context, size_t s)
{
    const struct counting *c = context;
    pt_shard *shard = &c->lexicon->shards[s];

    if (list_mentions(c, s)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < shard->mention_count; i++) {
        const struct pt_mention *mention = &shard->mentions[i];
        pt_lexicon_entry *entry;
        uint32_t place;
        if (shard->slots && i + LOOKAHEAD < shard->mention_count) {
            prefetch_mentions(shard, mention);
        }
        place = intern_term(shard, mention->text, mention->ngram->length, mention->ngram->hash);
        if (place == UINT32_MAX) {
            return PAPERTAG_NO_MEMORY;
        }
        entry = &shard->entries[place];
        entry->df += entry->last_paper != mention->paper;
        entry->last_paper = mention->paper;
        mention->ngram->slot = (uint32_t)(place * PT_SHARDS + s);
    }
    return PAPERTAG_OK;
}

/* Makes the row of a paper, in the arrays of its first field: terms in ascending order, and their counts. */
static int sum_paper(void *context, size_t i)
{
    const struct counting *c = context;
    struct pt_reading *reading = &c->lexicon->readings[i];
    pt_counter *row = &reading->fields[0];
    const size_t all = reading->counts[0] + reading->counts[1];
    const float weights[2] = {(float)c->options->title_weight, 1};
    const uint32_t *keys;
    size_t count = 0;

    row->count = 0;
    if (pt_reserve(&row->terms, &row->capacity, all + 1, sizeof *row->terms) ||
        pt_reserve(&row->sorted, &row->sorted_capacity, all + 1, sizeof *row->sorted) ||
        pt_reserve(&row->values, &row->values_capacity, all + 1, sizeof *row->values)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (unsigned f = 0; f < 2; f++) {
        for (size_t k = 0; k < reading->counts[f]; k++) {
            row->terms[count++] = reading->fields[f].ngrams[k].slot << 1 | f;
        }
    }
    keys = pt_sort_terms(row->terms, row->sorted, count);
    for (size_t k = 0; k < count; k++) {
        const uint32_t term = keys[k] >> 1;
        if (!row->count || row->terms[row->count - 1] != term) {
            row->values[row->count] = 0;
            row->terms[row->count++] = term; /* never ahead of k: keys may be the same array */
        }
        row->values[row->count - 1] += weights[keys[k] & 1];
    }
    return PAPERTAG_OK;
}

static int reserve_readings(pt_lexicon *lexicon, size_t count)
{
    const size_t old = lexicon->reading_capacity;

    if (pt_reserve(&lexicon->readings, &lexicon->reading_capacity, count, sizeof *lexicon->readings)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (lexicon->reading_capacity > old) {
        memset(lexicon->readings + old, 0, (lexicon->reading_capacity - old) * sizeof *lexicon->readings);
    }
    return PAPERTAG_OK;
}

int pt_lexicon_count(pt_lexicon *lexicon, const pt_tfidf_options *options, const pt_texts *papers, size_t count,
                     unsigned jobs, pt_rows *rows, papertag_error *err)
{
    struct counting c = {lexicon, options, papers, count};
    const size_t before = rows->count;

    if (reserve_readings(lexicon, count) || pt_parallel(jobs, count, tokenize_paper, &c, NULL) ||
        pt_parallel(jobs, PT_SHARDS, number_terms, &c, NULL) || pt_parallel(jobs, count, sum_paper, &c, NULL)) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const pt_counter *row = &lexicon->readings[i].fields[0];
        if (pt_rows_append(rows, row->terms, row->values, row->count)) {
            rows->count = before;
            return pt_no_memory(err);
        }
    }
    lexicon->papers += count;
    return PAPERTAG_OK;
}

/* ---- choosing -------------------------------------------------------------------------------------------------- */

void pt_chosen_free(pt_chosen *chosen)
{
    free(chosen->term_of);
    free(chosen->text);
    free(chosen->starts);
    free(chosen->slots);
    free(chosen->idf);
    *chosen = (pt_chosen){0};
}

struct candidate {
    const char *term; /* length bytes */
    uint64_t head;    /* its first eight bytes as a number: comparing it mostly decides the order */
    uint32_t length;
    uint32_t df;
    uint32_t number; /* in the lexicon */
};

static uint64_t head_of(const char *term, size_t length)
{
    uint64_t head = 0;

    for (size_t i = 0; i < 8; i++) {
        head = head << 8 | (i < length ? (unsigned char)term[i] : 0);
    }
    return head;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->df != y->df) {
        return x->df < y->df ? 1 : -1;
    }
    if (x->head != y->head) {
        return x->head < y->head ? -1 : 1;
    }
    return pt_compare_bytes(x->term, x->length, y->term, y->length);
}

static bool is_within(uint32_t df, size_t min_df, double max_df)
{
    return df && df >= min_df && df <= max_df;
}

/* Candidates are dealt into buckets by df and first byte, which follow one another in the order wanted; those with a df
 * of DFS - 1 or more share the first bucket. What is left to sort is short, and can be sorted on all threads. */
enum { DFS = 256, BYTES = 256 };

static size_t bucket_of(const char *term, uint32_t df)
{
    return df < DFS - 1 ? (DFS - 1 - df) * BYTES + (unsigned char)*term : 0;
}

struct sorting {
    struct candidate *list;
    const size_t *ends; /* DFS x BYTES: where each bucket ends; the next one begins there */
    size_t most;        /* candidates that are wanted in order: the first ones */
};

static int sort_candidates(void *context, size_t df)
{
    const struct sorting *s = context;

    for (size_t bucket = df * BYTES; bucket < (df + 1) * BYTES; bucket++) {
        const size_t start = bucket ? s->ends[bucket - 1] : 0;
        if (start < s->most) {
            pt_sort(s->list + start, s->ends[bucket] - start, sizeof *s->list, compare_candidates);
        }
    }
    return PAPERTAG_OK;
}

/* How many terms within the limits on df each bucket has, in `counts` (DFS x BYTES, 0 at the call). */
static void count_candidates(const pt_lexicon *lexicon, size_t min_df, double max_df, size_t *counts)
{
    for (size_t i = 0; i < pt_lexicon_end(lexicon); i++) {
        const uint32_t df = pt_lexicon_df(lexicon, i);
        size_t length;
        if (is_within(df, min_df, max_df)) {
            counts[bucket_of(pt_lexicon_term(lexicon, i, &length), df)]++;
        }
    }
}

/* Puts these terms where their buckets begin; `places` then says where they end. */
static void place_candidates(const pt_lexicon *lexicon, size_t min_df, double max_df, size_t *places,
                             struct candidate *list)
{
    for (size_t i = 0; i < pt_lexicon_end(lexicon); i++) {
        const uint32_t df = pt_lexicon_df(lexicon, i);
        if (is_within(df, min_df, max_df)) {
            size_t length;
            const char *term = pt_lexicon_term(lexicon, i, &length);
            list[places[bucket_of(term, df)]++] =
                (struct candidate){term, head_of(term, length), (uint32_t)length, df, (uint32_t)i};
        }
    }
}

/* The terms within the limits on df, at least the first `most` of them in the order of their numbers in the vocabulary;
 * free *out. Most terms occur once: room for all would be the most that training takes. */
static int list_candidates(const pt_lexicon *lexicon, size_t min_df, double max_df, size_t most, unsigned jobs,
                           struct candidate **out, size_t *count)
{
    size_t *places = pt_calloc(DFS * BYTES, sizeof *places), n = 0;
    struct sorting sorting = {.ends = places, .most = most};
    int status = PAPERTAG_NO_MEMORY;

    if (!places) {
        return status;
    }
    count_candidates(lexicon, min_df, max_df, places);
    for (size_t bucket = 0; bucket < DFS * BYTES; bucket++) {
        const size_t here = places[bucket];
        places[bucket] = n;
        n += here;
    }
    sorting.list = pt_alloc(n, sizeof *sorting.list);
    if (sorting.list) {
        place_candidates(lexicon, min_df, max_df, places, sorting.list);
        status = pt_parallel(jobs, DFS, sort_candidates, &sorting, NULL);
    }
    free(places);
    *out = sorting.list;
    *count = n;
    return status;
}

/* Makes a vocabulary of the candidates. lexicon_end: of the lexicon's numbers; papers: how many it counted. */
static int fill_chosen(pt_chosen *chosen, const struct candidate *candidates, size_t count, size_t lexicon_end,
                       size_t papers, papertag_error *err)
{
    const size_t slots = pt_vocabulary_slots(count);
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size += candidates[i].length;
    }
    chosen->term_of = pt_alloc(lexicon_end, sizeof *chosen->term_of);
    chosen->text = pt_alloc(size, 1);
    chosen->starts = pt_alloc(count + 1, sizeof *chosen->starts);
    chosen->slots = pt_alloc(slots, sizeof *chosen->slots);
    chosen->idf = pt_alloc(count, sizeof *chosen->idf);
    if (!chosen->term_of || !chosen->text || !chosen->starts || !chosen->slots || !chosen->idf) {
        return pt_no_memory(err);
    }
    memset(chosen->term_of, 0xff, lexicon_end * sizeof *chosen->term_of);
    chosen->starts[0] = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(chosen->text + chosen->starts[i], candidates[i].term, candidates[i].length);
        chosen->starts[i + 1] = chosen->starts[i] + candidates[i].length;
        chosen->term_of[candidates[i].number] = (uint32_t)i;
        chosen->idf[i] = (float)(log((1.0 + (double)papers) / (1.0 + candidates[i].df)) + 1);
    }
    chosen->vocabulary = (pt_vocabulary){.text = chosen->text,
                                         .starts = chosen->starts,
                                         .slots = chosen->slots,
                                         .idf = chosen->idf,
                                         .count = count,
                                         .mask = (uint32_t)slots - 1};
    return pt_vocabulary_index(&chosen->vocabulary, chosen->slots, err);
}

int pt_chosen_narrow(pt_chosen *chosen, const uint32_t *number, size_t count, papertag_error *err)
{
    const pt_vocabulary *v = &chosen->vocabulary;
    struct candidate *kept = pt_alloc(count, sizeof *kept);
    pt_chosen narrow = {0};
    int status = kept ? PAPERTAG_OK : pt_no_memory(err);

    for (size_t i = 0; i < v->count && !status; i++) {
        if (number[i] != UINT32_MAX) {
            kept[number[i]] = (struct candidate){
                .term = v->text + v->starts[i], .length = v->starts[i + 1] - v->starts[i], .number = (uint32_t)i};
        }
    }
    status = status ? status : fill_chosen(&narrow, kept, count, v->count, 0, err);
    for (size_t i = 0; i < count && !status; i++) {
        narrow.idf[i] = v->idf[kept[i].number];
    }
    free(kept);
    if (status) {
        pt_chosen_free(&narrow);
        return status;
    }
    pt_chosen_free(chosen);
    *chosen = narrow;
    return PAPERTAG_OK;
}

int pt_lexicon_choose(const pt_lexicon *lexicon, size_t papers, size_t min_df, double max_df, size_t max_terms,
                      unsigned jobs, pt_chosen *out, papertag_error *err)
{
    struct candidate *candidates = NULL;
    pt_chosen chosen = {0};
    size_t count;
    int status;

    if (list_candidates(lexicon, min_df, max_df * (double)papers, max_terms ? max_terms : SIZE_MAX, jobs, &candidates,
                        &count)) {
        status = pt_no_memory(err);
    } else if (count) {
        count = max_terms && count > max_terms ? max_terms : count;
        status = fill_chosen(&chosen, candidates, count, pt_lexicon_end(lexicon), papers, err);
    } else {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "no term occurs in at least %zu papers and in at most %g %% of them",
                         min_df, 100 * max_df);
    }
    if (status) {
        pt_chosen_free(&chosen);
    } else {
        *out = chosen;
    }
    free(candidates);
    return status;
}

/* ---- weighing -------------------------------------------------------------------------------------------------- */

/* Rows are weighed in strips of rows. Each row gets shorter in place; at the end all rows are moved together. */
struct weighing {
    pt_rows *rows; /* N */
    const pt_chosen *chosen;
    size_t strip; /* rows of a strip */
    size_t *kept; /* N: entries that remain, at the row's old start */
};

static int weigh_strip(void *context, size_t strip)
{
    const struct weighing *w = context;
    const size_t first = strip * w->strip, last = first + w->strip < w->rows->count ? first + w->strip : w->rows->count;
    pt_counter counter = {0};
    int status = pt_counter_reserve(&counter, w->chosen->vocabulary.count);

    for (size_t r = first; r < last && !status; r++) {
        const size_t from = w->rows->starts[r], to = w->rows->starts[r + 1];
        status = pt_counter_expect(&counter, to - from);
        for (size_t i = from; i < to && !status; i++) {
            const uint32_t term = w->chosen->term_of[w->rows->terms[i]];
            if (term != UINT32_MAX) {
                pt_count_term(&counter, term, w->rows->values[i]);
            }
        }
        if (!status) {
            pt_counter_take(&counter);
            pt_weigh(counter.terms, counter.values, counter.count, w->chosen->vocabulary.idf, &counter.logs);
            memcpy(w->rows->terms + from, counter.terms, counter.count * sizeof *counter.terms);
            memcpy(w->rows->values + from, counter.values, counter.count * sizeof *counter.values);
            w->kept[r] = counter.count;
        }
    }
    pt_counter_free(&counter);
    return status;
}

int pt_rows_weigh(pt_rows *rows, const pt_chosen *chosen, unsigned jobs, papertag_error *err)
{
    enum { STRIPS = 32 };
    struct weighing w = {rows, chosen, rows->count / STRIPS + 1, pt_alloc(rows->count, sizeof *w.kept)};
    size_t end = 0;

    if (!w.kept || pt_parallel(jobs, (rows->count + w.strip - 1) / w.strip, weigh_strip, &w, NULL)) {
        free(w.kept);
        return pt_no_memory(err);
    }
    for (size_t r = 0; r < rows->count; r++) {
        memmove(rows->terms + end, rows->terms + rows->starts[r], w.kept[r] * sizeof *rows->terms);
        memmove(rows->values + end, rows->values + rows->starts[r], w.kept[r] * sizeof *rows->values);
        rows->starts[r] = end;
        end += w.kept[r];
    }
    if (rows->count) {
        rows->starts[rows->count] = end;
    }
    pt_rows_shrink(rows);
    free(w.kept);
    return PAPERTAG_OK;
}
