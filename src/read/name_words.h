/*
 * name_words - what the words in a name, or between the commas of a list of names, can be.
 */
#ifndef PT_NAME_WORDS_H
#define PT_NAME_WORDS_H

#include "base/base.h"
#include "slice.h"

/* "Jr", "III": they follow the last name. */
bool pt_is_name_suffix(pt_slice part);

/* "PhD"; and after a whole name also those that could be initials, such as "MD". */
bool pt_is_degree(pt_slice part, bool after_name);

/* Nothing, "et al.", "others". */
bool pt_is_nobody(pt_slice part);

/* Whether a word in it is one of those in names of organisations. */
bool pt_is_organisation(pt_slice text);

/* "Inc": what precedes it is the name of a company. */
bool pt_is_company_form(pt_slice part);

/* Whether a text begins with a character of Chinese, Japanese or Korean. */
bool pt_is_eastern(pt_slice text);

/* Initials alone: "D.", "R. M.", "J.-P.", "DM". */
bool pt_is_initials(pt_slice part);

/* "Doe DM", "Doe D.M.": initials after the last name. */
bool pt_ends_in_initials(pt_slice name);

/* Whether a part between commas could be a whole name, with its first name first. */
bool pt_is_whole_name(pt_slice part);

/* Whether a person may begin at text[at], where the one before began at `from`: with a capital after a small letter
 * that no "Mc" ends, and names of two words on either side. */
bool pt_begins_joined(pt_slice text, size_t from, size_t at);

/* The bytes of the number of a footnote at the end of a name, "Dora Doe2"; 0 when there is none. */
size_t pt_note_number(pt_slice name);

#endif
