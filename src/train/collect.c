/*
 * collect - takes papers one by one, and keeps of each the numbers of its terms and tags.
 *
 * Papers wait in a queue and are counted PT_QUEUE at a time, on all threads, while those after them go to another
 * queue. Texts are then forgotten, except those of the dev papers.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "train.h"

/* ---- open and close -------------------------------------------------------------------------------------------- */

int papertag_trainer_open(papertag_trainer **out, const papertag_train_options *options, papertag_error *err)
{
    papertag_trainer *t;
    const char *words;
    size_t size;
    int status = pt_train_options_check(options, err);

    if (status) {
        return status;
    }
    t = pt_calloc(1, sizeof *t);
    if (!t || !(t->name = strdup(options->name ? options->name : "unnamed"))) {
        free(t);
        return pt_no_memory(err);
    }
    t->waiting = t->queues;
    t->options = *options;
    t->options.name = t->name;
    t->tfidf = (pt_tfidf_options){.text = {.camel_case = true, .plurals = true, .segments = true},
                                  .ngram_max = options->ngram_max,
                                  .title_weight = options->title_weight};
    words = pt_stop_words_english(&size);
    status = pt_words_build(&t->tfidf.text.stop_words, words, options->stop_words ? size : 0, err);
    if (status) {
        papertag_trainer_close(t);
        return status;
    }
    *out = t;
    return PAPERTAG_OK;
}

void papertag_trainer_close(papertag_trainer *t)
{
    if (!t) {
        return;
    }
    (void)pt_background_wait(&t->counting);
    free(t->name);
    pt_words_free(&t->tfidf.text.stop_words);
    pt_lexicon_free(&t->lexicon);
    pt_arena_free(&t->queues[0].arena);
    pt_arena_free(&t->queues[1].arena);
    pt_rows_free(&t->rows);
    pt_labels_free(&t->labels);
    pt_rows_free(&t->pool);
    pt_labels_free(&t->named);
    free(t->has_keywords);
    pt_keyword_index_free(&t->keywords);
    pt_arena_free(&t->arena);
    free(t->tags);
    free(t->sorted);
    free(t->dev);
    pt_tag_list_free(&t->list);
    free(t);
}

