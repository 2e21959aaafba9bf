/*
 * options - reading the command line by the command's table of options.
 *
 * Long options take their value as `--name value` or `--name=value`, short ones as `-n value` or `-nvalue`; options and
 * operands may be mixed; `--` ends the options; `-` alone is an operand, standard input. A report of an unknown option
 * names the nearest one.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "text.h"

const char format_value[] = "FORMAT";

const option common_options[] = {
    {"config", 0, "FILE", "settings (default: $PAPERTAG_CONFIG, else ~/.config/papertag/config)"}, OPTION_END};

void text_option_help(text *t, const option *o)
{
    const char *name;

    text_put(t, o->help);
    for (size_t i = 0; o->value == format_value && (name = papertag_reader_format_name(i)) != NULL; i++) {
        text_put(t, i ? ", " : ": ");
        text_put(t, name);
    }
}

int usage_error(const command *c, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain_list(format, list);
    va_end(list);
    complain("see 'papertag help%s%s'", c ? " " : "", c ? c->name : "");
    return EXIT_USAGE;
}

static int unknown_option(const command *c, const char *name, size_t length)
{
    const char *names[WORDS_MAX] = {0};
    char word[64] = "";
    size_t count = 0, nearest;

    memcpy(word, name, length < sizeof word - 1 ? length : sizeof word - 1);
    for (const option *o = c->options; o->name && count < WORDS_MAX; o++) {
        names[count++] = o->name;
    }
    for (const option *o = common_options; o->name && count < WORDS_MAX; o++) {
        names[count++] = o->name;
    }
    nearest = papertag_nearest(word, names, count);
    if (nearest < count) {
        return usage_error(c, "%s: unknown option --%s; did you mean --%s?", c->name, word, names[nearest]);
    }
    return usage_error(c, "%s: unknown option --%s", c->name, word);
}

static const option *find_named(const option *o, const char *name, size_t length)
{
    while (o->name && (strlen(o->name) != length || memcmp(o->name, name, length) != 0)) {
        o++;
    }
    return o->name ? o : NULL;
}

static const option *find_long(const command *c, const char *name, size_t length)
{
    const option *o = find_named(c->options, name, length);

    return o ? o : find_named(common_options, name, length);
}

static const option *find_short(const command *c, char letter)
{
    for (const option *o = c->options; o->name; o++) {
        if (o->letter == letter) {
            return o;
        }
    }
    return NULL;
}

/* Whether a word of the command line is an operand: `-`, and labels such as -TAG, begin with a dash as options do. */
static bool is_operand(const args *a, const char *word)
{
    return word[0] != '-' || !word[1] ||
           (a->command->operands_may_begin_with_dash && a->operand_count && word[1] != '-' &&
            !find_short(a->command, word[1]));
}

/* The option that a word names; NULL after reporting that there is none. *value: its value in the same word, or NULL.
 */
static const option *read_option(const command *c, const char *word, const char **value)
{
    const option *o;

    if (word[1] == '-') {
        const char *name = word + 2;
        const size_t length = strcspn(name, "=");
        o = find_long(c, name, length);
        *value = name[length] ? name + length + 1 : NULL;
        if (!o) {
            unknown_option(c, name, length);
        }
    } else {
        o = find_short(c, word[1]);
        *value = word[2] ? word + 2 : NULL;
        if (!o) {
            usage_error(c, "%s: unknown option -%c", c->name, word[1]);
        }
    }
    if (o && *value && !o->value) {
        usage_error(c, "%s: %.*s takes no value", c->name, (int)(word[1] == '-' ? strcspn(word, "=") : 2), word);
        return NULL;
    }
    return o;
}

int args_parse(args *out, const command *c, int argc, char **argv)
{
    bool options = true;

    *out = (args){.command = c};
    out->given = calloc((size_t)argc + 1, sizeof *out->given);
    out->operands = calloc((size_t)argc + 1, sizeof *out->operands);
    if (!out->given || !out->operands) {
        return out_of_memory();
    }
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *value;
        const option *o;
        if (!options || is_operand(out, word)) {
            out->operands[out->operand_count++] = word;
            continue;
        }
        if (!strcmp(word, "--")) {
            options = false;
            continue;
        }
        o = read_option(c, word, &value);
        if (!o) {
            return EXIT_USAGE;
        }
        if (o->value && !value) {
            if (i + 1 == argc) {
                return usage_error(c, "%s: %s needs a value: %s", c->name, word, o->value);
            }
            value = argv[++i];
        }
        out->given[out->given_count++] = (given){o, value};
    }
    return EXIT_DONE;
}

void args_free(args *a)
{
    free(a->given);
    free(a->operands);
}

static const given *find_given(const args *a, const char *name)
{
    for (size_t i = a->given_count; i > 0; i--) {
        if (!strcmp(a->given[i - 1].option->name, name)) {
            return &a->given[i - 1];
        }
    }
    return NULL;
}

int args_no_operands(const args *a)
{
    return a->operand_count ? usage_error(a->command, "%s: unexpected argument '%s'", a->command->name, a->operands[0])
                            : EXIT_DONE;
}

bool args_have(const args *a, const char *name)
{
    return find_given(a, name) != NULL;
}

const char *args_text(const args *a, const char *name, const char *otherwise)
{
    const given *g = find_given(a, name);
    return g ? g->value : otherwise;
}

const char *args_each(const args *a, const char *name, size_t *at)
{
    while (*at < a->given_count) {
        const given *g = &a->given[(*at)++];
        if (!strcmp(g->option->name, name)) {
            return g->value;
        }
    }
    return NULL;
}

int args_real(const args *a, const char *name, double low, double high, double *out)
{
    const char *value = args_text(a, name, NULL);
    char *end;
    double number;

    if (!value) {
        return EXIT_DONE;
    }
    number = strtod(value, &end);
    if (end == value || *end || !(number >= low && number <= high)) {
        return usage_error(a->command, "%s: --%s must be a number from %g to %g, not '%s'", a->command->name, name, low,
                           high, value);
    }
    *out = number;
    return EXIT_DONE;
}

int args_whole(const args *a, const char *name, unsigned long low, unsigned long high, unsigned long *out)
{
    const char *value = args_text(a, name, NULL);
    char *end;
    unsigned long number;

    if (!value) {
        return EXIT_DONE;
    }
    errno = 0;
    number = strtoul(value, &end, 10);
    if (end == value || *end || errno || strchr(value, '-') || number < low || number > high) {
        return usage_error(a->command, "%s: --%s must be a whole number from %lu to %lu, not '%s'", a->command->name,
                           name, low, high, value);
    }
    *out = number;
    return EXIT_DONE;
}

int args_choice(const args *a, const char *name, const char *const *words, int *out)
{
    const char *value = args_text(a, name, NULL);
    text known = {0};
    int code = EXIT_DONE;

    for (int i = 0; value && words[i]; i++) {
        if (!strcmp(value, words[i])) {
            *out = i;
            value = NULL;
            break;
        }
        text_put(&known, i ? ", " : "");
        text_put(&known, words[i]);
    }
    if (value) {
        code = usage_error(a->command, "%s: --%s must be one of %s, not '%s'", a->command->name, name,
                           text_of(&known, &known), value);
    }
    text_free(&known);
    return code;
}
