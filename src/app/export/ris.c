/*
 * ris - papers as RIS, which reference managers import. Lines end as its specification asks.
 */
#include <string.h>

#include "export.h"

static void add(text *out, const char *tag, const char *value)
{
    if (value) {
        text_format(out, "%s  - %s\r\n", tag, value);
    }
}

static void add_date(text *out, export_date date)
{
    if (!date.year) {
        return;
    }
    text_format(out, "PY  - %04d\r\n", date.year);
    if (date.month) {
        text_format(out, "DA  - %04d/%02d/", date.year, date.month);
        if (date.day) {
            text_format(out, "%02d", date.day);
        }
        text_put(out, "/\r\n");
    }
}

/* A user-defined field, which the specification leaves to programs. */
static void add_own(text *out, const char *name, const char *value)
{
    text_format(out, "U1  - %s: %s\r\n", name, value);
}

static void write_ris(text *out, const papertag_stored *stored)
{
    static const char *const types[] = {"UNPB", "JOUR", "CPAPER"};
    const papertag_paper *p = &stored->paper;
    const char *keyword;
    size_t at = 0;

    add(out, "TY", types[export_kind_of(p)]);
    add(out, "ID", p->id);
    add(out, "TI", p->title);
    for (size_t i = 0; i < p->authors.count; i++) {
        text_put(out, "AU  - ");
        export_name(out, p->authors.items[i], EXPORT_SUFFIX_LAST, export_plain, export_plain);
        text_put(out, "\r\n");
    }
    add_date(out, export_date_of(p));
    add(out, "T2", p->venue);
    add(out, "DO", p->doi);
    if (p->arxiv) {
        text_format(out, "AN  - arXiv:%s\r\n", p->arxiv);
    }
    add(out, "UR", p->url);
    add(out, "L1", p->pdf_url);
    add(out, "AB", p->abstract);
    while ((keyword = export_keyword(stored, &at)) != NULL) {
        add(out, "KW", keyword);
    }
    export_own(out, stored, EXPORT_PDF, add_own);
    text_put(out, "ER  - \r\n");
}

const export_format export_ris = {"ris", "", "\r\n", "", write_ris};
