/*
 * merge - another store brought into this one.
 *
 * Papers come in batches, each with all that people said of it in one transaction. Each step looks at what is here
 * already, so that a merge that was killed goes on where the next one begins, and a second one changes nothing. The
 * other store is read in one transaction, and is not written to.
 */
#include "merge.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "deliveries.h"
#include "doubts.h"
#include "known_model.h"
#include "store.h"
#include "tag_index.h"

enum { PAPERS = 4096 }; /* of a batch */

/* ---- what papers refer to ---------------------------------------------------------------------------------------- */

/* Appends to a map what a step has found or made. */
static int append(pt_key_map *map, int64_t theirs, int64_t ours, int status, papertag_error *err)
{
    return status ? status : pt_key_map_append(map, theirs, ours) ? pt_no_memory(err) : PAPERTAG_OK;
}

/* A tag of both stores stays as it is here, but for what an own tag lacks. */
static int merge_tag(void *context, pt_db_row *row, papertag_error *err)
{
    static const char find[] = "SELECT key FROM tags WHERE tag=?1";
    static const char write[] = "INSERT INTO tags(tag, name, definition, grp, aliases, own, query)"
                                " VALUES(?1,?2,?3,?4,?5,?6,?7)";
    static const char fill[] =
        "UPDATE tags SET definition=ifnull(definition,?2), query=ifnull(query,?3) WHERE key=?1"
        " AND own AND (definition IS NULL AND ?2 IS NOT NULL OR query IS NULL AND ?3 IS NOT NULL)";
    pt_merge *m = context;
    const char *tag = pt_db_peek(row, 1);
    const bool own = pt_db_flag(row, 6);
    int64_t key = 0;
    int status = pt_store_ask(m->ours, find, &key, err, "t", tag);

    if (status == PAPERTAG_END) {
        status =
            pt_store_do(m->ours, write, err, "tttttit", tag, pt_db_peek_or_null(row, 2), pt_db_peek_or_null(row, 3),
                        pt_db_peek_or_null(row, 4), pt_db_peek(row, 5), (int64_t)own, pt_db_peek_or_null(row, 7));
        key = pt_store_last_key(m->ours);
        m->merged.tags += own && !status;
    } else if (!status && own) {
        status = pt_store_do(m->ours, fill, err, "itt", key, pt_db_peek_or_null(row, 3), pt_db_peek_or_null(row, 7));
    }
    return append(&m->tags, pt_db_key(row, 0), key, status, err);
}

/* The hash of a model and its cuts are all that is brought in: see papertag_store_merge. */
static int merge_model(void *context, pt_db_row *row, papertag_error *err)
{
    pt_merge *m = context;
    int64_t key = 0;
    int status = pt_store_model_key(m->ours, pt_db_peek(row, 1), &key, err);

    return append(&m->models, pt_db_key(row, 0), key, status, err);
}

static int merge_cut(void *context, pt_db_row *row, papertag_error *err)
{
    static const char write[] = "INSERT OR IGNORE INTO cuts(model, tag, cut) VALUES(?1,?2,?3)";
    pt_merge *m = context;
    const int64_t model = pt_key_map_ours(&m->models, pt_db_key(row, 0));
    const int64_t tag = pt_key_map_ours(&m->tags, pt_db_key(row, 1));

    return model && tag ? pt_store_do(m->ours, write, err, "iir", model, tag, pt_db_real_or_nan(row, 2)) : PAPERTAG_OK;
}

/* ---- subscriptions ----------------------------------------------------------------------------------------------- */

/* Keeps the name of what both stores have and what differs. */
static int keep_name(pt_merge *m, papertag_strings *list, const char *name)
{
    pt_arena *arena = &m->ours->answer_arena;
    const char **items = pt_arena_array(arena, list->count + 1, sizeof *items);
    const char *copy = pt_arena_copy(arena, name, strlen(name));

    if (!items || !copy) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < list->count; i++) {
        items[i] = list->items[i];
    }
    items[list->count] = copy;
    *list = (papertag_strings){items, list->count + 1};
    return PAPERTAG_OK;
}

/* Takes the values of a row after its key. */
static size_t take_values(pt_db_row *row, pt_db_value *values)
{
    const size_t count = (size_t)pt_db_columns(row) - 1;

    for (size_t i = 0; i < count; i++) {
        values[i] = pt_db_get(row, (int)i + 1);
    }
    return count;
}

