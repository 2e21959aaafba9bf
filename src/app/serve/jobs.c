/*
 * jobs - what goes on in the background: learning from verdicts. One at a time, in a thread and with a store handle of
 * its own, while requests are answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../dates.h"
#include "serve.h"

enum { JOBS_KEPT = 16, END_SECONDS = 5 };

typedef enum job_state { JOB_WAITS, JOB_READS, JOB_FITS, JOB_TAGS, JOB_DONE, JOB_NOTHING, JOB_FAILED } job_state;

struct job {
    unsigned number; /* 0: none */
    char remove[64]; /* a tag to be removed on the way; "": none */
    job_state state;
    char begun[MOMENT_SIZE], ended[MOMENT_SIZE];
    char model[32];     /* hash of the new model; "" */
    bool kept;          /* it is in use */
    size_t tags, taken; /* fitted; of those, better than before */
    size_t papers;      /* whose tags changed */
    char message[1024]; /* why it failed */
};

struct jobs {
    server *server;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct job list[JOBS_KEPT];
    unsigned last; /* number of the newest job */
    bool running, ending, ended;
    papertag_store *store; /* while one runs */
};

static struct job *job_of(struct jobs *j, unsigned number)
{
    struct job *job = &j->list[number % JOBS_KEPT];

    return number && job->number == number ? job : NULL;
}

static void set_state(struct jobs *j, struct job *job, job_state state)
{
    pthread_mutex_lock(&j->mutex);
    job->state = state;
    if (state >= JOB_DONE) {
        present_moment(job->ended);
    }
    pthread_mutex_unlock(&j->mutex);
}

/* ---- learning -------------------------------------------------------------------------------------------------- */

/* The training set: stored papers by id. */
static int add_labels(struct jobs *j, papertag_learner *learner, papertag_error *err)
{
    labelled l;
    int status = labelled_open(j->server->args, &l) ? PAPERTAG_IO : PAPERTAG_OK;

    if (status) {
        err->status = PAPERTAG_IO;
        snprintf(err->message, sizeof err->message, "the training labels cannot be read");
    }
    for (size_t i = 0; i < l.count && !status; i++) {
        const papertag_strings tags = {(const char *const *)l.rows[i].tags, l.rows[i].count};
        status = papertag_learner_label(learner, l.rows[i].id, tags, err);
        status = status == PAPERTAG_END ? PAPERTAG_OK : status;
    }
    labelled_close(&l);
    return status;
}

/* Keeps the new model if it is better, and tags again what is left to be tagged. */
static int take_model(struct jobs *j, struct job *job, papertag_store *store, papertag_learner *learner,
                      const papertag_learning *learning, papertag_error *err)
{
    papertag_model *model = NULL;
    size_t count = 0;
    int status = PAPERTAG_OK;

    pthread_mutex_lock(&j->mutex);
    snprintf(job->model, sizeof job->model, "%s", learning->hash);
    job->tags = learning->count;
    job->taken = learning->taken;
    job->papers = learning->papers;
    job->kept = learning->better || job->remove[0];
    pthread_mutex_unlock(&j->mutex);
    if (!learning->better && !job->remove[0]) {
        return PAPERTAG_OK;
    }
    set_state(j, job, JOB_TAGS);
    status = papertag_learner_keep(learner, err);
    status = status ? status : papertag_store_model(store, &model, err);
    if (!status && retag(store, model, &count)) {
        status = err->status = PAPERTAG_IO;
        snprintf(err->message, sizeof err->message, "papers could not be tagged again");
    }
    papertag_model_close(model);
    return status;
}

static int learn(struct jobs *j, struct job *job, papertag_error *err)
{
    const papertag_learn_options options = {.jobs = 1, /* the others answer requests */
                                            .remove = job->remove[0] ? job->remove : NULL,
                                            .force = job->remove[0] != '\0'};
    const papertag_learning *learning = NULL;
    papertag_learner *learner = NULL;
    papertag_model *model = NULL;
    int status;

    set_state(j, job, JOB_READS);
    status = find_model(j->server->args, j->store, &model, err);
    status = status ? status : papertag_learner_open(&learner, j->store, model, &options, err);
    status = status ? status : add_labels(j, learner, err);
    if (!status) {
        set_state(j, job, JOB_FITS);
        status = papertag_learner_fit(learner, &learning, err);
    }
    status = status ? status : take_model(j, job, j->store, learner, learning, err);
    papertag_learner_close(learner);
    papertag_model_close(model);
    return status;
}

