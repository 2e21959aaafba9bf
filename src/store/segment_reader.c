/*
 * segment_reader - see segment_reader.h; for the form of pages, segment_list.h.
 */
#include "segment_reader.h"

#include <stdlib.h>

#include "postings.h"

/* An entry of search_idx. */
struct pt_first_word {
    const void *bytes; /* size */
    size_t size;
    uint64_t page;
    bool has_index; /* of the leaves of the page's last word */
};

/* Ends the reading: something is odd. */
static int refuse(pt_segment_reader *r)
{
    r->odd = r->ended = true;
    r->key = 0;
    return PAPERTAG_OK;
}

/* A number at r->at; false: it ends past `end`. */
static inline bool read_number(pt_segment_reader *r, const unsigned char *end, uint64_t *out)
{
    if (r->at < end && *r->at < 0x80) {
        *out = *r->at++;
        return true;
    }
    r->at += pt_varint_get(r->at, out);
    return r->at <= end;
}

/* ---- pages ----------------------------------------------------------------------------------------------------- */

/* Behind bytes that numbers are read from. */
static const char zeros[PT_VARINT] = {0};

static int take_page(void *context, pt_db_row *row, papertag_error *err)
{
    pt_segment_reader *r = context;
    const pt_db_value id = pt_db_get(row, 0), block = pt_db_get(row, 1);
    const uint64_t wanted = r->segment.number << PT_FTS_PAGE_BITS | (r->loaded_first + r->loaded_count);

    (void)err;
    if ((uint64_t)id.integer != wanted || block.type != PT_DB_BYTES || block.size < PT_FTS_HEAD) {
        return PAPERTAG_END; /* the page is missing */
    }
    r->loaded[r->loaded_count].begin = r->pages.size;
    r->loaded[r->loaded_count].size = block.size;
    pt_buf_append(&r->pages, block.bytes, block.size);
    pt_buf_append(&r->pages, zeros, sizeof zeros);
    r->loaded_count++;
    return PAPERTAG_OK;
}

static int load_pages(pt_segment_reader *r, uint64_t first, papertag_error *err)
{
    static const char sql[] = "SELECT id, block FROM search_data WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    const uint64_t last = first + PT_PAGES_READ - 1 < r->segment.last ? first + PT_PAGES_READ - 1 : r->segment.last;
    const uint64_t base = r->segment.number << PT_FTS_PAGE_BITS;
    int status;

    r->loaded_first = first;
    r->loaded_count = 0;
    pt_buf_clear(&r->pages);
    status = pt_store_each(r->store, sql, take_page, r, err, "ii", (int64_t)(base | first), (int64_t)(base | last));
    return !status && r->pages.failed ? pt_no_memory(err) : status;
}

/* Where the next word on the page stands, by the list; false: the list is odd. */
static bool find_next_word(pt_segment_reader *r, const unsigned char *from)
{
    uint64_t step = 0;

    if (r->list == r->list_end) {
        r->next_word = NULL;
        return true;
    }
    r->list += pt_varint_get(r->list, &step);
    if (r->list > r->list_end || !step || step >= (uint64_t)(r->words_end - from)) {
        return false;
    }
    r->next_word = from + step;
    return true;
}

/* Reads the page's head. False: it is odd. */
static bool read_head(pt_segment_reader *r, const unsigned char *page, size_t size)
{
    const size_t first = (size_t)page[0] << 8 | page[1], end = (size_t)page[2] << 8 | page[3];

    if (end <= PT_FTS_HEAD || end > size || (first && (first < PT_FTS_HEAD || first >= end))) {
        return false;
    }
    r->begin = page;
    r->at = page + PT_FTS_HEAD;
    r->words_end = r->list = page + end;
    r->list_end = page + size;
    r->first_key = first ? page + first : NULL;
    r->has_word = r->keys_go_on = false;
    return find_next_word(r, page) && (!r->next_word || r->next_word >= r->at) &&
           (!r->first_key || !r->next_word || r->first_key < r->next_word);
}

/* Notes a page that a word's papers run on to, unless they end with the page before. */
static int put_leaf(pt_segment_reader *r, papertag_error *err)
{
    uint64_t key = 0;

    if (!r->first_key && r->next_word) {
        return PAPERTAG_OK;
    }
    if (r->first_key) {
        pt_varint_get(r->first_key, &key);
    }
    if (pt_reserve(&r->leaves, &r->leaf_capacity, r->leaf_count + 1, sizeof *r->leaves)) {
        return pt_no_memory(err);
    }
    r->leaves[r->leaf_count++] = (struct pt_leaf){r->page, (int64_t)key};
    return PAPERTAG_OK;
}

