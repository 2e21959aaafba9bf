/*
 * train - from labelled papers to a model file.
 *
 * Papers are tokenized as they come and only their counts are kept. The fit then goes: choose the vocabulary, weigh the
 * rows, deal papers into folds, get every paper's margins from a fit that has not seen it (for each C that is tried),
 * and from those margins the calibration (Platt), the cuts and an honest F1; fit all papers; write. What is measured on
 * dev is measured with the finished model file, as a user would.
 */
#include "train.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "fit/fit.h"
#include "measure/measure.h"

enum { LSA_RANK = 200 };

/* ---- options --------------------------------------------------------------------------------------------------- */

const char *const *papertag_solver_names(void)
{
    static const char *const names[] = {"linear", "libsvm", NULL};
    return names;
}

const char *const *papertag_class_weight_names(void)
{
    static const char *const names[] = {"none", "sqrt", "balanced", NULL};
    return names;
}

void papertag_train_options_init(papertag_train_options *options)
{
    *options = (papertag_train_options){.ngram_max = 2,
                                        .stop_words = true,
                                        .title_weight = 2,
                                        .min_df = 2,
                                        .max_df = 0.5,
                                        .solver = PAPERTAG_SOLVER_LINEAR,
                                        .kernel = PAPERTAG_KERNEL_LINEAR,
                                        .degree = 3,
                                        .c = 1,
                                        .folds = 5,
                                        .precision = PAPERTAG_INT8,
                                        .min_examples = 5,
                                        .seed = 1};
}

static int check_options(const papertag_train_options *o, papertag_error *err)
{
    const char *wrong = NULL;

    if (o->ngram_max < 1 || o->ngram_max > PT_NGRAM_MAX) {
        wrong = "n-grams must have 1 to 4 words";
    } else if (!(o->title_weight >= 0 && o->title_weight <= 1e6)) {
        wrong = "the title's weight must be 0 to 1000000";
    } else if (o->min_df < 1) {
        wrong = "the least document frequency must be at least 1";
    } else if (!(o->max_df > 0 && o->max_df <= 1)) {
        wrong = "the largest document frequency is a share: above 0, at most 1";
    } else if (o->max_terms > UINT32_MAX / 8) {
        wrong = "so many terms are more than a model can hold";
    } else if (o->solver != PAPERTAG_SOLVER_LINEAR && o->solver != PAPERTAG_SOLVER_LIBSVM) {
        wrong = "no such solver";
    } else if ((unsigned)o->kernel > PAPERTAG_KERNEL_SIGMOID) {
        wrong = "no such kernel";
    } else if (o->solver == PAPERTAG_SOLVER_LINEAR && o->kernel != PAPERTAG_KERNEL_LINEAR) {
        wrong = "the linear solver has only the linear kernel; other kernels need the libsvm solver";
    } else if (!(o->c >= 0 && o->c <= 1e9)) {
        wrong = "C must be above 0 (or 0: chosen by cross-validation)";
    } else if (!(o->gamma >= 0 && o->gamma <= 1e9) || !isfinite(o->coef0)) {
        wrong = "gamma must be 0 or more and coef0 a number";
    } else if (o->degree < 1 || o->degree > 100) {
        wrong = "the degree must be 1 to 100";
    } else if ((unsigned)o->class_weight > PAPERTAG_WEIGHT_BALANCED) {
        wrong = "no such class weight";
    } else if (o->folds < 2 || o->folds > 20) {
        wrong = "the folds must be 2 to 20";
    } else if (o->precision != PAPERTAG_FLOAT32 && o->precision != PAPERTAG_INT8) {
        wrong = "no such precision of weights";
    }
    return wrong ? pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s", wrong) : PAPERTAG_OK;
}

/* ---- collecting ------------------------------------------------------------------------------------------------ */

