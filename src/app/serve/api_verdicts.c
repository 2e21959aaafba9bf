/*
 * api_verdicts - many verdicts at once, undoing, the questions to ask, learning from the answers.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "handlers.h"

enum { VERDICTS_MOST = 10000 };

/* Reads the verdicts of a list. False: one is wrong, and the answer says which. */
static bool read_verdicts(const request *r, answer *a, const cJSON *list, papertag_paper_verdict *out)
{
    const cJSON *one;
    size_t i = 0;

    cJSON_ArrayForEach(one, list)
    {
        const char *word = object_string(one, "verdict");
        out[i].id = object_string(one, "id");
        out[i].tag = object_string(one, "tag");
        if (!out[i].id || !out[i].tag || !word || !read_verdict(word, &out[i].verdict)) {
            answer_problem(r, a, 400, "verdicts[%zu] needs an id, a tag and a verdict: yes, no or none", i);
            return false;
        }
        i++;
    }
    return true;
}

static void judge(worker *w, request *r, answer *a, const papertag_paper_verdict *verdicts, size_t count)
{
    papertag_error err;
    size_t wrong = 0;
    const int status = papertag_store_judge(w->store, verdicts, count, &wrong, &err);

    if (status == PAPERTAG_BAD_ARGUMENT) {
        answer_problem(r, a, 422, "verdicts[%zu]: %s; none was recorded", wrong, err.message);
    } else if (succeeded(status, r, a, &err)) {
        json_open(&a->body, NULL, '{');
        json_count(&a->body, "count", count);
        json_count(&a->body, "undo", (size_t)papertag_store_call(w->store));
        json_close(&a->body, '}');
        json_line_end(&a->body);
    }
}

void api_verdicts(worker *w, request *r, answer *a)
{
    cJSON *object = read_object(r, a);
    const cJSON *list = object ? cJSON_GetObjectItemCaseSensitive(object, "verdicts") : NULL;
    const size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;
    papertag_paper_verdict *verdicts = calloc(count + 1, sizeof *verdicts);

    if (!verdicts) {
        a->body.failed = true;
    } else if (object && (!count || count > VERDICTS_MOST)) {
        answer_problem(r, a, 400, "verdicts has to be a list of 1 to %d", VERDICTS_MOST);
    } else if (object && read_verdicts(r, a, list, verdicts)) {
        judge(w, r, a, verdicts, count);
    }
    free(verdicts);
    cJSON_Delete(object);
}

void api_undo(worker *w, request *r, answer *a)
{
    cJSON *object = r->size ? read_object(r, a) : NULL;
    const cJSON *number = object ? cJSON_GetObjectItemCaseSensitive(object, "undo") : NULL;
    const papertag_stored *paper;
    papertag_error err;
    int64_t key = 0;
    int status;

    if (r->size && !object) {
        return;
    }
    if (number && !(cJSON_IsNumber(number) && number->valuedouble >= 1 && number->valuedouble < 1e15)) {
        answer_problem(r, a, 400, "undo has to be the number that a call answered");
        cJSON_Delete(object);
        return;
    }
    status = papertag_store_undo_call(w->store, number ? (int64_t)number->valuedouble : 0, &key, &err);
    cJSON_Delete(object);
    if (status == PAPERTAG_END) {
        answer_problem(r, a, 409, "there is nothing to undo");
    } else if (status == PAPERTAG_CHANGED && !r->if_match) {
        answer_problem(r, a, 409, "%s", err.message);
    } else if (succeeded(status, r, a, &err) &&
               succeeded(papertag_store_get(w->store, key, &paper, &err), r, a, &err)) {
        add_paper_json(&a->body, paper);
        json_line_end(&a->body);
    }
}

/* ---- questions and learning ------------------------------------------------------------------------------------ */

static bool read_order(const request *r, answer *a, papertag_order *order)
{
    static const char *const words[] = {"uncertain", "random", "new"};
    const char *word = pairs_get(&r->target.query, "order");

    *order = PAPERTAG_ORDER_UNCERTAIN;
    for (int i = 0; word && i < 3; i++) {
        if (!strcmp(word, words[i])) {
            *order = (papertag_order)i;
            return true;
        }
    }
    if (word) {
        answer_problem(r, a, 400, "order has to be uncertain, random or new");
    }
    return !word;
}

void api_questions(worker *w, request *r, answer *a)
{
    const char *tag = pairs_get(&r->target.query, "tag"), *since = pairs_get(&r->target.query, "since");
    const papertag_question *list;
    const papertag_stored *paper;
    papertag_order order;
    papertag_error err;
    size_t count;
    long limit, seed;

    if (!read_order(r, a, &order) || !read_number(r, a, "limit", 1, 1000, 20, &limit) ||
        !read_number(r, a, "seed", 0, 1000000000, 1, &seed) ||
        !succeeded(
            papertag_store_questions(w->store, order, tag, since, (uint64_t)seed, (size_t)limit, &list, &count, &err),
            r, a, &err)) {
        return;
    }
    json_open(&a->body, NULL, '{');
    json_open(&a->body, "questions", '[');
    for (size_t i = 0; i < count; i++) {
        if (!succeeded(papertag_store_get(w->store, list[i].key, &paper, &err), r, a, &err)) {
            return;
        }
        json_line_break(&a->body);
        json_open(&a->body, NULL, '{');
        json_string(&a->body, "id", paper->paper.id);
        json_string(&a->body, "tag", list[i].tag);
        json_number(&a->body, "p", list[i].p, 6);
        json_number(&a->body, "margin", list[i].margin, 6);
        json_bool(&a->body, "assigned", list[i].assigned);
        json_string(&a->body, "title", paper->paper.title);
        json_close(&a->body, '}');
    }
    json_close(&a->body, ']');
    json_close(&a->body, '}');
    json_line_end(&a->body);
}

void api_retrain(worker *w, request *r, answer *a)
{
    const unsigned number = jobs_retrain(w->server->jobs);

    (void)r;
    snprintf(a->location, sizeof a->location, "/api/v1/retrains/%u", number);
    jobs_write(w->server->jobs, number, &a->body);
}

void api_retraining(worker *w, request *r, answer *a)
{
    char *end;
    const unsigned long number = strtoul(r->parameters[0], &end, 10);

    if (*end || number > 1000000000 || !jobs_write(w->server->jobs, (unsigned)number, &a->body)) {
        answer_problem(r, a, 404, "there is no such retraining; the last 16 are known");
    }
}
