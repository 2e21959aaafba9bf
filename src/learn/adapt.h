/*
 * learn - one tag from verdicts: weights, cut and calibration, and what each verdict would have got unseen.
 *
 * A tag that the model has keeps its weights as far as the verdicts let it: with m0 the model's margin and c its cut,
 *
 *     min over v  1/2 |v|^2 + C sum_i C_i max(0, 1 - y_i ((m0(x_i) - c) / WIDTH + v . x_i))^2,     m = m0 + WIDTH v . x
 *
 * over the papers judged and those of the model's training set that are at hand. This is the adaptive SVM of Yang, Yan
 * and Hauptmann ("Cross-domain video concept detection", 2007) with two changes. Margins are measured from the cut and
 * not from 0, as a verdict says on which side of the cut a paper belongs. And the bias stays: people judge papers near
 * the cut, of which other shares have the tag than of all.
 *
 * A new tag has a few examples, what its name and definition say, and the papers that nobody judged, most of which do
 * not have it: those are examples against it that count next to nothing each (learning from positive and unlabelled
 * examples by a biased SVM: Liu, Dai, Li, Lee and Yu, 2003). The definition is an example for it, worth several. With
 * the examples that it began with alone, even odds are where they are for any such tag. Verdicts move the margins of
 * all papers, and even odds with them: as the mean and the spread of the stored papers' margins say; and they move the
 * odds themselves.
 */
#ifndef PT_LEARN_H
#define PT_LEARN_H

#include "fit/fit.h"

/* What is known of a tag. All is borrowed. */
typedef struct pt_lesson {
    const pt_rows *rows;
    size_t papers, terms; /* the first `papers` rows are the stored papers; V */
    const uint32_t *said; /* rows with a verdict: `count`, each once */
    const uint8_t *yes;   /* of each */
    const uint8_t *first; /* of each: an example that a new tag began with, picked because it has it */
    size_t count;
    const uint32_t *labelled; /* rows of the training set without a verdict: `labelled_count` */
    const uint8_t *has;       /* whether each has the tag */
    size_t labelled_count;
    const float *prior; /* V weights of the model; NULL for a new tag, which the next four are not set of */
    double prior_bias, prior_cut, prior_a, prior_b;
    const uint32_t *likely; /* of a new tag: rows of stored papers that the person's query finds; `likely_count` */
    size_t likely_count;
    uint32_t words; /* of a new tag: the row of its name and definition */
} pt_lesson;

/* What was learnt. Zero-initialise; pt_column_free ends it. */
typedef struct pt_column {
    float *weights; /* V */
    double bias, cut, a, b;
    float *held_out; /* count: margin of each verdict's paper by weights that had not seen it */
} pt_column;

int pt_learn(const pt_lesson *lesson, pt_column *out, papertag_error *err);
void pt_column_free(pt_column *column);

/* The margin of a row, summed as a tagger sums it. */
double pt_column_margin(const float *weights, double bias, pt_row row);

#endif
