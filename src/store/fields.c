/*
 * fields - the columns of table `papers` that hold what a reader gives.
 */
#include "fields.h"

#include <stddef.h>

#include "base/hash.h"
#include "list.h"

typedef enum field_kind { TEXT, DATE, LIST, COUNT } field_kind;
typedef enum field_rule { FIRST, LATEST, VERSION, NEVER, DAYS } field_rule;

#define FIELD(name, kind, rule) {kind, rule, offsetof(papertag_paper, name)},
static const struct field {
    field_kind kind;
    field_rule rule;
    size_t offset;
} fields[PT_PAPER_FIELD_COUNT] = {PT_PAPER_FIELDS(FIELD)};

static void *member_of(papertag_paper *paper, const struct field *field)
{
    return (char *)paper + field->offset;
}

/* ---- into a batch ---------------------------------------------------------------------------------------------- */

int pt_fields_copy(papertag_paper *paper, pt_db_value values[PT_PAPER_FIELD_COUNT], pt_arena *arena, pt_buf *scratch)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT && !status; i++) {
        void *member = member_of(paper, &fields[i]);
        const char **text = member;
        pt_db_value *value = &values[i];
        *value = (pt_db_value){.type = PT_DB_TEXT};
        if (fields[i].kind == COUNT) {
            value->integer = *(const long *)member;
            value->type = value->integer < 0 ? PT_DB_NULL : PT_DB_INTEGER;
        } else if (fields[i].kind == LIST) {
            status = pt_list_format(*(const papertag_strings *)member, arena, scratch, &value->text);
        } else if (*text) {
            value->text = *text = pt_arena_copy(arena, *text, strlen(*text));
            status = *text ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
        }
    }
    return status;
}

const pt_db_value *pt_fields_value(const pt_db_value values[PT_PAPER_FIELD_COUNT], size_t offset)
{
    size_t i = 0;

    while (i + 1 < PT_PAPER_FIELD_COUNT && fields[i].offset != offset) {
        i++;
    }
    return &values[i];
}

/* ---- hashing --------------------------------------------------------------------------------------------------- */

uint64_t pt_fields_hash(const pt_db_value values[PT_PAPER_FIELD_COUNT], const char *id, const char *arxiv,
                        uint64_t hash)
{
    int64_t counts[PT_PAPER_FIELD_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++) {
        if (fields[i].kind == COUNT) {
            counts[count++] = values[i].type == PT_DB_NULL ? -1 : values[i].integer;
        }
    }
    hash = pt_hash(counts, count * sizeof *counts, hash);
    hash = pt_hash_text(pt_hash_text(hash, id), arxiv);
    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++) {
        const bool in_hash = fields[i].kind != COUNT && fields[i].rule != VERSION && fields[i].rule != NEVER;
        if (in_hash && (i < PT_FIELDS_HASHED_WHOLE || values[i].text)) {
            hash = pt_hash_text(hash, values[i].text);
        }
    }
    return hash;
}

/* ---- into the store and out of it ------------------------------------------------------------------------------ */

size_t pt_fields_values(const pt_db_value values[PT_PAPER_FIELD_COUNT], pt_fields_which which, pt_db_value *out,
                        size_t count)
{
    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++) {
        if (which == PT_FIELDS_ALL || fields[i].rule == FIRST || fields[i].rule == LATEST) {
            out[count++] = values[i];
        }
    }
    return count;
}

pt_db_value pt_fields_counted_by(const pt_db_value values[PT_PAPER_FIELD_COUNT], const char *source)
{
    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++) {
        if (fields[i].rule == LATEST && values[i].type != PT_DB_NULL) {
            return (pt_db_value){.type = PT_DB_TEXT, .text = source};
        }
    }
    return (pt_db_value){.type = PT_DB_NULL};
}

void pt_fields_keep_latest(pt_db_value values[PT_PAPER_FIELD_COUNT], const pt_db_value there[PT_PAPER_FIELD_COUNT])
{
    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++) {
        if (fields[i].rule == LATEST && there[i].type != PT_DB_NULL) {
            values[i] = there[i];
        }
    }
}

void pt_fields_read(pt_db_row *row, int column, pt_arena *arena, papertag_paper *out)
{
    for (size_t i = 0; i < PT_PAPER_FIELD_COUNT; i++, column++) {
        void *member = member_of(out, &fields[i]);
        if (fields[i].kind == LIST) {
            pt_db_list(row, column, arena, member);
        } else if (fields[i].kind == COUNT) {
            *(long *)member = pt_db_is_null(row, column) ? -1 : (long)pt_db_count(row, column);
        } else {
            const char *text = fields[i].kind == DATE ? pt_db_date_or_null(row, column, arena)
                                                      : pt_db_text_or_null(row, column, arena);
            *(const char **)member = text && *text ? text : NULL;
        }
    }
}
