/*
 * parse - tag expressions to nodes: a recursive-descent parser for the grammar in expression.h.
 */
#include <math.h>

#include "base/ascii.h"
#include "base/date.h"
#include "expression.h"
#include "name.h"

const char *const pt_quantity_names[PT_QUANTITIES] = {"p", "upvotes", "comments", "date", "announced", "featured"};
const char *const pt_named_fields[PT_NAMED_FIELDS] = {"author", "category", "source", "type", "is", "organization"};
const char *const pt_relation_signs[6] = {">=", ">", "<=", "<", "=", "!="}; /* a sign after those it begins */

typedef struct parser {
    pt_expression *expression;
    const char *start, *at; /* the text, and the cursor */
    long today;
    unsigned depth, parts;
    papertag_error *err;
    int status;
} parser;

static pt_node *fail_at(parser *p, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static pt_node *fail_at(parser *p, const char *at, const char *format, ...)
{
    char reason[900];
    size_t column = 1;
    va_list args;

    for (const char *c = p->start; c < at; c++) {
        column += ((unsigned char)*c & 0xc0) != 0x80;
    }
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    p->status = pt_fail(p->err, PAPERTAG_BAD_ARGUMENT, "tag expression, column %zu: %s", column, reason);
    return NULL;
}

static pt_node *new_node(parser *p, pt_op op)
{
    pt_node *node = pt_arena_alloc(&p->expression->arena, sizeof *node);

    if (!node) {
        p->status = pt_no_memory(p->err);
        return NULL;
    }
    *node = (pt_node){.op = op};
    return node;
}

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
}

size_t pt_expression_word(const char *at)
{
    return strcspn(at, " \t\r\n()|&,!\"<>=");
}

/* Passes one of the signs, or the word for it in any case; `&&` and `||` count as one sign. */
static bool take_operator(parser *p, const char *signs, const char *word)
{
    size_t length;

    skip_blanks(p);
    if (*p->at && strchr(signs, *p->at)) {
        p->at += 1 + (p->at[1] == *p->at && (*p->at == '&' || *p->at == '|'));
        return true;
    }
    length = pt_expression_word(p->at);
    if (pt_same_word(p->at, length, word)) {
        p->at += length;
        return true;
    }
    return false;
}

static pt_node *parse_or(parser *p);

static char *copy_text(parser *p, const char *value, size_t length)
{
    char *copy = pt_arena_copy(&p->expression->arena, value, length);
    if (!copy) {
        p->status = pt_no_memory(p->err);
    }
    return copy;
}

/* Passes a word, or quoted words; a copy without the quotes. NULL after a failure: "`wanted` is missing". */
static char *take_value(parser *p, const char *wanted)
{
    const char *from;
    size_t length;

    skip_blanks(p);
    from = p->at;
    if (*from == '"') {
        const char *close = strchr(from + 1, '"');
        if (!close) {
            fail_at(p, from, "the quote is not closed");
            return NULL;
        }
        p->at = close + 1;
        return copy_text(p, from + 1, (size_t)(close - from - 1));
    }
    length = pt_expression_word(from);
    if (!length) {
        fail_at(p, from, "%s is missing", wanted);
        return NULL;
    }
    p->at += length;
    return copy_text(p, from, length);
}

static pt_relation take_relation(parser *p)
{
    size_t relation = 0;

    skip_blanks(p);
    p->at += p->at[0] == '=' && p->at[1] == '='; /* == is = */
    while (strncmp(p->at, pt_relation_signs[relation], strlen(pt_relation_signs[relation])) != 0) {
        relation++;
    }
    p->at += strlen(pt_relation_signs[relation]);
    return (pt_relation)relation;
}

/* The part after the quantity's name; a relation is known to follow. */
static pt_node *parse_comparison(parser *p, pt_quantity quantity)
{
    pt_node *node = new_node(p, PT_COMPARE);
    const char *from, *end, *value;
    papertag_error inner;
    bool is_date;

    if (!node) {
        return NULL;
    }
    is_date = quantity >= PT_DATE;
    node->quantity = quantity;
    node->relation = take_relation(p);
    skip_blanks(p);
    from = p->at;
    value = take_value(p, is_date ? "a day" : "a number");
    if (!value) {
        return NULL;
    }
    if (is_date) {
        return pt_day_range(value, p->today, &node->first, &node->last, &inner) ? fail_at(p, from, "%s", inner.message)
                                                                                : node;
    }
    node->number = pt_parse_double(value, &end);
    if (end == value || *end || !isfinite(node->number)) {
        return fail_at(p, from, "'%.40s' is not a number", value);
    }
    if (quantity == PT_P && !(node->number >= 0 && node->number <= 1)) {
        return fail_at(p, from, "p is a probability, from 0 to 1");
    }
    return node;
}

