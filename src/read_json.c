/*
 * read_json - papers from JSON: JSON Lines, arrays and listings of papers, and the Hugging Face daily-papers listing.
 *
 * A paper is papertag's own record, a line of arXiv's metadata snapshot, a paper of Semantic Scholar or a note of
 * OpenReview; its keys tell which, so a file may mix them.
 *
 * JSON Lines streams. A document is read whole, but its elements are parsed one by one, each from its own slice of the
 * text: so an element has its own line in messages, and a broken one does not take the others with it. cJSON parses; a
 * NUL escape, at which its C strings would end, is made a space before.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "dates.h"
#include "paper.h"

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* A reader at work on one object. */
struct object {
    papertag_reader *reader;
    const cJSON *json;
    papertag_error *err;
};

static const cJSON *member(const struct object *o, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o->json, key);
    return item && !cJSON_IsNull(item) ? item : NULL;
}

static int wrong_type(const struct object *o, const char *key, const char *wanted)
{
    return pt_reader_fail(o->reader, o->reader->record.paper.line, o->err, "field '%s' must be %s", key, wanted);
}

/* Integers stay what they are; cJSON keeps numbers as doubles. */
static int set_number_text(const struct object *o, const char **field, double value)
{
    char text[40];
    size_t length = pt_format_double(text, value, 17);
    return pt_record_text(&o->reader->record, field, text, length, o->err);
}

static int read_string(const struct object *o, const char *key, const char **field)
{
    const cJSON *item = member(o, key);
    if (!item) {
        return PAPERTAG_OK;
    }
    if (!cJSON_IsString(item)) {
        return wrong_type(o, key, "a string");
    }
    return pt_record_text(&o->reader->record, field, item->valuestring, strlen(item->valuestring), o->err);
}

static int read_count(const struct object *o, const char *key, long *field)
{
    const cJSON *item = member(o, key);
    if (!item) {
        return PAPERTAG_OK;
    }
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 2e9)) {
        return wrong_type(o, key, "a number that counts");
    }
    *field = (long)item->valuedouble;
    return PAPERTAG_OK;
}

/* The longest separator that the text has, for lists written as one string. */
static int split(const struct object *o, papertag_strings *list, const char *text, const char *separators)
{
    while (*text) {
        size_t length = strcspn(text, separators);
        int status = pt_record_append(&o->reader->record, list, text, length, o->err);
        if (status) {
            return status;
        }
        text += length + (text[length] != '\0');
    }
    return PAPERTAG_OK;
}

/* A list of strings, of objects with a "name" (or "tag"), or one string to be split at `separators`. */
static int read_list(const struct object *o, const char *key, papertag_strings *list, const char *separators)
{
    const cJSON *items = member(o, key), *item;
    int status = PAPERTAG_OK;

    if (!items) {
        return PAPERTAG_OK;
    }
    if (cJSON_IsString(items)) {
        return split(o, list, items->valuestring, separators);
    }
    if (!cJSON_IsArray(items)) {
        return wrong_type(o, key, "a list of strings");
    }
    cJSON_ArrayForEach(item, items)
    {
        const cJSON *name = cJSON_IsObject(item) ? cJSON_GetObjectItemCaseSensitive(item, "name") : item;
        name = name ? name : cJSON_GetObjectItemCaseSensitive(item, "tag"); /* as papertag writes tags */
        if (!cJSON_IsString(name)) {
            return wrong_type(o, key, "a list of strings");
        }
        status = pt_record_append(&o->reader->record, list, name->valuestring, strlen(name->valuestring), o->err);
        if (status) {
            break;
        }
    }
    return status;
}

static int read_id(const struct object *o)
{
    const cJSON *item = member(o, "id");
    if (item && cJSON_IsNumber(item)) {
        return set_number_text(o, &o->reader->record.paper.id, item->valuedouble);
    }
    return read_string(o, "id", &o->reader->record.paper.id);
}

