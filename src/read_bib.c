/*
 * read_bib - papers from BibTeX and biblatex files.
 *
 *     @article{key, title = {...}, author = "A and B", year = 2026, journal = name # { of } # name}
 *
 * An entry is read whole into fields, strings (@string, and the names of months) put in, then LaTeX is made text: marks
 * of accents become letters, braces go, and what is between dollars stays for the tokenizer. A broken entry is reported
 * and reading goes on at the next line that begins with '@'. Grammar: Patashnik, "BibTeXing" (1988), and the biblatex
 * manual for field names.
 */
#include <ctype.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "paper.h"

enum { FIELDS_MAX = 256, NAME_MAX_BYTES = 64, VALUE_MAX = 16 * 1024 * 1024 };

/* A name and its value: of an entry's field, or of a @string. Offsets into a buffer that grows. */
typedef struct bib_field {
    char name[NAME_MAX_BYTES]; /* lower case */
    size_t value;              /* in `text`, NUL-terminated */
} bib_field;

typedef struct bib {
    bib_field fields[FIELDS_MAX];
    size_t count;
    pt_buf text; /* values of the entry at hand */
    bib_field *strings;
    size_t string_count, string_capacity;
    pt_buf string_text;
    pt_buf plain, cut; /* scratch */
} bib;

/* ---- scanning -------------------------------------------------------------------------------------------------- */

static void skip_blanks(pt_input *in)
{
    while (in->start < in->end && isspace((unsigned char)*in->start)) {
        in->line += *in->start == '\n';
        in->start++;
    }
}

static bool take(pt_input *in, char sign)
{
    skip_blanks(in);
    if (in->start < in->end && *in->start == sign) {
        in->start++;
        return true;
    }
    return false;
}

/* A name in lower case: of an entry, a field or a string. Empty when there is none. */
static void take_name(pt_input *in, char name[NAME_MAX_BYTES])
{
    size_t length = 0;

    skip_blanks(in);
    while (in->start < in->end && *in->start && !isspace((unsigned char)*in->start) &&
           !strchr("{}()\"=,#@%'", *in->start)) {
        if (length + 1 < NAME_MAX_BYTES) {
            name[length++] = (char)tolower((unsigned char)*in->start);
        }
        in->start++;
    }
    name[length] = '\0';
}

/* Appends what stands in braces or quotes, without them; braces within must match. False when it is not closed. */
static bool take_delimited(pt_input *in, pt_buf *out, char close)
{
    const char *from = in->start;
    size_t depth = 0;

    for (; in->start < in->end; in->start++) {
        const char c = *in->start;
        if (c == close && !depth) {
            pt_buf_append(out, from, (size_t)(in->start - from));
            in->start++;
            return true;
        }
        if (c == '\\' && in->start + 1 < in->end) {
            in->start++;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && depth) {
            depth--;
        } else if (c == '}') {
            return false;
        }
        in->line += *in->start == '\n';
    }
    return false;
}

static const char *string_value(const bib *b, const char *name)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    static const char *const numbers[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};

    for (size_t i = b->string_count; i > 0; i--) {
        if (!strcmp(b->strings[i - 1].name, name)) {
            return b->string_text.data + b->strings[i - 1].value;
        }
    }
    for (size_t i = 0; i < 12; i++) {
        if (!strcmp(months[i], name)) {
            return numbers[i];
        }
    }
    return "";
}

/* Parts with '#' between. False when one is missing or not closed. */
static bool take_value(const bib *b, pt_input *in, pt_buf *out)
{
    do {
        skip_blanks(in);
        if (in->start == in->end) {
            return false;
        }
        if (*in->start == '{' || *in->start == '"') {
            const char close = *in->start == '{' ? '}' : '"';
            in->start++;
            if (!take_delimited(in, out, close)) {
                return false;
            }
        } else {
            char name[NAME_MAX_BYTES];
            take_name(in, name);
            if (!name[0]) {
                return false;
            }
            pt_buf_text(out, isdigit((unsigned char)name[0]) ? name : string_value(b, name));
        }
    } while (take(in, '#'));
    pt_buf_append(out, "", 1);
    return true;
}

/* ---- LaTeX to text --------------------------------------------------------------------------------------------- */

