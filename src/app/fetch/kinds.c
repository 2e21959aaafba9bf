/*
 * kinds - the table of kinds, and what they share.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "kinds.h"

static void ask_feed(const harvest *h, text *url)
{
    text_put(url, h->base);
}

static harvest_step advance_once(harvest *h, const page *p)
{
    (void)p;
    return harvest_ends(h);
}

const source_kind source_kinds[] = {
    {.name = "arxiv",
     .operands = "SET...",
     .about =
         "arXiv's sets, all that was announced or changed since the last time (OAI-PMH); sets as cs, cs.LG, hep-th",
     .address = "https://oaipmh.arxiv.org/oai",
     .format = "oai",
     .least = 1,
     .most = 50,
     .rest = 3000,
     .has_days = true,
     .is_open = true,
     .announced = true,
     .first = 7,
     .check = check_category,
     .ask = ask_oai,
     .advance = advance_oai},
    {.name = "arxiv-feed",
     .operands = "CATEGORY...",
     .about = "arXiv's announcement of the day: new, cross-listed, replaced (Atom)",
     .address = "https://rss.arxiv.org/atom",
     .format = "atom",
     .least = 1,
     .most = 50,
     .rest = 3000,
     .validates = true,
     .announced = true,
     .check = check_category,
     .ask = ask_arxiv_feed,
     .advance = advance_once},
    {.name = "arxiv-query",
     .operands = "QUERY",
     .about = "a search of arXiv, by the day of submission: 'cat:cs.LG AND abs:quantization'",
     .address = "https://export.arxiv.org/api/query",
     .format = "atom",
     .least = 1,
     .most = 1,
     .rest = 3000,
     .has_days = true,
     .announced = true,
     .doubts_empty = true,
     .first = 7,
     .overlap = 10,
     .quiet = 14, /* a search may rightly find nothing for days */
     .ask = ask_arxiv_query,
     .advance = advance_arxiv_query},
    {.name = "hf",
     .operands = "[week|month|WEEK|MONTH]",
     .about =
         "Hugging Face's Daily Papers, the last three days each time; a week as 2026-W48, a month as 2026-11; uses "
         "$HF_TOKEN",
     .address = "https://huggingface.co/api/daily_papers",
     .format = "daily-papers",
     .most = 1,
     .rest = 1000,
     .has_days = true,
     .first = 2,
     .overlap = 1,
     .again = 2,
     .quiet = 5,
     .variable = "HF_TOKEN",
     .header = "Authorization: Bearer ",
     .check = check_period,
     .ask = ask_hf,
     .inspect = inspect_hf,
     .advance = advance_hf},
    {.name = "biorxiv",
     .operands = "[CATEGORY]",
     .about = "preprints of bioRxiv, all or of a category as cell_biology",
     .address = "https://api.biorxiv.org/details",
     .format = "biorxiv",
     .most = 1,
     .rest = 1000,
     .has_days = true,
     .first = 2,
     .overlap = 2,
     .quiet = 4,
     .ask = ask_biorxiv,
     .inspect = inspect_biorxiv,
     .advance = harvest_listing},
    {.name = "medrxiv",
     .operands = "[CATEGORY]",
     .about = "preprints of medRxiv",
     .address = "https://api.biorxiv.org/details",
     .format = "biorxiv",
     .most = 1,
     .rest = 1000,
     .has_days = true,
     .first = 2,
     .overlap = 2,
     .quiet = 4,
     .ask = ask_biorxiv,
     .inspect = inspect_biorxiv,
     .advance = harvest_listing},
    {.name = "openreview",
     .operands = "VENUE",
     .about = "the papers of a venue, as NeurIPS.cc/2026/Conference",
     .address = "https://api2.openreview.net/notes",
     .format = "openreview",
     .least = 1,
     .most = 1,
     .rest = 1000,
     .ask = ask_openreview,
     .inspect = inspect_openreview,
     .advance = harvest_listing},
    {.name = "s2",
     .operands = "QUERY",
     .about = "a search of Semantic Scholar; uses $S2_API_KEY",
     .address = "https://api.semanticscholar.org/graph/v1/paper/search/bulk",
     .format = "s2",
     .least = 1,
     .most = 1,
     .rest = 1100,
     .has_days = true,
     .first = 7,
     .overlap = 14,
     .quiet = 14,
     .variable = "S2_API_KEY",
     .header = "x-api-key: ",
     .ask = ask_s2,
     .inspect = inspect_s2,
     .advance = advance_by_token},
    {.name = "openalex",
     .operands = "QUERY",
     .about = "a search of OpenAlex",
     .address = "https://api.openalex.org/works",
     .format = "openalex",
     .least = 1,
     .most = 1,
     .rest = 1000,
     .has_days = true,
     .first = 7,
     .overlap = 14,
     .quiet = 14,
     .ask = ask_openalex,
     .inspect = inspect_openalex,
     .advance = advance_by_token},
    {.name = "feed",
     .operands = "URL",
     .about = "any RSS or Atom feed",
     .least = 1,
     .most = 1,
     .rest = 1000,
     .validates = true,
     .quiet = 14,
     .check = url_fault,
     .ask = ask_feed,
     .advance = advance_once},
    {.name = NULL}};

const source_kind *find_kind(const char *name)
{
    for (const source_kind *k = source_kinds; k->name; k++) {
        if (!strcmp(k->name, name)) {
            return k;
        }
    }
    return NULL;
}

/* ---- for the kinds --------------------------------------------------------------------------------------------- */

void text_url_query(text *url, const char *name, const char *value, const char *also)
{
    text_put(url, url->data && strchr(url->data, '?') ? "&" : "?");
    text_put(url, name);
    text_put(url, "=");
    text_url_part(url, value, also);
}

void text_url_number(text *url, const char *name, unsigned long value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lu", value);
    text_url_query(url, name, digits, "");
}

harvest_step harvest_ends(harvest *h)
{
    place *p = &h->place;
    char next[DAY_SIZE];

    memcpy(next, p->reached[0] ? p->reached : p->until[0] ? p->until : h->today, DAY_SIZE);
    place_end(p, next);
    forget_tokens(h);
    return STEP_DONE;
}

harvest_step harvest_listing(harvest *h, const page *p)
{
    place *at = &h->place;

    if (!p || !p->entries) {
        return harvest_ends(h);
    }
    at->start += p->entries;
    return p->total >= 0 && at->start >= (unsigned long)p->total ? harvest_ends(h) : STEP_MORE;
}

static uint64_t hash_of(const char *string)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *string; string++) {
        hash = (hash ^ (unsigned char)*string) * UINT64_C(1099511628211);
    }
    return hash;
}

bool token_was_seen(harvest *h, const char *token)
{
    const uint64_t hash = hash_of(token);

    for (size_t i = 0; i < h->seen_count; i++) {
        if (h->seen[i] == hash) {
            return true;
        }
    }
    if (h->seen_count == h->seen_capacity) {
        const size_t capacity = 2 * h->seen_capacity + 64;
        uint64_t *larger = realloc(h->seen, capacity * sizeof *larger);
        if (!larger) {
            return true;
        }
        h->seen = larger;
        h->seen_capacity = capacity;
    }
    h->seen[h->seen_count++] = hash;
    return false;
}

void forget_tokens(harvest *h)
{
    h->seen_count = 0;
}
