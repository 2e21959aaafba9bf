/*
 * check - faults of a store found, and mended where that can be done from other tables: the indexes.
 *
 * Papers, verdicts and deliveries cannot be made again from anything. Where the file itself is damaged, salvage.c saves
 * what it can.
 */
#include "check.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "agreement.h"
#include "base/thread.h"
#include "connections.h"
#include "migrations.h"
#include "model/model.h"
#include "paper_check.h"
#include "row_blocks.h"
#include "store.h"

/* The table that pt_paper_check looks at. */
#define PAPERS "'papers'"

/* The tags in force, as table `tagged` should have them. */
#define TAGS_IN_FORCE                                                                                                  \
    "SELECT o.tag, p.day, p.key FROM opinions o JOIN papers p ON p.key=o.paper WHERE o.assigned AND NOT EXISTS"        \
    "(SELECT 1 FROM verdicts v WHERE v.paper=o.paper AND v.tag=o.tag AND v.verdict='no')"                              \
    " UNION SELECT v.tag, p.day, p.key FROM verdicts v JOIN papers p ON p.key=v.paper WHERE v.verdict='yes'"

int pt_store_count_textless(papertag_store *store, int64_t *count, papertag_error *err)
{
    return pt_store_ask(store, "SELECT count(*) FROM papers WHERE title IS NULL AND abstract IS NULL", count, err, "");
}

/* ---- findings -------------------------------------------------------------------------------------------------- */

/* What was found so far: texts are in the answer's arena. */
struct findings {
    papertag_store *store;
    pt_arena *arena;
    papertag_finding list[16];
    size_t count;
    bool failed;
};

