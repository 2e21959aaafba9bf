/*
 * json - fields of an object; see json.h.
 *
 * cJSON does the parsing. Its strings end at the first NUL, so a NUL in the text, escaped or not, becomes a space
 * first.
 */
#include "json.h"

#include "base/ascii.h"
#include "base/number.h"
#include "list_cell.h"
#include "names.h"

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
    return pt_input_fail(&o->reader->input, o->reader->record.paper.line, o->err, "field '%s' must be %s", key, wanted);
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

int pt_json_id(const pt_json *o, const char *key, const char **field)
{
    return pt_json_id_of(o, key, pt_json_member(o, key), field);
}

int pt_json_id_of(const pt_json *o, const char *key, const cJSON *item, const char **field)
{
    char text[40];
    const char *end;
    size_t length = 0;

    if (!cJSON_IsNumber(item)) {
        return pt_json_string_of(o, key, item, field);
    }
    /* cJSON stores numbers as doubles; 17 digits reproduce every one, but may be more than were written: 704.0001 */
    for (int digits = 15; digits <= 17; digits++) {
        length = pt_format_double(text, item->valuedouble, digits);
        if (pt_parse_double(text, &end) == item->valuedouble) { // NOLINT
            break;
        }
    }
    return pt_record_text(&o->reader->record, field, text, length, o->err);
}

int pt_json_count(const pt_json *o, const char *key, long *field)
{
    return pt_json_count_of(o, key, pt_json_member(o, key), field);
}

int pt_json_count_of(const pt_json *o, const char *key, const cJSON *item, long *field)
{
    if (!item) {
        return PAPERTAG_OK;
    }
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 2e9)) {
        return pt_json_wrong_type(o, key, "a non-negative whole number");
    }
    *field = (long)item->valuedouble;
    return PAPERTAG_OK;
}

/* The name in an item of a list: the item itself, or a member of it. NULL when it has none. */
static const char *name_of(const cJSON *item)
{
    static const char *const keys[] = {"name", "fullname", "tag", "label", "term"}; /* papertag prints a "tag" */
    const cJSON *name = cJSON_IsObject(item) ? NULL : item;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && !name; i++) {
        name = cJSON_GetObjectItemCaseSensitive(item, keys[i]);
    }
    return cJSON_GetStringValue(name);
}

bool pt_json_is_list(const cJSON *items)
{
    const cJSON *item = NULL;

    if (cJSON_IsArray(items)) {
        item = items->child;
        while (item && name_of(item)) {
            item = item->next;
        }
    }
    return cJSON_IsArray(items) && !item;
}

/* The text of the first member that an object has, of several names; NULL when there is none. */
static const char *first_text(const cJSON *object, const char *const *keys, size_t count)
{
    const char *text = NULL;

    for (size_t i = 0; i < count && !text; i++) {
        text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, keys[i]));
    }
    return text;
}

/* Appends a person of whom the last name is known. S2ORC lists the middle names. */
static int append_parts(const pt_json *o, const cJSON *item, const char *last)
{
    static const char *const first[] = {"given", "first", "first_name", "firstName", "forename"};
    const cJSON *middle = cJSON_GetObjectItemCaseSensitive(item, "middle"), *more;
    const char *name = first_text(item, first, sizeof first / sizeof *first);
    const char *suffix = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "suffix"));
    pt_buf names = {0};
    int status;

    pt_buf_text(&names, name ? name : "");
    if (cJSON_IsString(middle)) {
        pt_buf_format(&names, " %s", middle->valuestring);
    }
    cJSON_ArrayForEach(more, middle)
    {
        pt_buf_format(&names, " %s", cJSON_IsString(more) ? more->valuestring : "");
    }
    status =
        names.failed ? pt_no_memory(o->err) : pt_record_person(&o->reader->record, names.data, last, suffix, o->err);
    pt_buf_free(&names);
    return status;
}

