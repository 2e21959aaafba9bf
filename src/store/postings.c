/*
 * postings - see postings.h: texts into words, words into an order, their places into bytes.
 */
#include "postings.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/swar.h"

/* ---- numbers --------------------------------------------------------------------------------------------------- */

size_t pt_varint_put_long(unsigned char *at, uint64_t number)
{
    unsigned char reversed[PT_VARINT];
    size_t size = 0;

    if (number >> 56) { /* the ninth byte has 8 bits */
        at[8] = (unsigned char)number;
        number >>= 8;
        for (int i = 7; i >= 0; i--, number >>= 7) {
            at[i] = (unsigned char)(number | 0x80);
        }
        return PT_VARINT;
    }
    do {
        reversed[size++] = (unsigned char)(number | 0x80);
        number >>= 7;
    } while (number);
    reversed[0] &= 0x7f;
    for (size_t i = 0; i < size; i++) {
        at[i] = reversed[size - 1 - i];
    }
    return size;
}

size_t pt_varint_get_long(const unsigned char *at, uint64_t *number)
{
    size_t i = 0;

    *number = 0;
    while (i < PT_VARINT - 1 && at[i] & 0x80) {
        *number = *number << 7 | (at[i++] & 0x7f);
    }
    *number = i < PT_VARINT - 1 ? *number << 7 | at[i] : *number << 8 | at[i];
    return i + 1;
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

enum { SLOTS_LEAST = 1 << 14 };

struct pt_word_slot {
    uint32_t print; /* part of the word's hash */
    uint32_t word;  /* its number, from 1; 0: the slot is free */
};

/* A word of a text: at first its number, from 0; when words are sorted the paper's. */
struct pt_occurrence {
    uint32_t number;
    uint32_t place; /* the words of its text before it, and IN_ABSTRACT */
};

enum { IN_ABSTRACT = 1 << 30 };

/* The first bytes of a word as a number, which is in the words' order. PT_WORD_READABLE bytes can be read. */
static uint64_t first_bytes(const char *text, size_t length)
{
    const int after = length < sizeof(uint64_t) ? 8 * (int)(sizeof(uint64_t) - length) : 0;
    uint64_t first = 0;

    for (size_t i = 0; i < sizeof first; i++) {
        first = first << 8 | (unsigned char)text[i];
    }
    return first >> after << after;
}

/* A hash of a word, made of its two ends where they are all of it. Most words are so short, and to hash bytes of many
 * lengths takes longer. */
static uint64_t hash_word(const char *text, size_t length, uint64_t first)
{
    const uint64_t ends[2] = {first, length > 8 && length <= 16 ? pt_eight(text + length - 8) : 0};

    return length <= 16 ? pt_hash(ends, sizeof ends, length) : pt_hash(text, length, 0);
}

/* Makes room for one more word: half of the slots stay free. */
static int reserve_words(pt_postings *p)
{
    const size_t count = p->slot_count ? 2 * p->slot_count : SLOTS_LEAST;
    struct pt_word_slot *slots;

    if (pt_reserve(&p->words, &p->word_capacity, p->word_count + 2, sizeof *p->words)) {
        return PAPERTAG_NO_MEMORY;
    }
    if (p->word_count < p->slot_count / 2) {
        return PAPERTAG_OK;
    }
    slots = pt_calloc(count, sizeof *slots);
    if (!slots) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t w = 0; w < p->word_count; w++) {
        const uint64_t hash = hash_word(p->words[w].text, p->words[w].length, p->words[w].order);
        size_t i = hash & (count - 1);
        while (slots[i].word) {
            i = (i + 1) & (count - 1);
        }
        slots[i] = (struct pt_word_slot){(uint32_t)(hash >> 32), (uint32_t)w + 1};
    }
    free(p->slots);
    p->slots = slots;
    p->slot_count = count;
    return PAPERTAG_OK;
}

