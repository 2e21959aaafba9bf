/*
 * Fuzz target: what mail brings. The first byte chooses: '0' answers of a mail server, a line each; otherwise a file of
 * messages, as `labels import` reads it. An answer's words are within its line, and no answer makes a mail that was not
 * sent whole accepted or unknown, nor one that was sent whole begun. Reading messages goes forward to the end; what is
 * found in a subject is found again when it is written, and so is a date.
 */
#include <stdlib.h>
#include <string.h>

#include "app/dates.h"
#include "app/send/smtp.h"
#include "app/verdict_mail.h"
#include "fuzz.h"

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_judgement(int reply)
{
    for (int stage = SMTP_ADDRESS; stage <= SMTP_DONE; stage++) {
        const papertag_mail_state part = smtp_judge(false, (smtp_stage)stage, reply, false);
        const papertag_mail_state whole = smtp_judge(false, (smtp_stage)stage, reply, true);
        must(smtp_judge(true, (smtp_stage)stage, reply, true) == PAPERTAG_MAIL_ACCEPTED);
        must(part != PAPERTAG_MAIL_ACCEPTED && part != PAPERTAG_MAIL_UNKNOWN);
        must(whole != PAPERTAG_MAIL_BEGUN && (whole == PAPERTAG_MAIL_UNKNOWN) == (reply < 200 || reply / 100 == 3));
        must((whole == PAPERTAG_MAIL_DEFERRED) == (reply / 100 == 4));
    }
}

static void check_line(const char *from, size_t size)
{
    char *line = malloc(size + !size); /* of its own size, so that a byte too far is seen */
    const char *words = NULL;
    size_t length = 0;
    bool more = false;
    int number;

    must(line != NULL);
    memcpy(line, from, size);
    number = smtp_read_reply(line, size, &more, &words, &length);
    must(number == 0 || (number >= 100 && number <= 599));
    must(!number || (words >= line + 3 && words + length <= line + size));
    check_judgement(number);
    free(line);
}

static void check_date(const char *string)
{
    char moment[MOMENT_SIZE], again[MOMENT_SIZE];
    text written = {0};

    if (read_mail_date(string, moment)) {
        text_mail_date(&written, moment);
        must(!written.failed && read_mail_date(written.data, again) && !strcmp(moment, again));
    }
    text_free(&written);
}

static void check_subject(const char *subject)
{
    const link_key key = {{0}};
    verdict_mail v = {0}, again = {0};
    text written = {0};

    if (read_verdict_subject(subject, &v)) {
        must(v.paper.size && v.tag.size && v.sign.size);
        text_verdict_subject(&written, &key, v.paper.data, v.tag.data, v.yes);
        must(!written.failed && read_verdict_subject(written.data, &again));
        must(v.yes == again.yes && !strcmp(v.paper.data, again.paper.data) && !strcmp(v.tag.data, again.tag.data));
        must(verdict_is_signed(&key, v.paper.data, v.tag.data, v.yes, again.sign.data));
    }
    text_free(&written);
    verdict_mail_free(&v);
    verdict_mail_free(&again);
}

static void check_messages(const char *content, size_t size)
{
    mail_place place = {0};
    size_t before = 0, lines = 0;
    bool found = true;

    is_mail_file(content, size);
    while (found) {
        mail_head head = {0};
        found = next_mail(content, size, &place, &head);
        for (; before < place.at; before++) {
            lines += content[before] == '\n' || before + 1 == size;
        }
        must(place.at <= size && (found ? place.at > 0 : place.at == size) && place.line == lines);
        if (found) {
            must(head.line > 0 && head.line <= place.line);
            must(!head.subject.data || !memchr(head.subject.data, '\n', head.subject.size));
            check_subject(head.subject.data ? head.subject.data : "");
            check_date(head.date.data ? head.date.data : "");
        }
        mail_head_free(&head);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy;

    if (!size) {
        return 0;
    }
    copy = malloc(size); /* one more than there is: what reads files hands them over with a NUL */
    must(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    copy[size - 1] = '\0';
    if (*data == '0') {
        for (size_t at = 0; at < size - 1;) {
            const char *end = memchr(copy + at, '\n', size - 1 - at);
            const size_t length = end ? (size_t)(end - copy) + 1 - at : size - 1 - at;
            check_line(copy + at, length);
            at += length;
        }
    } else {
        check_messages(copy, size - 1);
    }
    free(copy);
    return 0;
}
