/*
 * person - names of persons, compared.
 *
 * Sources write the same person as "Dora Doe", "D. Doe", "Doe, Dora" or "Doe D", with and without accents. What they
 * have in common is the last word of the family name and the first initials.
 */
#ifndef PT_PERSON_H
#define PT_PERSON_H

#include "base/base.h"

/* A name reduced to what all its forms have. Both are folded as pt_letters does, with a NUL, and cut if they must be.
 */
typedef struct pt_person {
    char family[48];   /* the last word of the family name: "roe" of "van der Roe"; "" without letters */
    char initials[16]; /* of the given names, first name first; "": unknown */
} pt_person;

/* Reads a name in any of its forms, which is clean text. PAPERTAG_NO_MEMORY. */
int pt_person_read(const char *name, pt_person *out);

/* Whether two names may be of one person: the family name is the same, and no known initial differs. */
bool pt_same_person(const pt_person *a, const pt_person *b);

/* Whether a name has all the words of another, in any order; an initial stands for a word that it begins. At least one
 * word is the same in full. */
int pt_name_has(const char *name, const char *words, bool *has);

#endif
