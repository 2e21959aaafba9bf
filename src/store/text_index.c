/*
 * text_index - see text_index.h.
 */
#include "text_index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/sixteen.h"
#include "postings.h"
#include "segment_reader.h"

/* Before the place of a word in an abstract; less than any place. */
#define IN_ABSTRACT ((uint64_t)1 << 32)

/* Odd numbers whose bits look random. */
#define STEP 0x9e3779b97f4a7c15U
#define FACTOR 0xbf58476d1ce4e5b9U
#define FACTOR_OF_SECOND 0x94d049bb133111ebU

/* A step of splitmix64 (Steele, Lea, Flood 2014). Hashes are made for each place of each word, so each takes few
 * instructions. */
static inline uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * FACTOR;
    return x ^ x >> 27;
}

/* For `start`, of the word and the paper. */
static inline uint64_t hash_place(uint64_t start, uint64_t place)
{
    return mix(start + place * STEP);
}

static inline uint64_t hash_paper(int64_t key)
{
    return mix((uint64_t)key * STEP);
}

/* Of a word. At least PT_WORD_READABLE bytes can be read from it. */
static inline uint64_t hash_word(const char *text, size_t size)
{
    static const uint8_t ones_and_zeros[2 * PT_WORD_READABLE] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                                 255, 255, 255, 255, 255, 255, 255, 255};
    pt_sixteen x;
    uint64_t halves[2];

    if (size > PT_WORD_READABLE) {
        return pt_hash(text, size, 0);
    }
    x = pt_sixteen_at(text) & pt_sixteen_at(ones_and_zeros + PT_WORD_READABLE - size);
    memcpy(halves, &x, sizeof halves);
    return mix(halves[0] * FACTOR + halves[1] * FACTOR_OF_SECOND + size);
}

/* The same of PT_FTS_WORD and a word. */
static uint64_t hash_kept_word(const pt_buf *kept)
{
    char readable[PT_WORD_READABLE] = {0};
    const size_t size = kept->size - 1;

    memcpy(readable, kept->data + 1, size < sizeof readable ? size : sizeof readable);
    return hash_word(size <= sizeof readable ? readable : kept->data + 1, size);
}

static void put_sizes(pt_text_tally *tally, int64_t key, const uint64_t words[2])
{
    const uint64_t row[] = {(uint64_t)key, words[0], words[1]};

    tally->sizes += pt_hash(row, sizeof row, 0);
    tally->papers++;
    tally->words[0] += words[0];
    tally->words[1] += words[1];
}

void pt_text_tally_add(pt_text_tally *tally, const pt_text_tally *more)
{
    tally->odd = tally->odd || more->odd;
    tally->places += more->places;
    tally->hashes += more->hashes;
    tally->papers += more->papers;
    tally->sizes += more->sizes;
    tally->words[0] += more->words[0];
    tally->words[1] += more->words[1];
}

bool pt_text_tally_is_same(const pt_text_tally *index, const pt_text_tally *papers)
{
    return !index->odd && !papers->odd && index->places == papers->places && index->hashes == papers->hashes &&
           index->papers == papers->papers && index->sizes == papers->sizes && index->words[0] == papers->words[0] &&
           index->words[1] == papers->words[1];
}

/* ---- the papers ------------------------------------------------------------------------------------------------- */

struct text {
    uint64_t paper;          /* hash */
    uint64_t hashes, places; /* so far; the place of the next word */
};

static int take_word(void *context, const char *word, size_t length)
{
    struct text *t = context;

    t->hashes += hash_place(hash_word(word, length) ^ t->paper, t->places);
    t->places++;
    return PAPERTAG_OK;
}

int pt_text_tally_paper(pt_text_tally *tally, pt_unicode61 *tokenizer, int64_t key, const pt_db_value texts[2])
{
    struct text t = {.paper = hash_paper(key)};
    uint64_t words[2];
    int status = PAPERTAG_OK;

    for (int i = 0; i < 2 && !status; i++) {
        const uint64_t begin = t.places = i ? IN_ABSTRACT : 0;
        if (texts[i].type == PT_DB_TEXT) {
            status = pt_unicode61_words(tokenizer, texts[i].text, texts[i].size, take_word, &t);
        }
        words[i] = t.places - begin;
        tally->places += words[i];
    }
    if (!status) {
        tally->hashes += t.hashes;
        put_sizes(tally, key, words);
    }
    return status;
}

/* ---- the index -------------------------------------------------------------------------------------------------- */

/* All segments at once. A paper that has changed may be in several of them; the newest counts. */
struct merge {
    pt_text_tally *tally;
    pt_segment_reader *readers; /* count: the newest first */
    size_t count;
    pt_segment_reader **same; /* same_count: those that have the word at hand */
    size_t same_count;
    uint64_t word; /* hash */
};

/* Adds the places of a word in a paper. */
static void put_places(struct merge *m, const pt_segment_reader *r)
{
    const unsigned char *at = r->places, *end = at + r->places_size;
    const uint64_t start = m->word ^ hash_paper(r->key);
    uint64_t place = 0, number, hashes = 0, count = 0;
    bool odd = false;

    while (at < end) {
        at += pt_varint_get(at, &number);
        if (number == 1 && place < IN_ABSTRACT && at + 1 < end && *at == 1) { /* the second column begins */
            place = IN_ABSTRACT;
            at += 1 + pt_varint_get(at + 1, &number);
        }
        odd = odd || number < 2 || number > INT32_MAX || at > end;
        place += number - 2;
        hashes += hash_place(start, place);
        count++;
    }
    m->tally->odd = m->tally->odd || odd;
    m->tally->hashes += hashes;
    m->tally->places += count;
}

