/*
 * latex_commands - what the name of a LaTeX command means to the scanner.
 */
#ifndef PT_LATEX_COMMANDS_H
#define PT_LATEX_COMMANDS_H

typedef enum pt_latex_command {
    PT_LATEX_WORD,     /* the name is a word of the text: \alpha, \log */
    PT_LATEX_FORMAT,   /* the name is no word; arguments are text: \emph, \times */
    PT_LATEX_ARGUMENT, /* neither the name nor the first argument is text: \cite{...} */
    PT_LATEX_L         /* the letter l: \ell */
} pt_latex_command;

/* name: letters, without the backslash. */
pt_latex_command pt_find_latex_command(const char *name);

#endif
