/*
 * papertag label - records a person's verdicts on the tags of a paper.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stored.h"

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
        complain("no verdict to undo");
        code = EXIT_NOTHING;
    } else {
        code = status ? failed(&err) : write_stored(a, store, &key, 1);
    }
    papertag_store_close(store);
    return code;
}

static int run(const args *a)
{
    papertag_tag_verdict *verdicts;
    papertag_store *store = NULL;
    papertag_error err;
    int64_t key = 0;
    int code;

    if (args_have(a, "undo")) {
        return a->operand_count ? usage_error(a->command, "label: --undo takes neither an id nor tags") : undo_label(a);
    }
    if (a->operand_count < 2) {
        return usage_error(a->command, "label: give an id, then +TAG (yes), -TAG (no) or ?TAG (forget)");
    }
    for (size_t i = 1; i < a->operand_count; i++) {
        if (!strchr("+-?", a->operands[i][0]) || !a->operands[i][1]) {
            return usage_error(a->command, "label: '%s' is not +TAG (yes), -TAG (no) or ?TAG (forget)", a->operands[i]);
        }
        for (size_t k = 1; k < i; k++) {
            if (!strcasecmp(a->operands[k] + 1, a->operands[i] + 1)) {
                return usage_error(a->command, "label: '%s' is named twice", a->operands[i] + 1);
            }
        }
    }
    verdicts = calloc(a->operand_count, sizeof *verdicts);
    if (!verdicts) {
        return out_of_memory();
    }
    for (size_t i = 1; i < a->operand_count; i++) {
        const char sign = a->operands[i][0];
        verdicts[i - 1].tag = a->operands[i] + 1;
        verdicts[i - 1].verdict = sign == '+'   ? PAPERTAG_VERDICT_YES
                                  : sign == '-' ? PAPERTAG_VERDICT_NO
                                                : PAPERTAG_VERDICT_NONE;
    }
    code = find_stored(a, &store, &key);
    if (!code && papertag_store_set_verdicts(store, key, verdicts, a->operand_count - 1, &err)) {
        code = refused(&err);
    }
    free(verdicts);
    code = code ? code : write_stored(a, store, &key, 1);
    papertag_store_close(store);
    return code;
}

static const option options[] = {
    {"undo", 0, NULL, "undo the last call; again, the one before it, and so on"}, OPTION_DB, OPTION_JSON, OPTION_END};

const command command_label = {
    .name = "label",
    .operands = "ID +TAG|-TAG|?TAG...",
    .summary = "record your verdicts on tags of a paper: yes, no or forget",
    .run = run,
    .options = options,
    .operands_may_begin_with_dash = true,
    .details =
        "A verdict overrides the model and stays when papers are tagged again. The resulting tags of the paper are "
        "printed.\n"
        "`papertag labels` carries verdicts from store to store.\n",
    .examples =
        "papertag label 2306.00978 +quantization -attention\tthis paper is about one tag and not about the other\n"
        "papertag label 2306.00978 '?attention'\twithdraw a verdict: the model decides again\n"
        "papertag label --undo\tundo the last call\n",
};
