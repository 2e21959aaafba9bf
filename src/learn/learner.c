/*
 * learner - from verdicts in a store to a new model: what to learn anew, whether it is better, what it changes.
 *
 * A tag's evidence is its verdicts, what a person wrote of it, and its papers of the training set. Its hash is kept in
 * the manifest of the model that learnt it, so that a later learner knows which tags have changed. Every tag is learnt
 * from the weights of the model it all began with, which a personal model carries along: the same verdicts give the
 * same model, in whatever steps they came.
 *
 * Weights are compared on the verdicts as if they had not seen them: the new ones by cross-validation, those in use by
 * the cross-validation of their time (verdicts.held_out), or as they are where a verdict came later.
 */
#include "learner.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "measure/measure.h"
#include "tags/tags.h"

/* What is less likely than this is not put down to chance. */
static const double CHANCE = 0.05;

/* ---- collecting ------------------------------------------------------------------------------------------------ */

static int check_options(const papertag_learner *l, papertag_error *err)
{
    const char *const named[] = {l->options.tag, l->options.remove};

    for (int i = 0; i < 2; i++) {
        bool own = false;
        size_t index;
        for (size_t k = 0; named[i] && k < l->own_count; k++) {
            own = own || !strcmp(l->own[k].tag, named[i]);
        }
        if (named[i] && !own && i == 1) {
            return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "'%.60s' is no tag made in this store", named[i]);
        }
        if (named[i] && !own) {
            int status = papertag_model_find_tag(l->model, named[i], &index, err);
            if (status) {
                return status;
            }
        }
    }
    return PAPERTAG_OK;
}

int papertag_learner_open(papertag_learner **out, papertag_store *store, const papertag_model *model,
                          const papertag_learn_options *options, papertag_error *err)
{
    papertag_learner *l;
    int status;

    if (!papertag_model_is_linear(model)) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a kernel model does not learn from verdicts: take a linear one");
    }
    l = pt_calloc(1, sizeof *l);
    if (!l) {
        return pt_no_memory(err);
    }
    l->store = store;
    l->model = model;
    l->options = *options;
    status = pt_store_read_begin(store, err);
    l->reading = !status;
    status = status ? status : pt_store_said(store, &l->arena, &l->said, &l->said_count, err);
    status = status ? status : pt_store_own(store, &l->arena, &l->own, &l->own_count, err);
    status = status ? status : check_options(l, err);
    status = status ? status : pt_store_in_use(store, papertag_model_hash(model), &l->in_use, err);
    status = status ? status : pt_store_rows(store, model, options->jobs, &l->papers, err);
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

static void free_fits(papertag_learner *l)
{
    for (size_t i = 0; i < l->fit_count; i++) {
        struct fitted *f = &l->fits[i];
        pt_column_free(&f->column);
        free(f->before);
        free(f->rows);
        free(f->p);
        free(f->margins);
        free(f->assigned);
        free(f->gained);
        free(f->lost);
    }
    free(l->fits);
}

void papertag_learner_close(papertag_learner *l)
{
    if (!l) {
        return;
    }
    end_reading(l);
    free_fits(l);
    free(l->changes);
    free(l->said);
    free(l->labelled);
    free(l->dev);
    free(l->tags);
    papertag_model_close(l->result);
    free(l->bytes);
    free(l->summary.data);
    pt_stored_rows_free(&l->papers);
    pt_counter_free(&l->counter);
    pt_arena_free(&l->arena);
    free(l);
}

