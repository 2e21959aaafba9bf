/*
 * papertag/use.h - read papers, open a model, tag and explain.
 *
 *     read --> tokenize --> vectorize --> score          papertag_reader, papertag_tagger
 */
#ifndef PAPERTAG_USE_H
#define PAPERTAG_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PAPERTAG_API __attribute__((visibility("default")))
#else
#define PAPERTAG_API
#endif

/* ---- errors ---------------------------------------------------------------------------------------------------- */

typedef enum papertag_status {
    PAPERTAG_OK = 0,
    PAPERTAG_END = 1,            /* no more papers: not an error, and `err` is not written */
    PAPERTAG_NO_MEMORY = 2,      /* an allocation failed */
    PAPERTAG_IO = 3,             /* the system refused a file operation */
    PAPERTAG_BAD_INPUT = 4,      /* a record, a file or a set of papers is not what it should be */
    PAPERTAG_BAD_ARGUMENT = 5,   /* an option is out of range, or a name is not known */
    PAPERTAG_BAD_MODEL = 6,      /* a model file is foreign, damaged, or of another version */
    PAPERTAG_BAD_STORE = 7,      /* a store is foreign, or of a later version */
    PAPERTAG_DAMAGED = 8,        /* the file of a store is damaged: papertag_store_salvage reads what is left */
    PAPERTAG_UNKNOWN_FORMAT = 9, /* no format fits a source of papers: it may still be read in one that is named */
    PAPERTAG_BLANK = 10,      /* an empty line: not an error, though `err` names its place; see the reader's options */
    PAPERTAG_CHANGED = 11,    /* a store is not as the caller expected: see papertag_store_expect */
    PAPERTAG_INTERRUPTED = 12 /* papertag_store_interrupt was called */
} papertag_status;

typedef struct papertag_error {
    papertag_status status;
    char message[1024]; /* one line without a newline, cut at the end if it must be */
    size_t line;        /* of a broken record: where it begins in its file, from 1; else 0 */
    size_t reason;      /* where the reason begins in the message, after the place; bytes */
} papertag_error;

/* Writes a file whole or not at all, whatever happens: beside it under another name, synced, then renamed over it. What
 * path leads to by symbolic links is what is replaced, and its permissions stay; a pipe or a device is written into.
 * The library writes all its files so. Errors: PAPERTAG_IO. */
PAPERTAG_API int papertag_write_file(const char *path, const void *bytes, size_t size, papertag_error *err);

/* The version of the library, PAPERTAG_VERSION when it was built. Static. */
PAPERTAG_API const char *papertag_version(void);

/* Finds a file that is installed with papertag, "default.papertag" or "labels.tsv", and writes its path to
 * path[0 .. size): in share/papertag of the installation that the program or library belongs to which this function is
 * part of, or in the source tree where that was built. False when there is none, or no room; then path means nothing.
 */
PAPERTAG_API bool papertag_installed(const char *name, char *path, size_t size);

/* Where a value or member of a JSON text ends, for who looks at a text without parsing it: the comma or bracket after
 * what is at `at`, outside of strings and of brackets that open there; NULL when there is none before `end`. */
PAPERTAG_API const char *papertag_json_skip(const char *at, const char *end);

/* The quote that closes the string whose first byte, after the quote that opens it, is at `at`; `end` when there is
 * none. */
PAPERTAG_API const char *papertag_json_string_end(const char *at, const char *end);

/* How far long work has got: `done` of `total` steps of `stage`, a few words. Called on the thread that asked for the
 * work. */
typedef void papertag_progress(void *context, const char *stage, size_t done, size_t total);

/* ---- words ----------------------------------------------------------------------------------------------------- */

/* The index of the word nearest to `word` among words[0 .. count), to ask "did you mean ...?"; the first of equals.
 * Nearness is the number of letters to add, drop, change or swap; a shortened word is near, too. Returns count when
 * that number is over half the length of `word` for all of them. */
PAPERTAG_API size_t papertag_nearest(const char *word, const char *const *words, size_t count);

