/*
 * store_salvage - makes a sound store of what can be read of a damaged one.
 *
 * SQLite reads a table until it meets a page that is not what it should be, and gives up. So each table is read from
 * its first row on to the damage, from its last row back to the damage, and between them key by key. Papers and tags
 * whose rows are gone are looked for in the indexes: their names are enough for the verdicts on them to stand.
 */
#define _DEFAULT_SOURCE /* realpath */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

/* Keys tried one by one: when the end of a table is damaged and nothing says where it is; at most, as a damaged key can
 * be any number. */
enum { BLIND = 10000, MOST = 10000000 };

struct salvage {
    sqlite3 *old;
    papertag_store *new;
    papertag_error *err;
};

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* The status of a call on the damaged file: whatever it cannot give is damage. */
static int damage(const struct salvage *s, int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) {
        return PAPERTAG_OK;
    }
    if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) {
        return pt_no_memory(s->err);
    }
    return pt_fail(s->err, PAPERTAG_DAMAGED, "%s", sqlite3_errmsg(s->old));
}

/* Puts what one statement gives into another; the first column is not put there but told as *key. A row that the new
 * store does not take is left out. Returns SQLite's code of what ended it: of the damaged file, or *put of the new one.
 */
static int put_rows(sqlite3_stmt *from, sqlite3_stmt *into, int64_t *key, int *put)
{
    int code;

    *put = SQLITE_DONE;
    while ((*put == SQLITE_DONE || (*put & 0xff) == SQLITE_CONSTRAINT) && (code = sqlite3_step(from)) == SQLITE_ROW) {
        *key = sqlite3_column_int64(from, 0);
        *put = SQLITE_OK;
        for (int i = 1; i < sqlite3_column_count(from) && !*put; i++) {
            *put = sqlite3_bind_value(into, i, sqlite3_column_value(from, i));
        }
        *put = *put ? *put : sqlite3_step(into);
        sqlite3_reset(into);
    }
    sqlite3_reset(from);
    *put = (*put & 0xff) == SQLITE_CONSTRAINT ? SQLITE_DONE : *put;
    return code;
}

/* The same as a status: PAPERTAG_DAMAGED at damage. A damaged row may ask for more memory than there can be: it does so
 * again when it is read again. */
static int copy_rows(struct salvage *s, sqlite3_stmt *from, sqlite3_stmt *into, int64_t *key)
{
    int put, code = put_rows(from, into, key, &put);

    if (put == SQLITE_DONE && (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)) {
        code = put_rows(from, into, key, &put);
        code = code == SQLITE_NOMEM ? SQLITE_CORRUPT : code;
    }
    return put != SQLITE_DONE ? pt_store_fail(s->new, s->err) : damage(s, code);
}

