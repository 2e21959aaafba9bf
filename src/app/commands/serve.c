/*
 * papertag serve - the page and the REST API over the store.
 */
#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../digest/digest.h"
#include "../serve/serve.h"

/* The values of an option that may be repeated, in *list (free it); *count of them. */
static int take_values(const args *a, const char *name, const char ***list, size_t *count)
{
    const char *value;
    size_t at = 0;

    *list = calloc(a->given_count + 1, sizeof **list);
    while (*list && (value = args_each(a, name, &at)) != NULL) {
        (*list)[(*count)++] = value;
    }
    return *list ? EXIT_DONE : out_of_memory();
}

/* What a Host header has before its port, and an Origin header whole: what is written otherwise would never be met. */
static int check_names(const server *s, const args *a)
{
    for (size_t i = 0; i < s->host_count; i++) {
        const char *host = s->hosts[i], *from = *host == '[' ? strchr(host, ']') : host;
        if (!*host || !is_clean(host) || !from || strpbrk(host, " /\\?#@") || strchr(from, ':')) {
            return usage_error(a->command, "serve: --host must be a name without http:// and port, not '%s'", host);
        }
    }
    for (size_t i = 0; i < s->origin_count; i++) {
        const char *origin = s->origins[i], *slashes = strstr(origin, "://");
        if (!web_address(origin) || !slashes[3] || strpbrk(slashes + 3, "/?#@")) {
            return usage_error(a->command,
                               "serve: --origin must be as https://example.org, without a slash after it, not '%s'",
                               origin);
        }
    }
    return EXIT_DONE;
}

/* The host of the address that links in mail begin with, if there is one. */
static int take_mail_host(server *s, const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    size_t length;

    if (!url) {
        return EXIT_DONE;
    }
    host = host ? host + 3 : url;
    length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (!web_address(url) || !length || strlen(host) < length) {
        complain("[serve] url is not an address as https://HOST: '%s'", url);
        return EXIT_USAGE;
    }
    text_add(&s->mail_host, host, length);
    return s->mail_host.failed ? out_of_memory() : EXIT_DONE;
}

/* Without tokens nobody but this machine may connect. */
static int check_safety(const server *s)
{
    if (!s->loopback && !s->token_count) {
        complain("%s: others could connect, and anybody could write: --token-file FILE makes them show a token",
                 s->address);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int run(const args *a)
{
    server s = {.args = a, .socket = -1};
    const char *tokens = args_text(a, "token-file", NULL);
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    text place = {0};
    int code = args_no_operands(a);

    code = code ? code : take_values(a, "host", &s.hosts, &s.host_count);
    code = code ? code : take_values(a, "origin", &s.origins, &s.origin_count);
    code = code ? code : check_names(&s, a);
    code = code ? code : take_mail_host(&s, config_value(a->config, "serve", "url"));
    /* what is wrong with store or model is reported here; and an older store is brought up to date */
    code = code ? code : open_store(a, false, &store);
    code = code ? code : open_model(a, store, &model);
    papertag_model_close(model);
    papertag_store_close(store);
    if (!code && !store_path(a, &place)) {
        code = EXIT_FAILED;
    }
    s.store = place.data;
    code = code || !tokens ? code : guard_read_tokens(&s, tokens);
    code = code ? code : listen_at(&s, args_text(a, "listen", config_value(a->config, "serve", "listen")));
    code = code ? code : check_safety(&s);
    code = code ? code : serve(&s);
    guard_free(&s);
    free(s.hosts);
    free(s.origins);
    text_free(&s.mail_host);
    text_free(&place);
    return code;
}

static const option options[] = {
    {"listen", 0, "ADDRESS:PORT", "where to listen (default: 127.0.0.1:8077); port 0: any free one"},
    {"token-file", 0, "FILE",
     "a line for each token: read, label or admin, then the token; only you may read the file"},
    {"host", 0, "NAME", "another name that the server answers to, behind a proxy (may be given again)"},
    {"origin", 0, "ORIGIN", "pages of that origin may use the API, as https://example.org (may be given again)"},
    OPTION_DB,
    OPTION_MODEL,
    OPTION_END};

const command command_serve = {
    .name = "serve",
    .summary = "show the store as a page, and answer a REST API",
    .run = run,
    .options = options,
    .details =
        "Prints `serving http://ADDRESS:PORT/` when it is ready, and ends with SIGTERM or Ctrl-C. It listens only on "
        "this machine, unless you give it a file of tokens; for TLS put a proxy in front of it. The API is described "
        "at /api/v1/openapi.json, the keys of the pages at /help. POST /api/v1/tagging answers each record at once, "
        "while the rest of the body is still coming.\n"
        "With url under [serve], the links in mails of `papertag send` are answered under that address, and without a "
        "token nothing else is. A proxy must pass on the Host header that it received.\n"
        "systemd may hand over the socket (socket activation).\n",
    .examples = "papertag serve\tthen open http://127.0.0.1:8077/ in a browser\n"
                "papertag serve --listen 127.0.0.1:0 --db papers.db\tany free port, another store\n"
                "curl -s 'http://127.0.0.1:8077/api/v1/papers?q=agents&limit=5'\task the API\n",
};
