/*
 * Unit tests of learning from verdicts: what a verdict does to a tag, tags made in a store, kept models, topics, marks.
 */
#include <math.h>

#include "store/store.h"
#include "subjects.h"

static const papertag_verdict YES = PAPERTAG_VERDICT_YES, NO = PAPERTAG_VERDICT_NO;

static void judge(int paper, const char *tag, papertag_verdict verdict)
{
    const papertag_tag_verdict one = {tag, verdict};
    assert_int_equal(papertag_store_set_verdicts(store, key_of(paper), &one, 1, &err), PAPERTAG_OK);
}

/* Learns from all verdicts that have changed, and keeps the model. NULL: there is nothing to learn. */
static papertag_learner *learn(const papertag_model *from, const char *remove_tag, const papertag_learning **out)
{
    const papertag_learn_options options = {.force = true, .remove = remove_tag, .jobs = 2};
    papertag_learner *learner;

    assert_int_equal(papertag_learner_open(&learner, store, from, &options, &err), PAPERTAG_OK);
    if (papertag_learner_fit(learner, out, &err)) {
        papertag_learner_close(learner);
        return NULL;
    }
    assert_int_equal(papertag_learner_keep(learner, &err), PAPERTAG_OK);
    return learner;
}

static papertag_model *model_in_use(void)
{
    papertag_model *m = NULL;
    assert_int_equal(papertag_store_model(store, &m, &err), PAPERTAG_OK);
    return m;
}

/* The score that a model gives a paper for a tag. */
static papertag_score score_of(const papertag_model *m, int paper, const char *tag)
{
    papertag_tagger *tagger;
    char id[16], abstract[1000];
    papertag_paper p;
    const papertag_score *scores;
    papertag_score found = {0};
    const papertag_tag_info *infos;
    const size_t count = papertag_model_tags(m, &infos);

    make_paper(paper, id, abstract, sizeof abstract, &p);
    assert_int_equal(papertag_tagger_open(&tagger, m, &err), PAPERTAG_OK);
    assert_int_equal(papertag_tag(tagger, p.title, p.abstract, &scores, &err), PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        found = strcmp(scores[i].tag, tag) ? found : scores[i];
    }
    assert_non_null(found.tag);
    papertag_tagger_close(tagger);
    return found;
}

static bool in_force(int paper, const char *tag)
{
    const papertag_stored *stored;
    assert_int_equal(papertag_store_get(store, key_of(paper), &stored, &err), PAPERTAG_OK);
    for (size_t i = 0; i < stored->tag_count; i++) {
        if (!strcmp(stored->tags[i].tag, tag)) {
            return stored->tags[i].in_force;
        }
    }
    return false;
}

/* ---- learning -------------------------------------------------------------------------------------------------- */

static void test_verdicts_change_only_their_tag(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *new;
    (void)state;

    for (int i = 4; i < 104; i += 5) { /* papers of the last subject become quantization */
        judge(i, "quantization", YES);
    }
    learner = learn(model, NULL, &l);
    assert_non_null(learner);
    assert_int_equal(l->count, 1);
    assert_string_equal(l->tags[0].tag, "quantization");
    assert_int_equal(l->tags[0].yes, 20);
    assert_true(l->tags[0].right_after > l->tags[0].right_before);
    assert_true(l->tags[0].gained_count > 5); /* unjudged papers like those */
    new = model_in_use();
    assert_string_equal(papertag_model_hash(new), l->hash);
    for (int i = 104; i < PAPERS; i += 5) {
        assert_true(score_of(new, i, "quantization").margin > score_of(model, i, "quantization").margin + 0.2);
    }
    assert_true(score_of(new, 200, "quantization").assigned); /* its first subject keeps it */
    for (int i = 0; i < PAPERS; i += 7) {
        for (int t = 1; t < SUBJECTS - 1; t++) { /* identical to the bit */
            assert_true(score_of(new, i, tags[t]).margin == score_of(model, i, tags[t]).margin);
        }
    }
    for (size_t i = 0; i < l->tags[0].gained_count; i++) {
        const papertag_stored *stored;
        assert_int_equal(papertag_store_get(store, l->tags[0].gained[i], &stored, &err), PAPERTAG_OK);
        assert_true(in_force(atoi(stored->paper.id + 1), "quantization"));
    }
    papertag_learner_close(learner);
    assert_null(learn(new, NULL, &l)); /* nothing has changed since */
    papertag_model_close(new);
}

