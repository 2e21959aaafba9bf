/*
 * verdict_mail - see verdict_mail.h. One pass over the bytes; nothing of a message but its subject is read.
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

static void add_line(text *subject, const char *at, size_t size)
{
    while (size && strchr("\r\n \t", at[size - 1])) {
        size--;
    }
    text_add(subject, at, size);
}

bool next_subject(const char *content, size_t size, size_t *at, size_t *line, text *subject)
{
    bool headers = *at == 0;

    while (*at < size) {
        const char *begin = content + *at;
        const size_t length = line_size(begin, size - *at);
        *at += length;
        ++*line;
        if (length > 5 && !memcmp(begin, "From ", 5)) {
            headers = true; /* the next message of an mbox */
        } else if (*begin == '\n' || (length > 1 && *begin == '\r' && begin[1] == '\n')) {
            headers = false;
        } else if (headers && length > 8 && !strncasecmp(begin, "Subject:", 8)) {
            add_line(subject, begin + 8, length - 8);
            while (*at < size && (content[*at] == ' ' || content[*at] == '\t')) { /* folded */
                const size_t more = line_size(content + *at, size - *at);
                add_line(subject, content + *at, more);
                *at += more;
                ++*line;
            }
            return true;
        }
    }
    return false;
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
