/*
 * store - the SQLite file: its layout, opening it, and how statements are run.
 *
 * Opinions of a model and verdicts of a person are kept apart, in tables of their own; a verdict is always stronger.
 * Table `tagged` is the index made of both: the tags in force, filed by tag and day, which is how digests ask. The
 * full-text index holds no text of its own but refers to `papers`.
 */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/date.h"
#include "read/paper.h"

/* ---- layout ---------------------------------------------------------------------------------------------------- */

/* Step i brings version i to i + 1. A step that has been released is never changed. */
static const char *const steps[] = {
    /* papers and tags */
    "CREATE TABLE models(\n"
    "  key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, added TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE tags(\n"
    "  key INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE, name TEXT, definition TEXT, grp TEXT,\n"
    "  aliases TEXT NOT NULL) STRICT;\n" /* a JSON array */
    "CREATE TABLE cuts(\n"
    "  model INTEGER NOT NULL REFERENCES models, tag INTEGER NOT NULL REFERENCES tags, cut REAL NOT NULL,\n"
    "  PRIMARY KEY(model, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE papers(\n"
    "  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, date TEXT, day INTEGER NOT NULL,\n" /* days since 1970 */
    "  version INTEGER NOT NULL, model INTEGER REFERENCES models, added TEXT NOT NULL, updated TEXT NOT NULL,\n"
    "  upvotes INTEGER, comments INTEGER, author_count INTEGER, title_key INTEGER NOT NULL,\n"
    "  title TEXT, organization TEXT, url TEXT, source TEXT, venue TEXT, doi TEXT,\n"
    "  authors TEXT NOT NULL, categories TEXT NOT NULL, keywords TEXT NOT NULL, abstract TEXT) STRICT;\n"
    "CREATE INDEX papers_day ON papers(day);\n"
    "CREATE INDEX papers_title ON papers(title_key);\n"
    "CREATE TABLE versions(\n" /* texts before the one in force */
    "  paper INTEGER NOT NULL REFERENCES papers, version INTEGER NOT NULL, title TEXT, abstract TEXT,\n"
    "  replaced TEXT NOT NULL, PRIMARY KEY(paper, version)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE sources(\n" /* hashes of the record, and of its text, as the source last gave it */
    "  paper INTEGER NOT NULL REFERENCES papers, source TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  record INTEGER NOT NULL, text INTEGER NOT NULL, PRIMARY KEY(paper, source)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE names(\n" /* what a paper is called beside papers.id */
    "  name TEXT PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE opinions(\n"
    "  paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags, p REAL NOT NULL,\n"
    "  margin REAL NOT NULL, assigned INTEGER NOT NULL, PRIMARY KEY(paper, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE verdicts(\n"
    "  paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags,\n"
    "  verdict TEXT NOT NULL CHECK(verdict IN ('yes', 'no')), given TEXT NOT NULL,\n"
    "  PRIMARY KEY(paper, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE tagged(\n"
    "  tag INTEGER NOT NULL REFERENCES tags, day INTEGER NOT NULL, paper INTEGER NOT NULL REFERENCES papers,\n"
    "  p REAL NOT NULL, PRIMARY KEY(tag, day, paper)) STRICT, WITHOUT ROWID;\n"
    "CREATE VIEW paper_tags AS\n"
    "  SELECT papers.id AS paper_id, tags.tag AS tag, tagged.p AS p, verdicts.verdict AS verdict\n"
    "  FROM papers CROSS JOIN tags\n"
    "  JOIN tagged ON tagged.tag = tags.key AND tagged.day = papers.day AND tagged.paper = papers.key\n"
    "  LEFT JOIN verdicts ON verdicts.paper = papers.key AND verdicts.tag = tags.key;\n"
    "CREATE VIRTUAL TABLE search USING fts5(title, abstract, content='papers', content_rowid='key',\n"
    "  tokenize=\"unicode61 remove_diacritics 2\");\n"
    "CREATE VIRTUAL TABLE words USING fts5vocab(search, row);\n",
    /* subscriptions */
    "CREATE TABLE subscriptions(\n"
    "  key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, expression TEXT NOT NULL, format TEXT NOT NULL,\n"
    "  address TEXT, title TEXT, unsubscribe TEXT, sort INTEGER NOT NULL, count INTEGER NOT NULL,\n"
    "  created TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE deliveries(\n" /* ended is null between begin and end */
    "  key INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,\n"
    "  day TEXT NOT NULL, begun TEXT NOT NULL, ended TEXT, path TEXT, bytes INTEGER, hash INTEGER) STRICT;\n"
    "CREATE INDEX deliveries_of ON deliveries(subscription, day);\n"
    "CREATE TABLE delivered(\n" /* delivery null: counted as delivered when the subscription was made */
    "  subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,\n"
    "  paper INTEGER NOT NULL REFERENCES papers,\n"
    "  delivery INTEGER REFERENCES deliveries ON DELETE CASCADE, place INTEGER NOT NULL,\n"
    "  PRIMARY KEY(subscription, paper)) STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX delivered_in ON delivered(delivery);\n",
    /* what verdicts were before a call changed them, null for none: to take the call back */
    "CREATE TABLE before(\n"
    "  call INTEGER NOT NULL, paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags,\n"
    "  verdict TEXT, given TEXT, PRIMARY KEY(call, paper, tag)) STRICT, WITHOUT ROWID;\n",
    /* learning: what a person looked at by chance, tags of one's own, models made from verdicts */
    "CREATE TABLE audits(\n" /* tag null: all tags of the paper; call as in `before` */
    "  key INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers, tag INTEGER REFERENCES tags,\n"
    "  given TEXT NOT NULL, call INTEGER NOT NULL) STRICT;\n" /* 0: not to be taken back any more */
    "CREATE INDEX audits_of ON audits(paper);\n"
    "CREATE INDEX audits_in ON audits(call);\n"
    "ALTER TABLE verdicts ADD COLUMN held_out REAL;\n" /* margin by a fit that has not seen it; null: not fitted on */
    "ALTER TABLE verdicts ADD COLUMN example INTEGER NOT NULL DEFAULT 0;\n" /* 1: an own tag was begun with it */
    "ALTER TABLE tags ADD COLUMN own INTEGER NOT NULL DEFAULT 0;\n"         /* 1: made in this store */
    "ALTER TABLE tags ADD COLUMN query TEXT;\n" /* of an own tag: papers likely to have it */
    "CREATE TABLE kept(\n"                      /* model files, by their hashes; one is in use */
    "  key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, made TEXT NOT NULL, used INTEGER NOT NULL,\n"
    "  summary TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;\n"};

