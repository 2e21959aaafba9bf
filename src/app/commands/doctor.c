/*
 * papertag doctor - checks program, model, store and disk space, and names the next step for each finding.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "../app.h"
#include "../clock.h"
#include "../config.h"
#include "../fetch/sources.h"

struct report {
    bool json;
    style style;
    size_t troubles;
    text out;
};

static void write_finding(struct report *r, bool trouble, const char *what, const char *next)
{
    text *out = &r->out;

    r->troubles += trouble;
    if (r->json) {
        json_open(out, NULL, '{');
        json_bool(out, "trouble", trouble);
        json_string(out, "what", what);
        json_string(out, "next", next);
        json_close(out, '}');
        json_line_end(out);
        return;
    }
    text_format(out, "%s%s%s ", trouble ? r->style.bad : r->style.good, trouble ? "!" : "-", r->style.plain);
    text_wrapped(out, &r->style, what, "  ");
    text_put(out, "\n");
    if (next) {
        text_format(out, "    %s%s%s\n", r->style.bold, next, r->style.plain); /* one line, to be pasted */
    }
}

/* The next run of add, retrain or digest may need as much space again as the store takes, and a little more. */
static void check_space(struct report *r, const char *path, size_t bytes)
{
    const double mega = 1e6, least = 100 * mega;
    struct statvfs disk;
    char what[200];
    double space;

    if (statvfs(path, &disk)) {
        snprintf(what, sizeof what, "the free space on the disk is unknown: %s", strerror(errno));
        write_finding(r, true, what, NULL);
        return;
    }
    space = (double)disk.f_bavail * (double)disk.f_frsize;
    snprintf(what, sizeof what, "%.0f MB are free on the disk of the store, which takes %.1f MB", space / mega,
             (double)bytes / mega);
    write_finding(r, space < least + (double)bytes, what, space < least + (double)bytes ? "df -h" : NULL);
}

/* The command to run for each kind of finding; NULL: none. */
static const char *const next_steps[] = {
    [PAPERTAG_FINDING_STORE] = NULL,
    [PAPERTAG_FINDING_DAMAGED_FILE] = "papertag doctor --repair",
    [PAPERTAG_FINDING_WRONG_INDEX] = "papertag doctor --repair",
    [PAPERTAG_FINDING_WRONG_VALUES] = "papertag doctor --repair",
    [PAPERTAG_FINDING_UNCHECKED_INDEX] = NULL,
    [PAPERTAG_FINDING_EMPTY_PAPERS] = "papertag add FILE (the file they came from)",
    [PAPERTAG_FINDING_OUTDATED_TAGS] = "papertag add --retag",
    [PAPERTAG_FINDING_UNLEARNT_VERDICTS] = "papertag retrain",
    [PAPERTAG_FINDING_OPEN_DELIVERIES] = "papertag digest --for NAME (finishes or withdraws them)",
};

/* Sources with which something is wrong. */
static int check_sources(struct report *r, papertag_store *store)
{
    const papertag_source *list;
    const int64_t now = clock_now();
    papertag_error err;
    size_t count;

    if (papertag_store_sources(store, &list, &count, &err)) {
        return failed(&err);
    }
    for (size_t i = 0; i < count; i++) {
        text what = {0}, next = {0};
        const bool trouble = text_source_trouble(&what, &list[i], now);
        text_put(&next, "papertag fetch ");
        text_shell(&next, list[i].name);
        if (trouble) {
            write_finding(r, true, text_of(&r->out, &what), text_of(&r->out, &next));
        } else {
            text_format(&what, "source %s is well: last news %.10s", list[i].name,
                        list[i].news ? list[i].news : "never");
            write_finding(r, false, text_of(&r->out, &what), NULL);
        }
        text_free(&what);
        text_free(&next);
    }
    return EXIT_DONE;
}

