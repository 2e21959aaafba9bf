/*
 * identity - the means to decide whether two records are the same paper.
 *
 * Sources spell the same title differently, and give an arXiv identifier alone, in addresses or in DOIs. So titles are
 * compared by their letters, and identifiers in a canonical form.
 */
#include "base/ascii.h"
#include "base/hash.h"
#include "paper.h"
#include "reader.h"

static const char derived_prefix[] = "t-";

const char *pt_arxiv_id(const char *text, size_t *length)
{
    static const char digit[] = "0123456789", letter[] = "abcdefghijklmnopqrstuvwxyz-";
    static const char *const prefixes[] = {"https://", "http://",        "export.",
                                           "www.",     "arxiv.org/",     "abs/",
                                           "pdf/",     "html/",          "huggingface.co/papers/",
                                           "oai:",     "arXiv.org:",     "arXiv:",
                                           "arxiv:",   "10.48550/arxiv."};
    const char *end;

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t size = strlen(prefixes[i]);
        text += strncmp(text, prefixes[i], size) ? 0 : size;
    }
    if (strspn(text, digit) == 4 && text[4] == '.' && (strspn(text + 5, digit) | 1) == 5) {
        end = text + 5 + strspn(text + 5, digit);
    } else {
        end = text + strspn(text, letter);
        if (end > text && end[0] == '.' && pt_is_upper(end[1]) && pt_is_upper(end[2])) {
            end += 3;
        }
        if (end == text || *end != '/' || strspn(end + 1, digit) != 7) {
            return NULL;
        }
        end += 8;
    }
    *length = (size_t)(end - text);
    if (*end == 'v' && strspn(end + 1, digit)) {
        end += 1 + strspn(end + 1, digit);
    }
    return !*end || strchr(" \t\r\n?#[", *end) || !strcmp(end, ".pdf") ? text : NULL;
}

const char *pt_arxiv_with_zeros(const char *text, char out[PT_ARXIV_NUMBER])
{
    static const char digits[] = "0123456789";
    const size_t before = text ? strspn(text, digits) : 0;
    const size_t after = before && text[before] == '.' ? strspn(text + before + 1, digits) : 0;
    const int month = before >= 3 ? 10 * (text[before - 2] - '0') + text[before - 1] - '0' : 0;
    const size_t wanted = before == 4 && strncmp(text, "1501", 4) >= 0 ? 5 : 4;

    if (before < 3 || before > 4 || month < 1 || month > 12 || !after || after > wanted || text[before + 1 + after]) {
        return text;
    }
    snprintf(out, PT_ARXIV_NUMBER, "%s%s%.*s", before == 3 ? "0" : "", text, (int)(wanted - after), "0000");
    return out;
}

const char *pt_doi_in(const char *text)
{
    const char *at = strstr(text, "10.");

    return at && (at == text || strchr(":/ ", at[-1])) && pt_is_digit(at[3]) ? at : NULL;
}

/* A title of fewer letters is not enough to know a paper by. */
enum { TITLE_LETTERS = 16 };

int pt_work_key_of(const char *title, const char *abstract, const char *author, pt_work_key *out)
{
    const char *text = title ? title : abstract ? abstract : "";
    pt_buf letters = {0};
    pt_person person = {{0}, {0}};
    int status = author ? pt_person_read(author, &person) : PAPERTAG_OK;

    *out = (pt_work_key){0};
    pt_letters(&letters, text);
    if (letters.failed || status) {
        pt_buf_free(&letters);
        return PAPERTAG_NO_MEMORY;
    }
    /* a text without letters is hashed itself, else all such texts would be one */
    if (letters.size) {
        out->title = pt_hash(letters.data, letters.size, 0);
    } else if (*text) {
        out->title = pt_hash(text, strlen(text), 1);
    }
    out->author = person.family[0] ? pt_hash(person.family, strlen(person.family), 0) : 0;
    out->is_short = letters.size < TITLE_LETTERS;
    pt_buf_free(&letters);
    return PAPERTAG_OK;
}

void pt_derived_id(uint64_t title, uint64_t author, char out[PT_DERIVED_ID])
{
    const uint64_t hash = author ? pt_hash(&author, sizeof author, title) : title;

    snprintf(out, PT_DERIVED_ID, "%s%016llx", derived_prefix, (unsigned long long)hash);
}

bool pt_is_derived_id(const char *id)
{
    return !strncmp(id, derived_prefix, sizeof derived_prefix - 1);
}

bool pt_ids_are_local(const char *source)
{
    static const char *const local[] = {PT_SOURCE_BIBTEX, PT_SOURCE_CSL, PT_SOURCE_RIS, PT_SOURCE_ENDNOTE};

    for (size_t i = 0; source && i < sizeof local / sizeof *local; i++) {
        if (!strcmp(source, local[i])) {
            return true;
        }
    }
    return false;
}

uint64_t papertag_text_hash(const char *title, const char *abstract)
{
    return pt_hash_text(pt_hash_text(0, title), abstract);
}
