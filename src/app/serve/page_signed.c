/*
 * page_signed - what the links in mail lead to: a reader unsubscribes, or says whether a tag is right.
 *
 * The signature of a link is the right to do what the link says, and to nothing else: no token is asked for, and it
 * does not matter where the request comes from. GET only asks, since programs that look through mail follow every link;
 * POST does it. A reader's form posts to the link itself, and so do mail services for one click (RFC 8058). Doing it
 * again changes nothing.
 */
#include <string.h>

#include "../crypto.h"
#include "../signed_link.h"
#include "../subscription.h"
#include "page.h"

static const char *parameter_of(const request *r, const char *name)
{
    const char *value = pairs_get(&r->target.query, name);

    return value ? value : "";
}

static bool asks(const request *r)
{
    return !strcmp(r->route->method, "GET");
}

/* The key of this store's links. False, with an answer, when the link is not signed with it. */
static bool open_key(worker *w, const request *r, answer *a, link_key *key)
{
    const int code = link_key_open(w->server->store, false, key);

    if (code == EXIT_FAILED) { /* it was reported */
        answer_problem(r, a, 500, NULL);
    } else if (code) {
        answer_problem(r, a, 403, "This link is not one of this server's: it has sent no mail yet.");
    }
    return code == EXIT_DONE;
}

static void refuse(const request *r, answer *a)
{
    answer_problem(r, a, 403,
                   "The signature of this link is wrong or missing, so nothing was changed. Perhaps the mail "
                   "program cut the link: copy the whole of it from the mail.");
}

/* A sentence with a stranger's words in it. */
static void add_sentence(text *out, const char *before, const char *words, const char *after)
{
    html_open(out, "p", NULL);
    html_text(out, before);
    html_foreign(out, words);
    html_text(out, after);
    html_close(out, "p");
}

/* A button that does what `to` says; NULL: what this link says. */
static void add_button(text *out, const char *to, const char *shown)
{
    html_open(out, "form", "method", "post", "action", to, NULL);
    html_element(out, "button", shown, "type", "submit", NULL);
    html_close(out, "form");
}

/* ---- unsubscribing --------------------------------------------------------------------------------------------- */

/* Whether the subscription that the link names is mailed to the reader whose link it is. *about: what its digests are
 * called, as long as the request lives. False with an answer on errors, in which case *mailed is not set. */
static bool find_mailed(worker *w, request *r, answer *a, const link_key *key, bool *mailed, const char **about)
{
    const papertag_subscription *list, *s;
    papertag_error err;
    text title = {0};
    size_t count;

    if (!succeeded(papertag_store_subscriptions(w->store, &list, &count, &err), r, a, &err)) {
        return false;
    }
    s = subscription_named(list, count, parameter_of(r, "name"));
    *mailed = s && s->address && is_reader(key, parameter_of(r, "to"), s->address);
    if (*mailed) {
        text_put(&title, s->title ? s->title : s->expression ? s->expression : "all papers");
    }
    *about = request_own(r, &title, &a->body);
    return true;
}

static void ask_unsubscribe(text *out, const char *name, const char *about)
{
    page_begin_alone(out, "Unsubscribe?");
    add_sentence(out, "You get digests by mail: ", about, ".");
    add_sentence(out, "The button ends the subscription \xe2\x80\x9c", name,
                 "\xe2\x80\x9d: no more of them are sent to you. To stay subscribed, close this page.");
    add_button(out, NULL, "Unsubscribe");
    page_end_alone(out);
}

static void tell_unsubscribed(text *out, const char *name)
{
    page_begin_alone(out, "Unsubscribed");
    add_sentence(
        out, "The subscription \xe2\x80\x9c", name,
        "\xe2\x80\x9d has ended: no more digests are sent to you. If this was a mistake, write to whoever sent "
        "them.");
    page_end_alone(out);
}

/* Whether a mail service posted, which shows the answer to nobody. The body may come in two forms; both have this
 * word. */
static bool is_one_click(const request *r)
{
    return r->body && strstr(r->body, "One-Click");
}

