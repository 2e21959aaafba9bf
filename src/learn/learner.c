/*
 * learner - from verdicts in a store to a new model: which tags to fit again, which fits to take, what they change.
 *
 * A tag is fitted again when its evidence has changed. Every fit starts from the weights that the tag had before any
 * verdict, which a personal model carries along. So the same verdicts give the same model, whatever models were learnt
 * in between.
 */
#include <math.h>
#include <stdlib.h>

#include "learn.h"

static bool is_own_tag(const papertag_learner *l, const char *slug)
{
    for (size_t i = 0; i < l->own_tag_count; i++) {
        if (!strcmp(l->own_tags[i].tag, slug)) {
            return true;
        }
    }
    return false;
}

static int check_options(const papertag_learner *l, papertag_error *err)
{
    const papertag_learn_options *o = &l->options;
    size_t index;

    if (o->remove && !is_own_tag(l, o->remove)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.60s' is not a tag made in this store", o->remove);
    }
    return o->tag && !is_own_tag(l, o->tag) ? papertag_model_find_tag(l->model, o->tag, &index, err) : PAPERTAG_OK;
}

int papertag_learner_open(papertag_learner **out, papertag_store *store, const papertag_model *model,
                          const papertag_learn_options *options, papertag_error *err)
{
    papertag_learner *l;
    int status;

    if (!papertag_model_is_linear(model)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a kernel model cannot learn from verdicts; use a linear model");
    }
    l = pt_calloc(1, sizeof *l);
    if (!l) {
        return pt_no_memory(err);
    }
    l->store = store;
    l->model = model;
    l->options = *options;
    l->vocabulary = &model->vocabulary;
    l->threads.jobs = pt_jobs(options->jobs);
    pt_store_stop(store);
    status = pt_learner_keep_rows(l, err);
    status = status ? status : pt_store_read_begin(store, err);
    l->reading = !status;
    status = status ? status : pt_store_verdicts(store, &l->arena, &l->verdicts, &l->verdict_count, err);
    status = status ? status : pt_store_own_tags(store, &l->arena, &l->own_tags, &l->own_tag_count, err);
    status = status ? status : check_options(l, err);
    status = status ? status : pt_store_in_use(store, papertag_model_hash(model), &l->in_use, err);
    status = status ? status : pt_learner_read(l, &model->vocabulary, &l->papers, err);
    l->rows = (pt_paper_rows){.stored = &l->papers, .vocabulary = &model->vocabulary, .threads = &l->threads};
    if (status) {
        papertag_learner_close(l);
        return status;
    }
    *out = l;
    return PAPERTAG_OK;
}

static void end_reading(papertag_learner *l)
{
    if (l->reading) {
        pt_store_read_end(l->store);
        l->reading = false;
    }
}

void papertag_learner_close(papertag_learner *l)
{
    if (!l) {
        return;
    }
    end_reading(l);
    for (size_t i = 0; i < l->fit_count; i++) {
        pt_tag_fit_free(&l->fits[i]);
    }
    free(l->fits);
    free(l->changes);
    free(l->labelled);
    free(l->dev);
    free(l->tags);
    papertag_model_close(l->result);
    free(l->bytes);
    free(l->summary.data);
    pt_paper_rows_free(&l->rows);
    pt_stored_rows_free(&l->papers);
    pt_own_terms_free(&l->own);
    pt_counter_free(&l->counter);
    pt_arena_free(&l->arena);
    free(l);
}

/* ---- labelled papers ------------------------------------------------------------------------------------------- */

static int label_row(papertag_learner *l, size_t row, papertag_strings tags, papertag_error *err)
{
    pt_labelled_paper paper = {.row = (uint32_t)row};

    if (pt_arena_copy_strings(&l->arena, tags, &paper.tags) ||
        pt_reserve(&l->labelled, &l->labelled_capacity, l->labelled_count + 1, sizeof *l->labelled)) {
        return pt_no_memory(err);
    }
    l->labelled[l->labelled_count++] = paper;
    return PAPERTAG_OK;
}

int papertag_learner_label(papertag_learner *l, const char *id, papertag_strings tags, papertag_error *err)
{
    papertag_error why;
    int64_t key = 0;
    size_t row;
    int status = papertag_store_find(l->store, id, &key, &why);

    if (status) {
        return status == PAPERTAG_BAD_ARGUMENT ? PAPERTAG_END
                                               : pt_fail(err, (papertag_status)status, "%s", why.message);
    }
    row = pt_learner_row(l, key); /* none: the paper was added after the learner was opened */
    return row == l->papers.count ? PAPERTAG_END : label_row(l, row, tags, err);
}

