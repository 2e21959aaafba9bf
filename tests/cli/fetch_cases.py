#!/usr/bin/env python3
"""What `papertag fetch` does when services behave and when they do not, against a loopback server.

usage: fetch_cases.py PROGRAM FOLDER CASE...      FOLDER is empty and used for the files; without a CASE: lists them

The program and the server share a clock that waiting turns, so no case waits. After each case: nothing arrived faster
than the service allows, and never two requests at a time.
"""
import calendar
import datetime
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys

from http_server import Answer, Clock, Service, http_date

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
LAYOUTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "services")
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def at(text):
    """Milliseconds of 2026-11-25T12:00."""
    return calendar.timegm(datetime.datetime.fromisoformat(text).timetuple()) * 1000


def layout(name):
    with open(os.path.join(LAYOUTS, name), "rb") as file:
        return file.read()


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what))


class World:
    """A machine with nothing on it but a clock, and a service."""

    def __init__(self, folder, answer, moment="2026-11-25T12:00"):
        os.makedirs(folder)
        self.folder = folder
        self.clock = Clock(os.path.join(folder, "clock"), at(moment))
        self.service = Service(answer, self.clock)
        self.store = os.path.join(folder, "papers.db")
        self.env = dict(os.environ, PAPERTAG_DB=self.store, PAPERTAG_CLOCK=self.clock.path, no_proxy="*",
                        XDG_STATE_HOME=os.path.join(folder, "state"), XDG_CONFIG_HOME=os.path.join(folder, "config"))
        self.env.pop("HF_TOKEN", None)
        self.rest = 3000

    def run(self, *args, status=0, env=None):
        done = subprocess.run([PROGRAM, *args], env=dict(self.env, **(env or {})), capture_output=True, timeout=300)
        out = done.stdout.decode() + done.stderr.decode()
        check(status is None or done.returncode == status, args, "status", done.returncode, "not", status, out)
        return out

    def source(self, kind, *arguments, name="s", path="/oai"):
        self.run("source", "add", name, kind, *arguments, "--url", self.service.url + path)

    def fetch(self, *args, status=0, **more):
        return self.run("fetch", *args, status=status, **more)

    def ids(self):
        with sqlite3.connect(self.store) as db:
            return sorted(row[0] for row in db.execute("SELECT id FROM papers"))

    def told(self):
        return json.loads(self.run("source", "list", "--json").splitlines()[0])

    def gaps(self):
        times = [r.arrived for r in self.service.requests]
        return [b - a for a, b in zip(times, times[1:])]

    def end(self):
        self.service.close()
        check(self.service.most_open <= 1, self.service.most_open, "requests at a time")
        check(all(gap >= self.rest for gap in self.gaps()), "faster than the rules:", self.gaps())
        leftovers = [f for f in os.listdir(self.folder) if f.endswith(".part")]
        check(not leftovers, leftovers)


# ---- OAI-PMH, page by page -----------------------------------------------------------------------------------------


def record(number, day="2026-11-24"):
    return (f"<record><header><identifier>oai:arXiv.org:2611.{number:05}</identifier><datestamp>{day}</datestamp></header>"
            f'<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2611.{number:05}</id><created>2026-11-20</created>'
            f"<authors><author><keyname>Author{number}</keyname></author></authors><title>Made up paper {number}</title>"
            f"<categories>cs.LG</categories><abstract>We quantize weights, {number} times.</abstract></arXiv></metadata>"
            "</record>")


def listing(records, token=None, date="2026-11-25T02:10:00Z"):
    more = "" if token is None else f'<resumptionToken cursor="0" completeListSize="99">{token}</resumptionToken>'
    return (f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{date}'
            f'</responseDate><request verb="ListRecords">http://x/</request><ListRecords>{"".join(records)}{more}'
            "</ListRecords></OAI-PMH>")


def oai_error(code, date="2026-11-25T02:10:00Z"):
    return (f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{date}'
            f'</responseDate><request>http://x/</request><error code="{code}">made up</error></OAI-PMH>')


PAGES, PER_PAGE = 6, 10
ALL = sorted(f"2611.{n:05}" for n in range(PAGES * PER_PAGE))


def archive(request):
    """A well behaved archive of PAGES pages."""
    token = request.query.get("resumptionToken")
    check(request.query["verb"] == "ListRecords", request.target)
    if token:
        check(set(request.query) == {"verb", "resumptionToken"}, request.target)
    number = int(token.split("|")[1]) if token else 0
    records = [record(number * PER_PAGE + i) for i in range(PER_PAGE)]
    return Answer(listing(records, f"a b%2F&amp;|{number + 1}" if number + 1 < PAGES else ""), packed=number % 2 == 1)