static int read_date(const struct object *o, const char *key)
{
    const char *text = cJSON_GetStringValue(member(o, key));
    return text ? pt_record_date(&o->reader->record, text, strlen(text), o->err) : PAPERTAG_OK;
}

/* ---- a paper as papertag writes it ----------------------------------------------------------------------------- */

static int read_paper(const struct object *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const char *tags_field = o->reader->tags_field;
    int status = read_id(o);

    status = status ? status : read_string(o, "title", &paper->title);
    status = status ? status : read_string(o, member(o, "abstract") ? "abstract" : "summary", &paper->abstract);
    status = status ? status : read_date(o, "date");
    status = status ? status : read_string(o, "organization", &paper->organization);
    status = status ? status : read_string(o, "url", &paper->url);
    status = status ? status : read_string(o, "source", &paper->source);
    status = status ? status : read_string(o, "venue", &paper->venue);
    status = status ? status : read_string(o, "doi", &paper->doi);
    status = status ? status : read_string(o, "arxiv", &paper->arxiv);
    status = status ? status : read_list(o, "authors", &paper->authors, ",;");
    status = status ? status : read_list(o, "categories", &paper->categories, " ,;");
    status = status ? status : read_list(o, "keywords", &paper->keywords, ",;");
    status = status ? status : read_list(o, tags_field, &paper->tags, ",;");
    status = status ? status : read_list(o, "maybe", &paper->maybe, ",;");
    status = status ? status : read_count(o, "author_count", &paper->author_count);
    status = status ? status : read_count(o, "upvotes", &paper->upvotes);
    status = status ? status : read_count(o, "comments", &paper->comments);
    paper->has_tags = member(o, tags_field) != NULL;
    return status ? status : pt_reader_finish(o->reader, o->err);
}

/* The address of a paper: a fixed part and its id. */
static int set_url(const struct object *o, const char *before, const char *id)
{
    char url[300];
    int length = snprintf(url, sizeof url, "%s%s", before, id);

    return pt_record_text(&o->reader->record, &o->reader->record.paper.url, url,
                          (size_t)length < sizeof url ? (size_t)length : 0, o->err);
}

/* ---- an entry of the daily-papers listing ---------------------------------------------------------------------- */

static int read_daily(const struct object *entry)
{
    papertag_reader *reader = entry->reader;
    papertag_paper *paper = &reader->record.paper;
    const cJSON *inner = member(entry, "paper"), *organization;
    struct object o = {reader, inner, entry->err};
    int status;

    if (!cJSON_IsObject(inner)) {
        return wrong_type(entry, "paper", "an object");
    }
    status = read_id(&o);
    status = status ? status : read_string(&o, "title", &paper->title);
    status = status ? status : read_string(&o, "summary", &paper->abstract);
    status = status ? status : read_date(&o, "publishedAt");
    status = status ? status : read_list(&o, "authors", &paper->authors, ",;");
    status = status ? status : read_list(&o, "ai_keywords", &paper->keywords, ",;");
    status = status ? status : read_count(&o, "upvotes", &paper->upvotes);
    status = status ? status : read_count(entry, "numComments", &paper->comments);
    organization = member(&o, "organization") ? member(&o, "organization") : member(entry, "organization");
    if (!status && cJSON_IsObject(organization)) {
        struct object named = {reader, organization, entry->err};
        status = read_string(&named, member(&named, "fullname") ? "fullname" : "name", &paper->organization);
    }
    if (!status && !paper->title) {
        status = read_string(entry, "title", &paper->title);
    }
    if (!status && paper->id) {
        status = set_url(&o, "https://huggingface.co/papers/", paper->id);
    }
    status = status ? status : pt_record_text(&reader->record, &paper->source, "huggingface", 11, entry->err);
    return status ? status : pt_reader_finish(reader, entry->err);
}

