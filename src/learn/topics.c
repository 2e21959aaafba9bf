/*
 * topics - finds topics among papers that their tags do not describe.
 *
 * Every term is scored as a topic, in one walk over the rows of its papers. So the work is linear in the number of
 * entries of all rows times the length of a row. Then the best terms are chosen; a term whose papers are mostly those
 * of a better term is the same topic.
 */
#include "topics.h"

#include <math.h>
#include <stdlib.h>

#include "measure/measure.h"
#include "phrases.h"

/* The largest share of all papers that a topic may have; the factor of a single word, a vaguer name than a phrase; the
 * shared part of their papers from which on two terms are the same topic; how many times as alike as any two papers
 * those of a topic are. */
static const double SHARE_MAX = 0.015, ONE_WORD = 0.6, SAME_TOPIC = 0.4, ALIKE_MIN = 2;
enum { CANDIDATES = 3000, CHUNK = 512, TAG_PAPERS_MIN = 5, TOPIC_PAPERS_MAX = 40, LONG_AGO = -1000000 };

/* Terms of a topic, its own included. Papers that share fewer are alike by chance, as in a small store those of any
 * common word are. */
enum { TERMS_MIN = 3 };

static void free_topic(pt_topic *topic)
{
    free(topic->papers);
    pt_buf_free(&topic->name);
    *topic = (pt_topic){0};
}

void pt_topics_free(pt_topic *topics, size_t count)
{
    for (size_t i = 0; topics && i < count; i++) {
        free_topic(&topics[i]);
    }
    free(topics);
}

/* ---- what tags leave ------------------------------------------------------------------------------------------- */

struct search {
    const pt_corpus *corpus;
    const pt_topic_options *options;
    size_t terms;          /* V */
    float *centroids;      /* tags x V: mean rows, of unit length */
    float *left;           /* by entry of the rows: what their tags leave */
    size_t *starts;        /* V + 1: a term's papers are papers[starts[term]] .. papers[starts[term + 1] - 1] */
    uint32_t *papers;      /* ascending for each term */
    size_t untagged;       /* papers without a tag */
    size_t *tag_papers;    /* by tag */
    long last;             /* day of the newest paper */
    size_t recent, before; /* papers of the recent days, and of those before */
    double likeness;       /* of any two papers: see measure_likeness */
    double *scores;        /* V: 0: not a topic */
};

/* The period of a paper: 1 the recent days, -1 those before, 0 earlier. */
static int period(const struct search *s, size_t paper)
{
    const long age = s->last - s->corpus->days[paper], days = (long)s->options->days;
    return age < days ? 1 : age < 2 * days ? -1 : 0;
}

static void find_periods(struct search *s)
{
    s->last = LONG_AGO;
    for (size_t i = 0; i < s->corpus->papers; i++) {
        s->last = s->corpus->days[i] > s->last ? s->corpus->days[i] : s->last;
    }
    for (size_t i = 0; i < s->corpus->papers; i++) {
        s->recent += period(s, i) > 0;
        s->before += period(s, i) < 0;
    }
}

static void find_centroids(struct search *s)
{
    const pt_corpus *c = s->corpus;

    for (size_t i = 0; i < c->papers; i++) {
        const pt_row row = pt_rows_get(c->rows, i);
        s->untagged += c->tags->starts[i] == c->tags->starts[i + 1];
        for (size_t k = c->tags->starts[i]; k < c->tags->starts[i + 1]; k++) {
            float *centroid = s->centroids + c->tags->tags[k] * s->terms;
            s->tag_papers[c->tags->tags[k]]++;
            for (size_t e = 0; e < row.count; e++) {
                centroid[row.terms[e]] += row.values[e];
            }
        }
    }
    for (size_t t = 0; t < c->tag_count; t++) {
        float *centroid = s->centroids + t * s->terms;
        double square = 0;
        for (size_t term = 0; term < s->terms; term++) {
            square += (double)centroid[term] * centroid[term];
        }
        for (size_t term = 0; term < s->terms && square > 0; term++) {
            centroid[term] = s->tag_papers[t] < TAG_PAPERS_MIN ? 0 : (float)(centroid[term] / sqrt(square));
        }
    }
}

static bool is_stopped(const struct search *s)
{
    return s->options->stop && *s->options->stop;
}

