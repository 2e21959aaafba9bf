#!/usr/bin/env python3
"""Gives a hostile model and a hostile store to every command, and reads every byte that comes out.

usage: hostile.py PROGRAM FOLDER      FOLDER is empty and used for the files

Each string of model, store, input and command line holds what drives a terminal, turns text round, or is markup, script
or shell. None of it may come out but as text. Prints one line for each fault; status 1 after any.
"""
import email
import email.policy
import html.parser
import json
import os
import pty
import re
import shlex
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
import xml.dom.minidom

PROGRAM, WORK = os.path.abspath(sys.argv[1]), sys.argv[2]
HOSTILE = ("\x1b]0;own\x07\x1b[2J\u009b31m\u202e\u200e\u200f\u061c\u2066\u2028``` `</code>](javascript:alert(1))"
           "![b](http://evil.example/b.png)<script>alert(1)</script><img src=x>'\"$(touch pwned)`touch pwned`"
           "\r\nBcc: x@evil.example\n\n# head\n")
HIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
OWN = re.compile(r"\x1b\[(?:[012]|3[12])m")
TAGS = ["alpha" + HOSTILE, "beta`" + HOSTILE, "gamma" + HOSTILE]
WORDS = [["quantization", "bit", "weight", "rounding"], ["policy", "reward", "agent", "bandit"],
         ["splatting", "depth", "scene", "camera"]]
faults, ran = [], set()


def fault(call, what):
    faults.append(f"{shlex.join(call)[:90]!r}: {what}")


def scan(call, where, data, own=False):
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        fault(call, f"{where} is not UTF-8: {error}")
        return ""
    found = HIDDEN.search(OWN.sub("", text) if own else text)
    if found:
        fault(call, f"{where} has U+{ord(found[0]):04X} at {found.start()}: {text[max(0, found.start() - 30):][:60]!r}")
    return text


def run(*call, status=(0,), data=b""):
    """Runs a command and scans what it writes; its standard output."""
    ran.add(call[0])
    done = subprocess.run([PROGRAM, *call], input=data, capture_output=True, timeout=120)
    if done.returncode not in status:
        fault(call, f"status {done.returncode}: {done.stderr.decode(errors='replace')[:200]!r}")
    for line in scan(call, "stderr", done.stderr).splitlines():
        if not line.startswith("papertag: "):
            fault(call, f"a message goes on in a line of its own: {line[:60]!r}")
    out = done.stdout.replace(b"\r\n", b"\n") if "eml" in call else done.stdout
    return scan(call, "stdout", out)


def on_terminal(*call, data=b""):
    """Runs a command on a terminal: of escape sequences only the program's own colours may come out."""
    answered = []
    child, fd = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", COLUMNS="100")
        os.environ.pop("NO_COLOR", None)
        os.execv(PROGRAM, [PROGRAM, *call])
    out = b""
    try:
        while part := os.read(fd, 65536):
            out += part
            if len(data) > len(answered) and b"\x1b[7m" in out:  # the last line of the screen is there
                answered.append(os.write(fd, data[len(answered):][:1]))
    except OSError:
        pass
    os.waitpid(child, 0)
    if call[0] == "review":  # a screen moves the cursor; what is hostile does so in its own way
        out = re.sub(rb"\x1b\[(?:\?1049[hl]|\?25[hl]|2?J|H|K|7m|4m|3m|4;32m)", b"", out)
        if b"\x1b]" in out:
            fault(call, "a title of the window on the screen")
    scan(call, "terminal", re.sub(rb"\r+\n", b"\n", out), own=True)


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag in ("script", "img", "iframe", "object", "embed", "form", "base"):
            fault(self.call, f"<{tag}> in HTML")
        for name, value in attrs:
            if name.startswith("on") or (name in ("href", "src") and not re.match(r"https?://|mailto:|#t[0-9]+$|#top$", value or "")):
                fault(self.call, f"{name}={value!r} in HTML")


def check_page(call, text):
    page = Page()
    page.call = call
    page.feed(text)


