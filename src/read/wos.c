/*
 * wos - papers from the Web of Science, in its plain text.
 *
 * Source: Clarivate, "Web of Science Core Collection Field Tags".
 */
#include "tagged.h"

static const pt_tagged_field fields[] = {
    {"PT", PT_TAGGED_IGNORED, .rank = 0, .begins = true},
    {"ER", PT_TAGGED_END, .rank = 0},
    {"UT", PT_TAGGED_ID, .rank = 0},
    {"TI", PT_TAGGED_TITLE, .rank = 0},
    {"AB", PT_TAGGED_ABSTRACT, .rank = 0},
    {"AF", PT_TAGGED_AUTHOR, .rank = 0, .lines = true}, /* in full */
    {"AU", PT_TAGGED_AUTHOR, .rank = 1, .lines = true},
    {"CA", PT_TAGGED_GROUP, .rank = 0, .lines = true},
    {"PY", PT_TAGGED_DATE, .rank = 0},
    {"PD", PT_TAGGED_DATE, .rank = 0},
    {"EA", PT_TAGGED_DATE, .rank = 1}, /* early access */
    {"DI", PT_TAGGED_DOI, .rank = 0},
    {"SO", PT_TAGGED_VENUE, .rank = 0},
    {"JI", PT_TAGGED_VENUE, .rank = 1},
    {"DE", PT_TAGGED_KEYWORD, .rank = 0},
    {"ID", PT_TAGGED_KEYWORD, .rank = 0},
    {"WC", PT_TAGGED_CATEGORY, .rank = 0},
    {"SC", PT_TAGGED_CATEGORY, .rank = 1},
    {"AR", PT_TAGGED_ARXIV, .rank = 0},
    {0},
};

static bool split(pt_slice line, pt_slice *tag, pt_slice *value)
{
    if (line.length < 2 || !pt_is_upper(line.text[0]) || !(pt_is_upper(line.text[1]) || pt_is_digit(line.text[1])) ||
        (line.length > 2 && line.text[2] != ' ')) {
        return false;
    }
    *tag = (pt_slice){line.text, 2};
    *value = (pt_slice){line.text + 2, line.length - 2};
    return true;
}

static const pt_tagged_dialect dialect = {
    .source = "wos",
    .fields = fields,
    .ignored =
        "BA BE BF BN BP BS C1 C3 CL CR CT CY D2 DA DT EF EI EM EP FN FU FX GA GE GP HC HO HP IS J9 LA LS MA NR OA "
        "OI P1 P2 PA PG PI PM PN PU RI RP SE SI SN SP SU TC U1 U2 UP VL VR WE Z9 ",
    .split = split,
    .separators = "",
};

/* "FN Clarivate ..." and "VR 1.0" come first, or a record at once. */
static bool fits_wos(const char *head, size_t size)
{
    const bool named = size > 3 && (!memcmp(head, "FN ", 3) || !memcmp(head, "PT ", 3));
    return named && (pt_tagged_has(&dialect, head, size, "TI") || pt_tagged_has(&dialect, head, size, "AU"));
}

const pt_format pt_format_wos = {
    .name = "wos",
    .fits = fits_wos,
    .open = pt_tagged_open,
    .next = pt_tagged_next,
    .close = pt_tagged_close,
    .written_by = "Web of Science",
    .about = "plain-text records: PT, AU, TI, AB, PY, DI",
    .dialect = &dialect,
};
