/*
 * review_screen - the questions on a screen, and single keys.
 */
#include <math.h>
#include <string.h>

#include "review.h"

enum { WORD_MOST = 400 };

/* The choices, as many in a line as fit. */
static void write_choices(const struct review *r, unsigned width, text *out)
{
    unsigned column = 0;

    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        char cell[200];
        const unsigned wide = (unsigned)snprintf(cell, sizeof cell, "%zu [%c] %s %.2f%s", i + 1, c->on ? 'x' : ' ',
                                                 c->tag, c->p, c->said ? " \xe2\x9c\x93" : "");
        if (column && column + 3 + wide > width) {
            text_put(out, "\n");
            column = 0;
        }
        text_put(out, column ? "   " : "");
        text_format(out, "%s%s%s", c->on ? r->style.good : "", cell, c->on ? r->style.plain : "");
        column += wide + (column ? 3 : 0);
    }
    text_put(out, r->choice_count ? "\n" : "no tag is proposed\n");
}

/* Writes a text wrapped, its words marked that speak for the tag (underlined) and against it. */
static void write_marked(const struct review *r, const char *string, unsigned width, text *out)
{
    const papertag_paper *p = &r->paper->paper;
    const char *on[2] = {*r->style.good ? "\033[4;32m" : "\033[4m", *r->style.bad ? "\033[31m" : "\033[3m"};
    const size_t tag = review_marked_tag(r);
    const papertag_span *spans = NULL;
    size_t count = 0;
    double largest = 0;
    unsigned column = 0;
    papertag_error err;

    if (tag == SIZE_MAX || papertag_mark(r->tagger, p->title, p->abstract, tag, string, &spans, &count, &err)) {
        style narrow = r->style;
        narrow.width = width;
        text_wrapped(out, &narrow, string, "");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(spans[i].contribution));
    }
    for (size_t i = 0; i < count; i++) {
        const bool heavy = largest > 0 && fabs(spans[i].contribution) >= 0.15 * largest;
        char word[WORD_MOST];
        unsigned wide;
        snprintf(word, sizeof word, "%.*s", (int)(spans[i].length < sizeof word ? spans[i].length : sizeof word - 1),
                 string + spans[i].start);
        wide = text_columns(word);
        if (column && column + 1 + wide > width) {
            text_put(out, "\n");
            column = 0;
        }
        text_put(out, column ? " " : "");
        column += wide + (column ? 1 : 0);
        text_put(out, heavy ? on[spans[i].contribution < 0] : "");
        text_safe(out, word, strlen(word));
        text_put(out, heavy ? "\033[0m" : "");
    }
}

static size_t count_lines(const char *string)
{
    size_t lines = 1;
    for (; *string; string++) {
        lines += *string == '\n';
    }
    return lines;
}

/* Adds lines [from, from + most) of a text; returns how many. */
static size_t add_lines(text *out, const char *lines, size_t from, size_t most)
{
    size_t added = 0;

    for (size_t line = 0; *lines && added < most; line++) {
        const size_t length = strcspn(lines, "\n");
        if (line >= from) {
            text_add(out, lines, length);
            text_put(out, "\n");
            added++;
        }
        lines += length + (lines[length] == '\n');
    }
    return added;
}

