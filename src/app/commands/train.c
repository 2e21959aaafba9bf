/*
 * papertag train - fits a model to labelled papers.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "../app.h"

/* ---- options --------------------------------------------------------------------------------------------------- */

/* With "auto", the default, the kernel decides. */
static int read_solver(const args *a, papertag_train_options *o)
{
    const char *const *names = papertag_solver_names();
    const char *words[8] = {"auto"};
    int solver = 0, kernel = o->kernel, code;

    for (size_t i = 0; names[i] && i + 2 < sizeof words / sizeof *words; i++) {
        words[i + 1] = names[i];
    }
    code = args_choice(a, "solver", words, &solver);
    code = code ? code : args_choice(a, "kernel", papertag_kernel_names(), &kernel);
    o->kernel = (papertag_kernel)kernel;
    o->solver = solver                                ? (papertag_solver)(solver - 1)
                : o->kernel == PAPERTAG_KERNEL_LINEAR ? PAPERTAG_SOLVER_LINEAR
                                                      : PAPERTAG_SOLVER_LIBSVM;
    return code;
}

static int read_options(const args *a, papertag_train_options *o)
{
    static const char *const words[] = {"none", "english", NULL};
    unsigned long ngrams = o->ngram_max, min_df = o->min_df, max_terms = o->max_terms, folds = o->folds;
    unsigned long examples = o->min_examples, seed = o->seed, jobs = o->jobs, degree = (unsigned long)o->degree;
    int class_weight = o->class_weight, precision = o->precision, stop_words = o->stop_words, code;

    if (!strcmp(args_text(a, "c", ""), "auto")) {
        o->c = 0;
        code = EXIT_DONE;
    } else {
        code = args_real(a, "c", 1e-9, 1e9, &o->c);
    }
    code = code ? code : read_solver(a, o);
    code = code ? code : args_real(a, "gamma", 0, 1e9, &o->gamma);
    code = code ? code : args_real(a, "coef0", -1e9, 1e9, &o->coef0);
    code = code ? code : args_whole(a, "degree", 1, 100, &degree);
    code = code ? code : args_choice(a, "class-weight", papertag_class_weight_names(), &class_weight);
    code = code ? code : args_whole(a, "folds", 2, 20, &folds);
    code = code ? code : args_whole(a, "ngrams", 1, 4, &ngrams);
    code = code ? code : args_choice(a, "stop-words", words, &stop_words);
    code = code ? code : args_real(a, "title-weight", 0, 1e6, &o->title_weight);
    code = code ? code : args_whole(a, "min-df", 1, 1000000000, &min_df);
    code = code ? code : args_real(a, "max-df", 0, 1, &o->max_df);
    code = code ? code : args_whole(a, "max-terms", 0, 500000000, &max_terms);
    code = code ? code : args_whole(a, "min-examples", 1, 1000000000, &examples);
    code = code ? code : args_choice(a, "weights", papertag_precision_names(), &precision);
    code = code ? code : args_whole(a, "seed", 0, 1000000000000000ul, &seed);
    code = code ? code : args_whole(a, "jobs", 1, 256, &jobs);
    o->degree = (int)degree;
    o->class_weight = (papertag_class_weight)class_weight;
    o->folds = (unsigned)folds;
    o->ngram_max = (unsigned)ngrams;
    o->stop_words = stop_words != 0;
    o->min_df = min_df;
    o->max_terms = max_terms;
    o->min_examples = examples;
    o->skip_rare = args_have(a, "skip-rare");
    o->precision = (papertag_precision)precision;
    o->seed = seed;
    o->jobs = (unsigned)jobs;
    o->name = args_text(a, "name", NULL);
    return code;
}

/* ---- papers ---------------------------------------------------------------------------------------------------- */

/* Adds all papers of the input. A paper that the trainer refuses is a broken record. */
static int add_papers(input *in, papertag_trainer *trainer,
                      int (*add)(papertag_trainer *t, const papertag_paper *paper, papertag_error *err))
{
    const papertag_paper *paper;
    papertag_error err;

    while ((paper = input_next(in)) != NULL) {
        int status = add(trainer, paper, &err);
        if (status == PAPERTAG_BAD_INPUT) {
            input_reject(in, paper, &err);
        } else if (status) {
            return failed(&err);
        }
    }
    return EXIT_DONE;
}

