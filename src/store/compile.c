/*
 * compile - see compile.h. What a person typed never becomes part of the SQL: tags become their keys, which are numbers
 * of the store's own, all other values parameters.
 */
#include "compile.h"

#include <stdlib.h>

#include "base/date.h"

/* ---- statements ------------------------------------------------------------------------------------------------ */

static void append_value(pt_sql *sql, pt_db_value value)
{
    if (pt_reserve(&sql->values, &sql->capacity, sql->count + 1, sizeof *sql->values)) {
        sql->text.failed = true;
        return;
    }
    sql->values[sql->count++] = value;
    pt_buf_format(&sql->text, "?%zu", sql->count);
}

void pt_sql_integer(pt_sql *sql, int64_t value)
{
    append_value(sql, (pt_db_value){.type = PT_DB_INTEGER, .integer = value});
}

void pt_sql_real(pt_sql *sql, double value)
{
    append_value(sql, (pt_db_value){.type = PT_DB_REAL, .real = value});
}

void pt_sql_text(pt_sql *sql, const char *value)
{
    append_value(sql, (pt_db_value){.type = PT_DB_TEXT, .text = value});
}

void pt_sql_keys(pt_sql *sql)
{
    if (sql->last_key) {
        pt_buf_text(&sql->text, " AND rowid BETWEEN ");
        pt_sql_integer(sql, sql->first_key);
        pt_buf_text(&sql->text, " AND ");
        pt_sql_integer(sql, sql->last_key);
    }
}

static void append_exists(pt_sql *sql, const char *table, const char *subscriber, const char *key)
{
    pt_buf_format(&sql->text,
                  "EXISTS(SELECT 1 FROM %s WHERE paper=%s AND subscription=(SELECT key FROM subscriptions WHERE name=",
                  table, key);
    pt_sql_text(sql, subscriber);
    pt_buf_text(&sql->text, "))");
}

/* PT_IS_COUNTED in words by which SQLite looks for the subscription once, not for each paper. */
void pt_sql_undelivered(pt_sql *sql, const char *subscriber, const char *key)
{
    pt_buf_format(&sql->text, " AND (%s>ifnull((SELECT counted FROM subscriptions WHERE name=", key);
    pt_sql_text(sql, subscriber);
    pt_buf_text(&sql->text, "), 0) OR ");
    append_exists(sql, "uncounted", subscriber, key);
    pt_buf_text(&sql->text, ") AND NOT ");
    append_exists(sql, "delivered", subscriber, key);
}

void pt_sql_free(pt_sql *sql)
{
    pt_buf_free(&sql->text);
    free(sql->values);
    pt_arena_free(&sql->arena);
    *sql = (pt_sql){0};
}

/* ---- conditions ------------------------------------------------------------------------------------------------ */

/* What the nodes of an expression are compiled with. */
typedef struct compilation {
    pt_sql *sql;
    const int64_t *keys; /* [T] of the tags in the store */
    const pt_columns *columns;
} compilation;

static bool is_tags(const pt_node *node)
{
    return node->op == PT_TAG || node->op == PT_GROUP;
}

/* Appends a list in brackets: of the keys of the TAG nodes, or of the names of the GROUP nodes. */
static void append_list(const compilation *c, const pt_node *const *nodes, size_t count, pt_op op)
{
    pt_buf *text = &c->sql->text;
    size_t seen = 0;

    pt_buf_text(text, "(");
    for (size_t i = 0; i < count; i++) {
        if (nodes[i]->op != op) {
            continue;
        }
        pt_buf_text(text, seen++ ? "," : "");
        if (op == PT_TAG) {
            pt_buf_format(text, "%lld", (long long)c->keys[nodes[i]->tag]);
        } else {
            pt_sql_text(c->sql, nodes[i]->text);
        }
    }
    pt_buf_text(text, ")");
}

/* Appends what follows WHERE in a search of `tagged` for the paper: rows of the tags that TAG and GROUP nodes mean, of
 * every tag without nodes. */
static void append_rows(const compilation *c, const pt_node *const *nodes, size_t count)
{
    pt_buf *text = &c->sql->text;
    bool groups = !count;

    for (size_t i = 0; i < count; i++) {
        groups = groups || nodes[i]->op == PT_GROUP;
    }
    pt_buf_text(text, groups ? "tag IN (SELECT key FROM tags" : "tag IN ");
    if (count) {
        pt_buf_text(text, groups ? " WHERE key IN " : "");
        append_list(c, nodes, count, PT_TAG);
    }
    if (count && groups) {
        pt_buf_text(text, " OR grp IN ");
        append_list(c, nodes, count, PT_GROUP);
    }
    pt_buf_format(text, "%s AND day=%s AND paper=%s", groups ? ")" : "", c->columns->day, c->columns->key);
}