def misbehaving(*faults):
    """The archive, but the second page fails in these ways first."""
    left = list(faults)

    def answer(request):
        if "resumptionToken" in request.query and left:
            fault = left.pop(0)
            return fault(archive(request)) if callable(fault) else fault
        return archive(request)
    return answer


@case
def pages(folder):
    w = World(folder, archive)
    w.source("arxiv", "cs.LG", "hep-th")
    out = w.fetch()
    check("s: fresh; 60 added" in out, out)
    check(w.ids() == ALL, w.ids())
    first = w.service.requests[0]
    check(first.query["set"] == "cs:cs:LG" and first.query["from"] == "2026-11-18", first.target)
    check(w.service.requests[PAGES].query["set"] == "physics:hep-th", w.service.requests[PAGES].target)
    check(first.headers["user-agent"].startswith("papertag/"), first.headers)
    check(first.headers["accept-encoding"] == "gzip", first.headers)
    out = w.fetch(status=3)
    check("quiet" in out and "next announcement is on 2026-11-26 at 01:00 UTC" in out, out)
    check(w.service.requests[2 * PAGES].query["from"] == "2026-11-25", w.service.requests[2 * PAGES].target)
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def proxy(folder):
    """A service on this machine is asked without the proxy of the environment; elsewhere it is asked through it."""
    w = World(folder, archive)
    w.source("arxiv", "cs.LG")
    w.run("source", "add", "far", "feed", "http://localhost.example/feed")
    out = w.fetch("s", env={"http_proxy": "http://127.0.0.1:1", "no_proxy": ""})
    check("s: fresh; 60 added" in out, out)
    out = w.fetch("far", env={"http_proxy": "http://127.0.0.1:1", "no_proxy": ""}, status=75)
    check("far: waiting" in out and "127.0.0.1 port 1" in out, out)
    w.end()


@case
def wrong_day(folder):
    """A service whose clock is wrong: nothing that comes later is skipped, and not all is asked for again."""
    for there, asked in (("2999-01-01", "2026-11-25"), ("1970-01-01", "2026-11-18"), ("2026-11-24", "2026-11-24")):
        w = World(os.path.join(folder, there), lambda request: Answer(listing([record(1)], date=there + "T02:00:00Z")))
        w.source("arxiv", "cs.LG")
        w.fetch()
        w.clock.turn(5 * 86400000)
        w.fetch(status=3)
        check(w.service.requests[-1].query["from"] == asked, there, w.service.requests[-1].target)
        w.end()


@case
def circles(folder):
    """The same papers over and over, by tokens that are new each time or by a count that is never reached: it ends."""
    numbers = iter(range(1 << 30))
    notes = json.dumps({"count": 99999999, "notes": [{"id": "n", "content": {"title": {"value": "A note"}}}]})
    for kind, rest, answer in (
            ("arxiv", 3000, lambda request: Answer(listing([record(1), record(2)], token=f"t{next(numbers)}"))),
            ("openreview", 1000, lambda request: Answer(notes))):
        w = World(os.path.join(folder, kind), answer)
        w.rest = rest
        w.source(kind, "cs.LG")
        out = w.fetch(status=1)
        check("never comes to an end" in out and len(w.service.requests) < 12, len(w.service.requests), out)
        check(w.ids() in (["n"], ["2611.00001", "2611.00002"]), w.ids())
        w.end()


@case
def contact(folder):
    w = World(folder, archive)
    os.makedirs(os.path.join(folder, "config/papertag"))
    with open(os.path.join(folder, "config/papertag/config"), "w") as file:
        file.write("[fetch]\ncontact = ada@example.org\n")
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(re.fullmatch(r"papertag/[0-9.]+ \(ada@example.org\)", w.service.requests[0].headers["user-agent"]), "agent")
    w.end()


@case
def back_fill(folder):
    def answer(request):
        return archive(request) if request.query.get("from") != "2026-11-25" else Answer(oai_error("noRecordsMatch"))
    w = World(folder, answer)
    w.source("arxiv", "cs.LG")
    w.fetch("--from", "2015-01-01")
    check(w.service.requests[0].query["from"] == "2015-01-01" and "until" not in w.service.requests[0].query, "from")
    check(w.ids() == ALL, w.ids())
    out = w.fetch(status=3)
    check("quiet" in out, out)
    w.fetch("--from", "2020-01-01", "--until", "2020-02-01", status=3)
    request = w.service.requests[-PAGES]
    check((request.query["from"], request.query["until"]) == ("2020-01-01", "2020-02-01"), request.target)
    w.fetch(status=3)  # where it stood is where it stands
    check(w.service.requests[-1].query["from"] == "2026-11-25", w.service.requests[-1].target)
    w.end()


