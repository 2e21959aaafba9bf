/*
 * papertag - the two flows, each as one short function. Read this first. Nothing in the library calls it.
 *
 *     read --> tokenize --> vectorize --> score              papertag_tag
 *     read --> tokenize --> vectorize --> fit --> file       papertag_trainer_fit
 *
 * Reading is the caller's loop over papertag_reader_next. Tokenizing and vectorizing are one step, because terms are
 * looked up right where the tokenizer writes tokens: in pt_tagger_row when tagging, in papertag_trainer_add when papers
 * are collected.
 */
#include <string.h>

#include "train/train.h"

int papertag_tag(papertag_tagger *tagger, const char *title, const char *abstract, const papertag_score **out,
                 papertag_error *err)
{
    pt_row row; /* tf-idf values of the paper's known terms */
    int status = pt_tagger_row(tagger, title, abstract, &row, err);

    status = status ? status : pt_score(tagger, row, err);
    if (!status) {
        *out = tagger->scores;
    }
    return status;
}

int papertag_tag_assigned(papertag_tagger *tagger, const char *title, const char *abstract, const papertag_score **out,
                          size_t *count, papertag_error *err)
{
    pt_row row;
    int status = pt_tagger_row(tagger, title, abstract, &row, err);

    status = status ? status : pt_score_assigned(tagger, row, count, err);
    if (!status) {
        *out = tagger->scores;
    }
    return status;
}

int papertag_tag_many(papertag_tagger *tagger, size_t count, const char *const *titles, const char *const *abstracts,
                      papertag_score *out, papertag_error *err)
{
    const papertag_tag_info *tags;
    const size_t tag_count = papertag_model_tags(tagger->model, &tags);
    const papertag_score *scores;
    int status = PAPERTAG_OK;

    for (size_t i = 0; !status && i < count; i++) {
        status = papertag_tag(tagger, titles[i], abstracts[i], &scores, err);
        if (!status) {
            memcpy(out + i * tag_count, scores, tag_count * sizeof *out);
        }
    }
    return status;
}

int papertag_trainer_fit(papertag_trainer *t, const char *path, papertag_error *err)
{
    pt_training r = {0};
    int status;

    if (t->fitted) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a trainer fits once");
    }
    if (t->labels.count < t->options.folds) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%zu papers are too few for %u folds", t->labels.count,
                       t->options.folds);
    }
    if (!t->labels.starts[t->labels.count]) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "none of the %zu papers has a tag", t->labels.count);
    }
    t->fitted = true;
    status = pt_train_count(t, err);                                /* the terms of the last papers */
    status = status ? status : pt_train_choose(t, &r, err);         /* tags, vocabulary, tf-idf rows, folds */
    status = status ? status : pt_train_prune(t, &r, err);          /* the terms that weigh most */
    status = status ? status : pt_train_cross_validate(t, &r, err); /* weights, calibration and cuts */
    status = status ? status : pt_train_students(t, &r, err);       /* with unlabelled papers, better weights */
    status = status ? status : pt_train_fit_all(t, &r, err);        /* all papers, if no step has fitted them yet */
    status = status ? status : pt_train_write(t, &r, path, err);
    pt_training_free(&r);
    return status;
}
