/*
 * bib_parents - what an entry inherits from others of its file: by crossref, for instance a paper from its proceedings,
 * and by xdata, an entry that only holds fields for others.
 *
 * A parent may be anywhere in the file, with BibTeX even must come after its children. So the first entry that names
 * one has the whole file read once more, and what can be inherited is kept.
 */
#ifndef PT_BIB_PARENTS_H
#define PT_BIB_PARENTS_H

#include "bib_fields.h"
#include "bib_syntax.h"

struct pt_bib_parent;

/* Zero-initialise, set `source`; pt_bib_parents_free ends it. */
typedef struct pt_bib_parents {
    pt_input source; /* a view of all its bytes */
    pt_arena arena;
    struct pt_bib_parent **places; /* [place_count], a power of two, by the hashes of their keys */
    size_t place_count, count;
    bool read;
} pt_bib_parents;

/* Fills the values of an entry that are empty with those that it inherits. *missing is set when it names an entry that
 * the file does not have. PAPERTAG_NO_MEMORY. */
int pt_bib_inherit(pt_bib_parents *parents, pt_buf values[PT_BIB_FIELDS], bool *missing, papertag_error *err);

void pt_bib_parents_free(pt_bib_parents *parents);

#endif