@case
def try_again_later(folder):
    faults = [Answer(b"slow down", "429 Too Many Requests", {"Retry-After": "120"}),
              Answer(b"", "503 Service Unavailable", {"Retry-After": http_date(at("2026-11-25T12:10"))}),
              Answer(b"<html>busy</html>", "502 Bad Gateway")]
    w = World(folder, misbehaving(*faults))
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    times = [r.arrived for r in w.service.requests]
    check(times[2] - times[1] >= 120000, w.gaps())
    check(times[3] >= at("2026-11-25T12:10"), w.gaps())
    check(times[4] - times[3] >= 240000, w.gaps())
    w.end()


@case
def four_tries(folder):
    busy = Answer(b"", "429 Too Many Requests")
    w = World(folder, misbehaving(busy, busy, busy, busy))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=75)
    check("waiting" in out and "HTTP 429" in out, out)
    check(len(w.service.requests) == 5, len(w.service.requests))
    check([g // 1000 for g in w.gaps()[1:]] == [60, 120, 240], w.gaps())
    check(w.ids() == ALL[:PER_PAGE], w.ids())
    check(w.told()["state"] == "waiting" and w.told()["again"], w.told())
    before = w.clock.now()
    w.fetch()  # goes on at the page, and not before the wait has passed
    check(w.service.requests[5].arrived - before >= 470000, w.service.requests[5].arrived - before)
    check("resumptionToken" in w.service.requests[5].query, w.service.requests[5].target)
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def long_wait(folder):
    w = World(folder, misbehaving(Answer(b"", "503 Service Unavailable", {"Retry-After": "86400"})))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=75)
    check("waiting" in out, out)
    check(len(w.service.requests) == 2, len(w.service.requests))
    w.fetch(status=75)  # the service is not asked
    check(len(w.service.requests) == 2, len(w.service.requests))
    w.clock.turn(86400000)
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def wrong_answers(folder):
    """Everything that is no page, with status 200: each is asked for again, and nothing is lost."""
    page = archive_page = None
    wrong = [Answer(b"Rate exceeded."), Answer(b"<!DOCTYPE html><html><body>busy</body></html>"), Answer(b""),
             Answer(b"<other/>"), Answer(b"{}", headers={"Content-Encoding": "br"}), Answer(b"\x1f\x8b broken", packed=False,
                                                                           headers={"Content-Encoding": "gzip"})]
    for number, fault in enumerate(wrong):
        w = World(os.path.join(folder, str(number)), misbehaving(fault))
        w.source("arxiv", "cs.LG")
        w.fetch()
        check(w.ids() == ALL, number, w.ids())
        check(w.gaps()[1] >= 60000, number, w.gaps())
        w.end()
    # a page of another form has no papers to those who do not read it, and must not pass for a quiet day
    feed = b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>'
    oai = listing([]).encode()
    others = [("arxiv", ["cs.LG"], [feed, b"{}"]), ("arxiv-feed", ["cs.LG"], [oai, b"[]"]),
              ("arxiv-query", ["cat:cs.LG"], [oai, b"{}"]), ("feed", [], [oai, b"{}", b"[]"]),
              ("hf", [], [feed, oai, b"{}"]), ("s2", ["x"], [b"[]"]), ("openalex", ["x"], [feed, b"{}"]),
              ("openreview", ["V"], [feed, b"{}"]), ("biorxiv", [], [feed, b"{}"])]
    for kind, arguments, bodies in others:
        for number, body in enumerate(bodies):
            w = World(os.path.join(folder, f"{kind}{number}"), lambda _, body=body: Answer(body))
            w.rest = 1000
            if kind == "feed":
                w.run("source", "add", "s", "feed", w.service.url + "/oai")
            else:
                w.source(kind, *arguments)
            out = w.fetch(status=75)
            check("s: waiting; it " in out, kind, body, out)
            w.end()
    w = World(os.path.join(folder, "four"), misbehaving(*[Answer(b"Rate exceeded.")] * 4))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=75)
    check("Rate exceeded." in out, out)
    w.end()


