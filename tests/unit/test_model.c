/*
 * Unit tests of training and of the model file: the same bytes for any number of threads, scores that agree with
 * LIBSVM, exact explanations, exchange with LIBSVM's files, and refusal of anything damaged.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libsvm/svm.h>

#include "model/file.h"
#include "model/model.h"
#include "model/sums.h"

enum { PAPERS = 240, TOPICS = 4 };

static const char *const words[TOPICS][6] = {{"quantization", "bit", "weights", "rounding", "integer", "calibration"},
                                             {"policy", "reward", "agent", "bandit", "exploration", "actor"},
                                             {"gaussian", "splatting", "depth", "scene", "camera", "mesh"},
                                             {"translation", "languages", "corpus", "bilingual", "speech", "dialect"}};
static const char *const tags[TOPICS] = {"quantization", "reinforcement-learning", "3d-vision", "multilingual"};

/* Paper i is about topic i % TOPICS, every fifth one about the next topic too, with common words in between. */
static void make_paper(int i, char *abstract, size_t capacity, const char **tag_items, papertag_paper *paper)
{
    uint64_t seed = (uint64_t)i * 77 + 5;
    int topics[2] = {i % TOPICS, i % 5 ? i % TOPICS : (i + 1) % TOPICS};
    size_t size = 0;

    abstract[0] = '\0';
    for (int k = 0; k < 40; k++) {
        const char *word = pt_random(&seed) % 3 ? words[topics[k % 2]][pt_random(&seed) % 6] : NULL;
        size += (size_t)snprintf(abstract + size, capacity - size, word ? "%s " : "common%.0s%u ", word ? word : "",
                                 (unsigned)(pt_random(&seed) % 30));
    }
    tag_items[0] = tags[topics[0]];
    tag_items[1] = tags[topics[1]];
    *paper = (papertag_paper){.id = "x",
                              .title = words[topics[0]][i % 6],
                              .abstract = abstract,
                              .has_tags = true,
                              .tags = {tag_items, topics[0] == topics[1] ? 1 : 2}};
}

static char folder[] = "/tmp/papertag-test-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static papertag_train_options defaults(void)
{
    papertag_train_options options;
    papertag_train_options_init(&options);
    options.folds = 3;
    return options;
}

static void train(const papertag_train_options *options, const char *name)
{
    papertag_trainer *trainer;
    papertag_error err = {0};
    char abstract[2048];
    const char *items[2];
    papertag_paper paper;

    assert_int_equal(papertag_trainer_open(&trainer, options, &err), 0);
    for (int i = 0; i < PAPERS; i++) {
        make_paper(i, abstract, sizeof abstract, items, &paper);
        assert_int_equal(papertag_trainer_add(trainer, &paper, &err), 0);
    }
    for (int i = PAPERS; i < PAPERS + 40; i++) {
        make_paper(i, abstract, sizeof abstract, items, &paper);
        assert_int_equal(papertag_trainer_add_dev(trainer, &paper, &err), 0);
    }
    if (papertag_trainer_fit(trainer, path_of(name), &err)) {
        fail_msg("%s", err.message);
    }
    papertag_trainer_close(trainer);
}

