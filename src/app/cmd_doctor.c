/*
 * papertag doctor - is everything sound: program, model, store, room on the disk; with the next step for each finding.
 */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "app.h"

struct report {
    bool json;
    style style;
    size_t troubles;
    text out;
};

static void tell(struct report *r, bool trouble, const char *what, const char *next)
{
    text *out = &r->out;

    r->troubles += trouble;
    if (r->json) {
        text_format(out, "{\"trouble\":%s,\"what\":", trouble ? "true" : "false");
        text_json_string(out, what);
        text_put(out, ",\"next\":");
        text_json_string(out, next);
        text_put(out, "}\n");
        return;
    }
    text_format(out, "%s%s%s ", trouble ? r->style.bad : r->style.good, trouble ? "!" : "-", r->style.plain);
    text_wrapped(out, &r->style, what, "  ");
    text_put(out, "\n");
    if (next) {
        text_format(out, "    %s%s%s\n", r->style.bold, next, r->style.plain);
    }
}

/* What the next run of add, retrain or digest may need: as much again as the store has, and a little. */
static void check_room(struct report *r, const char *path, size_t bytes)
{
    const double mega = 1e6, least = 100 * mega;
    struct statvfs disk;
    char what[200];
    double room;

    if (statvfs(path, &disk)) {
        snprintf(what, sizeof what, "cannot tell the room on the disk: %s", strerror(errno));
        tell(r, true, what, NULL);
        return;
    }
    room = (double)disk.f_bavail * (double)disk.f_frsize;
    snprintf(what, sizeof what, "%.0f MB are free on the disk of the store, which has %.1f MB", room / mega,
             (double)bytes / mega);
    tell(r, room < least + (double)bytes, what, room < least + (double)bytes ? "make room" : NULL);
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
        tell(r, found[i].trouble, found[i].what, found[i].next);
    }
    if (papertag_store_statistics(store, &stats, &err)) {
        return failed(&err);
    }
    check_room(r, path, stats.bytes);
    return EXIT_DONE;
}

static int check_model(struct report *r, const args *a, papertag_store *store, papertag_model **model)
{
    const papertag_tag_info *tags;
    char what[200];
    const int code = store ? open_model_of(a, store, model) : open_model(a, model);

    if (code) {
        return code; /* which has said why */
    }
    snprintf(what, sizeof what, "model %.8s is sound: %zu tags, %zu terms", papertag_model_hash(*model),
             papertag_model_tags(*model, &tags), papertag_model_term_count(*model));
    tell(r, false, what, NULL);
    return EXIT_DONE;
}

static int run(const args *a)
{
    struct report r = {.json = args_have(a, "json"), .style = style_of_stdout()};
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    papertag_error err;
    text path = {0};
    const bool there = store_is_there(a);
    int code = a->operand_count ? usage_error(a->command, "doctor: takes no file") : EXIT_DONE;

    if (!code) {
        tell(&r, false, "papertag " PAPERTAG_VERSION, NULL);
    }
    code = code || !there ? code : open_store(a, false, &store);
    code = code || !there ? code : store_path(a, &path) ? EXIT_DONE : EXIT_FAILED;
    code = code ? code : check_model(&r, a, store, &model);
    if (!code && store && args_have(a, "repair")) {
        size_t count = 0;
        code = papertag_store_repair(store, &err) ? failed(&err) : retag(store, model, &count);
        if (!code) {
            tell(&r, false, "the indexes were made anew, and papers of other models tagged", NULL);
        }
    }
    if (!code && store) {
        code = check_store(&r, store, model, path.data);
    } else if (!code) {
        tell(&r, false, "there is no store yet", "papertag add FILE");
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
    {"repair", 0, NULL, "make the text index and the index of tags anew, and tag what another model tagged"},
    OPTION_MODEL,
    OPTION_DB,
    OPTION_JSON,
    OPTION_END};

const command command_doctor = {
    "doctor",
    "",
    "check store, model and disk",
    run,
    options,
    "Each finding comes with what to run next. Status 1: something is wrong. With --json: {\"trouble\", \"what\",\n"
    "\"next\"}.\n"};
