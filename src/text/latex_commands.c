/*
 * latex_commands - the LaTeX commands of abstracts that are not words of the text.
 */
#include "latex_commands.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 16 };

/* Both lists are sorted bytewise. */
/* clang-format off */
static const char formats[][NAME_BYTES] = {
    "Big", "Bigg", "Bigl", "Bigr", "Leftarrow", "Rightarrow", "Vert", "approx", "ast", "bar", "bf", "big", "bigg",
    "bigl", "bigr", "bm", "boldsymbol", "bullet", "cap", "cdot", "cdots", "circ", "colon", "cup", "dagger",
    "displaystyle", "dot", "dots", "em", "emph", "equiv", "exists", "footnote", "forall", "frac", "ge", "geq",
    "geqslant", "gg", "hat", "in", "int", "it", "item", "langle", "lceil", "ldots", "le", "left", "leftarrow", "leq",
    "leqslant", "lfloor", "ll", "lvert", "mapsto", "mathbb", "mathbf", "mathcal", "mathfrak", "mathit", "mathop",
    "mathrm", "mathscr", "mathsf", "mathtt", "mbox", "mid", "ne", "neq", "newline", "noindent", "operatorname",
    "overline", "par", "pm", "prime", "prod", "propto", "qquad", "quad", "rangle", "rceil", "rfloor", "right",
    "rightarrow", "rm", "rvert", "sc", "sf", "sim", "simeq", "sqrt", "square", "star", "subset", "subseteq", "sum",
    "text", "textasciitilde", "textbf", "textit", "textrm", "textsc", "textsf", "textsubscript", "textsuperscript",
    "texttt", "tilde", "times", "to", "tt", "underline", "vec", "vert", "widehat", "widetilde", "xspace",
};

static const char with_argument[][NAME_BYTES] = {
    "autoref", "begin", "bibliography", "cite", "citealp", "citep", "citet", "cref", "end", "eqref", "href", "hspace",
    "includegraphics", "label", "ref", "url", "vspace",
};
/* clang-format on */

static int compare_names(const void *key, const void *item)
{
    return strcmp(key, item);
}

static bool is_listed(const char *name, const char (*names)[NAME_BYTES], size_t count)
{
    return bsearch(name, names, count, sizeof *names, compare_names);
}

pt_latex_command pt_find_latex_command(const char *name)
{
    if (!strcmp(name, "ell")) {
        return PT_LATEX_L;
    }
    if (is_listed(name, formats, sizeof formats / sizeof *formats)) {
        return PT_LATEX_FORMAT;
    }
    if (is_listed(name, with_argument, sizeof with_argument / sizeof *with_argument)) {
        return PT_LATEX_ARGUMENT;
    }
    return PT_LATEX_WORD;
}
