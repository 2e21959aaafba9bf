/*
 * letters - what is left of a text when spaces, punctuation, case and accents are taken away.
 */
#include <utf8proc.h>

#include "base/ascii.h"
#include "reader.h"

/* Appends the letters and digits that a character beyond ASCII is reduced to. */
static void append_letters_of(pt_buf *out, utf8proc_int32_t c)
{
    static const utf8proc_option_t options =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    utf8proc_int32_t pieces[32];
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(c, pieces, 32, options, &boundary);

    for (utf8proc_ssize_t i = 0; i < count && i < 32; i++) {
        const utf8proc_category_t category = utf8proc_category(pieces[i]);
        utf8proc_uint8_t bytes[4];
        if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) {
            pt_buf_append(out, bytes, (size_t)utf8proc_encode_char(pieces[i], bytes));
        }
    }
}

void pt_letters(pt_buf *out, const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;

    while (*at) {
        utf8proc_int32_t c;
        if (*at < 0x80) {
            const char lower = pt_lower((char)*at++);
            if (pt_is_letter(lower) || pt_is_digit(lower)) {
                pt_buf_append(out, &lower, 1);
            }
        } else {
            const utf8proc_ssize_t size = utf8proc_iterate(at, -1, &c);
            if (size > 0) { /* always so in clean text; that of a damaged store may be anything */
                append_letters_of(out, c);
            }
            at += size > 0 ? size : 1;
        }
    }
}
