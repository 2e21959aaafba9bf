/*
 * Fuzz target: every reader. The first byte chooses the format, or lets it be told; what comes out must be clean.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "papertag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    utf8proc_int32_t c;

    if (!text) {
        return;
    }
    if (!*text || *text == ' ' || text[strlen(text) - 1] == ' ' || strstr(text, "  ")) {
        abort();
    }
    while (*at) {
        utf8proc_ssize_t length = utf8proc_iterate(at, -1, &c);
        if (length <= 0 || c < ' ') {
            abort();
        }
        at += length;
    }
}

static void check_list(papertag_strings list)
{
    for (size_t i = 0; i < list.count; i++) {
        check(list.items[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {NULL,   "jsonl", "json", "daily-papers", "page",       "csv", "tsv",
                                          "atom", "rss",   "oai",  "s2",           "openreview", "bib"};
    papertag_reader_options options = {0};
    papertag_reader *reader = NULL;
    const papertag_paper *paper;
    papertag_error err;
    bool packed;
    int status;

    if (!size) {
        return 0;
    }
    /* packed bytes give more records than they are themselves: there the first are enough */
    packed = size > 2 && (data[1] == 0x1f || data[1] == 0xfd);
    options.format = formats[data[0] % (sizeof formats / sizeof *formats)];
    if (papertag_reader_open_memory(&reader, "fuzz", data + 1, size - 1, &options, &err)) {
        return 0;
    }
    /* every record takes at least a byte: more records than bytes would be an endless loop */
    for (size_t i = 0; (status = papertag_reader_next(reader, &paper, &err)) != PAPERTAG_END; i++) {
        if (i > size) {
            if (packed) {
                break;
            }
            abort();
        }
        if (status == PAPERTAG_OK) {
            if (!paper->id || (!paper->title && !paper->abstract)) {
                abort();
            }
            check(paper->id);
            check(paper->title);
            check(paper->abstract);
            check(paper->organization);
            check(paper->arxiv);
            check(paper->doi);
            check(paper->date);
            check(paper->url);
            check(paper->source);
            check(paper->venue);
            check_list(paper->authors);
            check_list(paper->categories);
            check_list(paper->keywords);
            check_list(paper->tags);
        } else if (status != PAPERTAG_BAD_INPUT) {
            break;
        }
    }
    papertag_reader_close(reader);
    return 0;
}
