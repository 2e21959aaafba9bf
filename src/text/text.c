/*
 * text - from UTF-8 to tokens, in two steps.
 *
 * 1. Fold. utf8proc replaces compatibility forms (ligatures, full-width and mathematical letters), strips accents and
 *    folds the case of what is not ASCII. ASCII runs, nearly all of a usual abstract, are copied as they are.
 * 2. Scan. One pass over the folded bytes cuts tokens and lower-cases ASCII. The scanner knows what abstracts are made
 *    of: LaTeX (commands that only format vanish, symbols become words, {braces} and accents join, \ell_2 is l2),
 *    hyphens (split: "fine-tuning" and "fine tuning" are one bigram), numbers (kept, but percentages say nothing),
 *    possessives, URLs (dropped), Greek letters ("β" is "beta"), ideographs (one token each).
 *
 * Both steps take any bytes. What a tagger needs decided each case; tests/cases/tokens.txt lists them.
 */
#include "text.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/swar.h"

enum { TOKEN_BYTES_MAX = 40, TEXT_BYTES_MAX = 1 << 30 };

/* ---- stop words ------------------------------------------------------------------------------------------------ */

const char *pt_stop_words_english(size_t *size)
{
    /* Function words, and the phrases by which abstracts announce what they say ("we propose", "in this paper"). */
    static const char words[] =
        "a\0about\0above\0across\0after\0again\0against\0all\0almost\0also\0although\0always\0am\0among\0an\0and\0"
        "another\0any\0are\0as\0at\0be\0because\0been\0before\0being\0below\0between\0both\0but\0by\0can\0cannot\0"
        "could\0d\0did\0do\0does\0doing\0down\0due\0during\0e\0each\0either\0else\0etc\0even\0ever\0every\0few\0for\0"
        "from\0further\0g\0had\0has\0have\0having\0he\0hence\0her\0here\0hers\0him\0his\0how\0however\0i\0ie\0eg\0if\0"
        "in\0into\0is\0it\0its\0itself\0just\0let\0may\0me\0might\0more\0moreover\0most\0much\0must\0my\0namely\0"
        "neither\0no\0nor\0not\0now\0of\0off\0often\0on\0once\0one\0only\0onto\0or\0other\0others\0our\0ours\0out\0"
        "over\0own\0per\0perhaps\0rather\0s\0same\0several\0shall\0she\0should\0since\0so\0some\0still\0such\0t\0than\0"
        "that\0the\0their\0theirs\0them\0then\0there\0thereby\0therefore\0these\0they\0this\0those\0though\0through\0"
        "throughout\0thus\0to\0together\0too\0toward\0towards\0under\0until\0up\0upon\0us\0very\0via\0was\0we\0well\0"
        "were\0what\0when\0where\0whereas\0whereby\0wherein\0whether\0which\0while\0who\0whom\0whose\0why\0will\0with\0"
        "within\0without\0would\0yet\0you\0your\0";
    *size = sizeof words - 1;
    return words;
}

/* Fills the buckets; false when one of them overflows. An empty place holds a hash that belongs to another bucket. */
static bool fill_buckets(pt_words *words)
{
    for (size_t i = 0; i <= words->mask; i++) {
        for (int k = 0; k < PT_BUCKET; k++) {
            words->hashes[i * PT_BUCKET + k] = ~i;
        }
    }
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->text + words->starts[i];
        const uint64_t hash = pt_hash(word, words->starts[i + 1] - words->starts[i] - 1, 0);
        const size_t bucket = hash & words->mask;
        uint64_t *place = words->hashes + bucket * PT_BUCKET, *end = place + PT_BUCKET;
        while (place < end && *place != ~bucket && *place != hash) {
            place++;
        }
        if (place == end) {
            return false;
        }
        *place = hash;
    }
    return true;
}