/* ---- papers ---------------------------------------------------------------------------------------------------- */

typedef struct papertag_strings {
    const char *const *items; /* `count` strings; NULL when count is 0 */
    size_t count;
} papertag_strings;

/* A paper as read. Absent strings are NULL, absent numbers -1. At least one of title and abstract has text. */
typedef struct papertag_paper {
    const char *id;    /* never NULL: from the source, or "t-" and 16 hex digits derived from the title */
    const char *arxiv; /* arXiv identifier without a version, as given or found in id, url or doi */
    const char *doi;   /* lower case, without "doi:" or a resolver before it */
    const char *title;
    const char *abstract;
    const char *date; /* YYYY-MM-DD */
    const char *organization;
    const char *url;
    const char *source; /* where it came from: "arxiv", "huggingface", "conference" ... */
    const char *venue;
    const char *announced;     /* YYYY-MM-DD: the day on which the source announced this version */
    const char *announce_type; /* new, cross, replace, replace-cross */
    const char *featured;      /* YYYY-MM-DD: the day of the daily page that it was on */
    const char *code_url;
    const char *project_url;
    const char *pdf_url;
    papertag_strings authors;    /* names, first name first */
    papertag_strings categories; /* of the source: "cs.LG" */
    papertag_strings keywords;
    papertag_strings tags;
    papertag_strings maybe; /* tags on which careful readers disagree: evaluation leaves these pairs out */
    bool has_tags;          /* the record has a field of tags, even if it is empty */
    long author_count;      /* may exceed authors.count, when only the number is known */
    long upvotes;
    long comments;
    size_t line; /* where the record begins in its file, from 1 */
} papertag_paper;

/* A title or an abstract as a reader sees it: *out is the text with accents, dashes, signs and formulas of LaTeX as
 * characters ("$\\ell_2$" is U+2113, U+2082) and without its commands of style; to be freed. What cannot be shown so
 * stays as it is. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_plain_text(const char *text, char **out, papertag_error *err);

/* Where the parts of a name begin that has the first name first, as those of a paper have; bytes. */
typedef struct papertag_name_parts {
    size_t last;   /* "van der Roe" in "Rick van der Roe Jr"; 0: not known, as with organisations */
    size_t suffix; /* "Jr"; 0: there is none */
} papertag_name_parts;

/* Finds the last name, and a suffix, in a name; a space is before each. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_name_split(const char *name, papertag_name_parts *out, papertag_error *err);

typedef struct papertag_reader papertag_reader;

typedef struct papertag_reader_options {
    const char *format;     /* a name of papertag_reader_format_name; NULL: detected from the content */
    const char *page_date;  /* YYYY-MM-DD of a copied page, for its dates without a year; NULL: the time of the file */
    const char *today;      /* YYYY-MM-DD, for a copied page that is no file; NULL: by the clock */
    const char *tags_field; /* the field that has the tags; NULL: "tags" */
    bool text_only;         /* all fields but id, title and abstract may be left absent, which is faster */
    bool objects;     /* papertag_reader_object is enough in place of all fields but those three, where it gives one */
    bool blank_lines; /* return the empty lines of JSON Lines, too: as PAPERTAG_BLANK */
} papertag_reader_options;

/* Opens `path` ("-": standard input) to read papers; gzip, xz, bzip2 and zstd are unpacked, and the members
 * of a zip archive read one after the other. Latin-1, Windows-1252 and UTF-16 are recognised. `options` may be NULL.
 * Errors: PAPERTAG_IO, PAPERTAG_UNKNOWN_FORMAT when no format fits the content, PAPERTAG_BAD_INPUT when the source is
 * damaged or is not what its format asks for, PAPERTAG_BAD_ARGUMENT for an unknown name of a format. */
PAPERTAG_API int papertag_reader_open(papertag_reader **out, const char *path, const papertag_reader_options *options,
                                      papertag_error *err);

