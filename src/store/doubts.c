/*
 * doubts - see doubts.h.
 *
 * Opinions are read a block at a time, by paper, then by tag, and compared with cuts and verdicts that lie in memory: a
 * join would look both up for each opinion, and sort them all.
 */
#include "doubts.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"

/* Papers of a block, from a multiple of that on. With fewer than KEPT_LEAST blocks not known, nothing is written: to
 * read them takes some milliseconds. */
enum { BLOCK = 256, KEPT_LEAST = 16 };

/* The cut of a model for a tag. */
struct cut {
    int64_t model, tag;
    double cut;
    size_t number; /* of the tag, in walk.tags */
};

/* What a verdict is about. */
struct judged {
    int64_t paper, tag;
};

/* What is known of a block. */
struct block {
    int64_t number;
    double nearest; /* no decision that is asked for is nearer; INFINITY: there is none */
    bool is_known;
};

/* A walk over the opinions. */
struct walk {
    papertag_store *store;
    struct cut *cuts; /* cut_count, by model, then tag */
    size_t cut_count;
    int64_t *tags; /* tag_count, ascending: those that have a cut */
    size_t tag_count;
    const struct judged *judged; /* judged_count, by paper, then tag */
    size_t judged_count;
    struct block *blocks; /* block_count: all */
    size_t block_count;

    int64_t tag;   /* the decisions asked for; 0: all */
    pt_top doubts; /* of pt_doubt: the nearest */

    /* of the block being read */
    int64_t first;         /* its first paper */
    int64_t models[BLOCK]; /* by paper: the model that tagged it; 0: none */
    size_t at;             /* verdicts before this one are done */
    pt_doubt best;         /* of the paper being read; paper 0: none */
    double *nearest;       /* tag_count: the nearest of each tag */
    bool keeps;            /* it is written to the table */
};

static int compare_doubts(const void *a, const void *b)
{
    const pt_doubt *x = a, *y = b;

    return x->distance != y->distance ? (x->distance < y->distance ? -1 : 1)
                                      : (x->paper > y->paper) - (x->paper < y->paper);
}

/* What is farther is not among those asked for. */
static double farthest(const struct walk *w)
{
    const pt_doubt *last = pt_top_last(&w->doubts);

    return last ? last->distance : INFINITY;
}

