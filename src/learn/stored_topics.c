/*
 * store_discover - the papers of a store, with the tags in force, as the search for topics takes them.
 */
#include <stdlib.h>

#include "base/date.h"
#include "model/model.h"
#include "store/store.h"
#include "topics.h"

/* The days and tags of the papers, and which of them are of the days asked for. */
struct known {
    const papertag_tag_info *names; /* name_count: the tags of the store */
    size_t name_count;
    long *days;
    pt_labels tags;
    bool *wanted;
};

/* Leaves only the papers that are wanted. */
static int narrow(pt_stored_rows *papers, struct known *known)
{
    pt_rows rows = {0};
    pt_labels tags = {0};
    size_t kept = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < papers->count && known->tags.starts && !status; i++) {
        if (known->wanted[i]) {
            const pt_row row = pt_rows_get(&papers->rows, i);
            const size_t start = known->tags.starts[i];
            papers->keys[kept] = papers->keys[i];
            known->days[kept++] = known->days[i];
            status = pt_rows_append(&rows, row.terms, row.values, row.count);
            status =
                status ? status : pt_labels_append(&tags, known->tags.tags + start, known->tags.starts[i + 1] - start);
        }
    }
    pt_rows_free(&papers->rows);
    pt_labels_free(&known->tags);
    papers->rows = rows;
    papers->count = kept;
    known->tags = tags;
    return status;
}

static int hand_out(papertag_store *store, const papertag_model *model, const pt_stored_rows *papers,
                    const struct known *known, const pt_topic *topics, size_t count, const papertag_topic **out)
{
    pt_arena *arena = pt_store_answer(store);
    papertag_topic *list = pt_arena_array(arena, count + 1, sizeof *list);

    for (size_t i = 0; i < count && list; i++) {
        const pt_topic *t = &topics[i];
        const char **terms = pt_arena_array(arena, t->term_count, sizeof *terms);
        int64_t *keys = pt_arena_array(arena, t->count, sizeof *keys);
        if (!terms || !keys) {
            return PAPERTAG_NO_MEMORY;
        }
        for (size_t k = 0; k < t->term_count; k++) {
            const char *term;
            size_t length;
            papertag_model_term(model, t->terms[k], &term, &length, NULL);
            terms[k] = pt_arena_copy(arena, term, length);
            if (!terms[k]) {
                return PAPERTAG_NO_MEMORY;
            }
        }
        for (size_t k = 0; k < t->count; k++) {
            keys[k] = papers->keys[t->papers[k]];
        }
        list[i] = (papertag_topic){.name = pt_arena_copy(arena, t->name.data, t->name.size),
                                   .terms = terms,
                                   .term_count = t->term_count,
                                   .keys = keys,
                                   .count = t->count,
                                   .recent = t->recent,
                                   .before = t->before,
                                   .growth = t->growth,
                                   .score = t->score,
                                   .nearest_tag = t->coverage > 0 ? known->names[t->nearest_tag].tag : NULL,
                                   .coverage = t->coverage};
        if (!list[i].name) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    *out = list;
    return list ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int papertag_store_discover(papertag_store *store, const papertag_model *model,
                            const papertag_discover_options *options, const papertag_topic **out, size_t *count,
                            papertag_error *err)
{
    const unsigned jobs = pt_jobs(options->jobs);
    const pt_topic_options o = {options->min_papers > 2 ? options->min_papers : 2, options->limit, options->days, jobs};
    pt_stored_rows papers = {0};
    struct known known = {0};
    pt_topic *topics = NULL;
    long today, first = -1000000, last = 1000000, other;
    size_t found = 0;
    int status = pt_store_today(NULL, &today, err);

    status = status || !options->since ? status : pt_day_range(options->since, today, &first, &other, err);
    status = status || !options->until ? status : pt_day_range(options->until, today, &other, &last, err);
    status = status ? status : pt_store_known_tags(store, &known.names, &known.name_count, err);
    status = status ? status : pt_store_rows(store, model, jobs, &papers, err);
    if (!status) {
        known.days = pt_calloc(papers.count, sizeof *known.days);
        known.wanted = pt_calloc(papers.count, sizeof *known.wanted);
        status = known.days && known.wanted ? pt_store_days(store, &papers, known.days, err) : pt_no_memory(err);
    }
    for (size_t i = 0; i < papers.count && !status; i++) {
        known.wanted[i] = known.days[i] >= first && known.days[i] <= last;
    }
    status = status ? status : pt_store_labels(store, &papers, &known.tags, err);
    if (!status && narrow(&papers, &known)) {
        status = pt_no_memory(err);
    }
    if (!status) {
        const pt_corpus corpus = {&papers.rows, &model->vocabulary, &known.tags,
                                  known.days,   papers.count,       known.name_count};
        status = pt_find_topics(&corpus, &o, &topics, &found, err);
    }
    if (!status && hand_out(store, model, &papers, &known, topics, found, out)) {
        status = pt_no_memory(err);
    }
    if (!status) {
        *count = found;
    }
    pt_topics_free(topics, found);
    pt_stored_rows_free(&papers);
    pt_labels_free(&known.tags);
    free(known.days);
    free(known.wanted);
    return status;
}
