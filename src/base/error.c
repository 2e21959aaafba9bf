/*
 * error - see error.h.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int pt_fail(papertag_error *err, papertag_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        err->status = status;
        err->line = err->reason = 0;
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        for (char *c = err->message; *c; c++) {
            if ((unsigned char)*c < ' ' || *c == 0x7f) {
                *c = ' ';
            }
        }
    }
    return status;
}
