/*
 * math - see math.h.
 *
 * Most formulas of abstracts are a letter with an index, a number with a sign, or an order of growth. These have
 * characters in Unicode. What has none is written with the signs that people type: x^(k/2), W_Q.
 */
#include "math.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "slice.h"

enum { DEPTH_MAX = 8 };

/* ---- what commands mean ---------------------------------------------------------------------------------------- */

/* clang-format off */
/* Sorted bytewise. "" has no text: a style of the group that follows, a size, a space. */
static const struct symbol {
    const char *name, *text;
} symbols[] = {
    {"Delta", "Δ"},     {"Gamma", "Γ"},      {"Lambda", "Λ"},     {"Leftarrow", "⇐"},  {"Omega", "Ω"},
    {"Phi", "Φ"},       {"Pi", "Π"},         {"Psi", "Ψ"},        {"Rightarrow", "⇒"}, {"Sigma", "Σ"},
    {"Theta", "Θ"},     {"Vert", "‖"},       {"Xi", "Ξ"},         {"alpha", "α"},      {"approx", "≈"},
    {"arg", "arg"},     {"argmax", "argmax"}, {"argmin", "argmin"}, {"ast", "∗"},        {"bar", ""},
    {"beta", "β"},      {"bf", ""},          {"big", ""},         {"bigg", ""},        {"bm", ""},
    {"boldsymbol", ""}, {"bullet", "•"},     {"cap", "∩"},        {"cdot", "·"},       {"cdots", "⋯"},
    {"chi", "χ"},       {"circ", "∘"},       {"cos", "cos"},      {"cup", "∪"},        {"dagger", "†"},
    {"delta", "δ"},     {"det", "det"},      {"displaystyle", ""}, {"dots", "…"},      {"ell", "ℓ"},
    {"emph", ""},       {"epsilon", "ε"},    {"equiv", "≡"},      {"eta", "η"},        {"exists", "∃"},
    {"exp", "exp"},     {"forall", "∀"},     {"gamma", "γ"},      {"ge", "≥"},         {"geq", "≥"},
    {"geqslant", "≥"},  {"gg", "≫"},         {"gtrsim", "≳"},     {"hat", ""},         {"in", "∈"},
    {"inf", "inf"},     {"infty", "∞"},      {"int", "∫"},        {"it", ""},          {"kappa", "κ"},
    {"lambda", "λ"},    {"langle", "⟨"},     {"lceil", "⌈"},      {"ldots", "…"},      {"le", "≤"},
    {"left", ""},       {"leftarrow", "←"},  {"leq", "≤"},        {"leqslant", "≤"},   {"lesssim", "≲"},
    {"lfloor", "⌊"},    {"lim", "lim"},      {"ll", "≪"},         {"ln", "ln"},        {"log", "log"},
    {"mapsto", "↦"},    {"mathbb", ""},      {"mathbf", ""},      {"mathcal", ""},     {"mathfrak", ""},
    {"mathit", ""},     {"mathrm", ""},      {"mathscr", ""},     {"mathsf", ""},      {"mathtt", ""},
    {"max", "max"},     {"mbox", ""},        {"mid", "|"},        {"min", "min"},      {"mu", "μ"},
    {"nabla", "∇"},     {"ne", "≠"},         {"neq", "≠"},        {"nu", "ν"},         {"omega", "ω"},
    {"operatorname", ""}, {"oplus", "⊕"},    {"otimes", "⊗"},     {"overline", ""},    {"partial", "∂"},
    {"phi", "φ"},       {"pi", "π"},         {"pm", "±"},         {"prime", "′"},      {"prod", "∏"},
    {"propto", "∝"},    {"psi", "ψ"},        {"quad", " "},       {"rangle", "⟩"},     {"rceil", "⌉"},
    {"rfloor", "⌋"},    {"rho", "ρ"},        {"right", ""},       {"rightarrow", "→"}, {"rm", ""},
    {"setminus", "∖"},  {"sf", ""},          {"sigma", "σ"},      {"sim", "∼"},        {"simeq", "≃"},
    {"sin", "sin"},     {"star", "⋆"},       {"subset", "⊂"},     {"subseteq", "⊆"},   {"sum", "∑"},
    {"sup", "sup"},     {"tau", "τ"},        {"text", ""},        {"textbf", ""},      {"textit", ""},
    {"textrm", ""},     {"textsc", ""},      {"textstyle", ""},   {"texttt", ""},      {"theta", "θ"},
    {"tilde", ""},      {"times", "×"},      {"to", "→"},         {"top", "⊤"},        {"tt", ""},
    {"underline", ""},  {"varepsilon", "ε"}, {"varphi", "φ"},     {"vec", ""},         {"vert", "|"},
    {"widehat", ""},    {"widetilde", ""},   {"xi", "ξ"},         {"zeta", "ζ"},
};
/* clang-format on */

