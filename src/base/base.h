/*
 * base - what nearly every file of the library needs: errors, memory, numbers, files, threads and vectors.
 */
#ifndef PT_BASE_H
#define PT_BASE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "file.h"
#include "memory.h"
#include "number.h"
#include "papertag.h"
#include "thread.h"
#include "vector.h"

#endif
