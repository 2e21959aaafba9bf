/*
 * fields - see fields.h. `doi` and `arxiv` are read as text: pt_record_identify makes them canonical for every format.
 */
#include "fields.h"

#include <stddef.h>

#include "base/ascii.h"

/* A field has the name of its member. */
#define FIELD(member) .name = #member, .length = sizeof #member - 1, .offset = offsetof(papertag_paper, member)

#define PART(member) .name = #member, .length = sizeof #member - 1, .offset = offsetof(pt_record, member)

/* The usual names are those of Zotero, Scopus, IEEE Xplore, the Web of Science, PubMed, Dimensions, Lens, OpenAlex,
 * arXiv, data sets on Kaggle, and tables that pandas writes. */
const pt_field pt_fields[] = {
    {FIELD(id), .kind = PT_FIELD_ID, .essential = true,
     .names = "paperid documentid articleid publicationid key citekey eid utuniquewosid lensid pmid identifier"},
    {FIELD(title), .kind = PT_FIELD_TEXT, .essential = true,
     .names = "titles papertitle articletitle documenttitle itemtitle preprinttitle primarytitle displayname"},
    {FIELD(abstract), .kind = PT_FIELD_TEXT, .essential = true,
     .names = "summary summaries abstracts abstractnote abstracttext paperabstract articleabstract preprintabstract "
              "text description"},
    {FIELD(date), .kind = PT_FIELD_DATE,
     .names = "publicationdate datepublished published publishedat publisheddate publishdate pubdate "
              "dateofpublication coverdate issued submitted submitteddate submissiondate preprintdate firstposted "
              "created createdat onlinedate createdate firstpublicationdate"},
    {FIELD(organization), .kind = PT_FIELD_TEXT, .names = "organisation institution"},
    {FIELD(url), .kind = PT_FIELD_TEXT, .identifies = true,
     .names =
         "urls link links href urlabs absurl abstracturl mainpage paperurl paperlink articleurl externalurl "
         "documenturl arxivurl arxivlink landingpageurl entryid weblink permalink plink primarylocationlandingpageurl"},
    {FIELD(source), .kind = PT_FIELD_TEXT},
    {FIELD(venue), .kind = PT_FIELD_TEXT,
     .names = "journal publicationtitle publicationname sourcetitle containertitle booktitle conferencetitle "
              "conferencename journaltitle journalname journalbook journalconference pubtitle journalref "
              "journalreference conference proceeding proceedings publication primarylocationsourcedisplayname"},
    {FIELD(doi), .kind = PT_FIELD_TEXT, .identifies = true,
     .names = "itemdoi preprintdoi paperdoi articledoi doinumber doiurl doilink"},
    {FIELD(arxiv), .kind = PT_FIELD_TEXT, .identifies = true, .names = "arxivid arxivnumber eprint"},
    {FIELD(authors), .kind = PT_FIELD_AUTHORS, .separators = ",;", .identifies = true, .better = "authorfullnames",
     .names =
         "authornames author creators creator authorlist preprintauthors authorshipsauthordisplayname authorstring "
         "zauthors"},
    {FIELD(categories), .kind = PT_FIELD_LIST, .separators = ",;",
     .names = "category terms arxivcategories woscategories subjects subject fieldsofstudy fieldofstudy "
              "researchareas tag primarycategory topics topicsdisplayname concepts conceptsdisplayname "
              "primarytopicdisplayname"},
    {FIELD(keywords), .kind = PT_FIELD_LIST, .separators = ",;", .joined = true,
     .names = "keyword authorkeywords manualtags indexkeywords automatictags ieeeterms keywordsplus meshterms "
              "subjectterms keywordsdisplayname tasks meshmajor"},
    {FIELD(tags), .kind = PT_FIELD_TAGS, .separators = ",;", .names = "subjectlabels subjecturis"},
    {FIELD(maybe), .kind = PT_FIELD_LIST, .separators = ",;"},
    {FIELD(author_count), .kind = PT_FIELD_COUNT, .names = "numberofauthors numauthors"},
    {FIELD(upvotes), .kind = PT_FIELD_COUNT},
    {FIELD(comments), .kind = PT_FIELD_COUNT, .names = "numcomments"},
    {FIELD(announced), .kind = PT_FIELD_DATE},
    {FIELD(announce_type), .kind = PT_FIELD_TEXT},
    {FIELD(featured), .kind = PT_FIELD_DATE},
    {FIELD(code_url), .kind = PT_FIELD_TEXT, .names = "githubrepo github repository repourl codelink"},
    {FIELD(project_url), .kind = PT_FIELD_TEXT, .names = "projectpage projectlink"},
    {FIELD(pdf_url), .kind = PT_FIELD_TEXT,
     .names = "pdf pdflink pdfurls urlpdf pdfhref primarylocationpdfurl bestoalocationpdfurl"},
    {PART(year), .kind = PT_FIELD_PART,
     .names = "publicationyear pubyear publishyear yearpublished publishedyear yearofpublication"},
    {PART(month), .kind = PT_FIELD_PART, .names = "publicationmonth pubmonth"},
    {PART(day), .kind = PT_FIELD_PART, .names = "publicationday pubday"},
};
const size_t pt_field_rows = sizeof pt_fields / sizeof *pt_fields;

