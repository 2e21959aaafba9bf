/*
 * phrases - terms as phrases, and the phrase that papers use for a topic.
 */
#include "phrases.h"

#include <stdlib.h>

/* The share of a topic's papers that use a word next to its phrase before the word becomes part of the name. */
static const double IN_PHRASE = 0.5;

const char *pt_term_text(const pt_vocabulary *v, size_t term, size_t *length)
{
    *length = v->starts[term + 1] - v->starts[term];
    return v->text + v->starts[term];
}

bool pt_term_is_phrase(const pt_vocabulary *v, size_t term)
{
    size_t length;
    const char *text = pt_term_text(v, term, &length);
    return memchr(text, ' ', length);
}

/* Whether `inner` occurs in `outer` as whole words. */
static bool contains(const pt_vocabulary *v, size_t outer, size_t inner)
{
    size_t length, inner_length;
    const char *text = pt_term_text(v, outer, &length), *words = pt_term_text(v, inner, &inner_length);

    for (size_t at = 0; at + inner_length <= length; at++) {
        if ((!at || text[at - 1] == ' ') && (at + inner_length == length || text[at + inner_length] == ' ') &&
            !memcmp(text + at, words, inner_length)) {
            return true;
        }
    }
    return false;
}

bool pt_terms_overlap(const pt_vocabulary *v, size_t a, size_t b)
{
    return contains(v, a, b) || contains(v, b, a);
}

/* ---- terms that overlap ---------------------------------------------------------------------------------------- */

/* A word of a term: a slice of the vocabulary's text. */
struct pt_word_use {
    const char *word;
    uint32_t length, term;
};

static int compare_uses(const void *a, const void *b)
{
    const struct pt_word_use *x = a, *y = b;
    const int order = pt_compare_bytes(x->word, x->length, y->word, y->length);
    return order ? order : (x->term > y->term) - (x->term < y->term);
}

/* The length of the word at the start of a text. */
static size_t word_length(const char *text, size_t length)
{
    const char *space = memchr(text, ' ', length);
    return space ? (size_t)(space - text) : length;
}

static size_t count_words(const pt_vocabulary *v)
{
    size_t count = v->count;

    for (size_t i = 0; v->count && i < v->starts[v->count]; i++) {
        count += v->text[i] == ' ';
    }
    return count;
}

int pt_phrase_index_build(pt_phrase_index *index, const pt_vocabulary *v)
{
    *index = (pt_phrase_index){.vocabulary = v, .uses = pt_alloc(count_words(v), sizeof *index->uses)};
    if (!index->uses) {
        return PAPERTAG_NO_MEMORY;
    }
    for (uint32_t term = 0; term < v->count; term++) {
        size_t left, length;
        for (const char *word = pt_term_text(v, term, &left);; word += length + 1, left -= length + 1) {
            length = word_length(word, left);
            index->uses[index->count++] = (struct pt_word_use){word, (uint32_t)length, term};
            if (length == left) {
                break;
            }
        }
    }
    pt_sort(index->uses, index->count, sizeof *index->uses, compare_uses);
    return PAPERTAG_OK;
}

void pt_phrase_index_free(pt_phrase_index *index)
{
    free(index->uses);
    *index = (pt_phrase_index){0};
}

static bool is_listed(const uint32_t *terms, size_t count, uint32_t term)
{
    for (size_t i = 0; i < count; i++) {
        if (terms[i] == term) {
            return true;
        }
    }
    return false;
}

/* Lists the terms that are a part of the term, but not all of it. */
static size_t list_parts(const pt_vocabulary *v, size_t term, uint32_t *out)
{
    size_t length, count = 0;
    const char *text = pt_term_text(v, term, &length);

    for (size_t start = 0; start < length; start += word_length(text + start, length - start) + 1) {
        for (size_t end = start; end < length; end++) {
            uint32_t part;
            end += word_length(text + end, length - end);
            part = end - start < length ? pt_vocabulary_find(v, text + start, end - start) : UINT32_MAX;
            if (part != UINT32_MAX && !is_listed(out, count, part)) {
                out[count++] = part;
            }
        }
    }
    return count;
}

