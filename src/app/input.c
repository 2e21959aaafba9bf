/*
 * input - the papers that a command was given, and the model it uses.
 *
 * A broken record is reported where it is and skipped; so is a file that cannot be opened. The good papers go on either
 * way, and the exit code tells in the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"

int input_open(input *in, const args *a)
{
    *in = (input){.args = a, .operand_count = a->operand_count};
    if (!a->operand_count && isatty(STDIN_FILENO)) {
        return usage_error(a->command, "%s: no file, and standard input is a terminal", a->command->name);
    }
    return EXIT_DONE;
}

/* Opens the next operand; false when there is none left. */
static bool open_next(input *in)
{
    const args *a = in->args;
    papertag_reader_options options = {.format = args_text(a, "from", NULL),
                                       .page_date = args_text(a, "page-date", NULL),
                                       .tags_field = in->tags_field,
                                       .text_only = in->text_only};
    papertag_error err;

    while (in->next < (in->operand_count ? in->operand_count : 1)) {
        const char *path = in->operand_count ? a->operands[in->next] : "-";
        in->next++;
        in->name = strcmp(path, "-") != 0 ? path : "standard input";
        if (!papertag_reader_open(&in->reader, path, &options, &err)) {
            return true;
        }
        failed(&err);
        in->code = err.status == PAPERTAG_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
    }
    return false;
}

const papertag_paper *input_next(input *in)
{
    const papertag_paper *paper;
    papertag_error err;

    for (;;) {
        int status;
        if (!in->reader && !open_next(in)) {
            return NULL;
        }
        status = papertag_reader_next(in->reader, &paper, &err);
        if (status == PAPERTAG_OK) {
            in->papers++;
            return paper;
        }
        if (status == PAPERTAG_BAD_INPUT) {
            failed(&err);
            in->broken++;
            continue;
        }
        if (status != PAPERTAG_END) {
            in->code = failed(&err);
        }
        papertag_reader_close(in->reader);
        in->reader = NULL;
    }
}

void input_reject(input *in, const papertag_paper *paper, const papertag_error *err)
{
    fprintf(stderr, "papertag: %s:%zu: %s\n", in->name, paper->line, err->message);
    in->papers--;
    in->broken++;
}

int input_close(input *in)
{
    papertag_reader_close(in->reader);
    in->reader = NULL;
    if (in->code) {
        return in->code;
    }
    if (in->broken && !args_have(in->args, "keep-going")) {
        return EXIT_FAILED;
    }
    if (!in->papers) {
        fprintf(stderr, "papertag: no papers in the input\n");
        return EXIT_NOTHING;
    }
    return EXIT_DONE;
}

/* The folder of the program. */
static void program_folder(char folder[1024])
{
    ssize_t length = readlink("/proc/self/exe", folder, 1023);

    folder[length > 0 ? length : 0] = '\0';
    if (strrchr(folder, '/')) {
        *strrchr(folder, '/') = '\0';
    }
}

bool find_installed(const char *const *places, char *path, size_t size)
{
    char folder[1024];

    program_folder(folder);
    for (size_t i = 0; places[i]; i++) {
        snprintf(path, size, "%s/%s", folder, places[i]);
        if (!access(path, F_OK)) {
            return true;
        }
    }
    return false;
}

papertag_status find_model(const args *a, papertag_store *store, papertag_model **model, papertag_error *err)
{
    /* beside an installed program, and in the source tree of one that was just built (also as a variant) */
    static const char *const places[] = {"../share/papertag/default.papertag", "../models/default.papertag",
                                         "../../models/default.papertag", NULL};
    const char *path = args_text(a, "model", NULL);
    int status = store && !path ? papertag_store_model(store, model, err) : PAPERTAG_END;
    char found[1200], folder[1024];

    if (status != PAPERTAG_END) {
        return (papertag_status)status;
    }
    path = path ? path : getenv("PAPERTAG_MODEL");
    if ((!path || !*path) && find_installed(places, found, sizeof found)) {
        path = found;
    }
    if (path && *path) {
        return (papertag_status)papertag_model_open(model, path, err);
    }
    program_folder(folder);
    err->status = PAPERTAG_IO;
    snprintf(err->message, sizeof err->message,
             "no model: neither --model nor PAPERTAG_MODEL is given, and there is none as %.600s/%s", folder,
             places[0]);
    return err->status;
}

