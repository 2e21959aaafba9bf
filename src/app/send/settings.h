/*
 * settings - the [mail] section: the server, the sender, and the password from where it is kept.
 */
#ifndef SEND_SETTINGS_H
#define SEND_SETTINGS_H

#include "../options.h"
#include "../signed_link.h"
#include "smtp.h"

/* Zero-initialise; mail_settings_free in the end. */
typedef struct mail_settings {
    smtp_server server;
    const char *from;  /* as configured */
    const char *page;  /* where readers reach the page, without a '/' at the end; NULL */
    text name, sender; /* of `from` */
    text page_text, netrc;
    char *password; /* owned, wiped at the end */
    link_key key;
} mail_settings;

/* Reads what the configuration says, but not the password, and the key of signed links, which is made when there is
 * none. EXIT_DONE; EXIT_USAGE after reporting all that is missing or wrong; EXIT_FAILED. */
int mail_settings_read(mail_settings *m, const args *a);

/* Fetches the password, when a user is configured: what the password command prints; else the systemd credential
 * papertag-mail-password; else it stays in the netrc file, which must be its owner's alone. EXIT_DONE, or EXIT_FAILED
 * after reporting why there is none. */
int mail_settings_unlock(mail_settings *m, const args *a);

void mail_settings_free(mail_settings *m);

#endif
