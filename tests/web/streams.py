#!/usr/bin/env python3
"""POST /api/v1/tagging as a stream, from clients that read at once, late, slowly and never.

usage: tests/web/streams.py PORT      of a server on 127.0.0.1; says what is wrong, and fails then
"""
import http.client
import json
import socket
import sys
import time

PORT = int(sys.argv[1])
HEAD = (f"POST /api/v1/tagging HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nOrigin: http://127.0.0.1:{PORT}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n").encode()
HEADERS = {"Origin": f"http://127.0.0.1:{PORT}"}


def paper(number):
    return json.dumps({"id": f"s{number}", "title": f"Attention for agents {number}", "abstract": "We prune. " * 20}).encode() + b"\n"


class Client:
    """Speaks by hand: no library of Python reads before it has sent all."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT), 10)
        self.socket.sendall(HEAD)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self):
        self.socket.sendall(b"0\r\n\r\n")

    def head(self):
        lines = iter(lambda: self.file.readline().strip(), b"")
        return list(lines)

    def chunk(self):
        size = int(self.file.readline(), 16)
        data = self.file.read(size)
        assert self.file.readline() == b"\r\n"
        return data

    def close(self):
        self.file.close()
        self.socket.close()


def answers_come_before_the_end():
    client = Client()
    for part in (paper(1)[:9], paper(1)[9:50], paper(1)[50:]):  # however it comes
        client.send(part)
        time.sleep(0.02)
    head = client.head()
    assert head[0] == b"HTTP/1.1 200 OK" and b"Content-Type: application/jsonl" in head, head
    assert any(line.startswith(b"Content-Security-Policy:") for line in head), head
    assert json.loads(client.chunk())["id"] == "s1"
    client.send(paper(2)[:30])
    client.send(paper(2)[30:] + b"{broken\n" + paper(3))
    lines = b""
    while lines.count(b"\n") < 3:
        lines += client.chunk()
    two, broken, three = map(json.loads, lines.splitlines())
    assert two["id"] == "s2" and three["id"] == "s3" and broken["error"].startswith("body:3: "), lines
    client.end()
    assert client.chunk() == b""
    assert client.file.read() == b""
    client.close()


def ask(body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("POST", "/api/v1/tagging", body, {**HEADERS, **headers})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def all_is_sent_before_anything_is_read():
    """More than sockets hold, so that a server that waited for its client to read would wait for ever."""
    many = [paper(i) for i in range(20000)]
    for headers in ({}, {"Content-Length": str(sum(map(len, many)))}):
        status, data = ask(iter(many), headers)
        ids = [json.loads(line)["id"] for line in data.splitlines()]
        assert status == 200 and ids == [f"s{i}" for i in range(20000)], (status, len(ids))


def nobody_is_held_up():
    gone = []
    for i in range(8):  # as many as are served at once
        gone.append(Client())
        gone[-1].send(paper(i))
        gone[-1].head()
    assert ask(paper(9), {})[0] == 503
    for client in gone[:4]:
        client.close()  # in the middle
    for client in gone[4:]:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()  # with a reset
    for _ in range(100):
        status = ask(paper(9), {})[0]
        if status == 200:
            return
        time.sleep(0.05)
    raise AssertionError(f"streams whose clients have left go on: {status}")


def what_is_wrong_is_said():
    assert ask(b"", {})[0] == 400
    assert ask(b"\n \n", {})[0] == 400
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("POST", "/api/v1/tagging?format=none", iter([paper(i) for i in range(3000)]), HEADERS)
    answer = connection.getresponse()
    assert answer.status == 400 and "unknown format" in json.load(answer)["detail"]
    connection.close()


for case in (answers_come_before_the_end, all_is_sent_before_anything_is_read, nobody_is_held_up, what_is_wrong_is_said):
    case()
