/*
 * query - see query.h. A recursive-descent parser over a string of at most PT_QUERY_MAX bytes; nodes go into an arena.
 *
 * What a person typed never becomes part of SQL: tags become their keys, all other values parameters.
 */
#include "expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "tags.h"

/* ---- parsing --------------------------------------------------------------------------------------------------- */

typedef struct parser {
    pt_query *query;
    const char *start, *at;
    long today;
    unsigned depth, parts;
    papertag_error *err;
    int status;
} parser;

static const char *const field_names[] = {"p", "upvotes", "comments", "date"};
static const char *const relation_names[] = {">=", ">", "<=", "<", "=", "!="};

static const pt_node *fail_at(parser *p, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static const pt_node *fail_at(parser *p, const char *at, const char *format, ...)
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
    pt_node *node = pt_arena_alloc(&p->query->arena, sizeof *node);

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

/* Bytes of the bare word at the cursor: what is neither blank nor a mark of the grammar. */
static size_t word_length(const char *at)
{
    return strcspn(at, " \t\r\n()|&,!\"<>=");
}

/* Takes a sign, or the word that stands for it, whatever its case. */
static bool take(parser *p, const char *signs, const char *word)
{
    size_t length;

    skip_blanks(p);
    length = word_length(p->at);
    if (*p->at && strchr(signs, *p->at)) {
        p->at += 1 + (p->at[1] == *p->at && (*p->at == '&' || *p->at == '|'));
        return true;
    }
    if (length == strlen(word)) {
        for (size_t i = 0; i < length; i++) {
            if (tolower((unsigned char)p->at[i]) != word[i]) {
                return false;
            }
        }
        p->at += length;
        return true;
    }
    return false;
}

static const pt_node *parse_or(parser *p);

/* Puts value[0 .. length) into the arena. */
static char *keep(parser *p, const char *value, size_t length)
{
    char *copy = pt_arena_copy(&p->query->arena, value, length);
    if (!copy) {
        p->status = pt_no_memory(p->err);
    }
    return copy;
}

/* A word, or what stands in double quotes; NULL after a failure. */
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
        return keep(p, from + 1, (size_t)(close - from - 1));
    }
    length = word_length(from);
    if (!length) {
        fail_at(p, from, "%s is missing", wanted);
        return NULL;
    }
    p->at += length;
    return keep(p, from, length);
}

static const pt_node *parse_comparison(parser *p, pt_field field)
{
    pt_node *node = new_node(p, PT_COMPARE);
    const char *from, *end;
    char *value;

    skip_blanks(p);
    if (!node) {
        return NULL;
    }
    node->field = field;
    if (p->at[0] == '=' && p->at[1] == '=') {
        p->at++;
    }
    for (int i = 0; i < 6; i++) {
        size_t size = strlen(relation_names[i]);
        if (!strncmp(p->at, relation_names[i], size)) {
            node->relation = (pt_relation)i;
            p->at += size;
            break;
        }
    }
    skip_blanks(p);
    from = p->at;
    value = take_value(p, field == PT_DATE ? "a day" : "a number");
    if (!value) {
        return NULL;
    }
    if (field == PT_DATE) {
        papertag_error inner;
        return pt_day_range(value, p->today, &node->first, &node->last, &inner) ? fail_at(p, from, "%s", inner.message)
                                                                                : node;
    }
    node->number = pt_parse_double(value, &end);
    if (end == value || *end || !isfinite(node->number)) {
        return fail_at(p, from, "'%.40s' is not a number", value);
    }
    if (field == PT_P && !(node->number >= 0 && node->number <= 1)) {
        return fail_at(p, from, "p is a probability, from 0 to 1");
    }
    return node;
}

