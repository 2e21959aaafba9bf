/*
 * names - see names.h.
 *
 * First a list is cut into persons, where separators count only outside of braces and parentheses. Whether a comma
 * separates persons or the parts of one is told by its neighbours: "Doe, Dora" has a lone last name, "Doe, D., Roe, R."
 * has initials in every second place. Then each person is put in order, and TeX becomes text last, because its braces
 * hold words together.
 */
#include "names.h"

#include "latex.h"
#include "list_cell.h"
#include "markup.h"
#include "name_words.h"

enum { PARTS_MAX = 4, WHITE_MAX = 8 }; /* parts of a name, between commas; bytes */

/* How commas in a list are read. */
typedef enum comma_rule { COMMA_TOLD, COMMA_SEPARATES, COMMA_INVERTS } comma_rule;

/* The parts of a text between separators outside of groups. */
typedef struct cutter {
    pt_slice rest;
    bool (*separates)(pt_slice at, size_t *length); /* whether the text begins with a separator, of *length bytes */
    bool grouped;                                   /* braces and parentheses are in pairs */
    bool done;
} cutter;

/* ---- cutting --------------------------------------------------------------------------------------------------- */

/* Whether all braces and parentheses of a text are in pairs. */
static bool is_grouped(pt_slice text)
{
    size_t depth = 0;

    for (size_t i = 0; i < text.length; i++) {
        depth += text.text[i] == '{' || text.text[i] == '(';
        if (text.text[i] == '}' || text.text[i] == ')') {
            if (!depth) {
                return false;
            }
            depth--;
        }
    }
    return !depth;
}

static cutter cut(pt_slice text, bool (*separates)(pt_slice at, size_t *length))
{
    return (cutter){.rest = text, .separates = separates, .grouped = is_grouped(text)};
}

/* The next part, trimmed; false after the last. */
static bool next_part(cutter *c, pt_slice *part)
{
    size_t depth = 0, length = 0, i = 0;

    if (c->done) {
        return false;
    }
    for (; i < c->rest.length; i++) {
        const char b = c->rest.text[i];
        if (!depth && c->separates((pt_slice){c->rest.text + i, c->rest.length - i}, &length)) {
            break;
        }
        depth += c->grouped && (b == '{' || b == '(');
        depth -= c->grouped && (b == '}' || b == ')');
        i += b == '\\' && i + 1 < c->rest.length && !strchr("{}()", c->rest.text[i + 1]);
    }
    c->done = i == c->rest.length;
    *part = pt_trimmed((pt_slice){c->rest.text, i});
    length = c->done ? 0 : length;
    c->rest = (pt_slice){c->rest.text + i + length, c->rest.length - i - length};
    return true;
}

static bool begins_with(pt_slice at, const char *mark, size_t *length)
{
    *length = strlen(mark);
    return at.length >= *length && !memcmp(at.text, mark, *length);
}

static bool at_comma(pt_slice at, size_t *length)
{
    return begins_with(at, ",", length) || begins_with(at, "\uff0c", length) || begins_with(at, "\u3001", length);
}

static bool at_semicolon(pt_slice at, size_t *length)
{
    return begins_with(at, ";", length) || begins_with(at, "\uff1b", length);
}

static bool at_bar(pt_slice at, size_t *length)
{
    return begins_with(at, "|", length);
}

/* Used where there is nothing else between names. */
static bool at_line(pt_slice at, size_t *length)
{
    return begins_with(at, "\n", length) || begins_with(at, " / ", length);
}

/* The word "and" or "&", with the white space before it. That after it may be the space before another. */
static bool at_and(pt_slice at, size_t *length)
{
    size_t white = 0;

    while (white < at.length && white <= WHITE_MAX && pt_is_white(at.text[white])) {
        white++;
    }
    if (!white || white > WHITE_MAX) {
        return false; /* the end of a longer run will be found */
    }
    if (at.length > white + 3 && pt_slice_is((pt_slice){at.text + white, 3}, "and") &&
        pt_is_white(at.text[white + 3])) {
        *length = white + 3;
        return true;
    }
    *length = white + 1;
    return at.length > white + 1 && at.text[white] == '&' && pt_is_white(at.text[white + 1]);
}