class ServedPage(html.parser.HTMLParser):
    """A page of the server: its own script and forms, links to itself and to the web, nothing else that acts."""

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        own = all(re.match(r"/(?![/\\])", values.get(name) or "/") for name in ("action", "formaction", "src"))
        if tag in ("img", "iframe", "object", "embed", "base") or not own or \
                (tag == "script" and values.get("src") != "/static/page.js"):
            fault(self.call, f"<{tag}> {attrs!r:.80} in a page")
        for name, value in attrs:
            if name.startswith("on") or name == "style" or \
                    (name == "href" and not re.match(r"https?://|/(?![/\\])|#main$", value or "")):
                fault(self.call, f"{name}={value!r:.80} in a page")
            if name == "href" and tag == "a" and value.startswith("/"):
                self.links.add(value)

    def handle_data(self, data):
        if self.lasttag == "script" and data.strip():
            fault(self.call, f"script in a page: {data[:60]!r}")


def pages():
    """Every page that a page leads to, feeds and exports as well, and the API."""
    ran.add("serve")
    server = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    base = server.stdout.readline().decode().split()[1].rstrip("/")
    waiting, seen, kinds = ["/", "/discover", "/api/v1/papers", "/api/v1/questions", "/api/v1/tags"], set(), {}
    while waiting:
        path = waiting.pop(0)
        kind = path.split("?")[0].split("/")[1]
        kinds[kind] = kinds.get(kind, 0) + (path not in seen)
        if path in seen or kinds[kind] > 12:
            continue
        seen.add(path)
        try:
            with urllib.request.urlopen(base + path, timeout=60) as answer:
                media, data = answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            media, data = error.headers.get_content_type(), error.read()
            if error.code >= 500:
                fault(("serve", path), f"status {error.code}")
        text = scan(("serve", path), "the answer", data.replace(b"\r\n", b"\n"))
        if media == "text/html":
            page = ServedPage()
            page.call, page.links = ("serve", path), set()
            page.feed(text)
            waiting += sorted(page.links)
        elif "json" in media:
            for line in text.splitlines() if media.endswith("jsonl") else [text]:
                json.loads(line)
        elif media.endswith("xml"):
            xml.dom.minidom.parseString(text)
    server.terminate()
    scan(("serve",), "stderr", server.communicate()[1])


def check_markdown(call, text):
    """After code and escapes are taken out, only the program's own links to papers may be left."""
    for block in text.split("\n\n"):
        rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", re.sub(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", block))
        rest = re.sub(r"^### \[([^][]*)\]\(<https?://[^<>\s]*>\)$", "", rest, flags=re.M)
        if re.search(r"[<`]|\]\(|!\[|^\s*javascript:|^Bcc", rest, re.M):
            fault(call, f"markup in Markdown: {rest[:80]!r}")


def make_model():
    papers = []
    for i in range(60):
        kind = i % 3
        words = " ".join(WORDS[kind][(i + k) % 4] for k in range(12))
        papers.append({"id": f"p{i}{HOSTILE}", "title": f"Paper {i} {words} {HOSTILE}", "abstract": words + HOSTILE,
                       "authors": ["Ann" + HOSTILE, "Bob" + HOSTILE], "organization": None, "tags": [TAGS[kind]],
                       "url": "https://example.org/" + HOSTILE, "date": f"2026-01-{i % 28 + 1:02}"})
    with open("papers.jsonl", "w") as out:
        out.writelines(json.dumps(p) + "\n" for p in papers)
    with open("tags.json", "w") as out:
        json.dump({"tags": [{"tag": t, "name": "Name " + t, "group": "group" + HOSTILE, "definition": "Means " + t,
                             "aliases": [f"alias{i}" + HOSTILE]} for i, t in enumerate(TAGS)]}, out)
    for name in ("model", "other"):
        run("train", "-o", name + HOSTILE.replace("/", "_")[:40], "--tag-list", "tags.json", "--min-examples", "4",
            "--folds", "2", "--min-df", "1", "--name", HOSTILE, *(["--c", "2"] if name == "other" else []), "papers.jsonl")
    return sorted(f for f in os.listdir(".") if f.startswith(("model", "other")))


