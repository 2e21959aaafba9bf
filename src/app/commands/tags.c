/*
 * papertag tags - the tags that the model knows, with definitions and aliases; where there is a store, also how many of
 * its papers have each, and how many in each of the last weeks.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"

/* Whether `part` stands in `string`, whatever the case of ASCII letters. */
static bool holds(const char *string, const char *part)
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
    bool hit = !part || holds(tag->tag, part) || holds(tag->name, part) || holds(tag->definition, part) ||
               holds(tag->group, part);
    for (size_t i = 0; !hit && i < tag->aliases.count; i++) {
        hit = holds(tag->aliases.items[i], part);
    }
    return hit;
}

enum { WEEKS = 12 };

/* The papers of a tag in the store. */
struct count {
    bool known; /* there is a store */
    size_t papers, weeks[WEEKS];
};

/* A bar of eight heights for each week. */
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
        text_format(out, ", %zu paper%s in the store) ", count->papers, count->papers == 1 ? "" : "s");
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

/* The tags of the store, and how many papers have each. */
struct counts {
    papertag_store *store; /* NULL: there is none */
    const papertag_tag_info *tags;
    const size_t *papers;
    size_t count;
};

static bool count_papers(const struct counts *all, const char *tag, struct count *out, papertag_error *err)
{
    *out = (struct count){.known = all->store != NULL};
    for (size_t t = 0; t < all->count; t++) {
        out->papers = strcmp(all->tags[t].tag, tag) ? out->papers : all->papers[t];
    }
    return !all->store || !papertag_store_weeks(all->store, tag, NULL, out->weeks, WEEKS, err);
}

static int run(const args *a)
{
    const bool json = args_have(a, "json");
    const char *part = args_text(a, "search", NULL), *group = NULL;
    const papertag_tag_info *tags;
    papertag_tag_info *sorted = NULL;
    papertag_model *model = NULL;
    struct counts all = {0};
    papertag_error err;
    style s = style_of_stdout();
    text out = {0};
    size_t count, shown = 0;
    int code = a->operand_count ? usage_error(a->command, "tags: takes no file") : EXIT_DONE;

    if (!code && store_is_there(a)) {
        code = open_store(a, false, &all.store);
    }
    code = code ? code : open_model(a, all.store, &model);
    if (!code && all.store && papertag_store_tags(all.store, &all.tags, &all.papers, &all.count, &err)) {
        code = failed(&err);
    }
    if (code) {
        papertag_store_close(all.store);
        papertag_model_close(model);
        return code;
    }
    count = papertag_model_tags(model, &tags);
    sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        papertag_store_close(all.store);
        papertag_model_close(model);
        return out_of_memory();
    }
    memcpy(sorted, tags, count * sizeof *sorted);
    if (!json) {
        qsort(sorted, count, sizeof *sorted, compare_groups);
    }
    for (size_t t = 0; t < count; t++) {
        const papertag_tag_info *tag = &sorted[t];
        struct count papers;
        if (!matches(tag, part)) {
            continue;
        }
        if (!count_papers(&all, tag->tag, &papers, &err)) {
            code = failed(&err);
            break;
        }
        if (json) {
            write_json(&out, tag, &papers);
        } else {
            if (tag->group && (!group || strcmp(group, tag->group) != 0)) {
                group = tag->group;
                text_format(&out, "%s%s== %s ==%s\n", shown ? "\n" : "", s.good, group, s.plain);
            }
            write_text(&out, &s, tag, &papers);
        }
        shown++;
    }
    code = code ? code : text_write(&out) ? EXIT_DONE : EXIT_FAILED;
    if (!code && !shown) {
        fprintf(stderr, "papertag: no tag has '%s' in its name, definition or aliases\n", part);
        code = EXIT_NOTHING;
    }
    text_free(&out);
    free(sorted);
    papertag_store_close(all.store);
    papertag_model_close(model);
    return code;
}

static const option options[] = {{"search", 's', "WORD", "only tags with WORD in a name, definition, alias or group"},
                                 OPTION_DB,
                                 OPTION_MODEL,
                                 OPTION_JSON,
                                 OPTION_END};

const command command_tags = {
    .name = "tags",
    .summary = "list the tags with definitions and aliases",
    .run = run,
    .options = options,
    .examples = "papertag tags --search attention\ttags that have to do with attention\n"
                "papertag tags --json\tall of them, as JSON Lines\n",
};
