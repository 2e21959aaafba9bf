/*
 * tag_stream - see tag_stream.h.
 *
 * The main thread reads papers into the slots of a ring, and writes finished slots, oldest first. Worker threads, each
 * with its own tagger, take the slots in order and produce their output. The ring bounds the memory, however long the
 * input is. A slot is handed over when it is full, and when the input is a pipe that has no more to give for now: then
 * everything read so far is tagged and written before the main thread waits. So a program that sends one paper and
 * waits for its tags gets them, and one that sends many does not pay for it.
 */
#include "tag_stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Papers of a slot, and bytes of them, at most but for one paper; a larger buffer is not kept. */
enum { SLOT_PAPERS = 64, SLOT_BYTES = 1 << 20 };

/* The parts of a record that are needed: offsets into the slot's words, SIZE_MAX for none. */
struct item {
    size_t id, title, abstract, object;
    size_t object_length;
    bool is_line; /* no paper: the object is a whole line of output */
};

struct slot {
    struct item items[SLOT_PAPERS]; /* count */
    size_t count;
    text words;          /* the strings of the papers, each with its NUL */
    text out;            /* what is to be written */
    tag_remarks remarks; /* on the papers so far */
    enum { EMPTY, FILLED, TAGGED } state;
};

struct job {
    const papertag_model *model;
    size_t tag_count; /* of the model */
    const tag_output *output;
    double precision; /* asked of each tag; 0: tags are assigned at their own cuts */
    const input *in;
    struct slot *slots; /* slot_count */
    size_t slot_count;
    struct slot *filling;          /* of the main thread; NULL: the output or the memory failed */
    size_t filled, taken, written; /* slots so far: filled >= taken >= written */
    bool closed;                   /* no more slots will be filled */
    bool out_of_memory;
    tag_remarks remarks; /* on the slots written */
    pthread_mutex_t mutex;
    pthread_cond_t to_tag, to_write;
};

/* ---- workers --------------------------------------------------------------------------------------------------- */

static const char *words_at(const struct slot *slot, size_t offset)
{
    return offset == SIZE_MAX ? NULL : slot->words.data + offset;
}

static int tag_one(papertag_tagger *tagger, const struct job *job, tag_paper *paper, papertag_error *err)
{
    if (tag_output_needs_all(job->output)) {
        paper->score_count = job->tag_count;
        return papertag_tag(tagger, paper->title, paper->abstract, &paper->scores, err);
    }
    return papertag_tag_assigned(tagger, paper->title, paper->abstract, &paper->scores, &paper->score_count, err);
}

static bool tag_slot(const struct job *job, papertag_tagger *tagger, struct slot *slot)
{
    for (size_t i = 0; i < slot->count && !slot->words.failed; i++) {
        const struct item *item = &slot->items[i];
        tag_paper paper = {.id = words_at(slot, item->id),
                           .title = words_at(slot, item->title),
                           .abstract = words_at(slot, item->abstract),
                           .object = words_at(slot, item->object),
                           .object_length = item->object_length};
        papertag_error err;
        if (item->is_line) {
            text_add(&slot->out, paper.object, paper.object_length);
            continue;
        }
        if (tag_one(tagger, job, &paper, &err)) {
            return false;
        }
        tag_output_paper(job->output, &slot->out, &paper, &slot->remarks);
    }
    return !slot->out.failed && !slot->words.failed;
}

static void *work(void *argument)
{
    struct job *job = argument;
    papertag_tagger *tagger = NULL;
    papertag_error err;
    bool good = !papertag_tagger_open(&tagger, job->model, &err);

    if (good && job->precision > 0) {
        good = !papertag_tagger_demand(tagger, job->precision, &err);
    }

    pthread_mutex_lock(&job->mutex);
    for (;;) {
        struct slot *slot;
        while (job->taken == job->filled && !job->closed) {
            pthread_cond_wait(&job->to_tag, &job->mutex);
        }
        if (job->taken == job->filled) {
            break;
        }
        slot = &job->slots[job->taken++ % job->slot_count];
        pthread_mutex_unlock(&job->mutex);
        good = good && tag_slot(job, tagger, slot);
        pthread_mutex_lock(&job->mutex);
        job->out_of_memory = job->out_of_memory || !good;
        slot->state = TAGGED;
        pthread_cond_signal(&job->to_write);
    }
    pthread_mutex_unlock(&job->mutex);
    papertag_tagger_close(tagger);
    return NULL;
}

