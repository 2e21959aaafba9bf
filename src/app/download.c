/*
 * download - see download.h.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "download.h"

/* If text begins with `prefix`, in any case, moves it past that. */
static bool skip(const char **text, const char *prefix)
{
    const char *at = *text;

    for (; *prefix; prefix++, at++) {
        if (tolower((unsigned char)*at) != *prefix) {
            return false;
        }
    }
    *text = at;
    return true;
}

/* The length of the arXiv id at the beginning of text, without its version: 2301.00001, hep-th/9901001. 0: none. */
static int arxiv_id(const char *text)
{
    const size_t letters = strcspn(text, "/");
    const char *number = text;
    int digits;

    if (text[letters] == '/' && letters > 1 && isalpha((unsigned char)*text)) {
        number = text + letters + 1;
        digits = (int)strspn(number, "0123456789");
        return digits == 7 ? (int)(number - text) + 7 : 0;
    }
    digits = (int)strspn(text, "0123456789");
    if (digits != 4 || text[4] != '.') {
        return 0;
    }
    digits = (int)strspn(text + 5, "0123456789");
    return digits == 4 || digits == 5 ? 5 + digits : 0;
}

/* Whether a shell takes the text in single quotes as it is. */
static bool can_be_quoted(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'' || (unsigned char)*text <= ' ') {
            return false;
        }
    }
    return true;
}

static void advise(const char *options, const char *address, int length, const char *rest)
{
    fprintf(stderr, "papertag: to import it: curl -sL %s'%s%.*s' | papertag add -\n", options, address, length, rest);
}

/* Pages of papers whose services give the same paper as a record. */
static const struct {
    const char *page;  /* before the id of the paper */
    const char *stops; /* the bytes that end it */
    const char *record, *after;
} services[] = {
    {"pubmed.ncbi.nlm.nih.gov/", "/?#",
     "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&id=", "&retmode=xml"},
    {"pmid:", "", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&id=", "&retmode=xml"},
    {"openreview.net/forum?id=", "&#", "https://api2.openreview.net/notes?id=", ""},
    {"openreview.net/pdf?id=", "&#", "https://api2.openreview.net/notes?id=", ""},
    {"biorxiv.org/content/", "v?#", "https://api.biorxiv.org/details/biorxiv/", ""},
    {"medrxiv.org/content/", "v?#", "https://api.biorxiv.org/details/medrxiv/", ""},
    {"dblp.org/rec/", ".?#", "https://dblp.org/rec/", ".xml"},
    {"openalex.org/works/", "/?#", "https://api.openalex.org/works/", ""},
    {"openalex.org/w", "/?#", "https://api.openalex.org/works/W", ""},
};

/* Advises by the table of services; false when it has none. */
static bool advise_service(const char *operand)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        const char *at = operand;
        if (skip(&at, services[i].page) && *at) {
            fprintf(stderr, "papertag: to import it: curl -sL '%s%.*s%s' | papertag add -\n", services[i].record,
                    (int)strcspn(at, services[i].stops), at, services[i].after);
            return true;
        }
    }
    return false;
}

void advise_download(const char *operand)
{
    const char *at = operand;
    bool is_url, on_arxiv;
    int id;

    if (!access(operand, F_OK) || !can_be_quoted(operand)) {
        return;
    }
    is_url = skip(&at, "https://") || skip(&at, "http://");
    (void)(skip(&at, "www.") || skip(&at, "export."));
    if (advise_service(at)) {
        return;
    }
    if (skip(&at, "huggingface.co/papers")) {
        id = *at == '/' ? arxiv_id(at + 1) : 0;
        advise("", id ? "https://huggingface.co/api/papers/" : "https://huggingface.co/api/daily_papers", id, at + 1);
        return;
    }
    on_arxiv = skip(&at, "arxiv.org/");
    if (on_arxiv && skip(&at, "list/")) {
        advise("", "https://rss.arxiv.org/atom/", (int)strcspn(at, "/?#"), at);
        return;
    }
    (void)(on_arxiv ? skip(&at, "abs/") || skip(&at, "pdf/") || skip(&at, "html/") : skip(&at, "arxiv:"));
    id = !is_url || on_arxiv ? arxiv_id(at) : 0;
    if (id) {
        advise("", "https://export.arxiv.org/api/query?id_list=", id, at);
        return;
    }
    (void)(skip(&at, "dx.doi.org/") || skip(&at, "doi.org/") || skip(&at, "doi:"));
    if (!strncmp(at, "10.", 3) && strchr(at, '/')) {
        advise("-H 'Accept: application/vnd.citationstyles.csl+json' ", "https://doi.org/", (int)strlen(at), at);
    } else if (is_url) {
        advise("", operand, 0, "");
    }
}
