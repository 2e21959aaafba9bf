/*
 * guard - who may come in: the names that the server answers to, tokens, and which pages may write.
 *
 * A page of another site can make a browser send requests here. A name that leads to this machine although it is not
 * ours (DNS rebinding) is refused by the Host header. A write that a page elsewhere began is refused by what browsers
 * say of where it began. A program that has a token is believed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve.h"

/* ---- hosts and origins ----------------------------------------------------------------------------------------- */

/* The bytes of a Host header before its port. */
static size_t name_length(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon && !strchr(colon, ']') ? (size_t)(colon - host) : strlen(host);
}

/* Whether a Host header names this server: its address or localhost with its port, or a name of --host with any. */
static bool is_own_host(const server *s, const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    const size_t length = name_length(host);
    char port[8];

    for (size_t i = 0; i < s->host_count; i++) {
        if (strlen(s->hosts[i]) == length && !strncasecmp(s->hosts[i], host, length)) {
            return true;
        }
    }
    if (!strcasecmp(host, s->address)) {
        return true;
    }
    snprintf(port, sizeof port, "%u", s->port);
    for (size_t i = 0; i < sizeof names / sizeof *names && s->loopback; i++) {
        if (strlen(names[i]) == length && !strncasecmp(names[i], host, length)) {
            return host[length] ? !strcmp(host + length + 1, port) : s->port == 80;
        }
    }
    return false;
}

/* Whether a Host header is the one of links in mail. */
static bool is_mail_host(const server *s, const char *host)
{
    return s->mail_host.size && s->mail_host.size == name_length(host) &&
           !strncasecmp(s->mail_host.data, host, s->mail_host.size);
}

bool is_allowed_origin(const server *s, const char *origin)
{
    for (size_t i = 0; i < s->origin_count; i++) {
        if (!strcmp(s->origins[i], origin)) {
            return true;
        }
    }
    return false;
}

/* Whether a write was begun by a page of this server, or of an origin that --origin names. */
static bool is_own_page(const server *s, const head *h)
{
    const char *slashes = h->origin ? strstr(h->origin, "://") : NULL;

    if (h->origin && is_allowed_origin(s, h->origin)) {
        return true;
    }
    if (h->fetch_site) {
        return !strcmp(h->fetch_site, "same-origin");
    }
    return slashes && (!strncmp(h->origin, "http://", 7) || !strncmp(h->origin, "https://", 8)) &&
           !strcasecmp(slashes + 3, h->host);
}

/* ---- tokens ---------------------------------------------------------------------------------------------------- */

/* Compares in a time that does not depend on where they differ. */
static bool is_same_secret(const char *secret, const char *word)
{
    const size_t length = strlen(secret), other = strlen(word);
    unsigned char differ = length != other;

    for (size_t i = 0; i < other; i++) {
        differ |= (unsigned char)(word[i] ^ secret[length ? i % length : 0]);
    }
    return !differ;
}

static scope scope_of(const server *s, const char *word)
{
    scope found = SCOPE_NONE;

    for (size_t i = 0; i < s->token_count; i++) {
        if (is_same_secret(s->tokens[i].secret, word)) {
            found = s->tokens[i].scope;
        }
    }
    return found;
}

/* What a request's token allows. *bearer: it was sent by a program and not by a browser, which would send it by itself
 * whatever page asked. */
static scope token_scope(const server *s, const char *authorization, bool *bearer)
{
    char pair[512];
    const char *colon;

    *bearer = authorization && !strncasecmp(authorization, "Bearer ", 7);
    if (*bearer) {
        return scope_of(s, authorization + 7);
    }
    if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0 ||
        !read_base64(authorization + 6, pair, sizeof pair)) {
        return SCOPE_NONE;
    }
    colon = strchr(pair, ':');
    return colon ? scope_of(s, colon + 1) : SCOPE_NONE;
}

/* Whether the host that a request names lets it in. Readers of mail come from anywhere: without tokens, the name that
 * their links have shows the whole store to nobody. */
