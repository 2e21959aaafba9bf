/*
 * segment - see segment.h.
 */
#include "segment.h"

#include <stdlib.h>

#include "records.h"
#include "segment_list.h"

/* Segments of one level when they become one of the next. */
enum { MERGED = 16 };

/* ---- a segment ------------------------------------------------------------------------------------------------- */

/* A page at most, when it has one word as long as words are; and room for numbers where it is full. */
enum { PAGE_MOST = PT_WORD_MOST + 2 * PT_FTS_PAGE };

struct writer {
    papertag_store *store;
    uint64_t segment, number;        /* of the segment; of the page, from 1 */
    pt_buf page;                     /* its head and words; room for PAGE_MOST */
    unsigned char list[PT_FTS_PAGE]; /* list_size: the places of its words */
    size_t list_size;
    size_t last_place;            /* of the word before, on this page */
    const pt_posted_word *before; /* the word before, on any page */
    int64_t last_key;             /* of this word; 0: none */
    bool is_fresh;                /* the page has no word and no key */
};

static void put_bytes(struct writer *w, const void *bytes, size_t size)
{
    memcpy(w->page.data + w->page.size, bytes, size);
    w->page.size += size;
}

static void put_number(struct writer *w, uint64_t number)
{
    w->page.size += pt_varint_put((unsigned char *)w->page.data + w->page.size, number);
}

static void begin_page(struct writer *w)
{
    static const unsigned char head[PT_FTS_HEAD] = {0};

    w->page.size = w->list_size = 0;
    put_bytes(w, head, sizeof head);
    w->number++;
    w->last_place = 0;
    w->is_fresh = true;
}

/* Writes a number of two bytes into the page's head. */
static void set_head(struct writer *w, size_t at, size_t number)
{
    w->page.data[at] = (char)(unsigned char)(number >> 8);
    w->page.data[at + 1] = (char)(unsigned char)number;
}

static int end_page(struct writer *w, papertag_error *err)
{
    int status;

    set_head(w, 2, w->page.size);
    put_bytes(w, w->list, w->list_size);
    status = pt_segment_page_write(w->store, (int64_t)(w->segment << PT_FTS_PAGE_BITS | w->number), &w->page, err);
    begin_page(w);
    return status;
}

static size_t filled(const struct writer *w, size_t more)
{
    return w->page.size + w->list_size + more;
}

/* How many bytes two words have in common. */
static size_t common(const pt_posted_word *a, const pt_posted_word *b)
{
    size_t i = 0;

    while (i < a->length && i < b->length && a->text[i] == b->text[i]) {
        i++;
    }
    return i;
}

/* Writes the first word of a page, cut, into search_idx. Of the first page it is "". */
static int write_first(struct writer *w, const pt_posted_word *word, papertag_error *err)
{
    static const char sql[] = "INSERT INTO search_idx(segid, term, pgno) VALUES(?1,?2,?3)", whole = PT_FTS_WORD;
    pt_buf first = {0};
    int status;

    pt_buf_append(&first, &whole, w->before ? 1 : 0);
    pt_buf_append(&first, word->text, w->before ? common(w->before, word) + 1 : 0);
    status = first.failed ? pt_no_memory(err)
                          : pt_store_do(w->store, sql, err, "ibi", (int64_t)w->segment, (const void *)first.data,
                                        first.size, (int64_t)(w->number << 1));
    pt_buf_free(&first);
    return status;
}

static int put_word(struct writer *w, const pt_posted_word *word, papertag_error *err)
{
    static const char whole = PT_FTS_WORD;
    bool is_first;
    int status = PAPERTAG_OK;

    if (filled(w, word->length + 3) >= PT_FTS_PAGE && w->page.size > PT_FTS_HEAD) {
        status = end_page(w, err);
    }
    is_first = !w->list_size;
    status = status || !is_first ? status : write_first(w, word, err);
    w->list_size += pt_varint_put(w->list + w->list_size, w->page.size - w->last_place);
    w->last_place = w->page.size;
    if (is_first) {
        put_number(w, 1 + (uint64_t)word->length);
        put_bytes(w, &whole, 1);
        put_bytes(w, word->text, word->length);
    } else {
        const size_t shared = common(w->before, word);
        put_number(w, 1 + shared);
        put_number(w, word->length - shared);
        put_bytes(w, word->text + shared, word->length - shared);
    }
    w->before = word;
    w->last_key = 0;
    w->is_fresh = false;
    return status;
}

static int put_key(struct writer *w, int64_t key, papertag_error *err)
{
    int status = filled(w, 0) >= PT_FTS_PAGE ? end_page(w, err) : PAPERTAG_OK;

    if (w->is_fresh) {
        set_head(w, 0, w->page.size);
    }
    put_number(w, (uint64_t)(w->is_fresh || !w->last_key ? key : key - w->last_key));
    w->last_key = key;
    w->is_fresh = false;
    return status;
}

