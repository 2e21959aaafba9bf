/*
 * signed_link - see signed_link.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto.h"
#include "signed_link.h"
#include "status.h"

enum { SIGNED_BYTES = 16 };

/* ---- the key --------------------------------------------------------------------------------------------------- */

/* Reads the key. False with errno; ERANGE: the file has another size, EACCES: others can read it. */
static bool read_key(const char *path, link_key *key)
{
    struct stat info;
    char more;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool good = false;

    if (fd < 0) {
        return false;
    }
    if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
        errno = EINVAL;
    } else if (info.st_mode & 077) {
        errno = EACCES;
    } else {
        good = read(fd, key->bytes, sizeof key->bytes) == (ssize_t)sizeof key->bytes && read(fd, &more, 1) == 0;
        errno = good ? 0 : ERANGE;
    }
    close(fd);
    return good;
}

/* Brings the names in a file's folder to the disk: a key that was lost would make all links that were sent wrong. Not
 * every file system can. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    text folder = {0};
    int fd;

    text_add(&folder, path, slash ? (size_t)(slash - path) + 1 : 0);
    text_put(&folder, slash ? "" : ".");
    fd = folder.failed ? -1 : open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    text_free(&folder);
}

/* Makes a key under another name and links it to its own, so that the first of two programs wins and a file of that
 * name is always whole. */
static bool make_key(const char *path)
{
    unsigned char bytes[sizeof(link_key)];
    text draft = {0};
    int fd, kept;
    bool good;

    text_put(&draft, path);
    text_format(&draft, ".%ld", (long)getpid());
    if (draft.failed || !random_bytes(bytes, sizeof bytes)) {
        errno = draft.failed ? ENOMEM : errno;
        text_free(&draft);
        return false;
    }
    unlink(draft.data);
    fd = open(draft.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    good = fd >= 0 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && !fsync(fd);
    good = (fd < 0 || !close(fd)) && good;
    good = good && (!link(draft.data, path) || errno == EEXIST);
    kept = errno;
    if (fd >= 0) {
        unlink(draft.data);
    }
    sync_folder(path);
    OPENSSL_cleanse(bytes, sizeof bytes);
    text_free(&draft);
    errno = kept;
    return good;
}

int link_key_open(const char *store_path, bool create, link_key *key)
{
    text path = {0};
    int code = EXIT_FAILED;
    bool good;

    text_put(&path, store_path);
    text_put(&path, ".key");
    if (path.failed) {
        return out_of_memory();
    }
    good = read_key(path.data, key);
    if (!good && errno == ENOENT && create) {
        good = make_key(path.data) && read_key(path.data, key);
    }
    if (good) {
        code = EXIT_DONE;
    } else if (errno == ENOENT && !create) {
        code = EXIT_NOTHING;
    } else if (errno == EACCES) {
        complain("%s: the key of signed links must be readable by you alone: chmod 600", path.data);
    } else if (errno == ERANGE) {
        complain("%s: not a key of signed links; move it away, and a new one is made", path.data);
    } else {
        complain("%s: %s", path.data, strerror(errno));
    }
    text_free(&path);
    return code;
}

/* ---- signatures ------------------------------------------------------------------------------------------------ */

/* Adds the signature of a list of strings (NULL ends it). Each is preceded by its length, so that no two lists are
 * signed as the same bytes. */
static void add_signature(text *out, const link_key *key, const char *const *parts)
{
    unsigned char digest[HMAC_SIZE];
    text message = {0};

    for (; *parts; parts++) {
        text_format(&message, "%zu:", strlen(*parts));
        text_put(&message, *parts);
    }
    out->failed = out->failed || message.failed;
    if (!out->failed) {
        hmac_sha256(key->bytes, message.data, message.size, digest);
    }
    for (size_t i = 0; i < SIGNED_BYTES && !out->failed; i++) {
        text_format(out, "%02x", digest[i]);
    }
    text_free(&message);
}

/* Compares in a time that does not depend on where they differ. */
static bool is_signature(const link_key *key, const char *const *parts, const char *sign)
{
    text own = {0};
    bool same;

    add_signature(&own, key, parts);
    same = !own.failed && sign && strlen(sign) == own.size && !CRYPTO_memcmp(sign, own.data, own.size);
    text_free(&own);
    return same;
}

/* ---- links ----------------------------------------------------------------------------------------------------- */

void text_query_part(text *out, const char *string)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *string; string++) {
        if (strchr(plain, *string)) {
            text_add(out, string, 1);
        } else {
            text_format(out, "%%%02X", (unsigned)(unsigned char)*string);
        }
    }
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

bool text_decoded(text *out, const char *string, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = string[i];
        if (byte == '%') {
            const int high = i + 1 < length ? hex_digit(string[i + 1]) : -1;
            const int low = i + 2 < length ? hex_digit(string[i + 2]) : -1;
            if (high < 0 || low < 0 || !(high | low)) {
                return false;
            }
            byte = (char)(high * 16 + low);
            i += 2;
        }
        text_add(out, &byte, 1);
    }
    return true;
}

void text_unsubscribe_link(text *out, const link_key *key, const char *base, const char *name, const char *address)
{
    text reader = {0};

    add_signature(&reader, key, (const char *const[]){"reader", address, NULL});
    text_put(out, base);
    text_put(out, "/unsubscribe?name=");
    text_query_part(out, name);
    text_put(out, "&to=");
    text_add(out, reader.data, reader.size);
    text_put(out, "&sign=");
    out->failed = out->failed || reader.failed;
    if (!out->failed) {
        add_signature(out, key, (const char *const[]){"unsubscribe", name, reader.data, NULL});
    }
    text_free(&reader);
}

bool unsubscribe_is_signed(const link_key *key, const char *name, const char *reader, const char *sign)
{
    return is_signature(key, (const char *const[]){"unsubscribe", name, reader, NULL}, sign);
}

bool is_reader(const link_key *key, const char *reader, const char *address)
{
    return is_signature(key, (const char *const[]){"reader", address, NULL}, reader);
}

void text_verdict_link(text *out, const link_key *key, const char *base, const char *paper, const char *tag, bool yes)
{
    text_put(out, base);
    text_put(out, "/verdict?paper=");
    text_query_part(out, paper);
    text_put(out, "&tag=");
    text_query_part(out, tag);
    text_put(out, yes ? "&verdict=yes&sign=" : "&verdict=no&sign=");
    add_signature(out, key, (const char *const[]){"verdict", paper, tag, yes ? "yes" : "no", NULL});
}

void text_verdict_subject(text *out, const link_key *key, const char *paper, const char *tag, bool yes)
{
    text_put(out, yes ? "papertag yes " : "papertag no ");
    text_query_part(out, tag);
    text_put(out, " ");
    text_query_part(out, paper);
    text_put(out, " ");
    add_signature(out, key, (const char *const[]){"verdict", paper, tag, yes ? "yes" : "no", NULL});
}

bool verdict_is_signed(const link_key *key, const char *paper, const char *tag, bool yes, const char *sign)
{
    return is_signature(key, (const char *const[]){"verdict", paper, tag, yes ? "yes" : "no", NULL}, sign);
}
