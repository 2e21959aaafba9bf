/*
 * residual - see residual.h. Each group is counted by one thread, paper by paper, and each part of the rows is made by
 * one.
 */
#include "residual.h"

#include <math.h>
#include <stdlib.h>

/* Tags with fewer papers have no mean row that is worth anything. */
enum { TAG_PAPERS_MIN = 5 };

enum { STEPS = 255 };

/* The rows of a part, each: its unit (float), 1 byte for its pages, 2 for the terms of each, the terms, the values. */
struct pt_residual_part {
    unsigned char *bytes;
    uint32_t *starts; /* PT_PACKED_PART */
};
enum { UNIT = sizeof(float), HEAD = UNIT + 1 };

/* What the tasks share. */
struct finding {
    pt_residual *left;
    float *means;       /* tags x V: of unit length; 0: of too few papers */
    size_t *starts;     /* tags + 1: the papers of a tag are tagged[starts[tag]] .. tagged[starts[tag + 1] - 1] */
    uint32_t *tagged;   /* ascending for each tag */
    uint32_t *paper_of; /* by place: the paper; UINT32_MAX: a row that is none of the papers' */
    long last, days;    /* day of the newest paper; recent days */
    const atomic_bool *stop;
};

static int stopped(const struct finding *f)
{
    return f->stop && *f->stop ? PAPERTAG_INTERRUPTED : PAPERTAG_OK;
}

void pt_residual_free(pt_residual *left)
{
    for (size_t i = 0; left->parts && i < left->part_count; i++) {
        free(left->parts[i].bytes);
        free(left->parts[i].starts);
    }
    free(left->parts);
    free(left->papers);
    free(left->counts);
    *left = (pt_residual){0};
}

/* ---- groups ---------------------------------------------------------------------------------------------------- */

static bool is_in(const struct finding *f, size_t group, size_t paper)
{
    const pt_corpus *c = f->left->corpus;
    const long age = f->last - c->days[paper];

    switch (group) {
    case PT_RECENT:
        return age < f->days;
    case PT_BEFORE:
        return age >= f->days && age < 2 * f->days;
    case PT_UNTAGGED:
        return c->tags->starts[paper] == c->tags->starts[paper + 1];
    default:
        return true;
    }
}

/* Lists the papers of every tag, by counting sort. */
static void list_tagged(struct finding *f)
{
    const pt_corpus *c = f->left->corpus;
    size_t *starts = f->starts;

    for (size_t k = c->tags->starts[0]; k < c->tags->starts[c->papers]; k++) {
        starts[c->tags->tags[k] + 1]++;
    }
    for (size_t t = 0; t < c->tag_count; t++) {
        starts[t + 1] += starts[t];
    }
    for (size_t i = 0; i < c->papers; i++) {
        for (size_t k = c->tags->starts[i]; k < c->tags->starts[i + 1]; k++) {
            f->tagged[starts[c->tags->tags[k]]++] = (uint32_t)i;
        }
    }
    memmove(starts + 1, starts, c->tag_count * sizeof *starts);
    starts[0] = 0;
}

/* Counts the terms of a paper. */
static int count_paper(const struct finding *f, size_t group, size_t paper, pt_unpacked *row)
{
    const pt_corpus *c = f->left->corpus;
    const pt_packed packed = pt_packed_rows_get(c->rows, c->places[paper]);
    uint32_t *counts = f->left->counts + group * f->left->terms;
    const int status = pt_unpack(&packed, f->left->terms, row);

    for (size_t k = 0; k < row->count && !status; k++) {
        counts[row->terms[k]]++;
    }
    f->left->papers[group]++;
    return status;
}

static void make_unit_length(float *row, size_t terms)
{
    double square = 0;

    for (size_t term = 0; term < terms; term++) {
        square += (double)row[term] * row[term];
    }
    for (size_t term = 0; term < terms && square > 0; term++) {
        row[term] = (float)(row[term] / sqrt(square));
    }
}

/* Counts the terms of a tag's papers, and finds their mean row. */
static int count_tag(struct finding *f, size_t tag)
{
    const pt_corpus *c = f->left->corpus;
    float *mean = f->means + tag * f->left->terms;
    pt_row_scratch x = {0};
    int status = PAPERTAG_OK;

    for (size_t i = f->starts[tag]; i < f->starts[tag + 1] && !status; i++) {
        status = count_paper(f, PT_TAGGED + tag, f->tagged[i], &x.row);
        if (!status && f->starts[tag + 1] - f->starts[tag] >= TAG_PAPERS_MIN) {
            pt_weigh_row(c->vocabulary, x.row.terms, x.row.values, x.row.count, &x.logs);
            for (size_t k = 0; k < x.row.count; k++) {
                mean[x.row.terms[k]] += x.row.values[k];
            }
        }
    }
    make_unit_length(mean, f->left->terms);
    pt_unpacked_free(&x.row);
    return status;
}