void signed_unsubscribe(worker *w, request *r, answer *a)
{
    const char *name = parameter_of(r, "name"), *about;
    papertag_error err;
    link_key key;
    bool mailed, good;

    if (!open_key(w, r, a, &key)) {
        return;
    }
    good = unsubscribe_is_signed(&key, name, parameter_of(r, "to"), parameter_of(r, "sign"));
    if (!good) {
        refuse(r, a);
    }
    good = good && find_mailed(w, r, a, &key, &mailed, &about);
    OPENSSL_cleanse(&key, sizeof key);
    if (!good) {
        return;
    }
    if (asks(r) && !mailed) {
        answer_problem(r, a, 404, "This subscription has ended already: no more digests are sent to you.");
    } else if (asks(r)) {
        ask_unsubscribe(&a->body, name, about);
    } else if (mailed && papertag_store_unsubscribe(w->store, name, &err) && err.status != PAPERTAG_BAD_ARGUMENT) {
        answer_error(r, a, &err); /* a wrong argument: it ended meanwhile */
    } else if (is_one_click(r)) {
        a->type = "text/plain; charset=utf-8";
        text_put(&a->body, "unsubscribed\n");
    } else {
        tell_unsubscribed(&a->body, name);
    }
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

/* A link of a verdict; its strings live as long as the request. */
struct saying {
    const char *paper, *tag; /* an id and a slug */
    bool yes;
    const char *title, *name;  /* of the paper, of the tag */
    papertag_verdict recorded; /* what a person said before */
};

/* Finds what a link speaks of. False: there is no such paper or tag, and the answer says so. */
static bool find_saying(worker *w, request *r, answer *a, struct saying *s)
{
    const papertag_tag_info *info;
    const papertag_stored *paper;
    text name = {0};
    papertag_error err;
    int64_t key;
    int status = papertag_store_find(w->store, s->paper, &key, &err);

    if (status == PAPERTAG_BAD_ARGUMENT) {
        answer_problem(r, a, 404, "This paper is no longer in the collection, so nothing was changed.");
        return false;
    }
    status = status ? status : papertag_store_get(w->store, key, &paper, &err);
    if (status) {
        answer_error(r, a, &err);
        return false;
    }
    s->title = title_of(r, &a->body, &paper->paper);
    for (size_t t = 0; t < paper->tag_count; t++) {
        s->recorded = strcmp(paper->tags[t].tag, s->tag) ? s->recorded : paper->tags[t].verdict;
    }
    info = find_tag(w, r, a, s->tag);
    if (!info) {
        return false;
    }
    text_put(&name, info->name);
    s->name = request_own(r, &name, &a->body);
    return true;
}

static void add_paper(text *out, const struct saying *s)
{
    html_open(out, "blockquote", NULL);
    html_foreign(out, s->title);
    html_close(out, "blockquote");
}

static void ask_verdict(text *out, const struct saying *s)
{
    page_begin_alone(out, s->yes ? "Is this tag right?" : "Is this tag wrong?");
    add_paper(out, s);
    add_sentence(out, "The button records that the tag \xe2\x80\x9c", s->name,
                 s->yes ? "\xe2\x80\x9d is right for this paper. The paper keeps it, and papertag learns from that."
                        : "\xe2\x80\x9d is wrong for this paper. The paper loses it, and papertag learns from that.");
    add_button(out, NULL, s->yes ? "Yes, it is right" : "Yes, it is wrong");
    page_end_alone(out);
}

/* Tells what was recorded. The one who could say this may say the opposite, too. */
static void tell_verdict(text *out, const struct saying *s, const char *opposite)
{
    page_begin_alone(out, "Recorded");
    add_paper(out, s);
    add_sentence(out, "The tag \xe2\x80\x9c", s->name,
                 s->yes ? "\xe2\x80\x9d is right for this paper. Thank you."
                        : "\xe2\x80\x9d is wrong for this paper. Thank you.");
    add_button(out, opposite, s->yes ? "No, it is wrong" : "No, it is right");
    page_end_alone(out);
}

static const char *link_to_opposite(request *r, answer *a, const link_key *key, const struct saying *s)
{
    text link = {0};

    text_verdict_link(&link, key, ".", s->paper, s->tag, !s->yes);
    return request_own(r, &link, &a->body);
}

void signed_verdict(worker *w, request *r, answer *a)
{
    const char *word = parameter_of(r, "verdict"), *opposite;
    struct saying s = {.paper = parameter_of(r, "paper"), .tag = parameter_of(r, "tag"), .yes = !strcmp(word, "yes")};
    const papertag_verdict wanted = s.yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO;
    papertag_paper_verdict verdict = {.id = s.paper, .tag = s.tag, .verdict = wanted};
    papertag_error err;
    link_key key;
    size_t wrong;
    bool good;

    if (!open_key(w, r, a, &key)) {
        return;
    }
    good = (s.yes || !strcmp(word, "no")) && verdict_is_signed(&key, s.paper, s.tag, s.yes, parameter_of(r, "sign"));
    opposite = good ? link_to_opposite(r, a, &key, &s) : NULL;
    OPENSSL_cleanse(&key, sizeof key);
    if (!good) {
        refuse(r, a);
        return;
    }
    if (!find_saying(w, r, a, &s)) {
        return;
    }
    if (asks(r)) {
        ask_verdict(&a->body, &s);
    } else if (s.recorded == wanted ||
               succeeded(papertag_store_judge(w->store, &verdict, 1, &wrong, &err), r, a, &err)) {
        tell_verdict(&a->body, &s, opposite);
    }
}
