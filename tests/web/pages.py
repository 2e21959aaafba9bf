#!/usr/bin/env python3
"""The pages of `papertag serve` in a browser: visited, searched, labelled by key, at every size, light and dark.

usage: tests/web/pages.py      PAPERTAG names the program. Prints TAP; skips where Chromium is missing.

With PAPERTAG_AXE, the path of axe.min.js (npm install axe-core), each page is checked for accessibility, too.
"""
import hashlib
import hmac
import os
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, missing

PROGRAM = os.path.abspath(os.environ.get("PAPERTAG", "build/papertag"))
PAGES = ["/", "/?q=attention", "/?view=month", "/papers/sample-01", "/tags", "/tags/attention", "/review",
         "/subscriptions", "/trends", "/discover", "/help"]
AXE = os.environ.get("PAPERTAG_AXE")
results = []


class Server:
    """The sample papers, served."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.env = {**os.environ, "PAPERTAG_DB": f"{self.folder.name}/papers.db", "XDG_DATA_HOME": self.folder.name}
        self.papertag("add", "data/sample.jsonl")
        self.process = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0"], env=self.env,
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[1].rstrip("/")

    def papertag(self, *call):
        return subprocess.run([PROGRAM, *call], env=self.env, capture_output=True, text=True, check=False).stdout

    def signed(self, kind, **parts):
        """A link as mails have it, made with a key that no mail was ever sent with."""
        if "to" in parts:
            parts["to"] = self.sign("reader", parts["to"])
        query = urllib.parse.urlencode(parts, quote_via=urllib.parse.quote)
        return f"{self.url}/{kind}?{query}&sign={self.sign(kind, *parts.values())}"

    def sign(self, *parts):
        path = f"{self.folder.name}/papers.db.key"
        if not os.path.exists(path):
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(bytes(32))
        message = b"".join(b"%d:%s" % (len(part.encode()), part.encode()) for part in parts)
        return hmac.new(bytes(32), message, hashlib.sha256).hexdigest()[:32]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def test(what):
    """Runs a function as a test, with a server and a browser of its own."""
    def run(function):
        options = {"script": "without script" not in what, "dark": "dark" in what}
        server, browser = Server(), None
        try:
            browser = Browser(**options)
            function(server, browser)
            results.append(f"ok {len(results) + 1} {what}")
        except AssertionError as error:
            results.append(f"not ok {len(results) + 1} {what}\n# {error}")
        finally:
            if browser:
                browser.close()
            server.close()
        print(results[-1], flush=True)
    return run


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def all_tests():
    @test("first visit: papers by day, tags at the side, nothing in the console")
    def _(server, browser):
        browser.open(server.url + "/")
        check(len(browser.find("article.paper")) == 30, "30 papers")
        check(len(browser.find("main h2")) > 5 and len(browser.find("aside .counts li")) > 30, "days and tags")
        browser.click("aside .counts a")
        browser.wait(lambda: "q=language-models" in browser.url(), "the first tag is followed")
        check("language" in browser.text(".tags").lower(), "papers have the tag")

    @test("search as one types, with completion")
    def _(server, browser):
        browser.open(server.url + "/")
        browser.type("#q", "quan")
        browser.wait(lambda: "quantization" in browser.text(".offers"), "quantization is offered")
        browser.key("Down")
        browser.key("Enter")
        browser.wait(lambda: "q=quantization" in browser.url(), "results without a click")
        check(browser.run("return document.querySelector('#q').value") == "quantization", "the field has the tag")
        check(all("quantization" in paper.lower() for paper in
                  browser.run("return [...document.querySelectorAll('.paper .tags')].map(e => e.textContent)")),
              "all have it")

    @test("label by key: j, y, n, s, m, u")
    def _(server, browser):
        browser.open(server.url + "/")
        browser.key("j")
        browser.key("y")
        browser.wait(lambda: browser.find(".paper.here li.yes"), "yes is shown")
        check(server.papertag("labels", "export").count("\tyes\t") == 1, "yes is recorded")
        browser.key("u")
        browser.wait(lambda: not browser.find("li.yes"), "undone")
        check(server.papertag("labels", "export").count("\tyes\t") == 0, "nothing is recorded")
        browser.key("j")
        browser.key("s")
        browser.wait(lambda: browser.find(".paper.here .star.on"), "a star")
        browser.key("m")
        browser.wait(lambda: browser.find(".paper.read.here"), "read")
        browser.key("o")
        browser.wait(lambda: browser.find(".paper.here .detail .reasons"), "opened, with reasons")
        browser.key("o")
        browser.wait(lambda: not browser.find(".detail"), "closed")
        browser.key("/")
        check(browser.run("return document.activeElement.id") == "q", "the search field")

    @test("move and look by key: j, k, v, ?")
    def _(server, browser):
        def here():
            return browser.run("return [...document.querySelectorAll('article')].findIndex(e => e.matches('.here'))")
        with open(f"{server.folder.name}/linked.jsonl", "w", encoding="utf-8") as file:
            file.write('{"id": "2611.00001", "title": "A Paper With an Address", "abstract": "An example."}')
        server.papertag("add", f"{server.folder.name}/linked.jsonl")
        browser.open(server.url + "/")
        browser.key("j")
        browser.key("j")
        check(here() == 1, "the second paper")
        browser.key("k")
        check(here() == 0, "the first paper")
        browser.open(server.url + "/papers/2611.00001")
        browser.run("window.open = (...how) => { window.opened = how }")
        browser.key("v")
        opened = browser.run("return window.opened")
        check(opened == ["https://arxiv.org/abs/2611.00001", "_blank", "noopener"], f"its page opens: {opened}")
        browser.key("?")
        browser.wait(lambda: browser.url().endswith("/help"), "the keys are told")

    @test("select many by key, give them a tag, undo")
    def _(server, browser):
        browser.open(server.url + "/")
        for _ in range(3):
            browser.key("j")
            browser.key("x")
        browser.key("e")
        browser.type("#give", "safety")
        browser.click("#many button[value=yes]")
        browser.wait(lambda: len(browser.find("li.yes")) == 3, "three have it")
        check(server.papertag("labels", "export").count("safety") == 3, "recorded")
        browser.click("#many .undo")
        browser.wait(lambda: not browser.find("li.yes"), "undone at once")
        check(server.papertag("labels", "export").count("safety") == 0, "nothing is recorded")

    @test("review of 20 papers by key")
    def _(server, browser):
        browser.open(server.url + "/review")
        for i in range(20):
            asked = browser.text(".ask, article h2")
            browser.key("yn"[i % 2])
            browser.wait(lambda: browser.text(".ask, article h2") not in (asked, ""), f"question {i + 2}")
        check(server.papertag("labels", "export").count("sample-") == 20, "20 verdicts")
        check("of 20" in browser.text("main > .about"), "how often the model was right")
        browser.key("u")
        browser.wait(lambda: server.papertag("labels", "export").count("sample-") == 19, "undone")

    @test("subscribe in one click, see the next digest, unsubscribe")
    def _(server, browser):
        browser.open(server.url + "/?q=attention")
        browser.type("#name", "ada")
        browser.click(".save button")
        browser.wait(lambda: "ada" in browser.text("aside"), "saved at the side")
        browser.open(server.url + "/subscriptions")
        check("attention" in browser.text(".subscription"), "listed")
        browser.click(".subscription form button")
        browser.wait(lambda: not browser.find(".subscription"), "ended")

    @test("without script: search, label, undo, review, note")
    def _(server, browser):
        browser.open(server.url + "/")
        browser.type("#q", "attention\ue007")
        browser.wait(lambda: "q=attention" in browser.url(), "found")
        browser.click(".paper .tags button[name=no]")
        browser.wait(lambda: server.papertag("labels", "export").count("\tno\t") == 1, "recorded")
        check("q=attention" in browser.url(), "back where it was")
        browser.click(".undo")
        browser.wait(lambda: server.papertag("labels", "export").count("\tno\t") == 0, "undone")
        browser.open(server.url + "/review")
        browser.click(".question .yes")
        browser.wait(lambda: server.papertag("labels", "export").count("\tyes\t") == 1, "answered")
        browser.open(server.url + "/papers/sample-01")
        browser.type("#note", "to read")
        browser.click(".noting button")
        browser.wait(lambda: "sample-01" in server.papertag("list", "--json", "--tag", "is:noted"), "noted")

    @test("links of a mail, without script: asked, done, taken back; unsubscribed")
    def _(server, browser):
        verdict = {"paper": "sample-01", "tag": "quantization", "verdict": "no"}
        browser.open(server.signed("verdict", **verdict))
        check("Half a Nibble" in browser.text("blockquote") and "loses" in browser.text("main"), "what will happen")
        check(browser.run("return getComputedStyle(document.querySelector('main')).maxWidth") != "none", "style")
        check(server.papertag("labels", "export").count("\tno\t") == 0, "asked only")
        browser.click("main button")
        browser.wait(lambda: server.papertag("labels", "export").count("\tno\t") == 1, "recorded")
        browser.click("main button")
        browser.wait(lambda: server.papertag("labels", "export").count("\tyes\t") == 1, "the opposite")
        server.papertag("subscribe", "ada & co", "--tag", "attention", "--to", "ada@example.org")
        browser.open(server.signed("unsubscribe", name="ada & co", to="ada@example.org"))
        check("ada & co" in browser.text("main"), "whose")
        browser.click("main button")
        browser.wait(lambda: "ada" not in server.papertag("subscriptions", "--json"), "ended")
        check("has ended" in browser.text("main"), "said")

    for width, dark in ((1200, False), (700, True), (400, False), (400, True)):
        @test(f"every page at {width} pixels{', dark' if dark else ''}: nothing is cut off, nothing wrong")
        def _(server, browser):
            server.papertag("subscribe", "ada", "--tag", "attention")
            server.papertag("subscribe", "bob", "--tag", "attention", "--to", "bob@example.org")
            browser.size(width)
            signed = [server.signed("verdict", paper="sample-01", tag="attention", verdict="yes"),
                      server.signed("unsubscribe", name="bob", to="bob@example.org"),
                      server.url + "/unsubscribe?name=bob"]
            for page in [server.url + page for page in PAGES] + signed:
                browser.open(page)
                # the window may be wider than asked for: what counts is that nothing is wider than it
                wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                check(wide <= 0, f"{page} is {wide} pixels too wide")
                if AXE:
                    with open(AXE) as axe:
                        browser.run(axe.read())
                    found = browser.run_async("axe.run().then(r => arguments[0](r.violations.map(v => v.id + ' ' + "
                                              "v.nodes.slice(0, 3).map(n => n.html).join(' | '))))")
                    check(not found, f"{page}: {found}")


def main():
    what = missing()
    if what:
        print(f"ok 1 # skip the pages in a browser need {what}\n1..1")
        return 0
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    all_tests()
    print(f"1..{len(results)}")
    return any(line.startswith("not ok") for line in results)


if __name__ == "__main__":
    sys.exit(main())
