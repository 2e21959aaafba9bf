/*
 * labelled_text - training sets of text classifiers, a line a text: fastText's, LibMultiLabel's.
 *
 *     fasttext       __label__a __label__b the text
 *     libmultilabel  id <TAB> a b <TAB> the text, without the id, or with labels "1,2" and a space as LIBSVM's tools
 *
 * None of them has a title: the text is the abstract.
 */
#include "base/ascii.h"
#include "format.h"
#include "slice.h"

/* Detection looks at so many lines. */
enum { LINES_SEEN = 20 };

/* ---- parts of lines -------------------------------------------------------------------------------------------- */

static size_t count_words(pt_slice text)
{
    size_t count = 0;

    while (pt_take_word(&text).length) {
        count++;
    }
    return count;
}

static size_t count_of(pt_slice text, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; i++) {
        count += text.text[i] == c;
    }
    return count;
}

/* Reads the next line that has something else than white space, and clears the record for it. */
static int next_text(papertag_reader *reader, pt_slice *line, papertag_error *err)
{
    size_t number;
    int status;

    do {
        status = pt_input_line(&reader->input, &line->text, &line->length, &number, err);
    } while (!status && !pt_trimmed(*line).length);
    if (!status) {
        pt_record_clear(&reader->record, number);
        reader->record.paper.has_tags = true;
    }
    return status;
}

static int append_tag(papertag_reader *reader, pt_slice tag, papertag_error *err)
{
    return pt_record_append(&reader->record, &reader->record.paper.tags, tag.text, tag.length, err);
}

static int set_text(papertag_reader *reader, pt_slice text, papertag_error *err)
{
    return pt_record_text(&reader->record, &reader->record.paper.abstract, text.text, text.length, err);
}

/* ---- fastText -------------------------------------------------------------------------------------------------- */

static const char label[] = "__label__";

static bool fits_fasttext(const char *head, size_t size)
{
    pt_slice rest = {head, size}, line = pt_take_until(&rest, '\n'), word;

    do {
        word = pt_take_word(&line);
    } while (word.length && !pt_starts_with(word, label));
    return word.length > 0;
}

/* Labels may stand anywhere in a line. */
static int next_fasttext(papertag_reader *reader, papertag_error *err)
{
    pt_buf *text = &reader->scratch;
    pt_slice line, word;
    int status = next_text(reader, &line, err);

    if (status) {
        return status;
    }
    pt_buf_clear(text);
    while (!status && (word = pt_take_word(&line)).length) {
        if (pt_starts_with(word, label)) {
            word = (pt_slice){word.text + sizeof label - 1, word.length - (sizeof label - 1)};
            word.length -= word.length && word.text[word.length - 1] == ',';
            status = append_tag(reader, word, err);
        } else {
            pt_buf_append(text, word.text, word.length);
            pt_buf_text(text, " ");
        }
    }
    if (!status && text->failed) {
        status = pt_no_memory(err);
    }
    return status ? status : set_text(reader, (pt_slice){text->data ? text->data : "", text->size}, err);
}

const pt_format pt_format_fasttext = {
    "fasttext", fits_fasttext, NULL, next_fasttext, NULL, "fastText", "training sets: __label__TAG before the text"};

/* ---- LibMultiLabel --------------------------------------------------------------------------------------------- */

/* "1,5,12". */
static bool is_numbers(pt_slice word)
{
    bool digit = false;

    for (size_t i = 0; i < word.length; i++) {
        if (!pt_is_digit(word.text[i]) && (word.text[i] != ',' || !digit)) {
            return false;
        }
        digit = pt_is_digit(word.text[i]);
    }
    return digit;
}

/* "12:0.5", of a vector. */
static bool is_component(pt_slice word)
{
    const pt_slice index = pt_take_until(&word, ':');
    return word.length && is_numbers(index) && is_numbers(pt_take_until(&word, '.'));
}

/* The id, which may be absent, and the labels of a line, which are taken off it: what is left is the text. */
static void take_labels(pt_slice *line, pt_slice *id, pt_slice *labels)
{
    const size_t tabs = count_of(*line, '\t');

    *id = tabs > 1 ? pt_take_until(line, '\t') : (pt_slice){NULL, 0};
    *labels = tabs ? pt_take_until(line, '\t') : pt_take_word(line);
}

/* Whether words are a title, not labels: it has one of those words that nearly all titles have. */
static bool is_prose(pt_slice words)
{
    static const char *const usual[] = {"the", "of", "for", "in",  "on",   "with",
                                        "and", "to", "by",  "via", "from", "using"};
    pt_slice word;

    while ((word = pt_take_word(&words)).length) {
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
            if (pt_slice_is(word, usual[i])) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the first lines have the same number of tabs, or none and then numbers in front; few labels, and more text.
 */
static bool fits_libmultilabel(const char *head, size_t size)
{
    pt_slice rest = {head, size};
    size_t tabs = 0, lines = 0, several = 0;

    while (lines < LINES_SEEN && rest.length) {
        const bool whole = memchr(rest.text, '\n', rest.length) != NULL;
        pt_slice line = pt_take_until(&rest, '\n'), id, labels, after;
        if (!pt_trimmed(line).length) {
            continue;
        }
        if (!whole && lines) {
            break; /* it may be longer than what is here */
        }
        if (lines && count_of(line, '\t') != tabs) {
            return false;
        }
        tabs = count_of(line, '\t');
        take_labels(&line, &id, &labels);
        after = line;
        if (!tabs && is_numbers(labels) && is_component(pt_take_word(&after))) {
            return true; /* a vector, which open_libmultilabel refuses with the reason */
        }
        if (tabs > 2 || (tabs ? count_words(id) > 1 : !is_numbers(labels)) || count_words(line) < 2 ||
            count_words(labels) >= count_words(line) || is_prose(labels)) {
            return false;
        }
        several += count_of(labels, ',') > 0;
        lines++;
    }
    return tabs ? lines > 0 : several > 0;
}

/* Files of vectors look the same to LIBSVM's tools, but have no text. */
static int open_libmultilabel(papertag_reader *reader, papertag_error *err)
{
    pt_slice text, id, labels, word;
    int status = pt_input_fill(&reader->input, 4096, err);

    text = (pt_slice){reader->input.start, (size_t)(reader->input.end - reader->input.start)};
    text = pt_take_until(&text, '\n');
    take_labels(&text, &id, &labels);
    word = pt_take_word(&text);
    if (!status && is_component(word)) {
        return pt_input_fail(&reader->input, 1, err, "LIBSVM's vectors have no text; the texts they were made of do");
    }
    return status;
}

static int next_libmultilabel(papertag_reader *reader, papertag_error *err)
{
    pt_slice line, id, labels, word;
    int status = next_text(reader, &line, err);

    if (status) {
        return status;
    }
    take_labels(&line, &id, &labels);
    if (id.length) {
        status = pt_record_text(&reader->record, &reader->record.paper.id, id.text, id.length, err);
    }
    while (!status && (word = pt_take_word(&labels)).length) {
        /* LIBSVM's tools write "a,b" for what is "a b" here */
        while (!status && !pt_trimmed(labels).length && memchr(word.text, ',', word.length)) {
            status = append_tag(reader, pt_take_until(&word, ','), err);
        }
        status = status ? status : append_tag(reader, word, err);
    }
    return status ? status : set_text(reader, line, err);
}

const pt_format pt_format_libmultilabel = {"libmultilabel",
                                           fits_libmultilabel,
                                           open_libmultilabel,
                                           next_libmultilabel,
                                           NULL,
                                           "LibMultiLabel",
                                           "training sets: id, labels and text with tabs between"};
