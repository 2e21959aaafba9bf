/*
 * nearest - see nearest.h. The distance is that of Damerau, "A technique for computer detection and correction of
 * spelling errors" (1964), in the form in which no letter is edited twice.
 */
#include "nearest.h"

#include <string.h>

#include "base.h"

size_t pt_word_distance(const char *word, const char *known)
{
    const size_t length = strnlen(word, PT_NEAREST_BYTES), known_length = strnlen(known, PT_NEAREST_BYTES);
    size_t rows[3][PT_NEAREST_BYTES + 1];
    size_t *before_last = rows[0], *last = rows[1], *row = rows[2];

    if (length > 2 && strstr(known, word)) {
        return 1;
    }
    for (size_t j = 0; j <= known_length; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= length; i++) {
        size_t *spare = before_last;
        row[0] = i;
        for (size_t j = 1; j <= known_length; j++) {
            size_t best = last[j - 1] + (word[i - 1] != known[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && word[i - 1] == known[j - 2] && word[i - 2] == known[j - 1] &&
                before_last[j - 2] + 1 < best) {
                best = before_last[j - 2] + 1;
            }
            row[j] = best;
        }
        before_last = last;
        last = row;
        row = spare;
    }
    for (size_t j = 0; j < known_length; j++) {
        last[known_length] = last[j] + 1 < last[known_length] ? last[j] + 1 : last[known_length];
    }
    return last[known_length];
}

size_t papertag_nearest(const char *word, const char *const *words, size_t count)
{
    size_t best = strlen(word) / 2 + 1, nearest = count;

    for (size_t i = 0; i < count; i++) {
        const size_t distance = pt_word_distance(word, words[i]);
        if (distance < best) {
            best = distance;
            nearest = i;
        }
    }
    return nearest;
}
