/*
 * papertag tag - a stream: papers in, tags out, in the order of the input.
 *
 * The main thread reads papers into the slots of a ring, and writes finished slots, oldest first. Worker threads, each
 * with its own tagger, take the slots in order and produce their output. The ring bounds the memory, however long the
 * input is. A slot holds several papers of a file, but one paper of a pipe, so that its tags appear at once.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../app.h"

enum { SLOT_PAPERS = 32, JOBS_MAX = 64 };

/* The parts of a paper that are needed: offsets into the slot's words, SIZE_MAX for none. */
struct item {
    size_t id, title, abstract;
};

struct slot {
    struct item items[SLOT_PAPERS]; /* count */
    size_t count;
    text words; /* the strings of the papers, each with its NUL */
    text out;   /* what is to be written */
    enum { EMPTY, FILLED, TAGGED } state;
};

struct job {
    const papertag_model *model;
    size_t tags;    /* T */
    bool json, all; /* --json, --all */
    size_t top;     /* --top: tags listed of a paper, at most */
    double min_p;   /* --min-p */
    double cut;     /* p at which tags are assigned; 0: at their own cuts */
    style style;
    unsigned cell;      /* columns of one tag with its p */
    struct slot *slots; /* slot_count */
    size_t slot_count;
    size_t filled, taken, written; /* slots so far: filled >= taken >= written */
    bool closed;                   /* no more slots will be filled */
    bool out_of_memory;
    pthread_mutex_t mutex;
    pthread_cond_t to_tag, to_write;
};

/* ---- one paper ------------------------------------------------------------------------------------------------- */

static const char *words_at(const struct slot *slot, size_t offset)
{
    return offset == SIZE_MAX ? NULL : slot->words.data + offset;
}

/* Whether a score is listed, after k others. Scores come highest p first. */
static bool listed(const struct job *job, const papertag_score *score, size_t k)
{
    return k < job->top && (job->all || score->assigned) && score->p >= job->min_p;
}

