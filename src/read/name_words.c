/*
 * name_words - see name_words.h. No list of first or last names is needed: the forms of words are enough to tell the
 * ways of writing names apart.
 */
#include "name_words.h"

/* The next word of *rest, up to white space; empty after the last. */
static pt_slice take_word(pt_slice *rest)
{
    pt_slice word;

    *rest = pt_trimmed(*rest);
    word = (pt_slice){rest->text, 0};
    while (word.length < rest->length && !pt_is_white(rest->text[word.length])) {
        word.length++;
    }
    rest->text += word.length;
    rest->length -= word.length;
    return word;
}

static bool is_one_of(pt_slice word, const char *const *list)
{
    for (; *list; list++) {
        if (pt_slice_is(word, *list)) {
            return true;
        }
    }
    return false;
}

/* "Jr", "III": they follow the last name. */
bool pt_is_name_suffix(pt_slice part)
{
    static const char *const suffixes[] = {"jr", "jr.", "sr", "sr.", "jnr", "jnr.", "ii", "iii", "iv", "2nd", "3rd", 0};
    return is_one_of(pt_trimmed(part), suffixes);
}

/* Degrees are no part of a name. Most of them could be initials: they are degrees only after a whole name. */
bool pt_is_degree(pt_slice part, bool after_name)
{
    static const char *const degrees[] = {"phd", "ph.d.", "ph.d", "dphil", "d.phil.", 0};
    static const char *const short_ones[] = {"md",    "m.d.", "msc", "m.sc.",  "ms", "m.s.", "ma",   "m.a.", "bsc",
                                             "b.sc.", "ba",   "mph", "m.p.h.", "rn", "dds",  "esq.", 0};
    part = pt_trimmed(part);
    return is_one_of(part, degrees) || (after_name && is_one_of(part, short_ones));
}

bool pt_is_nobody(pt_slice part)
{
    static const char *const words[] = {"et al",
                                        "et al.",
                                        "et. al.",
                                        "others",
                                        "and others",
                                        "...",
                                        "\u2026",
                                        "{others}",
                                        "etal",
                                        "etal.",
                                        "no author name available",
                                        "[no author name available]",
                                        0};
    return !part.length || is_one_of(part, words);
}

static bool has_word_of(pt_slice text, const char *const *list)
{
    pt_slice word;

    while ((word = take_word(&text)).length) {
        while (word.length && strchr(",;:.&", word.text[word.length - 1])) {
            word.length--;
        }
        if (is_one_of(word, list)) {
            return true;
        }
    }
    return false;
}

bool pt_is_organisation(pt_slice text)
{
    static const char *const words[] = {"academy",
                                        "agency",
                                        "association",
                                        "center",
                                        "centre",
                                        "collaboration",
                                        "college",
                                        "commission",
                                        "committee",
                                        "consortium",
                                        "council",
                                        "department",
                                        "dept",
                                        "faculty",
                                        "foundation",
                                        "group",
                                        "hospital",
                                        "inc",
                                        "initiative",
                                        "institut",
                                        "institute",
                                        "institutes",
                                        "institution",
                                        "lab",
                                        "laboratories",
                                        "laboratory",
                                        "labs",
                                        "ministry",
                                        "network",
                                        "organisation",
                                        "organization",
                                        "project",
                                        "school",
                                        "society",
                                        "team",
                                        "universidad",
                                        "universidade",
                                        "universit\u00e4t",
                                        "universit\u00e9",
                                        "universit\u00e0",
                                        "university",
                                        0};
    return has_word_of(text, words);
}

/* "Inc": what precedes it is the name of a company. */
bool pt_is_company_form(pt_slice part)
{
    static const char *const forms[] = {"inc", "llc", "ltd", "gmbh", "corp", "co", "plc", "s.a", "ag", 0};
    part = pt_trimmed(part);
    part.length -= part.length && part.text[part.length - 1] == '.';
    return is_one_of(part, forms);
}

/* Whether a text begins with a character of Chinese, Japanese or Korean, or of another script of the East. */
bool pt_is_eastern(pt_slice text)
{
    const unsigned char first = text.length ? (unsigned char)text.text[0] : 0;
    return first >= 0xe3 && first <= 0xed; /* U+3000 to U+DFFF */
}

