/*
 * eml - a digest as a message (RFC 5322) with a text part and an HTML part, as send delivers it, and ready for
 * `sendmail -t`.
 *
 * Both parts are base64, so that lines are short and bytes arrive unchanged whatever carries the mail. What people
 * wrote gets into headers only as encoded words (RFC 2047): a line break in it cannot begin another header.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../clean.h"
#include "../dates.h"
#include "../mail_address.h"
#include "../signed_link.h"
#include "formats.h"

enum {
    LINE = 57,             /* bytes that make a line of 76 characters in base64 */
    PAGE_MOST = 100 * 1000 /* bytes of a page: of one of 102 kB or more, Gmail shows only the beginning */
};

static void add_base64(text *out, const char *bytes, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = (const unsigned char *)bytes;

    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t three =
            (uint32_t)at[i] << 16 | (left > 1 ? (uint32_t)at[i + 1] << 8 : 0) | (left > 2 ? (uint32_t)at[i + 2] : 0);
        const char four[] = {letters[three >> 18], letters[three >> 12 & 63], left > 1 ? letters[three >> 6 & 63] : '=',
                             left > 2 ? letters[three & 63] : '='};
        text_add(out, four, 4);
    }
}

static void add_body(text *out, const text *body)
{
    for (size_t i = 0; i < body->size; i += LINE) {
        add_base64(out, body->data + i, body->size - i < LINE ? body->size - i : LINE);
        text_put(out, "\r\n");
    }
}

static bool is_plain(const char *string)
{
    for (; *string; string++) {
        if (*string < ' ' || *string > '~') {
            return false;
        }
    }
    return true;
}

/* A header with text that a person wrote: folded, and encoded where it is not plain ASCII. It is cleaned first, so
 * that it is UTF-8, and encoded words end between characters. */
static void add_header(text *out, const char *name, const char *string)
{
    size_t column = strlen(name) + 1;
    text shown = {0};
    const char *value;

    text_clean(&shown, string, strlen(string));
    value = text_of(out, &shown);
    text_format(out, "%s:", name);
    if (is_plain(value) && !strstr(value, "=?")) {
        while (*value) {
            size_t length = 1 + strcspn(value + 1, " "), skip = *value == ' ';
            if (column + 1 + length - skip > 76 && column > strlen(name) + 1) {
                text_put(out, "\r\n");
                column = 0;
            }
            text_put(out, " ");
            text_add(out, value + skip, length - skip < 900 ? length - skip : 900);
            column += 1 + length - skip;
            value += length;
        }
    } else {
        while (*value) {
            size_t length = strlen(value) < 42 ? strlen(value) : 42;
            while (length > 38 && ((unsigned char)value[length] & 0xc0) == 0x80) { /* never within a character */
                length--;
            }
            text_put(out, column > strlen(name) + 1 ? "\r\n =?utf-8?B?" : " =?utf-8?B?");
            add_base64(out, value, length);
            text_put(out, "?=");
            column += 76;
            value += length;
        }
    }
    text_free(&shown);
    text_put(out, "\r\n");
}

/* A hash of the message, for ids and boundaries that follow from the contents alone (FNV-1a, 64 bits). */
static unsigned long long content_hash(const text *t, const char *address)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < t->size; i++) {
        hash = (hash ^ (unsigned char)t->data[i]) * 1099511628211u;
    }
    for (; *address; address++) {
        hash = (hash ^ (unsigned char)*address) * 1099511628211u;
    }
    return hash;
}

/* ---- headers --------------------------------------------------------------------------------------------------- */

/* Who sends it: the configured name and address. */
static void add_from(text *out, const char *name, const char *address)
{
    text line = {0};

    if (*name) {
        add_header(&line, "From", name);
        line.size -= line.size >= 2 ? 2 : 0; /* its line break: the address goes on */
        if (is_plain(name) && !strstr(name, "=?")) {
            text_put(out, "From: \""); /* quoted, so that no sign in it means anything */
            for (; *name; name++) {
                text_add(out, "\\", strchr("\"\\", *name) != NULL);
                text_add(out, name, 1);
            }
            text_put(out, "\"");
        } else {
            text_add(out, text_of(out, &line), line.size);
        }
        text_put(out, "\r\n <");
    } else {
        text_put(out, "From: <");
    }
    text_put(out, address);
    text_put(out, ">\r\n");
    text_free(&line);
}

