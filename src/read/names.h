/*
 * names - the authors of a paper, in the forms in which sources write them.
 *
 * A name in a record is "Dora Doe", first name first. Sources write "Doe, Dora", "Doe, Bo, Jr", "Doe D" or
 * "Dora Doe (Some University)", with TeX or markup in them, alone or many in one string. Organisations are authors too:
 * theirs, and names of which it is not known where the last name begins, stay as they are.
 */
#ifndef PT_NAMES_H
#define PT_NAMES_H

#include "paper.h"

/* Appends one person, in any of these forms, to the authors. "et al." and "others" are nobody. PAPERTAG_NO_MEMORY. */
int pt_record_author(pt_record *record, const char *text, size_t length, papertag_error *err);

/* Appends an item of a list of names, which stays as it is, but for "Doe, Dora". PAPERTAG_NO_MEMORY. */
int pt_record_listed_author(pt_record *record, const char *text, size_t length, papertag_error *err);

/* Appends the persons of a list in one string: "A and B", "A; B", "A, B, and C", "Doe, D., Roe, R.", "['A', 'B']".
 * One "Doe, Dora" is one person. PAPERTAG_NO_MEMORY. */
int pt_record_authors(pt_record *record, const char *text, size_t length, papertag_error *err);

/* The same for a list whose names have the first name first, as arXiv writes them: commas only separate. */
int pt_record_ordered_authors(pt_record *record, const char *text, size_t length, papertag_error *err);

/* The same for names that are separated by "and" or ';' only, as in BibTeX and by most exporters: a comma is one within
 * a name. */
int pt_record_anded_authors(pt_record *record, const char *text, size_t length, papertag_error *err);

/* Appends a person whose parts are known; each may be empty, with TeX or markup. The particle of a last name is part of
 * it. PAPERTAG_NO_MEMORY. */
int pt_record_person(pt_record *record, const char *first, const char *last, const char *suffix, papertag_error *err);

#endif
