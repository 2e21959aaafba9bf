/*
 * adapt - learns one tag from verdicts: weights, cut and calibration, and each verdict's margin by weights that had not
 * seen it.
 *
 * A tag of the model starts from the model's weights. With m0 the model's margin and c its cut,
 *
 *     min over v  1/2 |v|^2 + C sum_i C_i max(0, a_i - y_i ((m0(x_i) - c) / WIDTH + v . x_i))^2
 *     m = m0 + WIDTH v . x
 *
 * over the judged papers and the labelled ones. This is the adaptive SVM of Yang, Yan and Hauptmann ("Cross-domain
 * video concept detection", 2007) with these changes:
 *
 * - Margins are measured from the cut, because a verdict says on which side of the cut a paper belongs.
 * - The bias is fixed, and the cut is: people judge papers near the cut, where the share with the tag differs from the
 *   share among all papers.
 * - A labelled paper holds, but does not pull. It asks (a_i) for the distance from the cut that it has without
 *   verdicts, so that without verdicts nothing changes.
 * - A single verdict on a paper far on the other side of the cut is most likely about that paper alone. The other
 *   stored papers then hold too, each a little, so that the weights change for terms that few others have.
 * - The offset of a paper (fit/cardinality.h) is part of m0, and stays what it is.
 * - Only a part of v is taken, as much as the verdicts support. Rows have the length 1, so a single verdict moves no
 *   paper farther than the judged one. Papers as close to the cut as that one may flip; of the others only a share that
 *   grows with the number of verdicts.
 *
 * A new tag has a few examples, its name and definition, and the unjudged papers. Most of those do not have the tag, so
 * they are negative examples with very small costs (learning from positive and unlabelled examples by a biased SVM:
 * Liu, Dai, Li, Lee and Yu, 2003). The name and definition together are one positive example with a large cost. After
 * a fit to the starting examples alone, even odds are where these examples tell: each is looked at by weights that have
 * not seen it, and the more alike they are, the farther they are from all other papers, and the higher even odds. Later
 * verdicts move the margins of all papers, and even odds move with the mean and the spread of those margins. They also
 * shift the odds.
 */
#ifndef PT_ADAPT_H
#define PT_ADAPT_H

#include "paper_rows.h"

/* All that a tag is learnt from: V terms, n verdicts, m labelled papers, q likely papers. A row is a number in `rows`.
 * All pointers are borrowed. */
typedef struct pt_lesson {
    const pt_paper_rows *rows; /* of V terms: the stored papers, then others; of a new tag all as others */
    size_t papers;             /* stored papers */
    size_t terms;              /* V */
    const uint32_t *judged;    /* n: rows with a verdict, each once */
    const uint8_t *yes;        /* n: whether the verdict is yes */
    const uint8_t *starting;   /* n: whether the paper is an example that a new tag was started with */
    size_t count;              /* n */
    const uint32_t *labelled;  /* m: rows with labels but without a verdict */
    const uint8_t *has;        /* m: whether the labels include the tag */
    size_t labelled_count;     /* m */
    /* of a tag of the model */
    const float *prior;           /* V: weights before any verdict; NULL: a new tag */
    const pt_span *before;        /* by row: where its margin by them lies, without the part of its offset */
    double prior_bias, prior_cut; /* margins */
    double prior_a, prior_b;      /* p = 1 / (1 + exp(a margin + b)) */
    double pull;                  /* what an offset of 1 adds to a margin; 0: offsets do not count */
    /* of a new tag */
    const uint32_t *likely; /* q: rows of stored papers that the tag's query finds */
    size_t likely_count;    /* q */
    uint32_t description;   /* row of its name and definition */
} pt_lesson;

/* What was learnt. Zero-initialise; pt_learnt_tag_free ends it. */
typedef struct pt_learnt_tag {
    float *weights;   /* V */
    double bias, cut; /* margins */
    double a, b;      /* p = 1 / (1 + exp(a margin + b)) */
    float *held_out;  /* n: the margin of each judged paper by weights that had not seen its verdict */
} pt_learnt_tag;

/* Learns a tag. Errors: PAPERTAG_NO_MEMORY; *out is then empty. */
int pt_learn_tag(const pt_lesson *lesson, pt_learnt_tag *out, papertag_error *err);
void pt_learnt_tag_free(pt_learnt_tag *learnt);

#endif
