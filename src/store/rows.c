/*
 * rows - the stored papers as learners take them: rows of a model, days, tags in force.
 */
#include <stdlib.h>

#include "days.h"
#include "model/model.h"
#include "row_blocks.h"
#include "store.h"
#include "tag_index.h"

/* ---- papers as rows -------------------------------------------------------------------------------------------- */

void pt_stored_rows_free(pt_stored_rows *r)
{
    free(r->keys);
    free(r->places);
    pt_packed_rows_free(&r->rows);
    *r = (pt_stored_rows){0};
}

/* Threads that read at once, at most. */
enum { READING = 4 };

/* Rows on their way to an answer. */
struct gathering {
    size_t terms; /* that rows may have */
    pt_stored_rows *out;
    size_t keys_capacity, places_capacity;
    bool in_order; /* the keys ascend */
    bool failed;   /* there was no memory to bring rows together */
};

static int gather_row(void *context, int64_t paper, const pt_packed *packed, papertag_error *err)
{
    struct gathering *g = context;
    pt_stored_rows *out = g->out;

    if (!pt_packed_check(packed, g->terms)) { /* nobody who takes the row later can meet damage */
        return PAPERTAG_DAMAGED;
    }
    if (out->rows.count == UINT32_MAX || pt_reserve(&out->keys, &g->keys_capacity, out->count + 1, sizeof *out->keys) ||
        pt_reserve(&out->places, &g->places_capacity, out->count + 1, sizeof *out->places) ||
        pt_packed_rows_append(&out->rows, packed)) {
        return pt_no_memory(err);
    }
    g->in_order = g->in_order && (!out->count || out->keys[out->count - 1] < paper);
    out->longest = packed->count > out->longest ? packed->count : out->longest;
    out->places[out->count] = (uint32_t)(out->rows.count - 1);
    out->keys[out->count++] = paper;
    return PAPERTAG_OK;
}

/* Brings rows that come after those of the first. Of a paper's rows the last counts, so all may stay. */
static void join_rows(void *first, const void *other, const uint64_t *papers, size_t last)
{
    struct gathering *to = first, *from = to + ((const struct gathering *)other - to);
    pt_stored_rows *all = to->out, *more = from->out;
    const size_t count = all->count + more->count;
    size_t place = 0;

    (void)papers;
    (void)last;
    to->failed = to->failed || count > UINT32_MAX - READING * PT_PACKED_PART ||
                 pt_reserve(&all->keys, &to->keys_capacity, count + 1, sizeof *all->keys) ||
                 pt_reserve(&all->places, &to->places_capacity, count + 1, sizeof *all->places) ||
                 pt_packed_rows_move(&all->rows, &more->rows, &place);
    for (size_t i = 0; i < more->count && !to->failed; i++) {
        all->keys[all->count] = more->keys[i];
        all->places[all->count++] = (uint32_t)(place + more->places[i]);
    }
    all->longest = more->longest > all->longest ? more->longest : all->longest;
    to->in_order = to->in_order && from->in_order &&
                   (!more->count || count == more->count || all->keys[count - more->count - 1] < more->keys[0]);
}

/* A paper's key, and the place of its row. */
struct placed {
    int64_t key;
    uint32_t place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->place > y->place) - (x->place < y->place);
}

/* Sorts the papers by key; of several rows of one paper, the last stays. 0 or PAPERTAG_NO_MEMORY. */
static int put_in_order(pt_stored_rows *r)
{
    struct placed *list = pt_alloc(r->count + 1, sizeof *list);
    const size_t count = r->count;

    if (!list) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct placed){r->keys[i], r->places[i]};
    }
    pt_sort(list, count, sizeof *list, compare_placed);
    r->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count || list[i + 1].key != list[i].key) {
            r->keys[r->count] = list[i].key;
            r->places[r->count++] = list[i].place;
        }
    }
    free(list);
    return PAPERTAG_OK;
}

