/*
 * own_fields - fields of a paper that a format of other programs has no place for, as papertag's exports write them
 * there: under the name of the field after "papertag-", a list as one string.
 *
 * They are more exact than what the format says. A record with "papertag-id" is papertag's: what it does not have is
 * absent. Its keywords may have the paper's tags behind them, which "papertag-tags" has, too.
 */
#ifndef PT_OWN_FIELDS_H
#define PT_OWN_FIELDS_H

#include "format.h"
#include "slice.h"

/* Whether it is the name of such a field. */
bool pt_is_own_field(pt_slice name);

/* Keeps the value of one for the end of the record. A name that is not a field's is reported as not used.
 * PAPERTAG_NO_MEMORY, as the others. */
int pt_own_field(papertag_reader *reader, pt_slice name, pt_slice value, papertag_error *err);

/* The same for "papertag-NAME: value", and false for other text. */
bool pt_own_line(papertag_reader *reader, pt_slice line, int *status, papertag_error *err);

/* Puts what was kept into the record, which is otherwise complete. */
void pt_own_fields_settle(pt_record *record);

#endif
