/*
 * papertag labels - verdicts out of a store and into another, as TSV or JSON Lines.
 *
 * A verdict names its paper by id, its tag by slug and its time, so it means the same in any store. Bringing the same
 * file twice changes nothing, and of two verdicts the later one holds: stores can be kept alike by exchanging files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cjson/cJSON.h>

#include "app.h"

/* ---- export ---------------------------------------------------------------------------------------------------- */

static int export(const args *a, papertag_store *store)
{
    static const char *const fields[] = {"id", "tag", "verdict", "given"};
    const bool json = args_have(a, "json");
    const papertag_judgement *list;
    papertag_error err;
    text out = {0};
    size_t count;
    int code;

    if (papertag_store_judgements(store, &list, &count, &err)) {
        return failed(&err);
    }
    text_put(&out, json ? "" : "id\ttag\tverdict\tgiven\n");
    for (size_t i = 0; i < count; i++) {
        const char *values[] = {list[i].id, list[i].tag, list[i].verdict, list[i].given};
        for (int field = 0; field < 4; field++) {
            if (json) {
                text_format(&out, "%s\"%s\":", field ? "," : "{", fields[field]);
                text_json_string(&out, values[field]);
            } else {
                text_put(&out, field ? "\t" : "");
                text_put(&out, values[field]);
            }
        }
        text_put(&out, json ? "}\n" : "\n");
    }
    code = text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    text_free(&out);
    return code ? code : count ? EXIT_DONE : EXIT_NOTHING;
}

/* ---- import ---------------------------------------------------------------------------------------------------- */

/* Judgements read from files, where each stood, and what their strings stand in. */
struct reading {
    papertag_judgement *items;
    struct place {
        const char *file;
        size_t line;
        char *text; /* one of these holds the strings */
        cJSON *json;
    } * places;
    size_t count, capacity, rejected;
};

static void say(const char *file, size_t line, const char *reason)
{
    fprintf(stderr, "papertag: %s:%zu: %s\n", strcmp(file, "-") != 0 ? file : "standard input", line, reason);
}

static void reject(void *context, size_t i, const papertag_error *why)
{
    struct reading *r = context;
    say(r->places[i].file, r->places[i].line, why->message);
    r->rejected++;
}

static const char *member(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

/* Room for one more; false when there is no memory. */
static bool make_room(struct reading *r)
{
    const size_t capacity = 2 * r->capacity + 64;
    papertag_judgement *items;
    struct place *places;

    if (r->count < r->capacity) {
        return true;
    }
    items = realloc(r->items, capacity * sizeof *items);
    if (!items) {
        return false;
    }
    r->items = items;
    places = realloc(r->places, capacity * sizeof *places);
    if (!places) {
        return false;
    }
    r->places = places;
    r->capacity = capacity;
    return true;
}

/* Keeps what a line says. False when there is no memory. */
static bool keep(struct reading *r, const char *file, size_t number, const char *line)
{
    papertag_judgement *item;
    char *copy, *whole;

    if (!make_room(r)) {
        return false;
    }
    item = &r->items[r->count];
    if (*line == '{') {
        cJSON *json = cJSON_Parse(line);
        *item = (papertag_judgement){member(json, "id"), member(json, "tag"), member(json, "verdict"),
                                     member(json, "given")};
        if (!json) {
            say(file, number, "not valid JSON");
            r->rejected++;
            return true;
        }
        r->places[r->count++] = (struct place){file, number, NULL, json};
        return true;
    }
    copy = whole = strdup(line);
    if (!whole) {
        return false;
    }
    *item = (papertag_judgement){.id = copy};
    for (int field = 1; field < 4 && copy; field++) {
        const char **to = field == 1 ? &item->tag : field == 2 ? &item->verdict : &item->given;
        char *tab = strchr(copy, '\t');
        copy = tab ? tab + 1 : NULL;
        if (tab) {
            *tab = '\0';
            *to = copy;
        }
    }
    item->given = item->given && *item->given ? item->given : NULL;
    r->places[r->count++] = (struct place){file, number, whole, NULL};
    return true;
}

static int read_file(struct reading *r, const char *path)
{
    FILE *file = strcmp(path, "-") != 0 ? fopen(path, "r") : stdin;
    char *line = NULL;
    size_t capacity = 0, number = 0;
    ssize_t length;
    int code = EXIT_DONE;

    if (!file) {
        fprintf(stderr, "papertag: %s: %s\n", path, strerror(errno));
        return EXIT_FAILED;
    }
    errno = 0;
    while (!code && (length = getline(&line, &capacity, file)) >= 0) {
        number++;
        while (length && strchr("\r\n", line[length - 1])) {
            line[--length] = '\0';
        }
        if (!*line || !strncmp(line, "id\ttag\tverdict", 14)) {
            continue;
        }
        if (!keep(r, path, number, line)) {
            fprintf(stderr, "papertag: out of memory\n");
            code = EXIT_FAILED;
        }
        errno = 0;
    }
    if (!code && ferror(file)) {
        fprintf(stderr, "papertag: %s: %s\n", path, strerror(errno));
        code = EXIT_FAILED;
    }
    free(line);
    if (file != stdin) {
        fclose(file);
    }
    return code;
}

static int import(const args *a, papertag_store *store)
{
    struct reading r = {0};
    papertag_error err;
    size_t brought = 0;
    int code = EXIT_DONE;

    for (size_t i = 1; i < (a->operand_count > 1 ? a->operand_count : 2) && !code; i++) {
        code = read_file(&r, a->operand_count > 1 ? a->operands[i] : "-");
    }
    if (!code && r.count && papertag_store_bring(store, r.items, r.count, &brought, reject, &r, &err)) {
        code = failed(&err);
    }
    if (!code && args_have(a, "json")) {
        printf("{\"recorded\":%zu,\"rejected\":%zu}\n", brought, r.rejected);
    } else if (!code) {
        printf("%zu recorded, %zu rejected\n", brought, r.rejected);
    }
    for (size_t i = 0; i < r.count; i++) {
        free(r.places[i].text);
        cJSON_Delete(r.places[i].json);
    }
    free(r.items);
    free(r.places);
    return code ? code : r.rejected ? EXIT_FAILED : EXIT_DONE;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int run(const args *a)
{
    const bool out = a->operand_count == 1 && !strcmp(a->operands[0], "export");
    papertag_store *store = NULL;
    int code;

    if (!out && (!a->operand_count || strcmp(a->operands[0], "import") != 0)) {
        return usage_error(a->command, "labels: say export, or import and files");
    }
    code = open_store(a, false, &store);
    code = code ? code : out ? export(a, store) : import(a, store);
    papertag_store_close(store);
    return code;
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_labels = {
    "labels",
    "export|import [FILE|-]...",
    "write all your verdicts, or record those of another store",
    run,
    options,
    "  export            one a line, oldest first: id, tag, verdict (yes, no), when; TSV, or with --json JSON Lines\n"
    "  import [FILE|-]   read either; of two verdicts on the same the later one holds; `label --undo` takes it back\n"};
