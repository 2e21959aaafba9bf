/*
 * papertag_sqlite - an SQLite extension that tags papers in SQL.
 *
 *     .load build/papertag_sqlite
 *     SELECT papertag_model('my.papertag');                     -- its hash; without it, the model that is installed
 *     SELECT papertag_tags(title, abstract) FROM papers;        -- a JSON array of the assigned tags
 *     SELECT papertag_p(title, abstract, 'RL') FROM papers;     -- a probability
 *     SELECT id, s.tag, s.p FROM papers, papertag_scores(title, abstract) AS s WHERE s.assigned;
 *
 * A connection has one model: the first function that needs it settles which. So the functions are deterministic, and
 * innocuous, and may be used in views, triggers, generated columns and indexes. An index holds what the model said that
 * its connection had: with another model it needs a REINDEX. papertag_model reads a file, so only a statement of one's
 * own may call it, not a view or trigger that a foreign database brings along.
 */
#include <cjson/cJSON.h>
#include <limits.h>
#include <sqlite3ext.h>
#include <stdlib.h>
#include <string.h>

#include "papertag.h"

SQLITE_EXTENSION_INIT1

/* Of SQLite 3.45; before, it is not asked for and does no harm. */
#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x1000000
#endif
enum { SUBTYPE_JSON = 'J' }; /* makes SQLite's JSON functions take a text as JSON, not as a string */

/* What a connection tags with. */
typedef struct connection {
    papertag_model *model;   /* NULL until it is chosen or needed */
    papertag_tagger *tagger; /* NULL until something was scored: from then on the model stays */
    const papertag_tag_info *tags;
    size_t tag_count;            /* T */
    const papertag_score *score; /* [T] of the last paper, borrowed from the tagger */
    char *paper;           /* its title and abstract, each with a NUL; several functions often ask for one paper */
    size_t size, capacity; /* of paper, bytes */
    unsigned users;        /* functions and tables registered with it */
} connection;

static void release(void *pointer)
{
    connection *c = pointer;

    if (--c->users == 0) {
        papertag_tagger_close(c->tagger);
        papertag_model_close(c->model);
        free(c->paper);
        free(c);
    }
}

