/*
 * read_json - papers from JSON: JSON Lines, arrays of papers, and the Hugging Face daily-papers listing.
 *
 * Records of the metadata snapshot that arXiv gives out are told one by one, so they may stand among others. JSON Lines
 * streams. A document is read whole, but its elements are parsed one by one, each from its own slice of the
 * text: so an element has its own line in messages, and a broken one does not take the others with it. cJSON parses,
 * unless a line is so plain that read_quick takes it; a NUL escape, at which its C strings would end, is made a space
 * before.
 */
#include "json.h"

#include <stdlib.h>

/* ---- fields ---------------------------------------------------------------------------------------------------- */

const cJSON *pt_json_member(const pt_json *o, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o->json, key);
    return item && !cJSON_IsNull(item) ? item : NULL;
}

const char *pt_json_text(const pt_json *o, const char *key)
{
    return cJSON_GetStringValue(pt_json_member(o, key));
}

int pt_json_wrong_type(const pt_json *o, const char *key, const char *wanted)
{
    return pt_reader_fail(o->reader, o->reader->record.paper.line, o->err, "field '%s' must be %s", key, wanted);
}

/* Integers stay what they are; cJSON keeps numbers as doubles. */
static int set_number_text(const pt_json *o, const char **field, double value)
{
    char text[40];
    size_t length = pt_format_double(text, value, 17);
    return pt_record_text(&o->reader->record, field, text, length, o->err);
}

int pt_json_string_of(const pt_json *o, const char *key, const cJSON *item, const char **field)
{
    if (!item || cJSON_IsNull(item)) {
        return PAPERTAG_OK;
    }
    if (!cJSON_IsString(item)) {
        return pt_json_wrong_type(o, key, "a string");
    }
    return pt_record_text(&o->reader->record, field, item->valuestring, strlen(item->valuestring), o->err);
}

int pt_json_string(const pt_json *o, const char *key, const char **field)
{
    return pt_json_string_of(o, key, pt_json_member(o, key), field);
}

static int read_count(const pt_json *o, const char *key, long *field)
{
    const cJSON *item = pt_json_member(o, key);
    if (!item) {
        return PAPERTAG_OK;
    }
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 2e9)) {
        return pt_json_wrong_type(o, key, "a number that counts");
    }
    *field = (long)item->valuedouble;
    return PAPERTAG_OK;
}

static int add(const pt_json *o, papertag_strings *list, const char *text, size_t length)
{
    return pt_record_append(&o->reader->record, list, text, length, o->err);
}

/* Appends what stands between any of the separators, for lists written as one string. */
static int split(const pt_json *o, papertag_strings *list, const char *text, const char *separators)
{
    while (*text) {
        size_t length = strcspn(text, separators);
        int status = add(o, list, text, length);
        if (status) {
            return status;
        }
        text += length + (text[length] != '\0');
    }
    return PAPERTAG_OK;
}

int pt_json_list_of(const pt_json *o, const char *key, const cJSON *items, papertag_strings *list,
                    const char *separators)
{
    const cJSON *item;
    int status = PAPERTAG_OK;

    if (!items || cJSON_IsNull(items)) {
        return PAPERTAG_OK;
    }
    if (cJSON_IsString(items)) {
        return split(o, list, items->valuestring, separators);
    }
    if (!cJSON_IsArray(items)) {
        return pt_json_wrong_type(o, key, "a list of strings");
    }
    cJSON_ArrayForEach(item, items)
    {
        const cJSON *name = item;
        if (cJSON_IsObject(item)) {
            name = cJSON_GetObjectItemCaseSensitive(item, "name");
            name = name ? name : cJSON_GetObjectItemCaseSensitive(item, "fullname");
            name = name ? name : cJSON_GetObjectItemCaseSensitive(item, "tag"); /* as papertag writes tags */
        }
        if (!cJSON_IsString(name)) {
            return pt_json_wrong_type(o, key, "a list of strings");
        }
        status = add(o, list, name->valuestring, strlen(name->valuestring));
        if (status) {
            break;
        }
    }
    return status;
}

int pt_json_list(const pt_json *o, const char *key, papertag_strings *list, const char *separators)
{
    return pt_json_list_of(o, key, pt_json_member(o, key), list, separators);
}

static int read_id(const pt_json *o)
{
    const cJSON *item = pt_json_member(o, "id");
    if (item && cJSON_IsNumber(item)) {
        return set_number_text(o, &o->reader->record.paper.id, item->valuedouble);
    }
    return pt_json_string(o, "id", &o->reader->record.paper.id);
}

int pt_json_date(const pt_json *o, const char *key)
{
    const char *text = pt_json_text(o, key);
    return text ? pt_record_date(&o->reader->record, text, strlen(text), o->err) : PAPERTAG_OK;
}