static bool has_separator(pt_slice text, bool (*separates)(pt_slice at, size_t *length))
{
    cutter c = cut(text, separates);
    pt_slice part;

    return next_part(&c, &part) && !c.done;
}

/* ---- one person ------------------------------------------------------------------------------------------------ */

/* The bytes of the number with which DBLP tells namesakes apart, "Rick Roe 0001", and of the space before it; 0 when
 * there is none. */
static size_t number_of_namesake(pt_slice name)
{
    const char *number = name.length > 5 ? name.text + name.length - 5 : " ";

    for (size_t i = 1; i < 5 && *number == ' '; i++) {
        if (!pt_is_digit(number[i])) {
            return 0;
        }
    }
    return name.length > 5 && number[0] == ' ' && number[1] == '0' ? 5 : 0;
}

/* Without groups in parentheses or brackets at the end, which are affiliations or their numbers, the signs of
 * footnotes, and the number of a namesake. A name that has nothing else stays. */
static pt_slice without_notes(pt_slice name)
{
    static const char *const signs[] = {"*",   "\u2020", "\u2021", "\u00a7", ",",      ";",      "\u2026",
                                        "...", "\u00b9", "\u00b2", "\u00b3", "\u2070", "\u2074", "\u2075"};
    bool found = true;

    while (found) {
        size_t depth = 0, at;
        found = false;
        name = pt_trimmed(name);
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            const size_t size = strlen(signs[i]);
            if (name.length > size && !memcmp(name.text + name.length - size, signs[i], size)) {
                name.length -= size;
                found = true;
            }
        }
        name.length -= number_of_namesake(name) + pt_note_number(name);
        at = name.length;
        if (at && (name.text[at - 1] == ')' || name.text[at - 1] == ']')) {
            do {
                at--;
                depth += name.text[at] == ')' || name.text[at] == ']';
                depth -= name.text[at] == '(' || name.text[at] == '[';
            } while (at && depth);
            found = !depth && at;
            name.length = found ? at : name.length;
        }
    }
    return name;
}

/* Without "and" before it and "et al." after it. */
static pt_slice without_company(pt_slice name)
{
    static const char *const ends[] = {" et al.", " et al", " and others"};
    size_t length;

    if (name.length > 4 && pt_slice_is((pt_slice){name.text, 3}, "and") && pt_is_white(name.text[3])) {
        name = pt_trimmed((pt_slice){name.text + 3, name.length - 3});
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        length = strlen(ends[i]);
        if (name.length > length && pt_slice_is((pt_slice){name.text + name.length - length, length}, ends[i])) {
            name.length -= length;
        }
    }
    return without_notes(name);
}

/* IEEE Xplore writes "J. -P." for "J.-P.". */
static void join_initials(pt_buf *name)
{
    char *at = name->data;

    while ((at = strstr(at, ". -")) != NULL) {
        at++;
        memmove(at, at + 1, strlen(at));
        name->size--;
    }
}

/* Appends parts as one name, TeX becoming text. */
static int append_parts(pt_record *record, const pt_slice *parts, size_t count, papertag_error *err)
{
    pt_buf name = {0}, plain = {0};
    const pt_buf *done = &name;
    int status;

    for (size_t i = 0; i < count; i++) {
        /* names of the East have no space between their parts */
        pt_buf_text(&name, i && !(pt_is_eastern(parts[i]) && pt_is_eastern(parts[i - 1])) ? " " : "");
        pt_buf_append(&name, parts[i].text, parts[i].length);
    }
    if (name.size && !name.failed) {
        join_initials(&name);
    }
    if (name.size && !name.failed && strpbrk(name.data, "\\{}~")) {
        pt_latex_text(&plain, name.data, name.size, PT_LATEX_PROSE);
        done = &plain;
    }
    status = name.failed || plain.failed ? pt_no_memory(err) : PAPERTAG_OK;
    if (!status && done->size) {
        status = pt_record_append(record, &record->paper.authors, done->data, done->size, err);
    }
    pt_buf_free(&name);
    pt_buf_free(&plain);
    return status;
}

