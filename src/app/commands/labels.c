/*
 * papertag labels - verdicts of one store for another, as TSV or JSON Lines.
 *
 * A verdict names its paper by id and its tag by slug, and has a time, so it means the same in any store. Importing a
 * file twice changes nothing. Of two verdicts on the same tag of a paper, the later one is kept. So stores can be kept
 * in step by exchanging files.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../app.h"
#include "../clock.h"
#include "../dates.h"
#include "../verdict_mail.h"

/* ---- export ---------------------------------------------------------------------------------------------------- */

static int export(const args *a, papertag_store *store)
{
    const bool json = args_have(a, "json");
    const papertag_paper_verdict *list;
    papertag_error err;
    text out = {0};
    size_t count;

    if (papertag_store_verdicts(store, &list, &count, &err)) {
        return failed(&err);
    }
    text_put(&out, json ? "" : "id\ttag\tverdict\tgiven\n");
    for (size_t i = 0; i < count; i++) {
        const char *verdict = papertag_verdict_name(list[i].verdict);
        if (json) {
            json_open(&out, NULL, '{');
            json_string(&out, "id", list[i].id);
            json_string(&out, "tag", list[i].tag);
            json_string(&out, "verdict", verdict);
            json_string(&out, "given", list[i].given);
            json_close(&out, '}');
            json_line_end(&out);
        } else {
            text_format(&out, "%s\t%s\t%s\t%s\n", list[i].id, list[i].tag, verdict, list[i].given);
        }
    }
    return text_end(&out, EXIT_DONE) ? EXIT_FAILED : count ? EXIT_DONE : EXIT_NOTHING;
}

/* ---- import ---------------------------------------------------------------------------------------------------- */

/* Verdicts read from files. */
struct reading {
    papertag_paper_verdict *items; /* count; their strings are in a text or a JSON object */
    struct place {
        const char *file;
        size_t line;
        cJSON *json; /* owned; NULL: the strings are in a text */
    } * places;      /* count: where each item was read */
    char **texts;    /* the content of each file */
    size_t count, capacity;
    size_t rejected;     /* lines */
    const link_key *key; /* that verdicts in mail are signed with; NULL: there is none */
};

static void report_line(const char *file, size_t line, const char *reason)
{
    complain("%s:%zu: %s", strcmp(file, "-") != 0 ? file : "standard input", line, reason);
}

static void reject(void *context, size_t i, const papertag_error *why)
{
    struct reading *r = context;
    report_line(r->places[i].file, r->places[i].line, why->message);
    r->rejected++;
}

static const char *string_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(json_member(object, key));
}