/* Goes to the next page; r->is_last: there is none. */
static int next_page(pt_segment_reader *r, papertag_error *err)
{
    int status = PAPERTAG_OK;
    size_t n;

    if (r->first_key || r->next_word) { /* on the page before, and not where they were looked for */
        return refuse(r);
    }
    if (r->page == r->segment.last) {
        r->is_last = true;
        return PAPERTAG_OK;
    }
    r->page++;
    if (!r->loaded_count || r->page >= r->loaded_first + PT_PAGES_READ) {
        status = load_pages(r, r->page, err);
    }
    n = (size_t)(r->page - r->loaded_first);
    if (status || n >= r->loaded_count) {
        return status ? status : refuse(r);
    }
    if (!read_head(r, (const unsigned char *)r->pages.data + r->loaded[n].begin, r->loaded[n].size)) {
        return refuse(r);
    }
    return put_leaf(r, err);
}

/* ---- first words of pages -------------------------------------------------------------------------------------- */

static void read_first(pt_db_row *row, pt_arena *arena, void *item)
{
    struct pt_first_word *first = item;
    const pt_db_value word = pt_db_get(row, 0), page = pt_db_get(row, 1);
    const bool is_known = word.type == PT_DB_BYTES && page.type == PT_DB_INTEGER && page.integer > 0;

    *first = (struct pt_first_word){.page = is_known ? (uint64_t)page.integer >> 1 : 0,
                                    .has_index = is_known && page.integer & 1,
                                    .size = is_known ? word.size : 0};
    first->bytes = pt_arena_copy(arena, word.size && is_known ? word.bytes : "", first->size);
    row->failed = row->failed || !first->bytes;
}

/* Reads the first words; those of pages that are no longer of the segment are passed over. */
static int read_firsts(pt_segment_reader *r, papertag_error *err)
{
    static const char sql[] = "SELECT term, pgno FROM search_idx WHERE segid=?1 ORDER BY term";
    pt_listing list = {.arena = &r->arena, .size = sizeof(struct pt_first_word), .read = read_first};
    int status = pt_store_list(r->store, sql, &list, err, "i", (int64_t)r->segment.number);

    if (status) {
        return status;
    }
    r->firsts = list.items;
    r->first_count = list.count;
    while (r->first_next < r->first_count && r->firsts[r->first_next].page < r->segment.first) {
        r->first_next++;
    }
    return PAPERTAG_OK;
}

/* Whether the page's first word is as search_idx says: at least what stands there, which comes after the word before.
 */
