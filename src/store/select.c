/*
 * select - from a query to the keys of papers.
 *
 * A query that needs a tag reads table `tagged`, which is sorted by tag and day; any other reads papers by day. So a
 * digest reads the papers of its days that have one of its tags, however many others the store has.
 */
#include "select.h"

#include <stdlib.h>

#include "base/date.h"
#include "clock.h"
#include "days.h"
#include "tag_index.h"
#include "words.h"

/* ---- parts of statements --------------------------------------------------------------------------------------- */

/* The days, as undated papers have them, on which such papers were added that the query may select. */
static long undated_first(const pt_selection *s)
{
    return s->first_day == PT_DAY_LEAST ? PT_DAY_LEAST : s->first_day - PT_UNDATED;
}

static long undated_last(const pt_selection *s)
{
    return s->last_day == PT_DAY_MOST ? PT_DAY_FIRST - 1 : s->last_day - PT_UNDATED;
}

/* Appends `column BETWEEN first AND last`. */
static void append_between(pt_selection *s, const char *column, long first, long last)
{
    pt_buf_format(&s->sql.text, "%s BETWEEN ", column);
    pt_sql_integer(&s->sql, first);
    pt_buf_text(&s->sql.text, " AND ");
    pt_sql_integer(&s->sql, last);
}

/* Appends ` AND ...` for the end of the query's days, its words and its subscriber; `key` is the paper's. A date that
 * is a month or a year lies before the end when all its days do. */
static void append_filters(pt_selection *s, const char *key, bool words)
{
    pt_sql *sql = &s->sql;

    if (s->query->until) {
        pt_buf_format(&sql->text, " AND %s NOT IN (SELECT key FROM papers WHERE " PT_DAY_IS_VAGUE " AND ", key);
        append_between(s, "day", s->last_day - 366, s->last_day);
        pt_buf_text(&sql->text, " AND " PT_LAST_DAY ">");
        pt_sql_last_day(sql, s->last_day);
        pt_buf_text(&sql->text, ")");
    }
    if (words && s->match.size) {
        pt_buf_format(&sql->text, " AND %s IN (SELECT rowid FROM search WHERE search MATCH ", key);
        pt_sql_text(sql, s->match.data);
        pt_sql_keys(sql);
        pt_buf_text(&sql->text, ")");
    }
    for (size_t at = 0; words && at < s->common.size; at += strlen(s->common.data + at) + 1) {
        pt_buf_text(&sql->text, " AND (SELECT papertag_has_prefix(title, abstract, ");
        pt_sql_text(sql, s->common.data + at);
        pt_buf_format(&sql->text, ") FROM papers t WHERE t.key=%s)", key);
    }
    if (s->query->subscriber) {
        pt_sql_undelivered(sql, s->query->subscriber, key);
    }
}

/* Appends `column IN (...)` for the `count` tags that are marked; there may be more than a statement has parameters. */
static void append_tags(pt_selection *s, size_t count, const char *column)
{
    pt_buf *text = &s->sql.text;

    pt_buf_text(text, column);
    pt_buf_text(text, count == 1 ? "=" : " IN (");
    for (size_t t = 0, seen = 0; t < s->store->tag_count; t++) {
        if (s->marks[t]) {
            pt_buf_format(text, seen++ ? ",%lld" : "%lld", (long long)s->store->tag_keys[t]);
        }
    }
    pt_buf_text(text, count == 1 ? "" : ")");
}

/* The first day of papers that are not undated, or of all when the query wants all. */
static long first_wanted(const pt_selection *s)
{
    const bool all = s->first_day == PT_DAY_LEAST && s->last_day == PT_DAY_MOST;

    return s->first_day > PT_DAY_FIRST || all ? s->first_day : PT_DAY_FIRST;
}

/* Appends that a paper is new on one of the query's days: by its date, or as an undated one by when it was added. */
static void append_days(pt_selection *s, const char *column)
{
    const long first = first_wanted(s);

    if (s->in_windows) {
        append_between(s, column, s->window_first, s->window_last);
        return;
    }
    pt_buf_text(&s->sql.text, s->has_undated ? "(" : "");
    append_between(s, column, first, s->has_cursor ? s->cursor_day : s->last_day);
    if (s->has_undated) {
        pt_buf_text(&s->sql.text, " OR ");
        append_between(s, column, undated_first(s), undated_last(s));
        pt_buf_text(&s->sql.text, ")");
    }
}

