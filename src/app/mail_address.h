/*
 * mail_address - one address of mail, and the name of who has it.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "text.h"

/* Whether a string is one address, LOCAL@DOMAIN in ASCII, which no header and no command of SMTP can take for more. */
bool is_mail_address(const char *string);

/* Splits "Name <address>", or an address alone, into its parts; false when there is no good address. `name` may become
 * empty; it is not cleaned. */
bool split_mail_address(const char *string, text *name, text *address);

#endif