int pt_json_address(const pt_json *o, const char *before, const char *id)
{
    const char **url = &o->reader->record.paper.url;
    pt_buf text = {0};
    int status;

    if (*url || !id) {
        return PAPERTAG_OK;
    }
    pt_buf_text(&text, before);
    pt_buf_text(&text, id);
    status = text.failed ? pt_no_memory(o->err) : pt_record_text(&o->reader->record, url, text.data, text.size, o->err);
    pt_buf_free(&text);
    return status;
}

/* ---- a record of arXiv's metadata snapshot ---------------------------------------------------------------------- */

/* Its layout is close to papertag's own; these fields it has alone. */
static bool is_snapshot(const pt_json *o)
{
    return cJSON_IsArray(pt_json_member(o, "authors_parsed")) || cJSON_IsArray(pt_json_member(o, "versions")) ||
           pt_json_member(o, "update_date");
}

/* [["Last", "First", "Suffix"], ...]; affiliations may follow. */
static int read_parsed_authors(const pt_json *o)
{
    static const int order[] = {1, 0, 2};
    const cJSON *items = pt_json_member(o, "authors_parsed"), *item;
    pt_buf name = {0};
    int status = PAPERTAG_OK;

    cJSON_ArrayForEach(item, items)
    {
        pt_buf_clear(&name);
        for (int i = 0; i < 3; i++) {
            const char *part = cJSON_GetStringValue(cJSON_GetArrayItem(item, order[i]));
            pt_buf_text(&name, part ? part : "");
            pt_buf_text(&name, " ");
        }
        status = name.failed ? pt_no_memory(o->err) : add(o, &o->reader->record.paper.authors, name.data, name.size);
        if (status) {
            break;
        }
    }
    pt_buf_free(&name);
    return status;
}

/* "A. Example, B. Sample (Some Lab) and C. Other": affiliations in parentheses are dropped. */
static int read_written_authors(const pt_json *o, const char *text)
{
    pt_buf names = {0};
    int depth = 0, status;

    for (const char *at = text; *at; at++) {
        depth += *at == '(';
        if (!depth && strchr(" \n", *at) && !strncmp(at + 1, "and", 3) && at[4] && strchr(" \n", at[4])) {
            pt_buf_text(&names, ",");
            at += 3;
        } else if (!depth) {
            pt_buf_append(&names, at, 1);
        }
        depth -= *at == ')' && depth;
    }
    pt_buf_append(&names, "", 0);
    status = names.failed ? pt_no_memory(o->err) : split(o, &o->reader->record.paper.authors, names.data, ",");
    pt_buf_free(&names);
    return status;
}

static int read_snapshot(const pt_json *o)
{
    pt_record *record = &o->reader->record;
    papertag_paper *paper = &record->paper;
    const char *authors = pt_json_text(o, "authors");
    const char *created = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(pt_json_member(o, "versions"), 0), "created"));
    size_t length = 0;
    int status;

    if (cJSON_IsArray(pt_json_member(o, "authors_parsed"))) {
        status = read_parsed_authors(o);
    } else {
        status = authors ? read_written_authors(o, authors) : pt_json_list(o, "authors", &paper->authors, ",;");
    }
    if (!status && !paper->date && created) {
        status = pt_record_mail_date(record, created, o->err);
    }
    if (!status && !paper->date) {
        status = pt_json_date(o, "update_date");
    }
    if (!status && !paper->venue) {
        status = pt_json_string(o, "journal-ref", &paper->venue);
    }
    if (!status && paper->doi) { /* several have spaces between */
        status = pt_record_text(record, &paper->doi, paper->doi, strcspn(paper->doi, " "), o->err);
    }
    if (!status && paper->id && pt_arxiv_id(paper->id, &length)) {
        status = pt_json_address(o, "https://arxiv.org/abs/", paper->id);
        if (!status && !paper->source) {
            status = pt_record_text(record, &paper->source, "arxiv", 5, o->err);
        }
    }
    return status;
}

/* ---- a paper as papertag writes it ----------------------------------------------------------------------------- */

