/*
 * evaluation - the papers to measure: for each a row of p, gold, assigned and "leave out" over all tags met so far.
 *
 * A gold tag that the model does not have becomes a tag with p 0 that is never assigned.
 *
 * Memory: at most twice N x T cells of 16 bytes while rows grow, T being all tags met.
 */
#include <stdlib.h>

#include "measure.h"
#include "metrics.h"

static int add_tag(papertag_evaluation *e, const char *tag)
{
    char *copy;
    if (pt_reserve(&e->tags, &e->tags_capacity, e->tag_count + 1, sizeof *e->tags) ||
        !(copy = pt_arena_copy(&e->arena, tag, strlen(tag)))) {
        return PAPERTAG_NO_MEMORY;
    }
    e->tags[e->tag_count++] = copy;
    return PAPERTAG_OK;
}

int pt_evaluation_open(papertag_evaluation **out, const char *const *tags, size_t count, papertag_error *err)
{
    papertag_evaluation *e = pt_calloc(1, sizeof *e);

    if (!e) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < count; t++) {
        if (add_tag(e, tags[t])) {
            papertag_evaluation_close(e);
            return pt_no_memory(err);
        }
    }
    e->model_tags = count;
    *out = e;
    return PAPERTAG_OK;
}

int papertag_evaluation_open(papertag_evaluation **out, const papertag_model *model, papertag_error *err)
{
    const papertag_tag_info *infos;
    size_t count = papertag_model_tags(model, &infos);
    const char **tags = pt_alloc(count, sizeof *tags);
    int status;

    if (!tags) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < count; t++) {
        tags[t] = infos[t].tag;
    }
    status = pt_evaluation_open(out, tags, count, err);
    free(tags);
    return status;
}

void papertag_evaluation_close(papertag_evaluation *e)
{
    if (!e) {
        return;
    }
    pt_arena_free(&e->arena);
    free(e->tags);
    free(e->cells);
    free(e->starts);
    free(e->per_tag);
    free(e);
}

/* The number of a tag, or SIZE_MAX. The model's tags are sorted; those that gold added are not. */
static size_t find_tag(const papertag_evaluation *e, const char *tag)
{
    size_t low = 0, high = e->model_tags;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(e->tags[middle], tag);
        if (!order) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t t = e->model_tags; t < e->tag_count; t++) {
        if (!strcmp(e->tags[t], tag)) {
            return t;
        }
    }
    return SIZE_MAX;
}

int papertag_evaluation_add(papertag_evaluation *e, const papertag_paper *gold, const papertag_score *scores,
                            papertag_error *err)
{
    size_t start = e->count ? e->starts[e->count] : 0;
    pt_cell *row;

    if (!gold->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    for (size_t i = 0; i < gold->tags.count; i++) {
        if (find_tag(e, gold->tags.items[i]) == SIZE_MAX && add_tag(e, gold->tags.items[i])) {
            return pt_no_memory(err);
        }
    }
    if (pt_reserve(&e->cells, &e->cells_capacity, start + e->tag_count, sizeof *e->cells) ||
        pt_reserve(&e->starts, &e->capacity, e->count + 2, sizeof *e->starts)) {
        return pt_no_memory(err);
    }
    row = e->cells + start;
    memset(row, 0, e->tag_count * sizeof *row);
    for (size_t t = 0; t < e->model_tags; t++) {
        row[scores[t].index].p = scores[t].p;
        row[scores[t].index].assigned = scores[t].assigned;
    }
    for (size_t i = 0; i < gold->tags.count; i++) {
        row[find_tag(e, gold->tags.items[i])].gold = true;
    }
    for (size_t i = 0; i < gold->maybe.count; i++) {
        size_t t = find_tag(e, gold->maybe.items[i]);
        if (t != SIZE_MAX) {
            row[t].left_out = true;
        }
    }
    e->starts[e->count] = start;
    e->starts[++e->count] = start + e->tag_count;
    return PAPERTAG_OK;
}

int pt_evaluate(const papertag_model *model, const papertag_paper *papers, size_t count, papertag_evaluation **out,
                papertag_metrics *metrics, papertag_error *err)
{
    papertag_tagger *tagger = NULL;
    papertag_evaluation *e = NULL;
    int status = papertag_tagger_open(&tagger, model, err);

    status = status ? status : papertag_evaluation_open(&e, model, err);
    for (size_t i = 0; i < count && !status; i++) {
        pt_row row;
        status = pt_tagger_row(tagger, papers[i].title, papers[i].abstract, &row, err);
        status = status ? status : pt_score(tagger, row, err);
        status = status ? status : papertag_evaluation_add(e, &papers[i], tagger->scores, err);
    }
    status = status ? status : papertag_evaluation_metrics(e, metrics, err);
    papertag_tagger_close(tagger);
    if (status) {
        papertag_evaluation_close(e);
        e = NULL;
    }
    *out = e;
    return status;
}