int pt_store_rows(papertag_store *store, const pt_rows_options *options, pt_stored_rows *out, papertag_error *err)
{
    const pt_vocabulary *v = options->vocabulary;
    pt_stored_rows parts[READING] = {{0}};
    struct gathering g[READING] = {{0}};
    void *contexts[READING];
    const pt_row_takers takers = {.take = gather_row, .join = join_rows, .contexts = contexts, .count = READING};
    int status = pt_store_state(store, &parts[0].state, err);

    for (size_t i = 0; i < READING; i++) {
        g[i] = (struct gathering){
            .terms = options->space ? v->count - v->added : v->count, .out = &parts[i], .in_order = true};
        contexts[i] = &g[i];
    }
    pt_store_now(parts[0].read);
    status = status ? status : pt_store_scan(store, options, &takers, err);
    if (!status && (g[0].failed || (!g[0].in_order && put_in_order(&parts[0])))) {
        status = pt_no_memory(err);
    }
    for (size_t i = status ? 0 : 1; i < READING; i++) {
        pt_stored_rows_free(&parts[i]);
    }
    if (!status) {
        *out = parts[0];
    }
    return status;
}

static int ignore_row(void *context, int64_t paper, const pt_packed *packed, papertag_error *err)
{
    (void)context;
    (void)paper;
    (void)packed;
    (void)err;
    return PAPERTAG_OK;
}

int pt_store_keep_rows(papertag_store *store, const pt_rows_options *options, papertag_error *err)
{
    static const char newest[] = "SELECT count(*) FROM (SELECT space FROM row_blocks ORDER BY block DESC LIMIT 1)"
                                 " WHERE space=?1";
    const pt_row_takers takers = {.take = ignore_row, .contexts = &(void *){NULL}, .count = 1};
    int64_t kept = 0;
    int status = pt_store_ask(store, newest, &kept, err, "t", options->space);

    return status || kept || !pt_store_can_write(store) ? status : pt_store_scan(store, options, &takers, err);
}

/* Rows on their way from packed ones to values. */
struct unpacking {
    pt_stored_rows *stored;
    const pt_vocabulary *vocabulary;
    uint32_t *row_of; /* by place: its number in `out`; UINT32_MAX: it was replaced */
    pt_rows *out;
};

/* Unpacks the rows of a part, and frees it. */
static int unpack_part(void *context, size_t part)
{
    const struct unpacking *u = context;
    pt_packed_rows *rows = &u->stored->rows;
    pt_row_scratch scratch = {0};
    int status = PAPERTAG_OK;

    for (size_t place = part * PT_PACKED_PART; place < (part + 1) * PT_PACKED_PART && place < rows->count; place++) {
        const uint32_t number = u->row_of[place];
        if (number != UINT32_MAX && !status) {
            const pt_packed packed = pt_packed_rows_get(rows, place);
            const size_t start = u->out->starts[number];
            pt_row row = {0};
            status = pt_packed_values(&packed, u->vocabulary, &scratch, &row);
            if (!status && row.count) {
                memcpy(u->out->terms + start, row.terms, row.count * sizeof *row.terms);
                memcpy(u->out->values + start, row.values, row.count * sizeof *row.values);
            }
        }
    }
    pt_unpacked_free(&scratch.row);
    pt_packed_rows_free_part(rows, part);
    return status;
}

