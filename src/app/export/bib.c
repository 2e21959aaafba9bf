/*
 * bib - papers as BibTeX, which biblatex reads, too: in UTF-8, with TeX's special characters escaped.
 *
 * The key of an entry is the paper's id, so that it is the same in every export.
 */
#include <string.h>

#include "../clean.h"
#include "export.h"

/* The end of math that begins with the '$' at `at`; NULL when it is only a sign. Like Pandoc: no space on the inner
 * sides, no digit after it. Braces in it are in pairs, for BibTeX counts them. */
static const char *end_of_math(const char *at)
{
    long depth = 0;
    const char *from = ++at;

    for (; *at && *at != '$'; at++) {
        depth += *at == '{';
        depth -= *at == '}';
        if (depth < 0 || (*at == '\\' && !*++at)) {
            return NULL;
        }
    }
    return *at && at > from && *from != ' ' && at[-1] != ' ' && !depth && !(at[1] >= '0' && at[1] <= '9') ? at + 1
                                                                                                          : NULL;
}

/* What stands for a character that TeX, or the reading of TeX, would take for something else; NULL: itself. */
static const char *escape_of(const char *at)
{
    switch (*at) {
    case '\\':
        return "\\textbackslash{}";
    case '{':
        return "\\textbraceleft{}"; /* BibTeX counts an escaped brace, too */
    case '}':
        return "\\textbraceright{}";
    case '~':
        return "\\textasciitilde{}";
    case '^':
        return "\\textasciicircum{}";
    case '$':
        return "\\$";
    case '&':
        return "\\&";
    case '%':
        return "\\%";
    case '#':
        return "\\#";
    case '_':
        return "\\_";
    case '-':
        return at[1] == '-' ? "-{}" : NULL; /* two would be a dash */
    case '`':
        return at[1] == '`' ? "`{}" : NULL;
    case '\'':
        return at[1] == '\'' ? "'{}" : NULL;
    default:
        return NULL;
    }
}

/* Writes bytes up to `end` as TeX. */
static void put_tex_until(text *out, const char *at, const char *end)
{
    while (at < end) {
        const char *math = *at == '$' ? end_of_math(at) : NULL, *escape = escape_of(at);
        if (math && math <= end) {
            text_add(out, at, (size_t)(math - at));
            at = math;
            continue;
        }
        if (escape) {
            text_put(out, escape);
        } else {
            text_add(out, at, 1);
        }
        at++;
    }
}

static void put_tex(text *out, const char *string)
{
    text clean = {0};
    const char *plain;

    export_plain(&clean, string);
    plain = text_of(out, &clean);
    put_tex_until(out, plain, plain + strlen(plain));
    text_free(&clean);
}

static void put_braced(text *out, const char *string)
{
    text_put(out, "{");
    put_tex(out, string);
    text_put(out, "}");
}

/* An address or identifier, which biblatex takes as it is written. */
static void put_verbatim(text *out, const char *string)
{
    for (size_t length; *string; string += length) {
        const char *escape = strchr("\\{}", *string) ? escape_of(string) : NULL;
        length = escape ? 1 : strcspn(string, "\\{}");
        if (escape) {
            text_put(out, escape);
        } else {
            text_clean(out, string, length);
        }
    }
}

/* ---- titles ---------------------------------------------------------------------------------------------------- */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Whether a title is written like a sentence, so that its capitals mean something: at least half of the long words
 * begin small. */
static bool is_sentence(const char *title)
{
    size_t small = 0, large = 0;

    for (const char *at = strchr(title, ' '); at; at = strchr(at + 1, ' ')) {
        size_t length = 1;
        while (is_lower(at[length + 1])) {
            length++;
        }
        if (length >= 5) {
            small += is_lower(at[1]);
            large += !is_lower(at[1]);
        }
    }
    return small && small >= large;
}

/* Styles make titles small. Words whose capitals would be missed are put in braces: acronyms, and names in titles that
 * are written like sentences. */
