/*
 * statement - the open store, and how its files run SQL.
 *
 * Every statement is run whole by one of the calls below, which prepare it, bind its values, step through its rows and
 * reset it on every path: none is left half run, so none keeps a read transaction open. Prepared statements are kept in
 * a table by their text. Only this file, row.c, open.c, changes.c, functions.c, unicode61.c, check.c and salvage.c see
 * SQLite itself.
 */
#ifndef PT_STORE_STATEMENT_H
#define PT_STORE_STATEMENT_H

#include <stdatomic.h>

#include "base/base.h"

struct sqlite3;
struct sqlite3_stmt;

/* Prepared statements: open addressing by the hash of their SQL. */
typedef struct pt_statements {
    struct pt_prepared {
        uint64_t hash;
        struct sqlite3_stmt *statement; /* NULL: the slot is free */
    } * slots;                          /* capacity: a power of 2, or 0 */
    size_t count, capacity;
} pt_statements;

struct papertag_store {
    struct sqlite3 *db;
    char *path;
    pt_statements statements;

    /* the tags, read when first asked for and again after a write, by this handle or another */
    bool tags_read;
    int64_t tags_version;    /* changes by others that were seen */
    papertag_tag_info *tags; /* tag_count, by slug */
    int64_t *tag_keys;       /* tag_count */
    size_t *tag_papers;      /* tag_count: papers that have the tag; NULL until asked for */
    size_t tag_count;
    pt_arena tag_arena; /* of all these */

    /* what was handed out last */
    pt_arena record_arena; /* by papertag_store_get */
    pt_arena answer_arena; /* by calls that list */
    pt_buf expression;
    int64_t *selected; /* selected_capacity */
    size_t selected_capacity;
    papertag_stored record;

    size_t cache, mapped; /* see pt_store_use_memory */
    atomic_bool stop;     /* papertag_store_interrupt was called */

    bool counts_changes;    /* each transaction that writes is counted in table `changes` */
    int64_t changes_before; /* rows changed when the transaction began */
    bool expects;           /* a transaction that writes begins only if `changes` is as expected */
    int64_t expected;
    int64_t call; /* number of the last call recorded by this handle; 0: none */

    /* of the delivery between its beginning and its end */
    pt_draft draft;  /* of its file */
    int folder_lock; /* the folder of the store's file, open and locked; -1: it is not */
};

/* ---- running --------------------------------------------------------------------------------------------------- */

/* Values are bound to ?1, ?2 ... by the letters of `types`, at most PT_DB_VALUES: i int64_t, r double, t text (NULL:
 * null), b bytes (const void *, size_t). Text and bytes are borrowed while the call runs. Errors of all:
 * PAPERTAG_NO_MEMORY, PAPERTAG_IO, PAPERTAG_DAMAGED, PAPERTAG_BAD_STORE. */
enum { PT_DB_VALUES = 12 };

/* A row being read. The reading ends when there is no memory for a text, or a column holds what it cannot. */
typedef struct pt_db_row {
    struct sqlite3_stmt *statement;
    bool failed;     /* no memory */
    char wrong[160]; /* the first column that holds what it cannot, and what it holds; "" */
} pt_db_row;

/* Takes a row in. PAPERTAG_OK: go on; PAPERTAG_END: no more rows are wanted; any other status ends the reading. */
typedef int pt_row_reader(void *context, pt_db_row *row, papertag_error *err);

/* Runs a statement for its effect. */
int pt_store_do(papertag_store *store, const char *sql, papertag_error *err, const char *types, ...);

/* The integer in the first column of the first row; PAPERTAG_END when there is no row. */
int pt_store_ask(papertag_store *store, const char *sql, int64_t *out, papertag_error *err, const char *types, ...);

/* The highest key of a paper, about how many there are, since papers are never deleted; 0: there is none. */
int pt_store_last_paper(papertag_store *store, size_t *last, papertag_error *err);

/* Reads every row. */
int pt_store_each(papertag_store *store, const char *sql, pt_row_reader *read, void *context, papertag_error *err,
                  const char *types, ...);

/* Reads the first row; PAPERTAG_END when there is none. */
int pt_store_row(papertag_store *store, const char *sql, pt_row_reader *read, void *context, papertag_error *err,
                 const char *types, ...);

/* A value to be bound. Zero-initialised: null. */
typedef struct pt_db_value {
    enum { PT_DB_NULL, PT_DB_INTEGER, PT_DB_REAL, PT_DB_TEXT, PT_DB_BYTES } type;
    union {
        int64_t integer;
        double real;
        const char *text; /* NULL: null */
        const void *bytes;
    };
    size_t size; /* of bytes, and of a text that was read */
} pt_db_value;

/* The same with `count` values; without a reader as pt_store_do, else as pt_store_each. */
int pt_store_run(papertag_store *store, const char *sql, const pt_db_value *values, size_t count, pt_row_reader *read,
                 void *context, papertag_error *err);

/* An array made of rows, an item each. */
typedef struct pt_listing {
    pt_arena *arena;                                           /* the array's and its strings' */
    size_t size;                                               /* bytes of an item */
    void (*read)(pt_db_row *row, pt_arena *arena, void *item); /* fills the item, which is zero */
    void *items;                                               /* count, in the arena; never NULL after success */
    size_t count;
} pt_listing;

/* Lists every row. */
int pt_store_list(papertag_store *store, const char *sql, pt_listing *list, papertag_error *err, const char *types,
                  ...);

/* Opens a file that is there, to be changed. A name that SQLite takes for more than a file, such as ":memory:" or a
 * URI, is a file all the same. Returns SQLite's code. */
int pt_store_open_file(struct sqlite3 **db, const char *path);

