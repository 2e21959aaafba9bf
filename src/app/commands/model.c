/*
 * papertag model - info, verify, export, import and diff of model files; list, use and save for the models kept in a
 * store.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../app.h"
#include "../splice.h"

/* Opens the model that operand n names, else the usual one. */
static int open_operand(const args *a, size_t n, papertag_model **model)
{
    papertag_error err;
    if (a->operand_count <= n) {
        return open_model(a, NULL, model);
    }
    return papertag_model_open(model, a->operands[n], &err) ? failed(&err) : EXIT_DONE;
}

/* ---- info ------------------------------------------------------------------------------------------------------ */

static void write_part(text *out, const cJSON *manifest, const char *key)
{
    cJSON *part = cJSON_Duplicate(json_member(manifest, key), 1);
    text words = {0};
    char *json;

    cJSON_DeleteItemFromObjectCaseSensitive(part, "stop_words"); /* long; `info --json` prints them */
    json = cJSON_PrintUnformatted(part);
    for (const char *c = json ? json : "-"; *c; c++) {
        if (!strchr("{}\"", *c)) {
            text_add(&words, c, 1);
            text_put(&words, *c == ',' || *c == ':' ? " " : "");
        }
    }
    text_format(out, "  %-9s %s\n", key, text_of(out, &words));
    text_free(&words);
    cJSON_free(json);
    cJSON_Delete(part);
}

static int info(const args *a)
{
    static const char *const parts[] = {"text", "tfidf", "fit", "cardinality", "trained", "metrics"};
    papertag_model *model = NULL;
    const papertag_tag_info *tags;
    cJSON *manifest;
    text out = {0};
    int code = open_operand(a, 1, &model);

    if (code) {
        return code;
    }
    if (args_have(a, "json")) {
        const char *json = papertag_model_manifest(model);
        own_member hash = {.name = "hash"};
        json_string(&hash.value, NULL, papertag_model_hash(model));
        out.failed = !json_splice(&out, json, strlen(json), &hash, 1, NULL);
        json_line_end(&out);
        text_free(&hash.value);
    } else {
        const char *name;
        manifest = cJSON_Parse(papertag_model_manifest(model));
        name = cJSON_GetStringValue(json_member(manifest, "name"));
        out.failed = !manifest; /* it was sound when the model was opened: there is no memory */
        text_format(&out, "%s: %zu tag%s, %zu terms\n", name ? name : "unnamed", papertag_model_tags(model, &tags),
                    plural(papertag_model_tags(model, &tags)), papertag_model_term_count(model));
        text_format(&out, "  %-9s %s\n", "hash", papertag_model_hash(model));
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            write_part(&out, manifest, parts[i]);
        }
        cJSON_Delete(manifest);
    }
    papertag_model_close(model);
    return text_end(&out, EXIT_DONE);
}

static int verify(const args *a)
{
    papertag_model *model = NULL;
    const papertag_tag_info *tags;
    text out = {0};
    int code = open_operand(a, 1, &model);

    if (code) {
        return code;
    }
    if (args_have(a, "json")) {
        json_open(&out, NULL, '{');
        json_bool(&out, "sound", true);
        json_count(&out, "tags", papertag_model_tags(model, &tags));
        json_count(&out, "terms", papertag_model_term_count(model));
        json_close(&out, '}');
        json_line_end(&out);
    } else {
        text_format(&out, "sound: %zu tag%s, %zu terms, checksum and offsets checked\n",
                    papertag_model_tags(model, &tags), plural(papertag_model_tags(model, &tags)),
                    papertag_model_term_count(model));
    }
    papertag_model_close(model);
    return text_end(&out, EXIT_DONE);
}

/* ---- exchange -------------------------------------------------------------------------------------------------- */

static int export(const args *a)
{
    const char *dir = args_text(a, "libsvm", NULL);
    papertag_model *model = NULL;
    papertag_error err;
    text out = {0};
    const papertag_tag_info *tags;
    int code;

    if (!dir) {
        return usage_error(a->command, "model export: --libsvm DIR is missing: the folder to write");
    }
    code = open_operand(a, 1, &model);
    if (code) {
        return code;
    }
    code = papertag_model_export_libsvm(model, dir, &err) ? failed(&err) : EXIT_DONE;
    if (!code && args_have(a, "json")) {
        json_open(&out, NULL, '{');
        json_string(&out, "directory", dir);
        json_count(&out, "models", papertag_model_tags(model, &tags));
        json_close(&out, '}');
        json_line_end(&out);
    }
    papertag_model_close(model);
    return text_end(&out, code);
}

static int import(const args *a)
{
    const char *dir = args_text(a, "libsvm", a->operand_count > 1 ? a->operands[1] : NULL);
    const char *path = args_text(a, "output", NULL);
    papertag_error err;

    if (!dir || !path) {
        return usage_error(a->command,
                           "model import: give --libsvm DIR, the folder to read, and -o MODEL, the file to write");
    }
    return papertag_model_import_libsvm(dir, path, &err) ? failed(&err) : EXIT_DONE;
}

/* ---- diff ------------------------------------------------------------------------------------------------------ */

