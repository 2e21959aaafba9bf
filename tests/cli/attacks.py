#!/usr/bin/env python3
"""Requests to `papertag serve` that are to change nothing, and must not: none of them, and the server must live on.

usage: attacks.py HOST:PORT STORE READ LABEL ADMIN [SEED [COUNT]]      the last three are tokens

First every route that writes, with every wrong combination of headers and tokens; then numbers, cursors and tags of
answers that were made up; then COUNT (300) requests by a grammar of what is wrong in a request: heads that two readers
take apart differently, odd escapes, NULs, what is twice or far too large. Ends with status 1 after saying what is wrong.
"""
import http.client
import random
import re
import socket
import sqlite3
import sys

HOST, STORE = sys.argv[1], sys.argv[2]
TOKENS = dict(zip(("read", "label", "admin"), sys.argv[3:6]))
CHANCE = random.Random(int(sys.argv[6]) if len(sys.argv) > 6 else 1)
COUNT = int(sys.argv[7]) if len(sys.argv) > 7 else 300
FORM = "application/x-www-form-urlencoded"
# method, path, type, body, and the least scope
WRITES = [
    ("PUT", "/api/v1/papers/sample-01/verdicts/attention", "application/json", '{"verdict":"yes"}', "label"),
    ("DELETE", "/api/v1/papers/sample-01/verdicts/attention", None, None, "label"),
    ("PUT", "/api/v1/papers/sample-01/marks", "application/json", '{"starred":true}', "label"),
    ("POST", "/api/v1/verdicts", "application/json",
     '{"verdicts":[{"id":"sample-01","tag":"agents","verdict":"yes"}]}', "label"),
    ("POST", "/api/v1/undo", None, None, "label"),
    ("POST", "/api/v1/imports", "application/json", '{"id":"new","title":"A new paper"}', "admin"),
    ("POST", "/api/v1/tagging", "application/json", '{"id":"new","title":"A new paper"}', "read"),
    ("POST", "/api/v1/retrains", None, None, "admin"),
    ("POST", "/verdict", FORM, "id=sample-01&yes=attention", "label"),
    ("POST", "/mark", FORM, "id=sample-01&set=star", "label"),
    ("POST", "/note", FORM, "id=sample-01&note=x", "label"),
    ("POST", "/undo", FORM, "back=/", "label"),
    ("POST", "/review", FORM, "id=sample-01&tag=agents&verdict=yes", "label"),
    ("POST", "/subscriptions", FORM, "name=eve&to=eve@example.org", "admin"),
    ("POST", "/subscriptions/end", FORM, "name=ada", "admin"),
    ("POST", "/subscriptions/undo", FORM, "name=ada", "admin"),
    ("POST", "/tags/remove", FORM, "tag=mine", "admin"),
    ("POST", "/tags", FORM, "tag=mine&id=sample-01", "admin"),
    ("POST", "/verdict?paper=sample-01&tag=agents&verdict=yes&sign=" + 32 * "0", FORM, "", "none"),
    ("POST", "/unsubscribe?name=ada&to=ada&sign=" + 32 * "0", FORM, "List-Unsubscribe=One-Click", "none")]


def fail(*words):
    sys.exit(" ".join(str(word) for word in words))


def routes_that_write():
    """The routes of the program's own table, as method and path with {} for what varies; none without the sources."""
    try:
        with open("src/app/serve/routes.c") as file:
            table = file.read().replace('API "', '"/api/v1/')
    except FileNotFoundError:
        return []
    found = [("POST", path) for path in re.findall(r'FORM\("([^"]+)"', table)]
    found += re.findall(r'(?:WRITE|SIGNED)\("([A-Z]+)", "([^"]+)"', table)
    found += re.findall(r'\.method = "([A-Z]+)",\s*\.path = "([^"]+)"', table)
    return [(method, path) for method, path in found if method != "GET"]


def changes():
    with sqlite3.connect("file:%s?mode=ro" % STORE, uri=True) as db:
        return db.execute("SELECT count FROM changes").fetchone()[0]


