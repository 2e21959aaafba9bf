/*
 * Fuzz target: LaTeX of bibliographies and abstracts. Text that is UTF-8 stays so, and never grows beyond what its
 * accents explain.
 */
#include <stdlib.h>
#include <utf8proc.h>

#include "read/latex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_utf8(const char *text, size_t size)
{
    utf8proc_int32_t c;

    for (size_t at = 0; at < size;) {
        utf8proc_ssize_t length =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(size - at), &c);
        if (length <= 0) {
            return false;
        }
        at += (size_t)length;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int kind = PT_LATEX_PROSE; kind <= PT_LATEX_READER; kind++) {
        pt_buf out = {0};
        pt_latex_text(&out, (const char *)data, size, (pt_latex_kind)kind);
        if (out.failed || out.size > 8 * size || (is_utf8((const char *)data, size) && !is_utf8(out.data, out.size))) {
            abort();
        }
        pt_buf_free(&out);
    }
    return 0;
}