static int copy_strings(pt_arena *arena, papertag_strings strings, papertag_strings *out)
{
    const char **items = pt_arena_alloc(arena, (strings.count + 1) * sizeof *items);

    for (size_t i = 0; items && i < strings.count; i++) {
        items[i] = pt_arena_copy(arena, strings.items[i], strlen(strings.items[i]));
        if (!items[i]) {
            return PAPERTAG_NO_MEMORY;
        }
    }
    *out = (papertag_strings){items, strings.count};
    return items ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static int label_row(papertag_learner *l, size_t row, papertag_strings tags, papertag_error *err)
{
    struct labelled one = {.row = (uint32_t)row};

    if (copy_strings(&l->arena, tags, &one.tags) ||
        pt_reserve(&l->labelled, &l->labelled_capacity, l->labelled_count + 1, sizeof *l->labelled)) {
        return pt_no_memory(err);
    }
    l->labelled[l->labelled_count++] = one;
    return PAPERTAG_OK;
}

/* The place of a key among the stored papers; their count when it is not there. */
static size_t place_of(const papertag_learner *l, int64_t key)
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

int papertag_learner_label(papertag_learner *l, const char *id, papertag_strings tags, papertag_error *err)
{
    papertag_error none;
    int64_t key = 0;
    size_t row;
    int status = papertag_store_find(l->store, id, &key, &none);

    if (status) {
        return status == PAPERTAG_BAD_ARGUMENT ? PAPERTAG_END
                                               : pt_fail(err, (papertag_status)status, "%s", none.message);
    }
    row = place_of(l, key);
    return row == l->papers.count ? PAPERTAG_END : label_row(l, row, tags, err);
}

int papertag_learner_add(papertag_learner *l, const papertag_paper *paper, papertag_error *err)
{
    pt_row row;
    int status;

    if (!paper->has_tags) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "no tags field");
    }
    status = papertag_learner_label(l, paper->id, paper->tags, err); /* it may be in the store */
    if (status != PAPERTAG_END) {
        return status;
    }
    status =
        pt_tfidf_row(&l->counter, &l->model->options, &l->model->vocabulary, paper->title, paper->abstract, &row, err);
    if (!status && pt_rows_append(&l->papers.rows, row.terms, row.values, row.count)) {
        status = pt_no_memory(err);
    }
    return status ? status : label_row(l, l->papers.rows.count - 1, paper->tags, err);
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
        copy_strings(&l->arena, paper->tags, &copy.tags) || copy_strings(&l->arena, paper->maybe, &copy.maybe) ||
        pt_reserve(&l->dev, &l->dev_capacity, l->dev_count + 1, sizeof *l->dev)) {
        return pt_no_memory(err);
    }
    l->dev[l->dev_count++] = copy;
    return PAPERTAG_OK;
}

/* ---- the tags of the new model --------------------------------------------------------------------------------- */

static const cJSON *entry_of(const papertag_model *m, size_t tag)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(m->json, "tags"), (int)tag);
}

static double number_of(const cJSON *object, const char *key, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble : otherwise;
}

/* What the manifest says of a tag with weights of its own; NULL for another. */
static const cJSON *learnt_of(const papertag_model *m, size_t tag)
{
    const bool own = m->own_place && m->own_place[tag] != UINT32_MAX;
    return own ? cJSON_GetObjectItemCaseSensitive(entry_of(m, tag), "learnt") : NULL;
}

static int compare_tags(const void *a, const void *b)
{
    return strcmp(((const struct tag *)a)->slug, ((const struct tag *)b)->slug);
}

/* The verdicts of a tag among all, which are in the order of tags. */
static void find_said(const papertag_learner *l, struct tag *tag)
{
    while (tag->said < l->said_count && strcmp(l->said[tag->said].tag, tag->slug) != 0) {
        tag->said++;
    }
    while (tag->said + tag->said_count < l->said_count &&
           !strcmp(l->said[tag->said + tag->said_count].tag, tag->slug)) {
        tag->said_count++;
    }
}

