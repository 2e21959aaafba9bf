/*
 * Unit tests of learning from verdicts: what a verdict does to a tag, tags of one's own, kept models, questions, audits
 * and topics. Papers are made of words of a few subjects; each test works on a store and a model of its own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "learn/adapt.h"
#include "model/model.h"
#include "store/store.h"

enum { SUBJECTS = 5, PAPERS = 300 };

static const char *const words[SUBJECTS][6] = {
    {"quantization", "bit", "rounding", "integer", "calibration", "codebook"},
    {"policy", "reward", "agent", "bandit", "exploration", "actor"},
    {"gaussian", "splatting", "depth", "scene", "camera", "mesh"},
    {"translation", "corpus", "bilingual", "speech", "dialect", "accent"},
    {"speculative", "draft", "verifier", "lookahead", "acceptance", "token"}};
/* the last subject has no tag */
static const char *const tags[SUBJECTS - 1] = {"quantization", "reinforcement-learning", "3d-vision", "multilingual"};

static char folder[] = "/tmp/papertag-learn-XXXXXX", path[80], model_path[80];
static papertag_store *store;
static papertag_model *model;
static papertag_error err;

static void make_paper(int i, char *id, char *abstract, size_t capacity, papertag_paper *paper)
{
    static const char *list[1];
    uint64_t seed = (uint64_t)i * 977 + 11;
    const int subject = i % SUBJECTS;
    size_t size = 0;

    snprintf(id, 16, "p%03d", i);
    abstract[0] = '\0';
    for (int k = 0; k < 30; k++) {
        const int of = pt_random(&seed) % 8 ? subject : (int)(pt_random(&seed) % SUBJECTS);
        const bool common = pt_random(&seed) % 2;
        const char *word = words[of][pt_random(&seed) % 6]; /* one draw a statement: arguments have no fixed order */
        const unsigned number = (unsigned)(pt_random(&seed) % 40);
        size += (size_t)snprintf(abstract + size, capacity - size, common ? "common%u " : "%.0u%s ", number, word);
    }
    list[0] = subject < SUBJECTS - 1 ? tags[subject] : NULL;
    *paper = (papertag_paper){.id = id,
                              .title = "A paper",
                              .abstract = abstract,
                              .date = i < PAPERS / 2 ? "2026-01-15" : "2026-02-15",
                              .has_tags = true,
                              .tags = {list, subject < SUBJECTS - 1},
                              .author_count = -1,
                              .upvotes = -1,
                              .comments = -1};
}

static int make_folder(void **state)
{
    papertag_train_options options;
    papertag_trainer *trainer;
    char id[16], abstract[1000];
    papertag_paper paper;
    int status;

    (void)state;
    if (!mkdtemp(folder)) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/db", folder);
    snprintf(model_path, sizeof model_path, "%s/model", folder);
    papertag_train_options_init(&options);
    options.ngram_max = 1; /* pairs of words drawn by chance say nothing */
    status = papertag_trainer_open(&trainer, &options, &err);
    for (int i = 0; i < PAPERS && !status; i++) {
        make_paper(i, id, abstract, sizeof abstract, &paper);
        status = papertag_trainer_add(trainer, &paper, &err);
    }
    status = status ? status : papertag_trainer_fit(trainer, model_path, &err);
    papertag_trainer_close(trainer);
    return status;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(model_path);
    return rmdir(folder);
}

static int64_t key_of(int i)
{
    char id[16];
    int64_t key = 0;

    snprintf(id, sizeof id, "p%03d", i);
    assert_int_equal(papertag_store_find(store, id, &key, &err), PAPERTAG_OK);
    return key;
}

