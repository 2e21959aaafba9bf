/*
 * tei - the headers of papers in TEI, as GROBID makes them from PDF files. The text of a paper is left out.
 *
 * Source: the TEI guidelines, chapter "The TEI Header"; GROBID's documentation.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"teiHeader", PT_XML_NONE, 1, NULL},
                                          {"fileDesc", PT_XML_NONE, 2, "teiHeader"},
                                          {"titleStmt", PT_XML_NONE, 3, "fileDesc"},
                                          {"title", PT_XML_TITLE, 4, "titleStmt"},
                                          {"sourceDesc", PT_XML_NONE, 3, "fileDesc"},
                                          {"biblStruct", PT_XML_NONE, 4, "sourceDesc"},
                                          {"analytic", PT_XML_NONE, 5, "biblStruct"},
                                          {"title", PT_XML_OTHER_TITLE, 6, "analytic"},
                                          {"author", PT_XML_AUTHOR, 6, "analytic"},
                                          {"persName", PT_XML_NONE, 7, "author"},
                                          {"forename", PT_XML_FORENAMES, 8, "persName"},
                                          {"surname", PT_XML_KEYNAME, 8, "persName"},
                                          {"genName", PT_XML_SUFFIX, 8, "persName"},
                                          {"idno", PT_XML_IDENTIFIER, 5, "biblStruct"},
                                          {"idno", PT_XML_IDENTIFIER, 6, "analytic"},
                                          {"monogr", PT_XML_NONE, 5, "biblStruct"},
                                          {"title", PT_XML_VENUE, 6, "monogr"},
                                          {"imprint", PT_XML_NONE, 6, "monogr"},
                                          {"date", PT_XML_DAY, 7, "imprint"},
                                          {"publicationStmt", PT_XML_NONE, 3, "fileDesc"},
                                          {"date", PT_XML_DAY, 4, "publicationStmt"},
                                          {"profileDesc", PT_XML_NONE, 2, "teiHeader"},
                                          {"abstract", PT_XML_ABSTRACT, 3, "profileDesc"},
                                          {"textClass", PT_XML_NONE, 3, "profileDesc"},
                                          {"keywords", PT_XML_NONE, 4, "textClass"},
                                          {"term", PT_XML_KEYWORD, 5, "keywords"},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "TEI ",
    .deepest = 8,
    .elements = elements,
    .ignored = "encodingDesc publisher availability affiliation email idno note ptr biblScope meeting editor roleName "
               "funder respStmt editionStmt seriesStmt extent pubPlace text facsimile standOff revisionDesc langUsage ",
    .source = "tei",
};

static bool fits_tei(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "TEI") || pt_xml_root_is(head, size, "teiCorpus");
}

const pt_format pt_format_tei = {
    .name = "tei",
    .fits = fits_tei,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "GROBID",
    .about = "title, authors, abstract and keywords of papers in TEI",
    .dialect = &dialect,
};
