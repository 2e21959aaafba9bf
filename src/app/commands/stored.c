/*
 * stored - one paper of the store by its id, and papers of the store as output.
 */
#include "stored.h"

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

int write_stored(const args *a, papertag_store *store, const int64_t *keys, size_t count)
{
    const bool json = args_have(a, "json");
    style s = style_of_stdout();
    papertag_error err;
    int code = EXIT_DONE;
    text out = {0};

    for (size_t i = 0; i < count && !code; i++) {
        const papertag_stored *paper;
        if (papertag_store_get(store, keys[i], &paper, &err)) {
            code = failed(&err);
        } else if (json) {
            text_paper_json(&out, paper);
            json_line_end(&out);
        } else {
            text_paper_lines(&out, &s, paper);
            text_put(&out, i + 1 < count ? "\n" : "");
        }
        if (!code && (out.size > FLUSH_SIZE || i + 1 == count) && !text_write(&out)) {
            code = EXIT_FAILED;
        }
    }
    text_free(&out);
    return code;
}
