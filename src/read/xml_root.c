/*
 * xml_root - the outermost element of a text, for detection; see xml.h.
 */
#include "xml.h"

/* The end of the declaration, instruction or comment at `at`; NULL when there is none. */
static const char *skip_prologue(const char *at, const char *end)
{
    const char *stop;
    size_t depth = 0;

    if (end - at > 4 && !memcmp(at, "<!--", 4)) {
        for (at += 4; at + 3 <= end && memcmp(at, "-->", 3) != 0; at++) {
        }
        return at + 3 <= end ? at + 3 : end;
    }
    if (end - at < 2 || (at[1] != '?' && at[1] != '!')) {
        return NULL;
    }
    for (stop = at; stop < end && (*stop != '>' || depth); stop++) { /* a document type may have declarations */
        depth += *stop == '[';
        depth -= *stop == ']' && depth;
    }
    return stop < end ? stop + 1 : end;
}

bool pt_xml_root_is(const char *head, size_t size, const char *name)
{
    const char *at = head, *end = head + size, *next;
    size_t length = 0;

    while (at < end && *at == '<' && (next = skip_prologue(at, end)) != NULL) {
        for (at = next; at < end && *at && strchr(" \t\r\n", *at); at++) {
        }
    }
    if (at == end || *at != '<') {
        return false;
    }
    at++;
    while (at + length < end && !strchr(" \t\r\n/>", at[length]) && at[length]) {
        if (at[length] == ':') {
            at += length + 1;
            length = 0;
            continue;
        }
        length++;
    }
    return length == strlen(name) && !memcmp(at, name, length);
}

bool pt_xml_has(const char *head, size_t size, const char *name)
{
    const char *end = head + size;
    const size_t length = strlen(name);

    for (const char *at = head; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        if ((size_t)(end - at) > length + 1 && !memcmp(at + 1, name, length) && strchr(" \t\r\n/>", at[length + 1])) {
            return true;
        }
    }
    return false;
}
