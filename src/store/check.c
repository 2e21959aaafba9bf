/*
 * store_check - looks a store over, and makes anew what can be: the indexes, which are made of other tables.
 *
 * Papers, verdicts and deliveries are not made of anything: where the file itself is damaged, store_salvage takes over.
 */
#include "model/model.h"
#include "store.h"

static const char repair[] = "papertag doctor --repair";

const char pt_store_named_only[] = "SELECT count(*) FROM papers WHERE title IS NULL AND abstract IS NULL";

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

/* PAPERTAG_DAMAGED with the first words of trouble. */
static int check_file(papertag_store *store, papertag_error *err)
{
    char words[300] = "";
    sqlite3_stmt *s;
    int code, status = pt_store_query(store, "SELECT integrity_check FROM pragma_integrity_check", &s, err, "");

    if (status) {
        return status;
    }
    code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        snprintf(words, sizeof words, "%s", (const char *)sqlite3_column_text(s, 0));
    }
    status = pt_store_finish(store, s, code, err);
    for (char *line = strchr(words, '\n'); line; line = strchr(line, '\n')) {
        *line = ' ';
    }
    return status || !strcmp(words, "ok")
               ? status
               : pt_fail(err, PAPERTAG_DAMAGED, "%s: the file is damaged: %s", store->path, words);
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
        find(f, true, repair, "the text index is not that of the papers");
    } else if (code) {
        status = pt_store_fail(f->store, err);
    }
    return pt_store_end(f->store, status, err);
}

#define TAGS_IN_FORCE                                                                                                  \
    "SELECT o.tag, p.day, p.key FROM opinions o JOIN papers p ON p.key=o.paper WHERE o.assigned AND NOT EXISTS"        \
    "(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag AND v.verdict='no')"                              \
    " UNION SELECT v.tag, p.day, p.key FROM verdicts v JOIN papers p ON p.key=v.paper WHERE v.verdict='yes'"

/* All checks, until one fails. */
static int check(struct findings *f, const papertag_model *model, papertag_error *err)
{
    int64_t outdated = 0;
    int status = check_file(f->store, err);

    status = status ? status
                    : count_of(f, "SELECT count(*) FROM pragma_foreign_key_check", true, repair,
                               "rows refer to rows that are not there", err);
    status = status ? status : check_text_index(f, err);
    status = status ? status
                    : count_of(f,
                               "SELECT count(*) FROM (SELECT * FROM (" TAGS_IN_FORCE
                               ") EXCEPT SELECT tag, day, paper FROM tagged)",
                               true, repair, "tags in force are missing in their index", err);
    status = status ? status
                    : count_of(f,
                               "SELECT count(*) FROM (SELECT tag, day, paper FROM tagged EXCEPT SELECT * FROM"
                               " (" TAGS_IN_FORCE "))",
                               true, repair, "tags are in the index and not in force", err);
    status = status ? status
                    : count_of(f, pt_store_named_only, false, "papertag add FILE (where they came from)",
                               "papers have neither title nor abstract", err);
    status = status || !model ? status
                              : pt_store_ask(f->store,
                                             "SELECT count(*) FROM papers WHERE model IS NULL OR model IS NOT"
                                             " (SELECT key FROM models WHERE hash=?1)",
                                             &outdated, err, "t", papertag_model_hash(model));
    if (!status && outdated) {
        find(f, false, "papertag add --retag", "%lld papers have no tags of the model in use", (long long)outdated);
    }
    status = status ? status
                    : count_of(f, "SELECT count(*) FROM verdicts WHERE held_out IS NULL", false, "papertag retrain",
                               "verdicts have not been learnt from", err);
    return status
               ? status
               : count_of(f, "SELECT count(*) FROM deliveries WHERE ended IS NULL", false,
                          "papertag digest --for NAME (it settles them)", "deliveries were begun and not ended", err);
}

int papertag_store_check(papertag_store *store, const papertag_model *model, const papertag_finding **out,
                         size_t *count, papertag_error *err)
{
    struct findings f = {.store = store};
    papertag_error found;
    papertag_finding *copy;
    int status;

    pt_arena_reset(&store->answer_arena);
    find(&f, false, NULL, "store %s: layout %d, SQLite %s", store->path, pt_store_version, sqlite3_libversion());
    status = check(&f, model, &found);
    if (status == PAPERTAG_DAMAGED) {
        find(&f, true, repair, "%s", found.message);
    } else if (status) {
        return pt_fail(err, status, "%s", found.message);
    }
    copy = f.failed ? NULL : pt_arena_copy_array(&store->answer_arena, f.list, f.count, sizeof *f.list);
    if (!copy) {
        return pt_no_memory(err);
    }
    *out = copy;
    *count = f.count;
    return PAPERTAG_OK;
}

int papertag_store_repair(papertag_store *store, papertag_error *err)
{
    static const char *const steps[] = {
        "REINDEX",
        "DELETE FROM cuts WHERE model NOT IN (SELECT key FROM models) OR tag NOT IN (SELECT key FROM tags)",
        "UPDATE papers SET model=NULL WHERE model NOT IN (SELECT key FROM models)",
        "DELETE FROM versions WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM sources WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM names WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM opinions WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM verdicts WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM before WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM audits WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM deliveries WHERE subscription NOT IN (SELECT key FROM subscriptions)",
        "DELETE FROM delivered WHERE subscription NOT IN (SELECT key FROM subscriptions)",
        "DELETE FROM delivered WHERE paper NOT IN (SELECT key FROM papers)",
        "UPDATE delivered SET delivery=NULL WHERE delivery NOT IN (SELECT key FROM deliveries)",
        "INSERT INTO search(search) VALUES('rebuild')",
        "DELETE FROM tagged",
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
    if (!status || status == PAPERTAG_IO) { /* what a damaged page gives can be refused for any reason */
        const int file = check_file(store, err);
        status = file ? file : status;
    }
    return pt_store_end(store, status, err);
}
