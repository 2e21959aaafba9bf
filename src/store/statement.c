/*
 * statement - prepared statements by their text, and SQL run through them.
 */
#include "statement.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/hash.h"
#include "store.h"

/* ---- errors ---------------------------------------------------------------------------------------------------- */

int pt_store_open_file(sqlite3 **db, const char *path)
{
    pt_buf name = {0};
    int code;

    pt_buf_format(&name, "%s%s", *path == '/' ? "" : "./", path);
    code =
        name.failed ? SQLITE_NOMEM : sqlite3_open_v2(name.data, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    pt_buf_free(&name);
    return code;
}

/* Whether there is no room for what SQLite was to write. To read a store takes a file beside it, too. */
static bool is_full(const papertag_store *store, int code)
{
    const int number = code == SQLITE_IOERR ? sqlite3_system_errno(store->db) : 0;

    return code == SQLITE_FULL || number == ENOSPC || number == EDQUOT;
}

const char *pt_store_file_name(const papertag_store *store)
{
    return pt_store_is_file(store) ? sqlite3_db_filename(store->db, "main") : store->path;
}

bool pt_store_is_file(const papertag_store *store)
{
    const char *name = sqlite3_db_filename(store->db, "main");

    return name && *name;
}

int pt_store_fail(papertag_store *store, papertag_error *err)
{
    const int code = store->db ? sqlite3_errcode(store->db) & 0xff : SQLITE_NOMEM;

    if (is_full(store, code)) {
        return pt_fail(err, PAPERTAG_IO,
                       "%s: the disk is full, and even reading a store takes some space in its folder: free some, then "
                       "try again; the store is unchanged",
                       store->path);
    }
    switch (code) {
    case SQLITE_INTERRUPT:
        return pt_fail(err, PAPERTAG_INTERRUPTED, "%s: interrupted", store->path);
    case SQLITE_NOMEM:
        return pt_no_memory(err);
    case SQLITE_CORRUPT:
        return pt_fail(err, PAPERTAG_DAMAGED, "%s: the store is damaged: %s", store->path, sqlite3_errmsg(store->db));
    case SQLITE_NOTADB:
        return pt_fail(err, PAPERTAG_BAD_STORE, "%s: not a store: %s", store->path, sqlite3_errmsg(store->db));
    case SQLITE_BUSY:
        return pt_fail(err, PAPERTAG_IO, "%s: another program has held the store locked for 30 seconds", store->path);
    case SQLITE_READONLY:
        return pt_fail(err, PAPERTAG_IO, "%s: cannot be written: it or its folder is read-only", store->path);
    case SQLITE_CANTOPEN:
        return pt_fail(err, PAPERTAG_IO,
                       "%s: cannot be opened: also to read a store, it and its folder must be writable", store->path);
    default:
        return pt_fail(err, PAPERTAG_IO, "%s: %s", store->path, sqlite3_errmsg(store->db));
    }
}

/* ---- the table of prepared statements -------------------------------------------------------------------------- */

/* Slots at first and at most. The store's own statements are some 200; those made of tag expressions have no end, so
 * that a full table gives up what is not running. */
enum { SLOTS_LEAST = 64, SLOTS_MOST = 1024 };

static void put_prepared(pt_statements *table, uint64_t hash, sqlite3_stmt *statement)
{
    size_t i = hash & (table->capacity - 1);

    while (table->slots[i].statement) {
        i = (i + 1) & (table->capacity - 1);
    }
    table->slots[i].hash = hash;
    table->slots[i].statement = statement;
    table->count++;
}

/* Makes room for one more statement: at least a quarter of the slots stays free. */
static int reserve_slot(pt_statements *table)
{
    const bool full = table->capacity >= SLOTS_MOST;
    const pt_statements old = *table;

    if (table->count < table->capacity / 4 * 3) {
        return PAPERTAG_OK;
    }
    table->capacity = full ? old.capacity : old.capacity ? 2 * old.capacity : SLOTS_LEAST;
    table->slots = pt_calloc(table->capacity, sizeof *table->slots);
    table->count = 0;
    if (!table->slots) {
        *table = old;
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < old.capacity; i++) {
        sqlite3_stmt *statement = old.slots[i].statement;
        if (statement && full && !sqlite3_stmt_busy(statement)) {
            sqlite3_finalize(statement);
        } else if (statement) {
            put_prepared(table, old.slots[i].hash, statement);
        }
    }
    free(old.slots);
    return PAPERTAG_OK;
}

/* The statement of a text. One that is running already, around this call, is not disturbed: the text gets a second. */
static int prepare(papertag_store *store, const char *sql, sqlite3_stmt **out, papertag_error *err)
{
    pt_statements *table = &store->statements;
    const size_t length = strlen(sql);
    const uint64_t hash = pt_hash(sql, length, 0);

    *out = NULL;
    if (table->capacity) {
        for (size_t i = hash & (table->capacity - 1); table->slots[i].statement; i = (i + 1) & (table->capacity - 1)) {
            sqlite3_stmt *known = table->slots[i].statement;
            if (table->slots[i].hash == hash && !strcmp(sqlite3_sql(known), sql) && !sqlite3_stmt_busy(known)) {
                *out = known;
                return PAPERTAG_OK;
            }
        }
    }
    if (length > INT_MAX || reserve_slot(table)) {
        return pt_no_memory(err);
    }
    if (sqlite3_prepare_v3(store->db, sql, (int)length + 1, SQLITE_PREPARE_PERSISTENT, out, NULL)) {
        return pt_store_fail(store, err);
    }
    put_prepared(table, hash, *out);
    return PAPERTAG_OK;
}

void pt_statements_free(pt_statements *table)
{
    for (size_t i = 0; i < table->capacity; i++) {
        sqlite3_finalize(table->slots[i].statement);
    }
    free(table->slots);
    *table = (pt_statements){0};
}

/* ---- running --------------------------------------------------------------------------------------------------- */

/* A value that cannot be bound for want of memory is reported by the step. */
static void bind_value(sqlite3_stmt *statement, int place, const pt_db_value *value)
{
    switch (value->type) {
    case PT_DB_NULL:
        sqlite3_bind_null(statement, place);
        break;
    case PT_DB_INTEGER:
        sqlite3_bind_int64(statement, place, value->integer);
        break;
    case PT_DB_REAL:
        sqlite3_bind_double(statement, place, value->real);
        break;
    case PT_DB_TEXT:
        sqlite3_bind_text(statement, place, value->text, -1, SQLITE_STATIC);
        break;
    case PT_DB_BYTES:
        sqlite3_bind_blob64(statement, place, value->bytes, value->size, SQLITE_STATIC);
        break;
    }
}

/* Reads the arguments that the letters of `types` announce; returns how many. */
static size_t take_values(pt_db_value values[PT_DB_VALUES], const char *types, va_list arguments)
{
    size_t count = 0;

    for (const char *type = types; *type && count < PT_DB_VALUES; type++) {
        pt_db_value *value = &values[count++];
        *value = (pt_db_value){0};
        switch (*type) {
        case 'i':
            value->type = PT_DB_INTEGER;
            value->integer = va_arg(arguments, int64_t);
            break;
        case 'r':
            value->type = PT_DB_REAL;
            value->real = va_arg(arguments, double);
            break;
        case 't':
            value->type = PT_DB_TEXT;
            value->text = va_arg(arguments, const char *);
            break;
        default:
            value->type = PT_DB_BYTES;
            value->bytes = va_arg(arguments, const void *);
            value->size = va_arg(arguments, size_t);
        }
    }
    return count;
}

/* Steps a statement through its rows; without a reader, once. Resets it whatever happens, which ends its read
 * transaction. Values stay bound, and are not looked at before the next run has bound others. */
static int step_through(papertag_store *store, sqlite3_stmt *statement, pt_row_reader *read, void *context,
                        papertag_error *err)
{
    pt_db_row row = {.statement = statement};
    int code = sqlite3_step(statement), status = PAPERTAG_OK;

    while (read && !status && code == SQLITE_ROW) {
        status = read(context, &row, err);
        if (row.wrong[0]) {
            status = pt_fail(err, PAPERTAG_DAMAGED, "%s: the store is damaged: %s", store->path, row.wrong);
        }
        status = row.failed ? pt_no_memory(err) : status;
        code = status ? code : sqlite3_step(statement);
    }
    if (!status && code != SQLITE_DONE && code != SQLITE_ROW) {
        status = pt_store_fail(store, err);
    }
    sqlite3_reset(statement);
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

int pt_store_run(papertag_store *store, const char *sql, const pt_db_value *values, size_t count, pt_row_reader *read,
                 void *context, papertag_error *err)
{
    sqlite3_stmt *statement;
    int status = prepare(store, sql, &statement, err);

    if (status) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        bind_value(statement, (int)i + 1, &values[i]);
    }
    return step_through(store, statement, read, context, err);
}

int pt_store_do(papertag_store *store, const char *sql, papertag_error *err, const char *types, ...)
{
    pt_db_value values[PT_DB_VALUES];
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = pt_store_run(store, sql, values, take_values(values, types, arguments), NULL, NULL, err);
    va_end(arguments);
    return status;
}

int pt_store_each(papertag_store *store, const char *sql, pt_row_reader *read, void *context, papertag_error *err,
                  const char *types, ...)
{
    pt_db_value values[PT_DB_VALUES];
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = pt_store_run(store, sql, values, take_values(values, types, arguments), read, context, err);
    va_end(arguments);
    return status;
}

/* The first row alone, on its way to a reader. */
struct first_row {
    pt_row_reader *read;
    void *context;
    bool found;
};

static int read_first(void *context, pt_db_row *row, papertag_error *err)
{
    struct first_row *first = context;
    int status = first->read(first->context, row, err);

    first->found = true;
    return status ? status : PAPERTAG_END;
}

static int run_first(papertag_store *store, const char *sql, pt_row_reader *read, void *context, papertag_error *err,
                     const char *types, va_list arguments)
{
    struct first_row first = {.read = read, .context = context};
    pt_db_value values[PT_DB_VALUES];
    int status = pt_store_run(store, sql, values, take_values(values, types, arguments), read_first, &first, err);

    return !status && !first.found ? PAPERTAG_END : status;
}

int pt_store_row(papertag_store *store, const char *sql, pt_row_reader *read, void *context, papertag_error *err,
                 const char *types, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = run_first(store, sql, read, context, err, types, arguments);
    va_end(arguments);
    return status;
}

static int read_integer(void *context, pt_db_row *row, papertag_error *err)
{
    (void)err;
    *(int64_t *)context = pt_db_integer(row, 0, INT64_MIN, INT64_MAX);
    return PAPERTAG_OK;
}

int pt_store_ask(papertag_store *store, const char *sql, int64_t *out, papertag_error *err, const char *types, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, types);
    status = run_first(store, sql, read_integer, out, err, types, arguments);
    va_end(arguments);
    return status;
}