/* Removes from each row of a chunk the part along its tags, one tag after the other. */
static int remove_tags(void *context, size_t chunk)
{
    const struct search *s = context;
    const pt_corpus *c = s->corpus;

    for (size_t i = chunk * CHUNK; i < c->papers && i < (chunk + 1) * CHUNK; i++) {
        const pt_row row = pt_rows_get(c->rows, i);
        float *left = s->left + c->rows->starts[i];
        memcpy(left, row.values, row.count * sizeof *left);
        for (size_t k = c->tags->starts[i]; k < c->tags->starts[i + 1]; k++) {
            const float *centroid = s->centroids + c->tags->tags[k] * s->terms;
            double dot = 0;
            for (size_t e = 0; e < row.count; e++) {
                dot += (double)left[e] * centroid[row.terms[e]];
            }
            for (size_t e = 0; e < row.count; e++) {
                left[e] = fmaxf(left[e] - (float)(dot * centroid[row.terms[e]]), 0);
            }
        }
    }
    return is_stopped(s) ? PAPERTAG_INTERRUPTED : PAPERTAG_OK;
}

/* Lists the papers of every term, by counting sort. */
static void list_papers(struct search *s)
{
    const pt_rows *rows = s->corpus->rows;

    for (size_t i = 0; i < s->corpus->papers; i++) {
        const pt_row row = pt_rows_get(rows, i);
        for (size_t e = 0; e < row.count; e++) {
            s->starts[row.terms[e] + 1]++;
        }
    }
    for (size_t term = 0; term < s->terms; term++) {
        s->starts[term + 1] += s->starts[term];
    }
    for (size_t i = 0; i < s->corpus->papers; i++) {
        const pt_row row = pt_rows_get(rows, i);
        for (size_t e = 0; e < row.count; e++) {
            s->papers[s->starts[row.terms[e]]++] = (uint32_t)i;
        }
    }
    memmove(s->starts + 1, s->starts, s->terms * sizeof *s->starts);
    s->starts[0] = 0;
}

static size_t paper_count(const struct search *s, size_t term)
{
    return s->starts[term + 1] - s->starts[term];
}

/* ---- a term as a topic ----------------------------------------------------------------------------------------- */

/* Arrays for work on one term. sum and counts are all 0 between uses. */
struct scratch {
    float *sum;        /* V */
    uint32_t *touched; /* V: the terms with a sum */
    size_t *counts;    /* by tag */
};

static int open_scratch(const struct search *s, struct scratch *x)
{
    x->sum = pt_calloc(s->terms, sizeof *x->sum);
    x->touched = pt_alloc(s->terms, sizeof *x->touched);
    x->counts = pt_calloc(s->corpus->tag_count + 1, sizeof *x->counts);
    return x->sum && x->touched && x->counts ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static void close_scratch(struct scratch *x)
{
    free(x->sum);
    free(x->touched);
    free(x->counts);
}

/* Sums what is left of a term's papers into x->sum; *count terms are touched. Returns the sum of the squares. */
static double sum_rows(const struct search *s, size_t term, struct scratch *x, size_t *count)
{
    const pt_rows *rows = s->corpus->rows;
    double squares = 0;

    *count = 0;
    for (size_t p = s->starts[term]; p < s->starts[term + 1]; p++) {
        const size_t paper = s->papers[p];
        const pt_row row = pt_rows_get(rows, paper);
        const float *left = s->left + rows->starts[paper];
        for (size_t e = 0; e < row.count; e++) {
            if (left[e] > 0) {
                if (x->sum[row.terms[e]] == 0) {
                    x->touched[(*count)++] = row.terms[e];
                }
                x->sum[row.terms[e]] += left[e];
                squares += (double)left[e] * left[e];
            }
        }
    }
    return squares;
}

/* The mean dot product of two of a term's papers in what their tags leave, without the term and those that overlap with
 * it. All products of two different papers add up to the square of the sum of rows minus the sum of their squares. */
static double measure_likeness(const struct search *s, size_t term, struct scratch *x)
{
    const double n = (double)paper_count(s, term);
    double square = 0, squares, own = 0;
    size_t count;

    squares = sum_rows(s, term, x, &count);
    for (size_t i = 0; i < count; i++) {
        const uint32_t other = x->touched[i];
        const double product = (double)x->sum[other] * x->sum[other];
        square += product;
        own += pt_terms_overlap(s->corpus->vocabulary, term, other) ? product : 0;
        x->sum[other] = 0;
    }
    return fmax(square - own - squares, 0) / (n * (n - 1));
}

/* The same for all papers: how alike any two of them are. */
static int measure_all(struct search *s)
{
    const pt_rows *rows = s->corpus->rows;
    const double n = (double)rows->count;
    double *sums = pt_calloc(s->terms, sizeof *sums), square = 0, squares = 0;

    if (!sums) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t e = 0; e < rows->starts[rows->count]; e++) {
        sums[rows->terms[e]] += s->left[e];
        squares += (double)s->left[e] * s->left[e];
    }
    for (size_t term = 0; term < s->terms; term++) {
        square += sums[term] * sums[term];
    }
    s->likeness = n > 1 ? fmax(square - squares, 0) / (n * (n - 1)) : 0;
    free(sums);
    return PAPERTAG_OK;
}

