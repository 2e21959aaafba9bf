/*
 * options - what a training may ask for: defaults, ranges, names, and the table of solvers.
 */
#include <math.h>

#include "train.h"

/* ---- solvers --------------------------------------------------------------------------------------------------- */

const pt_solver *pt_solver_get(papertag_solver number)
{
#define PT_SOLVER_ROW(name) &pt_solver_##name,
    static const pt_solver *const solvers[] = {PT_SOLVERS(PT_SOLVER_ROW)};

    return (unsigned)number < sizeof solvers / sizeof *solvers ? solvers[number] : NULL;
}

const char *const *papertag_solver_names(void)
{
#define PT_SOLVER_NAME(name) #name,
    static const char *const names[] = {PT_SOLVERS(PT_SOLVER_NAME) NULL};

    return names;
}

const char *const *papertag_class_weight_names(void)
{
    static const char *const names[] = {"none", "sqrt", "balanced", NULL};

    return names;
}

/* ---- options --------------------------------------------------------------------------------------------------- */

void papertag_train_options_init(papertag_train_options *options)
{
    *options = (papertag_train_options){.ngram_max = 2,
                                        .stop_words = true,
                                        .title_weight = 2,
                                        .min_df = 2,
                                        .max_df = 0.5,
                                        .max_terms = 100000,
                                        .solver = PAPERTAG_SOLVER_LINEAR,
                                        .kernel = PAPERTAG_KERNEL_LINEAR,
                                        .degree = 3,
                                        .c = 1,
                                        .folds = 5,
                                        .precision = PAPERTAG_INT8,
                                        .min_examples = 5,
                                        .seed = 1};
}

int pt_train_options_check(const papertag_train_options *o, papertag_error *err)
{
    const pt_solver *solver = pt_solver_get(o->solver);
    const struct {
        bool right;
        const char *rule;
    } checks[] = {
        {o->ngram_max >= 1 && o->ngram_max <= PT_NGRAM_MAX, "n-grams must have 1 to 4 words"},
        {o->title_weight >= 0 && o->title_weight <= 1e6, "the title's weight must be 0 to 1000000"},
        {o->min_df >= 1, "the lowest document frequency must be at least 1"},
        {o->max_df > 0 && o->max_df <= 1, "the highest document frequency is a share: above 0, at most 1"},
        {o->max_terms <= UINT32_MAX / 8, "a model can hold at most 536870911 terms"},
        {solver, "no such solver"},
        {(unsigned)o->kernel <= PAPERTAG_KERNEL_SIGMOID, "no such kernel"},
        {o->c >= 0 && o->c <= 1e9, "C must be 0 to 1000000000 (0: chosen by cross-validation)"},
        {o->gamma >= 0 && o->gamma <= 1e9, "gamma must be 0 to 1000000000"},
        {isfinite(o->coef0), "coef0 must be a number"},
        {o->degree >= 1 && o->degree <= 100, "the degree must be 1 to 100"},
        {(unsigned)o->class_weight <= PAPERTAG_WEIGHT_BALANCED, "no such class weight"},
        {o->folds >= 2 && o->folds <= 20, "the folds must be 2 to 20"},
        {(unsigned)o->precision <= PAPERTAG_INT8, "no such precision of weights"},
    };

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!checks[i].right) {
            return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "%s", checks[i].rule);
        }
    }
    if (!solver->kernels && o->kernel != PAPERTAG_KERNEL_LINEAR) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "the %s solver has no %s kernel; the libsvm solver has",
                       papertag_solver_names()[o->solver], papertag_kernel_names()[o->kernel]);
    }
    return PAPERTAG_OK;
}
