/*
 * error - the line that detects a fault records it with pt_fail; callers forward the status.
 */
#ifndef PT_BASE_ERROR_H
#define PT_BASE_ERROR_H

#include "papertag.h"

/* Records a message (as printf) in err, which may be NULL, and returns status. Control characters, which may come in
 * with a name or a key, become spaces: the message stays one line. */
int pt_fail(papertag_error *err, papertag_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* pt_fail(err, PAPERTAG_NO_MEMORY, ...) with the usual message. Inline, so that static analyzers see that it never
 * returns 0. */
static inline int pt_no_memory(papertag_error *err)
{
    pt_fail(err, PAPERTAG_NO_MEMORY, "out of memory");
    return PAPERTAG_NO_MEMORY;
}

#endif
