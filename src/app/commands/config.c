/*
 * papertag config - every setting, its value and where that comes from, in the form of the configuration file.
 */
#include <string.h>

#include "../app.h"
#include "../config.h"

static void add_json(text *out, const setting_shown *s)
{
    json_open(out, NULL, '{');
    json_string(out, "section", s->section);
    json_string(out, "name", s->name);
    json_string(out, "value", s->value);
    json_string(out, "origin", s->origin);
    json_string(out, "help", s->help);
    json_close(out, '}');
    json_line_end(out);
}

static void add_lines(text *out, const style *s, const setting_shown *one, bool first_of_section)
{
    if (first_of_section) {
        text_put(out, out->size ? "\n" : "");
        text_format(out, "%s[%s]%s\n", s->bold, one->section, s->plain);
    }
    text_format(out, "%s; ", s->dim);
    text_wrapped(out, s, one->help, "; ");
    text_format(out, "%s\n%s%s = %s\n", s->plain, one->value ? "" : ";", one->name, one->value ? one->value : "");
    if (one->value && strcmp(one->origin, "default") != 0) {
        text_format(out, "%s; from ", s->dim);
        text_wrapped(out, s, one->origin, "; ");
        text_format(out, "%s\n", s->plain);
    }
}

static int run(const args *a)
{
    style s = style_of_stdout();
    setting_shown one;
    const char *section = "";
    text out = {0};
    int code = args_no_operands(a);

    for (size_t i = 0; !code && config_setting(a->config, i, &one); i++) {
        if (args_have(a, "json")) {
            add_json(&out, &one);
        } else {
            add_lines(&out, &s, &one, strcmp(section, one.section) != 0);
            section = one.section;
        }
    }
    return text_end(&out, code);
}

static const option options[] = {OPTION_JSON, OPTION_END};

const command command_config = {
    .name = "config",
    .summary = "show every setting, its value and where it comes from",
    .run = run,
    .options = options,
    .details =
        "The configuration file is the one of --config, else of $PAPERTAG_CONFIG, else ~/.config/papertag/config "
        "(under $XDG_CONFIG_HOME where that is set). Options win over the environment, the environment over the file. "
        "A line is NAME = VALUE under a [SECTION]; text after a space and a semicolon is a comment. ~/ is the home "
        "folder, and a relative path begins at the folder of the file.\n"
        "What is printed is a configuration file: settings without a value are comments.\n"
        "With --json: {\"section\", \"name\", \"value\", \"origin\", \"help\"}.\n",
    .examples =
        "papertag config\tall settings and their values\n"
        "papertag config >papertag.conf\ta file to begin with: edit it, then move it to ~/.config/papertag/config\n",
};