/* Appends an author: a name, or an object with one or with its parts. PT_SKIPPED for anything else. */
static int append_author(const pt_json *o, const cJSON *item)
{
    static const char *const last[] = {"family", "last", "last_name", "lastName", "surname"};
    const char *name = name_of(item), *part = name ? NULL : first_text(item, last, sizeof last / sizeof *last);

    if (name) {
        return pt_record_listed_author(&o->reader->record, name, strlen(name), o->err);
    }
    return part ? append_parts(o, item, part) : PT_SKIPPED;
}

int pt_json_list_of(const pt_json *o, const char *key, const cJSON *items, papertag_strings *list,
                    const char *separators)
{
    pt_record *record = &o->reader->record;
    const cJSON *item;
    int status = PAPERTAG_OK;

    if (!items || cJSON_IsNull(items)) {
        return PAPERTAG_OK;
    }
    if (cJSON_IsString(items) && list == &record->paper.authors) {
        return pt_record_authors(record, items->valuestring, strlen(items->valuestring), o->err);
    }
    if (cJSON_IsString(items)) {
        bool whole;
        status = pt_list_cell(record, list, items->valuestring, strlen(items->valuestring), separators,
                              pt_record_append, &whole, o->err);
        return status || whole ? status : pt_json_wrong_type(o, key, "a list that is closed");
    }
    if (!cJSON_IsArray(items)) {
        return pt_json_wrong_type(o, key, "a list of strings");
    }
    cJSON_ArrayForEach(item, items)
    {
        const char *name = name_of(item);
        if (list == &record->paper.authors) {
            status = append_author(o, item);
            status = status == PT_SKIPPED ? pt_json_wrong_type(o, key, "a list of names") : status;
        } else if (!name) {
            status = pt_json_wrong_type(o, key, "a list of strings");
        } else {
            status = pt_record_append(record, list, name, strlen(name), o->err);
        }
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

int pt_json_date(const pt_json *o, const char *key, const char **field)
{
    const char *text = pt_json_text(o, key);

    return text ? pt_record_date(&o->reader->record, field, text, strlen(text), o->err) : PAPERTAG_OK;
}

int pt_json_source(const pt_json *o, const char *source)
{
    return pt_record_text(&o->reader->record, &o->reader->record.paper.source, source, strlen(source), o->err);
}

/* ---- parsing one object ---------------------------------------------------------------------------------------- */

/* If the text has a NUL, or a string in it \u0000, points *text to a copy with a space in place of each. */
static int without_nul(pt_buf *copy, const char **text, size_t length)
{
    const char *at = *text, *end = at + length, *from = at;
    bool escaped = false, inside = false;

    pt_buf_clear(copy);
    for (; at < end; at++) {
        if (*at == '\0' || (inside && escaped && *at == 'u' && end - at >= 5 && !memcmp(at, "u0000", 5))) {
            size_t skip = *at ? 5 : 1;
            pt_buf_append(copy, from, (size_t)(at - from) - (*at != '\0'));
            pt_buf_text(copy, " ");
            at += skip - 1;
            from = at + 1;
            escaped = false;
        } else {
            inside = inside != (*at == '"' && !escaped);
            escaped = *at == '\\' && !escaped;
        }
    }
    if (copy->size) {
        pt_buf_append(copy, from, (size_t)(end - from));
        *text = copy->data;
    }
    return copy->failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* The most values of a record, each of which takes 64 bytes or more: works with thousands of authors have 100,000. */
enum { VALUES_MAX = 1000000 };

/* Whether text[0 .. length) has more values than a record may have: each but the first follows a comma, or the opening
 * of its array or object. Those in strings count, too: no text has so many. */
static bool has_too_many_values(const char *text, size_t length)
{
    size_t values = 0;

    for (size_t i = 0; i < length && length > VALUES_MAX; i++) {
        values += text[i] == ',' || text[i] == '[' || text[i] == '{';
    }
    return values > VALUES_MAX;
}

static bool is_hex_digit(char c)
{
    return pt_is_digit(c) || (pt_lower(c) >= 'a' && pt_lower(c) <= 'f');
}

/* The first escape \u without four hex digits, for which cJSON ends the string; NULL when there is none. */
static const char *bad_escape(const char *text, size_t length)
{
    const char *at = text, *end = text + length;

    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL && end - at > 2) {
        size_t digits = 0;
        while (digits < 4 && at + 2 + digits < end && is_hex_digit(at[2 + digits])) {
            digits++;
        }
        if (at[1] == 'u' && digits < 4) {
            return at;
        }
        at += 2;
    }
    return NULL;
}

/* Python writes NaN and Infinity, which JSON does not have. If the text has them outside of strings, points *text to a
 * copy with null in place of each. */
static int without_nan(pt_record *record, const char **text, size_t *length)
{
    static const char *const words[] = {"NaN", "-Infinity", "Infinity"};
    const char *at = *text, *end = at + *length, *from = at, *kept = NULL;
    pt_buf out = {0};
    bool escaped = false, inside = false;
    int status;

    while (at < end) {
        size_t i = inside ? 3 : 0;
        inside = inside != (*at == '"' && !escaped);
        escaped = *at == '\\' && !escaped;
        while (i < 3 && ((size_t)(end - at) < strlen(words[i]) || memcmp(at, words[i], strlen(words[i])) != 0)) {
            i++;
        }
        if (i < 3) {
            pt_buf_append(&out, from, (size_t)(at - from));
            pt_buf_text(&out, "null");
            from = at + strlen(words[i]);
        }
        at = i < 3 ? from : at + 1;
    }
    if (out.size) {
        pt_buf_append(&out, from, (size_t)(end - from));
        kept = out.failed ? NULL : pt_arena_copy(&record->arena, out.data, out.size);
        *text = kept;
        *length = out.size;
    }
    status = out.failed || (out.size && !kept) ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
    pt_buf_free(&out);
    return status;
}

/* Parses text[0 .. length) as one value. NULL when it is not, with *fault at the first wrong byte. */
static cJSON *parse(const char *text, size_t length, const char **fault)
{
    const char *escape;
    cJSON *json;

    *fault = text;
    json = cJSON_ParseWithLengthOpts(text, length, fault, 0);
    escape = json ? bad_escape(text, length) : NULL;
    if (escape) {
        *fault = escape;
        cJSON_Delete(json);
        return NULL;
    }
    for (; json && *fault < text + length; ++*fault) {
        if (!strchr(" \t\r\n", **fault)) {
            cJSON_Delete(json);
            return NULL;
        }
    }
    return json;
}

/* ---- what is no paper ------------------------------------------------------------------------------------------ */

/* The text of an error: a string, or what is in an object or in the first of several. */
static const char *error_text(const cJSON *error)
{
    static const char *const keys[] = {"message", "detail", "description", "title", "text"};
    const char *text;

    error = cJSON_IsArray(error) ? error->child : error;
    text = cJSON_GetStringValue(error);
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !text && cJSON_IsObject(error); i++) {
        text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, keys[i]));
    }
    return text;
}

