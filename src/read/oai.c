/*
 * oai - papers from OAI-PMH 2.0, with metadata in the formats arXiv, arXivRaw, oai_dc and oai_datacite; also
 * records that were cut out of responses.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"header", PT_XML_HEADER, 0},
                                          {"identifier", PT_XML_IDENTIFIER, 0},
                                          {"id", PT_XML_ID, 0},
                                          {"title", PT_XML_TITLE, 0},
                                          {"abstract", PT_XML_ABSTRACT, 0},
                                          {"description", PT_XML_ABSTRACT, 0},
                                          {"created", PT_XML_DAY, 0},
                                          {"date", PT_XML_DAY, 0},
                                          {"author", PT_XML_AUTHOR, 0},
                                          {"keyname", PT_XML_KEYNAME, 0},
                                          {"forenames", PT_XML_FORENAMES, 0},
                                          {"suffix", PT_XML_SUFFIX, 0},
                                          {"creator", PT_XML_NAME, 0},
                                          {"creatorName", PT_XML_NAME, 0},
                                          {"arXivRaw", PT_XML_RAW, 0},
                                          {"authors", PT_XML_RAW_NAMES, 0},
                                          {"publicationYear", PT_XML_DAY, 0},
                                          {"categories", PT_XML_CATEGORIES, 0},
                                          {"subject", PT_XML_CATEGORY, 0},
                                          {"journal-ref", PT_XML_VENUE, 0},
                                          {"doi", PT_XML_DOI, 0},
                                          {"error", PT_XML_FAULT, 0},
                                          {0}};
static const pt_xml_dialect dialect = {"record", 8, elements};

static bool fits_oai(const char *head, size_t size)
{
    static const char *const roots[] = {"OAI-PMH", "ListRecords", "GetRecord", "Records", "record"};

    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (pt_xml_root_is(head, size, roots[i])) {
            return true;
        }
    }
    return false;
}

static int open_oai(papertag_reader *reader, papertag_error *err)
{
    return pt_xml_open(reader, &dialect, err);
}

const pt_format pt_format_oai = {
    "oai", fits_oai, open_oai, pt_xml_next, pt_xml_close, "arXiv, repositories", "OAI-PMH records"};
