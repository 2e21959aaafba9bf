/*
 * papertag/store.h - keep papers and their tags in one SQLite file, select them, deliver them to subscriptions.
 *
 *     papers and scores --> store --> selection          papertag_batch, papertag_store
 */
#ifndef PAPERTAG_STORE_H
#define PAPERTAG_STORE_H

#include "papertag/use.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the store ------------------------------------------------------------------------------------------------- */

/* One SQLite file with papers, a model's opinions on them, a person's verdicts, subscriptions and deliveries. Every
 * call that writes is one transaction: after a crash the file holds all of it or none. Several processes may use a
 * store at once; one that finds it locked waits up to 30 seconds. Days are in UTC. */
typedef struct papertag_store papertag_store;

/* Opens a store; with `create`, makes it and the folders on its path where there is none. An older layout is migrated.
 * Errors: PAPERTAG_IO, PAPERTAG_BAD_STORE, PAPERTAG_DAMAGED, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_store_open(papertag_store **out, const char *path, bool create, papertag_error *err);
PAPERTAG_API void papertag_store_close(papertag_store *store);

/* Papers and their scores, copied, to be stored together. One thread may fill a batch and another store it. */
typedef struct papertag_batch papertag_batch;

PAPERTAG_API int papertag_batch_open(papertag_batch **out, papertag_error *err);
PAPERTAG_API void papertag_batch_close(papertag_batch *batch);
PAPERTAG_API void papertag_batch_clear(papertag_batch *batch);
PAPERTAG_API size_t papertag_batch_count(const papertag_batch *batch);

/* Copies a paper and its `count` scores (from papertag_tag; NULL for none): those that are assigned or have a p of at
 * least PAPERTAG_OPINION_MIN. Errors: PAPERTAG_NO_MEMORY. */
#define PAPERTAG_OPINION_MIN 0.05
PAPERTAG_API int papertag_batch_add(papertag_batch *batch, const papertag_paper *paper, const papertag_score *scores,
                                    size_t count, papertag_error *err);

/* Tags a paper and adds it with its scores: papertag_tag and papertag_batch_add in one. It also keeps what was found in
 * the text, from which similar papers, topics and new models are found without reading the text again. The papers of a
 * batch are tagged by one model. */
PAPERTAG_API int papertag_batch_tag(papertag_batch *batch, const papertag_paper *paper, papertag_tagger *tagger,
                                    papertag_error *err);

/* Does ahead, once a batch is filled, what storing it does otherwise: takes its texts apart into words, for searching.
 * Worth it in another thread than the one that stores, when that has more to do. Papers that are added afterwards undo
 * it. Errors: PAPERTAG_NO_MEMORY, PAPERTAG_IO. */
PAPERTAG_API int papertag_batch_prepare(papertag_batch *batch, papertag_error *err);

/* What became of papers. */
typedef struct papertag_import {
    size_t added, updated, unchanged; /* each paper counts as one of these */
    size_t tagged;                    /* papers whose tags were written */
} papertag_import;

/* Stores a batch; adds to *counts. `model` is the one that gave the scores. A paper that the store has, from this
 * source or another, is updated: what was missing is filled in, counts are replaced, and a text that its source has
 * changed becomes the next version. A paper is the same by its arXiv identifier, its source's id or its DOI (of papers
 * with other titles, as of chapters, a DOI is not enough), else by title, first author and, where they are known, year;
 * different DOIs or arXiv identifiers hold apart, but for a preprint's. */
PAPERTAG_API int papertag_store_add(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                                    papertag_import *counts, papertag_error *err);

/* Adds to a batch up to `limit` stored papers that the model has not tagged, with scores by `tagger` (of that model).
 * papertag_store_retag then writes the scores in place of those that the papers have. */
PAPERTAG_API int papertag_store_outdated(papertag_store *store, const papertag_model *model, papertag_tagger *tagger,
                                         papertag_batch *batch, size_t limit, papertag_error *err);
PAPERTAG_API int papertag_store_retag(papertag_store *store, const papertag_batch *batch, const papertag_model *model,
                                      papertag_error *err);