/* ---- a line of arXiv's metadata snapshot (the layout of Kaggle's) ---------------------------------------------- */

/* "[last, first, suffix]" as first, last, suffix. */
static int read_parsed_authors(const struct object *o, papertag_strings *list)
{
    const cJSON *author, *authors = member(o, "authors_parsed");

    cJSON_ArrayForEach(author, authors)
    {
        static const int order[] = {1, 0, 2};
        pt_buf name = {0};
        int status;
        for (int i = 0; i < 3; i++) {
            const char *part = cJSON_GetStringValue(cJSON_GetArrayItem(author, order[i]));
            pt_buf_text(&name, part ? part : "");
            pt_buf_text(&name, " ");
        }
        status = name.failed ? pt_no_memory(o->err)
                             : pt_record_append(&o->reader->record, list, name.data, name.size, o->err);
        pt_buf_free(&name);
        if (status) {
            return status;
        }
    }
    return PAPERTAG_OK;
}

static int read_snapshot(const struct object *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const cJSON *first = cJSON_GetArrayItem(member(o, "versions"), 0);
    const char *created = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "created"));
    int status = read_id(o);

    status = status ? status : read_string(o, "title", &paper->title);
    status = status ? status : read_string(o, "abstract", &paper->abstract);
    status = status ? status : read_list(o, "categories", &paper->categories, " ");
    status = status ? status : read_string(o, "journal-ref", &paper->venue);
    status = status ? status : read_string(o, "doi", &paper->doi);
    status = status ? status
                    : (member(o, "authors_parsed") ? read_parsed_authors(o, &paper->authors)
                                                   : read_list(o, "authors", &paper->authors, ","));
    if (!status && created) {
        status = pt_record_mail_day(&o->reader->record, created, o->err);
    }
    if (!status && !paper->date) {
        status = read_date(o, "update_date");
    }
    status = status ? status : pt_record_text(&o->reader->record, &paper->source, "arxiv", 5, o->err);
    if (!status && paper->id) {
        status = set_url(o, "https://arxiv.org/abs/", paper->id);
    }
    return status ? status : pt_reader_finish(o->reader, o->err);
}

/* ---- a paper of Semantic Scholar's Graph API -------------------------------------------------------------------- */

static int read_scholar(const struct object *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    struct object ids = {o->reader, member(o, "externalIds"), o->err};
    int status = read_string(o, "title", &paper->title);

    if (cJSON_IsObject(ids.json)) {
        status = status ? status : read_string(&ids, "ArXiv", &paper->arxiv);
        status = status ? status : read_string(&ids, "DOI", &paper->doi);
    }
    if (!status && paper->arxiv) {
        status = pt_record_text(&o->reader->record, &paper->id, paper->arxiv, strlen(paper->arxiv), o->err);
    }
    status = status || paper->id ? status : read_string(o, "paperId", &paper->id);
    status = status ? status : read_string(o, "abstract", &paper->abstract);
    status = status ? status : read_string(o, "venue", &paper->venue);
    status = status ? status : read_string(o, "url", &paper->url);
    status = status ? status : read_date(o, "publicationDate");
    status = status ? status : read_list(o, "authors", &paper->authors, ",;");
    status = status ? status : read_list(o, "fieldsOfStudy", &paper->categories, ",;");
    status = status ? status : pt_record_text(&o->reader->record, &paper->source, "semantic-scholar", 16, o->err);
    return status ? status : pt_reader_finish(o->reader, o->err);
}

/* ---- a note of OpenReview --------------------------------------------------------------------------------------- */

/* In its API 2 a field is {"value": ...}, before that it was the value itself. */
static const cJSON *content(const cJSON *fields, const char *key)
{
    const cJSON *field = cJSON_GetObjectItemCaseSensitive(fields, key);
    return cJSON_IsObject(field) ? cJSON_GetObjectItemCaseSensitive(field, "value") : field;
}

