/*
 * post - see post.h.
 *
 * A mail is put into the store whole before it is sent, and stays there until a server answers for it: killed at any
 * moment, the program goes on with the same message. While one is on its way, no other is made for its subscription:
 * papers that come in between go into the next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clean.h"
#include "../clock.h"
#include "../crypto.h"
#include "../digest/delivery.h"
#include "../json.h"
#include "../mail_address.h"
#include "../places.h"
#include "../selection.h"
#include "due.h"
#include "post.h"

static const int64_t DEFERRED_MOST = INT64_C(24) * 60 * 60 * 1000; /* milliseconds that a mail is tried again */

/* ---- reports --------------------------------------------------------------------------------------------------- */

static void report(post *p, const char *name, const char *to, size_t papers, const char *state, const char *answer,
                   const char *message_id)
{
    if (p->json) {
        json_open(&p->out, NULL, '{');
        json_string(&p->out, "name", name);
        json_string(&p->out, "to", to);
        json_count(&p->out, "papers", papers);
        json_string(&p->out, "state", state);
        json_optional(&p->out, "answer", answer);
        json_optional(&p->out, "message_id", message_id);
        json_close(&p->out, '}');
        json_line_end(&p->out);
    } else {
        text_format(&p->out, "%s: %zu paper%s to %s: %s\n", name, papers, plural(papers), to, state);
    }
}

/* What the server said, or what went wrong. */
static void add_answer(text *out, const smtp_result *r)
{
    if (r && r->reply) {
        text_format(out, "%d ", r->reply);
    }
    if (r) {
        text_format(out, "%s", r->words); /* cleaned */
    }
}

/* Reports a mail that is not done with, and what to do about it. */
static void report_trouble(const papertag_mail *m, papertag_mail_state state, const smtp_result *r)
{
    text name = {0}, answer = {0};

    text_shell(&name, m->subscription);
    add_answer(&answer, r);
    if (state == PAPERTAG_MAIL_UNKNOWN) {
        complain("%s: the mail to %s went out whole, but no answer came back: it may have arrived, and is not sent "
                 "again by itself. Ask the reader, then: papertag send --resolve %s sent (or unsent)",
                 m->subscription, m->address, text_of(&name, &name));
    } else if (state == PAPERTAG_MAIL_REFUSED) {
        complain("%s: the mail to %s was refused and is not sent again: %s. To have its papers in the next digest: "
                 "papertag send --resolve %s unsent",
                 m->subscription, m->address, text_of(&answer, &answer), text_of(&name, &name));
    } else if (state == PAPERTAG_MAIL_DEFERRED) {
        complain("%s: the server puts the mail to %s off: %s; the next run sends it again, for 24 hours",
                 m->subscription, m->address, text_of(&answer, &answer));
    } else {
        complain("%s: the mail to %s could not be sent: %s%s; the next run sends it again. `papertag send --check` "
                 "goes the way step by step",
                 m->subscription, m->address, r->reply >= 400 ? "the server says: " : "", text_of(&answer, &answer));
    }
    text_free(&name);
    text_free(&answer);
}

/* ---- one mail -------------------------------------------------------------------------------------------------- */

/* What is recorded before the last bytes of a mail leave. */
struct leaving {
    papertag_store *store;
    int64_t delivery;
    papertag_error err;
    bool failed;
};

static bool record_leaving(void *context)
{
    struct leaving *l = context;

    l->failed = papertag_mail_record(l->store, l->delivery, PAPERTAG_MAIL_UNKNOWN, NULL, &l->err) != PAPERTAG_OK;
    return !l->failed;
}

static int record_result(post *p, const papertag_mail *m, const smtp_result *r)
{
    text words = {0};
    papertag_error err;
    int code = EXIT_DONE;

    add_answer(&words, r);
    if (words.failed) {
        code = out_of_memory();
    } else if (papertag_mail_record(p->store, m->delivery, r->state, words.data, &err)) {
        code = failed(&err);
    }
    p->delivered += r->state == PAPERTAG_MAIL_ACCEPTED;
    p->later += r->state == PAPERTAG_MAIL_DEFERRED;
    p->troubles += r->state != PAPERTAG_MAIL_ACCEPTED && r->state != PAPERTAG_MAIL_DEFERRED;
    report(p, m->subscription, m->address, m->papers, papertag_mail_state_name(r->state), words.data, m->message_id);
    if (r->state != PAPERTAG_MAIL_ACCEPTED) {
        report_trouble(m, r->state, r);
    }
    text_free(&words);
    return code;
}

/* Gives up a mail that is put off once more, and was begun more than a day ago. It was tried first: runs may be days
 * apart, and a server that does not know the sender puts off the first try alone. */
static void give_up_old(const papertag_mail *m, smtp_result *r)
{
    text words = {0};

    if (r->state != PAPERTAG_MAIL_DEFERRED || m->state != PAPERTAG_MAIL_DEFERRED ||
        clock_now() - read_milliseconds(m->begun) <= DEFERRED_MOST) {
        return;
    }
    text_format(&words, "given up after 24 hours; the last answer was: %d %s", r->reply, r->words);
    snprintf(r->words, sizeof r->words, "%s", text_of(&words, &words));
    r->state = PAPERTAG_MAIL_REFUSED;
    r->reply = 0;
    text_free(&words);
}