/* Cuts a suffix off the first names that have one at the end: "John Jr" is PubMed's way. */
static pt_slice cut_suffix(pt_slice *first)
{
    size_t length = first->length;

    while (length && !pt_is_white(first->text[length - 1])) {
        length--;
    }
    if (length && pt_is_name_suffix((pt_slice){first->text + length, first->length - length})) {
        const pt_slice suffix = {first->text + length, first->length - length};
        *first = pt_trimmed((pt_slice){first->text, length});
        return suffix;
    }
    return (pt_slice){NULL, 0};
}

/* "Doe DM" in order, and its suffix, which may be empty. */
static int append_initials_last(pt_record *record, pt_slice name, pt_slice suffix, papertag_error *err)
{
    size_t at = name.length;

    while (!pt_is_white(name.text[at - 1])) {
        at--;
    }
    return append_parts(
        record, (const pt_slice[]){{name.text + at, name.length - at}, pt_trimmed((pt_slice){name.text, at}), suffix},
        suffix.length ? 3 : 2, err);
}

/* Puts the parts of a name between commas in order: the last name, then a suffix and the first name, in any order. */
static int append_inverted(pt_record *record, pt_slice name, papertag_error *err)
{
    cutter c = cut(name, at_comma);
    pt_slice parts[PARTS_MAX] = {{0}}, part, ordered[3];
    size_t count = 0, first;

    while (next_part(&c, &part)) { /* libraries add the years of a life */
        if (part.length && !pt_is_degree(part, count >= 2) && !pt_is_digit(*part.text) && count < PARTS_MAX) {
            parts[count++] = part;
        }
    }
    if (count < 2) {
        return count ? append_parts(record, parts, 1, err) : PAPERTAG_OK;
    }
    if (pt_is_organisation(parts[0]) || pt_is_company_form(parts[1])) {
        return append_parts(record, &name, 1, err);
    }
    if (pt_is_organisation(parts[1])) {
        return append_parts(record, parts, 1, err); /* an affiliation */
    }
    if (count == 2 && (pt_is_name_suffix(parts[1]) || pt_is_eastern(parts[0]))) {
        return append_parts(record, parts, 2, err);
    }
    if (count == 2) {
        parts[2] = cut_suffix(&parts[1]);
        count += parts[2].length > 0;
    }
    first = count >= 3 && pt_is_name_suffix(parts[1]) ? 2 : 1;
    ordered[0] = parts[first];
    ordered[1] = parts[0];
    ordered[2] = parts[first == 1 ? 2 : 1];
    return append_parts(record, ordered, count < 3 ? 2 : 3, err);
}