static int take_doubt(struct walk *w, const pt_doubt *doubt, papertag_error *err)
{
    return pt_top_take(&w->doubts, doubt) ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- a block --------------------------------------------------------------------------------------------------- */

/* The cut that decided; NULL: not known. Neighbouring opinions mostly ask for neighbouring cuts of one model. */
static const struct cut *find_cut(const struct walk *w, int64_t model, int64_t tag)
{
    size_t low = 0, high = w->cut_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct cut *c = &w->cuts[middle];
        if (c->model < model || (c->model == model && c->tag < tag)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < w->cut_count && w->cuts[low].model == model && w->cuts[low].tag == tag ? &w->cuts[low] : NULL;
}

/* Whether there is a verdict; asked in the order of the opinions. */
static bool is_judged(struct walk *w, int64_t paper, int64_t tag)
{
    while (w->at < w->judged_count &&
           (w->judged[w->at].paper < paper || (w->judged[w->at].paper == paper && w->judged[w->at].tag < tag))) {
        w->at++;
    }
    return w->at < w->judged_count && w->judged[w->at].paper == paper && w->judged[w->at].tag == tag;
}

/* The first verdict on a paper or one after it. */
static size_t find_judged(const struct walk *w, int64_t paper)
{
    size_t low = 0, high = w->judged_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (w->judged[middle].paper < paper) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int read_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    struct walk *w = context;
    const int64_t paper = pt_db_key(row, 0), tag = pt_db_key(row, 1);
    const double margin = pt_db_real_or_nan(row, 2);
    const uint64_t place = (uint64_t)(paper - w->first);
    const struct cut *c = place < BLOCK ? find_cut(w, w->models[place], tag) : NULL;
    double distance;
    int status = PAPERTAG_OK;

    if (w->best.paper && w->best.paper != paper) {
        status = take_doubt(w, &w->best, err);
        w->best.paper = 0;
    }
    if (!c) {
        return status;
    }
    distance = fabs(margin - c->cut);
    if (isnan(distance) || is_judged(w, paper, tag)) {
        return status;
    }
    w->nearest[c->number] = fmin(w->nearest[c->number], distance);
    if ((!w->tag || tag == w->tag) && distance <= farthest(w) && !(w->best.paper && w->best.distance <= distance)) {
        w->best = (pt_doubt){distance, paper, tag, pt_db_real(row, 3, 0, 1), margin, c->cut, pt_db_flag(row, 4)};
    }
    return status;
}

static int read_model(void *context, pt_db_row *row, papertag_error *err)
{
    struct walk *w = context;
    const uint64_t place = (uint64_t)(pt_db_key(row, 0) - w->first);

    (void)err;
    if (place < BLOCK) {
        w->models[place] = pt_db_key(row, 1);
    }
    return PAPERTAG_OK;
}

/* Writes what was found in the block. What cannot be kept is found again next time: that is no error. */
static void keep_block(struct walk *w, int64_t block)
{
    static const char forget[] = "DELETE FROM doubts WHERE block=?1 AND tag IN (SELECT key FROM tags)";
    static const char write[] = "INSERT OR REPLACE INTO doubts(tag, block, nearest) VALUES(?1,?2,?3)";
    papertag_error why;
    int status = pt_store_do(w->store, forget, &why, "i", block);

    for (size_t t = 0; t < w->tag_count && !status; t++) {
        if (w->nearest[t] < INFINITY) {
            status = pt_store_do(w->store, write, &why, "iir", w->tags[t], block, w->nearest[t]);
        }
    }
    status = status ? status : pt_store_do(w->store, write, &why, "iir", (int64_t)0, block, 0.0);
    w->keeps = !status;
}

static int read_block(struct walk *w, int64_t block, papertag_error *err)
{
    /* by the index of models, which is small: the papers themselves are not */
    static const char models[] = "SELECT p.key, p.model FROM models m CROSS JOIN papers p INDEXED BY papers_model"
                                 " ON p.model=m.key WHERE p.key BETWEEN ?1 AND ?2";
    static const char opinions[] = "SELECT paper, tag, margin, p, assigned FROM opinions WHERE paper BETWEEN ?1 AND ?2"
                                   " AND (?3=0 OR tag=?3) ORDER BY paper, tag";
    const int64_t last = (block + 1) * BLOCK - 1, tag = w->keeps ? 0 : w->tag;
    int status;

    w->first = block * BLOCK;
    w->at = find_judged(w, w->first);
    w->best.paper = 0;
    memset(w->models, 0, sizeof w->models);
    for (size_t t = 0; t < w->tag_count; t++) {
        w->nearest[t] = INFINITY;
    }
    status = pt_store_each(w->store, models, read_model, w, err, "ii", w->first, last);
    status = status ? status : pt_store_each(w->store, opinions, read_opinion, w, err, "iii", w->first, last, tag);
    status = status || !w->best.paper ? status : take_doubt(w, &w->best, err);
    if (!status && w->keeps) {
        keep_block(w, block);
    }
    return status;
}

/* ---- all blocks ------------------------------------------------------------------------------------------------ */

static int read_known(void *context, pt_db_row *row, papertag_error *err)
{
    struct walk *w = context;
    const int64_t tag = pt_db_integer(row, 0, 0, INT64_MAX);
    const size_t number = pt_db_count(row, 1);
    const double nearest = pt_db_real(row, 2, 0, INFINITY);

    (void)err;
    if (number >= w->block_count) {
        return PAPERTAG_OK;
    }
    if (!tag) {
        w->blocks[number].is_known = true;
    } else {
        w->blocks[number].nearest = fmin(w->blocks[number].nearest, nearest);
    }
    return PAPERTAG_OK;
}

/* Reads what is known of the blocks; *unknown: of how many nothing is. */
static int read_blocks(struct walk *w, size_t *unknown, papertag_error *err)
{
    static const char all[] = "SELECT tag, block, nearest FROM doubts";
    static const char of_tag[] = "SELECT tag, block, nearest FROM doubts WHERE tag IN (0, ?1)";
    int status;

    for (size_t b = 0; b < w->block_count; b++) {
        w->blocks[b] = (struct block){(int64_t)b, INFINITY, false};
    }
    status = pt_store_each(w->store, w->tag ? of_tag : all, read_known, w, err, w->tag ? "i" : "", w->tag);
    *unknown = 0;
    for (size_t b = 0; b < w->block_count; b++) {
        *unknown += !w->blocks[b].is_known;
    }
    return status;
}

/* Reads the blocks that the table does not know, and writes what they hold to it if they are many. */
static int read_unknown(struct walk *w, papertag_error *err)
{
    size_t unknown;
    bool writes = false;
    int status = read_blocks(w, &unknown, err);

    if (!status && unknown >= KEPT_LEAST && pt_store_keep_begin(w->store)) {
        writes = w->keeps = true;
        status = read_blocks(w, &unknown, err); /* as they are now that nobody else can change them */
    }
    for (size_t b = 0; b < w->block_count && !status; b++) {
        if (!w->blocks[b].is_known) {
            w->blocks[b].nearest = INFINITY; /* what is in it has been taken */
            status = read_block(w, w->blocks[b].number, err);
        }
    }
    if (writes) {
        pt_store_keep_end(w->store, status || !w->keeps ? PAPERTAG_IO : PAPERTAG_OK);
    }
    w->keeps = false;
    return status;
}

static int compare_blocks(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    return x->nearest != y->nearest ? (x->nearest < y->nearest ? -1 : 1)
                                    : (x->number > y->number) - (x->number < y->number);
}

/* Reads the other blocks, until no further one can have anything nearer. */
static int read_nearest(struct walk *w, papertag_error *err)
{
    int status = PAPERTAG_OK;

    pt_sort(w->blocks, w->block_count, sizeof *w->blocks, compare_blocks);
    for (size_t b = 0; b < w->block_count && !status; b++) {
        if (w->doubts.count >= w->doubts.k) {
            pt_top_cut(&w->doubts);
        }
        if (w->blocks[b].nearest > farthest(w) || isinf(w->blocks[b].nearest)) {
            break;
        }
        status = read_block(w, w->blocks[b].number, err);
    }
    return status;
}

/* ---- what opinions are compared with --------------------------------------------------------------------------- */

static void read_cut(pt_db_row *row, pt_arena *arena, void *item)
{
    (void)arena;
    *(struct cut *)item = (struct cut){pt_db_key(row, 0), pt_db_key(row, 1), pt_db_real_or_nan(row, 2), 0};
}

static void read_judged(pt_db_row *row, pt_arena *arena, void *item)
{
    (void)arena;
    *(struct judged *)item = (struct judged){pt_db_key(row, 0), pt_db_key(row, 1)};
}

static int compare_tags(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Numbers the tags that have a cut. */
static int number_tags(struct walk *w, pt_arena *arena)
{
    w->tags = pt_arena_array(arena, w->cut_count + 1, sizeof *w->tags);
    w->nearest = pt_arena_array(arena, w->cut_count + 1, sizeof *w->nearest);
    if (!w->tags || !w->nearest) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < w->cut_count; i++) {
        w->tags[i] = w->cuts[i].tag;
    }
    pt_sort(w->tags, w->cut_count, sizeof *w->tags, compare_tags);
    for (size_t i = 0; i < w->cut_count; i++) {
        if (!i || w->tags[i] != w->tags[i - 1]) {
            w->tags[w->tag_count++] = w->tags[i];
        }
    }
    for (size_t i = 0; i < w->cut_count; i++) {
        const int64_t *found = bsearch(&w->cuts[i].tag, w->tags, w->tag_count, sizeof *w->tags, compare_tags);
        w->cuts[i].number = (size_t)(found - w->tags);
    }
    return PAPERTAG_OK;
}

static int open_walk(struct walk *w, pt_arena *arena, papertag_error *err)
{
    pt_listing cuts = {.arena = arena, .size = sizeof(struct cut), .read = read_cut};
    pt_listing judged = {.arena = arena, .size = sizeof(struct judged), .read = read_judged};
    size_t last = 0;
    int status = pt_store_last_paper(w->store, &last, err);

    w->block_count = last / BLOCK + 1;
    w->blocks = pt_arena_array(arena, w->block_count, sizeof *w->blocks);
    status = status || w->blocks ? status : pt_no_memory(err);
    status =
        status ? status : pt_store_list(w->store, "SELECT model, tag, cut FROM cuts ORDER BY 1, 2", &cuts, err, "");
    if (!status) {
        status = pt_store_list(w->store, "SELECT paper, tag FROM verdicts ORDER BY 1, 2", &judged, err, "");
    }
    w->cuts = cuts.items;
    w->cut_count = cuts.count;
    w->judged = judged.items;
    w->judged_count = judged.count;
    return !status && number_tags(w, arena) ? pt_no_memory(err) : status;
}

int pt_store_doubts(papertag_store *store, int64_t tag, size_t limit, pt_doubt **out, size_t *count,
                    papertag_error *err)
{
    struct walk w = {.store = store, .tag = tag};
    pt_arena arena = {0};
    int status = open_walk(&w, &arena, err);

    w.doubts = (pt_top){.k = limit ? limit : SIZE_MAX, .size = sizeof(pt_doubt), .compare = compare_doubts};
    pt_store_pass_begin(store);
    status = status ? status : read_unknown(&w, err);
    status = status ? status : read_nearest(&w, err);
    pt_store_pass_end(store);
    if (!status) {
        pt_top_cut(&w.doubts);
    }
    pt_arena_free(&arena);
    if (status) {
        free(w.doubts.items);
        return status;
    }
    *out = w.doubts.items;
    *count = w.doubts.count;
    return PAPERTAG_OK;
}

int pt_doubts_forget(papertag_store *store, int64_t paper, papertag_error *err)
{
    return pt_store_do(store, "DELETE FROM doubts WHERE tag=0 AND block=?1", err, "i", paper / BLOCK);
}

int pt_doubts_await_papers(papertag_store *store, papertag_error *err)
{
    size_t last = 0;
    int status = pt_store_last_paper(store, &last, err);

    return status ? status : pt_doubts_forget(store, (int64_t)last + 1, err);
}

/* ---- a new model ----------------------------------------------------------------------------------------------- */

/* Forgets what does not hold under a new model: all of it if the cut of a tag is another though its opinions are not
 * (those that are have no rows any more), else the blocks with papers of other models. */
static int forget_outdated(papertag_store *store, const pt_new_model *taken, int64_t model, papertag_error *err)
{
    static const char differ[] =
        "SELECT count(*) FROM cuts a LEFT JOIN cuts b ON b.model=(SELECT key FROM models WHERE hash=?2) AND b.tag=a.tag"
        " WHERE a.model=?1 AND a.cut IS NOT b.cut AND EXISTS(SELECT 1 FROM doubts d WHERE d.tag=a.tag)";
    static const char others[] = "DELETE FROM doubts WHERE tag=0 AND block IN"
                                 " (SELECT key/?2 FROM papers WHERE model<?1 OR model>?1)";
    int64_t count = 0;
    int status = pt_store_ask(store, differ, &count, err, "it", model, taken->previous);

    if (status || count) {
        return status ? status : pt_store_do(store, "DELETE FROM doubts", err, "");
    }
    return pt_store_do(store, others, err, "ii", model, (int64_t)BLOCK);
}

/* Writes the nearest decisions on a tag. Verdicts are not looked at: a block whose nearest decision has
 * got a verdict is read in vain, until it is read and written again. */
static int write_nearest(papertag_store *store, const pt_new_opinions *o, int64_t tag, double cut, const int64_t *keys,
                         papertag_error *err)
{
    static const char write[] = "INSERT INTO doubts(tag, block, nearest) VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET"
                                " nearest=min(nearest, excluded.nearest)";
    int64_t block = -1;
    double nearest = INFINITY;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i <= o->count && !status; i++) {
        const int64_t next = i < o->count ? keys[o->rows[i]] / BLOCK : -1;
        if (next != block && nearest < INFINITY) {
            status = pt_store_do(store, write, err, "iir", tag, block, nearest);
            nearest = INFINITY;
        }
        block = next;
        nearest = i < o->count ? fmin(nearest, fabs(o->margins[i] - cut)) : nearest;
    }
    return status;
}

int pt_doubts_renew(papertag_store *store, const pt_new_model *taken, const pt_known_model *known, const int64_t *keys,
                    papertag_error *err)
{
    const papertag_tag_info *tags;
    int status = PAPERTAG_OK;

    papertag_model_tags(taken->model, &tags);
    for (size_t i = 0; i < taken->count && !status; i++) {
        status = pt_store_do(store, "DELETE FROM doubts WHERE tag=?1", err, "i", known->tags[taken->opinions[i].tag]);
    }
    status = status ? status : forget_outdated(store, taken, known->key, err);
    for (size_t i = 0; i < taken->count && !status; i++) {
        const pt_new_opinions *o = &taken->opinions[i];
        status = write_nearest(store, o, known->tags[o->tag], tags[o->tag].cut, keys, err);
    }
    return status;
}