/* Makes room for all rows: *out has the starts of each then. */
static int open_unpacking(struct unpacking *u)
{
    const pt_stored_rows *stored = u->stored;
    size_t entries = 0;

    *u->out = (pt_rows){.starts = pt_alloc(stored->count + 1, sizeof *u->out->starts), .capacity = stored->count + 1};
    u->row_of = pt_alloc(stored->rows.count, sizeof *u->row_of);
    if (!u->out->starts || !u->row_of) {
        return PAPERTAG_NO_MEMORY;
    }
    memset(u->row_of, 0xff, stored->rows.count * sizeof *u->row_of);
    for (size_t i = 0; i < stored->count; i++) {
        u->row_of[stored->places[i]] = (uint32_t)i;
        u->out->starts[i] = entries;
        entries += pt_packed_rows_get(&stored->rows, stored->places[i]).count;
    }
    u->out->starts[stored->count] = entries;
    u->out->terms = pt_alloc(entries, sizeof *u->out->terms);
    u->out->values = pt_alloc(entries, sizeof *u->out->values);
    u->out->entries_capacity = entries;
    u->out->count = stored->count;
    return u->out->terms && u->out->values ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int pt_stored_rows_unpack(pt_stored_rows *stored, const pt_vocabulary *vocabulary, unsigned jobs, pt_rows *out)
{
    struct unpacking u = {.stored = stored, .vocabulary = vocabulary, .out = out};
    int status = open_unpacking(&u);

    status = status ? status : pt_parallel(jobs, stored->rows.part_count, unpack_part, &u, NULL);
    pt_packed_rows_free(&stored->rows);
    free(u.row_of);
    if (status) {
        pt_rows_free(out);
    }
    return status;
}

/* ---- days and tags --------------------------------------------------------------------------------------------- */

/* The place of a paper among the stored ones; their count: it is not among them. Mostly no key is missing. */
static size_t place_of(const pt_stored_rows *papers, int64_t key)
{
    size_t low = 0, high = papers->count;

    if (key >= 1 && (uint64_t)key <= papers->count && papers->keys[key - 1] == key) {
        return (size_t)key - 1;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (papers->keys[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < papers->count && papers->keys[low] == key ? low : papers->count;
}

/* What is known of papers, read in the order of an index. */
struct known {
    const papertag_store *store;
    const pt_stored_rows *papers;
    long *days; /* of each paper */
    struct pair {
        uint32_t place, tag;
    } * pairs; /* count: papers and their tags */
    size_t count, capacity;
    int64_t key; /* of the tag read last */
    uint32_t tag;
};

static int read_day(void *context, pt_db_row *row, papertag_error *err)
{
    const struct known *k = context;
    const size_t place = place_of(k->papers, pt_db_key(row, 0));

    (void)err;
    if (place < k->papers->count) {
        k->days[place] = (long)pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST);
    }
    return PAPERTAG_OK;
}

int pt_store_days(papertag_store *store, const pt_stored_rows *papers, long *days, papertag_error *err)
{
    struct known k = {.papers = papers, .days = days};

    return pt_store_each(store, "SELECT key, " PT_DAY_OR_ADDED " FROM papers", read_day, &k, err, "");
}

/* The number of the tag with a key; UINT32_MAX: there is none. */
static uint32_t tag_number(struct known *k, int64_t key)
{
    if (k->key != key) {
        k->key = key;
        k->tag = UINT32_MAX;
        for (size_t t = 0; t < k->store->tag_count; t++) {
            k->tag = k->store->tag_keys[t] == key ? (uint32_t)t : k->tag;
        }
    }
    return k->tag;
}

static int read_label(void *context, pt_db_row *row, papertag_error *err)
{
    struct known *k = context;
    const size_t place = place_of(k->papers, pt_db_key(row, 0));
    const uint32_t tag = tag_number(k, pt_db_key(row, 1));

    if (place == k->papers->count || tag == UINT32_MAX) {
        return PAPERTAG_OK;
    }
    if (pt_reserve(&k->pairs, &k->capacity, k->count + 1, sizeof *k->pairs)) {
        return pt_no_memory(err);
    }
    k->pairs[k->count++] = (struct pair){(uint32_t)place, tag};
    return PAPERTAG_OK;
}

/* Sorts the pairs by paper, by counting, and appends the tags of each paper. 0 or PAPERTAG_NO_MEMORY. */
static int append_labels(const struct known *k, pt_labels *out)
{
    const size_t papers = k->papers->count;
    size_t *ends = pt_calloc(papers + 1, sizeof *ends);
    uint32_t *tags = pt_alloc(k->count + 1, sizeof *tags);
    int status = ends && tags ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < k->count && !status; i++) {
        ends[k->pairs[i].place + 1]++;
    }
    for (size_t i = 0; i < papers && !status; i++) {
        ends[i + 1] += ends[i];
    }
    for (size_t i = 0; i < k->count && !status; i++) { /* then ends[i] is the end of paper i */
        tags[ends[k->pairs[i].place]++] = k->pairs[i].tag;
    }
    for (size_t i = 0; i < papers && !status; i++) {
        const size_t start = i ? ends[i - 1] : 0;
        status = pt_labels_append(out, tags + start, ends[i] - start);
    }
    free(ends);
    free(tags);
    return status;
}

int pt_store_labels(papertag_store *store, const pt_stored_rows *papers, pt_labels *out, papertag_error *err)
{
    struct known k = {.store = store, .papers = papers};
    int status = pt_store_read_tags(store, err);

    pt_store_pass_begin(store);
    status = status ? status : pt_store_each(store, "SELECT paper, tag FROM tagged", read_label, &k, err, "");
    pt_store_pass_end(store);
    if (!status && append_labels(&k, out)) {
        status = pt_no_memory(err);
    }
    free(k.pairs);
    return status;
}