/* The combining character of an accent, or 0. */
static utf8proc_int32_t accent(char mark)
{
    static const struct {
        char mark;
        utf8proc_int32_t combining;
    } accents[] = {{'`', 0x300}, {'\'', 0x301}, {'^', 0x302}, {'~', 0x303}, {'"', 0x308},
                   {'=', 0x304}, {'.', 0x307},  {'u', 0x306}, {'v', 0x30c}, {'H', 0x30b},
                   {'c', 0x327}, {'k', 0x328},  {'r', 0x30a}, {'d', 0x323}, {'b', 0x331}};

    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++) {
        if (accents[i].mark == mark) {
            return accents[i].combining;
        }
    }
    return 0;
}

static const char *letter(const char *name, size_t length)
{
    static const struct {
        const char *name, *text;
    } letters[] = {{"ss", "\xc3\x9f"},
                   {"o", "\xc3\xb8"},
                   {"O", "\xc3\x98"},
                   {"l", "\xc5\x82"},
                   {"L", "\xc5\x81"},
                   {"ae", "\xc3\xa6"},
                   {"AE", "\xc3\x86"},
                   {"oe", "\xc5\x93"},
                   {"OE", "\xc5\x92"},
                   {"aa", "\xc3\xa5"},
                   {"AA", "\xc3\x85"},
                   {"i", "i"},
                   {"j", "j"},
                   {"dh", "\xc3\xb0"},
                   {"th", "\xc3\xbe"},
                   {"textendash", "\xe2\x80\x93"},
                   {"ldots", "..."},
                   {"dots", "..."},
                   {"textemdash", "\xe2\x80\x94"},
                   {"textquoteright", "'"},
                   {"textquoteleft", "'"},
                   {"textasciitilde", "~"}};

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        if (strlen(letters[i].name) == length && !memcmp(letters[i].name, name, length)) {
            return letters[i].text;
        }
    }
    return NULL;
}

/* A letter with an accent: at `at`, behind the accent's mark, maybe in braces or a dotless \i. Returns behind it. */
static const char *put_accented(pt_buf *out, const char *at, utf8proc_int32_t combining)
{
    size_t braces = 0, length;
    utf8proc_uint8_t joined[16], *composed;

    while (*at == ' ' || *at == '{') {
        braces += *at == '{';
        at++;
    }
    if (*at == '\\' && (at[1] == 'i' || at[1] == 'j')) {
        at++;
    }
    if (!*at || *at == '}') {
        return at + (*at && braces ? 1 : 0);
    }
    for (length = 1; length < 4 && ((unsigned char)at[length] & 0xc0) == 0x80; length++) {
    }
    memcpy(joined, at, length);
    length += (size_t)utf8proc_encode_char(combining, joined + length);
    joined[length] = '\0';
    composed = utf8proc_NFC(joined);
    if (composed) {
        pt_buf_text(out, (const char *)composed);
    } else {
        pt_buf_append(out, at, 1);
    }
    free(composed);
    for (at++; ((unsigned char)*at & 0xc0) == 0x80; at++) {
    }
    for (; braces && *at == '}'; braces--) {
        at++;
    }
    return at;
}

/* Behind a backslash. */
static const char *put_command(pt_buf *out, const char *at)
{
    size_t length = 0;
    const char *text;

    if (strchr("&%_#${}", *at) && *at) {
        pt_buf_append(out, at, 1);
        return at + 1;
    }
    if (!isalpha((unsigned char)*at)) {
        utf8proc_int32_t combining = *at ? accent(*at) : 0;
        if (combining) {
            return put_accented(out, at + 1, combining);
        }
        pt_buf_text(out, " ");
        return at + (*at != '\0');
    }
    while (isalpha((unsigned char)at[length])) {
        length++;
    }
    text = letter(at, length);
    if (length == 1 && accent(*at) && !text && (at[1] == '{' || at[1] == ' ')) {
        return put_accented(out, at + 1, accent(*at));
    }
    pt_buf_text(out, text ? text : "");
    at += length;
    return at + (text && *at == ' '); /* the blank that ends a command is not part of the text */
}

