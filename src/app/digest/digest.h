/*
 * digest - papers selected for a reader, under headings, as the formats write them.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>

#include "../person.h"
#include "../text.h"
#include "papertag.h"

/* Headings: none, tags, days of announcement; or days only when there are several papers to a day, and several days. */
typedef enum digest_group { GROUP_NONE, GROUP_TAG, GROUP_DATE, GROUP_DAYS } digest_group;

/* A paper's place in a digest. */
typedef struct digest_entry {
    int64_t key;
    size_t place;  /* in the order of the selection */
    size_t group;  /* of its heading, in the order of their first papers */
    char *heading; /* the tag's name or the date; owned; NULL without groups */
} digest_entry;

/* A tag and how many papers of a digest have it. */
typedef struct digest_tag {
    char *tag, *name; /* owned */
    size_t count;
} digest_tag;

/* How much of its papers a page has. */
typedef enum digest_length { LENGTH_WHOLE, LENGTH_BEGINNINGS, LENGTH_TITLES } digest_length;

/* Adds the address on which a reader says that a tag of a paper is right or wrong, if there is one. */
typedef void digest_verdict(const void *context, const papertag_paper *paper, const char *tag, bool right, text *url);

typedef struct digest {
    papertag_store *store;
    const papertag_model *model;
    papertag_tagger *tagger; /* of the model, to explain tags; NULL: no explanations */
    const char *title;
    const char *filter;    /* the expression in plain form, "" for none */
    const char *feed;      /* what its feed is known by, among others: ids of entries begin with it */
    const char *generated; /* YYYY-MM-DDTHH:MM:SSZ */
    /* of mail; NULL: not known */
    const char *from;        /* who sends it: an address, or a name and an <address> */
    const char *address;     /* of the reader */
    const char *message_id;  /* without <>; NULL: made from the contents */
    const char *list;        /* name of the subscription */
    const char *unsubscribe; /* http address that ends the subscription */
    const char *url;         /* of the feed itself, or NULL */
    digest_verdict *verdict; /* NULL: readers cannot answer */
    const void *verdict_context;
    digest_group group;
    digest_length length;
    bool counts; /* its tags are to be counted */
    style style;
    digest_entry *entries; /* count of them, by heading, then place; owned */
    size_t count;
    digest_tag *tags; /* tag_count: those of its papers, most frequent first; owned */
    size_t tag_count;
    papertag_error err; /* why a format could not be written */
} digest;

/* Takes the papers, in this order and without headings. False without memory. */
bool digest_take(digest *d, const int64_t *keys, size_t count);

/* Puts every paper under the heading that d->group asks for, and counts their tags. A tag that the expression names, in
 * `named`, goes before others. False with d->err. */
bool digest_set_headings(digest *d, papertag_strings named);

/* Frees the entries and the tags. */
void digest_free(digest *d);

/* The paper of entry i; NULL with d->err. *opens: whether its heading goes before it. */
const papertag_stored *digest_paper(digest *d, size_t i, bool *opens);

/* Adds the terms that speak most for a tag of the paper, at most `count`, with ", " between. Adds nothing when a person
 * decided, or when the model is not the one that did. */
void digest_terms(digest *d, const papertag_stored *paper, const papertag_decision *decision, size_t count, text *out);

/* An address that a page, feed or mail may link to: http or https alone, so that none links to a script, and without
 * characters that end a link or are not shown. NULL: it is none, or `url` is NULL. */
const char *web_address(const char *url);

/* The i-th kind of address that a paper may have: its own page, PDF, the page of Hugging Face, code, project. *label is
 * a word for it; the address is added to `url`, nothing when the paper has none. False after the last kind. */
bool digest_link(const papertag_stored *paper, size_t i, const char **label, text *url);

/* Adds the address that a paper's title leads to: the first of those; nothing when it has none. */
void digest_home(const papertag_stored *paper, text *url);

/* The place of a tag in d->tags; d->tag_count: none. */
size_t digest_find_tag(const digest *d, const char *tag);

/* The day by which the store sorts and selects: on which a paper was announced as new, else its date; NULL. */
const char *store_day(const papertag_paper *paper);

/* "Agents 11 · Quantization 9 ...", at most `most` of them. */
void digest_add_counts(const digest *d, size_t most, text *out);

#endif