const int pt_store_version = sizeof steps / sizeof *steps;

/* ---- statements ------------------------------------------------------------------------------------------------ */

int pt_store_fail(papertag_store *store, papertag_error *err)
{
    int code = store->db ? sqlite3_errcode(store->db) : SQLITE_NOMEM;

    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return pt_no_memory(err);
    case SQLITE_CORRUPT:
        return pt_fail(err, PAPERTAG_DAMAGED, "%s: not a sound store: %s", store->path, sqlite3_errmsg(store->db));
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

static int prepare(papertag_store *store, const char *sql, sqlite3_stmt **out, papertag_error *err)
{
    size_t i = 0;

    *out = NULL;
    while (i < PT_STORE_STATEMENTS && store->statements[i].sql && store->statements[i].sql != sql) {
        i++;
    }
    if (i == PT_STORE_STATEMENTS) {
        return pt_fail(err, PAPERTAG_IO, "%s: more statements than there is room for", store->path);
    }
    if (store->statements[i].sql) {
        sqlite3_reset(store->statements[i].statement);
    } else if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i].statement,
                                  NULL)) {
        return pt_store_fail(store, err);
    }
    store->statements[i].sql = sql;
    *out = store->statements[i].statement;
    return PAPERTAG_OK;
}

static void bind(sqlite3_stmt *statement, const char *types, va_list values)
{
    for (int i = 1; types[i - 1]; i++) {
        long count;
        switch (types[i - 1]) {
        case 'i':
            sqlite3_bind_int64(statement, i, va_arg(values, int64_t));
            break;
        case 'r':
            sqlite3_bind_double(statement, i, va_arg(values, double));
            break;
        case 't':
            sqlite3_bind_text(statement, i, va_arg(values, const char *), -1, SQLITE_STATIC);
            break;
        default:
            count = va_arg(values, long);
            if (count >= 0) {
                sqlite3_bind_int64(statement, i, count);
            } else {
                sqlite3_bind_null(statement, i);
            }
        }
    }
}

