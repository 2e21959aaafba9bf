/*
 * leaf_index - see leaf_index.h. It is made again, and compared byte by byte.
 *
 * It is a tree. A node of its lowest level has: 0, or 1 if it is not the root; the number of a page; the first key on
 * it; for each page after it the key's difference, or 0 if the page has none. Those above have the same of the nodes
 * below. A node that is full begins another beside it. The nodes are in table search_data under the segment, a bit, the
 * level, and a number, which for the first of each level is that of the word's page.
 */
#include "leaf_index.h"

#include "segment_list.h"

enum { LEVELS = 6, INDEX_BIT = 36, LEVEL_BITS = 31 };

struct index {
    papertag_store *store;
    uint64_t segment;
    size_t page_size; /* a node that has as many bytes is full */
    struct level {
        pt_buf node;
        uint64_t number;
        int64_t key; /* the last in the node */
    } levels[LEVELS];
    bool right;
};

struct stored {
    const pt_buf *node;
    bool same;
};

static int compare_node(void *context, pt_db_row *row, papertag_error *err)
{
    struct stored *s = context;
    const pt_db_value block = pt_db_get(row, 0);

    (void)err;
    s->same =
        block.type == PT_DB_BYTES && block.size == s->node->size && !memcmp(block.bytes, s->node->data, s->node->size);
    return PAPERTAG_OK;
}

/* Compares a node that is complete with the one in the store, and empties it. */
static int end_node(struct index *x, size_t level, papertag_error *err)
{
    static const char sql[] = "SELECT block FROM search_data WHERE id=?1";
    struct level *l = &x->levels[level];
    struct stored s = {.node = &l->node};
    const uint64_t id =
        x->segment << PT_FTS_PAGE_BITS | (uint64_t)1 << INDEX_BIT | (uint64_t)level << LEVEL_BITS | l->number;
    int status =
        l->node.failed ? pt_no_memory(err) : pt_store_row(x->store, sql, compare_node, &s, err, "i", (int64_t)id);

    x->right = x->right && s.same;
    pt_buf_clear(&l->node);
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* Begins a node with its first page, or the first node below, and the first key there. */
static void begin_node(struct level *l, bool is_root, uint64_t page, int64_t key)
{
    pt_segment_put_number(&l->node, !is_root);
    pt_segment_put_number(&l->node, page);
    pt_segment_put_number(&l->node, (uint64_t)key);
    l->key = key;
}

/* Puts the first key of a page into the lowest level, and into those above where one below begins a node. */
static int put_key(struct index *x, const struct pt_leaf *leaf, int64_t first, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < LEVELS - 1 && !status; i++) {
        struct level *l = &x->levels[i];
        const uint64_t page = i ? l[-1].number : leaf->page;
        const bool is_full = l->node.data && l->node.size >= x->page_size;
        if (is_full) {
            l->node.data[0] = 1;
            if (!l[1].node.size) {
                l[1].number = l->number;
                begin_node(&l[1], true, l->number, first);
            }
            status = end_node(x, i, err);
            l->number++;
        }
        if (l->node.size) {
            pt_segment_put_number(&l->node, (uint64_t)(leaf->key - l->key));
            l->key = leaf->key;
        } else {
            begin_node(l, !is_full, page, leaf->key);
        }
        if (!is_full) {
            return status;
        }
    }
    x->right = false; /* more levels than any index has */
    return status;
}

int pt_leaf_index_check(papertag_store *store, uint64_t segment, size_t page_size, uint64_t page,
                        const struct pt_leaf *leaves, size_t count, bool *right, papertag_error *err)
{
    struct index x = {
        .store = store, .segment = segment, .page_size = page_size, .levels = {{.number = page}}, .right = true};
    const struct pt_leaf *first = leaves, *end = leaves + count;
    int status = PAPERTAG_OK;

    while (first < end && !first->key) {
        first++;
    }
    x.right = first < end;
    for (const struct pt_leaf *leaf = first; leaf < end && !status && x.right; leaf++) {
        if (leaf->key) {
            status = put_key(&x, leaf, first->key, err);
        } else {
            pt_segment_put_number(&x.levels[0].node, 0);
        }
    }
    for (size_t i = 0; i < LEVELS; i++) {
        if (!status && x.right && x.levels[i].node.size) {
            status = end_node(&x, i, err);
        }
        pt_buf_free(&x.levels[i].node);
    }
    *right = x.right;
    return status;
}
