/*
 * opinion - see opinion.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json.h"
#include "opinion.h"
#include "splice.h"

static void add_hash(text *t, const char *key, uint64_t hash)
{
    json_format(t, key, "\"%016llx\"", (unsigned long long)hash);
}

void json_opinion(text *t, const papertag_model *model, const char *title, const char *abstract,
                  const papertag_score *scores)
{
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(model, &tags);

    json_open(t, NULL, '{');
    json_string(t, "model", papertag_model_hash(model));
    add_hash(t, "text", papertag_text_hash(title, abstract));
    json_open(t, "margins", '{');
    for (size_t i = 0; i < count; i++) {
        const papertag_score *s = &scores[i];
        if (s->p >= PAPERTAG_OPINION_MIN || s->margin >= tags[s->index].cut) {
            json_string(t, NULL, s->tag); /* as a key, which may have any characters */
            text_put(t, ":");
            json_number(t, NULL, s->margin, 17);
        }
    }
    json_close(t, '}');
    json_close(t, '}');
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int compare_slug(const void *slug, const void *tag)
{
    return strcmp(slug, ((const papertag_tag_info *)tag)->tag);
}

/* Makes scores of the margins. False when one is not of a tag of the model, is there twice, or is no number. */
static bool read_margins(const papertag_model *model, const cJSON *margins, papertag_score *scores, size_t *count)
{
    const papertag_tag_info *tags, *tag;
    const size_t tag_count = papertag_model_tags(model, &tags);
    const cJSON *item;

    *count = 0;
    cJSON_ArrayForEach(item, margins)
    {
        tag = bsearch(item->string, tags, tag_count, sizeof *tags, compare_slug);
        if (!tag || !cJSON_IsNumber(item) || !isfinite(item->valuedouble) || *count == tag_count) {
            return false;
        }
        for (size_t i = 0; i < *count; i++) {
            if (scores[i].tag == tag->tag) {
                return false;
            }
        }
        scores[(*count)++] = papertag_model_score(model, (size_t)(tag - tags), item->valuedouble);
    }
    return cJSON_IsObject(margins);
}

static bool is_hash(const cJSON *item, uint64_t hash)
{
    const char *string = cJSON_GetStringValue(item);
    char *end;

    return string && strlen(string) == 16 && strtoull(string, &end, 16) == hash && !*end;
}

bool read_opinion(const papertag_model *model, const papertag_paper *paper, const char *object, size_t length,
                  papertag_score *scores, size_t *count)
{
    const char *value = object ? json_find(object, &length, OPINION_MEMBER) : NULL, *hash;
    cJSON *opinion;
    bool good;

    if (!value) {
        return false;
    }
    opinion = cJSON_ParseWithLength(value, length);
    hash = cJSON_GetStringValue(json_member(opinion, "model"));
    good = hash && !strcmp(hash, papertag_model_hash(model)) &&
           is_hash(json_member(opinion, "text"), papertag_text_hash(paper->title, paper->abstract)) &&
           read_margins(model, json_member(opinion, "margins"), scores, count);
    cJSON_Delete(opinion);
    return good;
}