/* The group whose key this is, and how many tags it has; or NULL. */
static const char *find_group(const pt_expression *e, const char *key, size_t *count)
{
    const char *found = NULL;

    *count = 0;
    for (size_t t = 0; t < e->tag_count; t++) {
        const char *group = e->tags[t].group;
        char other[PT_TAG_KEY_BYTES];
        pt_tag_key(other, sizeof other, group ? group : "");
        found = !found && group && !strcmp(key, other) ? group : found;
        *count += found && group && !strcmp(group, found);
    }
    return found;
}

static pt_node *fail_unknown_group(parser *p, const char *at, const char *name)
{
    const pt_expression *e = p->expression;
    pt_buf known = {0};

    for (size_t t = 0; t < e->tag_count; t++) {
        const char *group = e->tags[t].group;
        if (group && !(known.data && strstr(known.data, group))) {
            pt_buf_format(&known, "%s%s", known.size ? ", " : "", group);
        }
    }
    fail_at(p, at, "unknown group '%.60s'; known: %.700s", name, known.data ? known.data : "none");
    pt_buf_free(&known);
    return NULL;
}

static pt_node *parse_group(parser *p)
{
    const char *from = p->at, *group, *name = take_value(p, "the name of a group");
    char key[PT_TAG_KEY_BYTES];
    size_t count;
    pt_node *node;

    if (!name) {
        return NULL;
    }
    pt_tag_key(key, sizeof key, name);
    group = find_group(p->expression, key, &count);
    if (!group) {
        return fail_unknown_group(p, from, name);
    }
    node = new_node(p, PT_GROUP);
    if (node) {
        node->tag = count;
        node->text = copy_text(p, group, strlen(group));
    }
    return node && node->text ? node : NULL;
}

static pt_node *new_phrase(parser *p, const char *from, const char *text)
{
    pt_node *node;

    if (!text) {
        return NULL;
    }
    if (!text[strspn(text, " \t")]) {
        return fail_at(p, from, "nothing between the quotes");
    }
    node = new_node(p, PT_PHRASE);
    if (node) {
        node->text = text;
    }
    return node;
}

/* The value of `type:` or `is:` as it is spelt; NULL after a failure. */
static const char *find_word(parser *p, const char *from, const char *value, bool is_type)
{
    static const char *const types[] = {"new", "cross", "replace", "replace-cross"};
    static const char *const marks[] = {"unread", "read", "starred", "noted"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *word = is_type ? types[i] : marks[i];
        if (pt_same_word(value, strlen(value), word)) {
            return word;
        }
    }
    fail_at(p, from, "unknown %s '%.40s'; known: %s", is_type ? "type" : "mark", value,
            is_type ? "new, cross, replace, replace-cross" : "unread, read, starred, noted");
    return NULL;
}

/* The value after `author:` and its like. */
static pt_node *parse_field(parser *p, pt_named_field field)
{
    const char *from = p->at, *value = take_value(p, field == PT_TYPE ? "a type" : "a name");
    pt_node *node;

    if (!value) {
        return NULL;
    }
    if (!value[strspn(value, " \t")]) {
        return fail_at(p, from, "nothing between the quotes");
    }
    if (field == PT_TYPE || field == PT_IS) {
        value = find_word(p, from, value, field == PT_TYPE);
        if (!value) {
            return NULL;
        }
    }
    node = new_node(p, PT_FIELD_IS);
    if (node) {
        node->field = field;
        node->text = value;
    }
    return node;
}

static pt_node *parse_tag(parser *p)
{
    const char *from = p->at;
    const bool quoted = *from == '"';
    char *name = take_value(p, "a tag");
    papertag_error inner;
    pt_node *node;
    size_t tag;
    int status;

    if (!name) {
        return NULL;
    }
    status = pt_find_tag(p->expression->tags, p->expression->tag_count, name, &tag, &inner);
    if (status == PAPERTAG_BAD_ARGUMENT) {
        return quoted ? new_phrase(p, from, name) : fail_at(p, from, "%s", inner.message);
    }
    if (status) {
        p->status = pt_no_memory(p->err);
        return NULL;
    }
    node = new_node(p, PT_TAG);
    if (node) {
        node->tag = tag;
    }
    return node;
}

/* Whether the word at `at` is `name`, in any case, and a relation follows. */
static bool comparison_follows(const char *at, const char *name)
{
    size_t length = pt_expression_word(at);

    if (!pt_same_word(at, length, name)) {
        return false;
    }
    at += length;
    at += strspn(at, " \t\r\n");
    return *at && (strchr("<>=", *at) || (*at == '!' && at[1] == '='));
}

