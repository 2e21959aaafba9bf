/*
 * papertag tag-remove - removes a tag of a person's own, with its verdicts.
 */
#include "lesson.h"

static int run(const args *a)
{
    struct lesson lesson = {.args = a, .style = style_of_stdout()};
    papertag_learn_options options = {.force = true};
    int code = a->operand_count == 1 ? lesson_open(&lesson, a) : usage_error(a->command, "tag-remove: give one name");

    lesson.removed = options.remove = a->operand_count ? a->operands[0] : NULL;
    code = code ? code : lesson_start(&lesson, &options);
    code = code ? code : lesson_learn(&lesson, false);
    lesson_close(&lesson);
    return code;
}

static const option options[] = {OPTION_MODEL, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_tag_remove = {
    .name = "tag-remove",
    .operands = "NAME",
    .summary = "remove a tag of your own, with its verdicts",
    .run = run,
    .options = options,
    .details = "Tags that came with the model stay.\n",
    .examples = "papertag tag-remove kv-cache\tremove the tag kv-cache and all verdicts on it\n",
};
