/*
 * input - the papers that a command was given.
 */
#ifndef INPUT_H
#define INPUT_H

#include "options.h"

/* All papers of the operands, one after the other. */
typedef struct input {
    const args *args;
    papertag_reader *reader; /* of the file that is being read, or NULL */
    const char *name;        /* of that file, for messages */
    size_t remarks;          /* on that file, printed so far */
    size_t next;             /* operand to open next */
    size_t operand_count;    /* 0: standard input */
    size_t records;          /* so far, also those that are not wanted */
    size_t papers, broken;   /* of them that were wanted, so far */
    bool asked;              /* for a record */
    bool not_empty;          /* a file had something in it */
    int code;                /* EXIT_FAILED: a file could not be opened or read; EXIT_USAGE: a wrong option */
    /* Set by the command. */
    const char *tags_field;   /* NULL: none is read */
    bool text_only;           /* id, title and abstract are enough */
    bool objects;             /* so is the object of a JSON format */
    bool blank_lines;         /* empty lines of JSON Lines are records, too */
    bool may_be_empty;        /* an input with nothing in it is no failure */
    size_t shard, shards;     /* only records `shard`, shard + shards ... of all, from 0; shards 0: all */
    void (*wait)(void *data); /* called before waiting for another program to send more; NULL */
    void *wait_data;
} input;

/* EXIT_DONE, or EXIT_USAGE when there is no file and standard input is a terminal. */
int input_open(input *in, const args *a);

typedef enum input_kind { INPUT_END, INPUT_PAPER, INPUT_BROKEN, INPUT_BLANK } input_kind;

/* The next record: a good paper, borrowed until the next call; a broken one, which has been reported, with what is
 * wrong in *err; or an empty line. */
input_kind input_record(input *in, const papertag_paper **paper, papertag_error *err);

/* The next good paper, borrowed until the next call; NULL after the last. Broken records are reported and counted. */
const papertag_paper *input_next(input *in);

/* Reports a paper that was read but cannot be used, and counts it as a broken record. */
void input_reject(input *in, const papertag_paper *paper, const papertag_error *err);

/* The exit code: EXIT_FAILED after broken records or files, EXIT_NOTHING without papers (see may_be_empty). */
int input_close(input *in);

/* A whole file, or for "-" standard input, as a string (free it) of *size bytes, at most TEXT_MOST. EXIT_DONE, or
 * EXIT_FAILED after reporting why. */
enum { TEXT_MOST = 256 * 1024 * 1024 };
int read_text(const char *path, char **content, size_t *size);

#endif
