/*
 * list_cell - see list_cell.h.
 *
 * One pass over the text, whatever is in it. Brackets within brackets are not counted by recursion: an inner list is
 * an item of words (["Doe", "Dora"]), an inner dict an item by its name.
 */
#include "list_cell.h"

#include <utf8proc.h>

#include "base/ascii.h"
#include "slice.h"

/* ---- brackets -------------------------------------------------------------------------------------------------- */

typedef struct scan {
    const char *at, *end;
    pt_buf item; /* the item being read */
    bool whole;  /* nothing was wrong so far */
} scan;

static bool is_quote(char c)
{
    return c == '\'' || c == '"';
}

/* The offset of the last `c` of a text; its length when there is none. */
static size_t last_place(pt_slice text, char c)
{
    size_t at = text.length;

    while (at && text.text[at - 1] != c) {
        at--;
    }
    return at ? at - 1 : text.length;
}

static const struct brackets {
    const char *open, *close;
    bool strict; /* in prose, too: what they hold must begin with a quote or another bracket */
} brackets[] = {{"array([", "])", false}, {"frozenset({", "})", true}, {"set([", "])", true},
                {"c(", ")", true},        {"[", "]", false},           {"(", ")", true},
                {"{", "}", false}};

/* Cuts text down to what is within its brackets; false when it is not a list in brackets, as "[1] Doe [2] Roe". A list
 * that is not closed is one if it begins with a quote. */
static bool strip_brackets(pt_slice *text, bool *closed)
{
    const pt_slice whole = pt_trimmed(*text);
    const struct brackets *b = brackets, *end = brackets + sizeof brackets / sizeof *brackets;
    size_t open = 0, close = 0;
    pt_slice inner;
    bool is_list;

    for (; b < end; b++) {
        open = strlen(b->open);
        close = strlen(b->close);
        if (whole.length >= open + close && !memcmp(whole.text, b->open, open)) {
            break;
        }
    }
    if (b == end) {
        return false;
    }
    *closed = !memcmp(whole.text + whole.length - close, b->close, close);
    if (!*closed && b == brackets && last_place(whole, ']') < whole.length) { /* "array([...], dtype=object)" */
        close = whole.length - last_place(whole, ']');
        *closed = true;
    }
    close = *closed ? close : 0;
    inner = pt_trimmed((pt_slice){whole.text + open, whole.length - open - close});
    if (!inner.length || is_quote(*inner.text) || (*closed && strchr("[({", *inner.text))) {
        is_list = *closed || inner.length > 1;
    } else if (inner.length > 1 && (*inner.text == 'u' || *inner.text == 'b') && is_quote(inner.text[1])) {
        is_list = true; /* as Python 2 writes strings */
    } else {
        is_list = *closed && !b->strict && !memchr(inner.text, b->open[open - 1], inner.length);
    }
    *text = is_list ? inner : whole;
    return is_list;
}

bool pt_is_bracketed(const char *text, size_t length)
{
    bool closed;
    return strip_brackets(&(pt_slice){text, length}, &closed);
}

static unsigned hex_value(const char *at, int digits)
{
    unsigned value = 0;

    for (int i = 0; i < digits; i++) {
        const char c = pt_lower(at[i]);
        value = value * 16 + (unsigned)(pt_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0);
    }
    return value;
}

/* Appends what the escape at s->at, a backslash, stands for, and moves past it. */
static void take_escape(scan *s)
{
    static const char letters[] = "nrtfvb";
    const char c = s->end - s->at > 1 ? s->at[1] : '\\';
    const int digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    utf8proc_uint8_t bytes[4];

    if (digits && s->end - s->at >= 2 + digits) {
        pt_buf_append(&s->item, bytes,
                      (size_t)utf8proc_encode_char((utf8proc_int32_t)hex_value(s->at + 2, digits), bytes));
        s->at += 2 + digits;
    } else {
        pt_buf_append(&s->item, strchr(letters, c) ? " " : &c, 1);
        s->at += s->end - s->at > 1 ? 2 : 1;
    }
}

/* Whether a quote at `at` closes a string: in "['Moore's law', 'b']" the second one does not. */
static bool closes(const scan *s, const char *at)
{
    for (at++; at < s->end && pt_is_white(*at); at++) {
    }
    return at == s->end || strchr(",;:]})", *at) || is_quote(*at) || (s->end - at > 3 && !memcmp(at, "...", 3));
}

