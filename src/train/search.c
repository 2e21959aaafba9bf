/*
 * search - fits with each candidate setting and keeps the one whose held-out margins decide best.
 */
#include <stdlib.h>

#include "train.h"

enum { LSA_RANK = 200 };

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static void free_blocks(float **blocks, size_t tags)
{
    for (size_t i = 0; blocks && i * PT_LANES < tags; i++) {
        free(blocks[i]);
    }
    free(blocks);
}

/* Zeroed weights of all tags; NULL: no memory. */
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
    pt_cardinality_free(&result->cardinality);
    free(result->alone_a);
    free(result->alone_b);
    free(result->a);
    free(result->b);
    free(result->cuts);
    free(result->strictness);
}

static int make_result(const pt_training *r, pt_result *out, papertag_error *err)
{
    pt_result result = {.margins = pt_alloc(r->labels.count, r->tags * sizeof *result.margins),
                        .alone_a = pt_calloc(r->tags, sizeof *result.alone_a),
                        .alone_b = pt_calloc(r->tags, sizeof *result.alone_b),
                        .a = pt_calloc(r->tags, sizeof *result.a),
                        .b = pt_calloc(r->tags, sizeof *result.b),
                        .cuts = pt_calloc(r->tags, sizeof *result.cuts),
                        .strictness = pt_calloc(r->tags, sizeof *result.strictness),
                        .f1 = -1,
                        .blocks = pt_calloc(r->tags / PT_LANES + 1, sizeof *result.blocks)};

    if (!result.margins || !result.alone_a || !result.alone_b || !result.a || !result.b || !result.cuts ||
        !result.strictness || !result.blocks) {
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
    for (size_t i = 0; r->duals && i < r->duals_count; i++) {
        pt_duals_free(&r->duals[i]);
    }
    free(r->duals);
    pt_lsa_free(&r->lsa);
    pt_rows_free(&r->extended);
    pt_support_free(&r->support);
    pt_chosen_free(&r->chosen);
    free(r->numbers);
    pt_labels_free(&r->labels);
    pt_labels_free(&r->named);
    free(r->has_keywords);
    free(r->trainer_tags);
    free(r->examples);
    free(r->named_examples);
    free(r->fold_of);
    free(r->platt);
}

/* ---- candidates ------------------------------------------------------------------------------------------------ */

/* What unlabelled papers yield before a labelled one is used: a prior from keywords, latent directions. */
static int prepare_unlabelled(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    const pt_solver *solver = pt_solver_get(t->options.solver);
    int status = PAPERTAG_OK;

    if (r->named.starts[r->named.count]) {
        r->prior = make_blocks(r->fit.terms, r->tags);
        status = r->prior ? solver->keywords(&r->fit, &r->named, r->has_keywords, r->prior, err) : pt_no_memory(err);
        r->fit.prior = r->prior;
    }
    if (!status && t->rows.count > r->labels.count) {
        status = pt_lsa_fit(&t->rows, r->fit.terms, LSA_RANK, t->options.seed, t->options.jobs, &r->lsa, err);
        status = status || !r->lsa.rank ? status : pt_lsa_extend(&r->lsa, &t->rows, r->labels.count, &r->extended, err);
    }
    return status;
}

/* Cross-validates r->fit. When that does better than r->result it is swapped into r->result, and *best is updated;
 * otherwise r->fit goes back to *best. */
static int try_fit(pt_training *r, pt_fit *best, pt_result *trial, papertag_error *err)
{
    int status = pt_solver_get(r->fit.options->solver)->held_out(&r->fit, trial->margins, trial->blocks, err);

    status = status ? status : pt_train_decide(r, trial, err);
    if (!status && trial->f1 > r->result.f1) {
        const pt_result swap = r->result;
        r->result = *trial;
        *trial = swap;
        *best = r->fit;
    }
    r->fit = *best;
    return status;
}

/* First the costs, then with the best of them the trust in keywords, then latent directions. A few labelled papers need
 * the latter two, many do better without. */
int pt_train_cross_validate(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    static const double costs[] = {0.25, 0.5, 1, 2, 4}, trusts[] = {0.3, 1};
    const bool fixed = t->options.c > 0;
    pt_result trial = {0};
    pt_fit best;
    int status = make_result(r, &r->result, err);

    status = status ? status : make_result(r, &trial, err);
    status = status ? status : prepare_unlabelled(t, r, err);
    best = r->fit;
    for (size_t i = 0; i < (fixed ? 1 : sizeof costs / sizeof *costs) && !status; i++) {
        r->fit.c = fixed ? t->options.c : costs[i];
        status = try_fit(r, &best, &trial, err);
    }
    for (size_t i = 0; i < sizeof trusts / sizeof *trusts && r->prior && !status; i++) {
        r->fit.trust = trusts[i];
        status = try_fit(r, &best, &trial, err);
    }
    if (r->lsa.rank && !status) {
        r->fit.lsa = &r->lsa;
        r->fit.extended = &r->extended;
        status = try_fit(r, &best, &trial, err);
    }
    free_result(&trial, r->tags);
    return status ? status : pt_train_measure(r, err);
}

/* ---- after the search ------------------------------------------------------------------------------------------ */

int pt_train_students(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    int status;

    if (t->rows.count == r->labels.count) {
        return PAPERTAG_OK;
    }
    r->platt = pt_alloc(r->tags, 2 * sizeof *r->platt);
    if (!r->platt) {
        return pt_no_memory(err);
    }
    memcpy(r->platt, r->result.alone_a, r->tags * sizeof *r->platt);
    memcpy(r->platt + r->tags, r->result.alone_b, r->tags * sizeof *r->platt);
    r->fit.platt_a = r->platt;
    r->fit.platt_b = r->platt + r->tags;
    status = pt_solver_get(t->options.solver)->held_out(&r->fit, r->result.margins, r->result.blocks, err);
    status = status ? status : pt_train_decide(r, &r->result, err);
    return status ? status : pt_train_measure(r, err);
}

int pt_train_fit_all(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    const pt_solver *solver = pt_solver_get(t->options.solver);

    return solver->all ? solver->all(&r->fit, r->result.blocks, &r->support, err) : PAPERTAG_OK;
}
