/*
 * papertag fetch - what is new at the sources.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../app.h"
#include "../clock.h"
#include "../config.h"
#include "../dates.h"
#include "../fetch/pace.h"
#include "../fetch/visit.h"

/* A run over sources. */
struct run {
    const args *args;
    visitor visitor;
    papertag_model *model;
    source_list sources;
    char from[DAY_SIZE], until[DAY_SIZE];
    unsigned long wait; /* seconds */
    const char *path;   /* of -o; NULL */
    text part;          /* the file that becomes it */
    int lock;           /* -1: none */
    visited *visits;    /* the last of each source */
    bool *reported;     /* of each source */
};

/* ---- options --------------------------------------------------------------------------------------------------- */

/* How many days ago a word means: today, yesterday, 7d. -1: it is no such word. */
static long days_ago(const char *word)
{
    char *end = NULL;
    long days;

    if (!strcmp(word, "today") || !strcmp(word, "yesterday")) {
        return *word == 'y';
    }
    days = strtol(word, &end, 10);
    return end > word && !strcmp(end, "d") && days >= 0 && days < 18000 ? days : -1;
}

/* A day: YYYY-MM-DD, today, yesterday, 7d. EXIT_DONE, or EXIT_USAGE after reporting why. */
static int read_day(const args *a, const char *name, char out[DAY_SIZE], const char **day)
{
    const char *value = args_text(a, name, NULL);
    const long number = value && strlen(value) == DAY_SIZE - 1 ? day_number(value) : LONG_MIN;
    char now[MOMENT_SIZE];

    if (!value) {
        return EXIT_DONE;
    }
    if (number == LONG_MIN && days_ago(value) < 0) {
        return usage_error(a->command, "fetch: --%s must be a day as 2026-11-20, yesterday or 7d, not '%s'", name,
                           value);
    }
    present_moment(now);
    write_day(out, number == LONG_MIN ? day_number(now) - days_ago(value) : number);
    *day = out;
    return EXIT_DONE;
}

/* A time: 90s, 30m, 3h, or seconds. */
static int read_duration(const args *a, const char *name, unsigned long *seconds)
{
    static const char units[] = "smh";
    const char *value = args_text(a, name, NULL), *unit;
    char *end;
    unsigned long number;

    if (!value) {
        return EXIT_DONE;
    }
    number = strtoul(value, &end, 10);
    unit = *end ? strchr(units, *end) : units;
    if (end == value || strchr(value, '-') || !unit || (*end && end[1]) || number > 1000000) {
        return usage_error(a->command, "fetch: --%s must be a time as 30m or 3h, not '%s'", name, value);
    }
    *seconds = number * (*unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1);
    return EXIT_DONE;
}

