/*
 * Fuzz target: tag expressions. One that parses also compiles, and its plain form parses to the same.
 */
#include <stdlib.h>

#include "store/compile.h"
#include "tags/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const aliases[] = {"RL", "reinforcement"};
    const papertag_tag_info tags[] = {{.tag = "agents", .name = "Agents", .group = "applications"},
                                      {.tag = "quantization", .name = "Quantization", .group = "efficiency"},
                                      {.tag = "reinforcement-learning",
                                       .name = "Reinforcement learning",
                                       .group = "learning",
                                       .aliases = {aliases, 2}}};
    const int64_t keys[] = {1, 2, 3};
    const pt_columns columns = {"key", "day", "upvotes", "comments"};
    bool needed[3] = {false};
    pt_buf first = {0}, second = {0};
    pt_expression expression, again;
    pt_sql sql = {0};
    char *text = malloc(size + 1);

    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (!pt_expression_parse(&expression, text, tags, 3, 20000, NULL)) {
        pt_expression_print(&expression, &first);
        pt_sql_condition(&sql, &expression, keys, &columns);
        pt_expression_needs(&expression, needed);
        if (first.size <= PT_EXPRESSION_MAX) {
            if (pt_expression_parse(&again, first.data, tags, 3, 20000, NULL)) {
                abort();
            }
            pt_expression_print(&again, &second);
            if (strcmp(first.data, second.data) != 0) {
                abort();
            }
            pt_expression_free(&again);
        }
        pt_expression_free(&expression);
    }
    pt_buf_free(&first);
    pt_buf_free(&second);
    pt_sql_free(&sql);
    free(text);
    return 0;
}
