/*
 * audit - how right the model is, estimated from questions by chance.
 *
 * A question by chance is one whose paper was drawn without looking at the model, so that its answer speaks for all
 * papers. Table `audits` has the papers drawn; each is recorded in the transaction that records the answer.
 */
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "days.h"
#include "measure/measure.h"
#include "store.h"
#include "tag_index.h"

/* Papers of a tag: given it by the model; not given it, but with an opinion on it; neither. */
enum { GIVEN, CONSIDERED, REST, STRATA };

struct stratum {
    size_t papers;      /* in the store */
    size_t drawn, have; /* of these; and which have the tag by the person's word */
};

/* Tags of one paper drawn: given rightly, given wrongly, missed. */
struct tally {
    size_t right, wrong, missed;
};

/* What the papers drawn say. */
struct audit {
    papertag_store *store;
    struct stratum *strata; /* tag_count x STRATA */
    size_t tag_count;
    struct tally *papers; /* count: the papers judged as a whole */
    size_t count, capacity;
    papertag_month *months; /* month_count, in the answer's arena */
    size_t month_count;
};

static papertag_month *month_of(const struct audit *a, const char *name)
{
    for (size_t i = 0; i < a->month_count; i++) {
        if (!strcmp(a->months[i].month, name)) {
            return &a->months[i];
        }
    }
    return NULL;
}

static size_t tag_of(const papertag_store *store, int64_t key)
{
    size_t t = 0;

    while (t < store->tag_count && store->tag_keys[t] != key) {
        t++;
    }
    return t;
}

