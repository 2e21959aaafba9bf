/*
 * bib_parents - see bib_parents.h.
 *
 * Many entries may inherit from one, and that from another. So long values are not inherited, and chains are short.
 */
#include "bib_parents.h"

#include <stdlib.h>

#include "base/hash.h"

enum { INHERITED_MAX = 4096, PARENTS_MAX = 32 }; /* bytes; of one entry, with the parents of its parents */

typedef struct pt_bib_parent {
    pt_slice key; /* in lower case; in the arena, like the values */
    pt_slice values[PT_BIB_FIELDS];
} pt_bib_parent;

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int keep_field(pt_bib_syntax *b, pt_slice name, void *context)
{
    pt_slice *values = context;
    const pt_bib_field field = pt_bib_field_named(name);
    char *copy;

    if (field >= PT_BIB_FIELDS || values[field].length || !b->value.size || b->value.size > INHERITED_MAX) {
        return PAPERTAG_OK;
    }
    copy = pt_arena_copy(&b->arena, b->value.data, b->value.size);
    values[field] = (pt_slice){copy, b->value.size};
    return copy ? PAPERTAG_OK : pt_no_memory(b->err);
}

/* The place of a key, in any case: that of its entry, or a free one. */
static size_t place_of(const pt_bib_parents *parents, pt_slice key, char lower[INHERITED_MAX])
{
    size_t place;

    for (size_t i = 0; i < key.length; i++) {
        lower[i] = pt_lower(key.text[i]);
    }
    place = (size_t)pt_hash(lower, key.length, 0) & (parents->place_count - 1);
    while (parents->places[place]) {
        const pt_slice other = parents->places[place]->key;
        if (other.length == key.length && !memcmp(other.text, lower, key.length)) {
            break;
        }
        place = (place + 1) & (parents->place_count - 1);
    }
    return place;
}

static int grow_places(pt_bib_parents *parents)
{
    pt_bib_parent **old = parents->places;
    const size_t count = parents->place_count;
    char lower[INHERITED_MAX];

    if (2 * parents->count < count) {
        return PAPERTAG_OK;
    }
    parents->place_count = count ? 2 * count : 256;
    parents->places = pt_calloc(parents->place_count, sizeof(pt_bib_parent *));
    if (!parents->places) {
        parents->places = old;
        parents->place_count = count;
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (old[i]) {
            parents->places[place_of(parents, old[i]->key, lower)] = old[i];
        }
    }
    free(old);
    return PAPERTAG_OK;
}

/* Keeps an entry under its key; the first of a key counts. */
static int keep_entry(pt_bib_parents *parents, pt_bib_syntax *b, const pt_slice values[PT_BIB_FIELDS])
{
    char lower[INHERITED_MAX];
    pt_bib_parent *made;
    size_t place, size = 0;
    char *texts;

    if (!b->key.length || b->key.length > sizeof lower) {
        return PAPERTAG_OK;
    }
    if (grow_places(parents)) {
        return pt_no_memory(b->err);
    }
    place = place_of(parents, b->key, lower);
    if (parents->places[place]) {
        return PAPERTAG_OK;
    }
    for (size_t i = 0; i < PT_BIB_FIELDS; i++) {
        size += values[i].length;
    }
    made = pt_arena_array(&parents->arena, 1, sizeof *made);
    texts = pt_arena_alloc(&parents->arena, size + b->key.length + 1);
    if (!made || !texts) {
        return pt_no_memory(b->err);
    }
    memcpy(texts, lower, b->key.length);
    made->key = (pt_slice){texts, b->key.length};
    texts += b->key.length;
    for (size_t i = 0; i < PT_BIB_FIELDS; i++) {
        made->values[i] = (pt_slice){texts, values[i].length};
        if (values[i].length) {
            memcpy(texts, values[i].text, values[i].length);
        }
        texts += values[i].length;
    }
    parents->places[place] = made;
    parents->count++;
    return PAPERTAG_OK;
}