int open_model(const args *a, papertag_store *store, papertag_model **model)
{
    papertag_error err;

    return find_model(a, store, model, &err) ? failed(&err) : EXIT_DONE;
}

/* Reads what is left of a file. NULL, or what went wrong. */
static const char *read_rest(FILE *file, char **data, size_t *size)
{
    size_t capacity = 0, got;

    do {
        if (*size + 1 >= capacity) {
            char *larger = realloc(*data, capacity = 2 * capacity + 65536);
            if (!larger) {
                return "out of memory";
            }
            *data = larger;
        }
        got = fread(*data + *size, 1, capacity - *size - 1, file);
        *size += got;
        if (*size > TEXT_MOST) {
            return "larger than such a file can be";
        }
    } while (got);
    (*data)[*size] = '\0';
    return ferror(file) ? strerror(errno) : NULL;
}

int read_text(const char *path, char **content, size_t *size)
{
    const bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "rb");
    char *data = NULL;
    const char *wrong;

    *size = 0;
    wrong = file ? read_rest(file, &data, size) : strerror(errno);
    if (wrong) {
        fprintf(stderr, "papertag: %s: %s\n", standard ? "standard input" : path, wrong);
        free(data);
        data = NULL;
    }
    if (file && !standard) {
        fclose(file);
    }
    *content = data;
    return data ? EXIT_DONE : EXIT_FAILED;
}

int refused(const papertag_error *err)
{
    failed(err);
    return err->status == PAPERTAG_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}

bool store_path(const args *a, text *place)
{
    const char *path = args_text(a, "db", getenv("PAPERTAG_DB"));
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (path && *path) {
        text_put(place, path);
    } else if (data && *data == '/') {
        text_put(place, data);
        text_put(place, "/papertag/papers.db");
    } else if (home && *home) {
        text_put(place, home);
        text_put(place, "/.local/share/papertag/papers.db");
    } else {
        fprintf(stderr, "papertag: no store: none of --db, PAPERTAG_DB, XDG_DATA_HOME and HOME is given\n");
        return false;
    }
    return !place->failed || !out_of_memory();
}

int open_store(const args *a, bool create, papertag_store **store)
{
    papertag_error err;
    text place = {0};
    int code = EXIT_FAILED;

    if (store_path(a, &place)) {
        code = papertag_store_open(store, place.data, create, &err) ? failed(&err) : EXIT_DONE;
    }
    text_free(&place);
    return code;
}

bool store_is_there(const args *a)
{
    text place = {0};
    bool there = (args_have(a, "db") || getenv("PAPERTAG_DB") || getenv("XDG_DATA_HOME") || getenv("HOME")) &&
                 store_path(a, &place) && !access(place.data, F_OK);

    text_free(&place);
    return there;
}

const char *const sort_words[] = {"date", "trending", "p", NULL};

int query_of(const args *a, papertag_query *query)
{
    unsigned long limit = 0;
    int sort = 0, code = args_choice(a, "sort", sort_words, &sort);

    code = code ? code : args_whole(a, "limit", 1, 1000000000, &limit);
    *query = (papertag_query){.expression = args_text(a, "tag", NULL),
                              .search = args_text(a, "search", NULL),
                              .since = args_text(a, "since", NULL),
                              .until = args_text(a, "until", NULL),
                              .sort = (papertag_sort)sort,
                              .limit = limit};
    return code;
}

int precision_cut(const args *a, const papertag_model *model, double *p)
{
    double precision = 0;
    papertag_error err;
    int code = args_real(a, "precision", 0.5, 0.99, &precision);

    if (code || !args_have(a, "precision")) {
        return code;
    }
    if (papertag_model_precision_cut(model, precision, p, &err)) {
        return failed(&err);
    }
    if (*p > 1) {
        fprintf(stderr, "papertag: no probability of this model kept a precision of %g: no tag is assigned\n",
                precision);
    }
    return EXIT_DONE;
}
