/*
 * store_select - from a query to the keys of papers, and from a key to the paper.
 *
 * A query that needs a tag walks table `tagged`, where papers lie by tag and day; any other walks papers by day. So a
 * digest touches the papers of its days that have one of its tags, however many others the store holds.
 */
#include "store.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "read/paper.h"
#include "tags/tags.h"

/* ---- queries --------------------------------------------------------------------------------------------------- */

/* The words of a search as FTS5 has them: each in quotes, so that none is an operator; phrases stay together. */
static int match_words(const char *search, pt_arena *arena, const char **out, papertag_error *err)
{
    pt_buf match = {0};
    char *copy;

    for (const char *at = search + strspn(search, " "); *at; at += strspn(at, " ")) {
        const bool quoted = *at == '"';
        const char *from = at + quoted;
        size_t length = strcspn(from, quoted ? "\"" : " \"");
        bool open = !quoted && length > 1 && from[length - 1] == '*';
        pt_buf_text(&match, match.size ? " \"" : "\"");
        pt_buf_append(&match, from, length - open);
        pt_buf_text(&match, open ? "\"*" : "\"");
        at = from + length + (quoted && from[length] == '"');
    }
    copy = match.failed ? NULL : pt_arena_copy(arena, match.data ? match.data : "\"\"", match.data ? match.size : 2);
    pt_buf_free(&match);
    *out = copy;
    return copy ? PAPERTAG_OK : pt_no_memory(err);
}

/* The days of a query: [first, last]. */
typedef struct day_range {
    long today, first, last;
} day_range;

static int query_days(const papertag_query *query, day_range *out, papertag_error *err)
{
    day_range days = {.first = -800000, .last = 3000000};
    long other;
    int status = pt_store_today(query->as_of, &days.today, err);

    if (!status && query->since) {
        status = pt_day_range(query->since, days.today, &days.first, &other, err);
    }
    if (!status && query->until) {
        status = pt_day_range(query->until, days.today, &other, &days.last, err);
    }
    if (query->as_of && days.today < days.last) {
        days.last = days.today;
    }
    if (!status) {
        *out = days;
    }
    return status;
}

static void put_common(const papertag_query *query, const char *key, const char *match, pt_sql *sql)
{
    if (match) {
        pt_buf_format(&sql->text, " AND %s IN (SELECT rowid FROM search WHERE search MATCH ", key);
        pt_sql_text(sql, match);
        pt_buf_text(&sql->text, ")");
    }
    if (query->subscriber) {
        pt_buf_format(&sql->text,
                      " AND NOT EXISTS(SELECT 1 FROM delivered WHERE paper=%s AND subscription="
                      "(SELECT key FROM subscriptions WHERE name=",
                      key);
        pt_sql_text(sql, query->subscriber);
        pt_buf_text(&sql->text, "))");
    }
}

/* `tag IN (...)` for the tags that a query needs. */
static void put_tags(const papertag_store *store, const bool *needed, size_t count, const char *column, pt_sql *sql)
{
    pt_buf_text(&sql->text, column);
    pt_buf_text(&sql->text, count == 1 ? "=" : " IN (");
    for (size_t t = 0, seen = 0; t < store->tag_count; t++) {
        if (needed[t]) {
            pt_buf_text(&sql->text, seen++ ? "," : "");
            pt_sql_integer(sql, store->tag_keys[t]);
        }
    }
    pt_buf_text(&sql->text, count == 1 ? "" : ")");
}

