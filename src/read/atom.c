/*
 * atom - papers from Atom (RFC 4287): responses of the arXiv API, and feeds.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"id", PT_XML_ID, 1},
                                          {"title", PT_XML_TITLE, 1},
                                          {"summary", PT_XML_SUMMARY, 1},
                                          {"content", PT_XML_SUMMARY, 1},
                                          {"published", PT_XML_FIRST_DAY, 1},
                                          {"updated", PT_XML_DAY, 1},
                                          {"name", PT_XML_NAME, 2},
                                          {"creator", PT_XML_NAMES, 1},
                                          {"category", PT_XML_TERM, 1},
                                          {"link", PT_XML_LINK, 1},
                                          {"announce_type", PT_XML_ANNOUNCED, 1},
                                          {"journal_ref", PT_XML_VENUE, 1},
                                          {"doi", PT_XML_DOI, 1},
                                          {0}};
static const pt_xml_dialect dialect = {"entry", 2, elements};

static bool fits_atom(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "feed");
}

static int open_atom(papertag_reader *reader, papertag_error *err)
{
    return pt_xml_open(reader, &dialect, err);
}

const pt_format pt_format_atom = {"atom",
                                  fits_atom,
                                  open_atom,
                                  pt_xml_next,
                                  pt_xml_close,
                                  "arXiv's API and feeds, journals",
                                  "entries of Atom feeds"};
