/*
 * papertag/learn.h - verdicts of a person, questions to ask, models that learn from the answers, topics without a tag.
 *
 *     store --> verdicts --> learn --> model             papertag_store_judge, papertag_learner
 */
#ifndef PAPERTAG_LEARN_H
#define PAPERTAG_LEARN_H

#include "papertag/store.h"
#include "papertag/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

/* What a person says of a tag: "yes", "no", or NULL to forget what was said. */
typedef struct papertag_verdict {
    const char *tag; /* slug, name or alias */
    const char *verdict;
} papertag_verdict;

/* Records verdicts on tags of a paper: all or, with an unknown tag (PAPERTAG_BAD_ARGUMENT), none. */
PAPERTAG_API int papertag_store_judge(papertag_store *store, int64_t key, const papertag_verdict *verdicts,
                                      size_t count, papertag_error *err);

/* Takes the last call that recorded verdicts back: what there was before it is there again; the call before it is the
 * next. *key: the paper, or the first of several. PAPERTAG_END when there is no such call; 1,000 calls are kept. */
PAPERTAG_API int papertag_store_undo(papertag_store *store, int64_t *key, papertag_error *err);

/* A verdict with its paper. */
typedef struct papertag_judgement {
    const char *id, *tag; /* of the paper, any of its ids; slug, name or alias */
    const char *verdict;  /* "yes" or "no" */
    const char *given;    /* when: YYYY-MM-DDTHH:MM:SSZ; NULL: now */
} papertag_judgement;

/* All verdicts, oldest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_judgements(papertag_store *store, const papertag_judgement **out, size_t *count,
                                           papertag_error *err);

/* Records verdicts from elsewhere, in one transaction that papertag_store_undo takes back whole: *brought of them, the
 * others being known already or older than what is known. One that cannot be recorded (no such paper or tag, no
 * verdict) is left out; `reject` is told which, and why. */
PAPERTAG_API int papertag_store_bring(papertag_store *store, const papertag_judgement *judgements, size_t count,
                                      size_t *brought,
                                      void (*reject)(void *context, size_t i, const papertag_error *why), void *context,
                                      papertag_error *err);

/* ---- reviewing --------------------------------------------------------------------------------------------------- */

typedef enum papertag_order {
    PAPERTAG_ORDER_UNCERTAIN = 0, /* the decision nearest to its cut first */
    PAPERTAG_ORDER_RANDOM = 1,    /* by chance, the same for a seed: what an estimate can be made from */
    PAPERTAG_ORDER_NEW = 2        /* the latest paper first */
} papertag_order;

/* What to ask a person. */
typedef struct papertag_question {
    int64_t key;
    const char *tag;       /* is the paper about this? NULL: are its tags right, all together? */
    double p, margin, cut; /* of the tag; NaN without */
    bool assigned;         /* by the model */
} papertag_question;

/* Up to `limit` questions (0: all) that nobody has answered, one a paper; about `tag` alone, unless it is NULL. In the
 * order by uncertainty each is about one tag, else without `tag` about all. By chance and with a tag, papers of which
 * the model has an opinion on it are drawn; without, all papers. `since`: as in papertag_query. Borrowed until the next
 * call. Errors: PAPERTAG_BAD_ARGUMENT for an unknown tag or a wrong day. */
PAPERTAG_API int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag,
                                          const char *since, uint64_t seed, size_t limit, const papertag_question **out,
                                          size_t *count, papertag_error *err);

/* Records the answer to a question: verdicts, as papertag_store_judge does, and with `audit` that the paper was drawn
 * by chance, about the question's tag or all. papertag_store_undo takes it back. */
PAPERTAG_API int papertag_store_answer(papertag_store *store, const papertag_question *question, bool audit,
                                       const papertag_verdict *verdicts, size_t count, papertag_error *err);

/* How right the model is on a tag, estimated from papers drawn by chance. */
typedef struct papertag_tag_audit {
    const char *tag;
    size_t papers;            /* stored papers that the model gave the tag */
    size_t audited, assigned; /* papers drawn that tell of the tag, and those of them with the tag */
    size_t right, missed;     /* of those with it, how many rightly; of those without, how many wrongly */
    papertag_estimate precision, recall;
} papertag_tag_audit;

typedef struct papertag_month {
    char month[8];               /* YYYY-MM, of the papers' days */
    size_t papers, tagged, tags; /* papers, those with a tag, and tags that the model gave */
    double p;                    /* mean probability of those: the precision that the model expects */
    size_t audited, right;       /* tags given to papers drawn by chance, and rightly */
} papertag_month;