int papertag_learner_add(papertag_learner *l, const papertag_paper *paper, papertag_error *err)
{
    const papertag_model *m = l->model;
    pt_row row;
    int status;

    if (!paper->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    status = papertag_learner_label(l, paper->id, paper->tags, err);
    if (status != PAPERTAG_END) {
        return status;
    }
    status = pt_tfidf_row(&l->counter, &m->options, &m->vocabulary, paper->title, paper->abstract, &row, err);
    if (!status) {
        row = pt_first_part(&m->vocabulary, row);
        status = pt_rows_append(&l->rows.others, row.terms, row.values, row.count) ? pt_no_memory(err) : PAPERTAG_OK;
    }
    return status ? status : label_row(l, pt_paper_rows_count(&l->rows) - 1, paper->tags, err);
}

int papertag_learner_add_dev(papertag_learner *l, const papertag_paper *paper, papertag_error *err)
{
    papertag_paper copy = {.has_tags = true};

    if (!paper->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    copy.title = paper->title ? pt_arena_copy(&l->arena, paper->title, strlen(paper->title)) : NULL;
    copy.abstract = paper->abstract ? pt_arena_copy(&l->arena, paper->abstract, strlen(paper->abstract)) : NULL;
    if ((paper->title && !copy.title) || (paper->abstract && !copy.abstract) ||
        pt_arena_copy_strings(&l->arena, paper->tags, &copy.tags) ||
        pt_arena_copy_strings(&l->arena, paper->maybe, &copy.maybe) ||
        pt_reserve(&l->dev, &l->dev_capacity, l->dev_count + 1, sizeof *l->dev)) {
        return pt_no_memory(err);
    }
    l->dev[l->dev_count++] = copy;
    return PAPERTAG_OK;
}

/* ---- the tags of the new model --------------------------------------------------------------------------------- */

static bool is_to_go(const papertag_learner *l, const char *slug)
{
    return l->options.remove && !strcmp(l->options.remove, slug);
}

static void add_tag_of_model(papertag_learner *l, size_t number)
{
    pt_learner_tag *tag = &l->tags[l->tag_count++];

    *tag = (pt_learner_tag){.slug = l->model->tags[number].tag,
                            .old_number = (uint32_t)number,
                            .learnt = pt_model_learnt(l->model, number)};
    tag->base = cJSON_GetObjectItemCaseSensitive(tag->learnt, "base");
    tag->is_new = tag->learnt && !tag->base;
    for (size_t k = 0; k < l->own_tag_count; k++) {
        tag->own = strcmp(l->own_tags[k].tag, tag->slug) ? tag->own : &l->own_tags[k];
    }
    pt_evidence_identify(l, tag);
    tag->removed = tag->is_new && (!tag->own || !tag->verdict_count || is_to_go(l, tag->slug));
}

static void add_own_tag(papertag_learner *l, const papertag_own_tag *own)
{
    pt_learner_tag tag = {.slug = own->tag, .own = own, .old_number = UINT32_MAX, .is_new = true};

    for (size_t t = 0; t < l->model->tag_count; t++) {
        if (!strcmp(l->model->tags[t].tag, tag.slug)) {
            return; /* added as a tag of the model */
        }
    }
    pt_evidence_identify(l, &tag);
    if (tag.verdict_count && !is_to_go(l, tag.slug)) {
        l->tags[l->tag_count++] = tag;
    }
}

static int compare_tags(const void *a, const void *b)
{
    return strcmp(((const pt_learner_tag *)a)->slug, ((const pt_learner_tag *)b)->slug);
}

/* Lists the old model's tags, and the store's own tags that have a verdict; numbers those that the new model has. */
static int list_tags(papertag_learner *l, papertag_error *err)
{
    l->tags = pt_calloc(l->model->tag_count + l->own_tag_count, sizeof *l->tags);
    if (!l->tags) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < l->model->tag_count; t++) {
        add_tag_of_model(l, t);
    }
    for (size_t k = 0; k < l->own_tag_count; k++) {
        add_own_tag(l, &l->own_tags[k]);
    }
    pt_sort(l->tags, l->tag_count, sizeof *l->tags, compare_tags);
    for (size_t t = 0; t < l->tag_count; t++) {
        l->tags[t].new_number = l->tags[t].removed ? UINT32_MAX : (uint32_t)l->new_tag_count++;
    }
    return PAPERTAG_OK;
}

static bool needs_fit(const papertag_learner *l, const pt_learner_tag *tag)
{
    const char *known = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag->learnt, "evidence"));

    if (tag->removed || (!tag->learnt && !tag->verdict_count)) {
        return false;
    }
    if (l->options.tag ||
        l->options.remove) { /* and tags of the store that the old model lacks: the new one has them */
        return tag->verdict_count &&
               (tag->old_number == UINT32_MAX || (l->options.tag && !strcmp(l->options.tag, tag->slug)));
    }
    return !known || strcmp(known, tag->evidence) != 0;
}

