/*
 * papertag review - asks a person about papers, one at a time, and records every answer at once.
 *
 * On a terminal it is a screen and single keys; else, and with --plain, lines of text, which screen readers and scripts
 * take. Both go through the same few steps: open a question, act on a key, close it. What a key says of a tag is in the
 * store before the next key is read.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../app.h"

enum { CHOICES = 9, HEAVY_MOST = 400 };

/* A proposed tag as the screen has it. */
struct choice {
    char tag[128];
    double p;
    bool assigned; /* by the model */
    bool on;       /* in force now */
    bool said;     /* by a person */
};

/* What can be taken back: an answer, which closed a question, or a verdict on one tag within it. */
struct step {
    size_t question;
    bool answer;
    size_t asked, right; /* what it added to the tallies */
};

struct review {
    const args *args;
    papertag_store *store;
    papertag_model *model;
    papertag_tagger *tagger;
    papertag_question *questions; /* their tags belong to `names` */
    char **names;
    size_t count, at;
    bool random, json;
    const char *order;
    struct step *steps;
    size_t step_count, step_capacity;
    size_t answered, asked, right; /* questions; decisions of the model judged, and found right */
    const papertag_stored *paper;  /* of the question at hand */
    struct choice choices[CHOICES];
    size_t choice_count;
    unsigned scroll;
    char note[400]; /* what the last key did, in words */
    style style;
};

/* ---- questions ------------------------------------------------------------------------------------------------- */

static const papertag_question *question_of(const struct review *r)
{
    return &r->questions[r->at];
}

/* Says why it cannot go on, on the terminal as it was; err NULL: for want of memory. */
static int stop(const papertag_error *err)
{
    terminal_close();
    return err ? failed(err) : out_of_memory();
}

/* Reads the paper at hand anew and lists its tags: those in force, then the likeliest of the others. */
static int open_question(struct review *r)
{
    const papertag_question *q = question_of(r);
    papertag_error err;

    if (papertag_store_get(r->store, q->key, &r->paper, &err)) {
        return stop(&err);
    }
    r->choice_count = 0;
    for (size_t i = 0; i < r->paper->tag_count && r->choice_count < CHOICES; i++) {
        const papertag_decision *d = &r->paper->tags[i];
        struct choice *c = &r->choices[r->choice_count];
        if (!q->tag || strcmp(d->tag, q->tag) != 0) {
            *c = (struct choice){.p = d->p, .assigned = d->assigned, .on = d->in_force, .said = d->verdict};
            snprintf(c->tag, sizeof c->tag, "%s", d->tag);
            r->choice_count++;
        }
    }
    return EXIT_DONE;
}

static bool push_step(struct review *r, bool answer, size_t asked, size_t right)
{
    if (r->step_count == r->step_capacity) {
        struct step *steps = realloc(r->steps, (2 * r->step_capacity + 64) * sizeof *steps);
        if (!steps) {
            return false;
        }
        r->steps = steps;
        r->step_capacity = 2 * r->step_capacity + 64;
    }
    r->steps[r->step_count++] = (struct step){r->at, answer, asked, right};
    r->asked += asked;
    r->right += right;
    r->answered += answer;
    return true;
}

/* Records the answer to the question at hand: y or n, and goes on to the next. */
static int answer(struct review *r, bool yes)
{
    const papertag_question *q = question_of(r);
    papertag_verdict verdicts[CHOICES + 1] = {{0}};
    size_t count = 0, asked = 0, right = 0;
    papertag_error err;

    if (q->tag) {
        verdicts[count++] = (papertag_verdict){q->tag, yes ? "yes" : "no"};
        asked = !r->random || q->assigned;
        right = asked && q->assigned == yes;
    }
    for (size_t i = 0; i < r->choice_count && !q->tag; i++) {
        const struct choice *c = &r->choices[i];
        const bool has = c->on && (yes || c->said);
        if (!c->said) {
            verdicts[count++] = (papertag_verdict){c->tag, has ? "yes" : "no"};
        }
        asked += c->assigned;
        right += c->assigned && has;
    }
    if (papertag_store_answer(r->store, q, r->random, verdicts, count, &err)) {
        return stop(&err);
    }
    if ((count || r->random) && !push_step(r, true, asked, right)) {
        return stop(NULL);
    }
    r->at++;
    return EXIT_DONE;
}

/* Records a verdict on one more tag of the paper at hand. */
static int judge(struct review *r, const char *tag, bool yes)
{
    const papertag_verdict verdict = {tag, yes ? "yes" : "no"};
    papertag_error err;

    if (papertag_store_judge(r->store, question_of(r)->key, &verdict, 1, &err)) {
        if (err.status == PAPERTAG_BAD_ARGUMENT) {
            snprintf(r->note, sizeof r->note, "%.390s", err.message);
            return EXIT_DONE;
        }
        return stop(&err);
    }
    snprintf(r->note, sizeof r->note, "%s: %s", tag, verdict.verdict);
    if (!push_step(r, false, 0, 0)) {
        return stop(NULL);
    }
    return open_question(r);
}

