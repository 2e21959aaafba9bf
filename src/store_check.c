/*
 * store_check - looks a store over, and makes anew what can be: the indexes, which are made of other tables.
 *
 * Papers, verdicts and deliveries are not made of anything: where the file itself is damaged, SQLite's own tool
 * recovers what is left, into another file.
 */
#include "model.h"
#include "store.h"

/* What was found so far, in the answer's arena. */
struct findings {
    papertag_store *store;
    papertag_finding list[16];
    size_t count;
    bool failed;
};

static void find(struct findings *f, bool trouble, const char *next, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void find(struct findings *f, bool trouble, const char *next, const char *format, ...)
{
    pt_arena *arena = &f->store->answer_arena;
    char what[400];
    va_list values;
    papertag_finding one = {.trouble = trouble};

    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    one.what = pt_arena_copy(arena, what, strlen(what));
    one.next = next ? pt_arena_copy(arena, next, strlen(next)) : NULL;
    f->failed = f->failed || !one.what || (next && !one.next);
    if (f->count < sizeof f->list / sizeof *f->list) {
        f->list[f->count++] = one;
    }
}

/* The first word of trouble of a pragma that gives "ok". */
static int check_file(struct findings *f, papertag_error *err)
{
    sqlite3_stmt *s;
    int code, status = pt_store_query(f->store, "SELECT integrity_check FROM pragma_integrity_check", &s, err, "");
    char next[400];

    if (status) {
        return status;
    }
    code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(s, 0);
        if (text && strcmp(text, "ok") != 0) {
            snprintf(next, sizeof next, "sqlite3 '%.150s' .recover | sqlite3 recovered.db", f->store->path);
            find(f, true, next, "the file is damaged: %.300s", text);
        }
    }
    return pt_store_finish(f->store, s, code, err);
}

/* Counts by a query; a finding when it is not 0. */
static int count_of(struct findings *f, const char *sql, bool trouble, const char *next, const char *what,
                    papertag_error *err)
{
    int64_t count = 0;
    int status = pt_store_ask(f->store, sql, &count, err, "");

    if (!status && count) {
        find(f, trouble, next, "%lld %s", (long long)count, what);
    }
    return status;
}

static int check_text_index(struct findings *f, papertag_error *err)
{
    int code, status;

    if (sqlite3_db_readonly(f->store->db, "main")) {
        find(f, false, NULL, "the text index was not compared with the papers: SQLite asks for it to be writable");
        return PAPERTAG_OK;
    }
    status = pt_store_begin(f->store, err);
    if (status) {
        return status;
    }
    code =
        sqlite3_exec(f->store->db, "INSERT INTO search(search, rank) VALUES('integrity-check', 1)", NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_CORRUPT) {
        find(f, true, "papertag doctor --repair", "the text index is not that of the papers");
    } else if (code) {
        status = pt_store_fail(f->store, err);
    }
    return pt_store_end(f->store, status, err);
}

#define TAGS_IN_FORCE                                                                                                  \
    "SELECT o.tag, p.day, p.key FROM opinions o JOIN papers p ON p.key=o.paper WHERE o.assigned AND NOT EXISTS"        \
    "(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag AND v.verdict='no')"                              \
    " UNION SELECT v.tag, p.day, p.key FROM verdicts v JOIN papers p ON p.key=v.paper WHERE v.verdict='yes'"

int papertag_store_check(papertag_store *store, const papertag_model *model, const papertag_finding **out,
                         size_t *count, papertag_error *err)
{
    static const char repair[] = "papertag doctor --repair";
    struct findings f = {.store = store};
    int64_t outdated = 0;
    papertag_finding *copy;
    int status;

    pt_arena_reset(&store->answer_arena);
    find(&f, false, NULL, "store %s: layout %d, SQLite %s", store->path, pt_store_version, sqlite3_libversion());
    status = check_file(&f, err);
    status = status ? status
                    : count_of(&f, "SELECT count(*) FROM pragma_foreign_key_check", true, NULL,
                               "rows refer to rows that are not there", err);
    status = status ? status : check_text_index(&f, err);
    status = status ? status
                    : count_of(&f,
                               "SELECT count(*) FROM (SELECT * FROM (" TAGS_IN_FORCE
                               ") EXCEPT SELECT tag, day, paper FROM tagged)",
                               true, repair, "tags in force are missing in their index", err);
    status =
        status
            ? status
            : count_of(&f,
                       "SELECT count(*) FROM (SELECT tag, day, paper FROM tagged EXCEPT SELECT * FROM (" TAGS_IN_FORCE
                       "))",
                       true, repair, "tags are in the index and not in force", err);
    status = status ? status
                    : pt_store_ask(store,
                                   "SELECT count(*) FROM papers WHERE model IS NULL OR model IS NOT"
                                   " (SELECT key FROM models WHERE hash=?1)",
                                   &outdated, err, "t", papertag_model_hash(model));
    if (!status && outdated) {
        find(&f, false, "papertag add --retag", "%lld papers have no tags of the model in use", (long long)outdated);
    }
    status = status ? status
                    : count_of(&f, "SELECT count(*) FROM verdicts WHERE held_out IS NULL", false, "papertag retrain",
                               "verdicts have not been learnt from", err);
    status = status
                 ? status
                 : count_of(&f, "SELECT count(*) FROM deliveries WHERE ended IS NULL", false,
                            "papertag digest --for NAME (it settles them)", "deliveries were begun and not ended", err);
    copy = status || f.failed ? NULL : pt_arena_keep(&store->answer_arena, f.list, f.count, sizeof *f.list);
    if (!status && !copy) {
        status = pt_no_memory(err);
    }
    if (!status) {
        *out = copy;
        *count = f.count;
    }
    return status;
}

int papertag_store_repair(papertag_store *store, papertag_error *err)
{
    static const char *const steps[] = {
        "INSERT INTO search(search) VALUES('rebuild')", "DELETE FROM tagged",
        "INSERT INTO tagged(tag, day, paper, p) SELECT tag, day, paper, max(p) FROM ("
        "SELECT o.tag, o.paper, o.p FROM opinions o WHERE o.assigned AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE"
        " v.paper=o.paper AND v.tag=o.tag AND v.verdict='no')"
        " UNION ALL SELECT tag, paper, 1.0 FROM verdicts WHERE verdict='yes') JOIN papers ON papers.key=paper"
        " GROUP BY tag, paper"};
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !status; i++) {
        status = pt_store_exec(store, steps[i], err);
    }
    return pt_store_end(store, status, err);
}