@case
def cut_anywhere(folder):
    """The connection ends at every hundredth byte, with and without a length, packed and plain."""
    def cutting(length, packed):
        def answer(request):
            a = archive(request)
            if request.query.get("resumptionToken", "").endswith("|1"):
                a = Answer(listing([record(PER_PAGE + i) for i in range(PER_PAGE)], "a b%2F&amp;|2"), packed=packed,
                           length=length)
                whole = sum(map(len, a.wire()))
                if state["cut"] < whole and not state["done"]:
                    a.cut, state["done"] = state["cut"], True
                else:
                    state["done"] = state["cut"] >= whole and "whole"
            return a
        return answer
    for length in (True, False):
        for packed in (True, False):
            state = {"cut": 0, "done": False}
            w = World(os.path.join(folder, f"{length}-{packed}"), cutting(length, packed))
            w.source("arxiv", "cs.LG")
            count = 0
            while state["done"] != "whole":
                state["done"] = False
                w.fetch("--from", "2026-11-01", status=None)
                check(w.ids() == ALL, length, packed, state["cut"], len(w.ids()))
                state["cut"] += 100
                count += 1
            check(count > (1 if packed else 20), count)
            w.end()


@case
def truncated_gzip(folder):
    def shorten(by):
        def fault(answer):
            packed = Answer(listing([record(PER_PAGE + i) for i in range(PER_PAGE)], "t|2"), packed=True).body[:-by]
            return Answer(packed, headers={"Content-Encoding": "gzip"})
        return fault
    w = World(folder, misbehaving(shorten(1), shorten(9), shorten(100)))
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def slow_and_endless(folder):
    w = World(os.path.join(folder, "slow"), misbehaving(lambda a: Answer(a.body + b" " * 3000, drip=1000)))
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()
    w = World(os.path.join(folder, "endless"), misbehaving(Answer(b" ", endless=True)))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=1)
    check("64 MiB" in out, out)
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def bomb(folder):
    w = World(folder, misbehaving(Answer(b" " * (65 << 20), packed=True)))
    w.source("arxiv", "cs.LG")
    out = w.fetch()
    check(w.ids() == ALL, out)
    w.end()


@case
def redirects(folder):
    other = World(os.path.join(folder, "other"), archive)
    w = World(os.path.join(folder, "a"), misbehaving(Answer(b"", "302 Found", {"Location": other.service.url + "/oai"})))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=1)
    check("another site" in out, out)
    check(not other.service.requests, "asked the other site")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()
    w = World(os.path.join(folder, "b"), misbehaving(Answer(b"", "302 Found", {"Location": "file:///etc/passwd"})))
    w.source("arxiv", "cs.LG")
    w.fetch(status=1)
    w.end()

    def moved(request):
        if request.path == "/oai":
            return Answer(b"", "301 Moved Permanently", {"Location": "/new?" + request.target.split("?")[1]})
        return archive(request)
    w = World(os.path.join(folder, "c"), moved)
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    w.end()
    w = World(os.path.join(folder, "d"), lambda r: Answer(b"", "301 Moved Permanently", {"Location": r.target}))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=1)
    check("without an end" in out, out)
    w.end()
    other.service.close()


@case
def refused(folder):
    """403 stops: neither this source nor another of the service is asked again in the run."""
    w = World(folder, lambda request: Answer(b"blocked", "403 Forbidden"))
    w.source("arxiv", "cs.LG", name="a")
    w.source("arxiv-feed", "cs.LG", name="b")
    out = w.fetch(status=1)
    check(out.count("failed") == 2 and "HTTP 403" in out, out)
    check(len(w.service.requests) == 1, len(w.service.requests))
    check("source a failed" in w.run("doctor", status=1), "doctor")
    w.end()


@case
def tokens(folder):
    """A token that expired, or leads in a circle: the listing begins again, with the same from."""
    w = World(os.path.join(folder, "expired"), misbehaving(Answer(oai_error("badResumptionToken"))))
    w.source("arxiv", "cs.LG")
    w.fetch()
    check(w.ids() == ALL, w.ids())
    check(w.service.requests[2].query.get("from") == w.service.requests[0].query["from"], w.service.requests[2].target)
    w.end()

    def circle(request):
        number = 0 if "from" in request.query else int(request.query["resumptionToken"])
        return Answer(listing([record(number)], {0: "1", 1: "2", 2: "1"}[number]))
    w = World(os.path.join(folder, "circle"), circle)
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=1)
    check("lead nowhere" in out, out)
    check(len(w.service.requests) < 20, len(w.service.requests))
    check(len(w.ids()) == 3, w.ids())
    w.end()
    w = World(os.path.join(folder, "bad"), lambda request: Answer(oai_error("badArgument")))
    w.source("arxiv", "cs.LG")
    out = w.fetch(status=1)
    check("badArgument: made up" in out, out)
    w.end()


