/*
 * own_tags - tags that were made in the store.
 */
#ifndef PT_STORE_OWN_TAGS_H
#define PT_STORE_OWN_TAGS_H

#include "statement.h"

/* Takes a tag, and all that the store knows of it, out of the store. Within a transaction. No tag of that slug is no
 * error. */
int pt_store_forget_tag(papertag_store *store, const char *slug, papertag_error *err);

#endif