static int send_mail(post *p, const papertag_mail *m)
{
    struct leaving leaving = {.store = p->store, .delivery = m->delivery};
    const void *stored;
    papertag_error err;
    smtp_result result;
    char *bytes;
    size_t size;

    if (!is_mail_address(m->address)) { /* the store may have been edited; nothing else may reach the server */
        complain("%s: '%s' is no address of mail", m->subscription, m->address);
        p->troubles++;
        return EXIT_DONE;
    }
    if (papertag_mail_message(p->store, m->delivery, &stored, &size, &err)) {
        return failed(&err);
    }
    bytes = malloc(size + 1);
    if (!bytes) {
        return out_of_memory();
    }
    memcpy(bytes, stored, size); /* recording the state overwrites what the store handed out */
    smtp_send(&p->mail->server, m->address, bytes, size, record_leaving, &leaving, &result);
    free(bytes);
    if (leaving.failed) {
        return failed(&leaving.err);
    }
    give_up_old(m, &result);
    return record_result(p, m, &result);
}

/* ---- mails of earlier runs ------------------------------------------------------------------------------------- */

/* Copies of the mails of a subscription, with strings of their own. */
struct mails {
    papertag_mail *list; /* count */
    size_t count;
    text strings;
};

static const char *keep_string(text *strings, const char *string)
{
    const size_t at = strings->size;

    text_add(strings, string ? string : "", strlen(string ? string : "") + 1);
    return strings->failed ? "" : strings->data + at;
}

/* Copies what the store hands out. The strings have one buffer, whose size is known before any is copied. */
static int copy_mails(post *p, const char *subscription, struct mails *out)
{
    const papertag_mail *found;
    papertag_error err;
    size_t bytes = 0;

    if (papertag_store_mails(p->store, subscription, &found, &out->count, &err)) {
        return failed(&err);
    }
    out->list = calloc(out->count + 1, sizeof *out->list);
    for (size_t i = 0; i < out->count; i++) {
        bytes += strlen(found[i].subscription) + strlen(found[i].address) + strlen(found[i].message_id) +
                 strlen(found[i].begun) + (found[i].answer ? strlen(found[i].answer) : 0) + 5;
    }
    if (!out->list || !text_room(&out->strings, bytes)) {
        out->count = 0;
        return out_of_memory();
    }
    for (size_t i = 0; i < out->count; i++) {
        papertag_mail *m = &out->list[i];
        *m = found[i];
        m->subscription = keep_string(&out->strings, m->subscription);
        m->address = keep_string(&out->strings, m->address);
        m->message_id = keep_string(&out->strings, m->message_id);
        m->begun = keep_string(&out->strings, m->begun);
        m->answer = keep_string(&out->strings, m->answer);
        m->tried = NULL;
    }
    return EXIT_DONE;
}

/* Sends again what can be. *pending: a mail is still on its way. */
static int send_again(post *p, const char *subscription, bool *pending)
{
    struct mails mails = {0};
    int code = copy_mails(p, subscription, &mails);

    for (size_t i = 0; i < mails.count && !code; i++) {
        const papertag_mail *m = &mails.list[i];
        const size_t before = p->delivered;
        if (m->state == PAPERTAG_MAIL_UNKNOWN) {
            p->troubles++;
            report_trouble(m, m->state, NULL);
        } else if (m->state == PAPERTAG_MAIL_REFUSED) {
            continue; /* it was reported when the server said so */
        } else if (p->dry) {
            report(p, m->subscription, m->address, m->papers, "would be sent again", NULL, m->message_id);
            *pending = true;
        } else {
            code = send_mail(p, m);
            *pending = *pending || p->delivered == before;
        }
    }
    text_free(&mails.strings);
    free(mails.list);
    return code;
}

/* ---- what is new ----------------------------------------------------------------------------------------------- */

/* What the addresses of verdicts are made of. */
static void add_verdict(const void *context, const papertag_paper *paper, const char *tag, bool right, text *url)
{
    const mail_settings *m = context;
    text subject = {0};

    if (m->page) {
        text_verdict_link(url, &m->key, m->page, paper->id, tag, right);
        return;
    }
    text_verdict_subject(&subject, &m->key, paper->id, tag, right);
    text_put(url, "mailto:");
    text_put(url, m->server.from);
    text_put(url, "?subject=");
    text_query_part(url, text_of(url, &subject));
    text_free(&subject);
}

/* An id for the message, at the sender's domain: no other has it. */
static bool make_id(const mail_settings *m, text *id)
{
    unsigned char bytes[16];
    const char *domain = strchr(m->server.from, '@');

    if (!random_bytes(bytes, sizeof bytes)) {
        return false;
    }
    text_put(id, "papertag.");
    for (size_t i = 0; i < sizeof bytes; i++) {
        text_format(id, "%02x", bytes[i]);
    }
    text_put(id, domain ? domain : "@localhost");
    return !id->failed;
}

