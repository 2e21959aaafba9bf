/*
 * plain - one abstract as plain text, alone or with its title before it, or with words before each part:
 *
 *     Title: Counting Fog                  Counting Fog
 *     Authors: Dora Doe, Rick Roe
 *     Abstract: We count fog.              We count fog.
 *
 * Any text could be this, so it is recognised only when no other format fits, by its words and its end, and a remark
 * says so. Longer texts are not abstracts.
 */
#include "base/ascii.h"
#include "format.h"
#include "names.h"
#include "slice.h"

/* Of a text that is recognised, words and bytes; of a title, bytes. */
enum { WORDS_LEAST = 10, BYTES_MOST = 8192, TITLE_MOST = 300 };

typedef enum part { NO_LABEL, TITLE, AUTHORS, ABSTRACT, KEYWORDS, PARTS } part;

typedef struct plain {
    papertag_reader *reader;
    papertag_error *err;
    pt_buf texts[PARTS];
} plain;

/* ---- parts ----------------------------------------------------------------------------------------------------- */

/* The part that a word at the beginning of a line names, which is taken off it. */
static part take_label(pt_slice *line)
{
    static const struct {
        const char *word;
        part part;
    } labels[] = {{"title", TITLE},      {"authors", AUTHORS},   {"author", AUTHORS},     {"abstract", ABSTRACT},
                  {"summary", ABSTRACT}, {"keywords", KEYWORDS}, {"key words", KEYWORDS}, {"index terms", KEYWORDS}};
    static const char *const marks[] = {":", ".", "\xe2\x80\x94", "\xe2\x80\x93", "-"};

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        const size_t length = strlen(labels[i].word);
        pt_slice rest = {line->text + length, line->length - length};
        if (line->length < length || !pt_slice_is((pt_slice){line->text, length}, labels[i].word)) {
            continue;
        }
        if (!pt_trimmed(rest).length) { /* a heading */
            *line = (pt_slice){"", 0};
            return labels[i].part;
        }
        for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
            if (pt_starts_with(pt_trimmed(rest), marks[m])) {
                rest = pt_trimmed(rest);
                *line = (pt_slice){rest.text + strlen(marks[m]), rest.length - strlen(marks[m])};
                return labels[i].part;
            }
        }
    }
    return NO_LABEL;
}

static bool ends_sentence(pt_slice text)
{
    text = pt_trimmed(text);
    while (text.length && strchr("\"')]", text.text[text.length - 1])) {
        text.length--;
    }
    return text.length && strchr(".!?:", text.text[text.length - 1]);
}

/* Whether a first line is a title that no empty line follows: the next one is the whole abstract. */
static bool is_title_line(pt_slice line, pt_slice rest)
{
    const pt_slice next = pt_trimmed(pt_take_until(&rest, '\n'));
    return line.length <= TITLE_MOST && !strchr(".,;:-", line.text[line.length - 1]) &&
           next.length >= 2 * line.length && !(*next.text >= 'a' && *next.text <= 'z');
}

/* Takes the text up to an empty line, a label, or the end of a title off `rest`. */
static pt_slice take_paragraph(pt_slice *rest, part *label, bool first)
{
    pt_slice paragraph = {NULL, 0};

    *label = NO_LABEL;
    while (rest->length) {
        pt_slice ahead = *rest, line = pt_trimmed(pt_take_until(&ahead, '\n'));
        const part found = take_label(&line);
        if (paragraph.text && (found || !line.length)) {
            break;
        }
        *rest = ahead;
        *label = found ? found : *label;
        line = pt_trimmed(line);
        if (line.length) {
            const char *from = paragraph.text ? paragraph.text : line.text;
            paragraph = (pt_slice){from, (size_t)(line.text + line.length - from)};
        }
        if (line.length && first && !found && paragraph.text == line.text && is_title_line(line, *rest)) {
            break;
        }
        if (found && !line.length) { /* a heading: what follows is of it, also after empty lines */
            while (rest->length && pt_is_white(*rest->text)) {
                *rest = (pt_slice){rest->text + 1, rest->length - 1};
            }
        }
    }
    return paragraph;
}

/* Adds a paragraph to the part that it is of. */
static int take_part(plain *p, part label, pt_slice paragraph, bool more)
{
    const bool is_short = paragraph.length <= TITLE_MOST && !ends_sentence(paragraph);
    pt_buf *to;

    if (!label && is_short && more && !p->texts[TITLE].size && !p->texts[ABSTRACT].size) {
        label = TITLE;
    } else if (!label && is_short && more && !p->texts[ABSTRACT].size) {
        return pt_reader_unused(p->reader, paragraph.text, paragraph.length, p->err);
    }
    to = &p->texts[label ? label : ABSTRACT];
    pt_buf_text(to, to->size ? " " : "");
    pt_buf_append(to, paragraph.text, paragraph.length);
    return to->failed ? pt_no_memory(p->err) : PAPERTAG_OK;
}

/* ---- recognising ----------------------------------------------------------------------------------------------- */

