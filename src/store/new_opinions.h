/*
 * new_opinions - the opinions of a new model on some tags, in place of what there was.
 */
#ifndef PT_STORE_NEW_OPINIONS_H
#define PT_STORE_NEW_OPINIONS_H

#include "known_model.h"
#include "store.h"

/* Makes the store's opinions on the tags that a new model changes the new ones, and files the papers under these tags
 * by them and by verdicts. known: the model's tags; papers: those that its opinions are numbered by. */
int pt_store_replace_opinions(papertag_store *store, const pt_new_model *taken, const pt_known_model *known,
                              const pt_stored_rows *papers, papertag_error *err);

#endif
