/*
 * a_store - an empty store for each test, the default model, and short calls to add papers and to ask for them.
 */
#ifndef A_STORE_H
#define A_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"

/* Two papers, but for their ids. */
#define QUANT                                                                                                          \
    "\"title\":\"Four bits are enough for language models\",\"abstract\":\"We quantize the weights of large language " \
    "models to four bits by post-training quantization.\""
#define ROBOT                                                                                                          \
    "\"title\":\"A robot hand that learns to pour tea\",\"abstract\":\"A robot arm learns manipulation from "          \
    "demonstrations by imitation learning.\""

static char path[64];
static papertag_store *store;
static papertag_model *model;
static papertag_tagger *tagger;
static papertag_error err;

static inline int open_model(void **state)
{
    (void)state;
    return papertag_model_open(&model, "models/default.papertag", &err) || papertag_tagger_open(&tagger, model, &err);
}

static inline int close_model(void **state)
{
    (void)state;
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    return 0;
}

static inline int open_store(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/papertag-store-%ld.db", (long)getpid());
    remove(path);
    return papertag_store_open(&store, path, true, &err);
}

static inline int close_store(void **state)
{
    char other[80];

    (void)state;
    papertag_store_close(store);
    remove(path);
    snprintf(other, sizeof other, "%s-wal", path);
    remove(other);
    snprintf(other, sizeof other, "%s-shm", path);
    remove(other);
    return 0;
}

/* Adds the papers of JSON Lines; what became of them as "added/updated/unchanged/tagged". */
static inline const char *add(const char *lines)
{
    static char out[64];
    papertag_import counts = {0};
    papertag_reader *reader;
    papertag_batch *batch;
    const papertag_paper *paper;

    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_reader_open_memory(&reader, "file", lines, strlen(lines), NULL, &err), PAPERTAG_OK);
    while (papertag_reader_next(reader, &paper, &err) != PAPERTAG_END) {
        assert_int_equal(papertag_batch_tag(batch, paper, tagger, &err), PAPERTAG_OK);
    }
    papertag_reader_close(reader);
    assert_int_equal(papertag_store_add(store, batch, model, &counts, &err), PAPERTAG_OK);
    papertag_batch_close(batch);
    snprintf(out, sizeof out, "%zu/%zu/%zu/%zu", counts.added, counts.updated, counts.unchanged, counts.tagged);
    return out;
}

static inline const papertag_stored *get(const char *id)
{
    const papertag_stored *stored;
    int64_t key;

    assert_int_equal(papertag_store_find(store, id, &key, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_get(store, key, &stored, &err), PAPERTAG_OK);
    return stored;
}

/* Gives a verdict; returns the status. */
static inline int say(int64_t key, const char *tag, papertag_verdict verdict)
{
    return papertag_store_set_verdicts(store, key, &(papertag_tag_verdict){tag, verdict}, 1, &err);
}

/* The ids that a query selects, in order. */
static inline const char *chosen(const papertag_query *query)
{
    static char out[4096];
    const int64_t *keys;
    size_t count;

    out[0] = '\0';
    assert_int_equal(papertag_store_select(store, query, &keys, &count, &err), PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *stored;
        assert_int_equal(papertag_store_get(store, keys[i], &stored, &err), PAPERTAG_OK);
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? " " : "", stored->paper.id);
    }
    return out;
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

#endif
