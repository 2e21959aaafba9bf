/*
 * query - tag expressions: parse, print, compile to SQL.
 *
 *     expression := conjunction ( ('|' | ',' | "or") conjunction )*
 *     conjunction := negation ( ('&' | "and") negation )*
 *     negation := ('!' | "not") negation | primary
 *     primary := '(' expression ')' | field relation value | "group:" name | "text:" words | '#'? tag | '"' name '"'
 *     field := "p" | "upvotes" | "comments" | "date"          relation := ">=" | ">" | "<=" | "<" | "=" | "!="
 *
 * A tag is meant by its slug, name or an alias. What stands in double quotes is a tag when it names one, else a phrase
 * to be found in title or abstract. `p` is the highest probability among the paper's tags that are named (not under a
 * `not`) in the innermost conjunction around it that names any; among all its tags when none does.
 */
#ifndef PT_QUERY_H
#define PT_QUERY_H

#include "base/base.h"

/* Bytes of an expression, brackets and negations within each other, tags and comparisons. */
enum { PT_QUERY_MAX = 4096, PT_QUERY_DEPTH = 64, PT_QUERY_PARTS = 256 };

typedef enum pt_op { PT_AND, PT_OR, PT_NOT, PT_TAG, PT_GROUP, PT_PHRASE, PT_COMPARE } pt_op;
typedef enum pt_field { PT_P, PT_UPVOTES, PT_COMMENTS, PT_DATE } pt_field;
typedef enum pt_relation { PT_GE, PT_GT, PT_LE, PT_LT, PT_EQ, PT_NE } pt_relation;

typedef struct pt_node {
    pt_op op;
    const struct pt_node *left, *right; /* of AND, OR; NOT has left alone */
    size_t tag;                         /* TAG: its number */
    const char *text;                   /* GROUP, PHRASE */
    pt_field field;                     /* COMPARE */
    pt_relation relation;
    double number;                /* p, upvotes, comments */
    long first, last;             /* date: the days that the value means */
    const struct pt_node **scope; /* COMPARE of p: the TAG and GROUP nodes it is about; NULL: every tag */
    size_t scoped;
} pt_node;

/* An expression; its nodes live in the arena. `tags` is borrowed. */
typedef struct pt_query {
    pt_arena arena;
    const pt_node *root;
    const papertag_tag_info *tags;
    size_t tag_count;
} pt_query;

/* Parses an expression about the T tags given; relative dates count from `today`. PAPERTAG_BAD_ARGUMENT names the
 * column (in characters, from 1): "tag expression, column 3: unknown tag 'quantisation'; nearest: quantization". */
int pt_query_parse(pt_query *out, const char *expression, const papertag_tag_info *tags, size_t tag_count, long today,
                   papertag_error *err);
void pt_query_free(pt_query *query);

/* Appends the expression in its plain form: slugs, `&`, `|`, `!`, no brackets that are not needed. It parses to the
 * same. */
void pt_query_print(const pt_query *query, pt_buf *out);

/* ---- SQL ------------------------------------------------------------------------------------------------------- */

typedef struct pt_parameter {
    enum { PT_INTEGER, PT_REAL, PT_TEXT } type;
    int64_t integer;
    double real;
    const char *text; /* borrowed from whoever gave it */
} pt_parameter;

/* A statement under construction. Zero-initialise. Parameter i (from 0) is bound to ?i+1. */
typedef struct pt_sql {
    pt_buf text;
    pt_parameter *parameters;
    size_t count, capacity;
} pt_sql;

void pt_sql_integer(pt_sql *sql, int64_t value); /* appends ?N and keeps the value for it */
void pt_sql_real(pt_sql *sql, double value);
void pt_sql_text(pt_sql *sql, const char *value);
void pt_sql_free(pt_sql *sql);

/* The names under which a statement has the paper at hand. */
typedef struct pt_columns {
    const char *key, *day, *upvotes, *comments;
} pt_columns;

/* Appends a condition, true for papers that match. keys[i] is the store's key of tag i. The scheme it is about: see
 * store.c, tables `tagged` and `search`. */
void pt_query_compile(const pt_query *query, const int64_t *keys, const pt_columns *columns, pt_sql *sql);

/* Tags of which every match has at least one, as few as can be told from the form: sets them in needed[0 .. tag_count)
 * and returns how many; 0 when a match may be without any tag. */
size_t pt_query_needs(const pt_query *query, bool *needed);

/* Sets in named[0 .. tag_count) the tags that the expression names (not under a `not`); returns how many. */
size_t pt_query_named(const pt_query *query, bool *named);

/* True when the condition looks at upvotes or comments. */
bool pt_query_counts(const pt_query *query);

#endif