/* The same for `size` bytes in memory, which must outlive the reader; messages call them `name`. */
PAPERTAG_API int papertag_reader_open_memory(papertag_reader **out, const char *name, const void *bytes, size_t size,
                                             const papertag_reader_options *options, papertag_error *err);

/* Bytes that come from elsewhere, for instance from a network. */
typedef struct papertag_stream {
    void *context;
    /* Waits until there are bytes and reads up to `room` of them: how many; 0 at the end, -1 with errno when it failed.
     */
    long (*read)(void *context, void *to, size_t room);
    bool (*waits)(void *context); /* whether `read` would have to wait now */
} papertag_stream;

/* The same for a stream, which is copied; its context must outlive the reader. */
PAPERTAG_API int papertag_reader_open_stream(papertag_reader **out, const char *name, const papertag_stream *stream,
                                             const papertag_reader_options *options, papertag_error *err);

/* Reads the next paper; *out is borrowed until the next call.
 * Returns PAPERTAG_OK; PAPERTAG_END after the last; PAPERTAG_BAD_INPUT for a broken record, which is skipped: the
 * message is `FILE:LINE: reason` and the next call goes on after it. PAPERTAG_BLANK: see the options. Any other status
 * ends the reading. */
PAPERTAG_API int papertag_reader_next(papertag_reader *reader, const papertag_paper **out, papertag_error *err);

/* Goes past the next record, good or broken, or empty line if the options ask for them: where a record is a line it is
 * not even parsed. Returns PAPERTAG_OK, PAPERTAG_END after the last, or a status that ends the reading. */
PAPERTAG_API int papertag_reader_pass(papertag_reader *reader, papertag_error *err);

/* The JSON object that the last paper was read from, byte for byte as in the source, in UTF-8 or what was given for it:
 * *length bytes without a NUL, borrowed until the next call. NULL when the format is another. Objects that wrap all
 * papers of a source are not part of it. */
PAPERTAG_API const char *papertag_reader_object(const papertag_reader *reader, size_t *length);

/* Whether the next call on the reader might wait for another program, which has sent no more for now: then is the time
 * to use what was read. Never for a file. */
PAPERTAG_API bool papertag_reader_waits(const papertag_reader *reader);

/* Whether the source had nothing in it but white space when it was opened. */
PAPERTAG_API bool papertag_reader_is_empty(const papertag_reader *reader);

/* The name of the format being read; "archive" before the first member of one. Constant. */
PAPERTAG_API const char *papertag_reader_format(const papertag_reader *reader);

/* The name of the i-th of all formats, in the order in which they are tried: "daily-papers", "jsonl", "csv" ...; NULL
 * after the last. Constant. */
PAPERTAG_API const char *papertag_reader_format_name(size_t i);

/* What is read of the i-th format, for people, and who writes it. Both constant; empty when that is not known. */
PAPERTAG_API const char *papertag_reader_format_about(size_t i, const char **written_by);

/* What the reader has to say about the source as a whole, for instance which columns were not used: a sentence each,
 * without the name of the source. The list grows while papers are read, and is complete when papertag_reader_next has
 * returned PAPERTAG_END. Returns the number of *out, which are borrowed until the reader is closed; the list itself
 * until the next call on the reader. */
PAPERTAG_API size_t papertag_reader_remarks(const papertag_reader *reader, const char *const **out);

PAPERTAG_API void papertag_reader_close(papertag_reader *reader);

/* ---- models ---------------------------------------------------------------------------------------------------- */

typedef struct papertag_model papertag_model;

/* A tag of a model. Strings live as long as the model. */
typedef struct papertag_tag_info {
    const char *tag;          /* the slug, for instance "mixture-of-experts" */
    const char *name;         /* for people; the slug when the model has none */
    const char *definition;   /* NULL when the model has none */
    const char *group;        /* NULL when the model has none */
    papertag_strings aliases; /* other names */
    size_t examples;          /* papers with the tag in the training set */
    double cut;               /* the tag is assigned when its margin is at least this */
    double platt_a;           /* p = 1 / (1 + exp(platt_a * margin + platt_b)) */
    double platt_b;
} papertag_tag_info;

