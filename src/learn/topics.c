/*
 * topics - finds topics among papers that their tags do not describe.
 *
 * Every term is scored as a topic, by the rows of its papers: of at most SAMPLE of them, so the work is linear in the
 * number of papers, however many have a term. The terms that do best are then scored by all of their papers, and the
 * best of these are chosen; a term whose papers are mostly those of a better term is the same topic.
 */
#include "topics.h"

#include <math.h>
#include <stdlib.h>

#include "chance.h"
#include "measure/measure.h"
#include "phrases.h"
#include "residual.h"

/* The largest share of all papers that a topic may have; the factor of a single word, a vaguer name than a phrase; the
 * shared part of their papers from which on two terms are the same topic; how many times as alike as any two papers
 * those of a topic are. */
static const double SHARE_MAX = 0.015, ONE_WORD = 0.6, SAME_TOPIC = 0.4, ALIKE_MIN = 2;
enum { CANDIDATES = 3000, CHUNK = 512, TOPIC_PAPERS_MAX = 40, SAMPLE = 128 };

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

struct candidate {
    double score; /* 0: not a topic */
    uint32_t term;
};

struct search {
    const pt_corpus *corpus;
    const pt_topic_options *options;
    size_t terms; /* V */
    pt_residual left;
    pt_phrase_index phrases;
    double likeness; /* of any two papers: see measure_all */

    /* the terms that are looked at now */
    struct candidate *candidates; /* candidate_count, by term until they are ranked */
    size_t candidate_count;
    size_t *starts;   /* V + 1: papers[starts[term]] .. papers[starts[term + 1] - 1] are those of a candidate */
    uint32_t *papers; /* ascending for each term */
};

static bool is_stopped(const struct search *s)
{
    return s->options->stop && *s->options->stop;
}

/* How many papers have a term. */
static size_t paper_count(const struct search *s, size_t term)
{
    return pt_residual_count(&s->left, PT_EVERY, term);
}

/* ---- the papers of terms --------------------------------------------------------------------------------------- */

/* Which of a term's papers are listed: of n papers the first, and then one after every n / most. */
struct listing {
    uint32_t seen; /* papers */
    uint32_t next; /* the number of the next one that is listed; UINT32_MAX: none */
    uint32_t listed, most;
};

static void list_paper(struct search *s, struct listing *lists, uint32_t paper, uint32_t *terms)
{
    const pt_residual_row row = pt_residual_get(&s->left, paper);

    pt_residual_terms(row, terms);
    for (size_t k = 0; k < row.count; k++) {
        struct listing *list = &lists[terms[k]];
        if (list->seen++ == list->next) {
            s->papers[s->starts[terms[k]] + list->listed++] = paper;
            list->next = list->listed < list->most
                             ? (uint32_t)((uint64_t)list->listed * paper_count(s, terms[k]) / list->most)
                             : UINT32_MAX;
        }
    }
}

