#!/usr/bin/env python3
"""Every page of `papertag serve` as HTML: well formed, ids once, references that lead somewhere, nothing in the wrong place.

usage: tests/web/valid.py URL      of a server that may be read; prints what is wrong, and fails then

With PAPERTAG_VNU, the path of vnu.jar (npm install vnu-jar; needs Java), the Nu Html Checker looks at them, too.
"""
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

EMPTY = {"meta", "link", "input", "br", "hr", "img"}
# What an element may hold or stand in, of those that pages have: a browser mends other nesting in ways of its own.
CHILDREN = {"ul": {"li"}, "ol": {"li"}, "table": {"thead", "tbody"}, "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"},
            "select": {"option"}, "dl": {"dt", "dd"}}
NEVER_IN = {"form": {"form"}, "a": {"a", "button"}, "button": {"a", "button"}, "main": {"main", "article"},
            "p": {"p"}, "div": {"p"}, "ul": {"p"}, "ol": {"p"}, "table": {"p"}, "h2": {"p"}, "section": {"p"}}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.wanted, self.links, self.wrong, self.forms = [], [], [], set(), [], set()

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        parent = self.open[-1] if self.open else None
        if len(values) != len(attributes):
            self.wrong.append(f"<{tag}>: an attribute twice")
        if parent in CHILDREN and tag not in CHILDREN[parent]:
            self.wrong.append(f"<{tag}> in <{parent}>")
        for outer in NEVER_IN.get(tag, ()):
            if outer in self.open:
                self.wrong.append(f"<{tag}> within <{outer}>")
        self.ids += [values["id"]] if "id" in values else []
        self.forms |= {values.get("id")} if tag == "form" else set()
        self.wanted += [(name, one) for name in ("for", "form", "aria-labelledby", "aria-controls") if values.get(name)
                        for one in values[name].split()]
        if tag == "a":
            self.links.add(values["href"])
        if tag in ("input", "textarea", "select") and values.get("type") != "hidden" and \
                not values.get("aria-label") and ("for", values.get("id")) not in self.wanted:
            self.wrong.append(f"<{tag} name={values.get('name')}> without a label")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> ends something else")

    def handle_data(self, data):
        if data.strip() and self.open and self.open[-1] in CHILDREN:
            self.wrong.append(f"text in <{self.open[-1]}>: {data.strip()[:30]}")

    def faults(self):
        twice = {one for one in self.ids if self.ids.count(one) > 1}
        self.wrong += [f"id {one} twice" for one in twice]
        self.wrong += [f"{name}={one} leads nowhere" for name, one in self.wanted
                       if one not in (self.forms if name == "form" else self.ids)]
        return self.wrong + ([f"not ended: {self.open}"] if self.open else [])


def read(address):
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.read().decode(), answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        return error.read().decode(), error.headers.get_content_type()


def main():
    base = sys.argv[1].rstrip("/")
    # every page that a page leads to, two of a kind
    waiting, seen, kinds, wrong = ["/", "/nothing", "/?q=no-such-tag%20%26", "/?q=p%3E%3D7", "/review?order=new&tag=agents",
                                   "/papers/sample-01?similar=1"], set(), {}, 0
    with tempfile.TemporaryDirectory() as folder:
        while waiting:
            path = urllib.parse.urldefrag(waiting.pop(0))[0]
            kind = "/".join(path.split("?")[0].split("/")[:2]) + "?" * ("?" in path)
            if path in seen or not path.startswith("/") or (kinds.get(kind, 0) >= 4 and len(seen) > 5):
                continue
            seen.add(path)
            kinds[kind] = kinds.get(kind, 0) + 1
            html, media = read(base + path)
            if media != "text/html":
                continue
            page = Page()
            page.feed(html)
            for fault in page.faults():
                print(f"{path}: {fault}")
                wrong += 1
            waiting += sorted(page.links)
            with open(f"{folder}/{len(seen)}.html", "w", encoding="utf-8") as file:
                file.write(html)
        jar = os.environ.get("PAPERTAG_VNU")
        if jar:
            wrong += subprocess.run(["java", "-jar", jar, "--skip-non-html", folder], check=False).returncode != 0
    print(f"{len(seen)} addresses{'' if jar else '; the Nu Html Checker was not there'}")
    return wrong != 0


sys.exit(main())
