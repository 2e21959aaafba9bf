/*
 * new_model - the new model: its manifest and bytes, how it measures against the old one, and where it goes.
 *
 * The weights of the model without any verdict stay as they are, to the bit. Tags that learnt have weights of their own
 * besides, and those made in the store may have added terms. The manifest notes what such a tag was before any verdict
 * ("base"), so that a later learner can start there.
 */
#include <math.h>
#include <stdlib.h>

#include "learn.h"
#include "measure/measure.h"

/* Whether the new model has a tag's weights from a fit of this learner. */
static bool is_refitted(const pt_learner_tag *tag)
{
    return tag->fit && tag->fit->taken;
}

/* ---- manifest -------------------------------------------------------------------------------------------------- */

static void replace_number(cJSON *object, const char *key, double value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddNumberToObject(object, key, value);
}

/* What a tag was learnt from. */
static cJSON *describe_learning(const papertag_model *m, const pt_learner_tag *tag)
{
    cJSON *learnt = cJSON_CreateObject(), *base;

    cJSON_AddStringToObject(learnt, "evidence", tag->evidence);
    cJSON_AddNumberToObject(learnt, "yes", (double)tag->fit->yes);
    cJSON_AddNumberToObject(learnt, "no", (double)tag->fit->no);
    cJSON_AddNumberToObject(learnt, "labelled", (double)tag->fit->labelled);
    if (tag->base) {
        cJSON_AddItemToObject(learnt, "base", cJSON_Duplicate(tag->base, 1));
    } else if (!tag->is_new) {
        const papertag_tag_info *info = &m->tags[tag->old_number];
        base = cJSON_AddObjectToObject(learnt, "base");
        cJSON_AddNumberToObject(base, "cut", info->cut);
        cJSON_AddNumberToObject(base, "platt_a", info->platt_a);
        cJSON_AddNumberToObject(base, "platt_b", info->platt_b);
        cJSON_AddNumberToObject(base, "bias", m->bias[tag->old_number]);
    }
    return learnt;
}

/* The entry of a tag that the old model does not have. */
static cJSON *describe_own(const papertag_own_tag *own)
{
    cJSON *entry = cJSON_CreateObject();

    cJSON_AddStringToObject(entry, "tag", own->tag);
    cJSON_AddStringToObject(entry, "name", own->name ? own->name : own->tag);
    if (own->definition) {
        cJSON_AddStringToObject(entry, "definition", own->definition);
    }
    cJSON_AddStringToObject(entry, "group", "own");
    cJSON_AddItemToObject(entry, "aliases", cJSON_CreateArray());
    return entry;
}

/* old: the tag's entry in the old manifest; NULL: it has none. */
static cJSON *describe_tag(const papertag_model *m, const pt_learner_tag *tag, const cJSON *old)
{
    cJSON *entry = old ? cJSON_Duplicate(old, 1) : describe_own(tag->own);

    if (is_refitted(tag)) {
        const pt_learnt_tag *new = &tag->fit->learnt;
        replace_number(entry, "cut", new->cut);
        replace_number(entry, "platt_a", new->a);
        replace_number(entry, "platt_b", new->b);
        if (tag->is_new) {
            replace_number(entry, "examples", (double)tag->fit->yes);
        }
        cJSON_DeleteItemFromObjectCaseSensitive(entry, "learnt");
        if (tag->verdict_count && !tag->fit->restored) {
            cJSON_AddItemToObject(entry, "learnt", describe_learning(m, tag));
        }
    }
    return entry;
}

