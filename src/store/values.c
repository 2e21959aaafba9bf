/*
 * values - what columns hold that they cannot: found, and replaced by what comes nearest.
 *
 * SQLite sees to the types of values, row.c to their ranges when they are read. Here are the same ranges as rules, for
 * checking and mending a store as a whole.
 */
#include "check.h"
#include "statement.h"

#define NOW "strftime('%Y-%m-%dT%H:%M:%SZ')"
#define WRONG_OPINION "NOT p BETWEEN 0 AND 1 OR assigned NOT IN (0, 1)"
#define WRONG_CALL "NOT BETWEEN 0 AND 4000000000000000000"

/* Rows of a table for which `wrong` holds, and what they become; NULL: they go. In an order in which nothing that a
 * rule asks for is gone. */
static const struct rule {
    const char *table, *wrong, *mend;
} rules[] = {
    {"papers", "key<1", NULL}, /* the first rule is of papers themselves */
    {"papers", "NOT papertag_is_date(date)", "date=NULL"},
    {"papers", "NOT papertag_is_date(announced)", "announced=NULL"},
    {"papers", "NOT papertag_is_date(featured)", "featured=NULL"},
    {"papers", "NOT papertag_is_time(added)", "added=" NOW},
    {"papers", "NOT papertag_is_time(updated)", "updated=" NOW},
    {"papers", "day NOT BETWEEN -3000000 AND 3000000", "day=unixepoch()/86400-2000000"}, /* see days.h */
    {"papers", "version NOT BETWEEN 1 AND 1000000000",
     "version=1+(SELECT coalesce(max(version), 0) FROM versions WHERE paper=key AND version<1000000000)"},
    {"papers", "upvotes<0", "upvotes=NULL"},
    {"papers", "comments<0", "comments=NULL"},
    {"papers", "author_count<0", "author_count=NULL"},
    {"papers", "NOT json_valid(authors)", "authors='[]'"},
    {"papers", "categories<>'[]' AND NOT json_valid(categories)", "categories='[]'"}, /* most are empty */
    {"papers", "keywords<>'[]' AND NOT json_valid(keywords)", "keywords='[]'"},
    {"papers", "key IN (SELECT paper FROM opinions WHERE " WRONG_OPINION ")", "model=NULL"},
    {"opinions", WRONG_OPINION, NULL},
    {"tags", "key<1", NULL},
    {"tags", "NOT json_valid(aliases)", "aliases='[]'"},
    {"tags", "own NOT IN (0, 1)", "own=0"},
    {"versions", "version NOT BETWEEN 1 AND 1000000000", NULL},
    {"verdicts", "NOT papertag_is_time(given)", "given='1970-01-01T00:00:00Z'"}, /* the oldest */
    {"verdicts", "example NOT IN (0, 1)", "example=0"},
    {"before", "call " WRONG_CALL " OR NOT papertag_is_time(given) OR example NOT IN (0, 1)", NULL},
    {"audits", "call " WRONG_CALL, "call=0"},
    {"subscriptions", "key<1", NULL},
    {"subscriptions", "sort NOT BETWEEN 0 AND 2", "sort=0"}, /* see papertag_sort */
    {"subscriptions", "count<0", "count=0"},
    {"subscriptions", "counted NOT BETWEEN 0 AND (SELECT coalesce(max(key), 0) FROM papers)",
     "counted=max(0, min(counted, (SELECT coalesce(max(key), 0) FROM papers)))"}, /* or papers to come would count */
    {"subscriptions", "weekday NOT BETWEEN 0 AND 7", "weekday=0"},
    {"subscriptions", "tell_quiet NOT IN (0, 1)", "tell_quiet=0"},
    {"subscriptions", "NOT papertag_is_time(created)", "created=" NOW},
    {"deliveries", "NOT papertag_is_time(begun)", "begun=" NOW},
    {"mails", "state NOT BETWEEN 0 AND 4", "state=4"}, /* see papertag_mail_state: a person decides */
    {"mails", "tries<0", "tries=0"},
    {"mails", "NOT papertag_is_time(tried)", "tried=NULL"},
    {"deliveries", "key<1", NULL},
    {"deliveries", "NOT papertag_is_time(ended)", "ended=" NOW}, /* what was sent is not sent again */
    {"kept", "used NOT IN (0, 1)", "used=0"},
    {"kept", "NOT papertag_is_time(made)", "made=" NOW},
    {"kept", "held_out IS NOT NULL AND NOT json_valid(held_out)",
     "held_out=NULL"},                                              /* NULL is valid to some SQLite only */
    {"row_blocks", "block<1 OR papers NOT BETWEEN 1 AND 64", NULL}, /* see row_blocks.h */
    {"doubts", "tag<0 OR block<0 OR nearest<0", NULL},              /* a repair empties the table */
    /* a row of another table, whose page was taken for one of this */
    {"origins", "NOT papertag_is_time(added) AND json_type(iif(json_valid(arguments), arguments, '0'))<>'array'", NULL},
    {"origins", "gap<0", "gap=0"},
    {"origins", "NOT json_valid(arguments)", "arguments='[]'"}};

