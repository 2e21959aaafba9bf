/*
 * topics - finds topics among papers that their tags do not describe.
 *
 * What a tag explains about a paper is removed from its row: the part along the mean row of the tag's papers. A topic
 * is a term whose papers are alike in what is left, apart from that term: they share more than a phrase, and no tag
 * covers it. The terms listed with it are those by which its papers differ most from all others (log-odds with an
 * informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' words", 2008).
 */
#ifndef PT_TOPICS_H
#define PT_TOPICS_H

#include "residual.h"

typedef struct pt_topic_options {
    size_t min_papers;           /* of a topic, at least 2 */
    size_t limit;                /* topics */
    unsigned days;               /* the recent days, compared with as many days before them */
    unsigned jobs;               /* threads */
    papertag_progress *progress; /* may be NULL */
    void *progress_context;
    const atomic_bool *stop; /* ends the search with PAPERTAG_INTERRUPTED once it is set; may be NULL */
} pt_topic_options;

enum { PT_TOPIC_TERMS = 6 };

typedef struct pt_topic {
    uint32_t terms[PT_TOPIC_TERMS]; /* term_count: the topic's own term first */
    size_t term_count;
    pt_buf name;        /* the phrase that its papers use for its own term */
    uint32_t *papers;   /* count: rows, the most typical first */
    size_t count;       /* papers that have its own term */
    size_t recent;      /* papers of the recent days */
    size_t before;      /* papers of the days before those */
    double growth;      /* of its share of papers: see pt_growth */
    double score;       /* topics are ordered by it */
    size_t nearest_tag; /* the tag with the highest F1 as a guess of the topic's papers; any when coverage is 0 */
    double coverage;    /* that F1, 0 to 1 */
} pt_topic;

/* Finds topics, best first: *out (pt_topics_free), *count of them. The same for any number of threads. Errors:
 * PAPERTAG_NO_MEMORY. */
int pt_find_topics(const pt_corpus *corpus, const pt_topic_options *options, pt_topic **out, size_t *count,
                   papertag_error *err);
void pt_topics_free(pt_topic *topics, size_t count);

#endif