/* Counts the tags of a term's papers. Returns how many papers have none. */
static size_t count_tags(const struct search *s, size_t term, size_t *counts)
{
    const pt_labels *tags = s->corpus->tags;
    size_t untagged = 0;

    memset(counts, 0, s->corpus->tag_count * sizeof *counts);
    for (size_t p = s->starts[term]; p < s->starts[term + 1]; p++) {
        const size_t first = tags->starts[s->papers[p]], end = tags->starts[s->papers[p] + 1];
        for (size_t k = first; k < end; k++) {
            counts[tags->tags[k]]++;
        }
        untagged += first == end;
    }
    return untagged;
}

/* How far the tags of some papers are from those of all papers: the Kullback-Leibler divergence of the distributions,
 * in nats, with "no tag" as one more tag. It is close to 0 for phrases that any paper may have. */
static double tag_divergence(const struct search *s, const size_t *counts, size_t untagged)
{
    const double prior = 10;
    const size_t tags = s->corpus->tag_count;
    double all = (double)s->untagged, here = prior + (double)untagged, divergence = 0;

    for (size_t t = 0; t < tags; t++) {
        all += (double)s->tag_papers[t];
        here += (double)counts[t];
    }
    for (size_t t = 0; t <= tags; t++) {
        const double q = (double)(t < tags ? s->tag_papers[t] : s->untagged) / all;
        const double p = ((double)(t < tags ? counts[t] : untagged) + prior * q) / here;
        divergence += p > 0 ? p * log(p / q) : 0;
    }
    return divergence;
}

/* The highest F1 of a tag as a guess of N papers; counts[tag] of them have the tag. 0: none has a tag. */
static double find_coverage(const struct search *s, size_t papers, const size_t *counts, size_t *tag)
{
    double best = 0;

    *tag = 0;
    for (size_t t = 0; t < s->corpus->tag_count; t++) {
        const double f1 = 2 * (double)counts[t] / (double)(papers + s->tag_papers[t]);
        if (counts[t] && f1 > best) {
            best = f1;
            *tag = t;
        }
    }
    return best;
}

static double find_growth(const struct search *s, size_t term, size_t *recent, size_t *before)
{
    *recent = *before = 0;
    for (size_t p = s->starts[term]; p < s->starts[term + 1]; p++) {
        const int when = period(s, s->papers[p]);
        *recent += when > 0;
        *before += when < 0;
    }
    return pt_growth(*recent, s->recent, *before, s->before);
}

static double score_term(const struct search *s, size_t term, struct scratch *x)
{
    const size_t papers = paper_count(s, term), untagged = count_tags(s, term, x->counts);
    const double apart = tag_divergence(s, x->counts, untagged), likeness = measure_likeness(s, term, x);
    const double name = pt_term_is_phrase(s->corpus->vocabulary, term) ? 1 : ONE_WORD;
    size_t tag, recent, before;

    if (likeness < ALIKE_MIN * s->likeness) {
        return 0;
    }
    return likeness * sqrt((double)papers) * name * (1 - find_coverage(s, papers, x->counts, &tag)) *
           (1 - exp(-2 * fmax(apart, 0))) * (1 + fmax(find_growth(s, term, &recent, &before), 0) / 4);
}

static int score_terms(void *context, size_t chunk)
{
    struct search *s = context;
    const double most = fmax(SHARE_MAX * (double)s->corpus->papers, TOPIC_PAPERS_MAX);
    struct scratch x = {0};
    const int status = open_scratch(s, &x);

    for (size_t term = chunk * CHUNK; !status && term < s->terms && term < (chunk + 1) * CHUNK; term++) {
        const size_t papers = paper_count(s, term);
        size_t length;
        if (*pt_term_text(s->corpus->vocabulary, term, &length) >= 'a' && papers >= s->options->min_papers &&
            (double)papers <= most) {
            s->scores[term] = score_term(s, term, &x);
        }
    }
    close_scratch(&x);
    return status ? status : is_stopped(s) ? PAPERTAG_INTERRUPTED : PAPERTAG_OK;
}

