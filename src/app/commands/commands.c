/*
 * commands - the table of commands.
 */
#include <string.h>

#include "commands.h"

#define COMMAND_ROW(name) &command_##name,
const command *const commands[] = {COMMANDS(COMMAND_ROW) NULL};

const command *find_command(const char *name)
{
    for (const command *const *c = commands; *c; c++) {
        if (!strcmp((*c)->name, name)) {
            return *c;
        }
    }
    return NULL;
}