def make_store(model):
    run("add", "--model", model, "papers.jsonl")
    run("subscribe", "ada" + HOSTILE, "--title", "T" + HOSTILE, status=(0, 1, 2))
    run("subscribe", "bob", "--tag", "alias0", "--format", "eml", status=(0, 1, 2))
    with sqlite3.connect(os.environ["PAPERTAG_DB"]) as db:
        kept = {"id", "tag", "date", "added", "updated", "created", "format", "query", "expression", "announced",
                "featured"}
        for table in ("papers", "tags", "subscriptions"):
            for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})").fetchall():
                if kind == "TEXT" and name not in kept:
                    value = "javascript:alert(1)" if name == "unsubscribe" else HOSTILE
                    db.execute(f"UPDATE {table} SET {name}=ifnull({name},'')||?", (value,))
        db.execute("UPDATE papers SET id='$(touch pwned)'||key||?", (HOSTILE,))
        return [row[0] for row in db.execute("SELECT id FROM papers ORDER BY key")]


def digests():
    for name in ("text", "markdown", "html", "json", "jsonfeed", "atom", "rss", "eml"):
        for more in ([], ["--group-by", "tag", "--title", "T" + HOSTILE, "--url", "https://h.example/?a=1&lt='2'"]):
            call = ("digest", "-f", name, *more)
            text = run(*call)
            if name == "markdown":
                check_markdown(call, text)
            elif name == "html":
                check_page(call, text)
            elif name in ("atom", "rss"):
                xml.dom.minidom.parseString(text)
            elif name in ("json", "jsonfeed"):
                json.loads(text)
            elif name == "eml":
                mail = email.message_from_string(text, policy=email.policy.default)
                if "Bcc" in mail or HIDDEN.search(mail["Subject"]):
                    fault(call, f"headers {mail.items()!r}")
                plain, page = mail.iter_parts()
                scan(call, "the text part", plain.get_payload(decode=True))
                check_page(call, scan(call, "the page", page.get_payload(decode=True)))
    for title in (b"\x80" * 60, b"a" * 41 + b"\xc3", "\U0001f600".encode() * 30, b"\xe2\x80" * 40):
        run("digest", "-f", "eml", "--title", title.decode(errors="surrogateescape"))


def commands(model, other, ids):
    one = ids[0]
    for form in ([], ["--json"]):
        run("tag", *form, "--model", model, "--all", "papers.jsonl")
        run("tag", *form, "--model", model, "--keep", "--shard", "1/2", "papers.jsonl")
        run("explain", *form, "--model", model, "papers.jsonl")
        run("explain", *form, "--paper", one)
        run("eval", *form, "--model", model, "papers.jsonl")
        run("eval", *form, "--model", model, "--compare", other, "papers.jsonl")
        run("eval", *form, "--store", status=(0, 3))
        run("tags", *form)
        for verb in (["info", model], ["verify", model], ["diff", model, other], ["list"]):
            run("model", *verb, *form, status=(0, 3))
        for call in (["list"], ["show", one], ["similar", one], ["stats"], ["trends"], ["subscriptions"], ["doctor"]):
            run(*call, *form, status=(0, 1, 3))
        pasted(run("discover", *form, "--min-papers", "2", status=(0, 3)))
        run("review", "--plain", *form, data=(b"" if form else b"?\n") + b"1\n/x\x1b[2J\ny\ns\n\x1b\nq\n")
        run("label", one, "+" + TAGS[1], *form, status=(0, 1, 2))
        run("labels", "export", *form)
        run("retrain", "--dry-run", *form, status=(0, 1, 2, 3))
    run("labels", "import", data=("id\ttag\tverdict\n" + HOSTILE.replace("\n", " ") + "\tx\tyes\n").encode(),
        status=(0, 1))
    run("eval", "--model", model, "--html", "report.html", "papers.jsonl")
    with open("report.html", "rb") as page:
        check_page(("eval",), scan(("eval",), "the page", page.read()))
    run("tag-new", "own", "--example", one, "--definition", HOSTILE, "--name", HOSTILE, status=(0, 1, 2))
    run("tag-remove", "own", status=(0, 1, 2))
    run("serve", "--listen", HOSTILE, status=(2,))
    run("help")
    with open("config", "w") as file:
        file.write("[" + HOSTILE.replace("\n", " ")[:150] + "]\nx = 1\n[fetch]\ncontact = " + HOSTILE[:60] + "\n")
    for form in ([], ["--json"]):
        run("config", *form, "--config", "config", status=(0, 2))
        run("config", *form)
    sources()
    merged()
    mails()
    run("retrain", status=(0, 1, 2, 3))
    run("model", "list", status=(0, 3))


