/*
 * app - what the commands of the program share: the command table, options, input, output.
 *
 * The program knows the library by papertag.h alone.
 */
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stdio.h>

#include "papertag.h"

/* Exit codes: a contract with scripts. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOTHING = 3 };

/* ---- commands and options -------------------------------------------------------------------------------------- */

typedef struct option {
    const char *name;  /* without the dashes; NULL ends a list */
    char letter;       /* short form, or 0 */
    const char *value; /* what the value is called in the help; NULL: a switch */
    const char *help;
} option;

typedef struct args args;

typedef struct command {
    const char *name, *operands, *summary;
    int (*run)(const args *a);
    const option *options;
    const char *details; /* paragraphs for the manual; may be NULL */
} command;

typedef struct given {
    const option *option;
    const char *value;
} given;

struct args {
    const command *command;
    given *given;
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/* Reads argv[0 .. argc) for the command. EXIT_DONE, or EXIT_USAGE after saying why. args_free in any case. */
int args_parse(args *out, const command *c, int argc, char **argv);
void args_free(args *a);

bool args_have(const args *a, const char *name);
const char *args_text(const args *a, const char *name, const char *otherwise); /* the last one given */

/* A number in [low, high]. EXIT_DONE, or EXIT_USAGE after saying why; *out stays when the option was not given. */
int args_real(const args *a, const char *name, double low, double high, double *out);
int args_whole(const args *a, const char *name, unsigned long low, unsigned long high, unsigned long *out);

/* One of the words (NULL ends them): its place in *out. */
int args_choice(const args *a, const char *name, const char *const *words, int *out);

/* Says what is wrong with the call and how to learn more; returns EXIT_USAGE. */
int usage_error(const command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says `papertag: message`; returns EXIT_FAILED. */
int failed(const papertag_error *err);

/* Says so; returns EXIT_FAILED. */
static inline int out_of_memory(void)
{
    fprintf(stderr, "papertag: out of memory\n");
    return EXIT_FAILED;
}

/* Options that several commands have. */
#define OPTION_JSON                                                                                                    \
    {                                                                                                                  \
        "json", 0, NULL, "print JSON, one object a line"                                                               \
    }
#define OPTION_PRECISION                                                                                               \
    {                                                                                                                  \
        "precision", 0, "P", "assign only tags so likely that P of those assigned are right (0.5 to 0.99)"             \
    }
#define OPTION_MODEL                                                                                                   \
    {                                                                                                                  \
        "model", 0, "FILE", "the model (default: $PAPERTAG_MODEL, else the installed one)"                             \
    }
#define OPTION_DB                                                                                                      \
    {                                                                                                                  \
        "db", 0, "FILE", "the store (default: $PAPERTAG_DB, else ~/.local/share/papertag/papers.db)"                   \
    }
#define OPTIONS_SELECT                                                                                                 \
    {"tag", 't', "EXPR", "only papers that match: 'quantization & !benchmarks', 'RL | agents'"},                       \
        {"since", 0, "DAY", "from that day: 2026-11-01, 2026-11, yesterday, 7d, 2w, 3m"},                              \
        {"until", 0, "DAY", "to that day, included"},                                                                  \
        {"search", 0, "TEXT", "only papers with these words (\"a phrase\", begin*) in title or abstract"},             \
        {"sort", 0, "ORDER", "date, trending (upvotes against age) or p"},                                             \
    {                                                                                                                  \
        "limit", 'n', "N", "at most N papers"                                                                          \
    }
#define OPTIONS_INPUT                                                                                                  \
    {"from", 0, "FORMAT",                                                                                              \
     "jsonl, json, daily-papers, atom, rss, oai, s2, openreview, bib, page, csv or tsv (default: told)"},              \
        {"page-date", 0, "DATE", "the day a copied page is of, YYYY-MM-DD, for its dates without a year"},             \
    {                                                                                                                  \
        "keep-going", 0, NULL, "end with status 0 even if records were broken"                                         \
    }
#define OPTION_END                                                                                                     \
    {                                                                                                                  \
        NULL, 0, NULL, NULL                                                                                            \
    }

extern const command command_tag, command_train, command_eval, command_explain, command_tags, command_model,
    command_add, command_list, command_show, command_similar, command_digest, command_subscribe, command_subscriptions,
    command_label, command_labels, command_review, command_discover, command_doctor, command_retrain, command_tag_new,
    command_tag_remove, command_trends, command_stats;

/* Help, completion and manual are written from the table. */
int help_command(const args *a);
void print_command_help(FILE *out, const command *c);
void print_overview(FILE *out);

/* ---- input ----------------------------------------------------------------------------------------------------- */

/* All papers of the operands, one after the other. */
typedef struct input {
    const args *args;
    papertag_reader *reader;
    size_t next, operand_count;
    size_t papers, broken;
    int code; /* EXIT_FAILED when a file could not be opened or read, EXIT_USAGE for a wrong option */
    const char *tags_field;
    bool text_only;   /* id, title and abstract are all that is wanted */
    const char *name; /* of the file being read */
} input;

/* EXIT_DONE, or EXIT_USAGE when there is no file and standard input is a terminal. */
int input_open(input *in, const args *a);

/* The next good paper, borrowed until the next call; NULL after the last. Broken records are reported and counted. */
const papertag_paper *input_next(input *in);

/* Reports a paper that was read well but cannot be used, as a broken record. */
void input_reject(input *in, const papertag_paper *paper, const papertag_error *err);

/* The exit code that the input calls for: EXIT_FAILED for broken records or files, EXIT_NOTHING without papers. */
int input_close(input *in);

/* Opens the model to work with: that of --model, else the one that the store (NULL: none) uses, else that of the
 * environment or the installation. */
papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err);

/* The same: EXIT_DONE, or EXIT_FAILED after saying why. */
int open_model(const args *a, papertag_store *store, papertag_model **model);

/* The first of the places (relative to the program, NULL ends them) where there is a file, in path. */
bool find_installed(const char *const *places, char *path, size_t size);

/* A whole file, or for "-" standard input, as a string (free it) of *size bytes, at most TEXT_MOST. EXIT_DONE, or
 * EXIT_FAILED after saying why. */
enum { TEXT_MOST = 256 * 1024 * 1024 };
int read_text(const char *path, char **content, size_t *size);

/* Opens the store that --db, the environment or the home directory names; with `create` it is made if it is not there.
 * EXIT_DONE, or EXIT_FAILED after saying why. */
int open_store(const args *a, bool create, papertag_store **store);

/* Adds the path of that store; false, after saying so, when nothing names one. */
struct text;
bool store_path(const args *a, struct text *path);

/* Whether that store is there. */
bool store_is_there(const args *a);

/* The query of OPTIONS_SELECT. EXIT_DONE or EXIT_USAGE. */
int query_of(const args *a, papertag_query *query);
extern const char *const sort_words[];

/* EXIT_USAGE for a wrong argument, else EXIT_FAILED, after saying why. */
int refused(const papertag_error *err);

/* The p at which --precision assigns tags, in *p; left as it is when it was not given. */
int precision_cut(const args *a, const papertag_model *model, double *p);

/* Tags anew every stored paper that another model tagged, or none; adds to *count. EXIT_DONE, or EXIT_FAILED. */
int retag(papertag_store *store, const papertag_model *model, size_t *count);

/* ---- labelled papers by id ------------------------------------------------------------------------------------- */

typedef struct labelled_row {
    const char *id, **tags;
    size_t count; /* of tags */
} labelled_row;

/* The training set of the model that ships, by id. */
typedef struct labelled {
    labelled_row *rows;
    size_t count;
    char *text;
} labelled;

/* Reads the file of --labels, else the one that was installed with the program, else none. EXIT_DONE, or EXIT_FAILED
 * after saying why, with file and line. */
int labelled_open(const args *a, labelled *out);
const labelled_row *labelled_find(const labelled *l, const char *id); /* NULL: not there */
bool labelled_names(const labelled *l, const char *tag);              /* whether any of them has the tag */
void labelled_close(labelled *l);

/* eval --store. */
int eval_store(const args *a);

/* ---- the page of eval ------------------------------------------------------------------------------------------ */

/* Writes the report of an evaluation as one self-contained HTML file. EXIT_DONE, or EXIT_FAILED after saying why. */
int write_evaluation_page(const char *path, const papertag_evaluation *evaluation, const papertag_metrics *m,
                          const papertag_metrics *low, const papertag_metrics *high, const papertag_report *report);

/* The metrics of the contract, one after the other: their words and values. */
extern const int evaluation_rows;
const char *evaluation_words(int row);
double evaluation_metric(const papertag_metrics *m, int row);

/* ---- output ---------------------------------------------------------------------------------------------------- */

/* Text that is put together before it is written. Zero-initialise. */
typedef struct text {
    char *data;
    size_t size, capacity;
    bool failed;
} text;

void text_add(text *t, const char *bytes, size_t size);
void text_put(text *t, const char *string);
void text_format(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_json_string(text *t, const char *string); /* NULL: null */
void text_html(text *t, const char *string);        /* escaped for text and quoted attributes, also of XML 1.0 */
void text_json_number(text *t, double value, int digits);
void text_free(text *t);

/* What `part` holds, to go into `whole`, which fails with it. */
const char *text_of(text *whole, const text *part);

/* Bytes of the character at `at` when it must not reach a page or feed: it would turn the direction of what follows, or
 * is none; else 0. */
size_t text_hidden(const char *at);

/* Writes to standard output and empties it; false, after saying so once, when that fails. */
bool text_write(text *t);

/* Writes to a file, whole or not at all, and empties it; false after saying why it could not. */
bool text_write_file(text *t, const char *path);

/* Flushes standard output. EXIT_DONE or EXIT_FAILED after saying why. */
int finish_output(void);

/* How to write for a person: width in columns, colours or none. */
typedef struct style {
    unsigned width;
    const char *bold, *dim, *good, *bad, *plain; /* escape sequences, or "" */
} style;

style style_of_stdout(void);

/* Adds text without control characters, wrapped to the style's width; lines after the first begin with `indent`, and
 * the first is taken to stand behind as many columns. */
void text_wrapped(text *t, const style *s, const char *string, const char *indent);

/* Adds the characters of string[0 .. length) that may reach a terminal. */
void text_safe(text *t, const char *string, size_t length);

/* A stored paper: as a JSON object, and as a few lines (title, where from, tags). */
void text_paper_json(text *t, const papertag_stored *s);
void text_paper_lines(text *t, const style *s, const papertag_stored *stored);

/* Who wrote a paper, in few words; and the same with date, upvotes and comments. */
void text_byline(text *t, const papertag_paper *p);
void text_about(text *t, const papertag_paper *p);

/* Columns that UTF-8 text takes on a terminal. */
unsigned text_columns(const char *string);

/* ---- a terminal that is asked key by key ----------------------------------------------------------------------- */

/* The keys that are no character. */
enum { KEY_NONE = -1, KEY_END = -2, KEY_UP = -3, KEY_DOWN = -4, KEY_PAGE_UP = -5, KEY_PAGE_DOWN = -6 };

/* Takes the terminal over: another screen, keys without echo. False, after saying why, when it cannot. */
bool terminal_open(void);
void terminal_close(void); /* everything as it was; also when it was not opened */

/* Lines and columns, as they are now. */
void terminal_size(unsigned *rows, unsigned *columns);

/* Shows a screen: lines, each with its newline but the last. False for want of memory, also when `screen` had none. */
bool terminal_show(const text *screen);

/* Waits for a key: a byte, or one of the above. KEY_NONE: draw again (the size has changed, or the program was stopped
 * and goes on); KEY_END: no more keys will come, as the terminal is gone or a signal asks to end. */
int terminal_key(void);

/* The signal that asked to end, 0: none. */
int terminal_signal(void);

#endif
