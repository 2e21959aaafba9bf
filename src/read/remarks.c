/*
 * remarks - see remarks.h.
 *
 * Sentences and names come from the source, so both are bounded, in number and in length.
 */
#include "remarks.h"

#include "base/ascii.h"
#include "format.h"

/* The part of a name that is shown, in bytes. */
enum { NAME_SHOWN = 60 };

static bool is_recorded(const char *const *items, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(items[i], text)) {
            return true;
        }
    }
    return false;
}

/* Records a sentence. One more than PT_REMARKS_MAX is for the unused names. */
static int record_sentence(pt_remarks *remarks, const char *text, size_t most, papertag_error *err)
{
    if (remarks->count >= most || is_recorded(remarks->sentences, remarks->count, text)) {
        return PAPERTAG_OK;
    }
    remarks->sentences[remarks->count] = pt_arena_copy(&remarks->arena, text, strlen(text));
    if (!remarks->sentences[remarks->count]) {
        return pt_no_memory(err);
    }
    remarks->count++;
    return PAPERTAG_OK;
}

int pt_reader_remark(papertag_reader *reader, papertag_error *err, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return record_sentence(&reader->remarks, text, PT_REMARKS_MAX, err);
}

/* Whether a text has numbers for a year, a month and a day. */
static bool has_three_numbers(const char *text, size_t length)
{
    size_t numbers = 0;

    for (size_t i = 0; i < length; i++) {
        numbers += pt_is_digit(text[i]) && (!i || !pt_is_digit(text[i - 1]));
    }
    return numbers == 3;
}

int pt_reader_remark_date(papertag_reader *reader, const char *name, const char *text, size_t length, const char *date,
                          papertag_error *err)
{
    if (!date) {
        return pt_reader_remark(reader, err, "'%.60s' has values that are no dates; they are left out", name);
    }
    if (strlen(date) > 4 || !has_three_numbers(text, length)) {
        return PAPERTAG_OK;
    }
    return pt_reader_remark(reader, err,
                            "'%.60s' has dates where only the year is certain, as '%.*s'; the year is kept", name,
                            length < 30 ? (int)length : 30, text);
}

int pt_reader_unused(papertag_reader *reader, const char *name, size_t length, papertag_error *err)
{
    pt_remarks *remarks = &reader->remarks;
    char shown[NAME_SHOWN + 4];
    const char *copy;

    if (reader->objects && reader->record.object_length) {
        return PAPERTAG_OK; /* it is in the object, which is used */
    }
    /* cut between characters: a byte 10xxxxxx continues one */
    size_t size = length < NAME_SHOWN ? length : NAME_SHOWN;
    while (size < length && size && ((unsigned char)name[size] & 0xc0) == 0x80) {
        size--;
    }
    snprintf(shown, sizeof shown, "%.*s%s", (int)size, name, size < length ? "..." : "");
    if (is_recorded(remarks->unused, remarks->unused_count, shown)) {
        return PAPERTAG_OK;
    }
    if (remarks->unused_count == PT_UNUSED_MAX) {
        remarks->more_unused = true;
        return PAPERTAG_OK;
    }
    copy = pt_arena_copy(&remarks->arena, shown, strlen(shown));
    if (!copy) {
        return pt_no_memory(err);
    }
    remarks->unused[remarks->unused_count++] = copy;
    return PAPERTAG_OK;
}

int pt_remarks_finish(pt_remarks *remarks, papertag_error *err)
{
    pt_buf text = {0};
    int status;

    if (remarks->finished || !remarks->unused_count) {
        return PAPERTAG_OK;
    }
    pt_buf_text(&text, "not used: ");
    for (size_t i = 0; i < remarks->unused_count; i++) {
        pt_buf_format(&text, "%s%s", i ? ", " : "", remarks->unused[i]);
    }
    pt_buf_text(&text, remarks->more_unused ? " and more" : "");
    status = text.failed ? pt_no_memory(err) : record_sentence(remarks, text.data, PT_REMARKS_MAX + 1, err);
    remarks->finished = !status;
    pt_buf_free(&text);
    return status;
}

void pt_remarks_free(pt_remarks *remarks)
{
    pt_arena_free(&remarks->arena);
}

size_t papertag_reader_remarks(const papertag_reader *reader, const char *const **out)
{
    *out = reader->remarks.sentences;
    return reader->remarks.count;
}
