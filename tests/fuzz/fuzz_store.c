/*
 * Fuzz target: a store that somebody has written in. The bytes are lines of a table, a column and a value, separated by
 * tabs, which are put into a sound store whatever its rules say; or, when they begin as SQLite's files do, they are the
 * store. Every call may fail, and none may do more.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/base.h"
#include "fuzz.h"

static char path[64];
static char *sound;
static size_t sound_size;

/* The first character of a value says its type: i integer, r real, n null, else text (t) or bytes (b). */
static void bind(sqlite3_stmt *statement, const char *value)
{
    switch (*value) {
    case 'i':
        sqlite3_bind_int64(statement, 1, strtoll(value + 1, NULL, 10));
        break;
    case 'r':
        sqlite3_bind_double(statement, 1, strtod(value + 1, NULL));
        break;
    case 'n':
        break;
    case 'b':
        sqlite3_bind_blob(statement, 1, value + 1, -1 + (int)strlen(value), SQLITE_TRANSIENT);
        break;
    default:
        sqlite3_bind_text(statement, 1, value + (*value == 't'), -1, SQLITE_TRANSIENT);
    }
}

static void write_in(char *lines)
{
    char *rest = NULL, sql[400];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement;

    if (sqlite3_open(path, &db) ||
        sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA ignore_check_constraints=ON", NULL, NULL, NULL)) {
        abort();
    }
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *column = strchr(line, '\t'), *value = column ? strchr(column + 1, '\t') : NULL;
        if (value) {
            *column++ = '\0';
            *value++ = '\0';
            sqlite3_snprintf(sizeof sql, sql, "UPDATE OR IGNORE \"%.100w\" SET \"%.100w\"=?1", line, column);
            if (!sqlite3_prepare_v2(db, sql, -1, &statement, NULL)) {
                bind(statement, value);
                sqlite3_step(statement);
                sqlite3_finalize(statement);
            }
        }
    }
    sqlite3_close(db);
}

/* Tags, papers, lists. */
static void list_all(papertag_store *store, papertag_tagger *tagger)
{
    papertag_query query = {.expression = "multimodal & !mine", .search = "model", .as_of = "2026-11-01"};
    const papertag_tag_info *tags;
    const size_t *papers;
    const int64_t *keys;
    const papertag_neighbour *near;
    const papertag_stored *stored;
    const papertag_trend *trends;
    const char *text;
    papertag_strings named;
    papertag_store_stats stats;
    papertag_error err;
    size_t count = 0, weeks[4];
    int64_t key;

    papertag_store_tags(store, &tags, &papers, &count, &err);
    papertag_store_select(store, &query, &keys, &count, &err);
    papertag_store_expression(store, &query, &text, &named, &err);
    papertag_store_nearest(store, &query, 3, &keys, &count, &err);
    query = (papertag_query){.sort = PAPERTAG_SORT_TRENDING, .subscriber = "me"};
    papertag_store_select(store, &query, &keys, &count, &err);
    for (int64_t k = 1; k <= 8; k++) {
        papertag_store_get(store, k, &stored, &err);
    }
    papertag_store_find(store, "sample-01", &key, &err);
    papertag_store_similar(store, tagger, 1, 3, &near, &count, &err);
    papertag_store_weeks(store, "mine", NULL, weeks, 4, &err);
    papertag_store_trends(store, "2026-11-01", 30, 5, &trends, &count, &err);
    papertag_store_statistics(store, &stats, &err);
}

/* Verdicts, questions, models. */
static void review(papertag_store *store, const papertag_model *model)
{
    const papertag_tag_verdict verdict = {"multimodal", PAPERTAG_VERDICT_YES};
    const papertag_discover_options discover = {.min_papers = 2, .limit = 3, .days = 30, .jobs = 1};
    const papertag_question *questions;
    const papertag_paper_verdict *verdicts;
    const papertag_topic *topics;
    const papertag_kept_model *kept;
    papertag_model *used = NULL;
    papertag_audit audit;
    papertag_strings own;
    papertag_error err;
    size_t count = 0;
    int64_t key;

    for (int order = PAPERTAG_ORDER_UNCERTAIN; order <= PAPERTAG_ORDER_NEW; order++) {
        if (!papertag_store_questions(store, (papertag_order)order, NULL, NULL, 1, 5, &questions, &count, &err) &&
            count) {
            const papertag_question question = {.key = questions[0].key};
            papertag_store_answer(store, &question, true, &verdict, 1, &err);
        }
    }
    papertag_store_verdicts(store, &verdicts, &count, &err);
    papertag_store_audit(store, &audit, &err);
    papertag_store_undo(store, &key, &err);
    papertag_store_own_tags(store, &own, &err);
    papertag_store_discover(store, model, &discover, &topics, &count, &err);
    papertag_store_models(store, &kept, &count, &err);
    papertag_store_model(store, &used, &err);
    papertag_model_close(used);
}

static void deliver(papertag_store *store)
{
    const papertag_subscription *subscriptions;
    const int64_t keys[] = {1, 2};
    papertag_error err;
    size_t count;
    int64_t delivery;

    papertag_store_subscriptions(store, &subscriptions, &count, &err);
    if (!papertag_delivery_settle(store, "me", &err) &&
        !papertag_delivery_begin(store, "me", "2026-11-01", keys, 2, NULL, "bytes", 5, &delivery, &err)) {
        papertag_delivery_end(store, delivery, &err);
    }
}

static void learn(papertag_store *store, const papertag_model *model)
{
    const papertag_learn_options options = {.force = true, .jobs = 1};
    papertag_learner *learner = NULL;
    const papertag_learning *learning;
    papertag_error err;

    if (!papertag_learner_open(&learner, store, model, &options, &err) &&
        !papertag_learner_fit(learner, &learning, &err)) {
        papertag_learner_keep(learner, &err);
    }
    papertag_learner_close(learner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static papertag_model *model;
    static papertag_tagger *tagger;
    papertag_store *store = NULL;
    const papertag_finding *findings;
    papertag_error err;
    size_t count;
    char *lines;

    if (!sound) {
        tagger = small_model(&model);
        small_store(path);
        if (pt_read_file(path, &sound, &sound_size, &err)) {
            abort();
        }
    }
    if (size > 6 && !memcmp(data, "SQLite", 6)) {
        write_store(path, data, size);
    } else if (write_store(path, sound, sound_size) && (lines = strndup((const char *)data, size)) != NULL) {
        write_in(lines);
        free(lines);
    }
    if (!papertag_store_open(&store, path, false, &err)) {
        list_all(store, tagger);
        review(store, model);
        deliver(store);
        learn(store, model);
        papertag_store_check(store, model, &findings, &count, &err);
        papertag_store_repair(store, &err);
    }
    papertag_store_close(store);
    return 0;
}