static void show_scored(void *context, size_t finished)
{
    const struct search *s = context;

    if (s->options->progress) {
        s->options->progress(s->options->progress_context, "comparing terms", finished * CHUNK, s->terms);
    }
}

/* ---- describing a topic ---------------------------------------------------------------------------------------- */

/* The term that is most overrepresented in a topic's papers, by z of its log-odds; UINT32_MAX: none is by 3 or more,
 * below which it may be chance. counts: how many of the papers have each term. */
static uint32_t find_distinctive(const struct search *s, const pt_topic *topic, const uint32_t *counts)
{
    const double n = (double)topic->count, all = (double)s->corpus->papers;
    double best = 3;
    uint32_t found = UINT32_MAX;

    for (size_t term = 0; term < s->terms; term++) {
        if (counts[term] * 5 < topic->count || counts[term] < 2) {
            continue; /* fewer than a fifth of the papers */
        }
        const double df = (double)paper_count(s, term), prior = df / all * 10 + 0.01;
        const double in = counts[term] + prior, out = df - counts[term] + prior;
        const double z = (log(in / (n + 10 - in)) - log(out / (all - n + 10 - out))) / sqrt(1 / in + 1 / out);
        if (z > best) {
            best = z;
            found = (uint32_t)term;
        }
    }
    return found;
}

/* Sets a topic's name, and adds the terms that distinguish its papers; terms that overlap are listed once. */
static int find_terms(const struct search *s, pt_topic *topic)
{
    const pt_vocabulary *v = s->corpus->vocabulary;
    uint32_t *counts = pt_calloc(s->terms, sizeof *counts), term;
    int status = counts ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t p = 0; p < topic->count && !status; p++) {
        const pt_row row = pt_rows_get(s->corpus->rows, topic->papers[p]);
        for (size_t e = 0; e < row.count; e++) {
            counts[row.terms[e]]++;
        }
    }
    status = status ? status : pt_phrase_of(v, topic->terms[0], counts, topic->count, &topic->name);
    while (!status && topic->term_count < PT_TOPIC_TERMS && (term = find_distinctive(s, topic, counts)) != UINT32_MAX) {
        bool listed = false;
        counts[term] = 0;
        for (size_t i = 0; i < topic->term_count; i++) {
            listed = listed || pt_terms_overlap(v, term, topic->terms[i]);
        }
        if (!listed) {
            topic->terms[topic->term_count++] = term;
        }
    }
    free(counts);
    return status;
}

struct typical {
    double dot; /* with the sum of all other papers of the topic */
    uint32_t paper;
};

static int compare_typical(const void *a, const void *b)
{
    const struct typical *x = a, *y = b;
    return x->dot != y->dot ? (x->dot < y->dot ? 1 : -1) : (x->paper > y->paper) - (x->paper < y->paper);
}

/* Lists a topic's papers, the most typical first. Leaves x->sum set. */
static int order_papers(const struct search *s, uint32_t term, struct scratch *x, pt_topic *topic)
{
    struct typical *order = pt_alloc(topic->count, sizeof *order);
    size_t touched;

    topic->papers = pt_alloc(topic->count, sizeof *topic->papers);
    if (!order || !topic->papers) {
        free(order);
        return PAPERTAG_NO_MEMORY;
    }
    sum_rows(s, term, x, &touched);
    for (size_t i = 0; i < topic->count; i++) {
        const uint32_t paper = s->papers[s->starts[term] + i];
        const pt_row row = pt_rows_get(s->corpus->rows, paper);
        const float *left = s->left + s->corpus->rows->starts[paper];
        order[i] = (struct typical){0, paper};
        for (size_t e = 0; e < row.count; e++) {
            order[i].dot += (double)left[e] * (x->sum[row.terms[e]] - left[e]);
        }
    }
    pt_sort(order, topic->count, sizeof *order, compare_typical);
    for (size_t i = 0; i < topic->count; i++) {
        topic->papers[i] = order[i].paper;
    }
    free(order);
    return PAPERTAG_OK;
}