static void report(struct findings *f, papertag_finding_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void report(struct findings *f, papertag_finding_kind kind, const char *format, ...)
{
    papertag_finding one = {.kind = kind};
    char what[400];
    va_list values;

    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    one.trouble = kind == PAPERTAG_FINDING_DAMAGED_FILE || kind == PAPERTAG_FINDING_WRONG_INDEX ||
                  kind == PAPERTAG_FINDING_WRONG_VALUES;
    one.what = pt_arena_copy(f->arena, what, strlen(what));
    f->failed = f->failed || !one.what;
    if (f->count < sizeof f->list / sizeof *f->list) {
        f->list[f->count++] = one;
    }
}

/* ---- checks ---------------------------------------------------------------------------------------------------- */

struct words {
    char text[300];
};

static int read_words(void *context, pt_db_row *row, papertag_error *err)
{
    struct words *words = context;
    const char *text = pt_db_peek(row, 0);

    (void)err;
    snprintf(words->text, sizeof words->text, "%s", text);
    return PAPERTAG_OK;
}

/* PAPERTAG_DAMAGED with SQLite's first words about it, by one of its two checks. */
static int ask_sqlite(papertag_store *store, const char *sql, papertag_error *err)
{
    struct words words = {""};
    int status = pt_store_row(store, sql, read_words, &words, err, "");

    for (char *line = strchr(words.text, '\n'); line; line = strchr(line, '\n')) {
        *line = ' ';
    }
    if (!status && strcmp(words.text, "ok") != 0) {
        status = pt_fail(err, PAPERTAG_DAMAGED, "%s: the file is damaged: %s", store->path, words.text);
    }
    return status;
}

/* Whether the file is sound, all of it. */
static int check_file(papertag_store *store, papertag_error *err)
{
    return ask_sqlite(store, "SELECT integrity_check FROM pragma_integrity_check", err);
}

/*
 * SQLite's quick check reads all pages and rows, but compares no index with its table, and leaves out the order of
 * tables that are indexes themselves. *sure: whether these are right in tables but for the large ones, see
 * pt_paper_check and pt_store_agrees. Where it is not sure, check_file is to be asked.
 */
static int check_pages(papertag_store *store, bool *sure, papertag_error *err)
{
    static const char small[] =
        "SELECT count(*) FROM sqlite_schema s JOIN pragma_integrity_check(s.name) i WHERE s.type='table' AND"
        " s.name NOT IN (" PAPERS ", " PT_AGREEING ") AND EXISTS(SELECT 1 FROM pragma_index_list(s.name)) AND"
        " i.integrity_check<>'ok'";
    int64_t wrong = 0;
    int status = ask_sqlite(store, "SELECT quick_check FROM pragma_quick_check", err);

    status = status ? status : pt_store_ask(store, small, &wrong, err, "");
    *sure = !status && !wrong;
    return status;
}

/* *wrong: whether FTS5 finds that the text index does not match the papers. */
static int check_text_index(papertag_store *store, bool *wrong, papertag_error *err)
{
    static const char compare[] = "INSERT INTO search(search, rank) VALUES('integrity-check', 1)";
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_exec(store, compare, err);
    *wrong = status == PAPERTAG_DAMAGED;
    return pt_store_end(store, *wrong ? PAPERTAG_OK : status, err);
}

/* Rows that there should be none of, or that a person may want to know of. */
enum { REFERENCES, MISSING_TAGS, NEEDLESS_TAGS, TAG_COUNTS, TEXTLESS, OUTDATED, UNLEARNT, OPEN, COUNTED };

static const struct counted {
    papertag_finding_kind kind;
    bool of_agreement;               /* none where pt_store_agrees says so */
    const char *sql, *one, *several; /* what is said of one, and of more */
} counted[] = {
    [REFERENCES] = {PAPERTAG_FINDING_WRONG_INDEX, false, NULL, /* see count_references */
                    "row refers to one that is not there", "rows refer to rows that are not there"},
    [MISSING_TAGS] = {PAPERTAG_FINDING_WRONG_INDEX, true,
                      "SELECT count(*) FROM (SELECT * FROM (" TAGS_IN_FORCE ") EXCEPT SELECT tag, day, paper FROM"
                      " tagged)",
                      "tag in force is missing in its index", "tags in force are missing in their index"},
    [NEEDLESS_TAGS] = {PAPERTAG_FINDING_WRONG_INDEX, true,
                       "SELECT count(*) FROM (SELECT tag, day, paper FROM tagged EXCEPT"
                       " SELECT * FROM (" TAGS_IN_FORCE "))",
                       "tag is in the index but not in force", "tags are in the index but not in force"},
    [TAG_COUNTS] = {PAPERTAG_FINDING_WRONG_INDEX, false,
                    "SELECT count(*) FROM (SELECT tag, papers FROM tag_counts WHERE papers EXCEPT"
                    " SELECT tag, count(*) FROM tagged GROUP BY tag)",
                    "tag has another number of papers than was counted",
                    "tags have other numbers of papers than were counted"},
    [TEXTLESS] = {PAPERTAG_FINDING_EMPTY_PAPERS, false, NULL, /* see pt_paper_check */
                  "paper has neither title nor abstract", "papers have neither title nor abstract"},
    [OUTDATED] = {PAPERTAG_FINDING_OUTDATED_TAGS, false,
                  "SELECT count(*) FROM papers WHERE model IS NULL OR"
                  " model IS NOT (SELECT key FROM models WHERE hash=?1)",
                  "paper has no tags of the model in use", "papers have no tags of the model in use"},
    [UNLEARNT] = {PAPERTAG_FINDING_UNLEARNT_VERDICTS, false, "SELECT count(*) FROM verdicts WHERE held_out IS NULL",
                  "verdict has not been learnt from", "verdicts have not been learnt from"},
    [OPEN] = {PAPERTAG_FINDING_OPEN_DELIVERIES, false, "SELECT count(*) FROM deliveries WHERE ended IS NULL",
              "delivery was begun but not ended", "deliveries were begun but not ended"}};

/* What was counted in tables. */
struct counts {
    int64_t rows[COUNTED]; /* see `counted` */
    bool damaged_rows;     /* the blocks of papers' rows cannot be read */
    int64_t wrong;         /* values that cannot be what they are */
    const char *where;     /* the first table that has some */
};

/* Counts rows that refer to one that is not there, in all tables but papers: see pt_paper_check; and where there are
 * none in PT_AGREEING, in all but these. */
static int count_references(papertag_store *store, bool agrees, int64_t *count, papertag_error *err)
{
    static const char all[] = "SELECT count(*) FROM sqlite_schema s JOIN pragma_foreign_key_check(s.name)"
                              " WHERE s.type='table' AND s.name<>" PAPERS,
                      others[] = "SELECT count(*) FROM sqlite_schema s JOIN pragma_foreign_key_check(s.name)"
                                 " WHERE s.type='table' AND s.name NOT IN (" PAPERS ", " PT_AGREEING ")";

    return pt_store_ask(store, agrees ? others : all, count, err, "");
}

static int count_rows(papertag_store *store, size_t what, const papertag_model *model, int64_t *count,
                      papertag_error *err)
{
    const char *sql = counted[what].sql;

    if (what == OUTDATED) {
        return model ? pt_store_ask(store, sql, count, err, "t", papertag_model_hash(model)) : PAPERTAG_OK;
    }
    return pt_store_ask(store, sql, count, err, "");
}

static int skip_row(void *context, int64_t paper, const pt_packed *row, papertag_error *err)
{
    (void)context;
    (void)row;
    (void)err;
    return paper < 1 ? PAPERTAG_DAMAGED : PAPERTAG_OK;
}

/* Whether the blocks of rows can be read. */
static int check_rows(papertag_store *store, bool *damaged, papertag_error *err)
{
    const pt_block_range all = {NULL, INT64_MIN, INT64_MAX};
    size_t rows;
    int status = pt_row_blocks_read(store, &all, skip_row, NULL, &rows, err);

    *damaged = status == PAPERTAG_DAMAGED;
    return *damaged ? PAPERTAG_OK : status;
}

/* All tables but papers. */
static int check_tables(papertag_store *store, const papertag_model *model, struct counts *out, bool *in_order,
                        papertag_error *err)
{
    bool agrees = false;
    int status = pt_store_agrees(store, &agrees, in_order, err);

    status = status ? status : count_references(store, agrees, &out->rows[REFERENCES], err);
    status = status ? status : check_rows(store, &out->damaged_rows, err);
    for (size_t i = 0; i < COUNTED && !status; i++) {
        if (counted[i].sql && !(counted[i].of_agreement && agrees)) {
            status = count_rows(store, i, model, &out->rows[i], err);
        }
    }
    if (!status) {
        const unsigned but = PT_BUT_PAPERS | (agrees ? PT_BUT_OPINIONS : 0);
        status = pt_store_count_wrong_values(store, but, &out->wrong, &out->where, err);
    }
    return status;
}

static void report_counts(struct findings *f, const struct counts *c)
{
    for (size_t i = 0; i < COUNTED; i++) {
        if (c->rows[i]) {
            report(f, counted[i].kind, "%lld %s", (long long)c->rows[i],
                   c->rows[i] == 1 ? counted[i].one : counted[i].several);
        }
        if (i == REFERENCES && c->damaged_rows) {
            report(f, PAPERTAG_FINDING_WRONG_INDEX,
                   "the papers' rows, from which similar papers are found, are damaged");
        }
    }
    if (c->wrong) {
        report(f, PAPERTAG_FINDING_WRONG_VALUES, "%lld value%s cannot be what %s, in table %s", (long long)c->wrong,
               c->wrong == 1 ? "" : "s", c->wrong == 1 ? "it is" : "they are", c->where);
    }
}

/* ---- all of it, in parallel ------------------------------------------------------------------------------------- */

/* Papers whose texts are read at once, at least; parts of them at most. */
enum { PART = 8192, PARTS_MOST = 256 };

/* What is done beside reading the papers, each on one thread, the longest first. */
enum { FILE_PART, TEXTS_PART, TABLES_PART, INDEXES_PART, OTHER_PARTS };

/* The check, in parts that any thread takes. All connections look at the same state of the store. */
struct check {
    papertag_store *store;
    const papertag_model *model;
    pt_connections connections;
    atomic_bool taken[PT_CONNECTIONS_MOST];
    bool sure[OTHER_PARTS]; /* of FILE_PART, TABLES_PART, INDEXES_PART: indexes and order are right */
    struct counts counts;
    pt_text_tally text_index;
    pt_row_set rows[PT_INDEXES]; /* of the papers' indexes */
    pt_paper_check paper_check;
    pt_paper_tally papers[PARTS_MOST]; /* part_count; the first has all once the parts have ended */
    size_t part_count, last_paper;
    papertag_error errors[OTHER_PARTS + PARTS_MOST];
    atomic_bool failed; /* a part has: those that are not begun are of no use any more */
    const atomic_bool *stop;
};

static int check_papers(struct check *c, papertag_store *store, size_t part, papertag_error *err)
{
    const int64_t keys = (int64_t)(c->last_paper / c->part_count + 1), before = (int64_t)part * keys;

    return pt_paper_check_read(&c->paper_check, store, part ? before + 1 : INT64_MIN, before + keys, &c->papers[part],
                               err);
}

static int run_part(struct check *c, papertag_store *store, size_t part, papertag_error *err)
{
    switch (part) {
    case FILE_PART:
        return check_pages(store, &c->sure[part], err);
    case TEXTS_PART:
        return pt_text_index_tally(store, &c->text_index, err);
    case TABLES_PART:
        return check_tables(store, c->model, &c->counts, &c->sure[part], err);
    case INDEXES_PART:
        return pt_indexes_tally(&c->paper_check.indexes, store, c->rows, &c->sure[part], err);
    default:
        return check_papers(c, store, part - OTHER_PARTS, err);
    }
}

/* Runs a part on a connection that is free: there are as many as threads. */
static int take_part(void *context, size_t part)
{
    struct check *c = context;
    size_t i = 0;
    int status;

    if (c->failed || *c->stop) {
        return *c->stop ? pt_fail(&c->errors[part], PAPERTAG_INTERRUPTED, "%s: interrupted", c->store->path)
                        : PAPERTAG_OK;
    }
    while (atomic_exchange(&c->taken[i], true)) {
        i = (i + 1) % c->connections.count;
    }
    status = run_part(c, c->connections.list[i], part, &c->errors[part]);
    c->failed = c->failed || status;
    c->taken[i] = false;
    return status;
}

/* Whether all that SQLite's quick check leaves out is known to be right. */
static bool is_sure(const struct check *c)
{
    return c->sure[FILE_PART] && c->sure[TABLES_PART] && c->sure[INDEXES_PART] &&
           pt_row_sets_are_same(c->rows, c->papers[0].rows);
}

/* Takes together what the parts have found. */
static void add_up(struct check *c)
{
    pt_paper_tally *papers = &c->papers[0];

    for (size_t i = 1; i < c->part_count; i++) {
        pt_paper_tally_add(papers, &c->papers[i]);
    }
    c->counts.rows[REFERENCES] += papers->lost;
    c->counts.rows[TEXTLESS] += papers->textless;
    c->counts.wrong += papers->wrong;
    c->counts.where = papers->wrong ? "papers" : c->counts.where;
}

/* Runs all parts. The error of the first that failed counts: of the file first of all. */
static int run_parts(struct check *c, papertag_error *err)
{
    int status = pt_store_last_paper(c->store, &c->last_paper, err);

    status = status ? status : pt_paper_check_open(&c->paper_check, c->store, err);
    if (status) {
        return status;
    }
    c->part_count = c->last_paper / PART + 1 < PARTS_MOST ? c->last_paper / PART + 1 : PARTS_MOST;
    status = pt_parallel((unsigned)c->connections.count, OTHER_PARTS + c->part_count, take_part, c, NULL);
    for (size_t i = 0; i < OTHER_PARTS + c->part_count && status; i++) {
        if (c->errors[i].status) {
            *err = c->errors[i];
            return err->status;
        }
    }
    if (status) {
        return pt_no_memory(err);
    }
    add_up(c);
    return PAPERTAG_OK;
}

/* Runs all parts on connections that see one state of the store, and SQLite's whole check where a doubt is left. */
static int check_state(struct check *c, papertag_error *err)
{
    int status = pt_connections_open(&c->connections, c->store, pt_jobs(0), err);

    if (status) {
        return status;
    }
    pt_store_pass_begin(c->store);
    status = run_parts(c, err);
    pt_store_pass_end(c->store);
    if (!status && !is_sure(c)) {
        status = check_file(c->store, err);
    }
    pt_connections_close(&c->connections);
    return status;
}

/* Reports a text index that is wrong. Where index and papers differ, or cannot be compared here, FTS5 decides. */
static int report_text_index(struct check *c, struct findings *f, bool fixed, papertag_error *err)
{
    bool wrong = false;
    int status = PAPERTAG_OK;

    if (pt_text_tally_is_same(&c->text_index, &c->papers[0].texts)) {
        return PAPERTAG_OK;
    }
    if (fixed) {
        report(f, PAPERTAG_FINDING_UNCHECKED_INDEX,
               "the text index may not match the papers: to say so for sure, SQLite asks for a file that is writable");
        return PAPERTAG_OK;
    }
    status = check_text_index(c->store, &wrong, err);
    if (wrong) {
        report(f, PAPERTAG_FINDING_WRONG_INDEX, "the text index does not match the papers");
    }
    return status;
}

static int check_all(struct check *c, struct findings *f, papertag_error *err)
{
    const bool fixed = sqlite3_db_readonly(c->store->db, "main");
    int status = check_state(c, err);

    pt_paper_check_close(&c->paper_check);
    if (status) {
        return status;
    }
    report_counts(f, &c->counts);
    return report_text_index(c, f, fixed, err);
}

int papertag_store_check(papertag_store *store, const papertag_model *model, const papertag_finding **out,
                         size_t *count, papertag_error *err)
{
    struct findings f = {.store = store, .arena = pt_store_answer(store)};
    struct check *c = pt_calloc(1, sizeof *c);
    papertag_error found;
    papertag_finding *copy;
    int status;

    if (!c) {
        return pt_no_memory(err);
    }
    *c = (struct check){.store = store, .model = model, .stop = pt_store_stop(store)};
    report(&f, PAPERTAG_FINDING_STORE, "store %s: layout %d, SQLite %s", store->path, pt_store_version,
           sqlite3_libversion());
    status = check_all(c, &f, &found);
    free(c);
    if (status == PAPERTAG_DAMAGED) {
        report(&f, PAPERTAG_FINDING_DAMAGED_FILE, "%s", found.message);
    } else if (status) {
        return pt_fail(err, status, "%s", found.message);
    }
    copy = f.failed ? NULL : pt_arena_copy_array(f.arena, f.list, f.count, sizeof *f.list);
    if (!copy) {
        return pt_no_memory(err);
    }
    *out = copy;
    *count = f.count;
    return PAPERTAG_OK;
}

/* ---- mending --------------------------------------------------------------------------------------------------- */

static int look_at_name(void *context, pt_db_row *row, papertag_error *err)
{
    return pt_db_is_damaged(row, 0) ? pt_fail(err, PAPERTAG_DAMAGED, "%s: a name is damaged", (const char *)context)
                                    : PAPERTAG_OK;
}

/* Names in rows that are damaged: their index may have them whole, as long as it is not made again. */
static int check_names(papertag_store *store, papertag_error *err)
{
    static const char names[] = "SELECT tag FROM tags NOT INDEXED UNION ALL SELECT id FROM papers NOT INDEXED";

    return pt_store_each(store, names, look_at_name, store->path, err, "");
}

int papertag_store_repair(papertag_store *store, papertag_error *err)
{
    static const char *const steps[] = {
        "REINDEX",
        "DELETE FROM cuts WHERE model NOT IN (SELECT key FROM models) OR tag NOT IN (SELECT key FROM tags)",
        "UPDATE papers SET model=NULL WHERE model NOT IN (SELECT key FROM models)",
        "DELETE FROM versions WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM sources WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM names WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM opinions WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM verdicts WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM before WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM audits WHERE paper NOT IN (SELECT key FROM papers) OR tag NOT IN (SELECT key FROM tags)",
        "DELETE FROM deliveries WHERE subscription NOT IN (SELECT key FROM subscriptions)",
        "DELETE FROM delivered WHERE subscription NOT IN (SELECT key FROM subscriptions)",
        "DELETE FROM delivered WHERE paper NOT IN (SELECT key FROM papers)",
        "UPDATE delivered SET delivery=NULL WHERE delivery NOT IN (SELECT key FROM deliveries)",
        "DELETE FROM uncounted WHERE subscription NOT IN (SELECT key FROM subscriptions)",
        "DELETE FROM uncounted WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM marks WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM marks_before WHERE paper NOT IN (SELECT key FROM papers)",
        "DELETE FROM row_blocks", /* they are made again from the texts */
        "DELETE FROM doubts",     /* and these from opinions */
        "INSERT INTO search(search) VALUES('rebuild')",
        "DELETE FROM tagged",
        "INSERT INTO tagged(tag, day, paper, p) SELECT tag, day, paper, max(p) FROM ("
        "SELECT o.tag, o.paper, o.p FROM opinions o WHERE o.assigned AND NOT EXISTS(SELECT 1 FROM verdicts v WHERE"
        " v.paper=o.paper AND v.tag=o.tag AND v.verdict='no')"
        " UNION ALL SELECT tag, paper, 1.0 FROM verdicts WHERE verdict='yes') JOIN papers ON papers.key=paper"
        " GROUP BY tag, paper",
        "DELETE FROM tag_counts",
        "INSERT INTO tag_counts SELECT tag, count(*) FROM tagged GROUP BY tag"};
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = check_names(store, err);
    status = status ? status : pt_store_mend_values(store, err);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !status; i++) {
        status = pt_store_exec(store, steps[i], err);
    }
    if (!status || status == PAPERTAG_IO) { /* what a damaged page gives can be refused for any reason */
        const int file = check_file(store, err);
        status = file ? file : status;
    }
    return pt_store_end(store, status, err);
}