/* Appends a person without markup. */
static int append_person(pt_record *record, pt_slice name, comma_rule commas, papertag_error *err)
{
    pt_slice last, suffix;

    name = without_company(without_notes(name));
    if (pt_is_nobody(name)) {
        return PAPERTAG_OK;
    }
    if (has_separator(name, at_comma)) {
        return append_inverted(record, name, err);
    }
    last = name;
    suffix = cut_suffix(&last);
    if (commas == COMMA_TOLD && pt_ends_in_initials(last)) {
        return append_initials_last(record, last, suffix, err);
    }
    return append_parts(record, &name, 1, err);
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

/* What the parts of a list between commas look like. */
typedef struct comma_parts {
    size_t count;    /* without suffixes, "et al.", and organisations */
    size_t groups;   /* organisations */
    bool whole_last; /* a part in an odd place, where last names would be, is a whole name */
    bool whole_two;  /* the same in an even place */
    bool initials;   /* every part in an even place is initials */
    bool vancouver;  /* every part ends in initials: "Doe DM"; organisations may be among them */
} comma_parts;

/* Whether a part is no name of its own. */
static bool is_skipped(pt_slice part, bool after_name)
{
    part = without_company(part);
    for (size_t i = 0; i < part.length; i++) {
        if (!pt_is_digit(part.text[i]) && part.text[i] != '*') {
            return pt_is_nobody(part) || pt_is_name_suffix(part) || pt_is_degree(part, after_name);
        }
    }
    return true; /* the number of an affiliation */
}

static comma_parts weigh_commas(pt_slice text)
{
    cutter c = cut(text, at_comma);
    comma_parts found = {.initials = true, .vancouver = true};
    pt_slice part;
    bool whole = false, persons = false;

    while (next_part(&c, &part)) {
        part = without_notes(part);
        if (is_skipped(part, whole) || pt_is_organisation(part)) {
            found.groups += pt_is_organisation(part);
            continue;
        }
        whole = pt_is_whole_name(part);
        cut_suffix(&part);
        found.vancouver = found.vancouver && pt_ends_in_initials(part);
        persons = true;
        if (found.count++ % 2 == 0) {
            found.whole_last = found.whole_last || whole;
        } else {
            found.whole_two = found.whole_two || whole;
            found.initials = found.initials && pt_is_initials(part);
        }
    }
    found.vancouver = found.vancouver && persons;
    return found;
}

/* Whether in a list the last name of each person comes first, with a comma after it. */
static bool is_inverted(const comma_parts *found)
{
    if (found->count % 2 || !found->count || found->vancouver) {
        return false;
    }
    if (found->initials) {
        return true;
    }
    return !found->whole_last || (found->count == 2 && !found->whole_two);
}

/* Without the point that ends a list of "Doe DM, Roe R.". */
static pt_slice without_point(pt_slice list)
{
    const bool ends = list.length && memchr(list.text, '.', list.length) == list.text + list.length - 1;
    const pt_slice shorter = {list.text, list.length - ends};

    return ends && memchr(list.text, ',', list.length) && weigh_commas(shorter).vancouver ? shorter : list;
}

/* Cuts a list at commas, where each person takes one part, or two if their last names come first. A suffix goes with
 * the part before it. */
static int append_at_commas(pt_record *record, pt_slice text, comma_rule commas, papertag_error *err)
{
    const comma_parts found = weigh_commas(text);
    const bool inverted = commas == COMMA_TOLD && is_inverted(&found);
    const comma_rule rule = found.vancouver ? commas : COMMA_SEPARATES;
    cutter c = cut(text, at_comma);
    pt_slice part, person = {text.text, 0};
    size_t taken = 0;
    bool whole = false;
    int status = PAPERTAG_OK;

    while (!status && next_part(&c, &part)) {
        const bool counts = !is_skipped(without_notes(part), whole);
        whole = counts ? pt_is_whole_name(without_notes(part)) : whole;
        if (counts && taken &&
            (taken == (inverted ? 2 : 1) || pt_is_organisation(part) || pt_is_organisation(person))) {
            status = append_person(record, person, inverted ? COMMA_TOLD : rule, err);
            taken = 0;
        }
        if (counts && !taken) {
            person = part;
        } else if (taken && (counts || pt_is_name_suffix(part))) {
            person.length = (size_t)(part.text + part.length - person.text);
        }
        taken += counts;
    }
    return status || !taken ? status : append_person(record, person, inverted ? COMMA_TOLD : rule, err);
}

static int append_item(pt_record *record, papertag_strings *list, const char *text, size_t length, papertag_error *err)
{
    (void)list; /* it is that of the authors */
    return pt_is_nobody((pt_slice){text, length}) ? PAPERTAG_OK : pt_record_listed_author(record, text, length, err);
}

/* Appends each part between separators: a person, or a list of them. */
static int append_each(pt_record *record, pt_slice text, bool (*separates)(pt_slice at, size_t *length),
                       comma_rule commas, bool persons, papertag_error *err)
{
    cutter c = cut(text, separates);
    pt_slice part;
    int status = PAPERTAG_OK;

    while (!status && next_part(&c, &part)) {
        status = persons ? append_person(record, part, commas, err) : append_at_commas(record, part, commas, err);
    }
    return status;
}

/* Appends the persons of "Dora DoeRick van der Roe", as Springer writes them. */
static int append_joined(pt_record *record, pt_slice text, papertag_error *err)
{
    size_t from = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 1; i < text.length && !status; i++) {
        if (pt_begins_joined(text, from, i)) {
            status = append_person(record, (pt_slice){text.text + from, i - from}, COMMA_TOLD, err);
            from = i;
        }
    }
    return status ? status : append_person(record, (pt_slice){text.text + from, text.length - from}, COMMA_TOLD, err);
}

