/*
 * source_names - see source_names.h.
 */
#include "source_names.h"

#include <limits.h>

#include "format.h"

/* Names that are left out on purpose: what papertag prints beside the fields of a paper or of a line without one, and
 * the numbers of rows that pandas writes into tables. */
static const char *const left_out[] = {"version", "added",      "updated",      "model", "papertag",
                                       "error",   "unnamed: 0", "unnamed: 0.1", "index"};

static const char *const snapshot_members[] = {[PT_SNAPSHOT_AUTHORS] = "authors_parsed",
                                               [PT_SNAPSHOT_VERSIONS] = "versions",
                                               [PT_SNAPSHOT_UPDATED] = "update_date"};

static bool is_one_of(const char *const *names, size_t count, const char *text, size_t length, size_t *place)
{
    for (*place = 0; *place < count; ++*place) {
        const char *name = names[*place];
        if (name && pt_same_name(name, strlen(name), text, length)) {
            return true;
        }
    }
    return false;
}

void pt_source_name_resolve(const papertag_reader *reader, pt_source_name *out, const char *text, size_t length)
{
    const char *tags_field = reader->tags_field;
    const size_t tags_length = strlen(tags_field);
    const bool usual = !strcmp(tags_field, "tags");
    size_t place;

    *out = (pt_source_name){.index = PT_NAMES_MAX, .tags_rank = UINT_MAX};
    out->field = pt_field_named(text, length, &out->rank);
    if (length == tags_length && !memcmp(text, tags_field, length)) {
        out->tags_rank = 0;
    } else if (pt_same_name(text, length, tags_field, tags_length)) {
        out->tags_rank = 1;
    } else if (usual && out->field && out->field->kind == PT_FIELD_TAGS) {
        out->tags_rank = out->rank;
    }
    out->known = out->field || out->tags_rank != UINT_MAX || !length;
    if (out->field && out->field->kind == PT_FIELD_TAGS) {
        out->field = NULL;
    }
    if (!out->known &&
        is_one_of(snapshot_members, sizeof snapshot_members / sizeof *snapshot_members, text, length, &place)) {
        out->snapshot = (pt_snapshot_member)place;
        out->known = true;
    }
    out->known = out->known || is_one_of(left_out, sizeof left_out / sizeof *left_out, text, length, &place);
}

static bool is_entry(const pt_source_name *entry, const char *name, size_t length)
{
    return entry->length == length && !memcmp(entry->text, name, length);
}

pt_source_name *pt_source_name_of(papertag_reader *reader, const char *name, size_t length)
{
    pt_source_names *names = &reader->names;
    pt_source_name *entry;

    if (names->next < names->count && is_entry(&names->items[names->next], name, length)) {
        return &names->items[names->next++];
    }
    for (size_t i = 0; i < names->count; i++) {
        if (is_entry(&names->items[i], name, length)) {
            names->next = i + 1;
            return &names->items[i];
        }
    }
    if (!names->items) {
        names->items = pt_arena_array(&names->arena, PT_NAMES_MAX + 1, sizeof *names->items);
        if (!names->items) {
            return NULL;
        }
    }
    entry = &names->items[names->count];
    pt_source_name_resolve(reader, entry, name, length);
    if (names->count < PT_NAMES_MAX && length <= PT_NAME_LONGEST) {
        entry->text = pt_arena_copy(&names->arena, name, length);
        entry->length = length;
        entry->index = names->count;
        if (!entry->text) {
            return NULL;
        }
        names->next = ++names->count;
    }
    return entry;
}

int pt_source_name_unused(papertag_reader *reader, pt_source_name *name, const char *text, size_t length,
                          papertag_error *err)
{
    if (name->known || name->reported) {
        return PAPERTAG_OK;
    }
    name->reported = true;
    return pt_reader_unused(reader, text, length, err);
}

void pt_source_names_free(pt_source_names *names)
{
    pt_arena_free(&names->arena);
}