@case
def killed(folder):
    """Killed when each page is asked for, again and again: nothing is lost, and no page is read more than twice."""
    victim = {}

    def answer(request):
        if victim.get("kill"):
            victim["kill"] -= 1
            if not victim["kill"]:
                victim["process"].send_signal(signal.SIGKILL)
                victim["process"].wait()
        return archive(request)
    w = World(folder, answer)
    w.source("arxiv", "cs.LG")
    for number in range(4 * PAGES):
        victim["kill"] = 1 + (number % 3 == 0)
        victim["process"] = subprocess.Popen([PROGRAM, "fetch"], env=w.env, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL)
        victim["process"].wait()
        if victim["process"].returncode != -signal.SIGKILL:
            break
    victim["kill"] = 0
    w.fetch(status=None)
    check(w.ids() == ALL, w.ids())
    tokens = [r.query.get("resumptionToken") for r in w.service.requests]
    check(max(tokens.count(t) for t in tokens if t) <= 5, tokens)
    with sqlite3.connect(w.store) as db:
        check(db.execute("SELECT count(*) FROM versions").fetchone()[0] == 0, "versions")
    w.end()


@case
def killed_at_any_time(folder):
    """Killed at moments of their own: the same, and never faster than the rules."""
    chance = random.Random(5)
    w = World(folder, archive)
    w.source("arxiv", "cs.LG")
    for _ in range(25):
        process = subprocess.Popen([PROGRAM, "fetch"], env=w.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.005, 0.12))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    w.fetch(status=None)
    check(w.ids() == ALL, w.ids())
    w.service.most_open = 1  # the server may still answer one that was killed
    w.end()


@case
def together(folder):
    """Programs with stores of their own share the pace; two of one store do not run at once."""
    w = World(folder, archive)
    stores = [os.path.join(folder, f"{i}.db") for i in range(4)]
    for store in stores:
        w.run("source", "add", "s", "arxiv", "cs.LG", "--url", w.service.url + "/oai", env={"PAPERTAG_DB": store})
    many = [subprocess.Popen([PROGRAM, "fetch"], env=dict(w.env, PAPERTAG_DB=store), stdout=subprocess.DEVNULL)
            for store in stores]
    check([p.wait() for p in many] == [0] * len(stores), "status")
    for store in stores:
        with sqlite3.connect(store) as db:
            check(db.execute("SELECT count(*) FROM papers").fetchone()[0] == len(ALL), store)
    w.end()
    inside = {}

    def answer(request):
        if not inside:
            inside["out"] = w.run("fetch", status=75)
        return archive(request)
    w = World(os.path.join(folder, "one"), answer)
    w.source("arxiv", "cs.LG")
    w.fetch()
    check("another run is fetching" in inside["out"], inside)
    w.end()


# ---- the other services --------------------------------------------------------------------------------------------


