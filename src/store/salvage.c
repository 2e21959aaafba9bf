/*
 * salvage - a sound store made of what can be read of a damaged one.
 *
 * SQLite reads a table until it meets a page that is wrong, and gives up. So each table is read from its first row
 * forward to the damage, from its last row back to it, and between the two key by key. Papers and tags whose rows are
 * lost are looked up in the indexes: their names are enough to keep the verdicts on them.
 */
#define _DEFAULT_SOURCE /* realpath */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "check.h"
#include "migrations.h"
#include "statement.h"

/* Keys tried one by one: BLIND, when the end of a table is damaged and nothing shows where it is; MOST in any case,
 * because a damaged key can be any number. */
enum { BLIND = 10000, MOST = 10000000, COLUMNS_MOST = 40 };

struct salvage {
    papertag_store old; /* no more than db, path and statements */
    papertag_store *new;
    papertag_error *err;
};

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* Rows of the damaged file on their way into the new one. */
struct copying {
    struct salvage *s;
    const char *insert; /* binds the columns but for the first, which is the key */
    int64_t key;        /* of the last row read */
    int status;         /* of the new file */
};

/* Copies a row. One that the new store refuses is left out, and one of whose first two columns, where keys and names
 * are, one is damaged: half the name of a tag would be another tag. */
static int copy_row(void *context, pt_db_row *row, papertag_error *err)
{
    struct copying *c = context;
    papertag_store *new = c->s->new;
    pt_db_value values[COLUMNS_MOST];
    size_t count = 0;
    bool damaged = false;

    c->key = pt_db_get(row, 0).integer; /* a number, whichever: what the row refers to is looked at in the end */
    for (int i = 1; i < pt_db_columns(row) && count < COLUMNS_MOST; i++) {
        damaged = damaged || (i <= 2 && pt_db_is_damaged(row, i));
        values[count++] = pt_db_get(row, i);
    }
    c->status = row->failed || damaged ? PAPERTAG_OK : pt_store_run(new, c->insert, values, count, NULL, NULL, err);
    if (c->status && pt_store_row_is_refused(new)) {
        c->status = PAPERTAG_OK;
    }
    return c->status;
}

/* Copies the rows of a query, with a value for ?1 or NULL. *last: the key of the last. PAPERTAG_DAMAGED at damage. A
 * damaged row may ask for more memory than there is: then it does so again when it is read again. */
static int copy_rows(struct salvage *s, const char *query, const pt_db_value *value, const char *insert, int64_t *last)
{
    struct copying c = {.s = s, .insert = insert, .key = *last};
    papertag_error found;
    int status = PAPERTAG_NO_MEMORY;

    for (int i = 0; i < 2 && status == PAPERTAG_NO_MEMORY && !c.status; i++) {
        status = pt_store_run(&s->old, query, value, value != NULL, copy_row, &c, &found);
    }
    *last = c.key;
    if (c.status) {
        return pt_fail(s->err, (papertag_status)c.status, "%s", found.message);
    }
    return status ? PAPERTAG_DAMAGED : PAPERTAG_OK;
}

/* Copies what a query gives, in an order, from its beginning and, past damage, from its end. *low and *high: the keys
 * next to the damage, as far as there were rows. PAPERTAG_DAMAGED: there is damage. */
