/*
 * identity - whether a paper is one that the store has, and what a paper is called.
 *
 * A paper is the same as a stored one when an identifier says so (its id, arXiv's or the DOI), or when its title does
 * and nothing speaks against it.
 */
#include "identity.h"

#include <stddef.h>

#include "list.h"
#include "read/reader.h"

const char *pt_paper_id(const pt_batch_item *item)
{
    return item->paper.arxiv ? item->paper.arxiv : item->paper.id;
}

/* ---- by the title ---------------------------------------------------------------------------------------------- */

static const char *last_name(const char *author)
{
    const char *blank = strrchr(author, ' ');

    return blank ? blank + 1 : author;
}

/* Whether two JSON lists of authors share a last name; an empty list shares with every other. */
static int share_author(const char *a, const char *b, bool *shared)
{
    pt_arena arena = {0};
    papertag_strings x = {0}, y = {0};
    int status = pt_list_parse(a, &arena, &x);

    status = status ? status : pt_list_parse(b, &arena, &y);
    *shared = !status && (!x.count || !y.count);
    for (size_t i = 0; i < x.count && !*shared; i++) {
        for (size_t k = 0; k < y.count && !*shared; k++) {
            *shared = !strcmp(last_name(x.items[i]), last_name(y.items[k]));
        }
    }
    pt_arena_free(&arena);
    return status;
}

static bool is_arxiv(const char *id)
{
    size_t length = 0;
    return pt_arxiv_id(id, &length) == id && !id[length];
}

/* arXiv gives its papers DOIs besides the publisher's. */
static bool dois_differ(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0 && !strstr(a, "arxiv") && !strstr(b, "arxiv");
}

/* A search for the paper among those of its title. */
struct by_title {
    const pt_batch_item *item;
    const char *authors; /* the item's, as JSON */
    int64_t key;         /* 0: none so far */
};

/* Whether the row's paper cannot be the item, whatever their authors. */
static bool is_other(const pt_batch_item *item, pt_db_row *row)
{
    const papertag_paper *paper = &item->paper;
    const char *id;

    if (pt_db_integer(row, 4) && !item->id_is_derived) { /* by its own ids, their source has both */
        return true;
    }
    id = pt_db_peek(row, 1);
    return !id || (paper->arxiv && is_arxiv(id) && strcmp(paper->arxiv, id) != 0) ||
           dois_differ(paper->doi, pt_db_peek(row, 2));
}

static int compare_paper(void *context, pt_db_row *row, papertag_error *err)
{
    struct by_title *search = context;
    const char *authors;
    bool same = false;

    if (is_other(search->item, row)) {
        return PAPERTAG_OK;
    }
    authors = pt_db_peek(row, 3);
    if (!authors || share_author(authors, search->authors, &same)) {
        return pt_no_memory(err);
    }
    search->key = same ? pt_db_integer(row, 0) : 0;
    return same ? PAPERTAG_END : PAPERTAG_OK;
}

static int find_by_title(papertag_store *store, const pt_batch_item *item, int64_t *key, papertag_error *err)
{
    static const char sql[] = "SELECT key, id, doi, authors, EXISTS(SELECT 1 FROM sources WHERE paper=key AND source=?2"
                              " AND id<>?3) FROM papers WHERE title_key=?1 ORDER BY key";
    struct by_title search = {.item = item};
    int status;

    search.authors = pt_fields_value(item->values, offsetof(papertag_paper, authors))->text;
    status = pt_store_each(store, sql, compare_paper, &search, err, "itt", (int64_t)item->title_key, item->paper.source,
                           item->paper.id);
    *key = search.key;
    return !status && !search.key ? PAPERTAG_END : status;
}

/* ---- by any name ----------------------------------------------------------------------------------------------- */

int pt_store_same_paper(papertag_store *store, const pt_batch_item *item, int64_t *key, papertag_error *err)
{
    static const char by_id[] = "SELECT key FROM papers WHERE id=?1";
    static const char by_name[] = "SELECT paper FROM names WHERE name=?1";
    const papertag_paper *paper = &item->paper;
    const char *id = pt_paper_id(item);
    int status = pt_store_ask(store, by_id, key, err, "t", id);

    if (status == PAPERTAG_END && (paper->arxiv || !item->id_is_derived)) {
        status = pt_store_ask(store, by_name, key, err, "t", id);
    }
    if (status == PAPERTAG_END && strcmp(paper->id, id) != 0 && !item->id_is_derived) {
        status = pt_store_ask(store, by_name, key, err, "t", paper->id);
    }
    if (status == PAPERTAG_END && paper->doi) {
        status = pt_store_ask(store, by_name, key, err, "t", paper->doi);
    }
    if (status == PAPERTAG_END && item->title_key) {
        status = find_by_title(store, item, key, err);
    }
    return status;
}

int papertag_store_find(papertag_store *store, const char *id, int64_t *key, papertag_error *err)
{
    static const char sql[] = "SELECT key FROM papers WHERE id=?1 UNION ALL SELECT paper FROM names WHERE name IN (?1,"
                              " lower(?2)) LIMIT 1";
    size_t length = strlen(id);
    const char *arxiv = pt_arxiv_id(id, &length), *doi = strstr(id, "10.");
    char name[300];
    int status;

    snprintf(name, sizeof name, "%.*s", (int)(length < 299 ? length : 299), arxiv ? arxiv : id);
    status = pt_store_ask(store, sql, key, err, "tt", name, doi ? doi : name);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper '%.100s' in the store", id) : status;
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

int pt_store_write_names(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO names(name, paper) SELECT ?1, ?2 WHERE NOT EXISTS"
                              "(SELECT 1 FROM papers WHERE id=?1)";
    const papertag_paper *paper = &item->paper;
    const bool has_own = !item->id_is_derived && !(paper->arxiv && !strcmp(paper->id, paper->arxiv));
    const char *names[] = {has_own ? paper->id : NULL, paper->arxiv, paper->doi};
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++) {
        status = names[i] ? pt_store_do(store, sql, err, "ti", names[i], key) : PAPERTAG_OK;
    }
    return status;
}
