/*
 * machines - LIBSVM for the program, loaded when a model needs it.
 *
 * Only kernel models and one solver call LIBSVM, and the C++ library that it brings takes longer to load than a paper
 * to tag. The library calls these functions as it calls LIBSVM's own, which a program that is linked with -lsvm gives
 * it. They are hidden, so LIBSVM itself never calls them.
 */
#include <libsvm/svm.h>
#include <stdatomic.h>

#include "lazy.h"

/* The function behind a pointer that is found once: margins are asked for tag by tag. */
#define FOUND(name)                                                                                                    \
    static _Atomic(__typeof__(&(name))) found;                                                                         \
    __typeof__(&(name)) function = atomic_load(&found);                                                                \
    if (!function) {                                                                                                   \
        function = &LAZY(LAZY_SVM, name);                                                                              \
        atomic_store(&found, function);                                                                                \
    }

struct svm_model *svm_train(const struct svm_problem *problem, const struct svm_parameter *parameter)
{
    FOUND(svm_train)
    return function(problem, parameter);
}

double svm_predict_values(const struct svm_model *model, const struct svm_node *x, double *values)
{
    FOUND(svm_predict_values)
    return function(model, x, values);
}

void svm_free_and_destroy_model(struct svm_model **model)
{
    FOUND(svm_free_and_destroy_model)
    function(model);
}

void svm_set_print_string_function(void (*print)(const char *))
{
    FOUND(svm_set_print_string_function)
    function(print);
}
