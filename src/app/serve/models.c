/*
 * models - the model in use, shared by the workers. Learning puts another one into use: each worker then takes it with
 * its next request, and the last that has the old one closes it.
 */
#include <stdlib.h>
#include <string.h>

#include "serve.h"

struct models {
    pthread_mutex_t mutex;
    shared_model *current; /* NULL: none is open */
};

struct models *models_open(void)
{
    struct models *m = calloc(1, sizeof *m);

    if (m) {
        pthread_mutex_init(&m->mutex, NULL);
    }
    return m;
}

/* The mutex is held. */
static void release(shared_model *shared)
{
    if (shared && !--shared->users) {
        papertag_model_close(shared->model);
        free(shared->wanted);
        free(shared);
    }
}

void models_close(struct models *m)
{
    if (m) {
        release(m->current);
        pthread_mutex_destroy(&m->mutex);
        free(m);
    }
}

/* The hash of the model in use that the store keeps; "" when another is. Borrowed from the store. */
static int wanted_model(worker *w, const char **wanted, papertag_error *err)
{
    const papertag_kept_model *list;
    size_t count = 0;
    int status =
        args_have(w->server->args, "model") ? PAPERTAG_OK : papertag_store_models(w->store, &list, &count, err);

    *wanted = "";
    for (size_t i = 0; i < count && !status; i++) {
        *wanted = list[i].used ? list[i].hash : *wanted;
    }
    return status;
}

/* Opens the model in use in the place of the current one. The mutex is held. */
static int open_current(struct models *m, worker *w, const char *wanted, papertag_error *err)
{
    shared_model *shared = calloc(1, sizeof *shared);
    int status;

    if (!shared || !(shared->wanted = strdup(wanted))) {
        free(shared);
        err->status = PAPERTAG_NO_MEMORY;
        snprintf(err->message, sizeof err->message, "out of memory");
        return PAPERTAG_NO_MEMORY;
    }
    status = find_model(w->server->args, w->store, &shared->model, err);
    shared->users = 1;
    if (status) {
        release(shared);
        return status;
    }
    release(m->current);
    m->current = shared;
    return PAPERTAG_OK;
}

void worker_forget_model(worker *w)
{
    struct models *m = w->server->models;

    papertag_tagger_close(w->tagger);
    pthread_mutex_lock(&m->mutex);
    release(w->shared);
    pthread_mutex_unlock(&m->mutex);
    w->shared = NULL;
    w->tagger = NULL;
    w->model = NULL;
}

int worker_model(worker *w, papertag_error *err)
{
    struct models *m = w->server->models;
    const char *wanted;
    int status;

    if (w->model && w->model_changes == w->changes) {
        return PAPERTAG_OK;
    }
    status = wanted_model(w, &wanted, err);
    if (status || (w->shared && !strcmp(w->shared->wanted, wanted))) {
        w->model_changes = w->changes;
        return status;
    }
    worker_forget_model(w);
    pthread_mutex_lock(&m->mutex);
    status = m->current && !strcmp(m->current->wanted, wanted) ? PAPERTAG_OK : open_current(m, w, wanted, err);
    if (!status) {
        w->shared = m->current;
        w->shared->users++;
    }
    pthread_mutex_unlock(&m->mutex);
    if (!status) {
        w->model = w->shared->model;
        w->model_changes = w->changes;
        status = papertag_tagger_open(&w->tagger, w->model, err);
    }
    return status;
}