static int mail_new(post *p, const papertag_subscription *s, edition *e, const char *day, const int64_t *keys,
                    size_t count)
{
    const mail_settings *m = p->mail;
    papertag_mail mail = {.subscription = s->name, .address = s->address, .papers = count};
    text id = {0}, link = {0}, message = {0};
    papertag_error err;
    int code = make_id(m, &id) ? EXIT_DONE : out_of_memory();

    e->d.from = m->from;
    e->d.address = s->address;
    e->d.message_id = mail.message_id = text_of(&message, &id);
    e->d.list = s->name;
    e->d.unsubscribe = web_address(s->unsubscribe);
    if (!e->d.unsubscribe && m->page) {
        text_unsubscribe_link(&link, &m->key, m->page, s->name, s->address);
        e->d.unsubscribe = text_of(&message, &link);
    }
    e->d.verdict = add_verdict;
    e->d.verdict_context = m;
    code = code ? code : edition_write(e, &format_eml, keys, count, &message);
    if (!code && p->dry) {
        report(p, s->name, s->address, count, "would be sent", NULL, NULL);
        p->delivered++;
    } else if (!code && papertag_mail_begin(p->store, s->name, day, keys, count, s->address, mail.message_id,
                                            message.data, message.size, &mail.delivery, &err)) {
        code = failed(&err);
    } else if (!code) {
        code = send_mail(p, &mail);
    }
    text_free(&id);
    text_free(&link);
    text_free(&message);
    return code;
}

static int write_new(post *p, const papertag_subscription *s, edition *e, const char *day, const int64_t *keys,
                     size_t count)
{
    const digest_format *format = find_digest_format(s->format);
    int64_t *all = NULL;
    size_t all_count = 0;
    text path = {0}, out = {0};
    int code = EXIT_DONE;

    if (day_path_fault(s->path)) {
        complain("%s: %s", s->path, day_path_fault(s->path));
        code = EXIT_FAILED;
    } else {
        text_day_path(&path, s->path, day);
    }
    code = code ? code : delivery_papers(p->store, s, format, keys, count, &all, &all_count);
    code = code ? code : edition_write(e, format, all, all_count, &out);
    if (!code && !p->dry) {
        code = deliver_digest(e, s->name, keys, count, &out, text_of(&out, &path));
    }
    if (!code) {
        report(p, s->name, text_of(&out, &path), count, p->dry ? "would be written" : "written", NULL, NULL);
        p->delivered++;
    } else {
        p->troubles++;
        code = EXIT_DONE; /* it was reported; the others are not held up */
    }
    free(all);
    text_free(&path);
    text_free(&out);
    return code;
}

/* Selects what the subscription has not had; to *keys, to be freed. */
static int select_new(post *p, const papertag_query *query, int64_t **keys, size_t *count)
{
    const int64_t *found;
    papertag_error err;

    if (papertag_store_select(p->store, query, &found, count, &err)) {
        return failed(&err);
    }
    return copy_keys(found, *count, keys);
}

static int post_new(post *p, const papertag_subscription *s)
{
    const papertag_query query = {
        .expression = s->expression, .sort = s->sort, .limit = s->limit, .subscriber = s->name};
    char day[DAY_SIZE];
    edition e = {.d = {.store = p->store, .model = p->model, .tagger = p->tagger, .style = {76, "", "", "", "", ""}}};
    int64_t *keys = NULL;
    size_t count = 0;
    int code = edition_name(&e, &query, s->title, s->name) ? EXIT_FAILED : EXIT_DONE;

    snprintf(day, sizeof day, "%.10s", e.stamp);
    code = code || !is_due(s, day) ? code : select_new(p, &query, &keys, &count);
    e.d.group = s->sort == PAPERTAG_SORT_DATE ? GROUP_DAYS : GROUP_NONE;
    if (!code && keys && (count || tells_quiet(s, day))) {
        code = s->address ? mail_new(p, s, &e, day, keys, count) : write_new(p, s, &e, day, keys, count);
    }
    free(keys);
    edition_free(&e);
    return code;
}

int post_subscription(post *p, const papertag_subscription *s)
{
    bool pending = false;
    papertag_error err;
    int code = EXIT_DONE;

    if (!p->dry && papertag_delivery_settle(p->store, s->name, &err)) {
        return failed(&err);
    }
    if (s->address && !is_mail_address(s->address)) {
        complain("%s: '%s' is no address of mail", s->name, s->address);
        p->troubles++;
        return EXIT_DONE;
    }
    if (s->address) {
        code = send_again(p, s->name, &pending);
    }
    return code || pending ? code : post_new(p, s);
}

int post_status(const post *p)
{
    return p->troubles ? EXIT_FAILED : p->later ? EXIT_LATER : p->delivered ? EXIT_DONE : EXIT_NOTHING;
}
