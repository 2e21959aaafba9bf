/*
 * read_bib - papers from bibliographies: BibTeX and biblatex.
 *
 * The grammar is BibTeX's: entries in braces or parentheses, values in braces or quotes, joined with '#', with macros
 * of
 * @string; text between entries is none of its business. In one thing it is stricter: a line that begins like an entry
 * begins one, even where a brace is still open. So a brace that was forgotten costs one entry and not the rest of the
 * file.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/date.h"
#include "latex.h"
#include "paper.h"

/* A value may name a macro again and again, and macros each other: without a bound they grow without end. Bytes. */
enum { VALUE_MAX = 4 * 1024 * 1024, MACRO_MAX = 4096, MACROS_MAX = 10000 };

typedef enum field {
    TITLE,
    SUBTITLE,
    ABSTRACT,
    AUTHOR,
    DATE,
    YEAR,
    MONTH,
    DAY,
    DOI,
    EPRINT,
    EPRINT_TYPE,
    URL,
    JOURNAL,
    NUMBER,
    VOLUME,
    KEYWORDS,
    ORGANIZATION,
    FIELDS
} field;

static const struct {
    const char *name;
    field field;
} names[] = {{"title", TITLE},
             {"subtitle", SUBTITLE},
             {"abstract", ABSTRACT},
             {"author", AUTHOR},
             {"date", DATE},
             {"year", YEAR},
             {"month", MONTH},
             {"day", DAY},
             {"doi", DOI},
             {"eprint", EPRINT},
             {"eprinttype", EPRINT_TYPE},
             {"archiveprefix", EPRINT_TYPE},
             {"url", URL},
             {"journal", JOURNAL},
             {"journaltitle", JOURNAL},
             {"booktitle", JOURNAL},
             {"number", NUMBER},
             {"volume", VOLUME},
             {"keywords", KEYWORDS},
             {"keyword", KEYWORDS},
             {"institution", ORGANIZATION},
             {"school", ORGANIZATION}};

typedef struct span {
    const char *text;
    size_t length;
} span;

typedef struct macro {
    span name, value; /* in the arena; values are LaTeX still */
} macro;

/* The bibliography, and the entry at hand. */
typedef struct bib {
    papertag_reader *reader;
    papertag_error *err;
    pt_arena arena; /* of macros */
    macro *macros;
    size_t macro_count, macro_capacity;
    pt_buf values[FIELDS]; /* as written; empty: not given */
    pt_buf value, plain;
    /* parsing */
    const char *at, *end;
    size_t line; /* of the entry */
    span key;
    char closing;
} bib;

/* ---- letters ---------------------------------------------------------------------------------------------------- */

static bool same(span a, const char *word)
{
    return pt_same_word(a.text, a.length, word);
}

/* What names of types, fields and macros are made of. */
static bool is_name(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr("\"#%'(),={}@", c);
}

static span trimmed(span s)
{
    while (s.length && pt_is_white(*s.text)) {
        s.text++;
        s.length--;
    }
    while (s.length && pt_is_white(s.text[s.length - 1])) {
        s.length--;
    }
    return s;
}

/* ---- finding entries ------------------------------------------------------------------------------------------- */

/* Behind the opening bracket of what begins with '@', its type in *type; NULL when it is no entry. */
static const char *opens_entry(const char *at, const char *end, span *type)
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

/* Within an entry: whether another begins at this '@'. */
static bool begins_another(const bib *b)
{
    span type;
    return b->at[-1] == '\n' && opens_entry(b->at, b->end, &type);
}

static void skip_white(bib *b)
{
    while (b->at < b->end && pt_is_white(*b->at)) {
        b->at++;
    }
}

static bool is_next(const bib *b, char c)
{
    return b->at < b->end && *b->at == c;
}

static int fault(const bib *b, const char *words, span about)
{
    bool key = b->key.length > 0;
    span shown = key ? b->key : (span){"without a key", 13};

    return pt_reader_fail(b->reader, b->line, b->err, "entry %s%.*s%s%s%.*s%s", key ? "'" : "", (int)shown.length,
                          shown.text, key ? "' " : " ", words, (int)(about.length < 80 ? about.length : 80), about.text,
                          about.length ? "'" : "");
}