@case
def layouts(folder):
    """Each service in the layout that it has: what is asked, and what is in the store."""
    expected = {
        "arxiv": (["cs.LG"], ["2611.90001"], "/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs:cs:LG&from=2026-11-18"),
        "arxiv-feed": (["cs.LG", "cs.CL"], ["2601.90003", "2611.90002"], "/oai/cs.LG+cs.CL"),
        "arxiv-query": (["cat:cs.LG"], ["2611.90004"], "/oai?search_query=(cat:cs.LG)%20AND%20submittedDate:"
                        "%5B202611180000%20TO%20202611252359%5D&sortBy=submittedDate&sortOrder=ascending&start=0"
                        "&max_results=200"),
        "hf": ([], ["2611.90005"], "/oai?date=2026-11-23&limit=100&p=0"),
        "biorxiv": ([], ["10.1101/2026.11.24.000001"], "/oai/biorxiv/2026-11-23/2026-11-25/0/json"),
        "medrxiv": ([], ["10.1101/2026.11.24.000002"], "/oai/medrxiv/2026-11-23/2026-11-25/0/json"),
        "s2": (["decoding"], ["2611.90006"], "/oai?query=decoding&fields=title,abstract,authors,externalIds,"
               "publicationDate,year,venue,url,openAccessPdf&publicationDateOrYear=2026-11-18:2026-11-25"
               "&sort=publicationDate:asc"),
        "openalex": (["graphs"], ["W9000000007"], "/oai?search=graphs&filter=from_publication_date:2026-11-18,"
                     "to_publication_date:2026-11-25&per-page=200&cursor=*"),
        "openreview": (["NoConf.cc/2026/Conference"], ["mAdEuP0008"],
                       "/oai?content.venueid=NoConf.cc/2026/Conference&limit=1000&offset=0"),
    }
    for kind, (arguments, ids, target) in expected.items():
        def answer(request):
            if kind == "hf":
                return Answer(layout("hf.json") if request.query["date"] == "2026-11-25" and request.query["p"] == "0"
                              else b"[]")
            if kind == "openalex" and request.query["cursor"] == "madeUpCursor":
                return Answer(layout("openalex-end.json"))
            return Answer(layout(kind + (".xml" if kind.startswith("arxiv") else ".json")))
        w = World(os.path.join(folder, kind), answer)
        w.rest = 3000 if kind.startswith("arxiv") else 1000
        w.source(kind, *arguments)
        w.fetch()
        check(w.ids() == ids, kind, w.ids())
        check(w.service.requests[0].target == target, kind, w.service.requests[0].target)
        check(w.fetch(status=3).startswith("s: quiet"), kind)
        w.end()
    w = World(os.path.join(folder, "feed"), lambda request: Answer(layout("feed.xml")))
    w.rest = 1000
    w.run("source", "add", "s", "feed", w.service.url + "/feed?a=1")
    w.fetch()
    check(w.ids() == ["article-9"], w.ids())
    check(w.service.requests[0].target == "/feed?a=1", w.service.requests[0].target)
    w.end()


@case
def validators(folder):
    def answer(request):
        if request.headers.get("if-none-match") == '"v1"' and request.headers.get("if-modified-since"):
            return Answer(b"", "304 Not Modified")
        return Answer(layout("arxiv-feed.xml"), headers={"ETag": '"v1"', "Last-Modified": http_date(at("2026-11-25T05:00"))})
    w = World(folder, answer)
    w.source("arxiv-feed", "cs.LG")
    w.fetch()
    out = w.fetch(status=3)
    check("quiet" in out, out)
    check(w.fetch(status=3) and len(w.service.requests) == 3, "requests")
    w.end()


@case
def empty_feed(folder):
    """Nothing on a weekend is right; nothing for more than three announcements is not."""
    feeds = [layout("arxiv-feed.xml")]
    w = World(folder, lambda request: Answer(feeds[-1]), "2026-11-25T12:00")
    w.source("arxiv-feed", "cs.LG")
    w.fetch()
    feeds.append(layout("arxiv-feed-empty.xml"))
    w.clock.set(at("2026-11-28T12:00"))  # Saturday
    out = w.fetch(status=3)
    check("quiet" in out and "next announcement is on 2026-11-30 at 01:00 UTC" in out, out)
    w.clock.set(at("2026-12-04T12:00"))  # Friday: announcements on 29, 30, 1, 2, 3
    out = w.fetch(status=1)
    check("s: stalled; nothing new since 2026-11-25" in out, out)
    check("source s is stalled: nothing new since 2026-11-25" in w.run("doctor", status=1), "doctor")
    check("source s is stalled" in w.run("digest", "--tag", "robotics", status=3), "digest")
    check(w.told()["state"] == "stalled", w.told())
    feeds.append(layout("arxiv-feed.xml").replace(b"90002", b"90012").replace(b"Invented Agent", b"Other Agent"))
    check("fresh" in w.fetch(), "fresh")
    check("stalled" not in w.run("doctor", status=None), "doctor")
    w.end()


@case
def wait(folder):
    """Asks again every ten minutes until the announcement is there."""
    def answer(request):
        return Answer(layout("arxiv-feed.xml" if request.arrived >= at("2026-11-26T02:00") else "arxiv-feed-empty.xml"))
    w = World(folder, answer, "2026-11-26T01:05")
    w.source("arxiv-feed", "cs.LG")
    out = w.fetch("--wait", "3h")
    check(out.count("s:") == 1 and "fresh" in out, out)
    check(6 <= len(w.service.requests) <= 8, len(w.service.requests))
    check(all(g >= 600000 for g in w.gaps()), w.gaps())
    w.end()
    w = World(os.path.join(folder, "never"), lambda request: Answer(layout("arxiv-feed-empty.xml")))
    w.source("arxiv-feed", "cs.LG")
    begin = w.clock.now()
    w.fetch("--wait", "90m", status=3)
    check(90 <= (w.clock.now() - begin) / 60000 <= 92, w.clock.now() - begin)
    w.end()