/* A store with all papers, tagged. */
static int open_store(void **state)
{
    papertag_tagger *tagger;
    papertag_batch *batch;
    papertag_import counts = {0};

    (void)state;
    assert_int_equal(papertag_model_open(&model, model_path, &err), PAPERTAG_OK);
    assert_int_equal(papertag_tagger_open(&tagger, model, &err), PAPERTAG_OK);
    assert_int_equal(papertag_batch_open(&batch, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_open(&store, path, true, &err), PAPERTAG_OK);
    for (int i = 0; i < PAPERS; i++) {
        char id[16], abstract[1000];
        papertag_paper paper;
        const papertag_score *scores;
        const papertag_tag_info *infos;
        make_paper(i, id, abstract, sizeof abstract, &paper);
        assert_int_equal(papertag_tag(tagger, paper.title, paper.abstract, &scores, &err), PAPERTAG_OK);
        assert_int_equal(papertag_batch_add(batch, &paper, scores, papertag_model_tags(model, &infos), &err),
                         PAPERTAG_OK);
    }
    assert_int_equal(papertag_store_add(store, batch, model, &counts, &err), PAPERTAG_OK);
    assert_int_equal(counts.added, PAPERS);
    papertag_batch_close(batch);
    papertag_tagger_close(tagger);
    return 0;
}

static int close_store(void **state)
{
    char other[100];

    (void)state;
    papertag_store_close(store);
    papertag_model_close(model);
    for (int i = 0; i < 3; i++) {
        snprintf(other, sizeof other, "%s%s", path, (const char *[]){"", "-wal", "-shm"}[i]);
        remove(other);
    }
    return 0;
}

static void judge(int paper, const char *tag, const char *verdict)
{
    const papertag_tag_verdict one = {tag, !verdict          ? PAPERTAG_VERDICT_NONE
                                           : *verdict == 'y' ? PAPERTAG_VERDICT_YES
                                                             : PAPERTAG_VERDICT_NO};
    assert_int_equal(papertag_store_set_verdicts(store, key_of(paper), &one, 1, &err), PAPERTAG_OK);
}

/* Learns from all that has changed and takes it. */
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

static void test_verdicts_move_their_tag_alone(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *new;
    (void)state;

    for (int i = 4; i < 104; i += 5) { /* papers of the last subject are to be quantization */
        judge(i, "quantization", "yes");
    }
    learner = learn(model, NULL, &l);
    assert_non_null(learner);
    assert_int_equal(l->count, 1);
    assert_string_equal(l->tags[0].tag, "quantization");
    assert_int_equal(l->tags[0].yes, 20);
    assert_true(l->tags[0].right_after > l->tags[0].right_before);
    assert_true(l->tags[0].gained_count > 5); /* papers like those, which nobody judged */
    new = model_in_use();
    assert_string_equal(papertag_model_hash(new), l->hash);
    for (int i = 104; i < PAPERS; i += 5) {
        assert_true(score_of(new, i, "quantization").margin > score_of(model, i, "quantization").margin + 0.2);
    }
    assert_true(score_of(new, 200, "quantization").assigned); /* what it was about, it still is */
    for (int i = 0; i < PAPERS; i += 7) {
        for (int t = 1; t < SUBJECTS - 1; t++) { /* the same to the bit */
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

/* The store holds what the new model would say of every paper, though only one tag was written. */
static void test_the_store_holds_the_new_opinions(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *new;
    (void)state;

    judge(4, "quantization", "yes");
    judge(9, "quantization", "yes");
    judge(0, "quantization", "no");
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

/* A verdict taken back leaves no trace in the model: it is what it was before. */
static void test_without_verdicts_a_tag_is_what_it_was(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *first, *second;
    int64_t key;
    (void)state;

    judge(4, "quantization", "yes");
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

/* In one step or in two, with one thread or two: the same verdicts give the same weights. */
static void test_the_same_verdicts_give_the_same_model(void **state)
{
    const papertag_learning *l;
    papertag_learner *learner;
    papertag_model *first, *steps, *once;
    (void)state;

    judge(4, "quantization", "yes");
    papertag_learner_close(learn(model, NULL, &l));
    first = model_in_use();
    judge(9, "quantization", "yes");
    judge(1, "multilingual", "no");
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

/* Weights that do worse on the verdicts, by a fit that has not seen them, are taken as long as it may be chance. */
static void test_what_may_be_chance_is_taken(void **state)
{
    const papertag_learn_options options = {.jobs = 1};
    const papertag_learning *l;
    papertag_learner *learner;
    (void)state;

    for (int i = 0; i < 200; i += 5) { /* right ones, and a few that contradict all that is like them */
        judge(i, "quantization", i % 25 == 20 ? "no" : "yes");
    }
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    assert_int_equal(papertag_learner_fit(learner, &l, &err), PAPERTAG_OK);
    assert_true(l->tags[0].taken && l->better);
    assert_true(l->tags[0].right_after + 8 > l->tags[0].right_before);
    papertag_learner_close(learner);
}

/* Labelled papers by id and by text keep a tag from forgetting; what they do not name they do not speak of. */
static void test_labelled_papers_are_learnt_from(void **state)
{
    const papertag_learn_options options = {.jobs = 1};
    const papertag_learning *l;
    papertag_learner *learner;
    char id[16], abstract[1000];
    papertag_paper paper;
    (void)state;

    judge(4, "quantization", "yes");
    judge(1, "multilingual", "no");
    assert_int_equal(papertag_learner_open(&learner, store, model, &options, &err), PAPERTAG_OK);
    for (int i = 0; i < 50; i++) {
        make_paper(i, id, abstract, sizeof abstract, &paper);
        if (i % SUBJECTS != 3) { /* no paper of multilingual */
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
    assert_int_equal(l->tags[1].labelled, 40); /* 40 of the 50, one of them judged, and the one with its text */
    assert_int_equal(l->dev_papers, 1);
    assert_true(l->dev_before >= 0 && l->dev_p >= 0);
    papertag_learner_close(learner);
}

/* ---- tags of one's own ----------------------------------------------------------------------------------------- */

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
    for (int round = 0; round < 3; round++) { /* fifteen answers, five at a time, about what it is least sure of */
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
            judge(atoi(stored->paper.id + 1), "speculation", atoi(stored->paper.id + 1) % SUBJECTS == 4 ? "yes" : "no");
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

static void test_names_that_cannot_be(void **state)
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
    assert_int_equal(papertag_store_define_tag(store, &wrong[5], NULL, 0, &err), PAPERTAG_OK); /* it is there */
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
        judge(5 * i + 4, "quantization", "yes");
        papertag_learner_close(learn(model, NULL, &l));
    }
    assert_int_equal(papertag_store_models(store, &kept, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, PAPERTAG_MODELS_KEPT);
    assert_true(kept[0].used && !kept[1].used);
    assert_int_equal(papertag_store_use_model(store, "", &err), PAPERTAG_BAD_ARGUMENT); /* several begin so */
    assert_int_equal(papertag_store_use_model(store, "nothing", &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(papertag_store_use_model(store, NULL, &err), PAPERTAG_OK);
    assert_int_equal(papertag_store_model(store, &m, &err), PAPERTAG_END);
    assert_int_equal(papertag_store_save_model(store, NULL, "/tmp/never", &err), PAPERTAG_BAD_ARGUMENT);
}

/* ---- questions and audits -------------------------------------------------------------------------------------- */

static void test_questions_go_by_distance_and_end(void **state)
{
    const papertag_question *q;
    size_t count, all;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_UNCERTAIN, NULL, NULL, 1, 0, &q, &all, &err), 0);
    for (size_t i = 1; i < all; i++) {
        assert_true(fabs(q[i - 1].margin - q[i - 1].cut) <= fabs(q[i].margin - q[i].cut));
    }
    assert_true(all > PAPERS / 2);
    for (int i = 0; i < 3; i++) {
        papertag_tag_verdict v;
        papertag_question first;
        assert_int_equal(
            papertag_store_questions(store, PAPERTAG_ORDER_UNCERTAIN, "quantization", NULL, 1, 1, &q, &count, &err), 0);
        assert_int_equal(count, 1);
        assert_string_equal(q->tag, "quantization");
        first = *q;
        v = (papertag_tag_verdict){"quantization", PAPERTAG_VERDICT_NO};
        assert_int_equal(papertag_store_answer(store, &first, false, &v, 1, &err), 0);
    }
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_NEW, NULL, "2026-02", 1, 0, &q, &count, &err), 0);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *stored;
        const int64_t key = q[i].key;
        assert_null(q[i].tag);
        assert_int_equal(papertag_store_get(store, key, &stored, &err), 0);
        assert_string_equal(stored->paper.date, "2026-02-15");
    }
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_NEW, "nonsense", NULL, 1, 0, &q, &count, &err),
                     PAPERTAG_BAD_ARGUMENT);
}

/* A draw is repeatable, ends when all was drawn, and is taken back with its answer, be it one without a verdict. */
static void test_audits_and_undo(void **state)
{
    const papertag_question *q;
    papertag_question one;
    papertag_audit audit;
    const papertag_tag_verdict v = {"quantization", PAPERTAG_VERDICT_YES};
    int64_t first, second, key;
    size_t count;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 2, &q, &count, &err), 0);
    first = q[0].key;
    second = q[1].key;
    one = q[0];
    assert_int_equal(papertag_store_answer(store, &one, true, &v, 1, &err), 0);
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 1, &q, &count, &err), 0);
    assert_int_equal(q[0].key, second);
    one = q[0];
    assert_int_equal(papertag_store_answer(store, &one, true, NULL, 0, &err), 0); /* drawn, nothing said */
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, 2);
    assert_int_equal(papertag_store_undo(store, &key, &err), 0);
    assert_int_equal(key, second);
    assert_int_equal(papertag_store_undo(store, &key, &err), 0);
    assert_int_equal(key, first);
    assert_int_equal(papertag_store_undo(store, &key, &err), PAPERTAG_END);
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, 0);
    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 7, 0, &q, &count, &err), 0);
    assert_int_equal(count, PAPERS);
    assert_int_equal(q[0].key, first);
}