static int not_closed(const bib *b)
{
    return fault(b, "is not closed", (span){"", 0});
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

/* What stands between braces, or between quotes, with b->at at the opening one; false when it does not close. */
static bool take_enclosed(bib *b, char closing, span *text)
{
    size_t depth = 0;

    text->text = ++b->at;
    for (; b->at < b->end; b->at++) {
        if (*b->at == closing && !depth) {
            text->length = (size_t)(b->at++ - text->text);
            return true;
        }
        if (*b->at == '@' && begins_another(b)) {
            return false;
        }
        depth += *b->at == '{';
        depth -= *b->at == '}' && depth;
    }
    return false;
}

static span take_name(bib *b)
{
    span name = {b->at, 0};
    while (b->at < b->end && is_name(*b->at)) {
        b->at++;
    }
    name.length = (size_t)(b->at - name.text);
    return name;
}

static span macro_value(const bib *b, span name)
{
    for (size_t i = 0; i < b->macro_count; i++) {
        span known = b->macros[i].name;
        if (known.length == name.length && same(name, known.text)) {
            return b->macros[i].value;
        }
    }
    if (name.length == 3 && pt_month_of(name.text)) {
        const char *month = pt_month_name(pt_month_of(name.text));
        return (span){month, strlen(month)};
    }
    return name; /* one that nobody defined, or a number: itself */
}

/* value # value ..., joined in b->value. */
static int take_value(bib *b, span name)
{
    pt_buf_clear(&b->value);
    do {
        span part;
        b->at += is_next(b, '#');
        skip_white(b);
        if (is_next(b, '{') || is_next(b, '"')) {
            if (!take_enclosed(b, *b->at == '{' ? '}' : '"', &part)) {
                return not_closed(b);
            }
        } else {
            part = take_name(b);
            if (!part.length) {
                return b->at == b->end ? not_closed(b) : fault(b, "has no value for field '", name);
            }
            part = macro_value(b, part);
        }
        if (part.length > VALUE_MAX - b->value.size) {
            return fault(b, "has more than 4 MiB in field '", name);
        }
        pt_buf_append(&b->value, part.text, part.length);
        skip_white(b);
    } while (is_next(b, '#'));
    return b->value.failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

/* name = value; b->value holds the value. */
static int take_assignment(bib *b, span *name)
{
    *name = take_name(b);
    skip_white(b);
    if (b->at == b->end || (*b->at == '@' && begins_another(b))) {
        return not_closed(b);
    }
    if (!name->length) {
        return fault(b, "has no field where it should at '", (span){b->at, 1});
    }
    if (!is_next(b, '=')) {
        return fault(b, "lacks '=' behind field '", *name);
    }
    b->at++;
    return take_value(b, *name);
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

static int define(bib *b, span name)
{
    macro made = {{NULL, name.length}, {NULL, b->value.size}};
    char *word;
    size_t i = 0;

    if (b->value.size > MACRO_MAX || b->macro_count == MACROS_MAX) {
        return fault(b, "is too much: macros have up to 4 KiB and there are up to 10,000", (span){"", 0});
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
    while (i < b->macro_count && (b->macros[i].name.length != name.length || !same(name, b->macros[i].name.text))) {
        i++;
    }
    b->macros[i] = made;
    b->macro_count += i == b->macro_count;
    return PAPERTAG_OK;
}

/* A field counts when it is known and the first with a value. */
static int keep(bib *b, span name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        field to = names[i].field;
        if (same(name, names[i].name) && !b->values[to].size) {
            pt_buf_append(&b->values[to], b->value.data ? b->value.data : "", b->value.size);
            return b->values[to].failed ? pt_no_memory(b->err) : PAPERTAG_OK;
        }
    }
    return PAPERTAG_OK;
}

/* name = value, name = value, up to the closing bracket; a comma may stand behind the last. */
static int take_fields(bib *b, int (*use)(bib *b, span name))
{
    for (;;) {
        span name;
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
        status = status ? status : use(b, name);
        if (status) {
            return status;
        }
        if (b->at == b->end || (*b->at == '@' && begins_another(b))) {
            return not_closed(b);
        }
        if (!is_next(b, ',') && !is_next(b, b->closing)) {
            return fault(b, "lacks a comma behind field '", name);
        }
    }
}

/* The citation key, up to its comma. */
static int take_key(bib *b)
{
    const char *from = b->at;
    size_t word = 0;

    while (b->at < b->end && *b->at != ',' && *b->at != b->closing && *b->at != '=' && *b->at != '{' &&
           !(*b->at == '@' && begins_another(b))) {
        b->at++;
    }
    b->key = trimmed((span){from, (size_t)(b->at - from)});
    if (is_next(b, ',') || is_next(b, b->closing)) {
        return PAPERTAG_OK;
    }
    while (word < b->key.length && !pt_is_white(b->key.text[word])) {
        word++;
    }
    if (is_next(b, '=') && word == b->key.length) { /* no key at all: this is a field already */
        b->key.length = 0;
        b->at = from;
        return PAPERTAG_OK;
    }
    b->key.length = word;
    return is_next(b, '=') || is_next(b, '{') ? fault(b, "lacks a comma behind its key", (span){"", 0}) : not_closed(b);
}

/* ---- from an entry to a paper ---------------------------------------------------------------------------------- */

/* The plain text of a value in b->plain. */
static int make_plain(bib *b, const pt_buf *value, pt_latex_kind kind)
{
    pt_buf_clear(&b->plain);
    pt_latex_text(&b->plain, value->data, value->size, kind);
    return b->plain.failed ? pt_no_memory(b->err) : PAPERTAG_OK;
}

static int set(bib *b, field from, const char **to, pt_latex_kind kind)
{
    pt_buf *value = &b->values[from];
    int status;

    if (!value->size) {
        return PAPERTAG_OK;
    }
    status = make_plain(b, value, kind);
    return status ? status : pt_record_text(&b->reader->record, to, b->plain.data, b->plain.size, b->err);
}

static int set_title(bib *b)
{
    pt_buf *title = &b->values[TITLE], *more = &b->values[SUBTITLE];

    if (title->size && more->size) {
        pt_buf_text(title, strchr("?!:.", title->data[title->size - 1]) ? " " : ": ");
        pt_buf_append(title, more->data, more->size);
        if (title->failed) {
            return pt_no_memory(b->err);
        }
    }
    return set(b, TITLE, &b->reader->record.paper.title, PT_LATEX_PROSE);
}

/* "Last, First", "Last, Jr, First" or as it is read. */
static int add_name(bib *b, span name)
{
    static const size_t orders[3][3] = {{0}, {1, 0}, {2, 0, 1}};
    span parts[3] = {{NULL, 0}};
    size_t count = 1, depth = 0;
    pt_buf order = {0};
    int status;

    name = trimmed(name);
    if (!name.length || same(name, "others")) {
        return PAPERTAG_OK;
    }
    parts[0].text = name.text;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.text[i];
        depth += c == '{';
        depth -= c == '}' && depth;
        if (c == ',' && !depth && count < 3) {
            parts[count++].text = name.text + i + 1;
        } else {
            parts[count - 1].length++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const span *part = &parts[orders[count - 1][i]];
        pt_buf_append(&order, part->text, part->length);
        pt_buf_text(&order, " ");
    }
    status = order.failed ? pt_no_memory(b->err) : make_plain(b, &order, PT_LATEX_PROSE);
    pt_buf_free(&order);
    return status ? status
                  : pt_record_append(&b->reader->record, &b->reader->record.paper.authors, b->plain.data, b->plain.size,
                                     b->err);
}

/* Names with the word "and" between; braces protect it. */
static int set_authors(bib *b)
{
    const char *text = b->values[AUTHOR].data;
    size_t size = b->values[AUTHOR].size, from = 0, depth = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < size && !status; i++) {
        depth += text[i] == '{';
        depth -= text[i] == '}' && depth;
        if (!depth && i + 4 < size && pt_is_white(text[i]) && pt_is_white(text[i + 4]) &&
            same((span){text + i + 1, 3}, "and")) {
            status = add_name(b, (span){text + from, i - from});
            from = i + 4;
            i += 3; /* the space behind may be that before another */
        }
    }
    return status || !size ? status : add_name(b, (span){text + from, size - from});
}

static int set_keywords(bib *b)
{
    int status = PAPERTAG_OK;

    if (b->values[KEYWORDS].size) {
        status = make_plain(b, &b->values[KEYWORDS], PT_LATEX_PROSE);
    } else {
        pt_buf_clear(&b->plain);
    }
    for (size_t at = 0; !status && at < b->plain.size;) {
        const char *from = b->plain.data + at;
        size_t length = strcspn(from, ",;");
        status = pt_record_append(&b->reader->record, &b->reader->record.paper.keywords, from, length, b->err);
        at += length + 1;
    }
    return status;
}

/* The month of a name or number, the day beside it: "may", "5", "5~May", "May 5--7". */
static void read_month(const pt_buf *text, int *month, int *day)
{
    int number = 0;

    for (size_t i = 0; i < text->size; i++) {
        size_t digits = i;
        while (digits < text->size && pt_is_digit(text->data[digits])) {
            digits++;
        }
        if (digits > i) {
            number = !number && digits - i <= 2 ? atoi(text->data + i) : number;
            i = digits - 1;
        } else if (!*month) {
            *month = pt_month_of(text->data + i);
        }
    }
    if (!*month) {
        *month = number;
    } else if (!*day) {
        *day = number;
    }
}

/* A day, or nothing: a year, or a month of it, is none. */
static int set_date(bib *b)
{
    pt_record *record = &b->reader->record;
    const pt_buf *date = &b->values[DATE], *year = &b->values[YEAR];
    int month = 0, day = 0, none = 0, status = PAPERTAG_OK;
    char text[40];

    if (date->size) {
        status = pt_record_date(record, date->data, date->size, b->err);
    }
    if (status || record->paper.date || year->size != 4) {
        return status;
    }
    read_month(&b->values[DAY], &day, &none); /* as if it were a month: the first number */
    read_month(&b->values[MONTH], &month, &day);
    snprintf(text, sizeof text, "%s-%02d-%02d", year->data, month, day);
    return pt_record_date(record, text, strlen(text), b->err);
}

/* eprint of arXiv; else what indexes write: journal = {arXiv preprint arXiv:...}, volume = {abs/...}. */
static int set_arxiv(bib *b)
{
    static const field places[] = {EPRINT, NUMBER, JOURNAL, VOLUME};
    papertag_paper *paper = &b->reader->record.paper;
    const pt_buf *type = &b->values[EPRINT_TYPE];
    bool foreign = type->size && !same((span){type->data, type->size}, "arxiv");

    for (size_t i = 0; i < sizeof places / sizeof *places && !paper->arxiv; i++) {
        const char *text, *mark;
        size_t length = 0;
        int status;
        if (!b->values[places[i]].size || (places[i] == EPRINT && foreign)) {
            continue;
        }
        status = make_plain(b, &b->values[places[i]], PT_LATEX_ADDRESS);
        if (status) {
            return status;
        }
        text = b->plain.data + strspn(b->plain.data, " \t\r\n");
        mark = strstr(text, "arXiv:");
        text = places[i] != EPRINT && mark ? mark : text;
        if (places[i] == EPRINT || mark || (places[i] == VOLUME && !strncmp(text, "abs/", 4))) {
            text = pt_arxiv_id(text, &length);
            status = text ? pt_record_text(&b->reader->record, &paper->arxiv, text, length, b->err) : PAPERTAG_OK;
        }
        if (status) {
            return status;
        }
    }
    return PAPERTAG_OK;
}

static int fill(bib *b)
{
    pt_record *record = &b->reader->record;
    papertag_paper *paper = &record->paper;
    int status = pt_record_text(record, &paper->id, b->key.text, b->key.length, b->err);

    status = status ? status : set_title(b);
    status = status ? status : set(b, ABSTRACT, &paper->abstract, PT_LATEX_PROSE);
    status = status ? status : set_authors(b);
    status = status ? status : set_date(b);
    status = status ? status : set_keywords(b);
    status = status ? status : set(b, JOURNAL, &paper->venue, PT_LATEX_PROSE);
    status = status ? status : set(b, ORGANIZATION, &paper->organization, PT_LATEX_PROSE);
    status = status ? status : set(b, DOI, &paper->doi, PT_LATEX_ADDRESS);
    status = status ? status : set(b, URL, &paper->url, PT_LATEX_ADDRESS);
    status = status ? status : set_arxiv(b);
    status = status ? status : pt_record_text(record, &paper->source, "bibtex", 6, b->err);
    status = status ? status : pt_reader_finish(b->reader, b->err);
    if (!status && paper->arxiv) { /* the same paper has another key in every bibliography */
        char url[300];
        paper->id = paper->arxiv;
        snprintf(url, sizeof url, "https://arxiv.org/abs/%.200s", paper->arxiv);
        status = paper->url ? PAPERTAG_OK : pt_record_text(record, &paper->url, url, strlen(url), b->err);
    }
    return status;
}

/* ---- the format ------------------------------------------------------------------------------------------------ */

static int open_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state = pt_calloc(1, sizeof *b);
    if (!b) {
        return pt_no_memory(err);
    }
    b->reader = reader;
    return pt_reader_all(reader, err);
}

static void close_bib(papertag_reader *reader)
{
    bib *b = reader->state;

    if (b) {
        for (size_t i = 0; i < FIELDS; i++) {
            pt_buf_free(&b->values[i]);
        }
        pt_buf_free(&b->value);
        pt_buf_free(&b->plain);
        pt_arena_free(&b->arena);
        free(b->macros);
        free(b);
    }
}

/* Goes on to a place further on, counting lines. */
static void advance(pt_input *in, const char *to)
{
    for (; in->start < to; in->start++) {
        in->line += *in->start == '\n';
    }
}

/* Goes on to the next entry, of which only white space or another entry stands before in its line: so neither an
 * address of mail nor an entry behind a '%' is one. False at the end. */
static bool find_entry(pt_input *in, bool behind_entry)
{
    bool first = behind_entry;
    span type;

    for (const char *at = in->start; at < in->end; at++) {
        if (*at == '@' && first && opens_entry(at, in->end, &type)) {
            advance(in, at);
            return true;
        }
        first = *at == '\n' || (first && pt_is_white(*at));
    }
    advance(in, in->end);
    return false;
}

/* Reads the entry that begins at in->start. *is_paper: it is neither macro nor comment. */
static int take_entry(bib *b, bool *is_paper)
{
    static const span nothing = {"", 0};
    pt_input *in = &b->reader->input;
    span type, text;
    int status;

    b->at = opens_entry(in->start, in->end, &type);
    b->end = in->end;
    b->line = in->line;
    b->key = nothing;
    b->closing = b->at[-1] == '{' ? '}' : ')';
    *is_paper = false;
    if (same(type, "comment") || same(type, "preamble")) {
        b->at--;
        if (!take_enclosed(b, b->closing, &text)) { /* nothing is lost: what follows is read */
            b->at = memchr(in->start, '\n', (size_t)(in->end - in->start));
            b->at = b->at ? b->at : in->end;
        }
        return PAPERTAG_OK;
    }
    if (same(type, "string")) {
        b->key = (span){"@string", 7};
        return take_fields(b, define);
    }
    *is_paper = true;
    for (size_t i = 0; i < FIELDS; i++) {
        pt_buf_clear(&b->values[i]);
    }
    status = take_key(b);
    return status ? status : take_fields(b, keep);
}

static int next_bib(papertag_reader *reader, papertag_error *err)
{
    bib *b = reader->state;
    pt_input *in = &reader->input;
    bool behind_entry = true, is_paper;

    b->err = err;
    while (find_entry(in, behind_entry)) {
        size_t line = in->line;
        int status = take_entry(b, &is_paper);
        if (status) {
            const char *next = memchr(in->start, '\n', (size_t)(in->end - in->start));
            advance(in, next ? next : in->end);
            return status;
        }
        advance(in, b->at);
        if (is_paper) {
            pt_record_clear(&reader->record, line);
            return fill(b);
        }
    }
    return PAPERTAG_END;
}

/* A line that begins an entry: a bracket behind its type, a key and a comma behind that; or no paper at all. */
static bool is_entry_line(const char *at, const char *end)
{
    span type;
    const char *from = at < end && *at == '@' ? opens_entry(at, end, &type) : NULL, *stop = from;

    if (!from) {
        return false;
    }
    if (same(type, "comment") || same(type, "string") || same(type, "preamble")) {
        return true;
    }
    while (stop < end && is_name(*stop)) {
        stop++;
    }
    while (stop < end && (*stop == ' ' || *stop == '\t')) {
        stop++;
    }
    return stop > from && stop < end && *stop == ',';
}

static bool fits_bib(const char *head, size_t size)
{
    const char *at = head, *end = head + size;

    if (*head == '{' || *head == '[' || *head == '<') {
        return false;
    }
    while (at && !is_entry_line(at, end)) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at != NULL;
}

const pt_format pt_format_bib = {"bib", fits_bib, open_bib, next_bib, close_bib};