static int read_flag(void *context, pt_db_row *row, papertag_error *err)
{
    (void)err;
    *(bool *)context = pt_db_flag(row, 0);
    return PAPERTAG_OK;
}

static int read_key(void *context, pt_db_row *row, papertag_error *err)
{
    (void)err;
    *(int64_t *)context = pt_db_key(row, 0);
    return PAPERTAG_OK;
}

/* A new subscription begins here as it did there: when what its store had counted as delivered then, so does what this
 * one had. */
static int begin_subscription(pt_merge *m, int64_t theirs, int64_t ours, const char *created, papertag_error *err)
{
    static const char from_now[] =
        "SELECT EXISTS(SELECT 1 FROM delivered WHERE subscription=?1 AND delivery IS NULL) OR EXISTS(SELECT 1 FROM"
        " papers p WHERE " PT_IS_COUNTED("?1", "p.key") ") OR NOT EXISTS(SELECT 1 FROM papers WHERE added<=?2)";
    static const char deliver[] = "INSERT OR IGNORE INTO delivered(subscription, paper, place) SELECT ?1, key, 0"
                                  " FROM papers WHERE added<?2";
    int64_t is_from_now = 0;
    int status = pt_store_ask(m->theirs, from_now, &is_from_now, err, "it", theirs, created);

    return status || !is_from_now ? status : pt_store_do(m->ours, deliver, err, "it", ours, created);
}

#define SUBSCRIPTION "name, expression, format, address, title, unsubscribe, sort, count, weekday, tell_quiet, path"
enum { SUBSCRIPTION_VALUES = 12 };

/* A subscription of both stores stays as it is here. */
static int merge_subscription(void *context, pt_db_row *row, papertag_error *err)
{
    static const char same[] = "SELECT (" SUBSCRIPTION ") IS (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) FROM subscriptions"
                               " WHERE name=?1";
    static const char write[] = "INSERT INTO subscriptions(" SUBSCRIPTION ", created) VALUES"
                                "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)";
    pt_merge *m = context;
    const int64_t theirs = pt_db_key(row, 0);
    const char *name = pt_db_peek(row, 1);
    pt_db_value values[SUBSCRIPTION_VALUES];
    int64_t key = 0;
    bool agrees = true;
    int status;

    take_values(row, values);
    status = pt_store_find_subscription(m->ours, name, &key, err);
    if (status == PAPERTAG_BAD_ARGUMENT) { /* there is none */
        status = pt_store_run(m->ours, write, values, SUBSCRIPTION_VALUES, NULL, NULL, err);
        key = pt_store_last_key(m->ours);
        m->merged.subscriptions += !status;
        status = status ? status : begin_subscription(m, theirs, key, pt_db_peek(row, SUBSCRIPTION_VALUES), err);
    } else if (!status) {
        status = pt_store_run(m->ours, same, values, SUBSCRIPTION_VALUES - 1, read_flag, &agrees, err);
        if (!status && !agrees && keep_name(m, &m->merged.subscriptions_kept, name)) {
            status = pt_no_memory(err);
        }
    }
    return append(&m->subscriptions, theirs, key, status, err);
}

/* A delivery of both stores is one by subscription, day, time and contents. */
static int merge_delivery(void *context, pt_db_row *row, papertag_error *err)
{
    static const char find[] = "SELECT key FROM deliveries WHERE subscription=?1 AND day=?2 AND begun=?3 AND ended=?4"
                               " AND hash IS ?7";
    static const char write[] = "INSERT INTO deliveries(subscription, day, begun, ended, path, bytes, hash)"
                                " VALUES(?1,?2,?3,?4,?5,?6,?7)";
    enum { VALUES = 7 };
    pt_merge *m = context;
    const int64_t theirs = pt_db_key(row, 0), subscription = pt_key_map_ours(&m->subscriptions, pt_db_key(row, 1));
    pt_db_value values[VALUES];
    int64_t key = 0;
    int status;

    if (!subscription || row->wrong[0]) {
        return PAPERTAG_OK; /* what is wrong ends the reading */
    }
    take_values(row, values);
    values[0] = (pt_db_value){.type = PT_DB_INTEGER, .integer = subscription};
    status = pt_store_run(m->ours, find, values, VALUES, read_key, &key, err);
    if (!status && !key) {
        status = pt_store_run(m->ours, write, values, VALUES, NULL, NULL, err);
        key = pt_store_last_key(m->ours);
    }
    return append(&m->deliveries, theirs, key, status, err);
}