static uint64_t mix(uint64_t hash, const char *text)
{
    return pt_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

/* Tells this evidence from another; 0 when there is none. */
uint64_t pt_learner_evidence(const papertag_learner *l, const struct tag *tag)
{
    const uint64_t labelled = tag->fresh ? 0 : l->labelled_count;
    uint64_t hash = 0;

    if (!tag->said_count) {
        return 0;
    }
    for (size_t i = tag->said; i < tag->said + tag->said_count; i++) {
        hash = mix(mix(hash, l->said[i].id), l->said[i].example ? "example" : l->said[i].yes ? "yes" : "no");
    }
    if (tag->own) {
        hash = mix(mix(mix(hash, tag->own->name), tag->own->definition), tag->own->query);
    }
    return pt_hash(&labelled, sizeof labelled, hash);
}

/* Lists the tags of the new model: those of the old one but for own tags that the store has no longer, and the own tags
 * that have an example. */
static int list_tags(papertag_learner *l, papertag_error *err)
{
    const papertag_model *m = l->model;

    l->tags = pt_calloc(m->tag_count + l->own_count, sizeof *l->tags);
    if (!l->tags) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < m->tag_count; t++) {
        const cJSON *learnt = learnt_of(m, t);
        struct tag tag = {.slug = m->tags[t].tag,
                          .before = (uint32_t)t,
                          .learnt = learnt,
                          .base = cJSON_GetObjectItemCaseSensitive(learnt, "base")};
        tag.fresh = learnt && !tag.base;
        for (size_t k = 0; k < l->own_count; k++) {
            tag.own = strcmp(l->own[k].tag, tag.slug) ? tag.own : &l->own[k];
        }
        find_said(l, &tag);
        tag.gone =
            tag.fresh && (!tag.own || !tag.said_count || (l->options.remove && !strcmp(l->options.remove, tag.slug)));
        l->tags[l->tag_count++] = tag;
    }
    for (size_t k = 0; k < l->own_count; k++) {
        struct tag tag = {.slug = l->own[k].tag, .own = &l->own[k], .before = UINT32_MAX, .fresh = true};
        bool there = l->options.remove && !strcmp(l->options.remove, tag.slug);
        for (size_t t = 0; t < m->tag_count; t++) {
            there = there || !strcmp(m->tags[t].tag, tag.slug);
        }
        find_said(l, &tag);
        if (!there && tag.said_count) {
            l->tags[l->tag_count++] = tag;
        }
    }
    pt_sort(l->tags, l->tag_count, sizeof *l->tags, compare_tags);
    for (size_t t = 0; t < l->tag_count; t++) {
        l->tags[t].after = l->tags[t].gone ? UINT32_MAX : (uint32_t)l->new_count++;
    }
    return PAPERTAG_OK;
}

static bool has_changed(const papertag_learner *l, const struct tag *tag)
{
    const char *known = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag->learnt, "evidence"));
    char now[17];

    if (l->options.tag || l->options.remove) {
        return tag->said_count && l->options.tag && !strcmp(l->options.tag, tag->slug);
    }
    snprintf(now, sizeof now, "%016llx", (unsigned long long)pt_learner_evidence(l, tag));
    return tag->learnt || tag->said_count ? !known || strcmp(known, now) != 0 : false;
}

/* ---- fitting --------------------------------------------------------------------------------------------------- */

/* The weights of a tag before any verdict; NULL when there is no memory. */
static float *weights_of(const pt_matrix *m, size_t terms, size_t lane)
{
    float *weights = pt_alloc(terms, sizeof *weights);

    for (size_t term = 0; weights && term < terms; term++) {
        weights[term] = (float)pt_matrix_weight(m, term, lane);
    }
    return weights;
}

