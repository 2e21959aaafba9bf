/*
 * segment_list - see segment_list.h.
 */
#include "segment_list.h"

#include "postings.h"

enum { SUMS = 1, SEGMENTS = 10, FORM = 4 };

/* ---- reading --------------------------------------------------------------------------------------------------- */

bool pt_segment_number(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
    unsigned char bytes[PT_VARINT] = {0};
    const size_t left = (size_t)(end - *at), size = left < PT_VARINT ? left : PT_VARINT;

    if (!left) {
        return false;
    }
    memcpy(bytes, *at, size);
    *at += pt_varint_get(bytes, out);
    return *at <= end;
}

static bool read_levels(pt_segment_list *list, const unsigned char *at, const unsigned char *end)
{
    uint64_t n = 0;

    for (uint64_t l = 0; l < list->levels; l++) {
        if (!pt_segment_number(&at, end, &list->merging[l]) || !pt_segment_number(&at, end, &list->count[l]) ||
            list->count[l] > list->segments - n || list->merging[l] > list->count[l] ||
            (l && list->merging[l - 1] && !list->count[l])) { /* where segments are merged into the next level */
            return false;
        }
        for (uint64_t s = 0; s < list->count[l]; s++, n++) {
            struct pt_segment *segment = &list->at[n];
            if (!pt_segment_number(&at, end, &segment->number) || !pt_segment_number(&at, end, &segment->first) ||
                !pt_segment_number(&at, end, &segment->last)) {
                return false;
            }
        }
    }
    return n == list->segments && at == end && (!list->levels || !list->merging[list->levels - 1]);
}

/* Whether the list is of the form known here: a later one has FF where the number of levels stands. */
static bool read_list(pt_segment_list *list, const unsigned char *at, size_t size)
{
    const unsigned char *end = at + size;

    if (size < sizeof list->cookie) {
        return false;
    }
    memcpy(list->cookie, at, sizeof list->cookie);
    at += sizeof list->cookie;
    return pt_segment_number(&at, end, &list->levels) && pt_segment_number(&at, end, &list->segments) &&
           pt_segment_number(&at, end, &list->written) && list->levels <= PT_LEVELS_MOST &&
           list->segments < PT_SEGMENTS_MOST && read_levels(list, at, end);
}

/* A block of search_data. */
struct block {
    pt_segment_list *list;
    bool known;
};

static int take_list(void *context, pt_db_row *row, papertag_error *err)
{
    struct block *b = context;
    const pt_db_value value = pt_db_get(row, 0);

    (void)err;
    b->known = value.type == PT_DB_BYTES && read_list(b->list, value.bytes, value.size);
    return PAPERTAG_OK;
}

static int take_sums(void *context, pt_db_row *row, papertag_error *err)
{
    struct block *b = context;
    uint64_t *const sums[] = {&b->list->papers, &b->list->words[0], &b->list->words[1]};
    const pt_db_value value = pt_db_get(row, 0);
    const unsigned char *at, *end;

    (void)err;
    b->known = value.type == PT_DB_BYTES;
    if (!b->known || !value.size) { /* empty at first */
        return PAPERTAG_OK;
    }
    at = value.bytes;
    end = at + value.size;
    for (size_t i = 0; i < 3 && b->known; i++) {
        b->known = pt_segment_number(&at, end, sums[i]);
    }
    return PAPERTAG_OK;
}

int pt_segment_list_read(papertag_store *store, pt_segment_list *list, bool *known, papertag_error *err)
{
    static const char form[] = "SELECT v FROM search_config WHERE k='version'";
    static const char page_size[] = "SELECT coalesce((SELECT v FROM search_config WHERE k='pgsz'), ?1)";
    static const char data[] = "SELECT block FROM search_data WHERE id=?1";
    struct block b = {.list = list};
    int64_t version = 0, size = 0;
    int status = pt_store_ask(store, form, &version, err, "");

    status = status ? status : pt_store_ask(store, page_size, &size, err, "i", (int64_t)PT_FTS_PAGE);
    memset(list, 0, sizeof *list);
    list->page_size = size < 0 ? 0 : (size_t)size;
    status = status || version != FORM ? status : pt_store_row(store, data, take_list, &b, err, "i", (int64_t)SEGMENTS);
    status = status || !b.known ? status : pt_store_row(store, data, take_sums, &b, err, "i", (int64_t)SUMS);
    *known = !status && b.known;
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

void pt_segment_put_number(pt_buf *buf, uint64_t number)
{
    unsigned char bytes[PT_VARINT];

    pt_buf_append(buf, bytes, pt_varint_put(bytes, number));
}

int pt_segment_page_write(papertag_store *store, int64_t id, const pt_buf *page, papertag_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO search_data(id, block) VALUES(?1,?2)";

    return page->failed ? pt_no_memory(err)
                        : pt_store_do(store, sql, err, "ib", id, (const void *)page->data, page->size);
}

int pt_segment_list_write(papertag_store *store, const pt_segment_list *list, papertag_error *err)
{
    pt_buf block = {0};
    uint64_t n = 0;
    int status;

    pt_buf_append(&block, list->cookie, sizeof list->cookie);
    pt_segment_put_number(&block, list->levels);
    pt_segment_put_number(&block, list->segments);
    pt_segment_put_number(&block, list->written);
    for (uint64_t l = 0; l < list->levels; l++) {
        pt_segment_put_number(&block, list->merging[l]);
        pt_segment_put_number(&block, list->count[l]);
        for (uint64_t s = 0; s < list->count[l]; s++, n++) {
            pt_segment_put_number(&block, list->at[n].number);
            pt_segment_put_number(&block, list->at[n].first);
            pt_segment_put_number(&block, list->at[n].last);
        }
    }
    status = pt_segment_page_write(store, SEGMENTS, &block, err);
    pt_buf_free(&block);
    return status;
}

int pt_segment_sums_write(papertag_store *store, const pt_segment_list *list, papertag_error *err)
{
    pt_buf block = {0};
    int status;

    pt_segment_put_number(&block, list->papers);
    pt_segment_put_number(&block, list->words[0]);
    pt_segment_put_number(&block, list->words[1]);
    status = pt_segment_page_write(store, SUMS, &block, err);
    pt_buf_free(&block);
    return status;
}

uint64_t pt_segment_list_free_number(const pt_segment_list *list)
{
    bool taken[PT_SEGMENTS_MOST + 2] = {false};
    uint64_t number = 1;

    for (uint64_t n = 0; n < list->segments; n++) {
        if (list->at[n].number <= PT_SEGMENTS_MOST) {
            taken[list->at[n].number] = true;
        }
    }
    while (taken[number]) {
        number++;
    }
    return number;
}

void pt_segment_list_put(pt_segment_list *list, uint64_t number, uint64_t pages)
{
    list->levels += !list->levels;
    memmove(&list->at[list->count[0] + 1], &list->at[list->count[0]],
            (size_t)(list->segments - list->count[0]) * sizeof *list->at);
    list->at[list->count[0]] = (struct pt_segment){number, 1, pages};
    list->count[0]++;
    list->segments++;
    list->written += pages;
}