static pt_node *parse_primary(parser *p)
{
    const char *from = p->at;

    if (!*from) {
        return fail_at(p, from, "a tag is missing at the end");
    }
    if (*from == '(') {
        pt_node *node;
        p->at++;
        node = parse_or(p);
        skip_blanks(p);
        if (node && *p->at != ')') {
            return *p->at ? fail_at(p, p->at, "expected '&', '|' or ')', not '%.40s'", p->at)
                          : fail_at(p, from, "the bracket is not closed");
        }
        p->at += node != NULL;
        return node;
    }
    if (++p->parts > PT_EXPRESSION_PARTS) {
        return fail_at(p, from, "more than %d tags, phrases and comparisons", PT_EXPRESSION_PARTS);
    }
    for (int i = 0; i < PT_QUANTITIES; i++) {
        if (comparison_follows(from, pt_quantity_names[i])) {
            p->at += strlen(pt_quantity_names[i]);
            return parse_comparison(p, (pt_quantity)i);
        }
    }
    if (!strncmp(from, "group:", 6)) {
        p->at += 6;
        return parse_group(p);
    }
    if (!strncmp(from, "text:", 5)) {
        p->at += 5;
        return new_phrase(p, from, take_value(p, "a word to find"));
    }
    for (int i = 0; i < PT_NAMED_FIELDS; i++) {
        const size_t length = strlen(pt_named_fields[i]);
        if (!strncmp(from, pt_named_fields[i], length) && from[length] == ':') {
            p->at += length + 1;
            return parse_field(p, (pt_named_field)i);
        }
    }
    return parse_tag(p);
}

static pt_node *parse_not(parser *p)
{
    pt_node *node, *negation;

    if (++p->depth > PT_EXPRESSION_DEPTH) {
        return fail_at(p, p->at, "nested deeper than %d", PT_EXPRESSION_DEPTH);
    }
    if (take_operator(p, "!", "not")) {
        node = parse_not(p);
        negation = node ? new_node(p, PT_NOT) : NULL;
        if (negation) {
            negation->left = node;
        }
        node = negation;
    } else {
        node = parse_primary(p);
    }
    p->depth--;
    return node;
}

/* A chain of `parse`d parts with one operator between them, to the left. */
static pt_node *parse_chain(parser *p, pt_op op, const char *signs, const char *word, pt_node *(*parse)(parser *p))
{
    pt_node *left = parse(p);

    while (left && take_operator(p, signs, word)) {
        pt_node *right = parse(p);
        pt_node *node = right ? new_node(p, op) : NULL;
        if (!node) {
            return NULL;
        }
        node->left = left;
        node->right = right;
        left = node;
    }
    return left;
}

static pt_node *parse_and(parser *p)
{
    return parse_chain(p, PT_AND, "&", "and", parse_not);
}

static pt_node *parse_or(parser *p)
{
    return parse_chain(p, PT_OR, "|,", "or", parse_and);
}

/* ---- scopes: the tags that a comparison of p is about ----------------------------------------------------------- */

/* The number of TAG and GROUP nodes that are not under a `not`; collects them in out unless that is NULL. */
static size_t collect_named(const pt_node *node, const pt_node **out)
{
    size_t count;

    switch (node->op) {
    case PT_TAG:
    case PT_GROUP:
        if (out) {
            *out = node;
        }
        return 1;
    case PT_AND:
    case PT_OR:
        count = collect_named(node->left, out);
        return count + collect_named(node->right, out ? out + count : NULL);
    default:
        return 0;
    }
}

/* Sets the scope of every comparison of p; `scope` is the innermost conjunction so far that names a tag. */
static int set_scopes(parser *p, pt_node *node, const pt_node *scope, bool in_chain)
{
    int status = PAPERTAG_OK;

    if (node->op == PT_AND && !in_chain && collect_named(node, NULL)) {
        scope = node;
    }
    if (node->op == PT_COMPARE && node->quantity == PT_P && scope) {
        size_t count = collect_named(scope, NULL);
        const pt_node **list = pt_arena_array(&p->expression->arena, count, sizeof *list);
        if (!list) {
            return pt_no_memory(p->err);
        }
        collect_named(scope, list);
        node->scope = list;
        node->scope_count = count;
    }
    if (node->left) {
        status = set_scopes(p, node->left, scope, node->op == PT_AND);
    }
    if (!status && node->right) {
        status = set_scopes(p, node->right, scope, node->op == PT_AND);
    }
    return status;
}

int pt_expression_parse(pt_expression *out, const char *text, const papertag_tag_info *tags, size_t tag_count,
                        long today, papertag_error *err)
{
    pt_expression expression = {.tags = tags, .tag_count = tag_count};
    parser p = {.expression = &expression, .start = text, .at = text, .today = today, .err = err};
    pt_node *root;

    if (strlen(text) > PT_EXPRESSION_MAX) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "tag expression: longer than %d bytes", PT_EXPRESSION_MAX);
    }
    expression.root = root = parse_or(&p);
    skip_blanks(&p);
    if (root && *p.at == ')') {
        fail_at(&p, p.at, "')' without '('");
    } else if (root && *p.at) {
        fail_at(&p, p.at, "expected '&', '|' or ',' before '%.40s'; a name of several words goes in quotes", p.at);
    }
    p.status = p.status ? p.status : set_scopes(&p, root, NULL, false);
    if (p.status) {
        pt_expression_free(&expression);
        return p.status;
    }
    *out = expression;
    return PAPERTAG_OK;
}

void pt_expression_free(pt_expression *expression)
{
    pt_arena_free(&expression->arena);
    expression->root = NULL;
}
