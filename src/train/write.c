/*
 * write - the manifest, the metrics on the dev papers, and the model file.
 */
#include <math.h>
#include <stdlib.h>

#include "measure/measure.h"
#include "train.h"

/* ---- manifest: each function is false when memory ran out ------------------------------------------------------ */

static bool add_strings(cJSON *object, const char *name, const char *const *strings, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);
    bool added = list != NULL;

    for (size_t i = 0; i < count && added; i++) {
        added = cJSON_AddItemToArray(list, cJSON_CreateString(strings[i]));
    }
    return added;
}

static bool add_optional(cJSON *object, const char *name, const char *value)
{
    return !value || cJSON_AddStringToObject(object, name, value);
}

/* Four digits are all that a person reads of a metric, and all that it is worth. */
static bool add_metric(cJSON *object, const char *name, double value)
{
    return cJSON_AddNumberToObject(object, name, round(value * 1e4) / 1e4);
}

static bool add_text(cJSON *m, const pt_tfidf_options *o)
{
    const pt_words *words = &o->text.stop_words;
    cJSON *part = cJSON_AddObjectToObject(m, "text"), *list = NULL;
    bool added = cJSON_AddBoolToObject(part, "camel_case", o->text.camel_case) &&
                 cJSON_AddBoolToObject(part, "plurals", o->text.plurals) &&
                 cJSON_AddBoolToObject(part, "segments", o->text.segments) &&
                 (list = cJSON_AddArrayToObject(part, "stop_words"));

    for (size_t i = 0; i < words->count && added; i++) {
        added = cJSON_AddItemToArray(list, cJSON_CreateString(words->text + words->starts[i]));
    }
    return added;
}

static bool add_tfidf(cJSON *m, const papertag_train_options *o)
{
    cJSON *part = cJSON_AddObjectToObject(m, "tfidf");

    return cJSON_AddNumberToObject(part, "ngram_max", o->ngram_max) &&
           cJSON_AddNumberToObject(part, "title_weight", o->title_weight) &&
           cJSON_AddNumberToObject(part, "min_df", (double)o->min_df) &&
           cJSON_AddNumberToObject(part, "max_df", o->max_df) &&
           cJSON_AddNumberToObject(part, "max_terms", (double)o->max_terms);
}

static bool add_kernel(cJSON *part, const papertag_train_options *o)
{
    return o->kernel == PAPERTAG_KERNEL_LINEAR ||
           (cJSON_AddNumberToObject(part, "gamma", o->gamma > 0 ? o->gamma : 1) &&
            cJSON_AddNumberToObject(part, "coef0", o->coef0) && cJSON_AddNumberToObject(part, "degree", o->degree));
}

static bool add_fit(cJSON *m, const papertag_train_options *o, const pt_fit *fit)
{
    cJSON *part = cJSON_AddObjectToObject(m, "fit");

    return cJSON_AddStringToObject(part, "solver", papertag_solver_names()[o->solver]) &&
           cJSON_AddStringToObject(part, "kernel", papertag_kernel_names()[o->kernel]) &&
           cJSON_AddNumberToObject(part, "c", fit->c) && add_kernel(part, o) &&
           cJSON_AddNumberToObject(part, "keyword_trust", fit->trust) &&
           cJSON_AddNumberToObject(part, "latent_directions", fit->lsa ? (double)fit->lsa->rank : 0) &&
           cJSON_AddStringToObject(part, "class_weight", papertag_class_weight_names()[o->class_weight]) &&
           cJSON_AddNumberToObject(part, "folds", o->folds) && cJSON_AddNumberToObject(part, "seed", (double)o->seed) &&
           cJSON_AddStringToObject(part, "weights", papertag_precision_names()[o->precision]);
}

static bool add_levels(cJSON *m, const double *levels)
{
    cJSON *list = cJSON_AddArrayToObject(m, "precision_cuts");
    bool added = list != NULL;

    for (int i = 0; i < PT_PRECISIONS && added; i++) {
        added = cJSON_AddItemToArray(list, cJSON_CreateNumber(levels[i]));
    }
    return added;
}

static bool add_cardinality(cJSON *m, const pt_cardinality *cardinality)
{
    cJSON *part = cardinality->tags ? cJSON_AddObjectToObject(m, "cardinality") : NULL;

    return !cardinality->tags || (cJSON_AddNumberToObject(part, "strength", cardinality->strength) &&
                                  cJSON_AddNumberToObject(part, "middle", cardinality->middle));
}

static bool add_training_set(cJSON *m, const papertag_trainer *t, const pt_training *r)
{
    cJSON *part = cJSON_AddObjectToObject(m, "trained");
    char hash[17];

    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->hash);
    return cJSON_AddNumberToObject(part, "papers", (double)r->labels.count) &&
           cJSON_AddNumberToObject(part, "unlabelled", (double)(t->rows.count - r->labels.count)) &&
           cJSON_AddStringToObject(part, "hash", hash);
}

static bool add_held_out(cJSON *m, const pt_training *r)
{
    cJSON *part = cJSON_AddObjectToObject(cJSON_AddObjectToObject(m, "metrics"), "out_of_fold");

    return add_metric(part, "f1_micro", r->f1_micro) && add_metric(part, "f1_macro", r->f1_macro);
}

