/*
 * functions - what SQL can ask the library.
 *
 *     papertag_name_has(name, words)    whether a name of a person has all those words: see pt_name_has
 */
#ifndef PT_STORE_FUNCTIONS_H
#define PT_STORE_FUNCTIONS_H

struct sqlite3;

/* Makes the functions known to a connection. An SQLite status. */
int pt_store_functions(struct sqlite3 *db);

#endif
