/*
 * smtp - see smtp.h.
 *
 * What libcurl says of a dialogue that failed is too little to know whether the message may have arrived. So the
 * commands and answers are followed here: which command was sent last, and what the server said to it.
 */
#include "../fetch/curl.h"
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../clock.h"
#include "../signed_link.h"
#include "smtp.h"

/* Milliseconds. A server that lets single bytes drip must not hold up the others for ever. */
enum { CONNECT_MOST = 30 * 1000, ANSWER_MOST = 5 * 60 * 1000, WHOLE_MOST = 15 * 60 * 1000 };

/* A dialogue. */
struct dialogue {
    text url;
    smtp_stage stage;
    int reply;
    char words[SMTP_WORDS];
    char error[CURL_ERROR_SIZE];
    const char *bytes; /* size */
    size_t size, at;
    bool (*last)(void *context);
    void *context;
    bool whole, stopped; /* last was called; it stopped the dialogue */
    const char *limit;   /* that was exceeded; NULL */
    int64_t begun;
};

/* ---- settings -------------------------------------------------------------------------------------------------- */

/* The host of a URL, without the port and brackets; its length. */
static size_t find_host(const char *url, const char **host)
{
    const char *at = strstr(url, "://");

    at = at ? at + 3 : url;
    *host = *at == '[' ? at + 1 : at;
    return *at == '[' ? strcspn(at + 1, "]") : strcspn(at, ":/?#");
}

static bool is_loopback(const char *url)
{
    const char *host;
    const size_t length = find_host(url, &host);

    return (length == 9 && (!strncasecmp(host, "localhost", 9) || !strncmp(host, "127.0.0.1", 9))) ||
           (length == 3 && !strncmp(host, "::1", 3));
}

static bool is_secure(const char *url)
{
    return !strncmp(url, "smtps://", 8);
}

bool smtp_is_plain(const smtp_server *s)
{
    return !is_secure(s->url) && is_loopback(s->url) && !s->user && !s->ca_file;
}

const char *smtp_fault(const smtp_server *s)
{
    const char *host;
    size_t length;

    if (strncmp(s->url, "smtp://", 7) != 0 && !is_secure(s->url)) {
        return "begins neither with smtps:// nor with smtp://";
    }
    length = find_host(s->url, &host);
    if (memchr(host, '@', strlen(host))) {
        return "has a name or a password in it: they belong into user and password-command";
    }
    if (!length) {
        return "names no host";
    }
    host += length + (host[length] == ']');
    if (*host == ':') {
        host += 1 + strspn(host + 1, "0123456789");
    }
    return *host && strcmp(host, "/") != 0 ? "goes on after the host and the port" : NULL;
}

/* ---- following the dialogue ------------------------------------------------------------------------------------ */

int smtp_read_reply(const char *line, size_t size, bool *more, const char **words, size_t *length)
{
    int number = 0;

    while (size && strchr("\r\n", line[size - 1])) {
        size--;
    }
    for (size_t i = 0; i < 3; i++) {
        if (i >= size || !isdigit((unsigned char)line[i])) {
            return 0;
        }
        number = number * 10 + (line[i] - '0');
    }
    if (number < 100 || number > 599 || (size > 3 && line[3] != ' ' && line[3] != '-')) {
        return 0;
    }
    *more = size > 3 && line[3] == '-';
    *words = line + (size > 3 ? 4 : 3);
    *length = size - (size > 3 ? 4 : 3);
    return number;
}

/* Keeps the last answer: but for the farewell, which says nothing of the message. */
static void take_reply(struct dialogue *d, const char *line, size_t size)
{
    const char *words;
    size_t length;
    bool more;
    const int number = smtp_read_reply(line, size, &more, &words, &length);

    if (number && number != 221) {
        d->reply = number;
        snprintf(d->words, sizeof d->words, "%.*s", (int)(length < SMTP_WORDS ? length : SMTP_WORDS - 1), words);
        d->stage = d->stage < SMTP_GREETING ? SMTP_GREETING : d->stage;
    }
}

