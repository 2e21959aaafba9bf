/*
 * sources - the sources of a store, as a run of fetches holds on to them, and how they stand.
 */
#ifndef FETCH_SOURCES_H
#define FETCH_SOURCES_H

#include <stdint.h>

#include "../options.h"
#include "papertag.h"

/* Copies, since the store's own answers are gone with its next call. */
typedef struct source_list {
    papertag_source *items; /* count */
    size_t count;
    char **strings; /* string_count: what the items point to */
    size_t string_count, string_capacity;
} source_list;

/* The sources with these names, in the order of the store; all for no name. EXIT_DONE; else, after saying why,
 * EXIT_USAGE for a name that no source has, EXIT_FAILED. Free it in any case. */
int source_list_open(source_list *out, papertag_store *store, const char *const *names, size_t name_count,
                     const args *a);
void source_list_free(source_list *list);

/* Replaces a string by a copy that lives as long as the list; NULL stays. False without memory. */
bool source_list_own(source_list *list, const char **string);

/* Words for how a visit ended: fresh, quiet, waiting, stalled, failed. */
typedef enum source_state { SOURCE_FRESH, SOURCE_QUIET, SOURCE_WAITING, SOURCE_STALLED, SOURCE_FAILED } source_state;
extern const char *const source_state_words[];

/* Whether a source has given nothing for longer than its rhythm explains: for arXiv more than three announcements,
 * and its kind's days; and more than twice as long as ever before. `now` in milliseconds since 1970. */
bool source_is_stalled(const papertag_source *s, int64_t now);

/* Adds a sentence on a source with which something is wrong now: stalled, failed, or not asked for days. False, and
 * nothing added, when all is well. */
bool text_source_trouble(text *t, const papertag_source *s, int64_t now);

/* Reports such sources of a store as messages, which explain why there is nothing to read. Errors are not reported. */
void complain_of_sources(papertag_store *store);

#endif