/* Appends that the paper has one of the tags, or none of them. */
static void append_tags(const compilation *c, const pt_node *const *nodes, size_t count, bool negated)
{
    pt_buf_text(&c->sql->text,
                negated ? "(NOT EXISTS(SELECT 1 FROM tagged WHERE " : "EXISTS(SELECT 1 FROM tagged WHERE ");
    append_rows(c, nodes, count);
    pt_buf_text(&c->sql->text, negated ? "))" : ")");
}

/* Appends that the paper has one of the phrases, or none of them: in the quotes of FTS5. Expressions have no way to
 * write a quote within a phrase. */
static void append_phrases(const compilation *c, const pt_node *const *nodes, size_t count, bool negated)
{
    pt_buf match = {0};
    const char *copy;

    for (size_t i = 0; i < count; i++) {
        pt_buf_format(&match, i ? " OR \"%s\"" : "\"%s\"", nodes[i]->text);
    }
    copy = match.failed ? NULL : pt_arena_copy(&c->sql->arena, match.data, match.size);
    c->sql->text.failed = c->sql->text.failed || !copy;
    pt_buf_format(&c->sql->text, "(%s %sIN (SELECT rowid FROM search WHERE search MATCH ", c->columns->key,
                  negated ? "NOT " : "");
    pt_sql_text(c->sql, copy);
    pt_sql_keys(c->sql);
    pt_buf_text(&c->sql->text, "))");
    pt_buf_free(&match);
}

/* Appends a day as text; dates are compared as texts. */
static void append_day(const compilation *c, long day)
{
    char text[11];
    const char *copy;

    pt_day_text(day, text);
    copy = pt_arena_copy(&c->sql->arena, text, strlen(text));
    c->sql->text.failed = c->sql->text.failed || !copy;
    pt_sql_text(c->sql, copy);
}

void pt_sql_last_day(pt_sql *sql, long day)
{
    char text[11];
    char *copy;

    pt_day_text(day, text);
    copy = pt_arena_copy(&sql->arena, text, strlen(text));
    sql->text.failed = sql->text.failed || !copy;
    if (copy && strtol(copy + 8, NULL, 10) == pt_days_in_month(strtol(copy, NULL, 10), strtol(copy + 5, NULL, 10))) {
        copy[8] = '3';
        copy[9] = '1';
    }
    pt_sql_text(sql, copy);
}

/* Appends ` sign day` after the first day of a date, which may be a month or a year. */
static void append_first(const compilation *c, const char *column, const char *sign, long day)
{
    pt_buf_format(&c->sql->text, "%s||substr('-01-01',length(%s)-3)%s", column, column, sign);
    append_day(c, day);
}

/* Appends the last day of a date, by which it is compared next. */
static void append_last(const compilation *c, const char *column)
{
    pt_buf_format(&c->sql->text, "%s||substr('-12-31',length(%s)-3)", column, column);
}

/* A date satisfies a comparison when all its days do. */
static void append_dates(const compilation *c, const pt_node *node)
{
    static const char *const columns[] = {"papers.date", "papers.announced", "papers.featured"};
    const char *column = columns[node->quantity - PT_DATE], *sign = pt_relation_signs[node->relation];
    pt_buf *text = &c->sql->text;

    switch (node->relation) {
    case PT_EQ:
    case PT_NE:
        pt_buf_text(text, node->relation == PT_NE ? "NOT ifnull(" : "ifnull(");
        append_first(c, column, ">=", node->first);
        pt_buf_text(text, " AND ");
        append_last(c, column);
        pt_buf_text(text, "<=");
        pt_sql_last_day(c->sql, node->last);
        break;
    case PT_GE:
    case PT_GT:
        pt_buf_text(text, "ifnull(");
        append_first(c, column, sign, node->relation == PT_GE ? node->first : node->last);
        break;
    case PT_LE:
        pt_buf_text(text, "ifnull(");
        append_last(c, column);
        pt_buf_text(text, sign);
        pt_sql_last_day(c->sql, node->last);
        break;
    case PT_LT:
        pt_buf_text(text, "ifnull(");
        append_last(c, column);
        pt_buf_text(text, sign);
        append_day(c, node->first);
        break;
    }
    pt_buf_text(text, ",0)");
}