int pt_store_last_paper(papertag_store *store, size_t *last, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_ask(store, "SELECT coalesce(max(key), 0) FROM papers", &key, err, "");

    *last = (size_t)key;
    return status;
}

/* A list while its rows are read. */
struct growing {
    pt_listing *list;
    char *items;
    size_t capacity;
};

static int append_item(void *context, pt_db_row *row, papertag_error *err)
{
    struct growing *g = context;
    pt_listing *list = g->list;
    char *item;

    if (pt_reserve(&g->items, &g->capacity, list->count + 1, list->size)) {
        return pt_no_memory(err);
    }
    item = g->items + list->count++ * list->size;
    memset(item, 0, list->size);
    list->read(row, list->arena, item);
    return PAPERTAG_OK;
}

int pt_store_list(papertag_store *store, const char *sql, pt_listing *list, papertag_error *err, const char *types, ...)
{
    struct growing g = {.list = list};
    pt_db_value values[PT_DB_VALUES];
    va_list arguments;
    int status;

    list->count = 0;
    va_start(arguments, types);
    status = pt_store_run(store, sql, values, take_values(values, types, arguments), append_item, &g, err);
    va_end(arguments);
    if (!status) {
        list->items = pt_arena_copy_array(list->arena, g.items, list->count, list->size);
        status = list->items ? PAPERTAG_OK : pt_no_memory(err);
    }
    free(g.items);
    return status;
}

