/*
 * learn - what the files of this folder share: the learner, the tags of its new model, and what each was learnt from.
 *
 *     verdicts --> evidence of each tag --> fit, compared on the verdicts --> new model --> store
 *
 * Public functions are all that other folders use of this one.
 */
#ifndef PT_LEARN_H
#define PT_LEARN_H

#include "adapt.h"
#include "model/model.h"
#include "store/store.h"

/* Two results differ when a difference as large as theirs has a smaller probability than this by chance. */
#define PT_CHANCE 0.05

/* A labelled paper: its row and all its tags. */
typedef struct pt_labelled_paper {
    uint32_t row;
    papertag_strings tags; /* slugs, names or aliases */
} pt_labelled_paper;

/* A tag of the old model, of the new one, or of both. */
typedef struct pt_learner_tag {
    const char *slug;
    const papertag_own_tag *own;     /* as made in this store; NULL: it came with the model */
    uint32_t old_number, new_number; /* in either model; UINT32_MAX: not in it */
    const cJSON *learnt;             /* the old manifest's account of its own weights; NULL: it has none */
    const cJSON *base;               /* there: cut, calibration and bias before any verdict; NULL: none */
    bool is_new;                     /* the model without any verdict does not have it */
    bool removed;
    size_t first_verdict, verdict_count; /* its verdicts among those of the learner */
    char evidence[17];                   /* hash of all that it is learnt from, in hexadecimal; of no verdict: 0 */
    struct pt_tag_fit *fit;              /* NULL: it stays as it was */
} pt_learner_tag;

/* A tag that is fitted again, next to the weights in use so far. Row numbers are of the learner's papers. */
typedef struct pt_tag_fit {
    const pt_learner_tag *tag;
    bool *uses;       /* of a new tag, by added term: whether it may use it; in the arena */
    uint32_t *likely; /* likely_count: rows that an own tag's query finds; in the arena */
    size_t likely_count;
    uint32_t description; /* row of a new tag's name and definition, among own.rows */
    pt_learnt_tag learnt; /* V terms; one held-out margin a verdict */
    float *old_weights;   /* V: in use so far; NULL: the old model does not have the tag */
    double old_bias, old_cut;
    double pull; /* of an offset of 1; 0 for a new tag */
    bool taken;
    bool restored;                    /* `learnt` is the prior: all that was learnt from verdicts does worse */
    size_t yes, no, labelled;         /* verdicts and labelled papers learnt from */
    size_t right_before, right_after; /* verdicts that either weights decide as the person did */
    size_t right_first;               /* the same for the weights from before any verdict; 0: a new tag */
    /* stored papers that the new weights give a probability worth keeping: see pt_new_opinions */
    uint32_t *rows;
    double *p, *margins;
    bool *assigned;
    size_t count;
    int64_t *gained, *lost; /* keys of unjudged papers whose tag flips */
    size_t gained_count, lost_count;
} pt_tag_fit;

/* The terms that new tags bring: see own_terms.c. V terms. */
typedef struct pt_own_terms {
    pt_vocabulary vocabulary; /* the terms that the model had at first, then those added; in the arrays below */
    char *text;
    uint32_t *starts, *slots;
    float *idf;
    pt_paper_rows rows; /* stored papers as rows of it, unpacked; then rows of descriptions */
} pt_own_terms;