/* Appends where the papers come from: by day; by day under the one tag needed; or by day under any of several. */
static void append_from(pt_selection *s, size_t need, bool join)
{
    pt_buf *text = &s->sql.text;

    if (!need) {
        pt_buf_text(text, "SELECT papers.key FROM papers WHERE ");
        return;
    }
    if (need == 1) {
        pt_buf_text(text, "SELECT x.paper FROM tagged x");
    } else {
        pt_buf_text(text, "SELECT x.paper FROM (SELECT DISTINCT day, paper FROM tagged WHERE ");
        append_tags(s, need, "tag");
        pt_buf_text(text, " AND ");
        append_days(s, "day");
        pt_buf_text(text, ") x");
    }
    pt_buf_text(text, join ? " CROSS JOIN papers ON papers.key=x.paper WHERE " : " WHERE ");
    if (need == 1) {
        append_tags(s, need, "x.tag");
        pt_buf_text(text, " AND ");
    }
}

/* Marks the tags that the expression names; returns how many. */
static size_t mark_named(pt_selection *s)
{
    memset(s->marks, 0, s->store->tag_count * sizeof *s->marks);
    return s->expression.root ? pt_expression_tags(&s->expression, s->marks) : 0;
}

/* Appends what papers are ordered by before their day, the greatest first; nothing when that is the day. */
static void append_rank(pt_selection *s, const pt_columns *c)
{
    pt_buf *text = &s->sql.text;
    size_t count;

    switch (s->query->sort) {
    case PAPERTAG_SORT_TRENDING:
        pt_buf_format(text, "ifnull(%s,0)/pow(max(", c->upvotes);
        pt_sql_integer(&s->sql, s->today);
        pt_buf_format(text, "-%s,0)+1,1.5)", c->day);
        break;
    case PAPERTAG_SORT_P:
        count = mark_named(s);
        pt_buf_text(text, "ifnull((SELECT max(p) FROM tagged t WHERE ");
        if (count) {
            append_tags(s, count, "t.tag");
        } else {
            pt_buf_text(text, "t.tag IN (SELECT key FROM tags)");
        }
        pt_buf_format(text, " AND t.day=%s AND t.paper=%s),0)", c->day, c->key);
        break;
    default:
        break;
    }
}

/* Appends whether a person has read the paper. */
static void append_read(pt_selection *s, const pt_columns *c)
{
    pt_buf_format(&s->sql.text, "EXISTS(SELECT 1 FROM marks WHERE paper=%s AND read)", c->key);
}

/* Appends ` AND ...` for papers that come after the cursor's in the query's order. */
static void append_after(pt_selection *s, const pt_columns *c)
{
    static const pt_columns cursor = {"a.key", "a.day", "a.upvotes", "a.comments"};
    const bool ranked = s->query->sort != PAPERTAG_SORT_DATE, unread = !ranked && s->query->unread_first;
    pt_buf *text = &s->sql.text;

    if (!s->query->after) {
        return;
    }
    pt_buf_text(text, " AND (");
    if (ranked) {
        append_rank(s, c);
        pt_buf_text(text, ",");
    }
    pt_buf_format(text, "%s,", c->day);
    if (unread) {
        pt_buf_text(text, "-");
        append_read(s, c);
        pt_buf_text(text, ",");
    }
    pt_buf_format(text, "-%s) < (SELECT ", c->key);
    if (ranked) {
        append_rank(s, &cursor);
        pt_buf_text(text, ",");
    }
    pt_buf_text(text, "a.day,");
    if (unread) {
        pt_buf_text(text, "-");
        append_read(s, &cursor);
        pt_buf_text(text, ",");
    }
    pt_buf_text(text, "-a.key FROM papers a WHERE a.key=");
    pt_sql_integer(&s->sql, s->query->after);
    pt_buf_text(text, ")");
}

static void append_order(pt_selection *s, const pt_columns *c)
{
    pt_buf *text = &s->sql.text;

    pt_buf_text(text, " ORDER BY ");
    if (s->query->sort != PAPERTAG_SORT_DATE) {
        append_rank(s, c);
        pt_buf_text(text, " DESC, ");
    }
    pt_buf_format(text, "%s DESC, ", c->day);
    if (s->query->sort == PAPERTAG_SORT_DATE && s->query->unread_first) {
        append_read(s, c);
        pt_buf_text(text, ", ");
    }
    pt_buf_text(text, c->key);
    if (s->limit) {
        pt_buf_text(text, " LIMIT ");
        pt_sql_integer(&s->sql, (int64_t)s->limit);
    }
}

