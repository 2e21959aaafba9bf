/*
 * segment_list - the segments of the text index, and the form of FTS5's tables: comments at the head of its
 * fts5_index.c.
 *
 * Table search_data has pages by number: 1 the sums, 10 the list of segments, the others text, of segment s and its
 * page p, from 1, under s * 2^37 + p. Such a page: two bytes, where its first key stands if it comes before a word;
 * two bytes, where the list of its words begins; words, each with its papers; the list, of the places of words. Of a
 * word, what it has in common with the one before is left out; of keys likewise. Table search_idx has the first word of
 * each page, cut to what tells it from the word before.
 */
#ifndef PT_STORE_SEGMENT_LIST_H
#define PT_STORE_SEGMENT_LIST_H

#include "statement.h"

/* Bytes of a page, unless a setting says otherwise; of its head. */
enum { PT_FTS_PAGE = 4050, PT_FTS_HEAD = 4 };

/* A page's number is of its segment from this bit on; below it of its place. */
enum { PT_FTS_PAGE_BITS = 37 };

/* A letter before each word: it is a whole one. */
enum { PT_FTS_WORD = '0' };

/* The most segments and levels that are read here. FTS5 itself makes up to 2,000 segments. */
enum { PT_SEGMENTS_MOST = 1000, PT_LEVELS_MOST = 32 };

/* The list as numbers. */
typedef struct pt_segment_list {
    unsigned char cookie[4]; /* of FTS5's settings */
    uint64_t written;        /* pages so far */
    uint64_t levels, segments;
    uint64_t merging[PT_LEVELS_MOST], count[PT_LEVELS_MOST]; /* of each level: segments that are being merged; all */
    struct pt_segment {
        uint64_t number, first, last; /* its pages; 0: it has none left */
    } at[PT_SEGMENTS_MOST + 1];       /* level by level; in a level, from the oldest on */
    size_t page_size;
    uint64_t papers, words[2]; /* sums: papers; words of their titles, of their abstracts */
} pt_segment_list;

/* Reads the list and the sums. *known: whether they are of the form known here. */
int pt_segment_list_read(papertag_store *store, pt_segment_list *list, bool *known, papertag_error *err);

/* Writes the list; the sums. */
int pt_segment_list_write(papertag_store *store, const pt_segment_list *list, papertag_error *err);
int pt_segment_sums_write(papertag_store *store, const pt_segment_list *list, papertag_error *err);

/* The lowest number that no segment has. */
uint64_t pt_segment_list_free_number(const pt_segment_list *list);

/* Puts a segment of pages 1 to `pages` into the list as the newest, the last of the first level. */
void pt_segment_list_put(pt_segment_list *list, uint64_t number, uint64_t pages);

/* Writes a page of search_data. */
int pt_segment_page_write(papertag_store *store, int64_t id, const pt_buf *page, papertag_error *err);

/* A number of a block that ends at `end`; false: there is none. */
bool pt_segment_number(const unsigned char **at, const unsigned char *end, uint64_t *out);

/* Appends a number. */
void pt_segment_put_number(pt_buf *buf, uint64_t number);

#endif
