/*
 * papertag/learn.h - a person's verdicts, questions to ask, models that learn from the answers, topics without a tag.
 *
 *     store --> verdicts --> learn --> model             papertag_store_set_verdicts, papertag_learner
 */
#ifndef PAPERTAG_LEARN_H
#define PAPERTAG_LEARN_H

#include "papertag/store.h"
#include "papertag/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

/* A verdict on a tag; PAPERTAG_VERDICT_NONE takes a verdict back. */
typedef struct papertag_tag_verdict {
    const char *tag; /* slug, name or alias */
    papertag_verdict verdict;
} papertag_tag_verdict;

/* Records verdicts on tags of a paper: all or, with an unknown tag (PAPERTAG_BAD_ARGUMENT), none. */
PAPERTAG_API int papertag_store_set_verdicts(papertag_store *store, int64_t key, const papertag_tag_verdict *verdicts,
                                             size_t count, papertag_error *err);

/* Undoes the last call that recorded verdicts: those that it replaced are in force again. Called again, it undoes the
 * call before that. *key: the paper, or the first of several. PAPERTAG_END when there is no such call; the last 1,000
 * can be undone. */
PAPERTAG_API int papertag_store_undo(papertag_store *store, int64_t *key, papertag_error *err);

/* The number of the last call that this handle recorded; 0: none. */
PAPERTAG_API int64_t papertag_store_call(const papertag_store *store);

/* Undoes that call, and no other: PAPERTAG_CHANGED when a later one has changed the same tags or marks of a paper,
 * PAPERTAG_END when it is undone already, or too old. */
PAPERTAG_API int papertag_store_undo_call(papertag_store *store, int64_t call, int64_t *key, papertag_error *err);

/* A verdict with its paper. */
typedef struct papertag_paper_verdict {
    const char *id;  /* of the paper, any of its ids */
    const char *tag; /* slug, name or alias */
    papertag_verdict verdict;
    const char *given; /* when: YYYY-MM-DDTHH:MM:SSZ; NULL: now */
} papertag_paper_verdict;

/* All verdicts, oldest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_verdicts(papertag_store *store, const papertag_paper_verdict **out, size_t *count,
                                         papertag_error *err);

/* Records verdicts on tags of papers, as one call, all or none; `given` is not read. PAPERTAG_BAD_ARGUMENT: one of them
 * names no stored paper or no tag; *wrong is its number. */
PAPERTAG_API int papertag_store_judge(papertag_store *store, const papertag_paper_verdict *verdicts, size_t count,
                                      size_t *wrong, papertag_error *err);

/* Takes the number of a verdict that was not imported, and why. */
typedef void papertag_reject_verdict(void *context, size_t i, const papertag_error *why);

/* Records verdicts from elsewhere, in one transaction that papertag_store_undo undoes as one. *imported: how many; of
 * the others the store has one that is not older. A verdict that cannot be recorded (no such paper or tag, or none) is
 * left out and given to `reject`. */
PAPERTAG_API int papertag_store_import_verdicts(papertag_store *store, const papertag_paper_verdict *verdicts,
                                                size_t count, size_t *imported, papertag_reject_verdict *reject,
                                                void *context, papertag_error *err);

/* ---- reviewing --------------------------------------------------------------------------------------------------- */

typedef enum papertag_order {
    PAPERTAG_ORDER_UNCERTAIN = 0, /* the decision nearest to its cut first */
    PAPERTAG_ORDER_RANDOM = 1,    /* a random sample, the same for the same seed: estimates are made from it */
    PAPERTAG_ORDER_NEW = 2        /* the newest paper first */
} papertag_order;

/* A question about a stored paper. */
typedef struct papertag_question {
    int64_t key;
    const char *tag;       /* does the paper have this tag? NULL: are all its tags right? */
    double p, margin, cut; /* of the tag; NaN: about all tags */
    bool assigned;         /* whether the model assigned the tag */
} papertag_question;