/* ---- selections ------------------------------------------------------------------------------------------------ */

static int set_days(pt_selection *s, papertag_error *err)
{
    const papertag_query *query = s->query;
    long other;
    int status = pt_store_today(query->as_of, &s->today, err);

    s->first_day = PT_DAY_LEAST;
    s->last_day = PT_DAY_MOST;
    if (!status && query->since) {
        status = pt_day_range(query->since, s->today, &s->first_day, &other, err);
    }
    if (!status && query->until) {
        status = pt_day_range(query->until, s->today, &other, &s->last_day, err);
    }
    if (query->as_of && s->today < s->last_day) {
        s->last_day = s->today;
    }
    return status;
}

/* Whether undated papers were added on the query's days. Most stores have none, and then one range of days is enough.
 */
static int look_for_undated(pt_selection *s, papertag_error *err)
{
    static const char sql[] = "SELECT EXISTS(SELECT 1 FROM papers WHERE day BETWEEN ?1 AND ?2)";
    int64_t found = 0;
    int status = PAPERTAG_OK;

    if (s->first_day != PT_DAY_LEAST || s->last_day != PT_DAY_MOST) {
        status = pt_store_ask(s->store, sql, &found, err, "ii", (int64_t)undated_first(s), (int64_t)undated_last(s));
    }
    s->has_undated = found;
    return status;
}

/* By date, papers after the cursor's have its day or an earlier one: the search begins there. */
static int start_after(pt_selection *s, papertag_error *err)
{
    int64_t day = 0;
    int status = PAPERTAG_OK;

    if (s->query->after) {
        status = pt_store_ask(s->store, "SELECT day FROM papers WHERE key=?1", &day, err, "i", s->query->after);
    }
    if (status == PAPERTAG_END) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "the paper after which to go on is not in the store");
    }
    if (!status && s->query->after && s->query->sort == PAPERTAG_SORT_DATE && !s->has_undated && day < s->last_day) {
        s->cursor_day = day;
        s->has_cursor = true;
    }
    return status;
}

/* Whether some of the newest papers are wanted. Where undated ones are wanted too, two ranges of days would have to be
 * joined. */
static bool may_have_windows(const pt_selection *s)
{
    return s->query->limit && s->query->sort == PAPERTAG_SORT_DATE && !s->has_undated;
}

/* Reads the query, for a statement to be made of it. */
static int start(pt_selection *s, papertag_store *store, const papertag_query *query, papertag_error *err)
{
    int status = pt_store_read_tags(store, err);

    *s = (pt_selection){.store = store, .query = query, .limit = query->limit};
    status = status ? status : set_days(s, err);
    status = status ? status : look_for_undated(s, err);
    if (!status && query->expression) {
        status = pt_expression_parse(&s->expression, query->expression, store->tags, store->tag_count, s->today, err);
    }
    status = status ? status : start_after(s, err);
    if (!status && query->search) {
        status = pt_match_words(store, query->search, &s->match, may_have_windows(s) ? &s->common : NULL, err);
    }
    s->marks = status ? NULL : pt_calloc(store->tag_count + 1, sizeof *s->marks);
    return status ? status : s->marks ? PAPERTAG_OK : pt_no_memory(err);
}

