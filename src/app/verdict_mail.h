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

/* A place in a file of mail, before which all was read. Zero-initialise. */
typedef struct mail_place {
    size_t at, line; /* bytes, and lines, before it */
} mail_place;

/* What the head of a message says; unfolded, empty where it says nothing. Zero-initialise; mail_head_free in the end.
 */
typedef struct mail_head {
    text subject, date;
    size_t line; /* of the subject, from 1 */
} mail_head;

/* Reads the head of the next message that has a subject, and moves *place past it. False after the last. */
bool next_mail(const char *content, size_t size, mail_place *place, mail_head *head);
void mail_head_free(mail_head *head);

/* Reads "papertag yes TAG ID SIGN" anywhere in a subject. False: it has no such words. */
bool read_verdict_subject(const char *subject, verdict_mail *out);

void verdict_mail_free(verdict_mail *v);

#endif