/* Services answer in plain words, too. */
static bool is_answer(pt_slice text)
{
    static const char *const words[] = {"rate exceeded", "rate limit",  "too many requests", "not found",
                                        "forbidden",     "unavailable", "server error",      "access denied",
                                        "bad gateway",   "try again",   "timed out",         "bad request"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i]);
        for (size_t at = 0; at + length <= text.length; at++) {
            if (pt_same_word(text.text + at, length, words[i])) {
                return true;
            }
        }
    }
    return false;
}

/* A text without its last line, if that has keywords. */
static pt_slice without_keywords(pt_slice text)
{
    size_t at = text.length;
    pt_slice line;

    while (at && text.text[at - 1] != '\n') {
        at--;
    }
    line = (pt_slice){text.text + at, text.length - at};
    return take_label(&line) == KEYWORDS ? pt_trimmed((pt_slice){text.text, at}) : text;
}

/* Whether a text begins as YAML does: "---", or an item of a list, "- id: a". */
static bool is_yaml(pt_slice text)
{
    return pt_starts_with(text, "---") || pt_starts_with(text, "- ");
}

/* Whether all of a source is sentences in words. */
static bool fits_plain(const char *head, size_t size)
{
    const pt_slice text = without_keywords(pt_trimmed((pt_slice){head, size}));
    pt_slice rest = text, word;
    size_t words = 0, plain_words = 0;

    if (!text.length || text.length > BYTES_MOST || memchr(head, '\0', size) || !ends_sentence(text) ||
        (text.length < 600 && is_answer(text)) || strchr("#<{[@%\\|/*", *text.text) || is_yaml(text)) {
        return false;
    }
    while ((word = pt_take_word(&rest)).length) {
        size_t letters = 0;
        for (size_t i = 0; i < word.length; i++) {
            letters += pt_is_letter(word.text[i]) || (unsigned char)word.text[i] >= 0x80;
        }
        words++;
        plain_words += 2 * letters > word.length && word.length < 40;
    }
    return words >= WORDS_LEAST && 5 * plain_words >= 4 * words;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int set_fields(plain *p)
{
    pt_record *record = &p->reader->record;
    papertag_paper *paper = &record->paper;
    pt_buf *t = p->texts;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < PARTS; i++) {
        pt_buf_append(&t[i], "", 0);
        status = t[i].failed ? pt_no_memory(p->err) : status;
    }
    status = status ? status : pt_record_text(record, &paper->title, t[TITLE].data, t[TITLE].size, p->err);
    status = status ? status : pt_record_text(record, &paper->abstract, t[ABSTRACT].data, t[ABSTRACT].size, p->err);
    status = status ? status : pt_record_authors(record, t[AUTHORS].data, t[AUTHORS].size, p->err);
    return status ? status
                  : pt_record_split(record, &paper->keywords, t[KEYWORDS].data, t[KEYWORDS].size, ",;", p->err);
}

/* Reads up to the end, or to the label before another title: several papers may follow each other. Sets *end to where
 * the paper ends. */
static int read_parts(plain *p, const char **end)
{
    const pt_input *in = &p->reader->input;
    const bool several = in->line > 1;
    pt_slice rest = pt_trimmed((pt_slice){in->start, (size_t)(in->end - in->start)});
    int status = PAPERTAG_OK;

    *end = in->end;
    for (bool first = true; rest.length && !status; first = false) {
        part label;
        const char *from = rest.text;
        const pt_slice paragraph = take_paragraph(&rest, &label, first);
        if (label == TITLE && p->texts[TITLE].size && p->texts[ABSTRACT].size) {
            *end = from;
            break;
        }
        if (paragraph.length) {
            status = take_part(p, label, paragraph, pt_trimmed(rest).length > 0);
        }
    }
    status = status ? status : set_fields(p);
    if (status || several) {
        return status;
    }
    return *end < in->end ? pt_reader_remark(p->reader, p->err, "plain text, read as papers that begin with a title")
                          : pt_reader_remark(p->reader, p->err, "plain text, read as the abstract of one paper%s",
                                             p->texts[TITLE].size ? " with its title" : "");
}

static int next_plain(papertag_reader *reader, papertag_error *err)
{
    plain p = {.reader = reader, .err = err};
    pt_input *in = &reader->input;
    const char *end;
    int status = pt_input_fill(in, PT_LINE_MAX, err);

    pt_record_clear(&reader->record, in->line);
    if (!status && in->start == in->end) {
        return PAPERTAG_END;
    }
    if (!status && !in->at_end) {
        in->start = in->end;
        status = pt_input_fail(in, in->line, err, "a text of more than %d MiB", PT_LINE_MAX / 1024 / 1024);
    }
    end = in->end;
    status = status ? status : read_parts(&p, &end);
    pt_input_advance(in, end);
    for (size_t i = 0; i < PARTS; i++) {
        pt_buf_free(&p.texts[i]);
    }
    return status;
}

const pt_format pt_format_plain = {
    .name = "text",
    .fits = fits_plain,
    .next = next_plain,
    .written_by = "anybody",
    .about = "one abstract, alone or after its title, as plain text",
    .whole = true,
};
