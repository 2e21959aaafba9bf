/*
 * indexes - see indexes.h.
 */
#include "indexes.h"

#include <stdlib.h>

#include "base/hash.h"

/* Columns of an index at most, with the key. */
enum { COLUMNS = 6 };

/* An index. Its texts are SQL. */
struct pt_index {
    const char *name, *columns, *condition; /* of the rows that it has; NULL: it has all */
    size_t count;                           /* of columns, without the key */
    bool is_unique, is_plain;               /* compared by bytes, from the lowest value to the highest */
};

/* An index being read. */
struct entries {
    const struct pt_index *of;
    pt_row_set *rows;
    bool begun;
    pt_db_value before[COLUMNS];
    pt_buf texts[COLUMNS]; /* of `before` */
    bool right;
};

static uint64_t hash_value(const pt_db_value *value, uint64_t hash)
{
    return value->type == PT_DB_TEXT ? pt_hash(value->text, value->size, hash + PT_DB_TEXT)
                                     : pt_hash(&value->integer, sizeof value->integer, hash + value->type);
}

/* Adds a row: the values of the index's columns, and the key. */
static void put_row(pt_row_set *set, const pt_db_value *values, size_t count, int64_t key)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++) {
        hash = hash_value(&values[i], hash);
    }
    set->sum += pt_hash(&key, sizeof key, hash);
    set->count++;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static void read_index(pt_db_row *row, pt_arena *arena, void *item)
{
    *(struct pt_index *)item = (struct pt_index){.name = pt_db_text(row, 0, arena),
                                                 .columns = pt_db_text(row, 1, arena),
                                                 .condition = pt_db_text_or_null(row, 2, arena),
                                                 .count = pt_db_count(row, 3),
                                                 .is_unique = pt_db_flag(row, 4),
                                                 .is_plain = pt_db_flag(row, 5)};
}

int pt_indexes_read(pt_indexes *x, papertag_store *store, const char *table, pt_arena *arena, papertag_error *err)
{
    static const char sql[] =
        "SELECT l.name, (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_xinfo(l.name) WHERE \"key\""
        " ORDER BY seqno)), iif(l.partial, substr(s.sql, instr(s.sql, ' WHERE ')+7), NULL),"
        " (SELECT count(*) FROM pragma_index_xinfo(l.name) WHERE \"key\"), l.\"unique\","
        " NOT EXISTS(SELECT 1 FROM pragma_index_xinfo(l.name) WHERE \"key\" AND"
        " (\"desc\" OR coll<>'BINARY' OR name IS NULL))"
        " FROM pragma_index_list(?1) l JOIN sqlite_schema s ON s.name=l.name";
    pt_listing list = {.arena = arena, .size = sizeof(struct pt_index), .read = read_index};
    int status = pt_store_list(store, sql, &list, err, "t", table);

    *x = (pt_indexes){.table = table, .list = list.items, .known = !status && list.count <= PT_INDEXES};
    for (size_t i = 0; i < list.count; i++) {
        x->known = x->known && x->list[i].is_plain && x->list[i].count < COLUMNS;
    }
    x->count = x->known ? list.count : 0;
    return status;
}

void pt_indexes_put_columns(const pt_indexes *x, pt_buf *sql)
{
    for (size_t i = 0; i < x->count; i++) {
        if (x->list[i].condition) {
            pt_buf_format(sql, ",(%s) IS TRUE", x->list[i].condition);
        }
        pt_buf_format(sql, ",%s", x->list[i].columns);
    }
}

void pt_indexes_take_row(const pt_indexes *x, pt_db_row *row, int column, int64_t key, pt_row_set sets[PT_INDEXES])
{
    for (size_t i = 0; i < x->count; i++) {
        const bool has_row = !x->list[i].condition || pt_db_get(row, column++).integer;
        pt_db_value values[COLUMNS];
        for (size_t n = 0; n < x->list[i].count; n++) {
            values[n] = pt_db_get(row, column++);
        }
        if (has_row) {
            put_row(&sets[i], values, x->list[i].count, key);
        }
    }
}