static papertag_model *open_model(const char *name)
{
    papertag_model *model = NULL;
    papertag_error err = {0};
    if (papertag_model_open(&model, path_of(name), &err)) {
        fail_msg("%s", err.message);
    }
    return model;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void test_same_bytes_for_any_number_of_threads(void **state)
{
    papertag_train_options options = defaults();
    char *bytes[2];
    size_t sizes[2];
    (void)state;

    options.c = 0;
    options.jobs = 1;
    train(&options, "one");
    options.jobs = 3;
    train(&options, "three");
    assert_int_equal(pt_read_file(path_of("one"), &bytes[0], &sizes[0], NULL), 0);
    assert_int_equal(pt_read_file(path_of("three"), &bytes[1], &sizes[1], NULL), 0);
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void test_learns_the_topics(void **state)
{
    papertag_train_options options = defaults();
    const papertag_score *scores;
    papertag_tagger *tagger;
    papertag_model *model;
    int right = 0;
    (void)state;

    train(&options, "model");
    model = open_model("model");
    assert_int_equal(papertag_tagger_open(&tagger, model, NULL), 0);
    for (int t = 0; t < TOPICS; t++) {
        assert_int_equal(papertag_tag(tagger, words[t][0], words[t][1], &scores, NULL), 0);
        right += !strcmp(scores[0].tag, tags[t]) && scores[0].assigned;
        for (int k = 1; k < TOPICS; k++) {
            assert_true(scores[k].p <= scores[k - 1].p);
        }
    }
    assert_int_equal(right, TOPICS);
    papertag_tagger_close(tagger);
    papertag_model_close(model);
}

/* The margin of tag t by LIBSVM itself, from its exported file. */
static double libsvm_margin(const char *dir, const char *tag, const uint32_t *indices, const float *values,
                            size_t count)
{
    struct svm_node nodes[512];
    struct svm_model *machine;
    char path[512];
    double margin;

    snprintf(path, sizeof path, "%s/%s.model", dir, tag);
    machine = svm_load_model(path);
    assert_non_null(machine);
    assert_true(count < 512);
    for (size_t k = 0; k < count; k++) {
        nodes[k] = (struct svm_node){(int)indices[k] + 1, values[k]};
    }
    nodes[count].index = -1;
    svm_predict_values(machine, nodes, &margin);
    svm_free_and_destroy_model(&machine);
    return margin;
}

static void check_agreement(const papertag_train_options *options, const char *name, double tolerance)
{
    papertag_model *models[2];
    char abstract[2048], dir[300], again[64];
    const char *items[2];
    papertag_error err = {0};

    train(options, name);
    models[0] = open_model(name);
    snprintf(dir, sizeof dir, "%s/%s-libsvm", folder, name);
    snprintf(again, sizeof again, "%s-again", name);
    assert_int_equal(papertag_model_export_libsvm(models[0], dir, &err), 0);
    if (papertag_model_import_libsvm(dir, path_of(again), &err)) {
        fail_msg("%s", err.message);
    }
    models[1] = open_model(again);
    for (int m = 0; m < 2; m++) {
        papertag_tagger *tagger;
        assert_int_equal(papertag_tagger_open(&tagger, models[m], NULL), 0);
        for (int i = 0; i < 20; i++) {
            const papertag_score *scores;
            double margins[TOPICS];
            const char *names[TOPICS];
            const uint32_t *indices;
            const float *values;
            papertag_paper paper;
            size_t count;
            make_paper(i, abstract, sizeof abstract, items, &paper);
            assert_int_equal(papertag_tag(tagger, paper.title, paper.abstract, &scores, NULL), 0);
            for (int t = 0; t < TOPICS; t++) {
                margins[t] = scores[t].margin;
                names[t] = scores[t].tag;
            }
            assert_int_equal(papertag_vector(tagger, paper.title, paper.abstract, &indices, &values, &count, NULL), 0);
            for (int t = 0; t < TOPICS; t++) {
                assert_true(fabs(margins[t] - libsvm_margin(dir, names[t], indices, values, count)) < tolerance);
            }
        }
        papertag_tagger_close(tagger);
    }
    papertag_model_close(models[0]);
    papertag_model_close(models[1]);
}

static void test_linear_margins_are_those_of_libsvm(void **state)
{
    papertag_train_options options = defaults();
    (void)state;

    check_agreement(&options, "linear", 1e-5);
    options.precision = PAPERTAG_INT8;
    check_agreement(&options, "int8", 1e-5);
    options.solver = PAPERTAG_SOLVER_LIBSVM;
    options.precision = PAPERTAG_FLOAT32;
    check_agreement(&options, "libsvm-linear", 1e-5);
}

static void test_kernel_margins_are_those_of_libsvm(void **state)
{
    static const char *const names[] = {"", "poly", "rbf", "sigmoid"};
    (void)state;

    for (papertag_kernel kernel = PAPERTAG_KERNEL_POLY; kernel <= PAPERTAG_KERNEL_SIGMOID; kernel++) {
        papertag_train_options options = defaults();
        options.solver = PAPERTAG_SOLVER_LIBSVM;
        options.kernel = kernel;
        options.coef0 = kernel == PAPERTAG_KERNEL_POLY ? 1 : 0;
        check_agreement(&options, names[kernel], 1e-6);
    }
}

/* Replaces what a file has from `start` to the end of the line by `line`. */
static void replace_line(const char *path, const char *start, const char *line)
{
    char *text, *from, *end;
    size_t size;
    FILE *file;

    assert_int_equal(pt_read_file(path, &text, &size, NULL), 0);
    from = strstr(text, start);
    assert_non_null(from);
    end = strchr(from + strlen(start), '\n');
    file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(text, 1, (size_t)(from - text), file);
    fputs(line, file);
    fwrite(end, 1, size - (size_t)(end - text), file);
    fclose(file);
    free(text);
}

static void test_damaged_libsvm_files_are_refused(void **state)
{
    static const struct {
        const char *start, *line, *message;
    } cases[] = {{"svm_type", "svm_type nu_svc", ":1: only c_svc models"},
                 {"svm_type", "svm_type", ":1: expected a name and a value"},
                 {"svm_type", "color blue", ":1: unknown name"},
                 {"kernel_type", "kernel_type cubic", ":2: unknown kernel"},
                 {"kernel_type", "kernel_type rbf", "the kernel differs from the manifest's"},
                 {"nr_class", "nr_class 3", ":3: a tag's model must have two classes"},
                 {"nr_class", "probA 1 2", "not complete"},
                 {"total_sv", "total_sv 7", ":7: the numbers of support vectors do not add up"},
                 {"rho", "rho much", ":5: rho must be one number"},
                 {"label", "label 2 1", ":6: of the two labels one must be positive"},
                 {"SV\n1 ", "SV\nmuch 1:1", "must begin with its coefficient"},
                 {"SV\n1 ", "SV\n1 2:1 1:1", "ascending indices"},
                 {"SV\n1 ", "SV\n1 1:much", "expected index:value"},
                 {"SV\n1 ", "SV\n1 1:1e31", "a value of at most 1e30"},
                 {"SV\n1 ", "SV\n1e20 1:1e20", "grows beyond 1e30"}};
    papertag_train_options options = defaults();
    papertag_model *model;
    papertag_error err = {0};
    char dir[300], path[400];
    (void)state;

    options.max_terms = 60;
    train(&options, "exported");
    model = open_model("exported");
    snprintf(dir, sizeof dir, "%s/exported-libsvm", folder);
    snprintf(path, sizeof path, "%s/3d-vision.model", dir);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(papertag_model_export_libsvm(model, dir, &err), 0);
        replace_line(path, cases[i].start, cases[i].line);
        assert_int_equal(papertag_model_import_libsvm(dir, path_of("imported"), &err), PAPERTAG_BAD_INPUT);
        if (!strstr(err.message, cases[i].message)) {
            fail_msg("%s: %s", cases[i].line, err.message);
        }
    }
    papertag_model_close(model);
}

static void test_explanations_add_up(void **state)
{
    papertag_train_options options = defaults();
    papertag_explanation e;
    const papertag_score *scores;
    papertag_tagger *tagger;
    papertag_model *model;
    papertag_error err;
    (void)state;

    train(&options, "explained");
    model = open_model("explained");
    assert_int_equal(papertag_tagger_open(&tagger, model, NULL), 0);
    for (size_t t = 0; t < TOPICS; t++) {
        double sum, margin = NAN;
        assert_int_equal(papertag_explain(tagger, "policy reward", "integer rounding of the policy", t, &e, NULL), 0);
        sum = e.bias;
        for (size_t k = 0; k < e.count; k++) {
            sum += e.terms[k].contribution;
            assert_true(k == 0 || fabs(e.terms[k].contribution) <= fabs(e.terms[k - 1].contribution));
        }
        assert_true(fabs(sum - e.margin) < 1e-12);
        assert_int_equal(papertag_tag(tagger, "policy reward", "integer rounding of the policy", &scores, NULL), 0);
        for (int k = 0; k < TOPICS; k++) {
            margin = scores[k].index == t ? scores[k].margin : margin;
        }
        assert_true(fabs(margin - sum) < 1e-5);
    }
    assert_int_equal(papertag_explain(tagger, "a", "b", TOPICS, &e, &err), PAPERTAG_BAD_ARGUMENT);
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    options.solver = PAPERTAG_SOLVER_LIBSVM;
    options.kernel = PAPERTAG_KERNEL_RBF;
    train(&options, "unexplained");
    model = open_model("unexplained");
    assert_int_equal(papertag_tagger_open(&tagger, model, NULL), 0);
    assert_int_equal(papertag_explain(tagger, "a", "b", 0, &e, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "kernel"));
    papertag_tagger_close(tagger);
    papertag_model_close(model);
}

/* An aligned copy of a model file. */
static void *aligned_file(const char *name, size_t *size)
{
    char *bytes;
    void *copy;
    assert_int_equal(pt_read_file(path_of(name), &bytes, size, NULL), 0);
    assert_int_equal(posix_memalign(&copy, PT_MODEL_ALIGN, *size), 0);
    memcpy(copy, bytes, *size);
    free(bytes);
    return copy;
}

static void check_damage(const char *name)
{
    size_t size;
    unsigned char *bytes = aligned_file(name, &size);
    papertag_model *model = NULL;
    papertag_error err;
    uint64_t seed = 9;

    assert_int_equal(papertag_model_open_memory(&model, "whole", bytes, size, &err), 0);
    papertag_model_close(model);
    for (int i = 0; i < 3000; i++) { /* any one bit */
        size_t at = i < 400 ? (size_t)i % size : pt_random(&seed) % size;
        unsigned char bit = (unsigned char)(1 << pt_random(&seed) % 8);
        bytes[at] ^= bit;
        assert_int_equal(papertag_model_open_memory(&model, "damaged", bytes, size, &err), PAPERTAG_BAD_MODEL);
        bytes[at] ^= bit;
    }
    for (size_t cut = 0; cut < size; cut += cut < 600 ? 1 : 997) { /* any length */
        assert_int_equal(papertag_model_open_memory(&model, "cut", bytes, cut, &err), PAPERTAG_BAD_MODEL);
    }
    for (int i = 0; i < 3000; i++) { /* any byte, with a checksum that matches: refused or usable, never a crash */
        size_t at =
            offsetof(pt_model_header, sections) + pt_random(&seed) % (size - offsetof(pt_model_header, sections));
        unsigned char before = bytes[at];
        pt_model_header header;
        bytes[at] = (unsigned char)pt_random(&seed);
        memcpy(&header, bytes, sizeof header);
        header.checksum = pt_model_checksum(&header, pt_hash(bytes + sizeof header, size - sizeof header, 0));
        memcpy(bytes, &header, sizeof header);
        if (!papertag_model_open_memory(&model, "odd", bytes, size, &err)) {
            const papertag_score *scores;
            papertag_tagger *tagger;
            assert_int_equal(papertag_tagger_open(&tagger, model, &err), 0);
            assert_int_equal(papertag_tag(tagger, "policy reward", "gaussian bit speech", &scores, &err), 0);
            papertag_tagger_close(tagger);
            papertag_model_close(model);
        } else {
            assert_int_equal(err.status, PAPERTAG_BAD_MODEL);
        }
        bytes[at] = before;
    }
    free(bytes);
}

static void test_damaged_files_are_refused(void **state)
{
    papertag_train_options options = defaults();
    (void)state;

    options.max_terms = 60;
    options.precision = PAPERTAG_INT8;
    train(&options, "small");
    check_damage("small");
    options.solver = PAPERTAG_SOLVER_LIBSVM;
    options.kernel = PAPERTAG_KERNEL_RBF;
    train(&options, "small-kernel");
    check_damage("small-kernel");
}

static void test_foreign_files_are_refused(void **state)
{
    papertag_train_options options = defaults();
    papertag_model *model = NULL;
    papertag_error err;
    pt_model_header header;
    size_t size;
    unsigned char *bytes;
    (void)state;

    assert_int_equal(papertag_model_open(&model, "models/no-such-model", &err), PAPERTAG_IO);
    assert_int_equal(papertag_model_open(&model, "/tmp", &err), PAPERTAG_BAD_MODEL);
    assert_int_equal(papertag_model_open(&model, "include/papertag.h", &err), PAPERTAG_BAD_MODEL);
    assert_non_null(strstr(err.message, "not a papertag model"));
    train(&options, "foreign");
    bytes = aligned_file("foreign", &size);
    memcpy(&header, bytes, sizeof header);
    header.byte_order = 0x04030201;
    memcpy(bytes, &header, sizeof header);
    assert_int_equal(papertag_model_open_memory(&model, "m", bytes, size, &err), PAPERTAG_BAD_MODEL);
    assert_non_null(strstr(err.message, "byte order"));
    header.byte_order = PT_MODEL_BYTE_ORDER;
    header.version = 99;
    memcpy(bytes, &header, sizeof header);
    assert_int_equal(papertag_model_open_memory(&model, "m", bytes, size, &err), PAPERTAG_BAD_MODEL);
    assert_non_null(strstr(err.message, "format 99"));
    assert_int_equal(papertag_model_open_memory(&model, "m", bytes + 1, size - 1, &err), PAPERTAG_BAD_ARGUMENT);
    free(bytes);
}

/* Fits `count` papers whose tags are made by `tag_of` and returns the message of the failure. */
static const char *failure(papertag_train_options options, int count, papertag_strings (*tag_of)(int i))
{
    static papertag_error err;
    papertag_trainer *trainer;
    char abstract[2048];
    const char *items[2];
    papertag_paper paper;

    err.message[0] = '\0';
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), 0);
    for (int i = 0; i < count; i++) {
        make_paper(i, abstract, sizeof abstract, items, &paper);
        paper.tags = tag_of(i);
        assert_int_equal(papertag_trainer_add(trainer, &paper, &err), 0);
    }
    assert_int_equal(papertag_trainer_fit(trainer, path_of("failure"), &err), PAPERTAG_BAD_INPUT);
    assert_int_not_equal(access(path_of("failure"), F_OK), 0);
    papertag_trainer_close(trainer);
    return err.message;
}