static int read_paper(const pt_json *o)
{
    papertag_paper *paper = &o->reader->record.paper;
    const char *tags_field = o->reader->tags_field;
    bool snapshot = is_snapshot(o);
    int status = read_id(o);

    status = status ? status : pt_json_string(o, "title", &paper->title);
    status =
        status ? status : pt_json_string(o, pt_json_member(o, "abstract") ? "abstract" : "summary", &paper->abstract);
    status = status ? status : pt_json_date(o, "date");
    status = status ? status : pt_json_string(o, "organization", &paper->organization);
    status = status ? status : pt_json_string(o, "url", &paper->url);
    status = status ? status : pt_json_string(o, "source", &paper->source);
    status = status ? status : pt_json_string(o, "venue", &paper->venue);
    status = status ? status : pt_json_string(o, "doi", &paper->doi);
    status = status ? status : pt_json_string(o, "arxiv", &paper->arxiv);
    if (!status) {
        status = snapshot ? read_snapshot(o) : pt_json_list(o, "authors", &paper->authors, ",;");
    }
    status = status ? status : pt_json_list(o, "categories", &paper->categories, " ,;");
    status = status ? status : pt_json_list(o, "keywords", &paper->keywords, ",;");
    status = status ? status : pt_json_list(o, tags_field, &paper->tags, ",;");
    status = status ? status : pt_json_list(o, "maybe", &paper->maybe, ",;");
    status = status ? status : read_count(o, "author_count", &paper->author_count);
    status = status ? status : read_count(o, "upvotes", &paper->upvotes);
    if (!snapshot || !cJSON_IsString(pt_json_member(o, "comments"))) { /* there: how many pages and figures */
        status = status ? status : read_count(o, "comments", &paper->comments);
    }
    paper->has_tags = pt_json_member(o, tags_field) != NULL;
    return status ? status : pt_reader_finish(o->reader, o->err);
}

/* ---- an entry of the daily-papers listing ---------------------------------------------------------------------- */

