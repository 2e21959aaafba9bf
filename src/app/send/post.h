/*
 * post - what a subscription is to have now: its digest by mail or in a file, each paper once.
 */
#ifndef POST_H
#define POST_H

#include "../digest/edition.h"
#include "settings.h"

/* A run over subscriptions. */
typedef struct post {
    papertag_store *store;
    const papertag_model *model;
    papertag_tagger *tagger;
    const mail_settings *mail;         /* NULL: no subscription has an address */
    bool dry;                          /* nothing is sent, written or recorded */
    bool json;                         /* how results are reported */
    text out;                          /* the reports */
    size_t delivered, later, troubles; /* deliveries made; put off by a server; that need a person */
} post;

/* Delivers what is due to a subscription: mails that were begun or put off, then what is new. EXIT_DONE, also when a
 * server refuses: that is reported and counted. EXIT_FAILED after reporting why nothing more can be done. */
int post_subscription(post *p, const papertag_subscription *s);

/* The status of the program after all of them. */
int post_status(const post *p);

#endif
