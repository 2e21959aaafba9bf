/*
 * statistics - how much there is in a store.
 */
#include "statement.h"
#include "store.h"

/* Texts on their way to an answer. */
struct ends {
    papertag_store_stats *stats;
    pt_arena *arena;
};

static int read_ends(void *context, pt_db_row *row, papertag_error *err)
{
    const struct ends *e = context;

    (void)err;
    e->stats->first = pt_db_date_or_null(row, 0, e->arena);
    e->stats->last = pt_db_date_or_null(row, 1, e->arena);
    e->stats->model = pt_db_text_or_null(row, 2, e->arena);
    return PAPERTAG_OK;
}

int papertag_store_statistics(papertag_store *store, papertag_store_stats *out, papertag_error *err)
{
    /* by the index of days: the first and the last paper of those that have one */
    static const char ends[] = "SELECT (SELECT ifnull(date, announced) FROM papers WHERE day>=-1000000 ORDER BY day,"
                               " date LIMIT 1), (SELECT ifnull(date, announced) FROM papers WHERE day>=-1000000"
                               " ORDER BY day DESC, date DESC LIMIT 1),"
                               " (SELECT hash FROM models ORDER BY key DESC LIMIT 1)";
    papertag_store_stats stats = {0};
    struct ends e = {&stats, pt_store_answer(store)};
    const struct {
        size_t *number;
        const char *sql;
    } counts[] = {
        {&stats.papers, "SELECT count(*) FROM papers"},
        {&stats.versions, "SELECT count(*) FROM versions"},
        {&stats.tagged, "SELECT (SELECT count(*) FROM papers) - (SELECT count(*) FROM papers WHERE model IS NULL)"},
        {&stats.tags, "SELECT count(*) FROM tags"},
        {&stats.opinions, "SELECT count(*) FROM opinions"},
        {&stats.verdicts, "SELECT count(*) FROM verdicts"},
        {&stats.subscriptions, "SELECT count(*) FROM subscriptions"},
        {&stats.deliveries, "SELECT count(*) FROM deliveries WHERE ended IS NOT NULL"},
        {&stats.bytes, "SELECT page_count*page_size FROM pragma_page_count, pragma_page_size"}};
    int status = PAPERTAG_OK;

    pt_store_pass_begin(store);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && !status; i++) {
        int64_t number = 0;
        status = pt_store_ask(store, counts[i].sql, &number, err, "");
        *counts[i].number = (size_t)number;
    }
    status = status ? status : pt_store_row(store, ends, read_ends, &e, err, "");
    pt_store_pass_end(store);
    if (!status) {
        *out = stats;
    }
    return status;
}
