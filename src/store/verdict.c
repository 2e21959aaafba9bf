/*
 * store_verdict - what a person says of tags: recorded, taken back, listed, brought from elsewhere.
 *
 * Every call that records notes what it replaces, under a number of its own, in the same transaction. Taking back reads
 * the notes of the highest number, and ends with them: the call before is the next to be taken back.
 */
#include <stdlib.h>

#include "models.h"
#include "tags/tags.h"

/* How many calls can be taken back. */
enum { CALLS_KEPT = 1000 };

/* A time as the store writes it: 2026-11-25T08:00:00Z. */
static bool is_time(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

    for (size_t i = 0; i < sizeof form; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) {
            return false;
        }
    }
    return true;
}

/* The call to be taken back next, 0: none. One that only noted a paper as drawn has no verdict to put back. */
static const char last_call[] = "SELECT max((SELECT coalesce(max(call), 0) FROM before),"
                                " (SELECT coalesce(max(call), 0) FROM audits))";

/* The number of a call that records verdicts, and its time; within a transaction. */
static int number_call(papertag_store *store, int64_t *call, char now[21], papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    pt_store_now(now);
    status = status ? status : pt_store_ask(store, last_call, call, err, "");
    ++*call;
    status = status ? status
                    : pt_store_do(store, "DELETE FROM before WHERE call <= ?1", err, "i", *call - (int64_t)CALLS_KEPT);
    status = status ? status
                    : pt_store_do(store, "UPDATE audits SET call=0 WHERE call <= ?1 AND call > 0", err, "i",
                                  *call - (int64_t)CALLS_KEPT);
    return status;
}

/* Begins a transaction that records verdicts. */
static int begin_call(papertag_store *store, int64_t *call, char now[21], papertag_error *err)
{
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = number_call(store, call, now, err);
    return status ? pt_store_end(store, status, err) : PAPERTAG_OK;
}

/* Writes a verdict, NULL: none, without noting anything. */
static int set(papertag_store *store, int64_t paper, int64_t tag, const char *verdict, const char *given,
               papertag_error *err)
{
    if (!verdict) {
        return pt_store_do(store, "DELETE FROM verdicts WHERE paper=?1 AND tag=?2", err, "ii", paper, tag);
    }
    return pt_store_do(store,
                       "INSERT INTO verdicts(paper, tag, verdict, given) VALUES(?1,?2,?3,?4) ON CONFLICT DO"
                       " UPDATE SET verdict=excluded.verdict, given=excluded.given, held_out=NULL, example=0",
                       err, "iitt", paper, tag, verdict, given);
}

/* Notes what there was, unless this call has done so, and writes a verdict. The paper is not filed while it changes. */
static int record(papertag_store *store, int64_t call, int64_t paper, const char *tag, const char *verdict,
                  const char *given, papertag_error *err)
{
    size_t index = 0;
    int status = pt_find_tag(store->tags, store->tag_count, tag, &index, err);
    int64_t key;

    if (status) {
        return status;
    }
    key = store->tag_keys[index];
    status = pt_store_do(store,
                         "INSERT OR IGNORE INTO before SELECT ?1, ?2, ?3, verdict, given FROM (SELECT 1) LEFT JOIN"
                         " verdicts ON paper=?2 AND tag=?3",
                         err, "iii", call, paper, key);
    return status ? status : set(store, paper, key, verdict, given, err);
}

int papertag_store_judge(papertag_store *store, int64_t key, const papertag_verdict *verdicts, size_t count,
                         papertag_error *err)
{
    const papertag_question question = {.key = key};

    return papertag_store_answer(store, &question, false, verdicts, count, err);
}

int pt_store_judge_all(papertag_store *store, const char *tag, const char *verdict, const int64_t *keys, size_t count,
                       papertag_error *err)
{
    char now[21];
    int64_t call = 0;
    int status = number_call(store, &call, now, err);

    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_unfile(store, keys[i], err);
        status = status ? status : record(store, call, keys[i], tag, verdict, now, err);
        status = status ? status : pt_store_file(store, keys[i], err);
    }
    return status;
}

int papertag_store_answer(papertag_store *store, const papertag_question *question, bool audit,
                          const papertag_verdict *verdicts, size_t count, papertag_error *err)
{
    const int64_t key = question->key;
    char now[21];
    int64_t call = 0;
    int status = begin_call(store, &call, now, err);

    if (status) {
        return status;
    }
    status = count ? pt_store_unfile(store, key, err) : PAPERTAG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        status = record(store, call, key, verdicts[i].tag, verdicts[i].verdict, now, err);
    }
    status = status || !count ? status : pt_store_file(store, key, err);
    if (!status && audit) {
        status = pt_store_do(store,
                             "INSERT INTO audits(paper, tag, given, call) VALUES(?1,(SELECT key FROM tags WHERE"
                             " tag=?2),?3,?4)",
                             err, "itti", key, question->tag, now, call);
    }
    return pt_store_end(store, status, err);
}

