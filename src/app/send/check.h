/*
 * check - goes the way of a mail step by step, up to the recipient, and says which step fails and what to do.
 */
#ifndef SEND_CHECK_H
#define SEND_CHECK_H

#include "settings.h"

/* Tries the way for each of the addresses, or for the sender's own when there is none. EXIT_DONE when all of it is
 * well, else EXIT_FAILED. */
int check_way(const mail_settings *m, const char *const *addresses, size_t count, bool json, text *out);

#endif
