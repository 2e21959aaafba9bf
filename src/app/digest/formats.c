/*
 * formats - the table of formats.
 */
#include "formats.h"

#define FORMAT_ROW(name) &format_##name,
#define FORMAT_NAME(name) #name,

const digest_format *const digest_formats[] = {DIGEST_FORMATS(FORMAT_ROW, FORMAT_ROW) NULL};
const char *const digest_format_names[] = {DIGEST_FORMATS(FORMAT_NAME, FORMAT_NAME) NULL};