static void take_command(struct dialogue *d, const char *line, size_t size)
{
    static const struct {
        const char *verb;
        smtp_stage stage;
    } verbs[] = {{"STARTTLS", SMTP_TLS},   {"AUTH", SMTP_LOGIN},     {"MAIL", SMTP_SENDER},
                 {"RCPT", SMTP_RECIPIENT}, {"VRFY", SMTP_RECIPIENT}, {"DATA", SMTP_MESSAGE}};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const size_t length = strlen(verbs[i].verb);
        if (size >= length && !strncasecmp(line, verbs[i].verb, length)) {
            d->stage = verbs[i].stage;
            d->reply = 0;
            d->words[0] = '\0';
        }
    }
}

/* curl tells here what it sends and gets; a password is among it, and nothing of it is kept but the answers. */
static int follow(CURL *curl, curl_infotype type, char *bytes, size_t size, void *context)
{
    struct dialogue *d = context;

    (void)curl;
    if (type == CURLINFO_HEADER_IN) {
        take_reply(d, bytes, size);
    } else if (type == CURLINFO_HEADER_OUT) {
        take_command(d, bytes, size);
    }
    return 0;
}

/* Hands the message out. The last bytes leave only when the store knows it. */
static size_t read_message(char *to, size_t one, size_t room, void *context)
{
    struct dialogue *d = context;
    size_t size = d->size - d->at;

    size = size < one * room ? size : one * room;
    if (size == d->size - d->at && !d->whole) {
        d->stopped = !d->last(d->context);
        if (d->stopped) {
            return CURL_READFUNC_ABORT;
        }
        d->whole = true;
    }
    memcpy(to, d->bytes + d->at, size);
    d->at += size;
    return size;
}

