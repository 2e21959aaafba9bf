/*
 * Fuzz target: days and the words for them. A day is the same after a round trip through its number; a range begins
 * before it ends; a date that is read exists. The first two bytes are today.
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
    if (pt_written_date(text, strlen(text), again) && (strlen(again) == 10 ? !pt_is_day(again) : !again[3])) {
        abort();
    }
    free(text);
    return 0;
}