/* Initials alone: "D.", "R. M.", "J.-P.", "DM". */
bool pt_is_initials(pt_slice part)
{
    size_t letters = 0, small = 0;

    part = pt_trimmed(part);
    for (size_t i = 0; i < part.length && !pt_is_eastern(part); i++) {
        const char c = part.text[i];
        const bool continues = ((unsigned char)c & 0xc0) == 0x80;
        if (pt_is_letter(c) || ((unsigned char)c >= 0x80 && !continues)) {
            letters++;
            small += c >= 'a' && c <= 'z';
        } else if (!continues && !strchr(" .-\t", c)) {
            return false;
        }
    }
    return letters && letters <= 4 && !small && part.length <= 16;
}

/* "Doe DM", "Doe D.M.": initials after the last name. */
bool pt_ends_in_initials(pt_slice name)
{
    pt_slice word, last = {name.text, 0}, rest = name;
    bool mixed = false;
    size_t words = 0, letters = 0;

    while ((word = take_word(&rest)).length) {
        bool small = false, points = false;
        for (size_t i = 0; i < last.length; i++) {
            small = small || (last.text[i] >= 'a' && last.text[i] <= 'z') || (unsigned char)last.text[i] >= 0x80;
            points = points || last.text[i] == '.';
        }
        if (points) {
            return false; /* "D. Doe X" */
        }
        mixed = mixed || (small && last.length > 1);
        last = word;
        words++;
    }
    for (size_t i = 0; i < last.length; i++) {
        if (!pt_is_upper(last.text[i]) && last.text[i] != '-' && last.text[i] != '.') {
            return false;
        }
        letters += pt_is_upper(last.text[i]);
    }
    return words >= 2 && words <= 4 && mixed && letters && letters <= 3 && !pt_is_name_suffix(last) &&
           !pt_is_degree(last, false);
}

/* Whether a word begins with an initial, as "D.Doe". */
static bool has_initial(pt_slice word)
{
    return word.length > 3 && pt_is_upper(word.text[0]) && word.text[1] == '.' && word.text[word.length - 1] >= 'a' &&
           word.text[word.length - 1] <= 'z';
}

/* Whether a part between commas could be a whole name, with its first name first. */
bool pt_is_whole_name(pt_slice part)
{
    pt_slice rest = pt_trimmed(part), first = take_word(&rest);
    const bool particle = first.length && first.text[0] >= 'a' && first.text[0] <= 'z';

    return (pt_is_eastern(part) && part.length > 3) || pt_is_organisation(part) || (rest.length && !particle) ||
           has_initial(first);
}

bool pt_begins_joined(pt_slice text, size_t from, size_t at)
{
    static const char *const beginnings[] = {"Mc", "Mac", "De",  "Di",   "Da",  "Du",  "La",  "Le",
                                             "Lo", "Van", "Von", "Fitz", "Al",  "El",  "Del", "Dos",
                                             "St", "San", "Ter", "Abu",  "Ben", "Ibn", 0};
    const unsigned char before = (unsigned char)text.text[at - 1], first = (unsigned char)text.text[at];
    const unsigned char second = at + 1 < text.length ? (unsigned char)text.text[at + 1] : 0;
    const bool capital = pt_is_upper(text.text[at]) || (first == 0xc3 && second >= 0x80 && second < 0x9f);
    size_t word = at;

    if (!capital || (!(before >= 'a' && before <= 'z') && (before & 0xc0) != 0x80)) {
        return false;
    }
    while (word > from && text.text[word - 1] != ' ') {
        word--;
    }
    for (size_t i = 0; beginnings[i]; i++) {
        if (strlen(beginnings[i]) == at - word && !memcmp(beginnings[i], text.text + word, at - word)) {
            return false;
        }
    }
    return word > from && memchr(text.text + at, ' ', text.length - at);
}

size_t pt_note_number(pt_slice name)
{
    size_t digits = 0, at = name.length;

    while (at && digits < 2 && pt_is_digit(name.text[at - 1])) {
        at--;
        digits++;
    }
    return digits && at && name.text[at - 1] >= 'a' && name.text[at - 1] <= 'z' && memchr(name.text, ' ', at) ? digits
                                                                                                              : 0;
}
