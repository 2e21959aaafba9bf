/*
 * api_papers - papers, one or many: listed, shown, compared, explained; verdicts and marks on one.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "handlers.h"

enum { PAGE_MOST = 1000 };

void api_papers(worker *w, request *r, answer *a)
{
    papertag_query query;
    const papertag_stored *paper;
    const int64_t *keys;
    papertag_error err;
    size_t count;
    text next = {0};

    if (!read_query(r, a, PAGE_MOST, &query) ||
        !succeeded(papertag_store_select(w->store, &query, &keys, &count, &err), r, a, &err)) {
        return;
    }
    json_open(&a->body, NULL, '{');
    json_open(&a->body, "papers", '[');
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, keys[i], &paper, &err), r, a, &err)) {
            return;
        }
        json_line_break(&a->body);
        add_paper_json(&a->body, paper);
    }
    json_close(&a->body, ']');
    if (count == query.limit) {
        add_cursor(&next, &query, keys[count - 1]);
    }
    json_string(&a->body, "next", next.data);
    json_close(&a->body, '}');
    json_line_end(&a->body);
    text_free(&next);
}

/* Answers with a paper as it is now. */
static void show_paper(worker *w, request *r, answer *a, int64_t key)
{
    const papertag_stored *paper;
    papertag_error err;

    if (succeeded(papertag_store_get(w->store, key, &paper, &err), r, a, &err)) {
        add_paper_json(&a->body, paper);
        json_line_end(&a->body);
    }
}

void api_paper(worker *w, request *r, answer *a)
{
    int64_t key;

    if (find_paper(w, r, a, &key)) {
        show_paper(w, r, a, key);
    }
}

void api_similar(worker *w, request *r, answer *a)
{
    const papertag_neighbour *list;
    const papertag_stored *paper;
    papertag_error err;
    int64_t key;
    size_t count;
    long limit;

    if (!find_paper(w, r, a, &key) || !read_number(r, a, "limit", 1, 100, 10, &limit) || !use_model(w, r, a) ||
        !succeeded(papertag_store_similar(w->store, w->tagger, key, (size_t)limit, &list, &count, &err), r, a, &err)) {
        return;
    }
    json_open(&a->body, NULL, '{');
    json_open(&a->body, "papers", '[');
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, list[i].key, &paper, &err), r, a, &err)) {
            return;
        }
        json_line_break(&a->body);
        json_open(&a->body, NULL, '{');
        json_number(&a->body, "similarity", list[i].similarity, 4);
        json_key(&a->body, "paper");
        add_paper_json(&a->body, paper);
        json_close(&a->body, '}');
    }
    json_close(&a->body, ']');
    json_close(&a->body, '}');
    json_line_end(&a->body);
}

void api_explanation(worker *w, request *r, answer *a)
{
    const char *name = pairs_get(&r->target.query, "tag");
    papertag_explanation explanation;
    const papertag_stored *paper;
    papertag_error err;
    int64_t key;
    size_t tag;

    if (!name) {
        answer_problem(r, a, 400, "tag says which tag to explain");
        return;
    }
    if (!find_paper(w, r, a, &key) || !use_model(w, r, a) ||
        !succeeded(papertag_model_find_tag(w->model, name, &tag, &err), r, a, &err) ||
        !succeeded(papertag_store_get(w->store, key, &paper, &err), r, a, &err) ||
        !succeeded(papertag_explain(w->tagger, paper->paper.title, paper->paper.abstract, tag, &explanation, &err), r,
                   a, &err)) {
        return;
    }
    json_open(&a->body, NULL, '{');
    json_string(&a->body, "id", paper->paper.id);
    json_string(&a->body, "tag", name);
    json_number(&a->body, "margin", explanation.margin, 9);
    json_number(&a->body, "bias", explanation.bias, 9);
    json_open(&a->body, "terms", '[');
    for (size_t i = 0; i < explanation.count; i++) {
        json_open(&a->body, NULL, '{');
        json_string(&a->body, "term", explanation.terms[i].term);
        json_number(&a->body, "contribution", explanation.terms[i].contribution, 9);
        json_close(&a->body, '}');
    }
    json_close(&a->body, ']');
    json_close(&a->body, '}');
    json_line_end(&a->body);
}

/* ---- verdicts and marks ---------------------------------------------------------------------------------------- */

static void put_verdict(worker *w, request *r, answer *a, papertag_verdict verdict)
{
    papertag_tag_verdict one = {.verdict = verdict};
    papertag_error err;
    int64_t key;

    if (!find_paper(w, r, a, &key) || !find_tag(w, r, a, r->parameters[1])) {
        return;
    }
    one.tag = r->parameters[1];
    if (succeeded(papertag_store_set_verdicts(w->store, key, &one, 1, &err), r, a, &err)) {
        show_paper(w, r, a, key);
    }
}

void api_put_verdict(worker *w, request *r, answer *a)
{
    cJSON *object = read_object(r, a);
    const char *word = object ? object_string(object, "verdict") : NULL;
    papertag_verdict verdict;

    if (object && (!word || !read_verdict(word, &verdict) || !verdict)) {
        answer_problem(r, a, 400, "verdict has to be \"yes\" or \"no\"");
    } else if (object) {
        put_verdict(w, r, a, verdict);
    }
    cJSON_Delete(object);
}

void api_delete_verdict(worker *w, request *r, answer *a)
{
    put_verdict(w, r, a, PAPERTAG_VERDICT_NONE);
}

/* Whether all that was sent can be set: all of it is, or nothing. */
static bool are_marks(const request *r, answer *a, const cJSON *object)
{
    static const char *const names[] = {"read", "starred"};
    const cJSON *note = cJSON_GetObjectItemCaseSensitive(object, "note");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, names[i]);
        if (value && !cJSON_IsBool(value)) {
            answer_problem(r, a, 400, "%s has to be true or false", names[i]);
            return false;
        }
    }
    if (note && !cJSON_IsString(note) && !cJSON_IsNull(note)) {
        answer_problem(r, a, 400, "note has to be a string or null");
        return false;
    }
    return true;
}

/* Sets one mark of the object that was sent, if it is there. */
static bool put_mark(worker *w, request *r, answer *a, const cJSON *object, const char *name, int64_t key,
                     papertag_sign sign)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    papertag_error err;

    if (value && !succeeded(papertag_store_mark(w->store, &key, 1, sign, cJSON_IsTrue(value), &err), r, a, &err)) {
        return false;
    }
    if (value) {
        papertag_store_expect(w->store, -1); /* If-Match is about the first write */
    }
    return true;
}

void api_marks(worker *w, request *r, answer *a)
{
    cJSON *object = read_object(r, a);
    const cJSON *note = object ? cJSON_GetObjectItemCaseSensitive(object, "note") : NULL;
    papertag_error err;
    int64_t key;

    if (object && are_marks(r, a, object) && find_paper(w, r, a, &key) &&
        put_mark(w, r, a, object, "read", key, PAPERTAG_SIGN_READ) &&
        put_mark(w, r, a, object, "starred", key, PAPERTAG_SIGN_STARRED) &&
        (!note || succeeded(papertag_store_set_note(w->store, key, cJSON_GetStringValue(note), &err), r, a, &err))) {
        show_paper(w, r, a, key);
    }
    cJSON_Delete(object);
}
