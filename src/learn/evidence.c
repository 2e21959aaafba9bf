/*
 * evidence - all that a tag is learnt from: its verdicts, what a person wrote about it, and labelled papers.
 *
 * The manifest of a personal model keeps a hash of each tag's evidence, so that a later learner knows which tags have
 * changed.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "learn.h"

size_t pt_learner_row(const papertag_learner *l, int64_t key)
{
    size_t low = 0, high = l->papers.count;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (l->papers.keys[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < l->papers.count && l->papers.keys[low] == key ? low : l->papers.count;
}

/* ---- identity -------------------------------------------------------------------------------------------------- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return pt_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

static uint64_t hash_evidence(const papertag_learner *l, const pt_learner_tag *tag)
{
    const uint64_t labelled = tag->is_new ? 0 : l->labelled_count;
    const pt_stored_verdict *verdicts = l->verdicts + tag->first_verdict;
    uint64_t hash = 0;

    if (!tag->verdict_count) {
        return 0;
    }
    for (size_t i = 0; i < tag->verdict_count; i++) {
        hash = hash_text(hash, verdicts[i].id);
        hash = hash_text(hash, verdicts[i].example ? "example" : verdicts[i].yes ? "yes" : "no");
    }
    if (tag->own) {
        hash = hash_text(hash, tag->own->name);
        hash = hash_text(hash, tag->own->definition);
        hash = hash_text(hash, tag->own->query);
    }
    return pt_hash(&labelled, sizeof labelled, hash);
}

void pt_evidence_identify(const papertag_learner *l, pt_learner_tag *tag)
{
    size_t first = 0, end;

    while (first < l->verdict_count && strcmp(l->verdicts[first].tag, tag->slug) != 0) {
        first++;
    }
    end = first;
    while (end < l->verdict_count && !strcmp(l->verdicts[end].tag, tag->slug)) {
        end++;
    }
    tag->first_verdict = first;
    tag->verdict_count = end - first;
    snprintf(tag->evidence, sizeof tag->evidence, "%016llx", (unsigned long long)hash_evidence(l, tag));
}

/* ---- a tag made in the store ----------------------------------------------------------------------------------- */

static int read_likely(papertag_learner *l, pt_tag_fit *fit, papertag_error *err)
{
    const papertag_query query = {.expression = fit->tag->own->query};
    const int64_t *keys;
    size_t count = 0;
    int status = papertag_store_select(l->store, &query, &keys, &count, err);

    if (status) {
        return status;
    }
    fit->likely = pt_arena_array(&l->arena, count + 1, sizeof *fit->likely);
    if (!fit->likely) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t row = pt_learner_row(l, keys[i]);
        if (row < l->papers.count) {
            fit->likely[fit->likely_count++] = (uint32_t)row;
        }
    }
    return PAPERTAG_OK;
}

int pt_evidence_read_own(papertag_learner *l, pt_tag_fit *fit, papertag_error *err)
{
    const papertag_own_tag *own = fit->tag->own;
    pt_rows *rows = &l->own.rows.others;
    pt_row row;
    int status = own->query ? read_likely(l, fit, err) : PAPERTAG_OK;

    status = status
                 ? status
                 : pt_tfidf_row(&l->counter, &l->model->options, l->vocabulary, own->name, own->definition, &row, err);
    if (status) {
        return status;
    }
    fit->description = (uint32_t)rows->count;
    return pt_rows_append(rows, row.terms, row.values, row.count) ? pt_no_memory(err) : PAPERTAG_OK;
}

/* ---- gathering ------------------------------------------------------------------------------------------------- */

float *pt_copy_weights(const pt_matrix *matrix, size_t terms, size_t lane)
{
    float *weights = pt_alloc(terms, sizeof *weights);

    for (size_t term = 0; weights && term < terms; term++) {
        weights[term] = (float)pt_matrix_weight(matrix, term, lane);
    }
    return weights;
}

/* What the tag was before any verdict. */
static int gather_prior(const papertag_learner *l, const pt_learner_tag *tag, pt_evidence *e)
{
    const papertag_model *m = l->model;
    const papertag_tag_info *info = &m->tags[tag->old_number];
    pt_lesson *lesson = &e->lesson;

    lesson->prior = e->prior = pt_copy_weights(&m->matrix, lesson->terms, tag->old_number);
    lesson->prior_bias = (float)pt_manifest_number(tag->base, "bias", m->bias[tag->old_number]); /* JSON rounds it */
    lesson->prior_cut = pt_manifest_number(tag->base, "cut", info->cut);
    lesson->prior_a = pt_manifest_number(tag->base, "platt_a", info->platt_a);
    lesson->prior_b = pt_manifest_number(tag->base, "platt_b", info->platt_b);
    lesson->pull = pt_cardinality_pull(&m->cardinality, tag->old_number);
    lesson->before = e->before = pt_alloc(pt_paper_rows_count(&l->rows), sizeof *e->before);
    return !e->prior || !e->before ? PAPERTAG_NO_MEMORY
                                   : pt_rough_list(&l->rows, e->prior, lesson->prior_bias, e->before);
}

