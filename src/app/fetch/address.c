/*
 * address - see address.h. URLs are taken apart by libcurl, as they will be when they are used.
 */
#include "curl.h"
#include <ctype.h>
#include <string.h>

#include "address.h"

void text_url_part(text *t, const char *string, const char *also)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; *string; string++) {
        const unsigned char byte = (unsigned char)*string;
        const bool plain = byte < 128 && (isalnum(byte) || strchr("-._~", byte) || strchr(also, byte));
        const char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        text_add(t, plain ? string : escaped, plain ? 1 : 3);
    }
}

/* The parts of a URL that decide who is asked. */
struct parts {
    CURLU *url;
    char *scheme, *host, *port, *user, *password;
};

static void free_parts(struct parts *p)
{
    curl_free(p->scheme);
    curl_free(p->host);
    curl_free(p->port);
    curl_free(p->user);
    curl_free(p->password);
    curl_url_cleanup(p->url);
}

/* False when it is no URL of http or https, or without memory. Call free_parts in any case. */
static bool take_apart(struct parts *p, const char *url)
{
    *p = (struct parts){.url = curl_url()};
    if (!p->url || curl_url_set(p->url, CURLUPART_URL, url, 0) ||
        curl_url_get(p->url, CURLUPART_SCHEME, &p->scheme, 0) || curl_url_get(p->url, CURLUPART_HOST, &p->host, 0) ||
        curl_url_get(p->url, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT)) {
        return false;
    }
    curl_url_get(p->url, CURLUPART_USER, &p->user, 0);
    curl_url_get(p->url, CURLUPART_PASSWORD, &p->password, 0);
    for (char *c = p->host; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    return *p->host && (!strcmp(p->scheme, "http") || !strcmp(p->scheme, "https"));
}

const char *url_fault(const char *url)
{
    struct parts p;
    const char *fault = NULL;

    for (const char *c = url; *c && !fault; c++) {
        fault = (unsigned char)*c <= ' ' || *c == 127 ? "it has spaces or control characters" : NULL;
    }
    if (!fault && !take_apart(&p, url)) {
        fault = "it is not an http or https address";
    } else if (!fault && (p.user || p.password)) {
        fault = "it has a name or a password in it, which would be kept";
    } else if (fault) {
        return fault;
    }
    free_parts(&p);
    return fault;
}

static bool has_usual_port(const struct parts *p)
{
    return !strcmp(p->port, strcmp(p->scheme, "https") ? "80" : "443");
}

bool text_url_host(text *t, const char *url)
{
    struct parts p;
    const bool good = take_apart(&p, url);

    if (good) {
        text_put(t, p.host);
        text_put(t, has_usual_port(&p) ? "" : ":");
        text_put(t, has_usual_port(&p) ? "" : p.port);
    }
    free_parts(&p);
    return good;
}

bool is_this_machine(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    bool is = false;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t length = strlen(names[i]);
        is = is || (!strncmp(host, names[i], length) && (!host[length] || host[length] == ':'));
    }
    return is;
}

/* Whether the name `part` ends with `.whole`. */
static bool is_below(const char *part, const char *whole)
{
    const size_t length = strlen(part), end = strlen(whole);

    return length > end + 1 && strchr(whole, '.') && part[length - end - 1] == '.' &&
           !strcmp(part + length - end, whole);
}

bool may_redirect(const char *from, const char *to)
{
    struct parts a, b;
    bool good = take_apart(&a, from);

    good = take_apart(&b, to) && good;
    good = good && !b.user && !b.password && (!strcmp(a.scheme, b.scheme) || !strcmp(b.scheme, "https"));
    good = good && (!strcmp(a.host, b.host) || is_below(a.host, b.host) || is_below(b.host, a.host));
    good = good && (!strcmp(a.port, b.port) || (has_usual_port(&a) && has_usual_port(&b)));
    free_parts(&a);
    free_parts(&b);
    return good;
}

bool text_resolved(text *t, const char *base, const char *location)
{
    CURLU *url = curl_url();
    char *whole = NULL;
    const bool good = url && !curl_url_set(url, CURLUPART_URL, base, 0) &&
                      !curl_url_set(url, CURLUPART_URL, location, 0) &&
                      !curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) && !curl_url_get(url, CURLUPART_URL, &whole, 0) &&
                      !url_fault(whole);

    if (good) {
        text_put(t, whole);
    }
    curl_free(whole);
    curl_url_cleanup(url);
    return good;
}
