/*
 * forms - what the buttons of pages do. Each change is one call of the store, so that Undo takes it back whole, and
 * leads back to the page that the form stood on.
 */
#include <stdlib.h>
#include <string.h>

#include "../digest/formats.h"
#include "../subscription.h"
#include "calls.h"
#include "page.h"

enum { EXAMPLES_MOST = 20 };

static void go_back(const request *r, answer *a)
{
    const char *back = pairs_get(&r->form, "back");

    answer_redirect(a, back ? back : "/");
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

/* What is said of which tag: a button beside a tag, or a tag that was typed and a button. */
static bool read_said(const request *r, answer *a, const char **tag, papertag_verdict *verdict)
{
    const char *yes = pairs_get(&r->form, "yes"), *no = pairs_get(&r->form, "no"), *all = pairs_get(&r->form, "all");

    *tag = yes ? yes : no ? no : pairs_get(&r->form, "tag");
    *verdict = yes || (!no && (!all || !strcmp(all, "yes"))) ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO;
    if (!*tag) {
        answer_problem(r, a, 400, "type a tag first");
    }
    return *tag != NULL;
}

/* Whether a person has said just this of the tag already: then the same button takes it back. */
static bool is_said(const papertag_stored *paper, const char *tag, papertag_verdict verdict)
{
    for (size_t t = 0; t < paper->tag_count; t++) {
        if (!strcmp(paper->tags[t].tag, tag)) {
            return paper->tags[t].verdict == verdict;
        }
    }
    return false;
}

void form_verdict(worker *w, request *r, answer *a)
{
    papertag_paper_verdict *verdicts = NULL;
    const papertag_stored *paper;
    papertag_verdict verdict;
    const char **ids = NULL, *tag;
    papertag_error err;
    size_t count, wrong;
    int64_t key;

    if (!read_said(r, a, &tag, &verdict) || !read_ids(r, a, &r->form, &ids, &count)) {
        free(ids);
        return;
    }
    if (count == 1 && !pairs_get(&r->form, "all") && !papertag_store_find(w->store, ids[0], &key, &err) &&
        !papertag_store_get(w->store, key, &paper, &err) && is_said(paper, tag, verdict)) {
        verdict = PAPERTAG_VERDICT_NONE;
    }
    verdicts = calloc(count, sizeof *verdicts);
    for (size_t i = 0; i < count && verdicts; i++) {
        verdicts[i] = (papertag_paper_verdict){.id = ids[i], .tag = tag, .verdict = verdict};
    }
    if (!verdicts) {
        a->body.failed = true;
    } else if (succeeded(papertag_store_judge(w->store, verdicts, count, &wrong, &err), r, a, &err)) {
        go_back(r, a);
    }
    free(verdicts);
    free(ids);
}

/* Undoes the last change of this browser that has not been undone elsewhere. */
void form_undo(worker *w, request *r, answer *a)
{
    int64_t calls[CALLS_OWN], key;
    const size_t count = calls_read(r, calls);
    papertag_error err;
    size_t tried = 0;
    int status = PAPERTAG_END;

    while (status == PAPERTAG_END && tried < count) {
        status = papertag_store_undo_call(w->store, calls[tried++], &key, &err);
    }
    if (status == PAPERTAG_CHANGED) {
        answer_problem(r, a, 409, "somebody has changed the same since: give the other answer instead");
    } else if (status == PAPERTAG_END || succeeded(status, r, a, &err)) {
        go_back(r, a);
        calls_write(a, calls + tried, count - tried);
    }
}

/* ---- marks ----------------------------------------------------------------------------------------------------- */

void form_mark(worker *w, request *r, answer *a)
{
    const char *word = pairs_get(&r->form, "set"), **ids = NULL;
    const bool star = word && strstr(word, "star"), on = word && strncmp(word, "un", 2) != 0;
    int64_t *keys = NULL;
    papertag_error err;
    size_t count;
    int status = PAPERTAG_OK;

    if (!word || (strcmp(word, "read") != 0 && strcmp(word, "unread") != 0 && strcmp(word, "star") != 0 &&
                  strcmp(word, "unstar") != 0)) {
        answer_problem(r, a, 400, "set has to be read, unread, star or unstar");
        return;
    }
    if (read_ids(r, a, &r->form, &ids, &count)) {
        keys = calloc(count, sizeof *keys);
        for (size_t i = 0; i < count && keys && !status; i++) {
            status = papertag_store_find(w->store, ids[i], &keys[i], &err);
        }
        if (!keys) {
            a->body.failed = true;
        } else {
            status = status ? status
                            : papertag_store_mark(w->store, keys, count,
                                                  star ? PAPERTAG_SIGN_STARRED : PAPERTAG_SIGN_READ, on, &err);
            if (succeeded(status, r, a, &err)) {
                go_back(r, a);
            }
        }
    }
    free(keys);
    free(ids);
}

void form_note(worker *w, request *r, answer *a)
{
    const char *id = pairs_get(&r->form, "id"), *note = pairs_get(&r->form, "note");
    papertag_error err;
    int64_t key;

    if (!id) {
        answer_problem(r, a, 400, "the form needs an id");
        return;
    }
    if (succeeded(papertag_store_find(w->store, id, &key, &err), r, a, &err) &&
        succeeded(papertag_store_set_note(w->store, key, note, &err), r, a, &err)) {
        go_back(r, a);
    }
}

/* ---- subscriptions --------------------------------------------------------------------------------------------- */

static bool is_format(const char *name)
{
    for (int i = 0; digest_format_names[i]; i++) {
        if (!strcmp(digest_format_names[i], name)) {
            return true;
        }
    }
    return false;
}

void form_subscribe(worker *w, request *r, answer *a)
{
    const char *format = pairs_get(&r->form, "format"), *to = pairs_get(&r->form, "to");
    papertag_subscription s = {.name = pairs_get(&r->form, "name"),
                               .expression = pairs_get(&r->form, "q"),
                               .format = format ? format
                                         : to   ? "eml"
                                                : "html",
                               .address = to};
    const papertag_subscription *list;
    papertag_error err;
    size_t count;

    for (const char *c = to; c && *c; c++) {
        if (*c < ' ' || *c > '~') {
            answer_problem(r, a, 400, "the address of a mail has to be in ASCII");
            return;
        }
    }
    if (!s.name || !is_format(s.format) || (to && !strchr(to, '@'))) {
        answer_problem(r, a, 400, "a subscription needs a name, and an address of mail where it is to be mailed");
        return;
    }
    if (!succeeded(papertag_store_subscriptions(w->store, &list, &count, &err), r, a, &err)) {
        return;
    }
    if (subscription_named(list, count, s.name)) {
        answer_problem(r, a, 409, "there is a subscription of that name already");
        return;
    }
    if (succeeded(papertag_store_subscribe(w->store, &s, true, &err), r, a, &err)) {
        go_back(r, a);
    }
}

void form_unsubscribe(worker *w, request *r, answer *a)
{
    const char *name = pairs_get(&r->form, "name");
    const papertag_subscription *list, *s;
    papertag_error err;
    size_t count;

    if (!name) {
        answer_problem(r, a, 400, "the form needs a name");
        return;
    }
    if (!succeeded(papertag_store_subscriptions(w->store, &list, &count, &err), r, a, &err)) {
        return;
    }
    s = subscription_named(list, count, name);
    if (s) {
        ended_add(w->server->ended, s);
    }
    if (succeeded(papertag_store_unsubscribe(w->store, name, &err), r, a, &err)) {
        answer_redirect(a, address(r, &a->body, "/subscriptions", "ended", name, NULL));
    }
}

void form_resubscribe(worker *w, request *r, answer *a)
{
    const char *name = pairs_get(&r->form, "name");
    papertag_error err;

    if (!name) {
        answer_problem(r, a, 400, "the form needs a name");
    } else if (succeeded(ended_restore(w->server->ended, w->store, name, &err), r, a, &err)) {
        answer_redirect(a, "/subscriptions");
    }
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

void form_tag(worker *w, request *r, answer *a)
{
    papertag_own_tag tag = {.tag = pairs_get(&r->form, "tag"),
                            .name = pairs_get(&r->form, "title"),
                            .definition = pairs_get(&r->form, "definition"),
                            .query = pairs_get(&r->form, "query")};
    int64_t keys[EXAMPLES_MOST];
    papertag_error err;
    const char *id;
    size_t at = 0, count = 0;

    if (!tag.tag) {
        answer_problem(r, a, 400, "the form needs a name for the tag: a-z, 0-9 and '-'");
        return;
    }
    while (count < EXAMPLES_MOST && (id = pairs_each(&r->form, "id", &at)) != NULL) {
        if (!succeeded(papertag_store_find(w->store, id, &keys[count++], &err), r, a, &err)) {
            return;
        }
    }
    if (succeeded(papertag_store_define_tag(w->store, &tag, keys, count, &err), r, a, &err)) {
        jobs_retrain(w->server->jobs); /* papers get the tag once it is learnt */
        answer_redirect(a, tag_address(r, &a->body, tag.tag));
    }
}

void form_remove_tag(worker *w, request *r, answer *a)
{
    const char *tag = pairs_get(&r->form, "tag");
    papertag_strings own;
    papertag_error err;
    bool known = false;

    if (!succeeded(papertag_store_own_tags(w->store, &own, &err), r, a, &err)) {
        return;
    }
    for (size_t i = 0; tag && i < own.count; i++) {
        known = known || !strcmp(own.items[i], tag);
    }
    if (!known) {
        answer_problem(r, a, 400, "only a tag that was made in this store can be removed");
    } else if (!jobs_remove_tag(w->server->jobs, tag)) {
        answer_problem(r, a, 409, "another tag is about to be removed: try again in a moment");
    } else {
        answer_redirect(a, address(r, &a->body, "/tags", "gone", tag, NULL));
    }
}
