/*
 * atom - papers from Atom (RFC 4287): responses of the arXiv API, and feeds.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"id", PT_XML_ID, 1, NULL},
                                          {"title", PT_XML_TITLE, 1, NULL},
                                          {"summary", PT_XML_SUMMARY, 1, NULL},
                                          {"content", PT_XML_SUMMARY, 1, NULL},
                                          {"published", PT_XML_FIRST_DAY, 1, NULL},
                                          {"updated", PT_XML_DAY, 1, NULL},
                                          {"name", PT_XML_NAME, 2, NULL},
                                          {"creator", PT_XML_OTHER_NAMES, 1, NULL},
                                          {"author", PT_XML_NONE, 1, NULL},
                                          {"subject", PT_XML_CATEGORY, 1, NULL},
                                          {"publicationName", PT_XML_VENUE, 1, NULL},
                                          {"publicationDate", PT_XML_DAY, 1, NULL},
                                          {"identifier", PT_XML_IDENTIFIER, 1, NULL},
                                          {"DOI", PT_XML_DOI, 1, NULL},
                                          {"category", PT_XML_TERM, 1, NULL},
                                          {"link", PT_XML_LINK, 1, NULL},
                                          {"announce_type", PT_XML_ANNOUNCED, 1, NULL},
                                          {"journal_ref", PT_XML_VENUE, 1, NULL},
                                          {"doi", PT_XML_DOI, 1, NULL},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "entry ",
    .deepest = 2,
    .elements = elements,
    .ignored = "source rights license comment affiliation email uri contributor primary_category logo icon volume "
               "number startingPage endingPage issn eIssn publisher language type format copyright ",
};

static bool fits_atom(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "feed");
}

const pt_format pt_format_atom = {
    .name = "atom",
    .fits = fits_atom,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "arXiv's API and feeds, journals",
    .about = "entries of Atom feeds",
    .dialect = &dialect,
};