static int read_content(const struct object *o, const cJSON *fields, const char *key, const char **to)
{
    const char *text = cJSON_GetStringValue(content(fields, key));
    return text ? pt_record_text(&o->reader->record, to, text, strlen(text), o->err) : PAPERTAG_OK;
}

static int read_content_list(const struct object *o, const cJSON *fields, const char *key, papertag_strings *list)
{
    const cJSON *items = content(fields, key), *item;
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(item, items)
    {
        const char *text = cJSON_GetStringValue(item);
        if (text && !status) {
            status = pt_record_append(&o->reader->record, list, text, strlen(text), o->err);
        }
    }
    return status;
}

static int read_note(const struct object *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const cJSON *fields = member(o, "content"), *moment = member(o, "pdate") ? member(o, "pdate") : member(o, "cdate");
    const char *forum = cJSON_GetStringValue(member(o, "forum"));
    char day[11];
    int status = read_id(o);

    status = status ? status : read_content(o, fields, "title", &paper->title);
    status = status ? status : read_content(o, fields, "abstract", &paper->abstract);
    status = status ? status : read_content(o, fields, "venue", &paper->venue);
    status = status ? status : read_content_list(o, fields, "authors", &paper->authors);
    status = status ? status : read_content_list(o, fields, "keywords", &paper->keywords);
    if (!status && cJSON_IsNumber(moment) && moment->valuedouble > 0 && moment->valuedouble < 1e14) {
        pt_day_text((long)(moment->valuedouble / 86400e3), day);
        status = pt_record_date(&o->reader->record, day, 10, o->err);
    }
    status = status ? status : pt_record_text(&o->reader->record, &paper->source, "openreview", 10, o->err);
    if (!status && (forum || paper->id)) {
        status = set_url(o, "https://openreview.net/forum?id=", forum ? forum : paper->id);
    }
    return status ? status : pt_reader_finish(o->reader, o->err);
}

/* A paper of any source, told by its keys. */
static int read_any(const struct object *o)
{
    if (member(o, "authors_parsed") || (member(o, "versions") && member(o, "update_date"))) {
        return read_snapshot(o);
    }
    if (member(o, "paperId")) {
        return read_scholar(o);
    }
    if (cJSON_IsObject(member(o, "content")) && member(o, "id")) {
        return read_note(o);
    }
    return read_paper(o);
}

/* ---- parsing one object ---------------------------------------------------------------------------------------- */

