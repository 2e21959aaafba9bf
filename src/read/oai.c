/*
 * oai - papers from OAI-PMH 2.0, with metadata in the formats arXiv, arXivRaw, oai_dc and oai_datacite; also
 * records that were cut out of responses.
 */
#include "xml.h"

static const pt_xml_element elements[] = {{"header", PT_XML_HEADER, 0, NULL},
                                          {"identifier", PT_XML_IDENTIFIER, 0, NULL},
                                          {"id", PT_XML_ID, 0, NULL},
                                          {"title", PT_XML_TITLE, 0, NULL},
                                          {"abstract", PT_XML_ABSTRACT, 0, NULL},
                                          {"description", PT_XML_ABSTRACT, 0, NULL},
                                          {"created", PT_XML_DAY, 0, NULL},
                                          {"date", PT_XML_DAY, 0, NULL},
                                          {"author", PT_XML_AUTHOR, 0, NULL},
                                          {"keyname", PT_XML_KEYNAME, 0, NULL},
                                          {"forenames", PT_XML_FORENAMES, 0, NULL},
                                          {"suffix", PT_XML_SUFFIX, 0, NULL},
                                          {"creator", PT_XML_NAME, 0, NULL},
                                          {"creatorName", PT_XML_NAME, 0, NULL},
                                          {"arXivRaw", PT_XML_RAW, 0, NULL},
                                          {"version", PT_XML_NONE, 0, NULL},
                                          {"authors", PT_XML_RAW_NAMES, 0, NULL},
                                          {"publicationYear", PT_XML_DAY, 0, NULL},
                                          {"categories", PT_XML_CATEGORIES, 0, NULL},
                                          {"subject", PT_XML_CATEGORY, 0, NULL},
                                          {"journal-ref", PT_XML_VENUE, 0, NULL},
                                          {"doi", PT_XML_DOI, 0, NULL},
                                          {"error", PT_XML_FAULT, 0, NULL},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "record ",
    .deepest = 8,
    .elements = elements,
    .ignored = "datestamp setSpec about submitter comments proxy report-no msc-class acm-class license updated size "
               "source_type affiliation givenName familyName nameIdentifier contributors contributor publisher "
               "language resourceType rights rightsList sizes formats format alternateIdentifiers "
               "relatedIdentifiers relatedItems fundingReferences geoLocations schemaVersion datacentreSymbol "
               "isReferenceQuality relation coverage source type isActive ",
};

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

const pt_format pt_format_oai = {
    .name = "oai",
    .fits = fits_oai,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "arXiv, repositories",
    .about = "OAI-PMH records",
    .dialect = &dialect,
};
