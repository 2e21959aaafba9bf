/*
 * latex - see latex.h.
 *
 * This is not TeX, only the commands that people and programs use in bibliographies. An unknown command stays in the
 * text: it tells a reader more than a gap would.
 */
#include "latex.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "math.h"
#include "slice.h"

enum { DEPTH_MAX = 8, BRACES_MAX = 64, GROUP_MOST = 200 };

typedef struct latex {
    const char *at, *end;
    pt_buf *out;
    pt_latex_kind kind;
    int depth;     /* of accents on accents */
    bool unclosed; /* math without an end was found: searching for an end again at every '$' would take too long */

    /* for a reader: which of the open braces stay in the text, the innermost in the lowest bit */
    uint64_t kept;
    int open;
    bool argument; /* the next brace is of a command's argument */
} latex;

/* ---- what commands mean ---------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} symbols[] = {
    /* characters with a meaning of their own */
    {"&", "&"},
    {"%", "%"},
    {"_", "_"},
    {"#", "#"},
    {"$", "$"},
    {"{", "{"},
    {"}", "}"},
    /* spaces, and hints to the typesetter */
    {",", " "},
    {";", " "},
    {":", " "},
    {" ", " "},
    {"\\", " "},
    {"\n", " "},
    {"\t", " "},
    {"\r", " "},
    {"!", ""},
    {"/", ""},
    {"-", ""},
    {"@", ""},
    /* letters and signs */
    {"aa", "\u00e5"},
    {"AA", "\u00c5"},
    {"ae", "\u00e6"},
    {"AE", "\u00c6"},
    {"BibTeX", "BibTeX"},
    {"copyright", "\u00a9"},
    {"dh", "\u00f0"},
    {"DH", "\u00d0"},
    {"dj", "\u0111"},
    {"DJ", "\u0110"},
    {"dots", "\u2026"},
    {"i", "\u0131"},
    {"j", "\u0237"},
    {"l", "\u0142"},
    {"L", "\u0141"},
    {"LaTeX", "LaTeX"},
    {"ldots", "\u2026"},
    {"newline", " "},
    {"ng", "\u014b"},
    {"NG", "\u014a"},
    {"o", "\u00f8"},
    {"O", "\u00d8"},
    {"oe", "\u0153"},
    {"OE", "\u0152"},
    {"P", "\u00b6"},
    {"par", " "},
    {"pounds", "\u00a3"},
    {"quad", " "},
    {"qquad", " "},
    {"relax", ""},
    {"S", "\u00a7"},
    {"slash", "/"},
    {"space", " "},
    {"ss", "\u00df"},
    {"TeX", "TeX"},
    {"textasciicircum", "^"},
    {"textasciigrave", "`"},
    {"textasciitilde", "~"},
    {"textbackslash", "\\"},
    {"textbar", "|"},
    {"textbraceleft", "{"},
    {"textbraceright", "}"},
    {"textbullet", "\u2022"},
    {"textcopyright", "\u00a9"},
    {"textdegree", "\u00b0"},
    {"textdollar", "$"},
    {"textellipsis", "\u2026"},
    {"textemdash", "\u2014"},
    {"textendash", "\u2013"},
    {"texteuro", "\u20ac"},
    {"textgreater", ">"},
    {"textless", "<"},
    {"textmu", "\u00b5"},
    {"textperiodcentered", "\u00b7"},
    {"textquotedblleft", "\u201c"},
    {"textquotedblright", "\u201d"},
    {"textquoteleft", "\u2018"},
    {"textquoteright", "\u2019"},
    {"textquotesingle", "'"},
    {"textregistered", "\u00ae"},
    {"textsterling", "\u00a3"},
    {"texttimes", "\u00d7"},
    {"texttrademark", "\u2122"},
    {"textunderscore", "_"},
    {"th", "\u00fe"},
    {"TH", "\u00de"},
    /* changes of style, which have no text */
    {"bf", ""},
    {"bfseries", ""},
    {"em", ""},
    {"it", ""},
    {"itshape", ""},
    {"normalfont", ""},
    {"protect", ""},
    {"rm", ""},
    {"sc", ""},
    {"scshape", ""},
    {"sf", ""},
    {"sl", ""},
    {"tt", ""},
    {"ttfamily", ""},
    {"upshape", ""},
};