/* The tags that the store knows, by slug (examples, cut and platt are 0), and how many papers have each. Borrowed until
 * the next call that writes. */
PAPERTAG_API int papertag_store_tags(papertag_store *store, const papertag_tag_info **tags, const size_t **papers,
                                     size_t *count, papertag_error *err);

typedef enum papertag_sort {
    PAPERTAG_SORT_DATE = 0,     /* newest first */
    PAPERTAG_SORT_TRENDING = 1, /* by upvotes / (age in days + 1) ^ 1.5: most first */
    PAPERTAG_SORT_P = 2         /* by the highest p of a tag that the expression names: most probable first */
} papertag_sort;

/* Which papers, in which order. Zero-initialised: all, newest first. */
typedef struct papertag_query {
    const char *expression; /* a tag expression; NULL: any */
    const char *search;     /* words and "phrases" that all occur in title or abstract; `word*` is a prefix; NULL */
    /* since, until: by the day of announcement as new or cross, else by date, all of whose days have to be in it when
     * it is a month or a year; without a date, by the day on which the paper was added */
    const char *since, *until; /* days: 2026-11-01, 2026-11, 2026, today, yesterday, 7d, 2w, 3m, 1y; NULL: open */
    const char *as_of;         /* the day taken for today, YYYY-MM-DD: leaves out papers of later days; NULL */
    papertag_sort sort;
    size_t limit;           /* 0: all */
    int64_t after;          /* key of a paper: only papers that come after it in this order; 0: all */
    bool unread_first;      /* with PAPERTAG_SORT_DATE: of a day's papers those that were not read come first */
    const char *subscriber; /* a subscription: leaves out the papers that were delivered to it; NULL */
} papertag_query;

/* The keys of the papers that match. *keys is borrowed until the next selection, and not NULL even when there are none.
 * Errors: PAPERTAG_BAD_ARGUMENT for a wrong expression (the message names the column) or day. */
PAPERTAG_API int papertag_store_select(papertag_store *store, const papertag_query *query, const int64_t **keys,
                                       size_t *count, papertag_error *err);

/* The expression of a query in plain form, with tags as slugs; "" when there is none. *named: the slugs of the tags
 * that it names other than under a `not`; may be NULL. Both are borrowed until the next call. */
PAPERTAG_API int papertag_store_expression(papertag_store *store, const papertag_query *query, const char **text,
                                           papertag_strings *named, papertag_error *err);

/* The same in words, for a title: "Quantization or Sparsity"; a tag that is given twice, as by an alias, once. */
PAPERTAG_API int papertag_store_describe(papertag_store *store, const papertag_query *query, const char **text,
                                         papertag_error *err);

/* At most `limit` papers of the query's days that come nearest to its expression: those with the highest p of a tag
 * that it names, assigned or not. None when the expression names no tag. Otherwise as papertag_store_select. */
PAPERTAG_API int papertag_store_nearest(papertag_store *store, const papertag_query *query, size_t limit,
                                        const int64_t **keys, size_t *count, papertag_error *err);

/* What a person says of a tag on a paper. */
typedef enum papertag_verdict {
    PAPERTAG_VERDICT_NONE = 0,
    PAPERTAG_VERDICT_YES = 1, /* the paper has the tag, whatever the model thinks */
    PAPERTAG_VERDICT_NO = 2   /* it does not have it */
} papertag_verdict;

/* "yes" or "no"; NULL for none. */
PAPERTAG_API const char *papertag_verdict_name(papertag_verdict verdict);

/* A tag of a stored paper. */
typedef struct papertag_decision {
    const char *tag, *name;
    double p;           /* the model's, 0 to 1; 1 where a person said yes */
    double margin, cut; /* the model's; NaN where it has none */
    bool assigned;      /* by the model */
    bool in_force;      /* by the verdict; without one, by the model */
    papertag_verdict verdict;
} papertag_decision;

