/*
 * functions - what SQL can ask the library.
 *
 *     papertag_name_has(name, words)    whether a name of a person has all those words: see pt_name_has
 *     papertag_is_date(text)            whether it is null or a date: see pt_date_days
 *     papertag_is_time(text)            whether it is null or a time: see pt_is_time
 *     papertag_has_prefix(title, abstract, prefix)  whether a word of either begins so, in small letters of ASCII and
 *                                       digits, as the text index has words
 */
#ifndef PT_STORE_FUNCTIONS_H
#define PT_STORE_FUNCTIONS_H

struct sqlite3;

/* Makes the functions known to a connection. An SQLite status. */
int pt_store_functions(struct sqlite3 *db);

#endif