int papertag_trainer_open(papertag_trainer **out, const papertag_train_options *options, papertag_error *err)
{
    papertag_trainer *t;
    const char *words;
    size_t size;
    int status = check_options(options, err);

    if (status) {
        return status;
    }
    t = pt_calloc(1, sizeof *t);
    if (!t || !(t->name = strdup(options->name ? options->name : "unnamed"))) {
        free(t);
        return pt_no_memory(err);
    }
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
    free(t->name);
    pt_words_free(&t->tfidf.text.stop_words);
    pt_lexicon_free(&t->lexicon);
    pt_arena_free(&t->queue_arena);
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

/* The number of a slug, new ones being added. */
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

int pt_train_count(papertag_trainer *t, papertag_error *err)
{
    int status = PAPERTAG_OK;

    if (t->queued) {
        status =
            pt_lexicon_count(&t->lexicon, &t->tfidf, t->queue, t->queued, pt_jobs(t->options.jobs), t->queue_rows, err);
        t->broken = status != PAPERTAG_OK;
    }
    t->queued = 0;
    pt_arena_reset(&t->queue_arena);
    return t->broken ? pt_no_memory(err) : PAPERTAG_OK;
}

/* Makes sure that a paper can be put into the queue for `rows`. */
static int make_room(papertag_trainer *t, pt_rows *rows, papertag_error *err)
{
    int status = t->queued == PT_QUEUE || t->queue_rows != rows || t->broken ? pt_train_count(t, err) : PAPERTAG_OK;

    t->queue_rows = rows;
    return status;
}

/* The last step of adding a paper: it is counted with others. */
static int put_into_queue(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    pt_texts *texts = &t->queue[t->queued];

    if (copy_text(&t->queue_arena, &texts->title, paper->title) ||
        copy_text(&t->queue_arena, &texts->abstract, paper->abstract)) {
        return pt_no_memory(err);
    }
    t->queued++;
    return PAPERTAG_OK;
}

int papertag_trainer_add(papertag_trainer *t, const papertag_paper *paper, papertag_error *err)
{
    uint32_t *tags = NULL;
    size_t count = 0;
    int status = check_paper(paper, err);

    status = status ? status : make_room(t, &t->rows, err);
    if (status) {
        return status;
    }
    tags = pt_alloc(paper->tags.count, sizeof *tags);
    if (!tags) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < paper->tags.count; i++) {
        uint32_t number;
        bool twice = false;
        if (intern_tag(t, paper->tags.items[i], &number)) {
            status = pt_no_memory(err);
            goto done;
        }
        for (size_t k = 0; k < count; k++) {
            twice = twice || tags[k] == number;
        }
        if (!twice) {
            tags[count++] = number;
        }
    }
    if (pt_labels_append(&t->labels, tags, count)) {
        status = pt_no_memory(err);
        goto done;
    }
    status = put_into_queue(t, paper, err);
    if (status) {
        t->labels.count--; /* a paper is added whole or not at all */
    } else {
        t->hash = hash_text(hash_text(hash_text(t->hash, paper->id), paper->title), paper->abstract);
        for (size_t i = 0; i < paper->tags.count; i++) {
            t->hash = hash_text(t->hash, paper->tags.items[i]);
        }
    }
done:
    free(tags);
    return status;
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

    if (t->options.solver != PAPERTAG_SOLVER_LINEAR) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "only the linear solver learns from unlabelled papers");
    }
    if (!has_text(paper)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "neither title nor abstract");
    }
    status = make_room(t, &t->pool, err);
    status = status ? status : named_tags(t, paper, &tags, &count, err);
    if (!status && (pt_reserve(&t->has_keywords, &t->has_keywords_capacity, number + 1, sizeof *t->has_keywords) ||
                    pt_labels_append(&t->named, tags, count))) {
        status = pt_no_memory(err);
    }
    if (!status && put_into_queue(t, paper, err)) {
        t->named.count--; /* a paper is added whole or not at all */
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
        pt_tag_list_free(&t->list);
        t->list = list;
    }
    return status;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

static void free_blocks(float **blocks, size_t tags)
{
    for (size_t i = 0; blocks && i * PT_LANES < tags; i++) {
        free(blocks[i]);
    }
    free(blocks);
}

/* Room for the weights of all tags, zero; NULL when there is none. */
static float **make_blocks(size_t terms, size_t tags)
{
    float **blocks = pt_calloc(tags / PT_LANES + 1, sizeof *blocks);

    for (size_t i = 0; blocks && i * PT_LANES < tags; i++) {
        blocks[i] = pt_calloc(terms + 1, PT_LANES * sizeof **blocks);
        if (!blocks[i]) {
            free_blocks(blocks, tags);
            return NULL;
        }
    }
    return blocks;
}

