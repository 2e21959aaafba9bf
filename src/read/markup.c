/*
 * markup - see markup.h.
 *
 * Sources mix plain text and markup, and mathematics has '<' too. So only what is surely a tag is one: it has the name
 * of an element of HTML, JATS or MathML, or a prefix, as in <jats:p>, and a '>' after attributes with values. Words
 * that papers write in angle brackets, such as <s>, <mask> or <code>, are not among the names.
 */
#include "markup.h"

#include <stdlib.h>

#include "entities.h"
#include "slice.h"

/* "&amp;lt;p&amp;gt;", an escaped tag that was escaped again, takes three passes. */
enum { TAG_NAME_SIZE = 20, PASSES_MAX = 3 };

/* What a tag does, other than to vanish. */
typedef enum tag_effect {
    INLINE, /* nothing */
    BLOCK,  /* a space */
    HIDDEN  /* the content vanishes, too */
} tag_effect;

typedef struct known_tag {
    char name[TAG_NAME_SIZE];
    tag_effect effect;
} known_tag;

/* In the order of strcmp. */
static const known_tag known_tags[] = {
    {"a", INLINE},
    {"abbr", INLINE},
    {"abstract", BLOCK},
    {"abstracttext", BLOCK},
    {"alternatives", INLINE},
    {"annotation", HIDDEN},
    {"annotation-xml", HIDDEN},
    {"article", BLOCK},
    {"b", INLINE},
    {"big", INLINE},
    {"blockquote", BLOCK},
    {"body", BLOCK},
    {"bold", INLINE},
    {"br", BLOCK},
    {"caption", BLOCK},
    {"center", BLOCK},
    {"cite", INLINE},
    {"dd", BLOCK},
    {"disp-formula", BLOCK},
    {"disp-quote", BLOCK},
    {"div", BLOCK},
    {"dl", BLOCK},
    {"dt", BLOCK},
    {"em", INLINE},
    {"ext-link", INLINE},
    {"figcaption", BLOCK},
    {"figure", BLOCK},
    {"font", INLINE},
    {"h1", BLOCK},
    {"h2", BLOCK},
    {"h3", BLOCK},
    {"h4", BLOCK},
    {"h5", BLOCK},
    {"h6", BLOCK},
    {"head", BLOCK},
    {"hr", BLOCK},
    {"html", BLOCK},
    {"i", INLINE},
    {"img", INLINE},
    {"inf", INLINE},
    {"inline-formula", INLINE},
    {"inline-graphic", INLINE},
    {"italic", INLINE},
    {"li", BLOCK},
    {"list-item", BLOCK},
    {"maction", INLINE},
    {"maligngroup", INLINE},
    {"math", INLINE},
    {"menclose", INLINE},
    {"merror", INLINE},
    {"mfenced", INLINE},
    {"mfrac", INLINE},
    {"mi", INLINE},
    {"mmultiscripts", INLINE},
    {"mn", INLINE},
    {"mo", INLINE},
    {"monospace", INLINE},
    {"mover", INLINE},
    {"mpadded", INLINE},
    {"mphantom", INLINE},
    {"mprescripts", INLINE},
    {"mroot", INLINE},
    {"mrow", INLINE},
    {"mspace", BLOCK},
    {"msqrt", INLINE},
    {"mstyle", INLINE},
    {"msub", INLINE},
    {"msubsup", INLINE},
    {"msup", INLINE},
    {"mtable", BLOCK},
    {"mtd", BLOCK},
    {"mtext", INLINE},
    {"mtr", BLOCK},
    {"munder", INLINE},
    {"munderover", INLINE},
    {"named-content", INLINE},
    {"nobr", INLINE},
    {"ol", BLOCK},
    {"p", BLOCK},
    {"pre", BLOCK},
    {"roman", INLINE},
    {"sans-serif", INLINE},
    {"sc", INLINE},
    {"script", HIDDEN},
    {"sec", BLOCK},
    {"section", BLOCK},
    {"semantics", INLINE},
    {"small", INLINE},
    {"span", INLINE},
    {"strike", INLINE},
    {"strong", INLINE},
    {"style", HIDDEN},
    {"styled-content", INLINE},
    {"sub", INLINE},
    {"sup", INLINE},
    {"table", BLOCK},
    {"tbody", BLOCK},
    {"td", BLOCK},
    {"tex-math", INLINE},
    {"th", BLOCK},
    {"thead", BLOCK},
    {"title", BLOCK},
    {"tr", BLOCK},
    {"trans-abstract", BLOCK},
    {"tt", INLINE},
    {"u", INLINE},
    {"ul", BLOCK},
    {"underline", INLINE},
    {"var", INLINE},
    {"wbr", INLINE},
    {"xref", INLINE},
};

