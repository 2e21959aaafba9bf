/*
 * own_terms - the terms that tags made in a store bring to the model's vocabulary.
 *
 * A topic is often new because its words are: the papers that the model was trained on did not have them. So a tag made
 * in a store may also use the terms of its examples and of its description that the vocabulary lacks, when other stored
 * papers have them too. They come after the model's own terms, and do not count for the length of a row: all other tags
 * decide as before, to the bit. Each tag learns from its own added terms alone, so that it is the same whatever other
 * tags there are. A term that is there already keeps its idf, because the weights of a tag that is not fitted again
 * were learnt with it.
 */
#include <math.h>
#include <stdlib.h>

#include "learn.h"

/* A term is added when at least so many stored papers have it, and at most that share of them. Of more terms than that,
 * the most frequent ones are added. */
enum { PAPERS_MIN = 2, ADDED_MAX = 20000 };
static const double SHARE_MAX = 0.5;

static pt_rows_options rows_by(const papertag_learner *l, const pt_vocabulary *vocabulary)
{
    const bool is_models = vocabulary == &l->model->vocabulary; /* added terms are dropped, then */

    return (pt_rows_options){.text = &l->model->options,
                             .vocabulary = vocabulary,
                             .space = is_models ? pt_model_space(l->model) : NULL,
                             .jobs = l->options.jobs,
                             .progress = l->options.progress,
                             .progress_context = l->options.progress_context};
}

int pt_learner_read(const papertag_learner *l, const pt_vocabulary *vocabulary, pt_stored_rows *out,
                    papertag_error *err)
{
    const pt_rows_options rows = rows_by(l, vocabulary);

    return pt_store_rows(l->store, &rows, out, err);
}

int pt_learner_keep_rows(const papertag_learner *l, papertag_error *err)
{
    const pt_rows_options rows = rows_by(l, &l->model->vocabulary);

    return pt_store_keep_rows(l->store, &rows, err);
}

/* A term that a tag may use; terms of several tags are found several times. */
struct found {
    const char *text; /* length bytes, in the learner's arena */
    size_t length;
    size_t fit;    /* the fit whose tag may use it; SIZE_MAX: a tag that is not fitted again */
    float idf;     /* in the old model; 0: it does not have the term */
    uint32_t df;   /* stored papers */
    size_t number; /* among the added terms; SIZE_MAX: it is not added */
};

struct finding {
    papertag_learner *learner;
    struct found *list; /* count */
    size_t count, capacity;
};

/* ---- finding --------------------------------------------------------------------------------------------------- */

static int add_found(struct finding *f, const char *text, size_t length, size_t fit, float idf)
{
    const char *copy = pt_arena_copy(&f->learner->arena, text, length);

    if (!copy || pt_reserve(&f->list, &f->capacity, f->count + 1, sizeof *f->list)) {
        return PAPERTAG_NO_MEMORY;
    }
    f->list[f->count++] = (struct found){.text = copy, .length = length, .fit = fit, .idf = idf};
    return PAPERTAG_OK;
}

/* Whether a tag of the new model has a weight for a term of the old one. */
static bool is_used(const papertag_learner *l, size_t term)
{
    for (size_t t = 0; t < l->tag_count; t++) {
        const pt_learner_tag *tag = &l->tags[t];
        if (tag->is_new && !tag->removed && tag->old_number != UINT32_MAX &&
            papertag_model_weight(l->model, term, tag->old_number) != 0) {
            return true;
        }
    }
    return false;
}

/* Finds the terms that were added before and are used. */
static int find_old(struct finding *f)
{
    const pt_vocabulary *v = &f->learner->model->vocabulary;
    int status = PAPERTAG_OK;

    for (size_t term = v->count - v->added; term < v->count && !status; term++) {
        if (is_used(f->learner, term)) {
            status =
                add_found(f, v->text + v->starts[term], v->starts[term + 1] - v->starts[term], SIZE_MAX, v->idf[term]);
        }
    }
    return status;
}

