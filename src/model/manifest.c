/*
 * manifest - the JSON of a model file: what it takes to rebuild the rows, the margins and the decisions.
 *
 * A manifest may come from anywhere, so every value is checked before it is used. The trainer writes more into it than
 * is read here: figures for people.
 */
#include <math.h>
#include <stdlib.h>

#include "model.h"

static int bad_manifest(const char *source, papertag_error *err, const char *what)
{
    return pt_fail(err, PAPERTAG_BAD_MODEL, "%s: the manifest has no valid %s", source, what);
}

/* ---- members --------------------------------------------------------------------------------------------------- */

double pt_manifest_number(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : otherwise;
}

double pt_manifest_added(const cJSON *manifest)
{
    const double added = pt_manifest_number(manifest, "added_terms", 0);
    return added >= 0 && added <= UINT32_MAX && added == floor(added) ? added : -1;
}

static const char *string_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static bool true_of(const cJSON *object, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* The place of the member's value among `names`; -1 when it is none of them. */
static int choice_of(const cJSON *object, const char *key, const char *const *names)
{
    const char *value = string_of(object, key);
    for (int i = 0; value && names[i]; i++) {
        if (!strcmp(value, names[i])) {
            return i;
        }
    }
    return -1;
}

/* ---- text and fit ---------------------------------------------------------------------------------------------- */

int pt_manifest_text(const cJSON *manifest, const char *source, pt_tfidf_options *out, papertag_error *err)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(manifest, "text"), *word;
    const cJSON *tfidf = cJSON_GetObjectItemCaseSensitive(manifest, "tfidf");
    pt_tfidf_options options = {0};
    double ngram_max = pt_manifest_number(tfidf, "ngram_max", 0);
    pt_buf words = {0};
    int status;

    options.text.camel_case = true_of(text, "camel_case");
    options.text.plurals = true_of(text, "plurals");
    options.text.segments = true_of(text, "segments");
    options.title_weight = pt_manifest_number(tfidf, "title_weight", -1);
    if (!(ngram_max >= 1 && ngram_max <= (double)PT_NGRAM_MAX) ||
        !(options.title_weight >= 0 && options.title_weight <= 1e6)) {
        return bad_manifest(source, err, "\"tfidf\"");
    }
    options.ngram_max = (unsigned)ngram_max;
    cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(text, "stop_words"))
    {
        if (!cJSON_IsString(word)) {
            pt_buf_free(&words);
            return bad_manifest(source, err, "\"stop_words\"");
        }
        pt_buf_append(&words, word->valuestring, strlen(word->valuestring) + 1);
    }
    status = words.failed ? pt_no_memory(err) : pt_words_build(&options.text.stop_words, words.data, words.size, err);
    pt_buf_free(&words);
    if (!status) {
        *out = options;
    }
    return status;
}

const char *const *papertag_kernel_names(void)
{
    static const char *const names[] = {"linear", "poly", "rbf", "sigmoid", NULL};
    return names;
}

const char *const *papertag_precision_names(void)
{
    static const char *const names[] = {"float32", "int8", NULL};
    return names;
}