/* The same for elements with a prefix, whose names need not be known. */
static const known_tag prefixed_tags[] = {
    {"def-item", BLOCK}, {"label", BLOCK},     {"list", BLOCK},
    {"para", BLOCK},     {"statement", BLOCK}, {"simple-para", BLOCK},
};

typedef struct markup {
    const char *at, *end;
    pt_buf *out;
    size_t from;          /* where the text begins in out */
    bool begun;           /* more than a heading has been written */
    bool in_alternatives; /* the same formula follows in several languages */
    bool in_cdata;
    bool again; /* a '<' or '&' was escaped: what it begins may be markup */
    /* searches that found nothing, which must not be repeated for each that opens */
    bool no_comment_end, no_cdata_end, no_instruction_end;
    bool no_element_end[4]; /* by hidden_place */
} markup;

typedef struct tag {
    const known_tag *known; /* NULL: with a prefix, and of no effect */
    pt_slice name;          /* without the prefix */
    const char *stop;       /* after its '>' */
    bool closing;
} tag;

/* ---- recognising tags ------------------------------------------------------------------------------------------ */

static int compare_tags(const void *key, const void *row)
{
    return strcmp(key, ((const known_tag *)row)->name);
}

static const known_tag *known_of(pt_slice name, bool prefixed)
{
    char key[TAG_NAME_SIZE];

    if (name.length >= sizeof key) {
        return NULL;
    }
    for (size_t i = 0; i < name.length; i++) {
        key[i] = pt_lower(name.text[i]);
    }
    key[name.length] = '\0';
    for (size_t i = 0; prefixed && i < sizeof prefixed_tags / sizeof *prefixed_tags; i++) {
        if (!strcmp(prefixed_tags[i].name, key)) {
            return &prefixed_tags[i];
        }
    }
    return bsearch(key, known_tags, sizeof known_tags / sizeof *known_tags, sizeof *known_tags, compare_tags);
}

static bool is_name_byte(char c)
{
    return pt_is_letter(c) || pt_is_digit(c) || c == '-' || c == '_' || c == '.';
}

static const char *skip_white(const char *at, const char *end)
{
    while (at < end && pt_is_white(*at)) {
        at++;
    }
    return at;
}

static const char *skip_name(const char *at, const char *end)
{
    while (at < end && (is_name_byte(*at) || *at == ':')) {
        at++;
    }
    return at;
}

/* The end of the value of an attribute; NULL when there is none. */
static const char *skip_value(const char *at, const char *end)
{
    if (at < end && (*at == '"' || *at == '\'')) {
        /* a value is short: a quote without an end must not be searched for through the whole text each time */
        const size_t most = (size_t)(end - at - 1) < 4096 ? (size_t)(end - at - 1) : 4096;
        const char *quote = memchr(at + 1, *at, most);
        return quote ? quote + 1 : NULL;
    }
    while (at < end && !pt_is_white(*at) && !strchr("<>\"'", *at)) {
        at++;
    }
    return at;
}

/* After the '>' that follows attributes with values; NULL when something else is there. */
static const char *skip_attributes(const char *at, const char *end)
{
    for (;;) {
        const char *name;
        at = skip_white(at, end);
        if (at < end && *at == '>') {
            return at + 1;
        }
        if (at < end && *at == '/') {
            at++;
            continue;
        }
        name = at;
        at = skip_name(at, end);
        if (at == name) {
            return NULL;
        }
        at = skip_white(at, end);
        if (at == end || *at != '=') {
            return NULL;
        }
        at = skip_value(skip_white(at + 1, end), end);
        if (!at) {
            return NULL;
        }
    }
}

