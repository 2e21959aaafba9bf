/*
 * name_parts - which part of a name is the last name, for bibliographies that put it first.
 */
#include "names.h"

#include "slice.h"

static bool is_suffix(pt_slice word)
{
    static const char *const suffixes[] = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", NULL};
    size_t i = 0;

    while (suffixes[i] && !pt_slice_is(word, suffixes[i])) {
        i++;
    }
    return suffixes[i] != NULL;
}

/* The beginning of the word that ends at name[end]. */
static size_t begin_of_word(const char *name, size_t end)
{
    while (end && name[end - 1] != ' ') {
        end--;
    }
    return end;
}

/* Whether "Last, Suffix, First" is read as the name that it was made of. */
static int check_parts(const char *name, papertag_name_parts *parts, papertag_error *err)
{
    const size_t suffix = parts->suffix ? parts->suffix : strlen(name) + 1;
    pt_record record = {0};
    pt_buf order = {0};
    int status;

    pt_buf_append(&order, name + parts->last, suffix - 1 - parts->last);
    if (parts->suffix) {
        pt_buf_format(&order, ", %s", name + parts->suffix);
    }
    pt_buf_text(&order, ", ");
    pt_buf_append(&order, name, parts->last - 1);
    status = order.failed ? pt_no_memory(err) : pt_record_author(&record, order.data, order.size, err);
    if (!status && (record.paper.authors.count != 1 || strcmp(record.paper.authors.items[0], name) != 0)) {
        *parts = (papertag_name_parts){0};
    }
    pt_buf_free(&order);
    pt_record_free(&record);
    return status;
}

int papertag_name_split(const char *name, papertag_name_parts *out, papertag_error *err)
{
    size_t end = strlen(name), at = begin_of_word(name, end);

    *out = (papertag_name_parts){0};
    if (strpbrk(name, ",;&(){}\\0123456789") || strstr(name, " and ")) {
        return PAPERTAG_OK; /* an organisation, or no plain name */
    }
    if (at && is_suffix((pt_slice){name + at, end - at})) {
        out->suffix = at;
        end = at - 1;
        at = begin_of_word(name, end);
    }
    while (at) { /* "van der" belongs to the last name */
        const size_t before = begin_of_word(name, at - 1);
        if (!before || name[before] < 'a' || name[before] > 'z') {
            break;
        }
        at = before;
    }
    if (!at) {
        out->suffix = 0;
        return PAPERTAG_OK;
    }
    out->last = at;
    return check_parts(name, out, err);
}