/* Services answer with an object that has an error or a message when they have no papers to give. If it is one, says so
 * as the reason why it is no paper; else leaves `status` as it is. */
static int report_answer(const pt_json *o, int status)
{
    static const char *const errors[] = {"error", "errors"}, *const messages[] = {"message", "detail"};
    const char *error = NULL, *message = NULL, *said = NULL;
    pt_record *record = &o->reader->record;
    pt_buf text = {0};

    if (pt_json_member(o, "title") || pt_json_member(o, "abstract")) {
        return status;
    }
    for (size_t i = 0; i < 2; i++) {
        error = error ? error : error_text(pt_json_member(o, errors[i]));
        message = message ? message : pt_json_text(o, messages[i]);
    }
    if (!error && (!message || status == PT_SKIPPED)) {
        return status;
    }
    pt_buf_format(&text, "%s%s%s", error ? error : "", error && message && *message ? ": " : "",
                  message ? message : "");
    if (text.failed || pt_record_text(record, &said, text.data, text.size, o->err)) {
        status = pt_no_memory(o->err);
    } else {
        status = pt_input_fail(&o->reader->input, record->paper.line, o->err,
                               "no paper, but an answer of a service: %.300s", said ? said : "");
    }
    pt_buf_free(&text);
    return status;
}