/* ---- where papers are fetched from ------------------------------------------------------------------------------- */

/* A source of both stores stays as it is here. How far it was read is right here: papers before that place came into
 * this store, those after it may not have come into the other. */
static int merge_origin(void *context, pt_db_row *row, papertag_error *err)
{
    static const char same[] = "SELECT (kind, arguments, url) IS (?2,?3,?4) FROM origins WHERE name=?1";
    static const char write[] = "INSERT INTO origins(name, kind, arguments, url, added, place, validators, state,"
                                " answer, answered, finished, news, gap, again)"
                                " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)";
    enum { VALUES = 14, COMPARED = 4 };
    pt_merge *m = context;
    const char *name = pt_db_peek(row, 1);
    pt_db_value values[VALUES];
    int64_t there = 0;
    bool agrees = true;
    int status = pt_store_ask(m->ours, "SELECT count(*) FROM origins WHERE name=?1", &there, err, "t", name);

    take_values(row, values);
    if (!status && !there) {
        status = pt_store_run(m->ours, write, values, VALUES, NULL, NULL, err);
        m->merged.sources += !status;
    } else if (!status) {
        status = pt_store_run(m->ours, same, values, COMPARED, read_flag, &agrees, err);
        if (!status && !agrees && keep_name(m, &m->merged.sources_kept, name)) {
            status = pt_no_memory(err);
        }
    }
    return status;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* Runs steps in one transaction here. */
struct step {
    const char *sql; /* what is read there */
    pt_row_reader *merge;
};

static int run_steps(pt_merge *m, const struct step *steps, size_t count, papertag_error *err)
{
    int status = pt_store_begin(m->ours, err);

    if (status) {
        return status;
    }
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_each(m->theirs, steps[i].sql, steps[i].merge, m, err, "");
    }
    return pt_store_end(m->ours, status, err);
}

/* All that rows of papers refer to. Deliveries that are not ended, and mails that no server has accepted, are left. */
static int merge_beginning(pt_merge *m, papertag_error *err)
{
    static const struct step steps[] = {
        {"SELECT key, tag, name, definition, grp, aliases, own, query FROM tags ORDER BY key", merge_tag},
        {"SELECT key, hash FROM models ORDER BY key", merge_model},
        {"SELECT model, tag, cut FROM cuts", merge_cut},
        {"SELECT key, " SUBSCRIPTION ", created FROM subscriptions ORDER BY key", merge_subscription},
        {"SELECT key, subscription, day, begun, ended, path, bytes, hash FROM deliveries WHERE ended IS NOT NULL AND"
         " key NOT IN (SELECT delivery FROM mails WHERE state NOT IN (1, 4)) ORDER BY key",
         merge_delivery}};
    int status = run_steps(m, steps, sizeof steps / sizeof *steps, err);

    m->filed = status ? NULL : pt_calloc(m->tags.count + 1, sizeof *m->filed);
    return status || m->filed ? status : pt_no_memory(err);
}

/* The sources, once all papers are here that they have given. */
static int merge_end(pt_merge *m, papertag_error *err)
{
    static const struct step step = {"SELECT key, name, kind, arguments, url, added, place, validators, state, answer,"
                                     " answered, finished, news, gap, again FROM origins ORDER BY key",
                                     merge_origin};

    return run_steps(m, &step, 1, err);
}

/* Brings in the papers after a key there; *last becomes the last. PAPERTAG_END: there were none. */
static int merge_batch(pt_merge *m, int64_t *last, papertag_error *err)
{
    static const char sql[] = "SELECT " PT_MERGE_COLUMNS " FROM papers WHERE key>?1 ORDER BY key LIMIT ?2";
    int status = pt_store_begin(m->ours, err);

    if (status) {
        return status;
    }
    m->papers.count = 0;
    m->rows = (pt_row_writer){.store = m->ours, .space = ""};
    m->texts = (pt_new_texts){.store = m->ours};
    memset(m->filed, 0, m->tags.count * sizeof *m->filed);
    status = pt_doubts_await_papers(m->ours, err);
    if (!status) {
        status = pt_store_each(m->theirs, sql, pt_merge_paper, m, err, "ii", *last, (int64_t)PAPERS);
    }
    for (size_t t = 0; t < m->tags.count && !status; t++) {
        status = m->filed[t] ? pt_store_count_filed(m->ours, m->tags.pairs[t].ours, m->filed[t], err) : status;
    }
    if (!status && m->papers.count) {
        status = pt_merge_person(m, err);
        *last = m->papers.pairs[m->papers.count - 1].theirs;
    }
    status = pt_new_texts_end(&m->texts, status, err);
    status = pt_row_writer_end(&m->rows, status, err);
    status = pt_store_end(m->ours, status, err);
    return !status && !m->papers.count ? PAPERTAG_END : status;
}

