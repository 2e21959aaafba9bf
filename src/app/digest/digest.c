/*
 * digest - the papers of a digest, their headings, and what the formats show of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clean.h"
#include "digest.h"

bool digest_take(digest *d, const int64_t *keys, size_t count)
{
    d->entries = calloc(count + 1, sizeof *d->entries);
    if (!d->entries) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        d->entries[i] = (digest_entry){.key = keys[i], .place = i};
    }
    d->count = count;
    return true;
}

void digest_free(digest *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->entries[i].heading);
    }
    free(d->entries);
    d->entries = NULL;
    d->count = 0;
}

const papertag_stored *digest_paper(digest *d, size_t i, bool *opens)
{
    const papertag_stored *paper;

    *opens = d->group != GROUP_NONE && (!i || strcmp(d->entries[i].heading, d->entries[i - 1].heading) != 0);
    return papertag_store_get(d->store, d->entries[i].key, &paper, &d->err) ? NULL : paper;
}

void digest_terms(digest *d, const papertag_stored *paper, const papertag_decision *decision, size_t count, text *out)
{
    papertag_explanation explanation;
    papertag_error err;
    size_t tag, shown = 0;

    if (!d->tagger || decision->verdict || !paper->model || strcmp(paper->model, papertag_model_hash(d->model)) != 0 ||
        !papertag_model_is_linear(d->model) || papertag_model_find_tag(d->model, decision->tag, &tag, &err)) {
        return;
    }
    if (papertag_explain(d->tagger, paper->paper.title, paper->paper.abstract, tag, &explanation, &err)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < explanation.count && shown < count; i++) {
        if (explanation.terms[i].contribution > 0) {
            text_put(out, shown++ ? ", " : "");
            text_put(out, explanation.terms[i].term);
        }
    }
}

const char *digest_link(const papertag_paper *paper)
{
    return web_address(paper->url);
}

const char *web_address(const char *url)
{
    return url && is_clean(url) && (!strncmp(url, "https://", 8) || !strncmp(url, "http://", 7)) &&
                   !strpbrk(url, " \"<>\\^`{|}")
               ? url
               : NULL;
}

const char *digest_title(const papertag_paper *paper)
{
    return paper->title ? paper->title : "(no title)";
}

/* ---- headings -------------------------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const digest_entry *x = a, *y = b;
    return x->group != y->group ? (x->group > y->group ? 1 : -1) : (x->place > y->place) - (x->place < y->place);
}

/* Sorts papers of one heading together. Headings are in the order of their first papers in the selection. */
static bool sort_by_heading(digest *d)
{
    size_t *firsts = calloc(d->count + 1, sizeof *firsts), groups = 0;

    if (!firsts) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        size_t g = 0;
        while (g < groups && strcmp(d->entries[firsts[g]].heading, d->entries[i].heading) != 0) {
            g++;
        }
        if (g == groups) {
            firsts[groups++] = i;
        }
        d->entries[i].group = g;
    }
    free(firsts);
    qsort(d->entries, d->count, sizeof *d->entries, compare_entries);
    return true;
}

/* The tag that a paper goes under: the most probable of those that the expression names, else of all. */
static const char *heading_tag(const papertag_stored *paper, papertag_strings named)
{
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        for (size_t i = 0; i < named.count; i++) {
            if (!strcmp(named.items[i], paper->tags[t].tag)) {
                return paper->tags[t].name;
            }
        }
    }
    return paper->tag_count && paper->tags[0].in_force ? paper->tags[0].name : "no tag";
}

static bool out_of_memory_for(digest *d)
{
    d->err.status = PAPERTAG_NO_MEMORY;
    snprintf(d->err.message, sizeof d->err.message, "out of memory");
    return false;
}

bool digest_set_headings(digest *d, papertag_strings named)
{
    if (d->group == GROUP_NONE) {
        return true;
    }
    for (size_t i = 0; i < d->count; i++) {
        digest_entry *e = &d->entries[i];
        const papertag_stored *paper;
        if (papertag_store_get(d->store, e->key, &paper, &d->err)) {
            return false;
        }
        e->heading = strdup(d->group == GROUP_TAG ? heading_tag(paper, named)
                            : paper->paper.date   ? paper->paper.date
                                                  : "no date");
        if (!e->heading) {
            return out_of_memory_for(d);
        }
    }
    return sort_by_heading(d) || out_of_memory_for(d);
}