static int undo(struct review *r)
{
    const struct step *last;
    papertag_error err;
    int64_t key;
    int status;

    if (!r->step_count) {
        snprintf(r->note, sizeof r->note, "nothing to take back");
        return EXIT_DONE;
    }
    last = &r->steps[r->step_count - 1];
    status = papertag_store_undo(r->store, &key, &err);
    if (status && status != PAPERTAG_END) {
        return stop(&err);
    }
    r->at = last->question;
    r->answered -= last->answer;
    r->asked -= last->asked;
    r->right -= last->right;
    r->step_count--;
    snprintf(r->note, sizeof r->note, "taken back");
    return open_question(r);
}

/* ---- what is shown --------------------------------------------------------------------------------------------- */

/* What the answers so far say of the model. */
static void write_tally(const struct review *r, text *out)
{
    const papertag_estimate e = papertag_share(r->right, r->asked);

    text_format(out, "%zu of %zu", r->answered, r->count);
    if (r->asked) {
        text_format(out,
                    r->random ? " \xc2\xb7 precision %.2f (%.2f to %.2f) of %zu"
                              : " \xc2\xb7 right %.2f (%.2f to %.2f) of %zu",
                    e.value, e.low, e.high, r->asked);
    }
    text_format(out, " \xc2\xb7 %s", r->order);
}

static void write_question(const struct review *r, text *out)
{
    const papertag_question *q = question_of(r);
    const style *s = &r->style;

    if (q->tag) {
        text_format(out, "Is it about %s%s%s?\n%sThe model says %s: p %.2f, margin %+.3f, cut %+.3f%s", s->bold, q->tag,
                    s->plain, s->dim, q->assigned ? "yes" : "no", q->p, q->margin, q->cut, s->plain);
    } else {
        text_format(out, "%sAre these tags right?%s", s->bold, s->plain);
    }
}

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

/* The tag whose terms are marked: the question's, else the first that is in force. SIZE_MAX: none that the model has.
 */
static size_t marked_tag(const struct review *r)
{
    const papertag_question *q = question_of(r);
    const char *tag = q->tag ? q->tag : r->choice_count ? r->choices[0].tag : NULL;
    papertag_error err;
    size_t index;

    return tag && papertag_model_is_linear(r->model) && !papertag_model_find_tag(r->model, tag, &index, &err)
               ? index
               : SIZE_MAX;
}