static void put_order(const papertag_store *store, const papertag_query *query, const pt_expression *parsed,
                      bool *named, const pt_columns *c, long today, pt_sql *sql)
{
    size_t count = 0;

    switch (query->sort) {
    case PAPERTAG_SORT_TRENDING:
        pt_buf_format(&sql->text, " ORDER BY ifnull(%s,0)/pow(max(", c->upvotes);
        pt_sql_integer(sql, today);
        pt_buf_format(&sql->text, "-%s,0)+1,1.5) DESC, %s DESC, %s", c->day, c->day, c->key);
        break;
    case PAPERTAG_SORT_P:
        if (parsed->root) {
            count = pt_expression_tags(parsed, named);
        }
        pt_buf_text(&sql->text, " ORDER BY (SELECT max(p) FROM tagged t WHERE ");
        if (count) {
            put_tags(store, named, count, "t.tag", sql);
        } else {
            pt_buf_text(&sql->text, "t.tag IN (SELECT key FROM tags)");
        }
        pt_buf_format(&sql->text, " AND t.day=%s AND t.paper=%s) DESC, %s DESC, %s", c->day, c->key, c->day, c->key);
        break;
    default:
        pt_buf_format(&sql->text, " ORDER BY %s DESC, %s", c->day, c->key);
    }
    if (query->limit) {
        pt_buf_text(&sql->text, " LIMIT ");
        pt_sql_integer(sql, (int64_t)query->limit);
    }
}

/* `column BETWEEN first AND last`. */
static void put_days(const char *column, const day_range *days, pt_sql *sql)
{
    pt_buf_format(&sql->text, "%s BETWEEN ", column);
    pt_sql_integer(sql, days->first);
    pt_buf_text(&sql->text, " AND ");
    pt_sql_integer(sql, days->last);
}

/* Where the papers come from: by day, by day under the one tag needed, or by day under any of several. */
static void put_from(const papertag_store *store, const bool *needed, size_t need, const day_range *days, bool join,
                     pt_sql *sql)
{
    if (!need) {
        pt_buf_text(&sql->text, "SELECT papers.key FROM papers WHERE ");
        return;
    }
    if (need == 1) {
        pt_buf_text(&sql->text, "SELECT x.paper FROM tagged x");
    } else {
        pt_buf_text(&sql->text, "SELECT x.paper FROM (SELECT DISTINCT day, paper FROM tagged WHERE ");
        put_tags(store, needed, need, "tag", sql);
        pt_buf_text(&sql->text, " AND ");
        put_days("day", days, sql);
        pt_buf_text(&sql->text, ") x");
    }
    pt_buf_text(&sql->text, join ? " CROSS JOIN papers ON papers.key=x.paper WHERE " : " WHERE ");
    if (need == 1) {
        put_tags(store, needed, need, "x.tag", sql);
        pt_buf_text(&sql->text, " AND ");
    }
}

int pt_store_select_sql(papertag_store *store, const papertag_query *query, pt_expression *parsed, pt_sql *sql,
                        papertag_error *err)
{
    static const pt_columns by_tag = {"x.paper", "x.day", "papers.upvotes", "papers.comments"};
    static const pt_columns by_day = {"papers.key", "papers.day", "papers.upvotes", "papers.comments"};
    const pt_columns *columns;
    const char *match = NULL;
    day_range days;
    bool *marks = NULL, join;
    size_t need;
    int status = pt_store_read_tags(store, err);

    *parsed = (pt_expression){.tags = store->tags, .tag_count = store->tag_count};
    status = status ? status : query_days(query, &days, err);
    if (!status && query->expression) {
        status = pt_expression_parse(parsed, query->expression, store->tags, store->tag_count, days.today, err);
    }
    if (!status && query->search) {
        status = match_words(query->search, &parsed->arena, &match, err);
    }
    marks = status ? NULL : pt_calloc(store->tag_count + 1, sizeof *marks);
    if (!marks) {
        status = status ? status : pt_no_memory(err);
        goto done;
    }
    need = parsed->root ? pt_expression_needs(parsed, marks) : 0;
    columns = need ? &by_tag : &by_day;
    join = query->sort == PAPERTAG_SORT_TRENDING || (parsed->root && pt_expression_uses_counts(parsed));
    put_from(store, marks, need, &days, join, sql);
    put_days(columns->day, &days, sql);
    if (parsed->root) {
        pt_buf_text(&sql->text, " AND ");
        pt_sql_condition(sql, parsed, store->tag_keys, columns);
    }
    put_common(query, columns->key, match, sql);
    memset(marks, 0, store->tag_count * sizeof *marks);
    put_order(store, query, parsed, marks, columns, days.today, sql);
    if (sql->text.failed) {
        status = pt_no_memory(err);
    }
done:
    free(marks);
    if (status) {
        pt_expression_free(parsed);
    }
    return status;
}

