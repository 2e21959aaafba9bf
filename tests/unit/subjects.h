/*
 * subjects - what the tests of learning and reviewing share: papers made of words of a few subjects, a model trained on
 * them, and for each test a store with all of them, tagged.
 */
#ifndef SUBJECTS_H
#define SUBJECTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"

enum { SUBJECTS = 5, PAPERS = 300 };

static const char *const words[SUBJECTS][6] = {
    {"quantization", "bit", "rounding", "integer", "calibration", "codebook"},
    {"policy", "reward", "agent", "bandit", "exploration", "actor"},
    {"gaussian", "splatting", "depth", "scene", "camera", "mesh"},
    {"translation", "corpus", "bilingual", "speech", "dialect", "accent"},
    {"speculative", "draft", "verifier", "lookahead", "acceptance", "token"}};
/* The last subject has no tag. */
static const char *const tags[SUBJECTS - 1] = {"quantization", "reinforcement-learning", "3d-vision", "multilingual"};

static char folder[] = "/tmp/papertag-learn-XXXXXX", path[80], model_path[80];
static papertag_store *store;
static papertag_model *model;
static papertag_error err;

static void make_paper(int i, char *id, char *abstract, size_t capacity, papertag_paper *paper)
{
    static const char *list[1];
    uint64_t seed = (uint64_t)i * 977 + 11;
    const int subject = i % SUBJECTS;
    size_t size = 0;

    snprintf(id, 16, "p%03d", i);
    abstract[0] = '\0';
    for (int k = 0; k < 30; k++) {
        const int of = pt_random(&seed) % 8 ? subject : (int)(pt_random(&seed) % SUBJECTS);
        const bool common = pt_random(&seed) % 2;
        const char *word = words[of][pt_random(&seed) % 6]; /* one draw a statement: arguments have no fixed order */
        const unsigned number = (unsigned)(pt_random(&seed) % 40);
        size += (size_t)snprintf(abstract + size, capacity - size, common ? "common%u " : "%.0u%s ", number, word);
    }
    list[0] = subject < SUBJECTS - 1 ? tags[subject] : NULL;
    *paper = (papertag_paper){.id = id,
                              .title = "A paper",
                              .abstract = abstract,
                              .date = i < PAPERS / 2 ? "2026-01-15" : "2026-02-15",
                              .has_tags = true,
                              .tags = {list, subject < SUBJECTS - 1},
                              .author_count = -1,
                              .upvotes = -1,
                              .comments = -1};
}

static int make_folder(void **state)
{
    papertag_train_options options;
    papertag_trainer *trainer;
    char id[16], abstract[1000];
    papertag_paper paper;
    int status;

    (void)state;
    if (!mkdtemp(folder)) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/db", folder);
    snprintf(model_path, sizeof model_path, "%s/model", folder);
    papertag_train_options_init(&options);
    options.ngram_max = 1; /* pairs of randomly drawn words mean nothing */
    status = papertag_trainer_open(&trainer, &options, &err);
    for (int i = 0; i < PAPERS && !status; i++) {
        make_paper(i, id, abstract, sizeof abstract, &paper);
        status = papertag_trainer_add(trainer, &paper, &err);
    }
    status = status ? status : papertag_trainer_fit(trainer, model_path, &err);
    papertag_trainer_close(trainer);
    return status;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(model_path);
    return rmdir(folder);
}

static inline int64_t key_of(int i)
{
    char id[16];
    int64_t key = 0;

    snprintf(id, sizeof id, "p%03d", i);
    assert_int_equal(papertag_store_find(store, id, &key, &err), PAPERTAG_OK);
    return key;
}

/* A store with all papers, tagged. */
static int open_store(void **state)
{
    papertag_tagger *tagger;
    papertag_batch *batch;
    papertag_import counts = {0};

    (void)state;
    assert_int_equal(papertag_model_open(&model, model_path, &err), PAPERTAG_OK);
    assert_int_equal(papertag_tagger_open(&tagger, model, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_open(&store, path, true, &err), PAPERTAG_OK);
    for (int i = 0; i < PAPERS; i++) {
        char id[16], abstract[1000];
        papertag_paper paper;
        const papertag_score *scores;
        const papertag_tag_info *infos;
        make_paper(i, id, abstract, sizeof abstract, &paper);
        assert_int_equal(papertag_tag(tagger, paper.title, paper.abstract, &scores, &err), PAPERTAG_OK);
        assert_int_equal(papertag_batch_add(batch, &paper, scores, papertag_model_tags(model, &infos), &err),
                         PAPERTAG_OK);
    }
    assert_int_equal(papertag_store_add(store, batch, model, &counts, &err), PAPERTAG_OK);
    assert_int_equal(counts.added, PAPERS);
    papertag_batch_close(batch);
    papertag_tagger_close(tagger);
    return 0;
}

static int close_store(void **state)
{
    char other[100];

    (void)state;
    papertag_store_close(store);
    papertag_model_close(model);
    for (int i = 0; i < 3; i++) {
        snprintf(other, sizeof other, "%s%s", path, (const char *[]){"", "-wal", "-shm"}[i]);
        remove(other);
    }
    return 0;
}

#endif
