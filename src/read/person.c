/*
 * person - see person.h. Family names are compared by their last word, because sources disagree on where a family name
 * of several words begins: "García Márquez, Gabriel", "Gabriel García Márquez".
 */
#include "person.h"

#include "base/ascii.h"
#include "reader.h"

/* A word of a name. */
typedef struct word {
    const char *text;
    size_t length; /* bytes */
} word;

/* Words of a name that are read; more are ignored. */
enum { WORDS_MOST = 16 };

static size_t split_words(word text, const char *separators, word words[WORDS_MOST])
{
    size_t count = 0, at = 0;

    while (at < text.length && count < WORDS_MOST) {
        const size_t from = at;
        while (at < text.length && !strchr(separators, text.text[at])) {
            at++;
        }
        if (at > from) {
            words[count++] = (word){text.text + from, at - from};
        }
        at++;
    }
    return count;
}

/* ---- folding --------------------------------------------------------------------------------------------------- */

/* Letters that no accent is taken from, and what is written where they are not at hand. */
static const char *const plain_letters[][2] = {{"\xc3\xb8", "o"}, {"\xc5\x82", "l"}, {"\xc4\x91", "d"},
                                               {"\xc3\xb0", "d"}, {"\xc4\xb1", "i"}, {"\xc3\xa6", "a"},
                                               {"\xc5\x93", "o"}, {"\xc3\xbe", "th"}};

/* What to write for the letter at `at`, and its bytes in *length: `ae`, `oe` and `ue` lose their e, as an umlaut loses
 * its dots. */
static const char *plain_letter(const char *at, char before, size_t *length)
{
    *length = 1;
    if (*at == 'e' && before && strchr("aou", before)) {
        return "";
    }
    for (size_t i = 0; i < sizeof plain_letters / sizeof *plain_letters; i++) {
        if (!strncmp(at, plain_letters[i][0], 2)) {
            *length = 2;
            return plain_letters[i][1];
        }
    }
    return NULL;
}

/* Writes the letters of a word, folded, with a NUL; cut at `capacity` bytes. */
static int fold_word(word w, char *out, size_t capacity)
{
    pt_buf copy = {0}, letters = {0};
    size_t size = 0, length;
    int status;

    pt_buf_append(&copy, w.text, w.length);
    if (!copy.failed && w.length) {
        pt_letters(&letters, copy.data);
    }
    status = copy.failed || letters.failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
    for (size_t at = 0; !status && at < letters.size && size + 3 < capacity; at += length) {
        const char *plain = plain_letter(letters.data + at, size ? out[size - 1] : '\0', &length);
        const size_t count = plain ? strlen(plain) : 1;
        memcpy(out + size, plain ? plain : letters.data + at, count);
        size += count;
    }
    out[size] = '\0';
    pt_buf_free(&copy);
    pt_buf_free(&letters);
    return status;
}

/* ---- parts of a name ------------------------------------------------------------------------------------------- */

static bool is_suffix(word w)
{
    static const char *const suffixes[] = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"};

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (pt_same_word(w.text, w.length, suffixes[i])) {
            return true;
        }
    }
    return false;
}

/* Whether a word is initials alone: "D.", "R.M.", or (all of them capitals) "RM". */
static bool is_initials(word w)
{
    size_t letters = 0, dots = 0;

    for (size_t i = 0; i < w.length; i++) {
        letters += pt_is_upper(w.text[i]);
        dots += w.text[i] == '.' || w.text[i] == '-';
    }
    return letters && letters + dots == w.length && (dots ? letters <= dots + 1 : letters <= 2);
}

/* A name taken apart: words of the family name, with what comes before them, and words of the given names. */
typedef struct parts {
    word family[WORDS_MOST], given[WORDS_MOST];
    size_t family_count, given_count;
} parts;

/* "Roe, Rick", "Roe, Jr., Rick" and "Roe, Rick, Jr.": `rest` is what follows the first comma. */
static void split_at_comma(word family, word rest, parts *p)
{
    word pieces[WORDS_MOST];
    const size_t count = split_words(rest, ",", pieces);

    p->family_count = split_words(family, " ", p->family);
    for (size_t i = 0; i < count && !p->given_count; i++) {
        word words[WORDS_MOST];
        const size_t n = split_words(pieces[i], " ", words);
        if (n && !(n == 1 && is_suffix(words[0]))) {
            memcpy(p->given, words, n * sizeof *words);
            p->given_count = n;
        }
    }
}

