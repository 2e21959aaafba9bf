/*
 * handlers - what the routes lead to, and what handlers share.
 */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "serve.h"

/* ---- REST ------------------------------------------------------------------------------------------------------ */

handler api_papers, api_paper, api_similar, api_explanation, api_put_verdict, api_delete_verdict, api_marks;
handler api_verdicts, api_undo, api_imports, api_tagging, api_retrain, api_retraining, api_tags, api_questions;
handler api_health, api_openapi;

/* ---- pages and their forms ------------------------------------------------------------------------------------- */

handler page_papers, page_paper, page_tag, page_tags, page_review, page_subscriptions, page_discover, page_trends;
handler page_help, page_file, page_feed, page_export;
handler signed_unsubscribe, signed_verdict;
handler form_verdict, form_undo, form_mark, form_note, form_review, form_subscribe, form_unsubscribe, form_tag;
handler form_resubscribe, form_remove_tag;

/* ---- what they share ------------------------------------------------------------------------------------------- */

/* The query of a request's parameters: q, search, since, until, sort, limit (at most `most`), cursor. False: one of
 * them is wrong, and the answer says so. */
bool read_query(const request *r, answer *a, size_t most, papertag_query *query);

/* Adds the cursor that goes on after a paper. */
void add_cursor(text *t, const papertag_query *query, int64_t key);

/* The key of the paper whose id is a parameter of the path. False: there is none, and the answer says so. */
bool find_paper(worker *w, const request *r, answer *a, int64_t *key);

/* The ids that were ticked: each `id` of a form or a query. *ids is to be freed in any case. False: none, or too many,
 * and the answer says so. */
bool read_ids(const request *r, answer *a, const pairs *from, const char ***ids, size_t *count);

/* The tag whose name is a parameter of the path, as the store knows it. NULL: there is none, and the answer says so. */
const papertag_tag_info *find_tag(worker *w, const request *r, answer *a, const char *name);

/* Makes the model ready. False: there is none, and the answer says so. */
bool use_model(worker *w, const request *r, answer *a);

/* A whole number from `low` to `high`; `otherwise` when it is not given. False: it is none, and the answer says so. */
bool read_number(const request *r, answer *a, const char *name, long low, long high, long otherwise, long *out);

/* Answers with the error unless status is 0; returns whether it is. */
bool succeeded(int status, const request *r, answer *a, const papertag_error *err);

/* The object that was sent. NULL: it is none, and the answer says so. Free it with cJSON_Delete. */
struct cJSON *read_object(const request *r, answer *a);

/* A string of an object; NULL: it has none of that name. */
const char *object_string(const struct cJSON *object, const char *name);

/* "yes", "no" or "none" (NULL counts as it). False: another word. */
bool read_verdict(const char *word, papertag_verdict *out);

/* Adds a reference to a schema of the API by its name, as a member of an object that is open; all schemas. */
void put_schema(text *out, const char *name, size_t length);
void put_schemas(text *out);

/* Adds a paper as a JSON object, with a person's marks. */
void add_paper_json(text *t, const papertag_stored *paper);

#endif