typedef struct papertag_stored {
    papertag_paper paper;          /* has_tags is false: tags are below */
    size_t version;                /* of the text, from 1 */
    const char *added, *updated;   /* YYYY-MM-DDTHH:MM:SSZ */
    const char *model;             /* hash of the model that tagged it; NULL: not tagged */
    papertag_strings sources;      /* where it was seen, each "source id" */
    const papertag_decision *tags; /* in force first, then highest p first */
    size_t tag_count;
    bool read, starred; /* by a person: see papertag_store_mark */
    const char *note;   /* NULL: none */
} papertag_stored;

/* The paper with that key. *out is borrowed until the next call. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_get(papertag_store *store, int64_t key, const papertag_stored **out,
                                    papertag_error *err);

/* The key of a paper by any of its ids: from arXiv, from its source, or a DOI. PAPERTAG_BAD_ARGUMENT: no such paper. */
PAPERTAG_API int papertag_store_find(papertag_store *store, const char *id, int64_t *key, papertag_error *err);

/* A text that a paper had before. */
typedef struct papertag_past_text {
    size_t version;
    const char *title, *abstract; /* NULL: none */
    const char *replaced;         /* when: YYYY-MM-DDTHH:MM:SSZ */
} papertag_past_text;

/* The texts before the one in force, the newest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_versions(papertag_store *store, int64_t key, const papertag_past_text **out,
                                         size_t *count, papertag_error *err);

/* What a person notes of papers beside verdicts. */
typedef enum papertag_sign { PAPERTAG_SIGN_READ = 0, PAPERTAG_SIGN_STARRED = 1 } papertag_sign;

/* Marks papers, or takes the mark from them; as one call that papertag_store_undo takes back. Errors:
 * PAPERTAG_BAD_ARGUMENT when one is not in the store; then none is marked. */
PAPERTAG_API int papertag_store_mark(papertag_store *store, const int64_t *keys, size_t count, papertag_sign sign,
                                     bool on, papertag_error *err);

/* Writes a person's note on a paper; NULL or "": none. The same. */
PAPERTAG_API int papertag_store_set_note(papertag_store *store, int64_t key, const char *note, papertag_error *err);

/* A value and how many papers have it. */
typedef struct papertag_counted {
    const char *value;
    size_t papers;
} papertag_counted;

/* Counts what papers have: their tags in force, or their organizations; most papers first, at most `limit`. Borrowed
 * until the next call; keys may be the last selection's. */
typedef enum papertag_countable { PAPERTAG_COUNT_TAGS, PAPERTAG_COUNT_ORGANIZATIONS } papertag_countable;
PAPERTAG_API int papertag_store_count(papertag_store *store, papertag_countable what, const int64_t *keys, size_t count,
                                      size_t limit, const papertag_counted **out, size_t *out_count,
                                      papertag_error *err);

/* Verdicts on a tag against what the model says of the same papers. */
typedef struct papertag_judged {
    size_t right, wrong;   /* the model assigned the tag; a person said yes, no */
    size_t missed, spared; /* it did not assign it; a person said yes, no */
} papertag_judged;
PAPERTAG_API int papertag_store_judged(papertag_store *store, const char *tag, papertag_judged *out,
                                       papertag_error *err);

typedef struct papertag_neighbour {
    int64_t key;
    const char *id;
    double similarity; /* cosine of the tf-idf vectors, 0 to 1 */
    bool judged;       /* a person has given a verdict on it */
} papertag_neighbour;

/* The stored papers most similar to one of them, nearest first, at most `limit`: all are measured, by the tagger's
 * model, with a thread and a connection for each of up to four processors. Borrowed until the next call. */
PAPERTAG_API int papertag_store_similar(papertag_store *store, papertag_tagger *tagger, int64_t key, size_t limit,
                                        const papertag_neighbour **out, size_t *count, papertag_error *err);

/* How many papers with a tag (NULL: papers at all) there are in each week; counts[weeks - 1] is of the week that ends
 * with `as_of` (NULL: today). */
PAPERTAG_API int papertag_store_weeks(papertag_store *store, const char *tag, const char *as_of, size_t *counts,
                                      size_t weeks, papertag_error *err);

