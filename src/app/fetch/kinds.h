/*
 * kinds - the services that papers come from. A kind is a row of the table in kinds.c: how it is asked, page by page,
 * and how its answers lead to the next request.
 */
#ifndef FETCH_KINDS_H
#define FETCH_KINDS_H

#include "page.h"
#include "papertag.h"
#include "place.h"

struct source_kind;

/* Where a source is read. */
typedef struct harvest {
    const papertag_source *source;
    const struct source_kind *kind;
    const char *base;    /* the address up to the query */
    const char *contact; /* of the configuration; NULL */
    char today[DAY_SIZE];
    place place;
    char last_day[DAY_SIZE]; /* the latest date of a paper of the listing; "": none */
    text first_id;           /* of the page before */
    uint64_t *seen;          /* seen_count hashes of the tokens of this harvest */
    size_t seen_count, seen_capacity;
    text why; /* it failed */
} harvest;

typedef enum harvest_step {
    STEP_MORE,  /* the place is that of the next request */
    STEP_DONE,  /* the harvest has ended, and the place is that of the next */
    STEP_FAILED /* see why; the place is unchanged but for what makes a new try possible */
} harvest_step;

typedef struct source_kind {
    const char *name;
    const char *operands; /* as help shows them */
    const char *about;    /* for people */
    const char *address;  /* of the service, up to the query; NULL: the first argument */
    const char *format;   /* of the library's readers; NULL: detected */
    unsigned least, most; /* arguments */
    unsigned rest;        /* milliseconds between requests */
    bool has_days;        /* it can be asked for days: from and until mean something */
    bool is_open;         /* a harvest has no last day unless one is asked for */
    bool validates;       /* one address, whose answers have validators */
    bool announced;       /* by arXiv's calendar */
    bool doubts_empty;    /* an answer without papers is asked for once more */
    unsigned first;       /* days before today at which the first harvest begins */
    unsigned overlap;     /* days before the end of a harvest at which the next begins */
    unsigned again;       /* days before today that every harvest reads at least */
    unsigned quiet;       /* days without news that its rhythm explains; 0: any number, or what the calendar says */
    const char *variable; /* of the environment, with a token; NULL */
    const char *header;   /* that takes the token */
    const char *(*check)(const char *argument); /* what is wrong with one; NULL result: nothing; NULL: any will do */
    void (*ask)(const harvest *h, text *url);   /* adds the address of the next request */
    void (*inspect)(page *p);                   /* fills in entries, total, said of a page of JSON; NULL */
    harvest_step (*advance)(harvest *h, const page *p); /* p NULL: as after an empty listing */
} source_kind;

/* All kinds; a NULL name ends them. */
extern const source_kind source_kinds[];
const source_kind *find_kind(const char *name);

/* ---- for the kinds --------------------------------------------------------------------------------------------- */

/* Adds `name=value` to a URL, with the ? or & before it; `also`: see text_url_part. */
void text_url_query(text *url, const char *name, const char *value, const char *also);
void text_url_number(text *url, const char *name, unsigned long value);

/* A harvest that ends: the next begins where this one ended. */
harvest_step harvest_ends(harvest *h);

/* After a page of `entries` of a listing by numbers: on, until `total` (-1: until a page is empty). */
harvest_step harvest_listing(harvest *h, const page *p);

/* Whether a token was there in this harvest; remembers it. Without memory, true: the harvest fails, but ends. */
bool token_was_seen(harvest *h, const char *token);
void forget_tokens(harvest *h);

/* arxiv.c */
void ask_oai(const harvest *h, text *url);
harvest_step advance_oai(harvest *h, const page *p);
const char *check_category(const char *argument);
void ask_arxiv_feed(const harvest *h, text *url);
void ask_arxiv_query(const harvest *h, text *url);
harvest_step advance_arxiv_query(harvest *h, const page *p);

/* services.c */
const char *check_period(const char *argument);
void ask_hf(const harvest *h, text *url);
void inspect_hf(page *p);
harvest_step advance_hf(harvest *h, const page *p);
void ask_biorxiv(const harvest *h, text *url);
void inspect_biorxiv(page *p);
void ask_s2(const harvest *h, text *url);
void inspect_s2(page *p);
harvest_step advance_by_token(harvest *h, const page *p);
void ask_openalex(const harvest *h, text *url);
void inspect_openalex(page *p);
void ask_openreview(const harvest *h, text *url);
void inspect_openreview(page *p);

#endif