static void free_result(pt_result *result, size_t tags)
{
    free_blocks(result->blocks, tags);
    free(result->margins);
    free(result->a);
    free(result->b);
    free(result->cuts);
}

static int make_result(const pt_training *r, pt_result *out, papertag_error *err)
{
    pt_result result = {.margins = pt_alloc(r->labels.count * r->tags, sizeof *result.margins),
                        .a = pt_calloc(r->tags, sizeof *result.a),
                        .b = pt_calloc(r->tags, sizeof *result.b),
                        .cuts = pt_calloc(r->tags, sizeof *result.cuts),
                        .f1 = -1,
                        .blocks = pt_calloc(r->tags / PT_LANES + 1, sizeof *result.blocks)};

    if (!result.margins || !result.a || !result.b || !result.cuts || !result.blocks) {
        free_result(&result, r->tags);
        return pt_no_memory(err);
    }
    *out = result;
    return PAPERTAG_OK;
}

void pt_training_free(pt_training *r)
{
    free_result(&r->result, r->tags);
    free_blocks(r->prior, r->tags);
    pt_lsa_free(&r->lsa);
    pt_rows_free(&r->extended);
    pt_support_free(&r->support);
    pt_chosen_free(&r->chosen);
    pt_labels_free(&r->labels);
    pt_labels_free(&r->named);
    free(r->has_keywords);
    free(r->kept);
    free(r->examples);
    free(r->named_examples);
    free(r->fold_of);
    free(r->platt);
}

/* How many papers have each tag, by order of meeting. NULL: no memory. */
static size_t *count_examples(const papertag_trainer *t, const pt_labels *labels)
{
    size_t *examples = pt_calloc(t->tag_count, sizeof *examples);

    for (size_t i = 0; examples && labels->count && i < labels->starts[labels->count]; i++) {
        examples[labels->tags[i]]++;
    }
    return examples;
}

/* Appends the labels under the model's numbers, without the tags that are left out. */
static int renumber(const papertag_trainer *t, const pt_labels *labels, const uint32_t *number, pt_labels *out)
{
    uint32_t *tags = pt_alloc(t->tag_count, sizeof *tags);
    int status = tags ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < labels->count && !status; i++) {
        size_t count = 0;
        for (size_t k = labels->starts[i]; k < labels->starts[i + 1]; k++) {
            if (number[labels->tags[k]] != UINT32_MAX) {
                tags[count++] = number[labels->tags[k]];
            }
        }
        status = pt_labels_append(out, tags, count);
    }
    free(tags);
    return status;
}

/* Chooses the tags to fit, in slug order, and numbers the labels accordingly. */
static int choose_tags(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    uint32_t *number = pt_alloc(t->tag_count, sizeof *number);
    size_t *examples = count_examples(t, &t->labels), *named = count_examples(t, &t->named);
    pt_buf rare = {0};
    int status = PAPERTAG_OK;

    r->kept = pt_alloc(t->tag_count, sizeof *r->kept);
    r->examples = pt_alloc(t->tag_count, sizeof *r->examples);
    r->named_examples = pt_alloc(t->tag_count, sizeof *r->named_examples);
    if (!number || !examples || !named || !r->kept || !r->examples || !r->named_examples) {
        status = pt_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < t->tag_count; i++) {
        uint32_t met = t->sorted[i];
        number[met] = UINT32_MAX;
        if (examples[met] == t->labels.count) {
            status = pt_fail(err, PAPERTAG_BAD_INPUT, "every paper has the tag '%s': there is nothing to tell it from",
                             t->tags[met]);
            goto done;
        }
        if (examples[met] + named[met] < t->options.min_examples) {
            if (examples[met]) {
                pt_buf_format(&rare, "%s'%s' (%zu)", rare.size ? ", " : "", t->tags[met], examples[met]);
            }
            continue;
        }
        number[met] = (uint32_t)r->tags;
        r->examples[r->tags] = examples[met];
        r->named_examples[r->tags] = named[met];
        r->kept[r->tags++] = met;
    }
    if (rare.size && (!t->options.skip_rare || !r->tags)) {
        status =
            pt_fail(err, PAPERTAG_BAD_INPUT, "tags with fewer than %zu papers: %s", t->options.min_examples, rare.data);
        goto done;
    }
    status = renumber(t, &t->labels, number, &r->labels);
    for (size_t i = 0; i < t->labels.count && !status; i++) {
        status = pt_labels_append(&r->named, NULL, 0);
    }
    if (status || renumber(t, &t->named, number, &r->named)) {
        status = pt_no_memory(err);
    }
done:
    pt_buf_free(&rare);
    free(number);
    free(examples);
    free(named);
    return status;
}