def search_page(request, total, days=lambda n: "2026-11-20", short=None):
    start = int(request.query["start"])
    count = min(200, total - start) if short is None else short
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2611.{n:05}v1</id><published>{days(n)}T00:00:00Z</published><title>Found {n}"
        f"</title><summary>We prune {n}.</summary><author><name>A{n}</name></author></entry>"
        for n in range(start, start + count))
    return Answer('<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"><title>q</title>'
                  f"<o:totalResults>{total}</o:totalResults><o:startIndex>{start}</o:startIndex>{entries}</feed>")


@case
def searches(folder):
    """Short and empty pages are asked for again; an error in a page of status 200 is an error."""
    odd = [7, 0, 100, 0]

    def answer(request):
        return search_page(request, 450, short=odd.pop(0)) if odd else search_page(request, 450)
    w = World(os.path.join(folder, "short"), answer)
    w.source("arxiv-query", "cat:cs.LG")
    w.fetch()
    check(len(w.ids()) == 450, len(w.ids()))
    check([int(r.query["start"]) for r in w.service.requests] == [0, 7, 7, 107, 107, 307], "starts")
    w.end()
    w = World(os.path.join(folder, "none"), lambda request: search_page(request, 0))
    w.source("arxiv-query", "cat:cs.LG")
    w.fetch(status=3)
    check(len(w.service.requests) == 2, len(w.service.requests))
    w.end()
    w = World(os.path.join(folder, "error"), lambda request: Answer(layout("arxiv-error.xml")))
    w.source("arxiv-query", "(")
    out = w.fetch(status=1)
    check("the query has an open bracket" in out and len(w.service.requests) == 1, out)
    w.end()


@case
def many_found(folder):
    """More than the API lists at once: the rest is another listing, and none is missing."""
    total = 30400

    def answer(request):
        first = re.search(r"\[(\d{4})(\d\d)(\d\d)", request.query["search_query"])
        skip = 0 if first[3] == "01" else 29000
        check(int(request.query["start"]) < 30000, request.target)
        start = int(request.query["start"])
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/2{n // 90000 + 1}{n // 10000 + 1:02}.{n % 10000:05}v1</id><published>"
            f"{'2999-01-01' if n == 7 else '2026-11-01' if n < 29000 else '2026-11-02'}T00:00:00Z</published>"
            f"<title>Found {n}</title></entry>"
            for n in range(skip + start, min(skip + start + 200, total)))
        return Answer('<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"><title>q'
                      f"</title><o:totalResults>{total - skip}</o:totalResults>{entries}</feed>")
    w = World(folder, answer)
    w.source("arxiv-query", "cat:cs.LG")
    out = w.fetch("--from", "2026-11-01", "-o", os.path.join(folder, "out.jsonl"))
    with open(os.path.join(folder, "out.jsonl")) as file:
        ids = {json.loads(line)["id"] for line in file}
    check(len(ids) == total, len(ids), out)
    w.end()


