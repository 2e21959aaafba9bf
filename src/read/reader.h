/*
 * reader - the face of this folder, in addition to the readers of papertag/use.h: how papers are identified.
 */
#ifndef PT_READER_H
#define PT_READER_H

#include "base/base.h"
#include "person.h"

/* The arXiv identifier that text begins with (alone, after "arXiv:" or in an address), without its version:
 * 2508.13426, hep-th/9901001. Sets *length to its bytes. NULL when there is none.
 * Source: arXiv, "Understanding the arXiv identifier". */
const char *pt_arxiv_id(const char *text, size_t *length);

/* Programs that take an identifier of arXiv for a number drop its zeros: "704.0001" is 0704.0001, and "2101.1" is
 * 2101.10000, for there are five digits since 2015. Returns `out` with the zeros, or `text` when it is no such number.
 */
enum { PT_ARXIV_NUMBER = 16 };
const char *pt_arxiv_with_zeros(const char *text, char out[PT_ARXIV_NUMBER]);

/* Where the DOI begins that text has alone, after "doi:" or in an address; NULL when there is none. */
const char *pt_doi_in(const char *text);

/* Appends the letters and digits of clean text, without case, accents and compatibility forms. The result is the same
 * for texts that differ only in spaces, punctuation or the encoding of characters. */
void pt_letters(pt_buf *out, const char *text);

/* What a paper is known by when it has no identifier. */
typedef struct pt_work_key {
    uint64_t title;  /* hash of the letters of the title; of the abstract's when there is no title */
    uint64_t author; /* hash of the first author's family name; 0: not known */
    bool is_short;   /* a title of so few letters (Introduction, Editorial) is many papers' */
} pt_work_key;

/* The key of a paper by its title, its abstract and its first author, each NULL when it is not known. With neither
 * title nor abstract it is 0. PAPERTAG_NO_MEMORY. */
int pt_work_key_of(const char *title, const char *abstract, const char *author, pt_work_key *out);

/* Writes an id for a paper without one: "t-" and 16 hex digits, made of title and author. */
enum { PT_DERIVED_ID = 24 };
void pt_derived_id(uint64_t title, uint64_t author, char out[PT_DERIVED_ID]);

/* Whether an id is from pt_derived_id, and so identifies a paper no better than its title and first author do. */
bool pt_is_derived_id(const char *id);

/* Whether the ids of a source (NULL: unknown) are unique only within a file, as citation keys are: another file may use
 * the same one for another paper. */
bool pt_ids_are_local(const char *source);

#endif