/* Puts the unlabelled papers after the labelled ones. */
static int join_rows(papertag_trainer *t, pt_training *r)
{
    size_t labelled = t->rows.count, others = t->pool.count;

    r->has_keywords = pt_calloc(labelled + others, sizeof *r->has_keywords);
    if (!r->has_keywords) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < others; i++) {
        pt_row row = pt_rows_get(&t->pool, i);
        if (pt_rows_append(&t->rows, row.terms, row.values, row.count)) {
            return PAPERTAG_NO_MEMORY;
        }
        r->has_keywords[labelled + i] = t->has_keywords[i];
    }
    pt_rows_free(&t->pool);
    return PAPERTAG_OK;
}

int pt_train_choose(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    const papertag_train_options *o = &t->options;
    int status = choose_tags(t, r, err);

    status = status ? status : join_rows(t, r) ? pt_no_memory(err) : PAPERTAG_OK;
    status = status
                 ? status
                 : pt_lexicon_choose(&t->lexicon, t->rows.count, o->min_df, o->max_df, o->max_terms, &r->chosen, err);
    status = status ? status : pt_rows_weigh(&t->rows, &r->chosen, pt_jobs(o->jobs), err);
    if (status) {
        return status;
    }
    pt_lexicon_free(&t->lexicon); /* it is large, and done with */
    r->fold_of = pt_alloc(r->labels.count, sizeof *r->fold_of);
    if (!r->fold_of) {
        return pt_no_memory(err);
    }
    r->fit = (pt_fit){.options = o,
                      .rows = &t->rows,
                      .labels = &r->labels,
                      .fold_of = r->fold_of,
                      .terms = r->chosen.vocabulary.count,
                      .tags = r->tags,
                      .examples = r->examples,
                      .c = o->c};
    return pt_folds(&r->labels, r->tags, o->folds, o->seed, r->fold_of, err);
}

/* ---- from margins to decisions --------------------------------------------------------------------------------- */

/* The calibration of all tags together is found on at most so many pairs of a paper and a tag, spread over all. */
enum { COMMON_PAIRS = 1 << 18 };

static int common_calibration(const pt_training *r, const float *margins, double *a, double *b)
{
    const size_t step = r->labels.count * r->tags / COMMON_PAIRS + 1, papers = (r->labels.count + step - 1) / step;
    float *some = pt_alloc(papers * r->tags, sizeof *some);
    uint8_t *positive = pt_calloc(papers * r->tags, sizeof *positive);
    int status = some && positive ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < papers && !status; i++) {
        const size_t paper = i * step;
        memcpy(some + i * r->tags, margins + paper * r->tags, r->tags * sizeof *some);
        for (size_t k = r->labels.starts[paper]; k < r->labels.starts[paper + 1]; k++) {
            positive[i * r->tags + r->labels.tags[k]] = 1;
        }
    }
    if (!status) {
        pt_platt(some, positive, papers * r->tags, a, b);
    }
    free(some);
    free(positive);
    return status;
}

struct calibration {
    const pt_training *r;
    pt_result *result;
    double a, b; /* of all tags together, which is what a tag of three examples mostly has */
};

static const double PRIOR_STRENGTH = 0.5; /* of the calibration of all tags together */

static int calibrate_tag(void *context, size_t tag)
{
    const struct calibration *c = context;
    const pt_training *r = c->r;
    const size_t papers = r->labels.count;
    float *column = pt_alloc(papers, sizeof *column);
    uint8_t *positive = pt_alloc(papers, sizeof *positive);
    int status = column && positive ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < papers && !status; i++) {
        column[i] = c->result->margins[i * r->tags + tag];
        positive[i] = pt_labels_have(&r->labels, i, (uint32_t)tag);
    }
    if (!status) {
        c->result->a[tag] = c->a;
        c->result->b[tag] = c->b;
        pt_platt_near(column, positive, papers, PRIOR_STRENGTH, &c->result->a[tag], &c->result->b[tag]);
    }
    free(column);
    free(positive);
    return status;
}

