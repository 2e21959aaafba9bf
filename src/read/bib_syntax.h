/*
 * bib_syntax - the grammar of BibTeX and biblatex: entries, their fields, macros.
 *
 * Entries are in braces or parentheses. Values are in braces or quotes, or macros from @string, joined with '#'. Text
 * between entries is allowed. The grammar is stricter than BibTeX's in one point: a line that begins like an entry
 * begins one, even where a brace is still open. So a missing brace costs one entry and not the rest of the file.
 */
#ifndef PT_BIB_SYNTAX_H
#define PT_BIB_SYNTAX_H

#include "input.h"
#include "slice.h"

typedef struct pt_bib_macro {
    pt_slice name, value; /* in the arena; values are still LaTeX */
} pt_bib_macro;

/* Zero-initialise, set `in` and `err`; pt_bib_close ends it. */
typedef struct pt_bib_syntax {
    pt_input *in; /* read whole */
    papertag_error *err;
    pt_arena arena; /* of macros */
    pt_bib_macro *macros;
    size_t macro_count, macro_capacity;
    uint32_t *places;     /* indexes of macros, from 1, by the hashes of their names; NULL before the first */
    pt_buf value;         /* of the last field */
    const char *at;       /* in the current entry */
    const char *end;      /* of the source */
    const char *unclosed; /* where the search for the end of a value stopped; NULL: every one was closed */
    pt_slice type;        /* of the entry: "article" */
    pt_slice key;         /* the citation key; "" when there is none */
    size_t line;          /* of the entry */
    char closing;         /* its closing bracket */
} pt_bib_syntax;

/* Receives a field of an entry; its value is b->value. */
typedef int pt_bib_take(pt_bib_syntax *b, pt_slice name, void *context);

/* Reads the next entry of a paper: sets its key and line in *b, passes its fields to `take`. PAPERTAG_BAD_INPUT for a
 * malformed entry, which is skipped; PAPERTAG_END after the last. */
int pt_bib_next(pt_bib_syntax *b, pt_bib_take *take, void *context);
void pt_bib_close(pt_bib_syntax *b);

/* Whether the text at `at` begins an entry: one with a key and a comma, or a field, after its bracket, or a comment,
 * macro or preamble. */
bool pt_bib_begins_entry(const char *at, const char *end);

#endif
