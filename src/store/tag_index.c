/*
 * tag_index - the tags that a store knows, and table `tagged`, the index of the tags in force.
 */
#include "tag_index.h"

#include "doubts.h"
#include "list.h"
#include "store.h"

/* ---- the tags -------------------------------------------------------------------------------------------------- */

/* A tag and its key. */
struct known_tag {
    papertag_tag_info info;
    int64_t key;
};

static void read_tag(pt_db_row *row, pt_arena *arena, void *item)
{
    struct known_tag *known = item;
    papertag_tag_info *tag = &known->info;

    known->key = pt_db_key(row, 0);
    pt_db_list(row, 5, arena, &tag->aliases);
    tag->tag = pt_db_text(row, 1, arena);
    tag->name = pt_db_text_or_null(row, 2, arena);
    tag->name = tag->name ? tag->name : tag->tag;
    tag->definition = pt_db_text_or_null(row, 3, arena);
    tag->group = pt_db_text_or_null(row, 4, arena);
}

int pt_store_read_tags(papertag_store *store, papertag_error *err)
{
    static const char all[] = "SELECT key, tag, name, definition, grp, aliases FROM tags ORDER BY tag";
    pt_listing list = {.arena = &store->tag_arena, .size = sizeof(struct known_tag), .read = read_tag};
    const struct known_tag *known;
    int status;

    if (store->tags_read) {
        return PAPERTAG_OK;
    }
    store->tag_count = 0;
    pt_arena_reset(&store->tag_arena);
    status = pt_store_list(store, all, &list, err, "");
    if (status) {
        return status;
    }
    known = list.items;
    store->tags = pt_arena_array(&store->tag_arena, list.count + 1, sizeof *store->tags);
    store->tag_keys = pt_arena_array(&store->tag_arena, list.count + 1, sizeof *store->tag_keys);
    store->tag_papers = NULL;
    if (!store->tags || !store->tag_keys) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < list.count; t++) {
        store->tags[t] = known[t].info;
        store->tag_keys[t] = known[t].key;
    }
    store->tag_count = list.count;
    store->tags_read = true;
    return PAPERTAG_OK;
}

int pt_store_known_tags(papertag_store *store, const papertag_tag_info **tags, size_t *count, papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    if (!status) {
        *tags = store->tags;
        *count = store->tag_count;
    }
    return status;
}

pt_arena *pt_store_answer(papertag_store *store)
{
    pt_arena_reset(&store->answer_arena);
    return &store->answer_arena;
}

int papertag_store_tags(papertag_store *store, const papertag_tag_info **tags, const size_t **papers, size_t *count,
                        papertag_error *err)
{
    static const char counted[] = "SELECT coalesce((SELECT papers FROM tag_counts WHERE tag=?1), 0)";
    int status = pt_store_read_tags(store, err);

    if (!status && !store->tag_papers) {
        store->tag_papers = pt_arena_array(&store->tag_arena, store->tag_count + 1, sizeof *store->tag_papers);
        status = store->tag_papers ? PAPERTAG_OK : pt_no_memory(err);
    }
    for (size_t t = 0; t < store->tag_count && !status; t++) {
        int64_t number = 0;
        status = pt_store_ask(store, counted, &number, err, "i", store->tag_keys[t]);
        store->tag_papers[t] = (size_t)number;
    }
    if (!status) {
        *tags = store->tags;
        *papers = store->tag_papers;
        *count = store->tag_count;
    }
    return status;
}

/* ---- the tags in force ----------------------------------------------------------------------------------------- */

/* Not by triggers: with one, SQLite notes how to undo each row, which doubles the time of an import. */
int pt_store_count_filed(papertag_store *store, int64_t tag, int64_t more, papertag_error *err)
{
    static const char sql[] = "INSERT INTO tag_counts VALUES(?1,?2) ON CONFLICT DO UPDATE SET papers=papers+?2";

    return pt_store_do(store, sql, err, "ii", tag, more);
}

struct counting {
    papertag_store *store;
    int64_t more; /* for each row */
};

static int count_row(void *context, pt_db_row *row, papertag_error *err)
{
    const struct counting *c = context;

    return pt_store_count_filed(c->store, pt_db_key(row, 0), c->more, err);
}

int pt_store_unfile(papertag_store *store, int64_t paper, papertag_error *err)
{
    static const char sql[] = "DELETE FROM tagged WHERE tag IN (SELECT tag FROM opinions WHERE paper=?1 UNION"
                              " SELECT tag FROM verdicts WHERE paper=?1) AND day=(SELECT day FROM papers WHERE key=?1)"
                              " AND paper=?1 RETURNING tag";

    return pt_store_each(store, sql, count_row, &(struct counting){store, -1}, err, "i", paper);
}

int pt_store_file(papertag_store *store, int64_t paper, papertag_error *err)
{
    static const char sql[] =
        "INSERT INTO tagged(tag, day, paper, p) SELECT tag, (SELECT day FROM papers WHERE key=?1), ?1, max(p) FROM ("
        "SELECT tag, p FROM opinions o WHERE paper=?1 AND assigned AND NOT EXISTS"
        "(SELECT 1 FROM verdicts v WHERE v.paper=?1 AND v.tag=o.tag AND v.verdict='no')"
        " UNION ALL SELECT tag, 1.0 FROM verdicts WHERE paper=?1 AND verdict='yes') GROUP BY tag RETURNING tag";

    int status = pt_store_each(store, sql, count_row, &(struct counting){store, 1}, err, "i", paper);

    return status ? status : pt_doubts_forget(store, paper, err);
}

/* Rows of a statement. One of a single row takes longer to begin and end than to write the row. */
enum { ROWS_MOST = 32, COLUMNS = 5 };
#define INTO_OPINIONS "INSERT INTO opinions(paper, tag, p, margin, assigned) VALUES"
#define ROW "(?,?,?,?,?)"
#define ROWS_8 ROW "," ROW "," ROW "," ROW "," ROW "," ROW "," ROW "," ROW

int pt_store_write_opinions(papertag_store *store, const pt_opinion *opinions, size_t count, papertag_error *err)
{
    static const char one[] = INTO_OPINIONS ROW, many[] = INTO_OPINIONS ROWS_8 "," ROWS_8 "," ROWS_8 "," ROWS_8;
    pt_db_value values[ROWS_MOST * COLUMNS];
    int status = PAPERTAG_OK;

    for (size_t i = 0, rows; i < count && !status; i += rows) {
        pt_db_value *value = values;
        rows = count - i < ROWS_MOST ? 1 : ROWS_MOST;
        for (const pt_opinion *o = opinions + i; o < opinions + i + rows; o++) {
            *value++ = (pt_db_value){.type = PT_DB_INTEGER, .integer = o->paper};
            *value++ = (pt_db_value){.type = PT_DB_INTEGER, .integer = o->tag};
            *value++ = (pt_db_value){.type = PT_DB_REAL, .real = o->p};
            *value++ = (pt_db_value){.type = PT_DB_REAL, .real = o->margin};
            *value++ = (pt_db_value){.type = PT_DB_INTEGER, .integer = o->assigned};
        }
        status = pt_store_run(store, rows > 1 ? many : one, values, rows * COLUMNS, NULL, NULL, err);
    }
    return status;
}
