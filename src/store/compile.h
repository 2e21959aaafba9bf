/*
 * compile - SQL statements under construction, and tag expressions as conditions in them.
 */
#ifndef PT_STORE_COMPILE_H
#define PT_STORE_COMPILE_H

#include "statement.h"
#include "tags/tags.h"

/* A statement under construction. Zero-initialise; pt_sql_free ends it. */
typedef struct pt_sql {
    pt_buf text;         /* fails for values, too */
    pt_db_value *values; /* [count]; number i is bound to ?i+1 */
    size_t count, capacity;
    pt_arena arena;              /* of texts made for it */
    int64_t first_key, last_key; /* papers outside need not be found; last_key 0: there are no bounds */
} pt_sql;

/* Append ?N and keep the value for it. */
void pt_sql_integer(pt_sql *sql, int64_t value);
void pt_sql_real(pt_sql *sql, double value);
void pt_sql_text(pt_sql *sql, const char *value); /* borrowed until the statement has run */
/* For `last day of a date <= ?N`. Every month is taken to have 31 days there: so is this one, if the day is its last.
 */
void pt_sql_last_day(pt_sql *sql, long day);
void pt_sql_free(pt_sql *sql);

/* Appends to a search of the text index that only papers within the statement's bounds are wanted. */
void pt_sql_keys(pt_sql *sql);

/* Appends ` AND ...` that a paper, by its key, an expression, was not delivered to a subscriber (borrowed until the
 * statement has run), and does not count as such either: see PT_IS_COUNTED. */
void pt_sql_undelivered(pt_sql *sql, const char *subscriber, const char *key);

/* What a statement calls the columns of a paper. */
typedef struct pt_columns {
    const char *key, *day, *upvotes, *comments;
} pt_columns;

/* Appends a condition, true for papers that match. keys[t] is the store's key of tag t. It reads the tables `tags`,
 * `tagged` and `search`: see migrations.c. */
void pt_sql_condition(pt_sql *sql, const pt_expression *expression, const int64_t *keys, const pt_columns *columns);

#endif
