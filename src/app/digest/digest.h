/*
 * digest - what the command and the formats of a digest share.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include "../app.h"

typedef enum digest_group { GROUP_NONE, GROUP_TAG, GROUP_DATE } digest_group;

/* A paper's place in a digest. */
typedef struct entry {
    int64_t key;
    size_t place, group; /* in the order of the selection; of its heading */
    char *heading;       /* the tag's name or the date it goes under; owned; NULL without groups */
} entry;

typedef struct digest {
    papertag_store *store;
    papertag_tagger *tagger; /* for the terms behind a tag; NULL: without */
    const papertag_model *model;
    const char *title, *filter;              /* filter: the expression in plain form, "" for none */
    const char *generated;                   /* YYYY-MM-DDTHH:MM:SSZ */
    const char *address, *unsubscribe, *url; /* of the mail; of the feed itself; NULL */
    digest_group group;
    style style;
    entry *entries; /* by heading, then place */
    size_t count;
    papertag_error err; /* why a render failed */
} digest;

/* The names of the formats; NULL ends them. */
extern const char *const digest_formats[];

/* Renders into out; false with d->err when the store could not be read. */
bool digest_text(digest *d, text *out);
bool digest_markdown(digest *d, text *out);
bool digest_html(digest *d, text *out);
bool digest_json(digest *d, text *out);
bool digest_jsonfeed(digest *d, text *out);
bool digest_atom(digest *d, text *out);
bool digest_rss(digest *d, text *out);
bool digest_eml(digest *d, text *out);

/* The paper of entry i; NULL after a failure. `opens` tells whether a new heading goes before it. */
const papertag_stored *digest_paper(digest *d, size_t i, bool *opens);

/* Appends the terms that speak most for a tag of the paper at hand, at most `count`, with ", " between; nothing when
 * the tag is a person's or the model at hand is not the one that tagged it. */
void digest_terms(digest *d, const papertag_stored *paper, const papertag_decision *decision, size_t count, text *out);

/* Appends a moment (YYYY-MM-DDTHH:MM:SSZ, or a day) as mail and RSS write it: Tue, 24 Nov 2026 06:00:00 +0000. */
void text_mail_date(text *out, const char *moment);

/* A paper's own address: http or https alone, so that no page or feed ever links to a script; NULL when it has none. */
const char *digest_link(const papertag_paper *paper);

#endif
