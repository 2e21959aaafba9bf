/*
 * list_cell - a list that a source has written into one string: a cell of a table, or a JSON string.
 *
 * Lists in brackets are those of Python (['a', 'b'], of dicts [{'name': 'a'}]), JSON, NumPy (['a' 'b']), R (c("a",
 * "b")) and PostgreSQL ({a,b}). Others have separators: "a; b", "a|b", "a, b", "<address> <address>", "cs.LG stat.ML".
 */
#ifndef PT_LIST_CELL_H
#define PT_LIST_CELL_H

#include "paper.h"

/* What to do with an item; pt_record_append, for instance. */
typedef int pt_list_append(pt_record *record, papertag_strings *list, const char *text, size_t length,
                           papertag_error *err);

/* Appends each item of text[0 .. length). A list without brackets is split at ';' or '|' if it has one of them, else at
 * each byte of `separators`. *whole, unless it is NULL, is set to false when a list in brackets ends too early or has
 * something else in it; what was understood is appended. PAPERTAG_NO_MEMORY, or the status of `append`. */
int pt_list_cell(pt_record *record, papertag_strings *list, const char *text, size_t length, const char *separators,
                 pt_list_append *append, bool *whole, papertag_error *err);

/* Whether the text is a list in brackets. */
bool pt_is_bracketed(const char *text, size_t length);

#endif
