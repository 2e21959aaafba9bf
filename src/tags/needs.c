/*
 * needs - which tags an expression is about, and which a match cannot be without. The store narrows its search by the
 * latter.
 */
#include "expression.h"

/* Marks the tags that a TAG or GROUP node means. */
static void mark_tags(const pt_expression *e, const pt_node *node, bool *marks)
{
    if (node->op == PT_TAG) {
        marks[node->tag] = true;
        return;
    }
    for (size_t t = 0; t < e->tag_count; t++) {
        marks[t] = marks[t] || (e->tags[t].group && !strcmp(e->tags[t].group, node->text));
    }
}

/* The number of tags of which a paper needs one for the node to hold; 0 when it may have none. */
static size_t need_count(const pt_node *node)
{
    size_t left, right;

    switch (node->op) {
    case PT_TAG:
        return 1;
    case PT_GROUP:
        return node->tag;
    case PT_AND: /* either side will do: the one that leaves fewer tags */
        left = need_count(node->left);
        right = need_count(node->right);
        return left && (!right || left <= right) ? left : right;
    case PT_OR:
        left = need_count(node->left);
        right = need_count(node->right);
        return left && right ? left + right : 0;
    default:
        return 0;
    }
}

/* Called for nodes with a need_count only. */
static void mark_needed(const pt_expression *e, const pt_node *node, bool *needed)
{
    size_t left, right;

    if (node->op == PT_TAG || node->op == PT_GROUP) {
        mark_tags(e, node, needed);
        return;
    }
    left = need_count(node->left);
    right = need_count(node->right);
    if (node->op == PT_OR || (left && (!right || left <= right))) {
        mark_needed(e, node->left, needed);
    }
    if (node->op == PT_OR || !left || (right && right < left)) {
        mark_needed(e, node->right, needed);
    }
}

size_t pt_expression_needs(const pt_expression *expression, bool *needed)
{
    size_t count = need_count(expression->root);

    if (count) {
        mark_needed(expression, expression->root, needed);
    }
    return count;
}

static void mark_named(const pt_expression *e, const pt_node *node, bool *named)
{
    switch (node->op) {
    case PT_TAG:
    case PT_GROUP:
        mark_tags(e, node, named);
        break;
    case PT_AND:
    case PT_OR:
        mark_named(e, node->left, named);
        mark_named(e, node->right, named);
        break;
    default:
        break;
    }
}

size_t pt_expression_tags(const pt_expression *expression, bool *named)
{
    size_t count = 0;

    mark_named(expression, expression->root, named);
    for (size_t t = 0; t < expression->tag_count; t++) {
        count += named[t];
    }
    return count;
}

static bool node_reads_paper(const pt_node *node)
{
    return (node->op == PT_COMPARE && node->quantity != PT_P) ||
           (node->op == PT_FIELD_IS && node->field != PT_SOURCE && node->field != PT_IS) ||
           (node->left && node_reads_paper(node->left)) || (node->right && node_reads_paper(node->right));
}

bool pt_expression_reads_paper(const pt_expression *expression)
{
    return node_reads_paper(expression->root);
}

static bool node_has_phrases(const pt_node *node)
{
    return node->op == PT_PHRASE || (node->left && node_has_phrases(node->left)) ||
           (node->right && node_has_phrases(node->right));
}

bool pt_expression_has_phrases(const pt_expression *expression)
{
    return node_has_phrases(expression->root);
}

static bool node_is_tags(const pt_node *node)
{
    return node->op == PT_TAG || node->op == PT_GROUP ||
           (node->op == PT_OR && node_is_tags(node->left) && node_is_tags(node->right));
}

bool pt_expression_is_tags(const pt_expression *expression)
{
    return node_is_tags(expression->root);
}