/* Whether the person marked the paper so. */
static void append_mark(const compilation *c, const pt_node *node)
{
    static const char *const marks[][2] = {{"unread", "NOT IN (SELECT paper FROM marks WHERE read)"},
                                           {"read", "IN (SELECT paper FROM marks WHERE read)"},
                                           {"starred", "IN (SELECT paper FROM marks WHERE starred)"},
                                           {"noted", "IN (SELECT paper FROM marks WHERE note IS NOT NULL)"}};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!strcmp(node->text, marks[i][0])) {
            pt_buf_format(&c->sql->text, "%s %s", c->columns->key, marks[i][1]);
        }
    }
}

/* Whether the paper has a value in a field. A category stands for those below it: cs for cs.LG. */
static void append_field(const compilation *c, const pt_node *node)
{
    static const char *const before[] = {
        [PT_AUTHOR] = "EXISTS(SELECT 1 FROM json_each(papers.authors) WHERE papertag_name_has(value,",
        [PT_CATEGORY] = "EXISTS(SELECT 1 FROM json_each(papers.categories) WHERE value||'.' LIKE replace(replace(",
        [PT_SOURCE] = "EXISTS(SELECT 1 FROM sources WHERE paper=%s AND source=",
        [PT_TYPE] = "ifnull(papers.announce_type=(",
        [PT_ORGANIZATION] = "ifnull(papers.organization=("};
    static const char *const after[] = {[PT_AUTHOR] = "))",
                                        [PT_CATEGORY] = ",'%','\\%'),'_','\\_')||'.%' ESCAPE '\\')",
                                        [PT_SOURCE] = " COLLATE NOCASE)",
                                        [PT_TYPE] = "),0)",
                                        [PT_ORGANIZATION] = ") COLLATE NOCASE,0)"};
    pt_buf *text = &c->sql->text;

    if (node->field == PT_IS) {
        append_mark(c, node);
        return;
    }
    if (node->field == PT_SOURCE) {
        pt_buf_format(text, before[node->field], c->columns->key);
    } else {
        pt_buf_text(text, before[node->field]);
    }
    pt_sql_text(c->sql, node->text);
    pt_buf_text(text, after[node->field]);
}

static void append_comparison(const compilation *c, const pt_node *node)
{
    const char *sign = pt_relation_signs[node->relation];
    pt_buf *text = &c->sql->text;

    switch (node->quantity) {
    case PT_P:
        pt_buf_text(text, "ifnull((SELECT max(p) FROM tagged WHERE ");
        append_rows(c, node->scope, node->scope_count);
        pt_buf_format(text, "),0)%s", sign);
        pt_sql_real(c->sql, node->number);
        break;
    case PT_UPVOTES:
    case PT_COMMENTS:
        pt_buf_format(text, "ifnull(%s,0)%s", node->quantity == PT_UPVOTES ? c->columns->upvotes : c->columns->comments,
                      sign);
        pt_sql_real(c->sql, node->number);
        break;
    case PT_DATE:
    case PT_ANNOUNCED:
    case PT_FEATURED:
        append_dates(c, node);
        break;
    }
}

/* A node that is no AND, OR or NOT. What is appended needs no brackets, whatever stands around it. */
static void append_leaf(const compilation *c, const pt_node *node, bool negated)
{
    if (is_tags(node)) {
        append_tags(c, &node, 1, negated);
        return;
    }
    if (node->op == PT_PHRASE) {
        append_phrases(c, &node, 1, negated);
        return;
    }
    pt_buf_text(&c->sql->text, negated ? "(NOT (" : "(");
    if (node->op == PT_FIELD_IS) {
        append_field(c, node);
    } else {
        append_comparison(c, node);
    }
    pt_buf_text(&c->sql->text, negated ? "))" : ")");
}

/* ---- chains ---------------------------------------------------------------------------------------------------- */

/*
 * SQLite's parser has a stack of 100 places, and an open bracket keeps up to three of them. So that expressions of any
 * shape and length fit in, negations are moved down to the leaves, chains of one operator are written without brackets,
 * and tags or phrases that are alternatives become one search. Where brackets are nested deep, the deepest part comes
 * first and needs none: all that follows it is joined by `&` and `|`, which SQLite reads from left to right, whichever
 * they are. Conditions are 0 or 1, so they mean the same as AND and OR, but nothing is left out when the result is
 * known.
 */
enum { DEEP = 8 };

/* A part of a chain: no chain of the same kind. */
typedef struct part {
    const pt_node *node; /* no NOT */
    bool negated;
    unsigned depth; /* of the brackets in it */
} part;

struct chain {
    bool is_and;
    part parts[PT_EXPRESSION_PARTS]; /* count */
    size_t count;
};

/* Takes the negations off a node. */
static const pt_node *without_not(const pt_node *node, bool *negated)
{
    for (; node->op == PT_NOT; node = node->left) {
        *negated = !*negated;
    }
    return node;
}

