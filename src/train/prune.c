/*
 * prune - the terms that weigh most. A fit to many candidates shows what each term does for the tags; the terms that do
 * most become the vocabulary, and all is fitted to them again.
 *
 * How much a term does is the norm of its weights over all tags times the norm of its values over all papers: it must
 * weigh much and occur often.
 *
 * The fit has seen the labels of all papers, so held-out papers would look better than new ones do: a rare term is kept
 * just because the one paper that has it has a tag. Hence every fold keeps terms of its own. A weight is a sum over
 * papers: without those of the fold, what is left of it says what the term weighs there. That the rest would have grown
 * a little in a fit without them does not change the order of terms that matter; such fits took a quarter of training.
 */
#include <math.h>
#include <stdlib.h>

#include "base/sort.h"
#include "train.h"

/* The sum of the squared values of each term; NULL: no memory. */
static double *sum_squares(const pt_rows *rows, size_t terms)
{
    double *squares = pt_calloc(terms, sizeof *squares);

    for (size_t i = 0; squares && i < rows->starts[rows->count]; i++) {
        squares[rows->terms[i]] += (double)rows->values[i] * rows->values[i];
    }
    return squares;
}

/* What the tasks share: a task is a fit. */
struct ranking {
    const double *weights; /* fits x terms: the sum of squares over all tags */
    const double *values;  /* terms: the sum of squares over all papers */
    size_t terms, most;
    uint32_t *numbers; /* fits x terms: out */
};

/* Numbers the `most` terms that do most in a fit, in the order that they had; UINT32_MAX for the others. */
static int rank_terms(void *context, size_t fit)
{
    const struct ranking *r = context;
    const double *weights = r->weights + fit * r->terms;
    uint32_t *number = r->numbers + fit * r->terms, next = 0;
    pt_scored *ranked = pt_alloc(r->terms, sizeof *ranked);
    int status;

    if (!ranked) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t i = 0; i < r->terms; i++) {
        ranked[i] = (pt_scored){weights[i] * r->values[i], (uint32_t)i};
    }
    status = pt_sort_scored(ranked, r->terms);
    memset(number, 0xff, r->terms * sizeof *number);
    for (size_t i = 0; i < r->most && !status; i++) {
        number[ranked[i].item] = 0;
    }
    for (size_t i = 0; i < r->terms; i++) {
        number[i] = number[i] == UINT32_MAX ? UINT32_MAX : next++;
    }
    free(ranked);
    return status;
}

size_t pt_train_candidates(const papertag_trainer *t)
{
    enum { CANDIDATES = 4 }; /* for each term that remains: the most frequent */
    const bool prunes = pt_solver_get(t->options.solver)->weigh_terms && !t->pool.count;

    return prunes ? CANDIDATES * t->options.max_terms : t->options.max_terms;
}

int pt_train_prune(papertag_trainer *t, pt_training *r, papertag_error *err)
{
    const size_t terms = r->chosen.vocabulary.count, most = t->options.max_terms, fits = t->options.folds + 1;
    double *weights, *values;
    int status;

    if (!most || terms <= most) {
        return PAPERTAG_OK;
    }
    weights = pt_calloc(fits, terms * sizeof *weights);
    values = sum_squares(&t->rows, terms);
    r->numbers = pt_alloc(fits, terms * sizeof *r->numbers);
    status = weights && values && r->numbers ? PAPERTAG_OK : pt_no_memory(err);
    status = status ? status : pt_solver_get(t->options.solver)->weigh_terms(&r->fit, weights, err);
    if (!status) {
        struct ranking ranking = {weights, values, terms, most, r->numbers};
        status = pt_fit_run(&r->fit, "choice of terms", fits, rank_terms, &ranking, err);
    }
    if (!status) {
        r->fit.terms = most;
        r->fit.numbers = r->numbers;
        r->fit.candidate_terms = terms;
        status = pt_chosen_narrow(&r->chosen, r->numbers + (fits - 1) * terms, most, err);
    }
    free(weights);
    free(values);
    return status;
}
