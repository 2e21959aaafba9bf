/*
 * sources - where papers are fetched from, and how far each was read.
 *
 * The table is called `origins`: `sources` says of each paper where it was seen.
 */
#include "batch.h"
#include "clock.h"
#include "list.h"
#include "store.h"

static int check_name(const char *name, papertag_error *err)
{
    const size_t length = strlen(name);

    if (!length || length > 100 || name[0] == '-' || strpbrk(name, " \t\r\n")) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT,
                       "a source's name is one word of 1 to 100 bytes that does not begin with a dash");
    }
    return PAPERTAG_OK;
}

/* Arguments are kept as a list, which has no place for control characters. */
static int check_arguments(papertag_strings arguments, papertag_error *err)
{
    for (size_t i = 0; i < arguments.count; i++) {
        for (const unsigned char *c = (const unsigned char *)arguments.items[i]; *c; c++) {
            if (*c < ' ' || *c == 127) {
                return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "an argument of a source has a control character");
            }
        }
    }
    return PAPERTAG_OK;
}

static int find_source(papertag_store *store, const char *name, int64_t *key, papertag_error *err)
{
    int status = pt_store_ask(store, "SELECT key FROM origins WHERE name=?1", key, err, "t", name);

    return status == PAPERTAG_END ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "no source '%.100s'", name) : status;
}

int papertag_store_source_add(papertag_store *store, const papertag_source *source, papertag_error *err)
{
    static const char sql[] = "INSERT INTO origins(name, kind, arguments, url, added) VALUES(?1, ?2, ?3, ?4, ?5)";
    static const char find[] = "SELECT count(*) FROM origins WHERE name=?1";
    pt_arena *arena = pt_store_answer(store);
    pt_buf scratch = {0};
    const char *arguments = NULL;
    char now[PT_TIME];
    int64_t there = 0;
    int status = check_name(source->name, err);

    status = status ? status : check_arguments(source->arguments, err);
    status = status ? status : pt_store_begin(store, err);
    if (status) {
        return status;
    }
    pt_store_now(now);
    status = pt_store_ask(store, find, &there, err, "t", source->name);
    if (!status && there) {
        status = pt_fail(err, PAPERTAG_BAD_ARGUMENT, "there is a source '%.100s' already", source->name);
    }
    if (!status && pt_list_format(source->arguments, arena, &scratch, &arguments)) {
        status = pt_no_memory(err);
    }
    if (!status) {
        status = pt_store_do(store, sql, err, "ttttt", source->name, source->kind, arguments, source->url, now);
    }
    pt_buf_free(&scratch);
    return pt_store_end(store, status, err);
}

int papertag_store_source_remove(papertag_store *store, const char *name, papertag_error *err)
{
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = find_source(store, name, &key, err);
    status = status ? status : pt_store_do(store, "DELETE FROM origins WHERE key=?1", err, "i", key);
    return pt_store_end(store, status, err);
}

static void read_source(pt_db_row *row, pt_arena *arena, void *item)
{
    papertag_source *s = item;
    const char **const texts[] = {&s->url,    &s->added,    &s->place,    &s->validators, &s->state,
                                  &s->answer, &s->answered, &s->finished, &s->news,       &s->again};

    s->name = pt_db_text(row, 0, arena);
    s->kind = pt_db_text(row, 1, arena);
    pt_db_list(row, 2, arena, &s->arguments);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        *texts[i] = pt_db_text_or_null(row, 3 + i, arena);
    }
    s->gap = pt_db_count(row, 13);
}

int papertag_store_sources(papertag_store *store, const papertag_source **out, size_t *count, papertag_error *err)
{
    static const char sql[] = "SELECT name, kind, arguments, url, added, place,"
                              " validators, state, answer, answered, finished, news, again, gap FROM origins"
                              " ORDER BY key";
    pt_listing list = {.arena = pt_store_answer(store), .size = sizeof **out, .read = read_source};
    int status = pt_store_list(store, sql, &list, err, "");

    if (!status) {
        *out = list.items;
        *count = list.count;
    }
    return status;
}

int papertag_store_add_from(papertag_store *store, const papertag_source *s, const papertag_batch *batch,
                            const papertag_model *model, papertag_import *counts, papertag_error *err)
{
    static const char sql[] = "UPDATE origins SET place=?2, validators=?3, state=?4, answer=?5, answered=?6,"
                              " finished=?7, news=?8, again=?9, gap=?10 WHERE key=?1";
    papertag_import all = *counts;
    int64_t key = 0;
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = find_source(store, s->name, &key, err);
    status = status || !batch ? status : pt_store_add_batch(store, batch, model, &all, err);
    if (!status) {
        status = pt_store_do(store, sql, err, "itttttttti", key, s->place, s->validators, s->state, s->answer,
                             s->answered, s->finished, s->news, s->again, (int64_t)s->gap);
    }
    status = pt_store_end(store, status, err);
    if (!status) {
        *counts = all;
    }
    return status;
}