/* The text that LaTeX would set, as far as titles and abstracts have it. */
static void put_plain(pt_buf *out, const char *at)
{
    bool math = false;

    pt_buf_clear(out);
    while (*at) {
        if (*at == '\\' && !math) {
            at = put_command(out, at + 1);
        } else if (*at == '$') {
            math = !math;
            pt_buf_append(out, at++, 1);
        } else if (math) {
            pt_buf_append(out, at++, 1);
        } else if (*at == '{' || *at == '}') {
            at++;
        } else if (*at == '~') {
            pt_buf_text(out, " ");
            at++;
        } else if (!strncmp(at, "---", 3)) {
            pt_buf_text(out, "\xe2\x80\x94");
            at += 3;
        } else if (!strncmp(at, "--", 2)) {
            pt_buf_text(out, "\xe2\x80\x93");
            at += 2;
        } else if (!strncmp(at, "``", 2) || !strncmp(at, "''", 2)) {
            pt_buf_text(out, "\"");
            at += 2;
        } else {
            pt_buf_append(out, at++, 1);
        }
    }
}

/* ---- from fields to a paper ------------------------------------------------------------------------------------ */

static const char *field(const bib *b, const char *name)
{
    for (size_t i = 0; i < b->count; i++) {
        if (!strcmp(b->fields[i].name, name)) {
            return b->text.data + b->fields[i].value;
        }
    }
    return NULL;
}

static int set(bib *b, papertag_reader *reader, const char *name, const char **to, papertag_error *err)
{
    const char *value = field(b, name);

    if (!value || *to) {
        return PAPERTAG_OK;
    }
    put_plain(&b->plain, value);
    if (b->plain.failed) {
        return pt_no_memory(err);
    }
    return pt_record_text(&reader->record, to, b->plain.size ? b->plain.data : "", b->plain.size, err);
}

/* One author: "Last, First", "Last, Jr, First" or as it is. */
static int add_author(bib *b, papertag_reader *reader, const char *name, papertag_error *err)
{
    const char *comma = strchr(name, ','), *second = comma ? strchr(comma + 1, ',') : NULL;
    const char *first = second ? second : comma;

    pt_buf_clear(&b->cut);
    if (first) {
        pt_buf_text(&b->cut, first + 1);
        pt_buf_text(&b->cut, " ");
        pt_buf_append(&b->cut, name, (size_t)(comma - name));
        if (second) {
            pt_buf_text(&b->cut, " ");
            pt_buf_append(&b->cut, comma + 1, (size_t)(second - comma - 1));
        }
        name = b->cut.data ? b->cut.data : "";
    }
    put_plain(&b->plain, name);
    if (b->cut.failed || b->plain.failed) {
        return pt_no_memory(err);
    }
    if (!b->plain.size || !strcmp(b->plain.data, "others")) {
        return PAPERTAG_OK;
    }
    return pt_record_append(&reader->record, &reader->record.paper.authors, b->plain.data, b->plain.size, err);
}

/* Authors with "and" between, outside of braces. */
static int set_authors(bib *b, papertag_reader *reader, papertag_error *err)
{
    char *value = (char *)field(b, "author"), *from = value;
    size_t depth = 0;
    int status = PAPERTAG_OK;

    for (char *at = value; at && !status; at++) {
        const bool blank = isspace((unsigned char)*at);
        depth += *at == '{';
        depth -= *at == '}' && depth;
        if (!*at || (!depth && blank && !strncmp(at + 1, "and", 3) && isspace((unsigned char)at[4]))) {
            const bool last = !*at;
            *at = '\0';
            from += strspn(from, " \t\r\n");
            for (char *end = at; end > from && isspace((unsigned char)end[-1]); *--end = '\0') {
            }
            status = add_author(b, reader, from, err);
            if (last) {
                break;
            }
            at += 4;
            from = at + 1;
        }
    }
    return status;
}

static int set_date(bib *b, papertag_reader *reader, papertag_error *err)
{
    const char *date = field(b, "date"), *year = field(b, "year"), *month = field(b, "month"), *day = field(b, "day");
    char text[40];

    if (date) {
        return pt_record_date(&reader->record, date, strlen(date), err);
    }
    if (!year || !month || !day) { /* a month or a year alone is no day */
        return PAPERTAG_OK;
    }
    snprintf(text, sizeof text, "%04d-%02d-%02d", atoi(year) % 10000, atoi(month) % 100, atoi(day) % 100);
    return pt_record_date(&reader->record, text, strlen(text), err);
}