int pt_manifest_fit(const cJSON *manifest, const char *source, pt_fit_info *out, papertag_error *err)
{
    const cJSON *fit = cJSON_GetObjectItemCaseSensitive(manifest, "fit");
    int kernel = choice_of(fit, "kernel", papertag_kernel_names());
    int precision = choice_of(fit, "weights", papertag_precision_names());
    double degree = pt_manifest_number(fit, "degree", 3);

    if (kernel < 0 || precision < 0 || !(degree >= 0 && degree <= 100)) {
        return bad_manifest(source, err, "\"fit\"");
    }
    *out = (pt_fit_info){.kernel = (papertag_kernel)kernel,
                         .gamma = pt_manifest_number(fit, "gamma", 1),
                         .coef0 = pt_manifest_number(fit, "coef0", 0),
                         .degree = (int)degree,
                         .precision = (papertag_precision)precision};
    return PAPERTAG_OK;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

void pt_tag_infos_free(papertag_tag_info *tags, size_t count)
{
    for (size_t i = 0; tags && i < count; i++) {
        free((void *)tags[i].aliases.items);
    }
    free(tags);
}

static int read_aliases(const cJSON *tag, papertag_tag_info *out)
{
    const cJSON *aliases = cJSON_GetObjectItemCaseSensitive(tag, "aliases"), *alias;
    const char **items = pt_calloc((size_t)cJSON_GetArraySize(aliases), sizeof *items);
    size_t count = 0;

    if (!items) {
        return PAPERTAG_NO_MEMORY;
    }
    cJSON_ArrayForEach(alias, aliases)
    {
        if (cJSON_IsString(alias)) {
            items[count++] = alias->valuestring;
        }
    }
    out->aliases = (papertag_strings){items, count};
    return PAPERTAG_OK;
}

/* False when the entry has no slug or lacks a number that decisions need. */
static bool read_tag(const cJSON *item, papertag_tag_info *out)
{
    *out = (papertag_tag_info){.tag = string_of(item, "tag"),
                               .name = string_of(item, "name"),
                               .definition = string_of(item, "definition"),
                               .group = string_of(item, "group"),
                               .examples = (size_t)fmin(fmax(pt_manifest_number(item, "examples", 0), 0), 1e15),
                               .cut = pt_manifest_number(item, "cut", NAN),
                               .platt_a = pt_manifest_number(item, "platt_a", NAN),
                               .platt_b = pt_manifest_number(item, "platt_b", NAN)};
    out->name = out->name ? out->name : out->tag;
    return out->tag && out->tag[0] && !isnan(out->cut) && !isnan(out->platt_a) && !isnan(out->platt_b);
}

int pt_manifest_tags(const cJSON *manifest, const char *source, papertag_tag_info **tags, size_t *count,
                     papertag_error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(manifest, "tags"), *item;
    size_t size = (size_t)cJSON_GetArraySize(list), n = 0;
    papertag_tag_info *infos;
    int status = PAPERTAG_OK;

    if (!size) {
        return bad_manifest(source, err, "\"tags\"");
    }
    infos = pt_calloc(size, sizeof *infos);
    if (!infos) {
        return pt_no_memory(err);
    }
    cJSON_ArrayForEach(item, list)
    {
        papertag_tag_info *info = &infos[n++];
        if (!read_tag(item, info) || (n > 1 && strcmp(info[-1].tag, info->tag) >= 0)) {
            status = bad_manifest(source, err, "\"tags\"");
            goto done;
        }
        if (read_aliases(item, info)) {
            status = pt_no_memory(err);
            goto done;
        }
    }
    *tags = infos;
    *count = n;
    infos = NULL;
done:
    pt_tag_infos_free(infos, size);
    return status;
}

uint32_t pt_model_version(const cJSON *manifest, size_t added, size_t own)
{
    return cJSON_HasObjectItem(manifest, "cardinality") ? PT_MODEL_CARDINALITY
           : added                                      ? PT_MODEL_EXTENDED
           : own                                        ? PT_MODEL_PERSONAL
                                                        : PT_MODEL_PLAIN;
}

int pt_manifest_cardinality(const cJSON *manifest, const char *source, size_t tags, pt_cardinality *out,
                            papertag_error *err)
{
    const cJSON *part = cJSON_GetObjectItemCaseSensitive(manifest, "cardinality"), *tag;
    const double strength = pt_manifest_number(part, "strength", 0), middle = pt_manifest_number(part, "middle", NAN);
    double *values;
    size_t t = 0;
    int status;

    if (!part) {
        return PAPERTAG_OK;
    }
    if (!(strength > 0 && strength <= 10) || !(fabs(middle) <= 100)) {
        return bad_manifest(source, err, "\"cardinality\"");
    }
    values = pt_alloc(tags, 2 * sizeof *values);
    if (!values) {
        return pt_no_memory(err);
    }
    cJSON_ArrayForEach(tag, cJSON_GetObjectItemCaseSensitive(manifest, "tags"))
    {
        values[t] = pt_manifest_number(tag, "alone_a", NAN); /* a tag made later has none: it does not count */
        values[tags + t] = pt_manifest_number(tag, "alone_b", 0);
        t++;
    }
    status = pt_cardinality_open(out, strength, middle, values, values + tags, tags) ? pt_no_memory(err) : PAPERTAG_OK;
    free(values);
    return status;
}

/* ---- tags that were learnt ------------------------------------------------------------------------------------- */

const cJSON *pt_model_learnt(const papertag_model *model, size_t tag)
{
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(model->json, "tags");

    return model->own_place && model->own_place[tag] != UINT32_MAX
               ? cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(tags, (int)tag), "learnt")
               : NULL;
}

bool pt_model_tag_is_personal(const papertag_model *model, size_t tag)
{
    const cJSON *learnt = pt_model_learnt(model, tag);

    return learnt && !cJSON_GetObjectItemCaseSensitive(learnt, "base");
}

/* ---- precision ------------------------------------------------------------------------------------------------- */

int papertag_model_precision_cut(const papertag_model *model, double precision, double *p, papertag_error *err)
{
    const cJSON *levels = cJSON_GetObjectItemCaseSensitive(model->json, "precision_cuts"), *level;
    double hundredth = ceil(100 * precision - 1e-9) - (double)PT_PRECISION_MIN;

    if (!(hundredth >= 0 && hundredth < (double)PT_PRECISIONS)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "the precision must be 0.5 to 0.99");
    }
    level = cJSON_GetArrayItem(levels, (int)hundredth);
    if (!cJSON_IsNumber(level)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: the model has no cuts by precision; train it again",
                       model->name);
    }
    *p = level->valuedouble;
    return PAPERTAG_OK;
}

int pt_manifest_precision(const papertag_model *model, double precision, double *p_min, papertag_error *err)
{
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(model->json, "tags"), *tag;
    double level = 2;
    size_t t = 0;
    int status = papertag_model_precision_cut(model, precision, &level, err);

    if (status) {
        return status;
    }
    cJSON_ArrayForEach(tag, tags)
    {
        const double odds = level / (1 - level) * exp(pt_manifest_number(tag, "strictness", 0));
        p_min[t++] = level < 1 ? odds / (1 + odds) : level;
    }
    return PAPERTAG_OK;
}
