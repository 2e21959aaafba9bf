/*
 * batch - papers and scores copied to be stored together.
 */
#include "batch.h"

#include <stdlib.h>

#include "base/hash.h"
#include "read/reader.h"

/* A title of fewer letters (Introduction, Editorial) is not enough to know a paper by. */
enum { TITLE_LETTERS = 16 };

int papertag_batch_open(papertag_batch **out, papertag_error *err)
{
    papertag_batch *batch = pt_calloc(1, sizeof *batch);

    if (!batch) {
        return pt_no_memory(err);
    }
    *out = batch;
    return PAPERTAG_OK;
}

void papertag_batch_close(papertag_batch *batch)
{
    if (batch) {
        pt_arena_free(&batch->arena);
        pt_buf_free(&batch->scratch);
        free(batch->items);
        free(batch);
    }
}

void papertag_batch_clear(papertag_batch *batch)
{
    pt_arena_reset(&batch->arena);
    batch->count = 0;
}

size_t papertag_batch_count(const papertag_batch *batch)
{
    return batch->count;
}

static int copy_text(pt_arena *arena, const char **text)
{
    *text = *text ? pt_arena_copy(arena, *text, strlen(*text)) : NULL;
    return *text ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Gives the item its id. An id that means the paper in its own file only is replaced by one derived from the title: two
 * files may use it for two papers. */
static int set_id(papertag_batch *batch, pt_batch_item *item)
{
    papertag_paper *paper = &item->paper;
    char derived[PT_DERIVED_ID];
    int status = PAPERTAG_OK;

    if (pt_ids_are_local(paper->source)) {
        status = pt_derived_id(paper->title, paper->abstract, derived);
        paper->id = derived;
    }
    item->id_is_derived = !status && pt_is_derived_id(paper->id);
    status = status ? status : copy_text(&batch->arena, &paper->id);
    return status || !paper->arxiv ? status : copy_text(&batch->arena, &paper->arxiv);
}

static int set_keys(papertag_batch *batch, pt_batch_item *item)
{
    const papertag_paper *paper = &item->paper;
    pt_buf *letters = &batch->scratch;

    pt_buf_clear(letters);
    if (paper->title) {
        pt_letters(letters, paper->title);
    }
    item->title_key = letters->size < TITLE_LETTERS ? 0 : pt_hash(letters->data, letters->size, 0);
    item->text_key = pt_hash_text(pt_hash_text(0, paper->title), paper->abstract);
    item->record_key = pt_fields_hash(item->values, paper->id, paper->arxiv, item->text_key);
    return letters->failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Copies the scores that are worth keeping. */
static int copy_scores(papertag_batch *batch, pt_batch_item *item, const papertag_score *scores, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        kept += scores[i].assigned || scores[i].p >= PAPERTAG_OPINION_MIN;
    }
    item->opinions = pt_arena_array(&batch->arena, kept + 1, sizeof *item->opinions);
    if (!item->opinions) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const papertag_score *s = &scores[i];
        if (s->assigned || s->p >= PAPERTAG_OPINION_MIN) {
            item->opinions[item->opinion_count++] =
                (pt_batch_opinion){(uint32_t)s->index, s->assigned, s->p, s->margin};
        }
    }
    return PAPERTAG_OK;
}

int papertag_batch_add(papertag_batch *batch, const papertag_paper *paper, const papertag_score *scores, size_t count,
                       papertag_error *err)
{
    int status = pt_reserve(&batch->items, &batch->capacity, batch->count + 1, sizeof *batch->items);
    pt_batch_item *item;

    if (status) {
        return pt_no_memory(err);
    }
    item = &batch->items[batch->count];
    *item = (pt_batch_item){.paper = *paper, .scored = scores != NULL};
    item->paper.source = paper->source ? paper->source : "";
    status = set_id(batch, item);
    status = status ? status : pt_fields_copy(&item->paper, item->values, &batch->arena, &batch->scratch);
    status = status ? status : set_keys(batch, item);
    status = status ? status : copy_scores(batch, item, scores, scores ? count : 0);
    if (status) {
        return pt_no_memory(err);
    }
    batch->count++;
    return PAPERTAG_OK;
}