/* Writes a text wrapped, its words marked that speak for the tag (underlined) and against it. */
static void write_marked(const struct review *r, const char *string, unsigned width, text *out)
{
    const papertag_paper *p = &r->paper->paper;
    const char *on[2] = {*r->style.good ? "\033[4;32m" : "\033[4m", *r->style.bad ? "\033[31m" : "\033[3m"};
    const size_t tag = marked_tag(r);
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
        char word[HEAVY_MOST];
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

/* ---- the screen ------------------------------------------------------------------------------------------------ */

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

static const char *const keys_help =
    "y  yes: the paper has the tag; or, asked about all its tags: they are right as marked\n"
    "n  no: it has not; or: it has none of those that you have not set yourself\n"
    "s  skip: nothing is recorded\n"
    "u  take the last answer back, then the one before it\n"
    "1-9  turn another tag on or off: that is a verdict, too\n"
    "/  add a tag by name or alias; Tab completes it\n"
    "space, up, down  scroll the abstract\n"
    "q  end; every answer is recorded already\n"
    "\n"
    "Underlined words speak for the tag, the others marked against it.\n";

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
        text_put(&body, keys_help);
    } else {
        write_marked(r, p->abstract ? p->abstract : "(no abstract)", r->style.width, &body);
    }
    write_question(r, &foot);
    text_put(&foot, "\n");
    write_choices(r, r->style.width, &foot);
    if (prompt) {
        text_format(&foot, "add tag: %s_\n", prompt);
    } else {
        write_tally(r, &tally);
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
            return stop(NULL);
        }
        key = terminal_key();
        if (key == KEY_END || key == 3) {
            return EXIT_DONE;
        }
        if (key == '\r' || key == '\n') {
            return *name ? judge(r, name, true) : EXIT_DONE;
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

/* ---- keys, on a screen or in a line ---------------------------------------------------------------------------- */

/* Acts on a key. *end: the person is done. False: not a key of this program's. */
static bool act(struct review *r, int key, int *code, bool *end)
{
    const size_t was = r->at;

    r->note[0] = '\0';
    if (key == 'y' || key == 'n') {
        *code = answer(r, key == 'y');
    } else if (key == 's') {
        r->at++;
    } else if (key == 'u') {
        *code = undo(r);
    } else if (key == 'q') {
        *end = true;
    } else if (key >= '1' && key <= '9' && (size_t)(key - '1') < r->choice_count) {
        const struct choice c = r->choices[key - '1'];
        *code = judge(r, c.tag, !c.on);
    } else {
        return false;
    }
    if (r->at != was && !*code && r->at < r->count) {
        r->scroll = 0;
        *code = open_question(r);
    }
    return true;
}

static int run_screen(struct review *r)
{
    bool end = false, help = false;
    int code = open_question(r);

    if (code || !terminal_open()) {
        return EXIT_FAILED;
    }
    while (!code && !end && r->at < r->count) {
        int key;
        if (!draw(r, NULL, help)) {
            code = stop(NULL);
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
            act(r, key, &code, &end);
        }
    }
    terminal_close();
    return code;
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static void write_json(const struct review *r, text *out)
{
    const papertag_question *q = question_of(r);
    const papertag_paper *p = &r->paper->paper;

    text_put(out, "{\"id\":");
    text_json_string(out, p->id);
    text_put(out, ",\"title\":");
    text_json_string(out, p->title);
    text_put(out, ",\"tag\":");
    text_json_string(out, q->tag);
    text_put(out, ",\"p\":");
    text_json_number(out, q->p, 6);
    text_put(out, ",\"margin\":");
    text_json_number(out, q->margin, 6);
    text_put(out, ",\"cut\":");
    text_json_number(out, q->cut, 6);
    text_format(out, ",\"assigned\":%s,\"tags\":[", q->assigned ? "true" : "false");
    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        text_put(out, i ? ",{\"tag\":" : "{\"tag\":");
        text_json_string(out, c->tag);
        text_put(out, ",\"p\":");
        text_json_number(out, c->p, 6);
        text_format(out, ",\"on\":%s}", c->on ? "true" : "false");
    }
    text_put(out, "]}\n");
}

/* The terms that weigh most for the marked tag and against it, as words. */
static void write_reasons(const struct review *r, text *out)
{
    enum { MOST = 5 };
    const papertag_paper *p = &r->paper->paper;
    const size_t tag = marked_tag(r);
    papertag_explanation e;
    papertag_error err;

    if (tag == SIZE_MAX || papertag_explain(r->tagger, p->title, p->abstract, tag, &e, &err)) {
        return;
    }
    for (int against = 0; against < 2; against++) {
        size_t named = 0;
        for (size_t i = 0; i < e.count && named < MOST; i++) {
            if (against ? e.terms[i].contribution < 0 : e.terms[i].contribution > 0) {
                text_put(out, named++ ? ", " : against ? "against: " : "for: ");
                text_safe(out, e.terms[i].term, strlen(e.terms[i].term));
            }
        }
        text_put(out, named ? "\n" : "");
    }
}

static void write_plain(const struct review *r, text *out)
{
    const papertag_paper *p = &r->paper->paper;
    text line = {0};

    text_format(out, "\nPaper %zu of %zu.\n", r->at + 1, r->count);
    text_wrapped(out, &r->style, p->title ? p->title : "(no title)", "");
    text_put(out, "\n");
    text_about(&line, p);
    text_wrapped(out, &r->style, text_of(out, &line), "");
    text_put(out, "\n\n");
    text_wrapped(out, &r->style, p->abstract ? p->abstract : "(no abstract)", "");
    text_put(out, "\n\n");
    write_reasons(r, out);
    write_question(r, out);
    text_put(out, "\n");
    for (size_t i = 0; i < r->choice_count; i++) {
        const struct choice *c = &r->choices[i];
        text_format(out, "  %zu %s, %.2f, %s%s\n", i + 1, c->tag, c->p, c->on ? "on" : "off",
                    c->said ? ", you said so" : "");
    }
    text_put(out, "y, n, s(kip), u(ndo), q(uit), a number, /name, ?\n");
    text_free(&line);
}

/* Reads a line of answers. False at the end of the input. */
static bool read_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin)) {
        return false;
    }
    if (!strchr(line, '\n')) {
        for (int c = getchar(); c != '\n' && c != EOF; c = getchar()) {
        }
    }
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static int act_on_line(struct review *r, const char *line, bool *end)
{
    int code = EXIT_DONE;

    if (*line == '/') {
        r->note[0] = '\0';
        return judge(r, line + 1, true);
    }
    if (*line == '?') {
        printf("%s", keys_help);
        return EXIT_DONE;
    }
    for (; *line && !code && !*end && r->at < r->count; line++) {
        if (*line != ' ' && !act(r, *line, &code, end)) {
            snprintf(r->note, sizeof r->note, "'%c' is no answer; ? tells what is", *line >= ' ' ? *line : '?');
            break;
        }
    }
    return code;
}

