/*
 * http - see http.h. A connection serves one request, so that libcurl has no reason to send one again by itself.
 */
#include "curl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clock.h"
#include "../status.h"
#include "address.h"
#include "gunzip.h"
#include "http.h"
#include "papertag.h"

/* Limits: bytes, and milliseconds. */
enum { BODY_MOST = 64 * 1024 * 1024, HEADERS_MOST = 128 * 1024, VALUE_MOST = 8192 };
enum { CONNECT_MOST = 30 * 1000, FIRST_BYTE = 120 * 1000, WINDOW = 60 * 1000, WINDOW_BYTES = 2000, WHOLE = 900 * 1000 };

struct http {
    CURL *curl;
    text agent;
    char error[CURL_ERROR_SIZE];
    char fault[CURL_ERROR_SIZE + 100];
    http_answer *answer; /* that is coming in */
    char *encoding;      /* of its body */
    size_t header_bytes;
    const char *limit; /* that was exceeded; NULL */
    /* the time since it was sent, and the rate of the last while */
    int64_t sent, window;
    size_t window_bytes;
};

http *http_open(const char *contact)
{
    http *h = calloc(1, sizeof *h);

    if (h) {
        h->curl = curl_easy_init();
        text_put(&h->agent, "papertag/" PAPERTAG_VERSION);
        if (contact && *contact) {
            text_format(&h->agent, " (%s)", contact);
        }
    }
    if (!h || !h->curl || h->agent.failed) {
        out_of_memory();
        http_close(h);
        return NULL;
    }
    return h;
}

void http_close(http *h)
{
    if (h) {
        curl_easy_cleanup(h->curl);
        text_free(&h->agent);
        free(h->encoding);
        free(h);
    }
}

void http_answer_free(http_answer *a)
{
    text_free(&a->body);
    free(a->etag);
    free(a->modified);
    free(a->retry_after);
    free(a->limit);
    free(a->location);
    *a = (http_answer){0};
}

/* ---- what comes in --------------------------------------------------------------------------------------------- */

/* The value of a header line that has that name; NULL: another, too long, or no memory. Owned. */
static char *value_of(const char *line, size_t size, const char *name)
{
    const size_t length = strlen(name);

    if (size <= length || size > VALUE_MOST || strncasecmp(line, name, length) != 0 || line[length] != ':') {
        return NULL;
    }
    line += length + 1;
    size -= length + 1;
    for (; size && strchr(" \t", *line); line++, size--) {
    }
    while (size && strchr(" \t\r\n", line[size - 1])) {
        size--;
    }
    return strndup(line, size);
}

static size_t take_header(char *line, size_t one, size_t size, void *context)
{
    http *h = context;
    http_answer *a = h->answer;
    const struct {
        const char *name;
        char **value;
    } wanted[] = {{"ETag", &a->etag},       {"Last-Modified", &a->modified}, {"Retry-After", &a->retry_after},
                  {"RateLimit", &a->limit}, {"Location", &a->location},      {"Content-Encoding", &h->encoding}};

    h->header_bytes += one * size;
    if (h->header_bytes > HEADERS_MOST) {
        h->limit = "its headers do not end";
        return 0;
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char *value = value_of(line, size, wanted[i].name);
        if (value) {
            free(*wanted[i].value);
            *wanted[i].value = value;
        }
    }
    return size;
}

static size_t take_body(char *bytes, size_t one, size_t size, void *context)
{
    http *h = context;

    h->window_bytes += one * size;
    if (h->answer->body.size + size > BODY_MOST) {
        h->limit = "it is larger than 64 MiB";
        return 0;
    }
    text_add(&h->answer->body, bytes, size);
    return h->answer->body.failed ? 0 : size;
}

/* Ends a request that takes too long, by the program's clock. */
static int watch_time(void *context, curl_off_t total, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    http *h = context;
    const int64_t now = clock_now();

    (void)total;
    (void)to_send;
    (void)sent;
    if (!got && now - h->sent > FIRST_BYTE) {
        h->limit = "no answer within two minutes";
    } else if (got && now - h->window > WINDOW) {
        h->limit = h->window_bytes < WINDOW_BYTES ? "it comes too slowly" : NULL;
        h->window = now;
        h->window_bytes = 0;
    }
    if (!got) {
        h->window = now;
    }
    if (now - h->sent > WHOLE) {
        h->limit = "it takes longer than 15 minutes";
    }
    return h->limit != NULL;
}

