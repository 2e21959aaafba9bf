/*
 * digest - papers selected for a reader, under headings, as the formats write them.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>

#include "../person.h"
#include "../text.h"
#include "papertag.h"

typedef enum digest_group { GROUP_NONE, GROUP_TAG, GROUP_DATE } digest_group;

/* A paper's place in a digest. */
typedef struct digest_entry {
    int64_t key;
    size_t place;  /* in the order of the selection */
    size_t group;  /* of its heading, in the order of their first papers */
    char *heading; /* the tag's name or the date; owned; NULL without groups */
} digest_entry;

typedef struct digest {
    papertag_store *store;
    const papertag_model *model;
    papertag_tagger *tagger; /* of the model, to explain tags; NULL: no explanations */
    const char *title;
    const char *filter;      /* the expression in plain form, "" for none */
    const char *generated;   /* YYYY-MM-DDTHH:MM:SSZ */
    const char *address;     /* of the reader's mail, or NULL */
    const char *unsubscribe; /* http address that ends the subscription, or NULL */
    const char *url;         /* of the feed itself, or NULL */
    digest_group group;
    style style;
    digest_entry *entries; /* count of them, by heading, then place; owned */
    size_t count;
    papertag_error err; /* why a format could not be written */
} digest;

/* Takes the papers, in this order and without headings. False without memory. */
bool digest_take(digest *d, const int64_t *keys, size_t count);

/* Puts every paper under the heading that d->group asks for. A tag that the expression names, in `named`, goes before
 * others. False with d->err. */
bool digest_set_headings(digest *d, papertag_strings named);

/* Frees the entries. */
void digest_free(digest *d);

/* The paper of entry i; NULL with d->err. *opens: whether its heading goes before it. */
const papertag_stored *digest_paper(digest *d, size_t i, bool *opens);

/* Adds the terms that speak most for a tag of the paper, at most `count`, with ", " between. Adds nothing when a person
 * decided, or when the model is not the one that did. */
void digest_terms(digest *d, const papertag_stored *paper, const papertag_decision *decision, size_t count, text *out);

/* An address that a page, feed or mail may link to: http or https alone, so that none links to a script, and without
 * characters that end a link or are not shown. NULL: it is none, or `url` is NULL. */
const char *web_address(const char *url);

/* A paper's own address; NULL when it has none that may be linked to. */
const char *digest_link(const papertag_paper *paper);

/* A paper's title, or words that say that it has none. */
const char *digest_title(const papertag_paper *paper);

#endif