/* Draws the question at hand; `prompt` is what is being typed, NULL: nothing. False for want of memory. */
static bool draw(struct review *r, const char *prompt, bool help)
{
    const papertag_paper *p = &r->paper->paper;
    text screen = {0}, head = {0}, body = {0}, foot = {0}, line = {0}, tally = {0};
    unsigned rows, columns;
    size_t room, lines;
    bool good;

    terminal_size(&rows, &columns);
    r->style.width = columns > 120 ? 120 : columns;
    text_put(&head, r->style.bold);
    write_marked(r, p->title ? p->title : "(no title)", r->style.width, &head);
    text_format(&head, "%s\n%s", r->style.plain, r->style.dim);
    text_about(&line, p);
    text_wrapped(&head, &r->style, text_of(&head, &line), "");
    text_format(&head, "%s\n\n", r->style.plain);
    if (help) {
        text_put(&body, review_keys);
    } else {
        write_marked(r, p->abstract ? p->abstract : "(no abstract)", r->style.width, &body);
    }
    review_write_question(r, &foot);
    text_put(&foot, "\n");
    write_choices(r, r->style.width, &foot);
    if (prompt) {
        text_format(&foot, "add tag: %s_\n", prompt);
    } else {
        review_write_tally(r, &tally);
        text_put(&foot, r->style.dim);
        text_wrapped(&foot, &r->style, *r->note ? r->note : text_of(&foot, &tally), "");
        text_format(&foot, "%s\n", r->style.plain);
    }
    text_format(&foot, "\033[7m%s\033[0m",
                columns < 76 ? " y n s u q, 1-9 tags, / add, ? help "
                             : " y yes  n no  s skip  u undo  1-9 tag on/off  / add a tag  ? help  q quit ");
    lines = count_lines(text_of(&screen, &body));
    room = count_lines(text_of(&screen, &head)) + count_lines(text_of(&screen, &foot));
    room = rows > room + 1 ? rows - room : 1;
    r->scroll = lines <= room ? 0 : r->scroll + room > lines ? (unsigned)(lines - room) : r->scroll;
    text_put(&screen, text_of(&screen, &head));
    for (size_t shown = add_lines(&screen, text_of(&screen, &body), r->scroll, room); shown < room; shown++) {
        text_put(&screen, "\n");
    }
    text_format(&screen, "%s%s%s\n", r->style.dim, r->scroll + room < lines ? "(more: space)" : "", r->style.plain);
    text_put(&screen, text_of(&screen, &foot));
    good = terminal_show(&screen);
    text_free(&screen);
    text_free(&head);
    text_free(&body);
    text_free(&foot);
    text_free(&tally);
    text_free(&line);
    return good;
}

/* The first tag that begins so, of those the store knows. */
static void complete(struct review *r, char *name, size_t size)
{
    const papertag_tag_info *tags;
    const size_t *papers;
    size_t count;
    papertag_error err;

    if (papertag_store_tags(r->store, &tags, &papers, &count, &err)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!strncmp(tags[i].tag, name, strlen(name))) {
            snprintf(name, size, "%s", tags[i].tag);
            return;
        }
    }
}

/* Asks for a tag by name; a name that nothing is called is answered with the nearest. */
static int add_by_name(struct review *r)
{
    char name[100] = "";

    for (;;) {
        const size_t length = strlen(name);
        int key;
        if (!draw(r, name, false)) {
            return review_stop(NULL);
        }
        key = terminal_key();
        if (key == KEY_END || key == 3) {
            return EXIT_DONE;
        }
        if (key == '\r' || key == '\n') {
            return *name ? review_judge(r, name, true) : EXIT_DONE;
        }
        if ((key == 127 || key == 8) && length) {
            name[length - 1] = '\0';
        } else if ((key == 127 || key == 8)) {
            return EXIT_DONE;
        } else if (key == '\t') {
            complete(r, name, sizeof name);
        } else if (key >= ' ' && key < 127 && length + 1 < sizeof name) {
            name[length] = (char)key;
            name[length + 1] = '\0';
        }
    }
}

int review_screen(struct review *r)
{
    bool end = false, help = false;
    int code = review_open(r);

    if (code || !terminal_open()) {
        return EXIT_FAILED;
    }
    while (!code && !end && r->at < r->count) {
        int key;
        if (!draw(r, NULL, help)) {
            code = review_stop(NULL);
            break;
        }
        key = terminal_key();
        help = key == '?' && !help;
        if (key == KEY_END) {
            end = true;
        } else if (key == '/') {
            r->note[0] = '\0';
            code = add_by_name(r);
        } else if (key == ' ' || key == KEY_PAGE_DOWN) {
            r->scroll += 5;
        } else if (key == KEY_DOWN) {
            r->scroll++;
        } else if (key == KEY_UP || key == KEY_PAGE_UP) {
            const unsigned step = key == KEY_UP ? 1 : 5;
            r->scroll = r->scroll > step ? r->scroll - step : 0;
        } else {
            review_act(r, key, &code, &end);
        }
    }
    terminal_close();
    return code;
}
