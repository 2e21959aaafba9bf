/*
 * same_work - see same_work.h. To keep one paper twice is a nuisance; to merge two papers loses one of them. So what is
 * in doubt stays apart.
 */
#include "same_work.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "read/reader.h"

/* ---- identifiers ----------------------------------------------------------------------------------------------- */

/* DOIs of preprint servers begin so. */
static const char *const preprint_dois[] = {"10.48550/",   "10.1101/",    "10.64898/",         "10.2139/ssrn",
                                            "10.21203/rs", "10.20944/",   "10.31234/",         "10.31219/",
                                            "10.36227/",   "10.26434/",   "10.5281/",          "10.31222/",
                                            "10.35542/",   "10.13140/rg", "10.5194/egusphere", "10.22541/"};

/* The server of a preprint's DOI, from 1; 0: none of them. */
static size_t preprint_server(const char *doi)
{
    for (size_t i = 0; i < sizeof preprint_dois / sizeof *preprint_dois; i++) {
        const size_t length = strlen(preprint_dois[i]);
        if (!strncmp(doi, preprint_dois[i], length)) {
            return !strcmp(preprint_dois[i], "10.1101/") && !pt_is_digit(doi[length]) ? 0 : i + 1; /* or a journal's */
        }
    }
    return 0;
}

/* The bytes of a preprint's DOI without its version: "/v2", ".v2". */
static size_t length_without_version(const char *doi)
{
    const size_t length = strlen(doi);
    size_t digits = 0;

    while (digits < length && pt_is_digit(doi[length - 1 - digits])) {
        digits++;
    }
    return digits && length > digits + 2 && doi[length - digits - 1] == 'v' && strchr("/.", doi[length - digits - 2])
               ? length - digits - 2
               : length;
}

static bool dois_hold_apart(const char *a, const char *b)
{
    const size_t server = a && b ? preprint_server(a) : 0, length = server ? length_without_version(a) : 0;

    if (!a || !b || !strcmp(a, b) || server != preprint_server(b)) {
        return false;
    }
    return !server || length != length_without_version(b) || strncmp(a, b, length) != 0;
}

static bool arxiv_holds_apart(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0;
}

/* Whether a text has one of the names of places for preprints, in any case. */
static bool names_preprints(const char *text)
{
    static const char *const names[] = {"arxiv",     "corr",     "biorxiv",  "medrxiv",  "ssrn",   "preprint",
                                        "preprints", "chemrxiv", "techrxiv", "psyarxiv", "zenodo", "openreview"};

    for (const char *at = text; at && *at;) {
        size_t length = 0;
        while (pt_is_letter(at[length])) {
            length++;
        }
        for (size_t i = 0; i < sizeof names / sizeof *names && length; i++) {
            if (pt_same_word(at, length, names[i])) {
                return true;
            }
        }
        at += length ? length : 1;
    }
    return false;
}