static void run_job(struct jobs *j, struct job *job)
{
    papertag_error err = {0};
    papertag_store *store = NULL;
    int status = papertag_store_open(&store, j->server->store, false, &err);

    pthread_mutex_lock(&j->mutex);
    j->store = store;
    pthread_mutex_unlock(&j->mutex);
    status = status ? status : learn(j, job, &err);
    pthread_mutex_lock(&j->mutex);
    j->store = NULL;
    if (status && status != PAPERTAG_END) {
        snprintf(job->message, sizeof job->message, "%s", err.message);
    }
    pthread_mutex_unlock(&j->mutex);
    papertag_store_close(store);
    set_state(j, job, !status ? JOB_DONE : status == PAPERTAG_END ? JOB_NOTHING : JOB_FAILED);
}

static void *run_jobs(void *argument)
{
    struct jobs *j = argument;

    pthread_mutex_lock(&j->mutex);
    while (!j->ending) {
        struct job *job = job_of(j, j->last);
        if (!job || job->state != JOB_WAITS) {
            pthread_cond_wait(&j->changed, &j->mutex);
            continue;
        }
        j->running = true;
        pthread_mutex_unlock(&j->mutex);
        run_job(j, job);
        pthread_mutex_lock(&j->mutex);
        j->running = false;
    }
    j->ended = true;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->mutex);
    return NULL;
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

struct jobs *jobs_open(server *s)
{
    struct jobs *j = calloc(1, sizeof *j);

    if (!j) {
        return NULL;
    }
    j->server = s;
    pthread_mutex_init(&j->mutex, NULL);
    pthread_cond_init(&j->changed, NULL);
    if (pthread_create(&j->thread, NULL, run_jobs, j)) {
        pthread_cond_destroy(&j->changed);
        pthread_mutex_destroy(&j->mutex);
        free(j);
        return NULL;
    }
    return j;
}

bool jobs_close(struct jobs *j)
{
    struct timespec until;
    bool ended;

    if (!j) {
        return true;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += END_SECONDS;
    pthread_mutex_lock(&j->mutex);
    j->ending = true;
    if (j->store) {
        papertag_store_interrupt(j->store);
    }
    pthread_cond_broadcast(&j->changed);
    while (!j->ended && pthread_cond_timedwait(&j->changed, &j->mutex, &until) != ETIMEDOUT) {
    }
    ended = j->ended;
    pthread_mutex_unlock(&j->mutex);
    if (ended) {
        pthread_join(j->thread, NULL);
        pthread_cond_destroy(&j->changed);
        pthread_mutex_destroy(&j->mutex);
        free(j);
    }
    return ended;
}

/* Adds a job, which waits for those before it. The mutex is held. */
static struct job *add_job(struct jobs *j)
{
    struct job *job = &j->list[++j->last % JOBS_KEPT];

    *job = (struct job){.number = j->last};
    present_moment(job->begun);
    pthread_cond_broadcast(&j->changed);
    return job;
}

unsigned jobs_remove_tag(struct jobs *j, const char *tag)
{
    struct job *job;
    unsigned number = 0;

    pthread_mutex_lock(&j->mutex);
    job = job_of(j, j->last);
    if (!job || job->state != JOB_WAITS) {
        job = add_job(j); /* what is under way may learn the tag: it goes after that */
    }
    if (strlen(tag) < sizeof job->remove && (!job->remove[0] || !strcmp(job->remove, tag))) {
        snprintf(job->remove, sizeof job->remove, "%s", tag);
        number = job->number;
    }
    pthread_mutex_unlock(&j->mutex);
    return number;
}

unsigned jobs_retrain(struct jobs *j)
{
    struct job *job;
    unsigned number;

    pthread_mutex_lock(&j->mutex);
    job = job_of(j, j->last);
    if (!job || job->state >= JOB_DONE) {
        job = add_job(j);
    }
    number = job->number;
    pthread_mutex_unlock(&j->mutex);
    return number;
}

bool jobs_write(struct jobs *j, unsigned number, text *out)
{
    static const char *const states[] = {"waiting", "reading",          "fitting", "tagging",
                                         "done",    "nothing to learn", "failed"};
    const struct job *job;

    pthread_mutex_lock(&j->mutex);
    job = job_of(j, number);
    if (job) {
        json_open(out, NULL, '{');
        json_count(out, "id", job->number);
        json_string(out, "state", states[job->state]);
        json_number(out, "progress", job->state >= JOB_DONE ? 1 : (double)job->state / JOB_DONE, 2);
        json_string(out, "begun", job->begun);
        json_optional(out, "ended", job->ended[0] ? job->ended : NULL);
        if (job->model[0]) {
            json_string(out, "model", job->model);
            json_bool(out, "kept", job->kept);
            json_count(out, "tags", job->tags);
            json_count(out, "taken", job->taken);
            json_count(out, "papers", job->papers);
        }
        json_optional(out, "detail", job->message[0] ? job->message : NULL);
        json_close(out, '}');
        json_line_end(out);
    }
    pthread_mutex_unlock(&j->mutex);
    return job != NULL;
}
