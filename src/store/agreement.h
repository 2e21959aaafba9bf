/*
 * agreement - whether the large tables of a store agree, in one walk over each.
 */
#ifndef PT_STORE_AGREEMENT_H
#define PT_STORE_AGREEMENT_H

#include "statement.h"

/* The tables whose papers and tags are looked for. */
#define PT_AGREEING "'opinions', 'tagged', 'sources'"

/* Whether all rows of PT_AGREEING refer to papers and tags that are there, opinions have values that they can have, and
 * `tagged` has the tags in force and no others. When not, or when that cannot be said, it is for the caller to ask
 * SQLite what is wrong. Errors: those of reading but PAPERTAG_DAMAGED, which does not agree. *in_order: whether all of
 * these rows were read, and each comes after the one before by the key of its table. */
int pt_store_agrees(papertag_store *store, bool *agrees, bool *in_order, papertag_error *err);

#endif
