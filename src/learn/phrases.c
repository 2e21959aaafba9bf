/*
 * phrases - terms as phrases, and the phrase that papers use for a topic.
 */
#include "phrases.h"

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