/* A tag or term that rises. */
typedef struct papertag_trend {
    const char *term;
    bool is_tag;
    size_t now, before; /* papers of the last `days` days, and of as many before those */
    double score;       /* by how many standard deviations its share of papers has grown: two proportions, Wilson's
                           plus four */
} papertag_trend;

/* At most `limit` tags and terms of titles that rise most, highest score first; of those that at least 3 papers have.
 * Borrowed until the next call. */
PAPERTAG_API int papertag_store_trends(papertag_store *store, const char *as_of, unsigned days, size_t limit,
                                       const papertag_trend **out, size_t *count, papertag_error *err);

typedef struct papertag_store_stats {
    size_t papers, versions, tagged, tags, opinions, verdicts, subscriptions, deliveries;
    size_t bytes;             /* of the file */
    const char *first, *last; /* dates of the papers, YYYY-MM-DD; NULL without papers */
    const char *model;        /* hash of the model that tagged last; NULL */
} papertag_store_stats;

PAPERTAG_API int papertag_store_statistics(papertag_store *store, papertag_store_stats *out, papertag_error *err);

/* ---- several at once --------------------------------------------------------------------------------------------- */

/* How many transactions have written to the store: it differs once anything is written, by whatever process. */
PAPERTAG_API int papertag_store_changes(papertag_store *store, int64_t *changes, papertag_error *err);

/* From now on calls that write fail with PAPERTAG_CHANGED, and write nothing, unless papertag_store_changes is that
 * number when their transaction begins. -1: whatever it is. */
PAPERTAG_API void papertag_store_expect(papertag_store *store, int64_t changes);

/* Ends what the store is at with PAPERTAG_INTERRUPTED. The only call that another thread may make, at any time until
 * the store is closed. */
PAPERTAG_API void papertag_store_interrupt(papertag_store *store);

/* Limits the cache of this handle to that number of bytes, and maps nothing of the file: what the cache does not hold
 * is read, mostly from the system's cache. */
PAPERTAG_API int papertag_store_limit_cache(papertag_store *store, size_t bytes, papertag_error *err);

/* ---- several stores ---------------------------------------------------------------------------------------------- */

/* What another store brought. Strings are borrowed until the next call. */
typedef struct papertag_merged {
    size_t added, updated, unchanged;    /* papers: each counts as one of these */
    size_t verdicts, marks;              /* verdicts that hold now; papers with new marks or notes */
    size_t deliveries;                   /* papers that count as delivered now, each to a subscription */
    size_t subscriptions, sources, tags; /* that were not here; of tags those of a person's own */
    papertag_strings subscriptions_kept; /* names of those that differ there: they stay as they are here */
    papertag_strings sources_kept;
    size_t unfinished; /* deliveries that were begun there and are not done with: they stay there */
    const char *model; /* hash of the model that was made there and is in use there, but not here; NULL */
    bool changed;      /* anything was written here */
} papertag_merged;

/* Brings in the store at `path`, which is only read; one of an older layout, too. What it knows is added as by
 * papertag_store_add: papers by identity, with their sources, versions, and tags by the models that gave them. A text
 * that one source changed is the later one's: of the store that has had both, else of the one that stored it later. Of
 * verdicts the later holds. Marks, notes, random draws and deliveries of both stores count; papers of a mail that no
 * server has accepted were not delivered. Own tags, subscriptions and sources (with their places) that are missing are
 * added; those that both have stay as they are here. Models are not brought in, as each fits the verdicts of its store:
 * to learn from all of them makes the next. What one store has forgotten (a verdict, a mark, a tag) the other brings
 * back.
 *
 * Papers come in transactions of some thousands, with all that belongs to them: after any end the next call completes
 * the merge; and called again, it changes nothing. All verdicts and marks are one call for papertag_store_undo.
 * Errors: as of papertag_store_open; PAPERTAG_DAMAGED for values that no store has; PAPERTAG_BAD_ARGUMENT when it is
 * the same file. */