/* Says of a mail that is not done with how it stands, and what to run. Whether that is a trouble. */
static bool describe_mail(const papertag_mail *m, text *what, text *next)
{
    static const char *const how[] = {[PAPERTAG_MAIL_BEGUN] = "was not sent yet",
                                      [PAPERTAG_MAIL_REFUSED] = "was refused",
                                      [PAPERTAG_MAIL_DEFERRED] = "is put off by the server",
                                      [PAPERTAG_MAIL_UNKNOWN] = "may have arrived or not"};

    text_format(what, "the mail to %s with %zu paper%s of %.10s (subscription %s) %s%s%s", m->address, m->papers,
                plural(m->papers), m->begun, m->subscription, how[m->state], m->answer ? ": " : "",
                m->answer ? m->answer : "");
    if (m->state == PAPERTAG_MAIL_UNKNOWN || m->state == PAPERTAG_MAIL_REFUSED) {
        text_put(next, "papertag send --resolve ");
        text_shell(next, m->subscription);
        text_put(next, m->state == PAPERTAG_MAIL_REFUSED
                           ? " unsent (its papers come again; sent: they do not)"
                           : " sent (it arrived; unsent: it did not, and its papers come again)");
    } else {
        text_put(next, m->state == PAPERTAG_MAIL_BEGUN && m->answer ? "papertag send --check" : "papertag send ");
        if (m->state == PAPERTAG_MAIL_DEFERRED || !m->answer) {
            text_shell(next, m->subscription);
        }
    }
    return m->state != PAPERTAG_MAIL_DEFERRED; /* these are sent again by themselves */
}

/* Mails that are not done with. */
static int check_mails(struct report *r, papertag_store *store)
{
    const papertag_mail *list;
    papertag_error err;
    size_t count;

    if (papertag_store_mails(store, NULL, &list, &count, &err)) {
        return failed(&err);
    }
    for (size_t i = 0; i < count; i++) {
        text what = {0}, next = {0};
        const bool trouble = describe_mail(&list[i], &what, &next);
        write_finding(r, trouble, text_of(&r->out, &what), text_of(&r->out, &next));
        text_free(&what);
        text_free(&next);
    }
    return EXIT_DONE;
}

static int check_store(struct report *r, papertag_store *store, const papertag_model *model, const char *path)
{
    const papertag_finding *found;
    papertag_store_stats stats;
    papertag_error err;
    size_t count;

    if (papertag_store_check(store, model, &found, &count, &err)) {
        return failed(&err);
    }
    for (size_t i = 0; i < count; i++) {
        write_finding(r, found[i].trouble, found[i].what, next_steps[found[i].kind]);
    }
    check_space(r, path, papertag_store_statistics(store, &stats, &err) ? 0 : stats.bytes);
    return EXIT_DONE;
}

/* What to run when the model cannot be used, by where it came from. */
static const char *next_step_for_model(const args *a, papertag_store *store, papertag_model **model)
{
    const char *path = getenv("PAPERTAG_MODEL");

    if (args_have(a, "model")) {
        return "papertag doctor (without --model)";
    }
    if (store && papertag_store_model(store, model, NULL) != PAPERTAG_END) {
        return "papertag model use default";
    }
    return path && *path                                  ? "unset PAPERTAG_MODEL"
           : config_value(a->config, "papertag", "model") ? "papertag config (shows which file names it)"
                                                          : "make install (reinstalls papertag)";
}

/* Opens the model. If it cannot be used, that is a finding. */
static void check_model(struct report *r, const args *a, papertag_store *store, papertag_model **model)
{
    const papertag_tag_info *tags;
    papertag_error err;
    char what[200];

    if (find_model(a, store, model, &err)) {
        write_finding(r, true, err.message, next_step_for_model(a, store, model));
        return;
    }
    snprintf(what, sizeof what, "model %.8s is sound: %zu tag%s, %zu terms", papertag_model_hash(*model),
             papertag_model_tags(*model, &tags), plural(papertag_model_tags(*model, &tags)),
             papertag_model_term_count(*model));
    write_finding(r, false, what, NULL);
}

