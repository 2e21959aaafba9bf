/*
 * rss - papers from feeds of RSS 2.0 and 1.0 (RDF).
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"guid", PT_XML_ID, 1, NULL},
                                          {"title", PT_XML_TITLE, 1, NULL},
                                          {"description", PT_XML_SUMMARY, 1, NULL},
                                          {"pubDate", PT_XML_DAY, 1, NULL},
                                          {"date", PT_XML_FIRST_DAY, 1, NULL},
                                          {"announce_type", PT_XML_ANNOUNCED, 1, NULL},
                                          {"identifier", PT_XML_IDENTIFIER, 1, NULL},
                                          {"creator", PT_XML_NAMES, 1, NULL},
                                          {"author", PT_XML_OTHER_NAMES, 1, NULL},
                                          {"category", PT_XML_CATEGORY, 1, NULL},
                                          {"subject", PT_XML_CATEGORY, 1, NULL},
                                          {"encoded", PT_XML_OTHER_SUMMARY, 1, NULL},
                                          {"publicationName", PT_XML_VENUE, 1, NULL},
                                          {"source", PT_XML_OTHER_VENUE, 1, NULL},
                                          {"publicationDate", PT_XML_DAY, 1, NULL},
                                          {"link", PT_XML_ADDRESS, 1, NULL},
                                          {"journal_reference", PT_XML_VENUE, 1, NULL},
                                          {"DOI", PT_XML_DOI, 1, NULL},
                                          {"doi", PT_XML_DOI, 1, NULL},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "item ",
    .deepest = 1,
    .elements = elements,
    .ignored = "comments rights license language publisher type format enclosure thumbnail content group credit image "
               "volume number section startingPage endingPage pageRange issn eIssn copyright coverDate "
               "coverDisplayDate modified updated commentRss post-id ",
};

/* Whether the first bytes name the namespace of RSS 1.0; RDF is used for much else. */
static bool has_namespace(const char *head, size_t size)
{
    static const char name[] = "http://purl.org/rss/1.0/";
    const char *end = head + size, *at = head;

    while ((at = memchr(at, 'h', (size_t)(end - at))) != NULL) {
        if ((size_t)(end - at) > sizeof name && !memcmp(at, name, sizeof name - 1) &&
            strchr("\"'", at[sizeof name - 1])) {
            return true;
        }
        at++;
    }
    return false;
}

static bool fits_rss(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "rss") || (pt_xml_root_is(head, size, "RDF") && has_namespace(head, size));
}

const pt_format pt_format_rss = {
    .name = "rss",
    .fits = fits_rss,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "arXiv, journals",
    .about = "items of RSS feeds",
    .dialect = &dialect,
};
