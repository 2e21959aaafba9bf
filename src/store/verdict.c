/*
 * verdict - what a person says of tags: recorded, imported, undone, listed.
 *
 * Every call that records notes what it replaces, under a number of its own, in the same transaction. Undoing puts back
 * what the highest number noted and forgets the notes: the call before it is the next to be undone.
 */
#include "verdict.h"

#include <math.h>
#include <stdlib.h>

#include "clock.h"
#include "store.h"
#include "tag_index.h"
#include "tags/tags.h"

/* How many calls can be undone; and the highest number of a call, which no store reaches. */
enum { CALLS_KEPT = 1000 };
#define CALLS_MOST (INT64_MAX / 2)

const char *papertag_verdict_name(papertag_verdict verdict)
{
    return verdict == PAPERTAG_VERDICT_YES ? "yes" : verdict == PAPERTAG_VERDICT_NO ? "no" : NULL;
}

papertag_verdict pt_verdict_read(pt_db_row *row, int column)
{
    const char *text = pt_db_peek_or_null(row, column);

    for (papertag_verdict v = PAPERTAG_VERDICT_YES; text && v <= PAPERTAG_VERDICT_NO; v++) {
        if (!strcmp(text, papertag_verdict_name(v))) {
            return v;
        }
    }
    if (text) {
        pt_db_wrong(row, column);
    }
    return PAPERTAG_VERDICT_NONE;
}

/* ---- recording ------------------------------------------------------------------------------------------------- */

/* The highest number, 0: none. A call that only recorded a paper as drawn has no verdict to put back. */
static const char last_call[] = "SELECT max((SELECT coalesce(max(call), 0) FROM before),"
                                " (SELECT coalesce(max(call), 0) FROM audits),"
                                " (SELECT coalesce(max(call), 0) FROM marks_before))";

int pt_store_start_call(papertag_store *store, int64_t *number, papertag_error *err)
{
    static const char *const forget[] = {"DELETE FROM before WHERE call <= ?1",
                                         "DELETE FROM marks_before WHERE call <= ?1",
                                         "UPDATE audits SET call=0 WHERE call <= ?1 AND call > 0"};
    static const char next[] = "SELECT 1 + max(call, (SELECT coalesce(max(call), 0) FROM before),"
                               " (SELECT coalesce(max(call), 0) FROM audits)) FROM changes";
    int status = pt_store_ask(store, next, number, err, "");

    if (!status && (*number < 1 || *number > CALLS_MOST)) {
        return pt_fail(err, PAPERTAG_DAMAGED, "%s: the store is damaged: a call has the number %lld", store->path,
                       (long long)*number);
    }
    status = status ? status : pt_store_do(store, "UPDATE changes SET call=?1", err, "i", *number);
    for (size_t i = 0; i < sizeof forget / sizeof *forget && !status; i++) {
        status = pt_store_do(store, forget[i], err, "i", *number - (int64_t)CALLS_KEPT);
    }
    store->call = status ? 0 : *number;
    return status;
}

/* A call that records verdicts, in a transaction. */
struct call {
    papertag_store *store;
    int64_t number;
    char now[PT_TIME], tomorrow[PT_TIME];
};

static int start_call(struct call *call, papertag_store *store, papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    *call = (struct call){.store = store};
    pt_store_now(call->now);
    pt_store_tomorrow(call->tomorrow);
    return status ? status : pt_store_start_call(store, &call->number, err);
}

/* Notes the verdict that is there, unless this call has done so, and writes the new one. Given again, it stays what it
 * was to the learner. The paper must be out of the index of tags. */
