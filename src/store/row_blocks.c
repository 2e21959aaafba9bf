/*
 * row_blocks - see row_blocks.h: writing blocks, and reading them.
 */
#include "row_blocks.h"

enum { KEY = 8, HEAD = 12 };

static void write_number(unsigned char *at, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

static uint64_t read_number(const unsigned char *at, int bytes)
{
    uint64_t number = 0;

    for (int i = bytes; i-- > 0;) {
        number = number << 8 | at[i];
    }
    return number;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int read_last(void *context, pt_db_row *row, papertag_error *err)
{
    pt_row_writer *w = context;
    const char *space = pt_db_peek(row, 3);
    const size_t papers = pt_db_count(row, 1);

    (void)err;
    w->is_foreign = strcmp(space, w->space) != 0;
    snprintf(w->written, sizeof w->written, "%s", space);
    if (papers < PT_BLOCK_PAPERS) {
        size_t size;
        const void *bytes = pt_db_bytes(row, 2, &size);
        w->block = pt_db_key(row, 0);
        w->papers = papers;
        pt_buf_append(&w->bytes, bytes, size);
    }
    return PAPERTAG_OK;
}

/* Continues the last block, if it has room. So a store to which papers come one by one has as few blocks as another. */
static int begin_writing(pt_row_writer *w, papertag_error *err)
{
    static const char last[] = "SELECT block, papers, bytes, space FROM row_blocks ORDER BY block DESC LIMIT 1";
    int status;

    w->begun = true;
    snprintf(w->written, sizeof w->written, "%s", w->space);
    status = pt_store_row(w->store, last, read_last, w, err, "");
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

static int write_block(pt_row_writer *w, papertag_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO row_blocks(block, space, papers, bytes) VALUES(?1,?2,?3,?4)";
    const pt_db_value values[] = {{.type = w->block ? PT_DB_INTEGER : PT_DB_NULL, .integer = w->block},
                                  {.type = PT_DB_TEXT, .text = w->written},
                                  {.type = PT_DB_INTEGER, .integer = (int64_t)w->papers},
                                  {.type = PT_DB_BYTES, .bytes = w->bytes.data, .size = w->bytes.size}};
    int status = w->bytes.failed ? pt_no_memory(err) : pt_store_run(w->store, sql, values, 4, NULL, NULL, err);

    pt_buf_clear(&w->bytes);
    w->papers = 0;
    w->block = 0;
    return status;
}

int pt_row_writer_put(pt_row_writer *w, int64_t paper, const void *row, size_t size, papertag_error *err)
{
    const unsigned char unknown = PT_PACKED_UNKNOWN;
    unsigned char head[HEAD];
    int status = w->begun ? PAPERTAG_OK : begin_writing(w, err);

    if (status || !w->written[0]) {
        return status;
    }
    row = w->is_foreign ? NULL : row;
    write_number(head, (uint64_t)paper, KEY);
    write_number(head + KEY, row ? size : 1, HEAD - KEY);
    pt_buf_append(&w->bytes, head, sizeof head);
    pt_buf_append(&w->bytes, row ? row : &unknown, row ? size : 1);
    w->papers++;
    return w->papers < PT_BLOCK_PAPERS ? PAPERTAG_OK : write_block(w, err);
}

int pt_row_writer_end(pt_row_writer *w, int status, papertag_error *err)
{
    status = status || !w->papers ? status : write_block(w, err);
    pt_buf_free(&w->bytes);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

struct reading {
    pt_row_taker *take;
    void *context;
    size_t rows;
};

static int read_block(void *context, pt_db_row *row, papertag_error *err)
{
    struct reading *r = context;
    size_t size;
    const unsigned char *at = pt_db_bytes(row, 0, &size), *end = at + size;
    int status = PAPERTAG_OK;

    while (!status && at < end) {
        const size_t length = end - at < HEAD ? SIZE_MAX : (size_t)read_number(at + KEY, HEAD - KEY);
        pt_packed packed;
        if (length > (size_t)(end - at) - HEAD || !pt_packed_open(at + HEAD, length, &packed)) {
            pt_db_wrong(row, 0);
            return PAPERTAG_END;
        }
        status = r->take(r->context, (int64_t)read_number(at, KEY), &packed, err);
        if (status == PAPERTAG_DAMAGED) {
            pt_db_wrong(row, 0);
        }
        r->rows++;
        at += HEAD + length;
    }
    return status;
}

int pt_row_blocks_read(papertag_store *store, const pt_block_range *range, pt_row_taker *take, void *context,
                       size_t *rows, papertag_error *err)
{
    static const char sql[] = "SELECT bytes FROM row_blocks WHERE (?1 IS NULL OR space=?1) AND block BETWEEN ?2 AND ?3"
                              " ORDER BY block";
    struct reading r = {take, context, 0};
    int status = pt_store_each(store, sql, read_block, &r, err, "tii", range->space, range->first, range->last);

    *rows = r.rows;
    return status;
}