/* Lists up to `limit` unanswered questions (0: all), at most one for each paper, about `tag` only unless it is NULL.
 * Without `tag`, a question is about one tag in the uncertain order, and about all tags in the others. The random order
 * with a tag draws from the papers on which the model has an opinion about it, and without a tag from all papers.
 * `since`: as in papertag_query. Borrowed until the next call. Errors: PAPERTAG_BAD_ARGUMENT for an unknown tag or an
 * invalid day. */
PAPERTAG_API int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag,
                                          const char *since, uint64_t seed, size_t limit, const papertag_question **out,
                                          size_t *count, papertag_error *err);

/* Records the answer to a question: verdicts, as papertag_store_set_verdicts does. `audit`: also records that the paper
 * was drawn at random, for the question's tag or for all tags. papertag_store_undo takes the answer back. */
PAPERTAG_API int papertag_store_answer(papertag_store *store, const papertag_question *question, bool audit,
                                       const papertag_tag_verdict *verdicts, size_t count, papertag_error *err);

/* How accurate the model is on a tag, estimated from a random sample of papers. */
typedef struct papertag_tag_audit {
    const char *tag;
    size_t papers;            /* stored papers that the model assigned the tag */
    size_t audited, assigned; /* sampled papers with an answer about the tag; of those, papers with the tag assigned */
    size_t right, missed;     /* assigned and right; not assigned although the paper has the tag */
    papertag_estimate precision, recall;
} papertag_tag_audit;

typedef struct papertag_month {
    char month[8];         /* YYYY-MM, of the papers' days */
    size_t papers, tagged; /* stored papers; those with an assigned tag */
    size_t tags;           /* assigned tags */
    double p;              /* their mean probability: the precision that the model expects */
    size_t audited, right; /* assigned tags of sampled papers with an answer; of those, right ones */
} papertag_month;

typedef struct papertag_audit {
    size_t papers;                       /* sampled, with an answer about all tags */
    papertag_estimate precision, recall; /* over all tags of these papers */
    const papertag_tag_audit *tags;      /* tag_count, by slug: those with a sampled paper */
    size_t tag_count;
    const papertag_month *months; /* month_count, oldest first */
    size_t month_count;
} papertag_audit;

/* Estimates precision and recall from the answers to random questions. For each tag the papers form three strata:
 * assigned, not assigned but with an opinion, and the rest. The share with the tag is estimated in each stratum, and
 * precision and recall follow from the shares and the known sizes of the strata. A tag's interval comes from 4,000
 * draws from Beta posteriors of the strata; their prior has the weight of one paper that is like the papers of all tags
 * (empirical Bayes). The interval over all tags comes from 2,000 bootstrap samples of papers. Where a model has learnt
 * from an answer, its decision without that answer is the one counted (see papertag_learner). Borrowed until
 * the next call. */
PAPERTAG_API int papertag_store_audit(papertag_store *store, papertag_audit *out, papertag_error *err);

/* ---- topics without a tag ---------------------------------------------------------------------------------------- */

/* A topic that no tag covers. */
typedef struct papertag_topic {
    const char *name;         /* the phrase that its papers use */
    const char *const *terms; /* term_count: its own first, then those that distinguish its papers */
    size_t term_count;
    const int64_t *keys; /* count: its papers, the most typical first */
    size_t count;
    size_t recent, before;   /* papers of the recent days, and of as many days before those */
    double growth;           /* of its share of papers, in standard deviations: see papertag_trend */
    double score;            /* topics are ordered by it; comparable within one call */
    const char *nearest_tag; /* the tag with the best F1 as a guess of its papers; NULL: none of them has a tag */
    double coverage;         /* that F1, 0 to 1 */
} papertag_topic;

typedef struct papertag_discover_options {
    const char *since, *until;   /* as in papertag_query */
    size_t min_papers;           /* of a topic, at least 2 */
    size_t limit;                /* topics */
    unsigned days;               /* the recent days: that many up to the newest paper */
    unsigned jobs;               /* threads; 0: one for each processor. Does not change the result */
    papertag_progress *progress; /* may be NULL */
    void *progress_context;
} papertag_discover_options;

