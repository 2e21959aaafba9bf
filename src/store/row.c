/*
 * row - the columns of a row, each checked as it is read.
 */
#include <math.h>

#include <sqlite3.h>
#include <utf8proc.h>

#include "base/date.h"
#include "clock.h"
#include "list.h"
#include "statement.h"

/* ---- what cannot be ---------------------------------------------------------------------------------------------- */

void pt_db_wrong(pt_db_row *row, int column)
{
    const char *name = sqlite3_column_name(row->statement, column);
    char value[80];

    switch (sqlite3_column_type(row->statement, column)) {
    case SQLITE_NULL:
        snprintf(value, sizeof value, "nothing");
        break;
    case SQLITE_BLOB:
        snprintf(value, sizeof value, "bytes");
        break;
    default:
        snprintf(value, sizeof value, "'%.60s'", (const char *)sqlite3_column_text(row->statement, column));
    }
    if (!row->wrong[0]) {
        snprintf(row->wrong, sizeof row->wrong, "%.60s is %s", name ? name : "a value", value);
    }
}

static bool is_of_type(pt_db_row *row, int column, int type)
{
    const bool is = sqlite3_column_type(row->statement, column) == type;

    if (!is) {
        pt_db_wrong(row, column);
    }
    return is;
}

bool pt_db_is_null(const pt_db_row *row, int column)
{
    return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

int64_t pt_db_integer(pt_db_row *row, int column, int64_t least, int64_t most)
{
    const int64_t value = sqlite3_column_int64(row->statement, column);

    if (!is_of_type(row, column, SQLITE_INTEGER)) {
        return least;
    }
    if (value < least || value > most) {
        pt_db_wrong(row, column);
        return least;
    }
    return value;
}

int64_t pt_db_key(pt_db_row *row, int column)
{
    return pt_db_integer(row, column, 1, INT64_MAX);
}

size_t pt_db_count(pt_db_row *row, int column)
{
    return (size_t)pt_db_integer(row, column, 0, INT64_MAX);
}

bool pt_db_flag(pt_db_row *row, int column)
{
    return pt_db_integer(row, column, 0, 1);
}

double pt_db_real(pt_db_row *row, int column, double least, double most)
{
    const double value = sqlite3_column_double(row->statement, column);

    if (!is_of_type(row, column, SQLITE_FLOAT)) {
        return least;
    }
    if (!(value >= least && value <= most)) {
        pt_db_wrong(row, column);
        return least;
    }
    return value;
}

double pt_db_real_or_nan(pt_db_row *row, int column)
{
    return pt_db_is_null(row, column) ? NAN : pt_db_real(row, column, -INFINITY, INFINITY);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* A column whose type is known already; NULL: no memory. */
static const char *peek(pt_db_row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row->statement, column);

    row->failed = row->failed || !text;
    return text;
}

const char *pt_db_peek_or_null(pt_db_row *row, int column)
{
    return pt_db_is_null(row, column) || !is_of_type(row, column, SQLITE_TEXT) ? NULL : peek(row, column);
}

const char *pt_db_peek(pt_db_row *row, int column)
{
    const char *text = is_of_type(row, column, SQLITE_TEXT) ? peek(row, column) : NULL;

    return text ? text : "";
}

const char *pt_db_text_or_null(pt_db_row *row, int column, pt_arena *arena)
{
    const char *text = pt_db_peek_or_null(row, column), *copy;

    if (!text) {
        return NULL;
    }
    copy = pt_arena_copy(arena, text, (size_t)sqlite3_column_bytes(row->statement, column));
    row->failed = row->failed || !copy;
    return copy;
}

const char *pt_db_text(pt_db_row *row, int column, pt_arena *arena)
{
    const char *text = is_of_type(row, column, SQLITE_TEXT) ? pt_db_text_or_null(row, column, arena) : NULL;

    return text ? text : "";
}

const char *pt_db_date_or_null(pt_db_row *row, int column, pt_arena *arena)
{
    const char *text = pt_db_text_or_null(row, column, arena);
    long first, last;

    if (text && !pt_date_days(text, &first, &last)) {
        pt_db_wrong(row, column);
        return NULL;
    }
    return text;
}

const char *pt_db_time_or_null(pt_db_row *row, int column, pt_arena *arena)
{
    const char *text = pt_db_text_or_null(row, column, arena);

    if (text && !pt_is_time(text)) {
        pt_db_wrong(row, column);
        return NULL;
    }
    return text;
}

const char *pt_db_time(pt_db_row *row, int column, pt_arena *arena)
{
    const char *text = is_of_type(row, column, SQLITE_TEXT) ? pt_db_time_or_null(row, column, arena) : NULL;

    return text ? text : "";
}

/* Whether SQLite takes a text for JSON; true when it cannot say. */
static bool is_json(const pt_db_row *row, const char *text)
{
    sqlite3_stmt *ask = NULL;
    bool is = true;

    if (!sqlite3_prepare_v2(sqlite3_db_handle(row->statement), "SELECT json_valid(?1)", -1, &ask, NULL) &&
        !sqlite3_bind_text(ask, 1, text, -1, SQLITE_STATIC) && sqlite3_step(ask) == SQLITE_ROW) {
        is = sqlite3_column_int(ask, 0);
    }
    sqlite3_finalize(ask);
    return is;
}

void pt_db_list(pt_db_row *row, int column, pt_arena *arena, papertag_strings *out)
{
    const char *json = pt_db_peek(row, column);

    *out = (papertag_strings){0};
    if (row->failed || row->wrong[0] || !pt_list_parse(json, arena, out)) {
        return;
    }
    if (is_json(row, json)) { /* then there is no memory */
        row->failed = true;
    } else {
        pt_db_wrong(row, column);
    }
}

/* ---- anything ---------------------------------------------------------------------------------------------------- */

const void *pt_db_bytes(pt_db_row *row, int column, size_t *size)
{
    const void *bytes = is_of_type(row, column, SQLITE_BLOB) ? sqlite3_column_blob(row->statement, column) : NULL;

    *size = bytes ? (size_t)sqlite3_column_bytes(row->statement, column) : 0;
    row->failed = row->failed || (!bytes && !row->wrong[0]);
    return bytes;
}

pt_db_value pt_db_get(pt_db_row *row, int column)
{
    switch (sqlite3_column_type(row->statement, column)) {
    case SQLITE_INTEGER:
        return (pt_db_value){.type = PT_DB_INTEGER, .integer = sqlite3_column_int64(row->statement, column)};
    case SQLITE_FLOAT:
        return (pt_db_value){.type = PT_DB_REAL, .real = sqlite3_column_double(row->statement, column)};
    case SQLITE_TEXT: {
        pt_db_value value = {.type = PT_DB_TEXT, .text = (const char *)sqlite3_column_text(row->statement, column)};
        value.size = (size_t)sqlite3_column_bytes(row->statement, column);
        row->failed = row->failed || !value.text;
        value.text = value.text ? value.text : "";
        return value;
    }
    case SQLITE_BLOB: {
        pt_db_value value = {.type = PT_DB_BYTES, .bytes = sqlite3_column_blob(row->statement, column)};
        value.size = (size_t)sqlite3_column_bytes(row->statement, column);
        if (!value.bytes) { /* none, or no memory for them */
            row->failed = row->failed || value.size;
            value.bytes = "";
            value.size = 0;
        }
        return value;
    }
    default:
        return (pt_db_value){0};
    }
}

void pt_db_read_text(pt_db_row *row, pt_arena *arena, void *item)
{
    *(const char **)item = pt_db_text(row, 0, arena);
}

bool pt_db_is_damaged(pt_db_row *row, int column)
{
    const unsigned char *at, *end;

    if (sqlite3_column_type(row->statement, column) != SQLITE_TEXT) {
        return false;
    }
    at = sqlite3_column_text(row->statement, column);
    for (end = at ? at + sqlite3_column_bytes(row->statement, column) : at; at < end;) {
        utf8proc_int32_t code;
        const utf8proc_ssize_t length = utf8proc_iterate(at, end - at, &code);
        if (length <= 0 || !code) {
            return true;
        }
        at += length;
    }
    return false;
}

int pt_db_columns(const pt_db_row *row)
{
    return sqlite3_column_count(row->statement);
}