/* The store holds the decisions of the new model on every paper, though only one tag was written. */
static void test_the_store_holds_the_new_opinions(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *new;
    (void)state;

    judge(4, "quantization", YES);
    judge(9, "quantization", YES);
    judge(0, "quantization", NO);
    learner = learn(model, NULL, &l);
    new = model_in_use();
    for (int i = 0; i < PAPERS; i++) {
        const papertag_stored *stored;
        assert_int_equal(papertag_store_get(store, key_of(i), &stored, &err), PAPERTAG_OK);
        assert_string_equal(stored->model, l->hash);
        for (size_t k = 0; k < stored->tag_count; k++) {
            const papertag_decision *d = &stored->tags[k];
            const papertag_score s = score_of(new, i, d->tag);
            if (!isnan(d->margin)) {
                assert_true(d->margin == s.margin && d->assigned == s.assigned);
            }
            assert_true(d->verdict || d->in_force == s.assigned);
        }
    }
    papertag_model_close(new);
    papertag_learner_close(learner);
}

/* A verdict that was undone leaves no trace in the model. */
static void test_without_verdicts_a_tag_is_as_before(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *first, *second;
    int64_t key;
    (void)state;

    judge(4, "quantization", YES);
    learner = learn(model, NULL, &l);
    papertag_learner_close(learner);
    first = model_in_use();
    assert_true(score_of(first, 9, "quantization").margin != score_of(model, 9, "quantization").margin);
    assert_int_equal(papertag_store_undo(store, &key, &err), PAPERTAG_OK);
    learner = learn(first, NULL, &l);
    assert_non_null(learner);
    papertag_learner_close(learner);
    second = model_in_use();
    for (int i = 0; i < PAPERS; i += 11) {
        const papertag_score a = score_of(second, i, "quantization"), b = score_of(model, i, "quantization");
        assert_true(a.margin == b.margin && a.p == b.p && a.assigned == b.assigned);
    }
    papertag_model_close(first);
    papertag_model_close(second);
}

/* The same verdicts give the same weights, whether they are learnt in one step or in two. */
static void test_the_same_verdicts_give_the_same_model(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *first, *steps, *once;
    (void)state;

    judge(4, "quantization", YES);
    papertag_learner_close(learn(model, NULL, &l));
    first = model_in_use();
    judge(9, "quantization", YES);
    judge(1, "multilingual", NO);
    papertag_learner_close(learn(first, NULL, &l));
    steps = model_in_use();
    learner = learn(model, NULL, &l);
    papertag_learner_close(learner);
    once = model_in_use();
    for (int i = 0; i < PAPERS; i += 13) {
        assert_true(score_of(steps, i, "quantization").margin == score_of(once, i, "quantization").margin);
        assert_true(score_of(steps, i, "multilingual").margin == score_of(once, i, "multilingual").margin);
    }
    papertag_model_close(first);
    papertag_model_close(steps);
    papertag_model_close(once);
}

/* Weights that do worse on verdicts they have not seen are taken as long as that may be chance. */
static void test_a_change_that_may_be_chance_is_taken(void **state)
{
    const papertag_learn_options options = {.jobs = 1};
    const papertag_learning *l;
    papertag_learner *learner;
    (void)state;

    for (int i = 0; i < 200; i += 5) { /* right verdicts, and a few that contradict those on similar papers */
        judge(i, "quantization", i % 25 == 20 ? NO : YES);
    }
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
    assert_true(l->tags[0].taken && l->better);
    assert_true(l->tags[0].right_after + 8 > l->tags[0].right_before);
    papertag_learner_close(learner);
}

/* Learns from all verdicts, and keeps the model when it is better. Returns how the only tag has changed; its lists are
 * gone. */
