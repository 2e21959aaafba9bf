/*
 * scan - cuts folded text into tokens.
 *
 * One pass over the bytes cuts tokens and lower-cases ASCII. The scanner knows what abstracts contain: LaTeX (commands
 * that only format vanish, symbols become words, {braces} and accents join, \ell_2 is l2), hyphens (split:
 * "fine-tuning" and "fine tuning" are one bigram), numbers (kept, except percentages), possessives, URLs (dropped),
 * Greek letters ("β" is "beta"), ideographs (one token each).
 *
 * Any bytes are valid input. Each rule was chosen by what helps a tagger; tests/cases/tokens.txt lists the cases.
 */
#include "scan.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "fold.h"
#include "latex_commands.h"
#include "plain_word.h"

enum { TOKEN_BYTES_MAX = 40, TEXT_BYTES_MAX = 1 << 30 };

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

/* Classes of bytes in folded text. A byte that JOINS is neither letter nor digit, but a word may continue after it. */
enum { DIGIT = 1, UPPER = 2, LOWER = 4, HIGH = 8, JOINS = 16, LETTER = UPPER | LOWER, WORD = LETTER | DIGIT | HIGH };

static const uint8_t class_of[256] = {
    ['0' ... '9'] = DIGIT, ['A' ... 'Z'] = UPPER, ['a' ... 'z'] = LOWER, [0x80 ... 0xff] = HIGH, ['{'] = JOINS,
    ['}'] = JOINS,         ['_'] = JOINS,         ['^'] = JOINS,         ['.'] = JOINS,          [','] = JOINS,
    ['+'] = JOINS,         ['\''] = JOINS,        ['\\'] = JOINS};

static bool is_class(char c, unsigned class)
{
    return class_of[(unsigned char)c] & class;
}

typedef struct scanner {
    const char *at;  /* in printable ASCII or folded text; a NUL ends it, so the next byte can always be read */
    const char *end; /* of the text */
    const pt_text_options *options;
    pt_tokens *tokens; /* out */
    bool fast_path;
    bool opens;                     /* the next token opens a segment */
    char original[TOKEN_BYTES_MAX]; /* start of the current word, before lower-casing */
    size_t length;                  /* bytes of the current word so far */
} scanner;

/* ---- words into tokens ----------------------------------------------------------------------------------------- */

static void append_byte(scanner *s, char c)
{
    if (s->length < TOKEN_BYTES_MAX) {
        char small = pt_lower(c);
        s->original[s->length] = c;
        pt_buf_append(&s->tokens->text, &small, 1);
    }
    s->length++;
}

/* From alpha on, in the order of Unicode; sigma has two forms. */
static const char *const greek_names[] = {
    "alpha", "beta",    "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda", "mu",   "nu",
    "xi",    "omicron", "pi",    "rho",   "sigma",   "sigma", "tau", "upsilon", "phi",  "chi",   "psi",    "omega"};
enum { ALPHA = 0x3b1, OMEGA = 0x3c9 };

/* "β", "β2" -> "beta", "beta2": papers use \beta, beta and the letter itself. */
static void spell_greek(pt_buf *text, size_t start)
{
    const unsigned char *bytes = (const unsigned char *)text->data + start;
    size_t length = text->size - start, i;
    unsigned c;
    char digits[TOKEN_BYTES_MAX];

    if (length < 2 || (bytes[0] != 0xce && bytes[0] != 0xcf)) {
        return;
    }
    c = ((bytes[0] & 0x1fu) << 6) | (bytes[1] & 0x3fu);
    for (i = 2; i < length; i++) {
        if (!is_class((char)bytes[i], DIGIT)) {
            return;
        }
    }
    if (c < ALPHA || c > OMEGA) {
        return;
    }
    memcpy(digits, bytes + 2, length - 2);
    text->size = start;
    pt_buf_text(text, greek_names[c - ALPHA]);
    pt_buf_append(text, digits, length - 2);
}

static bool ends_with(const char *word, size_t length, const char *ending)
{
    size_t size = strlen(ending);
    return length >= size && !memcmp(word + length - size, ending, size);
}

static bool are_small_letters(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (word[i] < 'a' || word[i] > 'z') {
            return false;
        }
    }
    return true;
}

/* The length of a word of small letters without a plain English plural's ending; "ies" becomes "y" in place. */
static size_t fold_ending(char *word, size_t length)
{
    switch (word[length - 2]) {
    case 's':
    case 'u':
    case 'i':
        return length;
    case 'a':
        return length - !ends_with(word, length, "bias");
    case 'n':
        return length - !ends_with(word, length, "lens");
    case 'e':
        break;
    default:
        return length - 1;
    }
    if (ends_with(word, length, "series")) {
        return length;
    }
    if (ends_with(word, length, "ies") && length > 4) {
        word[length - 3] = 'y';
        return length - 2;
    }
    return length - 1 -
           (ends_with(word, length, "sses") || ends_with(word, length, "xes") || ends_with(word, length, "ches") ||
            ends_with(word, length, "shes"));
}

