/*
 * store_review - which papers to ask a person about, what they answered, and how right the model is by that.
 *
 * A question by chance is one whose paper was drawn without looking at the model, so that answers to it speak for all
 * papers. Which were drawn is noted in table `audits`, in the transaction that records the answer.
 */
#include "store.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/hash.h"
#include "measure/measure.h"
#include "tags/tags.h"

/* ---- questions ------------------------------------------------------------------------------------------------- */

/* A paper with the number by which it is drawn. */
struct drawn {
    uint64_t number;
    papertag_question question;
};

static int compare_drawn(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    return x->number != y->number ? (x->number < y->number ? -1 : 1)
                                  : (x->question.key > y->question.key) - (x->question.key < y->question.key);
}

static int question_query(papertag_store *store, papertag_order order, bool of_tag, int64_t tag, int64_t first,
                          sqlite3_stmt **s, papertag_error *err)
{
    static const char nearest[] =
        "SELECT o.paper, o.tag, o.p, o.margin, c.cut, o.assigned, p.id, min(abs(o.margin-c.cut)) FROM papers p"
        " JOIN opinions o ON o.paper=p.key JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE p.day>=?2 AND NOT "
        "EXISTS"
        "(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag) GROUP BY o.paper ORDER BY 8, o.paper";
    static const char nearest_of[] =
        "SELECT o.paper, o.tag, o.p, o.margin, c.cut, o.assigned, p.id, abs(o.margin-c.cut) FROM papers p"
        " JOIN opinions o ON o.paper=p.key AND o.tag=?1 JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE p.day>=?2"
        " AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag) ORDER BY 8, o.paper";
    static const char drawn[] = "SELECT key, NULL, NULL, NULL, NULL, 0, id FROM papers p WHERE day>=?2 AND NOT EXISTS"
                                "(SELECT 1 FROM audits a WHERE a.paper=p.key AND a.tag IS NULL)";
    static const char drawn_of[] =
        "SELECT o.paper, o.tag, o.p, o.margin, c.cut, o.assigned, p.id FROM papers p JOIN opinions o ON o.paper=p.key "
        "AND"
        " o.tag=?1 JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE p.day>=?2 AND NOT EXISTS(SELECT 1 FROM audits a"
        " WHERE a.paper=p.key AND (a.tag IS NULL OR a.tag=?1))";
    static const char latest[] = "SELECT key, NULL, NULL, NULL, NULL, 0, id FROM papers p WHERE day>=?2 AND NOT EXISTS"
                                 "(SELECT 1 FROM verdicts v WHERE v.paper=p.key) ORDER BY day DESC, key DESC";
    static const char latest_of[] = "SELECT o.paper, o.tag, o.p, o.margin, c.cut, o.assigned, p.id FROM papers p JOIN "
                                    "opinions o ON o.paper=p.key AND"
                                    " o.tag=?1 JOIN cuts c ON c.model=p.model AND c.tag=o.tag WHERE p.day>=?2 AND NOT "
                                    "EXISTS(SELECT 1 FROM verdicts v"
                                    " WHERE v.paper=o.paper AND v.tag=o.tag) ORDER BY p.day DESC, o.paper DESC";
    static const char *const queries[][2] = {{nearest, nearest_of}, {drawn, drawn_of}, {latest, latest_of}};

    return pt_store_query(store, queries[order][of_tag], s, err, "ii", tag, first);
}

static papertag_question read_question(const papertag_store *store, sqlite3_stmt *s)
{
    papertag_question q = {sqlite3_column_int64(s, 0), NULL, NAN, NAN, NAN, sqlite3_column_int(s, 5)};
    const int64_t tag = sqlite3_column_int64(s, 1);

    for (size_t t = 0; t < store->tag_count && sqlite3_column_type(s, 1) != SQLITE_NULL; t++) {
        if (store->tag_keys[t] == tag) {
            q.tag = store->tags[t].tag;
            q.p = sqlite3_column_double(s, 2);
            q.margin = sqlite3_column_double(s, 3);
            q.cut = sqlite3_column_double(s, 4);
        }
    }
    return q;
}