/* Makes every \u0000 in a copy of the text a space; the text itself where there is none. */
static int without_nul(pt_buf *copy, const char **text, size_t length)
{
    const char *at = *text, *end = at + length, *from = at;
    bool escaped = false;

    pt_buf_clear(copy);
    for (; at < end; at++) {
        if (*at == '\0' || (escaped && *at == 'u' && end - at >= 5 && !memcmp(at, "u0000", 5))) {
            size_t skip = *at ? 5 : 1;
            pt_buf_append(copy, from, (size_t)(at - from) - (*at != '\0'));
            pt_buf_text(copy, " ");
            at += skip - 1;
            from = at + 1;
            escaped = false;
        } else {
            escaped = *at == '\\' && !escaped;
        }
    }
    if (copy->size) {
        pt_buf_append(copy, from, (size_t)(end - from));
        *text = copy->data;
    }
    return copy->failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Reads the object in text[0 .. length), which begins on `line`. */
static int read_object(papertag_reader *reader, const char *text, size_t length, size_t line,
                       int (*read)(const struct object *o), papertag_error *err)
{
    struct object o = {.reader = reader, .err = err};
    const char *stop = NULL;
    pt_buf copy = {0};
    cJSON *json = NULL;
    int status;

    pt_record_clear(&reader->record, line);
    if (without_nul(&copy, &text, length)) {
        status = pt_no_memory(err);
        goto done;
    }
    length = copy.size ? copy.size : length;
    json = cJSON_ParseWithLengthOpts(text, length, &stop, 0);
    for (size_t i = stop ? (size_t)(stop - text) : length; json && i < length; i++) {
        if (!strchr(" \t\r\n", text[i])) {
            cJSON_Delete(json);
            json = NULL;
            stop = text + i;
        }
    }
    if (!json) {
        status =
            pt_reader_fail(reader, line, err, "not valid JSON at column %zu", stop ? (size_t)(stop - text) + 1 : 1);
    } else if (!cJSON_IsObject(json)) {
        status = pt_reader_fail(reader, line, err, "a paper must be a JSON object");
    } else {
        o.json = json;
        status = read(&o);
    }
done:
    cJSON_Delete(json);
    pt_buf_free(&copy);
    return status;
}

/* ---- JSON Lines ------------------------------------------------------------------------------------------------ */

/* Past a JSON value that begins at `at`: behind its last bracket or quote, or NULL when it does not end before `end`.
 */
static const char *skip_value(const char *at, const char *end)
{
    size_t depth = 0;
    bool quoted = false;

    for (; at < end; at++) {
        if (quoted) {
            if (*at == '\\') {
                at++;
            } else if (*at == '"') {
                quoted = false;
            }
        } else if (*at == '"') {
            quoted = true;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (!depth) {
                return at;
            }
            depth--;
        } else if (*at == ',' && !depth) {
            return at;
        }
    }
    return NULL;
}

static bool fits_jsonl(const char *head, size_t size)
{
    const char *end = head + size, *line = memchr(head, '\n', size), *object;
    if (*head != '{') {
        return false;
    }
    object = skip_value(head, end);
    return !line || (object && object < line) || memchr(head, '}', (size_t)(line - head));
}

static int next_jsonl(papertag_reader *reader, papertag_error *err)
{
    const char *line;
    size_t length, number;
    int status;

    do {
        status = pt_reader_line(reader, &line, &length, &number, err);
        while (!status && length && strchr(" \t", *line)) {
            line++;
            length--;
        }
    } while (!status && !length);
    return status ? status : read_object(reader, line, length, number, read_any, err);
}

const pt_format pt_format_jsonl = {"jsonl", fits_jsonl, NULL, next_jsonl, NULL};

/* ---- documents ------------------------------------------------------------------------------------------------- */

enum where { BEFORE, INSIDE, BEHIND };

enum { NOT_KNOWN = -1 }; /* null in a list: a paper that was asked for and is not known */

/* How far a document has been read. */
struct document {
    enum where where;
    bool array; /* else one object */
};

static int open_document(papertag_reader *reader, papertag_error *err)
{
    reader->state = pt_calloc(1, sizeof(struct document));
    return reader->state ? pt_reader_all(reader, err) : pt_no_memory(err);
}

static void close_document(papertag_reader *reader)
{
    free(reader->state);
}

/* Skips white space and `also`, counting lines. */
static void skip_white(pt_input *in, const char *also)
{
    while (in->start < in->end && *in->start && (strchr(" \t\r\n", *in->start) || strchr(also, *in->start))) {
        in->line += *in->start == '\n';
        in->start++;
    }
}

/* The list within an object that lists papers, {"notes": [...]} or {"data": [...]}: behind its '['; else NULL. */
static const char *find_listing(const char *at, const char *end)
{
    at += *at == '{';
    while (at < end) {
        const char *key, *stop;
        bool wanted;
        at += at < end && *at == ',';
        while (at < end && strchr(" \t\r\n", *at) && *at) {
            at++;
        }
        key = at;
        if (at == end || *at != '"' || !(stop = memchr(at + 1, '"', (size_t)(end - at - 1)))) {
            return NULL;
        }
        wanted = (stop - key == 6 && !memcmp(key, "\"notes", 6)) || (stop - key == 5 && !memcmp(key, "\"data", 5));
        for (at = stop + 1; at < end && strchr(" \t\r\n:", *at) && *at; at++) {
        }
        if (wanted && at < end && *at == '[') {
            return at + 1;
        }
        at = skip_value(at, end);
        if (!at || *at != ',') {
            return NULL;
        }
    }
    return NULL;
}

static int next_element(papertag_reader *reader, int (*read)(const struct object *o), papertag_error *err)
{
    struct document *document = reader->state;
    pt_input *in = &reader->input;
    const char *from, *stop;
    size_t line, length;

    skip_white(in, "");
    if (document->where == BEFORE) {
        if (in->start == in->end) {
            document->where = BEHIND;
            return PAPERTAG_END;
        }
        from = *in->start == '{' ? find_listing(in->start, in->end) : NULL;
        document->array = from || *in->start == '[';
        from = from ? from : in->start + document->array;
        for (; in->start < from; in->start++) {
            in->line += *in->start == '\n';
        }
        document->where = INSIDE;
    }
    skip_white(in, ",");
    if (document->where == BEHIND) {
        return PAPERTAG_END;
    }
    line = in->line;
    if (in->start == in->end || *in->start == ']') {
        document->where = BEHIND;
        if (document->array && in->start == in->end) {
            return pt_reader_fail(reader, line, err, "the array is not closed");
        }
        return PAPERTAG_END;
    }
    from = in->start;
    if (*from == '}') { /* a stray bracket would stop the reading for good */
        in->start++;
        return pt_reader_fail(reader, line, err, "'}' without '{'");
    }
    stop = skip_value(from, in->end);
    if (!stop && document->array) {
        in->start = in->end;
        document->where = BEHIND;
        return pt_reader_fail(reader, line, err, "the array is not closed");
    }
    stop = stop ? stop : in->end;
    length = (size_t)(stop - from);
    for (const char *c = from; c < stop; c++) {
        in->line += *c == '\n';
    }
    in->start = stop;
    document->where = document->array ? INSIDE : BEHIND;
    if (document->array && length >= 4 && !memcmp(from, "null", 4) && strspn(from + 4, " \t\r\n") >= length - 4) {
        return NOT_KNOWN;
    }
    return read_object(reader, from, length, line, read, err);
}

static bool fits_json(const char *head, size_t size)
{
    return *head == '[' ||
           (*head == '{' && (find_listing(head, head + size) || (memchr(head, '\n', size) && !fits_jsonl(head, size))));
}

static int next_json(papertag_reader *reader, papertag_error *err)
{
    int status;

    do {
        status = next_element(reader, read_any, err);
    } while (status == NOT_KNOWN);
    return status;
}

const pt_format pt_format_json = {"json", fits_json, open_document, next_json, close_document};

/* The listing is an array whose elements have the paper under "paper". */
static bool fits_daily(const char *head, size_t size)
{
    const char *at = head, *end = head + size;

    if (*at != '[') {
        return false;
    }
    for (at++; at < end && strchr(" \t\r\n", *at) && *at; at++) {
    }
    if (at == end || *at != '{') {
        return false;
    }
    for (at++; at + 7 < end; at++) {
        if (*at == '"') {
            if (!memcmp(at, "\"paper\"", 7)) {
                return true;
            }
            for (at++; at < end && *at != '"'; at++) {
                at += *at == '\\';
            }
        } else if (*at == '{' || *at == '[') {
            const char *stop = skip_value(at + 1, end);
            if (!stop) {
                return false;
            }
            at = *stop == ',' ? at : stop;
        } else if (*at == '}') {
            return false;
        }
    }
    return false;
}

static int next_daily(papertag_reader *reader, papertag_error *err)
{
    int status;

    do {
        status = next_element(reader, read_daily, err);
    } while (status == NOT_KNOWN);
    return status;
}

const pt_format pt_format_daily_papers = {"daily-papers", fits_daily, open_document, next_daily, close_document};