void pt_row_sets_add(pt_row_set sets[PT_INDEXES], const pt_row_set more[PT_INDEXES])
{
    for (size_t i = 0; i < PT_INDEXES; i++) {
        sets[i].sum += more[i].sum;
        sets[i].count += more[i].count;
    }
}

bool pt_row_sets_are_same(const pt_row_set a[PT_INDEXES], const pt_row_set b[PT_INDEXES])
{
    bool same = true;

    for (size_t i = 0; i < PT_INDEXES; i++) {
        same = same && a[i].sum == b[i].sum && a[i].count == b[i].count;
    }
    return same;
}

/* ---- an index --------------------------------------------------------------------------------------------------- */

/* The order of two values in an index: null, numbers, texts. */
static int compare_values(const pt_db_value *a, const pt_db_value *b)
{
    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    if (a->type == PT_DB_TEXT) {
        return pt_compare_bytes(a->text, a->size, b->text, b->size);
    }
    return a->type == PT_DB_NULL ? 0 : (a->integer > b->integer) - (a->integer < b->integer);
}

/* Keeps a value for the next row. */
static void keep_value(struct entries *e, size_t i, const pt_db_value *value)
{
    e->before[i] = *value;
    if (value->type == PT_DB_TEXT) {
        pt_buf_clear(&e->texts[i]);
        pt_buf_append(&e->texts[i], value->text, value->size);
        e->before[i].text = e->texts[i].data;
    }
}

/* Takes an entry in, which comes after the one before. */
static int read_entry(void *context, pt_db_row *row, papertag_error *err)
{
    struct entries *e = context;
    const size_t columns = e->of->count;
    pt_db_value values[COLUMNS];
    bool has_null = false;
    int order = e->begun ? 0 : 1;

    for (size_t i = 0; i <= columns; i++) {
        const pt_db_value value = values[i] = pt_db_get(row, (int)i);
        if (i == columns && e->of->is_unique && !order && !has_null) {
            break; /* the same values as before */
        }
        order = order ? order : compare_values(&value, &e->before[i]);
        has_null = has_null || value.type == PT_DB_NULL;
        e->right = e->right && value.type != PT_DB_REAL && value.type != PT_DB_BYTES;
        keep_value(e, i, &value);
        if (e->texts[i].failed) {
            return pt_no_memory(err);
        }
    }
    e->begun = true;
    put_row(e->rows, values, columns, values[columns].integer);
    e->right = e->right && order > 0;
    return e->right ? PAPERTAG_OK : PAPERTAG_END;
}

/* Reads an index, as it is ordered itself. */
static int tally_index(const struct pt_index *index, papertag_store *store, const char *table, pt_row_set *set,
                       bool *in_order, papertag_error *err)
{
    struct entries e = {.of = index, .rows = set, .right = true};
    pt_buf sql = {0};
    int status;

    pt_buf_format(&sql, "SELECT %s,key FROM %s INDEXED BY %s WHERE %s ORDER BY %s,key", index->columns, table,
                  index->name, index->condition ? index->condition : "1", index->columns);
    status = sql.failed ? pt_no_memory(err) : pt_store_each(store, sql.data, read_entry, &e, err, "");
    *in_order = !status && e.right;
    for (size_t i = 0; i < COLUMNS; i++) {
        pt_buf_free(&e.texts[i]);
    }
    pt_buf_free(&sql);
    return status;
}

int pt_indexes_tally(const pt_indexes *x, papertag_store *store, pt_row_set sets[PT_INDEXES], bool *in_order,
                     papertag_error *err)
{
    int status = PAPERTAG_OK;

    *in_order = x->known;
    for (size_t i = 0; i < x->count && *in_order && !status; i++) {
        status = tally_index(&x->list[i], store, x->table, &sets[i], in_order, err);
    }
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}
