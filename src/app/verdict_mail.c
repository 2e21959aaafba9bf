/*
 * verdict_mail - see verdict_mail.h. One pass over the bytes; nothing of a message but its subject and date is read.
 */
#include <string.h>
#include <strings.h>

#include "verdict_mail.h"

bool is_mail_file(const char *content, size_t size)
{
    static const char *const names[] = {"From ",    "From:", "Return-Path:", "Received:", "Delivered-To:", "To:",
                                        "Subject:", "Date:", "Message-ID:",  "X-",        "MIME-Version:", "DKIM-"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t length = strlen(names[i]);
        if (size >= length && !strncasecmp(content, names[i], length)) {
            return true;
        }
    }
    return false;
}

/* The bytes of a line, with its end. */
static size_t line_size(const char *at, size_t left)
{
    const char *end = memchr(at, '\n', left);

    return end ? (size_t)(end - at) + 1 : left;
}

static void add_line(text *out, const char *at, size_t size)
{
    while (size && strchr("\r\n \t", at[size - 1])) {
        size--;
    }
    text_add(out, at, size);
}

/* Whether a line is a header of that name, which ends in a colon. */
static bool is_header(const char *line, size_t length, const char *name)
{
    const size_t size = strlen(name);

    return length > size && !strncasecmp(line, name, size);
}

/* Adds the value of the header that begins at *at, unfolded, and moves *at past it. */
static void take_header(const char *content, size_t size, mail_place *place, size_t name, text *out)
{
    bool first = true;

    while (place->at < size && (first || content[place->at] == ' ' || content[place->at] == '\t')) {
        const size_t length = line_size(content + place->at, size - place->at), skip = first ? name : 0;
        add_line(out, content + place->at + skip, length - skip);
        place->at += length;
        place->line++;
        first = false;
    }
}

static bool is_blank(const char *line, size_t length)
{
    return *line == '\n' || (length > 1 && *line == '\r' && line[1] == '\n');
}

bool next_mail(const char *content, size_t size, mail_place *place, mail_head *head)
{
    bool headers = place->at == 0, found = false;

    while (place->at < size) {
        const char *line = content + place->at;
        const size_t length = line_size(line, size - place->at);
        if (length > 5 && !memcmp(line, "From ", 5)) { /* the next message of an mbox */
            if (found) {
                return true;
            }
            headers = true;
        } else if (is_blank(line, length)) {
            headers = false;
        } else if (headers && !found && is_header(line, length, "Subject:")) {
            found = true;
            head->line = place->line + 1;
            take_header(content, size, place, strlen("Subject:"), &head->subject);
            continue;
        } else if (headers && !head->date.size && is_header(line, length, "Date:")) {
            take_header(content, size, place, strlen("Date:"), &head->date);
            continue;
        }
        if (!headers && found) {
            return true;
        }
        if (!headers) {
            text_empty(&head->date); /* of a message without a subject */
        }
        place->at += length;
        place->line++;
    }
    return found;
}

void mail_head_free(mail_head *head)
{
    text_free(&head->subject);
    text_free(&head->date);
}

bool read_verdict_subject(const char *subject, verdict_mail *out)
{
    const char *at = strstr(subject, "papertag yes "), *no = strstr(subject, "papertag no ");
    text *parts[] = {&out->tag, &out->paper, &out->sign};
    bool good = at || no;

    out->yes = at && (!no || at < no);
    at = out->yes ? at + 13 : no ? no + 12 : subject;
    for (size_t i = 0; i < 3 && good; i++) {
        const size_t length = strcspn(at, " \t");
        good = length && text_decoded(parts[i], at, length) && !parts[i]->failed;
        at += length;
        at += strspn(at, " \t");
    }
    return good;
}

void verdict_mail_free(verdict_mail *v)
{
    text_free(&v->paper);
    text_free(&v->tag);
    text_free(&v->sign);
}
