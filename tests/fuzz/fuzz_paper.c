/*
 * Fuzz target: any text through a model: scores are numbers, contributions add up to the margin, and the words that are
 * marked are those of the text, in order. The first byte chooses the tag, a zero byte separates title and abstract.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void check_scores(const papertag_score *scores, size_t count)
{
    for (size_t t = 0; t < count; t++) {
        if (!isfinite(scores[t].margin) || !(scores[t].p >= 0 && scores[t].p <= 1)) {
            abort();
        }
    }
}

static void check_sum(const papertag_explanation *e, double margin)
{
    double sum = e->bias;

    for (size_t k = 0; k < e->count; k++) {
        sum += e->terms[k].contribution;
    }
    if (fabs(sum - margin) > 1e-5 * (1 + fabs(margin)) || fabs(e->margin - margin) > 1e-5 * (1 + fabs(margin))) {
        abort();
    }
}

static void check_spans(const papertag_span *spans, size_t count, size_t length)
{
    size_t end = 0;

    for (size_t i = 0; i < count; i++) {
        if (spans[i].start < end || !spans[i].length || spans[i].length > length ||
            spans[i].start > length - spans[i].length || !isfinite(spans[i].contribution)) {
            abort();
        }
        end = spans[i].start + spans[i].length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static papertag_tagger *tagger;
    static papertag_model *model;
    const papertag_tag_info *tags;
    const papertag_score *scores;
    const papertag_span *spans;
    papertag_explanation explanation;
    papertag_error err;
    char *title = size ? strndup((const char *)data + 1, size - 1) : NULL, *abstract;
    size_t length, count, tag, tag_count;
    double margin = NAN;

    if (!title) {
        return 0;
    }
    tagger = tagger ? tagger : small_model(&model);
    tag_count = papertag_model_tags(model, &tags);
    tag = data[0] % tag_count;
    length = strlen(title);
    abstract = length + 2 < size ? strndup((const char *)data + length + 2, size - length - 2) : NULL;
    if (papertag_tag(tagger, title, abstract, &scores, &err)) {
        abort();
    }
    check_scores(scores, tag_count);
    for (size_t t = 0; t < tag_count; t++) {
        margin = scores[t].index == tag ? scores[t].margin : margin;
    }
    if (papertag_explain(tagger, title, abstract, tag, &explanation, &err)) {
        abort();
    }
    check_sum(&explanation, margin);
    if (papertag_mark(tagger, title, abstract, tag, abstract ? abstract : title, &spans, &count, &err)) {
        abort();
    }
    check_spans(spans, count, strlen(abstract ? abstract : title));
    free(title);
    free(abstract);
    return 0;
}