/* Whether a word is the text. The text of a short one need not be fetched. */
static bool is_word(const pt_posted_word *word, const char *text, size_t length, uint64_t first)
{
    return word->length == length && word->order == first &&
           (length <= sizeof first || pt_same(word->text, text, length));
}

/* The number of a word, from 0, known or new; UINT32_MAX without memory. */
static uint32_t number_of(pt_postings *p, const char *text, size_t length)
{
    const uint64_t first = first_bytes(text, length), hash = hash_word(text, length, first);
    const uint32_t print = (uint32_t)(hash >> 32);
    pt_posted_word *word;
    size_t i;

    if (reserve_words(p)) {
        return UINT32_MAX;
    }
    for (i = hash & (p->slot_count - 1); p->slots[i].word; i = (i + 1) & (p->slot_count - 1)) {
        word = &p->words[p->slots[i].word - 1];
        if (p->slots[i].print == print && is_word(word, text, length, first)) {
            word->count++;
            return p->slots[i].word - 1;
        }
    }
    word = &p->words[p->word_count];
    *word = (pt_posted_word){
        .text = pt_arena_copy(&p->arena, text, length), .length = (uint32_t)length, .count = 1, .order = first};
    if (!word->text) {
        return UINT32_MAX;
    }
    p->slots[i] = (struct pt_word_slot){print, (uint32_t)++p->word_count};
    return (uint32_t)p->word_count - 1;
}

/* Takes a word from the tokenizer. */
static int take_word(void *context, const char *text, size_t length)
{
    pt_postings *p = context;
    uint32_t *size = &p->sizes[p->count].words[p->column];
    const uint32_t word = number_of(p, text, length);

    if (word == UINT32_MAX ||
        pt_reserve(&p->occurrences, &p->occurrence_capacity, p->occurrence_count + 1, sizeof *p->occurrences)) {
        return PAPERTAG_NO_MEMORY;
    }
    p->occurrences[p->occurrence_count++] = (struct pt_occurrence){word, *size | (p->column ? IN_ABSTRACT : 0)};
    ++*size;
    return PAPERTAG_OK;
}

int pt_postings_put(pt_postings *p, const char *title, const char *abstract, papertag_error *err)
{
    const char *const texts[] = {title, abstract};
    int status = p->tokenizer ? PAPERTAG_OK : pt_unicode61_open(&p->tokenizer, err);

    if (status) {
        return status;
    }
    if (pt_reserve(&p->sizes, &p->capacity, p->count + 1, sizeof *p->sizes)) {
        return pt_no_memory(err);
    }
    p->sizes[p->count] = (struct pt_text_size){{0, 0}, 0};
    for (p->column = 0; p->column < 2; p->column++) {
        const char *text = texts[p->column];
        if (text && pt_unicode61_words(p->tokenizer, text, strlen(text), take_word, p)) {
            return pt_no_memory(err);
        }
    }
    p->sizes[p->count++].end = p->occurrence_count;
    return PAPERTAG_OK;
}

/* ---- the order of words ---------------------------------------------------------------------------------------- */

static int compare_words(const void *a, const void *b)
{
    const pt_posted_word *x = *(pt_posted_word *const *)a, *y = *(pt_posted_word *const *)b;

    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    return pt_compare_bytes(x->text, x->length, y->text, y->length);
}

/* Bytes of a word's place, and of what comes before those of one paper, at most. */
enum { PLACE_MOST = 2 + 5, HEAD_MOST = 5 + 5 };

/* Writes the places of a word in a paper; `at` has room for them. */
static size_t write_run(unsigned char *at, const struct pt_occurrence *of, size_t count)
{
    uint32_t place = 0;
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if ((of[i].place ^ place) & IN_ABSTRACT) {
            at[size++] = 1; /* another column begins: */
            at[size++] = 1; /* the abstract */
            place = IN_ABSTRACT;
        }
        size += pt_varint_put(at + size, of[i].place - place + 2);
        place = of[i].place;
    }
    return size;
}