static inline size_t fold_plural(char *word, size_t length)
{
    return length < 4 || word[length - 1] != 's' ? length : fold_ending(word, length);
}

/* Appends the parts of a camel-case word to the scratch text of parts: "SpikeGPT" -> "Spike GPT". Nothing when one has
 * fewer than three bytes. */
static void append_parts(scanner *s, const char *word, size_t length)
{
    size_t cuts[TOKEN_BYTES_MAX + 1], count = 0;

    cuts[count++] = 0;
    for (size_t i = 1; i < length; i++) {
        bool rises = is_class(word[i], UPPER) && !is_class(word[i - 1], UPPER);
        bool word_starts = is_class(word[i], UPPER) && is_class(word[i - 1], UPPER) && i + 1 < length &&
                           is_class(word[i + 1], LETTER) && !is_class(word[i + 1], UPPER);
        if (rises || word_starts) {
            if (i - cuts[count - 1] < 3) {
                return;
            }
            cuts[count++] = i;
        }
    }
    if (count < 2 || length - cuts[count - 1] < 3) {
        return;
    }
    cuts[count] = length;
    for (size_t i = 0; i < count; i++) {
        pt_buf_append(&s->tokens->parts, word + cuts[i], cuts[i + 1] - cuts[i]);
        pt_buf_append(&s->tokens->parts, i + 1 < count ? " " : "\n", 1);
    }
}

/* Where tokens are written, kept in registers. Open and close it around writes, which need the room asked for. */
typedef struct writer {
    char *text;
    pt_token *items;
    size_t size, count; /* of each */
    bool opens;
} writer;

/* `bytes`: what may follow the token string as it is, of words. False when there is no memory. */
static inline bool open_writer(scanner *s, size_t bytes, size_t words, writer *out)
{
    pt_tokens *tokens = s->tokens;
    pt_buf *text = &tokens->text;

    if (pt_reserve(&text->data, &text->capacity, text->size + bytes + words + PT_TOKENS_ROOM, 1) ||
        pt_reserve(&tokens->items, &tokens->capacity, tokens->count + words, sizeof *tokens->items)) {
        text->failed = true;
        return false;
    }
    *out = (writer){text->data, tokens->items, text->size, tokens->count, s->opens};
    return true;
}

static inline void close_writer(scanner *s, const writer *w)
{
    s->tokens->text.size = w->size;
    s->tokens->count = w->count;
    s->opens = w->opens;
}

/* Makes the `length` bytes at the end of the token string a token, or drops them when they are a stop word. About every
 * second word is a stop word, in no order that a processor could predict, so both cases take the same steps without a
 * branch. */
static inline __attribute__((always_inline)) void write_token(writer *w, const pt_words *stop_words, size_t length)
{
    const uint64_t hash = pt_hash(w->text + w->size, length, 0);
    const bool kept = !pt_words_have(stop_words, hash);

    w->items[w->count] = (pt_token){(uint32_t)w->size, (uint32_t)(w->size + length), w->opens, hash};
    w->text[w->size + length] = ' ';
    w->size += (length + 1) * kept;
    w->count += kept;
    w->opens = w->opens && !kept;
}

/* Ends the current word, which begins at `start` of the token string. With `keep` it becomes a token, unless it is
 * empty or too long. */
static void end_word(scanner *s, size_t start, bool keep)
{
    pt_buf *text = &s->tokens->text;
    size_t length;
    writer w;

    if (text->failed) {
        return;
    }
    if (!keep || s->length > TOKEN_BYTES_MAX || text->size == start) {
        text->size = start;
        return;
    }
    if (s->options->camel_case) {
        append_parts(s, s->original, s->length);
    }
    spell_greek(text, start);
    length = text->size - start;
    if (s->options->plurals && are_small_letters(text->data + start, length)) {
        length = fold_plural(text->data + start, length);
    }
    text->size = start;
    if (open_writer(s, length, 1, &w)) {
        write_token(&w, &s->options->stop_words, length);
        close_writer(s, &w);
    }
}

/* ---- reading words --------------------------------------------------------------------------------------------- */

static const char *skip_braces(const char *at)
{
    while (*at == '{' || *at == '}') {
        at++;
    }
    return at;
}

/* The letter of an accent, \'e, \"{o} or \~n; NULL when the backslash at `at` does not begin one. */
static const char *accented_letter(const char *at)
{
    static const char accents[] = "'\"`^~=.";
    const char *letter;

    if (!at[1] || !strchr(accents, at[1])) {
        return NULL;
    }
    letter = skip_braces(at + 2);
    return is_class(*letter, LETTER) ? letter : NULL;
}

