/*
 * sources - see sources.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../dates.h"
#include "../text.h"
#include "calendar.h"
#include "kinds.h"
#include "sources.h"

const char *const source_state_words[] = {"fresh", "quiet", "waiting", "stalled", "failed", NULL};

static const int64_t day_length = INT64_C(86400000);

/* ---- copies ---------------------------------------------------------------------------------------------------- */

bool source_list_own(source_list *list, const char **string)
{
    if (!*string) {
        return true;
    }
    if (list->string_count == list->string_capacity) {
        const size_t capacity = 2 * list->string_capacity + 64;
        char **larger = realloc(list->strings, capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        list->strings = larger;
        list->string_capacity = capacity;
    }
    list->strings[list->string_count] = strdup(*string);
    *string = list->strings[list->string_count];
    list->string_count += *string != NULL;
    return *string != NULL;
}

static bool own_source(source_list *list, papertag_source *s)
{
    const char **const strings[] = {&s->name,  &s->kind,   &s->url,      &s->added,    &s->place, &s->validators,
                                    &s->state, &s->answer, &s->answered, &s->finished, &s->news,  &s->again};
    const char **arguments = calloc(s->arguments.count + 1, sizeof *arguments);
    bool good = arguments != NULL;

    for (size_t i = 0; good && i < s->arguments.count; i++) {
        arguments[i] = s->arguments.items[i];
        good = source_list_own(list, &arguments[i]);
    }
    s->arguments.items = arguments;
    for (size_t i = 0; good && i < sizeof strings / sizeof *strings; i++) {
        good = source_list_own(list, strings[i]);
    }
    return good;
}

static bool is_named(const papertag_source *s, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(names[i], s->name)) {
            return true;
        }
    }
    return !count;
}

static int check_names(const papertag_source *list, size_t count, const char *const *names, size_t name_count,
                       const args *a)
{
    for (size_t n = 0; n < name_count; n++) {
        size_t i = 0;
        while (i < count && strcmp(list[i].name, names[n]) != 0) {
            i++;
        }
        if (i == count) {
            return usage_error(a->command, "%s: no source '%s'; `papertag source list` shows them", a->command->name,
                               names[n]);
        }
    }
    return EXIT_DONE;
}

int source_list_open(source_list *out, papertag_store *store, const char *const *names, size_t name_count,
                     const args *a)
{
    const papertag_source *list;
    papertag_error err;
    size_t count;
    int code;

    *out = (source_list){.count = 0};
    if (papertag_store_sources(store, &list, &count, &err)) {
        return failed(&err);
    }
    code = check_names(list, count, names, name_count, a);
    if (!code) {
        out->items = calloc(count + 1, sizeof *out->items);
        code = out->items ? EXIT_DONE : out_of_memory();
    }
    for (size_t i = 0; i < count && !code; i++) {
        if (is_named(&list[i], names, name_count)) {
            out->items[out->count++] = list[i];
            code = own_source(out, &out->items[out->count - 1]) ? EXIT_DONE : out_of_memory();
        }
    }
    return code;
}

void source_list_free(source_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((void *)list->items[i].arguments.items);
    }
    for (size_t i = 0; i < list->string_count; i++) {
        free(list->strings[i]);
    }
    free(list->strings);
    free(list->items);
}

/* ---- how they stand -------------------------------------------------------------------------------------------- */

/* When a source last gave something; before it ever did, when it was added. */
static int64_t last_news(const papertag_source *s)
{
    return read_milliseconds(s->news ? s->news : s->added ? s->added : "");
}

bool source_is_stalled(const papertag_source *s, int64_t now)
{
    enum { ANNOUNCEMENTS = 3 }; /* as many are left out around holidays */
    const source_kind *kind = find_kind(s->kind);
    const int64_t since = last_news(s), days = (now - since) / day_length;

    if (!kind || days <= 2 * (int64_t)s->gap) {
        return false;
    }
    if (kind->announced && count_announcements(since, now - day_length / 4) <= ANNOUNCEMENTS) {
        return false;
    }
    return kind->quiet ? days > kind->quiet : kind->announced;
}

bool text_source_trouble(text *t, const papertag_source *s, int64_t now)
{
    enum { UNASKED = 4 }; /* days: a long weekend, with the machine off */
    const bool stalled = source_is_stalled(s, now);
    const int64_t asked = read_milliseconds(s->answered ? s->answered : s->added ? s->added : "");

    if (s->state && !strcmp(s->state, source_state_words[SOURCE_FAILED])) {
        text_format(t, "source %s failed on %.10s: %s", s->name, s->answered ? s->answered : "", s->answer);
    } else if (now - asked > UNASKED * day_length) {
        text_format(t, "source %s was %s%.10s", s->name, s->answered ? "last asked on " : "never asked",
                    s->answered ? s->answered : "");
    } else if (stalled) {
        text_format(t, "source %s is stalled: nothing new since %.10s", s->name, s->news ? s->news : s->added);
    } else if (s->state && !strcmp(s->state, source_state_words[SOURCE_WAITING])) {
        text_format(t, "source %s has been waiting since %.16s UTC: %s", s->name, s->answered, s->answer);
    } else {
        return false;
    }
    return true;
}

void complain_of_sources(papertag_store *store)
{
    const papertag_source *list;
    const int64_t now = clock_now();
    size_t count = 0;

    if (papertag_store_sources(store, &list, &count, NULL)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text line = {0};
        if (text_source_trouble(&line, &list[i], now)) {
            complain("%s", text_of(&line, &line));
        }
        text_free(&line);
    }
}
