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
    size_t papers, broken;   /* records so far */
    int code;                /* EXIT_FAILED: a file could not be opened or read; EXIT_USAGE: a wrong option */
    const char *tags_field;  /* set by the command; NULL: none is read */
    bool text_only;          /* set by the command: id, title and abstract are enough */
} input;

/* EXIT_DONE, or EXIT_USAGE when there is no file and standard input is a terminal. */
int input_open(input *in, const args *a);

/* The next good paper, borrowed until the next call; NULL after the last. Broken records are reported and counted. */
const papertag_paper *input_next(input *in);

/* Reports a paper that was read but cannot be used, and counts it as a broken record. */
void input_reject(input *in, const papertag_paper *paper, const papertag_error *err);

/* The exit code: EXIT_FAILED after broken records or files, EXIT_NOTHING without papers. */
int input_close(input *in);

/* A whole file, or for "-" standard input, as a string (free it) of *size bytes, at most TEXT_MOST. EXIT_DONE, or
 * EXIT_FAILED after reporting why. */
enum { TEXT_MOST = 256 * 1024 * 1024 };
int read_text(const char *path, char **content, size_t *size);

#endif