PAPERTAG_API int papertag_store_merge(papertag_store *store, const char *path, papertag_merged *out,
                                      papertag_error *err);

/* ---- checking and repair ----------------------------------------------------------------------------------------- */

typedef enum papertag_finding_kind {
    PAPERTAG_FINDING_STORE,             /* which store it is, and its layout */
    PAPERTAG_FINDING_DAMAGED_FILE,      /* for papertag_store_salvage */
    PAPERTAG_FINDING_WRONG_INDEX,       /* an index, or a reference between rows: for papertag_store_repair */
    PAPERTAG_FINDING_WRONG_VALUES,      /* what columns cannot hold: likewise */
    PAPERTAG_FINDING_UNCHECKED_INDEX,   /* the text index may be wrong, and SQLite's check of it needs a file that is
                                           writable */
    PAPERTAG_FINDING_EMPTY_PAPERS,      /* papers without a text: adding them again fills them in */
    PAPERTAG_FINDING_OUTDATED_TAGS,     /* papers without tags of the model: for papertag_store_outdated */
    PAPERTAG_FINDING_UNLEARNT_VERDICTS, /* for papertag_learner_fit */
    PAPERTAG_FINDING_OPEN_DELIVERIES    /* begun and not ended: for papertag_delivery_settle */
} papertag_finding_kind;

/* What was found of a store. */
typedef struct papertag_finding {
    papertag_finding_kind kind;
    bool trouble;     /* something is wrong; else it is only worth knowing */
    const char *what; /* a sentence */
} papertag_finding;

/* Checks a store: the file, references between its rows, the text index against the texts, the index of tags against
 * opinions and verdicts, papers that `model` (NULL: none) has not tagged, verdicts that no model has learnt from,
 * deliveries that were begun and not ended. Borrowed until the next call. */
PAPERTAG_API int papertag_store_check(papertag_store *store, const papertag_model *model, const papertag_finding **out,
                                      size_t *count, papertag_error *err);

/* Builds the indexes again from the rows that they index, drops rows that refer to missing rows, and replaces values
 * that columns cannot hold; in one transaction. PAPERTAG_DAMAGED: the file itself is damaged, and left as it is. */
PAPERTAG_API int papertag_store_repair(papertag_store *store, papertag_error *err);

/* What was saved of a damaged store. */
typedef struct papertag_salvaged {
    size_t papers; /* with their texts */
    size_t named;  /* papers whose rows could not be read: their names remain, and the verdicts on them */
    size_t verdicts;
    char kept[4128]; /* the path of the damaged file */
} papertag_salvaged;

/* Puts a new store in the place of a damaged one, with every row that can be read; its papers are to be tagged again.
 * The damaged file remains as PATH.damaged. The store must not be open, here or elsewhere.
 * Errors: PAPERTAG_BAD_STORE when nothing can be read, PAPERTAG_IO; the store at `path` is then unchanged. */
PAPERTAG_API int papertag_store_salvage(const char *path, papertag_salvaged *out, papertag_error *err);

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

typedef struct papertag_subscription {
    const char *name;
    const char *expression;
    const char *format;      /* of its digests */
    const char *address;     /* of the mail; NULL */
    const char *title;       /* NULL: made from the expression */
    const char *unsubscribe; /* URL for mail headers; NULL */
    const char *path;        /* the file that its digests are written to, in a form of the program's; NULL */
    papertag_sort sort;
    size_t limit;        /* of papers a digest; 0: all */
    int weekday;         /* of its deliveries: 1 (Monday) to 7; 0: any day */
    bool tell_quiet;     /* a digest without papers is delivered, too */
    size_t delivered;    /* papers so far; set by papertag_store_subscriptions */
    const char *last;    /* time of the last delivery, YYYY-MM-DDTHH:MM:SSZ; NULL; set likewise */
    const char *created; /* set likewise */
} papertag_subscription;

/* Makes a subscription, or changes the one with its name. With `from_now` all papers that the store has count as
 * delivered. Errors: PAPERTAG_BAD_ARGUMENT for a wrong expression or name. */