/* What was in use for the tag till now. */
static int find_before(const papertag_learner *l, struct fitted *f)
{
    const papertag_model *m = l->model;
    const uint32_t t = f->tag->before;

    f->cut_before = NAN;
    if (t == UINT32_MAX) {
        return PAPERTAG_OK;
    }
    f->before = f->tag->learnt ? weights_of(&m->own, m->vocabulary.count, m->own_place[t])
                               : weights_of(&m->matrix, m->vocabulary.count, t);
    f->bias_before = m->bias[t];
    f->cut_before = m->tags[t].cut;
    return f->before ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* A lesson's arrays, to be freed together. */
struct evidence {
    uint32_t *said, *labelled;
    uint8_t *yes, *first, *has;
    float *prior;
};

static bool has_tag(const papertag_model *m, papertag_strings tags, const struct tag *tag)
{
    for (size_t i = 0; i < tags.count; i++) {
        size_t index;
        if (!strcmp(tags.items[i], tag->slug) ||
            (!papertag_model_find_tag(m, tags.items[i], &index, NULL) && index == tag->before)) {
            return true;
        }
    }
    return false;
}

/* When the first yes was said, where no example is known as such: a tag's verdicts may have come from elsewhere. NULL:
 * there are examples. Times of this form compare as text. */
static const char *earliest_yes(const papertag_learner *l, const struct tag *tag)
{
    const char *earliest = NULL;

    for (size_t i = tag->said; i < tag->said + tag->said_count; i++) {
        if (l->said[i].example) {
            return NULL;
        }
        if (l->said[i].yes && (!earliest || strcmp(l->said[i].given, earliest) < 0)) {
            earliest = l->said[i].given;
        }
    }
    return earliest;
}

/* Gathers what is known of a tag. A paper is in one place: a verdict goes before the training set. */
static int gather(const papertag_learner *l, const struct tag *tag, struct evidence *e, pt_lesson *lesson)
{
    const papertag_model *m = l->model;
    const size_t labelled = tag->fresh ? 0 : l->labelled_count;
    bool *judged = pt_calloc(l->papers.rows.count, sizeof *judged), named = false;
    const char *earliest = earliest_yes(l, tag);
    int status = judged ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    e->said = pt_alloc(tag->said_count, sizeof *e->said);
    e->yes = pt_alloc(tag->said_count, sizeof *e->yes);
    e->first = pt_calloc(tag->said_count, sizeof *e->first);
    e->labelled = pt_alloc(labelled, sizeof *e->labelled);
    e->has = pt_alloc(labelled, sizeof *e->has);
    e->prior = tag->fresh ? NULL : weights_of(&m->matrix, m->vocabulary.count, tag->before);
    if (!e->said || !e->yes || !e->first || !e->labelled || !e->has || (!tag->fresh && !e->prior)) {
        status = PAPERTAG_NO_MEMORY;
    }
    for (size_t i = tag->said; i < tag->said + tag->said_count && !status; i++) {
        const size_t row = place_of(l, l->said[i].paper); /* papers are never deleted */
        judged[row] = true;
        e->said[lesson->count] = (uint32_t)row;
        e->first[lesson->count] =
            l->said[i].example || (l->said[i].yes && earliest && !strcmp(l->said[i].given, earliest));
        e->yes[lesson->count++] = l->said[i].yes;
    }
    for (size_t i = labelled; i > 0 && !status; i--) { /* the last word on a paper holds */
        const struct labelled *paper = &l->labelled[i - 1];
        if (!judged[paper->row]) {
            judged[paper->row] = true;
            e->labelled[lesson->labelled_count] = paper->row;
            e->has[lesson->labelled_count] = has_tag(m, paper->tags, tag);
            named |= e->has[lesson->labelled_count++];
        }
    }
    lesson->labelled_count = named ? lesson->labelled_count : 0; /* a set without the tag says nothing of it */
    free(judged);
    return status;
}

/* Fits a tag and looks at what it would decide. */
static int learn_tag(void *context, size_t i)
{
    papertag_learner *l = context;
    struct fitted *f = &l->fits[i];
    const struct tag *tag = f->tag;
    const papertag_model *m = l->model;
    struct evidence e = {0};
    pt_lesson lesson = {.rows = &l->papers.rows,
                        .papers = l->papers.count,
                        .terms = m->vocabulary.count,
                        .words = f->words,
                        .likely = f->likely,
                        .likely_count = f->likely_count};
    size_t spoilt = 0, mended = 0;
    int status = find_before(l, f);

    status = status ? status : gather(l, tag, &e, &lesson);
    if (!status && !tag->fresh) {
        const papertag_tag_info *info = &m->tags[tag->before];
        lesson.prior = e.prior;
        lesson.prior_bias = (float)number_of(tag->base, "bias", m->bias[tag->before]); /* which JSON rounds */
        lesson.prior_cut = number_of(tag->base, "cut", info->cut);
        lesson.prior_a = number_of(tag->base, "platt_a", info->platt_a);
        lesson.prior_b = number_of(tag->base, "platt_b", info->platt_b);
    }
    lesson.said = e.said;
    lesson.yes = e.yes;
    lesson.first = e.first;
    lesson.labelled = e.labelled;
    lesson.has = e.has;
    status = status ? status : pt_learn(&lesson, &f->column, NULL);
    f->labelled = lesson.labelled_count;
    for (size_t k = 0; k < lesson.count && !status; k++) {
        const pt_said *said = &l->said[tag->said + k];
        const pt_row row = pt_rows_get(lesson.rows, lesson.said[k]);
        const bool unseen = !l->in_use || isnan(said->held_out);
        const bool after = (f->column.held_out[k] >= f->column.cut) == said->yes;
        bool before = false;
        if (f->before) {
            const double margin = unseen ? pt_column_margin(f->before, f->bias_before, row) : said->held_out;
            before = (margin >= f->cut_before) == said->yes;
        }
        f->right_before += before;
        f->right_after += after;
        spoilt += before && !after;
        mended += after && !before;
        f->yes += said->yes;
        f->no += !said->yes;
    }
    f->taken = !f->before || l->options.force || pt_sign_test(spoilt, mended) >= CHANCE;
    free(e.said);
    free(e.yes);
    free(e.first);
    free(e.labelled);
    free(e.has);
    free(e.prior);
    return status;
}

/* What the learnt weights think of the stored papers, and whose tag flips. Verdicts stay what they are. */
static int look_at_papers(void *context, size_t i)
{
    papertag_learner *l = context;
    struct fitted *f = &l->fits[i];
    const pt_column *c = &f->column;
    bool *judged = pt_calloc(l->papers.count, sizeof *judged);
    size_t capacity[6] = {0};
    int status = judged ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t k = 0; k < f->tag->said_count && !status; k++) {
        judged[place_of(l, l->said[f->tag->said + k].paper)] = true;
    }
    for (size_t paper = 0; paper < l->papers.count && !status; paper++) {
        const pt_row row = pt_rows_get(&l->papers.rows, paper);
        const double margin = pt_column_margin(c->weights, c->bias, row), p = 1 / (1 + exp(c->a * margin + c->b));
        const bool now = margin >= c->cut;
        const bool then = f->before && pt_column_margin(f->before, f->bias_before, row) >= f->cut_before;
        int64_t **flips = now ? &f->gained : &f->lost;
        size_t *flip_count = now ? &f->gained_count : &f->lost_count;
        if (now || p >= PAPERTAG_OPINION_MIN) {
            status = pt_reserve(&f->rows, &capacity[0], f->count + 1, sizeof *f->rows) ||
                     pt_reserve(&f->p, &capacity[1], f->count + 1, sizeof *f->p) ||
                     pt_reserve(&f->margins, &capacity[2], f->count + 1, sizeof *f->margins) ||
                     pt_reserve(&f->assigned, &capacity[3], f->count + 1, sizeof *f->assigned);
            if (!status) {
                f->rows[f->count] = (uint32_t)paper;
                f->p[f->count] = p;
                f->margins[f->count] = margin;
                f->assigned[f->count++] = now;
            }
        }
        if (!status && now != then && !judged[paper]) {
            status = pt_reserve(flips, &capacity[now ? 4 : 5], *flip_count + 1, sizeof **flips);
            if (!status) {
                (*flips)[(*flip_count)++] = l->papers.keys[paper];
            }
        }
    }
    free(judged);
    return status ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* Stored papers that a person's query finds, and what they wrote of the tag, as the fit takes them. */
static int read_wishes(papertag_learner *l, struct fitted *f, papertag_error *err)
{
    const papertag_own_tag *own = f->tag->own;
    const papertag_query query = {.expression = own->query};
    const int64_t *keys;
    size_t count = 0;
    pt_row words;
    int status;

    if (own->query) {
        status = papertag_store_select(l->store, &query, &keys, &count, err);
        if (status) {
            return status;
        }
        f->likely = pt_arena_alloc(&l->arena, (count + 1) * sizeof *f->likely);
        for (size_t i = 0; i < count && f->likely; i++) {
            const size_t row = place_of(l, keys[i]);
            if (row < l->papers.count) {
                f->likely[f->likely_count++] = (uint32_t)row;
            }
        }
    }
    status =
        pt_tfidf_row(&l->counter, &l->model->options, &l->model->vocabulary, own->name, own->definition, &words, err);
    f->words = (uint32_t)l->papers.rows.count;
    if (!status &&
        (pt_rows_append(&l->papers.rows, words.terms, words.values, words.count) || (own->query && !f->likely))) {
        status = pt_no_memory(err);
    }
    return status;
}

/* ---- reporting ------------------------------------------------------------------------------------------------- */

static void report_tag(const papertag_learner *l, const struct tag *tag, papertag_tag_change *out)
{
    const struct fitted *f = tag->fit;

    *out = (papertag_tag_change){
        .tag = tag->slug, .gone = tag->gone, .taken = tag->gone, .cut_before = NAN, .cut_after = NAN};
    if (tag->before != UINT32_MAX) {
        out->cut_before = l->model->tags[tag->before].cut;
    }
    if (f) {
        out->fresh = !f->before;
        out->taken = f->taken;
        out->yes = f->yes;
        out->no = f->no;
        out->labelled = f->labelled;
        out->right_before = f->right_before;
        out->right_after = f->right_after;
        out->cut_after = f->column.cut;
        out->gained = f->gained;
        out->gained_count = f->gained_count;
        out->lost = f->lost;
        out->lost_count = f->lost_count;
    }
}

/* How many papers have a tag that flips. */
static int count_papers(const papertag_learner *l, size_t *count)
{
    bool *flips = pt_calloc(l->papers.count, sizeof *flips);

    for (size_t i = 0; i < l->fit_count && flips; i++) {
        const struct fitted *f = &l->fits[i];
        for (size_t k = 0; f->taken && k < f->gained_count; k++) {
            flips[place_of(l, f->gained[k])] = true;
        }
        for (size_t k = 0; f->taken && k < f->lost_count; k++) {
            flips[place_of(l, f->lost[k])] = true;
        }
    }
    *count = 0;
    for (size_t i = 0; i < l->papers.count && flips; i++) {
        *count += flips[i];
    }
    free(flips);
    return flips ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static int report(papertag_learner *l, papertag_error *err)
{
    papertag_learning *r = &l->report;

    l->changes = pt_calloc(l->tag_count, sizeof *l->changes);
    if (!l->changes || count_papers(l, &r->papers)) {
        return pt_no_memory(err);
    }
    for (size_t t = 0; t < l->tag_count; t++) {
        if (l->tags[t].fit || l->tags[t].gone) {
            papertag_tag_change *change = &l->changes[r->count++];
            report_tag(l, &l->tags[t], change);
            r->taken += change->taken;
            pt_buf_format(&l->summary, "%s%s%s",
                          !change->taken    ? ""
                          : l->summary.size ? ", "
                                            : "",
                          !change->taken ? ""
                          : change->gone ? "without "
                                         : "",
                          change->taken ? change->tag : "");
        }
    }
    r->tags = l->changes;
    r->verdicts = l->said_count;
    r->dev_before = r->dev_after = r->dev_p = NAN;
    r->dev_papers = l->dev_count;
    return l->summary.failed ? pt_no_memory(err) : PAPERTAG_OK;
}

int papertag_learner_fit(papertag_learner *l, const papertag_learning **out, papertag_error *err)
{
    const unsigned jobs = pt_jobs(l->options.jobs);
    size_t gone = 0;
    int status;

    if (l->fitted) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a learner fits once");
    }
    l->fitted = true;
    status = list_tags(l, err);
    l->fits = status ? NULL : pt_calloc(l->tag_count, sizeof *l->fits);
    if (!l->fits) {
        return status ? status : pt_no_memory(err);
    }
    for (size_t t = 0; t < l->tag_count && !status; t++) {
        struct tag *tag = &l->tags[t];
        gone += tag->gone;
        if (!tag->gone && has_changed(l, tag)) {
            tag->fit = &l->fits[l->fit_count++];
            tag->fit->tag = tag;
            status = tag->own ? read_wishes(l, tag->fit, err) : PAPERTAG_OK;
        }
    }
    end_reading(l);
    if (!status && !l->fit_count && !gone) {
        return PAPERTAG_END;
    }
    if (!status && (pt_parallel(jobs, l->fit_count, learn_tag, l, NULL) ||
                    pt_parallel(jobs, l->fit_count, look_at_papers, l, NULL))) {
        status = pt_no_memory(err);
    }
    status = status ? status : report(l, err);
    status = status ? status : pt_learner_assemble(l, err);
    status = status ? status : pt_learner_measure(l, err);
    if (!status) {
        l->report.better = l->report.taken && !(l->report.dev_after < l->report.dev_before && l->report.dev_p < CHANCE);
        l->report.hash = papertag_model_hash(l->result);
        *out = &l->report;
    }
    return status;
}
