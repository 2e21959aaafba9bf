/*
 * compile - see compile.h. What a person typed never becomes part of the SQL: tags become their keys, all other values
 * parameters.
 */
#include "compile.h"

#include <stdlib.h>

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

static void append_days(const compilation *c, const pt_node *node)
{
    pt_buf *text = &c->sql->text;

    if (node->relation == PT_EQ || node->relation == PT_NE) {
        pt_buf_format(text, "%s%s BETWEEN ", c->columns->day, node->relation == PT_NE ? " NOT" : "");
        pt_sql_integer(c->sql, node->first);
        pt_buf_text(text, " AND ");
        pt_sql_integer(c->sql, node->last);
    } else {
        pt_buf_format(text, "%s%s", c->columns->day, pt_relation_signs[node->relation]);
        pt_sql_integer(c->sql, node->relation == PT_GE || node->relation == PT_LT ? node->first : node->last);
    }
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
        append_days(c, node);
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