int papertag_store_questions(papertag_store *store, papertag_order order, const char *tag, const char *since,
                             uint64_t seed, size_t limit, const papertag_question **out, size_t *count,
                             papertag_error *err)
{
    struct drawn *list = NULL;
    papertag_question *copy = NULL;
    size_t n = 0, capacity = 0, index = 0;
    long today = 0, first = LONG_MIN, last;
    sqlite3_stmt *s;
    int code = SQLITE_DONE, status = pt_store_read_tags(store, err);

    if (!status && tag) {
        status = pt_find_tag(store->tags, store->tag_count, tag, &index, err);
    }
    status = status ? status : pt_store_today(NULL, &today, err);
    status = status || !since ? status : pt_day_range(since, today, &first, &last, err);
    status = status ? status : question_query(store, order, tag, tag ? store->tag_keys[index] : 0, first, &s, err);
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(s, 6);
        if (order != PAPERTAG_ORDER_RANDOM && limit && n == limit) {
            break;
        }
        if (!id || pt_reserve(&list, &capacity, n + 1, sizeof *list)) {
            status = pt_no_memory(err);
        } else {
            list[n] = (struct drawn){order == PAPERTAG_ORDER_RANDOM ? pt_hash(id, strlen(id), seed) : n,
                                     read_question(store, s)};
            n++;
        }
    }
    status = status ? status : pt_store_finish(store, s, code, err);
    pt_sort(list, n, sizeof *list, compare_drawn);
    n = limit && n > limit ? limit : n;
    pt_arena_reset(&store->answer_arena);
    copy = status ? NULL : pt_arena_array(&store->answer_arena, n + 1, sizeof *copy);
    for (size_t i = 0; i < n && copy; i++) {
        copy[i] = list[i].question;
    }
    free(list);
    status = status ? status : copy ? PAPERTAG_OK : pt_no_memory(err);
    if (!status) {
        *out = copy;
        *count = n;
    }
    return status;
}

/* ---- estimates ------------------------------------------------------------------------------------------------- */

/* Of a tag's papers: given it, not given it but with an opinion, neither. */
enum { GIVEN, CONSIDERED, REST, STRATA };

