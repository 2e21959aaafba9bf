/*
 * page - see page.h. Papers are read by the library; only what leads to them is read here.
 */
#include <cjson/cJSON.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../status.h"
#include "page.h"

enum { TEXT_MOST = 16 * 1024 }; /* of what is read of one element */

/* ---- XML ------------------------------------------------------------------------------------------------------- */

struct xml {
    page *page;
    XML_Parser parser;
    text *into; /* where the text of the open element goes; NULL: nowhere */
    size_t depth, into_depth;
    bool known_root;
    text number; /* totalResults or startIndex, as text */
    long long *count;
    text title, summary; /* of the first entry of a feed */
    bool first_entry;
};

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static void collect(struct xml *x, text *into)
{
    x->into = into;
    x->into_depth = x->depth;
    text_empty(into);
}

static void open_element(void *context, const XML_Char *qualified, const XML_Char **attributes)
{
    static const char *const roots[] = {"OAI-PMH", "feed", "rss", "RDF"};
    struct xml *x = context;
    page *p = x->page;
    const char *name = local_name(qualified);

    x->depth++;
    for (size_t i = 0; x->depth == 1 && i < sizeof roots / sizeof *roots; i++) {
        if (!strcmp(name, roots[i])) {
            x->known_root = true;
            p->form = i ? PAGE_FEED : PAGE_OAI;
        }
    }
    if (x->depth == 1 || x->into) {
        return;
    }
    if (!strcmp(name, "record") || !strcmp(name, "entry") || !strcmp(name, "item")) {
        p->entries++;
        x->first_entry = p->entries == 1;
    } else if (!strcmp(name, "resumptionToken") && x->depth <= 3) {
        collect(x, &p->token);
    } else if (!strcmp(name, "responseDate") && x->depth == 2) {
        collect(x, &p->date);
    } else if (!strcmp(name, "error") && x->depth == 2) {
        collect(x, &p->said);
        for (; *attributes; attributes += 2) {
            text_put(&p->code, strcmp(attributes[0], "code") ? "" : attributes[1]);
        }
    } else if (!strcmp(name, "totalResults") || !strcmp(name, "startIndex")) {
        x->count = *name == 't' ? &p->total : &p->start;
        collect(x, &x->number);
    } else if (x->first_entry && x->depth == 3 && (!strcmp(name, "title") || !strcmp(name, "summary"))) {
        collect(x, *name == 't' ? &x->title : &x->summary);
    }
}

static void close_element(void *context, const XML_Char *name)
{
    struct xml *x = context;

    (void)name;
    if (x->into && x->depth == x->into_depth) {
        if (x->into == &x->number) {
            *x->count = x->number.size ? strtoll(x->number.data, NULL, 10) : -1;
        }
        x->into = NULL;
    }
    if (x->depth == 2) {
        x->first_entry = false;
    }
    x->depth--;
}

static void take_text(void *context, const XML_Char *bytes, int size)
{
    struct xml *x = context;

    if (x->into && x->into->size + (size_t)size < TEXT_MOST) {
        text_add(x->into, bytes, (size_t)size);
    }
}

/* Cuts white space at both ends. */
static void trim(text *t)
{
    const char *begin = t->data ? t->data + strspn(t->data, " \t\r\n") : "";
    size_t length = strlen(begin);

    while (length && strchr(" \t\r\n", begin[length - 1])) {
        length--;
    }
    if (t->data) {
        memmove(t->data, begin, length);
        t->data[length] = '\0';
        t->size = length;
    }
}

/* An answer of arXiv's API to a wrong query is a feed with one entry, "Error". */
static void take_error_entry(struct xml *x)
{
    trim(&x->title);
    trim(&x->summary);
    if (x->page->entries == 1 && x->title.data && !strcmp(x->title.data, "Error")) {
        text_put(&x->page->said, x->summary.data && *x->summary.data ? x->summary.data : "an error without a word");
        text_put(&x->page->code, "entry");
    }
}

