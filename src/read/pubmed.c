/*
 * pubmed - see pubmed.h.
 */
#include "pubmed.h"

#include <string.h>

const char *pt_pubmed_abstract(const char *text, size_t *length)
{
    static const char heading[] = "<b>ABSTRACT</b>";
    const char *from = strstr(text, heading), *numbers = from ? strstr(from, "PMID:") : NULL;

    *length = 0;
    if (!from || !numbers) {
        return text;
    }
    from += sizeof heading - 1;
    while (numbers > from && strncmp(numbers, "<p", 2) != 0) {
        numbers--;
    }
    *length = (size_t)(numbers - from);
    return from;
}