/* With every paper drawn, the estimate is what counting gives. */
static void test_an_audit_of_all_is_exact(void **state)
{
    const papertag_question *q;
    papertag_question *all;
    papertag_audit audit;
    size_t count, assigned = 0, right = 0, have = 0;
    (void)state;

    assert_int_equal(papertag_store_questions(store, PAPERTAG_ORDER_RANDOM, NULL, NULL, 1, 0, &q, &count, &err), 0);
    all = malloc(count * sizeof *all);
    memcpy(all, q, count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        const papertag_stored *stored;
        papertag_tag_verdict v = {"quantization", PAPERTAG_VERDICT_NO};
        bool is, given = false;
        assert_int_equal(papertag_store_get(store, all[i].key, &stored, &err), 0);
        is = atoi(stored->paper.id + 1) % 10 == 0; /* half of those that the model means */
        for (size_t k = 0; k < stored->tag_count; k++) {
            given = given || (!strcmp(stored->tags[k].tag, "quantization") && stored->tags[k].assigned);
        }
        assigned += given;
        right += given && is;
        have += is;
        v.verdict = is ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO;
        assert_int_equal(papertag_store_answer(store, &all[i], true, &v, 1, &err), 0);
    }
    free(all);
    assert_int_equal(papertag_store_audit(store, &audit, &err), 0);
    assert_int_equal(audit.papers, PAPERS);
    for (size_t i = 0; i < audit.tag_count; i++) {
        const papertag_tag_audit *t = &audit.tags[i];
        if (!strcmp(t->tag, "quantization")) {
            assert_int_equal(t->assigned, assigned);
            assert_int_equal(t->right, right);
            assert_true(fabs(t->precision.value - (double)right / (double)assigned) < 1e-12);
            assert_true(fabs(t->recall.value - (double)right / (double)have) < 1e-12);
            assert_true(t->precision.low < t->precision.value && t->precision.value < t->precision.high);
        }
    }
    assert_int_equal(audit.month_count, 2);
    assert_string_equal(audit.months[0].month, "2026-01");
    assert_int_equal(audit.months[0].papers, PAPERS / 2);
}