static int compare_symbol(const void *key, const void *item)
{
    const pt_slice *name = key;
    const struct symbol *s = item;
    const int order = strncmp(name->text, s->name, name->length);

    return order ? order : s->name[name->length] ? -1 : 0;
}

const char *pt_math_symbol(const char *name, size_t length)
{
    const pt_slice key = {name, length};
    const struct symbol *s = bsearch(&key, symbols, sizeof symbols / sizeof *symbols, sizeof *symbols, compare_symbol);

    return s ? s->text : NULL;
}

/* Characters above and below the line; a character of `plain` stands at the same place as its form in `small`. */
static const char *const raised_plain = "0123456789+-=()abcdefghijklmnoprstuvwxyzT∘⊤′∗";
static const char *const raised_small = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ°ᵀ′*";
static const char *const lowered_plain = "0123456789+-=()aehijklmnoprstuvx";
static const char *const lowered_small = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";

/* The bytes of the character at `at`, at least 1. */
static size_t character(const char *at, const char *end)
{
    utf8proc_int32_t c;
    const utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)at, end - at, &c);

    return size > 0 ? (size_t)size : 1;
}

/* Appends text with every character in its small form; false, and appends nothing, when one has none. */
static bool write_small(pt_buf *out, const pt_buf *text, const char *plain, const char *small)
{
    const size_t before = out->size;
    const char *end = text->data + text->size;

    for (const char *at = text->data; at < end;) {
        const size_t size = character(at, end);
        const char *p = plain, *s = small;
        while (*p && (character(p, p + strlen(p)) != size || memcmp(p, at, size) != 0)) {
            p += character(p, p + strlen(p));
            s += character(s, s + strlen(s));
        }
        if (!*p) {
            out->size = before;
            out->data[before] = '\0';
            return false;
        }
        pt_buf_append(out, s, character(s, s + strlen(s)));
        at += size;
    }
    return true;
}

/* ---- pieces of a formula --------------------------------------------------------------------------------------- */

typedef struct formula {
    const char *at, *end;
    pt_buf *out;
    int depth;
} formula;

static void write_formula(formula *f);

static pt_slice take_name(formula *f)
{
    pt_slice name = {f->at, 0};

    while (f->at < f->end && pt_is_letter(*f->at)) {
        f->at++;
    }
    f->at += f->at == name.text && f->at < f->end;
    name.length = (size_t)(f->at - name.text);
    return name;
}

/* An argument: a group without its braces, a command, or one character. */
static pt_slice take_argument(formula *f)
{
    pt_slice argument = {f->at, 0};
    size_t depth = 0;

    while (f->at < f->end && pt_is_white(*f->at)) {
        argument.text = ++f->at;
    }
    if (f->at == f->end) {
        return argument;
    }
    if (*f->at == '\\') {
        f->at++;
        argument.length = take_name(f).length + 1;
        return argument;
    }
    if (*f->at != '{') {
        argument.length = character(f->at, f->end);
        f->at += argument.length;
        return argument;
    }
    for (argument.text++; f->at < f->end; f->at++) {
        depth += *f->at == '{';
        depth -= *f->at == '}';
        if (!depth) {
            argument.length = (size_t)(f->at++ - argument.text);
            return argument;
        }
    }
    argument.length = (size_t)(f->end - argument.text);
    return argument;
}