/* Puts the places of a word in a paper. They may run over pages, but none of their numbers does. */
static int put_places(struct writer *w, const unsigned char *bytes, size_t size, papertag_error *err)
{
    int status = PAPERTAG_OK;

    put_number(w, 2 * (uint64_t)size);
    while (!status && filled(w, size) >= PT_FTS_PAGE) {
        size_t fit = 0;
        uint64_t number;
        while (fit < size && filled(w, fit) < PT_FTS_PAGE) {
            fit += pt_varint_get(bytes + fit, &number);
        }
        put_bytes(w, bytes, fit);
        bytes += fit;
        size -= fit;
        status = end_page(w, err);
    }
    put_bytes(w, bytes, size);
    return status;
}

/* Puts a word and those of its papers that have a key; a word without any is left out. */
static int put_papers(struct writer *w, const pt_postings *p, const pt_posted_word *word, const int64_t *keys,
                      papertag_error *err)
{
    const unsigned char *at = (const unsigned char *)p->bytes.data + word->begin;
    const unsigned char *end = (const unsigned char *)p->bytes.data + word[1].begin;
    uint64_t paper = 0, step, size;
    int status = PAPERTAG_OK;

    w->last_key = 0;
    while (at < end && !status) {
        at += pt_varint_get(at, &step);
        at += pt_varint_get(at, &size);
        paper += step;
        size /= 2;
        if (keys[paper]) {
            status = w->last_key ? PAPERTAG_OK : put_word(w, word, err);
            status = status ? status : put_key(w, keys[paper], err);
            status = status ? status : put_places(w, at, (size_t)size, err);
        }
        at += size;
    }
    return status;
}

/* Writes the pages of a segment; *pages: how many. */
static int write_segment(const pt_new_texts *t, const pt_postings *p, uint64_t segment, uint64_t *pages,
                         papertag_error *err)
{
    struct writer w = {.store = t->store, .segment = segment};
    int status = PAPERTAG_OK;

    if (pt_reserve(&w.page.data, &w.page.capacity, PAGE_MOST, 1)) {
        return pt_no_memory(err);
    }
    begin_page(&w);
    for (size_t i = 0; i < p->word_count && !status; i++) {
        status = put_papers(&w, p, &p->words[i], t->keys, err);
    }
    if (!status && w.page.size > PT_FTS_HEAD) {
        status = end_page(&w, err);
    }
    *pages = w.number - 1;
    pt_buf_free(&w.page);
    return status;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

/* Writes how many words each text has, and adds them to the sums. */
static int write_sizes(const pt_new_texts *t, const pt_postings *p, pt_segment_list *list, papertag_error *err)
{
    static const char sql[] = "INSERT OR REPLACE INTO search_docsize(id, sz) VALUES(?1,?2)";
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < p->count && !status; i++) {
        const uint32_t *words = p->sizes[i].words;
        unsigned char sizes[2 * PT_VARINT];
        size_t size;
        if (t->keys[i]) {
            size = pt_varint_put(sizes, words[0]);
            size += pt_varint_put(sizes + size, words[1]);
            status = pt_store_do(t->store, sql, err, "ib", t->keys[i], (const void *)sizes, size);
            list->papers++;
            list->words[0] += words[0];
            list->words[1] += words[1];
        }
    }
    return status ? status : pt_segment_sums_write(t->store, list, err);
}

/* Has FTS5 merge segments when there are many of one level: about as many pages as the last one has, of each level. */
static int merge_some(papertag_store *store, const pt_segment_list *list, uint64_t pages, papertag_error *err)
{
    static const char sql[] = "INSERT INTO search(search, rank) VALUES('merge', ?1)";
    bool many = false;

    for (uint64_t l = 0; l < list->levels; l++) {
        many = many || list->count[l] >= MERGED || list->merging[l];
    }
    return many ? pt_store_do(store, sql, err, "i", (int64_t)(pages * list->levels)) : PAPERTAG_OK;
}

/* Makes FTS5 write what it has gathered, then forget all that it knows of its tables: going back to a place in a
 * transaction does that. The command before is there for FTS5 to take part in the transaction. */
static const char forget[] =
    "INSERT INTO search(search, rank) VALUES('merge', 0); SAVEPOINT texts; ROLLBACK TO texts; RELEASE texts";

/* Writes the texts as a segment; *done: whether the index is of the form known. */
static int write_texts(const pt_new_texts *t, const pt_postings *p, bool *done, papertag_error *err)
{
    pt_segment_list list;
    uint64_t number, pages = 0;
    int status = pt_store_exec(t->store, forget, err);

    status = status ? status : pt_segment_list_read(t->store, &list, done, err);
    if (status || !*done) {
        return status;
    }
    number = pt_segment_list_free_number(&list);
    status = write_segment(t, p, number, &pages, err);
    status = status ? status : write_sizes(t, p, &list, err);
    if (!status && pages) {
        pt_segment_list_put(&list, number, pages);
        status = pt_segment_list_write(t->store, &list, err);
    }
    return status ? status : merge_some(t->store, &list, pages, err);
}

