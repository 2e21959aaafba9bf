/*
 * keywords - which tags the keywords of a paper name.
 *
 * Authors write "Large Language Models (LLMs)", "LLM quantization", "3-D Gaussian splatting". A keyword names a tag
 * when it is one of the tag's names (slug, name or alias), or when one of the tag's patterns occurs in it as whole
 * words. Words are compared in lower case and without a plural's s. A missing keyword means little: authors give five
 * where ten would fit.
 */
#include "keywords.h"

#include <stdlib.h>

#include "base/ascii.h"

enum { PHRASE_BYTES = 160, WORDS_MAX = 32 };

struct pt_phrase {
    const char *text; /* folded */
    uint32_t entry;   /* its number in the list */
    bool anywhere;    /* a pattern; a name must be the whole keyword */
};

/* Letters and digits are part of words, and so are bytes outside ASCII. */
static bool is_word_byte(char c)
{
    return pt_is_letter(c) || pt_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Writes the words of a phrase in the form in which they are compared, with one space between them, cut at
 * PHRASE_BYTES. Returns the number of words; word w begins at out + starts[w], starts[words] is one past the end. */
static size_t fold_phrase(const char *phrase, char out[PHRASE_BYTES], size_t starts[WORDS_MAX + 1])
{
    size_t size = 0, words = 0;

    while (*phrase && words < WORDS_MAX) {
        size_t begin = size;
        for (; is_word_byte(*phrase); phrase++) {
            if (size + 2 < PHRASE_BYTES) {
                out[size++] = pt_lower(*phrase);
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

static int append_phrase(pt_keyword_index *index, const char *phrase, size_t entry, bool anywhere)
{
    char text[PHRASE_BYTES];
    size_t starts[WORDS_MAX + 1], words = fold_phrase(phrase, text, starts);
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
        status = append_phrase(&index, entry->tag, e, false);
        status = status || !entry->name ? status : append_phrase(&index, entry->name, e, false);
        for (size_t i = 0; i < entry->aliases.count && !status; i++) {
            status = append_phrase(&index, entry->aliases.items[i], e, false);
        }
        for (size_t i = 0; i < entry->patterns.count && !status; i++) {
            status = append_phrase(&index, entry->patterns.items[i], e, true);
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

/* Marks the tags that a phrase names, which is the whole keyword or a part of it. */
static void mark_phrase(const pt_keyword_index *index, const char *text, bool whole, bool *named)
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
        size_t starts[WORDS_MAX + 1], words = fold_phrase(keywords.items[k], text, starts);
        for (size_t first = 0; first < words; first++) {
            for (size_t last = first; last < words && last - first < index->longest; last++) {
                size_t size = starts[last + 1] - 1 - starts[first];
                memcpy(slice, text + starts[first], size);
                slice[size] = '\0';
                mark_phrase(index, slice, first == 0 && last + 1 == words, named);
            }
        }
    }
}