static int record(papertag_store *store, int64_t call, int64_t paper, int64_t tag, papertag_verdict verdict,
                  const char *given, papertag_error *err)
{
    static const char note[] = "INSERT OR IGNORE INTO before(call, paper, tag, verdict, given, held_out, example)"
                               " SELECT ?1, ?2, ?3, verdict, given, held_out, ifnull(example, 0) FROM (SELECT 1)"
                               " LEFT JOIN verdicts ON paper=?2 AND tag=?3";
    static const char forget[] = "DELETE FROM verdicts WHERE paper=?1 AND tag=?2";
    static const char write[] = "INSERT INTO verdicts(paper, tag, verdict, given) VALUES(?1,?2,?3,?4) ON CONFLICT DO"
                                " UPDATE SET verdict=excluded.verdict, given=excluded.given,"
                                " held_out=iif(verdict=excluded.verdict, held_out, NULL),"
                                " example=iif(verdict=excluded.verdict, example, 0)";
    const char *name = papertag_verdict_name(verdict);
    int status = pt_store_do(store, note, err, "iii", call, paper, tag);

    if (status || !name) {
        return status ? status : pt_store_do(store, forget, err, "ii", paper, tag);
    }
    return pt_store_do(store, write, err, "iitt", paper, tag, name, given);
}

/* The key of a tag by any of its names. */
static int find_tag(const papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    size_t index = 0;
    int status = pt_find_tag(store->tags, store->tag_count, name, &index, err);

    if (!status) {
        *key = store->tag_keys[index];
    }
    return status;
}

/* Records verdicts on one paper, and its tags in force. */
static int record_paper(const struct call *call, int64_t paper, const papertag_tag_verdict *verdicts, size_t count,
                        const char *given, papertag_error *err)
{
    int64_t tag = 0;
    int status = pt_store_unfile(call->store, paper, err);

    for (size_t i = 0; i < count && !status; i++) {
        status = find_tag(call->store, verdicts[i].tag, &tag, err);
        status = status ? status : record(call->store, call->number, paper, tag, verdicts[i].verdict, given, err);
    }
    return status ? status : pt_store_file(call->store, paper, err);
}

int papertag_store_set_verdicts(papertag_store *store, int64_t key, const papertag_tag_verdict *verdicts, size_t count,
                                papertag_error *err)
{
    const papertag_question question = {.key = key};

    return papertag_store_answer(store, &question, false, verdicts, count, err);
}

int pt_store_set_verdict(papertag_store *store, const char *tag, papertag_verdict verdict, const int64_t *keys,
                         size_t count, papertag_error *err)
{
    const papertag_tag_verdict one = {tag, verdict};
    struct call call;
    int status = start_call(&call, store, err);

    for (size_t i = 0; i < count && !status; i++) {
        status = record_paper(&call, keys[i], &one, 1, call.now, err);
    }
    return status;
}

int papertag_store_answer(papertag_store *store, const papertag_question *question, bool audit,
                          const papertag_tag_verdict *verdicts, size_t count, papertag_error *err)
{
    static const char drawn[] = "INSERT INTO audits(paper, tag, given, call) VALUES(?1,(SELECT key FROM tags WHERE"
                                " tag=?2),?3,?4)";
    const int64_t key = question->key;
    struct call call;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = start_call(&call, store, err);
    status = status || !count ? status : record_paper(&call, key, verdicts, count, call.now, err);
    if (!status && audit) {
        status = pt_store_do(store, drawn, err, "itti", key, question->tag, call.now, call.number);
    }
    return pt_store_end(store, status, err);
}

/* Looks for the first verdict on something that is not there; *wrong is its place. */
static int check_names(papertag_store *store, const papertag_paper_verdict *verdicts, size_t count, size_t *wrong,
                       papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    for (size_t i = 0; i < count && !status; i++) {
        int64_t paper, tag;
        status = papertag_store_find(store, verdicts[i].id, &paper, err);
        status = status ? status : find_tag(store, verdicts[i].tag, &tag, err);
        *wrong = i;
    }
    return status;
}