static int read_daily(const pt_json *entry)
{
    papertag_reader *reader = entry->reader;
    papertag_paper *paper = &reader->record.paper;
    const cJSON *inner = pt_json_member(entry, "paper"), *organization;
    pt_json o = {reader, inner, entry->err};
    int status;

    if (!cJSON_IsObject(inner)) {
        return pt_json_wrong_type(entry, "paper", "an object");
    }
    status = read_id(&o);
    status = status ? status : pt_json_string(&o, "title", &paper->title);
    status = status ? status : pt_json_string(&o, "summary", &paper->abstract);
    status = status ? status : pt_json_date(&o, "publishedAt");
    status = status ? status : pt_json_list(&o, "authors", &paper->authors, ",;");
    status = status ? status : pt_json_list(&o, "ai_keywords", &paper->keywords, ",;");
    status = status ? status : read_count(&o, "upvotes", &paper->upvotes);
    status = status ? status : read_count(entry, "numComments", &paper->comments);
    organization =
        pt_json_member(&o, "organization") ? pt_json_member(&o, "organization") : pt_json_member(entry, "organization");
    if (!status && cJSON_IsObject(organization)) {
        pt_json named = {reader, organization, entry->err};
        status = pt_json_string(&named, pt_json_member(&named, "fullname") ? "fullname" : "name", &paper->organization);
    }
    if (!status && !paper->title) {
        status = pt_json_string(entry, "title", &paper->title);
    }
    status = status ? status : pt_json_address(entry, "https://huggingface.co/papers/", paper->id);
    status = status ? status : pt_record_text(&reader->record, &paper->source, "huggingface", 11, entry->err);
    return status ? status : pt_reader_finish(reader, entry->err);
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
static int read_object(papertag_reader *reader, const char *text, size_t length, size_t line, pt_json_read *read,
                       papertag_error *err)
{
    pt_json o = {.reader = reader, .err = err};
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
    if (status) {
        return status;
    }
    pt_record_clear(&reader->record, number);
    if (!reader->careful && pt_json_quick(reader, line, length, &status, err)) {
        return status;
    }
    return read_object(reader, line, length, number, read_paper, err);
}

const pt_format pt_format_jsonl = {"jsonl", fits_jsonl, NULL, next_jsonl, NULL};

/* ---- documents ------------------------------------------------------------------------------------------------- */

/* Where in a document the reading is. */
struct document {
    const char *wrapper;
    bool inside;  /* of an array */
    bool wrapped; /* that array is a member of an object */
};

int pt_json_open(papertag_reader *reader, const char *wrapper, papertag_error *err)
{
    struct document *document = pt_calloc(1, sizeof *document);

    if (!document) {
        return pt_no_memory(err);
    }
    document->wrapper = wrapper;
    reader->state = document;
    return pt_reader_all(reader, err);
}

void pt_json_close(papertag_reader *reader)
{
    free(reader->state);
}

static const char *behind_white(const char *at, const char *end, const char *also)
{
    while (at < end && *at && (strchr(" \t\r\n", *at) || strchr(also, *at))) {
        at++;
    }
    return at;
}

/* Goes on to a place further on, counting lines. */
static void advance(pt_input *in, const char *to)
{
    for (; in->start < to; in->start++) {
        in->line += *in->start == '\n';
    }
}

/* Behind the bracket that closes the one at `at`; NULL when it does not close before `end`. */
static const char *behind_brackets(const char *at, const char *end)
{
    const char *stop = skip_value(at + 1, end);

    while (stop && *stop == ',') {
        stop = skip_value(stop + 1, end);
    }
    return stop ? stop + 1 : NULL;
}

const char *pt_json_find(const char *at, const char *end, const char *key)
{
    size_t length = strlen(key);

    if (at == end || *at != '{') {
        return NULL;
    }
    do {
        const char *name = behind_white(at + 1, end, ""), *stop;
        if (name == end || *name != '"') {
            return NULL;
        }
        name++;
        for (stop = name; stop < end && *stop != '"'; stop++) {
            stop += *stop == '\\' && stop + 1 < end;
        }
        at = behind_white(stop < end ? stop + 1 : end, end, "");
        if (at == end || *at != ':') {
            return NULL;
        }
        at = behind_white(at + 1, end, "");
        if (at < end && (size_t)(stop - name) == length && !memcmp(name, key, length)) {
            return at;
        }
        at = skip_value(at, end);
    } while (at && *at == ',');
    return NULL;
}

const char *pt_json_first(const char *at, const char *end, const char *wrapper)
{
    const char *array = pt_json_find(at, end, wrapper);

    if (at < end && *at == '[') {
        array = at;
    }
    if (!array || *array != '[') {
        return at < end && *at == '{' ? at : NULL;
    }
    at = behind_white(array + 1, end, ",");
    while (end - at > 4 && !memcmp(at, "null", 4)) {
        at = behind_white(at + 4, end, ",");
    }
    return at < end && *at == '{' ? at : NULL;
}

/* Enters an array, alone or under the wrapper. */
static bool enter(struct document *document, pt_input *in)
{
    const char *array = in->start;

    document->wrapped = document->wrapper && *array == '{';
    if (document->wrapped) {
        array = pt_json_find(array, in->end, document->wrapper);
    }
    document->inside = array && *array == '[';
    if (document->inside) {
        advance(in, array + 1);
    }
    return document->inside;
}

/* Leaves an array, and the object around it. */
static int leave(struct document *document, papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    const char *stop;

    document->inside = false;
    stop = document->wrapped ? behind_brackets(in->start, in->end) : in->start + 1;
    if (!stop) {
        int status = pt_reader_fail(reader, in->line, err, "the object is not closed");
        advance(in, in->end);
        return status;
    }
    advance(in, stop);
    return PAPERTAG_OK;
}

/* Takes one step: an element into the record, or PT_PASSED_OVER. */
static int step(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    struct document *document = reader->state;
    pt_input *in = &reader->input;
    const char *from, *stop;
    size_t line, length;
    int status;

    advance(in, behind_white(in->start, in->end, ","));
    from = in->start;
    line = in->line;
    if (from == in->end && !document->inside) {
        return PAPERTAG_END;
    }
    if (from < in->end && !document->inside && enter(document, in)) {
        return PT_PASSED_OVER;
    }
    if (from < in->end && document->inside && *from == ']') {
        status = leave(document, reader, err);
        return status ? status : PT_PASSED_OVER;
    }
    if (from < in->end && (*from == '}' || *from == ']')) { /* would stop the reading for good */
        in->start++;
        return pt_reader_fail(reader, line, err, *from == '}' ? "'}' without '{'" : "']' without '['");
    }
    if (document->inside) {
        stop = skip_value(from, in->end);
        if (!stop) {
            document->inside = false;
            in->start = in->end;
            return pt_reader_fail(reader, line, err, "the array is not closed");
        }
    } else {
        stop = *from == '{' ? behind_brackets(from, in->end) : memchr(from, '\n', (size_t)(in->end - from));
        stop = stop ? stop : in->end;
    }
    advance(in, stop);
    length = (size_t)(stop - from);
    while (length && strchr(" \t\r\n", from[length - 1])) {
        length--;
    }
    if (document->wrapper && length == 4 && !memcmp(from, "null", 4)) {
        return PT_PASSED_OVER;
    }
    return read_object(reader, from, length, line, read, err);
}

int pt_json_next(papertag_reader *reader, pt_json_read *read, papertag_error *err)
{
    int status;

    do {
        status = step(reader, read, err);
    } while (status == PT_PASSED_OVER);
    return status;
}

static int open_document(papertag_reader *reader, papertag_error *err)
{
    return pt_json_open(reader, NULL, err);
}

static bool fits_json(const char *head, size_t size)
{
    return *head == '[' || (*head == '{' && memchr(head, '\n', size) && !fits_jsonl(head, size));
}

static int next_json(papertag_reader *reader, papertag_error *err)
{
    return pt_json_next(reader, read_paper, err);
}

const pt_format pt_format_json = {"json", fits_json, open_document, next_json, pt_json_close};

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
    return pt_json_next(reader, read_daily, err);
}

const pt_format pt_format_daily_papers = {"daily-papers", fits_daily, open_document, next_daily, pt_json_close};
