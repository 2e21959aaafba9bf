/*
 * papertag list, show, similar, label: papers of the store.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"

/* ---- list ------------------------------------------------------------------------------------------------------ */

static int write_papers(const args *a, papertag_store *store, const int64_t *keys, size_t count)
{
    const bool json = args_have(a, "json");
    style s = style_of_stdout();
    papertag_error err;
    int code = EXIT_DONE;
    text out = {0};

    for (size_t i = 0; i < count && !code; i++) {
        const papertag_stored *paper;
        if (papertag_store_get(store, keys[i], &paper, &err)) {
            code = failed(&err);
        } else if (json) {
            text_paper_json(&out, paper);
            text_put(&out, "\n");
        } else {
            text_paper_lines(&out, &s, paper);
            text_put(&out, i + 1 < count ? "\n" : "");
        }
        if (!code && (out.size > 65536 || i + 1 == count) && !text_write(&out)) {
            code = EXIT_FAILED;
        }
    }
    text_free(&out);
    return code;
}

static int run_list(const args *a)
{
    papertag_store *store = NULL;
    papertag_query query;
    papertag_error err;
    const int64_t *keys;
    size_t count = 0;
    int code = a->operand_count ? usage_error(a->command, "list: takes no file") : query_of(a, &query);

    code = code ? code : open_store(a, false, &store);
    if (!code && papertag_store_select(store, &query, &keys, &count, &err)) {
        code = refused(&err);
    }
    if (!code && !count) {
        fprintf(stderr, "papertag: no paper matches\n");
        code = EXIT_NOTHING;
    }
    code = code ? code : write_papers(a, store, keys, count);
    papertag_store_close(store);
    return code;
}

