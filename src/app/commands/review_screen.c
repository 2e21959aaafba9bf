/*
 * review_screen - the questions on a screen, answered by single keys.
 */
#include <math.h>
#include <string.h>

#include "review.h"

enum { WORD_MOST = 400, SCROLL = 5 }; /* bytes of a word; lines that space scrolls */

/* The choices, as many to a line as fit. */
static void write_choices(const struct review *r, unsigned width, text *out)
{
    unsigned column = 0;

    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        char cell[200];
        unsigned wide;
        snprintf(cell, sizeof cell, "%zu [%c] %s %.2f%s", i + 1, c->on ? 'x' : ' ', c->tag, c->p,
                 c->judged ? " \xe2\x9c\x93" : "");
        wide = text_columns(cell);
        if (column && column + 3 + wide > width) {
            text_put(out, "\n");
            column = 0;
        }
        text_put(out, column ? "   " : "");
        text_format(out, "%s%s%s", c->on ? r->style.good : "", cell, c->on ? r->style.plain : "");
        column += wide + (column ? 3 : 0);
    }
    text_put(out, r->choice_count ? "\n" : "no tags proposed\n");
}

/* Writes a wrapped text. Words that count for the tag are underlined, those against it marked in another way. */
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
        text_clean(out, word, strlen(word));
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

/* The paper, without its abstract. */
static void write_head(const struct review *r, text *out)
{
    const papertag_paper *p = &r->paper->paper;
    text about = {0};

    text_put(out, r->style.bold);
    write_marked(r, p->title ? p->title : "(no title)", r->style.width, out);
    text_format(out, "%s\n%s", r->style.plain, r->style.dim);
    text_about(&about, p);
    text_wrapped(out, &r->style, text_of(out, &about), "");
    text_format(out, "%s\n\n", r->style.plain);
    text_free(&about);
}

/* The question, the choices, a line of news or the name that is being typed, and the keys. */
static void write_foot(const struct review *r, const char *typed, text *out)
{
    text tally = {0};

    review_write_question(r, out);
    text_put(out, "\n");
    write_choices(r, r->style.width, out);
    if (typed) {
        text_format(out, "add tag: %s_\n", typed);
    } else {
        review_write_tally(r, &tally);
        text_put(out, r->style.dim);
        text_wrapped(out, &r->style, *r->note ? r->note : text_of(out, &tally), "");
        text_format(out, "%s\n", r->style.plain);
    }
    text_format(out, "\033[7m%s\033[0m",
                r->style.width < 76 ? " y n s u q, 1-9 tags, / add, ? help "
                                    : " y yes  n no  s skip  u undo  1-9 tag on/off  / add a tag  ? help  q quit ");
    text_free(&tally);
}

/* Draws the current question, or the help. `typed` is the part of a name that was typed, NULL: none is being typed.
 * False when there is no memory. */
static bool draw(struct review *r, const char *typed, bool help)
{
    const papertag_paper *p = &r->paper->paper;
    text screen = {0}, head = {0}, body = {0}, foot = {0};
    unsigned rows, columns;
    size_t room, lines;
    bool good;

    terminal_size(&rows, &columns);
    r->style.width = columns > 120 ? 120 : columns;
    write_head(r, &head);
    if (help) {
        review_write_keys(r, &body);
    } else {
        write_marked(r, p->abstract ? p->abstract : "(no abstract)", r->style.width, &body);
    }
    write_foot(r, typed, &foot);
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
    return good;
}

/* Completes a name to the first tag of the store that begins with it. */
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

/* Asks for a tag by name. The store answers an unknown name with the nearest ones. */
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

/* Moves the abstract or the help. False: not a key that scrolls. */
static bool scroll(struct review *r, int key)
{
    const unsigned step = key == KEY_UP || key == KEY_DOWN ? 1 : SCROLL;

    if (key == ' ' || key == KEY_DOWN || key == KEY_PAGE_DOWN) {
        r->scroll += step; /* draw() stops it at the end */
    } else if (key == KEY_UP || key == KEY_PAGE_UP) {
        r->scroll = r->scroll > step ? r->scroll - step : 0;
    } else {
        return false;
    }
    return true;
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
        if (key == KEY_NONE || scroll(r, key)) {
            continue; /* only draw again */
        }
        if (help || key == '?') {
            r->scroll = 0;
        }
        help = key == '?' && !help;
        if (key == KEY_END) {
            end = true;
        } else if (key == '/') {
            review_set_note(r, false, "%s", "");
            code = add_by_name(r);
        } else {
            review_act(r, key, &code, &end);
        }
    }
    terminal_close();
    return code;
}