static const pt_node *parse_group(parser *p)
{
    const char *from = p->at;
    char *name = take_value(p, "the name of a group"), key[64], other[64];
    pt_buf known = {0};
    const char *last = NULL;
    pt_node *node;

    if (!name) {
        return NULL;
    }
    pt_tag_key(key, sizeof key, name);
    for (size_t t = 0; t < p->query->tag_count; t++) {
        const char *group = p->query->tags[t].group;
        if (!group) {
            continue;
        }
        pt_tag_key(other, sizeof other, group);
        if (!strcmp(key, other)) {
            pt_buf_free(&known);
            node = new_node(p, PT_GROUP);
            if (node) {
                node->text = keep(p, group, strlen(group));
            }
            return node && node->text ? node : NULL;
        }
        if ((!last || strcmp(last, group) != 0) && (!known.data || !strstr(known.data, group))) {
            pt_buf_format(&known, "%s%s", known.size ? ", " : "", group);
        }
        last = group;
    }
    fail_at(p, from, "unknown group '%.60s'; known: %.700s", name, known.data ? known.data : "none");
    pt_buf_free(&known);
    return NULL;
}

static const pt_node *phrase(parser *p, const char *from, const char *text)
{
    pt_node *node;

    if (!text) {
        return NULL;
    }
    if (!text[strspn(text, " \t")]) {
        return fail_at(p, from, "there is nothing between the quotes");
    }
    node = new_node(p, PT_PHRASE);
    if (node) {
        node->text = text;
    }
    return node;
}