/* Puts what can be read of a damaged store into a new one, and reports what was recovered. */
static int salvage(struct report *r, const char *path, papertag_error *err)
{
    papertag_salvaged saved;
    char what[sizeof saved.kept + 200];
    int status = papertag_store_salvage(path, &saved, err);

    if (status) {
        return status;
    }
    snprintf(what, sizeof what, "the store was damaged; %zu paper%s and %zu verdict%s were recovered into a new one",
             saved.papers, plural(saved.papers), saved.verdicts, plural(saved.verdicts));
    write_finding(r, false, what, NULL);
    snprintf(what, sizeof what, "the damaged file is kept as %s", saved.kept);
    write_finding(r, false, what, NULL);
    return PAPERTAG_OK;
}

/* Opens the store, and with --repair repairs it first. NULL: it cannot be used, which is a finding. */
static papertag_store *open_or_repair(struct report *r, const char *path, bool repair)
{
    papertag_store *store = NULL;
    papertag_error err;
    struct statvfs disk;
    text next = {0};
    int status = papertag_store_open(&store, path, false, &err);

    if (!status && repair) {
        status = papertag_store_repair(store, &err);
        if (!status) {
            write_finding(r, false, "the indexes were rebuilt", NULL);
        }
    }
    if (status == PAPERTAG_DAMAGED && repair) {
        papertag_store_close(store);
        store = NULL;
        status = salvage(r, path, &err);
        status = status ? status : papertag_store_open(&store, path, false, &err);
    }
    if (status) {
        const bool full = !statvfs(path, &disk) && !disk.f_bavail;
        text_put(&next, full ? "df -h " : "ls -l ");
        text_shell(&next, path);
        if (!full) {
            text_put(&next, "; fuser ");
            text_shell(&next, path);
        }
        write_finding(r, true, err.message,
                      status == PAPERTAG_DAMAGED && !repair ? "papertag doctor --repair"
                      : status == PAPERTAG_BAD_STORE        ? "papertag doctor --db FILE (the store, or a copy of it)"
                                                            : text_of(&r->out, &next));
        text_free(&next);
        papertag_store_close(store);
        store = NULL;
    }
    return store;
}

/* Names the place, which may be mistyped in a setting. */
static void write_no_store(struct report *r, const args *a)
{
    text what = {0}, path = {0};

    if (names_store(a) && store_path(a, &path)) {
        text_format(&what, "%s: there is no store yet", path.data);
    } else {
        text_put(&what, "there is no store yet");
    }
    write_finding(r, false, text_of(&r->out, &what), "papertag add FILE");
    text_free(&what);
    text_free(&path);
}

static int run(const args *a)
{
    struct report r = {.json = args_have(a, "json"), .style = style_of_stdout()};
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    text path = {0};
    const bool there = store_is_there(a), repair = args_have(a, "repair");
    int code = args_no_operands(a);

    code = code || !there ? code : store_path(a, &path) ? EXIT_DONE : EXIT_FAILED;
    if (!code) {
        write_finding(&r, false, "papertag " PAPERTAG_VERSION, NULL);
        if (there) {
            store = open_or_repair(&r, path.data, repair);
        } else {
            write_no_store(&r, a);
        }
        check_model(&r, a, store, &model);
    }
    if (!code && store && model && repair) {
        size_t count = 0;
        code = retag(store, model, &count);
    }
    if (!code && store) {
        code = check_store(&r, store, model, path.data);
        code = code ? code : check_sources(&r, store);
        code = code ? code : check_mails(&r, store);
    }
    if (!text_write(&r.out)) {
        code = EXIT_FAILED;
    }
    text_free(&r.out);
    text_free(&path);
    papertag_model_close(model);
    papertag_store_close(store);
    return code ? code : r.troubles ? EXIT_FAILED : EXIT_DONE;
}

static const option options[] = {
    {"repair", 0, NULL, "rebuild indexes, recover a damaged store, and tag again what another model tagged"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_doctor = {
    .name = "doctor",
    .summary = "check store, model and disk",
    .run = run,
    .options = options,
    .details = "Each finding comes with the command to run next. Status 1: something is wrong.\n"
               "With --json: {\"trouble\", \"what\", \"next\"}.\n",
    .examples = "papertag doctor\tcheck whether all is well\n"
                "papertag doctor --repair\trepair what can be repaired\n",
};