/* The number of a slug, by order of first appearance. New slugs are added. */
static int intern_tag(papertag_trainer *t, const char *slug, uint32_t *number)
{
    size_t low = 0, high = t->tag_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(t->tags[t->sorted[middle]], slug);
        if (!order) {
            *number = t->sorted[middle];
            return PAPERTAG_OK;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (pt_reserve(&t->tags, &t->tags_capacity, t->tag_count + 1, sizeof *t->tags) ||
        pt_reserve(&t->sorted, &t->sorted_capacity, t->tag_count + 1, sizeof *t->sorted) ||
        !(t->tags[t->tag_count] = pt_arena_copy(&t->arena, slug, strlen(slug)))) {
        return PAPERTAG_NO_MEMORY;
    }
    memmove(t->sorted + low + 1, t->sorted + low, (t->tag_count - low) * sizeof *t->sorted);
    t->sorted[low] = (uint32_t)t->tag_count;
    *number = (uint32_t)t->tag_count++;
    return PAPERTAG_OK;
}

static bool has_text(const papertag_paper *paper)
{
    return (paper->title && *paper->title) || (paper->abstract && *paper->abstract);
}

static int check_paper(const papertag_paper *paper, papertag_error *err)
{
    if (!paper->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    if (!has_text(paper)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "neither title nor abstract");
    }
    return PAPERTAG_OK;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return pt_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

static int copy_text(pt_arena *arena, const char **out, const char *text)
{
    *out = text ? pt_arena_copy(arena, text, strlen(text)) : NULL;
    return text && !*out ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

static int count_queue(void *context)
{
    papertag_trainer *t = context;
    pt_queue *queue = &t->queues[t->waiting == t->queues];
    const int status = pt_lexicon_count(&t->lexicon, &t->tfidf, queue->texts, queue->count, pt_jobs(t->options.jobs),
                                        queue->rows, NULL);

    queue->count = 0;
    pt_arena_reset(&queue->arena);
    return status;
}

/* Begins to count the papers that wait, after those before them. With one thread they are counted at once. */
static int begin_counting(papertag_trainer *t, papertag_error *err)
{
    t->broken = t->broken || pt_background_wait(&t->counting);
    if (!t->broken && t->waiting->count) {
        t->waiting = &t->queues[t->waiting == t->queues];
        if (pt_jobs(t->options.jobs) > 1) {
            pt_background_start(&t->counting, count_queue, t);
        } else {
            t->broken = count_queue(t) != PAPERTAG_OK;
        }
    }
    return t->broken ? pt_no_memory(err) : PAPERTAG_OK;
}

int pt_train_count(papertag_trainer *t, papertag_error *err)
{
    const int status = begin_counting(t, err);

    return status ? status : begin_counting(t, err); /* no paper waits now: it waits for the last ones */
}

/* Makes room in the queue for a paper whose terms go to `rows`. */
static int prepare_queue(papertag_trainer *t, pt_rows *rows, papertag_error *err)
{
    const bool full = t->waiting->count == PT_QUEUE || t->waiting->rows != rows;
    const int status = full || t->broken ? begin_counting(t, err) : PAPERTAG_OK;

    t->waiting->rows = rows;
    return status;
}

/* The last step of adding a paper. Its terms are counted later, together with those of others. */
static int queue_paper(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    pt_queue *queue = t->waiting;
    pt_texts *texts = &queue->texts[queue->count];

    if (copy_text(&queue->arena, &texts->title, paper->title) ||
        copy_text(&queue->arena, &texts->abstract, paper->abstract)) {
        return pt_no_memory(err);
    }
    queue->count++;
    return PAPERTAG_OK;
}

/* The numbers of the paper's tags, each once, in *tags (free it), *count of them. */
static int number_tags(papertag_trainer *t, const papertag_paper *paper, uint32_t **tags, size_t *count)
{
    size_t n = 0;

    *tags = pt_alloc(paper->tags.count, sizeof **tags);
    for (size_t i = 0; i < paper->tags.count; i++) {
        uint32_t number;
        bool twice = false;
        if (!*tags || intern_tag(t, paper->tags.items[i], &number)) {
            return PAPERTAG_NO_MEMORY;
        }
        for (size_t k = 0; k < n; k++) {
            twice = twice || (*tags)[k] == number;
        }
        if (!twice) {
            (*tags)[n++] = number;
        }
    }
    *count = n;
    return *tags ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

int papertag_trainer_add(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    uint32_t *tags = NULL;
    size_t count = 0;
    int status = check_paper(paper, err);

    status = status ? status : prepare_queue(t, &t->rows, err);
    if (!status && (number_tags(t, paper, &tags, &count) || pt_labels_append(&t->labels, tags, count))) {
        status = pt_no_memory(err);
    }
    free(tags);
    if (status) {
        return status;
    }
    status = queue_paper(t, paper, err);
    if (status) {
        t->labels.count--; /* a paper is added as a whole or not at all */
        return status;
    }
    t->hash = hash_text(hash_text(hash_text(t->hash, paper->id), paper->title), paper->abstract);
    for (size_t i = 0; i < paper->tags.count; i++) {
        t->hash = hash_text(t->hash, paper->tags.items[i]);
    }
    return PAPERTAG_OK;
}

/* The tags that the paper's keywords name, in `tags` (free it), *count of them. */
static int named_tags(papertag_trainer *t, const papertag_paper *paper, uint32_t **tags, size_t *count,
                      papertag_error *err)
{
    bool *named = pt_calloc(t->list.count, sizeof *named);
    int status = PAPERTAG_OK;

    *count = 0;
    *tags = pt_alloc(t->list.count, sizeof **tags);
    if (!named || !*tags) {
        free(named);
        return pt_no_memory(err);
    }
    if (!t->keywords.phrases) {
        status = pt_keyword_index_build(&t->keywords, &t->list, err);
    }
    if (!status) {
        pt_mark_keyword_tags(&t->keywords, paper->keywords, named);
    }
    for (size_t e = 0; e < t->list.count && !status; e++) {
        if (named[e] && intern_tag(t, t->list.entries[e].tag, &(*tags)[(*count)++])) {
            status = pt_no_memory(err);
        }
    }
    free(named);
    return status;
}

int papertag_trainer_add_unlabelled(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    uint32_t *tags = NULL;
    size_t count = 0, number = t->named.count;
    int status;

    if (!pt_solver_get(t->options.solver)->keywords) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "the %s solver does not learn from unlabelled papers",
                       papertag_solver_names()[t->options.solver]);
    }
    if (!has_text(paper)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "neither title nor abstract");
    }
    status = prepare_queue(t, &t->pool, err);
    status = status ? status : named_tags(t, paper, &tags, &count, err);
    if (!status && (pt_reserve(&t->has_keywords, &t->has_keywords_capacity, number + 1, sizeof *t->has_keywords) ||
                    pt_labels_append(&t->named, tags, count))) {
        status = pt_no_memory(err);
    }
    if (!status && queue_paper(t, paper, err)) {
        t->named.count--; /* a paper is added as a whole or not at all */
        status = PAPERTAG_NO_MEMORY;
    }
    if (!status) {
        t->has_keywords[number] = t->list.count && paper->keywords.count;
        t->hash = hash_text(hash_text(t->hash, paper->title), paper->abstract);
        for (size_t i = 0; i < paper->keywords.count; i++) {
            t->hash = hash_text(t->hash, paper->keywords.items[i]);
        }
    }
    free(tags);
    return status;
}

int papertag_trainer_add_dev(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    papertag_paper copy = {.has_tags = true};
    int status = check_paper(paper, err);

    if (status) {
        return status;
    }
    if (pt_reserve(&t->dev, &t->dev_capacity, t->dev_count + 1, sizeof *t->dev) ||
        copy_text(&t->arena, &copy.title, paper->title) || copy_text(&t->arena, &copy.abstract, paper->abstract) ||
        pt_arena_copy_strings(&t->arena, paper->tags, &copy.tags) ||
        pt_arena_copy_strings(&t->arena, paper->maybe, &copy.maybe)) {
        return pt_no_memory(err);
    }
    t->dev[t->dev_count++] = copy;
    return PAPERTAG_OK;
}

int papertag_trainer_tag_list(papertag_trainer *t, const char *path, papertag_error *err)
{
    pt_tag_list list;
    int status = pt_tag_list_read(&list, path, err);

    if (!status) {
        pt_keyword_index_free(&t->keywords); /* it points into the list before */
        pt_tag_list_free(&t->list);
        t->list = list;
    }
    return status;
}