static int describe_topic(const struct search *s, uint32_t term, pt_topic *topic)
{
    struct scratch x = {0};
    int status = open_scratch(s, &x);

    *topic = (pt_topic){.terms = {term}, .term_count = 1, .count = paper_count(s, term), .score = s->scores[term]};
    status = status ? status : order_papers(s, term, &x, topic);
    if (!status) {
        count_tags(s, term, x.counts);
        topic->coverage = find_coverage(s, topic->count, x.counts, &topic->nearest_tag);
        topic->growth = find_growth(s, term, &topic->recent, &topic->before);
        status = find_terms(s, topic);
    }
    close_scratch(&x);
    return status;
}

/* ---- choosing topics ------------------------------------------------------------------------------------------- */

struct candidate {
    double score;
    uint32_t term;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : (x->term > y->term) - (x->term < y->term);
}

/* The papers that two terms share, as a part of the smaller number of papers. */
static double shared_part(const struct search *s, size_t a, size_t b)
{
    const size_t n = paper_count(s, a), m = paper_count(s, b);
    size_t i = s->starts[a], j = s->starts[b], both = 0;

    while (i < s->starts[a + 1] && j < s->starts[b + 1]) {
        both += s->papers[i] == s->papers[j];
        if (s->papers[i] <= s->papers[j]) {
            i++;
        } else {
            j++;
        }
    }
    return (double)both / (double)(n < m ? n : m);
}

static bool is_same_topic(const struct search *s, uint32_t term, const pt_topic *topics, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        if (shared_part(s, term, topics[k].terms[0]) >= SAME_TOPIC) {
            return true;
        }
    }
    return false;
}

static int choose_topics(const struct search *s, pt_topic **out, size_t *count)
{
    struct candidate *list = pt_alloc(s->terms, sizeof *list);
    pt_topic *topics = pt_calloc(s->options->limit, sizeof *topics);
    size_t n = 0, chosen = 0;
    int status = list && topics ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t term = 0; term < s->terms && !status; term++) {
        if (s->scores[term] > 0) {
            list[n++] = (struct candidate){s->scores[term], (uint32_t)term};
        }
    }
    pt_sort(list, n, sizeof *list, compare_candidates);
    for (size_t i = 0; i < n && i < CANDIDATES && chosen < s->options->limit && !status; i++) {
        if (!is_same_topic(s, list[i].term, topics, chosen)) {
            status = describe_topic(s, list[i].term, &topics[chosen]);
            if (status || topics[chosen].term_count >= TERMS_MIN) {
                chosen++;
            } else {
                free_topic(&topics[chosen]);
            }
        }
    }
    free(list);
    if (status) {
        pt_topics_free(topics, chosen);
    } else {
        *out = topics;
        *count = chosen;
    }
    return status;
}

int pt_find_topics(const pt_corpus *corpus, const pt_topic_options *options, pt_topic **out, size_t *count,
                   papertag_error *err)
{
    const size_t terms = corpus->vocabulary->count, entries = corpus->papers ? corpus->rows->starts[corpus->papers] : 0;
    struct search s = {.corpus = corpus, .options = options, .terms = terms};
    int status = PAPERTAG_NO_MEMORY;

    if (!corpus->papers) {
        *out = NULL;
        *count = 0;
        return PAPERTAG_OK;
    }
    s.centroids = pt_calloc(corpus->tag_count, terms * sizeof *s.centroids);
    s.left = pt_alloc(entries, sizeof *s.left);
    s.starts = pt_calloc(terms + 1, sizeof *s.starts);
    s.papers = pt_alloc(entries, sizeof *s.papers);
    s.tag_papers = pt_calloc(corpus->tag_count + 1, sizeof *s.tag_papers);
    s.scores = pt_calloc(terms, sizeof *s.scores);
    if (s.centroids && s.left && s.starts && s.papers && s.tag_papers && s.scores) {
        find_periods(&s);
        find_centroids(&s);
        list_papers(&s);
        status = pt_parallel(options->jobs, corpus->papers / CHUNK + 1, remove_tags, &s, NULL);
        status = status ? status : measure_all(&s);
        status = status ? status : pt_parallel(options->jobs, terms / CHUNK + 1, score_terms, &s, show_scored);
        status = status ? status : choose_topics(&s, out, count);
    }
    free(s.centroids);
    free(s.left);
    free(s.starts);
    free(s.papers);
    free(s.tag_papers);
    free(s.scores);
    return status == PAPERTAG_INTERRUPTED ? pt_fail(err, status, "the search for topics was interrupted")
           : status                       ? pt_no_memory(err)
                                          : PAPERTAG_OK;
}