static int read_entries(pt_bib_parents *parents, papertag_error *err)
{
    pt_input in = parents->source;
    pt_bib_syntax syntax = {.in = &in, .err = err};
    pt_slice values[PT_BIB_FIELDS];
    int status;

    do {
        memset(values, 0, sizeof values);
        status = pt_bib_next(&syntax, keep_field, values);
        status = status ? status : keep_entry(parents, &syntax, values);
    } while (!status || status == PAPERTAG_BAD_INPUT); /* a fault is reported when the entry itself is read */
    pt_bib_close(&syntax);
    parents->read = true;
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* ---- inheriting ------------------------------------------------------------------------------------------------ */

static bool is_inherited(pt_bib_field field, bool whole)
{
    switch (field) {
    case PT_BIB_CROSSREF:
    case PT_BIB_XDATA:
        return false;
    case PT_BIB_DATE:
    case PT_BIB_YEAR:
    case PT_BIB_MONTH:
    case PT_BIB_DAY:
    case PT_BIB_JOURNAL:
    case PT_BIB_BOOK:
    case PT_BIB_ORGANIZATION:
        return true;
    default:
        return whole;
    }
}

static void inherit_from(const pt_bib_parent *parent, pt_buf values[PT_BIB_FIELDS], bool whole)
{
    const bool dated = values[PT_BIB_DATE].size || values[PT_BIB_YEAR].size;
    const bool placed = values[PT_BIB_JOURNAL].size || values[PT_BIB_BOOK].size;

    for (pt_bib_field i = 0; i < PT_BIB_FIELDS; i++) {
        const bool date = i == PT_BIB_DATE || i == PT_BIB_YEAR || i == PT_BIB_MONTH || i == PT_BIB_DAY;
        const bool place = i == PT_BIB_JOURNAL || i == PT_BIB_BOOK;
        if (!values[i].size && is_inherited(i, whole) && !(date && dated) && !(place && placed)) {
            pt_buf_append(&values[i], parent->values[i].text, parent->values[i].length);
        }
    }
    if (!whole && !placed && !values[PT_BIB_JOURNAL].size && !values[PT_BIB_BOOK].size) {
        pt_buf_append(&values[PT_BIB_BOOK], parent->values[PT_BIB_TITLE].text, parent->values[PT_BIB_TITLE].length);
    }
}

/* The entries that a value names, with commas between, and those that these name. */
static void inherit_named(const pt_bib_parents *parents, pt_slice named, pt_buf values[PT_BIB_FIELDS], bool whole,
                          size_t *left, bool *missing)
{
    char lower[INHERITED_MAX];

    while (named.length && *left) {
        const char *comma = whole ? memchr(named.text, ',', named.length) : NULL;
        const size_t length = comma ? (size_t)(comma - named.text) : named.length;
        const pt_slice key = pt_trimmed((pt_slice){named.text, length});
        const bool is_key = key.length && key.length <= sizeof lower;
        const pt_bib_parent *parent = is_key ? parents->places[place_of(parents, key, lower)] : NULL;
        named.text += length + (comma != NULL);
        named.length -= length + (comma != NULL);
        --*left;
        if (!parent) {
            *missing = *missing || key.length;
            continue;
        }
        inherit_from(parent, values, whole);
        inherit_named(parents, parent->values[PT_BIB_XDATA], values, whole, left, missing);
        inherit_named(parents, parent->values[PT_BIB_CROSSREF], values, false, left, missing);
    }
}

int pt_bib_inherit(pt_bib_parents *parents, pt_buf values[PT_BIB_FIELDS], bool *missing, papertag_error *err)
{
    const pt_buf *xdata = &values[PT_BIB_XDATA], *crossref = &values[PT_BIB_CROSSREF];
    size_t left = PARENTS_MAX;
    int status;

    if (!xdata->size && !crossref->size) {
        return PAPERTAG_OK;
    }
    status = parents->read ? PAPERTAG_OK : read_entries(parents, err);
    if (status || !parents->count) {
        return status;
    }
    inherit_named(parents, (pt_slice){xdata->data, xdata->size}, values, true, &left, missing);
    inherit_named(parents, (pt_slice){crossref->data, crossref->size}, values, false, &left, missing);
    for (size_t i = 0; i < PT_BIB_FIELDS; i++) {
        if (values[i].failed) {
            return pt_no_memory(err);
        }
    }
    return PAPERTAG_OK;
}

void pt_bib_parents_free(pt_bib_parents *parents)
{
    pt_arena_free(&parents->arena);
    free(parents->places);
}
