/*
 * Fuzz target: every reader. The first byte chooses the format, or its detection; the papers must be clean. JSON Lines
 * must give the same with the quick reader, without it, and when only the text is wanted. Mutations leave the first
 * byte alone, so that a run stays with the formats of the corpus that it is given.
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "read/fields.h"
#include "read/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    (void)seed;
    return size && max > 1 ? 1 + LLVMFuzzerMutate(data + 1, size - 1, max - 1) : size;
}

static void check_text(const char *text)
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

static void check_paper(papertag_paper *paper)
{
    if (!paper->id || (!paper->title && !paper->abstract)) {
        abort();
    }
    for (size_t i = 0; i < pt_field_rows; i++) {
        const pt_field *field = &pt_fields[i];
        if (pt_is_list(field)) {
            const papertag_strings *list = pt_list_member(field, paper);
            for (size_t k = 0; k < list->count; k++) {
                check_text(list->items[k]);
            }
        } else if (pt_is_text(field)) {
            check_text(*pt_text_member(field, paper));
        }
    }
}

static void same_text(const char *a, const char *b)
{
    if ((a != NULL) != (b != NULL) || (a && strcmp(a, b) != 0)) {
        abort();
    }
}

static void same_list(const papertag_strings *a, const papertag_strings *b)
{
    if (a->count != b->count) {
        abort();
    }
    for (size_t i = 0; i < a->count; i++) {
        same_text(a->items[i], b->items[i]);
    }
}

static void same_paper(papertag_paper *a, papertag_paper *b, bool text_only)
{
    if (a->line != b->line || a->has_tags != b->has_tags) {
        abort();
    }
    for (size_t i = 0; i < pt_field_rows; i++) {
        const pt_field *field = &pt_fields[i];
        if (text_only && !field->essential) {
            continue;
        }
        if (pt_is_list(field)) {
            same_list(pt_list_member(field, a), pt_list_member(field, b));
        } else if (pt_is_text(field)) {
            same_text(*pt_text_member(field, a), *pt_text_member(field, b));
        } else if (field->kind == PT_FIELD_COUNT && *pt_count_member(field, a) != *pt_count_member(field, b)) {
            abort();
        }
    }
}

static void compare_ways(const void *bytes, size_t size, const char *tags_field)
{
    papertag_reader *readers[3] = {NULL};
    const papertag_paper *papers[3];
    papertag_error errors[3];
    int statuses[3];

    for (int way = 0; way < 3; way++) {
        papertag_reader_options options = {.format = "jsonl", .tags_field = tags_field, .text_only = way == 2};
        if (papertag_reader_open_memory(&readers[way], "fuzz", bytes, size, &options, NULL)) {
            goto done;
        }
        readers[way]->careful = way == 1;
    }
    do {
        for (int way = 0; way < 3; way++) {
            statuses[way] = papertag_reader_next(readers[way], &papers[way], &errors[way]);
            if (statuses[way] != statuses[0] ||
                (statuses[0] == PAPERTAG_BAD_INPUT && strcmp(errors[way].message, errors[0].message) != 0)) {
                abort();
            }
        }
        if (!statuses[0]) {
            same_paper(&readers[0]->record.paper, &readers[1]->record.paper, false);
            same_paper(&readers[0]->record.paper, &readers[2]->record.paper, true);
        }
    } while (!statuses[0] || statuses[0] == PAPERTAG_BAD_INPUT);
done:
    for (int way = 0; way < 3; way++) {
        papertag_reader_close(readers[way]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* the corpus depends on this order */
    static const char *const formats[64] = {
        NULL,         "jsonl",     "json",        "daily-papers",  "page",     "csv",
        "tsv",        "atom",      "rss",         "oai",           "s2",       "openreview",
        "bib",        "openalex",  "crossref",    "biorxiv",       "dblp",     "paperswithcode",
        "csl",        "annif",     "fasttext",    "libmultilabel", "ris",      "nbib",
        "endnote",    "wos",       "endnote-xml", "pubmed-xml",    "dblp-xml", "text",
        "arxiv-mail", "zotero",    "europepmc",   "datacite",      "inspire",  "jats",
        "tei",        "zotero-rdf"};
    papertag_reader_options options = {0};
    papertag_reader *reader = NULL;
    const papertag_paper *paper;
    papertag_error err;
    bool packed;
    int status;

    if (!size) {
        return 0;
    }
    /* packed bytes may give more records than there are bytes: there the first ones are enough */
    packed = size > 2 && (data[1] == 0x1f || data[1] == 0xfd);
    options.format = formats[data[0] % 64];
    if (options.format && !strcmp(options.format, "jsonl") && !packed) {
        compare_ways(data + 1, size - 1, data[0] & 64 ? "categories" : NULL);
    }
    if (papertag_reader_open_memory(&reader, "fuzz", data + 1, size - 1, &options, &err)) {
        return 0;
    }
    /* every record takes at least a byte: more records than bytes is an endless loop */
    for (size_t i = 0; (status = papertag_reader_next(reader, &paper, &err)) != PAPERTAG_END; i++) {
        if (i > size) {
            if (packed) {
                break;
            }
            abort();
        }
        if (status == PAPERTAG_OK) {
            check_paper(&reader->record.paper);
        } else if (status != PAPERTAG_BAD_INPUT) {
            break;
        }
    }
    papertag_reader_close(reader);
    return 0;
}