/* Names the members of an object that has neither title nor abstract, so that a reader sees what it is. */
static int report_members(const pt_json *o)
{
    enum { SHOWN = 8 };
    const bool named = cJSON_HasObjectItem(o->json, "title") || cJSON_HasObjectItem(o->json, "abstract");
    const cJSON *item = named ? NULL : o->json->child;
    pt_buf names = {0};
    const char *shown = NULL;
    int status;

    for (int i = 0; item && i < SHOWN; i++, item = item->next) {
        pt_buf_format(&names, "%s'%.40s'", i ? ", " : "; it has ", item->string);
    }
    pt_buf_text(&names, item ? " and more" : "");
    if (names.failed || pt_record_text(&o->reader->record, &shown, names.data, names.size, o->err)) {
        status = pt_no_memory(o->err);
    } else {
        status = pt_input_fail(&o->reader->input, o->reader->record.paper.line, o->err, "neither title nor abstract%s",
                               shown ? shown : "");
    }
    pt_buf_free(&names);
    return status;
}

/* Reads an object; one that is no paper says why. */
static int read_paper(const pt_json *o, pt_json_read *read)
{
    const papertag_paper *paper = &o->reader->record.paper;
    int status = read(o);

    if (status == PAPERTAG_OK && (paper->title || paper->abstract)) {
        return status;
    }
    if (status == PAPERTAG_OK || status == PT_SKIPPED || status == PAPERTAG_BAD_INPUT) {
        status = report_answer(o, status);
    }
    return status ? status : report_members(o);
}

/* ---- parsing --------------------------------------------------------------------------------------------------- */

int pt_json_object(papertag_reader *reader, const char *text, size_t length, size_t line, pt_json_read *read,
                   papertag_error *err)
{
    pt_record *record = &reader->record;
    const char *fault, *object, *whole;
    pt_buf copy = {0};
    cJSON *json = NULL;
    int status;

    pt_record_clear(record, line);
    object = length ? memchr(text, '{', length) : NULL; /* a mark of the encoding may be before it */
    record->object_length = object ? (size_t)(text + length - object) : 0;
    if (length > PT_LINE_MAX) {
        return pt_input_fail(&reader->input, line, err, "a record of more than %d MiB", PT_LINE_MAX / 1024 / 1024);
    }
    if (has_too_many_values(text, length)) {
        return pt_input_fail(&reader->input, line, err, "a record of more than %d values", VALUES_MAX);
    }
    if (without_nul(&copy, &text, length)) {
        status = pt_no_memory(err);
        goto done;
    }
    length = copy.size ? copy.size : length;
    json = parse(text, length, &fault);
    whole = text;
    if (!json && without_nan(record, &text, &length)) {
        status = pt_no_memory(err);
        goto done;
    }
    if (text != whole) {
        json = parse(text, length, &fault);
        object = memchr(text, '{', length);
        record->object_length = object ? (size_t)(text + length - object) : 0;
    }
    if (!json) {
        status = pt_input_fail(&reader->input, line, err, "not valid JSON at column %zu", (size_t)(fault - text) + 1);
    } else if (!cJSON_IsObject(json)) {
        status = pt_input_fail(&reader->input, line, err, "a paper must be a JSON object");
    } else {
        status = read_paper(&(pt_json){reader, json, err}, read);
        record->object = object;
    }
done:
    cJSON_Delete(json);
    pt_buf_free(&copy);
    return status;
}