static int read_options(struct run *r, const args *a)
{
    int code = read_day(a, "from", r->from, &r->visitor.from);

    code = code ? code : read_day(a, "until", r->until, &r->visitor.until);
    code = code ? code : read_duration(a, "wait", &r->wait);
    if (!code && r->visitor.from && r->visitor.until && strcmp(r->from, r->until) > 0) {
        code = usage_error(a->command, "fetch: --from is after --until");
    }
    r->args = a;
    r->path = args_text(a, "output", NULL);
    return code;
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

/* One run at a time fetches into a store: two would ask for the same. */
static int lock_store(struct run *r)
{
    text path = {0};
    int code = store_path(r->args, &path) ? EXIT_DONE : EXIT_FAILED;

    if (!code) {
        text_put(&path, "-fetch");
        r->lock = path.failed ? -2 : lock_file(path.data, false);
        code = r->lock >= 0 ? EXIT_DONE : r->lock == -1 ? EXIT_LATER : EXIT_FAILED;
    }
    if (code == EXIT_LATER) {
        complain("another run is fetching into this store; try again when it has ended");
    }
    text_free(&path);
    return code;
}

static int open_output(struct run *r)
{
    if (!strcmp(r->path, "-")) {
        r->visitor.out = stdout;
        return EXIT_DONE;
    }
    text_put(&r->part, r->path);
    text_put(&r->part, ".part");
    r->visitor.out = r->part.failed ? NULL : fopen(r->part.data, "w");
    if (!r->visitor.out) {
        complain("%s: %s", r->path, strerror(errno));
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

/* The file gets its name when it is whole. */
static int close_output(struct run *r)
{
    if (r->visitor.out && r->visitor.out != stdout) {
        const bool bad = ferror(r->visitor.out);
        if (fclose(r->visitor.out) || bad || rename(r->part.data, r->path)) {
            complain("%s: %s", r->path, strerror(errno));
            remove(r->part.data);
            return EXIT_FAILED;
        }
    }
    return EXIT_DONE;
}

static int open_run(struct run *r)
{
    const papertag_tag_info *tags;
    papertag_error err;
    const bool dry = args_have(r->args, "dry-run");
    int code = open_store(r->args, false, &r->visitor.store);

    code = code || dry || r->path ? code : lock_store(r);
    code = code ? code
                : source_list_open(&r->sources, r->visitor.store, r->args->operands, r->args->operand_count, r->args);
    if (code || dry) {
        return code;
    }
    r->visitor.contact = config_value(r->args->config, "fetch", "contact");
    r->visitor.asker.http = http_open(r->visitor.contact);
    r->visits = calloc(r->sources.count + 1, sizeof *r->visits);
    r->reported = calloc(r->sources.count + 1, sizeof *r->reported);
    if (!r->visitor.asker.http || !r->visits || !r->reported) {
        return r->visitor.asker.http ? out_of_memory() : EXIT_FAILED;
    }
    if (r->path) {
        return open_output(r);
    }
    code = open_model(r->args, r->visitor.store, &r->model);
    if (!code &&
        (papertag_tagger_open(&r->visitor.tagger, r->model, &err) || papertag_batch_open(&r->visitor.batch, &err))) {
        code = failed(&err);
    }
    r->visitor.tags = code ? 0 : papertag_model_tags(r->model, &tags);
    r->visitor.model = r->model;
    return code;
}

static void close_run(struct run *r)
{
    papertag_batch_close(r->visitor.batch);
    papertag_tagger_close(r->visitor.tagger);
    papertag_model_close(r->model);
    papertag_store_close(r->visitor.store);
    http_close(r->visitor.asker.http);
    text_free(&r->visitor.asker.closed);
    for (size_t i = 0; r->visits && i < r->sources.count; i++) {
        text_free(&r->visits[i].said);
    }
    free(r->visits);
    free(r->reported);
    source_list_free(&r->sources);
    text_free(&r->part);
    if (r->lock >= 0) {
        close(r->lock);
    }
}

/* How a visit ended: one word and figures. It goes where papers do not. */
static int report(struct run *r, size_t i)
{
    const papertag_source *s = &r->sources.items[i];
    const visited *v = &r->visits[i];
    text out = {0};

    r->reported[i] = true;
    if (args_have(r->args, "json")) {
        json_open(&out, NULL, '{');
        json_string(&out, "source", s->name);
        json_string(&out, "kind", s->kind);
        json_string(&out, "state", source_state_words[v->state]);
        json_count(&out, "added", v->counts.added);
        json_count(&out, "updated", v->counts.updated);
        json_count(&out, "unchanged", v->counts.unchanged);
        json_count(&out, "rejected", v->broken);
        json_count(&out, "pages", v->pages);
        json_count(&out, "requests", v->requests);
        json_string(&out, "message", v->said.size ? v->said.data : NULL);
        json_close(&out, '}');
        json_line_end(&out);
    } else {
        text_format(&out, "%s: %s", s->name, source_state_words[v->state]);
        if (v->counts.added + v->counts.updated + v->broken) {
            text_format(&out, "; %zu added, %zu updated", v->counts.added, v->counts.updated);
        }
        if (v->broken) {
            text_format(&out, ", %zu rejected", v->broken);
        }
        text_format(&out, "%s%s", v->said.size ? "; " : "", v->said.size ? v->said.data : "");
        text_put(&out, "\n");
    }
    if (r->visitor.out == stdout) {
        fputs(text_of(&out, &out), stderr);
        text_empty(&out);
    }
    return text_end(&out, EXIT_DONE);
}

/* Whether it is worth asking again: an announcement is awaited, or, where none of the sources has announcements,
 * anything new. */
static bool is_waiting(const struct run *r)
{
    bool announced = false, missing = false, fresh = false;

    for (size_t i = 0; i < r->sources.count; i++) {
        const source_kind *kind = find_kind(r->sources.items[i].kind);
        const source_state state = r->visits[i].state;
        if (kind && kind->announced && state != SOURCE_FAILED) {
            announced = true;
            missing = missing || state != SOURCE_FRESH;
        }
        fresh = fresh || state == SOURCE_FRESH;
    }
    return announced ? missing : !fresh;
}

/* Reports the sources for which --from and --until mean nothing. */
static void report_days(const struct run *r)
{
    for (size_t i = 0; i < r->sources.count && (r->visitor.from || r->visitor.until); i++) {
        const papertag_source *s = &r->sources.items[i];
        const source_kind *kind = find_kind(s->kind);
        if (kind && (!kind->has_days || (!kind->least && s->arguments.count && kind->check))) {
            complain("source %s cannot be asked for days: it gives what it has now", s->name);
        }
    }
}

/* Visits the sources that are not fresh yet: in the first round all. */
static int visit_all(struct run *r, bool first)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < r->sources.count && !code; i++) {
        visited *v = &r->visits[i];
        if (!first && (v->state == SOURCE_FRESH || v->state == SOURCE_FAILED)) {
            continue;
        }
        text_free(&v->said);
        code = visit_source(&r->visitor, &r->sources, &r->sources.items[i], v);
        if (!code && (!r->wait || v->state == SOURCE_FRESH || v->state == SOURCE_FAILED)) {
            code = report(r, i);
        }
    }
    return code;
}

/* Visits the sources, with --wait again and again. */
static int visit_in_rounds(struct run *r)
{
    static const int64_t between = 600000; /* milliseconds */
    const int64_t deadline = clock_now() + (int64_t)r->wait * 1000;
    int code;

    r->visitor.asker.deadline = r->wait ? deadline : 0;
    code = visit_all(r, true);
    while (!code && r->wait && is_waiting(r) && clock_now() < deadline) {
        const int64_t left = deadline - clock_now();
        char moment[MOMENT_SIZE];
        write_moment(moment, clock_now() + (left < between ? left : between));
        show_progress("nothing new yet; asking again at %.8s UTC", moment + 11);
        clock_wait(left < between ? left : between);
        show_progress(NULL);
        code = visit_all(r, false);
    }
    for (size_t i = 0; i < r->sources.count && !code; i++) {
        code = r->reported[i] ? EXIT_DONE : report(r, i);
    }
    return code;
}

/* The exit code: of the source that needs most attention. */
static int status_of(const struct run *r)
{
    static const int codes[] = {[SOURCE_FRESH] = EXIT_DONE,
                                [SOURCE_QUIET] = EXIT_NOTHING,
                                [SOURCE_WAITING] = EXIT_LATER,
                                [SOURCE_STALLED] = EXIT_FAILED,
                                [SOURCE_FAILED] = EXIT_FAILED};
    static const int order[] = {EXIT_FAILED, EXIT_LATER, EXIT_DONE};

    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (size_t i = 0; i < r->sources.count; i++) {
            if (codes[r->visits[i].state] == order[k]) {
                return order[k];
            }
        }
    }
    return EXIT_NOTHING;
}