/* Makes the statement of a query that was read. */
static int compile(pt_selection *s, papertag_error *err)
{
    static const pt_columns by_tag = {"x.paper", "x.day", "papers.upvotes", "papers.comments"};
    static const pt_columns by_day = {"papers.key", "papers.day", "papers.upvotes", "papers.comments"};
    const pt_expression *expression = &s->expression;
    const size_t need = expression->root ? pt_expression_needs(expression, s->marks) : 0;
    const pt_columns *columns = need ? &by_tag : &by_day;

    append_from(s, need,
                s->query->sort == PAPERTAG_SORT_TRENDING ||
                    (expression->root && pt_expression_reads_paper(expression)));
    append_days(s, columns->day);
    if (expression->root && !pt_expression_is_tags(expression)) { /* they are asked for already */
        pt_buf_text(&s->sql.text, " AND ");
        pt_sql_condition(&s->sql, expression, s->store->tag_keys, columns);
    }
    append_filters(s, columns->key, true);
    append_after(s, columns);
    append_order(s, columns);
    return s->sql.text.failed ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_selection_open(pt_selection *s, papertag_store *store, const papertag_query *query, papertag_error *err)
{
    int status = start(s, store, query, err);

    return status ? status : compile(s, err);
}

void pt_selection_free(pt_selection *s)
{
    pt_expression_free(&s->expression);
    pt_sql_free(&s->sql);
    pt_buf_free(&s->match);
    pt_buf_free(&s->common);
    free(s->marks);
}

/* Keys on their way into store->selected. */
struct keys {
    papertag_store *store;
    size_t count;
};

static int append_key(void *context, pt_db_row *row, papertag_error *err)
{
    struct keys *k = context;
    papertag_store *store = k->store;

    if (pt_reserve(&store->selected, &store->selected_capacity, k->count + 1, sizeof *store->selected)) {
        return pt_no_memory(err);
    }
    store->selected[k->count++] = pt_db_key(row, 0);
    return PAPERTAG_OK;
}

/* Runs a statement; its keys come after the `count` that are there. */
static int append_keys(papertag_store *store, const pt_sql *sql, size_t *count, papertag_error *err)
{
    struct keys k = {.store = store, .count = *count};
    int status = pt_reserve(&store->selected, &store->selected_capacity, 1, sizeof *store->selected) ? pt_no_memory(err)
                                                                                                     : PAPERTAG_OK;

    status = status ? status : pt_store_run(store, sql->text.data, sql->values, sql->count, append_key, &k, err);
    *count = k.count;
    return status;
}

int pt_store_select_keys(papertag_store *store, const pt_sql *sql, const int64_t **keys, size_t *count,
                         papertag_error *err)
{
    size_t found = 0;
    int status = append_keys(store, sql, &found, err);

    if (!status) {
        *keys = store->selected;
        *count = found;
    }
    return status;
}

/* ---- windows --------------------------------------------------------------------------------------------------- */

/*
 * A search gives papers by key, and alternatives of tags by tag: all must be found before the newest are known. Someone
 * who wants some of the newest need not wait for that. The days are taken from the newest on, first those of about
 * WINDOW papers, then of four times as many, until there are enough. Papers of neighbouring days mostly came in
 * together, so that a search within the keys of a window reads little of the text index.
 */
enum { WINDOW = 16384, WIDER = 4, WINDOWS = 3 };

/* Whether the query is better searched in windows. */
static bool has_windows(const pt_selection *s)
{
    const pt_expression *e = &s->expression;

    return may_have_windows(s) &&
           (s->query->search || (e->root && (pt_expression_has_phrases(e) || pt_expression_needs(e, s->marks) > 1)));
}

static int read_ends(void *context, pt_db_row *row, papertag_error *err)
{
    pt_sql *sql = context;

    (void)err;
    sql->first_key = pt_db_is_null(row, 0) ? 0 : pt_db_key(row, 0);
    sql->last_key = pt_db_is_null(row, 1) ? 0 : pt_db_key(row, 1);
    return PAPERTAG_OK;
}

/* Makes a window of the days before window_last that have about `papers` papers; of all days left when there are no
 * more. */
static int set_window(pt_selection *s, int64_t papers, papertag_error *err)
{
    static const char edge[] = "SELECT day FROM papers WHERE day BETWEEN ?1 AND ?2 ORDER BY day DESC LIMIT 1 OFFSET ?3";
    static const char ends[] = "SELECT min(key), max(key) FROM papers WHERE day BETWEEN ?1 AND ?2";
    const int64_t least = first_wanted(s), last = s->window_last;
    int64_t first = least;
    int status = PAPERTAG_OK;

    pt_sql_free(&s->sql); /* of the window before */
    if (papers) {
        status = pt_store_ask(s->store, edge, &first, err, "iii", least, last, papers);
    }
    s->window_first = status ? (long)least : (long)first;
    if (!papers || status == PAPERTAG_END) {
        return PAPERTAG_OK;
    }
    return status ? status : pt_store_row(s->store, ends, read_ends, &s->sql, err, "ii", first, last);
}

/* Has FTS5 look for all words: the first window has few papers with them, so that many texts would have to be read. */
static int match_all_words(pt_selection *s, papertag_error *err)
{
    if (!s->common.size) {
        return PAPERTAG_OK;
    }
    pt_buf_clear(&s->common);
    pt_buf_clear(&s->match);
    return pt_match_words(s->store, s->query->search, &s->match, NULL, err);
}

static int select_in_windows(pt_selection *s, size_t *count, papertag_error *err)
{
    int64_t papers = WINDOW;
    int status = PAPERTAG_OK;

    s->in_windows = true;
    s->window_last = s->has_cursor ? s->cursor_day : s->last_day;
    for (int i = 0; i <= WINDOWS && !status && *count < s->query->limit; i++, papers *= WIDER) {
        s->limit = s->query->limit - *count;
        status = i == 1 ? match_all_words(s, err) : PAPERTAG_OK;
        status = status ? status : set_window(s, i < WINDOWS ? papers : 0, err);
        status = status ? status : compile(s, err);
        status = status ? status : append_keys(s->store, &s->sql, count, err);
        if (s->window_first <= first_wanted(s)) {
            break;
        }
        s->window_last = s->window_first - 1;
    }
    return status;
}

int papertag_store_select(papertag_store *store, const papertag_query *query, const int64_t **keys, size_t *count,
                          papertag_error *err)
{
    pt_selection s = {0};
    size_t found = 0;
    int status = pt_selection_open(&s, store, query, err);

    if (!status) {
        status = has_windows(&s) ? select_in_windows(&s, &found, err) : append_keys(store, &s.sql, &found, err);
    }
    pt_selection_free(&s);
    if (!status) {
        *keys = store->selected;
        *count = found;
    }
    return status;
}

int papertag_store_nearest(papertag_store *store, const papertag_query *query, size_t limit, const int64_t **keys,
                           size_t *count, papertag_error *err)
{
    pt_selection s = {0};
    pt_buf *text = &s.sql.text;
    int status = start(&s, store, query, err);
    const size_t named = status ? 0 : mark_named(&s);

    if (!status && !named) {
        *count = 0;
    }
    if (!named) {
        goto done;
    }
    pt_buf_text(text, "SELECT papers.key FROM papers INDEXED BY papers_day CROSS JOIN opinions"
                      " ON opinions.paper=papers.key WHERE ");
    append_tags(&s, named, "opinions.tag");
    pt_buf_text(text, " AND ");
    append_days(&s, "papers.day");
    append_filters(&s, "papers.key", false);
    pt_buf_text(text, " GROUP BY papers.key ORDER BY max(opinions.p) DESC, papers.key LIMIT ");
    pt_sql_integer(&s.sql, (int64_t)limit);
    status = text->failed ? pt_no_memory(err) : pt_store_select_keys(store, &s.sql, keys, count, err);
done:
    pt_selection_free(&s);
    return status;
}

/* ---- expressions in plain form --------------------------------------------------------------------------------- */

/* The slugs of the marked tags, in the answer's arena. */
static int list_marked(const pt_selection *s, size_t count, papertag_strings *out)
{
    papertag_store *store = s->store;
    const char **slugs = pt_arena_array(&store->answer_arena, count + 1, sizeof *slugs);

    if (!slugs) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t t = 0, i = 0; t < store->tag_count; t++) {
        if (s->marks[t]) {
            slugs[i++] = store->tags[t].tag;
        }
    }
    *out = (papertag_strings){count ? slugs : NULL, count};
    return PAPERTAG_OK;
}

