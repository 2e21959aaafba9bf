/*
 * Fuzz target: the file of a tag list, like data/tags.json. In a list that is read, every tag is found by each of its
 * names. The first line of the bytes is a name to find, the rest is the file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "tags/tags.h"

static void find_all(const pt_tag_list *list, const char *name)
{
    papertag_tag_info *tags = calloc(list->count + 1, sizeof *tags);
    papertag_error err;
    size_t index;

    for (size_t t = 0; tags && t < list->count; t++) {
        const pt_tag_entry *e = &list->entries[t];
        tags[t] = (papertag_tag_info){.tag = e->tag, .name = e->name ? e->name : e->tag, .aliases = e->aliases};
    }
    for (size_t t = 0; tags && t < list->count; t++) {
        if (pt_find_tag(tags, list->count, tags[t].tag, &index, &err) || index != t ||
            pt_tag_list_entry(list, tags[t].tag) != &list->entries[t]) {
            abort();
        }
        for (size_t a = 0; a < tags[t].aliases.count; a++) {
            if (pt_find_tag(tags, list->count, tags[t].aliases.items[a], &index, &err)) {
                abort();
            }
        }
    }
    if (tags && !pt_find_tag(tags, list->count, name, &index, &err) && index >= list->count) {
        abort();
    }
    free(tags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    pt_tag_list list;
    papertag_error err;
    char path[64], *name;
    int fd;

    if (!line || (fd = file_of_bytes(line + 1, size - (size_t)(line + 1 - data), path)) < 0) {
        return 0;
    }
    name = strndup((const char *)data, (size_t)(line - data));
    if (name && !pt_tag_list_read(&list, path, &err)) {
        find_all(&list, name);
        pt_tag_list_free(&list);
    }
    free(name);
    close(fd);
    return 0;
}