/* The first use of a word. */
static size_t find_uses(const pt_phrase_index *index, const char *word, size_t length)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct pt_word_use *use = &index->uses[middle];
        if (pt_compare_bytes(use->word, use->length, word, length) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t pt_overlapping_terms(const pt_phrase_index *index, uint32_t term, uint32_t *out)
{
    const pt_vocabulary *v = index->vocabulary;
    size_t count = list_parts(v, term, out), length;
    const char *text = pt_term_text(v, term, &length);
    const size_t first = word_length(text, length);
    uint32_t last = UINT32_MAX;

    for (size_t i = find_uses(index, text, first); i < index->count; i++) { /* whatever has it has its first word */
        const struct pt_word_use *use = &index->uses[i];
        if (pt_compare_bytes(use->word, use->length, text, first) != 0) {
            break;
        }
        if (use->term != last && contains(v, use->term, term)) { /* it may have the word twice */
            out[count++] = use->term;
        }
        last = use->term;
    }
    return count;
}

/* ---- the phrase of a topic ------------------------------------------------------------------------------------- */

/* Finds the term "phrase's last word + another", or with `before` "another + phrase's first word", that most of the
 * papers have. UINT32_MAX: none is frequent enough. */
static uint32_t find_neighbour(const pt_vocabulary *v, const uint32_t *counts, size_t papers, const pt_buf *phrase,
                               bool before)
{
    const char *space = before ? strchr(phrase->data, ' ') : strrchr(phrase->data, ' ');
    const char *word = before ? phrase->data : space ? space + 1 : phrase->data;
    const size_t length = before && space ? (size_t)(space - word) : strlen(word);
    uint32_t found = UINT32_MAX, most = 0;

    for (uint32_t term = 0; term < v->count; term++) {
        size_t size;
        const char *text = pt_term_text(v, term, &size);
        const bool frequent = counts[term] > most && (double)counts[term] >= IN_PHRASE * (double)papers;
        if (frequent && size > length + 1 &&
            (before ? text[size - length - 1] == ' ' && !memcmp(text + size - length, word, length)
                    : text[length] == ' ' && !memcmp(text, word, length))) {
            most = counts[term];
            found = term;
        }
    }
    return found;
}

/* Puts the first word of a term before the phrase. */
static void prepend_word(pt_buf *phrase, const char *text, size_t length)
{
    const char *space = memchr(text, ' ', length);
    pt_buf longer = {0};

    pt_buf_append(&longer, text, (size_t)(space - text) + 1);
    pt_buf_append(&longer, phrase->data, phrase->size);
    pt_buf_free(phrase);
    *phrase = longer;
}

/* Puts all words of a term but the first after the phrase. */
static void append_rest(pt_buf *phrase, const char *text, size_t length)
{
    const char *space = memchr(text, ' ', length);

    pt_buf_append(phrase, space, length - (size_t)(space - text));
}

/* Whether a word is an abbreviation of the words before it: it has their first letter, and its letters occur in them in
 * the same order. */
static bool abbreviates(const char *word, const char *words, size_t words_length)
{
    const size_t length = strlen(word);
    size_t at = 0;

    if (length < 2 || length > 5 || *word != *words) {
        return false;
    }
    for (size_t i = 0; i < words_length && at < length; i++) {
        at += words[i] == word[at];
    }
    return at == length;
}

/* Removes the last of three or more words when it abbreviates the others. */
static void remove_abbreviation(pt_buf *phrase)
{
    char *last = strrchr(phrase->data, ' ');

    if (last && strchr(phrase->data, ' ') != last &&
        abbreviates(last + 1, phrase->data, (size_t)(last - phrase->data))) {
        *last = '\0';
        phrase->size = (size_t)(last - phrase->data);
    }
}

int pt_phrase_of(const pt_vocabulary *v, size_t term, const uint32_t *counts, size_t papers, pt_buf *out)
{
    enum { MORE_WORDS = 2 }; /* on either side */
    size_t length;
    const char *text = pt_term_text(v, term, &length);
    uint32_t next;

    pt_buf_append(out, text, length);
    for (int i = 0; i < MORE_WORDS && !out->failed; i++) {
        next = find_neighbour(v, counts, papers, out, true);
        if (next == UINT32_MAX) {
            break;
        }
        text = pt_term_text(v, next, &length);
        prepend_word(out, text, length);
    }
    for (int i = 0; i < MORE_WORDS && !out->failed; i++) {
        next = find_neighbour(v, counts, papers, out, false);
        if (next == UINT32_MAX) {
            break;
        }
        text = pt_term_text(v, next, &length);
        append_rest(out, text, length);
    }
    if (out->failed) {
        return PAPERTAG_NO_MEMORY;
    }
    remove_abbreviation(out);
    return PAPERTAG_OK;
}