static cJSON *describe_model(const papertag_learner *l)
{
    cJSON *manifest = cJSON_Duplicate(l->model->json, 1), *tags = cJSON_CreateArray();
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(l->model->json, "tags");

    for (size_t t = 0; t < l->tag_count; t++) {
        const pt_learner_tag *tag = &l->tags[t];
        if (!tag->removed) {
            const cJSON *entry = tag->old_number == UINT32_MAX ? NULL : cJSON_GetArrayItem(old, (int)tag->old_number);
            cJSON_AddItemToArray(tags, describe_tag(l->model, tag, entry));
        }
    }
    if (!cJSON_GetObjectItemCaseSensitive(manifest, "base")) {
        cJSON_AddStringToObject(manifest, "base", papertag_model_hash(l->model));
    }
    replace_number(manifest, "format", pt_model_version(manifest, l->vocabulary->added, 1));
    replace_number(manifest, "terms", (double)l->vocabulary->count);
    replace_number(manifest, "added_terms", (double)l->vocabulary->added);
    cJSON_DeleteItemFromObjectCaseSensitive(manifest, "tags");
    cJSON_AddItemToObject(manifest, "tags", tags);
    return manifest;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

/* What the new model is assembled from: arrays of T tags, old and new. Zero-initialise; close_plan ends it. */
struct plan {
    cJSON *manifest;
    uint32_t *from; /* by new number: the old number */
    double *bias;   /* by new number */
    /* tags with weights of their own: own.count of them */
    pt_own own;
    uint32_t *own_tags;
    const float **own_weights;
    size_t *own_terms; /* how many weights */
    float **copies;    /* by place among all tags; NULL: not copied */
    size_t tags;
};

static int open_plan(const papertag_learner *l, struct plan *p)
{
    const size_t tags = l->tag_count;

    p->tags = tags;
    p->manifest = describe_model(l);
    p->from = pt_alloc(tags, sizeof *p->from);
    p->bias = pt_alloc(tags, sizeof *p->bias);
    p->own_tags = pt_alloc(tags, sizeof *p->own_tags);
    p->own_weights = pt_calloc(tags, sizeof *p->own_weights);
    p->copies = pt_calloc(tags, sizeof *p->copies);
    p->own_terms = pt_calloc(tags, sizeof *p->own_terms);
    p->own = (pt_own){.tags = p->own_tags, .weights = p->own_weights, .terms = p->own_terms};
    return p->manifest && p->from && p->bias && p->own_tags && p->own_weights && p->own_terms && p->copies
               ? PAPERTAG_OK
               : PAPERTAG_NO_MEMORY;
}

static void close_plan(struct plan *p)
{
    for (size_t t = 0; p->copies && t < p->tags; t++) {
        free(p->copies[t]);
    }
    free(p->from);
    free(p->bias);
    free(p->own_tags);
    free(p->own_weights);
    free(p->own_terms);
    free(p->copies);
    cJSON_Delete(p->manifest);
}

/* Plans the weights of a tag of the new model: those in common with the old one, and its own if it has any. */
static int plan_tag(const papertag_learner *l, size_t t, struct plan *p)
{
    const pt_learner_tag *tag = &l->tags[t];
    const papertag_model *m = l->model;
    const bool refitted = is_refitted(tag);
    const size_t terms = m->vocabulary.count - m->vocabulary.added;
    const float *weights;

    p->from[tag->new_number] = tag->is_new ? UINT32_MAX : tag->old_number;
    p->bias[tag->new_number] = refitted ? tag->fit->learnt.bias : m->bias[tag->old_number];
    if (refitted ? !tag->verdict_count || tag->fit->restored : !tag->learnt) {
        return PAPERTAG_OK; /* it has the weights that it had at first */
    }
    if (refitted) {
        weights = tag->fit->learnt.weights;
    } else {
        weights = p->copies[t] = tag->is_new ? pt_own_terms_weights(l, tag->old_number)
                                             : pt_copy_weights(&m->own, terms, m->own_place[tag->old_number]);
    }
    p->own_terms[p->own.count] = tag->is_new ? l->vocabulary->count : terms;
    p->own_weights[p->own.count] = weights;
    p->own_tags[p->own.count++] = tag->new_number;
    return weights ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int pt_learner_assemble(papertag_learner *l, papertag_error *err)
{
    struct plan p = {0};
    int status = open_plan(l, &p);

    for (size_t t = 0; t < l->tag_count && !status; t++) {
        status = l->tags[t].removed ? PAPERTAG_OK : plan_tag(l, t, &p);
    }
    if (status) {
        pt_no_memory(err);
    } else {
        status = pt_model_assemble_own(l->model, l->vocabulary, p.manifest, l->new_tag_count, p.from, p.bias, &p.own,
                                       &l->bytes, &l->size, err);
    }
    status = status ? status : papertag_model_open_memory(&l->result, "the new model", l->bytes, l->size, err);
    close_plan(&p);
    return status;
}

/* ---- measuring ------------------------------------------------------------------------------------------------- */

int pt_learner_measure(papertag_learner *l, papertag_error *err)
{
    enum { RESAMPLES = 2000 };
    papertag_evaluation *before = NULL, *after = NULL;
    papertag_metrics old, new, low, high, p;
    int status;

    if (!l->dev_count) {
        return PAPERTAG_OK;
    }
    status = pt_evaluate(l->model, l->dev, l->dev_count, &before, &old, err);
    status = status ? status : pt_evaluate(l->result, l->dev, l->dev_count, &after, &new, err);
    status = status ? status : papertag_evaluation_compare(before, after, RESAMPLES, 1, &low, &high, &p, err);
    if (!status) {
        l->report.dev_before = old.f1_micro;
        l->report.dev_after = new.f1_micro;
        l->report.dev_p = p.f1_micro;
    }
    papertag_evaluation_close(before);
    papertag_evaluation_close(after);
    return status;
}

/* ---- where it goes ----------------------------------------------------------------------------------------------- */

int papertag_learner_save(const papertag_learner *l, const char *path, papertag_error *err)
{
    return l->result ? papertag_write_file(path, l->bytes, l->size, err)
                     : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "nothing has been learnt yet");
}

int papertag_learner_keep(papertag_learner *l, papertag_error *err)
{
    pt_new_opinions *opinions = pt_calloc(l->fit_count, sizeof *opinions);
    pt_new_model new = {.model = l->result,
                        .previous = papertag_model_hash(l->model),
                        .bytes = l->bytes,
                        .size = l->size,
                        .summary = l->summary.data ? l->summary.data : "",
                        .opinions = opinions,
                        .forgotten = l->options.remove};
    int status;

    if (!opinions || !l->result) {
        free(opinions);
        return l->result ? pt_no_memory(err) : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "nothing has been learnt yet");
    }
    for (size_t i = 0; i < l->fit_count; i++) {
        const pt_tag_fit *fit = &l->fits[i];
        pt_stored_verdict *verdicts = l->verdicts + fit->tag->first_verdict;
        if (fit->taken) {
            for (size_t k = 0; k < fit->tag->verdict_count; k++) {
                verdicts[k].held_out = fit->restored ? NAN : fit->learnt.held_out[k];
            }
            opinions[new.count++] = (pt_new_opinions){.tag = fit->tag->new_number,
                                                      .rows = fit->rows,
                                                      .p = fit->p,
                                                      .margins = fit->margins,
                                                      .assigned = fit->assigned,
                                                      .count = fit->count,
                                                      .verdicts = verdicts,
                                                      .verdict_count = fit->tag->verdict_count};
        }
    }
    pt_packed_rows_free(&l->papers.rows); /* a learner fits once */
    status = pt_store_take_model(l->store, &new, &l->papers, err);
    free(opinions);
    return status;
}