PAPERTAG_API int papertag_store_subscribe(papertag_store *store, const papertag_subscription *subscription,
                                          bool from_now, papertag_error *err);

/* The same, to begin with `count` papers, by keys of the caller's: all others that the store has count as delivered. */
PAPERTAG_API int papertag_store_subscribe_to(papertag_store *store, const papertag_subscription *subscription,
                                             const int64_t *first, size_t count, papertag_error *err);

/* Forgets a subscription and what was delivered to it. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_unsubscribe(papertag_store *store, const char *name, papertag_error *err);

/* All subscriptions by name. Borrowed until the next call. */
PAPERTAG_API int papertag_store_subscriptions(papertag_store *store, const papertag_subscription **out, size_t *count,
                                              papertag_error *err);

/* A delivery of papers to a subscription, in steps, so that a paper is sent once even when the program is killed.
 * _begin writes the digest beside the file `path` and records that it is about to take its place; _publish puts it
 * there; _end records that this was done. For standard output `path` is NULL, and the caller writes between _begin
 * and _end. The next _settle finds a delivery that was begun and not ended: it counts as ended when the file had
 * taken its place, wherever it may have been moved since; otherwise, and always for standard output, pipes and
 * devices, as never begun. `day` is the digest's. Another program that delivers from this store waits from _settle
 * to _end, or until the store is closed. Errors: PAPERTAG_IO, also of _end when the subscription was removed
 * meanwhile. */
PAPERTAG_API int papertag_delivery_settle(papertag_store *store, const char *subscription, papertag_error *err);
PAPERTAG_API int papertag_delivery_begin(papertag_store *store, const char *subscription, const char *day,
                                         const int64_t *keys, size_t count, const char *path, const void *bytes,
                                         size_t size, int64_t *delivery, papertag_error *err);
PAPERTAG_API int papertag_delivery_publish(papertag_store *store, int64_t delivery, const void *bytes, size_t size,
                                           papertag_error *err);
PAPERTAG_API int papertag_delivery_end(papertag_store *store, int64_t delivery, papertag_error *err);

/* A delivery that was made. */
typedef struct papertag_delivery {
    const char *day, *ended; /* of the digest; when: YYYY-MM-DDTHH:MM:SSZ */
    size_t papers;
} papertag_delivery;

/* The last `limit` deliveries to a subscription, the newest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_deliveries(papertag_store *store, const char *subscription, size_t limit,
                                           const papertag_delivery **out, size_t *count, papertag_error *err);

/* The last papers that were delivered to a subscription, at most `limit`, newest delivery first. Borrowed until the
 * next selection. */
PAPERTAG_API int papertag_delivery_latest(papertag_store *store, const char *subscription, size_t limit,
                                          const int64_t **keys, size_t *count, papertag_error *err);

/* The papers that were delivered to a subscription for a day, in their order. Borrowed until the next selection. */
PAPERTAG_API int papertag_delivery_of(papertag_store *store, const char *subscription, const char *day,
                                      const int64_t **keys, size_t *count, papertag_error *err);

/* ---- sources --------------------------------------------------------------------------------------------------- */

/* Where a program fetches papers from. The library has no network: it keeps what the program needs to go on after any
 * end, in forms of the program's own. Times are YYYY-MM-DDTHH:MM:SSZ; all but the first three may be NULL. */
typedef struct papertag_source {
    const char *name;
    const char *kind;           /* of service */
    papertag_strings arguments; /* what to ask it for */
    const char *url;            /* takes the place of the service's address */
    const char *added;          /* set by the store */
    const char *place;          /* how far it was read */
    const char *validators;     /* of its last answer, to be told that nothing has changed */
    const char *state;          /* in which the last run ended, a word */
    const char *answer;         /* the last answer, in words */
    const char *answered;       /* when that was */
    const char *finished;       /* when it was last read to the end */
    const char *news;           /* when it last gave something that the store did not have */
    size_t gap;                 /* the longest time between two of these, days */
    const char *again;          /* it asked not to be asked before */
} papertag_source;