int pt_store_exec(papertag_store *store, const char *sql, papertag_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) ? pt_store_fail(store, err) : PAPERTAG_OK;
}

/* ---- transactions ---------------------------------------------------------------------------------------------- */

int pt_store_count_changes(papertag_store *store, int64_t *changes, papertag_error *err)
{
    return pt_store_ask(store, "SELECT count FROM changes", changes, err, "");
}

/* PAPERTAG_CHANGED when the store was written to since the caller looked at it: see papertag_store_expect. */
static int check_expected(papertag_store *store, papertag_error *err)
{
    int64_t changes = 0;
    int status = pt_store_count_changes(store, &changes, err);

    if (!status && changes != store->expected) {
        status = pt_fail(err, PAPERTAG_CHANGED, "the store has changed in the meantime");
    }
    return status;
}

int pt_store_begin(papertag_store *store, papertag_error *err)
{
    int status = pt_store_exec(store, "BEGIN IMMEDIATE", err);

    if (status) {
        return status;
    }
    store->changes_before = sqlite3_total_changes64(store->db);
    status = pt_store_doubt_tags(store, err);
    status = status || !store->expects ? status : check_expected(store, err);
    if (status) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

int pt_store_end(papertag_store *store, int status, papertag_error *err)
{
    store->tags_read = false;
    if (!status && store->counts_changes && sqlite3_total_changes64(store->db) != store->changes_before) {
        status = pt_store_do(store, "UPDATE changes SET count=count+1", err, "");
    }
    if (!status) {
        status = pt_store_exec(store, "COMMIT", err);
    }
    if (status) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

static const char end_reading[] = "COMMIT";

/* The end is prepared before the beginning, so that there is memory for it. */
int pt_store_read_begin(papertag_store *store, papertag_error *err)
{
    sqlite3_stmt *commit;
    int status = prepare(store, end_reading, &commit, err);

    return status ? status : pt_store_do(store, "BEGIN", err, "");
}

void pt_store_read_end(papertag_store *store)
{
    papertag_error why;
    int status = pt_store_do(store, end_reading, &why, "");

    if (status == PAPERTAG_INTERRUPTED) { /* just then: what is interrupted once runs again */
        pt_store_do(store, end_reading, &why, "");
    }
}

bool pt_store_is_in_transaction(const papertag_store *store)
{
    return !sqlite3_get_autocommit(store->db);
}

bool pt_store_is_writing(const papertag_store *store)
{
    return sqlite3_txn_state(store->db, "main") == SQLITE_TXN_WRITE;
}

bool pt_store_can_write(const papertag_store *store)
{
    return !pt_store_is_in_transaction(store) && !sqlite3_db_readonly(store->db, "main");
}

bool pt_store_keep_begin(papertag_store *store)
{
    papertag_error why;
    bool begun;

    sqlite3_busy_timeout(store->db, 0);
    begun = pt_store_can_write(store) && !pt_store_begin(store, &why);
    sqlite3_busy_timeout(store->db, PT_STORE_PATIENCE);
    return begun;
}

bool pt_store_keep_end(papertag_store *store, int status)
{
    const bool tags_read = store->tags_read;
    papertag_error why;
    const bool done = !pt_store_end(store, status, &why);

    store->tags_read = tags_read;
    return done;
}

static int set_memory(papertag_store *store, size_t cache, size_t mapped)
{
    char sql[96];

    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%zu; PRAGMA mmap_size=%zu", cache < 1024 ? 1 : cache / 1024, mapped);
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

int pt_store_use_memory(papertag_store *store, size_t cache, size_t mapped, papertag_error *err)
{
    store->cache = cache;
    store->mapped = mapped;
    return set_memory(store, cache, mapped) ? pt_store_fail(store, err) : PAPERTAG_OK;
}

void pt_store_pass_begin(papertag_store *store)
{
    set_memory(store, (size_t)1 << 20, 0);
}

void pt_store_pass_end(papertag_store *store)
{
    set_memory(store, store->cache, store->mapped);
}

int64_t pt_store_last_key(const papertag_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

static const char version_of_others[] = "SELECT data_version FROM pragma_data_version";

int pt_store_doubt_tags(papertag_store *store, papertag_error *err)
{
    int64_t version = 0;
    int status = pt_store_ask(store, version_of_others, &version, err, "");

    store->tags_read = store->tags_read && version == store->tags_version;
    store->tags_version = version;
    return status;
}

int pt_store_state(papertag_store *store, int64_t *state, papertag_error *err)
{
    int status = pt_store_ask(store, version_of_others, state, err, "");

    *state = *state << 32 ^ sqlite3_total_changes(store->db); /* by others, and by this connection */
    return status;
}

bool pt_store_key_is_taken(const papertag_store *store)
{
    return sqlite3_extended_errcode(store->db) == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool pt_store_row_is_refused(const papertag_store *store)
{
    return (sqlite3_errcode(store->db) & 0xff) == SQLITE_CONSTRAINT;
}