struct stratum {
    size_t papers, drawn, have;
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_interval(double *draws, size_t count, papertag_estimate *e)
{
    pt_sort(draws, count, sizeof *draws, compare_doubles);
    e->low = fmin(draws[count / 40], e->value);
    e->high = fmax(draws[count - 1 - count / 40], e->value);
}

enum { DRAWS = 4000 };

/* A draw from what is known of a stratum's share. Before a paper is drawn it is that of all tags: of papers given the
 * tag, as if one paper had told so; of the others, where shares are small and of many sizes, as Beta(1/2, .). */
static double draw_share(const struct stratum *s, double rate, bool given, uint64_t *random)
{
    const double a = given ? rate : 0.5, b = given ? 1 - rate : fmax(0.5 / rate - 0.5, 0.5);

    return pt_beta_draw((double)s->have + a, (double)(s->drawn - s->have) + b, random);
}

/* Precision and recall of a tag; rates[]: the share with their tag in each stratum of all tags together. */
static void estimate_tag(const struct stratum strata[STRATA], const double rates[STRATA], double *draws,
                         papertag_tag_audit *out)
{
    uint64_t random = 1;
    double with = 0;
    bool known = true;

    for (int s = 0; s < STRATA; s++) {
        known = known && (strata[s].drawn || !strata[s].papers);
        with += strata[s].drawn ? (double)strata[s].papers * (double)strata[s].have / (double)strata[s].drawn : 0;
    }
    out->precision = out->recall = (papertag_estimate){NAN, NAN, NAN};
    if (strata[GIVEN].drawn) {
        const double have = (double)strata[GIVEN].have, rest = (double)strata[GIVEN].drawn - have;
        out->precision.value = have / (have + rest);
        for (size_t i = 0; i < DRAWS; i++) {
            draws[i] = draw_share(&strata[GIVEN], rates[GIVEN], true, &random);
        }
        set_interval(draws, DRAWS, &out->precision);
    }
    if (!known || !(with > 0)) {
        return;
    }
    out->recall.value = strata[GIVEN].drawn ? (double)strata[GIVEN].papers * out->precision.value / with : 0;
    for (size_t i = 0; i < DRAWS; i++) {
        double given = 0, all = 0;
        for (int s = 0; s < STRATA; s++) {
            const double papers = (double)strata[s].papers * draw_share(&strata[s], rates[s], s == GIVEN, &random);
            given += s == GIVEN ? papers : 0;
            all += papers;
        }
        draws[i] = all > 0 ? given / all : 0;
    }
    set_interval(draws, DRAWS, &out->recall);
}

/* What the papers drawn say. */
struct audit {
    papertag_store *store;
    struct stratum *strata; /* T x STRATA */
    size_t tags;
    struct tally {
        size_t right, wrong, missed;
    } * papers; /* those judged as a whole */
    size_t count, capacity;
    papertag_month *months;
    size_t month_count, months_capacity;
};

static struct papertag_month *month_of(struct audit *a, const char *name)
{
    for (size_t i = 0; i < a->month_count && name; i++) {
        if (!strcmp(a->months[i].month, name)) {
            return &a->months[i];
        }
    }
    return NULL;
}

static size_t place_of(const papertag_store *store, int64_t tag)
{
    size_t t = 0;
    while (t < store->tag_count && store->tag_keys[t] != tag) {
        t++;
    }
    return t;
}

/* Reads the months, with what the model gave in each. */
static int read_months(struct audit *a, papertag_error *err)
{
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(a->store,
                                "SELECT strftime('%Y-%m', day*86400, 'unixepoch'), count(*), sum(n>0), sum(n),"
                                " sum(p) FROM (SELECT day, (SELECT count(*) FROM opinions o WHERE o.paper=key AND"
                                " assigned) n, (SELECT total(p) FROM opinions o WHERE o.paper=key AND assigned) p"
                                " FROM papers) GROUP BY 1 ORDER BY 1",
                                &s, err, "");

    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        papertag_month m = {.papers = (size_t)sqlite3_column_int64(s, 1),
                            .tagged = (size_t)sqlite3_column_int64(s, 2),
                            .tags = (size_t)sqlite3_column_int64(s, 3)};
        m.p = m.tags ? sqlite3_column_double(s, 4) / (double)m.tags : NAN;
        snprintf(m.month, sizeof m.month, "%s", name ? name : "");
        if (pt_reserve(&a->months, &a->months_capacity, a->month_count + 1, sizeof *a->months)) {
            status = pt_no_memory(err);
        } else {
            a->months[a->month_count++] = m;
        }
    }
    return status ? status : pt_store_finish(a->store, s, code, err);
}

static int read_strata(struct audit *a, papertag_error *err)
{
    int64_t papers = 0;
    sqlite3_stmt *s;
    int code = SQLITE_DONE, status = pt_store_ask(a->store, "SELECT count(*) FROM papers", &papers, err, "");

    status = status ? status
                    : pt_store_query(a->store, "SELECT tag, sum(assigned), count(*) FROM opinions GROUP BY tag", &s,
                                     err, "");
    for (size_t t = 0; t < a->tags && !status; t++) {
        a->strata[t * STRATA + REST].papers = (size_t)papers;
    }
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const size_t t = place_of(a->store, sqlite3_column_int64(s, 0));
        const size_t given = (size_t)sqlite3_column_int64(s, 1), all = (size_t)sqlite3_column_int64(s, 2);
        if (t < a->tags) {
            a->strata[t * STRATA + GIVEN].papers = given;
            a->strata[t * STRATA + CONSIDERED].papers = all - given;
            a->strata[t * STRATA + REST].papers = (size_t)papers - all;
        }
    }
    return status ? status : pt_store_finish(a->store, s, code, err);
}

/* Counts a paper drawn, with respect to one tag. */
static void count_pair(struct audit *a, size_t tag, int stratum, bool has, struct tally *tally, papertag_month *month)
{
    struct stratum *s = &a->strata[tag * STRATA + (size_t)stratum];

    s->drawn++;
    s->have += has;
    tally->right += stratum == GIVEN && has;
    tally->wrong += stratum == GIVEN && !has;
    tally->missed += stratum != GIVEN && has;
    if (month && stratum == GIVEN) {
        month->audited++;
        month->right += has;
    }
}