/* Calibration and cuts from the held-out margins. */
static int decide(const pt_training *r, pt_result *result, papertag_error *err)
{
    const unsigned jobs = pt_jobs(r->fit.options->jobs);
    struct calibration c = {.r = r, .result = result};

    if (common_calibration(r, result->margins, &c.a, &c.b) || pt_parallel(jobs, r->tags, calibrate_tag, &c, NULL)) {
        return pt_no_memory(err);
    }
    return pt_find_cuts(&(pt_cut_problem){result->margins, &r->labels, r->tags, result->a, result->b}, jobs,
                        result->cuts, result->levels, &result->f1, err);
}

/* F1 of the held-out margins at the cuts. */
static int measure_held_out(pt_training *r, papertag_error *err)
{
    uint32_t *counts = pt_calloc(r->tags, 3 * sizeof *counts), *tp, *fp, *fn;

    if (!counts) {
        return pt_no_memory(err);
    }
    tp = counts;
    fp = tp + r->tags;
    fn = fp + r->tags;
    for (size_t i = 0; i < r->labels.count; i++) {
        for (size_t tag = 0; tag < r->tags; tag++) {
            bool has = pt_labels_have(&r->labels, i, (uint32_t)tag);
            bool assigned = r->result.margins[i * r->tags + tag] >= r->result.cuts[tag];
            tp[tag] += has && assigned;
            fp[tag] += !has && assigned;
            fn[tag] += has && !assigned;
        }
    }
    pt_f1(tp, fp, fn, r->tags, &r->f1_micro, &r->f1_macro);
    free(counts);
    return PAPERTAG_OK;
}

/* What unlabelled papers tell before a labelled one is seen: weights by keywords, latent directions. */
static int look_around(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    int status = PAPERTAG_OK;

    if (r->named.starts[r->named.count]) {
        r->prior = make_blocks(r->fit.terms, r->tags);
        status = r->prior ? pt_fit_keywords(&r->fit, &r->named, r->has_keywords, r->prior, err) : pt_no_memory(err);
        r->fit.prior = r->prior;
    }
    if (!status && t->rows.count > r->labels.count) {
        status = pt_lsa_fit(&t->rows, r->fit.terms, LSA_RANK, t->options.seed, t->options.jobs, &r->lsa, err);
        status = status || !r->lsa.rank ? status : pt_lsa_extend(&r->lsa, &t->rows, r->labels.count, &r->extended, err);
    }
    return status;
}

/* A cross-validation with r->fit, kept in r->result when it does better; else r->fit becomes what it was when that was
 * found. */
static int try_fit(pt_training *r, pt_fit *best_fit, pt_result *trial, papertag_error *err)
{
    int status = pt_fit_held_out(&r->fit, trial->margins, trial->blocks, err);

    status = status ? status : decide(r, trial, err);
    if (!status && trial->f1 > r->result.f1) {
        const pt_result swap = r->result;
        r->result = *trial;
        *trial = swap;
        *best_fit = r->fit;
    }
    r->fit = *best_fit;
    return status;
}

/* Held-out margins, calibration and cuts with the C that was asked for, or the best of a few; then with the trust in
 * keywords that does best, and with latent directions if they do better: a few labelled papers need both, many are
 * better off without. */
int pt_train_cross_validate(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    static const double costs[] = {0.25, 0.5, 1, 2, 4}, trusts[] = {0.3, 1};
    pt_result trial = {0};
    pt_fit best_fit;
    int status = make_result(r, &r->result, err);

    status = status ? status : make_result(r, &trial, err);
    status = status ? status : look_around(t, r, err);
    best_fit = r->fit;
    for (size_t i = 0; i < (t->options.c > 0 ? 1 : sizeof costs / sizeof *costs) && !status; i++) {
        r->fit.c = t->options.c > 0 ? t->options.c : costs[i];
        status = try_fit(r, &best_fit, &trial, err);
    }
    for (size_t i = 0; i < sizeof trusts / sizeof *trusts && r->prior && !status; i++) {
        r->fit.trust = trusts[i];
        status = try_fit(r, &best_fit, &trial, err);
    }
    if (r->lsa.rank && !status) {
        r->fit.lsa = &r->lsa;
        r->fit.extended = &r->extended;
        status = try_fit(r, &best_fit, &trial, err);
    }
    free_result(&trial, r->tags);
    return status ? status : measure_held_out(r, err);
}