/* Adds the papers of every file given with the option `name`. *end is set when records or files were broken. */
static int add_files(const args *a, const char *name, const char *tags_field, papertag_trainer *trainer,
                     int (*add)(papertag_trainer *t, const papertag_paper *paper, papertag_error *err), int *end)
{
    const char *path;
    size_t at = 0;
    int code = EXIT_DONE;

    while (!code && (path = args_each(a, name, &at)) != NULL) {
        args one = *a;
        input in;
        int closed;
        one.operands = &path;
        one.operand_count = 1;
        code = input_open(&in, &one);
        in.tags_field = tags_field;
        code = code ? code : add_papers(&in, trainer, add);
        closed = input_close(&in);
        *end = closed ? closed : *end;
    }
    return code;
}

/* ---- the summary ----------------------------------------------------------------------------------------------- */

/* A line of F1s, from a part of the manifest's metrics. */
static void write_f1(text *out, const cJSON *metrics, const char *part, const char *words)
{
    const cJSON *m = json_member(metrics, part);
    if (m) {
        text_format(out, "  %-14s micro-F1 %.4f, macro-F1 %.4f\n", words,
                    cJSON_GetNumberValue(json_member(m, "f1_micro")), cJSON_GetNumberValue(json_member(m, "f1_macro")));
    }
}

static void write_summary(text *out, const char *path, const cJSON *manifest, double seconds, size_t bytes)
{
    const cJSON *fit = json_member(manifest, "fit"), *trained = json_member(manifest, "trained");
    const size_t tags = (size_t)cJSON_GetArraySize(json_member(manifest, "tags"));
    double unlabelled = cJSON_GetNumberValue(json_member(trained, "unlabelled"));

    text_format(out, "%s: %.0f papers, ", path, cJSON_GetNumberValue(json_member(trained, "papers")));
    if (unlabelled > 0) {
        text_format(out, "%.0f unlabelled, ", unlabelled);
    }
    text_format(out, "%zu tag%s, %.0f terms, C %g, %s solver; %.1f s, %.1f MB\n", tags, plural(tags),
                cJSON_GetNumberValue(json_member(manifest, "terms")), cJSON_GetNumberValue(json_member(fit, "c")),
                cJSON_GetStringValue(json_member(fit, "solver")), seconds, (double)bytes / 1e6);
    write_f1(out, json_member(manifest, "metrics"), "out_of_fold", "held-out folds");
    write_f1(out, json_member(manifest, "metrics"), "dev", "dev");
}

static void write_json(text *out, const char *path, const cJSON *manifest, double seconds, size_t bytes)
{
    static const char *const parts[] = {"fit", "metrics"};
    const cJSON *trained = json_member(manifest, "trained");

    json_open(out, NULL, '{');
    json_string(out, "model", path);
    json_format(out, "papers", "%.0f", cJSON_GetNumberValue(json_member(trained, "papers")));
    json_format(out, "unlabelled", "%.0f", cJSON_GetNumberValue(json_member(trained, "unlabelled")));
    json_format(out, "tags", "%d", cJSON_GetArraySize(json_member(manifest, "tags")));
    json_format(out, "terms", "%.0f", cJSON_GetNumberValue(json_member(manifest, "terms")));
    json_count(out, "bytes", bytes);
    json_format(out, "seconds", "%.3f", seconds);
    json_string(out, "hash", cJSON_GetStringValue(json_member(trained, "hash")));
    for (int i = 0; i < 2; i++) {
        char *json = cJSON_PrintUnformatted(json_member(manifest, parts[i]));
        json_key(out, parts[i]);
        json_verbatim(out, json ? json : "null");
        cJSON_free(json);
    }
    json_close(out, '}');
    json_line_end(out);
}