/* Counts a paper drawn about one tag (its key), or all (0). */
static int count_paper(struct audit *a, int64_t paper, int64_t tag, papertag_month *month, papertag_error *err)
{
    bool *seen = pt_calloc(a->tags + 1, sizeof *seen);
    struct tally tally = {0};
    sqlite3_stmt *s = NULL;
    int code = SQLITE_DONE, status;

    if (!seen) {
        return pt_no_memory(err);
    }
    status =
        pt_store_query(a->store,
                       "WITH said(tag) AS (SELECT tag FROM opinions WHERE paper=?1 UNION SELECT tag FROM verdicts"
                       " WHERE paper=?1) SELECT said.tag, CASE WHEN v.held_out IS NOT NULL AND c.cut IS NOT NULL"
                       " THEN v.held_out>=c.cut ELSE o.assigned END, v.verdict IS 'yes', v.verdict IS NOT NULL FROM"
                       " said LEFT JOIN opinions o ON o.paper=?1 AND o.tag=said.tag LEFT JOIN verdicts v ON"
                       " v.paper=?1 AND v.tag=said.tag LEFT JOIN cuts c ON c.tag=said.tag AND c.model="
                       "(SELECT model FROM papers WHERE key=?1) WHERE ?2=0 OR said.tag=?2",
                       &s, err, "ii", paper, tag);
    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        const size_t t = place_of(a->store, sqlite3_column_int64(s, 0));
        const bool none = sqlite3_column_type(s, 1) == SQLITE_NULL;
        if (t < a->tags && (sqlite3_column_int(s, 3) || !tag)) {
            seen[t] = true;
            count_pair(a, t,
                       none                       ? REST
                       : sqlite3_column_int(s, 1) ? GIVEN
                                                  : CONSIDERED,
                       sqlite3_column_int(s, 2), &tally, month);
        }
    }
    status = status ? status : pt_store_finish(a->store, s, code, err);
    for (size_t t = 0; t < a->tags && !status && !tag; t++) {
        if (!seen[t]) {
            count_pair(a, t, REST, false, &tally, NULL);
        }
    }
    free(seen);
    if (!status && !tag) {
        if (pt_reserve(&a->papers, &a->capacity, a->count + 1, sizeof *a->papers)) {
            return pt_no_memory(err);
        }
        a->papers[a->count++] = tally;
    }
    return status;
}

/* A paper drawn. */
struct draw {
    int64_t paper, tag;
    char month[8];
};

static int read_draws(struct audit *a, struct draw **out, size_t *count, papertag_error *err)
{
    struct draw *list = NULL;
    size_t n = 0, capacity = 0;
    sqlite3_stmt *s;
    int code = SQLITE_DONE,
        status = pt_store_query(a->store,
                                "SELECT DISTINCT a.paper, ifnull(a.tag, 0), strftime('%Y-%m', p.day*86400, 'unixepoch')"
                                " FROM audits a JOIN papers p ON p.key=a.paper WHERE a.tag IS NULL OR NOT EXISTS"
                                "(SELECT 1 FROM audits b WHERE b.paper=a.paper AND b.tag IS NULL) ORDER BY 1, 2",
                                &s, err, "");

    while (!status && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct draw d = {.paper = sqlite3_column_int64(s, 0), .tag = sqlite3_column_int64(s, 1)};
        const char *month = (const char *)sqlite3_column_text(s, 2);
        snprintf(d.month, sizeof d.month, "%s", month ? month : "");
        if (pt_reserve(&list, &capacity, n + 1, sizeof *list)) {
            status = pt_no_memory(err);
        } else {
            list[n++] = d;
        }
    }
    status = status ? status : pt_store_finish(a->store, s, code, err);
    *out = list;
    *count = n;
    return status;
}