/* The texts of a tag's examples, and its name and definition: *count of them, in the arena. */
static int read_texts(papertag_learner *l, const pt_learner_tag *tag, pt_texts **out, size_t *count,
                      papertag_error *err)
{
    pt_texts *texts = pt_arena_array(&l->arena, tag->verdict_count + 1, sizeof *texts);
    int status = texts ? PAPERTAG_OK : pt_no_memory(err);

    *count = 0;
    for (size_t i = 0; i < tag->verdict_count && !status; i++) {
        const pt_stored_verdict *v = &l->verdicts[tag->first_verdict + i];
        const papertag_stored *stored;
        status = v->yes ? papertag_store_get(l->store, v->paper, &stored, err) : PAPERTAG_OK;
        if (v->yes && !status) {
            const char *title = stored->paper.title, *abstract = stored->paper.abstract;
            texts[*count].title = title ? pt_arena_copy(&l->arena, title, strlen(title)) : NULL;
            texts[*count].abstract = abstract ? pt_arena_copy(&l->arena, abstract, strlen(abstract)) : NULL;
            ++*count;
        }
    }
    if (!status) {
        texts[(*count)++] = (pt_texts){tag->own->name, tag->own->definition};
        *out = texts;
    }
    return status;
}

/* Finds the terms of a tag's texts that are not the model's own. */
static int find_of_fit(struct finding *f, size_t fit, papertag_error *err)
{
    papertag_learner *l = f->learner;
    const pt_vocabulary *v = &l->model->vocabulary;
    pt_lexicon lexicon = {0};
    pt_rows rows = {0};
    pt_texts *texts = NULL;
    size_t count = 0;
    int status = read_texts(l, l->fits[fit].tag, &texts, &count, err);

    status = status ? status : pt_lexicon_count(&lexicon, &l->model->options, texts, count, 1, &rows, err);
    for (size_t i = 0; !status && i < pt_lexicon_end(&lexicon); i++) {
        size_t length;
        const char *term = pt_lexicon_df(&lexicon, i) ? pt_lexicon_term(&lexicon, i, &length) : NULL;
        if (term && pt_vocabulary_find(v, term, length) >= v->count - v->added) {
            status = add_found(f, term, length, fit, 0) ? pt_no_memory(err) : PAPERTAG_OK;
        }
    }
    pt_rows_free(&rows);
    pt_lexicon_free(&lexicon);
    return status;
}

/* ---- choosing -------------------------------------------------------------------------------------------------- */

static int compare_text(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    return pt_compare_bytes(x->text, x->length, y->text, y->length);
}

/* By text; of the same text, one with an idf first. */
static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    const int order = compare_text(a, b);

    return order ? order : x->idf != y->idf ? (x->idf < y->idf ? 1 : -1) : (x->fit > y->fit) - (x->fit < y->fit);
}

static bool is_first(const struct finding *f, size_t i)
{
    return !i || compare_text(&f->list[i - 1], &f->list[i]) != 0;
}

/* Makes a vocabulary: the first terms of `model`, then those found that have a number. */
static int build_vocabulary(const struct finding *f, const pt_vocabulary *model, size_t first, pt_own_terms *out,
                            papertag_error *err)
{
    size_t size = first ? model->starts[first] : 0, count = first, slots;

    for (size_t i = 0; i < f->count; i++) {
        size += f->list[i].length;
    }
    out->text = pt_alloc(size, 1);
    out->starts = pt_alloc(first + f->count + 1, sizeof *out->starts);
    out->idf = pt_alloc(first + f->count, sizeof *out->idf);
    if (size > UINT32_MAX / 2 || !out->text || !out->starts || !out->idf) {
        return pt_no_memory(err);
    }
    out->starts[0] = 0;
    if (first) {
        memcpy(out->text, model->text, model->starts[first]);
        memcpy(out->starts, model->starts, (first + 1) * sizeof *out->starts);
        memcpy(out->idf, model->idf, first * sizeof *out->idf);
    }
    for (size_t i = 0; i < f->count; i++) {
        if (f->list[i].number != SIZE_MAX && is_first(f, i)) {
            memcpy(out->text + out->starts[count], f->list[i].text, f->list[i].length);
            out->starts[count + 1] = out->starts[count] + (uint32_t)f->list[i].length;
            out->idf[count++] = f->list[i].idf;
        }
    }
    slots = pt_vocabulary_slots(count);
    out->slots = pt_alloc(slots, sizeof *out->slots);
    out->vocabulary = (pt_vocabulary){.text = out->text,
                                      .starts = out->starts,
                                      .slots = out->slots,
                                      .idf = out->idf,
                                      .count = count,
                                      .mask = (uint32_t)slots - 1,
                                      .added = first ? count - first : 0};
    return out->slots ? pt_vocabulary_index(&out->vocabulary, out->slots, err) : pt_no_memory(err);
}