enum { RULES = sizeof rules / sizeof *rules };

/* Whether a rule asks for opinions, and for nothing else. */
static bool is_of_opinions(const struct rule *r)
{
    return strstr(r->wrong, WRONG_OPINION);
}

/* Whether two rules can be counted in one walk over a table. */
static bool is_alike(const struct rule *a, const struct rule *b)
{
    return !strcmp(a->table, b->table) && is_of_opinions(a) == is_of_opinions(b);
}

/* Appends an expression of how many rules like this one find a row wrong; few rows are. */
static void put_count(pt_buf *sql, const struct rule *like)
{
    const char *before = "CASE WHEN";

    for (const struct rule *r = rules; r < rules + RULES; r++) {
        if (is_alike(r, like)) {
            pt_buf_format(sql, "%s (%s)", before, r->wrong);
            before = " OR";
        }
    }
    before = " THEN";
    for (const struct rule *r = rules; r < rules + RULES; r++) {
        if (is_alike(r, like)) {
            pt_buf_format(sql, "%s ((%s) IS TRUE)", before, r->wrong);
            before = "+";
        }
    }
    pt_buf_text(sql, " ELSE 0 END");
}

void pt_store_put_wrong_paper(pt_buf *sql)
{
    put_count(sql, &rules[0]);
}

/* Counts what rules like rules[number] find, unless an earlier one is like it. */
static int count_alike(papertag_store *store, size_t number, int64_t *found, papertag_error *err)
{
    pt_buf sql = {0};
    int status;

    *found = 0;
    for (size_t i = 0; i < number; i++) {
        if (is_alike(&rules[i], &rules[number])) {
            return PAPERTAG_OK;
        }
    }
    pt_buf_text(&sql, "SELECT coalesce(sum(");
    put_count(&sql, &rules[number]);
    pt_buf_format(&sql, "), 0) FROM %s", rules[number].table);
    status = sql.failed ? pt_no_memory(err) : pt_store_ask(store, sql.data, found, err, "");
    pt_buf_free(&sql);
    return status;
}

int pt_store_count_wrong_values(papertag_store *store, unsigned but, int64_t *count, const char **table,
                                papertag_error *err)
{
    int status = PAPERTAG_OK;

    *count = 0;
    for (size_t i = 0; i < RULES && !status; i++) {
        const struct rule *r = &rules[i];
        int64_t found = 0;
        const unsigned kind = is_of_opinions(r) ? PT_BUT_OPINIONS : is_alike(r, &rules[0]) ? PT_BUT_PAPERS : 0;
        if (!(but & kind)) {
            status = count_alike(store, i, &found, err);
        }
        *table = found && !*count ? r->table : *table;
        *count += found;
    }
    return status;
}

int pt_store_mend_values(papertag_store *store, papertag_error *err)
{
    int status = PAPERTAG_OK;

    for (size_t i = 0; i < RULES && !status; i++) {
        const struct rule *r = &rules[i];
        char sql[400];
        if (r->mend) {
            snprintf(sql, sizeof sql, "UPDATE %s SET %s WHERE %s", r->table, r->mend, r->wrong);
        } else {
            snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s", r->table, r->wrong);
        }
        status = pt_store_exec(store, sql, err);
    }
    return status;
}
