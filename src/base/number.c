/*
 * number - see number.h.
 */
#include "number.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t pt_format_double(char out[40], double value, int digits)
{
    int length = snprintf(out, 40, "%.*g", digits, value);
    for (char *c = out; *c; c++) {
        if (*c == ',') {
            *c = '.';
        }
    }
    return (size_t)length;
}

double pt_parse_double(const char *text, const char **end)
{
    char copy[64], *stop;
    const struct lconv *locale = localeconv();
    size_t length = strspn(text, "+-0123456789.eE");
    double value;

    if (length >= sizeof copy) {
        length = sizeof copy - 1;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (locale->decimal_point[0] != '.') {
        char *point = strchr(copy, '.');
        if (point) {
            *point = locale->decimal_point[0];
        }
    }
    value = strtod(copy, &stop);
    *end = text + (stop - copy);
    return value;
}

uint64_t pt_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
