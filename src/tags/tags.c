/*
 * tags - the tag list, and finding a tag by any of its names.
 *
 * People type "RL", "mixture of experts" or "quantisation"; a tag's slug is one of its names among others. Names are
 * compared by a key that forgets case, spaces, underscores and hyphens. A name that no tag has is answered with the
 * tags whose names are nearest, by the number of letters to add, drop, change or swap (Damerau 1964, in the form where
 * no letter is edited twice).
 */
#include "tags.h"

#include <stdlib.h>

enum { KEY_BYTES = 128 };

/* ---- names ----------------------------------------------------------------------------------------------------- */

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
        char c = (char)(*name >= 'A' && *name <= 'Z' ? *name + ('a' - 'A') : *name);
        if (is_gap(c)) {
            c = '-';
        }
        if (size + 1 < capacity && !(c == '-' && size && out[size - 1] == '-')) {
            out[size++] = c;
        }
    }
    while (size && out[size - 1] == '-') {
        size--;
    }
    out[size] = '\0';
}

static bool same_key(const char *key, const char *name)
{
    char other[KEY_BYTES];
    pt_tag_key(other, sizeof other, name);
    return !strcmp(key, other);
}

/* Letters to add, drop, change or swap to come from a to b; or to a beginning of b, and one more: people shorten. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][KEY_BYTES + 1], la = strlen(a), lb = strlen(b);
    size_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= lb; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t *spare = before;
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            row[j] = best;
        }
        before = last;
        last = row;
        row = spare;
    }
    for (size_t j = 0; j < lb; j++) {
        last[lb] = last[j] + 1 < last[lb] ? last[j] + 1 : last[lb];
    }
    return last[lb];
}

/* How far a tag's nearest name is from the key. A name that begins with the key, or holds it, is near. */
static size_t tag_distance(const char *key, const papertag_tag_info *tag)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < tag->aliases.count + 2; i++) {
        char other[KEY_BYTES];
        size_t d;
        pt_tag_key(other, sizeof other, i == 0 ? tag->tag : i == 1 ? tag->name : tag->aliases.items[i - 2]);
        d = strlen(key) > 2 && strstr(other, key) ? 1 : distance(key, other);
        best = d < best ? d : best;
    }
    return best;
}

/* The tag nearest to the key among those not in `taken`, the first of equals. */
static size_t nearest_tag(const papertag_tag_info *tags, size_t count, const char *key, const size_t *taken, size_t n)
{
    size_t best = SIZE_MAX, nearest = 0;

    for (size_t t = 0; t < count; t++) {
        bool free_still = true;
        size_t d = tag_distance(key, &tags[t]);
        for (size_t i = 0; i < n; i++) {
            free_still = free_still && taken[i] != t;
        }
        if (free_still && d < best) {
            best = d;
            nearest = t;
        }
    }
    return nearest;
}

static bool has_name(const papertag_tag_info *tag, const char *key, int kind)
{
    bool hit = same_key(key, kind == 0 ? tag->tag : tag->name);
    for (size_t a = 0; kind == 2 && !hit && a < tag->aliases.count; a++) {
        hit = same_key(key, tag->aliases.items[a]);
    }
    return hit;
}

int pt_tags_find(const papertag_tag_info *tags, size_t count, const char *name, size_t *index, papertag_error *err)
{
    char key[KEY_BYTES];
    size_t taken[3];
    pt_buf words = {0};
    int status;

    pt_tag_key(key, sizeof key, name);
    for (int kind = 0; kind < 3; kind++) { /* a slug goes before a name, a name before an alias */
        for (size_t t = 0; t < count; t++) {
            if (has_name(&tags[t], key, kind)) {
                *index = t;
                return PAPERTAG_OK;
            }
        }
    }
    for (size_t i = 0; i < 3 && i < count; i++) {
        taken[i] = nearest_tag(tags, count, key, taken, i);
        pt_buf_format(&words, "%s%s", i ? ", " : "", tags[taken[i]].tag);
    }
    status = words.failed ? pt_no_memory(err)
                          : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "unknown tag '%s'; nearest: %s", name,
                                    words.data ? words.data : "none");
    pt_buf_free(&words);
    return status;
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

void pt_tag_list_free(pt_tag_list *list)
{
    free(list->entries);
    pt_arena_free(&list->arena);
    *list = (pt_tag_list){0};
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const pt_tag_entry *)a)->tag, ((const pt_tag_entry *)b)->tag);
}

const pt_tag_entry *pt_tag_list_get(const pt_tag_list *list, const char *slug)
{
    pt_tag_entry key = {.tag = slug};
    return list->count ? bsearch(&key, list->entries, list->count, sizeof key, compare_entries) : NULL;
}

/* Copies the string under `key`, NULL when it is absent. */
static int copy_string(pt_arena *arena, const cJSON *object, const char *key, const char **out)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    *out = text ? pt_arena_copy(arena, text, strlen(text)) : NULL;
    return text && !*out ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Copies the strings of the array under `key`, none when it is absent. */
