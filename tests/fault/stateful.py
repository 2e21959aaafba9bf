#!/usr/bin/python3
"""Does what people do, in an order that chance decides, and compares with what a small model of the store expects.

usage: tests/fault/stateful.py PROGRAM [--long] [SEED]...

A step is a command, or a request to `papertag serve`, which works on the same store all the time. After each step every
verdict and mark must be what the model says, and what was undone be as before. Now and then the same is asked in several
ways, which must agree: `list`, the REST API, the view `paper_tags`, counts, exports, feeds and digests; tag expressions
made by chance are evaluated here and there; and `doctor` must find nothing. No paper is ever delivered twice, and none
that matches is left out.
One seed and 120 steps; with --long or seeds, 20 seeds (or those) and 400 steps each. Prints TAP, a line for each seed.
"""
import json, os, random, re, shutil, signal, sqlite3, subprocess, sys, tempfile, time, traceback, urllib.parse
import http.client

SAMPLE = "data/sample.jsonl"
FIELDS = ("id", "title", "abstract", "date", "authors", "upvotes", "comments", "categories", "source")


class Wrong(Exception):
    pass


def check(good, *what):
    if not good:
        raise Wrong(" ".join(str(w) for w in what)[:1500])


# ---- tag expressions, evaluated over what `list --json` prints -------------------------------------------------------


def days(date):
    """The first and the last day of a date as precise as it is known, as text that compares."""
    return date + "-01-01"[len(date) - 4:] if len(date) < 10 else date, date + "-12-31"[len(date) - 4:] if len(date) < 10 else date


COMPARE = {">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b,
           "=": lambda a, b: a == b, "!=": lambda a, b: a != b}


class Expressions:
    """Makes expressions, and says which papers match. A node is a tuple: ("tag", name), ("and", a, b), ..."""

    def __init__(self, chance, tags, papers):
        self.chance, self.tags, self.papers = chance, tags, papers

    def make(self, depth=4):
        c = self.chance
        if depth and c.random() < 0.7:
            op = c.choice(["and", "and", "or", "or", "not"])
            return (op, self.make(depth - 1)) if op == "not" else (op, self.make(depth - 1), self.make(depth - 1))
        kind = c.choice(["tag"] * 6 + ["p"] * 2 + ["upvotes", "comments", "date", "author", "category", "is", "phrase"])
        paper = c.choice(self.papers)
        relation = c.choice(sorted(COMPARE))
        if kind == "tag":
            return ("tag", c.choice(self.tags))
        if kind == "p":
            return ("p", c.choice([">=", ">", "<=", "<"]), c.choice([0, 0.05, 0.5, 0.9, 0.95, 1]))
        if kind in ("upvotes", "comments"):
            return (kind, relation, paper.get(kind) or c.randrange(5))
        if kind == "date":
            return (kind, relation, (paper.get("date") or "2026-10-05")[:c.choice([4, 7, 10])])
        if kind == "author":
            return (kind, c.choice(paper.get("authors") or ["A. Example"]))
        if kind == "category":
            return (kind, c.choice(paper.get("categories") or ["cs"])[:c.choice([2, 9])])
        if kind == "is":
            return (kind, c.choice(["unread", "read", "starred", "noted"]))
        return (kind, c.choice(re.findall("[A-Za-z]{4,}", paper["title"]) or ["model"]))

    def write(self, node):
        kind = node[0]
        if kind in ("and", "or"):
            sign = self.chance.choice([" & ", "&", " and "] if kind == "and" else [" | ", ",", " or ", " || "])
            return "(" + self.write(node[1]) + sign + self.write(node[2]) + ")"
        if kind == "not":
            return self.chance.choice(["!", "not "]) + "(" + self.write(node[1]) + ")"
        if kind == "tag":
            return self.chance.choice(["%s", "#%s", '"%s"']) % node[1]
        if kind in ("author", "category", "is"):
            return '%s:"%s"' % node
        if kind == "phrase":
            return 'text:"%s"' % node[1]
        return "%s%s%s" % node

    def named(self, node):
        """The tags that a node names, not under a `not`."""
        if node[0] == "tag":
            return [node[1]]
        return [tag for part in node[1:] if node[0] in ("and", "or") for tag in self.named(part)]

    def matches(self, node, paper, scope=None, above=None):
        """`scope`: the tags of which `p` is the highest probability; None: all. `above`: the kind of the node above."""
        kind = node[0]
        if kind == "and" and above != "and":
            scope = self.named(node) or scope
        if kind in ("and", "or"):
            return (all if kind == "and" else any)([self.matches(part, paper, scope, kind) for part in node[1:]])
        if kind == "not":
            return not self.matches(node[1], paper, scope, kind)
        if kind == "tag":
            return any(tag["tag"] == node[1] for tag in paper["tags"])
        if kind == "p":
            return COMPARE[node[1]](max([t["p"] for t in paper["tags"] if scope is None or t["tag"] in scope] or [0]), node[2])
        if kind in ("upvotes", "comments"):
            return COMPARE[node[1]](paper.get(kind) or 0, node[2])
        if kind == "date":
            return self.date_matches(node[1], node[2], paper.get("date"))
        if kind == "author":
            return node[1] in (paper.get("authors") or [])
        if kind == "category":
            return any((c + ".").lower().startswith(node[1].lower() + ".") for c in paper.get("categories") or [])
        if kind == "is":
            read, starred, note = paper["marks"]
            return {"unread": not read, "read": read, "starred": starred, "noted": note is not None}[node[1]]
        words = lambda text: " ".join(re.findall(r"\w+", (text or "").lower()))
        return any((" %s " % node[1].lower()) in (" %s " % words(paper.get(f))) for f in ("title", "abstract"))

    def date_matches(self, relation, value, date):
        if relation == "!=":
            return not self.date_matches("=", value, date)
        if not date:
            return False
        (first, last), (low, high) = days(date), days(value)
        return {">=": first >= low, ">": first > high, "<=": last <= high, "<": last < low,
                "=": first >= low and last <= high}[relation]


