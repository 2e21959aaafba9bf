/*
 * entities - the references to characters in HTML and XML: &amp; &eacute; &#233; &#xe9;
 */
#ifndef PT_ENTITIES_H
#define PT_ENTITIES_H

#include <utf8proc.h>

#include "base/base.h"

/* The bytes of the reference that begins at `at`, which is a '&', and its character in *code, which is valid. 0 when it
 * is none that is known. A control character is a space. */
size_t pt_entity(const char *at, const char *end, utf8proc_int32_t *code);

#endif