/* Adds the papers that have the word at hand: from the lowest key to the highest, and of those with the same key the
 * first reader's. */
static int put_papers(struct merge *m, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < m->same_count && !status; i++) {
        status = pt_segment_next_paper(m->same[i], err);
    }
    for (;;) {
        pt_segment_reader *least = NULL;
        int64_t bound = INT64_MAX; /* the lowest key of the others */
        for (size_t i = 0; i < m->same_count && !status; i++) {
            pt_segment_reader *r = m->same[i];
            if (least && r->key == least->key) {
                status = pt_segment_next_paper(r, err);
            }
            if (r->key && (!least || r->key < least->key)) {
                bound = least ? least->key : bound;
                least = r;
            } else if (r->key && r->key < bound) {
                bound = r->key;
            }
        }
        while (!status && least && least->key && least->key < bound) {
            put_places(m, least);
            status = pt_segment_next_paper(least, err);
        }
        if (status || !least) {
            return status;
        }
    }
}

static int compare_words(const pt_segment_reader *a, const pt_segment_reader *b)
{
    return a->order != b->order ? (a->order > b->order) - (a->order < b->order)
                                : pt_compare_bytes(a->word.data, a->word.size, b->word.data, b->word.size);
}

/* Finds the readers that have the least word; false: all have ended. */
static bool find_least(struct merge *m)
{
    m->same_count = 0;
    for (size_t i = 0; i < m->count; i++) {
        pt_segment_reader *r = &m->readers[i];
        const int order = r->ended ? 1 : m->same_count ? compare_words(r, m->same[0]) : -1;
        m->same_count = order < 0 ? 0 : m->same_count;
        if (order <= 0) {
            m->same[m->same_count++] = r;
        }
        m->tally->odd = m->tally->odd || r->odd;
    }
    return m->same_count && !m->tally->odd;
}

static int read_segments(struct merge *m, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < m->count && !status; i++) {
        status = pt_segment_next_word(&m->readers[i], err);
    }
    while (!status && find_least(m)) {
        m->word = hash_kept_word(&m->same[0]->word);
        status = put_papers(m, err);
        for (size_t i = 0; i < m->same_count && !status; i++) {
            status = pt_segment_next_word(m->same[i], err);
        }
    }
    return status;
}

/* Opens the readers: FTS5 looks at the levels from the first to the last, and in a level at the newest first. */
static int open_readers(struct merge *m, papertag_store *store, const pt_segment_list *list, papertag_error *err)
{
    uint64_t begin = 0;
    int status = PAPERTAG_OK;

    m->readers = pt_calloc(list->segments, sizeof *m->readers);
    m->same = pt_calloc(list->segments, sizeof *m->same);
    if (!m->readers || !m->same) {
        return pt_no_memory(err);
    }
    for (uint64_t l = 0; l < list->levels; begin += list->count[l++]) {
        for (uint64_t s = list->count[l]; s-- && !status;) {
            status = pt_segment_reader_open(&m->readers[m->count++], store, list, (size_t)(begin + s), err);
        }
    }
    return status;
}

static int read_sizes(void *context, pt_db_row *row, papertag_error *err)
{
    pt_text_tally *tally = context;
    const int64_t key = pt_db_key(row, 0);
    const pt_db_value sizes = pt_db_get(row, 1);
    const unsigned char *at, *end;
    uint64_t words[2] = {0};

    (void)err;
    if (sizes.type != PT_DB_BYTES) {
        tally->odd = true;
        return PAPERTAG_END;
    }
    at = sizes.bytes;
    end = at + sizes.size;
    tally->odd =
        tally->odd || !pt_segment_number(&at, end, &words[0]) || !pt_segment_number(&at, end, &words[1]) || at != end;
    put_sizes(tally, key, words);
    return tally->odd ? PAPERTAG_END : PAPERTAG_OK;
}

int pt_text_index_tally(papertag_store *store, pt_text_tally *tally, papertag_error *err)
{
    struct merge m = {.tally = tally};
    pt_segment_list list;
    bool known = false;
    int status = pt_segment_list_read(store, &list, &known, err);

    status = status || !known ? status : open_readers(&m, store, &list, err);
    status = status || !known ? status : read_segments(&m, err);
    status = status || tally->odd
                 ? status
                 : pt_store_each(store, "SELECT id, sz FROM search_docsize", read_sizes, tally, err, "");
    for (size_t i = 0; i < m.count; i++) {
        pt_segment_reader_close(&m.readers[i]);
    }
    free(m.readers);
    free(m.same);
    tally->odd = tally->odd || status == PAPERTAG_DAMAGED || !known || tally->papers != list.papers ||
                 tally->words[0] != list.words[0] || tally->words[1] != list.words[1];
    return status == PAPERTAG_DAMAGED ? PAPERTAG_OK : status;
}