/* Ends what takes too long, by the program's clock. */
static int watch_time(void *context, curl_off_t total, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    struct dialogue *d = context;
    const int64_t taken = clock_now() - d->begun;

    (void)total;
    (void)got;
    (void)to_send;
    (void)sent;
    if (taken > WHOLE_MOST || (d->stage < SMTP_MESSAGE && taken > ANSWER_MOST)) {
        d->limit = "the server takes too long";
    }
    return d->limit != NULL;
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

/* Whether an answer speaks of the connection or the login, not of the message (RFC 5321 and 4954): a command out of
 * order, or encryption or a login that the server misses. */
static bool speaks_of_settings(int reply)
{
    return reply == 503 || reply == 530 || reply == 534 || reply == 535 || reply == 538;
}

papertag_mail_state smtp_judge(bool good, smtp_stage stage, int reply, bool whole)
{
    if (good || (whole && reply >= 200 && reply < 300)) {
        return PAPERTAG_MAIL_ACCEPTED;
    }
    if (reply >= 400 && reply < 500) {
        return PAPERTAG_MAIL_DEFERRED;
    }
    if (reply >= 500 && (whole || (stage >= SMTP_SENDER && !speaks_of_settings(reply)))) {
        return PAPERTAG_MAIL_REFUSED;
    }
    return whole ? PAPERTAG_MAIL_UNKNOWN : PAPERTAG_MAIL_BEGUN;
}

/* How far it went before the first command: curl has times of what was done. */
static smtp_stage find_stage(const struct dialogue *d, CURL *c, bool secure, CURLcode code)
{
    curl_off_t named = 0, connected = 0, encrypted = 0;

    if (code == CURLE_USE_SSL_FAILED || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
        code == CURLE_SSL_CACERT_BADFILE) {
        return SMTP_TLS;
    }
    if (code == CURLE_LOGIN_DENIED) {
        return SMTP_LOGIN;
    }
    if (d->stage > SMTP_GREETING || !c) {
        return d->stage;
    }
    curl_easy_getinfo(c, CURLINFO_NAMELOOKUP_TIME_T, &named);
    curl_easy_getinfo(c, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(c, CURLINFO_APPCONNECT_TIME_T, &encrypted);
    if (connected) {
        return secure && !encrypted ? SMTP_TLS : SMTP_GREETING;
    }
    return named ? SMTP_CONNECT : SMTP_ADDRESS;
}

static void describe(const struct dialogue *d, CURL *c, bool secure, CURLcode code, smtp_result *out)
{
    const bool good = !code;

    out->stage = good ? SMTP_DONE : find_stage(d, c, secure, code);
    out->reply = d->reply;
    out->state = smtp_judge(good, d->stage, d->reply, d->whole);
    if (d->limit || d->stopped) {
        snprintf(out->words, sizeof out->words, "%s", d->limit ? d->limit : "stopped");
    } else if (d->reply < 400 && (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING)) {
        snprintf(out->words, sizeof out->words, "the connection was closed");
    } else if (d->reply >= 400 || good) {
        snprintf(out->words, sizeof out->words, "%s", d->words);
    } else {
        snprintf(out->words, sizeof out->words, "%s", d->error[0] ? d->error : curl_easy_strerror(code));
    }
}

/* ---- sending --------------------------------------------------------------------------------------------------- */

static size_t drop(char *bytes, size_t one, size_t size, void *context)
{
    (void)bytes;
    (void)context;
    return one * size;
}

/* The URL; with the user in it when the password is in netrc, where curl looks only for a user of the URL. */
static bool make_url(const smtp_server *s, text *url)
{
    const char *host = strstr(s->url, "://") + 3;

    text_add(url, s->url, (size_t)(host - s->url));
    if (s->user && !s->password) {
        text_query_part(url, s->user);
        text_put(url, "@");
    }
    text_put(url, host);
    return !url->failed;
}

/* Sets what curl is to do. */
static CURLcode prepare(CURL *c, const smtp_server *s, struct dialogue *d)
{
    const long ssl = is_secure(s->url) || !smtp_is_plain(s) ? CURLUSESSL_ALL : CURLUSESSL_NONE;
    CURLcode code = make_url(s, &d->url) ? CURLE_OK : CURLE_OUT_OF_MEMORY;

#define OPTION(name, value) code = code ? code : curl_easy_setopt(c, CURLOPT_##name, value)
    OPTION(URL, d->url.data);
    OPTION(PROTOCOLS_STR, "smtp,smtps");
    OPTION(USE_SSL, ssl);
    OPTION(SSL_VERIFYPEER, 1L);
    OPTION(SSL_VERIFYHOST, 2L);
    OPTION(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    OPTION(PROXY, "");
    OPTION(FORBID_REUSE, 1L);
    OPTION(NOSIGNAL, 1L);
    OPTION(ERRORBUFFER, d->error);
    OPTION(VERBOSE, 1L);
    OPTION(DEBUGFUNCTION, follow);
    OPTION(DEBUGDATA, d);
    OPTION(CONNECTTIMEOUT_MS, (long)CONNECT_MOST);
    OPTION(TIMEOUT_MS, (long)WHOLE_MOST);
    OPTION(XFERINFOFUNCTION, watch_time);
    OPTION(XFERINFODATA, d);
    OPTION(NOPROGRESS, 0L);
    OPTION(WRITEFUNCTION, drop);
    if (s->ca_file) {
        OPTION(CAINFO, s->ca_file);
    }
    if (s->user && s->password) {
        OPTION(USERNAME, s->user);
        OPTION(PASSWORD, s->password);
    } else if (s->user && s->netrc) {
        OPTION(NETRC, (long)CURL_NETRC_OPTIONAL);
        OPTION(NETRC_FILE, s->netrc);
    }
#undef OPTION
    return code;
}

void smtp_send(const smtp_server *s, const char *recipient, const char *bytes, size_t size, bool (*last)(void *context),
               void *context, smtp_result *out)
{
    struct dialogue d = {.bytes = bytes, .size = size, .last = last, .context = context, .begun = clock_now()};
    struct curl_slist *to = NULL;
    text sender = {0}, receiver = {0};
    CURL *c = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;

    *out = (smtp_result){.state = PAPERTAG_MAIL_BEGUN};
    text_format(&sender, "<%s>", s->from);
    text_format(&receiver, "<%s>", recipient);
    to = sender.failed || receiver.failed ? NULL : curl_slist_append(NULL, receiver.data);
    if (c && to) {
        code = prepare(c, s, &d);
        code = code ? code : curl_easy_setopt(c, CURLOPT_MAIL_FROM, sender.data);
        code = code ? code : curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
        code = code ? code : curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        code = code ? code : curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
        code = code ? code : curl_easy_setopt(c, CURLOPT_READFUNCTION, read_message);
        code = code ? code : curl_easy_setopt(c, CURLOPT_READDATA, &d);
        code = code ? code : curl_easy_perform(c);
    }
    describe(&d, c, is_secure(s->url), code, out);
    curl_slist_free_all(to);
    curl_easy_cleanup(c);
    text_free(&d.url);
    text_free(&sender);
    text_free(&receiver);
}

/* ---- trying the way -------------------------------------------------------------------------------------------- */

/* Waits until the connection can be read or written. False when it takes too long. */
static bool wait_for(CURL *c, struct dialogue *d, short events)
{
    curl_socket_t handle = CURL_SOCKET_BAD;
    struct pollfd poll_of = {.events = events};

    if (curl_easy_getinfo(c, CURLINFO_ACTIVESOCKET, &handle) || handle == CURL_SOCKET_BAD) {
        return false;
    }
    poll_of.fd = handle;
    while (poll(&poll_of, 1, 1000) == 0) {
        if (watch_time(d, 0, 0, 0, 0)) {
            return false;
        }
    }
    return true;
}

/* Reads an answer, of one line or more. */
static CURLcode read_answer(CURL *c, struct dialogue *d)
{
    char line[1024];
    size_t size = 0;

    for (;;) {
        const char *words;
        size_t got = 0, length;
        bool more;
        char byte = '\0';
        CURLcode code = curl_easy_recv(c, &byte, 1, &got);
        if (code == CURLE_AGAIN && wait_for(c, d, POLLIN)) {
            continue;
        }
        if (code || !got) {
            return code ? code : CURLE_RECV_ERROR;
        }
        if (size < sizeof line) { /* the end of a line that is too long is dropped */
            line[size++] = byte;
        }
        if (byte == '\n') {
            take_reply(d, line, size);
            if (!smtp_read_reply(line, size, &more, &words, &length)) {
                return CURLE_WEIRD_SERVER_REPLY;
            }
            if (!more) {
                return d->reply < 400 ? CURLE_OK : CURLE_SEND_ERROR;
            }
            size = 0;
        }
    }
}

static CURLcode ask(CURL *c, struct dialogue *d, const char *verb, const char *argument)
{
    text line = {0};
    CURLcode code = CURLE_OK;

    text_put(&line, verb);
    text_put(&line, argument);
    text_put(&line, "\r\n");
    if (line.failed) {
        return CURLE_OUT_OF_MEMORY;
    }
    take_command(d, line.data, line.size);
    for (size_t at = 0, sent; at < line.size && !code; at += sent) {
        sent = 0;
        code = curl_easy_send(c, line.data + at, line.size - at, &sent);
        code = code == CURLE_AGAIN && wait_for(c, d, POLLOUT) ? CURLE_OK : code;
    }
    text_free(&line);
    return code ? code : read_answer(c, d);
}

void smtp_try(const smtp_server *s, const char *recipient, smtp_result *out)
{
    struct dialogue d = {.begun = clock_now()};
    text sender = {0}, receiver = {0};
    CURL *c = curl_easy_init();
    CURLcode code = c ? prepare(c, s, &d) : CURLE_OUT_OF_MEMORY;

    *out = (smtp_result){.state = PAPERTAG_MAIL_BEGUN};
    text_format(&sender, "<%s>", s->from);
    text_format(&receiver, "<%s>", recipient);
    code = code || (!sender.failed && !receiver.failed) ? code : CURLE_OUT_OF_MEMORY;
    code = code ? code : curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
    code = code ? code : curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 0L);
    code = code ? code : curl_easy_perform(c);
    code = code ? code : ask(c, &d, "MAIL FROM:", sender.data);
    code = code ? code : ask(c, &d, "RCPT TO:", receiver.data);
    describe(&d, c, is_secure(s->url), code, out);
    if (out->stage >= SMTP_SENDER) { /* a server that does not answer to this does not matter */
        (void)(ask(c, &d, "RSET", "") || ask(c, &d, "QUIT", ""));
    }
    curl_easy_cleanup(c);
    text_free(&d.url);
    text_free(&sender);
    text_free(&receiver);
}