static int count_group(void *context, size_t group)
{
    struct finding *f = context;
    pt_unpacked row = {0};
    int status = stopped(f);

    if (group >= PT_TAGGED) {
        return status ? status : count_tag(f, group - PT_TAGGED);
    }
    for (size_t i = 0; i < f->left->corpus->papers && !status; i++) {
        status = is_in(f, group, i) ? count_paper(f, group, i, &row) : PAPERTAG_OK;
    }
    pt_unpacked_free(&row);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* Removes from a row the part along its tags, one tag after the other. */
static void remove_tags(const struct finding *f, size_t paper, pt_unpacked *row)
{
    const pt_labels *tags = f->left->corpus->tags;

    for (size_t k = tags->starts[paper]; k < tags->starts[paper + 1]; k++) {
        const float *mean = f->means + tags->tags[k] * f->left->terms;
        double dot = 0;
        for (size_t e = 0; e < row->count; e++) {
            dot += (double)row->values[e] * mean[row->terms[e]];
        }
        for (size_t e = 0; e < row->count; e++) {
            const float left = row->values[e] - (float)(dot * mean[row->terms[e]]);
            row->values[e] = left > 0 ? left : 0;
        }
    }
}

/* The bytes of a row that is made from a packed one. */
static size_t row_size(const pt_packed *packed)
{
    return HEAD + 2 * packed->pages + 3 * packed->count;
}

/* Writes a row whose terms are those of the packed one. */
static void write_row(const pt_packed *packed, const float *values, unsigned char *out)
{
    float most = 0, unit, steps;

    for (size_t e = 0; e < packed->count; e++) {
        most = values[e] > most ? values[e] : most;
    }
    unit = most / STEPS;
    steps = most > 0 ? STEPS / most : 0;
    memcpy(out, &unit, sizeof unit);
    out[UNIT] = (unsigned char)packed->pages;
    memcpy(out + HEAD, packed->page_counts, 2 * packed->pages);
    memcpy(out + HEAD + 2 * packed->pages, packed->terms, 2 * packed->count);
    out += HEAD + 2 * packed->pages + 2 * packed->count;
    for (size_t e = 0; e < packed->count; e++) {
        out[e] = (unsigned char)(values[e] * steps + 0.5F);
    }
}

/* The packed row at a place of a part; false: it is no paper's. */
static bool find_row(const struct finding *f, size_t place, pt_packed *packed)
{
    if (f->paper_of[place] == UINT32_MAX) {
        return false;
    }
    *packed = pt_packed_rows_get(f->left->corpus->rows, place);
    return true;
}

/* Makes room for the rows of a part at the places first .. end - 1. */
static int open_part(const struct finding *f, size_t first, size_t end, struct pt_residual_part *part)
{
    size_t size = 0;
    pt_packed packed;

    part->starts = pt_alloc(PT_PACKED_PART, sizeof *part->starts);
    for (size_t place = first; place < end && part->starts; place++) {
        part->starts[place - first] = (uint32_t)size;
        size += find_row(f, place, &packed) ? row_size(&packed) : 0;
    }
    part->bytes = size <= UINT32_MAX ? pt_alloc(size, 1) : NULL;
    return part->starts && part->bytes ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* Makes the rows of a part, and frees the packed ones. */
static int make_part(void *context, size_t i)
{
    struct finding *f = context;
    const pt_corpus *c = f->left->corpus;
    struct pt_residual_part *part = &f->left->parts[i];
    const size_t first = i * PT_PACKED_PART, after = first + PT_PACKED_PART;
    const size_t end = after < c->rows->count ? after : c->rows->count;
    pt_row_scratch x = {0};
    int status = stopped(f);

    status = status ? status : open_part(f, first, end, part);
    for (size_t place = first; place < end && !status; place++) {
        pt_packed packed;
        pt_row row;
        if (find_row(f, place, &packed) && !(status = pt_packed_values(&packed, c->vocabulary, &x, &row))) {
            remove_tags(f, f->paper_of[place], &x.row);
            write_row(&packed, x.row.values, part->bytes + part->starts[place - first]);
        }
    }
    pt_unpacked_free(&x.row);
    pt_packed_rows_free_part(c->rows, i);
    return status;
}

pt_residual_row pt_residual_get(const pt_residual *left, size_t paper)
{
    const size_t place = left->corpus->places[paper];
    const struct pt_residual_part *part = &left->parts[place / PT_PACKED_PART];
    const unsigned char *at = part->bytes + part->starts[place % PT_PACKED_PART];
    pt_residual_row row = {.page_counts = at + HEAD, .pages = at[UNIT]};

    memcpy(&row.unit, at, sizeof row.unit);
    for (size_t page = 0; page < row.pages; page++) {
        row.count += pt_residual_number(row.page_counts + 2 * page);
    }
    row.terms = row.page_counts + 2 * row.pages;
    row.values = row.terms + 2 * row.count;
    return row;
}

void pt_residual_prefetch(const pt_residual *left, const uint32_t *papers, size_t count)
{
    enum { FAR = 12, NEAR = 6, LINE = 64, LINES = 6 }; /* most rows are no longer than that */

    if (count > FAR) {
        const size_t place = left->corpus->places[papers[FAR]];
        __builtin_prefetch(&left->parts[place / PT_PACKED_PART].starts[place % PT_PACKED_PART]);
    }
    if (count > NEAR) {
        const size_t place = left->corpus->places[papers[NEAR]];
        const struct pt_residual_part *part = &left->parts[place / PT_PACKED_PART];
        for (size_t line = 0; line < LINES; line++) {
            __builtin_prefetch(part->bytes + part->starts[place % PT_PACKED_PART] + line * LINE);
        }
    }
}

/* Four terms at a time, which differ: no addition waits for the one before it. */
double pt_residual_add(pt_residual_row row, float *sum)
{
    const unsigned char *term = row.terms, *value = row.values;
    float products[4] = {0};

    for (size_t page = 0; page < row.pages; page++, sum += PT_PACKED_PAGE) {
        size_t left = pt_residual_number(row.page_counts + 2 * page);
        for (; left >= 4; left -= 4, term += 8, value += 4) {
            float *to[4], before[4], more[4];
            for (size_t i = 0; i < 4; i++) {
                to[i] = sum + pt_residual_number(term + 2 * i);
                before[i] = *to[i];
                more[i] = row.unit * (float)value[i];
            }
            for (size_t i = 0; i < 4; i++) {
                products[i] += before[i] * more[i];
                *to[i] = before[i] + more[i];
            }
        }
        for (; left; left--, term += 2, value++) {
            float *to = sum + pt_residual_number(term), more = row.unit * (float)*value;
            products[0] += *to * more;
            *to += more;
        }
    }
    return (double)((products[0] + products[1]) + (products[2] + products[3]));
}

double pt_residual_with_others(pt_residual_row row, const float *sum)
{
    const unsigned char *term = row.terms, *value = row.values;
    double product = 0;

    for (size_t page = 0; page < row.pages; page++, sum += PT_PACKED_PAGE) {
        for (size_t left = pt_residual_number(row.page_counts + 2 * page); left; left--, term += 2, value++) {
            const float own = row.unit * (float)*value;
            const float all = sum[pt_residual_number(term)];
            product += all > 0 ? (double)own * (all - own) : 0;
        }
    }
    return product;
}

void pt_residual_terms(pt_residual_row row, uint32_t *out)
{
    const unsigned char *term = row.terms;

    for (size_t page = 0; page < row.pages; page++) {
        for (size_t left = pt_residual_number(row.page_counts + 2 * page); left; left--, term += 2) {
            *out++ = (uint32_t)(page * PT_PACKED_PAGE + pt_residual_number(term));
        }
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static int open_finding(struct finding *f, pt_residual *left)
{
    const pt_corpus *c = left->corpus;
    const size_t rows = c->rows->count;

    left->papers = pt_calloc(left->groups, sizeof *left->papers);
    left->counts = pt_calloc(left->groups, left->terms * sizeof *left->counts);
    left->parts = pt_calloc(left->part_count, sizeof *left->parts);
    f->means = pt_calloc(c->tag_count, left->terms * sizeof *f->means);
    f->starts = pt_calloc(c->tag_count + 2, sizeof *f->starts);
    f->tagged = pt_alloc(c->tags->starts[c->papers] + 1, sizeof *f->tagged);
    f->paper_of = pt_alloc(rows, sizeof *f->paper_of);
    if (!left->papers || !left->counts || !left->parts || !f->means || !f->starts || !f->tagged || !f->paper_of) {
        return PAPERTAG_NO_MEMORY;
    }
    memset(f->paper_of, 0xff, rows * sizeof *f->paper_of);
    f->last = c->days[0];
    for (size_t i = 0; i < c->papers; i++) {
        f->paper_of[c->places[i]] = (uint32_t)i;
        f->last = c->days[i] > f->last ? c->days[i] : f->last;
    }
    list_tagged(f);
    return PAPERTAG_OK;
}

int pt_residual_find(pt_residual *left, const pt_corpus *corpus, long days, unsigned jobs, const atomic_bool *stop)
{
    struct finding f = {.left = left, .days = days, .stop = stop};
    int status;

    *left = (pt_residual){.corpus = corpus,
                          .terms = corpus->vocabulary->count,
                          .groups = PT_TAGGED + corpus->tag_count,
                          .part_count = corpus->rows->part_count};
    status = open_finding(&f, left);
    status = status ? status : pt_parallel(jobs, left->groups, count_group, &f, NULL);
    status = status ? status : pt_parallel(jobs, left->part_count, make_part, &f, NULL);
    pt_packed_rows_free(corpus->rows);
    pt_labels_free(corpus->tags);
    free(f.means);
    free(f.starts);
    free(f.tagged);
    free(f.paper_of);
    return status;
}