/* Appends the quoted string at s->at. A doubled quote is one, unless the string is empty. */
static void take_quoted(scan *s)
{
    const char quote = *s->at++;

    while (s->at < s->end) {
        if (*s->at == '\\') {
            take_escape(s);
        } else if (*s->at == quote && closes(s, s->at)) {
            s->at++;
            return;
        } else {
            pt_buf_append(&s->item, s->at++, 1);
        }
    }
    s->whole = false;
}

/* What Python, pandas and JSON write for no value. */
static bool is_nothing(pt_slice word)
{
    return pt_slice_is(word, "none") || pt_slice_is(word, "nan") || pt_slice_is(word, "null");
}

/* Appends the bare word at s->at, up to one of `stops`. */
static void take_bare(scan *s, const char *stops)
{
    const char *from = s->at;
    pt_slice word;

    while (s->at < s->end && (!*s->at || !strchr(stops, *s->at))) {
        s->at++;
    }
    word = pt_trimmed((pt_slice){from, (size_t)(s->at - from)});
    if (!is_nothing(word)) {
        pt_buf_append(&s->item, word.text, word.length);
    }
}

/* Appends one quoted string or bare word of a list or dict within the list. */
static void take_word(scan *s)
{
    if (is_quote(*s->at)) {
        take_quoted(s);
    } else {
        take_bare(s, ",:{}[]() \t\r\n");
    }
}

/* The place of s->item from `start` on among the keys that name a dict, best first; `none` when it is not there. */
static size_t place_of_key(const scan *s, size_t start, size_t none)
{
    static const char *const keys[] = {"name", "label", "term", "fullname", "display_name", "tag", "title"};
    const char *word = s->item.data ? s->item.data + start : "";
    size_t i = 0;

    while (i < sizeof keys / sizeof *keys && strcmp(word, keys[i]) != 0) {
        i++;
    }
    return i < sizeof keys / sizeof *keys ? i : none;
}

/* Reads the list or dict within the list that opens before s->at: of a list all words, of a dict the value that names
 * it. What is nested in it belongs to it. */
static void take_inner(scan *s, bool dict)
{
    size_t depth = 1, best = SIZE_MAX, key = SIZE_MAX;
    bool is_key = dict;

    while (s->at < s->end && depth) {
        const size_t start = s->item.size;
        if (strchr("{[(", *s->at) && *s->at) {
            depth++;
            s->at++;
        } else if (strchr("}])", *s->at) && *s->at) {
            depth--;
            s->at++;
        } else if (*s->at == ',' || *s->at == ':' || pt_is_white(*s->at)) {
            is_key = dict && (*s->at == ',' || (is_key && *s->at != ':'));
            s->at++;
        } else {
            take_word(s);
            if (!dict) {
                pt_buf_text(&s->item, " ");
                continue;
            }
            if (depth == 1 && is_key) {
                key = place_of_key(s, start, SIZE_MAX);
            } else if (depth == 1 && key < best && s->item.size > start) {
                best = key;
                memmove(s->item.data, s->item.data + start, s->item.size - start);
                s->item.size -= start;
                continue;
            }
            s->item.size = best == SIZE_MAX ? 0 : start;
        }
    }
    s->whole = s->whole && !depth;
}

/* Reads the next item into s->item. */
static void take_item(scan *s)
{
    pt_buf_clear(&s->item);
    if ((*s->at == 'u' || *s->at == 'b') && s->end - s->at > 1 && is_quote(s->at[1])) {
        s->at++;
    }
    if (is_quote(*s->at)) {
        take_quoted(s);
    } else if (*s->at && strchr("[{(", *s->at)) {
        const bool dict = *s->at++ == '{';
        take_inner(s, dict);
    } else {
        const char *from = s->at;
        take_bare(s, ",;");
        /* "..." is what NumPy leaves out of a long list; a bracket or quote belongs to something else */
        for (const char *at = from; at < s->at; at++) {
            s->whole = s->whole && !strchr("[]{}\"", *at);
        }
        s->whole = s->whole && !is_quote(s->at[-1]) && !(s->at - from >= 3 && !memcmp(from, "...", 3));
    }
}

/* Whether what is within braces is a dict: a key and a colon come first. */
static bool is_dict(const scan *s)
{
    scan first = {.at = s->at, .end = s->end};

    take_word(&first);
    while (first.at < first.end && pt_is_white(*first.at)) {
        first.at++;
    }
    pt_buf_free(&first.item);
    return first.at < first.end && *first.at == ':';
}