/* The text of an argument in a buffer of its own, to free. */
static pt_buf text_of(formula *f, pt_slice argument)
{
    pt_buf inner = {0};
    formula part = {argument.text, argument.text + argument.length, &inner, f->depth + 1};

    pt_buf_append(&inner, "", 0);
    if (f->depth < DEPTH_MAX) {
        write_formula(&part);
    } else {
        pt_buf_append(&inner, argument.text, argument.length);
    }
    f->out->failed = f->out->failed || inner.failed;
    return inner;
}

/* In brackets when it has more parts than one, so that it is clear what a sign before or after it is about. */
static void write_whole(pt_buf *out, const pt_buf *text)
{
    bool parts = false;

    for (size_t i = 1; i < text->size && !parts; i++) {
        parts = strchr("+-*/=<>|, ", text->data[i]) != NULL;
    }
    pt_buf_text(out, parts ? "(" : "");
    pt_buf_append(out, text->data, text->size);
    pt_buf_text(out, parts ? ")" : "");
}

static void write_script(formula *f)
{
    const char sign[] = {*f->at++, '\0'};
    pt_buf text = text_of(f, take_argument(f));

    if (!text.failed && !f->out->failed && text.size &&
        !write_small(f->out, &text, *sign == '^' ? raised_plain : lowered_plain,
                     *sign == '^' ? raised_small : lowered_small)) {
        pt_buf_text(f->out, sign);
        write_whole(f->out, &text);
    }
    pt_buf_free(&text);
}

static void write_operand(formula *f)
{
    pt_buf text = text_of(f, take_argument(f));

    if (!text.failed) {
        write_whole(f->out, &text);
    }
    pt_buf_free(&text);
}

static bool is_named(pt_slice name, const char *word)
{
    return strlen(word) == name.length && !memcmp(name.text, word, name.length);
}

static void write_command(formula *f)
{
    const char *from = f->at++, *text;
    const pt_slice name = take_name(f);

    if (is_named(name, "frac") || is_named(name, "dfrac") || is_named(name, "tfrac")) {
        write_operand(f);
        pt_buf_text(f->out, "/");
        write_operand(f);
    } else if (is_named(name, "sqrt")) {
        pt_buf_text(f->out, "√");
        write_operand(f);
    } else if (name.length == 1 && strchr(",;: !\\", *name.text)) {
        pt_buf_text(f->out, *name.text == '!' ? "" : " ");
    } else if (name.length == 1 && strchr("{}%_#$&|", *name.text)) {
        pt_buf_text(f->out, *name.text == '|' ? "‖" : (const char[]){*name.text, '\0'});
    } else if ((text = pt_math_symbol(name.text, name.length)) != NULL) {
        pt_buf_text(f->out, text);
        f->at += f->at < f->end && *f->at == '.' && (is_named(name, "left") || is_named(name, "right"));
    } else {
        pt_buf_append(f->out, from, (size_t)(f->at - from));
    }
}

static void write_formula(formula *f)
{
    while (f->at < f->end) {
        const char *plain = f->at;
        while (f->at < f->end && !strchr("\\_^{}~", *f->at)) {
            f->at++;
        }
        pt_buf_append(f->out, plain, (size_t)(f->at - plain));
        if (f->at == f->end) {
            break;
        }
        if (*f->at == '\\') {
            write_command(f);
        } else if (*f->at == '_' || *f->at == '^') {
            write_script(f);
        } else {
            pt_buf_text(f->out, *f->at++ == '~' ? " " : "");
        }
    }
}

void pt_math_text(pt_buf *out, const char *text, size_t length)
{
    formula f = {text, text + length, out, 0};

    pt_buf_append(out, "", 0);
    write_formula(&f);
}
