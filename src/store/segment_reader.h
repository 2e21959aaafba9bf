/*
 * segment_reader - a segment of the text index, read from its first word to its last.
 *
 * It is strict: where a byte is not as FTS5 writes it, it says so and ends. So whoever has read a segment to its end
 * knows that FTS5 finds in it what was read. Forms that are unknown here are not as FTS5 writes them.
 */
#ifndef PT_STORE_SEGMENT_READER_H
#define PT_STORE_SEGMENT_READER_H

#include "leaf_index.h"
#include "segment_list.h"

enum { PT_PAGES_READ = 16 };

/* Zero-initialise; pt_segment_reader_close ends it. */
typedef struct pt_segment_reader {
    bool odd;   /* something is not as FTS5 writes it */
    bool ended; /* there is no word any more */

    pt_buf word;    /* PT_FTS_WORD and the word */
    uint64_t order; /* its first bytes as a number, which is in the words' order */

    int64_t key;                 /* of a paper that has the word; 0: there is none any more */
    const unsigned char *places; /* places_size bytes: those of the word in the paper */
    size_t places_size;

    papertag_store *store;
    struct pt_segment segment;
    size_t page_size;

    /* the first words of pages, as search_idx has them */
    pt_arena arena;
    const struct pt_first_word *firsts; /* first_count */
    size_t first_count, first_next;

    /* pages: PT_PAGES_READ at once */
    pt_buf pages;
    struct {
        size_t begin, size;
    } loaded[PT_PAGES_READ]; /* loaded_count: in `pages` */
    uint64_t loaded_first;   /* its number */
    size_t loaded_count;

    /* the page and the place in it */
    uint64_t page;
    const unsigned char *begin, *at, *words_end, *list, *list_end;
    const unsigned char *first_key; /* the key with which the page begins; NULL: none, or it is past */
    const unsigned char *next_word; /* NULL: there is none any more on this page */
    bool has_word;                  /* one on this page was read */
    bool keys_go_on;                /* so was a key, or a word: what comes is no key that stands alone */
    bool is_last;                   /* pages have ended */

    /* the word's papers */
    uint64_t word_page;
    bool is_fresh;          /* none was read yet */
    pt_buf spilled;         /* places that run over pages */
    struct pt_leaf *leaves; /* leaf_count: pages after that of the word */
    size_t leaf_count, leaf_capacity;
} pt_segment_reader;

/* Begins before the first word of the list's segment `number`. */
int pt_segment_reader_open(pt_segment_reader *r, papertag_store *store, const pt_segment_list *list, size_t number,
                           papertag_error *err);

/* Goes to the next word, after all papers of the one before; then to the next paper that has it. Both change nothing
 * once the reader is odd. Errors: those of reading. */
int pt_segment_next_word(pt_segment_reader *r, papertag_error *err);
int pt_segment_next_paper(pt_segment_reader *r, papertag_error *err);

void pt_segment_reader_close(pt_segment_reader *r);

#endif