static int set_title(bib *b, papertag_reader *reader, papertag_error *err)
{
    papertag_paper *paper = &reader->record.paper;
    const char *subtitle = field(b, "subtitle");
    int status = set(b, reader, "title", &paper->title, err);

    if (!status && subtitle && paper->title) {
        put_plain(&b->plain, subtitle);
        pt_buf_clear(&b->cut);
        pt_buf_text(&b->cut, paper->title);
        pt_buf_text(&b->cut, ": ");
        pt_buf_append(&b->cut, b->plain.data ? b->plain.data : "", b->plain.size);
        if (b->cut.failed || b->plain.failed) {
            return pt_no_memory(err);
        }
        status = pt_record_text(&reader->record, &paper->title, b->cut.data, b->cut.size, err);
    }
    return status;
}

static int set_keywords(bib *b, papertag_reader *reader, papertag_error *err)
{
    const char *at = field(b, "keywords");
    int status = PAPERTAG_OK;

    if (!at) {
        return PAPERTAG_OK;
    }
    put_plain(&b->plain, at);
    if (b->plain.failed) {
        return pt_no_memory(err);
    }
    for (at = b->plain.data ? b->plain.data : ""; *at && !status;) {
        size_t length = strcspn(at, ",;");
        status = pt_record_append(&reader->record, &reader->record.paper.keywords, at, length, err);
        at += length + (at[length] != '\0');
    }
    return status;
}

