/*
 * list - lists of strings as the store keeps them: JSON arrays.
 */
#include "list.h"

#include <cjson/cJSON.h>

int pt_list_parse(const char *json, pt_arena *arena, papertag_strings *out)
{
    cJSON *array = cJSON_Parse(json);
    const size_t count = (size_t)cJSON_GetArraySize(array);
    const char **items = pt_arena_array(arena, count + 1, sizeof *items);
    const cJSON *item = array ? array->child : NULL;
    int status = array && items ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t i = 0; i < count && !status; i++, item = item->next) {
        const char *text = cJSON_IsString(item) ? item->valuestring : "";
        items[i] = pt_arena_copy(arena, text, strlen(text));
        status = items[i] ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
    }
    cJSON_Delete(array);
    *out = (papertag_strings){0};
    if (!status && count) {
        *out = (papertag_strings){items, count};
    }
    return status;
}

int pt_list_format(papertag_strings list, pt_arena *arena, pt_buf *scratch, const char **out)
{
    pt_buf_clear(scratch);
    pt_buf_text(scratch, "[");
    for (size_t i = 0; i < list.count; i++) {
        pt_buf_text(scratch, i ? ",\"" : "\"");
        for (const char *at = list.items[i]; *at;) {
            const size_t plain = strcspn(at, "\"\\");
            pt_buf_append(scratch, at, plain);
            at += plain;
            if (*at) {
                pt_buf_text(scratch, "\\");
                pt_buf_append(scratch, at++, 1);
            }
        }
        pt_buf_text(scratch, "\"");
    }
    pt_buf_text(scratch, "]");
    *out = scratch->failed ? NULL : pt_arena_copy(arena, scratch->data, scratch->size);
    return *out ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}
