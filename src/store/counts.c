/*
 * counts - what papers of a selection have, and how many of them.
 */
#include <stdlib.h>

#include "compile.h"
#include "store.h"
#include "tag_index.h"

static void read_counted(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_counted *c = item;

    c->value = pt_db_text(row, 0, arena);
    c->papers = pt_db_count(row, 1);
}

int papertag_store_count(papertag_store *store, papertag_countable what, const int64_t *keys, size_t count,
                         size_t limit, const papertag_counted **out, size_t *out_count, papertag_error *err)
{
    /* The keys are one value: a statement has a limit on values. Verdicts are few, opinions are read by paper. */
    static const char tags[] =
        "WITH k(key) AS MATERIALIZED (SELECT value FROM json_each(?1))"
        " SELECT tags.tag, sum(n) AS n FROM (SELECT o.tag, count(*) AS n FROM k CROSS JOIN opinions o ON o.paper=k.key"
        " WHERE o.assigned GROUP BY o.tag UNION ALL"
        " SELECT v.tag, sum((v.verdict='yes') - ifnull((SELECT assigned FROM opinions o WHERE o.paper=v.paper AND"
        " o.tag=v.tag), 0)) FROM k CROSS JOIN verdicts v ON v.paper=k.key GROUP BY v.tag) x JOIN tags ON"
        " tags.key=x.tag GROUP BY tags.tag HAVING sum(n)>0 ORDER BY 2 DESC, 1 LIMIT ?2";
    static const char organizations[] =
        "SELECT organization, count(*) FROM json_each(?1) k CROSS JOIN papers ON papers.key=k.value"
        " WHERE organization IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?2";
    pt_listing list = {.size = sizeof **out, .read = read_counted};
    pt_buf json = {0};
    int status;

    pt_buf_text(&json, "[");
    for (size_t i = 0; i < count; i++) {
        pt_buf_format(&json, "%s%lld", i ? "," : "", (long long)keys[i]);
    }
    pt_buf_text(&json, "]");
    list.arena = pt_store_answer(store);
    status = json.failed ? pt_no_memory(err)
                         : pt_store_list(store, what == PAPERTAG_COUNT_TAGS ? tags : organizations, &list, err, "ti",
                                         json.data, (int64_t)limit);
    pt_buf_free(&json);
    if (!status) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

static int read_judged(void *context, pt_db_row *row, papertag_error *err)
{
    papertag_judged *j = context;
    const size_t n = pt_db_count(row, 2);

    (void)err;
    if (pt_db_flag(row, 0)) {
        *(pt_db_flag(row, 1) ? &j->right : &j->wrong) = n;
    } else {
        *(pt_db_flag(row, 1) ? &j->missed : &j->spared) = n;
    }
    return PAPERTAG_OK;
}

int papertag_store_judged(papertag_store *store, const char *tag, papertag_judged *out, papertag_error *err)
{
    static const char sql[] =
        "SELECT ifnull(o.assigned, 0), v.verdict='yes', count(*) FROM verdicts v LEFT JOIN opinions"
        " o ON o.paper=v.paper AND o.tag=v.tag WHERE v.tag=(SELECT key FROM tags WHERE tag=?1)"
        " GROUP BY 1, 2";

    *out = (papertag_judged){0};
    return pt_store_each(store, sql, read_judged, out, err, "t", tag);
}