int pt_store_collect(papertag_store *store, const pt_sql *sql, const int64_t **keys, size_t *count, papertag_error *err)
{
    sqlite3_stmt *s;
    size_t n = 0;
    int code = SQLITE_DONE, status = PAPERTAG_OK;

    if (sqlite3_prepare_v2(store->db, sql->text.data, -1, &s, NULL)) {
        return pt_store_fail(store, err);
    }
    for (size_t i = 0; i < sql->count; i++) {
        const pt_parameter *p = &sql->parameters[i];
        if (p->type == PT_INTEGER) {
            sqlite3_bind_int64(s, (int)i + 1, p->integer);
        } else if (p->type == PT_REAL) {
            sqlite3_bind_double(s, (int)i + 1, p->real);
        } else {
            sqlite3_bind_text(s, (int)i + 1, p->text, -1, SQLITE_STATIC);
        }
    }
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (pt_reserve(&store->selected, &store->selected_capacity, n + 1, sizeof *store->selected)) {
            status = pt_no_memory(err);
        } else {
            store->selected[n++] = sqlite3_column_int64(s, 0);
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    sqlite3_finalize(s);
    if (!status) {
        *keys = store->selected;
        *count = n;
    }
    return status;
}

int papertag_store_select(papertag_store *store, const papertag_query *query, const int64_t **keys, size_t *count,
                          papertag_error *err)
{
    pt_expression parsed;
    pt_sql sql = {0};
    int status = pt_store_select_sql(store, query, &parsed, &sql, err);

    if (!status) {
        status = pt_store_collect(store, &sql, keys, count, err);
        pt_expression_free(&parsed);
    }
    pt_sql_free(&sql);
    return status;
}

/* The slugs of the tags that an expression names, in the answer's arena. */
static int name_tags(papertag_store *store, const pt_expression *parsed, papertag_strings *out, papertag_error *err)
{
    const char **slugs = pt_arena_array(&store->answer_arena, store->tag_count + 1, sizeof *slugs);
    bool *named = pt_arena_alloc(&store->answer_arena, store->tag_count + 1);
    size_t count = 0;

    if (!slugs || !named) {
        return pt_no_memory(err);
    }
    memset(named, 0, store->tag_count + 1);
    pt_expression_tags(parsed, named);
    for (size_t t = 0; t < store->tag_count; t++) {
        if (named[t]) {
            slugs[count++] = store->tags[t].tag;
        }
    }
    *out = (papertag_strings){count ? slugs : NULL, count};
    return PAPERTAG_OK;
}

int papertag_store_expression(papertag_store *store, const papertag_query *query, const char **text,
                              papertag_strings *named, papertag_error *err)
{
    papertag_strings slugs = {0};
    pt_expression parsed;
    long today;
    int status = pt_store_read_tags(store, err);

    status = status ? status : pt_store_today(query->as_of, &today, err);
    pt_buf_clear(&store->expression);
    pt_arena_reset(&store->answer_arena);
    if (!status && query->expression) {
        status = pt_expression_parse(&parsed, query->expression, store->tags, store->tag_count, today, err);
        if (!status) {
            pt_expression_print(&parsed, &store->expression);
            status = name_tags(store, &parsed, &slugs, err);
            pt_expression_free(&parsed);
        }
    }
    if (!status && store->expression.failed) {
        status = pt_no_memory(err);
    }
    if (!status) {
        *text = store->expression.data ? store->expression.data : "";
        if (named) {
            *named = slugs;
        }
    }
    return status;
}

int papertag_store_nearest(papertag_store *store, const papertag_query *query, size_t limit, const int64_t **keys,
                           size_t *count, papertag_error *err)
{
    pt_expression parsed = {0};
    pt_sql sql = {0};
    day_range days;
    bool *named = NULL;
    size_t n = 0;
    int status = pt_store_read_tags(store, err);

    status = status ? status : query_days(query, &days, err);
    if (!status && query->expression) {
        status = pt_expression_parse(&parsed, query->expression, store->tags, store->tag_count, days.today, err);
    }
    if (status) {
        return status;
    }
    named = pt_calloc(store->tag_count + 1, sizeof *named);
    if (!named) {
        status = pt_no_memory(err);
        goto done;
    }
    n = parsed.root ? pt_expression_tags(&parsed, named) : 0;
    if (!n) {
        *count = 0;
        goto done;
    }
    pt_buf_text(&sql.text, "SELECT papers.key FROM papers INDEXED BY papers_day CROSS JOIN opinions"
                           " ON opinions.paper=papers.key WHERE ");
    put_tags(store, named, n, "opinions.tag", &sql);
    pt_buf_text(&sql.text, " AND ");
    put_days("papers.day", &days, &sql);
    put_common(query, "papers.key", NULL, &sql);
    pt_buf_text(&sql.text, " GROUP BY papers.key ORDER BY max(opinions.p) DESC, papers.key LIMIT ");
    pt_sql_integer(&sql, (int64_t)limit);
    status = sql.text.failed ? pt_no_memory(err) : pt_store_collect(store, &sql, keys, count, err);
done:
    free(named);
    pt_sql_free(&sql);
    pt_expression_free(&parsed);
    return status;
}

/* ---- one paper ------------------------------------------------------------------------------------------------- */

static long count_at(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? -1 : (long)sqlite3_column_int64(s, column);
}

static int read_record(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    pt_arena *arena = &store->record_arena;
    papertag_paper *p = &out->paper;
    bool failed = false;
    sqlite3_stmt *s;
    int code, status = pt_store_query(
                  store,
                  "SELECT id, title, abstract, date, organization, url, source, venue, doi, authors, categories,"
                  " keywords, author_count, upvotes, comments, version, added, updated,"
                  " (SELECT hash FROM models WHERE models.key=papers.model) FROM papers WHERE key=?1",
                  &s, err, "i", key);

    if (status) {
        return status;
    }
    code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        const char *authors, *categories, *keywords;
        size_t length = 0;
        p->id = pt_store_text(s, 0, arena, &failed);
        p->title = pt_store_text(s, 1, arena, &failed);
        p->abstract = pt_store_text(s, 2, arena, &failed);
        p->date = pt_store_text(s, 3, arena, &failed);
        p->organization = pt_store_text(s, 4, arena, &failed);
        p->url = pt_store_text(s, 5, arena, &failed);
        p->source = pt_store_text(s, 6, arena, &failed);
        p->source = p->source && *p->source ? p->source : NULL;
        p->venue = pt_store_text(s, 7, arena, &failed);
        p->doi = pt_store_text(s, 8, arena, &failed);
        authors = pt_store_text(s, 9, arena, &failed);
        categories = pt_store_text(s, 10, arena, &failed);
        keywords = pt_store_text(s, 11, arena, &failed);
        p->author_count = count_at(s, 12);
        p->upvotes = count_at(s, 13);
        p->comments = count_at(s, 14);
        out->version = (size_t)sqlite3_column_int64(s, 15);
        out->added = pt_store_text(s, 16, arena, &failed);
        out->updated = pt_store_text(s, 17, arena, &failed);
        out->model = pt_store_text(s, 18, arena, &failed);
        failed = failed || pt_store_parse_list(authors, arena, &p->authors) ||
                 pt_store_parse_list(categories, arena, &p->categories) ||
                 pt_store_parse_list(keywords, arena, &p->keywords);
        p->arxiv = !failed && p->id && pt_arxiv_id(p->id, &length) == p->id ? p->id : NULL;
    }
    status = pt_store_finish(store, s, code, err);
    if (!status && code == SQLITE_DONE) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper with the key %lld", (long long)key);
    }
    return failed ? pt_no_memory(err) : status;
}

