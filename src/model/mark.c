/*
 * mark - where in a text the terms of a decision occur.
 *
 * Terms are n-grams of tokens, and tokens need not occur in the text letter by letter. So each word between white space
 * is tokenized alone, and the n-grams of neighbouring tokens are searched among the paper's terms. A term's
 * contribution is divided evenly among its words.
 */
#include <stdlib.h>

#include "model.h"

/* A word of the text: bytes. */
struct word {
    size_t start, length;
};

/* The tokens of all words in order, in one buffer with a space after each. */
struct token_list {
    struct word *words;
    size_t count, capacity;
    pt_buf text;
    size_t *starts, *word_of; /* by token */
    size_t tokens, starts_capacity, word_of_capacity;
};

static int append_token(struct token_list *r, const char *token, size_t length)
{
    if (pt_reserve(&r->starts, &r->starts_capacity, r->tokens + 1, sizeof *r->starts) ||
        pt_reserve(&r->word_of, &r->word_of_capacity, r->tokens + 1, sizeof *r->word_of)) {
        return PAPERTAG_NO_MEMORY;
    }
    r->starts[r->tokens] = r->text.size;
    r->word_of[r->tokens++] = r->count;
    pt_buf_append(&r->text, token, length);
    pt_buf_append(&r->text, " ", 1);
    return r->text.failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Appends a word and its tokens. `word` is scratch: the tokenizer takes whole strings. */
static int append_word(struct token_list *r, pt_tokens *tokens, const pt_text_options *options, const char *text,
                       struct word span, pt_buf *word, papertag_error *err)
{
    int status;

    pt_buf_clear(word);
    pt_buf_append(word, text + span.start, span.length);
    status = word->failed ? pt_no_memory(err) : pt_tokenize(tokens, options, word->data, err);
    for (size_t i = 0; i < tokens->count && !status; i++) {
        const pt_token *t = &tokens->items[i];
        status = append_token(r, tokens->text.data + t->start, t->end - t->start) ? pt_no_memory(err) : PAPERTAG_OK;
    }
    if (!status && pt_reserve(&r->words, &r->capacity, r->count + 1, sizeof *r->words)) {
        status = pt_no_memory(err);
    }
    if (!status) {
        r->words[r->count++] = span;
    }
    return status;
}

static int read_words(struct token_list *r, pt_tokens *tokens, const pt_text_options *options, const char *text,
                      papertag_error *err)
{
    static const char space[] = " \t\r\n";
    pt_buf word = {0};
    int status = PAPERTAG_OK;

    for (size_t at = strspn(text, space), length; text[at] && !status; at += strspn(text + at, space)) {
        length = strcspn(text + at, space);
        status = append_word(r, tokens, options, text, (struct word){at, length}, &word, err);
        at += length;
    }
    pt_buf_free(&word);
    return status;
}

struct ngram {
    const char *text;
    size_t length;
};

static int compare_term(const void *a, const void *b)
{
    const struct ngram *key = a;
    const papertag_term *term = b;
    int order = strncmp(key->text, term->term, key->length);
    return order ? order : term->term[key->length] ? -1 : 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const papertag_term *)a)->term, ((const papertag_term *)b)->term);
}

/* Divides the contribution of each n-gram that is a term among its words. */
static void divide_contributions(const struct token_list *r, unsigned ngram_max, const papertag_term *terms,
                                 size_t count, papertag_span *spans)
{
    for (size_t i = 0; i < r->tokens; i++) {
        for (size_t n = 1; n <= ngram_max && i + n <= r->tokens; n++) {
            const size_t end = i + n < r->tokens ? r->starts[i + n] : r->text.size;
            const struct ngram key = {r->text.data + r->starts[i], end - 1 - r->starts[i]};
            const papertag_term *term = count ? bsearch(&key, terms, count, sizeof *terms, compare_term) : NULL;
            for (size_t k = i; term && k < i + n; k++) {
                spans[r->word_of[k]].contribution += term->contribution / (double)n;
            }
        }
    }
}

int papertag_mark(papertag_tagger *tagger, const char *title, const char *abstract, size_t index, const char *text,
                  const papertag_span **out, size_t *count, papertag_error *err)
{
    const pt_tfidf_options *options = &tagger->model->options;
    papertag_explanation e;
    struct token_list r = {0};
    int status = papertag_explain(tagger, title, abstract, index, &e, err);

    status = status ? status : read_words(&r, &tagger->counter.tokens, &options->text, text, err);
    if (!status && pt_reserve(&tagger->spans, &tagger->spans_capacity, r.count + 1, sizeof *tagger->spans)) {
        status = pt_no_memory(err);
    }
    if (!status) {
        for (size_t i = 0; i < r.count; i++) {
            tagger->spans[i] = (papertag_span){r.words[i].start, r.words[i].length, 0};
        }
        pt_sort(tagger->terms, e.count, sizeof *tagger->terms, compare_names);
        divide_contributions(&r, options->ngram_max, tagger->terms, e.count, tagger->spans);
        *out = tagger->spans;
        *count = r.count;
    }
    free(r.words);
    free(r.starts);
    free(r.word_of);
    pt_buf_free(&r.text);
    return status;
}