/* ---- the other store --------------------------------------------------------------------------------------------- */

/* Whether two paths lead to one file. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return !stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Refuses what no store has: rows are copied as they are. */
static int check_theirs(pt_merge *m, papertag_error *err)
{
    const char *table = NULL;
    int64_t wrong = 0;
    int status = pt_store_count_wrong_values(m->theirs, 0, &wrong, &table, err);

    return status || !wrong
               ? status
               : pt_fail(err, PAPERTAG_DAMAGED,
                         "%s: the store is damaged: %lld value%s cannot be right, the first in table %s: repair "
                         "it first",
                         m->theirs->path, (long long)wrong, wrong == 1 ? "" : "s", table);
}

/* Finds the model that the other store made and uses, if this one does not use the same. */
static int find_model(pt_merge *m, papertag_error *err)
{
    pt_listing list = {.arena = &m->ours->answer_arena, .size = sizeof(char *), .read = pt_db_read_text};
    const char *const *hashes;
    bool used = false;
    int status = pt_store_list(m->theirs, "SELECT hash FROM kept WHERE used", &list, err, "");

    hashes = list.items;
    status = status || !list.count ? status : pt_store_in_use(m->ours, hashes[0], &used, err);
    m->merged.model = !status && list.count && !used ? hashes[0] : NULL;
    return status;
}

/* Opens the other store, to be read as it is now. Names are sorted by paper beside it. */
static int open_theirs(pt_merge *m, const char *path, papertag_error *err)
{
    static const char sort_names[] = "PRAGMA temp_store=FILE;"
                                     "CREATE TABLE temp.names_of(paper INTEGER, name TEXT, PRIMARY KEY(paper, name))"
                                     " WITHOUT ROWID;"
                                     "BEGIN;"
                                     "INSERT INTO temp.names_of SELECT paper, name FROM names ORDER BY paper, name";
    static const char unfinished[] = "SELECT count(*) FROM deliveries WHERE ended IS NULL OR key IN"
                                     " (SELECT delivery FROM mails WHERE state<>1)";
    int64_t found = 0, records = 0;
    int status;

    if (is_same_file(path, pt_store_file_name(m->ours))) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s: this is the store itself", path);
    }
    status = pt_store_open_to_read(&m->theirs, path, err);
    status = status ? status : pt_store_exec(m->theirs, sort_names, err);
    status = status ? status : check_theirs(m, err);
    status = status ? status : pt_store_ask(m->theirs, unfinished, &found, err, "");
    status = status ? status : pt_store_ask(m->theirs, "SELECT EXISTS(SELECT 1 FROM records)", &records, err, "");
    m->merged.unfinished = (size_t)found;
    m->has_records = records;
    return status ? status : find_model(m, err);
}

static void free_merge(pt_merge *m)
{
    pt_key_map *const maps[] = {&m->tags, &m->models, &m->subscriptions, &m->deliveries, &m->papers};

    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        free(maps[i]->pairs);
    }
    free(m->filed);
    pt_arena_free(&m->arena);
    pt_buf_free(&m->scratch);
    papertag_store_close(m->theirs);
}

int papertag_store_merge(papertag_store *store, const char *path, papertag_merged *out, papertag_error *err)
{
    pt_merge m = {.ours = store};
    int64_t last = 0, before = 0, after = 0;
    int status = papertag_store_changes(store, &before, err);

    pt_store_answer(store);
    pt_store_now(m.now);
    pt_store_tomorrow(m.tomorrow);
    status = status ? status : open_theirs(&m, path, err);
    status = status ? status : merge_beginning(&m, err);
    while (!status) {
        status = merge_batch(&m, &last, err);
    }
    status = status == PAPERTAG_END ? merge_end(&m, err) : status;
    status = status ? status : papertag_store_changes(store, &after, err);
    free_merge(&m);
    m.merged.changed = after != before;
    if (!status) {
        *out = m.merged;
    }
    return status;
}