def sources():
    """Sources whose names, arguments and last answers are hostile. The port answers nothing, and no time passes."""
    with open("clock", "w") as file:
        file.write("1795651200000")
    os.environ.update(PAPERTAG_CLOCK="clock", no_proxy="*", XDG_STATE_HOME=os.getcwd())
    run("source", "add", "feed", "feed", "http://127.0.0.1:1/" + HOSTILE, status=(2,))
    run("source", "add", "feed", "feed", "http://127.0.0.1:1/x")
    run("source", "add", "t", "s2", HOSTILE, status=(2,))
    run("source", "add", "s", "s2", re.sub("[\0-\x1f]", "", HOSTILE), "--url", "http://127.0.0.1:1/x")
    for form in ([], ["--json"]):
        run("fetch", *form, status=(75,))
        run("fetch", "--dry-run", *form)
        run("source", "list", *form)
    with sqlite3.connect(os.environ["PAPERTAG_DB"]) as db:
        db.execute("UPDATE origins SET name=name||?1, answer=?1, state='failed', place=?1, kind=?1", (HOSTILE,))
    for form in ([], ["--json"]):
        run("source", "list", *form)
        run("fetch", *form, status=(1,))
    run("morning", status=(1,))
    run("source", "remove", "s" + HOSTILE)
    del os.environ["PAPERTAG_CLOCK"]


def merged():
    """The store, and one that differs in what both have, brought into another."""
    for name in ("other\u202e\x1b[2J.db", "third.db"):
        with sqlite3.connect(os.environ["PAPERTAG_DB"]) as db, sqlite3.connect(name) as copy:
            db.backup(copy)
        run("merge", "--db", "merged.db", name, status=(1,))  # lists that are none
        run("doctor", "--repair", "--db", name, status=(0, 1))
        for form in ([], ["--json"]):
            run("merge", "--db", "merged.db", name, *form, status=(0, 3))
    with sqlite3.connect("third.db") as db:
        db.execute("UPDATE subscriptions SET title='other'")
        db.execute("UPDATE tags SET own=1")
        db.execute("INSERT INTO kept(hash, made, used, summary, bytes) VALUES(?,'2026-01-01T00:00:00Z',1,'',x'41')", (HOSTILE,))
        db.execute("INSERT INTO origins(name, kind, arguments, added) VALUES(?,?,'[]',?)", (HOSTILE,) * 3)
    run("merge", "--db", "merged.db", "third.db")
    with sqlite3.connect("third.db") as db:
        db.execute("UPDATE origins SET kind='other'")
        db.execute("UPDATE papers SET updated='later'||updated")
    run("merge", "--db", "merged.db", "third.db", status=(1,))
    with sqlite3.connect("third.db") as db:
        db.execute("UPDATE papers SET updated=substr(updated, 6)")
    run("merge", "--db", "merged.db", "third.db", status=(0, 3))


