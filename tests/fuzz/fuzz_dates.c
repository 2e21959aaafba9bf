/*
 * Fuzz target: days and the words for them. A day that is one is itself after being counted; a range begins before it
 * ends. The first two bytes say what day it is today.
 */
#include <stdlib.h>

#include "base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size > 2 ? strndup((const char *)data + 2, size - 2) : NULL, again[11];
    long first, last;

    if (!text) {
        return 0;
    }
    if (!pt_day_range(text, data[0] * 256 + data[1], &first, &last, NULL) && (first > last || last - first > 366)) {
        abort();
    }
    if (pt_is_day(text)) {
        pt_day_text(pt_day_number(text), again);
        if (memcmp(text, again, 10) != 0) {
            abort();
        }
    }
    free(text);
    return 0;
}