@case
def daily_papers(folder):
    """Pages until an empty one, three days, the token, and what is left of the rate."""
    def answer(request):
        day, number = request.query["date"], int(request.query["p"])
        papers = [{"paper": {"id": f"26{day[5:7]}.{int(day[8:]):02}{number}{i:02}", "title": f"Daily {day} {number} {i}",
                             "summary": "We prune."}, "title": "x"} for i in range(3 if number < 2 else 0)]
        headers = {"RateLimit": '"api";r=0;t=45', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        return Answer(json.dumps(papers), headers=headers if number == 1 else {})
    w = World(folder, answer)
    w.rest = 1000
    w.source("hf")
    w.fetch(env={"HF_TOKEN": "hf_made_up"})
    check(len(w.ids()) == 18, w.ids())
    asked = [(r.query["date"], r.query["p"]) for r in w.service.requests]
    check(asked == [(f"2026-11-{d}", str(p)) for d in (23, 24, 25) for p in range(3)], asked)
    check(all(r.headers["authorization"] == "Bearer hf_made_up" for r in w.service.requests), "token")
    check([g for g in w.gaps() if g >= 45000] and len([g for g in w.gaps() if g >= 45000]) == 3, w.gaps())
    w.clock.turn(86400000)
    w.fetch(status=None)
    check("authorization" not in w.service.requests[-1].headers, "no token")
    check({r.query["date"] for r in w.service.requests[9:]} == {"2026-11-24", "2026-11-25", "2026-11-26"}, "days")
    with open(w.store, "rb") as file:
        check(b"hf_made_up" not in file.read(), "the token is in the store")
    w.end()


@case
def same_page_for_ever(folder):
    w = World(folder, lambda request: Answer(layout("hf.json")))
    w.rest = 1000
    w.source("hf")
    w.fetch()
    check(len(w.service.requests) == 6, len(w.service.requests))
    w.end()


@case
def numbered_pages(folder):
    """bioRxiv and OpenReview by numbers, Semantic Scholar by tokens: all pages, and nothing found."""
    def biorxiv(request):
        first = int(request.path.split("/")[-2])
        some = [{"doi": f"10.1101/{n}", "title": f"Cell {n}", "date": "2026-11-24", "server": "biorxiv"}
                for n in range(first, min(first + 30, 75))]
        return Answer(json.dumps({"messages": [{"status": "ok", "cursor": first, "count": len(some), "total": "75"}],
                                  "collection": some}))

    def openreview(request):
        first = int(request.query["offset"])
        notes = [{"id": f"n{n}", "forum": f"n{n}", "content": {"title": {"value": f"Note {n}"}}}
                 for n in range(first, min(first + 50, 120))]
        return Answer(json.dumps({"notes": notes, "count": 120}))

    def s2(request):
        number = int(request.query.get("token", "0"))
        return Answer(json.dumps({"total": 3, "token": str(number + 1) if number < 2 else None,
                                  "data": [{"paperId": f"p{number}", "title": f"Scholar {number}"}]}))
    for kind, answer, arguments, count in (("biorxiv", biorxiv, [], 75), ("openreview", openreview, ["V"], 120),
                                           ("s2", s2, ["q"], 3)):
        w = World(os.path.join(folder, kind), answer)
        w.rest = 1000
        w.source(kind, *arguments)
        w.fetch()
        check(len(w.ids()) == count, kind, len(w.ids()))
        w.end()
    w = World(os.path.join(folder, "none"), lambda request: Answer(layout("biorxiv-none.json")))
    w.rest = 1000
    w.source("biorxiv")
    w.fetch(status=3)
    w.end()
    w = World(os.path.join(folder, "wrong"), lambda request: Answer(b'{"error": "no such thing"}', "400 Bad Request"))
    w.rest = 1000
    w.source("s2", "q")
    check("HTTP 400: no such thing" in w.fetch(status=1), "400")
    w.end()


# ---- what else it does ---------------------------------------------------------------------------------------------


@case
def to_a_file(folder):
    """-o writes papers and leaves the store alone; --dry-run asks for nothing."""
    w = World(folder, archive)
    w.source("arxiv", "cs.LG")
    out = w.fetch("--dry-run")
    check("s\tGET " in out and "verb=ListRecords" in out and not w.service.requests, out)
    path = os.path.join(folder, "papers.jsonl")
    w.fetch("-o", path)
    with open(path) as file:
        check(sorted(json.loads(line)["id"] for line in file) == ALL, "papers")
    check(w.ids() == [], w.ids())
    out = w.fetch("-o", "-")
    check('"id":"2611.00000"' in out and "s: fresh" in out, out[:200])
    w.run("add", path)
    check(w.ids() == ALL, w.ids())
    w.end()


@case
def broken_records(folder):
    """A broken record is reported and skipped; a page that cannot be read stays to be read."""
    def answer(request):
        return Answer(json.dumps({"notes": [{"id": "a", "content": {"title": {"value": "Good"}}}, {"id": "b", "content": 3},
                                            {"id": "c", "content": {"title": {"value": "Also good"}}}], "count": 3}))
    w = World(folder, answer)
    w.rest = 1000
    w.source("openreview", "V")
    out = w.fetch()
    check(w.ids() == ["a", "c"] and "1 rejected" in out, out)
    w.end()


@case
def nobody_there(folder):
    """No answer at all: tried four times, in its own time; another source is not kept waiting."""
    w = World(folder, archive)
    w.run("source", "add", "gone", "feed", "http://127.0.0.1:1/feed")
    begin = w.clock.now()
    out = w.fetch(status=75)
    check("gone: waiting" in out, out)
    check(419 <= (w.clock.now() - begin) // 1000 <= 430, w.clock.now() - begin)
    check(w.fetch("none", status=2), "unknown")
    w.end()


def main():
    if len(sys.argv) < 4:
        print("\n".join(CASES))
        return 0
    for name in sys.argv[3:]:
        CASES[name](os.path.join(sys.argv[2], name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