/* Opens a model file: maps it, checks its checksum and every offset in it.
 * Errors: PAPERTAG_IO, PAPERTAG_BAD_MODEL, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_model_open(papertag_model **out, const char *path, papertag_error *err);

/* The same over `size` bytes in memory, aligned to 64 bytes, which must outlive the model. `name` stands for the file
 * in messages. */
PAPERTAG_API int papertag_model_open_memory(papertag_model **out, const char *name, const void *bytes, size_t size,
                                            papertag_error *err);

PAPERTAG_API void papertag_model_close(papertag_model *model);

/* Sets *out, unless `out` is NULL, to the T tags of the model in slug order, which live as long as the model. Returns
 * T. */
PAPERTAG_API size_t papertag_model_tags(const papertag_model *model, const papertag_tag_info **out);

/* The number of a tag, 0 to T - 1, by its slug, name or alias. Case, spaces, '_' and a leading '#' do not matter.
 * Errors: PAPERTAG_BAD_ARGUMENT; the message names the nearest tags. */
PAPERTAG_API int papertag_model_find_tag(const papertag_model *model, const char *name, size_t *index,
                                         papertag_error *err);

/* The checksum of the model's file: 16 hexadecimal digits that differ from those of any other model. Lives as long as
 * the model. */
PAPERTAG_API const char *papertag_model_hash(const papertag_model *model);

/* The manifest: a JSON object in UTF-8 with version, options, tags, training set and metrics. Lives as long as the
 * model. */
PAPERTAG_API const char *papertag_model_manifest(const papertag_model *model);

/* V, the number of terms. */
PAPERTAG_API size_t papertag_model_term_count(const papertag_model *model);

/* Term i < V: *length bytes at *term, not NUL-terminated, and its inverse document frequency. Out-parameters may be
 * NULL. */
PAPERTAG_API void papertag_model_term(const papertag_model *model, size_t i, const char **term, size_t *length,
                                      double *idf);

/* The weight of term i < V for tag t < T of a linear model; 0 for a kernel model. */
PAPERTAG_API double papertag_model_weight(const papertag_model *model, size_t i, size_t t);

/* True when each tag is one vector of weights, so that papertag_explain works. */
PAPERTAG_API bool papertag_model_is_linear(const papertag_model *model);

/* Writes `DIR/TAG.model` for every tag in LIBSVM's own format (svm-predict loads it), `DIR/vocabulary.tsv` (index,
 * term, idf; index from 1), `DIR/manifest.json`, and `DIR/README.txt` on how to build the vectors. Makes DIR if needed.
 * Format: LIBSVM 3.24, README and svm_save_model. Errors: PAPERTAG_IO, PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_model_export_libsvm(const papertag_model *model, const char *dir, papertag_error *err);

/* Reads such a folder back and writes the model file `path`. The `.model` files may be new fits by svm-train to the
 * exported vectors. Errors: PAPERTAG_IO, PAPERTAG_BAD_INPUT with file and line, PAPERTAG_BAD_MODEL for the manifest,
 * PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_model_import_libsvm(const char *dir, const char *path, papertag_error *err);

/* ---- tagging --------------------------------------------------------------------------------------------------- */

typedef struct papertag_tagger papertag_tagger;

typedef struct papertag_score {
    const char *tag; /* lives as long as the model */
    size_t index;    /* of the tag, as in papertag_model_tags */
    double margin;   /* signed: w . x + b for a linear model, in units of the SVM's margin; b as in an explanation */
    double p;        /* calibrated probability, 0 to 1 */
    bool assigned;   /* margin >= cut, unless papertag_tagger_demand was called */
} papertag_score;

/* Working memory to score with `model`, which must outlive it. One per thread. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_tagger_open(papertag_tagger **out, const papertag_model *model, papertag_error *err);
PAPERTAG_API void papertag_tagger_close(papertag_tagger *tagger);

/* *p: the probability from which on at least this share of assigned tags was right, on papers that the model was not
 * fitted on, for a tag like most; 2 when no probability was enough. precision: 0.5 to 0.99, rounded up to hundredths.
 * Errors: PAPERTAG_BAD_ARGUMENT for another precision, or for a model without these figures. */
