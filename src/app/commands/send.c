/*
 * papertag send - the digests of subscriptions, each to its reader or its file, exactly once.
 */
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "../send/check.h"
#include "../send/post.h"
#include "../subscription.h"

/* A run of the command. */
struct sending {
    const args *args;
    post post;
    mail_settings mail;
    papertag_model *model;
    own_subscription *list; /* list_count */
    size_t list_count;
};

/* The next subscription that is meant: those of the operands, else all that have an address or a file. NULL after the
 * last. *at is 0 before the first call. */
static const papertag_subscription *next_meant(const struct sending *s, size_t *at)
{
    if (s->args->operand_count) {
        return *at < s->args->operand_count ? find_subscription(s->list, s->list_count, s->args->operands[(*at)++])
                                            : NULL;
    }
    while (*at < s->list_count) {
        const papertag_subscription *one = &s->list[(*at)++].s;
        if (one->address || one->path) {
            return one;
        }
    }
    return NULL;
}

/* Whether what the command line names is there, and where it goes. */
static int check_names(const struct sending *s)
{
    const args *a = s->args;

    for (size_t i = 0; i < a->operand_count; i++) {
        const papertag_subscription *one = find_subscription(s->list, s->list_count, a->operands[i]);
        if (!one) {
            return usage_error(a->command, "send: no subscription '%s'; `papertag subscriptions` lists them",
                               a->operands[i]);
        }
        if (!one->address && !one->path) {
            return usage_error(a->command, "send: '%s' has neither an address (subscribe --to) nor a file (-o)",
                               a->operands[i]);
        }
    }
    return EXIT_DONE;
}

static bool any_mail(const struct sending *s)
{
    size_t at = 0;
    const papertag_subscription *one;

    while ((one = next_meant(s, &at)) != NULL) {
        if (one->address) {
            return true;
        }
    }
    return false;
}

/* ---- resolve, check, send -------------------------------------------------------------------------------------- */

static int resolve(const struct sending *s)
{
    const char *name = args_text(s->args, "resolve", NULL);
    const char *word = s->args->operand_count == 1 ? s->args->operands[0] : "";
    const bool sent = !strcmp(word, "sent");
    papertag_error err;
    size_t count = 0;
    text out = {0};

    if (!sent && strcmp(word, "unsent") != 0) {
        return usage_error(s->args->command, "send: --resolve NAME sent, or --resolve NAME unsent");
    }
    if (papertag_delivery_settle(s->post.store, name, &err) ||
        papertag_mail_resolve(s->post.store, name, sent, &count, &err)) {
        return refused(&err);
    }
    text_format(&out,
                sent ? "%zu mail%s to %s settled as sent\n" : "%zu mail%s to %s withdrawn: its papers come again\n",
                count, plural(count), name);
    return text_end(&out, count ? EXIT_DONE : EXIT_NOTHING);
}

static int check(struct sending *s)
{
    const char **addresses = calloc(s->list_count + s->args->operand_count + 1, sizeof *addresses);
    const papertag_subscription *one;
    size_t count = 0, at = 0;
    text out = {0};
    int code = mail_settings_unlock(&s->mail, s->args);

    if (!addresses) {
        return out_of_memory();
    }
    while ((one = next_meant(s, &at)) != NULL) {
        if (one->address) {
            addresses[count++] = one->address;
        }
    }
    code = code ? code : check_way(&s->mail, addresses, count, args_have(s->args, "json"), &out);
    free(addresses);
    return text_end(&out, EXIT_DONE) ? EXIT_FAILED : code; /* the steps are shown when one fails, too */
}

/* Opens what digests are made with. */
static int open_tools(struct sending *s)
{
    papertag_error err;
    int code = open_model(s->args, s->post.store, &s->model);

    code = code || !papertag_tagger_open(&s->post.tagger, s->model, &err) ? code : failed(&err);
    s->post.model = s->model;
    return code;
}

static int send_all(struct sending *s)
{
    const papertag_subscription *one;
    post *p = &s->post;
    size_t at = 0;
    int code = s->post.mail && !p->dry ? mail_settings_unlock(&s->mail, s->args) : EXIT_DONE;

    code = code ? code : open_tools(s);
    while (!code && (one = next_meant(s, &at)) != NULL) {
        code = post_subscription(p, one);
        if (!text_write(&p->out)) {
            code = EXIT_FAILED;
        }
    }
    code = text_end(&p->out, code);
    return code ? code : post_status(p);
}

static int run_with_store(struct sending *s)
{
    const bool checking = args_have(s->args, "check");
    int code = own_subscriptions(s->post.store, &s->list, &s->list_count);

    if (code || args_have(s->args, "resolve")) {
        return code ? code : resolve(s);
    }
    code = check_names(s);
    if (!code && !s->list_count && !checking) {
        complain("no subscriptions; `papertag subscribe NAME --tag EXPR --to ADDRESS` adds one");
        return EXIT_NOTHING;
    }
    if (!code && (checking || any_mail(s))) {
        code = mail_settings_read(&s->mail, s->args);
        s->post.mail = &s->mail;
    }
    return code ? code : checking ? check(s) : send_all(s);
}

static int run(const args *a)
{
    struct sending s = {.args = a, .post = {.dry = args_have(a, "dry-run"), .json = args_have(a, "json")}};
    int code = open_store(a, false, &s.post.store);

    code = code ? code : run_with_store(&s);
    own_subscriptions_free(s.list, s.list_count);
    mail_settings_free(&s.mail);
    papertag_tagger_close(s.post.tagger);
    papertag_model_close(s.model);
    papertag_store_close(s.post.store);
    return code;
}

static const option options[] = {{"dry-run", 0, NULL, "print what would be sent; send and record nothing"},
                                 {"check", 0, NULL, "try each step up to the recipients; send nothing"},
                                 {"resolve", 0, "NAME", "settle the mails to NAME that may or may not have arrived"},
                                 OPTION_DB,
                                 OPTION_MODEL,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_send = {
    .name = "send",
    .operands = "[NAME]... | --resolve NAME sent|unsent",
    .summary = "deliver the digests of subscriptions, each paper once",
    .run = run,
    .options = options,
    .details =
        "Every subscription with an address gets a mail of its own, through the server in the configuration file; one "
        "with a file (subscribe -o) is written. A subscription without anything new gets nothing.\n"
        "accepted\tthe server has taken the mail\n"
        "refused\tthe server does not take the mail (5xx): reported, and not sent again\n"
        "deferred\tthe server wants the mail later (4xx): the next runs send it again, for 24 hours; status 75\n"
        "unknown\tthe whole mail was sent, but the connection ended before the answer: it may have arrived, and is "
        "not sent again unless you say so. `--resolve NAME sent`: it arrived; `unsent`: its papers come in the next "
        "digest\n"
        "begun\tthe mail was not sent: the next run sends it\n"
        "The connection is always encrypted, and the server's certificate verified; only to this machine itself it "
        "may be plain, and then no password is sent. The password comes from password-command, else from systemd's "
        "credential papertag-mail-password, else from ~/.netrc.\n"
        "With url under [serve], mails have links to unsubscribe and to correct tags on the page; without it a "
        "reader's verdict comes as a mail to you, which `papertag labels import` reads.\n",
    .examples = "papertag send --check\ttry the server, the login and the addresses\n"
                "papertag send\tdeliver what is new to everybody\n"
                "papertag send ada --dry-run\twhat would ada get?\n"
                "papertag send --resolve ada sent\tada says that the mail arrived\n",
};
