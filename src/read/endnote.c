/*
 * endnote - papers from EndNote's tagged export, which is refer's old format with more tags: "%T A title".
 */
#include "tagged.h"

static const pt_tagged_field fields[] = {
    {"%0", PT_TAGGED_IGNORED, .rank = 0, .begins = true},
    {"%F", PT_TAGGED_ID, .rank = 0},
    {"%T", PT_TAGGED_TITLE, .rank = 0},
    {"%Q", PT_TAGGED_TITLE, .rank = 1}, /* translated */
    {"%X", PT_TAGGED_ABSTRACT, .rank = 0},
    {"%A", PT_TAGGED_AUTHOR, .rank = 0},
    {"%H", PT_TAGGED_AUTHOR, .rank = 1},
    {"%D", PT_TAGGED_DATE, .rank = 0},
    {"%8", PT_TAGGED_DATE, .rank = 0},
    {"%R", PT_TAGGED_DOI, .rank = 0},
    {"%U", PT_TAGGED_URL, .rank = 0},
    {"%>", PT_TAGGED_PDF, .rank = 0},
    {"%J", PT_TAGGED_VENUE, .rank = 0},
    {"%B", PT_TAGGED_VENUE, .rank = 1},
    {"%K", PT_TAGGED_KEYWORD, .rank = 0, .lines = true},
    {"%M", PT_TAGGED_ARXIV, .rank = 0},
    {0},
};

static bool split(pt_slice line, pt_slice *tag, pt_slice *value)
{
    if (line.length < 3 || *line.text != '%' || (unsigned char)line.text[1] <= ' ' || line.text[2] != ' ') {
        return false;
    }
    *tag = (pt_slice){line.text, 2};
    *value = (pt_slice){line.text + 2, line.length - 2};
    return true;
}

static const pt_tagged_dialect dialect = {
    .source = PT_SOURCE_ENDNOTE,
    .fields = fields,
    .ignored = "%1 %2 %3 %4 %6 %7 %9 %! %# %$ %& %( %) %* %+ %< %? %@ %C %E %G %I %L %N %O %P %S %V %W %Y %Z %[ %] %^ "
               "%~ %{ ",
    .split = split,
    .separators = ",",
    .blank_ends = true,
};

/* The first two lines have tags, the first one that begins records. */
static bool fits_endnote(const char *head, size_t size)
{
    const char *stop = memchr(head, '\n', size);
    pt_slice tag, value;

    return stop && split((pt_slice){head, (size_t)(stop - head)}, &tag, &value) && strchr("0ATD", tag.text[1]) &&
           split((pt_slice){stop + 1, (size_t)(head + size - stop - 1)}, &tag, &value);
}

const pt_format pt_format_endnote = {
    .name = "endnote",
    .fits = fits_endnote,
    .open = pt_tagged_open,
    .next = pt_tagged_next,
    .close = pt_tagged_close,
    .written_by = "EndNote, Zotero, Google Scholar",
    .about = "a tag at the start of each line: %T, %A, %X, %D",
    .dialect = &dialect,
};
