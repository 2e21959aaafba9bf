/*
 * print - the plain form of an expression, and one in words. Brackets appear only where `&`, `|` and `!` would bind
 * otherwise.
 */
#include <stdlib.h>

#include "base/date.h"
#include "expression.h"

static void print_day_range(const pt_node *node, pt_buf *out)
{
    char day[11];

    pt_day_text(node->first, day);
    day[node->first == node->last ? 10 : node->last - node->first < 31 ? 7 : 4] = '\0'; /* a day, a month or a year */
    pt_buf_text(out, day);
}

static void print_comparison(const pt_node *node, pt_buf *out)
{
    char number[40];

    pt_buf_format(out, "%s%s", pt_quantity_names[node->quantity], pt_relation_signs[node->relation]);
    if (node->quantity >= PT_DATE) {
        print_day_range(node, out);
    } else {
        pt_format_double(number, node->number, 15);
        pt_buf_text(out, number);
    }
}

static void print_node(const pt_expression *expression, const pt_node *node, pt_buf *out, pt_op around)
{
    const bool bracket = (node->op == PT_OR && around != PT_OR) || (node->op == PT_AND && around == PT_NOT);

    pt_buf_text(out, bracket ? "(" : "");
    switch (node->op) {
    case PT_AND:
    case PT_OR:
        print_node(expression, node->left, out, node->op);
        pt_buf_text(out, node->op == PT_AND ? " & " : " | ");
        print_node(expression, node->right, out, node->op);
        break;
    case PT_NOT:
        pt_buf_text(out, "!");
        print_node(expression, node->left, out, PT_NOT);
        break;
    case PT_TAG:
        pt_buf_text(out, expression->tags[node->tag].tag);
        break;
    case PT_GROUP:
        pt_buf_format(out, strchr(node->text, ' ') ? "group:\"%s\"" : "group:%s", node->text);
        break;
    case PT_PHRASE:
        pt_buf_format(out, "text:\"%s\"", node->text);
        break;
    case PT_FIELD_IS:
        pt_buf_format(out, node->text[pt_expression_word(node->text)] ? "%s:\"%s\"" : "%s:%s",
                      pt_named_fields[node->field], node->text);
        break;
    case PT_COMPARE:
        print_comparison(node, out);
        break;
    }
    pt_buf_text(out, bracket ? ")" : "");
}

void pt_expression_print(const pt_expression *expression, pt_buf *out)
{
    print_node(expression, expression->root, out, PT_OR);
}

/* ---- in words -------------------------------------------------------------------------------------------------- */

/* The operands of a chain of one operator, each in words and once. */
typedef struct chain {
    pt_buf *items; /* count, owned */
    size_t count, capacity;
    bool failed;
} chain;

static void describe_node(const pt_expression *expression, const pt_node *node, pt_buf *out, pt_op around);

static void append_operand(chain *c, pt_buf item)
{
    bool known = false;

    for (size_t i = 0; i < c->count && !known; i++) {
        known = c->items[i].size == item.size && !memcmp(c->items[i].data, item.data, item.size);
    }
    c->failed = c->failed || item.failed || pt_reserve(&c->items, &c->capacity, c->count + 1, sizeof *c->items);
    if (known || c->failed) {
        pt_buf_free(&item);
    } else {
        c->items[c->count++] = item;
    }
}

static void collect_operands(const pt_expression *expression, const pt_node *node, pt_op op, chain *c)
{
    pt_buf item = {0};

    if (node->op == op) {
        collect_operands(expression, node->left, op, c);
        collect_operands(expression, node->right, op, c);
        return;
    }
    pt_buf_append(&item, "", 0);
    describe_node(expression, node, &item, op);
    append_operand(c, item);
}

static void describe_chain(const pt_expression *expression, const pt_node *node, pt_buf *out, pt_op around)
{
    chain c = {0};
    bool bracket;

    collect_operands(expression, node, node->op, &c);
    bracket = c.count > 1 && (around == PT_NOT || (node->op == PT_OR && around == PT_AND));
    pt_buf_text(out, bracket ? "(" : "");
    for (size_t i = 0; i < c.count; i++) {
        pt_buf_text(out, !i ? "" : i + 1 < c.count ? ", " : node->op == PT_AND ? " and " : " or ");
        pt_buf_append(out, c.items[i].data, c.items[i].size);
        pt_buf_free(&c.items[i]);
    }
    pt_buf_text(out, bracket ? ")" : "");
    out->failed = out->failed || c.failed;
    free(c.items);
}

static void describe_node(const pt_expression *expression, const pt_node *node, pt_buf *out, pt_op around)
{
    const papertag_tag_info *tag;

    switch (node->op) {
    case PT_AND:
    case PT_OR:
        describe_chain(expression, node, out, around);
        break;
    case PT_NOT:
        pt_buf_text(out, "not ");
        describe_node(expression, node->left, out, PT_NOT);
        break;
    case PT_TAG:
        tag = &expression->tags[node->tag];
        pt_buf_text(out, tag->name ? tag->name : tag->tag);
        break;
    default:
        print_node(expression, node, out, around);
    }
}

void pt_expression_describe(const pt_expression *expression, pt_buf *out)
{
    describe_node(expression, expression->root, out, PT_OR);
}