int papertag_store_judge(papertag_store *store, const papertag_paper_verdict *verdicts, size_t count, size_t *wrong,
                         papertag_error *err)
{
    struct call call;
    size_t i = 0;
    /* a wrong name is compared with many others: nobody else is to wait for that */
    int status = check_names(store, verdicts, count, wrong, err);

    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    status = start_call(&call, store, err);
    for (; i < count && !status; i++) {
        const papertag_tag_verdict one = {verdicts[i].tag, verdicts[i].verdict};
        int64_t paper = 0;
        status = papertag_store_find(store, verdicts[i].id, &paper, err);
        status = status ? status : record_paper(&call, paper, &one, 1, call.now, err);
    }
    *wrong = i ? i - 1 : 0;
    return pt_store_end(store, status, err);
}

/* ---- importing ------------------------------------------------------------------------------------------------- */

/* A verdict from elsewhere, as it is understood here. */
struct incoming {
    const papertag_paper_verdict *from;
    int64_t paper, tag;
    const char *wrong; /* why it is refused, in the arena; NULL */
};

/* What is read of verdicts before the store is locked: names are compared with many others. */
struct reading {
    papertag_store *store;
    struct incoming *list;    /* count, in their order */
    struct incoming **by_tag; /* count, by the name of the tag */
    size_t count;
    pt_arena arena;
    size_t unknown; /* names of tags so far */
    char now[PT_TIME], tomorrow[PT_TIME];
};

static int compare_tags(const void *a, const void *b)
{
    const struct incoming *x = *(struct incoming *const *)a, *y = *(struct incoming *const *)b;

    return strcmp(x->from->tag ? x->from->tag : "", y->from->tag ? y->from->tag : "");
}

static int compare_slugs(const void *name, const void *tag)
{
    return strcmp(name, ((const papertag_tag_info *)tag)->tag);
}

