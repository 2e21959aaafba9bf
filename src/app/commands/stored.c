/*
 * stored - one paper of the store by its id, and papers of the store as output.
 */
#include "stored.h"

#include "../export/export.h"

enum { FLUSH_SIZE = 65536 }; /* bytes of output held back */

int find_stored(const args *a, papertag_store **store, int64_t *key)
{
    papertag_error err;
    int code = open_store(a, false, store);

    if (!code && papertag_store_find(*store, a->operands[0], key, &err)) {
        failed(&err);
        code = err.status == PAPERTAG_BAD_ARGUMENT ? EXIT_NOTHING : EXIT_FAILED;
    }
    return code;
}

/* Writes papers in a format; NULL: for a person. */
static int write_papers(papertag_store *store, const int64_t *keys, size_t count, const export_format *format)
{
    style s = style_of_stdout();
    papertag_error err;
    int code = EXIT_DONE;
    text out = {0};

    text_put(&out, format ? format->opening : "");
    for (size_t i = 0; i < count && !code; i++) {
        const papertag_stored *paper;
        text_put(&out, !i ? "" : format ? format->between : "\n");
        if (papertag_store_get(store, keys[i], &paper, &err)) {
            code = failed(&err);
        } else if (format) {
            format->write(&out, paper);
        } else {
            text_paper_lines(&out, &s, paper);
        }
        if (!code && out.size > FLUSH_SIZE && !text_write(&out)) {
            code = EXIT_FAILED;
        }
    }
    text_put(&out, format ? format->closing : "");
    return text_end(&out, code);
}

int write_stored(const args *a, papertag_store *store, const int64_t *keys, size_t count)
{
    return write_papers(store, keys, count, args_have(a, "json") ? export_formats[0] : NULL);
}

int export_stored(const args *a, papertag_store *store, const int64_t *keys, size_t count)
{
    int format = 0, code = args_choice(a, "format", export_format_names, &format);

    if (code || !args_have(a, "format")) {
        return code ? code : write_stored(a, store, keys, count);
    }
    return write_papers(store, keys, count, export_formats[format]);
}