static bool is_preprint(const papertag_paper *p)
{
    return p->arxiv || (p->doi && preprint_server(p->doi)) || names_preprints(p->venue) || names_preprints(p->source);
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

static bool is_in_word(char c)
{
    return pt_is_letter(c) || pt_is_digit(c) || (unsigned char)c >= 0x80;
}

/* A number in digits, or in Roman ones up to 39. */
static bool is_number(const char *word, size_t length)
{
    size_t digits = 0, roman = 0;

    for (size_t i = 0; i < length; i++) {
        digits += pt_is_digit(word[i]);
        roman += strchr("ivx", word[i]) != NULL;
    }
    return digits || roman == length;
}

/* The words of at least `least` bytes; `numbers`: only numbers. */
static pt_word_set words_of(const char *text, size_t least, bool numbers)
{
    pt_word_set set = {.is_known = true};

    for (const char *at = text; *at;) {
        char word[32];
        size_t length = 0, kept = 0;
        for (; is_in_word(at[length]); length++) {
            if (kept < sizeof word) {
                word[kept++] = pt_lower(at[length]);
            }
        }
        if (length >= least && length && (!numbers || is_number(word, kept))) {
            const uint64_t bit = pt_hash(word, kept, 0) % (64 * PT_WORD_SET);
            set.bits[bit / 64] |= UINT64_C(1) << bit % 64;
        }
        at += length ? length : 1;
    }
    return set;
}

/* The sizes of two sets, and of what they share. */
typedef struct overlap {
    unsigned a, b, both;
} overlap;

static overlap overlap_of(const pt_word_set *a, const pt_word_set *b)
{
    overlap o = {0};

    for (size_t i = 0; i < PT_WORD_SET; i++) {
        o.a += (unsigned)__builtin_popcountll(a->bits[i]);
        o.b += (unsigned)__builtin_popcountll(b->bits[i]);
        o.both += (unsigned)__builtin_popcountll(a->bits[i] & b->bits[i]);
    }
    return o;
}

/* The share of the words of the shorter abstract that the other has, too; -1: one is not known, or is a few words. */
static double abstracts_share(const papertag_paper *a, pt_word_set *words, const papertag_paper *b)
{
    enum { LETTERS = 4, FEWEST = 3 };
    pt_word_set y;
    overlap o;
    unsigned least;

    if (!a->abstract || !b->abstract) {
        return -1;
    }
    if (!words->is_known) {
        *words = words_of(a->abstract, LETTERS, false);
    }
    y = words_of(b->abstract, LETTERS, false);
    o = overlap_of(words, &y);
    least = o.a < o.b ? o.a : o.b;
    return least < FEWEST ? -1 : (double)o.both / least;
}

/* ---- authors and years ----------------------------------------------------------------------------------------- */

/* The year of a paper; 0: not known. */
static long year_of(const papertag_paper *p)
{
    return p->date ? strtol(p->date, NULL, 10) : 0;
}

/* Whether the first authors are the same; with `all`, whether all are. */
static int same_authors(const papertag_paper *a, const papertag_paper *b, bool all, bool *same)
{
    const size_t count = all ? a->authors.count : 1;
    int status = PAPERTAG_OK;

    *same = a->authors.count && b->authors.count && (!all || b->authors.count == count);
    for (size_t i = 0; i < count && *same && !status; i++) {
        pt_person x, y;
        status = pt_person_read(a->authors.items[i], &x);
        status = status ? status : pt_person_read(b->authors.items[i], &y);
        *same = !status && pt_same_person(&x, &y);
    }
    return status;
}

/* A preprint and its publication lie at most so many years apart. */
enum { YEARS_APART = 5 };

static int years_agree(const papertag_paper *a, const papertag_paper *b, bool *agree)
{
    const long x = year_of(a), y = year_of(b);

    *agree = !x || !y || x == y;
    if (*agree || labs(x - y) > YEARS_APART || is_preprint(a) == is_preprint(b)) {
        return PAPERTAG_OK;
    }
    return same_authors(a, b, true, agree);
}

/* ---- judgement ------------------------------------------------------------------------------------------------- */

/* Whether what is known of a paper of which only one record has authors speaks for one paper. */
static bool rest_agrees(const papertag_paper *a, pt_word_set *words, const papertag_paper *b)
{
    const bool years = year_of(a) && year_of(a) == year_of(b);
    const bool counts = a->author_count > 0 && a->author_count == b->author_count;

    return years || counts || abstracts_share(a, words, b) >= 0.6;
}

/* Judges titles that are enough to know a paper by, of papers that nothing holds apart. */
static pt_sameness judge_rest(const papertag_paper *a, pt_word_set *words, const papertag_paper *b)
{
    const bool has_a = a->authors.count, has_b = b->authors.count, years = year_of(a) && year_of(b);
    const double share = (has_a && has_b && years) ? -1 : abstracts_share(a, words, b);

    if (share >= 0 && share < 0.3) {
        return PT_APART;
    }
    return has_a == has_b ? PT_SAME : rest_agrees(a, words, b) ? PT_LIKELY : PT_APART;
}

static bool texts_agree(const char *a, const char *b)
{
    return !a || !b ? a == b : !strcmp(a, b);
}

int pt_same_work(const papertag_paper *a, pt_word_set *words, const papertag_paper *b, bool is_short, pt_sameness *out)
{
    bool years = false, authors = !a->authors.count || !b->authors.count;
    int status;

    *out = PT_APART;
    if (arxiv_holds_apart(a->arxiv, b->arxiv) || dois_hold_apart(a->doi, b->doi)) {
        return PAPERTAG_OK;
    }
    status = authors ? PAPERTAG_OK : same_authors(a, b, false, &authors);
    if (status || !authors) {
        return status;
    }
    if (is_short) { /* nothing but the same record, or its next version */
        const bool same =
            a->authors.count && b->authors.count ? year_of(a) == year_of(b) : texts_agree(a->date, b->date);
        *out = same && !a->authors.count == !b->authors.count && texts_agree(a->venue, b->venue) &&
                       (a->authors.count || texts_agree(a->abstract, b->abstract))
                   ? PT_SAME
                   : PT_APART;
        return PAPERTAG_OK;
    }
    status = years_agree(a, b, &years);
    *out = !status && years ? judge_rest(a, words, b) : PT_APART;
    return status;
}

/* Whether titles have most words and all numbers in common, or one goes on where the other ends; with `whole`, whether
 * they are the same in every letter. */
static int titles_agree(const char *a, const char *b, bool whole, bool *agree)
{
    const pt_word_set x = words_of(a, 1, false), y = words_of(b, 1, false);
    const pt_word_set m = words_of(a, 1, true), n = words_of(b, 1, true);
    const overlap o = overlap_of(&x, &y);
    pt_buf p = {0}, q = {0};
    int status;

    pt_letters(&p, a);
    pt_letters(&q, b);
    status = p.failed || q.failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
    if (!status) {
        const size_t least = p.size < q.size ? p.size : q.size;
        const bool starts = least && !memcmp(p.data, q.data, least), same = starts && p.size == q.size;
        const bool near = !memcmp(m.bits, n.bits, sizeof m.bits) && (starts || 2 * o.both >= 0.75 * (o.a + o.b));
        *agree = same || (!whole && near);
    }
    pt_buf_free(&p);
    pt_buf_free(&q);
    return status;
}

int pt_same_doi_work(const papertag_paper *a, const papertag_paper *b, bool *same)
{
    bool authors = !a->authors.count || !b->authors.count;
    int status = authors ? PAPERTAG_OK : same_authors(a, b, false, &authors);

    *same = !arxiv_holds_apart(a->arxiv, b->arxiv);
    return status || !*same || !a->title || !b->title ? status : titles_agree(a->title, b->title, !authors, same);
}