static bool is_first_word(pt_segment_reader *r, const void *word, size_t size)
{
    const struct pt_first_word *first = &r->firsts[r->first_next];

    if (r->first_next == r->first_count || first->page != r->page ||
        pt_compare_bytes(first->bytes, first->size, word, size) > 0 ||
        (r->word.size && pt_compare_bytes(first->bytes, first->size, r->word.data, r->word.size) <= 0)) {
        return false;
    }
    r->first_next++;
    return true;
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

int pt_segment_reader_open(pt_segment_reader *r, papertag_store *store, const pt_segment_list *list, size_t number,
                           papertag_error *err)
{
    const struct pt_segment *segment = &list->at[number];
    int status = PAPERTAG_OK;

    r->store = store;
    r->segment = *segment;
    r->page_size = list->page_size;
    if (!segment->first && !segment->last) { /* all of it has been merged into another */
        r->ended = true;
        return PAPERTAG_OK;
    }
    if (!segment->number || segment->number > UINT16_MAX || !segment->first || segment->last < segment->first ||
        segment->last > INT32_MAX) {
        return refuse(r);
    }
    r->page = segment->first - 1;
    status = read_firsts(r, err);
    return status ? status : next_page(r, err);
}

/* Checks what is known of a word once its papers have ended: the index of its leaves, if there is one. */
static int end_word(pt_segment_reader *r, papertag_error *err)
{
    bool right = true;
    int status = PAPERTAG_OK;

    if ((r->page != r->word_page || r->is_last) && r->firsts[r->first_next - 1].has_index) {
        status = pt_leaf_index_check(r->store, r->segment.number, r->page_size, r->word_page, r->leaves, r->leaf_count,
                                     &right, err);
    }
    return status || right ? status : refuse(r);
}

/* Reads the word at r->at. False: it is odd. */
static bool read_word(pt_segment_reader *r)
{
    uint64_t kept = 0, size = 0;

    if ((r->has_word && !read_number(r, r->words_end, &kept)) || !read_number(r, r->words_end, &size) || !size ||
        size > (uint64_t)(r->words_end - r->at) || kept > r->word.size ||
        (!r->has_word && !is_first_word(r, r->at, size)) ||
        (r->word.size && pt_compare_bytes(r->at, size, r->word.data + kept, r->word.size - kept) <= 0)) {
        return false;
    }
    r->word.size = kept;
    pt_buf_append(&r->word, r->at, size);
    r->at += size;
    r->has_word = r->keys_go_on = true;
    return find_next_word(r, r->next_word);
}

/* The word's first bytes, as far as there are any. */
static uint64_t order_of(const pt_buf *word)
{
    uint64_t order = 0;

    for (size_t i = 1; i <= sizeof order; i++) {
        order = order << 8 | (i < word->size ? (unsigned char)word->data[i] : 0);
    }
    return order;
}

int pt_segment_next_word(pt_segment_reader *r, papertag_error *err)
{
    int status = r->word.size && !r->ended ? end_word(r, err) : PAPERTAG_OK;

    if (status || r->ended) {
        return status;
    }
    if (r->is_last) {
        r->ended = true;
        return r->first_next == r->first_count ? PAPERTAG_OK : refuse(r);
    }
    if (r->at != r->next_word || r->first_key || !read_word(r) || (!r->word.failed && *r->word.data != PT_FTS_WORD)) {
        return refuse(r);
    }
    r->order = order_of(&r->word);
    r->word_page = r->page;
    r->leaf_count = 0;
    r->key = 0;
    r->is_fresh = true;
    return r->word.failed ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

/* Puts places together that run over pages. */
static int read_spilled(pt_segment_reader *r, uint64_t size, papertag_error *err)
{
    int status = PAPERTAG_OK;

    pt_buf_clear(&r->spilled);
    while (!status && !r->odd) {
        const size_t here = (size_t)(r->words_end - r->at), wanted = (size_t)size - r->spilled.size;
        pt_buf_append(&r->spilled, r->at, wanted < here ? wanted : here);
        r->at += wanted < here ? wanted : here;
        if (wanted <= here) {
            break;
        }
        status = next_page(r, err);
        if (r->is_last) {
            return refuse(r);
        }
    }
    pt_buf_append(&r->spilled, zeros, sizeof zeros);
    r->places = (const unsigned char *)r->spilled.data;
    return !status && r->spilled.failed ? pt_no_memory(err) : status;
}

/* Reads the places at r->at, of a size that stands before them. */
static int read_places(pt_segment_reader *r, papertag_error *err)
{
    uint64_t size = 0; /* twice, and 1 where the paper had been in an older segment */

    if (!read_number(r, r->words_end, &size) || size / 2 > INT32_MAX) {
        return refuse(r);
    }
    r->places = r->at;
    r->places_size = (size_t)size / 2;
    if (r->places_size > (size_t)(r->words_end - r->at)) {
        return r->next_word ? refuse(r) : read_spilled(r, r->places_size, err);
    }
    r->at += r->places_size;
    return r->next_word && r->at > r->next_word ? refuse(r) : PAPERTAG_OK;
}

int pt_segment_next_paper(pt_segment_reader *r, papertag_error *err)
{
    const int64_t before = r->key;
    uint64_t key = 0;
    bool is_whole;
    int status = !r->ended && r->at == r->words_end ? next_page(r, err) : PAPERTAG_OK;

    r->key = 0;
    if (status || r->ended || r->is_last || r->at == r->next_word) {
        return !status && !r->ended && r->is_fresh ? refuse(r) : status; /* each word has a paper */
    }
    /* the first key after a word and the first on a page stand there whole, the others less the one before */
    is_whole = r->is_fresh || r->at == r->first_key;
    r->keys_go_on = r->keys_go_on || r->at == r->first_key;
    r->first_key = r->at == r->first_key ? NULL : r->first_key;
    if (!r->keys_go_on || r->first_key || !read_number(r, r->words_end, &key) || key > INT64_MAX) {
        return refuse(r);
    }
    key += is_whole ? 0 : (uint64_t)before;
    if (key <= (uint64_t)before || key > INT64_MAX) {
        return refuse(r);
    }
    r->key = (int64_t)key;
    r->is_fresh = false;
    return read_places(r, err);
}

void pt_segment_reader_close(pt_segment_reader *r)
{
    pt_arena_free(&r->arena);
    pt_buf_free(&r->word);
    pt_buf_free(&r->pages);
    pt_buf_free(&r->spilled);
    free(r->leaves);
}
