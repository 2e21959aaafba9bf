/*
 * Fuzz target: the tokenizer over any bytes, and the ASCII fast path against utf8proc.
 */
#include <stdlib.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pt_text_options options = {0};
    pt_tokens tokens = {0};
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
    pt_fold(&fast, text, size - 1, true);
    pt_fold(&slow, text, size - 1, false);
    if (fast.size != slow.size || (fast.size && memcmp(fast.data, slow.data, fast.size) != 0)) {
        abort();
    }
    pt_tokens_free(&tokens);
    pt_buf_free(&fast);
    pt_buf_free(&slow);
    free(text);
    return 0;
}