int pt_train_students(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    int status;

    if (t->rows.count == r->labels.count) {
        return PAPERTAG_OK;
    }
    r->platt = pt_alloc(2 * r->tags, sizeof *r->platt);
    if (!r->platt) {
        return pt_no_memory(err);
    }
    memcpy(r->platt, r->result.a, r->tags * sizeof *r->platt);
    memcpy(r->platt + r->tags, r->result.b, r->tags * sizeof *r->platt);
    r->fit.platt_a = r->platt;
    r->fit.platt_b = r->platt + r->tags;
    status = pt_fit_held_out(&r->fit, r->result.margins, r->result.blocks, err);
    status = status ? status : decide(r, &r->result, err);
    return status ? status : measure_held_out(r, err);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void add_tag(cJSON *list, const papertag_trainer *t, const pt_training *r, size_t tag)
{
    const char *slug = t->tags[r->kept[tag]];
    const pt_tag_entry *entry = pt_tag_list_entry(&t->list, slug);
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "tag", slug);
    if (entry) {
        cJSON *aliases = cJSON_CreateArray();
        if (entry->name) {
            cJSON_AddStringToObject(item, "name", entry->name);
        }
        if (entry->definition) {
            cJSON_AddStringToObject(item, "definition", entry->definition);
        }
        if (entry->group) {
            cJSON_AddStringToObject(item, "group", entry->group);
        }
        for (size_t i = 0; i < entry->aliases.count; i++) {
            cJSON_AddItemToArray(aliases, cJSON_CreateString(entry->aliases.items[i]));
        }
        cJSON_AddItemToObject(item, "aliases", aliases);
    }
    cJSON_AddNumberToObject(item, "examples", (double)r->examples[tag]);
    if (r->prior) {
        cJSON_AddNumberToObject(item, "keyword_examples", (double)r->named_examples[tag]);
    }
    cJSON_AddNumberToObject(item, "cut", r->result.cuts[tag]);
    cJSON_AddNumberToObject(item, "platt_a", r->result.a[tag]);
    cJSON_AddNumberToObject(item, "platt_b", r->result.b[tag]);
    cJSON_AddItemToArray(list, item);
}

/* Metrics are kept to four digits: what is beyond them says nothing, and "0.8123" is what a person reads. */
static void add_metric(cJSON *object, const char *name, double value)
{
    cJSON_AddNumberToObject(object, name, round(value * 1e4) / 1e4);
}