/* Adds a source: name, kind, arguments, url; the rest is NULL. PAPERTAG_BAD_ARGUMENT for a wrong name, or one that is
 * taken. */
PAPERTAG_API int papertag_store_source_add(papertag_store *store, const papertag_source *source, papertag_error *err);

/* Forgets a source. Its papers stay. PAPERTAG_BAD_ARGUMENT when there is none. */
PAPERTAG_API int papertag_store_source_remove(papertag_store *store, const char *name, papertag_error *err);

/* All sources, in the order in which they were added. Borrowed until the next call. */
PAPERTAG_API int papertag_store_sources(papertag_store *store, const papertag_source **out, size_t *count,
                                        papertag_error *err);

/* Stores a batch as papertag_store_add does (NULL: none), and how far its source has been read: place, validators,
 * state and all that follows, in one transaction. So no paper is lost or fetched twice, whenever the program ends.
 * PAPERTAG_BAD_ARGUMENT when there is no source of that name any more; nothing is stored then. */
PAPERTAG_API int papertag_store_add_from(papertag_store *store, const papertag_source *source,
                                         const papertag_batch *batch, const papertag_model *model,
                                         papertag_import *counts, papertag_error *err);

/* ---- mails ------------------------------------------------------------------------------------------------------- */

/* What is known of a mail. Only an accepted one is done with. */
typedef enum papertag_mail_state {
    PAPERTAG_MAIL_BEGUN = 0,    /* no server has had it */
    PAPERTAG_MAIL_ACCEPTED = 1, /* a server answers for it */
    PAPERTAG_MAIL_REFUSED = 2,  /* for good: it is not to be sent again */
    PAPERTAG_MAIL_DEFERRED = 3, /* for now: it is to be sent again */
    PAPERTAG_MAIL_UNKNOWN = 4   /* it went out whole, and no answer came back: it may have arrived */
} papertag_mail_state;

/* "begun", "accepted" ... */
PAPERTAG_API const char *papertag_mail_state_name(papertag_mail_state state);

/* A delivery by mail. */
typedef struct papertag_mail {
    int64_t delivery;
    const char *subscription, *address, *message_id;
    papertag_mail_state state;
    const char *begun;  /* YYYY-MM-DDTHH:MM:SSZ */
    const char *tried;  /* the last try; NULL */
    const char *answer; /* of the server, or what went wrong; NULL */
    size_t tries;
    size_t papers;
} papertag_mail;

/* Records a delivery of papers (there may be none) by mail: the message with all its bytes, so that each try sends the
 * same. Call papertag_delivery_settle before it; the lock that this takes is held until the store is closed, so that no
 * two programs send the same. */
PAPERTAG_API int papertag_mail_begin(papertag_store *store, const char *subscription, const char *day,
                                     const int64_t *keys, size_t count, const char *address, const char *message_id,
                                     const void *bytes, size_t size, int64_t *delivery, papertag_error *err);

/* The mails to a subscription (NULL: to any) that are not done with, oldest first. Borrowed until the next call. */
PAPERTAG_API int papertag_store_mails(papertag_store *store, const char *subscription, const papertag_mail **out,
                                      size_t *count, papertag_error *err);

/* The message of a mail. Borrowed until the next call. */
PAPERTAG_API int papertag_mail_message(papertag_store *store, int64_t delivery, const void **bytes, size_t *size,
                                       papertag_error *err);

/* Records a mail's state. PAPERTAG_MAIL_UNKNOWN is recorded before the last bytes are sent, the result after that: so
 * the store knows what is not known even when the program is killed in between. `answer` may be NULL. */
PAPERTAG_API int papertag_mail_record(papertag_store *store, int64_t delivery, papertag_mail_state state,
                                      const char *answer, papertag_error *err);

/* Settles a person's word on the mails to a subscription that are not done with: they were sent, or they were not, and
 * their papers come in its next digest. *count: how many there were. */
PAPERTAG_API int papertag_mail_resolve(papertag_store *store, const char *subscription, bool sent, size_t *count,
                                       papertag_error *err);

#ifdef __cplusplus
}
#endif
#endif