/* "Rick van der Roe", "van der Roe R." */
static void split_at_blanks(word name, parts *p)
{
    word words[WORDS_MOST];
    size_t count = split_words(name, " ", words), initials = 0;

    while (count > 1 && is_suffix(words[count - 1])) {
        count--;
    }
    while (initials + 1 < count && is_initials(words[count - 1 - initials])) {
        initials++;
    }
    if (initials && !is_initials(words[0])) {
        p->family_count = count - initials;
        memcpy(p->family, words, p->family_count * sizeof *words);
        p->given_count = initials;
        memcpy(p->given, words + p->family_count, initials * sizeof *words);
    } else if (count) {
        p->family[p->family_count++] = words[count - 1];
        p->given_count = count - 1;
        memcpy(p->given, words, p->given_count * sizeof *words);
    }
}

/* Appends the first letters of a given name, "Jean-Luc" and "J.-L." have two; those of particles ("van") do not count.
 */
static int append_initials(word given, char *out, size_t capacity)
{
    word pieces[WORDS_MOST];
    const bool all = is_initials(given);
    const size_t count = given.text[0] >= 'a' && given.text[0] <= 'z' ? 0 : split_words(given, ".-", pieces);
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < count && !status; i++) {
        for (size_t k = 0; k < (all ? pieces[i].length : 1) && !status; k++) {
            char letters[8];
            size_t size = strlen(out), bytes = 1;
            status = fold_word((word){pieces[i].text + k, all ? 1 : pieces[i].length}, letters, sizeof letters);
            while (letters[0] && ((unsigned char)letters[bytes] & 0xc0) == 0x80) {
                bytes++;
            }
            if (!status && letters[0] && size + bytes < capacity) {
                memcpy(out + size, letters, bytes);
                out[size + bytes] = '\0';
            }
        }
    }
    return status;
}

int pt_person_read(const char *name, pt_person *out)
{
    const word whole = {name, strcspn(name, "(")}; /* a place of work may follow in brackets */
    const char *comma = memchr(name, ',', whole.length);
    const size_t length = comma ? (size_t)(comma - name) : whole.length;
    parts p = {0};
    int status = PAPERTAG_OK;

    *out = (pt_person){0};
    if (comma) {
        split_at_comma((word){name, length}, (word){comma + 1, whole.length - length - 1}, &p);
    }
    if (!p.given_count) {
        split_at_blanks((word){name, length}, &p);
    }
    if (p.family_count) {
        status = fold_word(p.family[p.family_count - 1], out->family, sizeof out->family);
    }
    for (size_t i = 0; i < p.given_count && !status; i++) {
        status = append_initials(p.given[i], out->initials, sizeof out->initials);
    }
    return status;
}

bool pt_same_person(const pt_person *a, const pt_person *b)
{
    const size_t n = strlen(a->initials), m = strlen(b->initials);

    return !strcmp(a->family, b->family) && !strncmp(a->initials, b->initials, n < m ? n : m);
}

/* ---- words of a name ------------------------------------------------------------------------------------------- */

int pt_name_has(const char *name, const char *words, bool *has)
{
    word wanted[WORDS_MOST], there[WORDS_MOST];
    const size_t wanted_count = split_words((word){words, strlen(words)}, " ,.", wanted);
    const size_t count = split_words((word){name, strlen(name)}, " ,.", there);
    char folded[WORDS_MOST][48];
    bool whole = false, all = wanted_count;
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < count && !status; i++) {
        status = fold_word(there[i], folded[i], sizeof *folded);
    }
    for (size_t i = 0; i < wanted_count && all && !status; i++) {
        char one[48];
        bool found = false;
        status = fold_word(wanted[i], one, sizeof one);
        for (size_t k = 0; k < count && !status; k++) {
            const bool same = one[0] && !strcmp(one, folded[k]);
            whole = whole || same;
            found = found || same || (one[0] && one[0] == folded[k][0] && (!one[1] || !folded[k][1]));
        }
        all = found;
    }
    *has = !status && all && whole;
    return status;
}
