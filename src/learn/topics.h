/*
 * discover - topics among papers that their tags do not tell of.
 *
 * What a tag says of a paper is taken out of its row: the part that lies along the mean row of the tag's papers. A
 * topic is a term whose papers are alike in what is left, beside that term: they share more than a phrase, and no tag
 * says what. The terms told with it are those by which its papers differ most from all others (log-odds with an
 * informative Dirichlet prior: Monroe, Colaresi and Quinn, "Fightin' words", 2008).
 */
#ifndef PT_DISCOVER_H
#define PT_DISCOVER_H

#include "fit/fit.h"

/* N papers as rows of V terms. All is borrowed. */
typedef struct pt_corpus {
    const pt_rows *rows;
    const pt_vocabulary *vocabulary;
    const pt_labels *tags; /* in force, by paper; 0 .. tag_count - 1 */
    const long *days;      /* of each paper */
    size_t papers, tag_count;
} pt_corpus;

typedef struct pt_discover_options {
    size_t min_papers, limit; /* of a topic; topics */
    unsigned days, jobs;      /* the recent days that are compared with as many before; threads */
} pt_discover_options;

enum { PT_TOPIC_TERMS = 6 };

typedef struct pt_topic {
    uint32_t terms[PT_TOPIC_TERMS]; /* the topic's own first */
    size_t term_count;
    pt_buf name;      /* its own term, lengthened to the phrase that its papers use */
    uint32_t *papers; /* most typical first */
    size_t count;
    size_t recent, before; /* papers of the last days, and of as many before */
    double growth;         /* standard deviations by which its share of papers has grown */
    double likeness;       /* mean dot product of two of its papers in what tags and the term leave */
    double score;
    size_t nearest_tag; /* the tag that covers it best: the highest F1, taken as a guess of its papers; */
    double coverage;    /* and that F1 */
} pt_topic;

/* Finds topics, best first: *out (pt_topics_free), *count of them. The same for any number of threads. */
int pt_discover(const pt_corpus *corpus, const pt_discover_options *options, pt_topic **out, size_t *count,
                papertag_error *err);
void pt_topics_free(pt_topic *topics, size_t count);

#endif
