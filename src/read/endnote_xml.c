/*
 * endnote_xml - papers from libraries of EndNote in XML. Each piece of a text has its style around it.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"titles", PT_XML_NONE, 0, NULL},
                                          {"contributors", PT_XML_NONE, 0, NULL},
                                          {"authors", PT_XML_NONE, 0, NULL},
                                          {"periodical", PT_XML_NONE, 0, NULL},
                                          {"pub-dates", PT_XML_NONE, 0, NULL},
                                          {"related-urls", PT_XML_NONE, 0, NULL},
                                          {"web-urls", PT_XML_NONE, 0, NULL},
                                          {"pdf-urls", PT_XML_NONE, 0, NULL},
                                          {"label", PT_XML_ID, 0, NULL},
                                          {"title", PT_XML_TITLE, 0, "titles"},
                                          {"translated-title", PT_XML_OTHER_TITLE, 0, NULL},
                                          {"secondary-title", PT_XML_VENUE, 0, "titles"},
                                          {"full-title", PT_XML_VENUE, 0, "periodical"},
                                          {"author", PT_XML_NAME, 0, "authors"},
                                          {"year", PT_XML_YEAR, 0, NULL},
                                          {"date", PT_XML_MONTH, 0, "pub-dates"},
                                          {"abstract", PT_XML_SUMMARY, 0, NULL},
                                          {"keyword", PT_XML_KEYWORD, 0, NULL},
                                          {"electronic-resource-num", PT_XML_DOI, 0, NULL},
                                          {"accession-num", PT_XML_ARXIV, 0, NULL},
                                          {"number", PT_XML_ARXIV, 0, NULL},
                                          {"url", PT_XML_ADDRESS, 0, "related-urls"},
                                          {"url", PT_XML_ADDRESS, 0, "web-urls"},
                                          {"url", PT_XML_PDF_ADDRESS, 0, "pdf-urls"},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "record ",
    .deepest = 4,
    .elements = elements,
    .ignored = "database source-app rec-number foreign-keys ref-type secondary-authors tertiary-authors "
               "subsidiary-authors translated-authors auth-address author-address auth-affiliaton tertiary-title "
               "alt-title short-title alt-periodical abbr-1 abbr-2 abbr-3 pages start end volume num-vols edition "
               "section reprint-edition reprint-status copyright-dates publisher pub-location orig-pub isbn "
               "call-num report-id coden electronic-resource-num-type caption image image-urls text-urls "
               "remote-database-name remote-database-provider notes research-notes work-type reviewed-item "
               "availability remote-source meeting-place work-location work-extent pack-method size repro-ratio "
               "language access-date modified-date dates-added custom1 custom2 custom3 custom4 custom5 custom6 "
               "custom7 misc1 misc2 misc3 added-date ",
    .styles = "style",
    .source = PT_SOURCE_ENDNOTE,
};

static bool fits_endnote_xml(const char *head, size_t size)
{
    return (pt_xml_root_is(head, size, "xml") || pt_xml_root_is(head, size, "records")) &&
           pt_xml_has(head, size, "record");
}

const pt_format pt_format_endnote_xml = {
    .name = "endnote-xml",
    .fits = fits_endnote_xml,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "EndNote, Zotero",
    .about = "libraries in XML: titles, authors, abstract, dates, keywords, DOI",
    .dialect = &dialect,
};
