/*
 * remarks - what a reader reports about a source as a whole, each sentence once: fields that were not used, a guess.
 */
#ifndef PT_REMARKS_H
#define PT_REMARKS_H

#include "base/base.h"

/* More names of unused fields, or more sentences, are not kept. */
enum { PT_UNUSED_MAX = 64, PT_REMARKS_MAX = 64 };

/* Zero-initialise; pt_remarks_free ends it. */
typedef struct pt_remarks {
    pt_arena arena;
    const char *sentences[PT_REMARKS_MAX + 1]; /* [count]; one more for the unused names */
    const char *unused[PT_UNUSED_MAX];         /* [unused_count] names, in the order in which they were found */
    size_t count, unused_count;
    bool more_unused; /* there were more than PT_UNUSED_MAX */
    bool finished;    /* the unused names are among the sentences */
} pt_remarks;

/* Records a sentence, printf-style, unless it has been recorded. PAPERTAG_NO_MEMORY. */
int pt_reader_remark(struct papertag_reader *reader, papertag_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Remarks on a text that is no date (`date` is NULL), or that gave no more than a year. `name` is that of its field or
 * column. */
int pt_reader_remark_date(struct papertag_reader *reader, const char *name, const char *text, size_t length,
                          const char *date, papertag_error *err);

/* Notes a field or column that was not used, once by name. Only one that has a value is worth it. PAPERTAG_NO_MEMORY.
 */
int pt_reader_unused(struct papertag_reader *reader, const char *name, size_t length, papertag_error *err);

/* At the end of the source: makes one sentence of the unused names. PAPERTAG_NO_MEMORY. */
int pt_remarks_finish(pt_remarks *remarks, papertag_error *err);

void pt_remarks_free(pt_remarks *remarks);

#endif