/* ---- a request ------------------------------------------------------------------------------------------------- */

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value, bool *failed)
{
    struct curl_slist *longer = list;
    text line = {0};

    if (value) {
        text_put(&line, name);
        text_put(&line, value);
        longer = line.failed || strpbrk(value, "\r\n") ? NULL : curl_slist_append(list, line.data);
        *failed = *failed || !longer;
        text_free(&line);
    }
    return longer ? longer : list;
}

static struct curl_slist *headers_of(const http_request *r, bool *failed)
{
    struct curl_slist *list = NULL;

    list = add_header(list, "Accept-Encoding: ", "gzip", failed);
    list = add_header(list, "Accept: ", r->accept ? r->accept : "*/*", failed);
    list = add_header(list, "If-None-Match: ", r->etag, failed);
    list = add_header(list, "If-Modified-Since: ", r->modified, failed);
    return add_header(list, "", r->header, failed);
}

/* Sets what curl is to do. False when it cannot. */
static bool prepare(http *h, const http_request *r, struct curl_slist *headers)
{
    CURL *c = h->curl;
    CURLcode code = CURLE_OK;
    text host = {0};
    bool here;

    here = text_url_host(&host, r->url) && !host.failed && is_this_machine(host.data);
    text_free(&host);
    curl_easy_reset(c);
#define OPTION(name, value) code = code ? code : curl_easy_setopt(c, CURLOPT_##name, value)
    OPTION(URL, r->url);
    OPTION(HTTPGET, 1L);
    OPTION(HTTPHEADER, headers);
    OPTION(USERAGENT, h->agent.data);
    OPTION(PROTOCOLS_STR, "http,https");
    OPTION(SUPPRESS_CONNECT_HEADERS, 1L);
    OPTION(FOLLOWLOCATION, 0L);
    OPTION(FORBID_REUSE, 1L);
    OPTION(HTTP_CONTENT_DECODING, 0L);
    OPTION(SSL_VERIFYPEER, 1L);
    OPTION(SSL_VERIFYHOST, 2L);
    OPTION(NOSIGNAL, 1L);
    OPTION(ERRORBUFFER, h->error);
    OPTION(CONNECTTIMEOUT_MS, (long)CONNECT_MOST);
    OPTION(TIMEOUT_MS, (long)WHOLE);
    OPTION(HEADERFUNCTION, take_header);
    OPTION(HEADERDATA, h);
    OPTION(WRITEFUNCTION, take_body);
    OPTION(WRITEDATA, h);
    OPTION(XFERINFOFUNCTION, watch_time);
    OPTION(XFERINFODATA, h);
    OPTION(NOPROGRESS, 0L);
    if (here) { /* a proxy would look for the service on its own machine, and see the token */
        OPTION(PROXY, "");
    }
#undef OPTION
    return !code;
}

/* Unpacks the body, if it is packed. What is wrong; NULL: nothing. */
static const char *unpack(http *h)
{
    http_answer *a = h->answer;
    const char *fault;

    if (!h->encoding || !strcasecmp(h->encoding, "identity")) {
        return NULL;
    }
    if (strcasecmp(h->encoding, "gzip") != 0 && strcasecmp(h->encoding, "x-gzip") != 0) {
        return "it is packed in a way that was not asked for";
    }
    fault = gunzip(&a->body, BODY_MOST);
    if (!fault) {
        return NULL;
    }
    snprintf(h->fault, sizeof h->fault, "its gzip body is %s", fault);
    return h->fault;
}

void http_get(http *h, const http_request *r, http_answer *out)
{
    bool failed = false;
    struct curl_slist *headers = headers_of(r, &failed);
    CURLcode code;

    http_answer_free(out);
    free(h->encoding);
    h->encoding = NULL;
    h->answer = out;
    h->header_bytes = h->window_bytes = 0;
    h->limit = NULL;
    h->error[0] = '\0';
    h->sent = h->window = clock_now();
    code = failed || !prepare(h, r, headers) ? CURLE_OUT_OF_MEMORY : curl_easy_perform(h->curl);
    if (!code) {
        curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &out->status);
        out->fault = unpack(h);
    } else if (h->limit) {
        out->fault = h->limit;
        out->hopeless = out->body.size + CURL_MAX_WRITE_SIZE > BODY_MOST;
    } else {
        snprintf(h->fault, sizeof h->fault, "%s", h->error[0] ? h->error : curl_easy_strerror(code));
        out->fault = h->fault;
        out->hopeless = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
                        code == CURLE_URL_MALFORMAT || code == CURLE_OUT_OF_MEMORY;
    }
    out->status = out->fault ? 0 : out->status;
    curl_slist_free_all(headers);
}
