/*
 * listen - the socket that the server listens at: one of its own, or one that systemd opened for it.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve.h"

enum { SYSTEMD_FIRST = 3, BACKLOG = 1024 };

/* Splits ADDRESS:PORT; an IPv6 address is in brackets. False: it is not that. */
static bool split(const char *where, char address[64], const char **port)
{
    const char *colon = strrchr(where, ':'), *from = where;
    size_t length;

    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) || atol(colon + 1) > 65535) {
        return false;
    }
    length = (size_t)(colon - where);
    if (*where == '[' && length > 2 && where[length - 1] == ']') {
        from++;
        length -= 2;
    }
    if (!length || length >= 64) {
        return false;
    }
    memcpy(address, from, length);
    address[length] = '\0';
    *port = colon + 1;
    return true;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    }
    return address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* Records where the socket listens. */
static int read_address(server *s)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char host[64], port[8];

    if (getsockname(s->socket, (struct sockaddr *)&address, &size) ||
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV)) {
        complain("the address of the socket is not known: it must be one of IPv4 or IPv6");
        return EXIT_FAILED;
    }
    snprintf(s->address, sizeof s->address, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    s->port = (unsigned)atoi(port);
    s->loopback = is_loopback(&address);
    return EXIT_DONE;
}

/* The socket of systemd's socket activation (sd_listen_fds(3)); -1: there is none. */
static int inherited_socket(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

    if (!pid || !count || atol(pid) != (long)getpid() || atoi(count) != 1) {
        return -1;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    return fcntl(SYSTEMD_FIRST, F_SETFD, FD_CLOEXEC) ? -1 : SYSTEMD_FIRST;
}

static int open_socket(const struct addrinfo *info, const char *where)
{
    const int on = 1, fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, info->ai_addr, info->ai_addrlen) || listen(fd, BACKLOG)) {
        complain("%s: %s", where, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

int listen_at(server *s, const char *where)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *info = NULL;
    const char *port;
    char address[64];

    s->socket = inherited_socket();
    if (s->socket < 0) {
        if (!split(where, address, &port) ||
            getaddrinfo(strcmp(address, "localhost") ? address : "127.0.0.1", port, &hints, &info)) {
            complain("'%s' is not an address of this machine and a port, as 127.0.0.1:8077 or [::1]:0", where);
            return EXIT_USAGE;
        }
        s->socket = open_socket(info, where);
        freeaddrinfo(info);
    }
    return s->socket < 0 || fcntl(s->socket, F_SETFL, fcntl(s->socket, F_GETFL) | O_NONBLOCK) < 0 ? EXIT_FAILED
                                                                                                  : read_address(s);
}
