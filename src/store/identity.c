/*
 * identity - whether a paper is one that the store has, and what a paper is called.
 *
 * A paper is the same as a stored one when an identifier says so (arXiv's, its source's id, the DOI), or when title and
 * first author do and nothing speaks against it. Few papers of a title are looked at, however many there are: those of
 * the same author and year first.
 */
#include "identity.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
#include "days.h"
#include "list.h"
#include "same_work.h"

const char *pt_paper_id(const pt_batch_item *item)
{
    return item->paper.arxiv ? item->paper.arxiv : item->paper.id;
}

/* ---- candidates ------------------------------------------------------------------------------------------------ */

/* Papers looked at of one title: any more of them are too many for a title to tell them apart. */
enum { CANDIDATES = 6 };
#define LIMIT_CANDIDATES " LIMIT 6"

/* What is read of a paper that may be the item. */
#define CANDIDATE                                                                                                      \
    "SELECT key, id, doi, title, abstract, date, venue, source, authors, author_count, title_key FROM papers WHERE "

/* A search for the paper that an item is. */
struct search {
    papertag_store *store;
    const pt_batch_item *item;
    pt_word_set words;    /* of its abstract */
    papertag_paper paper; /* the item's; with its authors once has_authors */
    bool has_authors, by_doi;
    pt_arena arena;
    int64_t same;       /* its key; 0: none so far */
    int64_t likely;     /* likewise, by a title of which one record has no author */
    unsigned seen, fit; /* candidates; those that are likely */
};

static bool is_arxiv(const char *id)
{
    size_t length = 0;
    return !pt_is_derived_id(id) && pt_arxiv_id(id, &length) == id && !id[length];
}

/* Reads a candidate, its texts borrowed from the row; false: something of it cannot be read. */
static bool read_candidate(struct search *s, pt_db_row *row, papertag_paper *out)
{
    *out = (papertag_paper){.id = pt_db_peek(row, 1),
                            .doi = pt_db_peek_or_null(row, 2),
                            .title = pt_db_peek_or_null(row, 3),
                            .abstract = pt_db_peek_or_null(row, 4),
                            .date = pt_db_date_or_null(row, 5, &s->arena),
                            .venue = pt_db_peek_or_null(row, 6),
                            .source = pt_db_peek_or_null(row, 7),
                            .author_count = pt_db_is_null(row, 9) ? -1 : (long)pt_db_count(row, 9)};
    pt_db_list(row, 8, &s->arena, &out->authors);
    out->arxiv = is_arxiv(out->id) ? out->id : NULL;
    return !row->failed && !row->wrong[0];
}