/* Whether a tag begins at m->at, which is a '<'. */
static bool is_tag(const markup *m, tag *t)
{
    const char *at = m->at + 1;
    bool prefixed = false;

    t->closing = at < m->end && *at == '/';
    at += t->closing;
    if (at == m->end || !pt_is_letter(*at)) {
        return false;
    }
    for (t->name.text = at; at < m->end && (is_name_byte(*at) || (*at == ':' && !prefixed)); at++) {
        if (*at == ':') {
            prefixed = true;
            t->name.text = at + 1;
        }
    }
    t->name.length = (size_t)(at - t->name.text);
    t->known = known_of(t->name, prefixed);
    if (at == m->end || !t->name.length || !(t->known || prefixed) || !(pt_is_white(*at) || *at == '/' || *at == '>')) {
        return false;
    }
    t->stop = skip_attributes(at, m->end);
    return t->stop != NULL;
}

/* ---- what they do ---------------------------------------------------------------------------------------------- */

/* Whether all that has been written is the heading "Abstract". */
static bool is_heading(const markup *m)
{
    pt_slice text = pt_trimmed((pt_slice){m->out->data, m->out->size});

    text.length -= text.length && strchr(":.", text.text[text.length - 1]);
    return pt_slice_is(text, "abstract");
}

static void end_block(markup *m)
{
    if (m->out->failed || !m->out->size) {
        return;
    }
    if (!m->begun && m->out->size < 64 && is_heading(m)) {
        pt_buf_clear(m->out);
        m->begun = true;
        return;
    }
    m->begun = m->begun || m->out->size >= 64;
    if (!pt_is_white(m->out->data[m->out->size - 1])) {
        pt_buf_text(m->out, " ");
    }
}

/* The first byte of `mark` at or after `at`; NULL when there is none. *none keeps the second answer. */
static const char *find_mark(const char *at, const char *end, const char *mark, bool *none)
{
    const size_t length = strlen(mark);

    while (!*none && (at = memchr(at, *mark, (size_t)(end - at))) != NULL && (size_t)(end - at) >= length) {
        if (!memcmp(at, mark, length)) {
            return at;
        }
        at++;
    }
    *none = true;
    return NULL;
}

/* After the closing tag of that name; NULL when there is none. */
static const char *after_element(const markup *m, const char *at, pt_slice name)
{
    for (; (at = memchr(at, '<', (size_t)(m->end - at))) != NULL; at++) {
        const char *from = at + 1, *stop, *colon;
        if (from == m->end || *from != '/') {
            continue;
        }
        stop = skip_name(++from, m->end);
        colon = memchr(from, ':', (size_t)(stop - from));
        from = colon ? colon + 1 : from;
        if ((size_t)(stop - from) == name.length && !memcmp(from, name.text, name.length)) {
            stop = skip_white(stop, m->end);
            return stop < m->end && *stop == '>' ? stop + 1 : stop;
        }
    }
    return NULL;
}

/* The number of a hidden element: script, style, annotation or tex-math. */
static size_t hidden_place(const known_tag *known)
{
    return *known->name == 'a' ? 2 : *known->name == 't' ? 3 : known->name[1] == 't';
}

/* Skips the content of an element that has no text. Without an end, only its tag is skipped. */
static void hide_element(markup *m, const tag *t)
{
    bool *none = &m->no_element_end[hidden_place(t->known)];
    const char *stop = *none || t->stop[-2] == '/' ? NULL : after_element(m, t->stop, t->name);

    *none = *none || (!stop && t->stop[-2] != '/');
    m->at = stop ? stop : t->stop;
}

static void take_tag(markup *m, const tag *t)
{
    const bool is_tex = t->known && !strcmp(t->known->name, "tex-math");

    if (t->known && !strcmp(t->known->name, "alternatives")) {
        m->in_alternatives = !t->closing;
    }
    m->at = t->stop;
    if (!t->known) {
        return;
    }
    if (!t->closing && (t->known->effect == HIDDEN || (is_tex && m->in_alternatives))) {
        hide_element(m, t);
    } else if (t->known->effect == BLOCK) {
        end_block(m);
    }
}

