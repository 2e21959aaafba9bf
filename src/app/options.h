/*
 * options - what a command is, and how its command line is read.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* More than there are commands, or options of one: what "did you mean ...?" chooses from. */
enum { WORDS_MAX = 64 };

typedef struct option {
    const char *name;  /* without the dashes; NULL ends a list */
    char letter;       /* short form, or 0 */
    const char *value; /* what the value is called in the help; NULL: a switch */
    const char *help;
} option;

typedef struct args args;
struct text;

/* A command is a file under commands/ that defines one of these, and a row in commands/commands.h. */
typedef struct command {
    const char *name;
    const char *operands; /* as the usage line shows them; NULL: none */
    const char *summary;
    int (*run)(const args *a);
    const option *options;
    const char *details;               /* paragraphs, each with a newline; "TERM\tTEXT" is an entry of a list; NULL */
    const char *examples;              /* entries "CALL\tWHAT IT DOES", each with a newline */
    bool operands_may_begin_with_dash; /* after the first operand, unless it is an option's letter */
} command;

/* An option as it was given. */
typedef struct given {
    const option *option;
    const char *value; /* NULL for a switch */
} given;

struct args {
    const command *command;
    struct config *config; /* what the configuration file says; NULL: it was not read */
    given *given;          /* given_count, in their order */
    size_t given_count;
    const char **operands; /* operand_count, in their order */
    size_t operand_count;
};

/* Reads argv[0 .. argc) for the command. EXIT_DONE, or EXIT_USAGE after reporting why. Call args_free in any case. */
int args_parse(args *out, const command *c, int argc, char **argv);
void args_free(args *a);

bool args_have(const args *a, const char *name);

/* The value of the option, of several the last; `otherwise` when it was not given. */
const char *args_text(const args *a, const char *name, const char *otherwise);

/* The next value of an option that may be repeated; NULL after the last. *at is 0 before the first call. */
const char *args_each(const args *a, const char *name, size_t *at);

/* A number in [low, high]. EXIT_DONE, or EXIT_USAGE after reporting why; *out is unchanged when the option was not
 * given. */
int args_real(const args *a, const char *name, double low, double high, double *out);
int args_whole(const args *a, const char *name, unsigned long low, unsigned long high, unsigned long *out);

/* One of the words (NULL ends them): its index in *out. The same results. */
int args_choice(const args *a, const char *name, const char *const *words, int *out);

/* EXIT_DONE without operands; else EXIT_USAGE after reporting the first. */
int args_no_operands(const args *a);

/* Reports what is wrong with the call and how to learn more; returns EXIT_USAGE. */
int usage_error(const command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of --from: what help says of it ends with the formats that the library reads. */
extern const char format_value[];

/* Adds what an option does. */
void text_option_help(struct text *t, const option *o);

/* Options that every command has, beside its own. */
extern const option common_options[];

/* Options that several commands have. */
#define OPTION_JSON                                                                                                    \
    {                                                                                                                  \
        "json", 0, NULL, "print JSON, one object a line"                                                               \
    }
#define OPTION_PRECISION                                                                                               \
    {                                                                                                                  \
        "precision", 0, "P", "assign a tag only where it is so probable that a share P is right (0.5 to 0.99)"         \
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
        {"since", 0, "DAY", "from that day on: 2026-11-01, 2026-11, yesterday, 7d, 2w, 3m"},                           \
        {"until", 0, "DAY", "up to and including that day"},                                                           \
        {"search", 0, "TEXT", "only papers with these words (\"a phrase\", begin*) in title or abstract"},             \
        {"sort", 0, "ORDER", "date (default), trending (upvotes by age) or p"},                                        \
    {                                                                                                                  \
        "limit", 'n', "N", "at most N papers"                                                                          \
    }
#define OPTIONS_INPUT                                                                                                  \
    {"from", 0, format_value, "the format of the input (default: detected)"},                                          \
        {"page-date", 0, "DATE", "the day of a copied page, YYYY-MM-DD, for its dates without a year"},                \
    {                                                                                                                  \
        "keep-going", 0, NULL, "end with status 0 even when records were broken"                                       \
    }
#define OPTION_END                                                                                                     \
    {                                                                                                                  \
        NULL, 0, NULL, NULL                                                                                            \
    }

#endif
