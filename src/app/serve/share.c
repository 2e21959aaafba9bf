/*
 * share - what handlers share: parameters read, papers and tags found.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "handlers.h"

bool succeeded(int status, const request *r, answer *a, const papertag_error *err)
{
    if (status) {
        answer_error(r, a, err);
    }
    return !status;
}

bool read_number(const request *r, answer *a, const char *name, long low, long high, long otherwise, long *out)
{
    const char *value = pairs_get(&r->target.query, name);
    char *end;

    *out = otherwise;
    if (!value) {
        return true;
    }
    errno = 0;
    *out = strtol(value, &end, 10);
    if (end == value || *end || errno || *out < low || *out > high) {
        answer_problem(r, a, 400, "%s has to be a whole number from %ld to %ld", name, low, high);
        return false;
    }
    return true;
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

static bool read_sort(const request *r, answer *a, papertag_sort *sort)
{
    const char *word = pairs_get(&r->target.query, "sort");

    for (int i = 0; word && sort_words[i]; i++) {
        if (!strcmp(word, sort_words[i])) {
            *sort = (papertag_sort)i;
            return true;
        }
    }
    if (word) {
        answer_problem(r, a, 400, "sort has to be date, trending or p");
    }
    return !word;
}

/* A cursor is the order and the key of the paper to go on after. */
static bool read_cursor(const request *r, answer *a, papertag_query *query)
{
    const char *cursor = pairs_get(&r->target.query, "cursor"), *word = sort_words[query->sort];
    const size_t length = strlen(word);
    char *end;

    if (!cursor) {
        return true;
    }
    errno = 0;
    if (!strncmp(cursor, word, length) && cursor[length] == '-') {
        query->after = strtoll(cursor + length + 1, &end, 10);
        if (end > cursor + length + 1 && !*end && !errno && query->after > 0) {
            return true;
        }
    }
    answer_problem(r, a, 400, "cursor is not one that was given for this order");
    return false;
}

void add_cursor(text *t, const papertag_query *query, int64_t key)
{
    text_format(t, "%s-%lld", sort_words[query->sort], (long long)key);
}

bool read_query(const request *r, answer *a, size_t most, papertag_query *query)
{
    const pairs *asked = &r->target.query;
    long limit;

    *query = (papertag_query){.expression = pairs_get(asked, "q"),
                              .search = pairs_get(asked, "search"),
                              .since = pairs_get(asked, "since"),
                              .until = pairs_get(asked, "until")};
    if (!read_sort(r, a, &query->sort) || !read_cursor(r, a, query) ||
        !read_number(r, a, "limit", 1, (long)most, most < 50 ? (long)most : 50, &limit)) {
        return false;
    }
    query->limit = (size_t)limit;
    return true;
}

/* ---- papers, tags, the model ----------------------------------------------------------------------------------- */

bool find_paper(worker *w, const request *r, answer *a, int64_t *key)
{
    papertag_error err;
    const int status = papertag_store_find(w->store, r->parameters[0], key, &err);

    if (status == PAPERTAG_BAD_ARGUMENT) {
        answer_problem(r, a, 404, "%s", err.message);
        return false;
    }
    return succeeded(status, r, a, &err);
}

bool read_ids(const request *r, answer *a, const pairs *from, const char ***ids, size_t *count)
{
    enum { MANY_MOST = 1000 };
    const char *id;
    size_t at = 0;

    *count = 0;
    *ids = calloc(MANY_MOST, sizeof **ids);
    if (!*ids) {
        a->body.failed = true;
        return false;
    }
    while ((id = pairs_each(from, "id", &at)) != NULL) {
        if (*count == MANY_MOST) {
            answer_problem(r, a, 400, "at most %d papers at once", MANY_MOST);
            return false;
        }
        (*ids)[(*count)++] = id;
    }
    if (!*count) {
        answer_problem(r, a, 400, "no paper is selected: tick the boxes before the titles");
    }
    return *count > 0;
}

const papertag_tag_info *find_tag(worker *w, const request *r, answer *a, const char *name)
{
    const papertag_query query = {.expression = name};
    const papertag_tag_info *tags;
    const size_t *papers;
    papertag_strings named = {0};
    const char *plain;
    papertag_error err;
    size_t count;
    int status = papertag_store_tags(w->store, &tags, &papers, &count, &err);

    for (size_t t = 0; t < count && !status; t++) {
        if (!strcmp(tags[t].tag, name)) {
            return &tags[t];
        }
    }
    /* another name of a tag: an expression finds it */
    status = status ? status : papertag_store_expression(w->store, &query, &plain, &named, &err);
    for (size_t t = 0; t < count && !status && named.count == 1; t++) {
        if (!strcmp(tags[t].tag, named.items[0]) && !strcmp(plain, tags[t].tag)) {
            return &tags[t];
        }
    }
    if (status && status != PAPERTAG_BAD_ARGUMENT) {
        answer_error(r, a, &err);
    } else {
        answer_problem(r, a, 404, "there is no tag '%.100s'", name);
    }
    return NULL;
}

bool use_model(worker *w, const request *r, answer *a)
{
    papertag_error err;

    return succeeded(worker_model(w, &err), r, a, &err);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

cJSON *read_object(const request *r, answer *a)
{
    cJSON *object = r->body ? cJSON_ParseWithLength(r->body, r->size) : NULL;

    if (!object || !cJSON_IsObject(object)) {
        answer_problem(r, a, 400, "the body has to be a JSON object");
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

const char *object_string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

bool read_verdict(const char *word, papertag_verdict *out)
{
    *out = !word || !strcmp(word, "none") ? PAPERTAG_VERDICT_NONE
           : !strcmp(word, "yes")         ? PAPERTAG_VERDICT_YES
                                          : PAPERTAG_VERDICT_NO;
    return *out != PAPERTAG_VERDICT_NO || !strcmp(word, "no");
}

void add_paper_json(text *t, const papertag_stored *paper)
{
    text_paper_json(t, paper);
    t->size -= t->size > 0; /* its last bracket: what a person marked goes before it */
    json_bool(t, "read", paper->read);
    json_bool(t, "starred", paper->starred);
    json_optional(t, "note", paper->note);
    json_close(t, '}');
}
