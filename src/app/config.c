/*
 * config - reading the configuration file, with libinih.
 *
 * libinih reads lines into a short buffer and would take the rest of a long line for a line of its own. So lines are
 * handed to it one by one, and one that is too long is reported.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "options.h"
#include "text.h"

/* Every setting. */
static const struct setting {
    const char *section, *name;
    const char *environment; /* the variable that wins over the file; NULL: none */
    const char *otherwise;   /* the default; NULL: none, or made by the program */
    bool is_path;            /* `~/` is the home folder, and a relative path begins at the folder of the file */
    const char *help;
} settings[] = {
    {"papertag", "db", "PAPERTAG_DB", NULL, true, "the store; default: ~/.local/share/papertag/papers.db"},
    {"papertag", "model", "PAPERTAG_MODEL", NULL, true, "the model; default: the one installed with papertag"},
    {"fetch", "contact", NULL, NULL, false,
     "your mail address or page: part of the User-Agent, so that services can reach you"},
    {"mail", "url", NULL, NULL, false, "the mail server: smtps://HOST or smtp://HOST (STARTTLS)"},
    {"mail", "from", NULL, NULL, false, "the sender of digests: an address, or Name <address>"},
    {"mail", "user", NULL, NULL, false, "the name to log in with"},
    {"mail", "password-command", NULL, NULL, false, "a command that prints the password; it is kept nowhere"},
    {"mail", "ca-file", NULL, NULL, true, "certificates to trust; default: those of the system"},
    {"serve", "listen", NULL, "127.0.0.1:8077", false, "address and port of the page"},
    {"serve", "url", NULL, NULL, false, "where readers of mail reach the page: https://HOST"},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

struct config {
    text path;
    char *values[SETTINGS]; /* of the file; NULL: not in it */
    size_t lines[SETTINGS]; /* where */
    text shown;             /* what config_setting handed out last */
    FILE *file;
    size_t line;
    bool no_memory;
    int code; /* EXIT_USAGE after a fault in the file */
};

/* ---- finding the file ------------------------------------------------------------------------------------------ */

/* The file that is to be read. *must: somebody named it, so that it has to be there. False: there is none. */
static bool find_file(config *c, const args *a, bool *must)
{
    const char *named = args_text(a, "config", getenv("PAPERTAG_CONFIG"));
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    *must = named && *named;
    if (*must) {
        text_put(&c->path, named);
    } else if (folder && *folder == '/') {
        text_put(&c->path, folder);
        text_put(&c->path, "/papertag/config");
    } else if (home && *home) {
        text_put(&c->path, home);
        text_put(&c->path, "/.config/papertag/config");
    }
    return c->path.size > 0;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void report_fault(config *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void report_fault(config *c, const char *format, ...)
{
    va_list list;
    text what = {0};

    va_start(list, format);
    text_format_list(&what, format, list);
    va_end(list);
    complain("%s:%zu: %s", c->path.data, c->line, text_of(&what, &what));
    text_free(&what);
    c->code = EXIT_USAGE;
}

/* A device that is given by mistake has no end. */
enum { LINES_MOST = 10000, REST_MOST = 1024 * 1024 };

/* Whether the rest of a line that is too long has an end. */
static bool skip_line(config *c)
{
    int byte = 0, left = REST_MOST;

    while (left && byte != '\n' && byte != EOF) {
        byte = getc(c->file);
        left--;
    }
    return left;
}

/* The next line, as fgets gives it; an empty one in the place of one that is too long. */
static char *read_line(char *line, int size, void *stream)
{
    config *c = stream;
    size_t length;
    int byte;

    if (!fgets(line, size, c->file)) {
        return NULL;
    }
    c->line++;
    length = strlen(line);
    if (length + 1 == (size_t)size && line[length - 1] != '\n' && (byte = getc(c->file)) != EOF) {
        ungetc(byte, c->file);
        report_fault(c, "the line is longer than %d bytes", size - 1);
        line[0] = '\0';
        return skip_line(c) ? line : NULL;
    }
    if (c->line > LINES_MOST) {
        report_fault(c, "the file has more than %d lines", (int)LINES_MOST);
        return NULL;
    }
    return line;
}

static size_t find_setting(const char *section, const char *name)
{
    size_t i = 0;

    while (i < SETTINGS && (strcmp(settings[i].section, section) != 0 || strcmp(settings[i].name, name) != 0)) {
        i++;
    }
    return i;
}

static void report_unknown(config *c, const char *section, const char *name)
{
    const char *names[SETTINGS] = {0};
    size_t count = 0, nearest;

    for (size_t i = 0; i < SETTINGS; i++) {
        if (!strcmp(settings[i].section, section)) {
            names[count++] = settings[i].name;
        }
    }
    nearest = papertag_nearest(name, names, count);
    if (!count) {
        report_fault(c, "there is no section [%s]; see 'papertag config'", section);
    } else if (nearest < count) {
        report_fault(c, "[%s] has no setting '%s'; did you mean '%s'?", section, name, names[nearest]);
    } else {
        report_fault(c, "[%s] has no setting '%s'; see 'papertag config'", section, name);
    }
}

/* A path of the file as one that holds wherever the program runs; NULL without memory. */
static char *whole_path(const config *c, const char *value)
{
    const char *home = getenv("HOME"), *slash = strrchr(c->path.data, '/');
    text path = {0};

    if (!strncmp(value, "~/", 2) && home && *home) {
        text_put(&path, home);
        value++;
    } else if (*value != '/' && slash) {
        text_add(&path, c->path.data, (size_t)(slash - c->path.data) + 1);
    }
    text_put(&path, value);
    if (path.failed) {
        text_free(&path);
    }
    return path.data;
}

static int take_setting(void *context, const char *section, const char *name, const char *value)
{
    config *c = context;
    const size_t i = find_setting(section, name);

    if (i == SETTINGS) {
        report_unknown(c, section, name);
    } else if (c->values[i]) {
        report_fault(c, "'%s' is there twice, or the line begins with a space", name);
    } else if (value && *value) {
        c->values[i] = settings[i].is_path ? whole_path(c, value) : strdup(value);
        c->lines[i] = c->line;
        c->no_memory = c->no_memory || !c->values[i];
    }
    return 1;
}

static int read_file(config *c)
{
    const int wrong = ini_parse_stream(read_line, c, take_setting, c);

    if (wrong < 0 || c->no_memory) {
        return out_of_memory();
    }
    if (ferror(c->file)) {
        complain("%s: %s", c->path.data, strerror(errno));
        return EXIT_FAILED;
    }
    if (wrong) {
        c->line = (size_t)wrong;
        report_fault(c, "not a setting: NAME = VALUE, under a [SECTION]");
    }
    return c->code;
}

int config_open(config **out, const args *a)
{
    config *c = *out = calloc(1, sizeof *c);
    int code = EXIT_DONE;
    bool must;

    if (!c) {
        return out_of_memory();
    }
    if (!find_file(c, a, &must)) {
        return EXIT_DONE;
    }
    c->file = c->path.failed ? NULL : fopen(c->path.data, "r");
    if (c->path.failed) {
        code = out_of_memory();
    } else if (c->file) {
        code = read_file(c);
        fclose(c->file);
    } else if (must || (errno != ENOENT && errno != ENOTDIR)) {
        complain("%s: %s", c->path.data, strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}

void config_close(config *c)
{
    if (c) {
        for (size_t i = 0; i < SETTINGS; i++) {
            free(c->values[i]);
        }
        text_free(&c->path);
        text_free(&c->shown);
        free(c);
    }
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

static const char *environment_value(size_t i)
{
    const char *value = settings[i].environment ? getenv(settings[i].environment) : NULL;

    return value && *value ? value : NULL;
}

const char *config_value(const config *c, const char *section, const char *name)
{
    const size_t i = find_setting(section, name);
    const char *value = i < SETTINGS ? environment_value(i) : NULL;

    if (i == SETTINGS || value) {
        return value;
    }
    return c && c->values[i] ? c->values[i] : settings[i].otherwise;
}

bool config_setting(config *c, size_t i, setting_shown *out)
{
    if (i >= SETTINGS) {
        return false;
    }
    *out = (setting_shown){settings[i].section, settings[i].name, NULL, settings[i].help, "default"};
    out->value = config_value(c, out->section, out->name);
    text_free(&c->shown);
    if (environment_value(i)) {
        text_format(&c->shown, "$%s", settings[i].environment);
        out->origin = text_of(&c->shown, &c->shown);
    } else if (c->values[i]) {
        text_format(&c->shown, "line %zu of %s", c->lines[i], c->path.data);
        out->origin = text_of(&c->shown, &c->shown);
    }
    return true;
}