static int prepare(struct salvage *s, sqlite3 *db, sqlite3_stmt **out, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static int prepare(struct salvage *s, sqlite3 *db, sqlite3_stmt **out, const char *format, ...)
{
    va_list words;
    char *sql;
    int code;

    *out = NULL;
    va_start(words, format);
    sql = sqlite3_vmprintf(format, words);
    va_end(words);
    code = sql ? sqlite3_prepare_v2(db, sql, -1, out, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return !code ? PAPERTAG_OK : db == s->old ? damage(s, code) : pt_store_fail(s->new, s->err);
}

/* Copies what a query gives, in an order, from its beginning and, past damage, from its end. *low and *high: the keys
 * next to the damage, as far as there were rows. PAPERTAG_DAMAGED: there is damage. */
static int copy_ends(struct salvage *s, const char *query, const char *order, sqlite3_stmt *into, int64_t *low,
                     int64_t *high)
{
    sqlite3_stmt *from = NULL;
    int status = prepare(s, s->old, &from, "%s ORDER BY %s", query, order);

    status = status ? status : copy_rows(s, from, into, low);
    sqlite3_finalize(from);
    if (status != PAPERTAG_DAMAGED) {
        return status;
    }
    status = prepare(s, s->old, &from, "%s ORDER BY %s DESC", query, order);
    status = status ? status : copy_rows(s, from, into, high);
    sqlite3_finalize(from);
    return status ? status : PAPERTAG_DAMAGED;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

/* The columns that a table has in both files, and as many question marks. */
static int common_columns(struct salvage *s, const char *table, sqlite3_str *names, sqlite3_str *marks)
{
    sqlite3_stmt *columns = NULL;
    int code, status = prepare(s, s->new->db, &columns, "SELECT name FROM pragma_table_info('%s')", table);

    if (status) {
        return status;
    }
    while ((code = sqlite3_step(columns)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(columns, 0);
        const int has = sqlite3_table_column_metadata(s->old, "main", table, name, NULL, NULL, NULL, NULL, NULL);
        if (has == SQLITE_NOMEM) {
            code = has;
            break;
        }
        if (!has) {
            sqlite3_str_appendf(names, ",%s", name);
            sqlite3_str_appendall(marks, ",?");
        }
    }
    sqlite3_finalize(columns);
    return code == SQLITE_DONE    ? PAPERTAG_OK
           : code == SQLITE_NOMEM ? pt_no_memory(s->err)
                                  : pt_store_fail(s->new, s->err);
}

/* Copies the rows between two keys, as many as can be found by theirs. */
static int copy_between(struct salvage *s, const char *query, const char *key, sqlite3_stmt *into, int64_t low,
                        int64_t high)
{
    sqlite3_stmt *one = NULL;
    int64_t at = low + 1, last;
    int status = prepare(s, s->old, &one, "%s WHERE %s=?1", query, key);

    for (; at < high && (!status || status == PAPERTAG_DAMAGED); at++) {
        sqlite3_bind_int64(one, 1, at);
        status = copy_rows(s, one, into, &last);
    }
    sqlite3_finalize(one);
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}

/* Copies a table whose rows are in the order of an integer column. */
static int copy_table(struct salvage *s, const char *table, const char *key, int64_t highest)
{
    sqlite3_str *names = sqlite3_str_new(s->old), *marks = sqlite3_str_new(s->old);
    sqlite3_stmt *into = NULL;
    int64_t low = -1, high = INT64_MAX;
    char *query = NULL;
    int status = common_columns(s, table, names, marks);

    if (!status && sqlite3_str_length(names)) {
        query = sqlite3_mprintf("SELECT %s%s FROM %s", key, sqlite3_str_value(names), table);
        status = !query || sqlite3_str_errcode(names) || sqlite3_str_errcode(marks)
                     ? pt_no_memory(s->err)
                     : prepare(s, s->new->db, &into, "INSERT OR REPLACE INTO %s(%s) VALUES(%s)", table,
                               sqlite3_str_value(names) + 1, sqlite3_str_value(marks) + 1);
        status = status ? status : copy_ends(s, query, key, into, &low, &high);
        if (status == PAPERTAG_DAMAGED) {
            const int64_t end = high < INT64_MAX ? high : strcmp(key, "paper") != 0 ? low + BLIND : highest + 1;
            status = copy_between(s, query, key, into, low, end - low < MOST ? end : low + MOST);
        }
    }
    sqlite3_finalize(into);
    sqlite3_free(query);
    sqlite3_free(sqlite3_str_finish(names));
    sqlite3_free(sqlite3_str_finish(marks));
    return status;
}

/* Copies what a query of an index gives. */
static int copy_index(struct salvage *s, const char *query, const char *order, const char *insert)
{
    sqlite3_stmt *into = NULL;
    int64_t low, high;
    int status = prepare(s, s->new->db, &into, "%s", insert);

    status = status ? status : copy_ends(s, query, order, into, &low, &high);
    sqlite3_finalize(into);
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}

/* A paper of which nothing but the name is known. */
#define PUT_NAME                                                                                                       \
    "INSERT OR IGNORE INTO papers(key, id, day, version, added, updated, title_key, authors, categories, keywords)"    \
    " SELECT ?1, ?2, unixepoch() / 86400, 1, now, now, 0, '[]', '[]', '[]' FROM"                                       \
    " (SELECT strftime('%Y-%m-%dT%H:%M:%SZ') AS now)"

/* Everything, in an order in which rows come after those that they refer to. What the indexes know is put there first,
 * for the rows themselves to take its place. */
static int copy_all(struct salvage *s)
{
    static const struct {
        const char *name, *key;
    } tables[] = {{"models", "key"},        {"tags", "key"},
                  {"papers", "key"},        {"cuts", "model"},
                  {"versions", "paper"},    {"sources", "paper"},
                  {"opinions", "paper"},    {"verdicts", "paper"},
                  {"before", "call"},       {"audits", "key"},
                  {"subscriptions", "key"}, {"deliveries", "key"},
                  {"kept", "key"},          {"delivered", "subscription"}};
    static const struct {
        const char *query, *order, *put;
    } indexes[] = {
        {"SELECT 0, key, tag FROM tags", "tag", "INSERT OR IGNORE INTO tags(key, tag, aliases) VALUES(?1, ?2, '[]')"},
        {"SELECT 0, key, id FROM papers", "id", PUT_NAME},
        {"SELECT 0, paper, name FROM names", "name", PUT_NAME},
        {"SELECT 0, key, day FROM papers INDEXED BY papers_day", "day", "UPDATE papers SET day=?2 WHERE key=?1"},
        {"SELECT 0, name, paper FROM names", "name", "INSERT OR IGNORE INTO names(name, paper) VALUES(?1, ?2)"}};
    int64_t highest = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof indexes / sizeof *indexes && !status; i++) {
        status = copy_index(s, indexes[i].query, indexes[i].order, indexes[i].put);
    }
    status = status ? status : pt_store_ask(s->new, "SELECT coalesce(max(key), 0) FROM papers", &highest, s->err, "");
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !status; i++) {
        status = copy_table(s, tables[i].name, tables[i].key, highest);
    }
    /* opinions may be missing: all papers are to be tagged anew; and a record that was seen is to be read when it comes
     * again, when its text is gone */
    return status ? status
                  : pt_store_exec(s->new,
                                  "UPDATE papers SET model=NULL; DELETE FROM sources WHERE paper IN"
                                  " (SELECT key FROM papers WHERE title IS NULL AND abstract IS NULL)",
                                  s->err);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* A number that a pragma tells of the damaged file; -1: it cannot be read. */
static int old_number(struct salvage *s, const char *pragma)
{
    sqlite3_stmt *statement = NULL;
    int number = -1;

    if (!prepare(s, s->old, &statement, "%s", pragma) && sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return number;
}

/* Whether the list of tables can be read. Damaged, it may ask for more memory than there can be: see copy_rows. */
static bool has_tables(struct salvage *s)
{
    sqlite3_stmt *statement = NULL;
    int status = PAPERTAG_NO_MEMORY;

    for (int i = 0; i < 2 && status == PAPERTAG_NO_MEMORY; i++) {
        status = prepare(s, s->old, &statement, "SELECT 1 FROM sqlite_schema");
        sqlite3_finalize(statement);
    }
    return !status;
}

/* Opens the damaged file for nobody else to open. That its size or its list of tables is not right is let pass. */
static int open_old(struct salvage *s, const char *path)
{
    int code = sqlite3_open_v2(path, &s->old, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    code = code ? code : sqlite3_extended_result_codes(s->old, 1);
    code = code ? code : sqlite3_busy_timeout(s->old, 30000);
    code = code ? code
                : sqlite3_exec(s->old,
                               "PRAGMA writable_schema=ON; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                               "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE",
                               NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_BUSY) {
        return pt_fail(s->err, PAPERTAG_IO, "%s: another program has it open", path);
    }
    if (damage(s, code) == PAPERTAG_NO_MEMORY) {
        return PAPERTAG_NO_MEMORY;
    }
    if (code || old_number(s, "PRAGMA application_id") != PT_STORE_APPLICATION ||
        old_number(s, "PRAGMA user_version") > pt_store_version || !has_tables(s)) {
        return pt_fail(s->err, PAPERTAG_BAD_STORE, "%s: nothing of it can be read as a store: %s", path,
                       sqlite3_errmsg(s->old));
    }
    return PAPERTAG_OK;
}

/* Gives the damaged file another name, and the new one its own and its permissions. A journal goes with its file. */
static int swap(const char *path, const char *new, papertag_salvaged *out, papertag_error *err)
{
    pt_buf journal = {0}, journal_kept = {0};
    struct stat info;
    int status = PAPERTAG_OK, n = 1;

    snprintf(out->kept, sizeof out->kept, "%s.damaged", path);
    while (!access(out->kept, F_OK)) {
        snprintf(out->kept, sizeof out->kept, "%s.damaged-%d", path, ++n);
    }
    pt_buf_format(&journal, "%s-wal", path);
    pt_buf_format(&journal_kept, "%s-wal", out->kept);
    if (journal.failed || journal_kept.failed) {
        status = pt_no_memory(err);
    } else if (stat(path, &info) || chmod(new, info.st_mode) || (link(path, out->kept) && rename(path, out->kept)) ||
               (rename(journal.data, journal_kept.data) && errno != ENOENT) || rename(new, path)) {
        status = pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno));
    }
    pt_buf_free(&journal);
    pt_buf_free(&journal_kept);
    return status;
}

int papertag_store_salvage(const char *name, papertag_salvaged *out, papertag_error *err)
{
    struct salvage s = {.err = err};
    int64_t papers = 0, named = 0, verdicts = 0;
    char path[PATH_MAX], new[PATH_MAX];
    int status;

    if (!realpath(name, path)) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", name, strerror(errno));
    }
    if (snprintf(new, sizeof new, "%s.salvage", path) >= (int)sizeof new) {
        return pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(ENAMETOOLONG));
    }
    unlink(new);
    status = open_old(&s, path);
    status = status ? status : papertag_store_open(&s.new, new, true, err);
    status = status ? status : pt_store_exec(s.new, "PRAGMA foreign_keys=OFF", err);
    status = status ? status : pt_store_begin(s.new, err);
    if (!status) {
        status = copy_all(&s);
        status = pt_store_end(s.new, status, err);
    }
    status = status ? status : papertag_store_repair(s.new, err);
    status = status ? status : pt_store_ask(s.new, "SELECT count(*) FROM papers", &papers, err, "");
    status = status ? status : pt_store_ask(s.new, "SELECT count(*) FROM verdicts", &verdicts, err, "");
    status = status ? status : pt_store_ask(s.new, pt_store_named_only, &named, err, "");
    if (!status && !papers && !verdicts) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: nothing of it can be read", path);
    }
    /* all of it in the file itself, as the journal does not move with it */
    status = status ? status : pt_store_exec(s.new, "PRAGMA wal_checkpoint(TRUNCATE)", err);
    papertag_store_close(s.new);
    sqlite3_close(s.old);
    *out =
        (papertag_salvaged){.papers = (size_t)(papers - named), .named = (size_t)named, .verdicts = (size_t)verdicts};
    status = status ? status : swap(path, new, out, err);
    if (status) {
        unlink(new);
    }
    return status;
}
