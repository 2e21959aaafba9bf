/*
 * config - the configuration file: an INI file with what a person does not want to say in every call.
 *
 * A value comes from an option of the command, else from the environment, else from the file, else it is the default.
 * Options are the business of each command; config_value knows the rest. A setting is a row of the table in config.c.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "text.h"

typedef struct config config;
struct args;

/* Reads the file of --config, else of $PAPERTAG_CONFIG, else the one in the folder of the user's settings if it is
 * there. EXIT_DONE; else, after saying why, EXIT_USAGE for a file that says something wrong (all its faults are
 * reported), EXIT_FAILED for one that cannot be read. Close it in any case. */
int config_open(config **out, const struct args *a);
void config_close(config *c);

/* The value of a setting of the table; NULL when it is set nowhere and has no default. `c` may be NULL: no file. Lives
 * as long as c. */
const char *config_value(const config *c, const char *section, const char *name);

/* The i-th setting, for people. False after the last. */
typedef struct setting_shown {
    const char *section, *name, *value; /* value NULL: not set */
    const char *help;
    const char *origin; /* "default", "$VARIABLE" or "line N of FILE"; lives as long as c */
} setting_shown;
bool config_setting(config *c, size_t i, setting_shown *out);

#endif
