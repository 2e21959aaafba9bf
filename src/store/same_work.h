/*
 * same_work - whether two papers with one title, or one DOI, are the same work.
 */
#ifndef PT_STORE_SAME_WORK_H
#define PT_STORE_SAME_WORK_H

#include "base/base.h"

/* How sure it is that two papers are one. */
typedef enum pt_sameness {
    PT_APART,  /* something holds them apart, or too little is known */
    PT_LIKELY, /* only one of them has authors, and the rest agrees: true if no other paper fits */
    PT_SAME
} pt_sameness;

/* Words of an abstract as bits, each at its hash: two abstracts are compared in linear time. */
enum { PT_WORD_SET = 16 };
typedef struct pt_word_set {
    uint64_t bits[PT_WORD_SET];
    bool is_known; /* false: to be filled in from the abstract */
} pt_word_set;

/* Judges two papers that have the same title; `is_short`: it is a title of many papers. An author may be written in
 * different forms. The year agrees where it is known, unless one of the two is a preprint of the same authors.
 * Different arXiv identifiers hold apart, and different DOIs unless one is a preprint's. *words is kept from one call
 * with the same `a` to the next, zero at first. PAPERTAG_NO_MEMORY. */
int pt_same_work(const papertag_paper *a, pt_word_set *words, const papertag_paper *b, bool is_short, pt_sameness *out);

/* Judges two papers that have the same DOI: chapters may carry that of their book, so their titles have to agree in
 * most words and in all numbers. PAPERTAG_NO_MEMORY. */
int pt_same_doi_work(const papertag_paper *a, const papertag_paper *b, bool *same);

#endif