struct papertag_learner {
    papertag_store *store;
    const papertag_model *model;
    papertag_learn_options options;
    bool in_use; /* the store uses `model`: held_out of the verdicts is by its weights */
    pt_arena arena;
    pt_stored_verdict *verdicts; /* by tag, then by paper */
    size_t verdict_count;
    papertag_own_tag *own_tags;
    size_t own_tag_count;
    pt_stored_rows papers;
    pt_threads threads;
    pt_paper_rows rows; /* of them, without added terms; then those of labelled papers that are not stored */
    pt_own_terms own;   /* empty when no new tag is fitted */
    const pt_vocabulary *vocabulary; /* of the new model */
    pt_counter counter;
    pt_labelled_paper *labelled; /* a later one replaces an earlier one of the same row */
    size_t labelled_count, labelled_capacity;
    papertag_paper *dev;
    size_t dev_count, dev_capacity;
    pt_learner_tag *tags; /* by slug */
    size_t tag_count;
    size_t new_tag_count; /* those of the new model */
    pt_tag_fit *fits;
    size_t fit_count;
    bool reading; /* in a transaction, so that all that is read is of one moment */
    bool fitted;
    papertag_tag_change *changes;
    papertag_learning report;
    pt_buf summary;
    void *bytes; /* of the new model's file */
    size_t size;
    papertag_model *result;
};

/* Reads the stored papers as rows of a vocabulary. */
int pt_learner_read(const papertag_learner *l, const pt_vocabulary *vocabulary, pt_stored_rows *out,
                    papertag_error *err);

/* Has the store keep the papers' rows of the model, so that they need be made once alone. */
int pt_learner_keep_rows(const papertag_learner *l, papertag_error *err);

/* ---- evidence -------------------------------------------------------------------------------------------------- */

/* The row of a stored paper; the number of stored papers when there is no such key. */
size_t pt_learner_row(const papertag_learner *l, int64_t key);

/* Finds a tag's verdicts, and sets its evidence. After the last labelled paper. */
void pt_evidence_identify(const papertag_learner *l, pt_learner_tag *tag);

/* Reads what a person wrote about a new tag: the papers that its query finds, and the row of its description. */
int pt_evidence_read_own(papertag_learner *l, pt_tag_fit *fit, papertag_error *err);

/* The weights in one lane of a matrix (free them), V of them. NULL: no memory. */
float *pt_copy_weights(const pt_matrix *matrix, size_t terms, size_t lane);

/* A tag's lesson and the arrays that it borrows. Zero-initialise; pt_evidence_free ends it. */
typedef struct pt_evidence {
    pt_lesson lesson;
    uint32_t *judged, *labelled;
    uint8_t *yes, *starting, *has;
    float *prior;
    pt_span *before;
    pt_paper_rows rows; /* of a new tag */
} pt_evidence;

/* Gathers all that a tag is learnt from; judged[i] is the tag's verdict i. 0 or PAPERTAG_NO_MEMORY. */
int pt_evidence_gather(const papertag_learner *l, const pt_tag_fit *fit, pt_evidence *out);
void pt_evidence_free(pt_evidence *evidence);

/* ---- terms of new tags ----------------------------------------------------------------------------------------- */

/* Finds the terms that the new tags among the fits add to the vocabulary: l->own, l->vocabulary, `uses` of each. */
int pt_own_terms_find(papertag_learner *l, papertag_error *err);
void pt_own_terms_free(pt_own_terms *own);

/* Appends to *out the rows of l->own.rows with the terms alone that the new tag of a fit may use. 0 or
 * PAPERTAG_NO_MEMORY. */
int pt_own_terms_rows(const papertag_learner *l, const pt_tag_fit *fit, pt_rows *out);

/* The old model's weights of a tag made in the store, by the terms of l->vocabulary (free them). NULL: no memory. */
float *pt_own_terms_weights(const papertag_learner *l, uint32_t tag);

/* ---- one tag --------------------------------------------------------------------------------------------------- */

/* Fits l->fits[i], decides by the verdicts whether it is taken, and sets what it decides about the stored papers.
 * context: the learner. 0 or PAPERTAG_NO_MEMORY. */
int pt_tag_fit_learn(void *context, size_t i);

void pt_tag_fit_free(pt_tag_fit *fit);

/* ---- the new model --------------------------------------------------------------------------------------------- */

/* Makes the new model from the old one and the fits taken: l->bytes, l->result. */
int pt_learner_assemble(papertag_learner *l, papertag_error *err);

/* Measures both models on the dev papers, into l->report. */
int pt_learner_measure(papertag_learner *l, papertag_error *err);

#endif