static int run_lines(struct review *r)
{
    char line[512];
    text out = {0};
    bool end = false;
    int code = open_question(r);

    while (!code && !end && r->at < r->count) {
        if (r->json) {
            write_json(r, &out);
        } else {
            write_plain(r, &out);
        }
        code = text_write(&out) ? finish_output() : EXIT_FAILED;
        if (code || !read_line(line, sizeof line)) {
            break;
        }
        code = act_on_line(r, line, &end);
        if (*r->note && !r->json) {
            printf("%s\n", r->note);
        } else if (*r->note && strstr(r->note, "unknown")) {
            fprintf(stderr, "papertag: %s\n", r->note);
        }
    }
    text_free(&out);
    return code;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

/* Takes a copy of the questions: what the store hands out goes with its next call. */
static int copy_questions(struct review *r, const papertag_question *list, size_t count)
{
    r->questions = malloc((count + 1) * sizeof *r->questions);
    r->names = calloc(count + 1, sizeof *r->names);
    for (size_t i = 0; i < count && r->questions && r->names; i++) {
        r->questions[i] = list[i];
        r->names[i] = list[i].tag ? strdup(list[i].tag) : NULL;
        r->questions[i].tag = r->names[i];
        if (list[i].tag && !r->names[i]) {
            break;
        }
        r->count++;
    }
    if (r->count < count || !r->questions || !r->names) {
        return out_of_memory();
    }
    return EXIT_DONE;
}

static int run(const args *a)
{
    static const char *const orders[] = {"uncertain", "random", "new", NULL};
    static const char *const words[] = {"least certain first", "drawn by chance", "newest first"};
    struct review r = {.args = a, .style = style_of_stdout(), .json = args_have(a, "json")};
    const papertag_question *list = NULL;
    unsigned long limit = 200, seed = 1;
    size_t count = 0;
    papertag_error err;
    int order = 0, code = args_choice(a, "order", orders, &order);

    code = code ? code : args_whole(a, "limit", 1, 1000000, &limit);
    code = code ? code : args_whole(a, "seed", 0, 1000000000, &seed);
    code = code ? code : a->operand_count ? usage_error(a->command, "review: takes no file") : EXIT_DONE;
    code = code ? code : open_store(a, false, &r.store);
    code = code ? code : open_model(a, r.store, &r.model);
    if (!code && (papertag_tagger_open(&r.tagger, r.model, &err) ||
                  papertag_store_questions(r.store, (papertag_order)order, args_text(a, "tag", NULL),
                                           args_text(a, "since", NULL), seed, limit, &list, &count, &err))) {
        code = refused(&err);
    }
    code = code ? code : copy_questions(&r, list, count);
    if (!code && !count) {
        fprintf(stderr, "papertag: nothing to ask: every such decision is judged, or the store has no paper\n");
        code = EXIT_NOTHING;
    }
    r.random = order == PAPERTAG_ORDER_RANDOM;
    r.order = words[order];
    if (!code) {
        const bool lines = args_have(a, "plain") || r.json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
        code = lines ? run_lines(&r) : run_screen(&r);
        if (!code && !r.json) {
            text sum = {0};
            write_tally(&r, &sum);
            printf("%s\n", text_of(&sum, &sum));
            text_free(&sum);
        }
        code = code ? code : terminal_signal() && terminal_signal() != SIGINT ? EXIT_FAILED : EXIT_DONE;
    }
    for (size_t i = 0; i < r.count; i++) {
        free(r.names[i]);
    }
    free(r.names);
    free(r.questions);
    free(r.steps);
    papertag_tagger_close(r.tagger);
    papertag_model_close(r.model);
    papertag_store_close(r.store);
    return code;
}

static const option options[] = {
    {"tag", 't', "TAG", "ask about this tag alone"},
    {"order", 0, "ORDER", "uncertain (default: nearest to the cut first), random (an audit) or new"},
    {"since", 0, "DAY", "only papers from that day on"},
    {"limit", 'n', "N", "at most N questions (default: 200)"},
    {"seed", 0, "N", "another draw of --order random"},
    {"plain", 0, NULL, "lines of text instead of a screen: for screen readers, scripts, any terminal"},
    OPTION_MODEL,
    OPTION_DB,
    {"json", 0, NULL, "as --plain, each question as one JSON object"},
    OPTION_END};

const command command_review = {
    "review",
    "",
    "judge papers one by one",
    run,
    options,
    "Keys: y yes, n no, s skip, u undo, q quit, 1-9 turn another tag on or off, / add one by name, ? help. Asked\n"
    "about all tags of a paper (--order random or new without --tag), y means: right as they are marked. Every\n"
    "answer is recorded at once; `papertag retrain` then learns from them. Papers drawn by chance also tell how\n"
    "right the model is: see `papertag eval --store`. With --plain or --json, answers are lines of standard input.\n"};