_Static_assert(sizeof pt_fields / sizeof *pt_fields <= PT_FIELDS_MAX, "PT_FIELDS_MAX is too small");

/* A longer name is no field's. Bytes. */
enum { NAME_MAX_BYTES = 40 };

/* Writes the letters and digits of a name in lower case, with a NUL. Returns how many bytes; 0 for a name without any,
 * or one that is too long. */
static size_t fold_name(const char *name, size_t length, char out[NAME_MAX_BYTES])
{
    size_t size = 0;

    for (size_t i = 0; i < length; i++) {
        if (pt_is_letter(name[i]) || pt_is_digit(name[i]) || (unsigned char)name[i] >= 0x80) {
            if (size == NAME_MAX_BYTES - 1) {
                return 0;
            }
            out[size++] = pt_lower(name[i]);
        }
    }
    out[size] = '\0';
    return size;
}

/* The place, from 1, of a folded name in a list of names with spaces between; 0 when it is not there. */
static unsigned place_in(const char *names, const char *folded, size_t length)
{
    for (unsigned place = 1; *names; place++) {
        size_t same = 0;
        while (same < length && names[same] == folded[same]) {
            same++;
        }
        if (same == length && (names[same] == ' ' || !names[same])) {
            return place;
        }
        while (*names && *names++ != ' ') {
        }
    }
    return 0;
}

const pt_field *pt_field_named(const char *name, size_t length, unsigned *rank)
{
    char folded[NAME_MAX_BYTES], own[NAME_MAX_BYTES];
    const size_t size = fold_name(name, length, folded);

    for (size_t i = 0; i < pt_field_rows && size; i++) {
        const pt_field *field = &pt_fields[i];
        const unsigned place = field->names ? place_in(field->names, folded, size) : 0;
        if (fold_name(field->name, field->length, own) == size && !memcmp(own, folded, size)) {
            *rank = length == field->length && !memcmp(name, field->name, length) ? PT_RANK_OWN : PT_RANK_SAME;
            return field;
        }
        if (place || (field->better && place_in(field->better, folded, size))) {
            *rank = place ? PT_RANK_USUAL + place : PT_RANK_BETTER;
            return field;
        }
    }
    return NULL;
}

bool pt_same_name(const char *name, size_t length, const char *other, size_t other_length)
{
    char folded[NAME_MAX_BYTES], other_folded[NAME_MAX_BYTES];
    const size_t size = fold_name(name, length, folded);

    return size && fold_name(other, other_length, other_folded) == size && !memcmp(folded, other_folded, size);
}
