/*
 * batch - papers and scores copied to be stored together.
 */
#include "batch.h"

#include <stdlib.h>

#include "base/hash.h"
#include "days.h"
#include "model/model.h"

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
        pt_postings_free(&batch->postings);
        free(batch->items);
        free(batch);
    }
}

void papertag_batch_clear(papertag_batch *batch)
{
    pt_arena_reset(&batch->arena);
    pt_postings_clear(&batch->postings);
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

/* Gives the item its id and its keys. An id that means the paper in its own file only is replaced by a derived one: two
 * files may use it for two papers. */
static int set_id(papertag_batch *batch, pt_batch_item *item)
{
    papertag_paper *paper = &item->paper;
    const char *author = paper->authors.count ? paper->authors.items[0] : NULL;
    char derived[PT_DERIVED_ID];
    int status = pt_work_key_of(paper->title, paper->abstract, author, &item->work);

    if (pt_ids_are_local(paper->source)) {
        pt_derived_id(item->work.title, item->work.author, derived);
        paper->id = derived;
    }
    item->id_is_derived = pt_is_derived_id(paper->id);
    status = status ? status : copy_text(&batch->arena, &paper->id);
    return status || !paper->arxiv ? status : copy_text(&batch->arena, &paper->arxiv);
}

/* A derived id adds nothing to the title: in the hash of the record stands that of the title alone, so that papers
 * without authors have the hash that they always had. */
static void set_hashes(pt_batch_item *item)
{
    const papertag_paper *paper = &item->paper;
    char derived[PT_DERIVED_ID];

    pt_derived_id(item->work.title, 0, derived);
    item->text_key = papertag_text_hash(paper->title, paper->abstract);
    item->record_key =
        pt_fields_hash(item->values, item->id_is_derived ? derived : paper->id, paper->arxiv, item->text_key);
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
    batch->postings.made = false;
    item = &batch->items[batch->count];
    *item = (pt_batch_item){.paper = *paper, .scored = scores != NULL};
    item->paper.source = paper->source ? paper->source : "";
    pt_days_check(&item->paper);
    status = set_id(batch, item);
    status = status ? status : pt_fields_copy(&item->paper, item->values, &batch->arena, &batch->scratch);
    status = status ? status : copy_scores(batch, item, scores, scores ? count : 0);
    if (status) {
        return pt_no_memory(err);
    }
    set_hashes(item);
    batch->count++;
    return PAPERTAG_OK;
}

int papertag_batch_tag(papertag_batch *batch, const papertag_paper *paper, papertag_tagger *tagger, papertag_error *err)
{
    pt_row row;
    pt_batch_item *item;
    int status;

    tagger->counter.packing = PT_PACK_FIRST_PART;
    status = pt_tagger_row(tagger, paper->title, paper->abstract, &row, err);
    tagger->counter.packing = PT_PACK_NOT;
    status = status ? status : pt_score(tagger, row, err);
    status = status ? status : papertag_batch_add(batch, paper, tagger->scores, tagger->model->tag_count, err);
    if (status) {
        return status;
    }
    snprintf(batch->space, sizeof batch->space, "%s", pt_model_space(tagger->model));
    item = &batch->items[batch->count - 1];
    item->row_size = tagger->counter.packed.size;
    item->row = pt_arena_copy(&batch->arena, tagger->counter.packed.data, item->row_size);
    return item->row ? PAPERTAG_OK : pt_no_memory(err);
}

int papertag_batch_prepare(papertag_batch *batch, papertag_error *err)
{
    int status = PAPERTAG_OK;

    pt_postings_clear(&batch->postings);
    for (size_t i = 0; i < batch->count && !status; i++) {
        status = pt_postings_put(&batch->postings, batch->items[i].paper.title, batch->items[i].paper.abstract, err);
    }
    return status ? status : pt_postings_make(&batch->postings, err);
}