/* Finds terms whose papers are alike in what their tags do not explain, best first. The model gives the terms; it may
 * be of any kind. Topics are scored by how alike their papers are in the residual rows, how many they are, how poorly
 * tags cover them, and growth; terms are chosen by log-odds (Monroe, Colaresi and Quinn, "Fightin' words", 2008).
 * Borrowed until the next call. */
PAPERTAG_API int papertag_store_discover(papertag_store *store, const papertag_model *model,
                                         const papertag_discover_options *options, const papertag_topic **out,
                                         size_t *count, papertag_error *err);

/* ---- learning from verdicts ------------------------------------------------------------------------------------ */

/* A tag made in a store. Its examples are verdicts. */
typedef struct papertag_own_tag {
    const char *tag;        /* a slug: a-z, 0-9 and '-' */
    const char *name;       /* for people; NULL: the slug */
    const char *definition; /* a sentence that says what it means, also learnt from; NULL: none */
    const char *query;      /* a tag expression that finds papers likely to have the tag; NULL: none */
} papertag_own_tag;

/* Makes a tag in the store, or changes it, and records a yes for `count` papers, as one call that papertag_store_undo
 * can take back. Papers get the tag once a learner has learnt it. Errors: PAPERTAG_BAD_ARGUMENT for a name that is not
 * a slug or belongs to another tag, an invalid expression, or a new tag without a paper. */
PAPERTAG_API int papertag_store_define_tag(papertag_store *store, const papertag_own_tag *tag, const int64_t *keys,
                                           size_t count, papertag_error *err);

/* Removes a tag made in the store that the model in use does not have, with its verdicts; one that it has is removed by
 * a learner (papertag_learn_options.remove). Errors: PAPERTAG_BAD_ARGUMENT when there is no such tag of the store's
 * own. */
PAPERTAG_API int papertag_store_forget_tag(papertag_store *store, const char *tag, papertag_error *err);

/* The slugs of the tags made in this store. Borrowed until the next call. */
PAPERTAG_API int papertag_store_own_tags(papertag_store *store, papertag_strings *out, papertag_error *err);

/* Learns from verdicts: from a linear model to a new one. The weights that the model has without verdicts are the
 * starting point, and only tags whose verdicts have changed since are fitted again. A yes is an example for its tag, a
 * no an example against it; papers without a verdict are neither. The learner works on all stored papers as they were
 * when it was opened. */
typedef struct papertag_learner papertag_learner;

typedef struct papertag_learn_options {
    const char *tag;    /* learn this tag only, whether or not its verdicts have changed, and tags of the store that the
                           model lacks; NULL: all that have changed */
    const char *remove; /* a tag made in the store, to be removed with its verdicts; NULL */
    bool force;         /* take every fit, even if it is worse */
    unsigned jobs;      /* threads; 0: one for each processor. Does not change the result */
    papertag_progress *progress; /* may be NULL */
    void *progress_context;
} papertag_learn_options;

/* Opens a learner over a store and the model to start from. Both, and the strings of `options`, must outlive it.
 * Errors: PAPERTAG_BAD_ARGUMENT for a kernel model or an unknown tag. */
PAPERTAG_API int papertag_learner_open(papertag_learner **out, papertag_store *store, const papertag_model *model,
                                       const papertag_learn_options *options, papertag_error *err);
PAPERTAG_API void papertag_learner_close(papertag_learner *learner);

/* Adds a labelled paper of the model's training set: all its tags; it has no other tag of the model. These papers keep
 * a tag from forgetting what it was trained on: they hold weights where they are, and the new weights must not decide
 * them worse. A verdict is stronger than a label. papertag_learner_label takes the id
 * of a stored paper (PAPERTAG_END when there is none), papertag_learner_add a paper with its text and tags. */
PAPERTAG_API int papertag_learner_label(papertag_learner *learner, const char *id, papertag_strings tags,
                                        papertag_error *err);