static papertag_strings no_tags(int i)
{
    (void)i;
    return (papertag_strings){NULL, 0};
}

static papertag_strings same_tag(int i)
{
    static const char *const items[] = {"everything"};
    (void)i;
    return (papertag_strings){items, 1};
}

static papertag_strings rare_tag(int i)
{
    static const char *const items[] = {"half", "rare"};
    return (papertag_strings){items, i == 4 ? 2 : i % 2 ? 1 : 0};
}

static void test_what_cannot_be_fitted_is_reported(void **state)
{
    papertag_train_options options = defaults();
    papertag_paper bare = {.id = "x", .title = "t"}, blank = {.id = "x", .has_tags = true};
    papertag_trainer *trainer;
    papertag_error err;
    (void)state;

    assert_non_null(strstr(failure(options, 0, no_tags), "0 papers"));
    assert_non_null(strstr(failure(options, 40, no_tags), "none of the 40 papers has a tag"));
    assert_non_null(strstr(failure(options, 40, same_tag), "every paper has the tag 'everything'"));
    assert_non_null(strstr(failure(options, 40, rare_tag), "'rare' (1)"));
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), 0);
    assert_int_equal(papertag_trainer_add(trainer, &bare, &err), PAPERTAG_BAD_INPUT);
    assert_non_null(strstr(err.message, "no tags field"));
    assert_int_equal(papertag_trainer_add(trainer, &blank, &err), PAPERTAG_BAD_INPUT);
    assert_non_null(strstr(err.message, "neither title nor abstract"));
    papertag_trainer_close(trainer);
    options.folds = 1;
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "folds"));
}

