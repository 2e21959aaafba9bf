/*
 * bib_syntax - see bib_syntax.h.
 */
#include "bib_syntax.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"

/* A value may use a macro many times, and macros use each other, so values could grow without limit. */
enum { VALUE_MAX = 4 * 1024 * 1024, MACRO_MAX = 4096 }; /* bytes */
enum { MACROS_MAX = 10000, MACRO_PLACES = 16384 };

static const pt_slice nothing = {"", 0};

/* Whether the character may occur in the name of a type, field or macro. */
static bool is_name(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr("\"#%'(),={}@", c);
}

/* The byte after the opening bracket of an entry whose '@' is at `at`; sets *type. NULL when it is not an entry. */
static const char *opens_entry(const char *at, const char *end, pt_slice *type)
{
    type->text = ++at;
    while (at < end && is_name(*at)) {
        at++;
    }
    type->length = (size_t)(at - type->text);
    while (at < end && pt_is_white(*at)) {
        at++;
    }
    return type->length && at < end && (*at == '{' || *at == '(') ? at + 1 : NULL;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) {
        at++;
    }
    return at;
}

/* The end of a citation key that may begin at `at`: the byte that no key has. Old programs write keys with spaces or
 * apostrophes. */
static const char *end_of_key(const char *at, const char *end)
{
    while (at < end && *at && !strchr(",={}()\"#\r\n", *at)) {
        at++;
    }
    return at;
}

bool pt_bib_begins_entry(const char *at, const char *end)
{
    static const char *const others[] = {"comment", "string", "preamble"};
    pt_slice type;
    const char *from = at < end && *at == '@' ? opens_entry(at, end, &type) : NULL, *stop;
    const bool braces = from && from[-1] == '{';

    if (!from) {
        return false;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (pt_slice_is(type, others[i])) {
            return true;
        }
    }
    while (from < end && pt_is_white(*from)) {
        from++;
    }
    stop = end_of_key(from, end);
    if (stop < end && *stop == '=') { /* no key: the name of a field */
        for (const char *c = from; c < stop && is_name(*c); c++) {
            from = c + 1;
        }
        return skip_blanks(from, stop) == stop;
    }
    if (stop == end || *stop != ',') {
        return false;
    }
    return braces || (stop > from && !memchr(from, ' ', (size_t)(stop - from))); /* "@ada (yes, her)" is prose */
}

/* Inside an entry: whether another one begins here, at the beginning of a line. Text in an entry may look like an
 * indented one. But once an entry was not closed, indented ones count, too, up to where its end was searched for:
 * otherwise every one of them might be searched for its end up to there. */
static bool begins_another(const pt_bib_syntax *b)
{
    const char *before = b->at;

    if (b->at == b->end || *b->at != '@') {
        return false;
    }
    while (b->unclosed && b->at < b->unclosed && (before[-1] == ' ' || before[-1] == '\t')) {
        before--;
    }
    return before[-1] == '\n' && pt_bib_begins_entry(b->at, b->end);
}

/* White space, and comments from '%' to the end of the line. */
static void skip_white(pt_bib_syntax *b)
{
    while (b->at < b->end && (pt_is_white(*b->at) || *b->at == '%')) {
        if (*b->at == '%') {
            const char *stop = memchr(b->at, '\n', (size_t)(b->end - b->at));
            b->at = stop ? stop : b->end;
        } else {
            b->at++;
        }
    }
}

static bool is_next(const pt_bib_syntax *b, char c)
{
    return b->at < b->end && *b->at == c;
}

/* Fails, naming the entry. `about`, unless it is empty, follows the words, which end with its opening quote. */
static int fail(const pt_bib_syntax *b, const char *words, pt_slice about)
{
    const bool key = b->key.length > 0;
    const pt_slice shown = key ? b->key : (pt_slice){"without a key", 13};

    return pt_input_fail(b->in, b->line, b->err, "entry %s%.*s%s%s%.*s%s", key ? "'" : "", (int)shown.length,
                         shown.text, key ? "' " : " ", words, (int)(about.length < 80 ? about.length : 80), about.text,
                         about.length ? "'" : "");
}

