/*
 * name - finding a tag by any of its names.
 *
 * People type "RL", "mixture of experts" or "quantisation"; the slug is one of a tag's names among others. Names are
 * compared by a key that ignores case, spaces, underscores and hyphens. The answer to a name that no tag has is the
 * tags whose names are nearest to it.
 */
#include "name.h"

#include "base/ascii.h"
#include "base/nearest.h"

enum { SUGGESTIONS = 3 };

static bool is_gap(char c)
{
    return c == ' ' || c == '\t' || c == '_' || c == '-';
}

void pt_tag_key(char *out, size_t capacity, const char *name)
{
    size_t size = 0;

    while (is_gap(*name) || *name == '#') {
        name++;
    }
    for (; *name; name++) {
        const char c = is_gap(*name) ? '-' : pt_lower(*name);
        if (size + 1 < capacity && !(c == '-' && size && out[size - 1] == '-')) {
            out[size++] = c;
        }
    }
    while (size && out[size - 1] == '-') {
        size--;
    }
    out[size] = '\0';
}

/* A tag's names: 0 is the slug, 1 the name, the rest the aliases. */
static const char *name_of(const papertag_tag_info *tag, size_t i)
{
    return i == 0 ? tag->tag : i == 1 ? tag->name : tag->aliases.items[i - 2];
}

static bool has_key(const papertag_tag_info *tag, size_t i, const char *key)
{
    char other[PT_TAG_KEY_BYTES];

    pt_tag_key(other, sizeof other, name_of(tag, i));
    return !strcmp(key, other);
}

static bool has_alias(const papertag_tag_info *tag, const char *key)
{
    bool found = false;

    for (size_t i = 2; i < tag->aliases.count + 2 && !found; i++) {
        found = has_key(tag, i, key);
    }
    return found;
}

/* The distance of a key from the nearest name. */
static size_t tag_distance(const char *key, const papertag_tag_info *tag)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < tag->aliases.count + 2; i++) {
        char other[PT_TAG_KEY_BYTES];
        size_t distance;
        pt_tag_key(other, sizeof other, name_of(tag, i));
        distance = pt_word_distance(key, other);
        best = distance < best ? distance : best;
    }
    return best;
}

static bool is_among(const size_t *numbers, size_t count, size_t number)
{
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        found = numbers[i] == number;
    }
    return found;
}

/* The tag nearest to the key that is not among `taken`; the first of equals. */
static size_t nearest_tag(const papertag_tag_info *tags, size_t count, const char *key, const size_t *taken,
                          size_t taken_count)
{
    size_t best = SIZE_MAX, nearest = 0;

    for (size_t t = 0; t < count; t++) {
        const size_t distance = tag_distance(key, &tags[t]);
        if (distance < best && !is_among(taken, taken_count, t)) {
            best = distance;
            nearest = t;
        }
    }
    return nearest;
}

static int fail_unknown(const papertag_tag_info *tags, size_t count, const char *name, const char *key,
                        papertag_error *err)
{
    size_t taken[SUGGESTIONS];
    pt_buf slugs = {0};
    int status;

    for (size_t i = 0; i < SUGGESTIONS && i < count; i++) {
        taken[i] = nearest_tag(tags, count, key, taken, i);
        pt_buf_format(&slugs, "%s%s", i ? ", " : "", tags[taken[i]].tag);
    }
    status = slugs.failed ? pt_no_memory(err)
                          : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "unknown tag '%s'; nearest: %s", name,
                                    slugs.data ? slugs.data : "none");
    pt_buf_free(&slugs);
    return status;
}

int pt_find_tag(const papertag_tag_info *tags, size_t count, const char *name, size_t *index, papertag_error *err)
{
    char key[PT_TAG_KEY_BYTES];

    pt_tag_key(key, sizeof key, name);
    for (int kind = 0; kind < 3; kind++) {
        for (size_t t = 0; t < count; t++) {
            if (kind < 2 ? has_key(&tags[t], (size_t)kind, key) : has_alias(&tags[t], key)) {
                *index = t;
                return PAPERTAG_OK;
            }
        }
    }
    return fail_unknown(tags, count, name, key, err);
}
