/*
 * selection - the query of --tag, --since and their like; what --precision asks for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selection.h"

const char *const sort_words[] = {"date", "trending", "p", NULL};

int query_of(const args *a, papertag_query *query)
{
    unsigned long limit = 0;
    int sort = 0, code = args_choice(a, "sort", sort_words, &sort);

    code = code ? code : args_whole(a, "limit", 1, 1000000000, &limit);
    *query = (papertag_query){.expression = args_text(a, "tag", NULL),
                              .search = args_text(a, "search", NULL),
                              .since = args_text(a, "since", NULL),
                              .until = args_text(a, "until", NULL),
                              .sort = (papertag_sort)sort,
                              .limit = limit};
    return code;
}

int precision_of(const args *a, const papertag_model *model, double *precision)
{
    double p;
    papertag_error err;
    int code = args_real(a, "precision", 0.5, 0.99, precision);

    if (code || !args_have(a, "precision")) {
        return code;
    }
    if (papertag_model_precision_cut(model, *precision, &p, &err)) {
        return failed(&err);
    }
    if (p > 1) {
        complain("no probability of this model kept a precision of %g: no tag is assigned", *precision);
    }
    return EXIT_DONE;
}

int copy_keys(const int64_t *keys, size_t count, int64_t **copy)
{
    *copy = malloc((count + 1) * sizeof **copy);
    if (!*copy) {
        return out_of_memory();
    }
    if (count) {
        memcpy(*copy, keys, count * sizeof **copy);
    }
    return EXIT_DONE;
}
