/*
 * Fuzz target: the tokenizer over any bytes; the fast path must give what the careful one gives.
 */
#include <stdlib.h>

#include "text/fold.h"
#include "text/tfidf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pt_text_options options = {0};
    pt_tokens tokens = {0}, careful = {0};
    pt_buf fast = {0}, slow = {0};
    char *text = malloc(size + 1);

    if (!text || !size) {
        free(text);
        return 0;
    }
    options.camel_case = data[0] & 1;
    options.plurals = data[0] & 2;
    options.segments = data[0] & 4;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    pt_tokenize(&tokens, &options, text, NULL);
    pt_tokenize_by(&careful, &options, text, false, NULL);
    if (tokens.count != careful.count || tokens.text.size != careful.text.size ||
        (tokens.text.size && memcmp(tokens.text.data, careful.text.data, tokens.text.size) != 0)) {
        abort();
    }
    for (size_t i = 0; i < tokens.count; i++) {
        if (tokens.items[i].end != careful.items[i].end || tokens.items[i].opens != careful.items[i].opens) {
            abort();
        }
    }
    pt_fold(&fast, text, size - 1, true);
    pt_fold(&slow, text, size - 1, false);
    if (fast.size != slow.size || (fast.size && memcmp(fast.data, slow.data, fast.size) != 0)) {
        abort();
    }
    pt_tokens_free(&tokens);
    pt_tokens_free(&careful);
    pt_buf_free(&fast);
    pt_buf_free(&slow);
    free(text);
    return 0;
}