def mails():
    """A configuration, answers, addresses and names of mails that are hostile. The port answers nothing."""
    plain = re.sub("[\0-\x1f]", "", HOSTILE)
    with open("mail", "w") as file:
        file.write("[mail]\nurl = smtp://127.0.0.1:1\nfrom = " + plain.replace("<", "")[:120] + " <a@b.example>\n")
    run("subscribe", "mailed", "--to", "r@example.org", "--backlog", "all")
    for form in ([], ["--json"]):
        run("send", "--dry-run", *form, "--config", "mail", status=(0, 1, 3))
        run("send", *form, "--config", "mail", status=(1,))
        run("send", "--check", *form, "--config", "mail", status=(1,))
    for column in ("answer", "message_id", "address"):
        with sqlite3.connect(os.environ["PAPERTAG_DB"]) as db:
            db.execute(f"UPDATE mails SET state=4, {column}=?", (HOSTILE,))
        for form in ([], ["--json"]):
            run("send", *form, "--config", "mail", status=(1,))
    with sqlite3.connect(os.environ["PAPERTAG_DB"]) as db:
        db.execute("UPDATE mails SET state=0")
        db.execute("UPDATE subscriptions SET address=?, path=?", (HOSTILE, HOSTILE))
    run("send", "--config", "mail", status=(1,))
    run("subscriptions")


def pasted(text):
    """What discover offers for pasting is run with another program: nothing in it may run."""
    for line in re.findall(r"papertag tag-new .*", text):
        words = subprocess.run(["sh", "-c", line.replace("papertag ", "printf '%s\\n' ", 1)], capture_output=True)
        if words.returncode or os.path.exists("pwned"):
            fault(("discover",), f"not one command: {line[:80]!r}")


def messages():
    """Each command with a hostile word, file, option, store and model: refused in clean words."""
    names = run("help", "--names").split()
    word = HOSTILE.replace("/", "_")
    broken = b'{"id": "x", "' + HOSTILE.encode() + b'\n{"title": 3}\n@article{' + HOSTILE.encode()
    for name in names:
        for call in ([name, word], [name, "--" + word], [name, "--db", word], [name, "--model", word],
                     [name, "--since", word], [name, "--tag", word], [name, "--limit", word], [name, "--order", word],
                     [name, "-" + word], [name, "a\udcff\udc9b"], [name, "--from", word]):
            end = ["--listen", "none"] if name == "serve" else []  # it would not end by itself
            run(*call, *end, data=broken, status=(0, 1, 2, 3))
    for option in ("--shard", "--expect-model"):
        run("tag", option, word, data=broken, status=(2,))
    raw = [broken, HOSTILE.encode(), b'{"title":"A","' + HOSTILE.replace('"', "'").encode() + b'":"\x00\x9b\xff"}',
           json.dumps({"title": HOSTILE, "deep": [{HOSTILE: HOSTILE}]}, ensure_ascii=False).encode()]
    for line in raw:
        for line in run("tag", "--keep", "--from", "jsonl", data=line, status=(0, 1)).splitlines():
            json.loads(line)
    run(word, status=(2,))
    for command in ("tag", "add", "eval"):
        for kind in ("jsonl", "bibtex", "csv", "ris"):
            run(command, "--from", kind, data=broken, status=(0, 1, 2, 3))
    return names


def main():
    os.chdir(WORK)
    os.environ.update(PAPERTAG_DB="store" + HOSTILE.replace("/", "_")[:60] + ".db", LC_ALL="C.UTF-8")
    model, other = make_model()
    os.environ["PAPERTAG_MODEL"] = model
    ids = make_store(model)
    digests()
    pages()
    commands(model, other, ids)
    for call in (["tags"], ["list"], ["show", ids[0]], ["tag", "--all", "papers.jsonl"], ["explain", "papers.jsonl"],
                 ["eval", "papers.jsonl"], ["model", "info"], ["subscriptions"], ["digest"], ["trends"], ["discover"]):
        on_terminal(*call)
    on_terminal("review", data=b"??/al\t\nqq")
    names = messages()
    for name in sorted(set(names) - ran):
        faults.append(f"{name}: no test runs it")
    print("\n".join(dict.fromkeys(faults)))
    return 1 if faults else 0


sys.exit(main())
