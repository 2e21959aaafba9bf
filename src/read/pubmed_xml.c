/*
 * pubmed_xml - articles and books of PubMed in XML, as its E-utilities and its yearly files have them.
 *
 * Source: National Library of Medicine, "MEDLINE/PubMed XML Data Elements".
 */
#include "pubmed.h"
#include "xml.h"

/* Titles end with a full stop. */
static int finish_record(papertag_reader *reader, papertag_error *err)
{
    return pt_record_trim_title(&reader->record, err);
}

static const pt_xml_element elements[] = {{"PMID", PT_XML_ID, 2, NULL},
                                          {"ArticleTitle", PT_XML_TITLE, 0, "Article"},
                                          {"ArticleTitle", PT_XML_TITLE, 0, "BookDocument"},
                                          {"VernacularTitle", PT_XML_OTHER_TITLE, 0, "Article"},
                                          {"BookTitle", PT_XML_OTHER_TITLE, 0, "Book"},
                                          {"Abstract", PT_XML_NONE, 0, NULL},
                                          {"OtherAbstract", PT_XML_OTHER_SECTIONS, 0, NULL},
                                          {"AbstractText", PT_XML_SECTION, 0, "Abstract"},
                                          {"AbstractText", PT_XML_SECTION, 0, "OtherAbstract"},
                                          {"MedlineCitation", PT_XML_NONE, 1, NULL},
                                          {"Article", PT_XML_NONE, 2, NULL},
                                          {"BookDocument", PT_XML_NONE, 1, NULL},
                                          {"Book", PT_XML_NONE, 2, NULL},
                                          {"AuthorList", PT_XML_NONE, 0, NULL},
                                          {"Author", PT_XML_AUTHOR, 0, "AuthorList"},
                                          {"LastName", PT_XML_KEYNAME, 0, "Author"},
                                          {"CollectiveName", PT_XML_KEYNAME, 0, "Author"},
                                          {"ForeName", PT_XML_FORENAMES, 0, "Author"},
                                          {"Initials", PT_XML_INITIALS, 0, "Author"},
                                          {"Suffix", PT_XML_SUFFIX, 0, "Author"},
                                          {"Journal", PT_XML_NONE, 0, NULL},
                                          {"Title", PT_XML_VENUE, 0, "Journal"},
                                          {"ISOAbbreviation", PT_XML_VENUE, 0, "Journal"},
                                          {"MedlineTA", PT_XML_VENUE, 0, NULL},
                                          {"PubDate", PT_XML_DATE_PARTS, 0, NULL},
                                          {"ArticleDate", PT_XML_DATE_PARTS, 0, NULL},
                                          {"Year", PT_XML_YEAR, 0, "PubDate"},
                                          {"MedlineDate", PT_XML_YEAR, 0, "PubDate"},
                                          {"Month", PT_XML_MONTH, 0, "PubDate"},
                                          {"Season", PT_XML_MONTH, 0, "PubDate"},
                                          {"Day", PT_XML_DAY_OF_MONTH, 0, "PubDate"},
                                          {"Year", PT_XML_YEAR, 0, "ArticleDate"},
                                          {"Month", PT_XML_MONTH, 0, "ArticleDate"},
                                          {"Day", PT_XML_DAY_OF_MONTH, 0, "ArticleDate"},
                                          {"Keyword", PT_XML_KEYWORD, 0, NULL},
                                          {"DescriptorName", PT_XML_KEYWORD, 0, "MeshHeading"},
                                          {"MeshHeading", PT_XML_NONE, 0, NULL},
                                          {"ELocationID", PT_XML_TYPED_ID, 0, NULL},
                                          {"PubmedData", PT_XML_NONE, 1, NULL},
                                          {"PubmedBookData", PT_XML_NONE, 1, NULL},
                                          {"ArticleIdList", PT_XML_NONE, 2, NULL},
                                          {"ArticleId", PT_XML_TYPED_ID, 3, "ArticleIdList"},
                                          {0}};
static const pt_xml_dialect dialect = {
    .records = "PubmedArticle PubmedBookArticle ",
    .deepest = 8,
    .elements = elements,
    .ignored =
        "AffiliationInfo Affiliation Identifier CopyrightInformation QualifierName DateCompleted DateRevised "
        "DateCreated "
        "ISSN ISSNLinking Volume Issue Pagination Language GrantList DataBankList PublicationTypeList PublicationType "
        "MedlineJournalInfo ChemicalList SupplMeshList CitationSubset CommentsCorrectionsList GeneSymbolList "
        "PersonalNameSubjectList OtherID SpaceFlightMission InvestigatorList GeneralNote CoiStatement History "
        "PublicationStatus ObjectList ReferenceList NumberOfReferences Publisher Isbn ELocation CollectionTitle "
        "Edition "
        "Medium ReportNumber Sections ContributionDate LocationLabel BeginningDate EndingDate ItemList VolumeTitle ",
    .source = PT_PUBMED_SOURCE,
    .address = PT_PUBMED_ADDRESS,
    .finish = finish_record,
};

static bool fits_pubmed(const char *head, size_t size)
{
    return pt_xml_root_is(head, size, "PubmedArticleSet") || pt_xml_root_is(head, size, "PubmedArticle") ||
           pt_xml_root_is(head, size, "PubmedBookArticleSet");
}

const pt_format pt_format_pubmed_xml = {
    .name = "pubmed-xml",
    .fits = fits_pubmed,
    .open = pt_xml_open,
    .next = pt_xml_next,
    .close = pt_xml_close,
    .written_by = "PubMed",
    .about = "articles and books: abstracts in sections, collective authors, MeSH, keywords",
    .dialect = &dialect,
};