static void test_solvers_refuse_what_they_cannot_do(void **state)
{
    papertag_train_options options = defaults();
    papertag_paper paper = {.id = "x", .title = "t"};
    papertag_trainer *trainer;
    papertag_error err;
    (void)state;

    options.kernel = PAPERTAG_KERNEL_RBF;
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "the linear solver has no rbf kernel"));
    options.solver = PAPERTAG_SOLVER_LIBSVM;
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), 0);
    assert_int_equal(papertag_trainer_add_unlabelled(trainer, &paper, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "the libsvm solver does not learn from unlabelled papers"));
    papertag_trainer_close(trainer);
    options.solver = (papertag_solver)2;
    assert_int_equal(papertag_trainer_open(&trainer, &options, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "no such solver"));
}

static void test_names_follow_the_enums(void **state)
{
    (void)state;

    assert_string_equal(papertag_solver_names()[PAPERTAG_SOLVER_LIBSVM], "libsvm");
    assert_null(papertag_solver_names()[PAPERTAG_SOLVER_LIBSVM + 1]);
    assert_string_equal(papertag_kernel_names()[PAPERTAG_KERNEL_SIGMOID], "sigmoid");
    assert_null(papertag_kernel_names()[PAPERTAG_KERNEL_SIGMOID + 1]);
    assert_string_equal(papertag_class_weight_names()[PAPERTAG_WEIGHT_BALANCED], "balanced");
    assert_null(papertag_class_weight_names()[PAPERTAG_WEIGHT_BALANCED + 1]);
    assert_string_equal(papertag_precision_names()[PAPERTAG_INT8], "int8");
    assert_null(papertag_precision_names()[PAPERTAG_INT8 + 1]);
}

