/*
 * discover - topics among papers that their tags do not tell of.
 *
 * Every term of some papers is looked at as a topic, which takes one walk over the rows of its papers; so all of it is
 * linear in the entries of the matrix times the length of a row. The best are then told apart: a term whose papers are
 * mostly those of a better one names the same topic.
 */
#include "topics.h"

#include <math.h>
#include <stdlib.h>

#include "measure/measure.h"

/* A topic has at most this share of all papers; a word alone is a vaguer name than a phrase; terms told apart. */
static const double SHARE_MOST = 0.015, ONE_WORD = 0.6, SAME = 0.4, IN_PHRASE = 0.5;
enum { CANDIDATES = 3000, CHUNK = 512, TAG_PAPERS_LEAST = 5 };

void pt_topics_free(pt_topic *topics, size_t count)
{
    for (size_t i = 0; topics && i < count; i++) {
        free(topics[i].papers);
        pt_buf_free(&topics[i].name);
    }
    free(topics);
}

/* ---- what tags leave ------------------------------------------------------------------------------------------- */

struct search {
    const pt_corpus *corpus;
    const pt_discover_options *options;
    size_t terms;
    float *centroids;          /* tags x V: mean rows of unit length */
    float *left;               /* by entry of the rows: what their tags leave */
    size_t *starts;            /* V + 1: a term's papers */
    uint32_t *papers;          /* by term, ascending */
    size_t untagged;           /* papers without a tag */
    size_t *tag_papers;        /* by tag */
    long last;                 /* day of the newest paper */
    size_t recent, before;     /* papers of the last days, and of those before */
    double *scores, *likeness; /* V */
};

/* The days of a paper: 1 of the last ones, -1 of those before, 0 earlier. */
static int period(const struct search *s, size_t paper)
{
    const long age = s->last - s->corpus->days[paper], days = (long)s->options->days;
    return age < days ? 1 : age < 2 * days ? -1 : 0;
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
            centroid[term] = s->tag_papers[t] < TAG_PAPERS_LEAST ? 0 : (float)(centroid[term] / sqrt(square));
        }
    }
}

/* Takes out of a paper's row what lies along its tags. */
static int leave(void *context, size_t chunk)
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
    return PAPERTAG_OK;
}

/* The papers of every term. */
static void find_papers(struct search *s)
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

/* ---- terms as topics ------------------------------------------------------------------------------------------- */

static const char *term_text(const struct search *s, size_t term, size_t *length)
{
    const pt_vocabulary *v = s->corpus->vocabulary;
    *length = v->starts[term + 1] - v->starts[term];
    return v->text + v->starts[term];
}

/* Whether one term is some of the words of the other. */
static bool within(const struct search *s, size_t inner, size_t outer)
{
    size_t a_length, b_length;
    const char *a = term_text(s, inner, &a_length), *b = term_text(s, outer, &b_length);

    for (size_t at = 0; at + a_length <= b_length; at++) {
        if ((!at || b[at - 1] == ' ') && (at + a_length == b_length || b[at + a_length] == ' ') &&
            !memcmp(b + at, a, a_length)) {
            return true;
        }
    }
    return false;
}

static bool is_phrase(const struct search *s, size_t term)
{
    size_t length;
    return memchr(term_text(s, term, &length), ' ',
                  s->corpus->vocabulary->starts[term + 1] - s->corpus->vocabulary->starts[term]);
}

/* Sums what is left of a term's papers into sum[V]; `touched` lists the terms met, *count of them. */
static double add_rows(const struct search *s, size_t term, float *sum, uint32_t *touched, size_t *count)
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
                if (sum[row.terms[e]] == 0) {
                    touched[(*count)++] = row.terms[e];
                }
                sum[row.terms[e]] += left[e];
                squares += (double)left[e] * left[e];
            }
        }
    }
    return squares;
}