static bool is_chain(const pt_node *node)
{
    return node->op == PT_AND || node->op == PT_OR;
}

/* Whether a chain is a conjunction, as a negated alternative is. */
static bool is_and(const pt_node *node, bool negated)
{
    return node->op == (negated ? PT_OR : PT_AND);
}

/* How deep brackets are nested in a node that is part of a conjunction or an alternative. */
static unsigned depth_of(const pt_node *node, bool negated, bool in_and)
{
    unsigned left, right;
    bool and;

    node = without_not(node, &negated);
    if (!is_chain(node)) {
        return 0;
    }
    and = is_and(node, negated);
    left = depth_of(node->left, negated, and);
    right = depth_of(node->right, negated, and);
    return (left > right ? left : right) + (and != in_and);
}

static void collect_parts(struct chain *out, const pt_node *node, bool negated)
{
    node = without_not(node, &negated);
    if (is_chain(node) && is_and(node, negated) == out->is_and) {
        collect_parts(out, node->left, negated);
        collect_parts(out, node->right, negated);
    } else {
        out->parts[out->count++] = (part){node, negated, depth_of(node, negated, out->is_and)};
    }
}

/* Puts the part that is nested most before the others. */
static void put_deepest_first(struct chain *chain)
{
    size_t deepest = 0;

    for (size_t i = 1; i < chain->count; i++) {
        deepest = chain->parts[i].depth > chain->parts[deepest].depth ? i : deepest;
    }
    for (size_t i = deepest; i > 0; i--) {
        const part before = chain->parts[i - 1];
        chain->parts[i - 1] = chain->parts[i];
        chain->parts[i] = before;
    }
}

static bool is_deep(const struct chain *chain)
{
    return chain->parts[0].depth >= DEEP;
}

/* Appends the operator before a part that is not the first. */
static void append_operator(const compilation *c, const struct chain *chain, bool *first)
{
    const char *deep = chain->is_and ? " & " : " | ", *plain = chain->is_and ? " AND " : " OR ";

    pt_buf_text(&c->sql->text, *first ? "" : is_deep(chain) ? deep : plain);
    *first = false;
}

/* Whether one search can ask for a part together with others: of alternatives those that hold, of a conjunction those
 * that do not. */
static bool is_joined(const struct chain *chain, const part *p, bool phrases)
{
    return p->negated == chain->is_and && (phrases ? p->node->op == PT_PHRASE : is_tags(p->node));
}

/* Appends the tags, or the phrases, of a chain that one search can ask for. */
static void append_joined(const compilation *c, const struct chain *chain, bool phrases, bool *first)
{
    const pt_node *nodes[PT_EXPRESSION_PARTS];
    size_t count = 0;

    for (size_t i = 0; i < chain->count; i++) {
        if (is_joined(chain, &chain->parts[i], phrases)) {
            nodes[count++] = chain->parts[i].node;
        }
    }
    if (count) {
        append_operator(c, chain, first);
        (phrases ? append_phrases : append_tags)(c, nodes, count, chain->is_and);
    }
}

static void append_node(const compilation *c, const pt_node *node, bool negated, bool open);

static void append_chain(const compilation *c, const struct chain *chain, bool open)
{
    bool first = true;

    pt_buf_text(&c->sql->text, open ? "" : "(");
    for (size_t i = 0; i < chain->count; i++) {
        const part *p = &chain->parts[i];
        if (!is_joined(chain, p, false) && !is_joined(chain, p, true)) {
            append_operator(c, chain, &first);
            append_node(c, p->node, p->negated, !i && is_deep(chain));
        }
    }
    append_joined(c, chain, false, &first);
    append_joined(c, chain, true, &first);
    pt_buf_text(&c->sql->text, open ? "" : ")");
}

/* `open`: it is the first of a deep chain, where one that is deep itself needs no brackets. */
static void append_node(const compilation *c, const pt_node *node, bool negated, bool open)
{
    struct chain *chain;

    node = without_not(node, &negated);
    if (!is_chain(node)) {
        append_leaf(c, node, negated);
        return;
    }
    chain = pt_arena_alloc(&c->sql->arena, sizeof *chain);
    if (!chain) {
        c->sql->text.failed = true;
        return;
    }
    chain->is_and = is_and(node, negated);
    chain->count = 0;
    collect_parts(chain, node, negated);
    put_deepest_first(chain);
    append_chain(c, chain, open && is_deep(chain));
}

void pt_sql_condition(pt_sql *sql, const pt_expression *expression, const int64_t *keys, const pt_columns *columns)
{
    append_node(&(compilation){sql, keys, columns}, expression->root, false, false);
}
