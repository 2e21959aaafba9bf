/*
 * verdict_mail - verdicts that readers sent back by mail: the subjects of messages, see text_verdict_subject.
 */
#ifndef VERDICT_MAIL_H
#define VERDICT_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "signed_link.h"

/* A verdict of a subject. Zero-initialise; verdict_mail_free in the end. */
typedef struct verdict_mail {
    text paper, tag, sign;
    bool yes;
} verdict_mail;

/* Whether a file is mail: it begins with a line of headers, or with that of an mbox. */
bool is_mail_file(const char *content, size_t size);

/* Finds the next subject at or after *at, in the headers of a message, and moves *at past it; *line is its line,
 * counted on from what it was. False after the last. *subject is unfolded. */
bool next_subject(const char *content, size_t size, size_t *at, size_t *line, text *subject);

/* Reads "papertag yes TAG ID SIGN" anywhere in a subject. False: it has no such words. */
bool read_verdict_subject(const char *subject, verdict_mail *out);

void verdict_mail_free(verdict_mail *v);

#endif
