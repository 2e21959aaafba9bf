/*
 * paper_check - see paper_check.h.
 */
#include "paper_check.h"

#include "check.h"

/* Columns of the reading; those of the indexes follow. */
enum { KEY, TITLE, ABSTRACT, LOST, WRONG, OF_INDEXES };

int pt_paper_check_open(pt_paper_check *check, papertag_store *store, papertag_error *err)
{
    int status = pt_indexes_read(&check->indexes, store, "papers", &check->arena, err);

    pt_buf_text(&check->sql, "SELECT key, title, abstract,"
                             " model IS NOT NULL AND model NOT IN (SELECT key FROM models), ");
    pt_store_put_wrong_paper(&check->sql);
    pt_indexes_put_columns(&check->indexes, &check->sql);
    pt_buf_text(&check->sql, " FROM papers NOT INDEXED WHERE key BETWEEN ?1 AND ?2");
    return !status && check->sql.failed ? pt_no_memory(err) : status;
}

void pt_paper_check_close(pt_paper_check *check)
{
    pt_arena_free(&check->arena);
    pt_buf_free(&check->sql);
}

/* Papers being read. */
struct reading {
    const pt_paper_check *check;
    pt_unicode61 *tokenizer;
    pt_paper_tally *tally;
};

static int read_paper(void *context, pt_db_row *row, papertag_error *err)
{
    struct reading *r = context;
    pt_paper_tally *tally = r->tally;
    const int64_t key = pt_db_get(row, KEY).integer;
    const pt_db_value texts[] = {pt_db_get(row, TITLE), pt_db_get(row, ABSTRACT)};

    tally->textless += texts[0].type == PT_DB_NULL && texts[1].type == PT_DB_NULL;
    tally->lost += pt_db_get(row, LOST).integer;
    tally->wrong += pt_db_get(row, WRONG).integer;
    pt_indexes_take_row(&r->check->indexes, row, OF_INDEXES, key, tally->rows);
    return pt_text_tally_paper(&tally->texts, r->tokenizer, key, texts) ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_paper_check_read(const pt_paper_check *check, papertag_store *store, int64_t first, int64_t last,
                        pt_paper_tally *tally, papertag_error *err)
{
    struct reading r = {.check = check, .tally = tally};
    int status = pt_unicode61_open(&r.tokenizer, err);

    status = status ? status : pt_store_each(store, check->sql.data, read_paper, &r, err, "ii", first, last);
    pt_unicode61_close(r.tokenizer);
    return status;
}

void pt_paper_tally_add(pt_paper_tally *tally, const pt_paper_tally *more)
{
    pt_text_tally_add(&tally->texts, &more->texts);
    pt_row_sets_add(tally->rows, more->rows);
    tally->textless += more->textless;
    tally->wrong += more->wrong;
    tally->lost += more->lost;
}
