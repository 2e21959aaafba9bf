/*
 * splice - an object of the input, copied as it stands with a few members of our own in it.
 */
#ifndef SPLICE_H
#define SPLICE_H

#include "text.h"

/* A member that takes the place of one of its name, or else goes to the end of the object. */
typedef struct own_member {
    const char *name; /* letters only */
    text value;       /* JSON; owned */
    bool written;
    const char *was; /* the value that it replaced, borrowed from the object; NULL: there was none */
    const char *was_end;
} own_member;

/* The value of the last member of that name in the object that object[0 .. *length) begins with; *length becomes that
 * of the value. NULL when there is none. */
const char *json_find(const char *object, size_t *length, const char *name);

/* Adds the JSON object that object[0 .. length) begins with, on one line. What is kept is copied byte for byte: names,
 * also those that occur twice, their order, every digit. Changed is only what is no good JSON or may not be shown:
 * breaks between lines, controls, numbers such as 01, and bytes that are not UTF-8: *replaced is set when there were
 * such bytes (NULL: nobody asks). False when it is no object. */
bool json_splice(text *out, const char *object, size_t length, own_member *own, size_t count, bool *replaced);

#endif