/* ---- topics, marks --------------------------------------------------------------------------------------------- */

static void test_discover_finds_the_subject_without_a_tag(void **state)
{
    const papertag_discover_options options = {.min_papers = 5, .limit = 3, .days = 31, .jobs = 2};
    const papertag_topic *topics;
    size_t count, hits = 0;
    (void)state;

    assert_int_equal(papertag_store_discover(store, model, &options, &topics, &count, &err), PAPERTAG_OK);
    assert_true(count > 0);
    for (size_t i = 0; i < topics[0].count; i++) {
        const papertag_stored *stored;
        const int64_t key = topics[0].keys[i];
        assert_int_equal(papertag_store_get(store, key, &stored, &err), 0);
        hits += atoi(stored->paper.id + 1) % SUBJECTS == SUBJECTS - 1;
        assert_int_equal(papertag_store_discover(store, model, &options, &topics, &count, &err), PAPERTAG_OK);
    }
    assert_true(hits * 10 >= topics[0].count * 8);
}

static void test_marks_find_words_as_they_stand(void **state)
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
    const struct CMUnitTest all[] = {OF_STORE(test_verdicts_move_their_tag_alone),
                                     OF_STORE(test_the_store_holds_the_new_opinions),
                                     OF_STORE(test_without_verdicts_a_tag_is_what_it_was),
                                     OF_STORE(test_the_same_verdicts_give_the_same_model),
                                     OF_STORE(test_what_may_be_chance_is_taken),
                                     OF_STORE(test_labelled_papers_are_learnt_from),
                                     OF_STORE(test_a_tag_from_five_examples),
                                     OF_STORE(test_names_that_cannot_be),
                                     OF_STORE(test_kept_models),
                                     OF_STORE(test_questions_go_by_distance_and_end),
                                     OF_STORE(test_audits_and_undo),
                                     OF_STORE(test_an_audit_of_all_is_exact),
                                     OF_STORE(test_discover_finds_the_subject_without_a_tag),
                                     OF_STORE(test_marks_find_words_as_they_stand)};
    return cmocka_run_group_tests(all, make_folder, remove_folder);
}
