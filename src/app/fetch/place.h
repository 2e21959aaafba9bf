/*
 * place - how far a source was read: a harvest of some days, and where in it the next request begins.
 *
 * It is stored with the papers before it, as text: "next=2026-11-25 from=2026-11-20 ...".
 */
#ifndef FETCH_PLACE_H
#define FETCH_PLACE_H

#include "../dates.h"
#include "../text.h"

enum { TOKEN_MOST = 8192 };

typedef struct place {
    char next[DAY_SIZE];    /* where the next harvest begins; "": there was none */
    bool running;           /* a harvest was begun and has not ended; the rest is of it */
    bool aside;             /* asked for by a person: `next` stays as it is */
    char from[DAY_SIZE];    /* its first day, or that of the listing that is being read */
    char until[DAY_SIZE];   /* its last day; "": open */
    char reached[DAY_SIZE]; /* up to which day its ended parts are complete; "": none has ended */
    unsigned long part;     /* which of the source's arguments is being read */
    unsigned long start;    /* papers or pages of the listing before the next request */
    unsigned long restarts; /* because a token was of no use any more */
    text token;             /* for the next request; empty: the listing begins */
} place;

/* Reads a place; of what is no place, or NULL, the parts that are sound. Frees nothing. False without memory. */
bool place_parse(place *p, const char *string);
void text_place(text *t, const place *p);
void place_free(place *p);

/* Ends the harvest: `next` is the day from which the one after it begins. */
void place_end(place *p, const char *next);

#endif