def ask(method, path, headers=(), body=None):
    connection = http.client.HTTPConnection(HOST, timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    headers = [("Host", HOST)] * (not any(name == "Host" for name, _ in headers)) + list(headers)
    for name, value in headers + ([("Content-Length", str(len(body)))] if body else []):
        connection.putheader(name, value)
    connection.endheaders(body.encode() if body else None)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def every_write():
    """No route writes for a page of another site, nor for a token that may not."""
    own, before = ("Origin", "http://" + HOST), changes()
    basic = lambda token: ("Authorization", "Basic " + __import__("base64").b64encode(("me:" + token).encode()).decode())
    bearer = lambda token: ("Authorization", "Bearer " + token)
    wrong_pages = [[], [("Origin", "null")], [("Origin", "http://evil.example")], [("Origin", own[1] + ".evil.example")],
                   [("Origin", own[1] + "0")], [("Origin", "http://evil.example@" + HOST)], [("Origin", "ftp://" + HOST)],
                   [own, ("Sec-Fetch-Site", "cross-site")], [own, ("Sec-Fetch-Site", "same-site")],
                   [own, ("Sec-Fetch-Site", "none")], [own, ("Sec-Fetch-Site", "")], [("Sec-Fetch-Site", "none")],
                   [own, own], [own, ("Host", "evil.example")], [own, ("Host", HOST + ".")], [("Referer", own[1] + "/")]]
    for method, path, type, body, scope in WRITES:
        typed = [("Content-Type", type)] if type else []
        for page in wrong_pages:  # a browser sends the password by itself, wherever the request began
            status = ask(method, path, page + typed + [basic(TOKENS["admin"])], body)
            if not 400 <= status < 500:
                fail(method, path, page, "answered", status)
        tokens = [own, bearer("x" * 20)], [own, bearer("")], [own, bearer(TOKENS["admin"][:-1])], [own], [own, basic("")]
        for headers in tokens:
            status = ask(method, path, list(headers) + typed, body)
            if status not in (401, 403):
                fail(method, path, headers, "answered", status)
        order = ["none", "read", "label", "admin"]
        for name, token in TOKENS.items():
            if order.index(name) < order.index(scope):
                for headers in ([bearer(token)], [own, basic(token)]):
                    status = ask(method, path, headers + typed, body)
                    if status != 403:
                        fail(method, path, "with a token to", name, "answered", status)
    if changes() != before:
        fail("a request that was refused has changed the store")
    for method, path in routes_that_write():
        form = re.compile(re.sub(r"{\w+}", "[^/]+", path) + r"(\?.*)?")
        if not any(method == one[0] and form.fullmatch(one[1]) for one in WRITES):
            fail("no attack on", method, path, "is among WRITES")


def made_up():
    """Numbers and words that the server never gave."""
    before = changes()
    numbers = ["0", "-1", "99999999999999999999", "1e3", "0x10", "nan", "", " 7", "+7", "7 ", "1;drop table papers", "%00", "%ff"]
    paths = ["/api/v1/papers?limit=%s", "/api/v1/papers?cursor=date-%s", "/api/v1/papers?sort=p&cursor=p-%s",
             "/api/v1/questions?seed=%s", "/api/v1/papers/sample-01/similar?limit=%s", "/api/v1/retrains/%s",
             "/review?skip=%s&asked=%s&right=%s", "/feed.atom?limit=%s", "/papers/%s", "/tags/%s", "/?since=%s&until=%s"]
    admin = ("Authorization", "Bearer " + TOKENS["admin"])
    for path in paths:
        for number in numbers:
            status = ask("GET", path.replace("%s", number.replace(" ", "%20")), [admin])
            if status >= 500:
                fail("GET", path, number, "answered", status)
    for etag in ['"x"', '"1-1"', "W/*", '"%s"' % ("9" * 400), '"-1"', "*,*", '"' + "0" * 16 + "-99999999999999999999\""]:
        status = ask("PUT", WRITES[0][1], [admin, ("If-Match", etag), ("Content-Type", "application/json")], WRITES[0][3])
        if status != 412:
            fail("If-Match", etag, "answered", status)
    for undo in ["0", "-1", "1.5e300", '"1"', "null", "[]", "999999", "1e14"]:
        status = ask("POST", "/api/v1/undo", [admin, ("Content-Type", "application/json")], '{"undo":%s}' % undo)
        if status not in (400, 409):
            fail("undo", undo, "answered", status)
    for marks in ['{"read":true,"starred":"no"}', '{"starred":true,"note":7}', '{"read":true,"note":[]}']:  # all or nothing
        status = ask("PUT", WRITES[2][1], [admin, ("Content-Type", "application/json")], marks)
        if status != 400:
            fail("marks", marks, "answered", status)
    for path in ["/api/v1/health/../papers", "/static/../page.css", "/static/..%2f..%2fetc%2fpasswd", "//evil.example/", "/%2e%2e/",
                 "/api/v1/health%00x", "/API/v1/papers", "/api/v1//papers", "/api/v1/papers/", "/api/v1/healthy"]:
        status = ask("GET", path)
        if status < 400 or status >= 500:
            fail("GET", path, "without a token answered", status)
    if changes() != before:
        fail("something made up has changed the store")


# ---- requests by a grammar -------------------------------------------------------------------------------------------


def random_request():
    c = CHANCE
    method, path, _, body, _ = c.choice(WRITES)
    method = c.choice([method] * 6 + ["GET", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "P UT", "", "X" * 70])
    path = c.choice([path] * 6 + ["http://%s%s" % (HOST, path), "*", "", path + "?" + "&".join(["a=b"] * 60), path + "%", path + "%zz",
                                  path + "%00", path + "#x", path + "/..", "/" * 2000, path + "?q=" + "%28" * 1500, path + "\x01",
                                  path + "?q=a&q=b&limit=1&limit=2", path.replace("/", "%2f"), path + "\xc0\xaf"])
    body = (body or "").encode()
    length = c.choice([str(len(body))] * 6 + ["-1", "+5", "0x5", "5, 5", "9" * 30, " ", "1e1", str(len(body) + 7), "0"])
    heads = [("Host", c.choice([HOST] * 6 + ["", "evil.example", HOST + "@evil.example", HOST + "\x00", "[::1", ":"]))]
    if body or c.random() < 0.3:
        heads.append(("Content-Length", length))
    extra = [("Content-Length", "3"), ("Transfer-Encoding", c.choice(["chunked", "xchunked", "chunked, identity", " chunked", "identity"])),
             ("Transfer-Encoding\t", "chunked"), ("Host", "evil.example"), ("Origin", "http://evil.example"), ("Origin", "null"),
             ("Content Length", "4"), ("", "x"), ("X" * 9000, "y"), ("X-Long", "y" * 40000), ("Expect", "100-continue"),
             ("Connection", "Upgrade, keep-alive, close"), ("Upgrade", "h2c"), ("Authorization", c.choice(
                 ["Bearer", "Bearer ", "Basic =", "Basic " + "A" * 4000, "Bearer " + "\xff" * 20, "Digest x", "Basic OnA6"])),
             ("Range", "bytes=0-,-1,5-2"), ("If-None-Match", "*" * 3000), ("Content-Type", "application/json; " * 200),
             ("Content-Encoding", "gzip"), (" folded", "x"), ("X-HTTP-Method-Override", "DELETE")]
    heads += c.sample(extra, c.randrange(5))
    c.shuffle(heads)
    end = c.choice(["\r\n"] * 8 + ["\n", "\r\r\n"])
    version = c.choice(["HTTP/1.1"] * 8 + ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", ""])
    head = "%s %s %s%s" % (method, path, version, end) + "".join("%s: %s%s" % (name, value, end) for name, value in heads) + end
    # what comes after the body is taken for a request by a server that ends the body early: it has no right to write
    hidden = c.choice([b"", b"", ("DELETE %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (WRITES[0][1], HOST)).encode(),
                       b"5\r\nabcde\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"0\r\nX: y\r\n\r\n", b"-1\r\n", b"\x16\x03\x01\x02\x00"])
    return head.encode("latin-1") + body + hidden


def grammar():
    before, host = changes(), (HOST.rsplit(":", 1)[0], int(HOST.rsplit(":", 1)[1]))
    for n in range(COUNT):
        request = random_request()
        with socket.create_connection(host, timeout=30) as s:
            try:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                answer = b""
                while (part := s.recv(65536)) and len(answer) < 1 << 20:
                    answer += part
            except OSError:
                continue  # it may close on what is no request
        for line in re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d+)", answer):
            if line[:1] == b"2" and b"OPTIONS" not in request[:12] or line in (b"500", b"502"):
                fail("request", n, request[:600], "answered", line, answer[:300])
    if changes() != before:
        fail("a request by the grammar has changed the store")


every_write()
made_up()
grammar()
if ask("GET", "/api/v1/health") != 200:
    fail("the server does not answer any more")