int pt_words_build(pt_words *out, const char *text, size_t size, papertag_error *err)
{
    pt_words words = {0};
    size_t at = 0;
    bool filled = false;

    for (size_t i = 0; i < size; i++) {
        words.count += text[i] == '\0';
    }
    if (words.count > 32000 || (size && text[size - 1])) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a list of stop words must hold at most 32000 words");
    }
    words.text = pt_alloc(size, 1);
    words.starts = pt_alloc(words.count + 1, sizeof *words.starts);
    if (!words.text || !words.starts) {
        pt_words_free(&words);
        return pt_no_memory(err);
    }
    if (size) {
        memcpy(words.text, text, size);
    }
    for (size_t i = 0; i < words.count; i++) {
        words.starts[i] = (uint32_t)at;
        at += strlen(text + at) + 1;
    }
    words.starts[words.count] = (uint32_t)at;
    for (size_t buckets = 16; words.count && !filled; buckets *= 2) {
        free(words.hashes);
        words.hashes = buckets <= 1 << 20 ? pt_alloc(buckets, PT_BUCKET * sizeof *words.hashes) : NULL;
        if (!words.hashes) {
            pt_words_free(&words);
            return pt_no_memory(err);
        }
        words.mask = buckets - 1;
        filled = fill_buckets(&words);
    }
    *out = words;
    return PAPERTAG_OK;
}

bool pt_words_have(const pt_words *words, uint64_t hash)
{
    const uint64_t *bucket;
    bool found = false;

    if (!words->hashes) {
        return false;
    }
    bucket = words->hashes + (hash & words->mask) * PT_BUCKET;
    for (int k = 0; k < PT_BUCKET; k++) {
        found |= bucket[k] == hash;
    }
    return found;
}

void pt_words_free(pt_words *words)
{
    free(words->text);
    free(words->starts);
    free(words->hashes);
    *words = (pt_words){0};
}

/* ---- folding --------------------------------------------------------------------------------------------------- */

/* Scripts written without spaces: every character is a word of its own, and bigrams do the rest. */
static bool is_ideograph(utf8proc_int32_t c)
{
    return (c >= 0x2e80 && c <= 0x2fdf) || (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Appends one character that utf8proc has decomposed. */
static void fold_piece(pt_buf *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size;

    if (c < 0x80) {
        char byte = (char)(c < ' ' || c == 0x7f ? ' ' : c);
        pt_buf_append(out, &byte, 1);
        return;
    }
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_PD:
        pt_buf_append(out, "-", 1);
        return;
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
        pt_buf_append(out, "'", 1);
        return;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        break;
    default:
        pt_buf_append(out, c == 0x2212 ? "-" : " ", 1); /* the minus sign is a symbol, not a dash */
        return;
    }
    size = utf8proc_encode_char(c, bytes);
    if (is_ideograph(c)) {
        pt_buf_append(out, " ", 1);
        pt_buf_append(out, bytes, (size_t)size);
        pt_buf_append(out, " ", 1);
    } else {
        pt_buf_append(out, bytes, (size_t)size);
    }
}

static void fold_character(pt_buf *out, utf8proc_int32_t c)
{
    utf8proc_int32_t pieces[32]; /* the longest compatibility form has 18 */
    int boundary = 0;
    utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE |
                                (c >= 0x80 ? UTF8PROC_CASEFOLD : 0); /* the scanner still needs the case of ASCII */
    utf8proc_ssize_t count = utf8proc_decompose_char(c, pieces, 32, options, &boundary);

    if (count < 0 || count > 32) {
        pt_buf_append(out, " ", 1);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        fold_piece(out, pieces[i]);
    }
}

/* The first byte of [at, end) that is not printable ASCII, or end. */
static const unsigned char *behind_plain(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 8 && pt_all_plain(pt_eight(at))) {
        at += 8;
    }
    while (at < end && *at >= ' ' && *at < 0x7f) {
        at++;
    }
    return at;
}

void pt_fold(pt_buf *out, const char *text, size_t size, bool fast_path)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + size;

    while (at < end) {
        utf8proc_int32_t c;
        utf8proc_ssize_t length;
        const unsigned char *run = at;
        if (fast_path) {
            at = behind_plain(at, end);
        }
        if (at > run) {
            pt_buf_append(out, run, (size_t)(at - run));
            continue;
        }
        length = utf8proc_iterate(at, end - at, &c);
        if (length <= 0) {
            pt_buf_append(out, " ", 1);
            at++;
        } else {
            fold_character(out, c);
            at += length;
        }
    }
}

/* ---- LaTeX ----------------------------------------------------------------------------------------------------- */

