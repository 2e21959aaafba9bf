/*
 * indexes - see indexes.h.
 */
#include "indexes.h"

#include <stdlib.h>

#include "base/hash.h"

/* Indexes at most; columns of one at most, with the key. */
enum { INDEXES = 16, COLUMNS = 6 };

struct set {
    uint64_t sum; /* of hashes */
    size_t count;
};

/* An index. Its texts are SQL. */
struct index {
    const char *name, *columns, *condition; /* of the rows that it has */
    size_t count;                           /* of columns, without the key */
    bool is_unique, is_plain;               /* compared by bytes, from the lowest value to the highest */
    struct set rows;                        /* that it should have */
};

struct indexes {
    struct index *list; /* count */
    size_t count;
};

/* An index being read. */
struct entries {
    const struct index *of;
    struct set rows;
    pt_db_value before[COLUMNS];
    pt_buf texts[COLUMNS]; /* of `before` */
    bool right;
};

static uint64_t hash_value(const pt_db_value *value, uint64_t hash)
{
    return value->type == PT_DB_TEXT ? pt_hash(value->text, value->size, hash + PT_DB_TEXT)
                                     : pt_hash(&value->integer, sizeof value->integer, hash + value->type);
}

/* Adds a row: the index's columns from `first` on, then the key. */
static void put_row(struct set *set, pt_db_row *row, int first, size_t count, const pt_db_value *key)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++) {
        const pt_db_value value = pt_db_get(row, first + (int)i);
        hash = hash_value(&value, hash);
    }
    set->sum += hash_value(key, hash);
    set->count++;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static void read_index(pt_db_row *row, pt_arena *arena, void *item)
{
    *(struct index *)item = (struct index){.name = pt_db_text(row, 0, arena),
                                           .columns = pt_db_text(row, 1, arena),
                                           .condition = pt_db_text(row, 2, arena),
                                           .count = pt_db_count(row, 3),
                                           .is_unique = pt_db_flag(row, 4),
                                           .is_plain = pt_db_flag(row, 5)};
}

static int read_row(void *context, pt_db_row *row, papertag_error *err)
{
    struct indexes *x = context;
    const pt_db_value key = pt_db_get(row, 0);
    int column = 1;

    (void)err;
    for (size_t i = 0; i < x->count; i++) {
        struct index *index = &x->list[i];
        if (pt_db_get(row, column).integer) {
            put_row(&index->rows, row, column + 1, index->count, &key);
        }
        column += 1 + (int)index->count;
    }
    return PAPERTAG_OK;
}

/* Reads the table, for what the indexes should have. */
static int read_table(struct indexes *x, papertag_store *store, const char *table, papertag_error *err)
{
    pt_buf sql = {0};
    int status;

    pt_buf_text(&sql, "SELECT key");
    for (size_t i = 0; i < x->count; i++) {
        pt_buf_format(&sql, ",(%s) IS TRUE,%s", x->list[i].condition, x->list[i].columns);
    }
    pt_buf_format(&sql, " FROM %s NOT INDEXED", table);
    status = sql.failed ? pt_no_memory(err) : pt_store_each(store, sql.data, read_row, x, err, "");
    pt_buf_free(&sql);
    return status;
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
    const pt_db_value key = pt_db_get(row, (int)columns);
    bool has_null = false;
    int order = e->rows.count ? 0 : 1;

    for (size_t i = 0; i <= columns; i++) {
        const pt_db_value value = pt_db_get(row, (int)i);
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
    put_row(&e->rows, row, 0, columns, &key);
    e->right = e->right && order > 0;
    return e->right ? PAPERTAG_OK : PAPERTAG_END;
}

/* Reads an index, as it is ordered itself. */
static int check_index(const struct index *index, papertag_store *store, const char *table, bool *right,
                       papertag_error *err)
{
    struct entries e = {.of = index, .right = index->is_plain && index->count < COLUMNS};
    pt_buf sql = {0};
    int status = PAPERTAG_OK;

    pt_buf_format(&sql, "SELECT %s,key FROM %s INDEXED BY %s WHERE %s ORDER BY %s,key", index->columns, table,
                  index->name, index->condition, index->columns);
    if (e.right) {
        status = sql.failed ? pt_no_memory(err) : pt_store_each(store, sql.data, read_entry, &e, err, "");
    }
    *right = e.right && e.rows.count == index->rows.count && e.rows.sum == index->rows.sum;
    for (size_t i = 0; i < COLUMNS; i++) {
        pt_buf_free(&e.texts[i]);
    }
    pt_buf_free(&sql);
    return status;
}

int pt_store_indexes_check(papertag_store *store, const char *table, bool *right, papertag_error *err)
{
    static const char sql[] =
        "SELECT l.name, (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_xinfo(l.name) WHERE \"key\""
        " ORDER BY seqno)), iif(l.partial, substr(s.sql, instr(s.sql, ' WHERE ')+7), '1'),"
        " (SELECT count(*) FROM pragma_index_xinfo(l.name) WHERE \"key\"), l.\"unique\","
        " NOT EXISTS(SELECT 1 FROM pragma_index_xinfo(l.name) WHERE \"key\" AND"
        " (\"desc\" OR coll<>'BINARY' OR name IS NULL))"
        " FROM pragma_index_list(?1) l JOIN sqlite_schema s ON s.name=l.name";
    pt_arena arena = {0};
    pt_listing list = {.arena = &arena, .size = sizeof(struct index), .read = read_index};
    int status = pt_store_list(store, sql, &list, err, "t", table);
    struct indexes x = {.list = list.items, .count = list.count};

    *right = !status && x.count <= INDEXES;
    status = status || !*right ? status : read_table(&x, store, table, err);
    for (size_t i = 0; i < x.count && *right && !status; i++) {
        status = check_index(&x.list[i], store, table, right, err);
    }
    pt_arena_free(&arena);
    *right = *right && !status;
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}
