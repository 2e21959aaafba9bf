/*
 * expression - tag expressions: parsing, printing, and which tags they are about.
 *
 *     expression  := conjunction ( ('|' | ',' | "or") conjunction )*
 *     conjunction := negation ( ('&' | "and") negation )*
 *     negation    := ('!' | "not") negation | primary
 *     primary     := '(' expression ')' | quantity relation value | "group:" name | "text:" words
 *                    | field ':' value | '#'? tag | '"' name '"'
 *     quantity    := "p" | "upvotes" | "comments" | "date" | "announced" | "featured"
 *     field       := "author" | "category" | "source" | "type" | "is" | "organization"
 *     relation    := ">=" | ">" | "<=" | "<" | "=" | "!="
 *
 * A tag is given by its slug, name or alias. Quoted words are a tag when they name one, else a phrase to find in title
 * or abstract. `p` is the highest probability among the paper's tags that are named (not under a `not`) in the
 * innermost conjunction around it that names any; among all the paper's tags when none does.
 *
 * A date that is no more than a month or a year satisfies a comparison when all its days do; a missing one satisfies
 * none but `!=`. `type` is that of the last announcement: new, cross, replace or replace-cross. `is` takes what a
 * person marked: unread, read, starred or noted.
 */
#ifndef PT_EXPRESSION_H
#define PT_EXPRESSION_H

#include "base/base.h"

/* Limits: bytes of an expression, depth of brackets and negations, number of tags, phrases and comparisons. */
enum { PT_EXPRESSION_MAX = 65536, PT_EXPRESSION_DEPTH = 512, PT_EXPRESSION_PARTS = 256 };

typedef enum pt_op { PT_AND, PT_OR, PT_NOT, PT_TAG, PT_GROUP, PT_PHRASE, PT_FIELD_IS, PT_COMPARE } pt_op;
typedef enum pt_quantity { PT_P, PT_UPVOTES, PT_COMMENTS, PT_DATE, PT_ANNOUNCED, PT_FEATURED } pt_quantity;
typedef enum pt_named_field { PT_AUTHOR, PT_CATEGORY, PT_SOURCE, PT_TYPE, PT_IS, PT_ORGANIZATION } pt_named_field;
enum { PT_QUANTITIES = 6, PT_NAMED_FIELDS = 6 };
typedef enum pt_relation { PT_GE, PT_GT, PT_LE, PT_LT, PT_EQ, PT_NE } pt_relation;

typedef struct pt_node {
    pt_op op;
    struct pt_node *left;  /* AND, OR, NOT */
    struct pt_node *right; /* AND, OR */
    size_t tag;            /* TAG: its number; GROUP: how many tags it has */
    const char *text;      /* GROUP, PHRASE, FIELD_IS */
    pt_named_field field;  /* FIELD_IS */
    pt_quantity quantity;  /* COMPARE, as all that follow */
    pt_relation relation;
    double number;                /* of p, upvotes, comments */
    long first, last;             /* of dates: the days that the value means */
    const struct pt_node **scope; /* of p: [scope_count], the TAG and GROUP nodes it is about; NULL: every tag */
    size_t scope_count;
} pt_node;

typedef struct pt_expression {
    pt_arena arena; /* of the nodes */
    const pt_node *root;
    const papertag_tag_info *tags; /* [tag_count], borrowed */
    size_t tag_count;
} pt_expression;

/* As expressions spell them. */
extern const char *const pt_quantity_names[PT_QUANTITIES], *const pt_relation_signs[6];
extern const char *const pt_named_fields[PT_NAMED_FIELDS];

/* Bytes of the bare word at `at`: it ends at a blank or a sign of the grammar. */
size_t pt_expression_word(const char *at);

/* Parses an expression about T tags; relative dates count from `today`. PAPERTAG_BAD_ARGUMENT names the column (in
 * characters, from 1): "tag expression, column 3: unknown tag 'quantisation'; nearest: quantization". */
int pt_expression_parse(pt_expression *out, const char *text, const papertag_tag_info *tags, size_t tag_count,
                        long today, papertag_error *err);
void pt_expression_free(pt_expression *expression);

/* Appends the expression in its plain form: slugs, `&`, `|`, `!`, and no more brackets than it needs. The plain form
 * parses to the same expression. */
void pt_expression_print(const pt_expression *expression, pt_buf *out);

/* Appends it in words, for a title: names of tags, "and", "or", "not"; what is said twice in a row of them, once. */
void pt_expression_describe(const pt_expression *expression, pt_buf *out);

/* Sets in needed[0 .. tag_count) tags of which every match has at least one, as few as the form shows; returns how
 * many. 0 when a paper without any tag may match. */
size_t pt_expression_needs(const pt_expression *expression, bool *needed);

/* Sets in named[0 .. tag_count) the tags that the expression names, other than under a `not`; returns how many. */
size_t pt_expression_tags(const pt_expression *expression, bool *named);

/* Whether it asks for one of several tags and for nothing else: those that it needs. */
bool pt_expression_is_tags(const pt_expression *expression);

/* Whether it asks for anything that stands in the paper's own row. */
bool pt_expression_reads_paper(const pt_expression *expression);

/* Whether it asks for words of the papers' texts. */
bool pt_expression_has_phrases(const pt_expression *expression);

#endif