# ---- the store, by the program and as it should be -------------------------------------------------------------------


class World:
    def __init__(self, program, seed, model):
        self.program, self.chance = program, random.Random(seed)
        self.folder = tempfile.mkdtemp()
        self.base = [json.loads(line) for line in open(SAMPLE)]
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PAPERTAG")}
        self.env.update(PAPERTAG_DB=self.at("db"), PAPERTAG_MODEL=model, HOME=self.folder, XDG_CONFIG_HOME=self.folder,
                        XDG_STATE_HOME=self.folder)
        self.papers, self.verdicts, self.marks, self.calls = {}, {}, {}, []
        self.browser, self.cookie = [], ""  # the calls of one browser, the last first, and what it was given to remember them
        self.received, self.number, self.log = {}, 0, []
        self.run("add", SAMPLE)
        for paper in self.base:
            self.papers[paper["id"]] = paper
        self.start_server()

    def at(self, name):
        return os.path.join(self.folder, name)

    def start_server(self):
        self.server = subprocess.Popen([self.program, "serve", "--listen", "127.0.0.1:0"], env=self.env,
                                       stdout=subprocess.PIPE, stderr=open(self.at("serve.err"), "w"), text=True)
        line = self.server.stdout.readline()
        check("serving http://" in line, "serve:", line, open(self.at("serve.err")).read())
        self.host = line.split("//")[1].strip().rstrip("/")

    def end(self):
        self.server.send_signal(signal.SIGTERM)
        status = self.server.wait(30)
        said = open(self.at("serve.err")).read()
        shutil.rmtree(self.folder)
        check(status == 0 and not said, "serve ended with", status, said)

    def run(self, *args, given="", codes=(0,)):
        self.log.append(" ".join(args)[:200])
        run = subprocess.run([self.program, *args], env=self.env, input=given, capture_output=True, text=True, timeout=120)
        check(run.returncode in codes, args, "ended with", run.returncode, run.stderr)
        self.code = run.returncode
        return run.stdout

    def ask(self, method, path, body=None, codes=(200,), form=False):
        self.log.append("%s %s %s" % (method, path, json.dumps(body)))
        headers = {"Origin": "http://" + self.host}
        if body is not None and not isinstance(body, str):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Cookie"] = self.cookie
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.cookie = answer.getheader("Set-Cookie", self.cookie).split(";")[0] if form else self.cookie
        connection.close()
        check(answer.status in codes, method, path, body, "answered", answer.status, text)
        self.code = answer.status
        return json.loads(text) if answer.getheader("Content-Type", "").startswith("application/json") else text

    def rows(self, sql):
        connection = sqlite3.connect("file:%s?mode=ro" % self.at("db"), uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    # ---- what is known

    def tags(self):
        return [row[0] for row in self.rows("SELECT tag FROM tags WHERE own OR key IN (SELECT tag FROM cuts) ORDER BY tag")]

    def some(self, most=3):
        return self.chance.sample(sorted(self.papers), self.chance.randrange(1, most + 1))

    def say(self, changes):
        """Notes a call that sets verdicts, as the program does to undo it. changes: {(id, tag): yes, no or None}."""
        self.calls.append(("verdicts", {key: self.verdicts.get(key) for key in changes}))
        for key, verdict in changes.items():
            if verdict:
                self.verdicts[key] = verdict
            else:
                self.verdicts.pop(key, None)

    def mark(self, ids, **marks):
        self.calls.append(("marks", {id: self.marks.get(id, (False, False, None)) for id in ids}))
        for id in ids:
            read, starred, note = self.marks.get(id, (False, False, None))
            self.marks[id] = (marks.get("read", read), marks.get("starred", starred), marks.get("note", note))

    # ---- steps

    def step_label(self):
        id, words, changes = self.some(1)[0], [], {}
        for tag in self.chance.sample(self.tags(), min(self.chance.randrange(1, 4), len(self.tags()))):
            sign = self.chance.choice("+-?")
            words.append(sign + tag)
            changes[id, tag] = {"+": "yes", "-": "no", "?": None}[sign]
        self.run("label", id, *words)
        self.say(changes)

    def step_put(self):
        id, tag = self.some(1)[0], self.chance.choice(self.tags())
        verdict = self.chance.choice(["yes", "no", None])
        path = "/api/v1/papers/%s/verdicts/%s" % (urllib.parse.quote(id, safe=""), tag)
        self.ask(*(("PUT", path, {"verdict": verdict}) if verdict else ("DELETE", path)))
        self.say({(id, tag): verdict})

    def step_many(self):
        changes, wrong = {}, self.chance.random() < 0.2
        for _ in range(self.chance.randrange(1, 6)):
            changes[self.some(1)[0], self.chance.choice(self.tags())] = self.chance.choice(["yes", "no", None])
        verdicts = [{"id": id, "tag": tag, "verdict": v or "none"} for (id, tag), v in changes.items()]
        if wrong:
            verdicts.append(self.chance.choice([{"id": "nobody", "tag": self.tags()[0], "verdict": "yes"},
                                                {"id": self.some(1)[0], "tag": "no-such-tag", "verdict": "no"}]))
        answer = self.ask("POST", "/api/v1/verdicts", {"verdicts": verdicts}, codes=(422,) if wrong else (200,))
        if not wrong:
            self.say(changes)
            if self.chance.random() < 0.3:  # undone by its number
                self.ask("POST", "/api/v1/undo", {"undo": answer["undo"]})
                self.take_back()

    def step_form(self):
        id, tag, word = self.some(1)[0], self.chance.choice(self.tags()), self.chance.choice(["yes", "no"])
        self.ask("POST", "/verdict", urllib.parse.urlencode({"id": id, word: tag, "all": word}), codes=(303,), form=True)
        self.say({(id, tag): word})
        self.remember()

    def step_marks(self):
        ids = self.some(3)
        if self.chance.random() < 0.5:
            word = self.chance.choice(["read", "unread", "star", "unstar"])
            self.ask("POST", "/mark", urllib.parse.urlencode([("id", id) for id in ids] + [("set", word)]), codes=(303,), form=True)
            self.mark(ids, **{"starred" if "star" in word else "read": not word.startswith("un")})
            self.remember()
        else:
            note = self.chance.choice(["a note", "<b>&\u202e", None])
            self.ask("PUT", "/api/v1/papers/%s/marks" % urllib.parse.quote(ids[0], safe=""), {"note": note})
            self.mark(ids[:1], note=note)

    def remember(self):
        """Notes that the last call was the browser's."""
        self.browser = [self.calls[-1], *self.browser][:40]

    def take_back(self, call=None):
        if not self.calls:
            return
        call = call or self.calls[-1]
        self.calls = [other for other in self.calls if other is not call]
        kind, before = call
        for key, value in before.items():
            if kind == "marks":
                self.marks[key] = value
            elif value:
                self.verdicts[key] = value
            else:
                self.verdicts.pop(key, None)

    def step_undo(self):
        way = self.chance.choice(["command", "rest", "form"])
        if way == "command":
            self.run("label", "--undo", codes=(0,) if self.calls else (3,))
        elif way == "rest":
            self.ask("POST", "/api/v1/undo", codes=(200,) if self.calls else (409,))
        else:
            return self.undo_own()
        self.take_back()

    def undo_own(self):
        """The browser's last call that is not undone is, unless a later one has changed the same."""
        own = [call for call in self.browser if any(call is other for other in self.calls)]
        place = next((i for i, other in enumerate(self.calls) if own and other is own[0]), None)
        later = [] if place is None else self.calls[place + 1:]
        changed = any(kind == own[0][0] and set(before) & set(own[0][1]) for kind, before in later)
        self.ask("POST", "/undo", "back=/", codes=(409,) if changed else (303,), form=True)
        if not changed:
            self.browser = own[1:]
            if own:
                self.take_back(own[0])

    def step_import_verdicts(self):
        """Older than anything said today, so that they hold only where nothing was said, or less long ago."""
        lines, changes = ["id\ttag\tverdict\tgiven"], {}
        year = self.chance.randrange(2000, 2020)
        known = {(id, tag): given for id, tag, given in self.rows(
            "SELECT p.id, t.tag, v.given FROM verdicts v JOIN papers p ON p.key=v.paper JOIN tags t ON t.key=v.tag")}
        for _ in range(self.chance.randrange(1, 8)):
            key, verdict = (self.some(1)[0], self.chance.choice(self.tags())), self.chance.choice(["yes", "no"])
            given = "%d-01-01T00:00:00Z" % year
            lines.append("\t".join((*key, verdict, given)))
            if given > known.get(key, ""):
                changes[key], known[key] = verdict, given
        self.run("labels", "import", given="\n".join(lines) + "\n", codes=(0, 3))
        if changes:
            self.say(changes)

    def step_export_and_import(self):
        """What is exported and imported again changes nothing, in either form."""
        form = self.chance.choice([[], ["--json"]])
        out = self.run("labels", "export", *form, codes=(0, 3))
        self.run("labels", "import", given=out, codes=(0, 3))
        check(self.run("labels", "export", *form, codes=(0, 3)) == out, "verdicts changed by an import of an export")

    def new_papers(self):
        papers = []
        for _ in range(self.chance.randrange(1, 4)):
            self.number += 1
            base = self.chance.choice(self.base)
            paper = {k: base[k] for k in FIELDS if k in base and self.chance.random() < 0.9}
            paper.update(id="new-%d" % self.number, source="made", title="%s, part %d" % (base["title"], self.number))
            if "date" in paper:
                paper["date"] = paper["date"][:self.chance.choice([4, 7, 10, 10, 10])]
            papers.append(paper)
        return papers

    def step_add(self):
        papers = self.new_papers()
        text = "".join(json.dumps(paper) + "\n" for paper in papers)
        if self.chance.random() < 0.5:
            self.run("add", given=text)
            self.run("add", given=text)
        else:
            answer = self.ask("POST", "/api/v1/imports", text)
            check(answer["added"] == len(papers), answer)
            answer = self.ask("POST", "/api/v1/imports", text)
            check(answer["unchanged"] == len(papers), "imported again:", answer)
        for paper in papers:
            self.papers[paper["id"]] = paper

    def step_new_version(self):
        """The same source gives a new text: it holds; verdicts and marks stay."""
        id = self.some(1)[0]
        paper = dict(self.papers[id])
        paper["abstract"] = ((paper.get("abstract") or "") + " A later version of %d words." % self.number).strip()
        self.number += 1
        self.run("add", given=json.dumps(paper) + "\n")
        self.papers[id] = paper

    def own(self):
        return [row[0] for row in self.rows("SELECT tag FROM tags WHERE own ORDER BY tag")]

    def step_tag_new(self):
        name, ids = "mine-%d" % self.chance.randrange(4), self.some(3)
        words = [word for id in ids for word in ("-e", id)]
        self.run("tag-new", name, *words, "--definition", "Papers that were chosen by chance.")
        self.say({(id, name): "yes" for id in ids})

    def step_tag_remove(self):
        """A tag of the person's own goes, whether the model in use has it or not."""
        if self.own():
            name = self.chance.choice(self.own())
            self.run("tag-remove", name)
            check(name not in self.own(), name, "is still there")
            self.verdicts = {key: v for key, v in self.verdicts.items() if key[1] != name}
            for kind, before in self.calls:
                for key in [key for key in before if kind == "verdicts" and key[1] == name]:
                    del before[key]
            self.calls = [call for call in self.calls if call[1]]

    def step_retrain(self):
        self.run("retrain", *self.chance.choice([[], ["--force"], ["--dry-run"]]), "--jobs", "1", codes=(0, 3))

    def step_use(self):
        models = [json.loads(line)["model"] for line in self.run("model", "list", "--json", codes=(0, 3)).splitlines()]
        hash = self.chance.choice(models + ["default"])
        self.run("model", "use", hash, codes=(0, 3))

    def step_repair(self):
        self.run("doctor", "--repair")

    def step_subscribe(self):
        name = "s%d" % self.chance.randrange(4)
        if name in self.received:
            self.run("subscribe", name, "--remove")
            del self.received[name]
            return
        node = Expressions(self.chance, self.tags(), list(self.papers.values())).make(2)
        expressions = Expressions(self.chance, self.tags(), list(self.papers.values()))
        text = expressions.write(node)
        self.run("subscribe", name, "--tag", text, "--backlog", "all", "--format", "json")
        # a paper that is there and does not match is old to this reader, also when it comes to match later
        had = {p["id"] for p in self.listed() if not expressions.matches(node, p)}
        self.received[name] = (had, node, self.chance.choice([0, 5]))

    def step_digest(self):
        for name in sorted(self.received):
            received, node, limit = self.received[name]
            expressions = Expressions(self.chance, self.tags(), list(self.papers.values()))
            if any(tag not in self.tags() for tag in self.all_tags(node)):
                continue  # a tag of it was removed
            due = {p["id"] for p in self.listed() if expressions.matches(node, p)} - received
            file = self.at("digest")
            more = ["--limit", str(limit)] if limit else []
            if self.chance.random() < 0.3:
                self.run("digest", "--for", name, "--dry-run", codes=(0, 3))
            self.run("digest", "--for", name, "-o", file, *more, codes=(0,) if due else (3,))
            if due:
                got = [paper["id"] for paper in json.load(open(file))["papers"]]
                os.unlink(file)
                check(len(set(got)) == len(got) and not received & set(got), name, "has papers twice:", got)
                check(set(got) <= due and len(got) == min(len(due), limit or len(due)), name, "has", sorted(got), "of", sorted(due))
                received |= set(got)

    def all_tags(self, node):
        if node[0] == "tag":
            return [node[1]]
        return [tag for part in node[1:] if isinstance(part, tuple) for tag in self.all_tags(part)]

    # ---- what must hold

    def listed(self, *more):
        out = [json.loads(line) for line in self.run("list", "--json", *more, codes=(0, 3)).splitlines()]
        for paper in out:
            paper["marks"] = self.marks.get(paper["id"], (False, False, None))
        return out

    def check_verdicts(self):
        here = {(id, tag): verdict for id, tag, verdict in self.rows(
            "SELECT p.id, t.tag, v.verdict FROM verdicts v JOIN papers p ON p.key=v.paper JOIN tags t ON t.key=v.tag")}
        check(here == self.verdicts, "verdicts too many:", set(here.items()) - set(self.verdicts.items()), "missing:",
              set(self.verdicts.items()) - set(here.items()))
        marks = {id: (bool(r), bool(s), n) for id, r, s, n in self.rows(
            "SELECT p.id, m.read, m.starred, m.note FROM marks m JOIN papers p ON p.key=m.paper")}
        for id in set(marks) | set(self.marks):
            check(marks.get(id, (False, False, None)) == self.marks.get(id, (False, False, None)), "marks of", id,
                  marks.get(id), self.marks.get(id))

    def check_roads(self):
        """The same by several roads."""
        listed = {paper["id"]: paper for paper in self.listed()}
        check(set(listed) == set(self.papers), "papers:", set(listed) ^ set(self.papers))
        for id, paper in self.papers.items():
            for field in ("title", "abstract", "date", "authors", "categories"):
                if field in paper:
                    check(listed[id].get(field) == paper[field], id, field, listed[id].get(field), paper[field])
        opinions = {}
        for id, tag, p, assigned in self.rows("SELECT p.id, t.tag, o.p, o.assigned FROM opinions o JOIN papers p ON "
                                              "p.key=o.paper JOIN tags t ON t.key=o.tag"):
            opinions[id, tag] = assigned
        force = {key for key, assigned in opinions.items() if assigned and self.verdicts.get(key) != "no"}
        force |= {key for key, verdict in self.verdicts.items() if verdict == "yes"}
        view = {(id, tag): (p, v) for id, tag, p, v in self.rows("SELECT paper_id, tag, p, verdict FROM paper_tags")}
        check(set(view) == force, "tags in force:", set(view) ^ force)
        said = {(id, t["tag"]): t for id, paper in listed.items() for t in paper["tags"]}
        check({key for key in said} == force, "tags that list prints:", set(said) ^ force)
        check(all(t.get("verdict") == self.verdicts.get(key) for key, t in said.items()), "verdicts that list prints")
        counts = {}
        for id, tag in force:
            counts[tag] = counts.get(tag, 0) + 1
        for line in self.run("tags", "--json").splitlines():
            tag = json.loads(line)
            if "papers" in tag and tag["papers"] is not None:
                check(tag["papers"] == counts.get(tag["tag"], 0), "count of", tag["tag"], tag["papers"], counts.get(tag["tag"], 0))
        rest, cursor = [], ""
        while cursor is not None:
            page = self.ask("GET", "/api/v1/papers?limit=%d%s" % (self.chance.choice([7, 50]), cursor))
            rest += page["papers"]
            cursor = "&cursor=" + page["next"] if page["next"] else None
        check([paper["id"] for paper in rest] == list(listed), "order of REST and list")
        for paper in rest:
            here = dict(paper)
            marks = (here.pop("read"), here.pop("starred"), here.pop("note", None))
            there = dict(listed[paper["id"]])
            check(marks == there.pop("marks"), "marks by REST", paper["id"], marks)
            check(here == there, "REST and list differ:", here, there)
        for tag in self.ask("GET", "/api/v1/tags")["tags"]:
            check(tag.get("papers", 0) == counts.get(tag["tag"], 0), "REST counts", tag, counts.get(tag["tag"], 0))
        exported = [line.split("\t")[:3] for line in self.run("labels", "export", codes=(0, 3)).splitlines()[1:]]
        check({(i, t): v for i, t, v in exported} == self.verdicts, "verdicts that are exported")
        feed = json.loads(self.ask("GET", "/feed.json?limit=200"))
        check(len(feed["items"]) == min(len(listed), 200), "papers of the feed:", len(feed["items"]))
        stats = json.loads(self.run("stats", "--json"))
        check(stats["papers"] == len(listed) and stats["verdicts"] == len(self.verdicts), "stats", stats)

    def check_expressions(self):
        papers = self.listed()
        expressions = Expressions(self.chance, self.tags(), papers)
        for _ in range(6):
            node = expressions.make(self.chance.randrange(1, 6))
            text = expressions.write(node)
            expected = [p["id"] for p in papers if expressions.matches(node, p)]
            here = [p["id"] for p in self.listed("--tag", text)]
            check(here == expected, text, "gives", here, "not", expected)
            quoted = urllib.parse.quote(text)
            got = [p["id"] for p in self.ask("GET", "/api/v1/papers?limit=1000&q=" + quoted)["papers"]]
            check(got == expected, text, "gives by REST", got, "not", expected)
            got = [i["id"] for i in json.loads(self.ask("GET", "/feed.json?limit=200&q=" + quoted))["items"]]
            check(len(got) == len(expected), text, "gives as a feed", got, "not", expected)
            page = self.ask("GET", "/?q=" + quoted)
            shown = {urllib.parse.unquote(i) for i in re.findall(r'href="/papers/([^"?]+)"', page)}
            check(len(expected) > 30 or set(expected) == shown, text, "as a page", shown ^ set(expected))

    def check_sound(self):
        self.run("doctor", codes=(0,))
        check(self.rows("PRAGMA integrity_check") == [("ok",)], "integrity_check")
        check(not self.rows("PRAGMA foreign_key_check"), "foreign keys")

    def steps(self, count):
        often = {"label": 6, "put": 4, "many": 4, "form": 2, "marks": 4, "undo": 7, "import_verdicts": 2,
                 "export_and_import": 1, "add": 3, "new_version": 2, "tag_new": 2, "tag_remove": 1, "retrain": 2,
                 "use": 1, "repair": 1, "subscribe": 2, "digest": 3}
        kinds = [kind for kind, weight in often.items() for _ in range(weight)]
        for n in range(count):
            kind = self.chance.choice(kinds)
            self.log = self.log[-12:] + ["-- %d %s" % (n, kind)]
            getattr(self, "step_" + kind)()
            self.check_verdicts()
            if n % 10 == 9:
                self.check_roads()
                self.check_expressions()
            if n % 30 == 29:
                self.check_sound()


def main():
    program, *rest = sys.argv[1:]
    seeds = [int(word) for word in rest if word.isdigit()]
    long = "--long" in rest or seeds
    seeds = seeds or list(range(1, 21) if long else [1])
    folder, bad = tempfile.mkdtemp(), 0
    model = os.path.join(folder, "model")
    subprocess.run([program, "train", "-o", model, "--skip-rare", "--min-examples", "2", "--max-terms", "600", SAMPLE],
                   check=True, capture_output=True)
    for number, seed in enumerate(seeds, 1):
        world = None
        try:
            world = World(program, seed, model)
            world.steps(400 if long else 120)
            world.check_roads()
            world.check_sound()
            world.end()
            print("ok %d stateful: seed %d" % (number, seed), flush=True)
        except Exception as what:
            bad += 1
            print("not ok %d stateful: seed %d" % (number, seed))
            for line in (world.log[-14:] if world else []) + [str(what)] + (
                    [] if isinstance(what, Wrong) else traceback.format_exc().splitlines()):
                print("# " + line)
            sys.stdout.flush()
            if world:
                world.server.kill()
                if "--keep" not in rest:
                    shutil.rmtree(world.folder, ignore_errors=True)
                else:
                    print("# kept in " + world.folder)
    shutil.rmtree(folder)
    print("1..%d" % len(seeds))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