static bool read_xml(page *p, const text *body)
{
    struct xml x = {.page = p, .parser = XML_ParserCreate(NULL)};
    bool good = x.parser != NULL;

    p->total = p->start = -1;
    if (good) {
        XML_SetUserData(x.parser, &x);
        XML_SetElementHandler(x.parser, open_element, close_element);
        XML_SetCharacterDataHandler(x.parser, take_text);
        if (XML_Parse(x.parser, body->data, (int)body->size, XML_TRUE) != XML_STATUS_OK) {
            const enum XML_Error code = XML_GetErrorCode(x.parser);
            good = code != XML_ERROR_NO_MEMORY;
            p->fault = code == XML_ERROR_UNCLOSED_TOKEN || code == XML_ERROR_NO_ELEMENTS
                           ? "its XML was cut off"
                           : "its XML is damaged or cut off";
        } else if (!x.known_root) {
            p->fault = "it is no list of papers, but XML of another kind";
        }
    }
    XML_ParserFree(x.parser);
    take_error_entry(&x);
    trim(&p->token);
    trim(&p->date);
    trim(&p->said);
    good = good && !x.title.failed && !x.summary.failed && !x.number.failed;
    text_free(&x.title);
    text_free(&x.summary);
    text_free(&x.number);
    return good;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

long long json_whole(const cJSON *value, long long otherwise)
{
    const char *digits = cJSON_GetStringValue(value);
    char *end;
    long long number;

    if (cJSON_IsNumber(value)) {
        return value->valuedouble >= 0 && value->valuedouble < 1e15 ? (long long)value->valuedouble : otherwise;
    }
    number = digits ? strtoll(digits, &end, 10) : -1;
    return digits && end > digits && !*end && number >= 0 ? number : otherwise;
}

/* What an object of JSON says in place of papers. */
static void take_json_error(page *p)
{
    static const char *const names[] = {"error", "message", "detail"};

    for (size_t i = 0; i < sizeof names / sizeof *names && !p->said.size; i++) {
        const cJSON *member = json_member(p->json, names[i]);
        const cJSON *inner = cJSON_IsObject(member) ? json_member(member, "message") : member;
        if (cJSON_IsString(inner)) {
            text_put(&p->said, inner->valuestring);
        }
    }
}

static bool read_json(page *p, const text *body)
{
    const char *end = NULL;

    p->total = p->start = -1;
    p->form = PAGE_JSON;
    p->json = cJSON_ParseWithLengthOpts(body->data, body->size + 1, &end, 1);
    if (!p->json) {
        p->fault = "its JSON is damaged or cut off";
    } else if (cJSON_IsObject(p->json)) {
        take_json_error(p);
    } else if (!cJSON_IsArray(p->json)) {
        p->fault = "it is no list of papers";
    }
    return true;
}

/* ---- any ------------------------------------------------------------------------------------------------------- */

/* Text in plain words is an error that was not marked as one: "Rate exceeded." */
static void take_words(page *p, const char *words)
{
    enum { SHOWN = 200 };

    text_add(&p->said, words, strlen(words) < SHOWN ? strlen(words) : SHOWN);
    trim(&p->said);
    p->fault = "it is text, not a list of papers";
}

bool page_read(page *p, const text *body)
{
    const char *begin = body->size ? body->data : "";
    bool good = true;

    *p = (page){.total = -1, .start = -1};
    begin += strncmp(begin, "\xef\xbb\xbf", 3) ? 0 : 3;
    begin += strspn(begin, " \t\r\n");
    if (!*begin) {
        p->fault = "it is empty";
    } else if (!strncasecmp(begin, "<!doctype html", 14) || !strncasecmp(begin, "<html", 5)) {
        p->fault = "it is an HTML page, not a list of papers";
    } else if (*begin == '<') {
        good = read_xml(p, body);
    } else if (*begin == '[' || *begin == '{') {
        good = read_json(p, body);
    } else {
        take_words(p, begin);
    }
    good = good && !p->said.failed && !p->code.failed && !p->token.failed && !p->date.failed;
    return good || !out_of_memory();
}

void page_free(page *p)
{
    text_free(&p->said);
    text_free(&p->code);
    text_free(&p->token);
    text_free(&p->date);
    cJSON_Delete(p->json);
    *p = (page){0};
}
