/*
 * nbib - papers from PubMed, in the format that it calls PubMed or MEDLINE.
 *
 * Source: National Library of Medicine, "MEDLINE/PubMed Data Element (Field) Descriptions".
 */
#include "pubmed.h"
#include "tagged.h"

static const pt_tagged_field fields[] = {
    {"PMID", PT_TAGGED_ID, .rank = 0, .begins = true},
    {"TI", PT_TAGGED_TITLE, .rank = 0},
    {"BTI", PT_TAGGED_TITLE, .rank = 1}, /* of a book */
    {"TT", PT_TAGGED_TITLE, .rank = 2},  /* in the language of the paper */
    {"AB", PT_TAGGED_ABSTRACT, .rank = 0},
    {"OAB", PT_TAGGED_ABSTRACT, .rank = 1},
    {"FAU", PT_TAGGED_AUTHOR, .rank = 0}, /* each is followed by AU, the same with initials */
    {"AU", PT_TAGGED_AUTHOR, .rank = 1},
    {"CN", PT_TAGGED_GROUP, .rank = 0},
    {"DP", PT_TAGGED_DATE, .rank = 0},
    {"DEP", PT_TAGGED_DATE, .rank = 0}, /* after DP, which it may complete */
    {"LID", PT_TAGGED_PUBLISHER_ID, .rank = 0},
    {"AID", PT_TAGGED_PUBLISHER_ID, .rank = 0},
    {"JT", PT_TAGGED_VENUE, .rank = 0},
    {"TA", PT_TAGGED_VENUE, .rank = 1},
    {"OT", PT_TAGGED_KEYWORD, .rank = 0},
    {"MH", PT_TAGGED_HEADING, .rank = 0},
    {0},
};

/* "PMID- 1", "TI  - A title": the tag has up to four letters, and spaces up to its dash. */
static bool split(pt_slice line, pt_slice *tag, pt_slice *value)
{
    size_t length = 0, at;

    while (length < line.length && length < 4 && pt_is_upper(line.text[length])) {
        length++;
    }
    for (at = length; at < line.length && at < 4 && line.text[at] == ' '; at++) {
    }
    if (length < 2 || at != 4 || line.length < 5 || line.text[4] != '-' || (line.length > 5 && line.text[5] != ' ')) {
        return false;
    }
    *tag = (pt_slice){line.text, length};
    *value = (pt_slice){line.text + 5, line.length - 5};
    return true;
}

static const pt_tagged_dialect dialect = {
    .source = PT_PUBMED_SOURCE,
    .address = PT_PUBMED_ADDRESS,
    .fields = fields,
    .ignored =
        "AD AUID CDAT CI CIN CITF COI COIS CON CP CRDT CRF CRI CTDT CTI CY DA DCOM DDIN DRIN DRDT ECF ECI ED EDAT EFR "
        "EIN EN FED FIR FPS GN GR GS IP IR IRAD IS ISBN JID LA LR MHDA MID NM OABL OCI ORI OTO OWN PB PG PHST "
        "PL PMC PMCR PS PST PT RF RIN RN ROF RPF RPI RRF RRI SB SFM SI SO SPIN STAT UIN UOF VI VTI ",
    .split = split,
    .separators = "",
    .point_ends = true,
};

static bool fits_nbib(const char *head, size_t size)
{
    return pt_tagged_has(&dialect, head, size, "PMID");
}

const pt_format pt_format_nbib = {
    .name = "nbib",
    .fits = fits_nbib,
    .open = pt_tagged_open,
    .next = pt_tagged_next,
    .close = pt_tagged_close,
    .written_by = "PubMed",
    .about = "PubMed and MEDLINE records: PMID, TI, AB, FAU, LID",
    .dialect = &dialect,
};