int pt_store_query(papertag_store *store, const char *sql, sqlite3_stmt **out, papertag_error *err, const char *types,
                   ...)
{
    va_list values;
    int status = prepare(store, sql, out, err);

    if (!status) {
        va_start(values, types);
        bind(*out, types, values);
        va_end(values);
    }
    return status;
}

int pt_store_finish(papertag_store *store, sqlite3_stmt *statement, int code, papertag_error *err)
{
    int status = code == SQLITE_DONE || code == SQLITE_ROW ? PAPERTAG_OK : pt_store_fail(store, err);

    sqlite3_reset(statement);
    return status;
}

int pt_store_do(papertag_store *store, const char *sql, papertag_error *err, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list values;
    int status = prepare(store, sql, &statement, err);

    if (status) {
        return status;
    }
    va_start(values, types);
    bind(statement, types, values);
    va_end(values);
    return pt_store_finish(store, statement, sqlite3_step(statement), err);
}

/* The first column of the first row. */
static int first_integer(papertag_store *store, sqlite3_stmt *statement, int64_t *out, papertag_error *err)
{
    int code = sqlite3_step(statement), status;

    if (code == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
    }
    status = pt_store_finish(store, statement, code, err);
    return !status && code == SQLITE_DONE ? PAPERTAG_END : status;
}

int pt_store_ask(papertag_store *store, const char *sql, int64_t *out, papertag_error *err, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list values;
    int status = prepare(store, sql, &statement, err);

    if (status) {
        return status;
    }
    va_start(values, types);
    bind(statement, types, values);
    va_end(values);
    return first_integer(store, statement, out, err);
}

int pt_store_exec(papertag_store *store, const char *sql, papertag_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) ? pt_store_fail(store, err) : PAPERTAG_OK;
}

int pt_store_begin(papertag_store *store, papertag_error *err)
{
    return pt_store_exec(store, "BEGIN IMMEDIATE", err);
}

int pt_store_end(papertag_store *store, int status, papertag_error *err)
{
    store->tags_read = false;
    if (!status) {
        status = pt_store_exec(store, "COMMIT", err);
    }
    if (status) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

const char *pt_store_text(sqlite3_stmt *statement, int column, pt_arena *arena, bool *failed)
{
    const char *text = (const char *)sqlite3_column_text(statement, column), *copy;

    if (!text) {
        *failed = *failed || sqlite3_column_type(statement, column) != SQLITE_NULL;
        return NULL;
    }
    copy = pt_arena_copy(arena, text, (size_t)sqlite3_column_bytes(statement, column));
    *failed = *failed || !copy;
    return copy;
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

void pt_store_now(char out[21])
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int pt_store_today(const char *as_of, long *today, papertag_error *err)
{
    char now[21];

    pt_store_now(now);
    if (as_of && (!pt_is_day(as_of) || as_of[10])) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.40s' is not a day as YYYY-MM-DD", as_of);
    }
    *today = pt_day_number(as_of ? as_of : now);
    return PAPERTAG_OK;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static int pragma_integer(papertag_store *store, const char *sql, int64_t *out, papertag_error *err)
{
    sqlite3_stmt *statement;
    int status;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL)) {
        return pt_store_fail(store, err);
    }
    status = first_integer(store, statement, out, err);
    sqlite3_finalize(statement);
    return status;
}

int pt_store_migrate(papertag_store *store, int to, papertag_error *err)
{
    int64_t version = 0, application = 0, tables = 0;
    char stamp[100];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pragma_integer(store, "PRAGMA user_version", &version, err);
    status = status ? status : pragma_integer(store, "PRAGMA application_id", &application, err);
    status = status ? status : pragma_integer(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (!status && application != PT_STORE_APPLICATION && (application || version || tables)) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: an SQLite file of another program", store->path);
    }
    if (!status && version > pt_store_version) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: layout %d; this program knows layouts up to %d: it is older",
                         store->path, (int)version, pt_store_version);
    }
    for (int64_t i = version; !status && i < to; i++) {
        status = pt_store_exec(store, steps[i], err);
    }
    if (!status && version < to) {
        snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d", PT_STORE_APPLICATION, to);
        status = pt_store_exec(store, stamp, err);
    }
    return pt_store_end(store, status, err);
}

/* Makes the folders that lead to a file. */
static int make_folders(const char *path, papertag_error *err)
{
    char *copy = strdup(path);

    if (!copy) {
        return pt_no_memory(err);
    }
    for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST) {
            int status = pt_fail(err, PAPERTAG_IO, "%s: %s", copy, strerror(errno));
            free(copy);
            return status;
        }
        *at = '/';
    }
    free(copy);
    return PAPERTAG_OK;
}

