/*
 * wrong_file - files that people give by mistake; see format.h.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "format.h"
#include "listing.h"
#include "markup.h"
#include "slice.h"
#include "xml.h"

/* What a file is that begins with these bytes, and what to do instead. */
static const struct {
    const char *magic;
    const char *what;
} kinds[] = {
    {"%PDF-", "a PDF file: papers are read from records with title and abstract, not from their pages"},
    {"%!PS", "a PostScript file: papers are read from records with title and abstract, not from their pages"},
    {"\xd0\xcf\x11\xe0", "an Office file: save it as CSV or text"},
    {"{\\rtf", "an RTF document: save it as plain text"},
    {"\\documentclass", "a LaTeX document: the papers that it cites are in its .bib file"},
    {"SQLite format 3", "an SQLite database: export its papers as JSON or CSV"},
    {"PAR1", "a Parquet file: convert it to CSV or JSON Lines"},
    {"\x89HDF", "an HDF5 file: convert it to CSV or JSON Lines"},
    {"\x93NUMPY", "a NumPy file: convert it to CSV or JSON Lines"},
    {"7z\xbc\xaf", "a 7z archive: unpack it first"},
    {"Rar!", "a RAR archive: unpack it first"},
    {"ARROW1", "an Arrow file: convert it to CSV or JSON Lines"},
    {"\xff\xff\xff\xff", "an Arrow stream: convert it to CSV or JSON Lines"},
    {"Obj\x01", "an Avro file: convert it to CSV or JSON Lines"},
    {"\x80\x02", "a pickle of Python: write its papers as JSON Lines"},
    {"\x80\x03", "a pickle of Python: write its papers as JSON Lines"},
    {"\x80\x04", "a pickle of Python: write its papers as JSON Lines"},
    {"\x80\x05", "a pickle of Python: write its papers as JSON Lines"},
    {"\x04\x22\x4d\x18", "a file packed with lz4: unpack it first"},
    {"\x1f\x9d", "a file packed with compress: unpack it first"},
    {"\x89PNG", "an image"},
    {"\xff\xd8\xff", "an image"},
    {"GIF8", "an image"},
};

/* The text of the title of an HTML page; empty when it has none. */
static pt_slice title_of(const char *head, size_t size)
{
    static const char opening[] = "<title";
    const char *end = head + size, *at = head, *stop;

    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) > sizeof opening && pt_same_word(at, sizeof opening - 1, opening)) {
            at = memchr(at, '>', (size_t)(end - at));
            stop = at ? memchr(at, '<', (size_t)(end - at)) : NULL;
            return stop ? pt_trimmed((pt_slice){at + 1, (size_t)(stop - at - 1)}) : (pt_slice){"", 0};
        }
        at++;
    }
    return (pt_slice){"", 0};
}

/* Pages of errors say in their title what is wrong. */
static int report_page(papertag_reader *reader, pt_slice title, papertag_error *err)
{
    const char *name = reader->input.name, *shown = NULL;

    if (pt_record_markup(&reader->record, &shown, title.text, title.length, err)) {
        return PAPERTAG_NO_MEMORY;
    }
    return pt_fail(err, PAPERTAG_BAD_INPUT,
                   "%s: an HTML page%s%.200s%s, not a list of papers: download the papers as BibTeX, RIS, CSV or JSON",
                   name, shown ? " (" : "", shown ? shown : "", shown ? ")" : "");
}

/* Whether one of the lines of a header begins with this. */
static bool has_header_line(const char *text, size_t size, const char *name)
{
    pt_slice rest = {text, size};

    while (rest.length) {
        const pt_slice line = pt_take_until(&rest, '\n');
        if (line.length > strlen(name) && pt_same_word(line.text, strlen(name), name)) {
            return true;
        }
        if (!pt_trimmed(line).length) {
            return false;
        }
    }
    return false;
}

/* Whether a text begins with the header of a mail. Mails of arXiv have papers in them. */
static bool is_mail(const char *head, size_t size)
{
    const pt_slice first = {head, size < 40 ? size : 40};
    const char *colon = memchr(first.text, ':', first.length);
    size_t words = 0;

    while (colon && head + words < colon && (pt_is_letter(head[words]) || head[words] == '-')) {
        words++;
    }
    return colon && head + words == colon && has_header_line(head, size, "from:") &&
           has_header_line(head, size, "subject:") && has_header_line(head, size, "date:") &&
           !pt_has_listing(head, size);
}

int pt_check_wrong_file(papertag_reader *reader, const char *head, size_t size, papertag_error *err)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t length = strlen(kinds[i].magic);
        if (size >= length && !memcmp(head, kinds[i].magic, length)) {
            return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: %s", reader->input.name, kinds[i].what);
        }
    }
    if (is_mail(head, size)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT,
                       "%s: a mail, not a list of papers: save the papers that it is about as BibTeX, RIS, CSV or JSON",
                       reader->input.name);
    }
    if (size > 262 && !memcmp(head + 257, "ustar", 5)) {
        return pt_fail(err, PAPERTAG_BAD_INPUT, "%s: a tar archive: unpack it first", reader->input.name);
    }
    if (*head == '<' && (pt_xml_root_is(head, size, "html") || pt_xml_root_is(head, size, "HTML"))) {
        return report_page(reader, title_of(head, size), err);
    }
    return PAPERTAG_OK;
}

bool pt_is_office_member(const char *name)
{
    static const char *const beginnings[] = {
        "[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/", "mimetype"};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (!strncmp(name, beginnings[i], strlen(beginnings[i]))) {
            return true;
        }
    }
    return false;
}