static int fail_open(const pt_bib_syntax *b)
{
    return fail(b, "is not closed", nothing);
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

/* The text between braces or quotes, with b->at at the opening one; false when it does not close. */
static bool take_enclosed(pt_bib_syntax *b, char closing, pt_slice *text)
{
    size_t depth = 0;

    text->text = ++b->at;
    for (; b->at < b->end && !begins_another(b); b->at++) {
        if (*b->at == closing && !depth) {
            text->length = (size_t)(b->at++ - text->text);
            return true;
        }
        depth += *b->at == '{';
        depth -= *b->at == '}' && depth;
    }
    b->unclosed = !b->unclosed || b->unclosed < b->at ? b->at : b->unclosed;
    return false;
}

static pt_slice take_name(pt_bib_syntax *b)
{
    pt_slice name = {b->at, 0};

    while (b->at < b->end && is_name(*b->at)) {
        b->at++;
    }
    name.length = (size_t)(b->at - name.text);
    return name;
}

/* The place of a macro in the table of hashes: that of its index, from 1, or a free one. */
static size_t place_of_macro(const pt_bib_syntax *b, pt_slice name)
{
    uint64_t hash = name.length;

    for (size_t i = 0; i < name.length; i++) {
        hash = hash * 31 + (unsigned char)pt_lower(name.text[i]);
    }
    hash = pt_hash(&hash, sizeof hash, 0) % MACRO_PLACES;
    while (b->places[hash] && !pt_slice_is(name, b->macros[b->places[hash] - 1].name.text)) {
        hash = (hash + 1) % MACRO_PLACES;
    }
    return (size_t)hash;
}

/* The value of a macro or a month; any other word, such as a number or an undefined macro, is its own value. */
static pt_slice value_of(const pt_bib_syntax *b, pt_slice word)
{
    const size_t i = b->places ? b->places[place_of_macro(b, word)] : 0;
    const int month = word.length == 3 ? pt_month_of(word.text) : 0;

    if (i) {
        return b->macros[i - 1].value;
    }
    return month ? (pt_slice){pt_month_name(month), strlen(pt_month_name(month))} : word;
}

/* value # value ..., joined in b->value. */
static int take_value(pt_bib_syntax *b, pt_slice name)
{
    pt_buf_clear(&b->value);
    do {
        pt_slice part;
        b->at += is_next(b, '#');
        skip_white(b);
        if (is_next(b, '{') || is_next(b, '"')) {
            if (!take_enclosed(b, *b->at == '{' ? '}' : '"', &part)) {
                return fail_open(b);
            }
        } else {
            part = take_name(b);
            if (!part.length) {
                return b->at == b->end ? fail_open(b) : fail(b, "has no value for field '", name);
            }
            part = value_of(b, part);
        }
        if (part.length > VALUE_MAX - b->value.size) {
            return fail(b, "has more than 4 MiB in field '", name);
        }
        pt_buf_append(&b->value, part.text, part.length);
        skip_white(b);
    } while (is_next(b, '#'));
    return b->value.failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

/* name = value; the value goes to b->value. */
static int take_assignment(pt_bib_syntax *b, pt_slice *name)
{
    *name = take_name(b);
    skip_white(b);
    if (b->at == b->end || begins_another(b)) {
        return fail_open(b);
    }
    if (!name->length) {
        return fail(b, "has no field name before '", (pt_slice){b->at, 1});
    }
    if (!is_next(b, '=')) {
        return fail(b, "lacks '=' after field '", *name);
    }
    b->at++;
    return take_value(b, *name);
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

static int define_macro(pt_bib_syntax *b, pt_slice name, void *context)
{
    pt_bib_macro made = {{NULL, name.length}, {NULL, b->value.size}};
    char *word;
    size_t place;

    (void)context;
    if (!b->places && !(b->places = pt_calloc(MACRO_PLACES, sizeof *b->places))) {
        return pt_no_memory(b->err);
    }
    if (b->value.size > MACRO_MAX || b->macro_count == MACROS_MAX) {
        return fail(b, "exceeds a limit: 4 KiB in a macro, 10,000 macros in a file", nothing);
    }
    word = pt_arena_copy(&b->arena, name.text, name.length);
    made.value.text = pt_arena_copy(&b->arena, b->value.data ? b->value.data : "", b->value.size);
    if (!word || !made.value.text ||
        pt_reserve(&b->macros, &b->macro_capacity, b->macro_count + 1, sizeof *b->macros)) {
        return pt_no_memory(b->err);
    }
    for (char *c = word; *c; c++) {
        *c = pt_lower(*c);
    }
    made.name.text = word;
    place = place_of_macro(b, name);
    if (!b->places[place]) {
        b->places[place] = (uint32_t)++b->macro_count;
    }
    b->macros[b->places[place] - 1] = made;
    return PAPERTAG_OK;
}

/* name = value, name = value, up to the closing bracket; commas may follow the last. */
static int take_fields(pt_bib_syntax *b, pt_bib_take *take, void *context)
{
    for (;;) {
        pt_slice name;
        int status;
        skip_white(b);
        while (is_next(b, ',')) {
            b->at++;
            skip_white(b);
        }
        if (is_next(b, b->closing)) {
            b->at++;
            return PAPERTAG_OK;
        }
        status = take_assignment(b, &name);
        status = status ? status : take(b, name, context);
        if (status) {
            return status;
        }
        if (b->at == b->end || begins_another(b)) {
            return fail_open(b);
        }
        if (!is_next(b, ',') && !is_next(b, b->closing)) {
            return fail(b, "lacks a comma after field '", name);
        }
    }
}

/* The citation key, up to its comma. There may be none: nothing before the comma, or a field at once. */
static int take_key(pt_bib_syntax *b)
{
    const char *from;
    size_t word = 0;

    skip_white(b);
    from = b->at;
    b->at = end_of_key(b->at, b->end);
    if (b->at == b->end || strchr("\r\n", *b->at)) {
        skip_white(b);
    }
    while (b->closing == '}' && !is_next(b, ',') && !is_next(b, '=') && b->at < b->end && strchr("()\"#", *b->at)) {
        b->at = end_of_key(b->at + 1, b->end);
    }
    b->key = pt_trimmed((pt_slice){from, (size_t)(b->at - from)});
    if (is_next(b, ',') || is_next(b, b->closing)) {
        return PAPERTAG_OK;
    }
    while (word < b->key.length && !pt_is_white(b->key.text[word])) {
        word++;
    }
    if (is_next(b, '=') && word == b->key.length) {
        b->key.length = 0;
        b->at = from;
        return PAPERTAG_OK;
    }
    b->key.length = word;
    return b->at == b->end || begins_another(b) ? fail_open(b) : fail(b, "lacks a comma after its key", nothing);
}

/* Moves on to the next entry. Only white space or another entry may precede it on its line, which rules out mail
 * addresses and entries after a '%'. False at the end. */
static bool find_entry(pt_input *in)
{
    bool first = true;
    pt_slice type;

    for (const char *at = in->start; at < in->end; at++) {
        if (*at == '@' && first && opens_entry(at, in->end, &type)) {
            pt_input_advance(in, at);
            return true;
        }
        first = *at == '\n' || *at == '\r' || (first && pt_is_white(*at));
    }
    pt_input_advance(in, in->end);
    return false;
}

/* Skips a comment or preamble; of one that is not closed only the first line, so that the rest is read. */
static void skip_enclosed(pt_bib_syntax *b)
{
    const char *from = b->in->start;
    pt_slice text;

    b->at--;
    if (!take_enclosed(b, b->closing, &text)) {
        b->at = memchr(from, '\n', (size_t)(b->end - from));
        b->at = b->at ? b->at : b->end;
    }
}

/* Reads the entry at in->start. Sets *is_paper unless it is a macro, comment or preamble. */
static int take_entry(pt_bib_syntax *b, pt_bib_take *take, void *context, bool *is_paper)
{
    pt_slice type;
    int status;

    b->at = opens_entry(b->in->start, b->in->end, &type);
    b->end = b->in->end;
    b->line = b->in->line;
    b->key = nothing;
    b->closing = b->at[-1] == '{' ? '}' : ')';
    *is_paper = false;
    if (pt_slice_is(type, "comment") || pt_slice_is(type, "preamble")) {
        skip_enclosed(b);
        return PAPERTAG_OK;
    }
    if (pt_slice_is(type, "string")) {
        b->key = (pt_slice){"@string", 7};
        return take_fields(b, define_macro, NULL);
    }
    b->type = type;
    *is_paper = true;
    status = take_key(b);
    return status ? status : take_fields(b, take, context);
}

int pt_bib_next(pt_bib_syntax *b, pt_bib_take *take, void *context)
{
    pt_input *in = b->in;
    bool is_paper = false;

    while (!is_paper && find_entry(in)) {
        int status = take_entry(b, take, context, &is_paper);
        if (status) {
            const char *next = memchr(in->start, '\n', (size_t)(in->end - in->start));
            pt_input_advance(in, next ? next : in->end);
            return status;
        }
        pt_input_advance(in, b->at);
    }
    return is_paper ? PAPERTAG_OK : PAPERTAG_END;
}

void pt_bib_close(pt_bib_syntax *b)
{
    pt_buf_free(&b->value);
    pt_arena_free(&b->arena);
    free(b->macros);
    free(b->places);
}
