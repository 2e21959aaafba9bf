/*
 * Fuzz target: the command line of every command. The first byte chooses the command, each line is a word. Nothing is
 * run; what is taken is asked for as commands ask for it.
 */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "fuzz.h"

enum { WORDS = 64 };

static void ask(const args *a)
{
    static const char *const words[] = {"text", "json", "uncertain", NULL};
    double real = 0.5;
    unsigned long whole = 1;
    int choice = 0;

    for (const option *o = a->command->options; o->name; o++) {
        if (args_have(a, o->name) && o->value && !args_text(a, o->name, NULL)) {
            abort();
        }
        if (args_real(a, o->name, 0, 1, &real) == EXIT_DONE && !(real >= 0 && real <= 1)) {
            abort();
        }
        if (args_whole(a, o->name, 1, 9, &whole) == EXIT_DONE && (whole < 1 || whole > 9)) {
            abort();
        }
        if (args_choice(a, o->name, words, &choice) == EXIT_DONE && (choice < 0 || choice > 2)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines = size ? strndup((const char *)data + 1, size - 1) : NULL, *words[WORDS], *rest = NULL;
    int count = 0, code, known = 0;
    args a;

    if (!lines) {
        return 0;
    }
    for (char *word = strtok_r(lines, "\n", &rest); word && count < WORDS; word = strtok_r(NULL, "\n", &rest)) {
        words[count++] = word;
    }
    while (commands[known]) {
        known++;
    }
    code = args_parse(&a, commands[data[0] % known], count, words);
    if (code == EXIT_DONE) {
        ask(&a);
        if (a.given_count + a.operand_count > (size_t)count) {
            abort();
        }
    } else if (code != EXIT_USAGE) {
        abort();
    }
    args_free(&a);
    free(lines);
    return 0;
}