/* ---- the main thread ------------------------------------------------------------------------------------------- */

/* Empties a buffer, and does not keep one that a huge record made huge. */
static void empty_buffer(text *buffer)
{
    if (buffer->capacity > 4 * (size_t)SLOT_BYTES) {
        text_free(buffer);
    }
    buffer->size = 0;
}

/* Writes finished slots, oldest first. Waits until at most `left` are unwritten. False when writing failed. */
static bool write_slots(struct job *job, size_t left)
{
    bool good = true;

    pthread_mutex_lock(&job->mutex);
    while (job->written < job->filled) {
        struct slot *slot = &job->slots[job->written % job->slot_count];
        if (slot->state != TAGGED) {
            if (job->filled - job->written <= left) {
                break;
            }
            pthread_cond_wait(&job->to_write, &job->mutex);
            continue;
        }
        pthread_mutex_unlock(&job->mutex);
        good = text_write(&slot->out) && good;
        empty_buffer(&slot->words);
        empty_buffer(&slot->out);
        job->remarks.relabelled = job->remarks.relabelled || slot->remarks.relabelled;
        job->remarks.replaced = job->remarks.replaced || slot->remarks.replaced;
        pthread_mutex_lock(&job->mutex);
        slot->state = EMPTY;
        job->written++;
    }
    good = good && !job->out_of_memory;
    pthread_mutex_unlock(&job->mutex);
    return good;
}

/* Hands the slot that is being filled to the workers, and waits for room in the ring. After it an empty slot is being
 * filled, or none when the output or the memory failed. */
static void hand_over(struct job *job)
{
    struct slot *slot = job->filling;
    size_t left = job->slot_count - 1;

    if (slot) {
        left = slot->words.size > SLOT_BYTES ? 0 : left; /* huge records are in memory one at a time */
        pthread_mutex_lock(&job->mutex);
        slot->state = FILLED;
        job->filled++;
        job->out_of_memory = job->out_of_memory || slot->words.failed;
        pthread_cond_signal(&job->to_tag);
        pthread_mutex_unlock(&job->mutex);
    }
    job->filling = NULL;
    if (write_slots(job, left)) {
        job->filling = &job->slots[job->filled % job->slot_count];
        job->filling->count = 0;
    }
}

/* The input is about to wait: everything that was read is tagged and written. */
static void write_all(void *data)
{
    struct job *job = data;

    if (job->filling && job->filling->count) {
        hand_over(job);
    }
    if (job->filling && (!write_slots(job, 0) || finish_output())) {
        job->filling = NULL;
    }
}

static size_t add_words(text *words, const char *string, size_t length)
{
    const size_t at = words->size;

    if (!string) {
        return SIZE_MAX;
    }
    text_add(words, string, length);
    text_add(words, "", 1);
    return at;
}

static size_t add_string(text *words, const char *string)
{
    return add_words(words, string, string ? strlen(string) : 0);
}

/* Adds the object that a paper was read from, or one of the fields that were read. */
static void add_object(struct slot *slot, struct item *item, const input *in, const papertag_paper *paper)
{
    const char *object = papertag_reader_object(in->reader, &item->object_length);

    if (object) {
        item->object = add_words(&slot->words, object, item->object_length);
    } else {
        item->object = slot->words.size;
        tag_output_fields(&slot->words, paper);
        item->object_length = slot->words.size - item->object;
        text_add(&slot->words, "", 1);
        slot->remarks.relabelled = slot->remarks.relabelled || paper->tags.count;
    }
}

