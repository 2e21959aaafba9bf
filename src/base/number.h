/*
 * number - numbers as text in any locale, and random numbers that are the same on every machine.
 */
#ifndef PT_BASE_NUMBER_H
#define PT_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Writes value with `digits` significant digits, as %.*g does in the C locale; returns the length. */
size_t pt_format_double(char out[40], double value, int digits);

/* Parses a number as strtod does in the C locale, of at most 63 bytes and neither hexadecimal, infinite nor NaN. */
double pt_parse_double(const char *text, const char **end);

/* One step of SplitMix64 (Steele, Lea and Flood 2014). Any state is a seed. */
uint64_t pt_random(uint64_t *state);

#endif