/* Refuses a verdict for what an error says. */
static int refuse(struct reading *r, struct incoming *in, const papertag_error *why)
{
    in->wrong = pt_arena_copy(&r->arena, why->message, strlen(why->message));
    return in->wrong ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Finds a tag by its slug, as files that were exported have it, else by any of its names. Of names that no tag has, the
 * first few get suggestions. */
static int find_incoming_tag(struct reading *r, struct incoming *in)
{
    enum { SUGGESTED = 20 };
    const papertag_store *store = r->store;
    const char *name = in->from->tag;
    const papertag_tag_info *tag =
        store->tag_count ? bsearch(name, store->tags, store->tag_count, sizeof *tag, compare_slugs) : NULL;
    size_t index = tag ? (size_t)(tag - store->tags) : 0;
    papertag_error why;
    int status = PAPERTAG_OK;

    if (!tag && !pt_has_tag(store->tags, store->tag_count, name, &index)) {
        status = r->unknown++ < SUGGESTED ? pt_find_tag(store->tags, store->tag_count, name, &index, &why)
                                          : pt_fail(&why, PAPERTAG_BAD_ARGUMENT, "unknown tag '%s'", name);
    }
    if (status) {
        return status == PAPERTAG_BAD_ARGUMENT ? refuse(r, in, &why) : status;
    }
    in->tag = store->tag_keys[index];
    return PAPERTAG_OK;
}

/* Finds the paper of a verdict that is one: with an id, a tag, yes or no, and a time. One that lies in the future would
 * win for ever. */
static int find_incoming_paper(struct reading *r, struct incoming *in)
{
    const papertag_paper_verdict *v = in->from;
    const char *given = v->given ? v->given : r->now;
    papertag_error why;
    int status;

    if (!v->id || !v->tag || !papertag_verdict_name(v->verdict)) {
        status = pt_fail(&why, PAPERTAG_BAD_ARGUMENT, "a verdict needs an id, a tag, and yes or no");
    } else if (!pt_is_time(given)) {
        status = pt_fail(&why, PAPERTAG_BAD_ARGUMENT, "'%.40s' is not a time as 2026-11-25T08:00:00Z", given);
    } else if (strcmp(given, r->tomorrow) > 0) {
        status =
            pt_fail(&why, PAPERTAG_BAD_ARGUMENT, "given at %s, which lies in the future: here it is %s", given, r->now);
    } else {
        status = papertag_store_find(r->store, v->id, &in->paper, &why);
    }
    return status == PAPERTAG_BAD_ARGUMENT ? refuse(r, in, &why) : status;
}

/* Reads the verdicts: each name of a tag is looked up once. */
static int read_incoming(struct reading *r, const papertag_paper_verdict *verdicts, papertag_error *err)
{
    const struct incoming *last = NULL;
    int status = pt_store_read_tags(r->store, err);

    pt_arena_reset(&r->arena);
    r->unknown = 0;
    r->list = pt_arena_array(&r->arena, r->count + 1, sizeof *r->list);
    r->by_tag = pt_arena_array(&r->arena, r->count + 1, sizeof *r->by_tag);
    if (status || !r->list || !r->by_tag) {
        return status ? status : pt_no_memory(err);
    }
    for (size_t i = 0; i < r->count && !status; i++) {
        r->list[i] = (struct incoming){.from = &verdicts[i]};
        r->by_tag[i] = &r->list[i];
        status = find_incoming_paper(r, &r->list[i]);
    }
    pt_sort(r->by_tag, status ? 0 : r->count, sizeof *r->by_tag, compare_tags);
    for (size_t i = 0; i < r->count && !status; i++) {
        struct incoming *in = r->by_tag[i];
        if (in->wrong) {
            continue;
        }
        if (last && !strcmp(last->from->tag, in->from->tag)) {
            in->tag = last->tag;
            in->wrong = last->wrong;
        } else {
            status = find_incoming_tag(r, in);
        }
        last = in;
    }
    return status == PAPERTAG_NO_MEMORY ? pt_no_memory(err) : status;
}

int pt_store_import_verdict(papertag_store *store, const pt_other_verdict *other, int64_t *call, bool *taken,
                            papertag_error *err)
{
    static const char newer[] = "SELECT (SELECT count(*) FROM verdicts WHERE paper=?1 AND tag=?2 AND given BETWEEN ?3"
                                " AND ?4) FROM tags WHERE key=?2";
    int64_t known = 0;
    int status =
        pt_store_ask(store, newer, &known, err, "iitt", other->paper, other->tag, other->since, other->tomorrow);

    *taken = !status && !known;
    if (status || known) { /* another program may have removed the tag since it was looked up */
        return status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    status = *call ? PAPERTAG_OK : pt_store_start_call(store, call, err);
    status = status ? status : pt_store_unfile(store, other->paper, err);
    status = status ? status : record(store, *call, other->paper, other->tag, other->verdict, other->given, err);
    return status ? status : pt_store_file(store, other->paper, err);
}

/* Reads the verdicts and begins the transaction that records them. The key of a tag that somebody removes in between
 * may become another's: then all is read again, in the end under the lock, should somebody write all the time. */
static int read_and_begin(struct reading *r, const papertag_paper_verdict *verdicts, papertag_error *err)
{
    enum { TRIES = 3 };
    int status = PAPERTAG_OK;

    for (int i = 0; i < TRIES && !status; i++) {
        status = read_incoming(r, verdicts, err);
        status = status ? status : pt_store_begin(r->store, err);
        if (status || r->store->tags_read) {
            return status;
        }
        status = pt_store_end(r->store, PAPERTAG_OK, err);
    }
    status = status ? status : pt_store_begin(r->store, err);
    if (status) {
        return status;
    }
    status = read_incoming(r, verdicts, err);
    return status ? pt_store_end(r->store, status, err) : PAPERTAG_OK;
}

/* Records what was read and ends the transaction. */
static int import_all(const struct reading *r, size_t *imported, papertag_error *err)
{
    struct call call;
    int status = start_call(&call, r->store, err);

    for (size_t i = 0; i < r->count && !status; i++) {
        const struct incoming *in = &r->list[i];
        const char *given = in->from->given ? in->from->given : call.now;
        const pt_other_verdict other = {in->paper, in->tag, in->from->verdict, given, given, call.tomorrow};
        bool taken = false;
        status = in->wrong ? PAPERTAG_OK : pt_store_import_verdict(r->store, &other, &call.number, &taken, err);
        *imported += taken;
    }
    return pt_store_end(r->store, status, err);
}

int papertag_store_import_verdicts(papertag_store *store, const papertag_paper_verdict *verdicts, size_t count,
                                   size_t *imported, papertag_reject_verdict *reject, void *context,
                                   papertag_error *err)
{
    struct reading r = {.store = store, .count = count};
    papertag_error why = {.status = PAPERTAG_BAD_ARGUMENT};
    size_t sum = 0;
    int status;

    pt_store_now(r.now);
    pt_store_tomorrow(r.tomorrow);
    status = read_and_begin(&r, verdicts, err);
    status = status ? status : import_all(&r, &sum, err);
    for (size_t i = 0; i < count && !status; i++) {
        if (r.list[i].wrong) {
            snprintf(why.message, sizeof why.message, "%s", r.list[i].wrong);
            reject(context, i, &why);
        }
    }
    pt_arena_free(&r.arena);
    if (!status) {
        *imported = sum;
    }
    return status;
}

/* ---- undoing --------------------------------------------------------------------------------------------------- */

/* Puts back what a call noted of a paper. */
static int restore(papertag_store *store, int64_t call, int64_t paper, papertag_error *err)
{
    static const char forget[] = "DELETE FROM verdicts WHERE paper=?2 AND tag IN (SELECT tag FROM before WHERE"
                                 " call=?1 AND paper=?2)";
    static const char write[] = "INSERT INTO verdicts(paper, tag, verdict, given, held_out, example) SELECT paper, tag,"
                                " verdict, given, held_out, example FROM before WHERE call=?1 AND paper=?2 AND"
                                " verdict IS NOT NULL";
    static const char forget_notes[] = "DELETE FROM before WHERE call=?1 AND paper=?2";
    int status = pt_store_unfile(store, paper, err);

    status = status ? status : pt_store_do(store, forget, err, "ii", call, paper);
    status = status ? status : pt_store_do(store, write, err, "ii", call, paper);
    status = status ? status : pt_store_do(store, forget_notes, err, "ii", call, paper);
    return status ? status : pt_store_file(store, paper, err);
}

int64_t papertag_store_call(const papertag_store *store)
{
    return store->call;
}

int papertag_store_undo(papertag_store *store, int64_t *key, papertag_error *err)
{
    return papertag_store_undo_call(store, 0, key, err);
}

/* Puts back what a call noted of marks. *first: the first paper, unless it is known. */
static int restore_marks(papertag_store *store, int64_t call, int64_t *first, papertag_error *err)
{
    static const char noted[] = "SELECT paper FROM marks_before WHERE call=?1 ORDER BY paper LIMIT 1";
    static const char write[] = "INSERT OR REPLACE INTO marks SELECT paper, read, starred, note FROM marks_before"
                                " WHERE call=?1";
    int64_t paper = 0;
    int status = pt_store_ask(store, noted, &paper, err, "i", call);

    if (status) {
        return status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    *first = *first ? *first : paper;
    status = pt_store_do(store, write, err, "i", call);
    return status ? status : pt_store_do(store, "DELETE FROM marks_before WHERE call=?1", err, "i", call);
}

/* Whether a call can be undone: PAPERTAG_END, there is nothing of it; PAPERTAG_CHANGED, a later call that is not undone
 * has changed the same. What other calls changed in between stays as it is. */
static int check_undoable(papertag_store *store, int64_t call, papertag_error *err)
{
    static const char noted[] = "SELECT (EXISTS (SELECT 1 FROM before WHERE call=?1) OR EXISTS (SELECT 1 FROM"
                                " marks_before WHERE call=?1) OR EXISTS (SELECT 1 FROM audits WHERE call=?1))";
    static const char later[] =
        "SELECT (EXISTS (SELECT 1 FROM before b JOIN before l ON l.paper=b.paper AND l.tag=b.tag"
        " WHERE b.call=?1 AND l.call>?1) OR EXISTS (SELECT 1 FROM marks_before b JOIN"
        " marks_before l ON l.paper=b.paper WHERE b.call=?1 AND l.call>?1))";
    int64_t is_noted = 0, is_changed = 0;
    int status = pt_store_ask(store, noted, &is_noted, err, "i", call);

    status = status ? status : pt_store_ask(store, later, &is_changed, err, "i", call);
    return status        ? status
           : !is_noted   ? PAPERTAG_END
           : !is_changed ? PAPERTAG_OK
                         : pt_fail(err, PAPERTAG_CHANGED, "a later change of the same is to be undone first");
}

int papertag_store_undo_call(papertag_store *store, int64_t wanted, int64_t *key, papertag_error *err)
{
    static const char drawn[] = "SELECT paper FROM audits WHERE call=?1";
    static const char noted[] = "SELECT paper FROM before WHERE call=?1 ORDER BY paper LIMIT 1";
    int64_t call = wanted, paper = 0, first = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = wanted ? check_undoable(store, wanted, err) : pt_store_ask(store, last_call, &call, err, "");
    if (status) {
        return pt_store_end(store, status, err);
    }
    status = restore_marks(store, call, &first, err);
    status = status ? status : pt_store_ask(store, drawn, &first, err, "i", call);
    status = status == PAPERTAG_END ? PAPERTAG_OK : status;
    status = status ? status : pt_store_do(store, "DELETE FROM audits WHERE call=?1", err, "i", call);
    while (!status) {
        status = pt_store_ask(store, noted, &paper, err, "i", call);
        first = !status && !first ? paper : first;
        status = status ? status : restore(store, call, paper, err);
    }
    status = pt_store_end(store, status == PAPERTAG_END ? PAPERTAG_OK : status, err);
    if (!status) {
        *key = first;
    }
    return status ? status : first ? PAPERTAG_OK : PAPERTAG_END;
}

/* ---- listing --------------------------------------------------------------------------------------------------- */

static void read_verdict(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_paper_verdict *v = item;

    v->id = pt_db_text(row, 0, arena);
    v->tag = pt_db_text(row, 1, arena);
    v->verdict = pt_verdict_read(row, 2);
    v->given = pt_db_time(row, 3, arena);
}

int papertag_store_verdicts(papertag_store *store, const papertag_paper_verdict **out, size_t *count,
                            papertag_error *err)
{
    static const char sql[] = "SELECT p.id, t.tag, v.verdict, v.given FROM verdicts v JOIN papers p ON p.key=v.paper"
                              " JOIN tags t ON t.key=v.tag ORDER BY v.given, p.id, t.tag";
    pt_listing list = {.arena = &store->answer_arena, .size = sizeof **out, .read = read_verdict};
    int status;

    pt_arena_reset(&store->answer_arena);
    status = pt_store_list(store, sql, &list, err, "");
    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

static void read_stored_verdict(pt_db_row *row, pt_arena *arena, void *item)
{
    pt_stored_verdict *v = item;

    v->paper = pt_db_key(row, 0);
    v->id = pt_db_text(row, 1, arena);
    v->tag = pt_db_text(row, 2, arena);
    v->yes = pt_verdict_read(row, 3) == PAPERTAG_VERDICT_YES;
    v->held_out = pt_db_real_or_nan(row, 4);
    v->given = pt_db_time(row, 5, arena);
    v->example = pt_db_flag(row, 6);
}

int pt_store_verdicts(papertag_store *store, pt_arena *arena, pt_stored_verdict **out, size_t *count,
                      papertag_error *err)
{
    static const char sql[] = "SELECT v.paper, p.id, t.tag, v.verdict, v.held_out, v.given, v.example FROM verdicts v"
                              " JOIN tags t ON t.key=v.tag JOIN papers p ON p.key=v.paper ORDER BY t.tag, p.id";
    pt_listing list = {.arena = arena, .size = sizeof **out, .read = read_stored_verdict};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}
