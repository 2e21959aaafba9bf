/*
 * list - reading the list of tags.
 */
#include "list.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "name.h"

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

const pt_tag_entry *pt_tag_list_entry(const pt_tag_list *list, const char *slug)
{
    pt_tag_entry key = {.tag = slug};
    return list->count ? bsearch(&key, list->entries, list->count, sizeof key, compare_entries) : NULL;
}

/* *out is NULL when the string is absent. */
static int copy_string(pt_arena *arena, const cJSON *object, const char *key, const char **out)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    *out = text ? pt_arena_copy(arena, text, strlen(text)) : NULL;
    return text && !*out ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* *out has no strings when the array is absent. */
static int copy_strings(pt_tag_list *list, const cJSON *item, const char *key, const char *path, papertag_strings *out,
                        papertag_error *err)
{
    const cJSON *strings = cJSON_GetObjectItemCaseSensitive(item, key), *string;
    const char **items = pt_arena_array(&list->arena, (size_t)cJSON_GetArraySize(strings) + 1, sizeof *items);
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

static int check_slugs(const pt_tag_list *list, const char *path, papertag_error *err)
{
    for (size_t i = 1; i < list->count; i++) {
        if (!strcmp(list->entries[i].tag, list->entries[i - 1].tag)) {
            return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: '%s' occurs twice", path, list->entries[i].tag);
        }
    }
    return PAPERTAG_OK;
}

/* A slug or alias, its key, and the tag whose name it is. */
struct claim {
    char key[PT_TAG_KEY_BYTES];
    const char *tag, *name;
};

static int compare_claims(const void *a, const void *b)
{
    return strcmp(((const struct claim *)a)->key, ((const struct claim *)b)->key);
}

/* No two tags may have a slug or alias in common. */
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

/* The number of the line that `place` is on, from 1. */
static size_t line_of(const char *text, const char *place)
{
    size_t line = 1;
    for (; text < place; text++) {
        line += *text == '\n';
    }
    return line;
}

static int read_entries(pt_tag_list *list, const cJSON *tags, const char *path, papertag_error *err)
{
    const cJSON *item;
    size_t number = 0;
    int status = PAPERTAG_OK;

    if (!cJSON_IsArray(tags)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: no array \"tags\"", path);
    }
    list->entries = pt_calloc((size_t)cJSON_GetArraySize(tags), sizeof *list->entries);
    if (!list->entries) {
        return pt_no_memory(err);
    }
    for (item = tags->child; item && !status; item = item->next) {
        status = read_entry(list, item, ++number, path, err);
    }
    pt_sort(list->entries, list->count, sizeof *list->entries, compare_entries);
    return status;
}

int pt_tag_list_read(pt_tag_list *out, const char *path, papertag_error *err)
{
    pt_tag_list list = {0};
    const char *stop = NULL;
    cJSON *json;
    char *text = NULL;
    size_t size;
    int status = pt_read_file(path, &text, &size, err);

    if (status) {
        return status;
    }
    json = cJSON_ParseWithLengthOpts(text, size + 1, &stop, 1);
    if (!json) {
        status = pt_fail(err, PAPERTAG_BAD_INPUT, "%s:%zu: not JSON", path, line_of(text, stop ? stop : text));
    }
    status = status ? status : read_entries(&list, cJSON_GetObjectItemCaseSensitive(json, "tags"), path, err);
    status = status ? status : check_slugs(&list, path, err);
    status = status ? status : check_claims(&list, path, err);
    cJSON_Delete(json);
    free(text);
    if (status) {
        pt_tag_list_free(&list);
        return status;
    }
    *out = list;
    return PAPERTAG_OK;
}
