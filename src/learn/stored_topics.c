/*
 * stored_topics - papertag_store_discover: reads papers and their tags from a store, and hands out the topics found.
 */
#include <limits.h>
#include <stdlib.h>

#include "base/date.h"
#include "model/model.h"
#include "store/store.h"
#include "topics.h"

/* The papers to search. Zero-initialise; close_papers ends it. */
struct papers {
    pt_stored_rows stored;
    long *days;     /* of each paper */
    pt_labels tags; /* in force, of each paper */
};

static void close_papers(struct papers *p)
{
    pt_stored_rows_free(&p->stored);
    pt_labels_free(&p->tags);
    free(p->days);
}

/* Keeps only the papers of the days first .. last. */
static int keep_days(struct papers *p, long first, long last)
{
    pt_labels tags = {0};
    size_t kept = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < p->stored.count && !status; i++) {
        if (p->days[i] >= first && p->days[i] <= last) {
            const size_t start = p->tags.starts[i], end = p->tags.starts[i + 1];
            p->stored.keys[kept] = p->stored.keys[i];
            p->stored.places[kept] = p->stored.places[i];
            p->days[kept++] = p->days[i];
            status = pt_labels_append(&tags, p->tags.tags + start, end - start);
        }
    }
    pt_labels_free(&p->tags);
    p->stored.count = kept;
    p->tags = tags;
    return status;
}

static int read_papers(papertag_store *store, const papertag_model *model, const papertag_discover_options *options,
                       struct papers *out, papertag_error *err)
{
    const pt_rows_options rows = {.text = &model->options,
                                  .vocabulary = &model->vocabulary,
                                  .space = model->vocabulary.added ? NULL : pt_model_space(model),
                                  .jobs = pt_jobs(options->jobs),
                                  .progress = options->progress,
                                  .progress_context = options->progress_context};
    long today, first = LONG_MIN, last = LONG_MAX, other;
    int status = pt_store_today(NULL, &today, err);

    status = status || !options->since ? status : pt_day_range(options->since, today, &first, &other, err);
    status = status || !options->until ? status : pt_day_range(options->until, today, &other, &last, err);
    status = status ? status : pt_store_rows(store, &rows, &out->stored, err);
    if (status) {
        return status;
    }
    out->days = pt_calloc(out->stored.count, sizeof *out->days);
    status = out->days ? pt_store_days(store, &out->stored, out->days, err) : pt_no_memory(err);
    status = status ? status : pt_store_labels(store, &out->stored, &out->tags, err);
    return status || !keep_days(out, first, last) ? status : pt_no_memory(err);
}

/* Copies a topic into the arena; 0 or PAPERTAG_NO_MEMORY. */
static int copy_topic(const pt_topic *topic, const papertag_model *model, const papertag_tag_info *tags,
                      const int64_t *keys, pt_arena *arena, papertag_topic *out)
{
    const char *nearest = topic->coverage > 0 ? tags[topic->nearest_tag].tag : NULL;
    const char **terms = pt_arena_array(arena, topic->term_count, sizeof *terms);
    int64_t *papers = pt_arena_array(arena, topic->count, sizeof *papers);

    *out = (papertag_topic){.name = pt_arena_copy(arena, topic->name.data, topic->name.size),
                            .terms = terms,
                            .term_count = topic->term_count,
                            .keys = papers,
                            .count = topic->count,
                            .recent = topic->recent,
                            .before = topic->before,
                            .growth = topic->growth,
                            .score = topic->score,
                            .nearest_tag = nearest ? pt_arena_copy(arena, nearest, strlen(nearest)) : NULL,
                            .coverage = topic->coverage};
    if (!terms || !papers || !out->name || (nearest && !out->nearest_tag)) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t k = 0; k < topic->term_count; k++) {
        const char *term;
        size_t length;
        papertag_model_term(model, topic->terms[k], &term, &length, NULL);
        terms[k] = pt_arena_copy(arena, term, length);
        if (!terms[k]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    for (size_t k = 0; k < topic->count; k++) {
        papers[k] = keys[topic->papers[k]];
    }
    return PAPERTAG_OK;
}

int papertag_store_discover(papertag_store *store, const papertag_model *model,
                            const papertag_discover_options *options, const papertag_topic **out, size_t *count,
                            papertag_error *err)
{
    const pt_topic_options topic_options = {.min_papers = options->min_papers > 2 ? options->min_papers : 2,
                                            .limit = options->limit,
                                            .days = options->days,
                                            .jobs = pt_jobs(options->jobs),
                                            .progress = options->progress,
                                            .progress_context = options->progress_context,
                                            .stop = pt_store_stop(store)};
    pt_corpus corpus = {.vocabulary = &model->vocabulary};
    const papertag_tag_info *tags;
    pt_arena *arena = pt_store_answer(store);
    papertag_topic *list = NULL;
    struct papers papers = {0};
    pt_topic *topics = NULL;
    size_t found = 0;
    int status = read_papers(store, model, options, &papers, err);

    status =
        status ? status : pt_store_known_tags(store, &tags, &corpus.tag_count, err); /* rows may be written above */
    if (!status) {
        corpus.rows = &papers.stored.rows;
        corpus.places = papers.stored.places;
        corpus.tags = &papers.tags;
        corpus.days = papers.days;
        corpus.papers = papers.stored.count;
        status = pt_find_topics(&corpus, &topic_options, &topics, &found, err);
    }
    if (!status) {
        list = pt_arena_array(arena, found + 1, sizeof *list);
        status = list ? PAPERTAG_OK : pt_no_memory(err);
    }
    for (size_t i = 0; i < found && !status; i++) {
        status = copy_topic(&topics[i], model, tags, papers.stored.keys, arena, &list[i]);
        status = status ? pt_no_memory(err) : PAPERTAG_OK;
    }
    if (!status) {
        *out = list;
        *count = found;
    }
    pt_topics_free(topics, found);
    close_papers(&papers);
    return status;
}