/* How alike a term's papers are in what tags and the term (and what is part of it, or has it as a part) leave. The sum
 * of all products of two different papers is the square of their sum less the squares of each. Only terms that at
 * least three of them share speak of a topic: the most frequent ones carry it. */
static double measure_likeness(const struct search *s, size_t term, float *sum, uint32_t *touched)
{
    const double n = (double)(s->starts[term + 1] - s->starts[term]);
    double square = 0, squares = 0, own = 0;
    size_t count;

    squares = add_rows(s, term, sum, touched, &count);
    for (size_t i = 0; i < count; i++) {
        square += (double)sum[touched[i]] * sum[touched[i]];
        own +=
            within(s, touched[i], term) || within(s, term, touched[i]) ? (double)sum[touched[i]] * sum[touched[i]] : 0;
        sum[touched[i]] = 0;
    }
    return fmax(square - own - squares, 0) / (n * (n - 1));
}

/* The tag that guesses a term's papers best. counts: of tags, zero, and zero again. *apart: how far the papers' tags
 * are from those of all papers (the Kullback-Leibler divergence of the one distribution from the other, in nats, "no
 * tag" being one of them): next to nothing for phrases that any paper may have. */
static double find_coverage(const struct search *s, size_t term, size_t *counts, size_t *tag, double *apart)
{
    const double prior = 10;
    const pt_labels *tags = s->corpus->tags;
    const size_t papers = s->starts[term + 1] - s->starts[term];
    double best = 0, all = (double)s->untagged, here = prior;
    size_t untagged = 0;

    *tag = 0;
    *apart = 0;
    for (size_t p = s->starts[term]; p < s->starts[term + 1]; p++) {
        for (size_t k = tags->starts[s->papers[p]]; k < tags->starts[s->papers[p] + 1]; k++) {
            counts[tags->tags[k]]++;
            here++;
        }
        untagged += tags->starts[s->papers[p]] == tags->starts[s->papers[p] + 1];
    }
    here += (double)untagged;
    for (size_t t = 0; t < s->corpus->tag_count; t++) {
        all += (double)s->tag_papers[t];
    }
    for (size_t t = 0; t <= s->corpus->tag_count; t++) {
        const bool none = t == s->corpus->tag_count;
        const double q = (double)(none ? s->untagged : s->tag_papers[t]) / all;
        const double p = ((double)(none ? untagged : counts[t]) + prior * q) / here;
        *apart += p > 0 ? p * log(p / q) : 0;
    }
    for (size_t t = 0; t < s->corpus->tag_count; t++) {
        const double f1 = 2 * (double)counts[t] / (double)(papers + s->tag_papers[t]);
        if (counts[t] && f1 > best) {
            best = f1;
            *tag = t;
        }
        counts[t] = 0;
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

static int score_terms(void *context, size_t chunk)
{
    struct search *s = context;
    float *sum = pt_calloc(s->terms, sizeof *sum);
    uint32_t *touched = pt_alloc(s->terms, sizeof *touched);
    size_t *counts = pt_calloc(s->corpus->tag_count + 1, sizeof *counts);
    const bool good = sum && touched && counts;

    for (size_t term = chunk * CHUNK; good && term < s->terms && term < (chunk + 1) * CHUNK; term++) {
        const size_t papers = s->starts[term + 1] - s->starts[term];
        size_t tag, recent, before, length;
        double coverage, apart;
        if (*term_text(s, term, &length) < 'a' || papers < s->options->min_papers ||
            (double)papers > fmax(SHARE_MOST * (double)s->corpus->papers, 40)) {
            continue;
        }
        s->likeness[term] = measure_likeness(s, term, sum, touched);
        coverage = find_coverage(s, term, counts, &tag, &apart);
        s->scores[term] = s->likeness[term] * sqrt((double)papers) * (is_phrase(s, term) ? 1 : ONE_WORD) *
                          (1 - coverage) * (1 - exp(-2 * fmax(apart, 0))) *
                          (1 + fmax(find_growth(s, term, &recent, &before), 0) / 4);
    }
    free(sum);
    free(touched);
    free(counts);
    return good ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* ---- telling topics apart -------------------------------------------------------------------------------------- */

struct candidate {
    double score;
    uint32_t term;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : (x->term > y->term) - (x->term < y->term);
}

/* Papers that two terms share, of the fewer. */
static double overlap(const struct search *s, size_t a, size_t b)
{
    size_t i = s->starts[a], j = s->starts[b], both = 0;
    const size_t n = s->starts[a + 1] - i, m = s->starts[b + 1] - j;

    while (i < s->starts[a + 1] && j < s->starts[b + 1]) {
        both += s->papers[i] == s->papers[j];
        if (s->papers[i] <= s->papers[j]) {
            i++;
        } else {
            j += 1;
        }
    }
    return (double)both / (double)(n < m ? n : m);
}

/* Whether `word` stands for the words before it: begins with the same letter, and its letters follow each other there.
 */
static bool abbreviates(const char *word, size_t length, const char *words, size_t words_length)
{
    size_t at = 0;

    if (length < 2 || length > 5 || *word != *words) {
        return false;
    }
    for (size_t i = 0; i < words_length && at < length; i++) {
        at += words[i] == word[at];
    }
    return at == length;
}

/* The term in P that goes on with the last word of a phrase (or, with `before`, leads to its first), that most of the
 * topic's papers have; UINT32_MAX when none has half of them. */
static uint32_t find_neighbour(const struct search *s, const uint32_t *counts, size_t papers, const pt_buf *phrase,
                               bool before)
{
    const char *space = before ? strchr(phrase->data, ' ') : strrchr(phrase->data, ' ');
    const char *word = before ? phrase->data : space ? space + 1 : phrase->data;
    const size_t length = before ? (size_t)((space ? space : phrase->data + phrase->size) - word) : strlen(word);
    uint32_t found = UINT32_MAX, most = 0;

    for (uint32_t term = 0; term < s->terms; term++) {
        size_t size;
        const char *at = term_text(s, term, &size);
        if (counts[term] > most && (double)counts[term] >= IN_PHRASE * (double)papers && size > length + 1 &&
            (before ? at[size - length - 1] == ' ' && !memcmp(at + size - length, word, length)
                    : at[length] == ' ' && !memcmp(at, word, length))) {
            most = counts[term];
            found = term;
        }
    }
    return found;
}

/* Makes the name: the topic's term with what most of its papers say before and after it ("neural machine" is "neural
 * machine translation"), without an abbreviation of it behind. */
static int make_name(const struct search *s, const uint32_t *counts, pt_topic *topic)
{
    enum { WORDS_MORE = 2 };
    pt_buf *name = &topic->name;
    size_t length;
    const char *text = term_text(s, topic->terms[0], &length);

    pt_buf_append(name, text, length);
    for (int i = 0; i < WORDS_MORE && !name->failed; i++) {
        const uint32_t term = find_neighbour(s, counts, topic->count, name, true);
        if (term == UINT32_MAX) {
            break;
        }
        pt_buf longer = {0};
        text = term_text(s, term, &length);
        pt_buf_append(&longer, text, (size_t)((const char *)memchr(text, ' ', length) - text) + 1);
        pt_buf_append(&longer, name->data, name->size);
        pt_buf_free(name);
        *name = longer;
    }
    for (int i = 0; i < WORDS_MORE && !name->failed; i++) {
        const uint32_t term = find_neighbour(s, counts, topic->count, name, false);
        if (term == UINT32_MAX) {
            break;
        }
        text = term_text(s, term, &length);
        const char *space = memchr(text, ' ', length);
        pt_buf_append(name, space, length - (size_t)(space - text));
    }
    if (!name->failed && strrchr(name->data, ' ')) {
        char *last = strrchr(name->data, ' ');
        if (strchr(name->data, ' ') != last &&
            abbreviates(last + 1, strlen(last + 1), name->data, (size_t)(last - name->data))) {
            *last = '\0';
            name->size = (size_t)(last - name->data);
        }
    }
    return name->failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* The terms that set a topic's papers apart from all others: by z of their log-odds. */
static int find_terms(const struct search *s, pt_topic *topic)
{
    const pt_rows *rows = s->corpus->rows;
    uint32_t *counts = pt_calloc(s->terms, sizeof *counts);
    const double n = (double)topic->count, all = (double)s->corpus->papers;

    if (!counts) {
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t p = 0; p < topic->count; p++) {
        const pt_row row = pt_rows_get(rows, topic->papers[p]);
        for (size_t e = 0; e < row.count; e++) {
            counts[row.terms[e]]++;
        }
    }
    if (make_name(s, counts, topic)) {
        free(counts);
        return PAPERTAG_NO_MEMORY;
    }
    while (topic->term_count < PT_TOPIC_TERMS) {
        double best = 3; /* what is less than three standard deviations apart may be chance */
        uint32_t found = UINT32_MAX;
        for (size_t term = 0; term < s->terms; term++) {
            if (counts[term] * 5 < topic->count || counts[term] < 2) {
                continue; /* a fifth of the papers at least */
            }
            const double df = (double)(s->starts[term + 1] - s->starts[term]), prior = df / all * 10 + 0.01;
            const double in = counts[term] + prior, out = df - counts[term] + prior;
            const double z = (log(in / (n + 10 - in)) - log(out / (all - n + 10 - out))) / sqrt(1 / in + 1 / out);
            if (z > best) {
                best = z;
                found = (uint32_t)term;
            }
        }
        if (found == UINT32_MAX) {
            break;
        }
        counts[found] = 0;
        bool twice = false;
        for (size_t i = 0; i < topic->term_count; i++) {
            twice = twice || within(s, found, topic->terms[i]) || within(s, topic->terms[i], found);
        }
        if (!twice) {
            topic->terms[topic->term_count++] = found;
        }
    }
    free(counts);
    return PAPERTAG_OK;
}

struct typical {
    double dot;
    uint32_t paper;
};

static int compare_typical(const void *a, const void *b)
{
    const struct typical *x = a, *y = b;
    return x->dot != y->dot ? (x->dot < y->dot ? 1 : -1) : (x->paper > y->paper) - (x->paper < y->paper);
}

/* Fills a topic from its term; its papers are put in the order of how much they have of all the others. */
static int describe(const struct search *s, uint32_t term, pt_topic *topic)
{
    const size_t papers = s->starts[term + 1] - s->starts[term];
    float *sum = pt_calloc(s->terms, sizeof *sum);
    uint32_t *touched = pt_alloc(s->terms, sizeof *touched);
    size_t *counts = pt_calloc(s->corpus->tag_count + 1, sizeof *counts), count;
    struct typical *order = pt_alloc(papers, sizeof *order);
    double apart;
    int status = PAPERTAG_NO_MEMORY;

    *topic = (pt_topic){
        .terms = {term}, .term_count = 1, .count = papers, .score = s->scores[term], .likeness = s->likeness[term]};
    topic->papers = pt_alloc(papers, sizeof *topic->papers);
    if (sum && touched && counts && order && topic->papers) {
        add_rows(s, term, sum, touched, &count);
        for (size_t i = 0; i < papers; i++) {
            const uint32_t paper = s->papers[s->starts[term] + i];
            const pt_row row = pt_rows_get(s->corpus->rows, paper);
            const float *left = s->left + s->corpus->rows->starts[paper];
            order[i] = (struct typical){0, paper};
            for (size_t e = 0; e < row.count; e++) {
                order[i].dot += (double)left[e] * (sum[row.terms[e]] - left[e]);
            }
        }
        pt_sort(order, papers, sizeof *order, compare_typical);
        for (size_t i = 0; i < papers; i++) {
            topic->papers[i] = order[i].paper;
        }
        topic->coverage = find_coverage(s, term, counts, &topic->nearest_tag, &apart);
        topic->growth = find_growth(s, term, &topic->recent, &topic->before);
        status = find_terms(s, topic);
    }
    free(sum);
    free(touched);
    free(counts);
    free(order);
    return status;
}

static int choose(struct search *s, pt_topic **out, size_t *count)
{
    struct candidate *list = pt_alloc(s->terms, sizeof *list);
    pt_topic *topics = pt_calloc(s->options->limit, sizeof *topics);
    uint32_t *taken = pt_alloc(s->options->limit, sizeof *taken);
    size_t n = 0, chosen = 0;
    int status = list && topics && taken ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;

    for (size_t term = 0; term < s->terms && !status; term++) {
        if (s->scores[term] > 0) {
            list[n++] = (struct candidate){s->scores[term], (uint32_t)term};
        }
    }
    pt_sort(list, status ? 0 : n, sizeof *list, compare_candidates);
    for (size_t i = 0; i < n && i < CANDIDATES && chosen < s->options->limit && !status; i++) {
        bool same = false;
        for (size_t k = 0; k < chosen && !same; k++) {
            same = overlap(s, list[i].term, taken[k]) >= SAME;
        }
        if (!same) {
            taken[chosen] = list[i].term;
            status = describe(s, list[i].term, &topics[chosen++]);
        }
    }
    free(list);
    free(taken);
    if (status) {
        pt_topics_free(topics, topics ? chosen : 0);
    } else {
        *out = topics;
        *count = chosen;
    }
    return status;
}

int pt_discover(const pt_corpus *corpus, const pt_discover_options *options, pt_topic **out, size_t *count,
                papertag_error *err)
{
    const size_t terms = corpus->vocabulary->count, entries = corpus->papers ? corpus->rows->starts[corpus->papers] : 0;
    struct search s = {.corpus = corpus, .options = options, .terms = terms, .last = -1000000};
    int status = PAPERTAG_NO_MEMORY;

    if (!corpus->papers) {
        *out = NULL;
        *count = 0;
        return PAPERTAG_OK;
    }
    s.centroids = pt_calloc(corpus->tag_count * terms + 1, sizeof *s.centroids);
    s.left = pt_alloc(entries, sizeof *s.left);
    s.starts = pt_calloc(terms + 1, sizeof *s.starts);
    s.papers = pt_alloc(entries, sizeof *s.papers);
    s.tag_papers = pt_calloc(corpus->tag_count + 1, sizeof *s.tag_papers);
    s.scores = pt_calloc(terms, sizeof *s.scores);
    s.likeness = pt_calloc(terms, sizeof *s.likeness);
    if (s.centroids && s.left && s.starts && s.papers && s.tag_papers && s.scores && s.likeness) {
        for (size_t i = 0; i < corpus->papers; i++) {
            s.last = corpus->days[i] > s.last ? corpus->days[i] : s.last;
        }
        for (size_t i = 0; i < corpus->papers; i++) {
            s.recent += period(&s, i) > 0;
            s.before += period(&s, i) < 0;
        }
        find_centroids(&s);
        find_papers(&s);
        status = pt_parallel(options->jobs, corpus->papers / CHUNK + 1, leave, &s, NULL);
        status = status ? status : pt_parallel(options->jobs, terms / CHUNK + 1, score_terms, &s, NULL);
        status = status ? status : choose(&s, out, count);
    }
    free(s.centroids);
    free(s.left);
    free(s.starts);
    free(s.papers);
    free(s.tag_papers);
    free(s.scores);
    free(s.likeness);
    return status ? pt_no_memory(err) : PAPERTAG_OK;
}
