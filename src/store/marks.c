/*
 * marks - what a person notes of papers beside verdicts: read, starred, a note; and the texts that papers had before.
 */
#include "verdict.h"

#include "store.h"

/* Notes the marks that a paper has, for papertag_store_undo; then it has a row in `marks`. */
static int open_marks(papertag_store *store, int64_t call, int64_t key, papertag_error *err)
{
    static const char known[] = "SELECT key FROM papers WHERE key=?1";
    static const char make[] = "INSERT OR IGNORE INTO marks VALUES(?1, 0, 0, NULL)";
    static const char note[] = "INSERT OR IGNORE INTO marks_before SELECT ?1, paper, read, starred, note FROM marks"
                               " WHERE paper=?2";
    int64_t found = 0;
    int status = pt_store_ask(store, known, &found, err, "i", key);

    if (status == PAPERTAG_END) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper with the key %lld", (long long)key);
    }
    status = status ? status : pt_store_do(store, make, err, "i", key);
    return status ? status : pt_store_do(store, note, err, "ii", call, key);
}

int papertag_store_mark(papertag_store *store, const int64_t *keys, size_t count, papertag_sign sign, bool on,
                        papertag_error *err)
{
    static const char *const write[] = {"UPDATE marks SET read=?2 WHERE paper=?1",
                                        "UPDATE marks SET starred=?2 WHERE paper=?1"};
    int64_t call = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_start_call(store, &call, err);
    for (size_t i = 0; i < count && !status; i++) {
        status = open_marks(store, call, keys[i], err);
        status = status ? status : pt_store_do(store, write[sign], err, "ii", keys[i], (int64_t)on);
    }
    return pt_store_end(store, status, err);
}

int papertag_store_set_note(papertag_store *store, int64_t key, const char *note, papertag_error *err)
{
    int64_t call = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_start_call(store, &call, err);
    status = status ? status : open_marks(store, call, key, err);
    if (!status) {
        status =
            pt_store_do(store, "UPDATE marks SET note=?2 WHERE paper=?1", err, "it", key, note && *note ? note : NULL);
    }
    return pt_store_end(store, status, err);
}

/* What is noted of a paper. */
struct noted {
    bool read, starred;
    const char *note; /* NULL: none */
    pt_arena arena;
};

static int read_noted(void *context, pt_db_row *row, papertag_error *err)
{
    struct noted *n = context;

    (void)err;
    n->read = pt_db_flag(row, 0);
    n->starred = pt_db_flag(row, 1);
    n->note = pt_db_text_or_null(row, 2, &n->arena);
    return PAPERTAG_OK;
}

/* Both notes, on lines of their own, unless one has the other. NULL without memory. */
static const char *join_notes(const char *ours, const char *theirs, pt_arena *arena)
{
    pt_buf both = {0};
    const char *joined;

    if (!theirs || (ours && strstr(ours, theirs))) {
        return ours;
    }
    if (!ours || strstr(theirs, ours)) {
        return theirs;
    }
    pt_buf_format(&both, "%s\n%s", ours, theirs);
    joined = both.failed ? NULL : pt_arena_copy(arena, both.data, both.size);
    pt_buf_free(&both);
    return joined;
}

int pt_store_add_marks(papertag_store *store, int64_t key, bool read, bool starred, const char *note, int64_t *call,
                       bool *changed, papertag_error *err)
{
    static const char find[] = "SELECT read, starred, note FROM marks WHERE paper=?1";
    static const char write[] = "UPDATE marks SET read=?2, starred=?3, note=?4 WHERE paper=?1";
    struct noted n = {.read = false};
    const char *joined;
    int status = pt_store_each(store, find, read_noted, &n, err, "i", key);

    joined = status ? NULL : join_notes(n.note, note, &n.arena);
    if (!status && (note || n.note) && !joined) {
        status = pt_no_memory(err);
    }
    *changed = !status && ((read && !n.read) || (starred && !n.starred) || joined != n.note);
    if (*changed) {
        status = *call ? PAPERTAG_OK : pt_store_start_call(store, call, err);
        status = status ? status : open_marks(store, *call, key, err);
        status = status ? status
                        : pt_store_do(store, write, err, "iiit", key, (int64_t)(read || n.read),
                                      (int64_t)(starred || n.starred), joined);
    }
    pt_arena_free(&n.arena);
    return status;
}

/* ---- versions --------------------------------------------------------------------------------------------------- */

static void read_version(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_past_text *v = item;

    v->version = pt_db_count(row, 0);
    v->title = pt_db_text_or_null(row, 1, arena);
    v->abstract = pt_db_text_or_null(row, 2, arena);
    v->replaced = pt_db_time(row, 3, arena);
}

int papertag_store_versions(papertag_store *store, int64_t key, const papertag_past_text **out, size_t *count,
                            papertag_error *err)
{
    static const char sql[] = "SELECT version, title, abstract, replaced FROM versions WHERE paper=?1"
                              " ORDER BY version DESC";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_version};
    int status = pt_store_list(store, sql, &list, err, "i", key);

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}