static void free_vocabulary(pt_own_terms *own)
{
    free(own->text);
    free(own->starts);
    free(own->slots);
    free(own->idf);
}

/* Numbers the terms found, each text once, from 0. */
static size_t number_all(struct finding *f)
{
    size_t count = 0;

    for (size_t i = 0; i < f->count; i++) {
        count += is_first(f, i);
        f->list[i].number = count - 1;
    }
    return count;
}

/* Counts the stored papers that have each term. */
static int count_papers(struct finding *f, papertag_error *err)
{
    papertag_learner *l = f->learner;
    pt_own_terms all = {0};
    pt_stored_rows papers = {0};
    pt_unpacked row = {0};
    uint32_t *df = pt_calloc(number_all(f) + 1, sizeof *df);
    int status = df ? build_vocabulary(f, NULL, 0, &all, err) : pt_no_memory(err);

    status = status ? status : pt_learner_read(l, &all.vocabulary, &papers, err);
    for (size_t i = 0; i < papers.count && !status; i++) {
        const pt_packed packed = pt_packed_rows_get(&papers.rows, papers.places[i]);
        status = pt_unpack(&packed, all.vocabulary.count, &row) ? pt_no_memory(err) : PAPERTAG_OK;
        for (size_t k = 0; k < row.count && !status; k++) {
            df[row.terms[k]]++;
        }
    }
    for (size_t i = 0; i < f->count && !status; i++) {
        f->list[i].df = df[f->list[i].number];
    }
    pt_unpacked_free(&row);
    pt_stored_rows_free(&papers);
    free_vocabulary(&all);
    free(df);
    return status;
}

static int compare_counts(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x < y) - (x > y);
}

/* The lowest document frequency of a new term for which there are at most ADDED_MAX terms in all. */
static int find_lowest_df(const struct finding *f, uint32_t *lowest, papertag_error *err)
{
    uint32_t *counts = pt_alloc(f->count, sizeof *counts);
    size_t n = 0, old = 0;

    *lowest = PAPERS_MIN;
    if (!counts) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < f->count; i++) {
        if (is_first(f, i)) {
            old += f->list[i].idf > 0;
            counts[n++] = f->list[i].idf > 0 ? 0 : f->list[i].df;
        }
    }
    pt_sort(counts, n, sizeof *counts, compare_counts);
    if (n > ADDED_MAX) {
        const size_t room = old < ADDED_MAX ? ADDED_MAX - old : 0;
        *lowest = counts[room] + 1 > PAPERS_MIN ? counts[room] + 1 : PAPERS_MIN;
    }
    free(counts);
    return PAPERTAG_OK;
}

/* Numbers the terms to be added, by text, and sets their idf; the others have no number. Returns how many. */
static size_t choose_terms(struct finding *f, uint32_t lowest)
{
    const double papers = (double)f->learner->papers.count;
    size_t count = 0;

    for (size_t i = 0; i < f->count; i++) {
        struct found *term = &f->list[i];
        if (!is_first(f, i)) {
            term->number = f->list[i - 1].number;
            continue;
        }
        if (term->idf > 0) { /* as it was */
            term->number = count++;
        } else if (term->df >= lowest && term->df <= SHARE_MAX * papers) {
            term->number = count++;
            term->idf = (float)(log((1 + papers) / (1.0 + term->df)) + 1);
        } else {
            term->number = SIZE_MAX;
        }
    }
    return count;
}

/* ---- the learner ----------------------------------------------------------------------------------------------- */