static cJSON *make_manifest(const papertag_trainer *t, const pt_training *r)
{
    const papertag_train_options *o = &t->options;
    const pt_words *words = &t->tfidf.text.stop_words;
    cJSON *m = cJSON_CreateObject(), *part, *list;
    char hash[17];

    cJSON_AddNumberToObject(m, "format", PT_MODEL_PLAIN);
    cJSON_AddStringToObject(m, "name", t->name);
    cJSON_AddStringToObject(m, "papertag", PAPERTAG_VERSION);
    part = cJSON_AddObjectToObject(m, "text");
    cJSON_AddBoolToObject(part, "camel_case", t->tfidf.text.camel_case);
    cJSON_AddBoolToObject(part, "plurals", t->tfidf.text.plurals);
    cJSON_AddBoolToObject(part, "segments", t->tfidf.text.segments);
    list = cJSON_AddArrayToObject(part, "stop_words");
    for (size_t i = 0; i < words->count; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(words->text + words->starts[i]));
    }
    part = cJSON_AddObjectToObject(m, "tfidf");
    cJSON_AddNumberToObject(part, "ngram_max", o->ngram_max);
    cJSON_AddNumberToObject(part, "title_weight", o->title_weight);
    cJSON_AddNumberToObject(part, "min_df", (double)o->min_df);
    cJSON_AddNumberToObject(part, "max_df", o->max_df);
    cJSON_AddNumberToObject(part, "max_terms", (double)o->max_terms);
    part = cJSON_AddObjectToObject(m, "fit");
    cJSON_AddStringToObject(part, "solver", papertag_solver_names()[o->solver]);
    cJSON_AddStringToObject(part, "kernel", papertag_kernel_names()[o->kernel]);
    cJSON_AddNumberToObject(part, "c", r->fit.c);
    if (o->kernel != PAPERTAG_KERNEL_LINEAR) {
        cJSON_AddNumberToObject(part, "gamma", o->gamma > 0 ? o->gamma : 1);
        cJSON_AddNumberToObject(part, "coef0", o->coef0);
        cJSON_AddNumberToObject(part, "degree", o->degree);
    }
    cJSON_AddNumberToObject(part, "keyword_trust", r->fit.trust);
    cJSON_AddNumberToObject(part, "latent_directions", r->fit.lsa ? (double)r->lsa.rank : 0);
    cJSON_AddStringToObject(part, "class_weight", papertag_class_weight_names()[o->class_weight]);
    cJSON_AddNumberToObject(part, "folds", o->folds);
    cJSON_AddNumberToObject(part, "seed", (double)o->seed);
    cJSON_AddStringToObject(part, "weights", papertag_precision_names()[o->precision]);
    cJSON_AddItemToObject(m, "precision_cuts", cJSON_CreateDoubleArray(r->result.levels, PT_PRECISIONS));
    part = cJSON_AddObjectToObject(m, "trained");
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->hash);
    cJSON_AddNumberToObject(part, "papers", (double)r->labels.count);
    cJSON_AddNumberToObject(part, "unlabelled", (double)(t->rows.count - r->labels.count));
    cJSON_AddStringToObject(part, "hash", hash);
    part = cJSON_AddObjectToObject(cJSON_AddObjectToObject(m, "metrics"), "out_of_fold");
    add_metric(part, "f1_micro", r->f1_micro);
    add_metric(part, "f1_macro", r->f1_macro);
    cJSON_AddNumberToObject(m, "terms", (double)r->chosen.vocabulary.count);
    list = cJSON_AddArrayToObject(m, "tags");
    for (size_t tag = 0; tag < r->tags; tag++) {
        add_tag(list, t, r, tag);
    }
    return m;
}

/* Measures the assembled model on the dev papers and adds what it finds to the manifest. */
static int measure_dev(const papertag_trainer *t, const void *bytes, size_t size, cJSON *manifest, papertag_error *err)
{
    papertag_model *model = NULL;
    papertag_evaluation *evaluation = NULL;
    papertag_metrics m;
    cJSON *dev;
    int status = papertag_model_open_memory(&model, "the new model", bytes, size, err);

    status = status ? status : pt_evaluate(model, t->dev, t->dev_count, &evaluation, &m, err);
    if (!status) {
        dev = cJSON_AddObjectToObject(cJSON_GetObjectItemCaseSensitive(manifest, "metrics"), "dev");
        cJSON_AddNumberToObject(dev, "papers", (double)m.papers);
        add_metric(dev, "f1_micro", m.f1_micro);
        add_metric(dev, "f1_macro", m.f1_macro);
        add_metric(dev, "f1_samples", m.f1_samples);
        add_metric(dev, "p_at_1", m.p_at_1);
        add_metric(dev, "p_at_3", m.p_at_3);
        add_metric(dev, "ndcg_at_5", m.ndcg_at_5);
        add_metric(dev, "lrap", m.lrap);
        add_metric(dev, "ece", m.ece);
    }
    papertag_evaluation_close(evaluation);
    papertag_model_close(model);
    return status;
}

int pt_train_write(const papertag_trainer *t, const pt_training *r, const char *path, papertag_error *err)
{
    cJSON *manifest = make_manifest(t, r);
    pt_model_parts parts = {.manifest = manifest,
                            .vocabulary = &r->chosen.vocabulary,
                            .tags = r->tags,
                            .precision = t->options.precision,
                            .blocks = r->result.blocks,
                            .support = t->options.kernel == PAPERTAG_KERNEL_LINEAR ? NULL : &r->support};
    void *bytes = NULL;
    size_t size;
    int status = pt_model_assemble(&parts, &bytes, &size, err);

    if (!status && t->dev_count) {
        status = measure_dev(t, bytes, size, manifest, err);
        free(bytes);
        bytes = NULL;
        status = status ? status : pt_model_assemble(&parts, &bytes, &size, err);
    }
    status = status ? status : papertag_write_file(path, bytes, size, err);
    free(bytes);
    cJSON_Delete(manifest);
    return status;
}
