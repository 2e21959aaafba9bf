/*
 * compile - see compile.h. What a person typed never becomes part of the SQL: tags become their keys, all other values
 * parameters.
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

/* A subquery that gives the keys of the tags that TAG and GROUP nodes mean. */
static void append_keys(const compilation *c, const pt_node *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pt_buf_text(&c->sql->text, i ? " UNION ALL SELECT " : "SELECT ");
        if (nodes[i]->op == PT_TAG) {
            pt_sql_integer(c->sql, c->keys[nodes[i]->tag]);
        } else {
            pt_buf_text(&c->sql->text, "key FROM tags WHERE grp=");
            pt_sql_text(c->sql, nodes[i]->text);
        }
    }
}

/* The phrase in the quotes of FTS5. Expressions have no way to write a quote within a phrase. */
static void append_phrase(const compilation *c, const char *text)
{
    const size_t size = strlen(text) + 3;
    char *phrase = pt_arena_alloc(&c->sql->arena, size);

    if (!phrase) {
        c->sql->text.failed = true;
        return;
    }
    snprintf(phrase, size, "\"%s\"", text);
    pt_sql_text(c->sql, phrase);
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

/* Appends ` sign day` after the first or the last day of a date, which may be a month or a year. */
static void append_bound(const compilation *c, const char *column, bool last, const char *sign, long day)
{
    pt_buf_format(&c->sql->text, "%s||substr('-%s',length(%s)-3)%s", column, last ? "12-31" : "01-01", column, sign);
    append_day(c, day);
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
        append_bound(c, column, false, ">=", node->first);
        pt_buf_text(text, " AND ");
        append_bound(c, column, true, "<=", node->last);
        break;
    case PT_GE:
    case PT_GT:
        pt_buf_text(text, "ifnull(");
        append_bound(c, column, false, sign, node->relation == PT_GE ? node->first : node->last);
        break;
    case PT_LE:
    case PT_LT:
        pt_buf_text(text, "ifnull(");
        append_bound(c, column, true, sign, node->relation == PT_LE ? node->last : node->first);
        break;
    }
    pt_buf_text(text, ",0)");
}

/* Whether the paper has a value in a field. A category stands for those below it: cs for cs.LG. */
static void append_field(const compilation *c, const pt_node *node)
{
    static const char *const before[] = {
        [PT_AUTHOR] = "EXISTS(SELECT 1 FROM json_each(papers.authors) WHERE papertag_name_has(value,",
        [PT_CATEGORY] = "EXISTS(SELECT 1 FROM json_each(papers.categories) WHERE value||'.' LIKE replace(replace(",
        [PT_SOURCE] = "EXISTS(SELECT 1 FROM sources WHERE paper=%s AND source=",
        [PT_TYPE] = "ifnull(papers.announce_type=("};
    static const char *const after[] = {[PT_AUTHOR] = "))",
                                        [PT_CATEGORY] = ",'%','\\%'),'_','\\_')||'.%' ESCAPE '\\')",
                                        [PT_SOURCE] = " COLLATE NOCASE)",
                                        [PT_TYPE] = "),0)"};
    pt_buf *text = &c->sql->text;

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
        pt_buf_text(text, "ifnull((SELECT max(p) FROM tagged WHERE tag IN (");
        append_keys(c, node->scope, node->scope_count);
        pt_buf_format(text, "%s) AND day=%s AND paper=%s),0)%s", node->scope ? "" : "SELECT key FROM tags",
                      c->columns->day, c->columns->key, sign);
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

static void append_node(const compilation *c, const pt_node *node)
{
    pt_buf *text = &c->sql->text;

    pt_buf_text(text, "(");
    switch (node->op) {
    case PT_AND:
    case PT_OR:
        append_node(c, node->left);
        pt_buf_text(text, node->op == PT_AND ? " AND " : " OR ");
        append_node(c, node->right);
        break;
    case PT_NOT:
        pt_buf_text(text, "NOT ");
        append_node(c, node->left);
        break;
    case PT_TAG:
    case PT_GROUP:
        pt_buf_text(text, "EXISTS(SELECT 1 FROM tagged WHERE tag IN (");
        append_keys(c, &node, 1);
        pt_buf_format(text, ") AND day=%s AND paper=%s)", c->columns->day, c->columns->key);
        break;
    case PT_PHRASE:
        pt_buf_format(text, "%s IN (SELECT rowid FROM search WHERE search MATCH ", c->columns->key);
        append_phrase(c, node->text);
        pt_buf_text(text, ")");
        break;
    case PT_FIELD_IS:
        append_field(c, node);
        break;
    case PT_COMPARE:
        append_comparison(c, node);
        break;
    }
    pt_buf_text(text, ")");
}

void pt_sql_condition(pt_sql *sql, const pt_expression *expression, const int64_t *keys, const pt_columns *columns)
{
    append_node(&(compilation){sql, keys, columns}, expression->root);
}
