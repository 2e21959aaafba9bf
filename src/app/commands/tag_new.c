/*
 * papertag tag-new - starts a tag of a person's own from a few examples.
 */
#include <stdlib.h>

#include "lesson.h"

/* The keys of the papers named with --example, in *keys (free it). */
static int find_examples(const args *a, papertag_store *store, int64_t **keys, size_t *count)
{
    papertag_error err;
    const char *id;
    size_t at = 0;
    int code = EXIT_DONE;

    *keys = calloc(a->given_count + 1, sizeof **keys);
    if (!*keys) {
        return out_of_memory();
    }
    while ((id = args_each(a, "example", &at)) != NULL) {
        if (papertag_store_find(store, id, &(*keys)[*count], &err)) {
            code = refused(&err);
        } else {
            ++*count;
        }
    }
    return code;
}

static int run(const args *a)
{
    struct lesson lesson = {.args = a, .shown = 5, .style = style_of_stdout()};
    papertag_own_tag tag = {.name = args_text(a, "name", NULL),
                            .definition = args_text(a, "definition", NULL),
                            .query = args_text(a, "query", NULL)};
    papertag_learn_options options = {.force = true};
    int64_t *keys = NULL;
    size_t count = 0;
    papertag_error err;
    int code = a->operand_count == 1 ? lesson_open(&lesson, a) : usage_error(a->command, "tag-new: give one name");

    tag.tag = options.tag = a->operand_count ? a->operands[0] : NULL;
    code = code ? code : find_examples(a, lesson.store, &keys, &count);
    if (!code && papertag_store_define_tag(lesson.store, &tag, keys, count, &err)) {
        code = refused(&err);
    }
    code = code ? code : lesson_start(&lesson, &options);
    code = code ? code : lesson_learn(&lesson, false);
    free(keys);
    lesson_close(&lesson);
    return code;
}

static const option options[] = {
    {"definition", 0, "TEXT", "a sentence that says what the tag means: it is learnt from, too"},
    {"name", 0, "TEXT", "the name that people see (default: NAME)"},
    {"example", 'e', "ID", "a paper of the store that has the tag (may be given again)"},
    {"query", 'q', "EXPR", "a tag expression, or a \"phrase\": papers likely to have it"},
    OPTION_SHOW,
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_tag_new = {
    .name = "tag-new",
    .operands = "NAME",
    .summary = "start a tag of your own from a few papers",
    .run = run,
    .options = options,
    .details =
        "Five examples and a sentence are enough to begin with, and the tag is in use at once. `papertag review "
        "--tag NAME` then asks about the papers that it is least sure of, and `papertag retrain` learns from the "
        "answers. Called again with the same NAME it adds examples, or changes the definition or the query.\n",
    .examples = "papertag tag-new kv-cache --query '\"KV cache\"' --definition 'Cached keys.'\ta "
                "tag from a sentence and a phrase\n"
                "papertag tag-new kv-cache --example 2309.06180 --example 2402.02750\tadd two papers as examples\n",
};