typedef struct papertag_audit {
    size_t papers;                       /* drawn, and judged as a whole */
    papertag_estimate precision, recall; /* over all tags of these */
    const papertag_tag_audit *tags;      /* by slug; those of which something was drawn */
    size_t tag_count;
    const papertag_month *months; /* oldest first */
    size_t month_count;
} papertag_audit;

/* Estimates precision and recall from the answers to questions by chance. The papers of a tag fall into three strata:
 * given it, not given it but with an opinion, neither; in each the share with the tag is estimated, and precision and
 * recall follow from these and the sizes of the strata, which are known. The interval of a tag is by 4,000 draws from
 * the strata's Beta posteriors, whose prior counts as one paper that is as all tags' papers are (empirical Bayes); that
 * of all tags by 2,000 bootstrap samples of papers. Where a model has learnt from an answer, what counts is what it
 * would have decided without (see papertag_learner). Borrowed until the next call. */
PAPERTAG_API int papertag_store_audit(papertag_store *store, papertag_audit *out, papertag_error *err);

/* ---- topics without a tag ---------------------------------------------------------------------------------------- */

/* A topic that no tag covers. */
typedef struct papertag_topic {
    const char *name;         /* the phrase that its papers use */
    const char *const *terms; /* term_count: its own first, then those that set its papers apart */
    size_t term_count;
    const int64_t *keys; /* count: its papers, the most typical first */
    size_t count;
    size_t recent, before;   /* papers of the last days, and of as many days before those */
    double growth;           /* standard deviations by which its share of papers has grown: see papertag_trend */
    double score;            /* by which topics are ordered; comparable within one call */
    const char *nearest_tag; /* the tag that covers it best; NULL: none of its papers has a tag */
    double coverage;         /* the F1 of that tag, taken as a guess of the topic's papers */
} papertag_topic;

typedef struct papertag_discover_options {
    const char *since, *until; /* as in papertag_query */
    size_t min_papers, limit;  /* of a topic; topics */
    unsigned days;             /* what `recent` means: so many up to the newest paper */
    unsigned jobs;             /* threads; 0: one a processor. Does not change the result */
} papertag_discover_options;

/* Finds terms whose papers are alike in what their tags do not tell, best first. Needs a linear or kernel model, for
 * its terms. Method: see discover.h. Borrowed until the next call. */
PAPERTAG_API int papertag_store_discover(papertag_store *store, const papertag_model *model,
                                         const papertag_discover_options *options, const papertag_topic **out,
                                         size_t *count, papertag_error *err);

/* ---- learning from verdicts ------------------------------------------------------------------------------------ */

/* A tag made in this store. Its examples are verdicts. */
typedef struct papertag_own_tag {
    const char *tag;        /* a slug: a-z, 0-9 and '-' */
    const char *name;       /* for people; NULL: the slug */
    const char *definition; /* a sentence that says what it means; also learnt from; NULL */
    const char *query;      /* a tag expression: papers likely to have the tag; NULL */
} papertag_own_tag;

/* Makes a tag of one's own, or changes what is said of it, and records a yes for `count` stored papers, as one call
 * that records verdicts. Papers get the tag when a learner has learnt it. Errors: PAPERTAG_BAD_ARGUMENT for a name that
 * is no slug or is another tag's, a wrong expression, no paper for a new tag. */
PAPERTAG_API int papertag_store_own_tag(papertag_store *store, const papertag_own_tag *tag, const int64_t *keys,
                                        size_t count, papertag_error *err);

/* The slugs of the tags made in this store. Borrowed until the next call. */
PAPERTAG_API int papertag_store_own_tags(papertag_store *store, papertag_strings *out, papertag_error *err);

/* Learns what verdicts say, from a linear model and back into one: the model's weights are held to be true before a
 * verdict is seen, and only tags on which verdicts have changed since that model learnt are fitted. A yes and a no are
 * examples for and against their tag; what nobody judged is neither. The learner works on all stored papers, as they
 * were when it was opened. */
typedef struct papertag_learner papertag_learner;

typedef struct papertag_learn_options {
    const char *tag;    /* learn this tag alone, whether or not its verdicts have changed; NULL: those that have */
    const char *remove; /* a tag of one's own that is to go, with its verdicts; NULL */
    bool force;         /* take every fit, also one that is not better */
    unsigned jobs;      /* threads; 0: one a processor. Does not change the result */
} papertag_learn_options;

/* Opens a learner over a store and the model to start from; both must outlive it. Strings of `options` must too.
 * Errors: PAPERTAG_BAD_ARGUMENT for a kernel model or an unknown tag. */
