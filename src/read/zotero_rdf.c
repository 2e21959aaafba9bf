/*
 * zotero_rdf - libraries of Zotero in RDF. A journal that has an ISSN is apart from its papers, which only refer to it.
 */
#include "reader.h"
#include "slice.h"
#include "xml.h"

static const pt_xml_element elements[] = {{"authors", PT_XML_NONE, 1, NULL},
                                          {"Seq", PT_XML_NONE, 2, "authors"},
                                          {"li", PT_XML_NONE, 3, "Seq"},
                                          {"Person", PT_XML_AUTHOR, 4, "li"},
                                          {"surname", PT_XML_KEYNAME, 5, "Person"},
                                          {"givenName", PT_XML_FORENAMES, 5, "Person"},
                                          {"givenname", PT_XML_FORENAMES, 5, "Person"},
                                          {"title", PT_XML_TITLE, 1, NULL},
                                          {"abstract", PT_XML_ABSTRACT, 1, NULL},
                                          {"date", PT_XML_DAY, 1, NULL},
                                          {"subject", PT_XML_KEYWORD, 1, NULL},
                                          {"AutomaticTag", PT_XML_NONE, 2, "subject"},
                                          {"value", PT_XML_KEYWORD, 3, "AutomaticTag"},
                                          {"identifier", PT_XML_DOI, 1, NULL},
                                          {"URI", PT_XML_NONE, 2, "identifier"},
                                          {"value", PT_XML_ADDRESS, 3, "URI"},
                                          {"isPartOf", PT_XML_NONE, 1, NULL},
                                          {"Journal", PT_XML_NONE, 2, "isPartOf"},
                                          {"Book", PT_XML_NONE, 2, "isPartOf"},
                                          {"title", PT_XML_VENUE, 3, "Journal"},
                                          {"title", PT_XML_VENUE, 3, "Book"},
                                          {"identifier", PT_XML_DOI, 3, "Journal"},
                                          {0}};

/* Says once that journals may be missing. */
static int finish_record(papertag_reader *reader, papertag_error *err)
{
    return reader->record.paper.venue
               ? PAPERTAG_OK
               : pt_reader_remark(reader, err, "journals that are apart from their papers are left out");
}

static const pt_xml_dialect dialect = {
    .records = "Article Document Description Book BookSection Thesis Report Manuscript ",
    .deepest = 5,
    .elements = elements,
    .ignored = "itemType editors contributors translators seriesEditors publisher issued dateSubmitted number volume "
               "pages edition libraryCatalog language shortTitle rights description type archive "
               "link isReferencedBy coverage presentedAt numPages accessed callNumber numberOfVolumes relation "
               "repository archiveLocation citationKey alternative ",
    .source = "zotero",
    .finish = finish_record,
};

/* Whether the first bytes name Zotero's namespace. */
static bool fits_zotero_rdf(const char *head, size_t size)
{
    return pt_find_text(head, size, "www.zotero.org/namespaces/export") && pt_xml_root_is(head, size, "RDF");
}

const pt_format pt_format_zotero_rdf = {
    .name = "zotero-rdf",
    .fits = fits_zotero_rdf,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "Zotero",
    .about = "libraries in RDF",
    .dialect = &dialect,
};