static const pt_node *parse_tag(parser *p)
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
    status = pt_tags_find(p->query->tags, p->query->tag_count, name, &tag, &inner);
    if (status == PAPERTAG_BAD_ARGUMENT) {
        return quoted ? phrase(p, from, name) : fail_at(p, from, "%s", inner.message);
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

/* Whether the word at the cursor is `name`, any case, and a relation follows. */
static bool field_follows(const char *at, const char *name)
{
    size_t length = word_length(at);

    if (length != strlen(name)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (tolower((unsigned char)at[i]) != name[i]) {
            return false;
        }
    }
    at += length;
    at += strspn(at, " \t\r\n");
    return *at && (strchr("<>=", *at) || (*at == '!' && at[1] == '='));
}

static const pt_node *parse_primary(parser *p)
{
    const char *from = p->at;

    if (!*from) {
        return fail_at(p, from, "the expression ends where a tag should stand");
    }
    if (++p->parts > PT_QUERY_PARTS) {
        return fail_at(p, from, "more than %d parts", PT_QUERY_PARTS);
    }
    if (*from == '(') {
        const pt_node *node;
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
    for (int i = 0; i < 4; i++) {
        if (field_follows(from, field_names[i])) {
            p->at += strlen(field_names[i]);
            return parse_comparison(p, (pt_field)i);
        }
    }
    if (!strncmp(from, "group:", 6)) {
        p->at += 6;
        return parse_group(p);
    }
    if (!strncmp(from, "text:", 5)) {
        p->at += 5;
        return phrase(p, from, take_value(p, "a word to look for"));
    }
    return parse_tag(p);
}

static const pt_node *parse_not(parser *p)
{
    const pt_node *node;
    pt_node *negation;

    if (++p->depth > PT_QUERY_DEPTH) {
        return fail_at(p, p->at, "nested deeper than %d", PT_QUERY_DEPTH);
    }
    if (take(p, "!", "not")) {
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
static const pt_node *parse_chain(parser *p, pt_op op, const char *signs, const char *word,
                                  const pt_node *(*parse)(parser *p))
{
    const pt_node *left = parse(p);

    while (left && take(p, signs, word)) {
        const pt_node *right = parse(p);
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

static const pt_node *parse_and(parser *p)
{
    return parse_chain(p, PT_AND, "&", "and", parse_not);
}

static const pt_node *parse_or(parser *p)
{
    return parse_chain(p, PT_OR, "|,", "or", parse_and);
}

/* ---- what p is about ------------------------------------------------------------------------------------------- */

/* Collects the TAG and GROUP nodes below that are not under a `not`; returns how many. */
static size_t named(const pt_node *node, const pt_node **out)
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
        count = named(node->left, out);
        return count + named(node->right, out ? out + count : NULL);
    default:
        return 0;
    }
}

/* Gives every comparison of p its scope: `scope` is the innermost conjunction so far that names a tag. */
static int set_scopes(parser *p, const pt_node *node, const pt_node *scope, bool in_chain)
{
    int status = PAPERTAG_OK;

    if (node->op == PT_AND && !in_chain && named(node, NULL)) {
        scope = node;
    }
    if (node->op == PT_COMPARE && node->field == PT_P && scope) {
        size_t count = named(scope, NULL);
        const pt_node **list = pt_arena_alloc(&p->query->arena, count * sizeof *list);
        if (!list) {
            return pt_no_memory(p->err);
        }
        named(scope, list);
        ((pt_node *)node)->scope = list;
        ((pt_node *)node)->scoped = count;
    }
    if (node->left) {
        status = set_scopes(p, node->left, scope, node->op == PT_AND);
    }
    if (!status && node->right) {
        status = set_scopes(p, node->right, scope, node->op == PT_AND);
    }
    return status;
}

int pt_query_parse(pt_query *out, const char *expression, const papertag_tag_info *tags, size_t tag_count, long today,
                   papertag_error *err)
{
    pt_query query = {.tags = tags, .tag_count = tag_count};
    parser p = {.query = &query, .start = expression, .at = expression, .today = today, .err = err};

    if (strlen(expression) > PT_QUERY_MAX) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "tag expression: longer than %d bytes", PT_QUERY_MAX);
    }
    query.root = parse_or(&p);
    skip_blanks(&p);
    if (query.root && *p.at) {
        query.root = *p.at == ')' ? fail_at(&p, p.at, "')' without '('")
                                  : fail_at(&p, p.at,
                                            "expected '&', '|' or ',' before '%.40s'; a name of several words "
                                            "goes in quotes",
                                            p.at);
    }
    if (query.root) {
        p.status = set_scopes(&p, query.root, NULL, false);
    }
    if (p.status) {
        pt_query_free(&query);
        return p.status;
    }
    *out = query;
    return PAPERTAG_OK;
}

void pt_query_free(pt_query *query)
{
    pt_arena_free(&query->arena);
    query->root = NULL;
}

/* ---- printing -------------------------------------------------------------------------------------------------- */

static void print_node(const pt_query *query, const pt_node *node, pt_buf *out, pt_op around)
{
    const bool bracket = (node->op == PT_OR && around != PT_OR) || (node->op == PT_AND && around == PT_NOT);
    char number[40], day[11];

    pt_buf_text(out, bracket ? "(" : "");
    switch (node->op) {
    case PT_AND:
    case PT_OR:
        print_node(query, node->left, out, node->op);
        pt_buf_text(out, node->op == PT_AND ? " & " : " | ");
        print_node(query, node->right, out, node->op);
        break;
    case PT_NOT:
        pt_buf_text(out, "!");
        print_node(query, node->left, out, PT_NOT);
        break;
    case PT_TAG:
        pt_buf_text(out, query->tags[node->tag].tag);
        break;
    case PT_GROUP:
        pt_buf_format(out, strcspn(node->text, " ") < strlen(node->text) ? "group:\"%s\"" : "group:%s", node->text);
        break;
    case PT_PHRASE:
        pt_buf_format(out, "text:\"%s\"", node->text);
        break;
    case PT_COMPARE:
        pt_buf_format(out, "%s%s", field_names[node->field], relation_names[node->relation]);
        if (node->field != PT_DATE) {
            pt_format_double(number, node->number, 15);
            pt_buf_text(out, number);
            break;
        }
        pt_day_text(node->first, day);
        day[node->first == node->last ? 10 : node->last - node->first < 31 ? 7 : 4] = '\0';
        pt_buf_text(out, day);
        break;
    }
    pt_buf_text(out, bracket ? ")" : "");
}

void pt_query_print(const pt_query *query, pt_buf *out)
{
    print_node(query, query->root, out, PT_OR);
}

/* ---- SQL ------------------------------------------------------------------------------------------------------- */

static void add_parameter(pt_sql *sql, pt_parameter parameter)
{
    if (pt_reserve(&sql->parameters, &sql->capacity, sql->count + 1, sizeof *sql->parameters)) {
        sql->text.failed = true;
        return;
    }
    sql->parameters[sql->count++] = parameter;
    pt_buf_format(&sql->text, "?%zu", sql->count);
}

void pt_sql_integer(pt_sql *sql, int64_t value)
{
    add_parameter(sql, (pt_parameter){.type = PT_INTEGER, .integer = value});
}

void pt_sql_real(pt_sql *sql, double value)
{
    add_parameter(sql, (pt_parameter){.type = PT_REAL, .real = value});
}

void pt_sql_text(pt_sql *sql, const char *value)
{
    add_parameter(sql, (pt_parameter){.type = PT_TEXT, .text = value});
}

void pt_sql_free(pt_sql *sql)
{
    pt_buf_free(&sql->text);
    free(sql->parameters);
    *sql = (pt_sql){0};
}

static bool in_group(const pt_query *query, size_t tag, const char *group)
{
    return query->tags[tag].group && !strcmp(query->tags[tag].group, group);
}

/* A subquery that gives the keys of the tags that TAG and GROUP nodes mean. */
static void put_keys(const int64_t *keys, const pt_node *const *nodes, size_t count, pt_sql *sql)
{
    for (size_t i = 0; i < count; i++) {
        pt_buf_text(&sql->text, i ? " UNION ALL SELECT " : "SELECT ");
        if (nodes[i]->op == PT_TAG) {
            pt_sql_integer(sql, keys[nodes[i]->tag]);
        } else {
            pt_buf_text(&sql->text, "key FROM tags WHERE grp=");
            pt_sql_text(sql, nodes[i]->text);
        }
    }
}

/* A phrase for FTS5: in its quotes, those within doubled. Lives in the query's arena. */
static const char *match_phrase(const pt_query *query, const char *text)
{
    char *out = pt_arena_alloc((pt_arena *)&query->arena, strlen(text) + 3);

    if (out) {
        snprintf(out, strlen(text) + 3, "\"%s\"", text);
    }
    return out;
}

static void compile_comparison(const int64_t *keys, const pt_columns *columns, const pt_node *node, pt_sql *sql)
{
    const char *relation = relation_names[node->relation];

    switch (node->field) {
    case PT_P:
        pt_buf_text(&sql->text, "ifnull((SELECT max(p) FROM tagged WHERE tag IN (");
        put_keys(keys, node->scope, node->scoped, sql);
        pt_buf_format(&sql->text, "%s) AND day=%s AND paper=%s),0)%s", node->scope ? "" : "SELECT key FROM tags",
                      columns->day, columns->key, relation);
        pt_sql_real(sql, node->number);
        break;
    case PT_UPVOTES:
    case PT_COMMENTS:
        pt_buf_format(&sql->text, "ifnull(%s,0)%s", node->field == PT_UPVOTES ? columns->upvotes : columns->comments,
                      relation);
        pt_sql_real(sql, node->number);
        break;
    case PT_DATE:
        if (node->relation == PT_EQ || node->relation == PT_NE) {
            pt_buf_format(&sql->text, "%s%s BETWEEN ", columns->day, node->relation == PT_NE ? " NOT" : "");
            pt_sql_integer(sql, node->first);
            pt_buf_text(&sql->text, " AND ");
            pt_sql_integer(sql, node->last);
        } else {
            pt_buf_format(&sql->text, "%s%s", columns->day, relation);
            pt_sql_integer(sql, node->relation == PT_GE || node->relation == PT_LT ? node->first : node->last);
        }
        break;
    }
}

static void compile_node(const pt_query *query, const int64_t *keys, const pt_columns *columns, const pt_node *node,
                         pt_sql *sql)
{
    pt_buf_text(&sql->text, "(");
    switch (node->op) {
    case PT_AND:
    case PT_OR:
        compile_node(query, keys, columns, node->left, sql);
        pt_buf_text(&sql->text, node->op == PT_AND ? " AND " : " OR ");
        compile_node(query, keys, columns, node->right, sql);
        break;
    case PT_NOT:
        pt_buf_text(&sql->text, "NOT ");
        compile_node(query, keys, columns, node->left, sql);
        break;
    case PT_TAG:
    case PT_GROUP:
        pt_buf_text(&sql->text, "EXISTS(SELECT 1 FROM tagged WHERE tag IN (");
        put_keys(keys, &node, 1, sql);
        pt_buf_format(&sql->text, ") AND day=%s AND paper=%s)", columns->day, columns->key);
        break;
    case PT_PHRASE:
        pt_buf_format(&sql->text, "%s IN (SELECT rowid FROM search WHERE search MATCH ", columns->key);
        pt_sql_text(sql, match_phrase(query, node->text));
        sql->text.failed = sql->text.failed || !sql->parameters[sql->count - 1].text;
        pt_buf_text(&sql->text, ")");
        break;
    case PT_COMPARE:
        compile_comparison(keys, columns, node, sql);
        break;
    }
    pt_buf_text(&sql->text, ")");
}

void pt_query_compile(const pt_query *query, const int64_t *keys, const pt_columns *columns, pt_sql *sql)
{
    compile_node(query, keys, columns, query->root, sql);
}

static bool means(const pt_query *query, const pt_node *node, size_t tag)
{
    return node->op == PT_TAG ? tag == node->tag : in_group(query, tag, node->text);
}

/* Of how many tags a paper needs one for the node to hold; 0 when it may be without. */
static size_t need_count(const pt_query *query, const pt_node *node)
{
    size_t count = 0, left, right;

    switch (node->op) {
    case PT_TAG:
    case PT_GROUP:
        for (size_t t = 0; t < query->tag_count; t++) {
            count += means(query, node, t);
        }
        return count;
    case PT_AND: /* either side will do: the one that leaves fewer tags */
        left = need_count(query, node->left);
        right = need_count(query, node->right);
        return left && (!right || left <= right) ? left : right;
    case PT_OR:
        left = need_count(query, node->left);
        right = need_count(query, node->right);
        return left && right ? left + right : 0;
    default:
        return 0;
    }
}

static void mark_needed(const pt_query *query, const pt_node *node, bool *needed)
{
    size_t left, right;

    if (node->op == PT_TAG || node->op == PT_GROUP) {
        for (size_t t = 0; t < query->tag_count; t++) {
            needed[t] = needed[t] || means(query, node, t);
        }
        return;
    }
    left = need_count(query, node->left);
    right = need_count(query, node->right);
    if (node->op == PT_OR || (left && (!right || left <= right))) {
        mark_needed(query, node->left, needed);
    }
    if (node->op == PT_OR || !left || (right && right < left)) {
        mark_needed(query, node->right, needed);
    }
}

size_t pt_query_needs(const pt_query *query, bool *needed)
{
    size_t count = need_count(query, query->root);

    if (count) {
        mark_needed(query, query->root, needed);
    }
    return count;
}

static void mark_named(const pt_query *query, const pt_node *node, bool *named)
{
    switch (node->op) {
    case PT_TAG:
    case PT_GROUP:
        for (size_t t = 0; t < query->tag_count; t++) {
            named[t] = named[t] || means(query, node, t);
        }
        break;
    case PT_AND:
    case PT_OR:
        mark_named(query, node->left, named);
        mark_named(query, node->right, named);
        break;
    default:
        break;
    }
}

size_t pt_query_named(const pt_query *query, bool *named)
{
    size_t count = 0;

    mark_named(query, query->root, named);
    for (size_t t = 0; t < query->tag_count; t++) {
        count += named[t];
    }
    return count;
}

static bool counts(const pt_node *node)
{
    return (node->op == PT_COMPARE && (node->field == PT_UPVOTES || node->field == PT_COMMENTS)) ||
           (node->left && counts(node->left)) || (node->right && counts(node->right));
}

bool pt_query_counts(const pt_query *query)
{
    return counts(query->root);
}