PAPERTAG_API int papertag_learner_add(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* Adds a labelled paper on which both models are measured. It is never learnt from. */
PAPERTAG_API int papertag_learner_add_dev(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* How a tag has changed. */
typedef struct papertag_tag_change {
    const char *tag;
    bool fresh;      /* the old model did not have it */
    bool gone;       /* the new model does not have it: it was removed */
    bool taken;      /* false: the new weights decide the verdicts, or verdicts and labelled papers together, worse
                        than the old ones or than those from before any verdict, by more than chance (sign test, 5 %),
                        and the old ones stay */
    bool restored;   /* the old ones are worse than those from before any verdict, too, and the tag is back to them */
    size_t yes, no;  /* verdicts learnt from */
    size_t labelled; /* labelled papers learnt from */
    size_t right_before, right_after; /* verdicts that the old and the new weights decide as the person did, without
                                         having seen them (cross-validation) */
    size_t right_first;               /* verdicts that the weights from before any verdict decide so; 0: `fresh` */
    double cut_before, cut_after;     /* margins; NaN: the tag did not exist, or was removed */
    const int64_t *gained, *lost;     /* stored papers without a verdict whose tag flips, by key */
    size_t gained_count, lost_count;
} papertag_tag_change;

typedef struct papertag_learning {
    const papertag_tag_change *tags; /* count, by slug: those fitted or removed */
    size_t count, taken;             /* `taken` of them are taken */
    size_t papers;                   /* stored papers with a tag that flips */
    size_t verdicts;                 /* in the store */
    size_t dev_papers;
    double dev_before, dev_after; /* micro-F1 on the dev papers, 0 to 1; NaN: there are none */
    double dev_p; /* two-sided p-value of their difference, by the paired bootstrap; NaN: no dev papers */
    bool better;  /* some tag is taken, and the new model is not worse on the dev papers by more than chance (5 %) */
    const char *hash; /* of the new model */
} papertag_learning;

/* Fits. *out is borrowed until the learner is closed. PAPERTAG_END when there is nothing to learn. A learner fits once.
 * Tags of the model: adaptive SVMs (Yang, Yan and Hauptmann, "Cross-domain video concept detection", 2007). Tags made
 * in the store: biased SVMs on positive and unlabelled papers (Liu, Dai, Li, Lee and Yu, 2003). */
PAPERTAG_API int papertag_learner_fit(papertag_learner *learner, const papertag_learning **out, papertag_error *err);

/* Writes the new model to a file, complete or not at all. */
PAPERTAG_API int papertag_learner_save(const papertag_learner *learner, const char *path, papertag_error *err);

/* Keeps the new model in the store as the one in use, and gives its tags to the stored papers, all in one transaction.
 * Papers that another model had tagged, or that were added since, are left to papertag_store_outdated. */
PAPERTAG_API int papertag_learner_keep(papertag_learner *learner, papertag_error *err);

/* A model kept in the store. The newest PAPERTAG_MODELS_KEPT are kept. */
enum { PAPERTAG_MODELS_KEPT = 10 };
typedef struct papertag_kept_model {
    const char *hash, *made; /* as papertag_model_hash; YYYY-MM-DDTHH:MM:SSZ */
    const char *summary;     /* the tags that it learnt, for people */
    bool used;               /* it is the one in use */
    size_t bytes;            /* of its file */
} papertag_kept_model;

/* Lists the kept models, newest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_models(papertag_store *store, const papertag_kept_model **out, size_t *count,
                                       papertag_error *err);

/* Puts the kept model whose hash starts with `hash` into use; NULL: none of them. Does not tag anything. Errors:
 * PAPERTAG_BAD_ARGUMENT when no hash starts so, or several do. */
PAPERTAG_API int papertag_store_use_model(papertag_store *store, const char *hash, papertag_error *err);

/* Opens the model in use; PAPERTAG_END when there is none. It may outlive the store. */
PAPERTAG_API int papertag_store_model(papertag_store *store, papertag_model **out, papertag_error *err);

/* Writes the kept model whose hash starts with `hash` (NULL: the one in use) to a file. */
PAPERTAG_API int papertag_store_save_model(papertag_store *store, const char *hash, const char *path,
                                           papertag_error *err);

#ifdef __cplusplus
}
#endif
#endif