/* Precision and recall over all tags of the papers judged as a whole. */
static int estimate_all(const struct audit *a, papertag_audit *out)
{
    enum { SAMPLES = 2000 };
    double *precision = pt_alloc(SAMPLES, sizeof *precision), *recall = pt_alloc(SAMPLES, sizeof *recall);
    uint64_t random = 1;

    out->papers = a->count;
    out->precision = out->recall = (papertag_estimate){NAN, NAN, NAN};
    for (size_t sample = 0; precision && recall && sample <= SAMPLES && a->count; sample++) {
        struct tally sum = {0};
        for (size_t i = 0; i < a->count; i++) {
            const struct tally *t = &a->papers[sample ? (pt_random(&random) >> 32) * a->count >> 32 : i];
            sum.right += t->right;
            sum.wrong += t->wrong;
            sum.missed += t->missed;
        }
        const double p = sum.right + sum.wrong ? (double)sum.right / (double)(sum.right + sum.wrong) : 0;
        const double r = sum.right + sum.missed ? (double)sum.right / (double)(sum.right + sum.missed) : 0;
        if (sample) {
            precision[sample - 1] = p;
            recall[sample - 1] = r;
        } else {
            out->precision.value = p;
            out->recall.value = r;
        }
    }
    if (precision && recall && a->count) {
        set_interval(precision, SAMPLES, &out->precision);
        set_interval(recall, SAMPLES, &out->recall);
    }
    const bool failed = !precision || !recall;
    free(precision);
    free(recall);
    return failed ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
}

static int hand_out(struct audit *a, papertag_audit *out)
{
    pt_arena *arena = &a->store->answer_arena;
    papertag_tag_audit *tags = pt_arena_array(arena, a->tags + 1, sizeof *tags);
    papertag_month *months = pt_arena_array(arena, a->month_count + 1, sizeof *months);
    double *draws = pt_alloc(DRAWS, sizeof *draws), rates[STRATA];

    if (!tags || !months || !draws || estimate_all(a, out)) {
        free(draws);
        return PAPERTAG_NO_MEMORY;
    }
    for (size_t s = 0; s < STRATA; s++) {
        size_t drawn = 1, have = 0;
        for (size_t t = 0; t < a->tags; t++) {
            drawn += a->strata[t * STRATA + s].drawn;
            have += a->strata[t * STRATA + s].have;
        }
        rates[s] = ((double)have + 0.5) / ((double)drawn + 0.5);
    }
    out->tag_count = 0;
    for (size_t t = 0; t < a->tags; t++) {
        const struct stratum *s = &a->strata[t * STRATA];
        papertag_tag_audit *one = &tags[out->tag_count];
        if (s[GIVEN].drawn || s[CONSIDERED].have || s[REST].have) {
            *one = (papertag_tag_audit){.tag = a->store->tags[t].tag,
                                        .papers = s[GIVEN].papers,
                                        .audited = s[GIVEN].drawn + s[CONSIDERED].drawn + s[REST].drawn,
                                        .assigned = s[GIVEN].drawn,
                                        .right = s[GIVEN].have,
                                        .missed = s[CONSIDERED].have + s[REST].have};
            estimate_tag(s, rates, draws, one);
            out->tag_count++;
        }
    }
    free(draws);
    if (a->month_count) {
        memcpy(months, a->months, a->month_count * sizeof *months);
    }
    out->tags = tags;
    out->months = months;
    out->month_count = a->month_count;
    return PAPERTAG_OK;
}

int papertag_store_audit(papertag_store *store, papertag_audit *out, papertag_error *err)
{
    struct audit a = {.store = store};
    struct draw *draws = NULL;
    size_t count = 0;
    int status = pt_store_read_tags(store, err);

    if (status) {
        return status;
    }
    a.tags = store->tag_count;
    a.strata = pt_calloc(a.tags + 1, STRATA * sizeof *a.strata);
    if (!a.strata) {
        return pt_no_memory(err);
    }
    status = read_months(&a, err);
    status = status ? status : read_strata(&a, err);
    status = status ? status : read_draws(&a, &draws, &count, err);
    for (size_t i = 0; i < count && !status; i++) {
        status = count_paper(&a, draws[i].paper, draws[i].tag, month_of(&a, draws[i].month), err);
    }
    pt_arena_reset(&store->answer_arena);
    if (!status && hand_out(&a, out)) {
        status = pt_no_memory(err);
    }
    free(draws);
    free(a.strata);
    free(a.papers);
    free(a.months);
    return status;
}