/* Skips from m->at to the end of a mark; false when there is no end. */
static bool skip_to(markup *m, const char *mark, bool *none)
{
    const char *found = find_mark(m->at, m->end, mark, none);

    m->at = found ? found + strlen(mark) : m->at;
    return found != NULL;
}

static bool begins(const markup *m, const char *with)
{
    const size_t length = strlen(with);
    return (size_t)(m->end - m->at) >= length && !memcmp(m->at, with, length);
}

/* Takes what begins with '<' at m->at, if it is markup. */
static bool take_markup(markup *m)
{
    tag t;

    if (begins(m, "<!--")) {
        return skip_to(m, "-->", &m->no_comment_end);
    }
    if (begins(m, "<![CDATA[")) {
        m->in_cdata = m->in_cdata || find_mark(m->at, m->end, "]]>", &m->no_cdata_end);
        m->at += m->in_cdata ? 9 : 0;
        return m->in_cdata;
    }
    if (begins(m, "<?xml") || begins(m, "<!DOCTYPE")) {
        return skip_to(m, ">", &m->no_instruction_end);
    }
    if (!is_tag(m, &t)) {
        return false;
    }
    take_tag(m, &t);
    return true;
}

static bool take_reference(markup *m)
{
    utf8proc_int32_t code;
    utf8proc_uint8_t bytes[4];
    const size_t length = pt_entity(m->at, m->end, &code);

    if (!length) {
        return false;
    }
    m->again = m->again || code == '<' || code == '&';
    if (code != 0xad) { /* a soft hyphen shows only where a line breaks */
        pt_buf_append(m->out, bytes, (size_t)utf8proc_encode_char(code, bytes));
    }
    m->at += length;
    return true;
}

static void write_plain(markup *m)
{
    while (m->at < m->end) {
        const char *from = m->at;
        if ((*from == '<' && take_markup(m)) || (*from == '&' && take_reference(m))) {
            continue;
        }
        if (m->in_cdata && begins(m, "]]>")) {
            m->at += 3;
            m->in_cdata = false;
            continue;
        }
        for (m->at++; m->at < m->end && *m->at != '<' && *m->at != '&' && *m->at != ']'; m->at++) {
        }
        pt_buf_append(m->out, from, (size_t)(m->at - from));
    }
}

int pt_markup_text(pt_buf *out, const char *text, size_t length, papertag_error *err)
{
    pt_buf plain = {0}, before = {0};
    markup m = {.at = text, .end = text + length, .out = &plain, .again = true};

    if (!memchr(text, '<', length) && !memchr(text, '&', length)) {
        pt_buf_append(out, text, length);
        return out->failed ? pt_no_memory(err) : PAPERTAG_OK;
    }
    for (int pass = 0; pass < PASSES_MAX && m.again && !plain.failed; pass++) {
        pt_buf swap = before;
        if (pass) {
            before = plain;
            plain = swap;
            m = (markup){.at = before.data, .end = before.data + before.size, .out = &plain};
        }
        m.again = false;
        pt_buf_clear(&plain);
        pt_buf_append(&plain, "", 0);
        write_plain(&m);
    }
    pt_buf_append(out, plain.data, plain.size);
    out->failed = out->failed || plain.failed;
    pt_buf_free(&plain);
    pt_buf_free(&before);
    return out->failed ? pt_no_memory(err) : PAPERTAG_OK;
}

bool pt_has_markup(const char *text, size_t length)
{
    utf8proc_int32_t code;
    const char *end = text + length, *at = length ? memchr(text, '<', length) : NULL;

    for (; at && end - at > 1; at = memchr(at + 1, '<', (size_t)(end - at - 1))) {
        if (at[1] == '/') {
            return true;
        }
    }
    at = length ? memchr(text, '&', length) : NULL;
    for (; at; at = end - at > 1 ? memchr(at + 1, '&', (size_t)(end - at - 1)) : NULL) {
        if (pt_entity(at, end, &code)) {
            return true;
        }
    }
    return false;
}

int pt_record_markup(pt_record *record, const char **field, const char *text, size_t length, papertag_error *err)
{
    pt_buf plain = {0};
    int status = pt_markup_text(&plain, text, length, err);

    status = status ? status : pt_record_text(record, field, plain.data ? plain.data : "", plain.size, err);
    pt_buf_free(&plain);
    return status;
}
