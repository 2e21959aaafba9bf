/*
 * feed_text - see feed_text.h.
 */
#include "feed_text.h"

#include "markup.h"
#include "names.h"
#include "slice.h"

const char *pt_feed_abstract(const char *text, size_t *length)
{
    const char *end = text + *length;

    while (end - text > 3 && !memcmp(text, "<p>", 3)) {
        const char *stop = pt_find_text(text, (size_t)(end - text), "</p>");
        const size_t size = stop ? (size_t)(stop - text) : 0;
        if (!stop || (!pt_find_text(text, size, "Published online:") && memcmp(text + 3, "by ", 3) != 0)) {
            break;
        }
        for (text = stop + 4; text < end && pt_is_white(*text); text++) {
        }
    }
    *length = (size_t)(end - text);
    return text;
}

bool pt_is_citation(const char *text)
{
    static const char *const words[] = {", Volume ", ", EarlyView", ", Early View", ", Ahead of Print",
                                        ", Ahead of Issue"};
    enum { LONGEST = 250 };
    const size_t length = strnlen(text, LONGEST);
    bool found = !strncmp(text, "Volume ", 7) && pt_find_text(text, length, ", Issue ");

    for (size_t i = 0; i < sizeof words / sizeof *words && length < LONGEST; i++) {
        found = found || pt_find_text(text, length, words[i]);
    }
    return found && length < LONGEST;
}

/* Sets *value to what follows a label up to the next of `stops`. */
static bool labelled(const pt_buf *text, const char *label, const char *const *stops, pt_slice *value)
{
    const char *from = pt_find_text(text->data, text->size, label), *end = text->data + text->size;

    if (!from) {
        return false;
    }
    from += strlen(label);
    *value = (pt_slice){from, (size_t)(end - from)};
    for (; *stops; stops++) {
        const char *stop = pt_find_text(value->text, value->length, *stops);
        value->length = stop ? (size_t)(stop - from) : value->length;
    }
    *value = pt_trimmed(*value);
    return true;
}

int pt_feed_contents(pt_record *record, const char *text, size_t length, bool *done, papertag_error *err)
{
    static const char *const after_date[] = {"Source:", "Author(s):", NULL},
                             *const after_venue[] = {", Volume ", "Author(s):", NULL}, *const at_end[] = {NULL};
    papertag_paper *paper = &record->paper;
    pt_slice date, venue, authors;
    pt_buf plain = {0};
    int status;

    *done = false;
    if (!pt_find_text(text, length, "Publication date:") || !pt_find_text(text, length, "Source:")) {
        return PAPERTAG_OK;
    }
    status = pt_markup_text(&plain, text, length, err);
    if (!status && labelled(&plain, "Publication date:", after_date, &date) &&
        labelled(&plain, "Source:", after_venue, &venue)) {
        *done = true;
        status = paper->date ? PAPERTAG_OK : pt_record_date(record, &paper->date, date.text, date.length, err);
        status = status || paper->venue ? status : pt_record_text(record, &paper->venue, venue.text, venue.length, err);
        if (!status && !paper->authors.count && labelled(&plain, "Author(s):", at_end, &authors)) {
            status = pt_record_authors(record, authors.text, authors.length, err);
        }
    }
    pt_buf_free(&plain);
    return status;
}