/* Writes the places of a word in all papers that have it. */
static int write_places(pt_buf *bytes, const struct pt_occurrence *of, size_t count)
{
    const size_t most = count * (PLACE_MOST + HEAD_MOST);
    uint32_t before = 0;
    unsigned char *at;

    if (pt_reserve(&bytes->data, &bytes->capacity, bytes->size + most + 1, 1)) {
        return PAPERTAG_NO_MEMORY;
    }
    at = (unsigned char *)bytes->data + bytes->size;
    for (size_t i = 0, run; i < count; i += run) {
        unsigned char number[PT_VARINT];
        size_t size, length;
        for (run = 1; i + run < count && of[i + run].number == of[i].number;) {
            run++;
        }
        at += pt_varint_put(at, of[i].number - before);
        before = of[i].number;
        size = write_run(at + 1, of + i, run); /* most sizes take one byte */
        length = pt_varint_put(number, 2 * (uint64_t)size);
        if (length > 1) {
            memmove(at + length, at + 1, size);
        }
        memcpy(at, number, length);
        at += length + size;
    }
    bytes->size = (size_t)(at - (unsigned char *)bytes->data);
    return PAPERTAG_OK;
}

/* Sorts the words into `sorted`, and the occurrences by them into `grouped`. */
static void group(pt_postings *p, pt_posted_word **sorted, struct pt_occurrence *grouped)
{
    size_t begin = 0;

    for (size_t w = 0; w < p->word_count; w++) {
        sorted[w] = &p->words[w];
    }
    pt_sort(sorted, p->word_count, sizeof *sorted, compare_words);
    for (size_t w = 0; w < p->word_count; w++) {
        sorted[w]->begin = begin;
        begin += sorted[w]->count;
    }
    for (size_t i = 0, n = 0; n < p->count; n++) {
        for (; i < p->sizes[n].end; i++) {
            grouped[p->words[p->occurrences[i].number].begin++] =
                (struct pt_occurrence){(uint32_t)n, p->occurrences[i].place};
        }
    }
}

int pt_postings_make(pt_postings *p, papertag_error *err)
{
    pt_posted_word **sorted = pt_alloc(p->word_count, sizeof *sorted);
    pt_posted_word *words = pt_alloc(p->word_count + 1, sizeof *words);
    struct pt_occurrence *grouped = pt_alloc(p->occurrence_count, sizeof *grouped);
    size_t begin = 0;
    int status = sorted && words && grouped ? PAPERTAG_OK : pt_no_memory(err);

    if (!status) {
        group(p, sorted, grouped);
        for (size_t w = 0; w < p->word_count && !status; w++) {
            words[w] = *sorted[w];
            words[w].begin = p->bytes.size;
            status = write_places(&p->bytes, grouped + begin, words[w].count);
            begin += words[w].count;
        }
        words[p->word_count] = (pt_posted_word){.begin = p->bytes.size};
        status = status ? pt_no_memory(err) : PAPERTAG_OK;
    }
    if (!status) {
        free(p->words);
        p->words = words;
        p->word_capacity = p->word_count + 1;
        p->made = true;
        words = NULL;
        free(p->occurrences); /* the largest part, and several batches wait to be stored */
        p->occurrences = NULL;
        p->occurrence_capacity = p->occurrence_count = 0;
    }
    free(grouped);
    free(words);
    free(sorted);
    return status;
}

void pt_postings_clear(pt_postings *p)
{
    pt_arena_reset(&p->arena);
    pt_buf_clear(&p->bytes);
    if (p->slots) {
        memset(p->slots, 0, p->slot_count * sizeof *p->slots);
    }
    p->made = false;
    p->word_count = p->occurrence_count = p->count = 0;
}

void pt_postings_free(pt_postings *p)
{
    pt_unicode61_close(p->tokenizer);
    pt_arena_free(&p->arena);
    pt_buf_free(&p->bytes);
    free(p->words);
    free(p->sizes);
    free(p->slots);
    free(p->occurrences);
    *p = (pt_postings){0};
}