PAPERTAG_API int papertag_learner_open(papertag_learner **out, papertag_store *store, const papertag_model *model,
                                       const papertag_learn_options *options, papertag_error *err);
PAPERTAG_API void papertag_learner_close(papertag_learner *learner);

/* Adds what is known of a paper from the model's own training set: all its tags; other tags of the model it has not.
 * Beside the verdicts, these keep a tag from forgetting. By the id of a stored paper (PAPERTAG_END when the store has
 * none such), or as a paper with its text and tags. A verdict is stronger. */
PAPERTAG_API int papertag_learner_label(papertag_learner *learner, const char *id, papertag_strings tags,
                                        papertag_error *err);
PAPERTAG_API int papertag_learner_add(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* Adds a labelled paper on which both models are measured, never fitted. */
PAPERTAG_API int papertag_learner_add_dev(papertag_learner *learner, const papertag_paper *paper, papertag_error *err);

/* What became of a tag. */
typedef struct papertag_tag_change {
    const char *tag;
    bool fresh;                       /* the model did not have it */
    bool gone;                        /* the model had it, and has it no longer: `remove` */
    bool taken;                       /* false: the new weights did worse on the verdicts than the old, which
                                         stay, by more than chance (sign test, 5 %) */
    size_t yes, no;                   /* verdicts learnt from */
    size_t labelled;                  /* papers of the training set learnt from beside */
    size_t right_before, right_after; /* of the verdicts, how many are decided as the person did by weights that have
                                        not seen them: by cross-validation */
    double cut_before, cut_after;     /* margins; NaN where there is none */
    const int64_t *gained, *lost;     /* stored papers whose tag flips, verdicts aside; most certain first */
    size_t gained_count, lost_count;
} papertag_tag_change;

typedef struct papertag_learning {
    const papertag_tag_change *tags; /* those fitted or gone, in slug order */
    size_t count, taken;             /* and how many of them are taken */
    size_t papers;                   /* stored papers with a tag that flips */
    size_t verdicts;                 /* in the store */
    size_t dev_papers;
    double dev_before, dev_after; /* micro-F1 on the dev papers; NaN without */
    double dev_p;                 /* two-sided p-value of their difference, by the paired bootstrap; NaN without */
    bool better; /* there is a tag that is taken, and on dev the new model is not worse by more than chance (5 %) */
    const char *hash; /* of the new model */
} papertag_learning;

/* Fits. *out is borrowed until the learner is closed. PAPERTAG_END when there is nothing to learn. A learner fits once.
 * Method: adaptive SVMs (Yang, Yan and Hauptmann 2007) for tags of the model; see learn.h for tags of one's own. */
PAPERTAG_API int papertag_learner_fit(papertag_learner *learner, const papertag_learning **out, papertag_error *err);

/* Writes the new model as a file, whole or not at all. */
PAPERTAG_API int papertag_learner_save(const papertag_learner *learner, const char *path, papertag_error *err);

/* Keeps the new model in the store, as the one in use, and gives its tags to the stored papers, all at once or not at
 * all. Papers that another model had tagged, or that came since, are left to papertag_store_outdated. */
PAPERTAG_API int papertag_learner_keep(papertag_learner *learner, papertag_error *err);

/* A model kept in the store: the last PAPERTAG_MODELS_KEPT. */
enum { PAPERTAG_MODELS_KEPT = 10 };
typedef struct papertag_kept_model {
    const char *hash, *made; /* as papertag_model_hash; YYYY-MM-DDTHH:MM:SSZ */
    const char *summary;     /* what it learnt, in words */
    bool used;
    size_t bytes;
} papertag_kept_model;

/* The models kept, newest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_models(papertag_store *store, const papertag_kept_model **out, size_t *count,
                                       papertag_error *err);

/* From now on the kept model whose hash begins so is in use; NULL: none, but the program's. Does not tag anything.
 * Errors: PAPERTAG_BAD_ARGUMENT when none begins so, or several. */
PAPERTAG_API int papertag_store_use(papertag_store *store, const char *hash, papertag_error *err);

/* Opens the model in use; PAPERTAG_END when the store has none. It may outlive the store. */
PAPERTAG_API int papertag_store_model(papertag_store *store, papertag_model **out, papertag_error *err);

/* Writes a kept model (by how its hash begins; NULL: the one in use) as a file. */
PAPERTAG_API int papertag_store_save_model(papertag_store *store, const char *hash, const char *path,
                                           papertag_error *err);

#ifdef __cplusplus
}
#endif
#endif
