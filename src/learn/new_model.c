/*
 * learner_model - the new model: its manifest and bytes, measured, written, kept in the store.
 *
 * All the tags that the old model had keep their place and their weights to the bit; those learnt stand beside, with
 * what they had before noted in the manifest ("base"), so that a later learner can begin there again.
 */
#include "learner.h"

#include <math.h>
#include <stdlib.h>

#include "measure/measure.h"

/* ---- manifest -------------------------------------------------------------------------------------------------- */

/* Sets a number, in place of what was there. */
static void set_number(cJSON *object, const char *key, double value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddNumberToObject(object, key, value);
}

/* What a tag learnt anew came from. */
static cJSON *describe_learning(const papertag_learner *l, const struct tag *tag)
{
    const struct fitted *f = tag->fit;
    const papertag_model *m = l->model;
    cJSON *learnt = cJSON_CreateObject(), *base;
    char evidence[17];

    snprintf(evidence, sizeof evidence, "%016llx", (unsigned long long)pt_learner_evidence(l, tag));
    cJSON_AddStringToObject(learnt, "evidence", evidence);
    cJSON_AddNumberToObject(learnt, "yes", (double)f->yes);
    cJSON_AddNumberToObject(learnt, "no", (double)f->no);
    cJSON_AddNumberToObject(learnt, "labelled", (double)f->labelled);
    if (tag->base) {
        cJSON_AddItemToObject(learnt, "base", cJSON_Duplicate(tag->base, 1));
    } else if (!tag->fresh) {
        const papertag_tag_info *info = &m->tags[tag->before];
        base = cJSON_AddObjectToObject(learnt, "base");
        cJSON_AddNumberToObject(base, "cut", info->cut);
        cJSON_AddNumberToObject(base, "platt_a", info->platt_a);
        cJSON_AddNumberToObject(base, "platt_b", info->platt_b);
        cJSON_AddNumberToObject(base, "bias", m->bias[tag->before]);
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

static cJSON *describe_tag(const papertag_learner *l, const struct tag *tag, const cJSON *old)
{
    cJSON *entry = old ? cJSON_Duplicate(old, 1) : describe_own(tag->own);

    if (tag->fit && tag->fit->taken) {
        const pt_column *c = &tag->fit->column;
        set_number(entry, "cut", c->cut);
        set_number(entry, "platt_a", c->a);
        set_number(entry, "platt_b", c->b);
        if (tag->fresh) {
            set_number(entry, "examples", (double)tag->fit->yes);
        }
        cJSON_DeleteItemFromObjectCaseSensitive(entry, "learnt");
        if (tag->said_count) {
            cJSON_AddItemToObject(entry, "learnt", describe_learning(l, tag));
        }
    }
    return entry;
}

static cJSON *describe(const papertag_learner *l)
{
    cJSON *manifest = cJSON_Duplicate(l->model->json, 1), *tags = cJSON_CreateArray();
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(l->model->json, "tags");

    for (size_t t = 0; t < l->tag_count; t++) {
        const struct tag *tag = &l->tags[t];
        if (tag->after != UINT32_MAX) {
            const cJSON *entry = tag->before == UINT32_MAX ? NULL : cJSON_GetArrayItem(old, (int)tag->before);
            cJSON_AddItemToArray(tags, describe_tag(l, tag, entry));
        }
    }
    if (!cJSON_GetObjectItemCaseSensitive(manifest, "base")) {
        cJSON_AddStringToObject(manifest, "base", papertag_model_hash(l->model));
    }
    set_number(manifest, "format", PT_MODEL_PERSONAL);
    cJSON_DeleteItemFromObjectCaseSensitive(manifest, "tags");
    cJSON_AddItemToObject(manifest, "tags", tags);
    return manifest;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

/* The weights of every tag that has its own in the new model: learnt now, or copied (into *copies, to be freed). */
static int gather_own(const papertag_learner *l, uint32_t *tags, const float **weights, float **copies, size_t *count)
{
    const papertag_model *m = l->model;
    const size_t terms = m->vocabulary.count;

    for (size_t t = 0; t < l->tag_count; t++) {
        const struct tag *tag = &l->tags[t];
        const bool learnt = tag->fit && tag->fit->taken;
        if (tag->after == UINT32_MAX || (learnt ? !tag->said_count : !tag->learnt)) {
            continue; /* without verdicts, it has again what it had at first */
        }
        if (learnt) {
            weights[*count] = tag->fit->column.weights;
        } else {
            copies[t] = pt_alloc(terms, sizeof **copies);
            if (!copies[t]) {
                return PAPERTAG_NO_MEMORY;
            }
            for (size_t term = 0; term < terms; term++) {
                copies[t][term] = m->own.weights[term * m->own.stride + m->own_place[tag->before]];
            }
            weights[*count] = copies[t];
        }
        tags[(*count)++] = tag->after;
    }
    return PAPERTAG_OK;
}

int pt_learner_assemble(papertag_learner *l, papertag_error *err)
{
    uint32_t *from = pt_alloc(l->tag_count, sizeof *from), *own_tags = pt_alloc(l->tag_count, sizeof *own_tags);
    double *bias = pt_alloc(l->tag_count, sizeof *bias);
    const float **weights = pt_calloc(l->tag_count, sizeof *weights);
    float **copies = pt_calloc(l->tag_count, sizeof *copies);
    pt_own own = {.tags = own_tags, .weights = weights};
    cJSON *manifest = describe(l);
    int status = PAPERTAG_NO_MEMORY;

    if (from && own_tags && bias && weights && copies && manifest) {
        for (size_t t = 0; t < l->tag_count; t++) {
            const struct tag *tag = &l->tags[t];
            if (tag->after != UINT32_MAX) {
                from[tag->after] = tag->fresh ? UINT32_MAX : tag->before;
                bias[tag->after] = tag->fit && tag->fit->taken ? tag->fit->column.bias : l->model->bias[tag->before];
            }
        }
        status = gather_own(l, own_tags, weights, copies, &own.count);
    }
    status = status
                 ? pt_no_memory(err)
                 : pt_model_assemble_own(l->model, manifest, l->new_count, from, bias, &own, &l->bytes, &l->size, err);
    status = status ? status : papertag_model_open_memory(&l->result, "the new model", l->bytes, l->size, err);
    for (size_t t = 0; copies && t < l->tag_count; t++) {
        free(copies[t]);
    }
    free(from);
    free(own_tags);
    free(bias);
    free(weights);
    free(copies);
    cJSON_Delete(manifest);
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

/* ---- taking ---------------------------------------------------------------------------------------------------- */

int papertag_learner_save(const papertag_learner *l, const char *path, papertag_error *err)
{
    return l->result ? papertag_write_file(path, l->bytes, l->size, err)
                     : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "nothing has been learnt yet");
}

int papertag_learner_keep(papertag_learner *l, papertag_error *err)
{
    pt_new_opinions *opinions = pt_calloc(l->fit_count, sizeof *opinions);
    pt_new_model new = {.model = l->result,
                        .before = papertag_model_hash(l->model),
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
        const struct fitted *f = &l->fits[i];
        if (f->taken) {
            for (size_t k = 0; k < f->tag->said_count; k++) {
                l->said[f->tag->said + k].held_out = f->column.held_out[k];
            }
            opinions[new.count++] =
                (pt_new_opinions){f->tag->after,          f->rows,           f->p, f->margins, f->assigned, f->count,
                                  l->said + f->tag->said, f->tag->said_count};
        }
    }
    status = pt_store_take_model(l->store, &new, &l->papers, err);
    free(opinions);
    return status;
}