/* The name of a list: letters and digits of the subscription's name, at the sender's domain (RFC 2919). */
static void add_list(text *out, const digest *d, const char *domain)
{
    if (!d->list) {
        return;
    }
    text_put(out, "List-Id: <");
    for (size_t i = 0; i < 60 && d->list[i]; i++) {
        const char c = d->list[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        text_add(out, plain ? &c : "-", 1);
    }
    text_put(out, ".papertag.");
    text_put(out, domain);
    text_put(out, ">\r\n");
}

/* How to end it: a link, and a mail to the sender. One click is for https alone (RFC 8058). */
static void add_unsubscribe(text *out, const digest *d, const char *address)
{
    if (!d->unsubscribe && !(d->list && d->from)) {
        return;
    }
    text_put(out, "List-Unsubscribe:");
    if (d->unsubscribe) {
        text_format(out, " <%.900s>", d->unsubscribe);
    }
    if (d->list && d->from) {
        text_put(out, d->unsubscribe ? ",\r\n <mailto:" : " <mailto:");
        text_put(out, address);
        text_put(out, "?subject=papertag%20unsubscribe%20");
        text_query_part(out, d->list);
        text_put(out, ">");
    }
    text_put(out, "\r\n");
    if (d->unsubscribe && !strncmp(d->unsubscribe, "https://", 8)) {
        text_put(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
}

static void add_headers(text *out, const digest *d, unsigned long long id)
{
    text name = {0}, address = {0};
    const char *domain;

    if (!d->from || !split_mail_address(d->from, &name, &address)) {
        text_free(&name);
        text_free(&address);
        text_put(&name, "papertag");
        text_put(&address, "papertag@localhost");
    }
    domain = strchr(text_of(out, &address), '@');
    domain = domain ? domain + 1 : "localhost";
    add_from(out, text_of(out, &name), text_of(out, &address));
    if (d->address && is_mail_address(d->address)) {
        text_format(out, "To: <%s>\r\n", d->address);
    } else {
        text_put(out, "To: undisclosed-recipients:;\r\n");
    }
    add_header(out, "Subject", d->title);
    text_put(out, "Date: ");
    text_mail_date(out, d->generated);
    if (d->message_id) {
        text_format(out, "\r\nMessage-ID: <%s>\r\n", d->message_id);
    } else {
        text_format(out, "\r\nMessage-ID: <papertag.%016llx@%s>\r\n", id, domain);
    }
    text_put(out, "Auto-Submitted: auto-generated\r\n");
    add_list(out, d, domain);
    add_unsubscribe(out, d, text_of(out, &address));
    text_format(out, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_papertag_%016llx\"\r\n",
                id);
    text_free(&name);
    text_free(&address);
}

/* ---- parts ----------------------------------------------------------------------------------------------------- */

static void add_part(text *out, unsigned long long id, const digest_format *format, const text *body)
{
    text_format(out, "\r\n--=_papertag_%016llx\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n", id,
                format->type);
    add_body(out, body);
    out->failed = out->failed || body->failed;
}

/* Writes the page with as much of the abstracts as fits. */
static bool write_page(digest *d, text *page)
{
    bool good = format_html.write(d, page);

    while (good && page->size > PAGE_MOST && d->length < LENGTH_TITLES) {
        d->length++;
        text_empty(page);
        good = format_html.write(d, page);
    }
    d->length = LENGTH_WHOLE;
    return good;
}

static bool write_eml(digest *d, text *out)
{
    const style terminal = d->style;
    text words = {0}, page = {0};
    unsigned long long id;
    bool good;

    d->style = (style){76, "", "", "", "", ""};
    good = format_text.write(d, &words) && write_page(d, &page);
    d->style = terminal;
    id = content_hash(&words, d->address ? d->address : "");
    add_headers(out, d, id);
    add_part(out, id, &format_text, &words);
    add_part(out, id, &format_html, &page);
    text_format(out, "\r\n--=_papertag_%016llx--\r\n", id);
    text_free(&words);
    text_free(&page);
    return good;
}

const digest_format format_eml = {
    .name = "eml", .type = "message/rfc822", .explains = true, .headed = true, .write = write_eml};
