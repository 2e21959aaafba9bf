/*
 * tag_stream - papers in, tags out, in the order of the input, by several threads.
 */
#ifndef TAG_STREAM_H
#define TAG_STREAM_H

#include "tag_output.h"

/* The most threads. */
enum { TAG_JOBS_MAX = 64 };

/* Tags all papers of the input with `jobs` threads. `precision`: asked of each tag; 0: tags are assigned at their own
 * cuts. EXIT_DONE, or EXIT_FAILED after reporting why; what was wrong with the input is not part of it. */
int tag_stream(const papertag_model *model, const tag_output *output, double precision, input *in, unsigned jobs);

#endif
