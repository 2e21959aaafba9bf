/*
 * digest - the papers of a digest, their headings, and what the formats show of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    for (size_t i = 0; i < d->tag_count; i++) {
        free(d->tags[i].tag);
        free(d->tags[i].name);
    }
    free(d->tags);
    free(d->entries);
    d->entries = NULL;
    d->tags = NULL;
    d->count = d->tag_count = 0;
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
        size_t g = i ? d->entries[i - 1].group : 0; /* mostly the same: papers are sorted by day */
        g = g < groups && !strcmp(d->entries[firsts[g]].heading, d->entries[i].heading) ? g : 0;
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

/* ---- the tags of all papers ------------------------------------------------------------------------------------ */

size_t digest_find_tag(const digest *d, const char *tag)
{
    size_t i = 0;

    while (i < d->tag_count && strcmp(d->tags[i].tag, tag) != 0) {
        i++;
    }
    return i;
}

static bool count_tag(digest *d, const papertag_decision *decision)
{
    const size_t i = digest_find_tag(d, decision->tag);

    if (i == d->tag_count) {
        digest_tag *grown = realloc(d->tags, (i + 1) * sizeof *grown);
        if (!grown) {
            return false;
        }
        d->tags = grown;
        d->tags[i] = (digest_tag){strdup(decision->tag), strdup(decision->name), 0};
        d->tag_count++;
        if (!d->tags[i].tag || !d->tags[i].name) {
            return false;
        }
    }
    d->tags[i].count++;
    return true;
}

static int compare_tags(const void *a, const void *b)
{
    const digest_tag *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->name, y->name);
}

void digest_add_counts(const digest *d, size_t most, text *out)
{
    for (size_t i = 0; i < d->tag_count && i < most; i++) {
        text_format(out, "%s%s %zu", i ? " \xc2\xb7 " : "", d->tags[i].name, d->tags[i].count);
    }
    if (d->tag_count > most) {
        text_format(out, " \xc2\xb7 %zu more", d->tag_count - most);
    }
}

const char *store_day(const papertag_paper *p)
{
    const char *type = p->announce_type ? p->announce_type : "";
    const bool new = p->announced && (!strcmp(type, "new") || !strcmp(type, "cross"));

    return new ? p->announced : p->date;
}

/* The day for readers: the same, but of papers of the daily page that of the page. */
static const char *digest_day(const papertag_paper *p)
{
    const char *day = store_day(p);

    return day == p->date && p->featured ? p->featured : day;
}

static char *make_heading(const digest *d, const papertag_stored *paper, papertag_strings named)
{
    const char *day = digest_day(&paper->paper);

    return strdup(d->group == GROUP_TAG ? heading_tag(paper, named) : day ? day : "no date");
}

/* Days are worth headings when there is more than one and several papers to each. */
static void drop_sparse_days(digest *d)
{
    const size_t days = d->count ? d->entries[d->count - 1].group + 1 : 0;

    if (d->group == GROUP_DAYS) {
        d->group = days > 1 && days * 3 <= d->count ? GROUP_DATE : GROUP_NONE;
    }
}

static int compare_places(const void *a, const void *b)
{
    const digest_entry *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* Gives an entry its heading, and counts its paper's tags. */
static bool read_entry(digest *d, digest_entry *e, papertag_strings named)
{
    const papertag_stored *paper;

    if (papertag_store_get(d->store, e->key, &paper, &d->err)) {
        return false;
    }
    for (size_t t = 0; d->counts && t < paper->tag_count && paper->tags[t].in_force; t++) {
        if (!count_tag(d, &paper->tags[t])) {
            return out_of_memory_for(d);
        }
    }
    if (d->group != GROUP_NONE) {
        e->heading = make_heading(d, paper, named);
    }
    return d->group == GROUP_NONE || e->heading || out_of_memory_for(d);
}

bool digest_set_headings(digest *d, papertag_strings named)
{
    for (size_t i = 0; i < d->count && (d->counts || d->group != GROUP_NONE); i++) {
        if (!read_entry(d, &d->entries[i], named)) {
            return false;
        }
    }
    if (d->tag_count) {
        qsort(d->tags, d->tag_count, sizeof *d->tags, compare_tags);
    }
    if (d->group == GROUP_NONE) {
        return true;
    }
    if (!sort_by_heading(d)) {
        return out_of_memory_for(d);
    }
    drop_sparse_days(d);
    if (d->group == GROUP_NONE) {
        qsort(d->entries, d->count, sizeof *d->entries, compare_places);
    }
    return true;
}
