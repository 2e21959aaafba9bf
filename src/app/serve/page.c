/*
 * page - the frame of every page, and forms.
 */
#include "page.h"

#include <stdarg.h>
#include <string.h>

static const struct {
    const char *path, *name;
} places[] = {{"/", "Papers"},       {"/review", "Review"},     {"/tags", "Tags"},
              {"/trends", "Trends"}, {"/discover", "Discover"}, {"/subscriptions", "Subscriptions"}};

/* The head up to its end; `files` is where style and icon are. */
static void begin_head(text *out, const char *title, const char *files)
{
    char sheet[32], icon[32];

    snprintf(sheet, sizeof sheet, "%spage.css", files);
    snprintf(icon, sizeof icon, "%sicon.svg", files);
    html_begin(out);
    html_open(out, "html", "lang", "en", NULL);
    html_open(out, "head", NULL);
    html_element(out, "meta", NULL, "charset", "utf-8", NULL);
    html_element(out, "meta", NULL, "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
    html_element(out, "meta", NULL, "name", "color-scheme", "content", "light dark", NULL);
    html_element(out, "title", title, NULL);
    html_element(out, "link", NULL, "rel", "stylesheet", "href", sheet, NULL);
    html_element(out, "link", NULL, "rel", "icon", "type", "image/svg+xml", "href", icon, NULL);
}

void page_begin(text *out, const char *title, const char *here, const char *search)
{
    begin_head(out, title, "/static/");
    html_element(out, "script", "", "src", "/static/page.js", "defer", "", NULL);
    html_close(out, "head");
    html_open(out, "body", NULL);
    html_element(out, "a", "Skip to the content", "class", "skip", "href", "#main", NULL);
    html_open(out, "header", "class", "top", NULL);
    html_element(out, "a", "papertag", "class", "name", "href", "/", NULL);
    html_open(out, "form", "role", "search", "action", "/", "class", "search", NULL);
    html_element(out, "label", "Search: tags or words", "for", "q", "class", "unseen", NULL);
    html_element(out, "input", NULL, "id", "q", "name", "q", "type", "search", "autocomplete", "off", "spellcheck",
                 "false", "placeholder", "Search: quantization & !benchmarks, or words", "value", search, NULL);
    html_element(out, "button", "Search", "type", "submit", NULL);
    html_close(out, "form");
    html_open(out, "nav", "aria-label", "Pages", NULL);
    html_open(out, "ul", NULL);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        add_choice(out, places[i].path, places[i].name, !strcmp(places[i].path, here));
    }
    html_close(out, "ul");
    html_close(out, "nav");
    html_close(out, "header");
}

void page_end(text *out)
{
    html_open(out, "footer", NULL);
    html_open(out, "p", NULL);
    html_element(out, "a", "Keys and expressions", "href", "/help", NULL);
    html_element(out, "a", "API", "href", "/api/v1/openapi.json", NULL);
    html_text(out, "papertag " PAPERTAG_VERSION);
    html_close(out, "p");
    html_close(out, "footer");
    html_close(out, "body");
    html_close(out, "html");
}