/* Lists the papers of the candidates, at most `most` of each. */
static int list_papers(struct search *s, size_t most)
{
    struct listing *lists = pt_calloc(s->terms, sizeof *lists);
    uint32_t *terms = pt_alloc(s->terms, sizeof *terms);
    size_t all = 0;

    for (size_t t = 0; lists && t < s->terms; t++) {
        lists[t].next = UINT32_MAX;
    }
    for (size_t i = 0; lists && i < s->candidate_count; i++) {
        struct listing *list = &lists[s->candidates[i].term];
        const size_t papers = paper_count(s, s->candidates[i].term);
        list->next = 0;
        list->most = (uint32_t)(papers < most ? papers : most);
    }
    for (size_t t = 0; lists && t < s->terms; t++) {
        s->starts[t] = all;
        all += lists[t].most;
    }
    s->starts[s->terms] = all;
    free(s->papers);
    s->papers = pt_alloc(all, sizeof *s->papers);
    for (size_t i = 0; lists && terms && s->papers && i < s->corpus->papers; i++) {
        list_paper(s, lists, (uint32_t)i, terms);
    }
    free(lists);
    free(terms);
    return lists && terms && s->papers ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* ---- a term as a topic ----------------------------------------------------------------------------------------- */

/* Arrays for work on one term. The sum is 0 between uses. */
struct scratch {
    float *sum;       /* V, rounded up to whole pages */
    uint32_t *others; /* V */
};

static int open_scratch(const struct search *s, struct scratch *x)
{
    x->sum = pt_calloc(s->terms / PT_PACKED_PAGE + 1, PT_PACKED_PAGE * sizeof *x->sum);
    x->others = pt_alloc(s->terms, sizeof *x->others);
    return x->sum && x->others ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

static void close_scratch(struct scratch *x)
{
    free(x->sum);
    free(x->others);
}

/* Sums what is left of a term's papers into x->sum. Returns the sum of the products of every two. */
static double sum_rows(const struct search *s, uint32_t term, struct scratch *x)
{
    double products = 0;

    for (size_t p = s->starts[term]; p < s->starts[term + 1]; p++) {
        pt_residual_prefetch(&s->left, s->papers + p, s->starts[term + 1] - p);
        products += pt_residual_add(pt_residual_get(&s->left, s->papers[p]), x->sum);
    }
    return products;
}

/* The mean product of two of a term's papers in what their tags leave, without the term and those that overlap with
 * it. */
static double measure_likeness(const struct search *s, uint32_t term, struct scratch *x)
{
    const double n = (double)(s->starts[term + 1] - s->starts[term]), products = sum_rows(s, term, x);
    const size_t others = pt_overlapping_terms(&s->phrases, term, x->others);
    double own = 0;

    for (size_t i = 0; i < others; i++) {
        own += (double)x->sum[x->others[i]] * x->sum[x->others[i]];
    }
    memset(x->sum, 0, s->terms * sizeof *x->sum);
    return fmax(2 * products - own, 0) / (n * (n - 1));
}

/* The same for all papers: how alike any two of them are. All products of two different papers add up to the square of
 * the sum of rows minus the sum of their squares. */
static int measure_all(struct search *s)
{
    const double n = (double)s->corpus->papers;
    double *sums = pt_calloc(s->terms, sizeof *sums), square = 0, squares = 0;
    uint32_t *terms = pt_alloc(s->terms, sizeof *terms);

    for (size_t i = 0; i < s->corpus->papers && sums && terms; i++) {
        const pt_residual_row row = pt_residual_get(&s->left, i);
        pt_residual_terms(row, terms);
        for (size_t k = 0; k < row.count; k++) {
            const double value = (double)(row.unit * (float)row.values[k]);
            sums[terms[k]] += value;
            squares += value * value;
        }
    }
    for (size_t term = 0; term < s->terms && sums; term++) {
        square += sums[term] * sums[term];
    }
    s->likeness = n > 1 ? fmax(square - squares, 0) / (n * (n - 1)) : 0;
    free(sums);
    free(terms);
    return sums && terms ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* How far the tags of a term's papers are from those of all papers: the Kullback-Leibler divergence of the
 * distributions, in nats, with "no tag" as one more tag. It is close to 0 for phrases that any paper may have. */
static double tag_divergence(const struct search *s, size_t term)
{
    const pt_residual *left = &s->left;
    const double prior = 10;
    double all = 0, here = prior, divergence = 0;

    for (size_t g = PT_UNTAGGED; g < left->groups; g++) {
        all += (double)left->papers[g];
        here += (double)pt_residual_count(left, g, term);
    }
    for (size_t g = PT_UNTAGGED; g < left->groups; g++) {
        const double q = (double)left->papers[g] / all;
        const double p = ((double)pt_residual_count(left, g, term) + prior * q) / here;
        divergence += p > 0 ? p * log(p / q) : 0;
    }
    return divergence;
}

/* The highest F1 of a tag as a guess of a term's papers. 0: none has a tag. */
static double find_coverage(const struct search *s, size_t term, size_t *tag)
{
    double best = 0;

    *tag = 0;
    for (size_t t = 0; t < s->corpus->tag_count; t++) {
        const size_t both = pt_residual_count(&s->left, PT_TAGGED + t, term);
        const double f1 = 2 * (double)both / (double)(paper_count(s, term) + s->left.papers[PT_TAGGED + t]);
        if (both && f1 > best) {
            best = f1;
            *tag = t;
        }
    }
    return best;
}

static double find_growth(const struct search *s, size_t term)
{
    return pt_growth(pt_residual_count(&s->left, PT_RECENT, term), s->left.papers[PT_RECENT],
                     pt_residual_count(&s->left, PT_BEFORE, term), s->left.papers[PT_BEFORE]);
}

static double score_term(const struct search *s, uint32_t term, struct scratch *x)
{
    const double apart = tag_divergence(s, term), likeness = measure_likeness(s, term, x);
    const double name = pt_term_is_phrase(s->corpus->vocabulary, term) ? 1 : ONE_WORD;
    size_t tag;

    if (likeness < ALIKE_MIN * s->likeness) {
        return 0;
    }
    return likeness * sqrt((double)paper_count(s, term)) * name * (1 - find_coverage(s, term, &tag)) *
           (1 - exp(-2 * fmax(apart, 0))) * (1 + fmax(find_growth(s, term), 0) / 4);
}

static int score_chunk(void *context, size_t chunk)
{
    struct search *s = context;
    struct scratch x = {0};
    const int status = open_scratch(s, &x);

    for (size_t i = chunk * CHUNK; !status && i < s->candidate_count && i < (chunk + 1) * CHUNK; i++) {
        s->candidates[i].score = score_term(s, s->candidates[i].term, &x);
    }
    close_scratch(&x);
    return status ? status : is_stopped(s) ? PAPERTAG_INTERRUPTED : PAPERTAG_OK;
}

static void show_scored(void *context, size_t finished)
{
    const struct search *s = context;

    if (s->options->progress) {
        s->options->progress(s->options->progress_context, "comparing terms", finished * CHUNK, s->candidate_count);
    }
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : (x->term > y->term) - (x->term < y->term);
}

/* Scores the candidates, each by at most `most` papers, and ranks those that are topics. */
static int rank_candidates(struct search *s, size_t most)
{
    size_t topics = 0;
    int status = list_papers(s, most);

    status =
        status ? status : pt_parallel(s->options->jobs, s->candidate_count / CHUNK + 1, score_chunk, s, show_scored);
    if (!status) {
        pt_sort(s->candidates, s->candidate_count, sizeof *s->candidates, compare_candidates);
        while (topics < s->candidate_count && s->candidates[topics].score > 0) {
            topics++;
        }
        s->candidate_count = topics;
    }
    return status;
}

/* The terms that may be topics. */
static void find_candidates(struct search *s)
{
    const double most = fmax(SHARE_MAX * (double)s->corpus->papers, TOPIC_PAPERS_MAX);

    for (uint32_t term = 0; term < s->terms; term++) {
        const size_t papers = paper_count(s, term);
        size_t length;
        if (*pt_term_text(s->corpus->vocabulary, term, &length) >= 'a' && papers >= s->options->min_papers &&
            (double)papers <= most) {
            s->candidates[s->candidate_count++].term = term;
        }
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
    uint32_t *counts = pt_calloc(s->terms, sizeof *counts), *terms = pt_alloc(s->terms, sizeof *terms), term;
    int status = counts && terms ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t p = 0; p < topic->count && !status; p++) {
        const pt_residual_row row = pt_residual_get(&s->left, topic->papers[p]);
        pt_residual_terms(row, terms);
        for (size_t e = 0; e < row.count; e++) {
            counts[terms[e]]++;
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
    free(terms);
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

    topic->papers = pt_alloc(topic->count, sizeof *topic->papers);
    if (!order || !topic->papers) {
        free(order);
        return PAPERTAG_NO_MEMORY;
    }
    sum_rows(s, term, x);
    for (size_t i = 0; i < topic->count; i++) {
        const uint32_t paper = s->papers[s->starts[term] + i];
        order[i] = (struct typical){pt_residual_with_others(pt_residual_get(&s->left, paper), x->sum), paper};
    }
    pt_sort(order, topic->count, sizeof *order, compare_typical);
    for (size_t i = 0; i < topic->count; i++) {
        topic->papers[i] = order[i].paper;
    }
    free(order);
    return PAPERTAG_OK;
}

static int describe_topic(const struct search *s, const struct candidate *candidate, pt_topic *topic)
{
    const uint32_t term = candidate->term;
    struct scratch x = {0};
    int status = open_scratch(s, &x);

    *topic = (pt_topic){.terms = {term}, .term_count = 1, .count = paper_count(s, term), .score = candidate->score};
    status = status ? status : order_papers(s, term, &x, topic);
    if (!status) {
        topic->coverage = find_coverage(s, term, &topic->nearest_tag);
        topic->recent = pt_residual_count(&s->left, PT_RECENT, term);
        topic->before = pt_residual_count(&s->left, PT_BEFORE, term);
        topic->growth = find_growth(s, term);
        status = find_terms(s, topic);
    }
    close_scratch(&x);
    return status;
}

/* ---- choosing topics ------------------------------------------------------------------------------------------- */

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

static int may_be_chance(const struct search *s, uint32_t term, pt_chance *chance, uint32_t *own, bool *out)
{
    const size_t own_count = pt_overlapping_terms(&s->phrases, term, own);

    return pt_may_be_chance(chance, s->papers + s->starts[term], paper_count(s, term), own, own_count, out);
}

/* Chooses topics among the ranked candidates, whose papers are all listed. tests: candidates there were at first. */
static int choose_topics(const struct search *s, size_t tests, pt_topic **out, size_t *count)
{
    pt_topic *topics = pt_calloc(s->options->limit, sizeof *topics);
    uint32_t *own = pt_alloc(s->terms, sizeof *own);
    pt_chance chance;
    size_t chosen = 0;
    int status = pt_chance_open(&chance, &s->left, tests);

    status = topics && own ? status : PAPERTAG_NO_MEMORY;
    for (size_t i = 0; i < s->candidate_count && chosen < s->options->limit && !status; i++) {
        const uint32_t term = s->candidates[i].term;
        bool left_out = is_same_topic(s, term, topics, chosen);
        status = left_out ? PAPERTAG_OK : may_be_chance(s, term, &chance, own, &left_out);
        if (!left_out && !status) {
            status = describe_topic(s, &s->candidates[i], &topics[chosen]);
            if (status || topics[chosen].term_count >= TERMS_MIN) {
                chosen++;
            } else {
                free_topic(&topics[chosen]);
            }
        }
    }
    pt_chance_close(&chance);
    free(own);
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
    const size_t terms = corpus->vocabulary->count;
    struct search s = {.corpus = corpus, .options = options, .terms = terms};
    size_t tests = 0;
    int status;

    if (!corpus->papers) {
        *out = NULL;
        *count = 0;
        return PAPERTAG_OK;
    }
    s.starts = pt_alloc(terms + 1, sizeof *s.starts);
    s.candidates = pt_calloc(terms, sizeof *s.candidates);
    status = s.starts && s.candidates ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
    status = status ? status : pt_phrase_index_build(&s.phrases, corpus->vocabulary);
    status = status ? status : pt_residual_find(&s.left, corpus, (long)options->days, options->jobs, options->stop);
    status = status ? status : measure_all(&s);
    if (!status) {
        find_candidates(&s);
        tests = s.candidate_count;
        status = rank_candidates(&s, SAMPLE);
        s.candidate_count = s.candidate_count < CANDIDATES ? s.candidate_count : CANDIDATES;
    }
    status = status ? status : rank_candidates(&s, SIZE_MAX);
    status = status ? status : choose_topics(&s, tests, out, count);
    pt_residual_free(&s.left);
    pt_phrase_index_free(&s.phrases);
    free(s.candidates);
    free(s.starts);
    free(s.papers);
    return status == PAPERTAG_INTERRUPTED ? pt_fail(err, status, "the search for topics was interrupted")
           : status                       ? pt_no_memory(err)
                                          : PAPERTAG_OK;
}