static papertag_tag_change learn_if_better(const papertag_model *from)
{
    const papertag_learn_options options = {.jobs = 1};
    const papertag_learning *l;
    papertag_tag_change change;
    papertag_learner *learner;

    assert_int_equal(papertag_learner_open(&learner, store, from, &options, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
    assert_int_equal(l->count, 1);
    change = l->tags[0];
    if (l->better) {
        assert_int_equal(papertag_learner_keep(learner, &err), PAPERTAG_OK);
    }
    papertag_learner_close(learner);
    return change;
}

/* Adds papers with the texts of papers `first`, first + 5, first + 10 ... (all of one subject), words of their own
 * before it, and ids from PAPERS + id on. */
static void add_like(int first, int count, const char *more_words, int id_from)
{
    papertag_tagger *tagger;
    papertag_batch *batch;
    papertag_import counts = {0};

    assert_int_equal(papertag_tagger_open(&tagger, model, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    for (int i = 0; i < count; i++) {
        char id[16], abstract[1000], longer[1100];
        papertag_paper paper;
        const papertag_score *scores;
        const papertag_tag_info *infos;
        make_paper(first + SUBJECTS * i, id, abstract, sizeof abstract, &paper);
        snprintf(longer, sizeof longer, "%s%s", more_words, abstract);
        paper.abstract = longer;
        snprintf(id, sizeof id, "p%03d", PAPERS + id_from + i);
        assert_int_equal(papertag_tag(tagger, paper.title, paper.abstract, &scores, &err), PAPERTAG_OK);
        assert_int_equal(papertag_batch_add(batch, &paper, scores, papertag_model_tags(model, &infos), &err),
                         PAPERTAG_OK);
    }
    assert_int_equal(papertag_store_add(store, batch, model, &counts, &err), PAPERTAG_OK);
    papertag_batch_close(batch);
    papertag_tagger_close(tagger);
}

/* Says yes to a paper and no to its twin: each predicts the other wrong. */
static void contradict(int pair)
{
    judge(SUBJECTS * pair, "quantization", YES);
    judge(PAPERS + pair, "quantization", NO);
}

/* Verdicts that contradict each other are refused at once, and no less a few at a time. */
static void test_small_steps_do_not_lead_to_what_is_worse(void **state)
{
    enum { PAIRS = 12 };
    papertag_tag_change change = {0};
    papertag_model *in_use = NULL;
    size_t refused = 0;
    (void)state;

    add_like(0, PAIRS, "", 0);
    for (int i = 0; i < PAIRS; i++) {
        contradict(i);
        if (i % 2) {
            assert_true(papertag_store_model(store, &in_use, &err) <= PAPERTAG_END);
            change = learn_if_better(in_use ? in_use : model);
            refused += !change.taken || change.restored;
            papertag_model_close(in_use);
            in_use = NULL;
        }
    }
    assert_true(refused >= 3); /* of six steps: the first ones may be chance */
    assert_int_equal(change.right_first, PAIRS);
    assert_int_equal(papertag_store_use_model(store, NULL, &err), PAPERTAG_OK);
    change = learn_if_better(model);
    assert_false(change.taken);
    assert_true(change.right_after < change.right_first);
}

/* A tag that learnt what is worse than nothing goes back to what it was. */
static void test_a_tag_goes_back_when_what_it_learnt_is_worse(void **state)
{
    const papertag_learning *l;
    papertag_tag_change change;
    papertag_model *forced, *back;
    (void)state;

    add_like(0, 10, "", 0);
    for (int i = 0; i < 8; i++) {
        contradict(i);
    }
    papertag_learner_close(learn(model, NULL, &l)); /* by force */
    forced = model_in_use();
    contradict(8);
    contradict(9);
    change = learn_if_better(forced);
    assert_true(change.restored && change.taken);
    assert_true(change.right_before < change.right_first);
    back = model_in_use();
    for (int i = 0; i < PAPERS; i += 11) {
        assert_true(score_of(back, i, "quantization").margin == score_of(model, i, "quantization").margin);
    }
    papertag_model_close(forced);
    papertag_model_close(back);
}

/* The number of papers that are to either side of the cut, closer to it than `distance`. */
static size_t papers_within(double distance, const char *tag)
{
    size_t index, count = 0;
    const papertag_tag_info *infos;

    papertag_model_tags(model, &infos);
    assert_int_equal(papertag_model_find_tag(model, tag, &index, &err), PAPERTAG_OK);
    for (int i = 0; i < PAPERS; i++) {
        count += fabs(score_of(model, i, tag).margin - infos[index].cut) <= distance;
    }
    return count;
}

/* One verdict flips its paper, and no other that is farther from the cut, with labelled papers or without. */
static void test_one_verdict_changes_little(void **state)
{
    const papertag_learn_options options = {.force = true, .jobs = 1};
    const papertag_tag_info *infos;
    size_t index;
    (void)state;

    papertag_model_tags(model, &infos);
    assert_int_equal(papertag_model_find_tag(model, "quantization", &index, &err), PAPERTAG_OK);
    for (int i = 0; i < 40; i += 3) {
        const double distance = score_of(model, i, "quantization").margin - infos[index].cut;
        const papertag_learning *l;
        papertag_learner *learner;
        papertag_model *new;
        judge(i, "quantization", distance < 0 ? YES : NO);
        assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
        for (int k = 0; k < PAPERS * (i % 2); k++) {
            char id[16], abstract[1000];
            papertag_paper paper;
            make_paper(k, id, abstract, sizeof abstract, &paper);
            assert_int_equal(papertag_learner_label(learner, id, paper.tags, &err), PAPERTAG_OK);
        }
        assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
        assert_true(l->tags[0].cut_after == infos[index].cut);
        assert_true(l->tags[0].gained_count + l->tags[0].lost_count < papers_within(fabs(distance), "quantization"));
        assert_int_equal(papertag_learner_keep(learner, &err), PAPERTAG_OK);
        papertag_learner_close(learner);
        new = model_in_use();
        assert_true(score_of(new, i, "quantization").assigned == (distance < 0));
        papertag_model_close(new);
        judge(i, "quantization", PAPERTAG_VERDICT_NONE);
    }
}

/* Labelled papers that the model decides otherwise do not pull: alone, a verdict that agrees changes nothing. */
static void test_labels_hold_and_do_not_pull(void **state)
{
    const papertag_learn_options options = {.force = true, .jobs = 1};
    const papertag_strings with = {tags, 1}, without = {NULL, 0};
    const papertag_learning *l;
    papertag_learner *learner;
    (void)state;

    judge(0, "quantization", YES);
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    for (int i = 5; i < 200; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%03d", i);
        assert_int_equal(papertag_learner_label(learner, id, i % SUBJECTS == 4 ? with : without, &err), PAPERTAG_OK);
    }
    assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
    assert_int_equal(l->tags[0].labelled, 195);
    assert_int_equal(l->tags[0].gained_count + l->tags[0].lost_count, 0);
    papertag_learner_close(learner);
}

/* Labelled papers are given by id or with text. Labels that never name a tag are not used for it. */
static void test_labelled_papers_are_learnt_from(void **state)
{
    const papertag_learn_options options = {.jobs = 1};
    const papertag_learning *l;
    papertag_learner *learner;
    char id[16], abstract[1000];
    papertag_paper paper;
    (void)state;

    judge(4, "quantization", YES);
    judge(1, "multilingual", NO);
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    for (int i = 0; i < 50; i++) {
        make_paper(i, id, abstract, sizeof abstract, &paper);
        if (i % SUBJECTS != 3) { /* no paper with multilingual */
            assert_int_equal(papertag_learner_label(learner, id, paper.tags, &err), PAPERTAG_OK);
        }
    }
    assert_int_equal(papertag_learner_label(learner, "elsewhere", paper.tags, &err), PAPERTAG_END);
    make_paper(PAPERS + 5, id, abstract, sizeof abstract, &paper);
    assert_int_equal(papertag_learner_add(learner, &paper, &err), PAPERTAG_OK);
    paper.has_tags = false;
    assert_int_equal(papertag_learner_add(learner, &paper, &err), PAPERTAG_BAD_INPUT);
    make_paper(PAPERS + 6, id, abstract, sizeof abstract, &paper);
    assert_int_equal(papertag_learner_add_dev(learner, &paper, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
    assert_int_equal(l->count, 2);
    assert_string_equal(l->tags[0].tag, "multilingual");
    assert_int_equal(l->tags[0].labelled, 0);
    assert_int_equal(l->tags[1].labelled, 40); /* 40 by id, one of which is judged, and one with text */
    assert_int_equal(l->dev_papers, 1);
    assert_true(l->dev_before >= 0 && l->dev_p >= 0);
    papertag_learner_close(learner);
}

/* ---- tags made in a store ---------------------------------------------------------------------------------------- */

static void test_a_tag_from_five_examples(void **state)
{
    const papertag_own_tag tag = {"speculation", NULL, "speculative draft and verifier", "\"draft\""};
    const int64_t keys[] = {key_of(4), key_of(9), key_of(14), key_of(19), key_of(24)};
    const papertag_learning *l;
    const papertag_tag_info *infos;
    papertag_strings own;
    papertag_model *with, *without;
    int right = 0, sharper = 0;
    (void)state;

    assert_int_equal(papertag_store_define_tag(store, &tag, keys, 5, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_own_tags(store, &own, &err), PAPERTAG_OK);
    assert_int_equal(own.count, 1);
    papertag_learner_close(learn(model, NULL, &l));
    with = model_in_use();
    assert_int_equal(papertag_model_tags(with, &infos), SUBJECTS);
    for (int i = 0; i < PAPERS; i++) {
        right += in_force(i, "speculation") == (i % SUBJECTS == SUBJECTS - 1);
        assert_true(score_of(with, i, "quantization").margin == score_of(model, i, "quantization").margin);
    }
    for (int round = 0; round < 3; round++) { /* five answers a round, to the least certain questions */
        const papertag_question *q;
        int64_t asked[5];
        size_t count;
        assert_int_equal(
            papertag_store_questions(store, PAPERTAG_ORDER_UNCERTAIN, "speculation", NULL, 1, 5, &q, &count, &err), 0);
        for (size_t i = 0; i < count; i++) {
            asked[i] = q[i].key;
        }
        for (size_t i = 0; i < count; i++) {
            const papertag_stored *stored;
            assert_int_equal(papertag_store_get(store, asked[i], &stored, &err), PAPERTAG_OK);
            judge(atoi(stored->paper.id + 1), "speculation", atoi(stored->paper.id + 1) % SUBJECTS == 4 ? YES : NO);
        }
        papertag_learner_close(learn(with, NULL, &l));
        papertag_model_close(with);
        with = model_in_use();
    }
    for (int i = 0; i < PAPERS; i++) {
        sharper += in_force(i, "speculation") == (i % SUBJECTS == SUBJECTS - 1);
    }
    assert_true(right > PAPERS * 3 / 4);
    assert_true(sharper > right && sharper > PAPERS * 95 / 100);
    papertag_learner_close(learn(with, "speculation", &l));
    assert_true(l != NULL);
    without = model_in_use();
    assert_int_equal(papertag_model_tags(without, &infos), SUBJECTS - 1);
    assert_int_equal(papertag_store_own_tags(store, &own, &err), PAPERTAG_OK);
    assert_int_equal(own.count, 0);
    assert_int_equal(papertag_store_use_model(store, papertag_model_hash(with), &err), PAPERTAG_OK); /* back */
    papertag_model_close(with);
    papertag_model_close(without);
    with = model_in_use();
    assert_int_equal(papertag_model_tags(with, &infos), SUBJECTS);
    papertag_model_close(with);
}

/* The margin of a paper with one of the texts that tests add. */
static double margin_of(const papertag_model *m, const char *text, const char *tag, bool explained)
{
    papertag_tagger *tagger;
    papertag_explanation e;
    const papertag_score *scores;
    size_t index;
    double margin = NAN, sum;

    assert_int_equal(papertag_model_find_tag(m, tag, &index, &err), PAPERTAG_OK);
    assert_int_equal(papertag_tagger_open(&tagger, m, &err), PAPERTAG_OK);
    assert_int_equal(papertag_explain(tagger, "A paper", text, index, &e, &err), PAPERTAG_OK);
    sum = e.bias;
    for (size_t i = 0; i < e.count; i++) {
        sum += e.terms[i].contribution;
        if (explained && !strcmp(e.terms[i].term, "nerf")) {
            assert_true(e.terms[i].contribution > 0);
            explained = false;
        }
    }
    assert_false(explained);
    assert_int_equal(papertag_tag(tagger, "A paper", text, &scores, &err), PAPERTAG_OK);
    for (size_t i = 0; isnan(margin); i++) {
        margin = scores[i].index == index ? scores[i].margin : NAN;
    }
    assert_true(fabs(margin - sum) < 1e-5);
    papertag_tagger_close(tagger);
    return margin;
}

static const char nerf_text[] = "nerf radiance novel nerf depth scene common1 camera common2";

/* A new topic has new words: its tag learns them, other tags stay as they are, and the file holds it all. */
static void test_a_new_tag_learns_words_that_the_model_lacks(void **state)
{
    const papertag_own_tag nerf = {"fields", NULL, "Scenes as nerf.", NULL}, other = {"other", NULL, NULL, NULL};
    int64_t keys[3];
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *with, *both, *alone, *back;
    char copy[100], dir[100], command[300];
    int right = 0;
    (void)state;

    add_like(2, 20, "nerf radiance ", 0);
    add_like(3, 20, "glossolalia ", 20);
    for (int i = 0; i < 3; i++) {
        keys[i] = key_of(PAPERS + i);
    }
    assert_int_equal(papertag_store_define_tag(store, &nerf, keys, 3, &err), PAPERTAG_OK);
    papertag_learner_close(learn(model, NULL, &l));
    with = model_in_use();
    assert_int_equal(papertag_model_term_count(with), papertag_model_term_count(model) + 2);
    assert_true(margin_of(with, nerf_text, "fields", true) > margin_of(with, nerf_text + 5, "fields", true));
    for (int i = 0; i < 40; i++) {
        right += in_force(PAPERS + i, "fields") == (i < 20);
    }
    assert_true(right >= 30);
    for (int t = 0; t < SUBJECTS - 1; t++) {
        assert_true(margin_of(with, nerf_text, tags[t], false) == margin_of(model, nerf_text, tags[t], false));
    }
    /* a second tag leaves the first one as it was, and is what it is without the first one */
    for (int i = 0; i < 3; i++) {
        keys[i] = key_of(PAPERS + 20 + i);
    }
    assert_int_equal(papertag_store_define_tag(store, &other, keys, 3, &err), PAPERTAG_OK);
    learner = learn(with, NULL, &l);
    assert_int_equal(l->count, 1);
    papertag_learner_close(learner);
    both = model_in_use();
    assert_int_equal(papertag_model_term_count(both), papertag_model_term_count(with) + 1);
    assert_true(margin_of(both, nerf_text, "fields", true) == margin_of(with, nerf_text, "fields", true));
    papertag_learner_close(learn(both, "fields", &l));
    papertag_learner_close(learn(model, NULL, &l));
    alone = model_in_use();
    assert_true(margin_of(alone, nerf_text, "other", false) == margin_of(both, nerf_text, "other", false));
    /* out to LIBSVM's files and back */
    snprintf(copy, sizeof copy, "%s/copy", folder);
    snprintf(dir, sizeof dir, "%s/libsvm", folder);
    assert_int_equal(papertag_model_export_libsvm(both, dir, &err), PAPERTAG_OK);
    assert_int_equal(papertag_model_import_libsvm(dir, copy, &err), PAPERTAG_OK);
    assert_int_equal(papertag_model_open(&back, copy, &err), PAPERTAG_OK);
    assert_true(fabs(margin_of(back, nerf_text, "fields", true) - margin_of(both, nerf_text, "fields", true)) < 0.02);
    snprintf(command, sizeof command, "rm -r %s %s", dir, copy);
    assert_int_equal(system(command), 0);
    papertag_model_close(with);
    papertag_model_close(both);
    papertag_model_close(alone);
    papertag_model_close(back);
}

static void test_invalid_names_are_refused(void **state)
{
    const int64_t keys[] = {key_of(4)};
    const papertag_own_tag wrong[] = {{.tag = "quantization"},      {.tag = "Two Words"}, {.tag = "-"}, {.tag = ""},
                                      {.tag = "a", .query = "( x"}, {.tag = "b"}};
    (void)state;

    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(papertag_store_define_tag(store, &wrong[i], keys, 1, &err), PAPERTAG_BAD_ARGUMENT);
    }
    assert_int_equal(papertag_store_define_tag(store, &wrong[5], NULL, 0, &err),
                     PAPERTAG_BAD_ARGUMENT); /* no example */
    assert_int_equal(papertag_store_define_tag(store, &wrong[5], keys, 1, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_define_tag(store, &wrong[5], NULL, 0, &err), PAPERTAG_OK); /* it exists */
}

static void test_kept_models(void **state)
{
    const papertag_kept_model *kept;
    const papertag_learning *l;
    size_t count;
    papertag_model *m = NULL;
    (void)state;

    assert_int_equal(papertag_store_model(store, &m, &err), PAPERTAG_END);
    for (int i = 0; i < PAPERTAG_MODELS_KEPT + 3; i++) {
        judge(5 * i + 4, "quantization", YES);
        papertag_learner_close(learn(model, NULL, &l));
    }
    assert_int_equal(papertag_store_models(store, &kept, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, PAPERTAG_MODELS_KEPT);
    assert_true(kept[0].used && !kept[1].used);
    assert_int_equal(papertag_store_use_model(store, "", &err), PAPERTAG_BAD_ARGUMENT); /* all hashes start so */
    assert_int_equal(papertag_store_use_model(store, "nothing", &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(papertag_store_use_model(store, NULL, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_model(store, &m, &err), PAPERTAG_END);
    assert_int_equal(papertag_store_save_model(store, NULL, "/tmp/never", &err), PAPERTAG_BAD_ARGUMENT);
}

/* The margin of the only verdict on a paper by weights that had not seen it; NaN: the model in use did not learn it. */
static double held_out_of(int paper)
{
    pt_arena arena = {0};
    pt_stored_verdict *verdicts;
    size_t count;
    double margin = NAN;

    assert_int_equal(pt_store_verdicts(store, &arena, &verdicts, &count, &err), PAPERTAG_OK);
    for (size_t i = 0; i < count; i++) {
        margin = verdicts[i].paper == key_of(paper) ? verdicts[i].held_out : margin;
    }
    pt_arena_free(&arena);
    return margin;
}

static void test_each_kept_model_has_its_own_held_out_margins(void **state)
{
    const papertag_learning *l;
    papertag_model *first, *second;
    double by_first, by_second;
    (void)state;

    for (int i = 4; i < 54; i += 5) {
        judge(i, "quantization", YES);
    }
    papertag_learner_close(learn(model, NULL, &l));
    first = model_in_use();
    by_first = held_out_of(4);
    for (int i = 54; i < 154; i += 5) {
        judge(i, "quantization", YES);
    }
    papertag_learner_close(learn(first, NULL, &l));
    second = model_in_use();
    by_second = held_out_of(4);
    assert_false(isnan(by_first) || isnan(held_out_of(54)) || fabs(by_first - by_second) < 1e-6);
    judge(9, "quantization", NO);
    assert_int_equal(papertag_store_use_model(store, papertag_model_hash(first), &err), PAPERTAG_OK);
    assert_true(fabs(held_out_of(4) - by_first) < 1e-9);
    assert_true(isnan(held_out_of(54)) && isnan(held_out_of(9))); /* given, or changed, after it was made */
    assert_int_equal(papertag_store_use_model(store, NULL, &err), PAPERTAG_OK);
    assert_true(isnan(held_out_of(4)));
    assert_int_equal(papertag_store_use_model(store, papertag_model_hash(second), &err), PAPERTAG_OK);
    assert_true(fabs(held_out_of(4) - by_second) < 1e-9 && !isnan(held_out_of(54)));
    papertag_model_close(first);
    papertag_model_close(second);
}

/* ---- topics, marks --------------------------------------------------------------------------------------------- */

static void test_discover_finds_the_subject_without_a_tag(void **state)
{
    const papertag_discover_options options = {.min_papers = 5, .limit = 3, .days = 31, .jobs = 2};
    const papertag_topic *topics;
    const papertag_stored *first;
    char nearest[64] = "";
    size_t count, hits = 0;
    (void)state;

    /* the first search writes the papers' rows: the next call reads the tags anew */
    assert_int_equal(papertag_store_discover(store, model, &options, &topics, &count, &err), PAPERTAG_OK);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        snprintf(nearest, sizeof nearest, "%s", topics[i].nearest_tag ? topics[i].nearest_tag : "none");
        assert_int_equal(papertag_store_get(store, topics[i].keys[0], &first, &err), 0);
        assert_string_equal(topics[i].nearest_tag ? topics[i].nearest_tag : "none", nearest);
    }
    for (size_t i = 0; i < topics[0].count; i++) {
        const papertag_stored *stored;
        const int64_t key = topics[0].keys[i];
        assert_int_equal(papertag_store_get(store, key, &stored, &err), 0);
        hits += atoi(stored->paper.id + 1) % SUBJECTS == SUBJECTS - 1;
        assert_int_equal(papertag_store_discover(store, model, &options, &topics, &count, &err), PAPERTAG_OK);
    }
    assert_true(hits * 10 >= topics[0].count * 8);
}

static void test_marks_find_words_as_they_are_written(void **state)
{
    const char *text = "The Camera's (gaussian) Scenes, and nothing";
    papertag_tagger *tagger;
    const papertag_span *spans;
    size_t index, count;
    (void)state;

    assert_int_equal(papertag_tagger_open(&tagger, model, &err), 0);
    assert_int_equal(papertag_model_find_tag(model, "3d-vision", &index, &err), 0);
    assert_int_equal(papertag_mark(tagger, NULL, text, index, text, &spans, &count, &err), 0);
    assert_int_equal(count, 6);
    assert_true(spans[1].contribution > 0 && spans[2].contribution > 0 && spans[3].contribution > 0);
    assert_true(spans[0].contribution == 0 && spans[4].contribution == 0);
    assert_int_equal(spans[2].start, 13);
    assert_int_equal(spans[2].length, 10);
    papertag_tagger_close(tagger);
}

int main(void)
{
#define OF_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest all[] = {OF_STORE(test_verdicts_change_only_their_tag),
                                     OF_STORE(test_the_store_holds_the_new_opinions),
                                     OF_STORE(test_without_verdicts_a_tag_is_as_before),
                                     OF_STORE(test_the_same_verdicts_give_the_same_model),
                                     OF_STORE(test_a_change_that_may_be_chance_is_taken),
                                     OF_STORE(test_small_steps_do_not_lead_to_what_is_worse),
                                     OF_STORE(test_a_tag_goes_back_when_what_it_learnt_is_worse),
                                     OF_STORE(test_one_verdict_changes_little),
                                     OF_STORE(test_labels_hold_and_do_not_pull),
                                     OF_STORE(test_labelled_papers_are_learnt_from),
                                     OF_STORE(test_a_tag_from_five_examples),
                                     OF_STORE(test_a_new_tag_learns_words_that_the_model_lacks),
                                     OF_STORE(test_invalid_names_are_refused),
                                     OF_STORE(test_kept_models),
                                     OF_STORE(test_each_kept_model_has_its_own_held_out_margins),
                                     OF_STORE(test_discover_finds_the_subject_without_a_tag),
                                     OF_STORE(test_marks_find_words_as_they_are_written)};
    return cmocka_run_group_tests(all, make_folder, remove_folder);
}
