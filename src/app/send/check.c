/*
 * check - see check.h.
 */
#include <string.h>

#include "../json.h"
#include "check.h"

/* What each step is called, what is said when it is well, and what to do when it is not. */
static const struct step {
    smtp_stage stage;
    const char *name, *advice;
} steps[] = {
    {SMTP_ADDRESS, "address of the server", "is the host in [mail] url spelled right, and the network up?"},
    {SMTP_CONNECT, "connection", "is the port right (smtps:// 465, smtp:// 587 in the url), and no firewall between?"},
    {SMTP_GREETING, "greeting", "is it a mail server, and does it take connections from this machine?"},
    {SMTP_TLS, "encryption and certificate",
     "does the url name the host that the certificate is for? Set ca-file for a private authority; a server without "
     "STARTTLS is not used"},
    {SMTP_LOGIN, "login", "are user and password right? Some services want a password made for programs"},
    {SMTP_SENDER, "sender", "may this user send from the address in [mail] from?"},
    {SMTP_RECIPIENT, "recipient", "is the address spelled right?"},
};
enum { STEPS = sizeof steps / sizeof *steps };

static void write_step(text *out, bool json, const char *name, bool good, const char *detail, const char *advice)
{
    if (json) {
        json_open(out, NULL, '{');
        json_string(out, "step", name);
        json_bool(out, "ok", good);
        json_optional(out, "detail", detail);
        json_optional(out, "advice", good ? NULL : advice);
        json_close(out, '}');
        json_line_end(out);
        return;
    }
    text_format(out, "%-28s %s%s%s\n", name, good ? "ok" : "FAILS", detail ? ": " : "", detail ? detail : "");
    if (!good) {
        text_format(out, "%-28s %s\n", "", advice);
    }
}

/* The place of a stage on the way: an encrypted connection greets after it is encrypted. */
static int place_of(smtp_stage stage, bool encrypted)
{
    if (encrypted && (stage == SMTP_GREETING || stage == SMTP_TLS)) {
        return stage == SMTP_TLS ? SMTP_GREETING : SMTP_TLS;
    }
    return (int)stage;
}

static const char *remark_on(const mail_settings *m, smtp_stage stage, const char *recipient)
{
    return stage == SMTP_TLS && smtp_is_plain(&m->server) ? "not used: the server is this machine"
           : stage == SMTP_LOGIN && !m->server.user       ? "none: no user is configured"
           : stage == SMTP_SENDER                         ? m->server.from
           : stage == SMTP_RECIPIENT                      ? recipient
                                                          : NULL;
}

/* Writes the steps up to the one that fails; for recipients after the first, only the last steps. */
static bool write_steps(const mail_settings *m, const char *recipient, const smtp_result *r, bool first, bool json,
                        text *out)
{
    const bool encrypted = !strncmp(m->server.url, "smtps://", 8);
    const smtp_stage stage = r->stage == SMTP_MESSAGE ? SMTP_RECIPIENT : r->stage;
    const int end = place_of(stage, encrypted);

    for (int place = 0; place <= end && place < STEPS; place++) {
        const struct step *step = &steps[0];
        bool good;
        for (int i = 0; i < STEPS; i++) {
            step = place_of(steps[i].stage, encrypted) == place ? &steps[i] : step;
        }
        good = place < end;
        if (first || !good || step->stage == SMTP_RECIPIENT) {
            text detail = {0};
            text_format(&detail, r->reply >= 400 ? "%d %s" : "%.0d%s", r->reply >= 400 ? r->reply : 0, r->words);
            write_step(out, json, step->name, good, good ? remark_on(m, step->stage, recipient) : text_of(out, &detail),
                       step->advice);
            text_free(&detail);
        }
    }
    return end >= STEPS;
}

int check_way(const mail_settings *m, const char *const *addresses, size_t count, bool json, text *out)
{
    bool good = true;

    for (size_t i = 0; i < count || !i; i++) {
        const char *recipient = count ? addresses[i] : m->server.from;
        smtp_result result;
        smtp_try(&m->server, recipient, &result);
        good = write_steps(m, recipient, &result, !i, json, out) && good;
        if (result.stage < SMTP_SENDER) {
            break; /* the others would get no further */
        }
    }
    return good ? EXIT_DONE : EXIT_FAILED;
}
