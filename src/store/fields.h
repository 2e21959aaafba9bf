/*
 * fields - the columns of table `papers` that hold what a reader gives, one row each.
 *
 * Inserting a paper, filling one in, reading it back, copying it into a batch and hashing it all go through this table.
 * A new field is a row here, a member of papertag_paper and a step in migrations.c that adds its column.
 */
#ifndef PT_STORE_FIELDS_H
#define PT_STORE_FIELDS_H

#include "statement.h"

/* The name is that of the column and of the member of papertag_paper. Kinds: TEXT; DATE; LIST, a JSON array; COUNT,
 * null when negative. What a later record does to the value that is there: with FIRST it fills in what is missing, with
 * LATEST it replaces it, with VERSION it makes the next version of the text, with NEVER nothing; with DAYS
 * pt_days_update decides. The hash of a record depends on the order: a new row goes to the end, and only its values are
 * mixed in. */
#define PT_PAPER_FIELDS(ROW)                                                                                           \
    ROW(title, TEXT, VERSION)                                                                                          \
    ROW(abstract, TEXT, VERSION)                                                                                       \
    ROW(source, TEXT, NEVER)                                                                                           \
    ROW(upvotes, COUNT, LATEST)                                                                                        \
    ROW(comments, COUNT, LATEST)                                                                                       \
    ROW(author_count, COUNT, FIRST)                                                                                    \
    ROW(doi, TEXT, FIRST)                                                                                              \
    ROW(date, DATE, DAYS)                                                                                              \
    ROW(organization, TEXT, FIRST)                                                                                     \
    ROW(url, TEXT, FIRST)                                                                                              \
    ROW(venue, TEXT, FIRST)                                                                                            \
    ROW(authors, LIST, FIRST)                                                                                          \
    ROW(categories, LIST, FIRST)                                                                                       \
    ROW(keywords, LIST, FIRST)                                                                                         \
    ROW(announced, DATE, DAYS)                                                                                         \
    ROW(announce_type, TEXT, DAYS)                                                                                     \
    ROW(featured, DATE, FIRST)                                                                                         \
    ROW(code_url, TEXT, FIRST)                                                                                         \
    ROW(project_url, TEXT, FIRST)                                                                                      \
    ROW(pdf_url, TEXT, FIRST)

/* The rows that were there when records were first hashed: their hash has a place for values that are missing. */
enum { PT_FIELDS_HASHED_WHOLE = 14 };

/* ---- SQL made of the table: parts of statements, for literals -------------------------------------------------- */

/* ",title,abstract,..." and ",?,?,...": for INSERT, with pt_fields_values(PT_FIELDS_ALL); the former for SELECT too. */
#define PT_FIELD_COLUMNS PT_PAPER_FIELDS(PT_FIELD_COLUMN)
#define PT_FIELD_MARKS PT_PAPER_FIELDS(PT_FIELD_MARK)

/* ",upvotes=ifnull(?,upvotes),...": for UPDATE, with pt_fields_values(PT_FIELDS_FILLED). */
#define PT_FIELD_FILLS PT_PAPER_FIELDS(PT_FIELD_FILL)

#define PT_FIELD_COLUMN(name, kind, rule) "," #name
#define PT_FIELD_MARK(name, kind, rule) ",?"
#define PT_FIELD_FILL(name, kind, rule) PT_FILL_##rule##_##kind(#name)
#define PT_FILL_FIRST_TEXT(name) "," name "=ifnull(" name ",?)"
#define PT_FILL_FIRST_DATE(name) PT_FILL_FIRST_TEXT(name)
#define PT_FILL_FIRST_COUNT(name) PT_FILL_FIRST_TEXT(name)
#define PT_FILL_FIRST_LIST(name) "," name "=CASE " name " WHEN '[]' THEN ? ELSE " name " END"
#define PT_FILL_LATEST_COUNT(name) "," name "=ifnull(?," name ")"
#define PT_FILL_VERSION_TEXT(name)
#define PT_FILL_NEVER_TEXT(name)
#define PT_FILL_DAYS_TEXT(name)
#define PT_FILL_DAYS_DATE(name)

/* ---- values ---------------------------------------------------------------------------------------------------- */

#define PT_FIELD_ONE(name, kind, rule) +1
enum { PT_PAPER_FIELD_COUNT = PT_PAPER_FIELDS(PT_FIELD_ONE) };

/* Copies a paper's fields into an arena: texts into *paper, which is a copy of it, and all as values for the store.
 * Lists are JSON in the values alone; `scratch` is working memory. PAPERTAG_NO_MEMORY. */
int pt_fields_copy(papertag_paper *paper, pt_db_value values[PT_PAPER_FIELD_COUNT], pt_arena *arena, pt_buf *scratch);

/* The value of a field, by its offset in papertag_paper. */
const pt_db_value *pt_fields_value(const pt_db_value values[PT_PAPER_FIELD_COUNT], size_t offset);

/* Mixes a record into a hash: its counts, `id`, `arxiv`, then the other fields that later records fill in or replace.
 */
uint64_t pt_fields_hash(const pt_db_value values[PT_PAPER_FIELD_COUNT], const char *id, const char *arxiv,
                        uint64_t hash);

/* Appends to out[], after the `count` values that are there, those of all fields or of those that an update fills in;
 * returns the new count. */
typedef enum pt_fields_which { PT_FIELDS_ALL, PT_FIELDS_FILLED } pt_fields_which;
size_t pt_fields_values(const pt_db_value values[PT_PAPER_FIELD_COUNT], pt_fields_which which, pt_db_value *out,
                        size_t count);

/* The source that gave the counts, for papers.counted_by: that of the record, or NULL when it has none. */
pt_db_value pt_fields_counted_by(const pt_db_value values[PT_PAPER_FIELD_COUNT], const char *source);

/* Gives the fields that a later record replaces the values that are there, where there are any: for an earlier one. */
void pt_fields_keep_latest(pt_db_value values[PT_PAPER_FIELD_COUNT], const pt_db_value there[PT_PAPER_FIELD_COUNT]);

/* Reads the fields back from a row whose columns from `column` on are PT_FIELD_COLUMNS. */
void pt_fields_read(pt_db_row *row, int column, pt_arena *arena, papertag_paper *out);

#endif