/* Whether the store is where nobody can write: on a medium or in a snapshot that is mounted to be read. */
static bool is_fixed(const char *path)
{
    struct statvfs system;

    return !statvfs(path, &system) && (system.f_flag & ST_RDONLY);
}

/* Opens a store that does not change: SQLite would else want to write beside it. */
static int open_fixed(papertag_store *store, papertag_error *err)
{
    pt_buf name = {0};
    struct stat log;
    int code;

    pt_buf_format(&name, "%s-wal", store->path);
    if (!name.failed && !stat(name.data, &log) && log.st_size) {
        pt_buf_free(&name);
        return pt_fail(err, PAPERTAG_IO,
                       "%s: its last changes are in its -wal file: open it once where it can be written", store->path);
    }
    pt_buf_clear(&name);
    pt_buf_text(&name, "file:");
    for (const char *at = store->path; *at; at++) {
        pt_buf_format(&name, strchr("%?#", *at) ? "%%%02X" : "%c", (unsigned char)*at);
    }
    pt_buf_text(&name, "?immutable=1");
    code = name.failed ? SQLITE_NOMEM
                       : sqlite3_open_v2(name.data, &store->db,
                                         SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    pt_buf_free(&name);
    return code ? pt_store_fail(store, err) : PAPERTAG_OK;
}

static int open_file(papertag_store *store, bool create, papertag_error *err)
{
    const bool is_there = !access(store->path, F_OK), fixed = is_there && is_fixed(store->path);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int64_t version = 0;
    int status = PAPERTAG_OK;

    if (!is_there) {
        if (!create) {
            return pt_fail(err, PAPERTAG_IO, "%s: no store there; `papertag add FILE` makes one", store->path);
        }
        status = make_folders(store->path, err);
    }
    if (!status && fixed) {
        status = open_fixed(store, err);
    } else if (!status && sqlite3_open_v2(store->path, &store->db, flags, NULL)) {
        status = pt_store_fail(store, err);
    }
    if (status) {
        return status;
    }
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, 30000);
    status = pragma_integer(store, "PRAGMA user_version", &version, err);
    if (!status && version != pt_store_version) {
        status = pt_store_migrate(store, pt_store_version, err);
    } else if (!status) {
        int64_t application = 0;
        status = pragma_integer(store, "PRAGMA application_id", &application, err);
        if (!status && application != PT_STORE_APPLICATION) {
            status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: an SQLite file of another program", store->path);
        }
    }
    /* The journal's form is kept in the file, and changing it needs the file to oneself. */
    status = status || fixed ? status : pt_store_exec(store, "PRAGMA journal_mode=WAL", err);
    return status
               ? status
               : pt_store_exec(store,
                               "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                               "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA wal_autocheckpoint=16384;"
                               "PRAGMA trusted_schema=OFF",
                               err);
}

int papertag_store_open(papertag_store **out, const char *path, bool create, papertag_error *err)
{
    papertag_store *store = pt_calloc(1, sizeof *store);
    int status;

    if (store) {
        store->turn = -1;
        store->path = strdup(path);
    }
    if (!store || !store->path) {
        free(store);
        return pt_no_memory(err);
    }
    status = open_file(store, create, err);
    if (status) {
        papertag_store_close(store);
        return status;
    }
    *out = store;
    return PAPERTAG_OK;
}

void papertag_store_close(papertag_store *store)
{
    if (!store) {
        return;
    }
    for (size_t i = 0; i < PT_STORE_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i].statement);
    }
    sqlite3_close(store->db);
    if (store->turn >= 0) {
        close(store->turn);
    }
    pt_arena_free(&store->tag_arena);
    pt_arena_free(&store->record_arena);
    pt_arena_free(&store->answer_arena);
    pt_buf_free(&store->expression);
    free(store->tags);
    free(store->tag_keys);
    free(store->tag_papers);
    free(store->selected);
    free(store->path);
    free(store);
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

