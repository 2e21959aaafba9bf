/*
 * new_opinions - the opinions of a new model on a tag, in place of what there was.
 */
#ifndef PT_STORE_NEW_OPINIONS_H
#define PT_STORE_NEW_OPINIONS_H

#include "statement.h"
#include "store.h"

/* Makes the store's opinions on a tag the new ones, and files the papers under it by them and by its verdicts. keys: of
 * the papers that the rows number, ascending, as the rows are. */
int pt_store_replace_opinions(papertag_store *store, const pt_new_opinions *opinions, int64_t tag, const int64_t *keys,
                              papertag_error *err);

#endif