static void put_title(text *out, const char *string)
{
    text clean = {0};
    const char *title;
    bool sentence;

    export_plain(&clean, string);
    title = text_of(out, &clean);
    sentence = is_sentence(title);
    for (const char *at = title; *at;) {
        const char *end = *at == '$' ? end_of_math(at) : NULL;
        bool kept = sentence && at > title && is_upper(*at);
        if (end) {
            text_add(out, at, (size_t)(end - at));
            at = end;
            continue;
        }
        end = at + 1;
        while (*end && *end != ' ' && *end != '$' && end[-1] != ' ') {
            kept = kept || is_upper(*end);
            end++;
        }
        text_put(out, kept ? "{" : "");
        put_tex_until(out, at, end);
        text_put(out, kept ? "}" : "");
        at = end;
    }
    text_free(&clean);
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

static void put_key(text *out, const char *id)
{
    for (; *id; id++) {
        const bool plain = *id > ' ' && *id < 0x7f && !strchr("\"#%'(),={}@\\~", *id);
        text_add(out, plain ? id : "_", 1);
    }
}

static void begin_field(text *out, const char *name)
{
    text_format(out, ",\n  %s = {", name);
}

static void add_text(text *out, const char *name, const char *value, void put(text *out, const char *value))
{
    if (value) {
        begin_field(out, name);
        put(out, value);
        text_put(out, "}");
    }
}

static void add_authors(text *out, papertag_strings authors)
{
    if (!authors.count) {
        return;
    }
    begin_field(out, "author");
    for (size_t i = 0; i < authors.count; i++) {
        text_put(out, i ? " and " : "");
        export_name(out, authors.items[i], EXPORT_FIRST_LAST, put_tex, put_braced);
    }
    text_put(out, "}");
}

static void add_date(text *out, export_date date)
{
    static const char months[][4] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

    if (date.year) {
        text_format(out, ",\n  year = {%04d}", date.year);
    }
    if (date.month >= 1 && date.month <= 12) {
        text_format(out, ",\n  month = %s", months[date.month - 1]);
    }
    if (date.day) {
        text_format(out, ",\n  day = {%d}", date.day);
    }
}

static void add_keywords(text *out, const papertag_stored *stored)
{
    const char *between = ", ", *keyword;
    size_t at = 0, count = 0;

    while ((keyword = export_keyword(stored, &at)) != NULL) {
        between = strchr(keyword, ',') ? "; " : between;
    }
    for (at = 0; (keyword = export_keyword(stored, &at)) != NULL; count++) {
        if (!count) {
            begin_field(out, "keywords");
        }
        text_put(out, count ? between : "");
        put_tex(out, keyword);
    }
    text_put(out, !count ? "" : count == 1 && *between == ';' ? ";}" : "}");
}

static void add_own(text *out, const char *name, const char *value)
{
    add_text(out, name, value, put_tex);
}

static void write_bib(text *out, const papertag_stored *stored)
{
    static const char *const types[] = {"misc", "article", "inproceedings"};
    static const char *const places[] = {"journal", "journal", "booktitle"};
    const papertag_paper *p = &stored->paper;
    const export_kind kind = export_kind_of(p);

    text_format(out, "@%s{", types[kind]);
    put_key(out, p->id);
    add_text(out, "title", p->title, put_title);
    add_authors(out, p->authors);
    add_date(out, export_date_of(p));
    add_text(out, places[kind], p->venue, put_tex);
    add_text(out, "institution", p->organization, put_tex);
    add_text(out, "doi", p->doi, put_verbatim);
    if (p->arxiv) {
        add_text(out, "eprint", p->arxiv, put_verbatim);
        text_put(out, ",\n  archivePrefix = {arXiv}");
        add_text(out, "primaryClass", p->categories.count ? p->categories.items[0] : NULL, put_verbatim);
    }
    add_text(out, "url", p->url, put_verbatim);
    add_keywords(out, stored);
    add_text(out, "abstract", p->abstract, put_tex);
    export_own(out, stored, EXPORT_ORGANIZATION | EXPORT_FIRST_CATEGORY, add_own);
    text_put(out, "\n}\n");
}

const export_format export_bib = {"bib", "", "\n", "", write_bib};