static int append_list(pt_record *record, pt_slice text, comma_rule commas, papertag_error *err)
{
    text = without_point(text);
    if (has_separator(text, at_semicolon)) {
        return append_each(record, text, at_semicolon, commas, true, err);
    }
    if (commas == COMMA_INVERTS) {
        const comma_parts found = weigh_commas(text);
        const bool list = found.count + found.groups > 1 && found.vancouver;       /* "Doe D, Roe RM" */
        const bool whole = found.count > 2 && found.whole_last && found.whole_two; /* "A Doe, B Roe, C Sample" */
        const bool persons = !list && !whole && (found.count < 4 || !is_inverted(&found)); /* else "Doe, D., Roe, R." */
        return append_each(record, text, at_and, persons ? commas : COMMA_TOLD, persons, err);
    }
    if (has_separator(text, at_bar)) {
        return append_each(record, text, at_bar, commas, true, err);
    }
    if (commas == COMMA_TOLD && !has_separator(text, at_comma) && !has_separator(text, at_and) &&
        !pt_is_organisation(text)) {
        return has_separator(text, at_line) ? append_each(record, text, at_line, commas, true, err)
                                            : append_joined(record, text, err);
    }
    return append_each(record, text, at_and, commas, false, err);
}

/* Calls append_list or append_person for text without markup. */
static int append_plain(pt_record *record, const char *text, size_t length, comma_rule commas, bool list,
                        papertag_error *err)
{
    pt_buf plain = {0};
    pt_slice names = pt_trimmed((pt_slice){text, length});
    int status = PAPERTAG_OK;

    if (length && (memchr(text, '<', length) || memchr(text, '&', length))) {
        status = pt_markup_text(&plain, text, length, err);
        names = pt_trimmed((pt_slice){plain.data, plain.size});
    }
    if (!status && list && names.length && *names.text != '{' && pt_is_bracketed(names.text, names.length)) {
        status = pt_list_cell(record, &record->paper.authors, names.text, names.length, ",;", append_item, NULL, err);
    } else if (!status) {
        status = list ? append_list(record, names, commas, err) : append_person(record, names, commas, err);
    }
    pt_buf_free(&plain);
    return status;
}

int pt_record_author(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    return append_plain(record, text, length, COMMA_TOLD, false, err);
}

int pt_record_listed_author(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    return length && memchr(text, ',', length) ? append_plain(record, text, length, COMMA_SEPARATES, false, err)
                                               : pt_record_append(record, &record->paper.authors, text, length, err);
}

int pt_record_authors(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    return append_plain(record, text, length, COMMA_TOLD, true, err);
}

int pt_record_ordered_authors(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    return append_plain(record, text, length, COMMA_SEPARATES, true, err);
}

int pt_record_anded_authors(pt_record *record, const char *text, size_t length, papertag_error *err)
{
    return append_plain(record, text, length, COMMA_INVERTS, true, err);
}

int pt_record_person(pt_record *record, const char *first, const char *last, const char *suffix, papertag_error *err)
{
    const bool eastern = first && last && pt_is_eastern(pt_trimmed((pt_slice){first, strlen(first)})) &&
                         pt_is_eastern(pt_trimmed((pt_slice){last, strlen(last)}));
    const char *const texts[] = {eastern ? last : first, eastern ? first : last, suffix};
    pt_buf plain[3] = {{0}};
    pt_slice parts[3];
    size_t count = 0;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < 3 && !status; i++) {
        status = texts[i] ? pt_markup_text(&plain[i], texts[i], strlen(texts[i]), err) : PAPERTAG_OK;
        parts[count] = pt_trimmed((pt_slice){plain[i].data ? plain[i].data : "", plain[i].size});
        count += parts[count].length > 0;
    }
    status = status ? status : append_parts(record, parts, count, err);
    for (size_t i = 0; i < 3; i++) {
        pt_buf_free(&plain[i]);
    }
    return status;
}