/* Brings one verdict; one that is there and not older stays. */
static int bring(papertag_store *store, int64_t call, const papertag_judgement *j, const char *now, bool *brought,
                 papertag_error *err)
{
    const char *given = j->given ? j->given : now;
    int64_t paper = 0, newer = 0;
    size_t index = 0;
    int status;

    if (!j->id || !j->tag || !j->verdict || (strcmp(j->verdict, "yes") != 0 && strcmp(j->verdict, "no") != 0)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a verdict needs an id, a tag, and yes or no");
    }
    if (!is_time(given)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.40s' is not a time as 2026-11-25T08:00:00Z", given);
    }
    status = papertag_store_find(store, j->id, &paper, err);
    status = status ? status : pt_find_tag(store->tags, store->tag_count, j->tag, &index, err);
    if (status) {
        return status;
    }
    status = pt_store_ask(store, "SELECT count(*) FROM verdicts WHERE paper=?1 AND tag=?2 AND given >= ?3", &newer, err,
                          "iit", paper, store->tag_keys[index], given);
    if (status || newer) {
        return status;
    }
    *brought = true;
    status = pt_store_unfile(store, paper, err);
    status = status ? status : record(store, call, paper, j->tag, j->verdict, given, err);
    return status ? status : pt_store_file(store, paper, err);
}

int papertag_store_bring(papertag_store *store, const papertag_judgement *judgements, size_t count, size_t *brought,
                         void (*reject)(void *context, size_t i, const papertag_error *why), void *context,
                         papertag_error *err)
{
    char now[21];
    int64_t call = 0;
    int status = begin_call(store, &call, now, err);

    *brought = 0;
    if (status) {
        return status;
    }
    for (size_t i = 0; i < count && !status; i++) {
        papertag_error why = {0};
        bool done = false;
        status = bring(store, call, &judgements[i], now, &done, &why);
        *brought += done;
        if (status == PAPERTAG_BAD_ARGUMENT) {
            reject(context, i, &why);
            status = PAPERTAG_OK;
        } else if (status) {
            pt_fail(err, (papertag_status)status, "%s", why.message);
        }
    }
    return pt_store_end(store, status, err);
}

/* Puts back what a call noted of a paper. */
static int put_back(papertag_store *store, int64_t call, int64_t paper, papertag_error *err)
{
    int status = pt_store_unfile(store, paper, err);

    status = status ? status
                    : pt_store_do(store,
                                  "DELETE FROM verdicts WHERE paper=?2 AND tag IN (SELECT tag FROM before WHERE"
                                  " call=?1 AND paper=?2)",
                                  err, "ii", call, paper);
    status = status ? status
                    : pt_store_do(store,
                                  "INSERT INTO verdicts(paper, tag, verdict, given) SELECT paper, tag, verdict, given"
                                  " FROM before WHERE call=?1 AND paper=?2 AND verdict IS NOT NULL",
                                  err, "ii", call, paper);
    status =
        status ? status : pt_store_do(store, "DELETE FROM before WHERE call=?1 AND paper=?2", err, "ii", call, paper);
    return status ? status : pt_store_file(store, paper, err);
}

int papertag_store_undo(papertag_store *store, int64_t *key, papertag_error *err)
{
    int64_t call = 0, paper = 0, first = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_ask(store, last_call, &call, err, "");
    status = status ? status : pt_store_ask(store, "SELECT paper FROM audits WHERE call=?1", &first, err, "i", call);
    status = status == PAPERTAG_END ? PAPERTAG_OK : status;
    status = status ? status : pt_store_do(store, "DELETE FROM audits WHERE call=?1", err, "i", call);
    while (!status) {
        status = pt_store_ask(store, "SELECT paper FROM before WHERE call=?1 ORDER BY paper LIMIT 1", &paper, err, "i",
                              call);
        if (!status) {
            first = first ? first : paper;
            status = put_back(store, call, paper, err);
        }
    }
    status = pt_store_end(store, status == PAPERTAG_END ? PAPERTAG_OK : status, err);
    if (!status) {
        *key = first;
    }
    return status ? status : first ? PAPERTAG_OK : PAPERTAG_END;
}

int papertag_store_judgements(papertag_store *store, const papertag_judgement **out, size_t *count, papertag_error *err)
{
    pt_arena *arena = &store->answer_arena;
    papertag_judgement *list = NULL, *copy = NULL;
    size_t n = 0, capacity = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "SELECT p.id, t.tag, v.verdict, v.given FROM verdicts v JOIN papers p ON p.key=v.paper"
                                " JOIN tags t ON t.key=v.tag ORDER BY v.given, p.id, t.tag",
                                &s, err, "");

    pt_arena_reset(arena);
    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const papertag_judgement one = {.id = pt_store_text(s, 0, arena, &failed),
                                        .tag = pt_store_text(s, 1, arena, &failed),
                                        .verdict = pt_store_text(s, 2, arena, &failed),
                                        .given = pt_store_text(s, 3, arena, &failed)};
        if (failed || pt_reserve(&list, &capacity, n + 1, sizeof *list)) {
            failed = true;
        } else {
            list[n++] = one;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    if (!status && !failed) {
        copy = pt_arena_copy_array(arena, list, n, sizeof *list);
        failed = !copy;
    }
    free(list);
    if (failed) {
        return pt_no_memory(err);
    }
    if (!status) {
        *out = copy;
        *count = n;
    }
    return status;
}
