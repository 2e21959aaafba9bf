/*
 * own_tags - tags that were made in the store: defined, listed, forgotten.
 */
#include "own_tags.h"
#include "store.h"
#include "tag_index.h"
#include "verdict.h"

/* ---- listing --------------------------------------------------------------------------------------------------- */

static void read_own_tag(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_own_tag *tag = item;

    tag->tag = pt_db_text(row, 0, arena);
    tag->name = pt_db_text_or_null(row, 1, arena);
    tag->definition = pt_db_text_or_null(row, 2, arena);
    tag->query = pt_db_text_or_null(row, 3, arena);
}

int pt_store_own_tags(papertag_store *store, pt_arena *arena, papertag_own_tag **out, size_t *count,
                      papertag_error *err)
{
    static const char sql[] = "SELECT tag, name, definition, query FROM tags WHERE own ORDER BY tag";
    pt_listing list = {.arena = arena, .size = sizeof **out, .read = read_own_tag};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

int papertag_store_own_tags(papertag_store *store, papertag_strings *out, papertag_error *err)
{
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof(char *), .read = pt_db_read_text};
    int status = pt_store_list(store, "SELECT tag FROM tags WHERE own ORDER BY tag", &list, err, "");

    if (!status) {
        *out = (papertag_strings){list.count ? list.items : NULL, list.count};
    }
    return status;
}

/* ---- making ---------------------------------------------------------------------------------------------------- */

static bool is_slug(const char *text)
{
    const size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return length && !text[length] && *text != '-' && text[length - 1] != '-' && length <= 60;
}

/* Whether the tag may be made or changed: `examples` papers are to have it. */
static int check_tag(papertag_store *store, const papertag_own_tag *tag, size_t examples, papertag_error *err)
{
    const papertag_query query = {.expression = tag->query, .limit = 1};
    const int64_t *keys;
    size_t count;
    int64_t own = 0;
    int status = PAPERTAG_OK;

    if (!is_slug(tag->tag)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       "'%.60s' cannot name a tag: use a to z, 0 to 9 and '-' between them, at most 60", tag->tag);
    }
    if (tag->query) {
        status = papertag_store_select(store, &query, &keys, &count, err);
    }
    /* by the slug only: an own tag may be called what is an alias of another */
    status = status ? status : pt_store_ask(store, "SELECT own FROM tags WHERE tag=?1", &own, err, "t", tag->tag);
    if (status == PAPERTAG_END) {
        return examples ? PAPERTAG_OK : pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a new tag needs a paper as its example");
    }
    if (!status && !own) {
        status = pt_fail(err, PAPERTAG_BAD_ARGUMENT, "there is a tag '%s' already, which came with a model", tag->tag);
    }
    return status;
}

int papertag_store_define_tag(papertag_store *store, const papertag_own_tag *tag, const int64_t *keys, size_t count,
                              papertag_error *err)
{
    static const char write[] = "INSERT INTO tags(tag, name, definition, grp, aliases, own, query)"
                                " VALUES(?1,ifnull(?2,?1),?3,'own','[]',1,?4) ON CONFLICT(tag) DO UPDATE SET"
                                " name=ifnull(?2,name), definition=ifnull(?3,definition), query=ifnull(?4,query)";
    static const char mark[] = "UPDATE verdicts SET example=1 WHERE paper=?1 AND tag=(SELECT key FROM tags WHERE"
                               " tag=?2)";
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = check_tag(store, tag, count, err);
    status = status ? status : pt_store_do(store, write, err, "tttt", tag->tag, tag->name, tag->definition, tag->query);
    store->tags_read = false;
    if (!status && count) {
        status = pt_store_set_verdict(store, tag->tag, PAPERTAG_VERDICT_YES, keys, count, err);
    }
    for (size_t i = 0; i < count && !status; i++) {
        status = pt_store_do(store, mark, err, "it", keys[i], tag->tag);
    }
    return pt_store_end(store, status, err);
}

/* ---- forgetting ------------------------------------------------------------------------------------------------ */

int papertag_store_forget_tag(papertag_store *store, const char *tag, papertag_error *err)
{
    int64_t own = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_ask(store, "SELECT own FROM tags WHERE tag=?1", &own, err, "t", tag);
    if (status == PAPERTAG_END || (!status && !own)) {
        status = pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.60s' is not a tag made in this store", tag);
    }
    status = status ? status : pt_store_forget_tag(store, tag, err);
    return pt_store_end(store, status, err);
}

int pt_store_forget_tag(papertag_store *store, const char *slug, papertag_error *err)
{
    static const char *const rows[] = {
        "DELETE FROM tagged WHERE tag=?1",   "DELETE FROM tag_counts WHERE tag=?1", "DELETE FROM opinions WHERE tag=?1",
        "DELETE FROM verdicts WHERE tag=?1", "DELETE FROM before WHERE tag=?1",     "DELETE FROM audits WHERE tag=?1",
        "DELETE FROM cuts WHERE tag=?1",     "DELETE FROM doubts WHERE tag=?1",     "DELETE FROM tags WHERE key=?1"};
    int64_t key = 0;
    int status = pt_store_ask(store, "SELECT key FROM tags WHERE tag=?1", &key, err, "t", slug);

    for (size_t i = 0; i < sizeof rows / sizeof *rows && !status; i++) {
        status = pt_store_do(store, rows[i], err, "i", key);
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}