static void write_json(const struct job *job, text *out, const char *id, const char *title,
                       const papertag_score *scores)
{
    size_t shown = 0;

    json_open(out, NULL, '{');
    json_string(out, "id", id);
    json_string(out, "title", title);
    json_open(out, "tags", '[');
    for (size_t t = 0; t < job->tags; t++) {
        if (!listed(job, &scores[t], shown)) {
            continue;
        }
        shown++;
        json_open(out, NULL, '{');
        json_string(out, "tag", scores[t].tag);
        json_number(out, "p", scores[t].p, 9);
        json_number(out, "margin", scores[t].margin, 9);
        json_bool(out, "assigned", scores[t].assigned);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
    json_line_end(out);
}

/* The title, then the tags in columns: p and the tag, which is brighter when it is assigned. */
static void write_text(const struct job *job, text *out, const char *title, const papertag_score *scores)
{
    const style *s = &job->style;
    unsigned columns = (s->width - 2) / job->cell;
    size_t shown = 0;

    columns = columns ? columns : 1;
    text_put(out, s->bold);
    text_wrapped(out, s, title ? title : "(no title)", "");
    text_put(out, s->plain);
    text_put(out, "\n");
    for (size_t t = 0; t < job->tags; t++) {
        if (!listed(job, &scores[t], shown)) {
            continue;
        }
        if (shown % columns == 0) {
            text_put(out, shown ? "\n  " : "  ");
        }
        shown++;
        text_format(out, "%s%.2f%s %s%s%s", s->dim, scores[t].p, s->plain, scores[t].assigned ? s->good : s->dim,
                    scores[t].tag, s->plain);
        if (shown % columns) {
            text_format(out, "%*s", (int)(job->cell - 5 - text_columns(scores[t].tag)), "");
        }
    }
    if (!shown) {
        text_format(out, "  %s(no tag)%s", s->dim, s->plain);
    }
    while (out->size && out->data[out->size - 1] == ' ') {
        out->size--;
    }
    text_put(out, "\n\n");
}

/* ---- workers --------------------------------------------------------------------------------------------------- */

static bool tag_slot(const struct job *job, papertag_tagger *tagger, struct slot *slot)
{
    for (size_t i = 0; i < slot->count; i++) {
        const struct item *item = &slot->items[i];
        const char *title = words_at(slot, item->title);
        const papertag_score *scores;
        papertag_error err;
        if (papertag_tag(tagger, title, words_at(slot, item->abstract), &scores, &err)) {
            return false;
        }
        if (job->json) {
            write_json(job, &slot->out, words_at(slot, item->id), title, scores);
        } else {
            write_text(job, &slot->out, title, scores);
        }
    }
    return !slot->out.failed;
}

static void *work(void *argument)
{
    struct job *job = argument;
    papertag_tagger *tagger = NULL;
    papertag_error err;
    bool good = !papertag_tagger_open(&tagger, job->model, &err);

    if (good && job->cut > 0) {
        papertag_tagger_cut_at(tagger, job->cut);
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
        pthread_mutex_lock(&job->mutex);
        slot->state = EMPTY;
        job->written++;
    }
    good = good && !job->out_of_memory;
    pthread_mutex_unlock(&job->mutex);
    return good;
}

static size_t add_words(text *words, const char *string)
{
    size_t at = words->size;
    if (!string) {
        return SIZE_MAX;
    }
    text_add(words, string, strlen(string) + 1);
    return at;
}

/* Hands a slot (NULL: none yet) to the workers and returns an empty one, after waiting for room in the ring. NULL when
 * the output or the memory failed. */
static struct slot *hand_over(struct job *job, struct slot *slot)
{
    if (slot) {
        pthread_mutex_lock(&job->mutex);
        slot->state = FILLED;
        job->filled++;
        job->out_of_memory = job->out_of_memory || slot->words.failed;
        pthread_cond_signal(&job->to_tag);
        pthread_mutex_unlock(&job->mutex);
    }
    if (!write_slots(job, job->slot_count - 1)) {
        return NULL;
    }
    slot = &job->slots[job->filled % job->slot_count];
    slot->count = 0;
    slot->words.size = 0;
    return slot;
}

static bool all_files(const args *a)
{
    struct stat info;
    for (size_t i = 0; i < a->operand_count; i++) {
        if (stat(a->operands[i], &info) || !S_ISREG(info.st_mode)) {
            return false;
        }
    }
    return a->operand_count || (!fstat(STDIN_FILENO, &info) && S_ISREG(info.st_mode));
}

/* Passes all papers through the ring. False when the output or the memory failed. */
static bool stream(struct job *job, input *in)
{
    const bool prompt = !all_files(in->args) || isatty(STDOUT_FILENO);
    const papertag_paper *paper;
    struct slot *slot = hand_over(job, NULL);

    while (slot && (paper = input_next(in)) != NULL) {
        slot->items[slot->count++] =
            (struct item){add_words(&slot->words, paper->id), add_words(&slot->words, paper->title),
                          add_words(&slot->words, paper->abstract)};
        if (prompt) {
            slot = hand_over(job, slot);
            if (slot && (!write_slots(job, 0) || finish_output())) {
                return false;
            }
        } else if (slot->count == SLOT_PAPERS) {
            slot = hand_over(job, slot);
        }
    }
    if (slot && slot->count) {
        slot = hand_over(job, slot);
    }
    return slot && write_slots(job, 0);
}

static unsigned widest_tag(const papertag_model *model)
{
    const papertag_tag_info *tags;
    size_t count = papertag_model_tags(model, &tags);
    unsigned widest = 0;

    for (size_t t = 0; t < count; t++) {
        unsigned columns = text_columns(tags[t].tag);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static int tag_papers(struct job *job, input *in, unsigned jobs)
{
    pthread_t threads[JOBS_MAX];
    unsigned started = 0;
    int code = EXIT_FAILED;
    bool good;

    job->slot_count = 4 * (size_t)jobs;
    job->slots = calloc(job->slot_count, sizeof *job->slots);
    if (!job->slots) {
        return out_of_memory();
    }
    pthread_mutex_init(&job->mutex, NULL);
    pthread_cond_init(&job->to_tag, NULL);
    pthread_cond_init(&job->to_write, NULL);
    while (started < jobs && !pthread_create(&threads[started], NULL, work, job)) {
        started++;
    }
    good = started && stream(job, in);
    pthread_mutex_lock(&job->mutex);
    job->closed = true;
    pthread_cond_broadcast(&job->to_tag);
    pthread_mutex_unlock(&job->mutex);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    if (!started) {
        complain("cannot start a thread");
    } else if (job->out_of_memory) {
        out_of_memory();
    } else if (good) {
        code = EXIT_DONE;
    }
    for (size_t i = 0; i < job->slot_count; i++) {
        text_free(&job->slots[i].words);
        text_free(&job->slots[i].out);
    }
    free(job->slots);
    pthread_cond_destroy(&job->to_write);
    pthread_cond_destroy(&job->to_tag);
    pthread_mutex_destroy(&job->mutex);
    return code;
}

static int run(const args *a)
{
    struct job job = {.json = args_have(a, "json"), .all = args_have(a, "all"), .style = style_of_stdout()};
    unsigned long top = SIZE_MAX, jobs = 0;
    const papertag_tag_info *infos;
    papertag_model *model = NULL;
    input in;
    int code = args_whole(a, "top", 1, 1000000, &top), end;

    code = code ? code : args_whole(a, "jobs", 1, JOBS_MAX, &jobs);
    code = code ? code : args_real(a, "min-p", 0, 1, &job.min_p);
    code = code ? code : input_open(&in, a);
    in.text_only = true;
    code = code ? code : open_model(a, NULL, &model);
    code = code ? code : precision_cut(a, model, &job.cut);
    if (code) {
        papertag_model_close(model);
        return code;
    }
    if (!jobs) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = online < 1 ? 1 : online > JOBS_MAX ? JOBS_MAX : (unsigned long)online;
    }
    job.model = model;
    job.tags = papertag_model_tags(model, &infos);
    job.top = top;
    job.cell = widest_tag(model) + 7;
    code = tag_papers(&job, &in, (unsigned)jobs);
    end = input_close(&in);
    papertag_model_close(model);
    return code ? code : end;
}

static const option options[] = {
    {"top", 0, "K", "list at most K tags of each paper"},
    {"all", 0, NULL, "list every tag, not only those assigned"},
    {"min-p", 0, "P", "list only tags with a probability of at least P"},
    OPTION_PRECISION,
    {"jobs", 'j', "N", "number of threads (default: one per processor); the output stays the same"},
    OPTION_MODEL,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_tag = {
    .name = "tag",
    .operands = "[FILE|-]...",
    .summary = "tag papers, the most probable tags first",
    .run = run,
    .options = options,
    .details = "Each tag comes with its probability.\n"
               "With --json, one object for each paper, in the order of the input: {\"id\", \"title\", \"tags\": "
               "[{\"tag\", \"p\", \"margin\", \"assigned\"}]}.\n",
    .examples = "papertag tag papers.jsonl\tthe tags of each paper, the most probable first\n"
                "papertag tag --json --all papers.bib\tevery tag with its probability, for programs\n"
                "xz -dc feed.xml.xz | papertag tag --top 3\tat most three tags per paper, from a pipe\n",
};
