/*
 * papertag morning - all that is due: new papers fetched and tagged, digests delivered.
 *
 * It is made of the commands that a person would run one after the other. Nothing in it asks which day it is: what was
 * missed on a day when the machine was off comes with the next run.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../app.h"
#include "../clock.h"
#include "../config.h"
#include "../fetch/pace.h"

enum { WORDS = 16 };

/* Runs a command with these words (NULL ends them), and the store, model and configuration of this call. */
static int run_command(const args *a, const command *c, const char *const *words)
{
    static const char *const shared[] = {"db", "model"};
    char *argv[WORDS];
    args inner;
    int argc = 0, code;

    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        if (args_have(a, shared[i])) {
            argv[argc++] = i ? "--model" : "--db";
            argv[argc++] = (char *)args_text(a, shared[i], NULL);
        }
    }
    for (; *words && argc < WORDS; words++) {
        argv[argc++] = (char *)*words;
    }
    code = args_parse(&inner, c, argc, argv);
    inner.config = a->config;
    code = code ? code : c->run(&inner);
    args_free(&inner);
    return code;
}

/* One line of the log. */
static int write_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int write_step(const char *format, ...)
{
    va_list list;
    text line = {0};

    va_start(list, format);
    text_format_list(&line, format, list);
    va_end(list);
    text_put(&line, "\n");
    return text_end(&line, EXIT_DONE) || finish_output() ? EXIT_FAILED : EXIT_DONE;
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

/* What is new at the sources: a line for each. */
static int fetch_papers(const args *a)
{
    const char *words[] = {args_have(a, "wait") ? "--wait" : NULL, args_text(a, "wait", NULL), NULL};

    return run_command(a, &command_fetch, words);
}

/* Tags again the papers of the store, if its model has changed. */
static int tag_again(const args *a)
{
    papertag_store *store = NULL;
    papertag_model *model = NULL;
    size_t count = 0;
    int code = open_store(a, false, &store);

    code = code ? code : open_model(a, store, &model);
    code = code ? code : retag(store, model, &count);
    if (!code && count) {
        code = write_step("tags: %zu paper%s tagged again, by another model than before", count, count == 1 ? "" : "s");
    }
    papertag_model_close(model);
    papertag_store_close(store);
    return code;
}

/* A subscription, copied from the store. */
struct due {
    char *name, *expression, *address, *path;
    size_t limit;
    size_t papers; /* that it has not had */
};

/* Sends what is due by mail, and what was put off. */
static int mail_due(const args *a, const struct due *due)
{
    const char *words[] = {due->name, NULL};
    const int code = run_command(a, &command_send, words);

    return code == EXIT_NOTHING ? write_step("digest %s: nothing new", due->name) : code;
}

/* Delivers what is due to one subscription: by mail, where a server is configured, or into its file; of others it says
 * what is due. EXIT_DONE, also when nothing was due. */
static int deliver_due(const args *a, const struct due *due)
{
    const char *words[] = {"--for", due->name, NULL};
    int code;

    if (due->address && config_value(a->config, "mail", "url")) {
        return mail_due(a, due);
    }
    if (!due->papers) {
        return write_step("digest %s: nothing new", due->name);
    }
    if (!due->path) {
        return write_step("digest %s: %zu paper%s due: papertag digest --for %s%s", due->name, due->papers,
                          due->papers == 1 ? "" : "s", due->name, due->address ? " | sendmail -t" : "");
    }
    code = run_command(a, &command_digest, words);
    if (code) {
        write_step("digest %s: failed", due->name);
        return code;
    }
    return write_step("digest %s: %zu paper%s in %s", due->name, due->papers, due->papers == 1 ? "" : "s", due->path);
}

/* How many papers a subscription would get now. */
static int count_due(papertag_store *store, struct due *due)
{
    const papertag_query query = {.expression = due->expression, .subscriber = due->name, .limit = due->limit};
    const int64_t *keys;
    papertag_error err;

    return papertag_store_select(store, &query, &keys, &due->papers, &err) ? failed(&err) : EXIT_DONE;
}

static char *copy_of(const char *string, bool *failed)
{
    char *copy = string ? strdup(string) : NULL;

    *failed = *failed || (string && !copy);
    return copy;
}

/* The subscriptions with what is due to each. */
static int list_due(const args *a, struct due **out, size_t *count)
{
    const papertag_subscription *list;
    papertag_store *store = NULL;
    papertag_error err;
    size_t found = 0;
    bool no_memory = false;
    int code = open_store(a, false, &store);

    if (!code && papertag_store_subscriptions(store, &list, &found, &err)) {
        code = failed(&err);
    }
    *out = code ? NULL : calloc(found + 1, sizeof **out);
    code = code || *out ? code : out_of_memory();
    for (size_t i = 0; i < found && !code; i++) {
        struct due *due = &(*out)[(*count)++];
        due->name = copy_of(list[i].name, &no_memory);
        due->expression = copy_of(list[i].expression, &no_memory);
        due->address = copy_of(list[i].address, &no_memory);
        due->path = copy_of(list[i].path, &no_memory);
        due->limit = list[i].limit;
        code = no_memory ? out_of_memory() : EXIT_DONE;
    }
    for (size_t i = 0; i < *count && !code; i++) {
        code = count_due(store, &(*out)[i]);
    }
    papertag_store_close(store);
    return code;
}

/* Delivers to each subscription. When one fails, the others get theirs. */
static int deliver_all(const args *a)
{
    struct due *due = NULL;
    size_t count = 0;
    int code = list_due(a, &due, &count), worst = EXIT_DONE;

    for (size_t i = 0; i < count && !code; i++) {
        worst = deliver_due(a, &due[i]) ? EXIT_FAILED : worst;
    }
    for (size_t i = 0; i < count; i++) {
        free(due[i].name);
        free(due[i].expression);
        free(due[i].address);
        free(due[i].path);
    }
    free(due);
    return code ? code : worst;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

/* Fetching may fail; what is in the store is delivered all the same. */
static int run_steps(const args *a)
{
    const int fetched = fetch_papers(a);
    int code = fetched == EXIT_USAGE ? fetched : tag_again(a);

    code = code ? code : deliver_all(a);
    return code ? code : fetched;
}

/* A store that cannot be opened is reported here, once, and not by each step. */
static int try_store(const args *a)
{
    papertag_store *store = NULL;
    const int code = open_store(a, false, &store);

    papertag_store_close(store);
    return code;
}

static int run(const args *a)
{
    text path = {0};
    int lock = -1, code = args_no_operands(a);

    code = code ? code : store_path(a, &path) ? EXIT_DONE : EXIT_FAILED;
    if (!code && access(path.data, F_OK)) {
        complain("%s: no store there; `papertag source add NAME KIND` makes one", path.data);
        code = EXIT_FAILED;
    }
    text_put(&path, "-morning");
    if (!code) {
        lock = path.failed ? -2 : lock_file(path.data, false);
        code = lock == -1 ? EXIT_LATER : lock < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (lock == -1 && code == EXIT_LATER) {
        complain("another morning is running on this store");
    }
    code = code ? code : try_store(a);
    code = code ? code : run_steps(a);
    if (lock >= 0) {
        close(lock);
    }
    text_free(&path);
    return code;
}

static const option options[] = {{"wait", 0, "TIME", "while nothing new is there, ask again for that long: 3h"},
                                 OPTION_MODEL,
                                 OPTION_DB,
                                 OPTION_END};

const command command_morning = {
    .name = "morning",
    .summary = "fetch, tag and deliver all that is due",
    .run = run,
    .options = options,
    .details =
        "Fetches from all sources, tags the papers again if the model has changed, and delivers the digest of every "
        "subscription that has a file (`papertag subscribe NAME -o FILE`) or, with a mail server in the "
        "configuration, an address. For the others it says what is due. Each step prints a line. It catches up after "
        "missed days: nothing is lost, and nothing comes twice.\n"
        "Run it every evening at 23:00 in New York, after arXiv's announcement: with systemd, `systemctl --user "
        "enable --now papertag.timer`; with cron, by the line in PREFIX/share/papertag/papertag.crontab.\n"
        "Status: that of fetch; 1 when a digest could not be delivered.\n",
    .examples = "papertag morning\tall that is due\n"
                "papertag morning --wait 3h\tthe same, and wait for today's announcement\n",
};