/* Whether the item's source knows the paper under another id: then it has both. */
static int is_held_apart(const struct search *s, int64_t key, bool *apart, papertag_error *err)
{
    static const char sql[] = "SELECT 1 FROM sources WHERE paper=?1 AND source=?2 AND id<>?3";
    const papertag_paper *paper = &s->item->paper;
    int64_t found = 0;
    int status = s->item->id_is_derived
                     ? PAPERTAG_END
                     : pt_store_ask(s->store, sql, &found, err, "itt", key, paper->source, paper->id);

    *apart = found;
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* Reads the item's authors, before it is compared with the first candidate: most new papers have none. */
static int read_authors(struct search *s)
{
    const char *authors = pt_fields_value(s->item->values, offsetof(papertag_paper, authors))->text;

    if (s->has_authors) {
        return PAPERTAG_OK;
    }
    s->has_authors = true;
    return pt_list_parse(authors, &s->arena, &s->paper.authors);
}

static int compare_candidate(void *context, pt_db_row *row, papertag_error *err)
{
    struct search *s = context;
    const pt_batch_item *item = s->item;
    const int64_t key = pt_db_key(row, 0);
    papertag_paper other;
    pt_sameness sameness = PT_APART;
    bool same = false, apart = false;
    int status = PAPERTAG_OK;

    s->seen++;
    if (!s->by_doi) {
        status = is_held_apart(s, key, &apart, err);
    }
    if (status || apart || (!s->by_doi && pt_db_integer(row, 10, INT64_MIN, INT64_MAX) != (int64_t)item->work.title)) {
        return status;
    }
    if (read_authors(s)) {
        return pt_no_memory(err);
    }
    if (!read_candidate(s, row, &other)) {
        return PAPERTAG_OK; /* the row ends the reading */
    }
    if (s->by_doi) {
        status = pt_same_doi_work(&s->paper, &other, &same);
        sameness = same ? PT_SAME : PT_APART;
    } else if ((!item->work.is_short || (item->id_is_derived && pt_is_derived_id(other.id)))) {
        status = pt_same_work(&s->paper, &s->words, &other, item->work.is_short, &sameness);
    }
    if (status) {
        return pt_no_memory(err);
    }
    s->same = sameness == PT_SAME ? key : 0;
    s->likely = sameness == PT_LIKELY && !s->likely ? key : s->likely;
    s->fit += sameness == PT_LIKELY;
    return s->same ? PAPERTAG_END : PAPERTAG_OK;
}

/* ---- by title and author --------------------------------------------------------------------------------------- */

/* Looks at the papers of the item's title and of an author, 0: those without one; with `days`, of its year. */
static int look_at_author(struct search *s, uint64_t author, bool of_year, papertag_error *err)
{
    static const char all[] = CANDIDATE "title_key=?1 AND author_key=?2" LIMIT_CANDIDATES;
    static const char year[] = CANDIDATE "title_key=?1 AND author_key=?2 AND day BETWEEN ?3 AND ?4" LIMIT_CANDIDATES;
    const papertag_paper *paper = &s->item->paper;
    const int64_t title = (int64_t)s->item->work.title, key = (int64_t)author;
    char text[5];
    long first, last;

    if (!of_year) {
        return pt_store_each(s->store, all, compare_candidate, s, err, "ii", title, key);
    }
    snprintf(text, sizeof text, "%.4s", paper->date);
    return pt_date_days(text, &first, &last) ? pt_store_each(s->store, year, compare_candidate, s, err, "iiii", title,
                                                             key, (int64_t)first, (int64_t)last)
                                             : PAPERTAG_OK;
}

/* Looks at papers that have the title, whoever wrote them. */
static int look_at_title(struct search *s, papertag_error *err)
{
    static const char sql[] = CANDIDATE "title_key=?1" LIMIT_CANDIDATES;

    s->seen = 0;
    return pt_store_each(s->store, sql, compare_candidate, s, err, "i", (int64_t)s->item->work.title);
}

static int find_by_title(struct search *s, papertag_error *err)
{
    static const char any[] = "SELECT 1 FROM papers WHERE title_key=?1 LIMIT 1";
    const uint64_t author = s->item->work.author;
    int64_t found;
    int status = pt_store_ask(s->store, any, &found, err, "i", (int64_t)s->item->work.title);

    if (status) { /* most new papers have a title of their own */
        return status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    s->seen = 0;
    if (s->paper.date) {
        status = look_at_author(s, author, true, err);
    }
    if (!status && !s->same && s->seen < CANDIDATES) {
        s->seen = 0;
        status = look_at_author(s, author, false, err);
    }
    if (!status && !s->same && s->seen < CANDIDATES && !s->item->work.is_short) {
        status = author ? look_at_author(s, 0, false, err) : look_at_title(s, err);
        /* a paper without authors is one of several: which of them is not known */
        if (!status && !s->same && (author || (s->fit == 1 && s->seen < CANDIDATES))) {
            s->same = s->likely;
        }
    }
    return status;
}

/* ---- by any name ----------------------------------------------------------------------------------------------- */

static int find_by_doi(struct search *s, papertag_error *err)
{
    static const char sql[] = CANDIDATE "key=(SELECT paper FROM names WHERE name=?1)";
    int status;

    s->by_doi = true;
    status = pt_store_each(s->store, sql, compare_candidate, s, err, "t", s->item->paper.doi);
    s->by_doi = false;
    return status;
}

/* The paper of a derived id, which is no more than a hint. */
static int find_by_derived_id(struct search *s, papertag_error *err)
{
    static const char sql[] = CANDIDATE "id=?1";

    return pt_store_each(s->store, sql, compare_candidate, s, err, "t", s->item->paper.id);
}

/* The id of a paper that is not the first of its title and author: made of the whole record. */
static void derive_other_id(const pt_batch_item *item, char out[PT_DERIVED_ID])
{
    pt_derived_id(item->record_key, item->work.author, out);
}

/* The paper that was made of this very record: it is found however many others share its title. */
static int find_by_record(struct search *s, papertag_error *err)
{
    char id[PT_DERIVED_ID];
    int status;

    derive_other_id(s->item, id);
    status = pt_store_ask(s->store, "SELECT key FROM papers WHERE id=?1", &s->same, err, "t", id);
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* Looks for the item where no identifier of its own names it. */
static int find_work(papertag_store *store, const pt_batch_item *item, int64_t *key, papertag_error *err)
{
    struct search s = {.store = store, .item = item, .paper = item->paper};
    int status = PAPERTAG_OK;

    if (s.paper.doi) {
        status = find_by_doi(&s, err);
    }
    if (!status && !s.same && item->id_is_derived) {
        status = find_by_derived_id(&s, err);
    }
    if (!status && !s.same && item->id_is_derived) {
        status = find_by_record(&s, err);
    }
    if (!status && !s.same && item->work.title) {
        status = find_by_title(&s, err);
    }
    pt_arena_free(&s.arena);
    *key = s.same;
    return !status && !s.same ? PAPERTAG_END : status;
}

/* Asks for the paper that has a name as its id, else as one of its other names. */
static int ask_for_name(papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    static const char sql[] = "SELECT key FROM papers WHERE id=?1 UNION ALL SELECT paper FROM names WHERE name=?1";

    return pt_store_ask(store, sql, key, err, "t", name);
}

int pt_store_same_paper(papertag_store *store, const pt_batch_item *item, int64_t *key, papertag_error *err)
{
    const papertag_paper *paper = &item->paper;
    const char *const ids[] = {paper->arxiv, item->id_is_derived ? NULL : paper->id};
    int status = PAPERTAG_END;

    for (size_t i = 0; i < sizeof ids / sizeof *ids && status == PAPERTAG_END; i++) {
        if (ids[i] && !(i && ids[0] && !strcmp(ids[0], ids[1]))) {
            status = ask_for_name(store, ids[i], key, err);
        }
    }
    return status == PAPERTAG_END ? find_work(store, item, key, err) : status;
}

int pt_store_free_id(papertag_store *store, const pt_batch_item *item, char derived[PT_DERIVED_ID], const char **out,
                     papertag_error *err)
{
    int64_t found;
    int status;

    *out = pt_paper_id(item);
    if (*out != item->paper.id || !item->id_is_derived) {
        return PAPERTAG_OK;
    }
    status = pt_store_ask(store, "SELECT key FROM papers WHERE id=?1", &found, err, "t", *out);
    if (!status) { /* that one is free: find_by_record has not found it */
        derive_other_id(item, derived);
        *out = derived;
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* ---- by a name that a person gives ------------------------------------------------------------------------------ */

/* The key of the only paper whose title alone gives that id: programs that read titles and abstracts alone print it. */
static int find_by_title_id(papertag_store *store, const char *id, int64_t *key, papertag_error *err)
{
    static const char sql[] = "SELECT min(key) FROM papers WHERE title_key=?1 HAVING count(*)=1";
    char *end, again[PT_DERIVED_ID];
    const uint64_t title = pt_is_derived_id(id) ? strtoull(id + strcspn(id, "-") + 1, &end, 16) : 0;

    pt_derived_id(title, 0, again);
    return strcmp(again, id) != 0 ? PAPERTAG_END : pt_store_ask(store, sql, key, err, "i", (int64_t)title);
}

/* Asks for the paper of a name in its different forms: as it is; the arXiv identifier or the DOI in it. */
static int find_by_name(papertag_store *store, const char *id, int64_t *key, papertag_error *err)
{
    static const char by_doi[] = "SELECT paper FROM names WHERE name=lower(?1)";
    const char *doi = pt_doi_in(id), *arxiv;
    size_t length = 0;
    pt_buf name = {0};
    int status = ask_for_name(store, id, key, err);

    arxiv = status == PAPERTAG_END ? pt_arxiv_id(id, &length) : NULL;
    if (arxiv) {
        pt_buf_append(&name, arxiv, length);
        status = name.failed ? pt_no_memory(err) : ask_for_name(store, name.data, key, err);
    }
    if (status == PAPERTAG_END && doi) {
        status = pt_store_ask(store, by_doi, key, err, "t", doi);
    }
    pt_buf_free(&name);
    return status == PAPERTAG_END ? find_by_title_id(store, id, key, err) : status;
}

int papertag_store_find(papertag_store *store, const char *id, int64_t *key, papertag_error *err)
{
    int status = find_by_name(store, id, key, err);

    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper '%.100s' in the store", id) : status;
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

/* One row a statement: a statement that may write several makes SQLite flush the text index each time. */
int pt_store_write_name(papertag_store *store, const char *name, int64_t key, papertag_error *err)
{
    int64_t found;
    int status = pt_store_ask(store, "SELECT key FROM papers WHERE id=?1", &found, err, "t", name);

    return status != PAPERTAG_END
               ? status
               : pt_store_do(store, "INSERT OR IGNORE INTO names(name, paper) VALUES(?1,?2)", err, "ti", name, key);
}

int pt_store_write_names(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    const papertag_paper *paper = &item->paper;
    const bool has_own = !item->id_is_derived && !(paper->arxiv && !strcmp(paper->id, paper->arxiv));
    const char *names[] = {has_own ? paper->id : NULL, paper->arxiv, paper->doi};
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++) {
        status = names[i] ? pt_store_write_name(store, names[i], key, err) : PAPERTAG_OK;
    }
    return status;
}