static const option list_options[] = {OPTIONS_SELECT, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_list = {
    "list",
    "",
    "list papers of the store",
    run_list,
    list_options,
    "Tag expressions: names or aliases of tags with & (and), | or , (or), ! (not) and brackets;\n"
    "p>=0.8, upvotes>10, comments>0, date>=2026-11 compare; group:efficiency is any tag of a\n"
    "group; \"a phrase\" is looked for in title and abstract.\n"};

/* ---- show ------------------------------------------------------------------------------------------------------ */

static void write_decisions(text *out, const style *s, const papertag_stored *paper)
{
    for (size_t i = 0; i < paper->tag_count; i++) {
        const papertag_decision *d = &paper->tags[i];
        text_format(out, "  %s%.2f%s %s%s%s", s->dim, d->p, s->plain, d->in_force ? s->good : s->dim, d->tag, s->plain);
        if (!isnan(d->margin) && !isnan(d->cut)) {
            text_format(out, "  %smargin %+.3f, cut %+.3f%s", s->dim, d->margin, d->cut, s->plain);
        }
        text_format(out, "%s\n", d->verdict ? (*d->verdict == 'y' ? "  you said yes" : "  you said no") : "");
    }
}

static void write_whole(text *out, const style *s, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    text line = {0};

    text_put(out, s->bold);
    text_wrapped(out, s, p->title ? p->title : "(no title)", "");
    text_format(out, "%s\n%s", s->plain, s->dim);
    text_about(&line, p);
    text_wrapped(out, s, text_of(out, &line), "");
    text_format(out, "%s\n", s->plain);
    if (p->url) {
        text_wrapped(out, s, p->url, "");
        text_put(out, "\n");
    }
    text_put(out, "\n");
    if (p->abstract) {
        text_wrapped(out, s, p->abstract, "");
        text_put(out, "\n\n");
    }
    write_decisions(out, s, paper);
    text_format(out, "\n%s%s, version %zu, added %s", s->dim, p->id, paper->version, paper->added);
    for (size_t i = 0; i < paper->sources.count; i++) {
        text_put(out, i ? ", " : "; seen as ");
        text_wrapped(out, s, paper->sources.items[i], "");
    }
    text_format(out, "%s\n", s->plain);
    text_free(&line);
}

static int one_paper(const args *a, papertag_store **store, int64_t *key)
{
    papertag_error err;
    int code;

    if (!a->operand_count) {
        return usage_error(a->command, "%s: which paper? Give its id", a->command->name);
    }
    code = open_store(a, false, store);
    if (!code && papertag_store_find(*store, a->operands[0], key, &err)) {
        failed(&err);
        code = err.status == PAPERTAG_BAD_ARGUMENT ? EXIT_NOTHING : EXIT_FAILED;
    }
    return code;
}

static int run_show(const args *a)
{
    papertag_store *store = NULL;
    const papertag_stored *paper;
    style s = style_of_stdout();
    papertag_error err;
    int64_t key = 0;
    text out = {0};
    int code = a->operand_count > 1 ? usage_error(a->command, "show: one id at a time") : one_paper(a, &store, &key);

    if (!code && papertag_store_get(store, key, &paper, &err)) {
        code = failed(&err);
    }
    if (!code) {
        if (args_have(a, "json")) {
            text_paper_json(&out, paper);
            text_put(&out, "\n");
        } else {
            write_whole(&out, &s, paper);
        }
        code = text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    }
    text_free(&out);
    papertag_store_close(store);
    return code;
}

static const option show_options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_show = {"show",   "ID",         "show a paper of the store with all that is known of its tags",
                              run_show, show_options, NULL};

/* ---- similar --------------------------------------------------------------------------------------------------- */

static int run_similar(const args *a)
{
    const bool json = args_have(a, "json");
    unsigned long limit = 10;
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    papertag_tagger *tagger = NULL;
    const papertag_neighbour *found;
    style s = style_of_stdout();
    size_t count = 0;
    papertag_error err;
    int64_t key = 0;
    text out = {0};
    int code = args_whole(a, "limit", 1, 200, &limit);

    code = code ? code : one_paper(a, &store, &key);
    code = code ? code : open_model(a, store, &model);
    if (!code && (papertag_tagger_open(&tagger, model, &err) ||
                  papertag_store_similar(store, tagger, key, limit, &found, &count, &err))) {
        code = failed(&err);
    }
    for (size_t i = 0; i < count && !code; i++) {
        const papertag_stored *paper;
        if (papertag_store_get(store, found[i].key, &paper, &err)) {
            code = failed(&err);
            break;
        }
        if (json) {
            text_put(&out, "{\"similarity\":");
            text_json_number(&out, found[i].similarity, 6);
            text_put(&out, ",\"paper\":");
            text_paper_json(&out, paper);
            text_put(&out, "}\n");
        } else {
            text_format(&out, "%s%.2f%s  ", s.dim, found[i].similarity, s.plain);
            text_paper_lines(&out, &s, paper);
        }
    }
    if (!code) {
        code = !text_write(&out) ? EXIT_FAILED : count ? EXIT_DONE : EXIT_NOTHING;
        if (!count) {
            fprintf(stderr, "papertag: no other paper shares its words\n");
        }
    }
    text_free(&out);
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    papertag_store_close(store);
    return code;
}

static const option similar_options[] = {
    {"limit", 'n', "N", "at most N papers (default 10)"}, OPTION_DB, OPTION_MODEL, OPTION_JSON, OPTION_END};

const command command_similar = {"similar",
                                 "ID",
                                 "the papers of the store most similar to one of them",
                                 run_similar,
                                 similar_options,
                                 "Similarity is the cosine of the papers' TF-IDF vectors, from 0 to 1.\n"};

/* ---- label ----------------------------------------------------------------------------------------------------- */

static int undo_label(const args *a)
{
    papertag_store *store = NULL;
    papertag_error err;
    int64_t key = 0;
    int status, code = open_store(a, false, &store);

    if (code) {
        return code;
    }
    status = papertag_store_undo(store, &key, &err);
    if (status == PAPERTAG_END) {
        fprintf(stderr, "papertag: no verdict to take back\n");
        code = EXIT_NOTHING;
    } else {
        code = status ? failed(&err) : write_papers(a, store, &key, 1);
    }
    papertag_store_close(store);
    return code;
}

static int run_label(const args *a)
{
    papertag_verdict *verdicts;
    papertag_store *store = NULL;
    papertag_error err;
    int64_t key = 0;
    int code;

    if (args_have(a, "undo")) {
        return a->operand_count ? usage_error(a->command, "label: --undo takes neither an id nor tags") : undo_label(a);
    }
    if (a->operand_count < 2) {
        return usage_error(a->command, "label: give an id and +TAG (yes), -TAG (no) or ?TAG (forget)");
    }
    for (size_t i = 1; i < a->operand_count; i++) {
        if (!strchr("+-?", a->operands[i][0]) || !a->operands[i][1]) {
            return usage_error(a->command, "label: '%s' is none of +TAG (yes), -TAG (no), ?TAG (forget)",
                               a->operands[i]);
        }
    }
    verdicts = calloc(a->operand_count, sizeof *verdicts);
    if (!verdicts) {
        return out_of_memory();
    }
    for (size_t i = 1; i < a->operand_count; i++) {
        const char sign = a->operands[i][0];
        verdicts[i - 1] = (papertag_verdict){a->operands[i] + 1, sign == '+' ? "yes" : sign == '-' ? "no" : NULL};
    }
    code = one_paper(a, &store, &key);
    if (!code && papertag_store_judge(store, key, verdicts, a->operand_count - 1, &err)) {
        code = refused(&err);
    }
    free(verdicts);
    code = code ? code : write_papers(a, store, &key, 1);
    papertag_store_close(store);
    return code;
}

static const option label_options[] = {
    {"undo", 0, NULL, "take back the last call, then the one before it ..."}, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_label = {
    "label",
    "ID +TAG|-TAG|?TAG...",
    "record your verdict on tags of a paper: yes, no, forget",
    run_label,
    label_options,
    "A verdict is stronger than the model and stays when papers are tagged anew. Prints the paper's tags after it.\n"
    "`papertag labels` carries verdicts from store to store.\n"};