/* The comma of "10,000", after a digit. */
static bool is_thousands_comma(const char *at)
{
    return is_class(at[1], DIGIT) && is_class(at[2], DIGIT) && is_class(at[3], DIGIT) && !is_class(at[4], WORD);
}

/* Where the word that begins at `word` continues after the byte at `at`, which is no letter or digit; NULL when the
 * word ends. Appends the byte if it is part of the word ("3.5", "c++"). */
static const char *continue_word(scanner *s, const char *at, const char *word)
{
    const char *next;
    bool after_digit = s->length && is_class(at[-1], DIGIT);

    switch (*at) {
    case '{':
    case '}':
        if (at[0] == '}' && at[1] == '{') {
            return NULL; /* two arguments: \frac{1}{2} */
        }
        next = skip_braces(at);
        return is_class(*next, WORD) || (*next == '\\' && accented_letter(next)) ? next : NULL;
    case '_':
    case '^':
        next = at + 1 + (at[1] == '{');
        return is_class(*next, DIGIT) ? next : NULL;
    case '.':
        if (after_digit && is_class(at[1], DIGIT)) {
            append_byte(s, '.');
            return at + 1;
        }
        return NULL;
    case ',':
        return after_digit && is_thousands_comma(at) ? at + 1 : NULL;
    case '\'':
        if ((at[1] == 's' || at[1] == 'S') && !is_class(at[2], WORD)) {
            return NULL;
        }
        return is_class(at[1], LETTER) && s->length ? at + 1 : NULL;
    case '+':
        if (at == word + 1 && at[1] == '+' && !is_class(at[2], WORD)) {
            append_byte(s, '+');
            append_byte(s, '+');
        }
        return NULL;
    case '\\':
        return accented_letter(at);
    default:
        return NULL;
    }
}

/* Reads a word of any kind. prefix: what a LaTeX command adds in front of it ("" or, for \ell, "l"). */
static void scan_word(scanner *s, const char *prefix)
{
    size_t start = s->tokens->text.size;
    const char *word = s->at, *at = s->at, *next;
    bool number = !*prefix, keep = true;

    s->length = 0;
    while (*prefix) {
        append_byte(s, *prefix++);
    }
    for (;;) {
        while (is_class(*at, WORD)) {
            number = number && is_class(*at, DIGIT);
            append_byte(s, *at++);
        }
        next = at < s->end ? continue_word(s, at, word) : NULL;
        if (!next) {
            break;
        }
        at = next;
    }
    if (at[0] == '\'' && (at[1] == 's' || at[1] == 'S') && !is_class(at[2], WORD)) {
        at += 2;
    }
    if (number && (at[0] == '%' || (at[0] == '\\' && at[1] == '%'))) {
        keep = false; /* a percentage says nothing about the topic */
    }
    s->at = at;
    end_word(s, start, keep);
}

/* ---- LaTeX and the rest ---------------------------------------------------------------------------------------- */

static void skip_argument(scanner *s)
{
    int depth = 0;
    const char *at = s->at;

    if (*at == '[') {
        while (at < s->end && *at != ']') {
            at++;
        }
        at += at < s->end;
    }
    if (*at != '{') {
        return;
    }
    for (; at < s->end; at++) {
        depth += (*at == '{') - (*at == '}');
        if (!depth) {
            s->at = at + 1;
            return;
        }
    }
    /* Braces that never close hold no argument: their text is read. */
}

static void scan_backslash(scanner *s)
{
    char name[24]; /* longer than any command listed */
    size_t length = 0;
    const char *letter = accented_letter(s->at), *at = s->at + 1;

    if (letter) {
        s->at = letter;
        scan_word(s, "");
        return;
    }
    while (is_class(at[length], LETTER) && length + 1 < sizeof name) {
        name[length] = at[length];
        length++;
    }
    name[length] = '\0';
    if (!length) {
        s->at += at < s->end && *at && (unsigned char)*at < 0x80 ? 2 : 1; /* \%, \&, \\ */
        return;
    }
    s->at = at + length;
    switch (pt_find_latex_command(name)) {
    case PT_LATEX_WORD:
        scan_word(s, name);
        break;
    case PT_LATEX_L:
        scan_word(s, "l");
        break;
    case PT_LATEX_ARGUMENT:
        skip_argument(s);
        break;
    case PT_LATEX_FORMAT:
        break;
    }
}

static bool starts_url(const char *at)
{
    return ((at[0] == 'h' && at[1] == 't') || (at[0] == 'w' && at[1] == 'w')) &&
           (!strncmp(at, "http://", 7) || !strncmp(at, "https://", 8) || !strncmp(at, "www.", 4));
}

