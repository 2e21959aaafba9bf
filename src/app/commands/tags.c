/*
 * papertag tags - the tags of the model, with definitions and aliases. Where there is a store, also how many of its
 * papers have each tag, in all and in each of the last weeks.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"

/* Whether `part` occurs in `string` (which may be NULL), whatever the case of ASCII letters. */
static bool contains(const char *string, const char *part)
{
    size_t length = strlen(part);
    for (; string && *string; string++) {
        size_t i = 0;
        while (i < length && string[i] && tolower((unsigned char)string[i]) == tolower((unsigned char)part[i])) {
            i++;
        }
        if (i == length) {
            return true;
        }
    }
    return false;
}

static bool matches(const papertag_tag_info *tag, const char *part)
{
    bool match = !part || contains(tag->tag, part) || contains(tag->name, part) || contains(tag->definition, part) ||
                 contains(tag->group, part);
    for (size_t i = 0; !match && i < tag->aliases.count; i++) {
        match = contains(tag->aliases.items[i], part);
    }
    return match;
}

enum { WEEKS = 12 };

/* The papers of the store that have a tag. */
struct count {
    bool known;          /* there is a store */
    size_t papers;       /* in all */
    size_t weeks[WEEKS]; /* in each week, the current one last */
};

/* A bar for each week, in eight heights; a dot for no paper. */
static void write_sparkline(text *out, const struct count *count)
{
    size_t most = 1;

    for (int w = 0; w < WEEKS; w++) {
        most = count->weeks[w] > most ? count->weeks[w] : most;
    }
    for (int w = 0; w < WEEKS; w++) {
        const char bar[] = {'\xe2', '\x96', (char)(0x81 + (count->weeks[w] * 7 + most / 2) / most), '\0'};
        text_put(out, count->weeks[w] ? bar : "\xc2\xb7");
    }
}

static void write_json(text *out, const papertag_tag_info *tag, const struct count *count)
{
    json_open(out, NULL, '{');
    json_string(out, "tag", tag->tag);
    json_string(out, "name", tag->name);
    json_string(out, "definition", tag->definition);
    json_string(out, "group", tag->group);
    json_strings(out, "aliases", tag->aliases);
    json_count(out, "examples", tag->examples);
    json_number(out, "cut", tag->cut, 9);
    if (count->known) {
        json_count(out, "papers", count->papers);
        json_open(out, "weeks", '[');
        for (int w = 0; w < WEEKS; w++) {
            json_count(out, NULL, count->weeks[w]);
        }
        json_close(out, ']');
    }
    json_close(out, '}');
    json_line_end(out);
}

static void write_text(text *out, const style *s, const papertag_tag_info *tag, const struct count *count)
{
    text_format(out, "%s%s%s %s(%zu examples", s->bold, tag->tag, s->plain, s->dim, tag->examples);
    if (count->known) {
        text_format(out, ", %zu paper%s in the store) ", count->papers, plural(count->papers));
        write_sparkline(out, count);
        text_format(out, "%s\n", s->plain);
    } else {
        text_format(out, ")%s\n", s->plain);
    }
    if (tag->definition) {
        text_put(out, "  ");
        text_wrapped(out, s, tag->definition, "  ");
        text_put(out, "\n");
    }
    if (tag->aliases.count) {
        text list = {0};
        text_put(&list, "also:");
        for (size_t i = 0; i < tag->aliases.count; i++) {
            text_format(&list, " %s%s", tag->aliases.items[i], i + 1 < tag->aliases.count ? "," : "");
        }
        text_format(out, "  %s", s->dim);
        text_wrapped(out, s, text_of(out, &list), "  ");
        text_format(out, "%s\n", s->plain);
        text_free(&list);
    }
}

static int compare_groups(const void *a, const void *b)
{
    const papertag_tag_info *x = a, *y = b;
    int order = strcmp(x->group ? x->group : "", y->group ? y->group : "");
    return order ? order : strcmp(x->tag, y->tag);
}

/* One run of the command. */
struct listing {
    bool json;
    const char *part; /* to be found in the tags; NULL: all tags are listed */
    style style;
    text out;
    size_t shown;      /* tags */
    const char *group; /* the heading that was written last; NULL: none */
    /* of the store; NULL and 0 when there is none */
    papertag_store *store;
    const papertag_tag_info *tags; /* stored_count */
    const size_t *papers;          /* stored_count: how many have the tag */
    size_t stored_count;
};

/* EXIT_DONE, or EXIT_FAILED after saying why. */
static int count_papers(const struct listing *l, const char *tag, struct count *out)
{
    papertag_error err;

    *out = (struct count){.known = l->store != NULL};
    for (size_t t = 0; t < l->stored_count; t++) {
        out->papers = strcmp(l->tags[t].tag, tag) ? out->papers : l->papers[t];
    }
    return l->store && papertag_store_weeks(l->store, tag, NULL, out->weeks, WEEKS, &err) ? failed(&err) : EXIT_DONE;
}

static int write_tag(struct listing *l, const papertag_tag_info *tag)
{
    const style *s = &l->style;
    struct count count;
    int code = count_papers(l, tag->tag, &count);

    if (!code && l->json) {
        write_json(&l->out, tag, &count);
    } else if (!code) {
        if (tag->group && (!l->group || strcmp(l->group, tag->group) != 0)) {
            l->group = tag->group;
            text_put(&l->out, l->shown ? "\n" : "");
            text_format(&l->out, "%s== %s ==%s\n", s->good, l->group, s->plain);
        }
        write_text(&l->out, s, tag, &count);
    }
    l->shown++;
    return code;
}

/* Lists the tags: for programs by slug, for people by group. */
static int write_tags(struct listing *l, const papertag_model *model)
{
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(model, &tags);
    papertag_tag_info *sorted = calloc(count + 1, sizeof *sorted);
    int code = sorted ? EXIT_DONE : out_of_memory();

    if (sorted) {
        memcpy(sorted, tags, count * sizeof *sorted);
        qsort(sorted, l->json ? 0 : count, sizeof *sorted, compare_groups);
    }
    for (size_t t = 0; t < count && !code; t++) {
        code = matches(&sorted[t], l->part) ? write_tag(l, &sorted[t]) : EXIT_DONE;
    }
    free(sorted);
    return code;
}

static int run(const args *a)
{
    struct listing l = {.json = args_have(a, "json"), .part = args_text(a, "search", NULL), .style = style_of_stdout()};
    papertag_model *model = NULL;
    papertag_error err;
    int code = args_no_operands(a);

    if (!code && store_is_there(a)) {
        code = open_store(a, false, &l.store);
    }
    code = code ? code : open_model(a, l.store, &model);
    if (!code && l.store && papertag_store_tags(l.store, &l.tags, &l.papers, &l.stored_count, &err)) {
        code = failed(&err);
    }
    code = code ? code : write_tags(&l, model);
    if (!code && !l.shown) {
        complain("no tag has '%s' in its name, definition, group or aliases", l.part ? l.part : "");
        code = EXIT_NOTHING;
    }
    papertag_store_close(l.store);
    papertag_model_close(model);
    return text_end(&l.out, code);
}

static const option options[] = {{"search", 's', "WORD", "only tags with WORD in name, definition, group or aliases"},
                                 OPTION_DB,
                                 OPTION_MODEL,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_tags = {
    .name = "tags",
    .summary = "list the tags with definitions and aliases",
    .run = run,
    .options = options,
    .examples = "papertag tags --search attention\ttags about attention\n"
                "papertag tags --json\tall of them, as JSON Lines\n",
};