/* Gives a fit to every tag that needs one. */
static int list_fits(papertag_learner *l, papertag_error *err)
{
    int status;

    l->fits = pt_calloc(l->tag_count, sizeof *l->fits);
    if (!l->fits) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < l->tag_count; t++) {
        pt_learner_tag *tag = &l->tags[t];
        if (needs_fit(l, tag)) {
            tag->fit = &l->fits[l->fit_count++];
            tag->fit->tag = tag;
        }
    }
    status = pt_own_terms_find(l, err);
    for (size_t i = 0; i < l->fit_count && !status; i++) {
        status = l->fits[i].tag->is_new ? pt_evidence_read_own(l, &l->fits[i], err) : PAPERTAG_OK;
    }
    return status;
}

/* ---- reporting ------------------------------------------------------------------------------------------------- */

static papertag_tag_change describe_change(const papertag_learner *l, const pt_learner_tag *tag)
{
    const pt_tag_fit *fit = tag->fit;
    papertag_tag_change change = {
        .tag = tag->slug, .gone = tag->removed, .taken = tag->removed, .cut_before = NAN, .cut_after = NAN};

    if (tag->old_number != UINT32_MAX) {
        change.cut_before = l->model->tags[tag->old_number].cut;
    }
    if (fit) {
        change.fresh = !fit->old_weights;
        change.taken = fit->taken;
        change.yes = fit->yes;
        change.no = fit->no;
        change.labelled = fit->labelled;
        change.right_before = fit->right_before;
        change.right_after = fit->right_after;
        change.right_first = fit->right_first;
        change.restored = fit->restored;
        change.cut_after = fit->learnt.cut;
        change.gained = fit->gained;
        change.gained_count = fit->gained_count;
        change.lost = fit->lost;
        change.lost_count = fit->lost_count;
    }
    return change;
}

/* Counts the papers with a tag that flips. */
static int count_flips(const papertag_learner *l, size_t *count, papertag_error *err)
{
    bool *flips = pt_calloc(l->papers.count, sizeof *flips);

    if (!flips) {
        return pt_no_memory(err);
    }
    for (size_t i = 0; i < l->fit_count; i++) {
        const pt_tag_fit *fit = &l->fits[i];
        for (size_t k = 0; fit->taken && k < fit->gained_count; k++) {
            flips[pt_learner_row(l, fit->gained[k])] = true;
        }
        for (size_t k = 0; fit->taken && k < fit->lost_count; k++) {
            flips[pt_learner_row(l, fit->lost[k])] = true;
        }
    }
    *count = 0;
    for (size_t i = 0; i < l->papers.count; i++) {
        *count += flips[i];
    }
    free(flips);
    return PAPERTAG_OK;
}

static int report(papertag_learner *l, papertag_error *err)
{
    papertag_learning *r = &l->report;
    int status = count_flips(l, &r->papers, err);

    l->changes = pt_calloc(l->tag_count, sizeof *l->changes);
    if (status || !l->changes) {
        return status ? status : pt_no_memory(err);
    }
    for (size_t t = 0; t < l->tag_count; t++) {
        if (l->tags[t].fit || l->tags[t].removed) {
            papertag_tag_change *change = &l->changes[r->count++];
            *change = describe_change(l, &l->tags[t]);
            if (change->taken) {
                pt_buf_text(&l->summary, r->taken++ ? ", " : "");
                pt_buf_text(&l->summary, change->gone ? "without " : "");
                pt_buf_text(&l->summary, change->tag);
            }
        }
    }
    r->tags = l->changes;
    r->verdicts = l->verdict_count;
    r->dev_before = r->dev_after = r->dev_p = NAN;
    r->dev_papers = l->dev_count;
    return l->summary.failed ? pt_no_memory(err) : PAPERTAG_OK;
}

static void show_learnt(void *context, size_t finished)
{
    const papertag_learner *l = context;

    if (l->options.progress) {
        l->options.progress(l->options.progress_context, "learning tags", finished, l->fit_count);
    }
}

int papertag_learner_fit(papertag_learner *l, const papertag_learning **out, papertag_error *err)
{
    papertag_learning *r = &l->report;
    size_t removed = 0;
    int status;

    if (l->fitted) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a learner fits once");
    }
    l->fitted = true;
    status = list_tags(l, err);
    status = status ? status : list_fits(l, err);
    if (!status && pt_paper_rows_use_offsets(&l->rows, l->model)) {
        status = pt_no_memory(err);
    }
    end_reading(l);
    for (size_t t = 0; t < l->tag_count; t++) {
        removed += l->tags[t].removed;
    }
    if (!status && !l->fit_count && !removed) {
        return PAPERTAG_END;
    }
    if (!status && pt_parallel(l->threads.jobs, l->fit_count, pt_tag_fit_learn, l, show_learnt)) {
        status = pt_no_memory(err);
    }
    status = status ? status : report(l, err);
    status = status ? status : pt_learner_assemble(l, err);
    status = status ? status : pt_learner_measure(l, err);
    if (!status) {
        r->better = r->taken && !(r->dev_after < r->dev_before && r->dev_p < PT_CHANCE);
        r->hash = papertag_model_hash(l->result);
        *out = r;
    }
    return status;
}