static void test_tags_are_found_by_any_name(void **state)
{
    papertag_train_options options = defaults();
    papertag_model *model;
    papertag_error err;
    size_t index;
    (void)state;

    train(&options, "named");
    model = open_model("named");
    assert_int_equal(papertag_model_find_tag(model, "#Reinforcement Learning", &index, &err), 0);
    assert_int_equal(index, 3);
    assert_int_equal(papertag_model_find_tag(model, "quantisation", &index, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "nearest: quantization"));
    papertag_model_close(model);
}

/* Sums by wide vectors have every bit of those by the plain loop, whatever the number of tags and terms. */
static void test_sums_are_the_same_on_every_path(void **state)
{
    enum { TERMS = 600, STRIDE_MAX = 200 };
    static float weights[TERMS * STRIDE_MAX], scales[TERMS], values[TERMS], plain[STRIDE_MAX], wide[STRIDE_MAX];
    static int8_t quantized[TERMS * STRIDE_MAX];
    uint32_t terms[TERMS], seed = 7;
    (void)state;

    for (size_t i = 0; i < TERMS * STRIDE_MAX; i++) {
        seed = seed * 1664525 + 1013904223;
        weights[i] = (float)(int32_t)seed / 1e9f;
        quantized[i] = (int8_t)(seed >> 24);
        scales[i % TERMS] = (float)(seed >> 8) / 1e9f;
        values[i % TERMS] = (float)(seed >> 16) / 1e5f;
    }
    for (size_t stride = 8; stride <= STRIDE_MAX; stride += 8) {
        const pt_matrix matrices[] = {{.weights = weights, .stride = stride},
                                      {.quantized = quantized, .scales = scales, .stride = stride}};
        const size_t count = stride * 3 - 24; /* none, and more than a chunk */
        for (size_t k = 0; k < count; k++) {
            terms[k] = (uint32_t)(k + (TERMS - count) / 2);
        }
        for (size_t i = 0; i < 2; i++) {
            pt_linear_sums_plain(&matrices[i], (pt_row){terms, values, count}, plain);
            pt_linear_sums(&matrices[i], (pt_row){terms, values, count}, wide);
            assert_memory_equal(plain, wide, stride * sizeof *plain);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bytes_for_any_number_of_threads),
                                       cmocka_unit_test(test_learns_the_topics),
                                       cmocka_unit_test(test_linear_margins_are_those_of_libsvm),
                                       cmocka_unit_test(test_kernel_margins_are_those_of_libsvm),
                                       cmocka_unit_test(test_damaged_libsvm_files_are_refused),
                                       cmocka_unit_test(test_explanations_add_up),
                                       cmocka_unit_test(test_damaged_files_are_refused),
                                       cmocka_unit_test(test_foreign_files_are_refused),
                                       cmocka_unit_test(test_what_cannot_be_fitted_is_reported),
                                       cmocka_unit_test(test_solvers_refuse_what_they_cannot_do),
                                       cmocka_unit_test(test_names_follow_the_enums),
                                       cmocka_unit_test(test_sums_are_the_same_on_every_path),
                                       cmocka_unit_test(test_tags_are_found_by_any_name)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
