/*
 * settings - see settings.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../config.h"
#include "../crypto.h"
#include "../digest/digest.h"
#include "../mail_address.h"
#include "../places.h"
#include "settings.h"

enum { PASSWORD_MOST = 1024 };

/* ---- what the file says ---------------------------------------------------------------------------------------- */

static bool check_server(mail_settings *m)
{
    const char *fault = m->server.url ? smtp_fault(&m->server) : NULL;

    if (!m->server.url) {
        complain("no mail server: set url = smtps://HOST under [mail] of the configuration file");
    } else if (fault) {
        complain("[mail] url %s: '%s'", fault, m->server.url);
    }
    return m->server.url && !fault;
}

static bool check_sender(mail_settings *m)
{
    if (!m->from) {
        complain("no sender: set from = Name <address> under [mail] of the configuration file");
    } else if (!split_mail_address(m->from, &m->name, &m->sender)) {
        complain("[mail] from is no address, nor Name <address>: '%s'", m->from);
    } else {
        m->server.from = m->sender.data;
        return true;
    }
    return false;
}

static bool check_page(mail_settings *m, const char *url)
{
    size_t length = url ? strlen(url) : 0;

    if (!url) {
        return true;
    }
    while (length && url[length - 1] == '/') {
        length--;
    }
    text_add(&m->page_text, url, length);
    m->page = m->page_text.data;
    if (!web_address(url) || strpbrk(url, "?#")) {
        complain("[serve] url is not an address as https://HOST: '%s'", url);
        return false;
    }
    return !m->page_text.failed || !out_of_memory();
}

int mail_settings_read(mail_settings *m, const args *a)
{
    text place = {0};
    bool good;
    int code;

    m->server = (smtp_server){.url = config_value(a->config, "mail", "url"),
                              .user = config_value(a->config, "mail", "user"),
                              .ca_file = config_value(a->config, "mail", "ca-file")};
    m->from = config_value(a->config, "mail", "from");
    good = check_server(m);
    good = check_sender(m) && good;
    good = check_page(m, config_value(a->config, "serve", "url")) && good;
    if (!good) {
        return EXIT_USAGE;
    }
    code = store_path(a, &place) ? link_key_open(place.data, true, &m->key) : EXIT_FAILED;
    text_free(&place);
    return code;
}

/* ---- the password ---------------------------------------------------------------------------------------------- */

/* Reads the first line of a stream as the password, and the rest to nowhere. False when it is empty or too long. */
static bool read_line(mail_settings *m, FILE *from)
{
    char line[PASSWORD_MOST + 2] = "", rest[256];
    size_t length;

    setvbuf(from, NULL, _IONBF, 0); /* no copy of it stays in a buffer */
    if (!fgets(line, sizeof line, from)) {
        line[0] = '\0';
    }
    length = strcspn(line, "\r\n");
    if (length <= PASSWORD_MOST) {
        line[length] = '\0';
        m->password = length ? strdup(line) : NULL;
    }
    while (fread(rest, 1, sizeof rest, from)) {
    }
    OPENSSL_cleanse(line, sizeof line);
    OPENSSL_cleanse(rest, sizeof rest);
    return m->password != NULL;
}

static int run_command(mail_settings *m, const char *line)
{
    FILE *pipe = popen(line, "r");
    bool read = pipe && read_line(m, pipe);
    const int status = pipe ? pclose(pipe) : -1;

    if (status == 0 && read) {
        return EXIT_DONE;
    }
    if (status == -1) {
        complain("[mail] password-command: %s", strerror(errno));
    } else if (status) {
        complain("[mail] password-command ended with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    } else {
        complain("[mail] password-command printed no password in its first line");
    }
    return EXIT_FAILED;
}

/* The credential that systemd hands to the unit. EXIT_NOTHING: there is none. */
static int read_credential(mail_settings *m)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    int code = EXIT_NOTHING;
    text path = {0};
    FILE *file;

    if (!folder || !*folder) {
        return EXIT_NOTHING;
    }
    text_put(&path, folder);
    text_put(&path, "/papertag-mail-password");
    file = path.failed ? NULL : fopen(path.data, "r");
    if (file) {
        code = read_line(m, file) ? EXIT_DONE : EXIT_FAILED;
        fclose(file);
    } else if (path.failed || errno != ENOENT) {
        code = EXIT_FAILED;
    }
    if (code == EXIT_FAILED) {
        complain("%s: no password can be read there", path.failed ? "systemd's credential" : path.data);
    }
    text_free(&path);
    return code;
}

/* Names the netrc file to curl, if it is there and its owner's alone. */
static int find_netrc(mail_settings *m)
{
    const char *named = getenv("NETRC"), *home = getenv("HOME");
    struct stat info;

    if (named && *named) {
        text_put(&m->netrc, named);
    } else if (home && *home) {
        text_put(&m->netrc, home);
        text_put(&m->netrc, "/.netrc");
    }
    if (m->netrc.failed) {
        return out_of_memory();
    }
    if (!m->netrc.size || stat(m->netrc.data, &info)) {
        complain("no password for '%s': set password-command under [mail], or write a line into ~/.netrc: "
                 "machine HOST login USER password PASSWORD",
                 m->server.user);
        return EXIT_FAILED;
    }
    if (info.st_mode & 077) {
        complain("%s: others can read the passwords in it: chmod 600", m->netrc.data);
        return EXIT_FAILED;
    }
    m->server.netrc = m->netrc.data;
    return EXIT_DONE;
}

int mail_settings_unlock(mail_settings *m, const args *a)
{
    const char *line = config_value(a->config, "mail", "password-command");
    int code;

    if (!m->server.user) {
        return EXIT_DONE;
    }
    code = line ? run_command(m, line) : read_credential(m);
    code = code == EXIT_NOTHING ? find_netrc(m) : code;
    m->server.password = m->password;
    return code;
}

void mail_settings_free(mail_settings *m)
{
    if (m->password) {
        OPENSSL_cleanse(m->password, strlen(m->password));
        free(m->password);
    }
    OPENSSL_cleanse(&m->key, sizeof m->key);
    text_free(&m->name);
    text_free(&m->sender);
    text_free(&m->page_text);
    text_free(&m->netrc);
}
