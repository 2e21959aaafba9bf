/*
 * smtp - one message to one recipient over SMTP (RFC 5321), with libcurl: the only file that speaks to a mail server.
 *
 * The way is encrypted and the server's certificate verified, always; to this machine itself it may be plain, but then
 * no password is sent.
 */
#ifndef SMTP_H
#define SMTP_H

#include <stdbool.h>

#include "../text.h"
#include "papertag.h"

typedef struct smtp_server {
    const char *url;      /* smtps://HOST[:PORT] or smtp://HOST[:PORT] */
    const char *from;     /* the sender's address */
    const char *user;     /* NULL: no login */
    const char *password; /* NULL: none, or that of the netrc file */
    const char *netrc;    /* path of that file; NULL */
    const char *ca_file;  /* certificates to trust; NULL: those of the system */
} smtp_server;

/* How far a dialogue went. */
typedef enum smtp_stage {
    SMTP_ADDRESS,  /* the host's name was to be found */
    SMTP_CONNECT,  /* a connection to be made */
    SMTP_GREETING, /* the server to greet */
    SMTP_TLS,      /* the connection to be encrypted */
    SMTP_LOGIN,
    SMTP_SENDER,    /* MAIL FROM */
    SMTP_RECIPIENT, /* RCPT TO */
    SMTP_MESSAGE,   /* DATA, and after it */
    SMTP_DONE
} smtp_stage;

enum { SMTP_WORDS = 400 };

typedef struct smtp_result {
    papertag_mail_state state;
    smtp_stage stage;       /* that it did not get beyond */
    int reply;              /* the server's last, 0: none */
    char words[SMTP_WORDS]; /* its text, or what went wrong; one line, not cleaned */
} smtp_result;

/* What is wrong with the settings; NULL: nothing. Constant. */
const char *smtp_fault(const smtp_server *server);

/* Whether the way to the server is to be plain text. */
bool smtp_is_plain(const smtp_server *server);

/* Sends a message. Before its last bytes go out, `last` is called: when it returns false, nothing more is sent. */
void smtp_send(const smtp_server *server, const char *recipient, const char *bytes, size_t size,
               bool (*last)(void *context), void *context, smtp_result *out);

/* Goes the same way up to the recipient, and takes leave: nothing is sent. out->stage is SMTP_DONE when all went well,
 * else the step that did not. */
void smtp_try(const smtp_server *server, const char *recipient, smtp_result *out);

/* What a dialogue that ended so means for its message. `whole`: all of it may have been sent. Exposed for tests. */
papertag_mail_state smtp_judge(bool good, smtp_stage stage, int reply, bool whole);

/* Reads a line of an answer: its number, 100 to 599, and whether more lines follow; 0: it is none. *words are what
 * follows the number. Exposed for tests. */
int smtp_read_reply(const char *line, size_t size, bool *more, const char **words, size_t *length);

#endif
