/*
 * row_blocks - the stored papers as rows of a model, kept beside the texts so that nobody need read those again.
 *
 * Table `row_blocks` has blocks of up to PT_BLOCK_PAPERS papers. A block's bytes are, for each paper, its key (8
 * bytes), the size of its row (4 bytes) and the row, packed; all little-endian. A paper may stand in several blocks:
 * the last counts, and one that is unknown there has no row. All blocks are of one space (see pt_model_space), which
 * they name. All of it can be made again from the texts at any time, so it may lack papers or be emptied.
 */
#ifndef PT_STORE_ROW_BLOCKS_H
#define PT_STORE_ROW_BLOCKS_H

#include "statement.h"
#include "store.h"

enum { PT_BLOCK_PAPERS = 64, PT_SPACE = 64 };

/* Rows on their way into blocks, within a transaction that writes. Zero-initialise but for store and space ("": rows
 * are not made). */
typedef struct pt_row_writer {
    papertag_store *store;
    const char *space;
    pt_buf bytes;
    size_t papers; /* in bytes */
    int64_t block; /* to be continued; 0: a new one */
    bool begun;
    char written[PT_SPACE]; /* the space of the blocks; "": there are none, and rows of no space to write */
    bool is_foreign;        /* it is another: rows are written as not known */
} pt_row_writer;

/* Writes the row of a paper; NULL: it is not known any more. */
int pt_row_writer_put(pt_row_writer *w, int64_t paper, const void *row, size_t size, papertag_error *err);

/* Writes what is left, unless there is a status; returns it or that of writing. */
int pt_row_writer_end(pt_row_writer *w, int status, papertag_error *err);

/* Takes the row of a paper in. */
typedef int pt_row_taker(void *context, int64_t paper, const pt_packed *row, papertag_error *err);

/* The blocks of a space (NULL: of any) from the first to the last. */
typedef struct pt_block_range {
    const char *space;
    int64_t first, last;
} pt_block_range;

/* Hands out the rows of blocks, in the order in which they were written. *rows: how many there were. */
int pt_row_blocks_read(papertag_store *store, const pt_block_range *range, pt_row_taker *take, void *context,
                       size_t *rows, papertag_error *err);

/* Those who take the rows of a store, each on a thread of its own. There are as many as connections are worth it, at
 * most count, and mostly the first alone where papers are few. */
typedef struct pt_row_takers {
    pt_row_taker *take;
    /* Brings to the first what another has taken of the papers that have a bit, whose rows count in place of those that
     * the first has. last: the highest key. NULL where count is 1. */
    void (*join)(void *first, const void *other, const uint64_t *papers, size_t last);
    void **contexts; /* count */
    size_t count;    /* from 1 */
} pt_row_takers;

/* Hands out a row of every stored paper; of a paper that comes more than once, the last counts. Rows that are missing
 * are made from the texts, for the first taker, and kept when there are many and the store can be written to. */
int pt_store_scan(papertag_store *store, const pt_rows_options *options, const pt_row_takers *takers,
                  papertag_error *err);

#endif