void page_begin_alone(text *out, const char *title)
{
    begin_head(out, title, "static/");
    html_close(out, "head");
    html_open(out, "body", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", title, NULL);
}

void page_end_alone(text *out)
{
    html_close(out, "main");
    html_close(out, "body");
    html_close(out, "html");
}

void page_problem_alone(text *out, const char *detail)
{
    page_begin_alone(out, "That did not work");
    html_open(out, "p", NULL);
    html_foreign(out, detail ? detail : "Something is wrong with the server. Try again later.");
    html_close(out, "p");
    page_end_alone(out);
}

void page_problem(text *out, int status, const char *detail)
{
    page_begin(out, status_words(status), "", NULL);
    html_open(out, "main", "id", "main", "class", "narrow", NULL);
    html_element(out, "h1", status_words(status), NULL);
    if (detail) {
        html_open(out, "p", NULL);
        html_foreign(out, detail);
        html_close(out, "p");
    }
    html_open(out, "p", NULL);
    html_element(out, "a", "Back to the papers", "href", "/", NULL);
    html_close(out, "p");
    html_close(out, "main");
    page_end(out);
}

void add_choice(text *out, const char *to, const char *shown, bool chosen)
{
    html_open(out, "li", NULL);
    html_element(out, "a", shown, "href", to, "aria-current", chosen ? "page" : NULL, NULL);
    html_close(out, "li");
}

/* ---- addresses ------------------------------------------------------------------------------------------------- */

const char *address(request *r, text *whole, const char *path, ...)
{
    text out = {0};
    va_list list;
    bool first = true;

    text_put(&out, path);
    va_start(list, path);
    for (const char *name; (name = va_arg(list, const char *)) != NULL;) {
        const char *value = va_arg(list, const char *);
        if (value) {
            text_put(&out, first ? "?" : "&");
            text_put(&out, name);
            text_put(&out, "=");
            url_component(&out, value);
            first = false;
        }
    }
    va_end(list);
    return request_own(r, &out, whole);
}

static const char *address_of(request *r, text *whole, const char *folder, const char *name)
{
    text out = {0};

    text_put(&out, folder);
    url_component(&out, name);
    return request_own(r, &out, whole);
}

const char *paper_address(request *r, text *whole, const char *id)
{
    return address_of(r, whole, "/papers/", id);
}

const char *tag_address(request *r, text *whole, const char *tag)
{
    return address_of(r, whole, "/tags/", tag);
}

/* ---- forms ----------------------------------------------------------------------------------------------------- */

void form_begin(text *out, const char *action, const char *class, const char *back)
{
    html_open(out, "form", "method", "post", "action", action, "class", class, NULL);
    form_hidden(out, "back", back);
}

void form_end(text *out)
{
    html_close(out, "form");
}

void form_hidden(text *out, const char *name, const char *value)
{
    html_element(out, "input", NULL, "type", "hidden", "name", name, "value", value, NULL);
}

void form_button(text *out, const char *name, const char *value, const char *shown, const char *label,
                 const char *class)
{
    html_element(out, "button", shown, "type", "submit", "name", name, "value", value, "aria-label", label, "title",
                 label, "class", class, NULL);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

void add_count(text *out, size_t count, const char *noun)
{
    char digits[32], grouped[48];
    size_t length, used = 0;

    snprintf(digits, sizeof digits, "%zu", count);
    length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) {
            grouped[used++] = ',';
        }
        grouped[used++] = digits[i];
    }
    grouped[used] = '\0';
    html_text(out, grouped);
    if (noun) {
        html_format(out, " %s%s", noun, count == 1 ? "" : "s");
    }
}

void add_bars(text *out, const size_t *counts, size_t count, const char *what)
{
    enum { WIDE = 12, HIGH = 48 };
    char box[40], x[16], y[16], high[16], label[128];
    size_t most = 1, sum = 0;

    for (size_t i = 0; i < count; i++) {
        most = counts[i] > most ? counts[i] : most;
        sum += counts[i];
    }
    snprintf(box, sizeof box, "0 0 %zu %d", count * WIDE, HIGH + 2);
    snprintf(label, sizeof label, "%s in the last %zu weeks: %zu, at most %zu in a week", what, count, sum, most);
    html_open(out, "svg", "class", "bars", "viewBox", box, "preserveAspectRatio", "none", "role", "img", "aria-label",
              label, NULL);
    for (size_t i = 0; i < count; i++) {
        const size_t size = 1 + counts[i] * (HIGH - 1) / most;
        if (!counts[i]) {
            continue;
        }
        snprintf(x, sizeof x, "%zu", i * WIDE + 1);
        snprintf(y, sizeof y, "%zu", HIGH - size);
        snprintf(high, sizeof high, "%zu", size + 2);
        html_open(out, "rect", "x", x, "y", y, "width", "10", "height", high, NULL);
        html_open(out, "title", NULL);
        html_format(out, "%zu, %zu week%s ago", counts[i], count - 1 - i, count - 1 - i == 1 ? "" : "s");
        html_close(out, "title");
        html_close(out, "rect");
    }
    html_close(out, "svg");
}
