/*
 * page - what the body of an answer says beside its papers: whether it is whole, an error, where the rest is.
 */
#ifndef FETCH_PAGE_H
#define FETCH_PAGE_H

#include "../json.h"
#include "../text.h"

typedef enum page_form { PAGE_OAI, PAGE_FEED, PAGE_JSON } page_form;

/* Zero-initialise; page_free in the end. */
typedef struct page {
    page_form form;         /* of one without a fault */
    const char *fault;      /* why it is no page of papers; NULL: it is one. A sentence, lives as long as the page */
    text said;              /* what the service says is wrong; empty: nothing */
    text code;              /* the code of an error of OAI-PMH: "badResumptionToken" */
    text token;             /* the resumption token; empty after the last page */
    text date;              /* the responseDate of OAI-PMH */
    size_t entries;         /* records, entries or items */
    long long total, start; /* of all pages, and before this page; -1: not said */
    struct cJSON *json;     /* of a page of JSON */
} page;

/* Reads a body: XML of OAI-PMH, Atom or RSS, or JSON. Anything else, also text in plain words or HTML, and what was cut
 * off, is a fault. False, after reporting it, without memory. */
bool page_read(page *p, const text *body);
void page_free(page *p);

/* The number that a JSON value is or holds as a string; `otherwise` for what is no whole number. */
long long json_whole(const struct cJSON *value, long long otherwise);

#endif