/* Combining marks, by the character of the command. */
typedef struct accent {
    char name;
    bool below; /* the letter keeps its dot */
    utf8proc_int32_t mark;
} accent;

static const accent accents[] = {{'\'', false, 0x301}, {'`', false, 0x300}, {'^', false, 0x302}, {'"', false, 0x308},
                                 {'~', false, 0x303},  {'=', false, 0x304}, {'.', false, 0x307}, {'c', true, 0x327},
                                 {'v', false, 0x30c},  {'u', false, 0x306}, {'H', false, 0x30b}, {'k', true, 0x328},
                                 {'r', false, 0x30a},  {'d', true, 0x323},  {'b', true, 0x331},  {'t', false, 0x361}};

static const accent *accent_of(pt_slice command)
{
    for (size_t i = 0; command.length == 1 && i < sizeof accents / sizeof *accents; i++) {
        if (accents[i].name == *command.text) {
            return &accents[i];
        }
    }
    return NULL;
}

static const char *symbol_of(pt_slice command)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        if (strlen(symbols[i].name) == command.length && !memcmp(symbols[i].name, command.text, command.length)) {
            return symbols[i].text;
        }
    }
    return NULL;
}

/* ---- pieces of the source -------------------------------------------------------------------------------------- */

static bool begins(const latex *x, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(x->end - x->at) >= length && !memcmp(x->at, with, length);
}

static void skip_spaces(latex *x)
{
    while (x->at < x->end && pt_is_white(*x->at)) {
        x->at++;
    }
}

/* The name of a command, with x->at after its backslash: letters, or one character. */
static pt_slice take_name(latex *x)
{
    pt_slice name = {x->at, 0};

    while (x->at < x->end && pt_is_letter(*x->at)) {
        x->at++;
    }
    x->at += x->at == name.text && x->at < x->end;
    name.length = (size_t)(x->at - name.text);
    return name;
}

/* The argument of a command: a group without its braces, a command, or one character. */
static pt_slice take_argument(latex *x)
{
    pt_slice argument;
    size_t depth = 1;

    skip_spaces(x);
    argument.text = x->at;
    if (begins(x, "{")) {
        argument.text = ++x->at;
        for (; x->at < x->end; x->at++) {
            depth += *x->at == '{';
            depth -= *x->at == '}';
            if (!depth) {
                argument.length = (size_t)(x->at++ - argument.text);
                return argument;
            }
        }
    } else if (begins(x, "\\")) {
        x->at++;
        argument.length = take_name(x).length + 1;
        if (pt_is_letter(x->at[-1])) {
            skip_spaces(x); /* spaces end the name of a command */
        }
        return argument;
    } else if (!begins(x, "}") && x->at < x->end) {
        utf8proc_int32_t c;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)x->at, x->end - x->at, &c);
        x->at += size > 0 ? size : 1;
    }
    argument.length = (size_t)(x->at - argument.text);
    return argument;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void write_text(latex *x);

static void write_inner(const latex *x, pt_buf *out, pt_slice text)
{
    latex inner = {.at = text.text,
                   .end = text.text + text.length,
                   .out = out,
                   .kind = x->kind,
                   .depth = x->depth + 1,
                   .unclosed = x->unclosed};
    write_text(&inner);
}

