/*
 * ris - papers from RIS, as reference managers and publishers write it.
 *
 * Source: Research Information Systems, "RIS Format Specifications". Exporters differ in what they make of it, so that
 * most fields have several tags.
 */
#include "tagged.h"

static const pt_tagged_field fields[] = {
    {"TY", PT_TAGGED_IGNORED, .rank = 0, .begins = true},
    {"ER", PT_TAGGED_END, .rank = 0},
    {"ID", PT_TAGGED_ID, .rank = 0},
    {"TI", PT_TAGGED_TITLE, .rank = 0},
    {"T1", PT_TAGGED_TITLE, .rank = 1},
    {"CT", PT_TAGGED_TITLE, .rank = 2},
    {"BT", PT_TAGGED_TITLE, .rank = 3}, /* of a whole book */
    {"AB", PT_TAGGED_ABSTRACT, .rank = 0},
    {"N2", PT_TAGGED_ABSTRACT, .rank = 1},
    {"AU", PT_TAGGED_AUTHOR, .rank = 0},
    {"A1", PT_TAGGED_AUTHOR, .rank = 0},
    {"A2", PT_TAGGED_AUTHOR, .rank = 1}, /* mostly editors: used when there are no authors */
    {"DA", PT_TAGGED_DATE, .rank = 0},
    {"PY", PT_TAGGED_DATE, .rank = 0},
    {"Y1", PT_TAGGED_DATE, .rank = 0},
    {"DO", PT_TAGGED_DOI, .rank = 0},
    {"DI", PT_TAGGED_DOI, .rank = 1},
    {"DOI", PT_TAGGED_DOI, .rank = 2},
    {"UR", PT_TAGGED_URL, .rank = 0},
    {"LK", PT_TAGGED_URL, .rank = 1},
    {"L2", PT_TAGGED_URL, .rank = 2},
    {"L1", PT_TAGGED_PDF, .rank = 0},
    {"JF", PT_TAGGED_VENUE, .rank = 0},
    {"T2", PT_TAGGED_VENUE, .rank = 1},
    {"JO", PT_TAGGED_VENUE, .rank = 2},
    {"C3", PT_TAGGED_VENUE, .rank = 3}, /* of conference papers */
    {"JA", PT_TAGGED_VENUE, .rank = 4},
    {"J2", PT_TAGGED_VENUE, .rank = 5},
    {"J1", PT_TAGGED_VENUE, .rank = 6},
    {"KW", PT_TAGGED_KEYWORD, .rank = 0, .lines = true},
    {"U1", PT_TAGGED_OWN, .rank = 0, .lines = true},
    {"AN", PT_TAGGED_ARXIV, .rank = 0},
    {"M1", PT_TAGGED_ARXIV, .rank = 0},
    {"M3", PT_TAGGED_ARXIV, .rank = 0},
    {0},
};

/* "DOI  - 10.5555/x": a tag that is not RIS, but ends the field before it. */
static bool split_longer(pt_slice line, pt_slice *tag, pt_slice *value)
{
    size_t length = 0;

    while (length < line.length && length < 4 && (pt_is_upper(line.text[length]) || pt_is_digit(line.text[length]))) {
        length++;
    }
    if (length < 3 || line.length < length + 4 || memcmp(line.text + length, "  - ", 4) != 0) {
        return false;
    }
    *tag = (pt_slice){line.text, length};
    *value = (pt_slice){line.text + length + 4, line.length - length - 4};
    return true;
}

/* "TY  - JOUR". Some programs write one space, or leave out the one at the end. */
static bool split(pt_slice line, pt_slice *tag, pt_slice *value)
{
    size_t at = 2;

    while (line.length && (*line.text == ' ' || (unsigned char)*line.text >= 0x80) && line.length > 4 && at == 2 &&
           !memcmp(line.text, "\xef\xbb\xbf", 3)) { /* files that were joined have byte order marks inside */
        line.text += 3;
        line.length -= 3;
    }
    if (line.length < 4 || !pt_is_upper(line.text[0]) || !(pt_is_upper(line.text[1]) || pt_is_digit(line.text[1]))) {
        return false;
    }
    if (split_longer(line, tag, value)) {
        return true;
    }
    while (at < line.length && line.text[at] == ' ') {
        at++;
    }
    if (at == 2 || at > 4 || at == line.length || line.text[at] != '-' ||
        (at + 1 < line.length && line.text[at + 1] != ' ' && line.text[at + 1] != '\t' && at != 4)) {
        return false;
    }
    *tag = (pt_slice){line.text, 2};
    *value = (pt_slice){line.text + at + 1, line.length - at - 1};
    return true;
}

static const pt_tagged_dialect dialect = {
    .source = PT_SOURCE_RIS,
    .fields = fields,
    .ignored = "A3 A4 AD AV C1 C2 C4 C5 C6 C7 C8 CA CN CP CR CY DB DP DS ED EP ET FN H1 H2 IS L3 L4 LA LB M2 N1 NV OP "
               "PB PP PT RI RN RP SE SN SP ST T3 TA TT U2 U3 U4 U5 VL VO WP WT Y2 ",
    .split = split,
    .separators = "",
};

static bool fits_ris(const char *head, size_t size)
{
    return pt_tagged_has(&dialect, head, size, "TY");
}

const pt_format pt_format_ris = {
    .name = "ris",
    .fits = fits_ris,
    .open = pt_tagged_open,
    .next = pt_tagged_next,
    .close = pt_tagged_close,
    .written_by = "Zotero, EndNote, Mendeley, Scopus, publishers",
    .about = "RIS records: TY, TI, AU, AB, PY, DO and their kin",
    .dialect = &dialect,
};
