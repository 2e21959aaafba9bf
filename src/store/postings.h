/*
 * postings - the words of papers' titles and abstracts, and where they stand: what the text index is made of, before
 * the papers have keys.
 *
 * Taking texts apart needs no store, so that one thread can do it while another stores the papers before.
 */
#ifndef PT_STORE_POSTINGS_H
#define PT_STORE_POSTINGS_H

#include "unicode61.h"

/* A word. Its places are bytes as FTS5 has them, but for papers in place of keys: for each paper that has it, the
 * paper's number less that of the one before, twice the size of its places, its places; all numbers as pt_varint_put
 * writes them. */
typedef struct pt_posted_word {
    const char *text; /* length bytes; borrowed from the postings */
    uint32_t length;
    uint32_t count; /* of its places, in all papers */
    uint64_t order; /* its first bytes, for sorting */
    size_t begin;   /* of its bytes in pt_postings.bytes; they end where the next word's begin */
} pt_posted_word;

/* The words of N papers. Zero-initialise; pt_postings_free ends it. */
typedef struct pt_postings {
    bool made;
    pt_posted_word *words; /* word_count + 1, by their bytes; the last is no word */
    size_t word_count, word_capacity;
    pt_buf bytes;
    struct pt_text_size {
        uint32_t words[2]; /* of title and abstract */
        size_t end;        /* of its occurrences */
    } * sizes;             /* count: N */
    size_t count, capacity;

    /* while they are made */
    pt_unicode61 *tokenizer;
    struct pt_word_slot *slots; /* slot_count, a power of 2: words by their hashes */
    size_t slot_count;
    struct pt_occurrence *occurrences; /* occurrence_count: in the order of the texts */
    size_t occurrence_count, occurrence_capacity;
    pt_arena arena; /* of the words' texts */
    uint32_t column;
} pt_postings;

/* Takes in the next paper; a text may be NULL. PAPERTAG_NO_MEMORY, PAPERTAG_IO: SQLite has no such tokenizer. */
int pt_postings_put(pt_postings *p, const char *title, const char *abstract, papertag_error *err);

/* After the last paper: sorts the words. PAPERTAG_NO_MEMORY. */
int pt_postings_make(pt_postings *p, papertag_error *err);

/* Forgets the papers. */
void pt_postings_clear(pt_postings *p);
void pt_postings_free(pt_postings *p);

/* Numbers as SQLite writes them, 7 bits a byte, the first bits first, at most PT_VARINT bytes. Each returns how many
 * bytes; reading takes those of a number that was written so. Most numbers take one. */
enum { PT_VARINT = 9 };
size_t pt_varint_put_long(unsigned char *at, uint64_t number);
size_t pt_varint_get_long(const unsigned char *at, uint64_t *number);

static inline size_t pt_varint_put(unsigned char *at, uint64_t number)
{
    if (number < 0x80) {
        *at = (unsigned char)number;
        return 1;
    }
    return pt_varint_put_long(at, number);
}

static inline size_t pt_varint_get(const unsigned char *at, uint64_t *number)
{
    if (*at < 0x80) {
        *number = *at;
        return 1;
    }
    if (at[1] < 0x80) {
        *number = (uint64_t)(at[0] & 0x7f) << 7 | at[1];
        return 2;
    }
    return pt_varint_get_long(at, number);
}

#endif