/* Whether the byte at `at`, which is of no word or command, ends a segment. */
static inline bool ends_segment(const scanner *s, const char *at)
{
    return *at == '\n' ||
           (s->options->segments && (*at == '.' || *at == '!' || *at == '?' || *at == ';') && at[1] == ' ');
}

/* Whether a plain word that ends at `at` may be a part of something else: the byte there joins, or it is that of a
 * percentage, or the word begins a URL. digits: of the word, see pt_plain_word. */
static inline bool may_go_on(const char *at, size_t length, uint64_t digits)
{
    const bool ends_in_digit = digits >> (length - 1);

    return (*at == '%' && ends_in_digit) || (is_class(*at, JOINS) && ((*at != '.' && *at != ',') || ends_in_digit)) ||
           starts_url(at - length);
}

/* The fast path: reads words of ASCII letters and digits with no joining byte in them, as nearly all words are, and
 * what separates them. Stops before anything else, and after PLAIN_RUN bytes. */
static void scan_plain_words(scanner *s)
{
    enum { PLAIN_RUN = 4096 };
    const pt_text_options *options = s->options;
    const char *at = s->at, *stop = s->end - at > PLAIN_RUN ? at + PLAIN_RUN : s->end;
    writer w;

    if (!open_writer(s, (size_t)(stop - at) + PT_PLAIN_MAX, (size_t)(stop - at) / 2 + 1, &w)) {
        return;
    }
    while (at < stop) {
        const pt_plain_word word = pt_plain_word_at(at, s->end, w.text + w.size);
        const char *after = at + word.length;
        if (!word.length && *at != '\\') {
            w.opens = w.opens || ends_segment(s, at);
            at++;
            continue;
        }
        if (!word.length || word.length > TOKEN_BYTES_MAX || word.high ||
            (*after != ' ' && may_go_on(after, word.length, word.digits))) {
            break;
        }
        if (word.upper > 1 && options->camel_case) {
            append_parts(s, at, word.length);
        }
        at = after + (*after == ' ');
        write_token(&w, &options->stop_words,
                    options->plurals && !word.digits ? fold_plural(w.text + w.size, word.length) : word.length);
    }
    s->at = at;
    close_writer(s, &w);
}

static void scan_all(scanner *s)
{
    for (;;) {
        if (s->fast_path) {
            scan_plain_words(s);
        }
        if (s->at >= s->end || s->tokens->text.failed) {
            return;
        }
        if (starts_url(s->at)) {
            s->at += strcspn(s->at, " <>\"{}|)]");
        } else if (is_class(*s->at, WORD)) {
            scan_word(s, "");
        } else if (*s->at == '\\') {
            scan_backslash(s);
        } else {
            s->opens = s->opens || ends_segment(s, s->at);
            s->at++;
        }
    }
}

static void scan_text(scanner *s, const char *text, size_t size)
{
    s->opens = true;
    s->at = text;
    s->end = text + size;
    scan_all(s);
}

int pt_tokenize_by(pt_tokens *tokens, const pt_text_options *options, const char *text, bool fast_path,
                   papertag_error *err)
{
    size_t size = text ? strnlen(text, TEXT_BYTES_MAX) : 0;
    scanner s = {.options = options, .tokens = tokens, .fast_path = fast_path};

    pt_buf_clear(&tokens->text);
    pt_buf_clear(&tokens->folded);
    pt_buf_clear(&tokens->parts);
    tokens->count = 0;
    if (!size) {
        return PAPERTAG_OK;
    }
    if (fast_path && !text[size] /* not cut */ && pt_is_folded(text, size)) {
        scan_text(&s, text, size);
    } else {
        pt_fold(&tokens->folded, text, size, fast_path);
        if (tokens->folded.size) {
            scan_text(&s, tokens->folded.data, tokens->folded.size);
        }
    }
    if (tokens->parts.size) {
        pt_text_options plain = *options;
        plain.camel_case = false;
        s.options = &plain;
        scan_text(&s, tokens->parts.data, tokens->parts.size);
    }
    if (tokens->text.failed || tokens->folded.failed || tokens->parts.failed) {
        return pt_no_memory(err);
    }
    return PAPERTAG_OK;
}

int pt_tokenize(pt_tokens *tokens, const pt_text_options *options, const char *text, papertag_error *err)
{
    return pt_tokenize_by(tokens, options, text, true, err);
}

void pt_tokens_free(pt_tokens *tokens)
{
    pt_buf_free(&tokens->text);
    pt_buf_free(&tokens->folded);
    pt_buf_free(&tokens->parts);
    free(tokens->items);
    *tokens = (pt_tokens){0};
}
