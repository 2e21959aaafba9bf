/*
 * papertag add - imports papers into the store, with their tags.
 *
 * One thread reads and tags a batch while the other stores the batch before. A batch is one transaction: when the
 * program is killed, the store holds whole batches, and the next run adds the rest.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "../app.h"
#include "../opinion.h"

/* Papers of the first batch, which the other thread waits for, and of a batch at most: pages that many papers change,
 * as those of indexes, are written once a batch. */
enum { BATCH_FIRST = 1024, BATCH_MOST = 8192, BATCHES = 3 };

struct add {
    input in;
    const papertag_model *model;
    papertag_tagger *tagger;
    size_t tags;                      /* T */
    papertag_score *kept;             /* T: scores that came with a paper */
    papertag_batch *batches[BATCHES]; /* a ring */
    size_t size;                      /* papers of the next batch */
    size_t filled, stored;            /* batches so far; the ring is full when they differ by BATCHES */
    bool ended;                       /* by the reader: no more batches will be filled */
    bool stop;                        /* by the writer: no more batches are wanted */
    papertag_error err;               /* of the reader; status 0: none */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* ---- reading and tagging --------------------------------------------------------------------------------------- */

/* Puts a paper into a batch, with the scores that came with it, when they are of this model, else new ones. */
static int take_paper(struct add *add, papertag_batch *batch, const papertag_paper *paper)
{
    size_t length, count;
    const char *object = papertag_reader_object(add->in.reader, &length);

    return read_opinion(add->model, paper, object, length, add->kept, &count)
               ? papertag_batch_add(batch, paper, add->kept, count, &add->err)
               : papertag_batch_tag(batch, paper, add->tagger, &add->err);
}

/* Takes the texts of a full batch apart, while the other thread has something to store: else that one does it. */
static int prepare(struct add *add, papertag_batch *batch)
{
    bool busy;

    pthread_mutex_lock(&add->mutex);
    busy = add->filled != add->stored;
    pthread_mutex_unlock(&add->mutex);
    return busy ? papertag_batch_prepare(batch, &add->err) : PAPERTAG_OK;
}

/* Fills a batch. False after the last paper or an error. */
static bool fill(struct add *add, papertag_batch *batch)
{
    bool more = true;

    papertag_batch_clear(batch);
    while (more && papertag_batch_count(batch) < add->size) {
        const papertag_paper *paper = input_next(&add->in);
        more = paper && !take_paper(add, batch, paper);
    }
    add->size = add->size < BATCH_MOST ? 2 * add->size : BATCH_MOST;
    return more && !prepare(add, batch);
}

static void *read_papers(void *argument)
{
    struct add *add = argument;
    bool more = true;

    while (more) {
        pthread_mutex_lock(&add->mutex);
        while (add->filled - add->stored == BATCHES && !add->stop) {
            pthread_cond_wait(&add->changed, &add->mutex);
        }
        more = !add->stop;
        pthread_mutex_unlock(&add->mutex);
        more = more && fill(add, add->batches[add->filled % BATCHES]);
        pthread_mutex_lock(&add->mutex);
        add->filled++;
        add->ended = !more;
        pthread_cond_signal(&add->changed);
        pthread_mutex_unlock(&add->mutex);
    }
    return NULL;
}

/* ---- storing --------------------------------------------------------------------------------------------------- */

/* Stores batches as they are filled. EXIT_DONE, or EXIT_FAILED after saying why. */
static int store_papers(struct add *add, papertag_store *store, const papertag_model *model, papertag_import *counts)
{
    const bool show = isatty(STDERR_FILENO);
    papertag_error err;
    int code = EXIT_DONE;

    for (;;) {
        bool none;
        pthread_mutex_lock(&add->mutex);
        while (add->filled == add->stored && !add->ended) {
            pthread_cond_wait(&add->changed, &add->mutex);
        }
        none = add->filled == add->stored;
        pthread_mutex_unlock(&add->mutex);
        if (none) {
            break;
        }
        if (papertag_store_add(store, add->batches[add->stored % BATCHES], model, counts, &err)) {
            code = failed(&err);
        }
        pthread_mutex_lock(&add->mutex);
        add->stored++;
        add->stop = add->stop || code;
        pthread_cond_signal(&add->changed);
        pthread_mutex_unlock(&add->mutex);
        if (code) {
            break;
        }
        if (show) {
            fprintf(stderr, "\r%zu papers", counts->added + counts->updated + counts->unchanged);
        }
    }
    if (show) {
        fprintf(stderr, "\r\033[K");
    }
    return code;
}

static int add_papers(struct add *add, papertag_store *store, const papertag_model *model, papertag_import *counts)
{
    pthread_t reader;
    int code;

    pthread_mutex_init(&add->mutex, NULL);
    pthread_cond_init(&add->changed, NULL);
    if (pthread_create(&reader, NULL, read_papers, add)) {
        complain("cannot start a thread");
        code = EXIT_FAILED;
    } else {
        code = store_papers(add, store, model, counts);
        pthread_join(reader, NULL);
        if (!code && add->err.status) {
            code = failed(&add->err);
        }
    }
    pthread_cond_destroy(&add->changed);
    pthread_mutex_destroy(&add->mutex);
    return code;
}

static int report(const args *a, const papertag_import *counts, size_t broken)
{
    text out = {0};

    if (args_have(a, "json")) {
        json_open(&out, NULL, '{');
        json_count(&out, "added", counts->added);
        json_count(&out, "updated", counts->updated);
        json_count(&out, "unchanged", counts->unchanged);
        json_count(&out, "rejected", broken);
        json_count(&out, "tagged", counts->tagged);
        json_close(&out, '}');
        json_line_end(&out);
    } else {
        text_format(&out, "%zu added, %zu updated, %zu unchanged, %zu rejected; %zu tagged\n", counts->added,
                    counts->updated, counts->unchanged, broken, counts->tagged);
    }
    return text_end(&out, EXIT_DONE);
}

static int run(const args *a)
{
    const bool again = args_have(a, "retag"), reads = a->operand_count || !again;
    const papertag_tag_info *tags;
    struct add add = {.size = BATCH_FIRST};
    papertag_import counts = {0};
    papertag_model *model = NULL;
    papertag_store *store = NULL;
    papertag_error err;
    int code = reads ? input_open(&add.in, a) : EXIT_DONE, reported, end;

    code = code ? code : open_store(a, true, &store);
    code = code ? code : open_model(a, store, &model);
    if (!code && papertag_tagger_open(&add.tagger, model, &err)) {
        code = failed(&err);
    }
    if (!code) {
        add.model = model;
        add.tags = papertag_model_tags(model, &tags);
        add.kept = calloc(add.tags + 1, sizeof *add.kept);
        code = add.kept ? EXIT_DONE : out_of_memory();
    }
    for (size_t i = 0; i < BATCHES && !code; i++) {
        code = papertag_batch_open(&add.batches[i], &err) ? failed(&err) : EXIT_DONE;
    }
    if (!code) {
        code = reads ? add_papers(&add, store, model, &counts) : EXIT_DONE;
        code = code || !again ? code : retag(store, model, &counts.tagged);
        reported = report(a, &counts, add.in.broken);
        end = reads ? input_close(&add.in) : EXIT_DONE;
        code = code ? code : reported ? reported : end;
    }
    for (size_t i = 0; i < BATCHES; i++) {
        papertag_batch_close(add.batches[i]);
    }
    free(add.kept);
    papertag_tagger_close(add.tagger);
    papertag_store_close(store);
    papertag_model_close(model);
    return code;
}

static const option options[] = {
    OPTION_DB,     {"retag", 0, NULL, "also tag again the stored papers that another model tagged"},
    OPTION_MODEL,  OPTION_JSON,
    OPTIONS_INPUT, OPTION_END};

const command command_add = {
    .name = "add",
    .operands = "[FILE|-]...",
    .summary = "import papers into the store and tag them",
    .run = run,
    .options = options,
    .details =
        "A paper that is already in the store is updated: its counts are refreshed, missing fields are filled in, and "
        "a "
        "changed text becomes a new version. A paper that comes from two sources is stored once. Your verdicts on tags "
        "are kept.\n"
        "What `papertag tag --keep` printed is not tagged again, if it was by the model that the store uses and title "
        "and "
        "abstract are still the same.\n"
        "With --json: {\"added\", \"updated\", \"unchanged\", \"rejected\", \"tagged\"}.\n",
    .examples = "papertag add papers.jsonl library.bib\timport two files, in any format that is supported\n"
                "curl -s https://rss.arxiv.org/atom/cs.LG | papertag add\timport today's announcements of a category\n"
                "papertag add --retag\ttag again what another model tagged\n",
};
