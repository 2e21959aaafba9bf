/*
 * merge_person - what people said of papers in another store, and what was delivered to them.
 *
 * Of two verdicts the later holds. Marks have no time: what is read or starred in one store is so in both. A paper that
 * was delivered in either store was delivered.
 */
#include "merge.h"

#include "deliveries.h"
#include "identity.h"
#include "verdict.h"

/* ---- names ------------------------------------------------------------------------------------------------------- */

static int copy_name(void *context, pt_db_row *row, papertag_error *err)
{
    pt_merge *m = context;
    const int64_t paper = pt_key_map_ours(&m->papers, pt_db_key(row, 0));

    return paper ? pt_store_write_name(m->ours, pt_db_peek(row, 1), paper, err) : PAPERTAG_OK;
}

/* ---- verdicts ---------------------------------------------------------------------------------------------------- */

/* One of the future counts as the oldest: it came into the store before such were refused. */
static int copy_verdict(void *context, pt_db_row *row, papertag_error *err)
{
    static const char example[] = "UPDATE verdicts SET example=1 WHERE paper=?1 AND tag=?2";
    pt_merge *m = context;
    const char *given = pt_db_peek(row, 3);
    const bool is_future = strcmp(given, m->tomorrow) > 0;
    const pt_other_verdict other = {.paper = pt_key_map_ours(&m->papers, pt_db_key(row, 0)),
                                    .tag = pt_key_map_ours(&m->tags, pt_db_key(row, 1)),
                                    .verdict = pt_verdict_read(row, 2),
                                    .given = given,
                                    .since = is_future ? "" : given,
                                    .tomorrow = is_future ? "~" : m->tomorrow};
    const bool is_example = pt_db_flag(row, 4);
    bool taken = false;
    int status = PAPERTAG_OK;

    if (other.paper && other.tag && other.verdict && !row->wrong[0]) {
        status = pt_store_import_verdict(m->ours, &other, &m->call, &taken, err);
    }
    if (!status && taken && is_example) {
        status = pt_store_do(m->ours, example, err, "ii", other.paper, other.tag);
    }
    m->merged.verdicts += !status && taken;
    return status;
}

/* A paper that was drawn by chance counts for the estimate of how right the model is. */
static int copy_audit(void *context, pt_db_row *row, papertag_error *err)
{
    static const char sql[] = "INSERT INTO audits(paper, tag, given, call) SELECT ?1,nullif(?2,0),?3,0 WHERE NOT EXISTS"
                              "(SELECT 1 FROM audits WHERE paper=?1 AND tag IS nullif(?2,0) AND given=?3)";
    pt_merge *m = context;
    const int64_t paper = pt_key_map_ours(&m->papers, pt_db_key(row, 0));
    const bool of_tag = !pt_db_is_null(row, 1);
    const int64_t tag = of_tag ? pt_key_map_ours(&m->tags, pt_db_key(row, 1)) : 0;

    return !paper || (of_tag && !tag) ? PAPERTAG_OK
                                      : pt_store_do(m->ours, sql, err, "iit", paper, tag, pt_db_peek(row, 2));
}

/* ---- marks and deliveries ---------------------------------------------------------------------------------------- */

static int copy_marks(void *context, pt_db_row *row, papertag_error *err)
{
    pt_merge *m = context;
    const int64_t paper = pt_key_map_ours(&m->papers, pt_db_key(row, 0));
    bool changed = false;
    int status = PAPERTAG_OK;

    if (paper) {
        status = pt_store_add_marks(m->ours, paper, pt_db_flag(row, 1), pt_db_flag(row, 2), pt_db_peek_or_null(row, 3),
                                    &m->call, &changed, err);
    }
    m->merged.marks += !status && changed;
    return status;
}

/* A delivery that is not among those brought in is not done with there: its papers were not delivered. */
static int copy_delivered(void *context, pt_db_row *row, papertag_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO delivered(subscription, paper, delivery, place) SELECT"
                              " ?1,?2,nullif(?3,0),?4 WHERE NOT " PT_IS_COUNTED("?1", "?2") " RETURNING 1";
    pt_merge *m = context;
    const int64_t subscription = pt_key_map_ours(&m->subscriptions, pt_db_key(row, 0));
    const int64_t paper = pt_key_map_ours(&m->papers, pt_db_key(row, 1));
    const bool counted = pt_db_is_null(row, 2); /* as delivered when the subscription was made */
    const int64_t delivery = counted ? 0 : pt_key_map_ours(&m->deliveries, pt_db_key(row, 2));
    int64_t written = 0;
    int status = PAPERTAG_END;

    if (subscription && paper && (counted || delivery)) {
        status = pt_store_ask(m->ours, sql, &written, err, "iiii", subscription, paper, delivery,
                              pt_db_integer(row, 3, INT64_MIN, INT64_MAX));
    }
    m->merged.deliveries += (size_t)written;
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* ---- all of a batch ---------------------------------------------------------------------------------------------- */

int pt_merge_person(pt_merge *m, papertag_error *err)
{
    static const struct {
        const char *sql;
        pt_row_reader *copy;
    } tables[] = {
        {"SELECT paper, name FROM temp.names_of WHERE paper BETWEEN ?1 AND ?2", copy_name},
        {"SELECT paper, tag, verdict, given, example FROM verdicts WHERE paper BETWEEN ?1 AND ?2", copy_verdict},
        {"SELECT paper, tag, given FROM audits WHERE paper BETWEEN ?1 AND ?2", copy_audit},
        {"SELECT paper, read, starred, note FROM marks WHERE paper BETWEEN ?1 AND ?2", copy_marks}};
    static const char delivered[] = "SELECT subscription, paper, delivery, place FROM delivered WHERE subscription=?3"
                                    " AND paper BETWEEN ?1 AND ?2 UNION ALL SELECT ?3, key, NULL, 0 FROM papers WHERE"
                                    " key BETWEEN ?1 AND ?2 AND " PT_IS_COUNTED("?3", "papers.key");
    const int64_t first = m->papers.pairs[0].theirs, last = m->papers.pairs[m->papers.count - 1].theirs;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof tables / sizeof *tables && !status; i++) {
        status = pt_store_each(m->theirs, tables[i].sql, tables[i].copy, m, err, "ii", first, last);
    }
    for (size_t i = 0; i < m->subscriptions.count && !status; i++) {
        status = pt_store_each(m->theirs, delivered, copy_delivered, m, err, "iii", first, last,
                               m->subscriptions.pairs[i].theirs);
    }
    return status;
}