/* Makes room for one more item. False when there is no memory. */
static bool make_room(struct reading *r)
{
    const size_t capacity = 2 * r->capacity + 64;
    papertag_paper_verdict *items;
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

static papertag_verdict verdict_named(const char *name)
{
    for (papertag_verdict v = PAPERTAG_VERDICT_YES; name && v <= PAPERTAG_VERDICT_NO; v++) {
        if (!strcmp(name, papertag_verdict_name(v))) {
            return v;
        }
    }
    return PAPERTAG_VERDICT_NONE;
}

/* Reads a line of up to four columns, in place: tabs become NULs. */
static papertag_paper_verdict split_columns(char *line)
{
    const char *fields[4] = {line};

    for (int i = 1; i < 4 && line; i++) {
        line = strchr(line, '\t');
        if (line) {
            *line++ = '\0';
            fields[i] = line;
        }
    }
    return (papertag_paper_verdict){fields[0], fields[1], verdict_named(fields[2]),
                                    fields[3] && *fields[3] ? fields[3] : NULL};
}

/* Reads a line. `columns`: a heading came before. False when there is no memory. */
static bool read_line(struct reading *r, const char *file, size_t number, char *line, bool columns)
{
    cJSON *json = NULL;

    if (!make_room(r)) {
        return false;
    }
    if (columns || *line != '{') {
        r->items[r->count] = split_columns(line);
    } else if ((json = cJSON_ParseWithOpts(line, NULL, true)) != NULL) {
        r->items[r->count] =
            (papertag_paper_verdict){string_of(json, "id"), string_of(json, "tag"),
                                     verdict_named(string_of(json, "verdict")), string_of(json, "given")};
    } else {
        report_line(file, number, "not valid JSON");
        r->rejected++;
        return true;
    }
    r->places[r->count++] = (struct place){file, number, json};
    return true;
}

/* When a mail was sent, as it says. Empty, which means now: it does not say, or a time that has not come yet, which
 * would outdo every verdict until then. */
static void find_given(const mail_head *head, char moment[MOMENT_SIZE])
{
    if (!head->date.data || !read_mail_date(head->date.data, moment) || read_milliseconds(moment) > clock_now()) {
        moment[0] = '\0';
    }
}

/* Records the verdict of a mail, or reports why not. False when there is no memory. */
static bool take_mail(struct reading *r, const char *file, const mail_head *head)
{
    const char *subject = head->subject.data ? head->subject.data : "";
    const size_t line = head->line;
    char moment[MOMENT_SIZE];
    verdict_mail v = {0};
    cJSON *json = NULL;
    bool good = true;

    if (!read_verdict_subject(subject, &v)) {
        report_line(file, line,
                    strstr(subject, "papertag unsubscribe ")
                        ? "this mail asks to end a subscription: `papertag subscribe NAME --remove` ends it"
                        : "the subject of this mail is no verdict");
        r->rejected++;
    } else if (!r->key || !verdict_is_signed(r->key, v.paper.data, v.tag.data, v.yes, v.sign.data)) {
        report_line(file, line, "the verdict of this mail has no signature of this store's");
        r->rejected++;
    } else {
        find_given(head, moment);
        json = cJSON_CreateObject();
        good = make_room(r) && cJSON_AddStringToObject(json, "id", v.paper.data) &&
               cJSON_AddStringToObject(json, "tag", v.tag.data) && cJSON_AddStringToObject(json, "given", moment);
        if (good) {
            r->items[r->count] = (papertag_paper_verdict){string_of(json, "id"), string_of(json, "tag"),
                                                          v.yes ? PAPERTAG_VERDICT_YES : PAPERTAG_VERDICT_NO,
                                                          *moment ? string_of(json, "given") : NULL};
            r->places[r->count++] = (struct place){file, line, json};
        } else {
            cJSON_Delete(json);
        }
    }
    verdict_mail_free(&v);
    return good;
}

static int read_mails(struct reading *r, const char *path, const char *content, size_t size)
{
    mail_place place = {0};
    bool good = true, found = true;

    while (good && found) {
        mail_head head = {0};
        found = next_mail(content, size, &place, &head);
        good = !head.subject.failed && !head.date.failed && (!found || take_mail(r, path, &head));
        mail_head_free(&head);
    }
    return good ? EXIT_DONE : out_of_memory();
}

static int read_file(struct reading *r, const char *path, char **content)
{
    size_t size, number = 0;
    bool columns = false; /* after their heading, even a line that begins with a brace is TSV */
    int code = read_text(path, content, &size);

    if (!code && is_mail_file(*content, size)) {
        return read_mails(r, path, *content, size);
    }

    for (char *line = *content; !code && line < *content + size;) {
        char *end = memchr(line, '\n', (size_t)(*content + size - line)), *next;
        end = end ? end : *content + size;
        next = end + 1;
        while (end > line && end[-1] == '\r') {
            end--;
        }
        *end = '\0';
        number++;
        if (line + strlen(line) < end) {
            report_line(path, number, "contains a NUL byte: not a text file");
            r->rejected++;
        } else if (!strncmp(line, "id\ttag\tverdict", 14)) {
            columns = true;
        } else if (*line && !read_line(r, path, number, line, columns)) {
            code = out_of_memory();
        }
        line = next;
    }
    return code;
}

static int report(const args *a, size_t recorded, size_t rejected)
{
    text out = {0};

    if (args_have(a, "json")) {
        json_open(&out, NULL, '{');
        json_count(&out, "recorded", recorded);
        json_count(&out, "rejected", rejected);
        json_close(&out, '}');
        json_line_end(&out);
    } else {
        text_format(&out, "%zu recorded, %zu rejected\n", recorded, rejected);
    }
    return text_end(&out, EXIT_DONE);
}

static int import(const args *a, papertag_store *store)
{
    const size_t files = a->operand_count > 1 ? a->operand_count - 1 : 1;
    struct reading r = {.texts = calloc(files, sizeof *r.texts)};
    papertag_error err;
    size_t recorded = 0;
    link_key key;
    text place = {0};
    int code = EXIT_DONE;

    if (!r.texts) {
        return out_of_memory();
    }
    r.key = store_path(a, &place) && link_key_open(place.data, false, &key) == EXIT_DONE ? &key : NULL;
    text_free(&place);
    for (size_t i = 0; i < files && !code; i++) {
        code = read_file(&r, a->operand_count > 1 ? a->operands[i + 1] : "-", &r.texts[i]);
    }
    if (!code && r.count && papertag_store_import_verdicts(store, r.items, r.count, &recorded, reject, &r, &err)) {
        code = failed(&err);
    }
    code = code ? code : report(a, recorded, r.rejected);
    for (size_t i = 0; i < r.count; i++) {
        cJSON_Delete(r.places[i].json);
    }
    for (size_t i = 0; i < files; i++) {
        free(r.texts[i]);
    }
    free(r.texts);
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
        return usage_error(a->command, "labels: give export, or import and files");
    }
    code = open_store(a, false, &store);
    code = code ? code : out ? export(a, store) : import(a, store);
    papertag_store_close(store);
    return code;
}

static const option options[] = {OPTION_DB, OPTION_JSON, OPTION_END};

const command command_labels = {
    .name = "labels",
    .operands = "export|import [FILE|-]...",
    .summary = "export all your verdicts, or import those of another store",
    .run = run,
    .options = options,
    .details =
        "export\twrite one verdict a line, oldest first: id, tag, verdict (yes, no), time; as TSV, or with --json as "
        "JSON Lines\n"
        "import [FILE|-]\tread either form, or mails (one, or an mbox) whose subjects are verdicts from readers of "
        "`papertag send`; a mail counts from its Date. Of two verdicts on the same paper and tag the later is kept. "
        "`label --undo` undoes the whole import\n",
    .examples = "papertag labels export >verdicts.tsv\tsave all your verdicts\n"
                "papertag labels import verdicts.tsv --db other.db\trecord them in another store\n",
};