static int copy_ends(struct salvage *s, const char *query, const char *order, const char *insert, int64_t *low,
                     int64_t *high)
{
    pt_buf sql = {0};
    int status;

    pt_buf_format(&sql, "%s ORDER BY %s", query, order);
    status = sql.failed ? pt_no_memory(s->err) : copy_rows(s, sql.data, NULL, insert, low);
    if (status == PAPERTAG_DAMAGED) {
        pt_buf_text(&sql, " DESC");
        status = sql.failed ? pt_no_memory(s->err) : copy_rows(s, sql.data, NULL, insert, high);
        status = status ? status : PAPERTAG_DAMAGED;
    }
    pt_buf_free(&sql);
    return status;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

/* Appends the columns that a table has in both files, each after a comma, and a question mark for each. */
static int common_columns(struct salvage *s, const char *table, pt_buf *names, pt_buf *marks)
{
    static const char in_new[] = "SELECT name FROM pragma_table_info(?1)";
    static const char in_old[] = "SELECT 1 FROM pragma_table_info(?1) WHERE name=?2";
    pt_arena arena = {0};
    pt_listing list = {.arena = &arena, .size = sizeof(char *), .read = pt_db_read_text};
    int status = pt_store_list(s->new, in_new, &list, s->err, "t", table);
    const char *const *columns = list.items;

    for (size_t i = 0; i < list.count && !status; i++) {
        int64_t found = 0;
        status = pt_store_ask(&s->old, in_old, &found, s->err, "tt", table, columns[i]);
        if (!status) {
            pt_buf_format(names, ",%s", columns[i]);
            pt_buf_text(marks, ",?");
        }
        status = status == PAPERTAG_NO_MEMORY ? status : PAPERTAG_OK;
    }
    pt_arena_free(&arena);
    return status ? status : names->failed || marks->failed ? pt_no_memory(s->err) : PAPERTAG_OK;
}

/* Copies the rows between two keys that can be found by theirs. */
static int copy_between(struct salvage *s, const char *query, const char *key, const char *insert, int64_t low,
                        int64_t high)
{
    pt_buf sql = {0};
    pt_db_value at = {.type = PT_DB_INTEGER};
    int64_t last = 0;
    int status;

    pt_buf_format(&sql, "%s WHERE %s=?1", query, key);
    status = sql.failed ? pt_no_memory(s->err) : PAPERTAG_OK;
    for (at.integer = low + 1; at.integer < high && !status; at.integer++) {
        status = copy_rows(s, sql.data, &at, insert, &last);
        status = status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
    }
    pt_buf_free(&sql);
    return status;
}

/* A table whose rows are in the order of an integer column. */
struct table {
    const char *name, *key;
    bool of_papers; /* the key is a paper's */
};

/* Copies a table; highest: the highest key of a paper. */
static int copy_table(struct salvage *s, const struct table *table, int64_t highest)
{
    pt_buf names = {0}, marks = {0}, query = {0}, insert = {0};
    int64_t low = -1, high = INT64_MAX;
    int status = common_columns(s, table->name, &names, &marks);

    if (!status && names.size) {
        pt_buf_format(&query, "SELECT %s%s FROM %s", table->key, names.data, table->name);
        pt_buf_format(&insert, "INSERT OR REPLACE INTO %s(%s) VALUES(%s)", table->name, names.data + 1, marks.data + 1);
        status = query.failed || insert.failed ? pt_no_memory(s->err)
                                               : copy_ends(s, query.data, table->key, insert.data, &low, &high);
        if (status == PAPERTAG_DAMAGED) {
            const int64_t end = high < INT64_MAX ? high : table->of_papers ? highest + 1 : low + BLIND;
            status = copy_between(s, query.data, table->key, insert.data, low, end - low < MOST ? end : low + MOST);
        }
    }
    pt_buf_free(&names);
    pt_buf_free(&marks);
    pt_buf_free(&query);
    pt_buf_free(&insert);
    return status;
}

/* A paper of which nothing but the name is known. */
#define INSERT_NAME                                                                                                    \
    "INSERT OR IGNORE INTO papers(key, id, day, version, added, updated, title_key, authors, categories, keywords)"    \
    " SELECT ?2, ?1, unixepoch() / 86400, 1, now, now, 0, '[]', '[]', '[]' FROM"                                       \
    " (SELECT strftime('%Y-%m-%dT%H:%M:%SZ') AS now)"

/* What indexes know of rows, and where it goes: the rows themselves take its place afterwards. */
static const struct {
    const char *query, *order, *insert;
} indexes[] = {
    {"SELECT 0, tag, key FROM tags", "tag", "INSERT OR IGNORE INTO tags(tag, key, aliases) VALUES(?1, ?2, '[]')"},
    {"SELECT 0, id, key FROM papers", "id", INSERT_NAME},
    {"SELECT 0, name, paper FROM names", "name", INSERT_NAME},
    {"SELECT 0, day, key FROM papers INDEXED BY papers_day", "day", "UPDATE papers SET day=?1 WHERE key=?2"},
    {"SELECT 0, name, paper FROM names", "name", "INSERT OR IGNORE INTO names(name, paper) VALUES(?1, ?2)"}};

/* In an order in which rows come after those that they refer to. */
static const struct table tables[] = {{"models", "key", false},
                                      {"tags", "key", false},
                                      {"papers", "key", false},
                                      {"cuts", "model", false},
                                      {"versions", "paper", true},
                                      {"sources", "paper", true},
                                      {"records", "paper", true},
                                      {"opinions", "paper", true},
                                      {"verdicts", "paper", true},
                                      {"before", "call", false},
                                      {"audits", "key", false},
                                      {"subscriptions", "key", false},
                                      {"deliveries", "key", false},
                                      {"mails", "delivery", false},
                                      {"kept", "key", false},
                                      {"delivered", "subscription", false},
                                      {"marks", "paper", true},
                                      {"marks_before", "call", false},
                                      {"uncounted", "subscription", false},
                                      {"origins", "key", false}};

static int copy_all(struct salvage *s)
{
    /* opinions may be lost: all papers are to be tagged again. And a paper whose text is lost takes the next record. */
    static const char forget[] = "UPDATE papers SET model=NULL; DELETE FROM sources WHERE paper IN"
                                 " (SELECT key FROM papers WHERE title IS NULL AND abstract IS NULL);"
                                 "UPDATE papers SET day=day-2000000 WHERE date IS NULL AND announced IS NULL AND"
                                 " day>=-1000000"; /* as an older layout had it: see PT_UNDATED */
    size_t highest = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof indexes / sizeof *indexes && !status; i++) {
        int64_t low = 0, high = 0;
        status = copy_ends(s, indexes[i].query, indexes[i].order, indexes[i].insert, &low, &high);
        status = status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
    }
    status = status ? status : pt_store_last_paper(s->new, &highest, s->err);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && !status; i++) {
        status = copy_table(s, &tables[i], (int64_t)highest);
    }
    status = status ? status : pt_store_exec(s->new, forget, s->err);
    status = status ? status : pt_store_mend_values(s->new, s->err);
    return status ? status : pt_store_write_work_keys(s->new, s->err);
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* A number in the header of the damaged file; -1: it cannot be read. */
static int64_t header_number(struct salvage *s, const char *pragma)
{
    int64_t number = -1;

    return pt_store_ask(&s->old, pragma, &number, NULL, "") ? -1 : number;
}

