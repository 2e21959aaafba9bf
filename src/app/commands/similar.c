/*
 * papertag similar - the papers of the store that are most like one of them.
 */
#include "stored.h"

static int run(const args *a)
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

    if (!code && a->operand_count != 1) {
        code = usage_error(a->command, "similar: give the id of one paper");
    }
    code = code ? code : find_stored(a, &store, &key);
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
            json_open(&out, NULL, '{');
            json_number(&out, "similarity", found[i].similarity, 6);
            json_key(&out, "paper");
            text_paper_json(&out, paper);
            json_close(&out, '}');
            json_line_end(&out);
        } else {
            text_format(&out, "%s%.2f%s  ", s.dim, found[i].similarity, s.plain);
            text_paper_lines(&out, &s, paper);
        }
    }
    if (!code && !count) {
        complain("no other paper of the store shares its words");
        code = EXIT_NOTHING;
    }
    papertag_tagger_close(tagger);
    papertag_model_close(model);
    papertag_store_close(store);
    return text_end(&out, code);
}

static const option options[] = {
    {"limit", 'n', "N", "at most N papers (default: 10)"}, OPTION_DB, OPTION_MODEL, OPTION_JSON, OPTION_END};

const command command_similar = {
    .name = "similar",
    .operands = "ID",
    .summary = "list the papers of the store that are most like one of them",
    .run = run,
    .options = options,
    .details = "Similarity is the cosine of the papers' TF-IDF vectors, from 0 to 1.\n",
    .examples = "papertag similar 2306.00978\tthe ten papers most similar to this one\n"
                "papertag similar --limit 50 --json 2306.00978\tthe fifty most similar, as JSON Lines\n",
};