int papertag_store_expression(papertag_store *store, const papertag_query *query, const char **text,
                              papertag_strings *named, papertag_error *err)
{
    const papertag_query bare = {.expression = query->expression, .as_of = query->as_of};
    papertag_strings slugs = {0};
    pt_selection s = {0};
    int status = start(&s, store, &bare, err);

    pt_buf_clear(&store->expression);
    pt_arena_reset(&store->answer_arena);
    if (!status && s.expression.root) {
        pt_expression_print(&s.expression, &store->expression);
        status = list_marked(&s, mark_named(&s), &slugs) || store->expression.failed ? pt_no_memory(err) : PAPERTAG_OK;
    }
    pt_selection_free(&s);
    if (!status) {
        *text = store->expression.data ? store->expression.data : "";
        if (named) {
            *named = slugs;
        }
    }
    return status;
}

int papertag_store_describe(papertag_store *store, const papertag_query *query, const char **text, papertag_error *err)
{
    const papertag_query bare = {.expression = query->expression, .as_of = query->as_of};
    pt_selection s = {0};
    int status = start(&s, store, &bare, err);

    pt_buf_clear(&store->expression);
    if (!status && s.expression.root) {
        pt_expression_describe(&s.expression, &store->expression);
        status = store->expression.failed ? pt_no_memory(err) : PAPERTAG_OK;
    }
    pt_selection_free(&s);
    if (!status) {
        *text = store->expression.data ? store->expression.data : "";
    }
    return status;
}
