/*
 * Prints tf-idf rows for tests/reference/tfidf.py. Standard input: one text on each line. Standard output: one row on
 * each line, `term=value` separated by tabs.
 *
 * usage: rows NGRAM_MAX MIN_DF MAX_DF
 */
#include <stdlib.h>

#include "text/tfidf.h"

int main(int argc, char **argv)
{
    pt_tfidf_options options = {.ngram_max = argc > 1 ? (unsigned)atoi(argv[1]) : 1, .title_weight = 1};
    pt_lexicon lexicon = {0};
    pt_chosen chosen = {0};
    pt_rows rows = {0};
    papertag_error err = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, stdin)) > 0) {
        line[length - 1] = '\0';
        if (pt_lexicon_count(&lexicon, &options, &(pt_texts){NULL, line}, 1, 1, &rows, &err)) {
            return 1;
        }
    }
    if (argc != 4 ||
        pt_lexicon_choose(&lexicon, rows.count, (size_t)atoi(argv[2]), atof(argv[3]), 0, 2, &chosen, &err) ||
        pt_rows_weigh(&rows, &chosen, 2, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    for (size_t i = 0; i < rows.count; i++) {
        pt_row row = pt_rows_get(&rows, i);
        for (size_t k = 0; k < row.count; k++) {
            const uint32_t *starts = chosen.vocabulary.starts;
            uint32_t term = row.terms[k];
            printf("%s%.*s=%.9g", k ? "\t" : "", (int)(starts[term + 1] - starts[term]),
                   chosen.vocabulary.text + starts[term], row.values[k]);
        }
        printf("\n");
    }
    free(line);
    pt_lexicon_free(&lexicon);
    pt_chosen_free(&chosen);
    pt_rows_free(&rows);
    return 0;
}
