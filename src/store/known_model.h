/*
 * known_model - models as the store knows them: by hash, with their tags and cuts.
 */
#ifndef PT_STORE_KNOWN_MODEL_H
#define PT_STORE_KNOWN_MODEL_H

#include "statement.h"

typedef struct pt_known_model {
    int64_t key;
    size_t tag_count; /* T */
    int64_t *tags;    /* [T] their keys, by their numbers in the model; free it */
} pt_known_model;

/* The key of the model with a hash, which is recorded if it is not known. Within a transaction that writes. */
int pt_store_model_key(papertag_store *store, const char *hash, int64_t *key, papertag_error *err);

/* Finds a model, or records it with its tags. Within a transaction that writes. */
int pt_store_know_model(papertag_store *store, const papertag_model *model, pt_known_model *out, papertag_error *err);

#endif
