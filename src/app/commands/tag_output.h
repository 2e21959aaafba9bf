/*
 * tag_output - how a paper and its tags are written: as text, as JSON, or as the record that came in, with tags.
 */
#ifndef TAG_OUTPUT_H
#define TAG_OUTPUT_H

#include "../app.h"

/* What is listed of each paper, and how. */
typedef struct tag_output {
    bool json, all; /* --json, --all */
    bool keep;      /* --keep: pass on the fields that came in */
    size_t top;     /* --top: tags listed of a paper, at most */
    double min_p;   /* --min-p */
    const papertag_model *model;
    style style;
    unsigned cell; /* columns of one tag with its p */
} tag_output;

/* A paper to be written. */
typedef struct tag_paper {
    const char *id, *title, *abstract;
    const char *object; /* with `keep`: the JSON object that came in, or one of the fields that were read */
    size_t object_length;
    const papertag_score *scores; /* score_count */
    size_t score_count;           /* T, or with tag_output_needs_all false the number of assigned tags */
} tag_paper;

/* What is to be said of the papers in the end. */
typedef struct tag_remarks {
    bool relabelled; /* tags that came in, and not from here, gave way */
    bool replaced;   /* so did bytes that are not UTF-8 */
} tag_remarks;

/* Whether the scores of all tags are needed, or those of the assigned ones are enough. */
bool tag_output_needs_all(const tag_output *o);

/* Adds a paper to `out`, and what there is to say to *remarks. */
void tag_output_paper(const tag_output *o, text *out, const tag_paper *paper, tag_remarks *remarks);

/* Adds the fields that were read, as a JSON object without tags. */
void tag_output_fields(text *out, const papertag_paper *paper);

/* Adds the line that takes the place of a broken record. `file`: where it is, when there are several; else NULL. */
void tag_output_error(text *out, const papertag_error *err, const char *file);

#endif
