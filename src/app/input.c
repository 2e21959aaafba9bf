/*
 * input - the papers that a command was given, one after the other.
 *
 * A broken record is reported with its place and skipped; so is a file that cannot be opened. The good papers are used
 * either way, and the exit code shows in the end that something was wrong.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "download.h"
#include "input.h"

int input_open(input *in, const args *a)
{
    *in = (input){.args = a, .operand_count = a->operand_count};
    if (!a->operand_count && isatty(STDIN_FILENO)) {
        return usage_error(a->command, "%s: no file, and standard input is a terminal", a->command->name);
    }
    return EXIT_DONE;
}

/* Opening anything but a file may wait for the program at its other end. */
static void wait_to_open(const input *in, const char *path)
{
    struct stat info;

    if (in->wait && (strcmp(path, "-") != 0 ? stat(path, &info) : fstat(STDIN_FILENO, &info)) == 0 &&
        !S_ISREG(info.st_mode)) {
        in->wait(in->wait_data);
    }
}

/* Opens the next operand that can be opened; false when none is left. */
static bool open_next(input *in)
{
    const args *a = in->args;
    papertag_reader_options options = {.format = args_text(a, "from", NULL),
                                       .page_date = args_text(a, "page-date", NULL),
                                       .tags_field = in->tags_field,
                                       .text_only = in->text_only,
                                       .objects = in->objects,
                                       .blank_lines = in->blank_lines};
    papertag_error err;

    while (in->next < (in->operand_count ? in->operand_count : 1)) {
        const char *path = in->operand_count ? a->operands[in->next] : "-";
        in->next++;
        in->remarks = 0;
        in->name = strcmp(path, "-") != 0 ? path : "standard input";
        wait_to_open(in, path);
        if (!papertag_reader_open(&in->reader, path, &options, &err)) {
            in->not_empty = in->not_empty || !papertag_reader_is_empty(in->reader);
            return true;
        }
        failed(&err);
        if (err.status == PAPERTAG_IO) {
            advise_download(path);
        }
        if (err.status == PAPERTAG_UNKNOWN_FORMAT) {
            complain("--from FORMAT reads it in one of these");
        }
        in->code = err.status == PAPERTAG_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
    }
    return false;
}

/* Prints what the reader has reported about the file since the last call. */
static void print_remarks(input *in)
{
    const char *const *remarks;
    const size_t count = papertag_reader_remarks(in->reader, &remarks);

    for (; in->remarks < count; in->remarks++) {
        complain("%s: %s", in->name, remarks[in->remarks]);
    }
}

input_kind input_record(input *in, const papertag_paper **paper, papertag_error *err)
{
    in->asked = true;
    for (;;) {
        bool wanted;
        int status;
        if (!in->reader && !open_next(in)) {
            return INPUT_END;
        }
        if (in->wait && papertag_reader_waits(in->reader)) {
            in->wait(in->wait_data);
        }
        wanted = !in->shards || in->records % in->shards == in->shard;
        status = wanted ? papertag_reader_next(in->reader, paper, err) : papertag_reader_pass(in->reader, err);
        print_remarks(in);
        if (status == PAPERTAG_OK || status == PAPERTAG_BAD_INPUT || status == PAPERTAG_BLANK) {
            in->records++;
            in->papers += wanted && status == PAPERTAG_OK;
            in->broken += status == PAPERTAG_BAD_INPUT;
        }
        if (status == PAPERTAG_OK && wanted) {
            return INPUT_PAPER;
        }
        if (status == PAPERTAG_BLANK) {
            return INPUT_BLANK;
        }
        if (status == PAPERTAG_BAD_INPUT) {
            failed(err);
            return INPUT_BROKEN;
        }
        if (status != PAPERTAG_OK) {
            in->code = status == PAPERTAG_END ? in->code : failed(err);
            papertag_reader_close(in->reader);
            in->reader = NULL;
        }
    }
}

const papertag_paper *input_next(input *in)
{
    const papertag_paper *paper = NULL;
    papertag_error err;
    input_kind kind;

    do {
        kind = input_record(in, &paper, &err);
    } while (kind == INPUT_BROKEN || kind == INPUT_BLANK);
    return kind == INPUT_PAPER ? paper : NULL;
}

void input_reject(input *in, const papertag_paper *paper, const papertag_error *err)
{
    complain("%s:%zu: %s", in->name, paper->line, err->message);
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
    if (in->asked && !in->papers && !(in->may_be_empty && (in->records || !in->not_empty))) {
        complain("no papers in the input");
        return EXIT_NOTHING;
    }
    return EXIT_DONE;
}

/* Reads a file to its end. NULL, or what went wrong. */
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
            return "larger than 256 MiB";
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
        complain("%s: %s", standard ? "standard input" : path, wrong);
        free(data);
        data = NULL;
    }
    if (file && !standard) {
        fclose(file);
    }
    *content = data;
    return data ? EXIT_DONE : EXIT_FAILED;
}