typedef enum latex_kind {
    LATEX_WORD,     /* the command's name is a word: \alpha, \log */
    LATEX_NOTHING,  /* it says nothing of its own: \emph, \times; arguments are read as text */
    LATEX_ARGUMENT, /* its first argument is not prose: \cite{...} */
    LATEX_L         /* \ell */
} latex_kind;

static int compare_names(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static latex_kind latex_command(const char *name)
{
    static const char *const nothing[] = {"Big",
                                          "Bigg",
                                          "Bigl",
                                          "Bigr",
                                          "Leftarrow",
                                          "Rightarrow",
                                          "Vert",
                                          "approx",
                                          "ast",
                                          "bar",
                                          "bf",
                                          "big",
                                          "bigg",
                                          "bigl",
                                          "bigr",
                                          "bm",
                                          "boldsymbol",
                                          "bullet",
                                          "cap",
                                          "cdot",
                                          "cdots",
                                          "circ",
                                          "colon",
                                          "cup",
                                          "dagger",
                                          "displaystyle",
                                          "dot",
                                          "dots",
                                          "em",
                                          "emph",
                                          "equiv",
                                          "exists",
                                          "footnote",
                                          "forall",
                                          "frac",
                                          "ge",
                                          "geq",
                                          "geqslant",
                                          "gg",
                                          "hat",
                                          "in",
                                          "int",
                                          "it",
                                          "item",
                                          "langle",
                                          "lceil",
                                          "ldots",
                                          "le",
                                          "left",
                                          "leftarrow",
                                          "leq",
                                          "leqslant",
                                          "lfloor",
                                          "ll",
                                          "lvert",
                                          "mapsto",
                                          "mathbb",
                                          "mathbf",
                                          "mathcal",
                                          "mathfrak",
                                          "mathit",
                                          "mathop",
                                          "mathrm",
                                          "mathscr",
                                          "mathsf",
                                          "mathtt",
                                          "mbox",
                                          "mid",
                                          "ne",
                                          "neq",
                                          "newline",
                                          "noindent",
                                          "operatorname",
                                          "overline",
                                          "par",
                                          "pm",
                                          "prime",
                                          "prod",
                                          "propto",
                                          "qquad",
                                          "quad",
                                          "rangle",
                                          "rceil",
                                          "rfloor",
                                          "right",
                                          "rightarrow",
                                          "rm",
                                          "rvert",
                                          "sc",
                                          "sf",
                                          "sim",
                                          "simeq",
                                          "sqrt",
                                          "square",
                                          "star",
                                          "subset",
                                          "subseteq",
                                          "sum",
                                          "text",
                                          "textasciitilde",
                                          "textbf",
                                          "textit",
                                          "textrm",
                                          "textsc",
                                          "textsf",
                                          "textsubscript",
                                          "textsuperscript",
                                          "texttt",
                                          "tilde",
                                          "times",
                                          "to",
                                          "tt",
                                          "underline",
                                          "vec",
                                          "vert",
                                          "widehat",
                                          "widetilde",
                                          "xspace"};
    static const char *const argument[] = {"autoref",         "begin", "bibliography", "cite",  "citealp", "citep",
                                           "citet",           "cref",  "end",          "eqref", "href",    "hspace",
                                           "includegraphics", "label", "ref",          "url",   "vspace"};
    if (!strcmp(name, "ell")) {
        return LATEX_L;
    }
    if (bsearch(name, nothing, sizeof nothing / sizeof *nothing, sizeof *nothing, compare_names)) {
        return LATEX_NOTHING;
    }
    if (bsearch(name, argument, sizeof argument / sizeof *argument, sizeof *argument, compare_names)) {
        return LATEX_ARGUMENT;
    }
    return LATEX_WORD;
}

/* ---- scanning -------------------------------------------------------------------------------------------------- */

/* What a byte of folded text is. A byte that joins may go on with a word though it is neither letter nor digit. */
enum { DIGIT = 1, UPPER = 2, LOWER = 4, HIGH = 8, JOINS = 16, LETTER = UPPER | LOWER, WORD = LETTER | DIGIT | HIGH };

static const uint8_t class_of[256] = {
    ['0' ... '9'] = DIGIT, ['A' ... 'Z'] = UPPER, ['a' ... 'z'] = LOWER, [0x80 ... 0xff] = HIGH, ['{'] = JOINS,
    ['}'] = JOINS,         ['_'] = JOINS,         ['^'] = JOINS,         ['.'] = JOINS,          [','] = JOINS,
    ['+'] = JOINS,         ['\''] = JOINS,        ['\\'] = JOINS};

static bool is(char c, unsigned class)
{
    return class_of[(unsigned char)c] & class;
}

typedef struct scanner {
    const char *at; /* printable ASCII or folded text, NUL-terminated: looking one byte ahead is always allowed */
    const char *end;
    const pt_text_options *options;
    pt_tokens *tokens;
    bool fast_path;
    bool opens;                    /* the next token opens a segment */
    char case_of[TOKEN_BYTES_MAX]; /* the bytes of the word being read before lower-casing */
    size_t length;                 /* its bytes so far, of which the first TOKEN_BYTES_MAX are in case_of */
} scanner;

static void put(scanner *s, char c)
{
    if (s->length < TOKEN_BYTES_MAX) {
        char small = pt_lower(c);
        s->case_of[s->length] = c;
        pt_buf_append(&s->tokens->text, &small, 1);
    }
    s->length++;
}

/* "β", "β2" -> "beta", "beta2": papers write \beta, beta and the letter itself. */
static void spell_greek(pt_buf *text, size_t start)
{
    static const char *const names[] = {"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                        "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                        "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                                        "phi",     "chi",  "psi",   "omega"};
    const unsigned char *bytes = (const unsigned char *)text->data + start;
    size_t length = text->size - start, i;
    unsigned c;
    char digits[TOKEN_BYTES_MAX];

    if (length < 2 || (bytes[0] != 0xce && bytes[0] != 0xcf)) {
        return;
    }
    c = ((bytes[0] & 0x1fu) << 6) | (bytes[1] & 0x3fu);
    for (i = 2; i < length; i++) {
        if (!is((char)bytes[i], DIGIT)) {
            return;
        }
    }
    if (c < 0x3b1 || c > 0x3c9) {
        return;
    }
    memcpy(digits, bytes + 2, length - 2);
    text->size = start;
    pt_buf_text(text, names[c - 0x3b1]);
    pt_buf_append(text, digits, length - 2);
}

static bool ends_with(const char *word, size_t length, const char *ending)
{
    size_t size = strlen(ending);
    return length >= size && !memcmp(word + length - size, ending, size);
}

/* The length to which a plain English plural is cut; "ies" becomes "y" in place. */
static size_t fold_plural(char *word, size_t length)
{
    if (length < 4 || word[length - 1] != 's') {
        return length;
    }
    for (size_t i = 0; i < length; i++) {
        if (word[i] < 'a' || word[i] > 'z') {
            return length;
        }
    }
    if (ends_with(word, length, "ss") || ends_with(word, length, "us") || ends_with(word, length, "is") ||
        ends_with(word, length, "bias") || ends_with(word, length, "lens") || ends_with(word, length, "series")) {
        return length;
    }
    if (ends_with(word, length, "ies") && length > 4) {
        word[length - 3] = 'y';
        return length - 2;
    }
    if (ends_with(word, length, "sses") || ends_with(word, length, "xes") || ends_with(word, length, "ches") ||
        ends_with(word, length, "shes")) {
        return length - 2;
    }
    return length - 1;
}

/* Remembers the parts of a camel-case word when all have three bytes or more: "SpikeGPT" -> "Spike GPT". */
static void note_parts(scanner *s, const char *word, size_t length)
{
    size_t cuts[TOKEN_BYTES_MAX + 1], count = 0;

    cuts[count++] = 0;
    for (size_t i = 1; i < length; i++) {
        bool rises = is(word[i], UPPER) && !is(word[i - 1], UPPER);
        bool word_starts = is(word[i], UPPER) && is(word[i - 1], UPPER) && i + 1 < length && is(word[i + 1], LETTER) &&
                           !is(word[i + 1], UPPER);
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

/* Makes a token of what stands in the token string from `start` on, or takes it back when it is a stop word. Every
 * other word is one, at no rule that a processor could guess: both ways do the same steps. */
static void add_token(scanner *s, size_t start, size_t length)
{
    pt_tokens *tokens = s->tokens;
    pt_buf *text = &tokens->text;
    uint64_t hash;
    bool kept;

    if (s->options->plurals) {
        length = fold_plural(text->data + start, length);
    }
    if (pt_reserve(&text->data, &text->capacity, start + length + 1, 1) ||
        pt_reserve(&tokens->items, &tokens->capacity, tokens->count + 1, sizeof *tokens->items)) {
        text->failed = true;
        return;
    }
    hash = pt_hash(text->data + start, length, 0);
    kept = !pt_words_have(&s->options->stop_words, hash);
    tokens->items[tokens->count] = (pt_token){(uint32_t)start, (uint32_t)(start + length), s->opens, hash};
    tokens->count += kept;
    text->data[start + length] = ' ';
    text->size = start + (length + 1) * kept;
    s->opens = s->opens && !kept;
}

/* Ends the word being put together, which began at `start` of the token string: keeps it as a token or not. */
static void end_token(scanner *s, size_t start, bool keep)
{
    pt_buf *text = &s->tokens->text;

    if (text->failed) {
        return;
    }
    if (!keep || s->length > TOKEN_BYTES_MAX || text->size == start) {
        text->size = start;
        return;
    }
    if (s->options->camel_case) {
        note_parts(s, s->case_of, s->length);
    }
    spell_greek(text, start);
    add_token(s, start, text->size - start);
}

/* Reads a word of ASCII letters and digits that nothing joins: nearly all are. False, with nothing read, when it is
 * not such a word; scan_word reads any. */
static bool scan_plain_word(scanner *s)
{
    pt_buf *text = &s->tokens->text;
    const char *word = s->at, *at = word + 1;
    const char *limit = word + TOKEN_BYTES_MAX;
    const size_t start = text->size;
    unsigned all = class_of[(unsigned char)*word], rest = 0, any = all;
    char *out;

    if (text->capacity - start <= TOKEN_BYTES_MAX &&
        pt_reserve(&text->data, &text->capacity, start + TOKEN_BYTES_MAX + 1, 1)) {
        text->failed = true;
        return true;
    }
    out = text->data + start;
    *out++ = pt_lower(*word);
    for (; at < limit && is(*at, WORD); at++) {
        const unsigned class = class_of[(unsigned char)*at];
        rest |= class;
        all &= class;
        *out++ = (char)(*at | (class & UPPER) << 4);
    }
    any |= rest;
    if (is(*at, WORD) || (any & HIGH) ||
        (is(*at, JOINS) && ((*at != '.' && *at != ',') || (class_of[(unsigned char)at[-1]] & DIGIT)))) {
        return false;
    }
    s->at = at;
    if ((all & DIGIT) && *at == '%') {
        return true; /* how much better it is does not tell what it is about */
    }
    if ((rest & UPPER) && s->options->camel_case) {
        note_parts(s, word, (size_t)(at - word));
    }
    add_token(s, start, (size_t)(at - word));
    return true;
}

/* After braces, what follows: where a word goes on inside or behind them. */
static const char *skip_braces(const char *at)
{
    while (*at == '{' || *at == '}') {
        at++;
    }
    return at;
}

/* \'e, \"{o}, \~n: where the letter is, or NULL when `at`, a backslash, does not begin an accent. */
static const char *accented_letter(const char *at)
{
    const char *letter;
    if (!strchr("'\"`^~=.", at[1]) || !at[1]) {
        return NULL;
    }
    letter = skip_braces(at + 2);
    return is(*letter, LETTER) ? letter : NULL;
}

/* Where the word goes on after the byte at `at`, which is no letter or digit itself; NULL where it ends. A byte that
 * belongs to the word though it is neither ("3.5", "c++") is put there. */
static const char *join(scanner *s, const char *at, const char *word)
{
    const char *next;
    bool after_digit = s->length && is(at[-1], DIGIT);

    switch (*at) {
    case '{':
    case '}':
        if (at[0] == '}' && at[1] == '{') {
            return NULL; /* two arguments: \frac{1}{2} */
        }
        next = skip_braces(at);
        return is(*next, WORD) || (*next == '\\' && accented_letter(next)) ? next : NULL;
    case '_':
    case '^':
        next = at + 1 + (at[1] == '{');
        return is(*next, DIGIT) ? next : NULL;
    case '.':
        if (after_digit && is(at[1], DIGIT)) {
            put(s, '.');
            return at + 1;
        }
        return NULL;
    case ',':
        return after_digit && is(at[1], DIGIT) && is(at[2], DIGIT) && is(at[3], DIGIT) && !is(at[4], WORD) ? at + 1
                                                                                                           : NULL;
    case '\'':
        if ((at[1] == 's' || at[1] == 'S') && !is(at[2], WORD)) {
            return NULL;
        }
        return is(at[1], LETTER) && s->length ? at + 1 : NULL;
    case '+':
        if (at == word + 1 && at[1] == '+' && !is(at[2], WORD)) {
            put(s, '+');
            put(s, '+');
        }
        return NULL;
    case '\\':
        return accented_letter(at);
    default:
        return NULL;
    }
}

/* Reads a word; `prefix` is what a LaTeX command before it has put there already ("" or, for \ell, "l"). */
static void scan_word(scanner *s, const char *prefix)
{
    size_t start = s->tokens->text.size;
    const char *word = s->at, *at = s->at, *next;
    bool number = !*prefix, keep = true;

    s->length = 0;
    while (*prefix) {
        put(s, *prefix++);
    }
    for (;;) {
        while (is(*at, WORD)) {
            number = number && is(*at, DIGIT);
            put(s, *at++);
        }
        next = at < s->end ? join(s, at, word) : NULL;
        if (!next) {
            break;
        }
        at = next;
    }
    if (at[0] == '\'' && (at[1] == 's' || at[1] == 'S') && !is(at[2], WORD)) {
        at += 2;
    }
    if (number && (at[0] == '%' || (at[0] == '\\' && at[1] == '%'))) {
        keep = false; /* how much better it is does not tell what it is about */
    }
    s->at = at;
    end_token(s, start, keep);
}

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
    /* An argument that never closes is not one: its text is read. */
}

static void scan_backslash(scanner *s)
{
    char name[24];
    size_t length = 0;
    const char *letter = accented_letter(s->at), *at = s->at + 1;

    if (letter) {
        s->at = letter;
        scan_word(s, "");
        return;
    }
    while (is(at[length], LETTER) && length + 1 < sizeof name) {
        name[length] = at[length];
        length++;
    }
    name[length] = '\0';
    if (!length) {
        s->at += at < s->end && *at && (unsigned char)*at < 0x80 ? 2 : 1; /* \%, \&, \\ */
        return;
    }
    s->at = at + length;
    switch (latex_command(name)) {
    case LATEX_WORD:
        scan_word(s, name);
        break;
    case LATEX_L:
        scan_word(s, "l");
        break;
    case LATEX_ARGUMENT:
        skip_argument(s);
        break;
    case LATEX_NOTHING:
        break;
    }
}

static bool starts_url(const char *at)
{
    return !strncmp(at, "http://", 7) || !strncmp(at, "https://", 8) || !strncmp(at, "www.", 4);
}

static void scan(scanner *s)
{
    while (s->at < s->end && !s->tokens->text.failed) {
        const char c = *s->at;
        if (is(c, WORD)) {
            if ((c == 'h' || c == 'w') && s->at[1] == (c == 'h' ? 't' : 'w') && starts_url(s->at)) {
                s->at += strcspn(s->at, " <>\"{}|)]");
            } else if (!s->fast_path || !scan_plain_word(s)) {
                scan_word(s, "");
            }
        } else if (c == '\\') {
            scan_backslash(s);
        } else {
            if (c == '\n' || ((c == '.' || c == '!' || c == '?' || c == ';') && s->at[1] == ' ')) {
                s->opens = s->opens || s->options->segments || c == '\n';
            }
            s->at++;
        }
    }
}

static void scan_text(scanner *s, const char *text, size_t size)
{
    s->opens = true;
    s->at = text;
    s->end = text + size;
    scan(s);
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
    if (fast_path && !*behind_plain((const unsigned char *)text, (const unsigned char *)text + size)) {
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