/* Opens a store that is only read: its file stays as it is. One of an older layout is copied, and the copy migrated. */
int pt_store_open_to_read(papertag_store **out, const char *path, papertag_error *err);

/* The path of the store's file itself, whatever links led to it. */
const char *pt_store_file_name(const papertag_store *store);

/* Whether what is open is the store's file itself, which another connection can open, too: no copy of it. */
bool pt_store_is_file(const papertag_store *store);

/* Runs SQL of one or more statements without values; nothing is kept of it. */
int pt_store_exec(papertag_store *store, const char *sql, papertag_error *err);

/* ---- columns: row.c -------------------------------------------------------------------------------------------- */

/* Columns are counted from 0. Whoever can write in the file can write anything there, so what is read is checked here:
 * a value of another type than asked for, or out of range, ends the reading with PAPERTAG_DAMAGED, and the message
 * names column and value. The reader gets one that is in range all the same: the least, "", an empty list. Of those
 * that end in _or_null, NULL. */
int64_t pt_db_integer(pt_db_row *row, int column, int64_t least, int64_t most);
int64_t pt_db_key(pt_db_row *row, int column);  /* from 1 */
size_t pt_db_count(pt_db_row *row, int column); /* from 0 */
bool pt_db_flag(pt_db_row *row, int column);    /* 0 or 1 */
double pt_db_real(pt_db_row *row, int column, double least, double most);
double pt_db_real_or_nan(pt_db_row *row, int column); /* NaN: null */
bool pt_db_is_null(const pt_db_row *row, int column);

/* Texts are copied into the arena, or (peek) borrowed until the next row. A date is one that pt_date_days takes, a time
 * one that pt_is_time takes, a list an array in JSON. */
const char *pt_db_text(pt_db_row *row, int column, pt_arena *arena);
const char *pt_db_text_or_null(pt_db_row *row, int column, pt_arena *arena);
const char *pt_db_peek(pt_db_row *row, int column);
const char *pt_db_peek_or_null(pt_db_row *row, int column);
const char *pt_db_date_or_null(pt_db_row *row, int column, pt_arena *arena);
const char *pt_db_time(pt_db_row *row, int column, pt_arena *arena);
const char *pt_db_time_or_null(pt_db_row *row, int column, pt_arena *arena);
void pt_db_list(pt_db_row *row, int column, pt_arena *arena, papertag_strings *out);
const void *pt_db_bytes(pt_db_row *row, int column, size_t *size); /* at least one */

/* Says that a column holds what it cannot, for what is checked elsewhere. */
void pt_db_wrong(pt_db_row *row, int column);

/* Whatever a column is; borrowed until the next row. */
pt_db_value pt_db_get(pt_db_row *row, int column);
int pt_db_columns(const pt_db_row *row);

/* Whether a column holds a text that papertag did not write: it is not UTF-8, or has a zero byte, as where a file was
 * cut. */
bool pt_db_is_damaged(pt_db_row *row, int column);

/* Reads the text of the first column, for a listing of strings. */
void pt_db_read_text(pt_db_row *row, pt_arena *arena, void *item);

/* ---- transactions ---------------------------------------------------------------------------------------------- */

/* Milliseconds for which a statement waits for another program that has the store locked. */
enum { PT_STORE_PATIENCE = 30000 };

/* Sets how many bytes of pages SQLite keeps in memory for this handle, and how much of the file it maps. */
int pt_store_use_memory(papertag_store *store, size_t cache, size_t mapped, papertag_error *err);

/* A transaction that writes. pt_store_end commits when status is 0, else rolls back; returns status or the commit's. */
int pt_store_begin(papertag_store *store, papertag_error *err);
int pt_store_end(papertag_store *store, int status, papertag_error *err);

/* Whether a transaction is open, of either kind. */
bool pt_store_is_in_transaction(const papertag_store *store);
bool pt_store_is_writing(const papertag_store *store); /* in one that writes */

/* How often the store has been written to: see papertag_store_changes. */
int pt_store_count_changes(papertag_store *store, int64_t *changes, papertag_error *err);

/* Whether a transaction that writes can begin: the file can be written to, and no other transaction is open. */
bool pt_store_can_write(const papertag_store *store);

/* A transaction that writes what was computed, only so that it need not be computed again: that it does not succeed is
 * no error, and it waits for nobody. keep_begin: whether it has begun. keep_end commits when status is 0, else rolls
 * back; whether it is written. What the handle knows of the tags still holds. */
bool pt_store_keep_begin(papertag_store *store);
bool pt_store_keep_end(papertag_store *store, int status);

/* Between the two calls much is read, each page of the file once. Then few pages are kept in memory, so that a page
 * comes to where another has just been, and nothing is mapped: memory that is touched for the first time costs more
 * than what is read. After the pass what pt_store_use_memory set holds again. Not nested. */
void pt_store_pass_begin(papertag_store *store);
void pt_store_pass_end(papertag_store *store);

/* The key of the row inserted last. */
int64_t pt_store_last_key(const papertag_store *store);

/* Forgets the tags that were read, if another handle or program has written since: they may have changed. */
int pt_store_doubt_tags(papertag_store *store, papertag_error *err);

/* A number that differs once anything is written to the file, by this connection or another. */
int pt_store_state(papertag_store *store, int64_t *state, papertag_error *err);

/* Whether the last statement failed because a row with its primary key is there; or because a rule of the table forbids
 * the row. */
bool pt_store_key_is_taken(const papertag_store *store);
bool pt_store_row_is_refused(const papertag_store *store);

/* ---- the handle ------------------------------------------------------------------------------------------------ */

/* Records SQLite's last message under the store's path; returns the status that fits it. */
int pt_store_fail(papertag_store *store, papertag_error *err);

/* Finalises every prepared statement. */
void pt_statements_free(pt_statements *statements);

#endif