static int compare_decisions(const void *a, const void *b)
{
    const papertag_decision *x = a, *y = b;

    if (x->in_force != y->in_force) {
        return x->in_force ? -1 : 1;
    }
    return x->p != y->p ? (x->p > y->p ? -1 : 1) : strcmp(x->tag, y->tag);
}

static int read_decisions(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    pt_arena *arena = &store->record_arena;
    papertag_decision *list = NULL;
    size_t count = 0, capacity = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "WITH said(tag) AS (SELECT tag FROM opinions WHERE paper=?1"
                                " UNION SELECT tag FROM verdicts WHERE paper=?1)"
                                "SELECT tags.tag, tags.name, o.p, o.margin, cuts.cut, o.assigned, v.verdict FROM said"
                                " JOIN tags ON tags.key=said.tag LEFT JOIN opinions o ON o.paper=?1 AND o.tag=said.tag"
                                " LEFT JOIN verdicts v ON v.paper=?1 AND v.tag=said.tag LEFT JOIN cuts ON"
                                " cuts.tag=said.tag AND cuts.model=(SELECT model FROM papers WHERE key=?1)",
                                &s, err, "i", key);

    while (!status && !failed && (code = sqlite3_step(s)) == SQLITE_ROW) {
        papertag_decision d = {.tag = pt_store_text(s, 0, arena, &failed), .name = pt_store_text(s, 1, arena, &failed)};
        const char *verdict = (const char *)sqlite3_column_text(s, 6);
        d.p = sqlite3_column_double(s, 2);
        d.margin = sqlite3_column_type(s, 3) == SQLITE_NULL ? NAN : sqlite3_column_double(s, 3);
        d.cut = sqlite3_column_type(s, 4) == SQLITE_NULL ? NAN : sqlite3_column_double(s, 4);
        d.assigned = sqlite3_column_int(s, 5);
        d.verdict = !verdict ? NULL : !strcmp(verdict, "yes") ? "yes" : "no";
        d.in_force = d.verdict ? !strcmp(d.verdict, "yes") : d.assigned;
        d.p = d.verdict && d.in_force ? 1 : d.p;
        d.name = d.name ? d.name : d.tag;
        if (failed || pt_reserve(&list, &capacity, count + 1, sizeof *list)) {
            failed = true;
        } else {
            list[count++] = d;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    if (!failed && !status && count) {
        papertag_decision *copy = pt_arena_array(arena, count, sizeof *copy);
        failed = !copy;
        if (copy) {
            pt_sort(list, count, sizeof *list, compare_decisions);
            memcpy(copy, list, count * sizeof *copy);
            out->tags = copy;
            out->tag_count = count;
        }
    }
    free(list);
    return failed ? pt_no_memory(err) : status;
}

static int read_sources(papertag_store *store, int64_t key, papertag_stored *out, papertag_error *err)
{
    pt_arena *arena = &store->record_arena;
    const char *list[16];
    size_t count = 0;
    bool failed = false;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(store,
                                "SELECT CASE source WHEN '' THEN id ELSE source||' '||id END FROM sources"
                                " WHERE paper=?1 ORDER BY source LIMIT 16",
                                &s, err, "i", key);

    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW && count < 16) {
        list[count++] = pt_store_text(s, 0, arena, &failed);
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    if (!status && count) {
        const char **copy = pt_arena_alloc(arena, sizeof list);
        if (!copy || failed) {
            return pt_no_memory(err);
        }
        memcpy(copy, list, count * sizeof *copy);
        out->sources = (papertag_strings){copy, count};
    }
    return status;
}

int papertag_store_get(papertag_store *store, int64_t key, const papertag_stored **out, papertag_error *err)
{
    papertag_stored record = {0};
    int status;

    pt_arena_reset(&store->record_arena);
    status = read_record(store, key, &record, err);
    status = status ? status : read_decisions(store, key, &record, err);
    status = status ? status : read_sources(store, key, &record, err);
    if (!status) {
        store->record = record;
        *out = &store->record;
    }
    return status;
}

int papertag_store_find(papertag_store *store, const char *id, int64_t *key, papertag_error *err)
{
    size_t length = strlen(id);
    const char *arxiv = pt_arxiv_id(id, &length), *doi = strstr(id, "10.");
    char name[300];
    int status;

    snprintf(name, sizeof name, "%.*s", (int)(length < 299 ? length : 299), arxiv ? arxiv : id);
    status = pt_store_ask(store,
                          "SELECT key FROM papers WHERE id=?1 UNION ALL SELECT paper FROM names WHERE name IN (?1,"
                          " lower(?2)) LIMIT 1",
                          key, err, "tt", name, doi ? doi : name);
    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no paper '%.100s' in the store", id) : status;
}