static void copy_month(char month[8], const char *text)
{
    snprintf(month, 8, "%.7s", text);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* What is counted of all papers and opinions, in one walk over each. */
struct counting {
    struct audit *audit;
    uint32_t *month_of; /* last + 1, by paper: the number of its month, from 1; 0: it is not there */
    size_t last;
    papertag_month *months; /* MONTHS, by number: p is a sum */
    int64_t day;            /* of the paper before, and its month: many have the same */
    uint32_t month;
    int64_t paper;  /* of the opinions being read */
    bool is_tagged; /* one of them so far was assigned */
};

enum { MONTHS = 12 * 10000 };

/* The number of a day's month, from 1; its name is written down. */
static uint32_t number_month(struct counting *c, int64_t day)
{
    unsigned year = 0, month = 1;
    char text[11];

    if (!c->month || c->day != day) {
        pt_day_text((long)day, text);
        sscanf(text, "%4u-%2u", &year, &month);
        c->day = day;
        c->month = 12 * year + month;
        copy_month(c->months[c->month - 1].month, text);
    }
    return c->month;
}

static int read_day(void *context, pt_db_row *row, papertag_error *err)
{
    struct counting *c = context;
    const size_t paper = (size_t)pt_db_key(row, 0);
    const int64_t day = pt_db_integer(row, 1, PT_DAY_LEAST, PT_DAY_MOST);

    (void)err;
    if (paper <= c->last) {
        c->month_of[paper] = number_month(c, day);
        c->months[c->month_of[paper] - 1].papers++;
    }
    return PAPERTAG_OK;
}

static int read_opinion(void *context, pt_db_row *row, papertag_error *err)
{
    struct counting *c = context;
    const int64_t paper = pt_db_key(row, 0);
    const size_t t = tag_of(c->audit->store, pt_db_key(row, 1));
    const bool assigned = pt_db_flag(row, 2);
    const uint32_t number = (uint64_t)paper <= c->last ? c->month_of[paper] : 0;

    (void)err;
    if (t < c->audit->tag_count) {
        c->audit->strata[t * STRATA + (assigned ? GIVEN : CONSIDERED)].papers++;
    }
    c->is_tagged = c->is_tagged && paper == c->paper;
    c->paper = paper;
    if (assigned && number) {
        papertag_month *m = &c->months[number - 1];
        m->tagged += !c->is_tagged;
        m->tags++;
        m->p += pt_db_real(row, 3, 0, 1);
        c->is_tagged = true;
    }
    return PAPERTAG_OK;
}

/* Hands the months out in which there are papers, the earliest first. */
static int list_months(struct audit *a, const papertag_month *months)
{
    size_t count = 0;

    for (size_t i = 0; i < MONTHS; i++) {
        count += months[i].papers != 0;
    }
    a->months = pt_arena_array(pt_store_answer(a->store), count + 1, sizeof *a->months);
    for (size_t i = 0; i < MONTHS && a->months; i++) {
        if (months[i].papers) {
            papertag_month *m = &a->months[a->month_count++];
            *m = months[i];
            m->p = m->tags ? m->p / (double)m->tags : NAN;
        }
    }
    return a->months ? PAPERTAG_OK : PAPERTAG_NO_MEMORY;
}

/* The months, with what the model gave in each; and how many papers each stratum has. */
static int read_all(struct audit *a, papertag_error *err)
{
    static const char days[] = "SELECT key, " PT_DAY_OR_ADDED " FROM papers";
    static const char opinions[] = "SELECT paper, tag, assigned, p FROM opinions";
    struct counting c = {.audit = a};
    int64_t papers = 0;
    int status = pt_store_last_paper(a->store, &c.last, err);

    status = status ? status : pt_store_ask(a->store, "SELECT count(*) FROM papers", &papers, err, "");
    c.month_of = pt_calloc(c.last + 1, sizeof *c.month_of);
    c.months = pt_calloc(MONTHS, sizeof *c.months);
    status = status || (c.month_of && c.months) ? status : pt_no_memory(err);
    status = status ? status : pt_store_each(a->store, days, read_day, &c, err, "");
    status = status ? status : pt_store_each(a->store, opinions, read_opinion, &c, err, "");
    for (size_t t = 0; t < a->tag_count; t++) {
        struct stratum *s = &a->strata[t * STRATA];
        const size_t known = s[GIVEN].papers + s[CONSIDERED].papers;
        s[REST].papers = (size_t)papers > known ? (size_t)papers - known : 0;
    }
    if (!status && list_months(a, c.months)) {
        status = pt_no_memory(err);
    }
    free(c.month_of);
    free(c.months);
    return status;
}

/* A paper drawn, about one tag (its key) or all (0). */
struct draw {
    int64_t paper, tag;
    char month[8];
};

static void read_draw(pt_db_row *row, pt_arena *arena, void *item)
{
    struct draw *d = item;

    (void)arena;
    d->paper = pt_db_key(row, 0);
    d->tag = pt_db_integer(row, 1, 0, INT64_MAX);
    copy_month(d->month, pt_db_peek(row, 2));
}

/* What is known of a paper drawn, while its tags are read. */
struct judged {
    struct audit *audit;
    const struct draw *draw;
    papertag_month *month; /* NULL: not known */
    struct tally tally;
    bool *seen; /* tag_count: tags with an opinion or a verdict */
};

static void count_tag(struct judged *j, size_t tag, int stratum, bool has)
{
    struct stratum *s = &j->audit->strata[tag * STRATA + (size_t)stratum];

    s->drawn++;
    s->have += has;
    j->tally.right += stratum == GIVEN && has;
    j->tally.wrong += stratum == GIVEN && !has;
    j->tally.missed += stratum != GIVEN && has;
    if (j->month && stratum == GIVEN) {
        j->month->audited++;
        j->month->right += has;
    }
}

static int read_judged_tag(void *context, pt_db_row *row, papertag_error *err)
{
    struct judged *j = context;
    const size_t t = tag_of(j->audit->store, pt_db_key(row, 0));
    const bool has = pt_db_flag(row, 2), judged = pt_db_flag(row, 3);

    (void)err;
    if (t < j->audit->tag_count && (judged || !j->draw->tag)) {
        j->seen[t] = true;
        count_tag(j, t, pt_db_is_null(row, 1) ? REST : pt_db_flag(row, 1) ? GIVEN : CONSIDERED, has);
    }
    return PAPERTAG_OK;
}

/* Counts a paper drawn. Where the model has learnt from the verdict, what counts is what it would have decided without:
 * verdicts.held_out. */
static int count_paper(struct audit *a, const struct draw *draw, papertag_error *err)
{
    static const char sql[] =
        "WITH known(tag) AS (SELECT tag FROM opinions WHERE paper=?1 UNION SELECT tag FROM verdicts"
        " WHERE paper=?1) SELECT known.tag, CASE WHEN v.held_out IS NOT NULL AND c.cut IS NOT NULL"
        " THEN v.held_out>=c.cut ELSE o.assigned END, v.verdict IS 'yes', v.verdict IS NOT NULL FROM"
        " known LEFT JOIN opinions o ON o.paper=?1 AND o.tag=known.tag LEFT JOIN verdicts v ON"
        " v.paper=?1 AND v.tag=known.tag LEFT JOIN cuts c ON c.tag=known.tag AND c.model="
        "(SELECT model FROM papers WHERE key=?1) WHERE ?2=0 OR known.tag=?2";
    struct judged j = {.audit = a, .draw = draw, .month = month_of(a, draw->month)};
    int status;

    j.seen = pt_calloc(a->tag_count + 1, sizeof *j.seen);
    if (!j.seen || pt_reserve(&a->papers, &a->capacity, a->count + 1, sizeof *a->papers)) {
        free(j.seen);
        return pt_no_memory(err);
    }
    status = pt_store_each(a->store, sql, read_judged_tag, &j, err, "ii", draw->paper, draw->tag);
    for (size_t t = 0; t < a->tag_count && !status && !draw->tag; t++) {
        if (!j.seen[t]) {
            count_tag(&j, t, REST, false);
        }
    }
    free(j.seen);
    if (!status && !draw->tag) {
        a->papers[a->count++] = j.tally;
    }
    return status;
}

/* Counts all papers drawn; one drawn about a tag and as a whole counts as a whole. */
static int count_papers(struct audit *a, papertag_error *err)
{
    static const char sql[] =
        "SELECT DISTINCT a.paper, ifnull(a.tag, 0), strftime('%Y-%m', " PT_DAY_OR_ADDED "*86400, 'unixepoch')"
        " FROM audits a JOIN papers p ON p.key=a.paper WHERE a.tag IS NULL OR NOT EXISTS"
        "(SELECT 1 FROM audits b WHERE b.paper=a.paper AND b.tag IS NULL) ORDER BY 1, 2";
    pt_arena arena = {0};
    pt_listing list = {.arena = &arena, .size = sizeof(struct draw), .read = read_draw};
    int status = pt_store_list(a->store, sql, &list, err, "");
    const struct draw *draws = list.items;

    for (size_t i = 0; i < list.count && !status; i++) {
        status = count_paper(a, &draws[i], err);
    }
    pt_arena_free(&arena);
    return status;
}

/* ---- estimating ------------------------------------------------------------------------------------------------ */

enum { DRAWS = 4000, RESAMPLES = 2000 };
static const papertag_estimate unknown = {NAN, NAN, NAN};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The middle 95 % of the draws, widened to hold the value. */
static void set_interval(double *draws, size_t count, papertag_estimate *e)
{
    pt_sort(draws, count, sizeof *draws, compare_doubles);
    e->low = fmin(draws[count / 40], e->value);
    e->high = fmax(draws[count - 1 - count / 40], e->value);
}

/* A draw from what is known of a stratum's share. Before a paper is drawn, it is the `rate` of all tags: of papers
 * given the tag, as if one paper had shown it; of the others, where shares are small and vary widely, as Beta(1/2, .).
 */
static double draw_share(const struct stratum *s, double rate, bool given, uint64_t *random)
{
    const double a = given ? rate : 0.5, b = given ? 1 - rate : fmax(0.5 / rate - 0.5, 0.5);

    return pt_beta_draw((double)s->have + a, (double)(s->drawn - s->have) + b, random);
}

/* A draw of the recall: the papers given the tag that have it, of all that have it. */
static double draw_recall(const struct stratum strata[STRATA], const double rates[STRATA], uint64_t *random)
{
    double given = 0, all = 0;

    for (int s = 0; s < STRATA; s++) {
        const double papers = (double)strata[s].papers * draw_share(&strata[s], rates[s], s == GIVEN, random);
        given += s == GIVEN ? papers : 0;
        all += papers;
    }
    return all > 0 ? given / all : 0;
}

/* Precision and recall of a tag; rates[]: the share with their tag in each stratum of all tags together; draws[]:
 * working memory, DRAWS. */
static void estimate_tag(const struct stratum strata[STRATA], const double rates[STRATA], double *draws,
                         papertag_tag_audit *out)
{
    const struct stratum *given = &strata[GIVEN];
    uint64_t random = 1;
    double with = 0; /* papers that have the tag */
    bool known = true;

    for (int s = 0; s < STRATA; s++) {
        known = known && (strata[s].drawn || !strata[s].papers);
        with += strata[s].drawn ? (double)strata[s].papers * (double)strata[s].have / (double)strata[s].drawn : 0;
    }
    out->precision = out->recall = unknown;
    if (given->drawn) {
        out->precision.value = (double)given->have / (double)given->drawn;
        for (size_t i = 0; i < DRAWS; i++) {
            draws[i] = draw_share(given, rates[GIVEN], true, &random);
        }
        set_interval(draws, DRAWS, &out->precision);
    }
    if (known && with > 0) {
        out->recall.value = given->drawn ? (double)given->papers * out->precision.value / with : 0;
        for (size_t i = 0; i < DRAWS; i++) {
            draws[i] = draw_recall(strata, rates, &random);
        }
        set_interval(draws, DRAWS, &out->recall);
    }
}

static double share(size_t part, size_t rest)
{
    return part + rest ? (double)part / (double)(part + rest) : 0;
}

/* The tally of all papers, or of as many drawn with replacement. */
static struct tally sum_tallies(const struct audit *a, uint64_t *random)
{
    struct tally sum = {0};

    for (size_t i = 0; i < a->count; i++) {
        const struct tally *t = &a->papers[random ? (pt_random(random) >> 32) * a->count >> 32 : i];
        sum.right += t->right;
        sum.wrong += t->wrong;
        sum.missed += t->missed;
    }
    return sum;
}

/* Precision and recall over all tags of the papers judged as a whole. */
static int estimate_all(const struct audit *a, papertag_audit *out)
{
    double *precision = pt_alloc(RESAMPLES, sizeof *precision), *recall = pt_alloc(RESAMPLES, sizeof *recall);
    const bool failed = !precision || !recall;
    uint64_t random = 1;

    out->papers = a->count;
    out->precision = out->recall = unknown;
    if (!failed && a->count) {
        struct tally sum = sum_tallies(a, NULL);
        out->precision.value = share(sum.right, sum.wrong);
        out->recall.value = share(sum.right, sum.missed);
        for (size_t i = 0; i < RESAMPLES; i++) {
            sum = sum_tallies(a, &random);
            precision[i] = share(sum.right, sum.wrong);
            recall[i] = share(sum.right, sum.missed);
        }
        set_interval(precision, RESAMPLES, &out->precision);
        set_interval(recall, RESAMPLES, &out->recall);
    }
    free(precision);
    free(recall);
    return failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

/* The share with their tag in each stratum of all tags together. */
static void find_rates(const struct audit *a, double rates[STRATA])
{
    for (size_t s = 0; s < STRATA; s++) {
        size_t drawn = 1, have = 0;
        for (size_t t = 0; t < a->tag_count; t++) {
            drawn += a->strata[t * STRATA + s].drawn;
            have += a->strata[t * STRATA + s].have;
        }
        rates[s] = ((double)have + 0.5) / ((double)drawn + 0.5);
    }
}

/* The tags of which something was drawn. */
static int estimate_tags(const struct audit *a, papertag_audit *out)
{
    papertag_tag_audit *tags = pt_arena_array(&a->store->answer_arena, a->tag_count + 1, sizeof *tags);
    double *draws = pt_alloc(DRAWS, sizeof *draws), rates[STRATA];
    const bool failed = !tags || !draws;

    out->tags = tags;
    out->tag_count = 0;
    find_rates(a, rates);
    for (size_t t = 0; t < a->tag_count && !failed; t++) {
        const struct stratum *s = &a->strata[t * STRATA];
        if (s[GIVEN].drawn || s[CONSIDERED].have || s[REST].have) {
            papertag_tag_audit *one = &tags[out->tag_count++];
            *one = (papertag_tag_audit){.tag = a->store->tags[t].tag,
                                        .papers = s[GIVEN].papers,
                                        .audited = s[GIVEN].drawn + s[CONSIDERED].drawn + s[REST].drawn,
                                        .assigned = s[GIVEN].drawn,
                                        .right = s[GIVEN].have,
                                        .missed = s[CONSIDERED].have + s[REST].have};
            estimate_tag(s, rates, draws, one);
        }
    }
    free(draws);
    return failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

int papertag_store_audit(papertag_store *store, papertag_audit *out, papertag_error *err)
{
    papertag_audit result = {0};
    struct audit a = {.store = store};
    int status = pt_store_read_tags(store, err);

    if (status) {
        return status;
    }
    a.tag_count = store->tag_count;
    a.strata = pt_calloc(a.tag_count + 1, STRATA * sizeof *a.strata);
    if (!a.strata) {
        return pt_no_memory(err);
    }
    pt_store_pass_begin(store);
    status = read_all(&a, err);
    pt_store_pass_end(store);
    status = status ? status : count_papers(&a, err);
    if (!status && (estimate_all(&a, &result) || estimate_tags(&a, &result))) {
        status = pt_no_memory(err);
    }
    free(a.strata);
    free(a.papers);
    if (!status) {
        result.months = a.months;
        result.month_count = a.month_count;
        *out = result;
    }
    return status;
}
