/*
 * keywords - which tags the free keywords of a paper name.
 *
 * Authors write "Large Language Models (LLMs)", "LLM quantization", "3-D Gaussian splatting". A keyword names a tag
 * when it is one of the tag's names (slug, name or alias), or when one of the tag's patterns stands in it, word for
 * word. Words are compared in lower case and without a plural's s. What a keyword does not say means little: authors
 * give five keywords to a paper that ten would fit.
 */
#include "keywords.h"

#include <stdlib.h>

enum { PHRASE_BYTES = 160, WORDS_MAX = 32 };

struct pt_phrase {
    const char *text;
    uint32_t entry;
    bool anywhere; /* a pattern; else the whole keyword must be it */
};

/* The words of a phrase, one space between, as they are compared; cut at PHRASE_BYTES. Returns the number of words;
 * starts[w] is where word w begins, starts[words] one past the end. */
static size_t fold(const char *phrase, char out[PHRASE_BYTES], size_t starts[WORDS_MAX + 1])
{
    size_t size = 0, words = 0;

    while (*phrase && words < WORDS_MAX) {
        size_t begin = size;
        for (; *phrase; phrase++) {
            unsigned char c = (unsigned char)*phrase;
            bool upper = c >= 'A' && c <= 'Z';
            if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c < 0x80) {
                break;
            }
            if (size + 2 < PHRASE_BYTES) {
                out[size++] = (char)(upper ? c + ('a' - 'A') : c);
            }
        }
        if (size > begin + 3 && out[size - 1] == 's' && out[size - 2] != 's') {
            size--;
        }
        if (size > begin) {
            starts[words++] = begin;
            out[size++] = ' ';
        }
        phrase += *phrase != '\0';
    }
    starts[words] = size;
    out[size ? size - 1 : 0] = '\0';
    return words;
}

static int compare_phrases(const void *a, const void *b)
{
    const struct pt_phrase *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static int add(pt_keyword_index *index, const char *phrase, size_t entry, bool anywhere)
{
    char text[PHRASE_BYTES];
    size_t starts[WORDS_MAX + 1], words = fold(phrase, text, starts);
    char *copy = pt_arena_copy(&index->arena, text, strlen(text));

    index->longest = words > index->longest ? words : index->longest;
    index->phrases[index->count++] = (struct pt_phrase){copy, (uint32_t)entry, anywhere};
    return copy ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int pt_keyword_index_build(pt_keyword_index *out, const pt_tag_list *list, papertag_error *err)
{
    pt_keyword_index index = {0};
    size_t capacity = 0;
    int status;

    for (size_t e = 0; e < list->count; e++) {
        capacity += 2 + list->entries[e].aliases.count + list->entries[e].patterns.count;
    }
    index.phrases = pt_alloc(capacity, sizeof *index.phrases);
    status = index.phrases ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
    for (size_t e = 0; e < list->count && !status; e++) {
        const pt_tag_entry *entry = &list->entries[e];
        status = add(&index, entry->tag, e, false);
        status = status || !entry->name ? status : add(&index, entry->name, e, false);
        for (size_t i = 0; i < entry->aliases.count && !status; i++) {
            status = add(&index, entry->aliases.items[i], e, false);
        }
        for (size_t i = 0; i < entry->patterns.count && !status; i++) {
            status = add(&index, entry->patterns.items[i], e, true);
        }
    }
    if (status) {
        pt_keyword_index_free(&index);
        return pt_no_memory(err);
    }
    pt_sort(index.phrases, index.count, sizeof *index.phrases, compare_phrases);
    *out = index;
    return PAPERTAG_OK;
}

void pt_keyword_index_free(pt_keyword_index *index)
{
    free(index->phrases);
    pt_arena_free(&index->arena);
    *index = (pt_keyword_index){0};
}

/* Marks the tags of which `text` is a phrase. */
static void look_up(const pt_keyword_index *index, const char *text, bool whole, bool *named)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(index->phrases[middle].text, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < index->count && !strcmp(index->phrases[low].text, text); low++) {
        if (whole || index->phrases[low].anywhere) {
            named[index->phrases[low].entry] = true;
        }
    }
}

void pt_mark_keyword_tags(const pt_keyword_index *index, papertag_strings keywords, bool *named)
{
    for (size_t k = 0; k < keywords.count; k++) {
        char text[PHRASE_BYTES], slice[PHRASE_BYTES];
        size_t starts[WORDS_MAX + 1], words = fold(keywords.items[k], text, starts);
        for (size_t first = 0; first < words; first++) {
            for (size_t last = first; last < words && last - first < index->longest; last++) {
                size_t size = starts[last + 1] - 1 - starts[first];
                memcpy(slice, text + starts[first], size);
                slice[size] = '\0';
                look_up(index, slice, first == 0 && last + 1 == words, named);
            }
        }
    }
}