/* Makes the paper of the fields at hand. */
static int make_paper(bib *b, papertag_reader *reader, const char *key, papertag_error *err)
{
    papertag_paper *paper = &reader->record.paper;
    const char *archive = field(b, "eprinttype") ? field(b, "eprinttype") : field(b, "archiveprefix");
    const char *eprint = field(b, "eprint");
    size_t length = 0;
    int status = set_title(b, reader, err);

    status = status ? status : set(b, reader, "abstract", &paper->abstract, err);
    status = status ? status : set(b, reader, "doi", &paper->doi, err);
    status = status ? status : set(b, reader, "url", &paper->url, err);
    status = status ? status : set(b, reader, "journal", &paper->venue, err);
    status = status ? status : set(b, reader, "journaltitle", &paper->venue, err);
    status = status ? status : set(b, reader, "booktitle", &paper->venue, err);
    status = status ? status : set_keywords(b, reader, err);
    status = status ? status : set_date(b, reader, err);
    if (!status && eprint && pt_arxiv_id(eprint, &length) &&
        (!archive || !strcmp(archive, "arXiv") || !strcmp(archive, "arxiv"))) {
        status = set(b, reader, "eprint", &paper->arxiv, err);
    }
    status = status ? status : set_authors(b, reader, err);
    status = status ? status : pt_record_text(&reader->record, &paper->id, key, strlen(key), err);
    status = status ? status : pt_record_text(&reader->record, &paper->source, "bibtex", 6, err);
    return status ? status : pt_reader_finish(reader, err);
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

/* Reads `name = value, ...` up to the entry's end into the fields. NULL, or what is wrong. */
static const char *take_fields(bib *b, pt_input *in, char close)
{
    b->count = 0;
    pt_buf_clear(&b->text);
    while (!take(in, close)) {
        bib_field *f = &b->fields[b->count];
        if (b->count == FIELDS_MAX) {
            return "more than 256 fields";
        }
        take_name(in, f->name);
        if (!f->name[0]) {
            return in->start == in->end ? "it is not closed" : "a field's name is missing";
        }
        if (!take(in, '=')) {
            return "'=' is missing behind a field's name";
        }
        f->value = b->text.size;
        if (!take_value(b, in, &b->text)) {
            return "a value is missing or not closed";
        }
        b->count++;
        if (!take(in, ',')) {
            return take(in, close) ? NULL : "',' or the end is missing behind a value";
        }
    }
    return NULL;
}

/* Goes on to the next line that begins with '@'. */
static void recover(pt_input *in)
{
    while (in->start < in->end) {
        const char *line = memchr(in->start, '\n', (size_t)(in->end - in->start));
        if (!line) {
            in->start = in->end;
            return;
        }
        in->start = line + 1;
        in->line++;
        if (in->start < in->end && *in->start == '@') {
            return;
        }
    }
}

static int keep_string(bib *b, papertag_error *err)
{
    for (size_t i = 0; i < b->count; i++) {
        bib_field *to;
        const char *value = b->text.data + b->fields[i].value;
        if (pt_reserve(&b->strings, &b->string_capacity, b->string_count + 1, sizeof *b->strings)) {
            return pt_no_memory(err);
        }
        to = &b->strings[b->string_count];
        *to = b->fields[i];
        to->value = b->string_text.size;
        pt_buf_append(&b->string_text, value, strlen(value) + 1);
        if (b->string_text.failed) {
            return pt_no_memory(err);
        }
        b->string_count++;
    }
    return PAPERTAG_OK;
}

static int next_bib(papertag_reader *reader, papertag_error *err)
{
    pt_input *in = &reader->input;
    bib *b = reader->state;

    for (;;) {
        char type[NAME_MAX_BYTES], key[256] = "", close;
        const char *wrong;
        size_t line, length;
        int status;
        for (; in->start < in->end && *in->start != '@'; in->start++) {
            in->line += *in->start == '\n';
        }
        if (in->start == in->end) {
            return PAPERTAG_END;
        }
        line = in->line;
        in->start++;
        take_name(in, type);
        if (!strcmp(type, "comment")) {
            continue; /* what is in it is text between entries */
        }
        close = take(in, '{') ? '}' : take(in, '(') ? ')' : '\0';
        if (!close) {
            continue; /* an address in the text between entries */
        }
        pt_record_clear(&reader->record, line);
        if (!strcmp(type, "preamble")) {
            pt_buf_clear(&b->text);
            wrong = take_value(b, in, &b->text) && take(in, close) ? NULL : "it is not closed";
        } else if (!strcmp(type, "string")) {
            wrong = take_fields(b, in, close);
        } else {
            skip_blanks(in);
            for (length = 0; in->start < in->end && !strchr(",}) \t\r\n", *in->start) && *in->start; in->start++) {
                if (length + 1 < sizeof key) {
                    key[length++] = *in->start;
                    key[length] = '\0';
                }
            }
            wrong = take(in, ',') ? take_fields(b, in, close) : "its key is missing";
        }
        if (b->text.failed) {
            return pt_no_memory(err);
        }
        if (wrong) {
            recover(in);
            return pt_reader_fail(reader, line, err, "@%s{%.100s: %s", type, key, wrong);
        }
        if (!strcmp(type, "string")) {
            status = keep_string(b, err);
        } else if (strcmp(type, "preamble") != 0) {
            return make_paper(b, reader, key, err);
        } else {
            status = PAPERTAG_OK;
        }
        if (status) {
            return status;
        }
    }
}

static int open_bib(papertag_reader *reader, papertag_error *err)
{
    reader->state = pt_calloc(1, sizeof(bib));
    return reader->state ? pt_reader_all(reader, err) : pt_no_memory(err);
}

static void close_bib(papertag_reader *reader)
{
    bib *b = reader->state;

    if (b) {
        pt_buf_free(&b->text);
        pt_buf_free(&b->string_text);
        pt_buf_free(&b->plain);
        pt_buf_free(&b->cut);
        free(b->strings);
        free(b);
    }
}

/* An '@', a name and a bracket, at the beginning or behind lines of comment. */
static bool fits_bib(const char *head, size_t size)
{
    const char *at = head, *end = head + size;

    while (at < end && *at == '%') {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        if (!line) {
            return false;
        }
        for (at = line + 1; at < end && isspace((unsigned char)*at); at++) {
        }
    }
    if (at == end || *at != '@') {
        return false;
    }
    for (at++; at < end && isalpha((unsigned char)*at); at++) {
    }
    for (; at < end && (*at == ' ' || *at == '\t'); at++) {
    }
    return at < end && (*at == '{' || *at == '(');
}

const pt_format pt_format_bib = {"bib", fits_bib, open_bib, next_bib, close_bib};