static const char *host_fault(const server *s, const char *host, bool open)
{
    if (is_own_host(s, host)) {
        return NULL;
    }
    if (!is_mail_host(s, host)) {
        return "the server does not answer to that host; --host NAME adds a name";
    }
    return open || s->token_count ? NULL
                                  : "only links in mail are answered here. To let people in under this name, start "
                                    "the server with --token-file FILE, or with --host NAME to let in everybody";
}

int guard(const server *s, const head *h, const route *to, scope *granted, const char **why)
{
    const bool reads = !strcmp(h->method, "GET") || !strcmp(h->method, "HEAD") || !strcmp(h->method, "OPTIONS");
    const bool open = to && to->scope == SCOPE_NONE;
    bool bearer = false;

    *granted = s->token_count ? token_scope(s, h->authorization, &bearer) : SCOPE_ADMIN;
    if (!h->host) {
        *why = "the request names no host";
        return 400;
    }
    *why = host_fault(s, h->host, open);
    if (*why) {
        return 403;
    }
    if (!strcmp(h->method, "OPTIONS") || (open && (reads || to->is_signed))) {
        return 0;
    }
    if (!*granted) {
        *why = "a token is needed, as the password or as Authorization: Bearer TOKEN";
        return 401;
    }
    if (!reads && !bearer && !is_own_page(s, h)) {
        *why = "a change has to come from a page of this server (its Origin), or with a token (Authorization: Bearer)";
        return 403;
    }
    return 0;
}

/* ---- the file of tokens ---------------------------------------------------------------------------------------- */

enum { SECRET_LEAST = 16 };

/* Takes a line: scope and token. NULL, or what is wrong with it. */
static const char *read_token(server *s, char *line)
{
    static const char *const scopes[] = {"none", "read", "label", "admin"};
    const size_t blank = strcspn(line, " \t");
    char *secret = line + blank + strspn(line + blank, " \t");
    scope found = SCOPE_NONE;
    token *tokens;

    line[blank] = '\0';
    secret[strcspn(secret, " \t\r")] = '\0';
    for (int i = SCOPE_READ; i <= SCOPE_ADMIN; i++) {
        found = strcmp(line, scopes[i]) ? found : (scope)i;
    }
    if (!found) {
        return "a line is a scope (read, label or admin), a blank and a token";
    }
    if (strlen(secret) < SECRET_LEAST) {
        return "a token has at least 16 characters";
    }
    tokens = realloc(s->tokens, (s->token_count + 1) * sizeof *tokens);
    if (!tokens) {
        return "out of memory";
    }
    s->tokens = tokens;
    tokens[s->token_count] = (token){strdup(secret), found};
    return tokens[s->token_count].secret ? (s->token_count++, NULL) : "out of memory";
}

int guard_read_tokens(server *s, const char *path)
{
    struct stat info;
    char *content = NULL, *rest = NULL;
    size_t size, number = 0;
    int code;

    if (stat(path, &info)) {
        complain("%s: %s", path, strerror(errno));
        return EXIT_FAILED;
    }
    if (info.st_mode & 077) {
        complain("%s: others can read the tokens; `chmod 600` makes them yours alone", path);
        return EXIT_FAILED;
    }
    code = read_text(path, &content, &size);
    for (char *line = content; line && !code; line = rest) {
        const char *wrong = NULL;
        rest = strchr(line, '\n');
        if (rest) {
            *rest++ = '\0';
        }
        number++;
        if (*line && *line != '#') {
            wrong = read_token(s, line);
        }
        if (wrong) {
            complain("%s:%zu: %s", path, number, wrong);
            code = EXIT_FAILED;
        }
    }
    free(content);
    if (!code && !s->token_count) {
        complain("%s: no token in it", path);
        code = EXIT_FAILED;
    }
    return code;
}

void guard_free(server *s)
{
    for (size_t i = 0; i < s->token_count; i++) {
        free(s->tokens[i].secret);
    }
    free(s->tokens);
}