static bool add_tag(cJSON *list, const papertag_trainer *t, const pt_training *r, size_t tag)
{
    const char *slug = t->tags[r->trainer_tags[tag]];
    const pt_tag_entry *entry = pt_tag_list_entry(&t->list, slug);
    cJSON *item = cJSON_CreateObject();
    bool added = cJSON_AddItemToArray(list, item) && cJSON_AddStringToObject(item, "tag", slug);

    if (added && entry) {
        added = add_optional(item, "name", entry->name) && add_optional(item, "definition", entry->definition) &&
                add_optional(item, "group", entry->group) &&
                add_strings(item, "aliases", entry->aliases.items, entry->aliases.count);
    }
    added = added && cJSON_AddNumberToObject(item, "examples", (double)r->examples[tag]);
    if (added && r->prior) {
        added = cJSON_AddNumberToObject(item, "keyword_examples", (double)r->named_examples[tag]);
    }
    return added && cJSON_AddNumberToObject(item, "cut", r->result.cuts[tag]) &&
           add_metric(item, "strictness", r->result.strictness[tag]) &&
           cJSON_AddNumberToObject(item, "platt_a", r->result.a[tag]) &&
           cJSON_AddNumberToObject(item, "platt_b", r->result.b[tag]) &&
           (!r->result.cardinality.tags || (cJSON_AddNumberToObject(item, "alone_a", r->result.alone_a[tag]) &&
                                            cJSON_AddNumberToObject(item, "alone_b", r->result.alone_b[tag])));
}

static bool add_tags(cJSON *m, const papertag_trainer *t, const pt_training *r)
{
    cJSON *list = cJSON_AddArrayToObject(m, "tags");
    bool added = list != NULL;

    for (size_t tag = 0; tag < r->tags && added; tag++) {
        added = add_tag(list, t, r, tag);
    }
    return added;
}

/* NULL: no memory. */
static cJSON *make_manifest(const papertag_trainer *t, const pt_training *r)
{
    cJSON *m = cJSON_CreateObject();

    if (cJSON_AddNumberToObject(m, "format", r->result.cardinality.tags ? PT_MODEL_CARDINALITY : PT_MODEL_PLAIN) &&
        cJSON_AddStringToObject(m, "name", t->name) && cJSON_AddStringToObject(m, "papertag", PAPERTAG_VERSION) &&
        add_text(m, &t->tfidf) && add_tfidf(m, &t->options) && add_fit(m, &t->options, &r->fit) &&
        add_levels(m, r->result.levels) && add_cardinality(m, &r->result.cardinality) && add_training_set(m, t, r) &&
        add_held_out(m, r) && cJSON_AddNumberToObject(m, "terms", (double)r->chosen.vocabulary.count) &&
        add_tags(m, t, r)) {
        return m;
    }
    cJSON_Delete(m);
    return NULL;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static bool add_dev(cJSON *manifest, const papertag_metrics *m)
{
    cJSON *dev = cJSON_AddObjectToObject(cJSON_GetObjectItemCaseSensitive(manifest, "metrics"), "dev");

    return cJSON_AddNumberToObject(dev, "papers", (double)m->papers) && add_metric(dev, "f1_micro", m->f1_micro) &&
           add_metric(dev, "f1_macro", m->f1_macro) && add_metric(dev, "f1_samples", m->f1_samples) &&
           add_metric(dev, "p_at_1", m->p_at_1) && add_metric(dev, "p_at_3", m->p_at_3) &&
           add_metric(dev, "ndcg_at_5", m->ndcg_at_5) && add_metric(dev, "lrap", m->lrap) &&
           add_metric(dev, "ece", m->ece);
}

/* Measures the assembled model on the dev papers, as a user would run it, and adds the metrics to the manifest. */
static int measure_dev(const papertag_trainer *t, const void *bytes, size_t size, cJSON *manifest, papertag_error *err)
{
    papertag_model *model = NULL;
    papertag_evaluation *evaluation = NULL;
    papertag_metrics metrics;
    int status = papertag_model_open_memory(&model, "the new model", bytes, size, err);

    status = status ? status : pt_evaluate(model, t->dev, t->dev_count, &evaluation, &metrics, err);
    if (!status && !add_dev(manifest, &metrics)) {
        status = pt_no_memory(err);
    }
    papertag_evaluation_close(evaluation);
    papertag_model_close(model);
    return status;
}

int pt_train_write(const papertag_trainer *t, const pt_training *r, const char *path, papertag_error *err)
{
    cJSON *manifest = make_manifest(t, r);
    pt_model_parts parts = {.manifest = manifest,
                            .vocabulary = &r->chosen.vocabulary,
                            .tags = r->tags,
                            .precision = t->options.precision,
                            .blocks = r->result.blocks,
                            .support = t->options.kernel == PAPERTAG_KERNEL_LINEAR ? NULL : &r->support};
    void *bytes = NULL;
    size_t size;
    int status = manifest ? pt_model_assemble(&parts, &bytes, &size, err) : pt_no_memory(err);

    if (!status && t->dev_count) {
        status = measure_dev(t, bytes, size, manifest, err);
        free(bytes);
        bytes = NULL;
        status = status ? status : pt_model_assemble(&parts, &bytes, &size, err);
    }
    status = status ? status : papertag_write_file(path, bytes, size, err);
    free(bytes);
    cJSON_Delete(manifest);
    return status;
}