/* Notes which of the added terms each fit may use. */
static int mark_uses(const struct finding *f, size_t added)
{
    papertag_learner *l = f->learner;

    for (size_t k = 0; k < l->fit_count; k++) {
        pt_tag_fit *fit = &l->fits[k];
        if (fit->tag->is_new) {
            fit->uses = pt_arena_array(&l->arena, added + 1, sizeof *fit->uses);
            if (!fit->uses) {
                return PAPERTAG_NO_MEMORY;
            }
            memset(fit->uses, 0, (added + 1) * sizeof *fit->uses);
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        const struct found *term = &f->list[i];
        if (term->number != SIZE_MAX && term->fit != SIZE_MAX) {
            l->fits[term->fit].uses[term->number] = true;
        }
    }
    return PAPERTAG_OK;
}

int pt_own_terms_find(papertag_learner *l, papertag_error *err)
{
    const pt_vocabulary *model = &l->model->vocabulary;
    struct finding f = {.learner = l};
    pt_stored_rows papers = {0};
    uint32_t lowest = PAPERS_MIN;
    size_t own = 0, added;
    int status = PAPERTAG_OK;

    for (size_t k = 0; k < l->fit_count && !status; k++) {
        own += l->fits[k].tag->is_new;
        status = l->fits[k].tag->is_new ? find_of_fit(&f, k, err) : PAPERTAG_OK;
    }
    if (!own || status) {
        free(f.list);
        return status;
    }
    status = find_old(&f) ? pt_no_memory(err) : PAPERTAG_OK;
    pt_sort(f.list, f.count, sizeof *f.list, compare_found);
    status = status ? status : count_papers(&f, err);
    status = status ? status : find_lowest_df(&f, &lowest, err);
    if (!status) {
        added = choose_terms(&f, lowest);
        status = mark_uses(&f, added) ? pt_no_memory(err) : PAPERTAG_OK;
    }
    status = status ? status : build_vocabulary(&f, model, model->count - model->added, &l->own, err);
    if (!status) {
        l->vocabulary = &l->own.vocabulary;
        l->own.rows.threads = &l->threads;
        status = pt_learner_read(l, l->vocabulary, &papers, err);
    }
    if (!status && pt_stored_rows_unpack(&papers, l->vocabulary, l->options.jobs, &l->own.rows.others)) {
        status = pt_no_memory(err);
    }
    pt_stored_rows_free(&papers);
    free(f.list);
    return status;
}

void pt_own_terms_free(pt_own_terms *own)
{
    free_vocabulary(own);
    pt_paper_rows_free(&own->rows);
}

int pt_own_terms_rows(const papertag_learner *l, const pt_tag_fit *fit, pt_rows *out)
{
    const pt_rows *rows = &l->own.rows.others;
    const size_t first = l->vocabulary->count - l->vocabulary->added;
    pt_counter scratch = {0};
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < rows->count && !status; i++) {
        const pt_row row = pt_rows_get(rows, i);
        size_t kept = pt_first_part(l->vocabulary, row).count;
        status = pt_reserve(&scratch.terms, &scratch.capacity, row.count + 1, sizeof *scratch.terms);
        status = status ? status
                        : pt_reserve(&scratch.values, &scratch.values_capacity, row.count + 1, sizeof *scratch.values);
        if (status || !scratch.terms || !scratch.values) { /* never NULL without a status */
            break;
        }
        memcpy(scratch.terms, row.terms, kept * sizeof *row.terms);
        memcpy(scratch.values, row.values, kept * sizeof *row.values);
        for (size_t k = kept; k < row.count; k++) {
            if (fit->uses[row.terms[k] - first]) {
                scratch.terms[kept] = row.terms[k];
                scratch.values[kept++] = row.values[k];
            }
        }
        status = pt_rows_append(out, scratch.terms, scratch.values, kept);
    }
    pt_counter_free(&scratch);
    return status;
}

float *pt_own_terms_weights(const papertag_learner *l, uint32_t tag)
{
    const papertag_model *m = l->model;
    const pt_vocabulary *v = l->vocabulary;
    float *weights = pt_calloc(v->count, sizeof *weights);

    for (size_t term = 0; weights && term < v->count; term++) {
        const size_t old = term < v->count - v->added ? term
                                                      : pt_vocabulary_find(&m->vocabulary, v->text + v->starts[term],
                                                                           v->starts[term + 1] - v->starts[term]);
        weights[term] = old == UINT32_MAX ? 0 : (float)papertag_model_weight(m, old, tag);
    }
    return weights;
}
