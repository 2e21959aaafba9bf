/*
 * formats - the table of formats.
 */
#include <string.h>

#include "formats.h"

#define FORMAT_ROW(name) &format_##name,
#define FORMAT_NAME(name) #name,

const digest_format *const digest_formats[] = {DIGEST_FORMATS(FORMAT_ROW, FORMAT_ROW) NULL};
const char *const digest_format_names[] = {DIGEST_FORMATS(FORMAT_NAME, FORMAT_NAME) NULL};

const digest_format *find_digest_format(const char *name)
{
    for (int i = 0; digest_formats[i]; i++) {
        if (!strcmp(digest_formats[i]->name, name)) {
            return digest_formats[i];
        }
    }
    return digest_formats[0];
}
