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

/* Appends the labels of a word: "__label__a", "__label__a,__label__b". */
static int append_labels(papertag_reader *reader, pt_slice word, papertag_error *err)
{
    int status = PAPERTAG_OK;

    while (!status && word.length) {
        pt_slice tag = {word.text + sizeof label - 1, 0};
        const char *end = word.text + word.length;
        while (tag.text + tag.length < end &&
               (tag.text[tag.length] != ',' ||
                !pt_starts_with((pt_slice){tag.text + tag.length + 1, (size_t)(end - tag.text) - tag.length - 1},
                                label))) {
            tag.length++;
        }
        word = (pt_slice){tag.text + tag.length, (size_t)(end - tag.text) - tag.length};
        word = word.length ? (pt_slice){word.text + 1, word.length - 1} : word;
        tag.length -= tag.length && tag.text[tag.length - 1] == ',';
        status = append_tag(reader, tag, err);
    }
    return status;
}

/* Labels may stand anywhere in a line; some programs put a comma between them and the text. */
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
            status = append_labels(reader, word, err);
        } else if (text->size || !pt_slice_is(word, ",")) {
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
    .name = "fasttext",
    .fits = fits_fasttext,
    .next = next_fasttext,
    .written_by = "fastText",
    .about = "training sets: __label__TAG before the text",
};

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

    for (size_t i = 0; i < word.length; i++) {
        if (!pt_is_digit(word.text[i]) && !strchr("+-.eE", word.text[i])) {
            return false;
        }
    }
    return word.length && is_numbers(index) && !memchr(index.text, ',', index.length);
}

/* Whether a line is labels and a vector: "1,5 12:0.5 13:1", "+1 qid:3 1:2", or without labels " 1:0.5". */
static bool is_vector(pt_slice line)
{
    pt_slice word = pt_take_word(&line);

    if (!is_component(word)) {
        const bool signed_label = word.length && strchr("+-", *word.text);
        const pt_slice number = {word.text + signed_label, word.length - signed_label};
        word = is_numbers(number) ? pt_take_word(&line) : (pt_slice){"", 0};
    }
    word = pt_starts_with(word, "qid:") ? pt_take_word(&line) : word;
    return is_component(word);
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
        pt_slice line = pt_take_until(&rest, '\n'), id, labels;
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
        if (is_vector(line)) {
            return true; /* which open_libmultilabel refuses with the reason */
        }
        take_labels(&line, &id, &labels);
        if (tabs > 2 || (tabs ? count_words(id) > 1 : !is_numbers(labels)) || count_words(line) < 2 ||
            count_words(labels) >= count_words(line) || is_prose(labels)) {
            return false;
        }
        several += count_of(labels, ',') > 0;
        lines++;
    }
    return tabs ? lines > 0 : several > 0;
}

/* Files of vectors look the same to LIBSVM's tools, but have no text: a model here is made of words, and which words
 * their numbers stand for is known only to who made them. */
static int open_libmultilabel(papertag_reader *reader, papertag_error *err)
{
    pt_slice text;
    int status = pt_input_fill(&reader->input, 4096, err);

    text = (pt_slice){reader->input.start, (size_t)(reader->input.end - reader->input.start)};
    if (!status && is_vector(pt_take_until(&text, '\n'))) {
        return pt_input_fail(&reader->input, 1, err,
                             "LIBSVM's vectors have no text: give the texts they were made of, a line each with its "
                             "labels, a tab and the text");
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

const pt_format pt_format_libmultilabel = {
    .name = "libmultilabel",
    .fits = fits_libmultilabel,
    .open = open_libmultilabel,
    .next = next_libmultilabel,
    .written_by = "LibMultiLabel",
    .about = "training sets: id, labels and text with tabs between",
};
