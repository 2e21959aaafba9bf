#!/usr/bin/env python3
"""A loopback server for tests of programs that fetch: it replays status, headers and body, and misbehaves when told to.

usage: http_server.py FOLDER      serves FOLDER/NAME for /NAME and whatever follows (?QUERY, /MORE); NAME.head, when it
                                  is there, has the status line and headers. Prints its port, and ends with its input.

In tests: Service(answer) calls answer(request) for each request and sends what it returns, an Answer. The time at which
requests arrive is that of the clock that the program under test is given (PAPERTAG_CLOCK).
"""
import email.utils
import fcntl
import gzip
import os
import socket
import socketserver
import sys
import threading
import urllib.parse


class Clock:
    """A file with a time in milliseconds; who waits turns it."""

    def __init__(self, path, moment):
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.path = path
        self.set(moment)

    def now(self):
        return int(os.pread(self.file, 32, 0) or 0)

    def set(self, moment):
        os.pwrite(self.file, b"%020d" % moment, 0)

    def turn(self, milliseconds):
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.set(self.now() + milliseconds)
        fcntl.flock(self.file, fcntl.LOCK_UN)


class Request:
    def __init__(self, head, arrived):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.path, _, query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.arrived = arrived


class Answer:
    """cut: bytes of the whole answer after which the connection ends. drip: milliseconds that the clock is turned for
    each byte of the body. endless: the body never ends. before: called before anything is sent."""

    def __init__(self, body=b"", status="200 OK", headers=(), cut=None, drip=None, endless=False, before=None,
                 packed=False, length=True):
        self.body = body if isinstance(body, bytes) else body.encode()
        self.status, self.headers = status, dict(headers)
        self.cut, self.drip, self.endless, self.before = cut, drip, endless, before
        if packed:
            self.body = gzip.compress(self.body, mtime=0)
            self.headers["Content-Encoding"] = "gzip"
        if length and not endless:
            self.headers.setdefault("Content-Length", str(len(self.body)))

    def wire(self):
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {self.status}\r\n{head}Connection: close\r\n\r\n".encode(), self.body


def is_open(connection):
    """Whether the other end still has a connection open."""
    try:
        return connection.fileno() >= 0 and connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


class Service:
    def __init__(self, answer, clock):
        self.requests, self.most_open = [], 0
        sockets = []
        lock = threading.Lock()
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                head = b""
                while b"\r\n\r\n" not in head:
                    part = self.request.recv(65536)
                    if not part:
                        return
                    head += part
                with lock:
                    sockets[:] = [s for s in sockets if is_open(s)] + [self.request]
                    service.most_open = max(service.most_open, len(sockets))
                    request = Request(head.split(b"\r\n\r\n")[0], clock.now() if clock else 0)
                    service.requests.append(request)
                try:
                    self.reply(answer(request))
                except OSError:
                    pass  # the program has left

            def reply(self, a):
                if a.before:
                    a.before()
                head, body = a.wire()
                if a.cut is not None:
                    whole = head + body
                    self.request.sendall(whole[:a.cut])
                    return
                self.request.sendall(head)
                if a.drip:
                    for i in range(len(body)):
                        if not is_open(self.request):  # else the clock of the next request is turned
                            return
                        clock.turn(a.drip)
                        self.request.sendall(body[i:i + 1])
                    return
                self.request.sendall(body)
                while a.endless:
                    self.request.sendall(b" " * (1 << 20))

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def http_date(milliseconds):
    return email.utils.formatdate(milliseconds / 1000, usegmt=True)


def replay(folder):
    def answer(request):
        path = os.path.join(folder, os.path.basename(request.path.split("/")[1]))
        if not os.path.isfile(path):
            return Answer(b"not here", "404 Not Found")
        with open(path, "rb") as file:
            body = file.read()
        status, headers = "200 OK", []
        if os.path.isfile(path + ".head"):
            with open(path + ".head") as file:
                status, *rest = file.read().splitlines()
                headers = [tuple(part.strip() for part in line.split(":", 1)) for line in rest if ":" in line]
        return Answer(body, status, headers)
    return answer


if __name__ == "__main__":
    service = Service(replay(sys.argv[1]), None)
    print(service.port, flush=True)
    sys.stdin.read()