/* When the first yes was given, for a tag without a verdict marked as a starting example, such as one whose verdicts
 * were all imported: the yes verdicts of that time are then its starting examples. NULL: some verdict is marked, or
 * there is no yes. Times of this form compare as text. */
static const char *earliest_yes(const pt_stored_verdict *verdicts, size_t count)
{
    const char *earliest = NULL;

    for (size_t i = 0; i < count; i++) {
        if (verdicts[i].example) {
            return NULL;
        }
        if (verdicts[i].yes && (!earliest || strcmp(verdicts[i].given, earliest) < 0)) {
            earliest = verdicts[i].given;
        }
    }
    return earliest;
}

/* Sets `seen` for the row of each paper with a verdict. */
static int gather_verdicts(const papertag_learner *l, const pt_learner_tag *tag, bool *seen, pt_evidence *e)
{
    const pt_stored_verdict *verdicts = l->verdicts + tag->first_verdict;
    const size_t count = tag->verdict_count;
    const char *earliest = earliest_yes(verdicts, count);

    e->judged = pt_alloc(count, sizeof *e->judged);
    e->yes = pt_alloc(count, sizeof *e->yes);
    e->starting = pt_alloc(count, sizeof *e->starting);
    if (!e->judged || !e->yes || !e->starting) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const pt_stored_verdict *v = &verdicts[i];
        const size_t row = pt_learner_row(l, v->paper); /* always there: papers are never deleted */
        seen[row] = true;
        e->judged[i] = (uint32_t)row;
        e->yes[i] = v->yes;
        e->starting[i] = v->example || (v->yes && earliest && !strcmp(v->given, earliest));
    }
    e->lesson.judged = e->judged;
    e->lesson.yes = e->yes;
    e->lesson.starting = e->starting;
    e->lesson.count = count;
    return PAPERTAG_OK;
}

static bool has_tag(const papertag_model *m, papertag_strings tags, const pt_learner_tag *tag)
{
    for (size_t i = 0; i < tags.count; i++) {
        size_t index;
        if (!strcmp(tags.items[i], tag->slug) ||
            (!papertag_model_find_tag(m, tags.items[i], &index, NULL) && index == tag->old_number)) {
            return true;
        }
    }
    return false;
}

/* Leaves out labelled papers that are already `seen`: a verdict is stronger than a label. */
static int gather_labelled(const papertag_learner *l, const pt_learner_tag *tag, bool *seen, pt_evidence *e)
{
    size_t count = 0;
    bool named = false;

    e->labelled = pt_alloc(l->labelled_count, sizeof *e->labelled);
    e->has = pt_alloc(l->labelled_count, sizeof *e->has);
    if (!e->labelled || !e->has) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = l->labelled_count; i > 0; i--) { /* backwards: of two labels of a paper the later one is used */
        const pt_labelled_paper *paper = &l->labelled[i - 1];
        if (!seen[paper->row]) {
            seen[paper->row] = true;
            e->labelled[count] = paper->row;
            e->has[count] = has_tag(l->model, paper->tags, tag);
            named |= e->has[count++];
        }
    }
    e->lesson.labelled = e->labelled;
    e->lesson.has = e->has;
    e->lesson.labelled_count = named ? count : 0; /* labels that never name the tag were made without it */
    return PAPERTAG_OK;
}

int pt_evidence_gather(const papertag_learner *l, const pt_tag_fit *fit, pt_evidence *out)
{
    const pt_learner_tag *tag = fit->tag;
    bool *seen = pt_calloc(pt_paper_rows_count(&l->rows), sizeof *seen);
    int status = seen ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    out->lesson = (pt_lesson){.rows = &l->rows,
                              .papers = l->papers.count,
                              .terms = l->model->vocabulary.count - l->model->vocabulary.added,
                              .likely = fit->likely,
                              .likely_count = fit->likely_count,
                              .description = fit->description};
    status = status ? status : gather_verdicts(l, tag, seen, out);
    if (tag->is_new) {
        status = status ? status : pt_own_terms_rows(l, fit, &out->rows.others);
        out->lesson.rows = &out->rows;
        out->lesson.terms = l->vocabulary->count;
    } else {
        status = status ? status : gather_labelled(l, tag, seen, out);
        status = status ? status : gather_prior(l, tag, out);
    }
    free(seen);
    return status;
}

void pt_evidence_free(pt_evidence *e)
{
    free(e->judged);
    free(e->labelled);
    free(e->yes);
    free(e->starting);
    free(e->has);
    free(e->prior);
    free(e->before);
    pt_paper_rows_free(&e->rows);
}
