/*
 * print - the plain form of an expression. Brackets appear only where `&`, `|` and `!` would bind otherwise.
 */
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
