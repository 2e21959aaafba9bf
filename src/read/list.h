/*
 * list - lists that programs have written into one string: ['a', 'b'] as Python writes them, ["a", "b"] as JSON does,
 * ['a' 'b'] as numpy does, and lists of objects of which one member is wanted: [{'name': 'a'}].
 */
#ifndef PT_LIST_H
#define PT_LIST_H

#include "base/base.h"

/* Whether text[0 .. length) is such a list: in square brackets, empty or with a quoted string. */
bool pt_is_written_list(const char *text, size_t length);

/* Receives the text of an item, which is borrowed. A status other than 0 ends the list. */
typedef int pt_list_item(void *context, const char *text, size_t length);

/* Calls `item` for each string of a list; within objects, only for the member `name` (or "name", when it is NULL).
 * PAPERTAG_NO_MEMORY, or the status of `item`. */
int pt_written_list(const char *text, size_t length, const char *name, pt_list_item *item, void *context);

#endif