static int print_all(struct run *r)
{
    int code = EXIT_DONE;

    for (size_t i = 0; i < r->sources.count; i++) {
        code = print_requests(&r->visitor, &r->sources.items[i]) || code ? EXIT_FAILED : EXIT_DONE;
    }
    return code;
}

static int run(const args *a)
{
    struct run r = {.lock = -1};
    int code = read_options(&r, a), end;

    code = code ? code : open_run(&r);
    if (!code && !r.sources.count) {
        complain("no sources; `papertag source add NAME KIND` adds one");
        code = EXIT_NOTHING;
    } else if (!code) {
        report_days(&r);
    }
    if (!code && args_have(a, "dry-run")) {
        code = print_all(&r);
    } else if (!code) {
        code = visit_in_rounds(&r);
        end = close_output(&r);
        code = code ? code : end ? end : status_of(&r);
    }
    close_run(&r);
    return code;
}

static const option options[] = {
    {"from", 0, "DAY", "from that day on (2026-11-20, yesterday, 7d), instead of where the source stopped"},
    {"until", 0, "DAY", "up to and including that day; the next run still continues where this source stopped"},
    {"dry-run", 0, NULL, "print the first requests, and send none"},
    {"wait", 0, "TIME", "while nothing new is there, ask again every ten minutes for that long: 30m, 3h"},
    {"output", 'o', "FILE", "write the papers as JSON Lines to FILE (- for standard output); the store stays as it is"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_fetch = {
    .name = "fetch",
    .operands = "[NAME...]",
    .summary = "fetch what is new from the sources, add it and tag it",
    .run = run,
    .options = options,
    .details =
        "Asks all sources, or those named (see `papertag source`). Each continues where it stopped, even if it was "
        "killed, and ends with one word:\n"
        "fresh\tnew papers came\n"
        "quiet\tnothing new, as was to be expected\n"
        "waiting\tthe service asked to be left alone for a while; the next run continues from the same place\n"
        "stalled\tnothing new for longer than its usual pace explains\n"
        "failed\tthe answer was a refusal, or not a list of papers\n"
        "Status: 0 new papers, 3 nothing new, 75 waiting, 1 stalled or failed (of several sources the worst).\n"
        "A service gets one request at a time, arXiv one every three seconds, however many of your programs run. When "
        "a service asks you to wait, that is remembered in files under $XDG_STATE_HOME, else ~/.local/state. Set a "
        "contact in the configuration file: services can then write to you instead of blocking you. Proxies are taken "
        "from http_proxy, https_proxy, all_proxy and no_proxy.\n"
        "With --json: {\"source\", \"kind\", \"state\", \"added\", \"updated\", \"unchanged\", \"rejected\", "
        "\"pages\", \"requests\", \"message\"}.\n",
    .examples = "papertag fetch\twhat is new from all sources\n"
                "papertag fetch ml --from 2020-01-01\tyears back; stop it at any time, the next run goes on\n"
                "papertag fetch --wait 3h\twait for today's announcement\n",
};