PAPERTAG_API int papertag_model_precision_cut(const papertag_model *model, double precision, double *p,
                                              papertag_error *err);

/* From now on the tagger assigns a tag, whatever its own cut, when it is so probable that at least this share of the
 * papers that were given the tag had it; as papertag_model_precision_cut, with a probability of its own for each tag.
 * Errors: as there, and PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_tagger_demand(papertag_tagger *tagger, double precision, papertag_error *err);

/* What a margin of tag `index` < T means: its probability, and whether the tag is assigned at the model's own cut. */
PAPERTAG_API papertag_score papertag_model_score(const papertag_model *model, size_t index, double margin);

/* A hash of a paper's text; either part may be NULL. It is the same on every machine, so it can be stored with scores
 * to tell later whether they belong to this text. XXH3. */
PAPERTAG_API uint64_t papertag_text_hash(const char *title, const char *abstract);

/* Scores one paper; title or abstract may be NULL. *out: T scores, highest p first, ties in slug order, borrowed until
 * the next call on this tagger. Without any known term, each tag's margin is its bias and what it has from the other
 * tags. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_tag(papertag_tagger *tagger, const char *title, const char *abstract,
                              const papertag_score **out, papertag_error *err);

/* Those of these scores that are assigned, in the same order: *count of them. Quicker, since most tags are not. */
PAPERTAG_API int papertag_tag_assigned(papertag_tagger *tagger, const char *title, const char *abstract,
                                       const papertag_score **out, size_t *count, papertag_error *err);

/* As papertag_tag, for `count` papers in one call, for callers to whom a call is dear: out[count * T], the T scores of
 * each paper in turn. On failure some of `out` is written. */
PAPERTAG_API int papertag_tag_many(papertag_tagger *tagger, size_t count, const char *const *titles,
                                   const char *const *abstracts, papertag_score *out, papertag_error *err);

typedef struct papertag_term {
    const char *term;    /* NUL-terminated */
    double contribution; /* weight x value: its part of the margin, in the margin's units */
} papertag_term;

typedef struct papertag_explanation {
    double margin;              /* bias + the sum of all contributions, to rounding in double precision */
    double bias;                /* `cardinality` included */
    const papertag_term *terms; /* the K known terms of the paper, largest |contribution| first */
    size_t count;               /* K */
    double cardinality; /* what the likely number of tags adds: above 0 where few are likely, below 0 where many are */
} papertag_explanation;

/* The exact contribution of each term to the margin of tag `index`. Borrowed until the next call on this tagger.
 * Errors: PAPERTAG_BAD_ARGUMENT for a kernel model, which has no contributions by term, or no such tag;
 * PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_explain(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                                  papertag_explanation *out, papertag_error *err);

/* A word of a text between white space: bytes [start, start + length). */
typedef struct papertag_span {
    size_t start, length;
    double contribution; /* its share of the terms it belongs to, each divided evenly among its words; 0: none */
} papertag_span;

/* Where the terms of that explanation occur: the words of `text`, which is the paper's title or abstract, in order.
 * *out is borrowed until the next call on this tagger. Errors: as papertag_explain. */
PAPERTAG_API int papertag_mark(papertag_tagger *tagger, const char *title, const char *abstract, size_t index,
                               const char *text, const papertag_span **out, size_t *count, papertag_error *err);

/* The tf-idf vector of a paper: *count pairs of term number (ascending) and value (of a unit vector).
 * Borrowed until the next call on this tagger. Errors: PAPERTAG_NO_MEMORY. */
PAPERTAG_API int papertag_vector(papertag_tagger *tagger, const char *title, const char *abstract,
                                 const uint32_t **indices, const float **values, size_t *count, papertag_error *err);

#ifdef __cplusplus
}
#endif
#endif
