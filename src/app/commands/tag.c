/*
 * papertag tag - a stream: papers in, tags out, in the order of the input. How: tag_stream.h; in which form:
 * tag_output.h.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tag_stream.h"

static unsigned widest_tag(const papertag_model *model)
{
    const papertag_tag_info *tags;
    size_t count = papertag_model_tags(model, &tags);
    unsigned widest = 0;

    for (size_t t = 0; t < count; t++) {
        unsigned columns = text_columns(tags[t].tag);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* --shard I/N: which records are wanted. */
static int read_shard(const args *a, input *in)
{
    const char *value = args_text(a, "shard", NULL);
    unsigned long shard = 0, shards = 0;
    int length = 0;

    if (!value) {
        return EXIT_DONE;
    }
    if (!isdigit((unsigned char)*value) || sscanf(value, "%9lu/%n%9lu%n", &shard, &length, &shards, &length) != 2 ||
        value[length] || !shard || shard > shards || !isdigit((unsigned char)strchr(value, '/')[1])) {
        return usage_error(a->command, "--shard must be I/N, from 1/N to N/N: which part of how many, not '%s'", value);
    }
    in->shard = shard - 1;
    in->shards = shards;
    return EXIT_DONE;
}

/* --expect-model HASH: the model must be that one. */
static int check_model(const args *a, const papertag_model *model)
{
    const char *wanted = args_text(a, "expect-model", NULL), *hash = papertag_model_hash(model);
    const size_t length = wanted ? strlen(wanted) : 0;

    if (!wanted) {
        return EXIT_DONE;
    }
    if (length < 8 || length > strlen(hash) || strspn(wanted, "0123456789abcdefABCDEF") != length) {
        return usage_error(a->command,
                           "--expect-model must be the hash of a model, or 8 or more of its first digits, not '%s'; "
                           "`papertag model info` prints it",
                           wanted);
    }
    if (strncasecmp(wanted, hash, length) != 0) {
        complain("the model is %s, not %s: give the expected one with --model FILE", hash, wanted);
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

static int run(const args *a)
{
    const bool keep = args_have(a, "keep");
    tag_output output = {
        .json = keep || args_have(a, "json"), .all = args_have(a, "all"), .keep = keep, .style = style_of_stdout()};
    unsigned long top = SIZE_MAX, jobs = 0;
    papertag_model *model = NULL;
    double precision = 0;
    input in;
    int code = args_whole(a, "top", 1, 1000000, &top), end;

    code = code ? code : args_whole(a, "jobs", 1, TAG_JOBS_MAX, &jobs);
    code = code ? code : args_real(a, "min-p", 0, 1, &output.min_p);
    code = code ? code : input_open(&in, a);
    code = code ? code : read_shard(a, &in);
    code = code ? code : open_model(a, NULL, &model);
    code = code ? code : check_model(a, model);
    code = code ? code : precision_of(a, model, &precision);
    if (code) {
        papertag_model_close(model);
        return code;
    }
    if (!jobs) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = online < 1 ? 1 : online > TAG_JOBS_MAX ? TAG_JOBS_MAX : (unsigned long)online;
    }
    in.text_only = !keep;
    in.objects = keep;
    in.blank_lines = keep || in.shards;
    in.may_be_empty = true;
    output.model = model;
    output.top = top;
    output.cell = widest_tag(model) + 7;
    code = tag_stream(model, &output, precision, &in, (unsigned)jobs);
    end = input_close(&in);
    papertag_model_close(model);
    return code ? code : end;
}

static const option options[] = {
    {"top", 0, "K", "list at most K tags of each paper"},
    {"all", 0, NULL, "list every tag, not only those assigned"},
    {"min-p", 0, "P", "list only tags with a probability of at least P"},
    OPTION_PRECISION,
    {"keep", 0, NULL, "print each record as it came, as JSON, with its tags: see above"},
    {"shard", 0, "I/N", "only every N-th record, from the I-th (1 to N): one of N runs over the same input"},
    {"expect-model", 0, "HASH", "end with status 1 unless the hash of the model is HASH or begins with it"},
    {"jobs", 'j', "N", "number of threads (default: one per processor); the output stays the same"},
    OPTION_MODEL,
    OPTION_JSON,
    OPTIONS_INPUT,
    OPTION_END};

const command command_tag = {
    .name = "tag",
    .operands = "[FILE|-]...",
    .summary = "tag papers, the most probable tags first",
    .run = run,
    .options = options,
    .details =
        "Each tag comes with its probability.\n"
        "With --json, one object for each paper, in the order of the input: {\"id\", \"title\", \"tags\": [{\"tag\", "
        "\"p\", \"margin\", \"assigned\"}]}.\n"
        "--keep prints each record as it came, on one line: from JSON every member unchanged, known or not; from "
        "other formats the fields that were read, as `papertag list --json` prints them. \"tags\" are the model's and "
        "replace any tags that came with the paper: rename that field to keep both. \"papertag\" has the hash of the "
        "model, and what `papertag add` needs in order not to tag the paper again: {\"model\", \"text\", "
        "\"margins\"}. A broken record becomes {\"error\", \"line\"} in its place, with \"file\" when there are "
        "several files; so does an empty line of JSON Lines. Each line of input gives one line of output. The message "
        "and status 1 stay; with --keep-going the status is 0.\n"
        "--shard counts broken records and empty lines of JSON Lines, too: the outputs of 1/N to N/N together are "
        "what one run prints.\n"
        "From a pipe, papers are tagged as soon as no more of them are waiting: a program may send one and wait for "
        "its tags. An empty input gives no tags and status 0.\n",
    .examples = "papertag tag papers.jsonl\tthe tags of each paper, the most probable first\n"
                "papertag tag --json --all papers.bib\tevery tag with its probability, for programs\n"
                "xz -dc feed.xml.xz | papertag tag --top 3\tat most three tags per paper, from a pipe\n"
                "papertag tag --shard 2/8 papers.jsonl\tevery eighth paper, from the second: one of eight runs\n",
};