/* A term of a model, to be matched by its bytes. */
struct term {
    const char *text;
    size_t length, number;
};

static int compare_terms(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    int order = memcmp(x->text, y->text, x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static struct term *sorted_terms(const papertag_model *model)
{
    size_t count = papertag_model_term_count(model);
    struct term *terms = calloc(count + 1, sizeof *terms);

    for (size_t i = 0; terms && i < count; i++) {
        papertag_model_term(model, i, &terms[i].text, &terms[i].length, NULL);
        terms[i].number = i;
    }
    if (terms) {
        qsort(terms, count, sizeof *terms, compare_terms);
    }
    return terms;
}

/* Two models to compare. */
struct pair {
    const papertag_model *models[2];
    const papertag_tag_info *tags[2]; /* tag_counts[k] each, by slug */
    struct term *terms[2];            /* term_counts[k] each, by their bytes */
    size_t tag_counts[2], term_counts[2];
    size_t shared; /* terms that both have: set by cosine() */
};

/* The cosine between the weights of tag a of the first model and tag b of the second. A missing term weighs 0. */
static double cosine(struct pair *p, size_t a, size_t b)
{
    double dot = 0, squares[2] = {0};
    size_t i = 0, j = 0;

    p->shared = 0;
    while (i < p->term_counts[0] || j < p->term_counts[1]) {
        int order = i == p->term_counts[0]   ? 1
                    : j == p->term_counts[1] ? -1
                                             : compare_terms(&p->terms[0][i], &p->terms[1][j]);
        double x = order <= 0 ? papertag_model_weight(p->models[0], p->terms[0][i].number, a) : 0;
        double y = order >= 0 ? papertag_model_weight(p->models[1], p->terms[1][j].number, b) : 0;
        dot += x * y;
        squares[0] += x * x;
        squares[1] += y * y;
        p->shared += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return squares[0] > 0 && squares[1] > 0 ? dot / sqrt(squares[0] * squares[1]) : 0;
}

static void write_tag(struct pair *p, bool json, text *out, const char *change, size_t a, size_t b)
{
    const papertag_tag_info *x = a == SIZE_MAX ? NULL : &p->tags[0][a], *y = b == SIZE_MAX ? NULL : &p->tags[1][b];
    const char *tag = a == SIZE_MAX ? p->tags[1][b].tag : p->tags[0][a].tag;
    double similarity = x && y ? cosine(p, a, b) : 0;

    if (json) {
        json_open(out, NULL, '{');
        json_string(out, "tag", tag);
        json_string(out, "change", change);
        json_number(out, "cut_before", x ? x->cut : NAN, 9);
        json_number(out, "cut_after", y ? y->cut : NAN, 9);
        json_number(out, "cosine", x && y ? similarity : NAN, 9);
        json_close(out, '}');
        json_line_end(out);
    } else if (x && y) {
        text_format(out, "  %-32s %-8s cut %+.3f -> %+.3f, cosine of weights %.3f\n", tag, change, x->cut, y->cut,
                    similarity);
    } else {
        text_format(out, "  %-32s %s\n", tag, change);
    }
}

static size_t write_tags(struct pair *p, bool json, text *out)
{
    size_t changed = 0, i = 0, j = 0;

    while (i < p->tag_counts[0] || j < p->tag_counts[1]) {
        int order = i == p->tag_counts[0]   ? 1
                    : j == p->tag_counts[1] ? -1
                                            : strcmp(p->tags[0][i].tag, p->tags[1][j].tag);
        if (order < 0) {
            write_tag(p, json, out, "removed", i++, SIZE_MAX);
            changed++;
        } else if (order > 0) {
            write_tag(p, json, out, "added", SIZE_MAX, j++);
            changed++;
        } else {
            bool same = p->tags[0][i].cut == p->tags[1][j].cut && cosine(p, i, j) > 1 - 1e-9;
            if (!same) {
                write_tag(p, json, out, "changed", i, j);
                changed++;
            }
            i++;
            j++;
        }
    }
    return changed;
}

static int diff(const args *a)
{
    const bool json = args_have(a, "json");
    papertag_model *models[2] = {NULL, NULL};
    struct pair p = {0};
    text out = {0};
    size_t changed = 0;
    int code = EXIT_DONE;

    if (a->operand_count != 3) {
        return usage_error(a->command, "model diff: give two models");
    }
    for (int k = 0; k < 2 && !code; k++) {
        code = open_operand(a, (size_t)k + 1, &models[k]);
        if (!code) {
            p.models[k] = models[k];
            p.tag_counts[k] = papertag_model_tags(models[k], &p.tags[k]);
            p.term_counts[k] = papertag_model_term_count(models[k]);
            p.terms[k] = sorted_terms(models[k]);
            if (!p.terms[k]) {
                code = out_of_memory();
            }
        }
    }
    if (!code) {
        changed = write_tags(&p, json, &out);
        if (!json) {
            cosine(&p, 0, 0);
            text_format(&out, "%zu of %zu tags differ; %zu and %zu terms, %zu in both\n", changed,
                        p.tag_counts[1] > p.tag_counts[0] ? p.tag_counts[1] : p.tag_counts[0], p.term_counts[0],
                        p.term_counts[1], p.shared);
        }
    }
    for (int k = 0; k < 2; k++) {
        free(p.terms[k]);
        papertag_model_close(models[k]);
    }
    code = text_end(&out, code);
    return code ? code : changed ? EXIT_DONE : EXIT_NOTHING;
}

/* ---- models of a store ----------------------------------------------------------------------------------------- */

static int list(const args *a)
{
    const papertag_kept_model *kept;
    papertag_store *store = NULL;
    style s = style_of_stdout();
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code = open_store(a, false, &store);

    if (!code && papertag_store_models(store, &kept, &count, &err)) {
        code = failed(&err);
    }
    for (size_t i = 0; i < count && !code; i++) {
        if (args_have(a, "json")) {
            json_open(&out, NULL, '{');
            json_string(&out, "model", kept[i].hash);
            json_string(&out, "made", kept[i].made);
            json_bool(&out, "used", kept[i].used);
            json_count(&out, "bytes", kept[i].bytes);
            json_string(&out, "learnt", kept[i].summary);
            json_close(&out, '}');
            json_line_end(&out);
        } else {
            text_format(&out, "%s%s %.8s%s  %s  ", kept[i].used ? s.bold : "", kept[i].used ? "*" : " ", kept[i].hash,
                        s.plain, kept[i].made);
            text_wrapped(&out, &s, kept[i].summary, "            ");
            text_put(&out, "\n");
        }
    }
    papertag_store_close(store);
    if (!code && !count) {
        complain("the store keeps no models; `papertag retrain` makes them");
        code = EXIT_NOTHING;
    }
    return text_end(&out, code);
}

static int use(const args *a)
{
    const char *hash = a->operand_count > 1 ? a->operands[1] : NULL;
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    papertag_error err;
    size_t count = 0;
    text out = {0};
    int code = hash ? open_store(a, false, &store) : usage_error(a->command, "model use: give a hash, or default");

    if (!code && hash && papertag_store_use_model(store, strcmp(hash, "default") != 0 ? hash : NULL, &err)) {
        code = refused(&err);
    }
    code = code ? code : open_model(a, store, &model);
    code = code ? code : retag(store, model, &count);
    if (!code && args_have(a, "json")) {
        json_open(&out, NULL, '{');
        json_string(&out, "model", papertag_model_hash(model));
        json_count(&out, "tagged", count);
        json_close(&out, '}');
        json_line_end(&out);
    } else if (!code) {
        text_format(&out, "model %.8s is in use; it tagged %zu paper%s\n", papertag_model_hash(model), count,
                    plural(count));
    }
    papertag_model_close(model);
    papertag_store_close(store);
    return text_end(&out, code);
}

static int save(const args *a)
{
    const char *path = args_text(a, "output", NULL);
    papertag_store *store = NULL;
    papertag_error err;
    int code = path ? open_store(a, false, &store)
                    : usage_error(a->command, "model save: -o MODEL is missing: the file to write");

    if (!code && papertag_store_save_model(store, a->operand_count > 1 ? a->operands[1] : NULL, path, &err)) {
        code = refused(&err);
    }
    papertag_store_close(store);
    return code;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int run(const args *a)
{
    static const struct {
        const char *name;
        int (*run)(const args *a);
    } verbs[] = {{"info", info}, {"verify", verify}, {"export", export}, {"import", import},
                 {"diff", diff}, {"list", list},     {"use", use},       {"save", save}};

    for (size_t i = 0; a->operand_count && i < sizeof verbs / sizeof *verbs; i++) {
        if (!strcmp(a->operands[0], verbs[i].name)) {
            return verbs[i].run(a);
        }
    }
    return usage_error(a->command, "model: give info, verify, export, import, diff, list, use or save");
}

static const option options[] = {
    {"libsvm", 0, "DIR", "export, import: the folder of LIBSVM models and their vocabulary"},
    {"output", 'o', "MODEL", "import, save: the model file to write"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_model = {
    .name = "model",
    .operands = "info|verify|export|import|diff|list|use|save [MODEL]...",
    .summary = "inspect a model, or choose among those kept in a store",
    .run = run,
    .options = options,
    .details = "info [MODEL]\thow large it is and how it was made\n"
               "verify [MODEL]\tcheck that the file is sound\n"
               "export --libsvm DIR [MODEL]\twrite a LIBSVM model for each tag, and the vocabulary\n"
               "import --libsvm DIR -o MODEL\tmake a model file from such a folder\n"
               "diff BEFORE AFTER\tlist tags added, removed and changed; status 3 when nothing differs\n"
               "list\tlist the models that retrain kept in the store; * marks the one in use\n"
               "use HASH|default\tuse a kept model, or with default the installed one, and tag the papers again\n"
               "save [HASH] -o MODEL\twrite a kept model to a file, for tag, eval and other machines\n",
    .examples = "papertag model info\tthe model in use\n"
                "papertag model export --libsvm folder\tmodels that LIBSVM's own tools read\n"
                "papertag model diff old.papertag new.papertag\twhat changed between two models\n",
};