static int fail(papertag_error *err, papertag_status status, const char *message)
{
    err->status = status;
    sqlite3_snprintf(sizeof err->message, err->message, "%s", message);
    return status;
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

/* Opens the model at `path` in place of the present one. */
static int open_model(connection *c, const char *path, papertag_error *err)
{
    papertag_model *model;
    const int status = papertag_model_open(&model, path, err);

    if (status) {
        return status;
    }
    if (c->tagger && strcmp(papertag_model_hash(model), papertag_model_hash(c->model)) != 0) {
        papertag_model_close(model);
        return fail(err, PAPERTAG_BAD_ARGUMENT,
                    "this connection has tagged with another model already; open a new connection for this one");
    }
    if (c->tagger) {
        papertag_model_close(model);
        return PAPERTAG_OK;
    }
    papertag_model_close(c->model);
    c->model = model;
    c->tag_count = papertag_model_tags(model, &c->tags);
    return PAPERTAG_OK;
}

static int need_model(connection *c, papertag_error *err)
{
    const char *path = getenv("PAPERTAG_MODEL");
    char installed[PATH_MAX];

    if (c->model) {
        return PAPERTAG_OK;
    }
    if (!path || !*path) {
        path = papertag_installed("default.papertag", installed, sizeof installed) ? installed : NULL;
    }
    return path ? open_model(c, path, err)
                : fail(err, PAPERTAG_IO,
                       "no model: call papertag_model(PATH) first, or set PAPERTAG_MODEL; none is installed with "
                       "papertag_sqlite.so");
}

/* ---- scoring --------------------------------------------------------------------------------------------------- */

/* Keeps a copy of title and abstract; false when they are those that were scored last. */
static int keep_paper(connection *c, const char *title, const char *abstract, bool *same)
{
    const size_t first = strlen(title) + 1, size = first + strlen(abstract) + 1;
    char *grown;

    *same = c->score && size == c->size && !memcmp(c->paper, title, first) &&
            !memcmp(c->paper + first, abstract, size - first);
    if (*same) {
        return PAPERTAG_OK;
    }
    c->score = NULL;
    if (size > c->capacity) {
        grown = realloc(c->paper, size);
        if (!grown) {
            return PAPERTAG_NO_MEMORY;
        }
        c->paper = grown;
        c->capacity = size;
    }
    memcpy(c->paper, title, first);
    memcpy(c->paper + first, abstract, size - first);
    c->size = size;
    return PAPERTAG_OK;
}

static const char *text_of(sqlite3_value *value)
{
    const unsigned char *text = sqlite3_value_text(value);

    return text ? (const char *)text : "";
}

/* Scores a paper: c->score. */
static int score_paper(connection *c, sqlite3_value *title, sqlite3_value *abstract, papertag_error *err)
{
    const char *title_text = text_of(title), *abstract_text = text_of(abstract);
    bool same = false;
    int status = need_model(c, err);

    if (!status && !c->tagger) {
        status = papertag_tagger_open(&c->tagger, c->model, err);
    }
    if (!status && keep_paper(c, title_text, abstract_text, &same)) {
        status = fail(err, PAPERTAG_NO_MEMORY, "out of memory");
    }
    if (!status && !same) {
        status = papertag_tag(c->tagger, title_text, abstract_text, &c->score, err);
    }
    return status;
}

static void result_error(sqlite3_context *context, const papertag_error *err)
{
    if (err->status == PAPERTAG_NO_MEMORY) {
        sqlite3_result_error_nomem(context);
    } else {
        sqlite3_result_error(context, err->message, -1);
    }
}

static bool no_paper(sqlite3_value *const *title_and_abstract)
{
    return sqlite3_value_type(title_and_abstract[0]) == SQLITE_NULL &&
           sqlite3_value_type(title_and_abstract[1]) == SQLITE_NULL;
}

/* ---- functions ------------------------------------------------------------------------------------------------- */

/* papertag_model([PATH]): the hash of the connection's model, which is that of PATH from now on. */
static void function_model(sqlite3_context *context, int count, sqlite3_value **values)
{
    connection *c = sqlite3_user_data(context);
    const char *path = count ? (const char *)sqlite3_value_text(values[0]) : NULL;
    papertag_error err;

    if (count && !path) {
        sqlite3_result_error(context, "papertag_model: the path of a model is missing", -1);
    } else if (path ? open_model(c, path, &err) : need_model(c, &err)) {
        result_error(context, &err);
    } else {
        sqlite3_result_text(context, papertag_model_hash(c->model), -1, SQLITE_TRANSIENT);
    }
}

/* papertag_tags(TITLE, ABSTRACT): the assigned tags, highest p first; NULL when both are NULL. */
static void function_tags(sqlite3_context *context, int count, sqlite3_value **values)
{
    connection *c = sqlite3_user_data(context);
    cJSON *list = cJSON_CreateArray();
    char *json = NULL;
    papertag_error err;
    bool whole = list;

    (void)count;
    if (no_paper(values)) {
        goto done;
    }
    if (score_paper(c, values[0], values[1], &err)) {
        result_error(context, &err);
        goto done;
    }
    for (size_t i = 0; whole && i < c->tag_count; i++) {
        whole = !c->score[i].assigned || cJSON_AddItemToArray(list, cJSON_CreateStringReference(c->score[i].tag));
    }
    json = whole ? cJSON_PrintUnformatted(list) : NULL;
    if (!json) {
        sqlite3_result_error_nomem(context);
        goto done;
    }
    sqlite3_result_text(context, json, -1, SQLITE_TRANSIENT);
    sqlite3_result_subtype(context, SUBTYPE_JSON);
done:
    cJSON_free(json);
    cJSON_Delete(list);
}

/* The number of a tag. A tag that is the same in every row is looked up once. */
static int find_tag(sqlite3_context *context, connection *c, sqlite3_value *name, size_t *index, papertag_error *err)
{
    size_t *known = sqlite3_get_auxdata(context, 2);
    int status = PAPERTAG_OK;

    if (known) {
        *index = *known;
        return status;
    }
    status = papertag_model_find_tag(c->model, text_of(name), index, err);
    known = status ? NULL : sqlite3_malloc(sizeof *known);
    if (known) {
        *known = *index;
        sqlite3_set_auxdata(context, 2, known, sqlite3_free);
    }
    return status;
}

/* papertag_p(TITLE, ABSTRACT, TAG): the tag's probability; NULL when both texts, or the tag, are NULL. */
static void function_p(sqlite3_context *context, int count, sqlite3_value **values)
{
    connection *c = sqlite3_user_data(context);
    papertag_error err;
    size_t tag = 0, i = 0;
    int status;

    (void)count;
    if (no_paper(values) || sqlite3_value_type(values[2]) == SQLITE_NULL) {
        return;
    }
    status = score_paper(c, values[0], values[1], &err);
    status = status ? status : find_tag(context, c, values[2], &tag, &err);
    if (status) {
        result_error(context, &err);
        return;
    }
    while (c->score[i].index != tag) {
        i++;
    }
    sqlite3_result_double(context, c->score[i].p);
}

/* ---- the table papertag_scores(TITLE, ABSTRACT) ---------------------------------------------------------------- */

enum { COLUMN_TAG, COLUMN_P, COLUMN_MARGIN, COLUMN_ASSIGNED, COLUMN_TITLE, COLUMN_ABSTRACT };

typedef struct score_table {
    sqlite3_vtab base;
    connection *connection;
} score_table;

typedef struct score_cursor {
    sqlite3_vtab_cursor base;
    papertag_score *score;           /* [count], a copy: another cursor may score a paper meanwhile */
    size_t at, count;                /* T, or 0 when both texts are NULL */
    sqlite3_value *title, *abstract; /* NULL: not given */
} score_cursor;

static int table_connect(sqlite3 *db, void *context, int count, const char *const *arguments, sqlite3_vtab **out,
                         char **message)
{
    score_table *table = sqlite3_malloc(sizeof *table);
    int code = SQLITE_NOMEM;

    (void)count, (void)arguments, (void)message;
    if (table) {
        *table = (score_table){.connection = context};
        code = sqlite3_declare_vtab(db, "CREATE TABLE x(tag TEXT, p REAL, margin REAL, assigned INTEGER, "
                                        "of_title HIDDEN, of_abstract HIDDEN)");
    }
    if (!code) {
        code = sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    }
    if (code) {
        sqlite3_free(table);
        return code;
    }
    *out = &table->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

/* idxNum has bit 1 for a title, bit 2 for an abstract; they are passed in this order. */
static int table_plan(sqlite3_vtab *base, sqlite3_index_info *plan)
{
    int which[2] = {-1, -1}, given = 0, passed = 0;

    for (int i = 0; i < plan->nConstraint; i++) {
        const int column = plan->aConstraint[i].iColumn - COLUMN_TITLE;

        if (column < 0 || plan->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (!plan->aConstraint[i].usable) {
            return SQLITE_CONSTRAINT;
        }
        which[column] = i;
    }
    for (int column = 0; column < 2; column++) {
        if (which[column] >= 0) {
            plan->aConstraintUsage[which[column]].argvIndex = ++passed;
            plan->aConstraintUsage[which[column]].omit = 1;
            given |= 1 << column;
        }
    }
    if (!given) {
        base->zErrMsg = sqlite3_mprintf("papertag_scores: a title and an abstract are missing");
        return base->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
    }
    plan->idxNum = given;
    plan->estimatedCost = 100;
    plan->estimatedRows = 100;
    plan->orderByConsumed = plan->nOrderBy == 1 && plan->aOrderBy[0].iColumn == COLUMN_P && plan->aOrderBy[0].desc;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    score_cursor *cursor = sqlite3_malloc(sizeof *cursor);

    (void)base;
    if (!cursor) {
        return SQLITE_NOMEM;
    }
    *cursor = (score_cursor){0};
    *out = &cursor->base;
    return SQLITE_OK;
}

static void cursor_clear(score_cursor *cursor)
{
    sqlite3_free(cursor->score);
    sqlite3_value_free(cursor->title);
    sqlite3_value_free(cursor->abstract);
    *cursor = (score_cursor){.base = cursor->base};
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
    cursor_clear((score_cursor *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

/* Scores cursor->title and cursor->abstract into cursor->score. */
static int cursor_score(score_cursor *cursor, connection *c, char **message)
{
    papertag_error err;
    int status;

    if ((!cursor->title || sqlite3_value_type(cursor->title) == SQLITE_NULL) &&
        (!cursor->abstract || sqlite3_value_type(cursor->abstract) == SQLITE_NULL)) {
        return SQLITE_OK;
    }
    status = score_paper(c, cursor->title, cursor->abstract, &err);
    if (status && status != PAPERTAG_NO_MEMORY) {
        *message = sqlite3_mprintf("%s", err.message);
        return *message ? SQLITE_ERROR : SQLITE_NOMEM;
    }
    cursor->score = status ? NULL : sqlite3_malloc64(c->tag_count * sizeof *cursor->score);
    if (!cursor->score) {
        return SQLITE_NOMEM;
    }
    memcpy(cursor->score, c->score, c->tag_count * sizeof *cursor->score);
    cursor->count = c->tag_count;
    return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int given, const char *unused, int count, sqlite3_value **values)
{
    score_cursor *cursor = (score_cursor *)base;
    int next = 0;

    (void)unused, (void)count;
    cursor_clear(cursor);
    cursor->title = given & 1 ? sqlite3_value_dup(values[next++]) : NULL;
    cursor->abstract = given & 2 ? sqlite3_value_dup(values[next]) : NULL;
    if ((given & 1 && !cursor->title) || (given & 2 && !cursor->abstract)) {
        return SQLITE_NOMEM;
    }
    sqlite3_free(base->pVtab->zErrMsg);
    base->pVtab->zErrMsg = NULL;
    return cursor_score(cursor, ((score_table *)base->pVtab)->connection, &base->pVtab->zErrMsg);
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
    ((score_cursor *)base)->at++;
    return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
    const score_cursor *cursor = (const score_cursor *)base;

    return cursor->at >= cursor->count;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const score_cursor *cursor = (const score_cursor *)base;
    const papertag_score *score = &cursor->score[cursor->at];

    switch (column) {
    case COLUMN_TAG:
        sqlite3_result_text(context, score->tag, -1, SQLITE_TRANSIENT);
        break;
    case COLUMN_P:
        sqlite3_result_double(context, score->p);
        break;
    case COLUMN_MARGIN:
        sqlite3_result_double(context, score->margin);
        break;
    case COLUMN_ASSIGNED:
        sqlite3_result_int(context, score->assigned);
        break;
    case COLUMN_TITLE:
        sqlite3_result_value(context, cursor->title);
        break;
    default:
        sqlite3_result_value(context, cursor->abstract);
        break;
    }
    return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const score_cursor *)base)->at + 1;
    return SQLITE_OK;
}

/* The hidden columns are named so that papertag_scores(title, abstract) means those of the paper beside it.
 * Without xCreate the table needs no CREATE VIRTUAL TABLE: it is called as a function. */
static const sqlite3_module SCORES = {
    .xConnect = table_connect,
    .xBestIndex = table_plan,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* ---- the extension --------------------------------------------------------------------------------------------- */

/* The entry point that SQLite derives from the name of the file. */
PAPERTAG_API int sqlite3_papertagsqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

int sqlite3_papertagsqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
    static const int PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    static const struct {
        const char *name;
        int arguments, flags;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"papertag_model", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, function_model},
        {"papertag_model", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, function_model},
        {"papertag_tags", 2, PURE | SQLITE_RESULT_SUBTYPE, function_tags},
        {"papertag_p", 3, PURE, function_p},
    };
    connection *c = calloc(1, sizeof *c);
    int code = SQLITE_OK;

    (void)message;
    SQLITE_EXTENSION_INIT2(api);
    if (!c) {
        return SQLITE_NOMEM;
    }
    c->users = 1;
    for (size_t i = 0; !code && i < sizeof functions / sizeof *functions; i++) {
        c->users++; /* released by SQLite also when this fails */
        code = sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments, functions[i].flags, c,
                                          functions[i].call, NULL, NULL, release);
    }
    if (!code) {
        c->users++;
        code = sqlite3_create_module_v2(db, "papertag_scores", &SCORES, c, release);
    }
    release(c);
    return code;
}