static int read_bracketed(pt_record *record, papertag_strings *list, pt_slice inner, bool braces,
                          pt_list_append *append, bool *whole, papertag_error *err)
{
    scan s = {.at = inner.text, .end = inner.text + inner.length, .whole = true};
    int status = PAPERTAG_OK;

    while (s.at < s.end && !status) {
        if (pt_is_white(*s.at) || *s.at == ',' || *s.at == ';' || !*s.at) {
            s.at++;
            continue;
        }
        if (braces && is_dict(&s)) {
            take_inner(&s, true);
            s.whole = s.item.size > 0 && s.at == s.end;
        } else {
            take_item(&s);
        }
        status =
            s.item.failed ? pt_no_memory(err) : append(record, list, s.item.data ? s.item.data : "", s.item.size, err);
    }
    if (whole) {
        *whole = s.whole;
    }
    pt_buf_free(&s.item);
    return status;
}

/* ---- separators ------------------------------------------------------------------------------------------------ */

/* A category of arXiv: "cs.LG", "hep-th". Source: arXiv, "Category Taxonomy". */
static bool is_arxiv_category(pt_slice word)
{
    static const char *const archives[] = {
        "acc-phys", "adap-org", "alg-geom", "ao-sci",   "astro-ph", "atom-ph", "bayes-an", "chao-dyn",
        "chem-ph",  "cmp-lg",   "comp-gas", "cond-mat", "cs",       "dg-ga",   "econ",     "eess",
        "funct-an", "gr-qc",    "hep-ex",   "hep-lat",  "hep-ph",   "hep-th",  "math",     "math-ph",
        "mtrl-th",  "nlin",     "nucl-ex",  "nucl-th",  "patt-sol", "physics", "plasm-ph", "q-alg",
        "q-bio",    "q-fin",    "quant-ph", "solv-int", "stat",     "supr-con"};
    const char *point = memchr(word.text, '.', word.length);
    const size_t length = point ? (size_t)(point - word.text) : word.length;

    if (point && (word.length - length < 3 || word.length - length > 9)) {
        return false;
    }
    for (const char *at = point ? point + 1 : word.text + word.length; at < word.text + word.length; at++) {
        if (!pt_is_letter(*at) && *at != '-') {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        if (strlen(archives[i]) == length && !memcmp(word.text, archives[i], length)) {
            return true;
        }
    }
    return false;
}

/* Whether all words fit, of which there is at least one. */
static bool all_words(pt_slice text, bool (*fits)(pt_slice word))
{
    pt_slice word = pt_take_word(&text);
    const bool any = word.length > 0;

    while (word.length && fits(word)) {
        word = pt_take_word(&text);
    }
    return any && !word.length;
}

static int split_words(pt_record *record, papertag_strings *list, pt_slice text, pt_list_append *append,
                       papertag_error *err)
{
    pt_slice word = pt_take_word(&text);
    int status = PAPERTAG_OK;

    for (; word.length && !status; word = pt_take_word(&text)) {
        const pt_slice item = pt_bare_address(word);
        status = append(record, list, item.text, item.length, err);
    }
    return status;
}

/* Splits the text, and takes the quotes around a part away. */
static int split_parts(pt_record *record, papertag_strings *list, pt_slice text, const char *separators,
                       pt_list_append *append, papertag_error *err)
{
    size_t start = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i <= text.length && !status; i++) {
        if (i == text.length || (text.text[i] && strchr(separators, text.text[i]))) {
            pt_slice part = pt_trimmed((pt_slice){text.text + start, i - start});
            if (part.length > 1 && is_quote(*part.text) && part.text[part.length - 1] == *part.text) {
                part = (pt_slice){part.text + 1, part.length - 2};
            }
            status = append(record, list, part.text, part.length, err);
            start = i + 1;
        }
    }
    return status;
}

int pt_list_cell(pt_record *record, papertag_strings *list, const char *text, size_t length, const char *separators,
                 pt_list_append *append, bool *whole, papertag_error *err)
{
    pt_slice cell = pt_trimmed((pt_slice){text, length});
    const bool braces = cell.length && *cell.text == '{';
    bool closed;
    int status;

    if (whole) {
        *whole = true;
    }
    if (strip_brackets(&cell, &closed)) {
        status = read_bracketed(record, list, cell, braces, append, whole, err);
        if (whole) {
            *whole = *whole && closed;
        }
        return status;
    }
    if (is_nothing(cell)) {
        return PAPERTAG_OK;
    }
    if (all_words(cell, pt_is_address) || all_words(cell, is_arxiv_category)) {
        return split_words(record, list, cell, append, err);
    }
    if (cell.length && memchr(cell.text, ';', cell.length)) {
        separators = ";";
    } else if (cell.length && memchr(cell.text, '|', cell.length)) {
        separators = "|";
    }
    return split_parts(record, list, cell, separators, append, err);
}