/* Whether the list of tables can be read. Damaged, it may ask for more memory than there is: see copy_rows. */
static bool has_tables(struct salvage *s)
{
    int64_t none;
    int status = PAPERTAG_NO_MEMORY;

    for (int i = 0; i < 2 && status == PAPERTAG_NO_MEMORY; i++) {
        status = pt_store_ask(&s->old, "SELECT 1 FROM sqlite_schema LIMIT 0", &none, NULL, "");
    }
    return status == PAPERTAG_END;
}

/* Opens the damaged file so that nobody else opens it. A wrong size or list of tables is let pass. */
static int open_old(struct salvage *s, const char *path)
{
    static const char settings[] = "PRAGMA writable_schema=ON; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                                   "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE";
    sqlite3 **db = &s->old.db;
    int code = pt_store_open_file(db, path);

    code = code ? code : sqlite3_extended_result_codes(*db, 1);
    code = code ? code : sqlite3_busy_timeout(*db, 30000);
    code = code ? code : sqlite3_exec(*db, settings, NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_BUSY) {
        return pt_fail(s->err, PAPERTAG_IO, "%s: another program has it open", path);
    }
    if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) {
        return pt_no_memory(s->err);
    }
    if (code || header_number(s, "PRAGMA application_id") != PT_STORE_APPLICATION ||
        header_number(s, "PRAGMA user_version") > pt_store_version || !has_tables(s)) {
        return pt_fail(s->err, PAPERTAG_BAD_STORE, "%s: nothing in it can be read as a store: %s", path,
                       sqlite3_errmsg(*db));
    }
    return PAPERTAG_OK;
}

/* Gives the damaged file another name, and the new one its own and its permissions. A journal goes with its file. */
static int exchange(const char *path, const char *new, papertag_salvaged *out, papertag_error *err)
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

/* Fills the new store from the old one. */
static int fill_new(struct salvage *s)
{
    int status = pt_store_exec(s->new, "PRAGMA foreign_keys=OFF", s->err);

    status = status ? status : pt_store_begin(s->new, s->err);
    if (status) {
        return status;
    }
    status = copy_all(s);
    status = pt_store_end(s->new, status, s->err);
    return status ? status : papertag_store_repair(s->new, s->err);
}

/* Counts what was saved; nothing at all is an error. */
static int count_saved(struct salvage *s, papertag_salvaged *out)
{
    int64_t papers = 0, named = 0, verdicts = 0;
    int status = pt_store_ask(s->new, "SELECT count(*) FROM papers", &papers, s->err, "");

    status = status ? status : pt_store_ask(s->new, "SELECT count(*) FROM verdicts", &verdicts, s->err, "");
    status = status ? status : pt_store_count_textless(s->new, &named, s->err);
    if (!status && !papers && !verdicts) {
        status = pt_fail(s->err, PAPERTAG_BAD_STORE, "%s: nothing in it can be read", s->old.path);
    }
    *out =
        (papertag_salvaged){.papers = (size_t)(papers - named), .named = (size_t)named, .verdicts = (size_t)verdicts};
    return status;
}

int papertag_store_salvage(const char *name, papertag_salvaged *out, papertag_error *err)
{
    papertag_salvaged saved;
    char path[PATH_MAX], new[PATH_MAX];
    struct salvage s = {.old = {.path = path}, .err = err};
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
    status = status ? status : fill_new(&s);
    status = status ? status : count_saved(&s, &saved);
    /* all of it in the file itself, as the journal does not move with it */
    status = status ? status : pt_store_exec(s.new, "PRAGMA wal_checkpoint(TRUNCATE)", err);
    papertag_store_close(s.new);
    pt_statements_free(&s.old.statements);
    sqlite3_close(s.old.db);
    status = status ? status : exchange(path, new, &saved, err);
    if (status) {
        unlink(new);
    } else {
        *out = saved;
    }
    return status;
}
