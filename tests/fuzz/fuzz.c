#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAPERS = 8 };

int file_of_bytes(const void *bytes, size_t size, char path[64])
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);

    snprintf(path, 64, "/proc/self/fd/%d", fd);
    if (fd >= 0 && (write(fd, bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))) {
        close(fd);
        return -1;
    }
    return fd;
}

papertag_tagger *small_model(papertag_model **model)
{
    papertag_tagger *tagger = NULL;
    papertag_error err;

    if (papertag_model_open(model, "tests/fuzz/corpus/model/1-float32", &err) ||
        papertag_tagger_open(&tagger, *model, &err)) {
        abort();
    }
    return tagger;
}

static char made[64];

static void remove_store(void)
{
    char name[80];

    remove(made);
    snprintf(name, sizeof name, "%s-wal", made);
    remove(name);
    snprintf(name, sizeof name, "%s-shm", made);
    remove(name);
}

static void add_papers(papertag_store *store)
{
    papertag_model *model;
    papertag_tagger *tagger = small_model(&model);
    papertag_reader *reader = NULL;
    papertag_batch *batch = NULL;
    papertag_import counts = {0};
    const papertag_paper *paper;
    const papertag_score *scores;
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(model, &tags);
    papertag_error err;

    if (papertag_reader_open(&reader, "data/sample.jsonl", NULL, &err) || papertag_batch_open(&batch, &err)) {
        abort();
    }
    while (papertag_batch_count(batch) < PAPERS && !papertag_reader_next(reader, &paper, &err)) {
        if (papertag_tag(tagger, paper->title, paper->abstract, &scores, &err) ||
            papertag_batch_add(batch, paper, scores, count, &err)) {
            abort();
        }
    }
    if (papertag_store_add(store, batch, model, &counts, &err)) {
        abort();
    }
    papertag_batch_close(batch);
    papertag_reader_close(reader);
    papertag_tagger_close(tagger);
    papertag_model_close(model);
}

void small_store(char path[64])
{
    const papertag_tag_verdict verdict = {"multimodal", PAPERTAG_VERDICT_NO};
    const papertag_own_tag own = {"mine", "Mine", "Papers for a test.", "multimodal"};
    const papertag_subscription subscription = {
        .name = "me", .expression = "multimodal | mine", .format = "text", .limit = 10};
    const int64_t keys[] = {1, 2};
    papertag_store *store = NULL;
    papertag_error err;

    snprintf(path, 64, "%s/papertag-fuzz-%ld.db", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (long)getpid());
    snprintf(made, sizeof made, "%s", path);
    remove_store();
    if (atexit(remove_store) || papertag_store_open(&store, path, true, &err)) {
        abort();
    }
    add_papers(store);
    if (papertag_store_define_tag(store, &own, keys, 2, &err) ||
        papertag_store_set_verdicts(store, 3, &verdict, 1, &err) ||
        papertag_store_subscribe(store, &subscription, false, &err)) {
        abort();
    }
    papertag_store_close(store);
}

bool write_store(const char *path, const void *bytes, size_t size)
{
    char name[80];
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(bytes, 1, size, file) == size;

    good = file && !fclose(file) && good;
    snprintf(name, sizeof name, "%s-wal", path);
    remove(name);
    snprintf(name, sizeof name, "%s-shm", path);
    remove(name);
    return good;
}
