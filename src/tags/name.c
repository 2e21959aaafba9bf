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

/* The tags nearest to the key, nearest first, the first of equals before the others; returns how many. */
static size_t nearest_tags(const papertag_tag_info *tags, size_t count, const char *key, size_t nearest[SUGGESTIONS])
{
    size_t distances[SUGGESTIONS], found = 0;

    for (size_t t = 0; t < count; t++) {
        const size_t distance = tag_distance(key, &tags[t]);
        size_t place = found;
        while (place && distances[place - 1] > distance) {
            place--;
        }
        if (place == SUGGESTIONS) {
            continue;
        }
        found += found < SUGGESTIONS;
        for (size_t i = found - 1; i > place; i--) {
            nearest[i] = nearest[i - 1];
            distances[i] = distances[i - 1];
        }
        nearest[place] = t;
        distances[place] = distance;
    }
    return found;
}

static int fail_unknown(const papertag_tag_info *tags, size_t count, const char *name, papertag_error *err)
{
    size_t nearest[SUGGESTIONS], found;
    char key[PT_TAG_KEY_BYTES];
    pt_buf slugs = {0};
    int status;

    pt_tag_key(key, sizeof key, name);
    found = nearest_tags(tags, count, key, nearest);
    for (size_t i = 0; i < found; i++) {
        pt_buf_format(&slugs, "%s%s", i ? ", " : "", tags[nearest[i]].tag);
    }
    status = slugs.failed ? pt_no_memory(err)
                          : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "unknown tag '%s'; nearest: %s", name,
                                    slugs.data ? slugs.data : "none");
    pt_buf_free(&slugs);
    return status;
}

bool pt_has_tag(const papertag_tag_info *tags, size_t count, const char *name, size_t *index)
{
    char key[PT_TAG_KEY_BYTES];

    pt_tag_key(key, sizeof key, name);
    for (int kind = 0; kind < 3; kind++) {
        for (size_t t = 0; t < count; t++) {
            if (kind < 2 ? has_key(&tags[t], (size_t)kind, key) : has_alias(&tags[t], key)) {
                *index = t;
                return true;
            }
        }
    }
    return false;
}

int pt_find_tag(const papertag_tag_info *tags, size_t count, const char *name, size_t *index, papertag_error *err)
{
    return pt_has_tag(tags, count, name, index) ? PAPERTAG_OK : fail_unknown(tags, count, name, err);
}