static int copy_strings(pt_tag_list *list, const cJSON *item, const char *key, const char *path, papertag_strings *out,
                        papertag_error *err)
{
    const cJSON *strings = cJSON_GetObjectItemCaseSensitive(item, key), *string;
    const char **items = pt_arena_alloc(&list->arena, ((size_t)cJSON_GetArraySize(strings) + 1) * sizeof *items);
    size_t count = 0;

    if (!items) {
        return pt_no_memory(err);
    }
    cJSON_ArrayForEach(string, strings)
    {
        const char *text = cJSON_GetStringValue(string);
        if (!text) {
            return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: '%s': \"%s\" must hold strings", path,
                           cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "tag")), key);
        }
        items[count] = pt_arena_copy(&list->arena, text, strlen(text));
        if (!items[count++]) {
            return pt_no_memory(err);
        }
    }
    *out = (papertag_strings){items, count};
    return PAPERTAG_OK;
}

static int read_entry(pt_tag_list *list, const cJSON *item, size_t number, const char *path, papertag_error *err)
{
    pt_tag_entry entry = {0};
    int status;

    if (copy_string(&list->arena, item, "tag", &entry.tag) || copy_string(&list->arena, item, "name", &entry.name) ||
        copy_string(&list->arena, item, "definition", &entry.definition) ||
        copy_string(&list->arena, item, "group", &entry.group)) {
        return pt_no_memory(err);
    }
    if (!entry.tag || !*entry.tag) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: entry %zu has no \"tag\"", path, number);
    }
    status = copy_strings(list, item, "aliases", path, &entry.aliases, err);
    status = status ? status : copy_strings(list, item, "patterns", path, &entry.patterns, err);
    if (!status) {
        list->entries[list->count++] = entry;
    }
    return status;
}

/* A slug or alias under its key, with the tag that claims it. */
struct claim {
    char key[KEY_BYTES];
    const char *tag, *name;
};

static int compare_claims(const void *a, const void *b)
{
    return strcmp(((const struct claim *)a)->key, ((const struct claim *)b)->key);
}

/* No name may lead to two tags. */
static int check_claims(const pt_tag_list *list, const char *path, papertag_error *err)
{
    struct claim *claims;
    size_t count = 0, capacity = list->count;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < list->count; i++) {
        capacity += list->entries[i].aliases.count;
    }
    claims = pt_calloc(capacity, sizeof *claims);
    if (!claims) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < list->count; i++) {
        const pt_tag_entry *entry = &list->entries[i];
        for (size_t a = 0; a < entry->aliases.count + 1; a++) {
            struct claim *claim = &claims[count++];
            claim->tag = entry->tag;
            claim->name = a ? entry->aliases.items[a - 1] : entry->tag;
            pt_tag_key(claim->key, sizeof claim->key, claim->name);
        }
    }
    pt_sort(claims, count, sizeof *claims, compare_claims);
    for (size_t i = 1; i < count && !status; i++) {
        if (!strcmp(claims[i].key, claims[i - 1].key) && claims[i].tag != claims[i - 1].tag) {
            status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: '%s' is a name of both '%s' and '%s'", path, claims[i].name,
                             claims[i - 1].tag, claims[i].tag);
        }
    }
    free(claims);
    return status;
}

/* The line of a place in a text, from 1. */
static size_t line_of(const char *text, const char *place)
{
    size_t line = 1;
    for (; text < place; text++) {
        line += *text == '\n';
    }
    return line;
}

int pt_tag_list_read(pt_tag_list *out, const char *path, papertag_error *err)
{
    pt_tag_list list = {0};
    const cJSON *tags, *item;
    const char *stop = NULL;
    cJSON *json = NULL;
    char *text = NULL;
    size_t size, number = 0;
    int status = pt_read_file(path, &text, &size, err);

    if (status) {
        return status;
    }
    json = cJSON_ParseWithLengthOpts(text, size + 1, &stop, 1);
    tags = cJSON_GetObjectItemCaseSensitive(json, "tags");
    if (!json) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s:%zu: not JSON", path, line_of(text, stop ? stop : text));
    } else if (!cJSON_IsArray(tags)) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: no array \"tags\"", path);
    } else if (!(list.entries = pt_calloc((size_t)cJSON_GetArraySize(tags), sizeof *list.entries))) {
        status = pt_no_memory(err);
    }
    if (status) {
        goto done;
    }
    cJSON_ArrayForEach(item, tags)
    {
        status = read_entry(&list, item, ++number, path, err);
        if (status) {
            goto done;
        }
    }
    pt_sort(list.entries, list.count, sizeof *list.entries, compare_entries);
    for (size_t i = 1; i < list.count; i++) {
        if (!strcmp(list.entries[i].tag, list.entries[i - 1].tag)) {
            status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s: '%s' stands twice", path, list.entries[i].tag);
            goto done;
        }
    }
    status = check_claims(&list, path, err);
    if (!status) {
        *out = list;
        list = (pt_tag_list){0};
    }
done:
    pt_tag_list_free(&list);
    cJSON_Delete(json);
    free(text);
    return status;
}
