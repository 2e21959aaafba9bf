/*
 * jats - articles in JATS, one or a set of them, as PubMed Central and publishers give them. The text of an article is
 * left out.
 *
 * Source: NISO Z39.96, "JATS: Journal Article Tag Suite".
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"front", PT_XML_NONE, 1, NULL},
                                          {"journal-meta", PT_XML_NONE, 2, "front"},
                                          {"journal-title-group", PT_XML_NONE, 3, "journal-meta"},
                                          {"journal-title", PT_XML_VENUE, 4, "journal-title-group"},
                                          {"journal-title", PT_XML_VENUE, 3, "journal-meta"},
                                          {"article-meta", PT_XML_NONE, 2, "front"},
                                          {"article-id", PT_XML_TYPED_ID, 3, "article-meta"},
                                          {"title-group", PT_XML_NONE, 3, "article-meta"},
                                          {"article-title", PT_XML_TITLE, 4, "title-group"},
                                          {"contrib-group", PT_XML_NONE, 3, "article-meta"},
                                          {"contrib", PT_XML_AUTHOR, 4, "contrib-group"},
                                          {"name-alternatives", PT_XML_NONE, 5, "contrib"},
                                          {"name", PT_XML_NONE, 5, "contrib"},
                                          {"name", PT_XML_NONE, 6, "name-alternatives"},
                                          {"surname", PT_XML_KEYNAME, 0, "name"},
                                          {"given-names", PT_XML_FORENAMES, 0, "name"},
                                          {"suffix", PT_XML_SUFFIX, 0, "name"},
                                          {"string-name", PT_XML_KEYNAME, 5, "contrib"},
                                          {"collab", PT_XML_KEYNAME, 5, "contrib"},
                                          {"pub-date", PT_XML_DATE_PARTS, 3, "article-meta"},
                                          {"year", PT_XML_YEAR, 4, "pub-date"},
                                          {"month", PT_XML_MONTH, 4, "pub-date"},
                                          {"day", PT_XML_DAY_OF_MONTH, 4, "pub-date"},
                                          {"abstract", PT_XML_ABSTRACT, 3, "article-meta"},
                                          {"kwd-group", PT_XML_NONE, 3, "article-meta"},
                                          {"kwd", PT_XML_KEYWORD, 4, "kwd-group"},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "article ",
    .deepest = 7,
    .elements = elements,
    .ignored = "processing-meta journal-id issn isbn publisher notes abbrev-journal-title article-version "
               "article-version-alternatives article-categories subtitle trans-title-group alt-title fn-group "
               "contrib-id degrees role bio email ext-link address aff aff-alternatives xref on-behalf-of "
               "author-comment author-notes season era string-date volume volume-id volume-series issue issue-id "
               "issue-title issue-sponsor issue-part supplement fpage lpage page-range elocation-id product "
               "supplementary-material history pub-history permissions self-uri uri related-article related-object "
               "trans-abstract title compound-kwd nested-kwd funding-group support-group conference counts "
               "custom-meta-group body back floats-group sub-article response anonymous pub-date-not-available ",
    .source = "jats",
};

static bool fits_jats(const char *head, size_t size)
{
    return (pt_xml_root_is(head, size, "article") || pt_xml_root_is(head, size, "pmc-articleset")) &&
           pt_xml_has(head, size, "front");
}

const pt_format pt_format_jats = {
    .name = "jats",
    .fits = fits_jats,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "PubMed Central, bioRxiv, publishers",
    .about = "title, authors, abstract and keywords of articles in JATS",
    .dialect = &dialect,
};