/* Gives the number of the paper's texts among the postings, after taking them apart unless that was done before. */
static int take_apart(pt_new_texts *t, size_t *number, const papertag_paper *paper, papertag_error *err)
{
    const size_t count = t->made ? t->made->count : t->own.count + 1;
    const size_t before = t->key_capacity;

    if (pt_reserve(&t->keys, &t->key_capacity, count, sizeof *t->keys)) {
        return pt_no_memory(err);
    }
    memset(t->keys + before, 0, (t->key_capacity - before) * sizeof *t->keys);
    if (t->made) {
        return PAPERTAG_OK;
    }
    *number = t->own.count;
    return pt_postings_put(&t->own, paper->title, paper->abstract, err);
}

int pt_new_texts_put(pt_new_texts *t, size_t number, int64_t key, const papertag_paper *paper, papertag_error *err)
{
    int status;

    if (key <= t->last) { /* a segment has keys in their order */
        return pt_store_index(t->store, key, err);
    }
    status = take_apart(t, &number, paper, err);
    if (!status) {
        t->keys[number] = t->last = key;
        t->first = t->first ? t->first : key;
        t->count++;
    }
    return status;
}

/* A paper whose texts change. */
struct pt_changed_text {
    int64_t key;
    size_t number;                /* in the order of changes */
    bool indexed;                 /* the texts before are in the index */
    const char *title, *abstract; /* those */
};

static int read_texts(void *context, pt_db_row *row, papertag_error *err)
{
    pt_new_texts *t = context;
    struct pt_changed_text *changed = &t->changed[t->changed_count];

    (void)err;
    changed->title = pt_db_text_or_null(row, 0, &t->arena);
    changed->abstract = pt_db_text_or_null(row, 1, &t->arena);
    return PAPERTAG_OK;
}

/* Whether a paper is of the batch and waits to be indexed; from now on it does not. */
static bool take_back(pt_new_texts *t, int64_t key)
{
    const bool of_batch = t->first && key >= t->first && key <= t->last;

    for (size_t i = 0; i < t->key_capacity && of_batch; i++) {
        if (t->keys[i] == key) {
            t->keys[i] = 0;
            t->count--;
            return true;
        }
    }
    return false;
}

int pt_new_texts_change(pt_new_texts *t, int64_t key, papertag_error *err)
{
    static const char sql[] = "SELECT title, abstract FROM papers WHERE key=?1";
    int status = PAPERTAG_OK;

    if (pt_reserve(&t->changed, &t->changed_capacity, t->changed_count + 1, sizeof *t->changed)) {
        return pt_no_memory(err);
    }
    t->changed[t->changed_count] =
        (struct pt_changed_text){.key = key, .number = t->changed_count, .indexed = !take_back(t, key)};
    if (t->changed[t->changed_count].indexed) {
        status = pt_store_row(t->store, sql, read_texts, t, err, "i", key);
    }
    t->changed_count++;
    return status;
}

static int compare_changed(const void *a, const void *b)
{
    const struct pt_changed_text *x = a, *y = b;

    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->number > y->number) - (x->number < y->number);
}

/* Has FTS5 index the texts that changed, from the lowest key to the highest: at a lower one than before, it writes what
 * it has gathered. Of a paper that changed more than once, the texts before the first change are in the index. */
static int index_changed(pt_new_texts *t, papertag_error *err)
{
    static const char unindex[] = "INSERT INTO search(search, rowid, title, abstract) VALUES('delete',?1,?2,?3)";
    int status = PAPERTAG_OK;

    pt_sort(t->changed, t->changed_count, sizeof *t->changed, compare_changed);
    for (size_t i = 0; i < t->changed_count && !status; i++) {
        const struct pt_changed_text *c = &t->changed[i];
        if (i && c[-1].key == c->key) {
            continue;
        }
        status = c->indexed ? pt_store_do(t->store, unindex, err, "itt", c->key, c->title, c->abstract) : PAPERTAG_OK;
        status = status ? status : pt_store_index(t->store, c->key, err);
    }
    return status;
}

/* Writes a segment of the texts that are taken apart, or has FTS5 index them if its tables are not of the form known.
 */
static int write_all(pt_new_texts *t, papertag_error *err)
{
    bool done = false;
    int status = t->made ? PAPERTAG_OK : pt_postings_make(&t->own, err);

    status = status ? status : write_texts(t, t->made ? t->made : &t->own, &done, err);
    for (size_t i = 0; !done && !status && i < t->key_capacity; i++) {
        status = t->keys[i] ? pt_store_index(t->store, t->keys[i], err) : PAPERTAG_OK;
    }
    return status;
}

int pt_new_texts_end(pt_new_texts *t, int status, papertag_error *err)
{
    status = status ? status : index_changed(t, err);
    status = status || !t->count ? status : write_all(t, err);
    free(t->keys);
    free(t->changed);
    pt_arena_free(&t->arena);
    pt_postings_free(&t->own);
    return status;
}