/* A JSON array of strings, as the store keeps lists. */
int pt_store_list(const char *json, pt_arena *arena, papertag_strings *out)
{
    cJSON *array = cJSON_Parse(json), *item;
    size_t count = (size_t)cJSON_GetArraySize(array), i = 0;
    const char **items = count ? pt_arena_alloc(arena, count * sizeof *items) : NULL;

    *out = (papertag_strings){0};
    if (!array || (count && !items)) {
        cJSON_Delete(array);
        return PAPERTAG_NO_MEMORY;
    }
    cJSON_ArrayForEach(item, array)
    {
        const char *text = cJSON_GetStringValue(item);
        if (!items || i == count) {
            break;
        }
        items[i] = pt_arena_copy(arena, text ? text : "", strlen(text ? text : ""));
        if (!items[i++]) {
            cJSON_Delete(array);
            return PAPERTAG_NO_MEMORY;
        }
    }
    cJSON_Delete(array);
    *out = (papertag_strings){items, count};
    return PAPERTAG_OK;
}

int pt_store_read_tags(papertag_store *store, papertag_error *err)
{
    sqlite3_stmt *s;
    size_t count = 0, tags = 0, keys = 0;
    bool failed = false;
    int code = SQLITE_DONE, status;

    if (store->tags_read) {
        return PAPERTAG_OK;
    }
    status =
        pt_store_query(store, "SELECT key, tag, name, definition, grp, aliases FROM tags ORDER BY tag", &s, err, "");
    if (status) {
        return status;
    }
    free(store->tags);
    free(store->tag_keys);
    store->tags = NULL;
    store->tag_keys = NULL;
    pt_arena_reset(&store->tag_arena);
    while (!failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        papertag_tag_info *tag;
        const char *aliases;
        if (pt_reserve(&store->tags, &tags, count + 1, sizeof *store->tags) ||
            pt_reserve(&store->tag_keys, &keys, count + 1, sizeof *store->tag_keys)) {
            failed = true;
            break;
        }
        tag = &store->tags[count];
        *tag = (papertag_tag_info){0};
        store->tag_keys[count++] = sqlite3_column_int64(s, 0);
        tag->tag = pt_store_text(s, 1, &store->tag_arena, &failed);
        tag->name = pt_store_text(s, 2, &store->tag_arena, &failed);
        tag->name = tag->name ? tag->name : tag->tag;
        tag->definition = pt_store_text(s, 3, &store->tag_arena, &failed);
        tag->group = pt_store_text(s, 4, &store->tag_arena, &failed);
        aliases = (const char *)sqlite3_column_text(s, 5);
        failed = failed || !aliases || pt_store_list(aliases, &store->tag_arena, &tag->aliases);
    }
    store->tag_count = count;
    status = pt_store_finish(store, s, failed ? SQLITE_DONE : code, err);
    if (failed) {
        return pt_no_memory(err);
    }
    store->tags_read = !status;
    return status;
}

int papertag_store_tags(papertag_store *store, const papertag_tag_info **tags, const size_t **papers, size_t *count,
                        papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    if (status) {
        return status;
    }
    free(store->tag_papers);
    store->tag_papers = pt_calloc(store->tag_count + 1, sizeof *store->tag_papers);
    if (!store->tag_papers) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < store->tag_count; t++) {
        int64_t number = 0;
        status = pt_store_ask(store, "SELECT count(*) FROM tagged WHERE tag=?1", &number, err, "i", store->tag_keys[t]);
        if (status) {
            return status;
        }
        store->tag_papers[t] = (size_t)number;
    }
    *tags = store->tags;
    *papers = store->tag_papers;
    *count = store->tag_count;
    return PAPERTAG_OK;
}

int pt_store_unfile(papertag_store *store, int64_t paper, papertag_error *err)
{
    return pt_store_do(store,
                       "DELETE FROM tagged WHERE tag IN (SELECT key FROM tags)"
                       " AND day=(SELECT day FROM papers WHERE key=?1) AND paper=?1",
                       err, "i", paper);
}

int pt_store_file(papertag_store *store, int64_t paper, papertag_error *err)
{
    return pt_store_do(
        store,
        "INSERT INTO tagged(tag, day, paper, p) SELECT tag, (SELECT day FROM papers WHERE key=?1), ?1, max(p) FROM ("
        "SELECT tag, p FROM opinions o WHERE paper=?1 AND assigned AND NOT EXISTS"
        "(SELECT 1 FROM verdicts v WHERE v.paper=?1 AND v.tag=o.tag AND v.verdict='no')"
        " UNION ALL SELECT tag, 1.0 FROM verdicts WHERE paper=?1 AND verdict='yes') GROUP BY tag",
        err, "i", paper);
}