static void add_paper(struct job *job, const papertag_paper *paper)
{
    struct slot *slot = job->filling;
    struct item *item = &slot->items[slot->count++];

    *item = (struct item){.id = add_string(&slot->words, paper->id),
                          .title = add_string(&slot->words, paper->title),
                          .abstract = add_string(&slot->words, paper->abstract),
                          .object = SIZE_MAX};
    if (job->output->keep) {
        add_object(slot, item, job->in, paper);
    }
}

/* Adds a record that is no paper: a line with its error. */
static void add_error(struct job *job, const papertag_error *err)
{
    struct slot *slot = job->filling;
    struct item *item = &slot->items[slot->count++];

    *item = (struct item){SIZE_MAX, SIZE_MAX, SIZE_MAX, .object = slot->words.size, .is_line = true};
    tag_output_error(&slot->words, err, job->in->operand_count > 1 ? job->in->name : NULL);
    item->object_length = slot->words.size - item->object;
}

/* Passes all papers through the ring. False when the output or the memory failed. */
static bool pass_papers(struct job *job, input *in)
{
    const papertag_paper *paper = NULL;
    papertag_error err;
    input_kind kind;

    hand_over(job);
    while (job->filling && (kind = input_record(in, &paper, &err)) != INPUT_END && job->filling) {
        if (kind == INPUT_PAPER) {
            add_paper(job, paper);
        } else if (job->output->keep) {
            add_error(job, &err);
        }
        if (job->filling->count == SLOT_PAPERS || job->filling->words.size > SLOT_BYTES) {
            hand_over(job);
        }
    }
    if (job->filling && job->filling->count) {
        hand_over(job);
    }
    return job->filling && write_slots(job, 0);
}

static void free_slots(struct job *job)
{
    for (size_t i = 0; i < job->slot_count; i++) {
        text_free(&job->slots[i].words);
        text_free(&job->slots[i].out);
    }
    free(job->slots);
}

int tag_stream(const papertag_model *model, const tag_output *output, double precision, input *in, unsigned jobs)
{
    struct job job = {
        .model = model, .output = output, .precision = precision, .in = in, .slot_count = 4 * (size_t)jobs};
    pthread_t threads[TAG_JOBS_MAX];
    const papertag_tag_info *tags;
    unsigned started = 0;
    int code = EXIT_FAILED;
    bool good;

    job.tag_count = papertag_model_tags(model, &tags);
    job.slots = calloc(job.slot_count, sizeof *job.slots);
    if (!job.slots) {
        return out_of_memory();
    }
    in->wait = write_all;
    in->wait_data = &job; /* cppcheck-suppress autoVariables ; taken back below */
    pthread_mutex_init(&job.mutex, NULL);
    pthread_cond_init(&job.to_tag, NULL);
    pthread_cond_init(&job.to_write, NULL);
    while (started < jobs && !pthread_create(&threads[started], NULL, work, &job)) {
        started++;
    }
    good = started && pass_papers(&job, in);
    pthread_mutex_lock(&job.mutex);
    job.closed = true;
    pthread_cond_broadcast(&job.to_tag);
    pthread_mutex_unlock(&job.mutex);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    in->wait = NULL;
    in->wait_data = NULL;
    if (!started) {
        complain("cannot start a thread");
    } else if (job.out_of_memory) {
        out_of_memory();
    } else if (good) {
        code = EXIT_DONE;
    }
    if (job.remarks.relabelled) {
        complain(
            "the papers had 'tags' of their own, and the model's are in their place: rename that field to keep both");
    }
    if (job.remarks.replaced) {
        complain("bytes that are not valid UTF-8 were replaced by U+FFFD in what was kept");
    }
    free_slots(&job);
    pthread_cond_destroy(&job.to_write);
    pthread_cond_destroy(&job.to_tag);
    pthread_mutex_destroy(&job.mutex);
    return code;
}
