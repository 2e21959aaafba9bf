/*
 * rss - papers from feeds of RSS 2.0 and 1.0 (RDF).
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"guid", PT_XML_ID, 1},
                                          {"title", PT_XML_TITLE, 1},
                                          {"description", PT_XML_SUMMARY, 1},
                                          {"pubDate", PT_XML_DAY, 1},
                                          {"date", PT_XML_FIRST_DAY, 1},
                                          {"announce_type", PT_XML_ANNOUNCED, 1},
                                          {"identifier", PT_XML_IDENTIFIER, 1},
                                          {"creator", PT_XML_NAMES, 1},
                                          {"category", PT_XML_CATEGORY, 1},
                                          {"link", PT_XML_ADDRESS, 1},
                                          {"journal_reference", PT_XML_VENUE, 1},
                                          {"DOI", PT_XML_DOI, 1},
                                          {"doi", PT_XML_DOI, 1},
                                          {0}};
static const pt_xml_dialect dialect = {"item", 1, elements};

static bool fits_rss(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "rss") || pt_xml_root_is(head, size, "RDF");
}

static int open_rss(papertag_reader *reader, papertag_error *err)
{
    return pt_xml_open(reader, &dialect, err);
}

const pt_format pt_format_rss = {
    "rss", fits_rss, open_rss, pt_xml_next, pt_xml_close, "arXiv, journals", "items of RSS feeds"};
