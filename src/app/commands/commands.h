/*
 * commands - every command of the program: a file in this folder and a row here. Dispatch, help, the manual and shell
 * completion follow this order.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "../options.h"

#define COMMANDS(ROW)                                                                                                  \
    ROW(tag)                                                                                                           \
    ROW(add)                                                                                                           \
    ROW(merge)                                                                                                         \
    ROW(source)                                                                                                        \
    ROW(fetch)                                                                                                         \
    ROW(morning)                                                                                                       \
    ROW(list)                                                                                                          \
    ROW(digest)                                                                                                        \
    ROW(show)                                                                                                          \
    ROW(similar)                                                                                                       \
    ROW(label)                                                                                                         \
    ROW(labels)                                                                                                        \
    ROW(review)                                                                                                        \
    ROW(discover)                                                                                                      \
    ROW(doctor)                                                                                                        \
    ROW(retrain)                                                                                                       \
    ROW(tag_new)                                                                                                       \
    ROW(tag_remove)                                                                                                    \
    ROW(tags)                                                                                                          \
    ROW(trends)                                                                                                        \
    ROW(stats)                                                                                                         \
    ROW(subscribe)                                                                                                     \
    ROW(subscriptions)                                                                                                 \
    ROW(serve)                                                                                                         \
    ROW(send)                                                                                                          \
    ROW(train)                                                                                                         \
    ROW(eval)                                                                                                          \
    ROW(explain)                                                                                                       \
    ROW(config)                                                                                                        \
    ROW(model)                                                                                                         \
    ROW(help)

#define DECLARE_COMMAND(name) extern const command command_##name;
COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

/* All of them; NULL ends the list. */
extern const command *const commands[];

/* The command of that name; NULL: there is none. */
const command *find_command(const char *name);

#endif