/* The first character with the mark on it, then the rest. */
static void write_marked(pt_buf *out, const char *text, size_t length, const accent *a)
{
    utf8proc_int32_t first = 0, letters[16];
    utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &first), count;
    utf8proc_uint8_t bytes[8];

    if (size <= 0) {
        pt_buf_append(out, text, length);
        return;
    }
    if (!a->below) { /* marks above go on the letters i and j themselves, whose dots they replace */
        first = first == 0x131 ? 'i' : first == 0x237 ? 'j' : first;
    }
    count = utf8proc_encode_char(first, bytes);
    count += utf8proc_encode_char(a->mark, bytes + count);
    count = utf8proc_decompose(bytes, count, letters, 16, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    if (count > 0 && count <= 16) {
        count = utf8proc_normalize_utf32(letters, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    }
    for (utf8proc_ssize_t i = 0; i < count && i < 16; i++) {
        pt_buf_append(out, bytes, (size_t)utf8proc_encode_char(letters[i], bytes));
    }
    pt_buf_append(out, text + size, length - (size_t)size);
}

static void write_accent(latex *x, const accent *a)
{
    pt_slice argument = take_argument(x);
    pt_buf inner = {0};

    pt_buf_append(&inner, "", 0);
    write_inner(x, &inner, argument);
    if (inner.failed) {
        x->out->failed = true;
    } else if (inner.size) {
        write_marked(x->out, inner.data, inner.size, a);
    } else if (a->name == '^' || a->name == '~') {
        pt_buf_append(x->out, &a->name, 1); /* \~{} is a tilde in an address */
    }
    pt_buf_free(&inner);
}

/* Whether `length` bytes between two dollars are a formula, not a text between two prices: as Pandoc has it, no blank
 * is inside of a dollar and no digit follows; else a sign that only formulas have tells. */
static bool is_formula(const char *inner, size_t length, char next)
{
    if (length && !pt_is_white(*inner) && !pt_is_white(inner[length - 1]) && !pt_is_digit(next)) {
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        if (strchr("\\^_", inner[i])) {
            return true;
        }
    }
    return false;
}

/* Writes math up to the first `closing` that no backslash escapes: unchanged, or as text for a reader. */
static void write_math(latex *x, const char *closing, size_t opening)
{
    const char *from = x->at;

    for (x->at += opening; x->at < x->end && !x->unclosed; x->at++) {
        if (begins(x, closing)) {
            const size_t length = (size_t)(x->at - from) - opening;
            const char next = x->at + 1 < x->end ? x->at[1] : ' ';
            x->at += strlen(closing);
            if (x->kind != PT_LATEX_READER) {
                pt_buf_append(x->out, from, (size_t)(x->at - from));
            } else if (*closing != '$' || closing[1] || is_formula(from + opening, length, next)) {
                pt_math_text(x->out, from + opening, length);
            } else {
                pt_buf_append(x->out, from, opening);
                x->at = from + opening;
            }
            return;
        }
        x->at += *x->at == '\\' && x->at + 1 < x->end;
    }
    x->unclosed = true;
    x->at = from + opening; /* it was not math */
    pt_buf_append(x->out, from, opening);
}

static bool is_command(pt_slice command, const char *name)
{
    return command.length == strlen(name) && !memcmp(command.text, name, command.length);
}

/* Whether a command has a key as its argument, which is no text. */
static bool names_key(pt_slice command)
{
    static const char *const names[] = {"cite",      "citep",    "citet",    "citealp", "citealt",
                                        "parencite", "textcite", "autocite", "nocite",  "label"};
    size_t i = 0;

    while (i < sizeof names / sizeof *names && !is_command(command, names[i])) {
        i++;
    }
    return i < sizeof names / sizeof *names;
}

/* Skips the arguments of such a command, with the space before it: "as shown~\\cite[p. 3]{a}." */
static void skip_keys(latex *x)
{
    while (begins(x, "[") && memchr(x->at, ']', (size_t)(x->end - x->at))) {
        x->at = (const char *)memchr(x->at, ']', (size_t)(x->end - x->at)) + 1;
    }
    if (begins(x, "{")) {
        take_argument(x);
    }
    while (x->out->size && x->out->data[x->out->size - 1] == ' ') {
        x->out->data[--x->out->size] = '\0';
    }
}

static void write_command(latex *x)
{
    const char *from = x->at++, *text;
    const accent *a;
    pt_slice command;
    bool letters, spaces_end;

    if (x->at < x->end && (*x->at == '(' || *x->at == '[')) {
        x->at = from;
        write_math(x, from[1] == '(' ? "\\)" : "\\]", 2);
        return;
    }
    command = take_name(x);
    a = accent_of(command);
    if (a && x->depth < DEPTH_MAX) {
        write_accent(x, a);
        return;
    }
    letters = spaces_end = command.length && pt_is_letter(*command.text);
    text = symbol_of(command);
    if (!text && letters && x->kind == PT_LATEX_READER && !begins(x, "{")) {
        text = pt_math_symbol(command.text, command.length); /* people forget the dollars, and leave spaces */
        spaces_end = false;
    }
    if (text) {
        pt_buf_text(x->out, text);
        if (spaces_end) {
            skip_spaces(x); /* spaces end the name of a command */
        }
    } else if (is_command(command, "url") && begins(x, "{")) {
        const pt_slice address = take_argument(x);
        pt_buf_append(x->out, address.text, address.length);
    } else if (is_command(command, "href") && begins(x, "{")) {
        take_argument(x); /* the address; its text follows */
    } else if (names_key(command) && (begins(x, "{") || begins(x, "["))) {
        skip_keys(x);
    } else if (!letters || !begins(x, "{")) {
        pt_buf_append(x->out, from, (size_t)(x->at - from)); /* unknown; one before a group is taken for a style */
    }
    x->argument = begins(x, "{");
}

/* Whether the brace at x->at is part of the text of a reader: one around a list, as in {0, 1}, no group of LaTeX. */
static bool brace_stays(const latex *x)
{
    const char *at = x->at + 1;

    while (at < x->end && at - x->at < GROUP_MOST && !strchr("{},:;\\", *at)) {
        at++;
    }
    return x->kind == PT_LATEX_READER && !x->argument && (at == x->end || strchr(",:;", *at));
}

static void write_brace(latex *x)
{
    bool stays = *x->at == '{' ? brace_stays(x) : x->open ? (x->kept & 1) != 0 : x->kind == PT_LATEX_READER;

    if (*x->at == '{' && x->open < BRACES_MAX) {
        x->kept =
            x->kept << 1 | stays; // NOLINT: clang 14 takes a field that was left out of an initializer for garbage
        x->open++;
    } else if (*x->at == '}' && x->open) {
        x->kept >>= 1; // NOLINT
        x->open--;
    }
    if (stays) {
        pt_buf_append(x->out, x->at, 1);
    }
    x->argument = false;
    x->at++;
}

/* Whether the '~' at x->at means "about" to a reader: it is no space between words that belong together. */
static bool means_about(const latex *x)
{
    return x->kind == PT_LATEX_READER && (!x->out->size || pt_is_white(x->at[-1]) || x->at[-1] == '(');
}

static void write_text(latex *x)
{
    static const struct {
        const char *source, *text;
    } marks[] = {{"---", "\u2014"}, {"--", "\u2013"}, {"``", "\u201c"}, {"''", "\u201d"}, {"~", " "}};

    while (x->at < x->end) {
        size_t i = 0;
        if (*x->at == '\\') {
            write_command(x);
            continue;
        }
        if (*x->at == '{' || *x->at == '}') {
            write_brace(x);
            continue;
        }
        if (x->kind != PT_LATEX_ADDRESS && !(*x->at == '~' && means_about(x))) {
            if (*x->at == '$') {
                write_math(x, begins(x, "$$") ? "$$" : "$", begins(x, "$$") ? 2 : 1);
                continue;
            }
            while (i < sizeof marks / sizeof *marks && !begins(x, marks[i].source)) {
                i++;
            }
            if (i < sizeof marks / sizeof *marks) {
                pt_buf_text(x->out, marks[i].text);
                x->at += strlen(marks[i].source);
                continue;
            }
        }
        pt_buf_append(x->out, x->at++, 1);
    }
}

void pt_latex_text(pt_buf *out, const char *text, size_t length, pt_latex_kind kind)
{
    latex x = {.at = text, .end = text + length, .out = out, .kind = kind};

    pt_buf_append(out, "", 0);
    write_text(&x);
}

int papertag_plain_text(const char *text, char **out, papertag_error *err)
{
    pt_buf plain = {0};

    if (strpbrk(text, "\\$~{}`") || strstr(text, "--") || strstr(text, "''")) {
        pt_latex_text(&plain, text, strlen(text), PT_LATEX_READER);
    } else {
        pt_buf_text(&plain, text);
    }
    if (plain.failed) {
        pt_buf_free(&plain);
        return pt_no_memory(err);
    }
    *out = plain.data;
    return PAPERTAG_OK;
}