static int report(const args *a, const char *path, double seconds)
{
    papertag_model *model = NULL;
    papertag_error err;
    struct stat info;
    cJSON *manifest;
    text out = {0};

    if (papertag_model_open(&model, path, &err)) {
        return failed(&err);
    }
    manifest = cJSON_Parse(papertag_model_manifest(model));
    if (stat(path, &info)) {
        info.st_size = 0;
    }
    (args_have(a, "json") ? write_json : write_summary)(&out, path, manifest, seconds, (size_t)info.st_size);
    cJSON_Delete(manifest);
    papertag_model_close(model);
    return text_end(&out, EXIT_DONE);
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int run(const args *a)
{
    const char *path = args_text(a, "output", NULL), *list = args_text(a, "tag-list", NULL);
    papertag_train_options options;
    papertag_trainer *trainer = NULL;
    progress shown;
    papertag_error err;
    struct timespec start, stop;
    input in;
    int code, end = EXIT_DONE;

    if (!path) {
        return usage_error(a->command, "train: -o MODEL is missing: the file to write");
    }
    papertag_train_options_init(&options);
    code = read_options(a, &options);
    code = code ? code : check_output(path);
    code = code ? code : input_open(&in, a);
    if (code) {
        return code;
    }
    progress_begin(&shown);
    options.progress = progress_show;
    options.progress_context = &shown;
    in.tags_field = args_text(a, "tags-field", NULL);
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (papertag_trainer_open(&trainer, &options, &err)) {
        failed(&err);
        return EXIT_USAGE;
    }
    if (list && papertag_trainer_tag_list(trainer, list, &err)) {
        code = failed(&err);
    }
    if (!code) {
        code = add_papers(&in, trainer, papertag_trainer_add);
        end = input_close(&in);
    }
    if (!code && !in.papers) {
        code = EXIT_FAILED; /* already reported */
    }
    code = code ? code : add_files(a, "unlabelled", NULL, trainer, papertag_trainer_add_unlabelled, &end);
    code = code ? code : add_files(a, "dev", in.tags_field, trainer, papertag_trainer_add_dev, &end);
    if (!code && papertag_trainer_fit(trainer, path, &err)) {
        progress_end(&shown);
        code = failed(&err);
    }
    progress_end(&shown);
    papertag_trainer_close(trainer);
    clock_gettime(CLOCK_MONOTONIC, &stop);
    code = code ? code
                : report(a, path, (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec));
    return code ? code : end;
}

static const option options[] = {
    {"output", 'o', "MODEL", "the model file to write"},
    {"tags-field", 0, "F", "the field that holds the tags (default: tags)"},
    {"dev", 0, "FILE", "labelled papers to measure the model on; it does not learn from them"},
    {"unlabelled", 0, "FILE", "papers without tags to learn from as well; may be repeated"},
    {"tag-list", 0, "FILE", "names, definitions, groups and aliases of tags, like data/tags.json"},
    {"name", 0, "NAME", "name of the model"},
    {"solver", 0, "S", "linear, libsvm or auto (default: auto: linear for the linear kernel, else libsvm)"},
    {"kernel", 0, "K", "linear, poly, rbf or sigmoid (default: linear)"},
    {"c", 'c', "C", "cost of an error, or auto to choose it by cross-validation (default: 1)"},
    {"gamma", 0, "G", "gamma of the poly, rbf and sigmoid kernels (default: 1)"},
    {"coef0", 0, "R", "coef0 of the poly and sigmoid kernels (default: 0)"},
    {"degree", 0, "D", "degree of the poly kernel (default: 3)"},
    {"class-weight", 0, "W", "weight of positive examples: none, sqrt or balanced (default: none)"},
    {"folds", 0, "K", "folds of the cross-validation for C, calibration and cuts (default: 5)"},
    {"ngrams", 0, "N", "longest n-gram, in words (default: 2)"},
    {"stop-words", 0, "L", "stop words to leave out: english or none (default: english)"},
    {"title-weight", 0, "W", "how many times a word of the title counts (default: 2)"},
    {"min-df", 0, "N", "a term must occur in at least N papers (default: 2)"},
    {"max-df", 0, "R", "a term may occur in at most this share of the papers (default: 0.5)"},
    {"max-terms", 0, "N", "keep the N terms that weigh most; 0: all (default: 100000)"},
    {"min-examples", 0, "N", "a tag must have at least N papers (default: 5)"},
    {"skip-rare", 0, NULL, "leave out tags with fewer papers instead of failing"},
    {"weights", 0, "P", "how the model stores weights: float32 or int8 (default: int8)"},
    {"seed", 0, "N", "seed for the order of papers and the folds (default: 1)"},
    {"jobs", 'j', "N", "number of threads (default: one per processor); the model stays the same"},
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_train = {
    .name = "train",
    .operands = "-o MODEL [FILE|-]...",
    .summary = "fit a model to labelled papers",
    .run = run,
    .options = options,
    .details =
        "Papers need a title or an abstract and a list of tags. A paper with an empty list is an example against "
        "every tag.\n"
        "The same papers, options and seed give the same file, byte for byte, whatever the number of threads.\n",
    .examples =
        "papertag train -o mine.papertag labelled.jsonl\tfit a model with the defaults\n"
        "papertag train -o mine.papertag --dev dev.jsonl -c auto labelled.jsonl\tchoose C by cross-validation and "
        "measure the result\n"
        "papertag train -o rbf.papertag --kernel rbf --gamma 0.5 labelled.jsonl\tfit with LIBSVM and a kernel\n",
};
