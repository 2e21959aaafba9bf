#!/usr/bin/python3
"""Kills every command that writes, and looks at what is left.

usage: tests/fault/kill.py PROGRAM LIBRARY [--long] [COMMAND]...

LIBRARY is made of files.c. Each command is killed (SIGKILL) at its n-th file operation, for n upward until it reaches its
end, and at random moments of its run: 200 with --long, else 5. After each kill the store must be sound to SQLite and
to `doctor`; what the command was to do must be done whole or not at all; and when it is done again, the store must be
as if nothing had happened: no paper or verdict lost, no paper sent twice, a file old or new. A mail may be left unknown,
which `send` and `doctor` then say.
Prints TAP: one test a command, with the number of kills.
"""
import atexit, json, os, random, re, shutil, sqlite3, subprocess, sys, tempfile, time

SAMPLE = "data/sample.jsonl"
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli/smtp_server.py")


class Bench:
    def __init__(self, program, library):
        self.program, self.shim, self.work = program, library, tempfile.mkdtemp()
        papers = [json.loads(line) for line in open(SAMPLE)]
        self.write("first", papers[:25])
        self.write("more", papers[25:] + [dict(papers[0], abstract=papers[0]["abstract"] + " A later version.")])
        with open(self.at("verdicts"), "w") as f:
            f.write("id\ttag\tverdict\tgiven\n")
            for n in range(3, 23):
                f.write("sample-%02d\trobotics\tno\t2026-01-01T00:00:00Z\n" % n)
        self.env = dict(os.environ, PAPERTAG_DB=self.at("db"))
        self.do("train", "-o", self.at("old"), "--skip-rare", "--min-examples", "3", "--max-terms", "400", SAMPLE)
        self.do("add", self.at("first"))
        self.do("subscribe", "me", "--backlog", "all")
        self.do("label", "sample-02", "-quantization", "+agents")
        with sqlite3.connect(self.at("db")) as db: # before the other store's, also within the same second
            db.execute("UPDATE verdicts SET given='2026-01-02T00:00:00Z'")
        db.close()
        self.do("review", "--plain", "--order", "random", input="y\n" * 10)
        shutil.copy(self.at("db"), self.at("db.base"))
        for args in (["add", self.at("more")], ["label", "sample-02", "+quantization"], ["label", "sample-40", "+agents"],
                     ["digest", "--for", "me", "--limit", "30", "-o", self.at("gone")]):
            self.do(*args)
        shutil.copy(self.at("db"), self.at("other"))
        self.reset()

    def at(self, name):
        return os.path.join(self.work, name)

    def write(self, name, papers):
        with open(self.at(name), "w") as f:
            f.writelines(json.dumps(paper) + "\n" for paper in papers)

    def do(self, *args, input="", codes=(0,)):
        run = subprocess.run([self.program, *args], env=self.env, input=input, capture_output=True, text=True)
        if run.returncode not in codes:
            raise Wrong("%s: status %d: %s" % (" ".join(args), run.returncode, run.stderr.strip()[-300:]))
        return run.stdout

    def reset(self):
        for name in os.listdir(self.work):
            if name.startswith("db-") or name.startswith("out"):
                os.remove(self.at(name))
        shutil.copy(self.at("db.base"), self.at("db"))
        shutil.copy(self.at("old"), self.at("out.model"))

    def killed(self, args, given, at=None, seconds=None):
        """Runs a command that is killed at an operation or after some time. Its status: -9 when it was, and output."""
        env = dict(self.env)
        if at:
            env.update(LD_PRELOAD=self.shim, FAULT_AT=str(at), FAULT_KILL="1")
        run = subprocess.Popen([self.program, *args], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
        try:
            run.stdin.write(given)
            run.stdin.close()
        except BrokenPipeError:
            pass
        if seconds is not None:
            time.sleep(seconds)
            run.kill()
        output = run.stdout.read()
        return run.wait(), output

    def rows(self, sql):
        connection = sqlite3.connect(self.at("db"))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def serve_mail(self):
        """Starts a mail server, once, which keeps what it takes in the folder `mail`."""
        if os.path.exists(self.at("mail")):
            return
        os.mkdir(self.at("mail"))
        server = subprocess.Popen([sys.executable, SERVER, self.at("mail")], stderr=subprocess.DEVNULL)
        atexit.register(server.kill)
        while not os.path.exists(self.at("mail/port")):
            time.sleep(0.05)
        with open(self.at("config"), "w") as f:
            f.write("[mail]\nurl = smtp://127.0.0.1:%s\nfrom = papers@example.org\n" % open(self.at("mail/port")).read())
        self.env["PAPERTAG_CONFIG"] = self.at("config")

    def mails(self):
        """The messages that the server has taken, with their ids."""
        names = [self.at("mail/" + name) for name in os.listdir(self.at("mail")) if name.startswith("mail-")]
        return [re.search(rb"^Message-ID: <(.*?)>", open(name, "rb").read(), re.M)[1] for name in names]

    def sound(self):
        answer = self.rows("PRAGMA integrity_check")[0][0]
        if answer != "ok":
            raise Wrong("integrity_check: " + answer)
        if self.rows("PRAGMA foreign_key_check"):
            raise Wrong("a row refers to one that is not there")
        found = [json.loads(line) for line in self.do("doctor", "--json", codes=(0, 1)).splitlines()]
        wrong = [one["what"] for one in found if one["trouble"] and not one["what"].startswith("the mail to ")]
        if wrong:
            raise Wrong("doctor: " + "; ".join(wrong))


class Wrong(Exception):
    pass


def count(bench, table):
    return bench.rows("SELECT count(*) FROM " + table)[0][0]


def whole(name, value, *allowed):
    if value not in allowed:
        raise Wrong("%s: %r, which is none of %r" % (name, value, allowed))


# One class a command: what is run, what may be there after a kill, what must be there when it is run again.

class Add:
    args, given = ["add", "@more"], ""

    def after(self, b, code, output):
        whole("papers", count(b, "papers"), *range(25, 41))
        b.do("add", b.at("more"))
        whole("papers", count(b, "papers"), 40)
        whole("versions", count(b, "versions"), 1)
        whole("verdicts", count(b, "verdicts") >= 2, True)
        whole("opinions", b.rows("SELECT count(*) FROM papers WHERE model IS NULL")[0][0], 0)


class Merge:
    args, given = ["merge", "@other"], ""

    def after(self, b, code, output):
        whole("papers", count(b, "papers"), *([40] if code == 0 else range(25, 41)))
        b.do("merge", b.at("other"), codes=(0, 3))
        whole("papers", count(b, "papers"), 40)
        whole("versions", count(b, "versions"), 1)
        whole("papers delivered", count(b, "delivered"), 30)
        here = b.rows("SELECT p.id, t.tag, verdict FROM verdicts v JOIN papers p ON p.key=v.paper JOIN tags t ON"
                      " t.key=v.tag WHERE p.id='sample-40' OR p.id='sample-02' AND t.tag='quantization' ORDER BY 1")
        whole("verdicts", here, [("sample-02", "quantization", "yes"), ("sample-40", "agents", "yes")])
        b.do("merge", b.at("other"), codes=(3,))


class Label:
    args, given = ["label", "sample-05", "+robotics", "-agents"], ""

    def before(self, b):
        self.had = count(b, "verdicts")

    def after(self, b, code, output):
        here = b.rows("SELECT count(*) FROM verdicts v JOIN papers p ON p.key=v.paper JOIN tags t ON t.key=v.tag"
                      " WHERE p.id='sample-05' AND t.tag IN ('robotics','agents')")[0][0]
        whole("verdicts of the call", here, *([2] if code == 0 else [0, 2]))
        whole("verdicts", count(b, "verdicts") >= self.had, True)
        b.do(*self.args)


class Undo:
    args, given = ["label", "--undo"], ""

    def before(self, b):
        b.do("label", "sample-05", "+robotics", "-agents")
        self.had = count(b, "verdicts")

    def after(self, b, code, output):
        whole("verdicts", count(b, "verdicts"), *([self.had - 2] if code == 0 else [self.had, self.had - 2]))


class Import:
    args, given = ["labels", "import", "@verdicts"], ""

    def after(self, b, code, output):
        here = b.rows("SELECT count(*) FROM verdicts WHERE given='2026-01-01T00:00:00Z'")[0][0]
        whole("verdicts of the file", here, *([20] if code == 0 else [0, 20]))
        b.do("labels", "import", b.at("verdicts"))
        whole("verdicts of the file", b.rows("SELECT count(*) FROM verdicts WHERE given='2026-01-01T00:00:00Z'")[0][0], 20)


class Review:
    args, given = ["review", "--plain", "--order", "new", "--tag", "language-models"], "y\nn\ny\nn\n"

    def before(self, b):
        self.had = count(b, "verdicts")

    def after(self, b, code, output):
        asked = output.count("Is it about")
        here = count(b, "verdicts") - self.had
        if not (asked - 1 <= here <= asked or code == 0 and here == 4):
            raise Wrong("%d verdicts recorded of %d questions asked" % (here, asked))


class Retrain:
    args, given = ["retrain", "--force", "--jobs", "2"], ""

    def after(self, b, code, output):
        kept = count(b, "kept")
        whole("kept models", kept, *([1] if code == 0 else [0, 1]))
        if kept:
            b.do("model", "save", "-o", b.at("out.kept"))
            b.do("model", "verify", b.at("out.kept"))
            whole("papers of another model", b.rows("SELECT count(DISTINCT model) FROM papers")[0][0], 1)
        b.do("retrain", "--force", codes=(3,) if kept else (0,))
        whole("kept models", count(b, "kept"), 1)
        whole("verdicts", count(b, "verdicts") >= 2, True)


class TagNew:
    args, given = ["tag-new", "mine", "-e", "sample-01", "-e", "sample-02", "--definition", "Low-bit weights"], ""

    def after(self, b, code, output):
        own = b.rows("SELECT count(*) FROM tags WHERE own=1")[0][0]
        whole("own tags", own, *([1] if code == 0 else [0, 1]))
        whole("their examples", b.rows("SELECT count(*) FROM verdicts WHERE example=1")[0][0], 2 * own)
        b.do(*self.args)
        whole("own tags", b.rows("SELECT count(*) FROM tags WHERE own=1")[0][0], 1)


class Digest:
    args, given = ["digest", "--for", "me", "--format", "json", "-o", "@out.first"], ""

    def after(self, b, code, output):
        sent = []
        for name in ("out.first", "out.second"):
            if name == "out.second":
                b.do("add", b.at("more"))
                b.do("digest", "--for", "me", "--format", "json", "-o", b.at(name))
            if os.path.exists(b.at(name)):
                sent += [paper["id"] for paper in json.load(open(b.at(name)))["papers"]]
        if len(sent) != len(set(sent)):
            raise Wrong("papers are sent twice")
        whole("papers sent", len(sent), 40)


class Taken(Digest):
    """The same, with a reader who takes the file away as soon as it is there."""

    def after(self, b, code, output):
        sent = []
        for name in ("out.first", "out.second", "out.third"):
            if name == "out.second":
                b.do("add", b.at("more"))
            if name != "out.first":
                b.do("digest", "--for", "me", "--format", "json", "-o", b.at("out.first"), codes=(0, 3))
            if os.path.exists(b.at("out.first")):
                os.rename(b.at("out.first"), b.at(name + ".taken"))
                sent += [paper["id"] for paper in json.load(open(b.at(name + ".taken")))["papers"]]
        whole("papers sent", len(sent), 40)
        whole("different papers sent", len(set(sent)), 40)


class Send:
    args, given = ["send", "ada"], ""

    def before(self, b):
        b.serve_mail()
        for name in os.listdir(b.at("mail")):
            if name.startswith("mail-"):
                os.remove(b.at("mail/" + name))
        b.do("subscribe", "ada", "--tag", "quantization | attention", "--to", "ada@example.org", "--backlog", "all")

    def after(self, b, code, output):
        b.do("send", "ada", codes=(3,) if code == 0 else (0, 1, 3))
        unknown = count(b, "mails WHERE state=4")
        whole("mails that are neither accepted nor unknown", count(b, "mails WHERE state NOT IN (1, 4)"), 0)
        whole("mails recorded", count(b, "mails"), 1)
        whole("mails taken", len(b.mails()), *([0, 1] if unknown else [1]))
        if unknown:  # a person finds out, and settles it
            b.do("send", "--resolve", "ada", "sent" if b.mails() else "unsent")
            b.do("send", "ada", codes=(0, 3))
        whole("mails taken in the end", len(b.mails()), 1)
        whole("papers recorded", count(b, "delivered") > 0, True)


class Train:
    args, given = ["train", "-o", "@out.model", "--skip-rare", "--min-examples", "4", "--max-terms", "300", SAMPLE], ""

    def after(self, b, code, output):
        if "fit" not in vars(self):
            b.do("train", "-o", b.at("new"), *Train.args[3:])
            self.fit = True
        b.do("model", "verify", b.at("out.model"))
        made = open(b.at("out.model"), "rb").read()
        old, new = (open(b.at(name), "rb").read() for name in ("old", "new"))
        if made not in ([new] if code == 0 else [old, new]):
            raise Wrong("a model that is neither the old nor the new")


def attempt(b, case, args, **when):
    b.reset()
    if hasattr(case, "before"):
        case.before(b)
    code, output = b.killed(args, case.given, **when)
    if code not in (0, -9):
        raise Wrong("status %d" % code)
    b.sound()
    case.after(b, code, output)
    b.sound()
    return code


def main():
    program, library, *rest = sys.argv[1:]
    long, chosen = "--long" in rest, [word for word in rest if not word.startswith("--")]
    random.seed(20261125)
    b = Bench(program, library)
    number, bad, total = 0, 0, 0
    for kind in (Add, Merge, Label, Undo, Import, Review, Retrain, TagNew, Digest, Taken, Send, Train):
        case, name, kills, wrong = kind(), kind.__name__.lower(), 0, []
        if chosen and name not in chosen:
            continue
        args = [b.at(word[1:]) if word[0] == "@" else word for word in case.args]
        at, begin = 0, time.time()
        attempt(b, case, args)
        while len(wrong) < 5:
            at += 1 if at < (100 if long else 8) else 1 + at // (20 if long else 4)
            try:
                code = attempt(b, case, args, at=at)
                kills += code == -9
                if code == 0:
                    break
            except Wrong as what:
                wrong.append("operation %d: %s" % (at, what))
        b.reset()
        if hasattr(case, "before"):
            case.before(b)
        begin = time.time()
        b.killed(args, case.given)
        seconds = time.time() - begin
        for _ in range(200 if long else 5):
            moment = random.uniform(0, 1.1 * seconds)
            try:
                kills += attempt(b, case, args, seconds=moment) == -9
            except Wrong as what:
                wrong.append("after %.4f of %.4f s: %s" % (moment, seconds, what))
                if len(wrong) > 9:
                    break
        number, bad, total = number + 1, bad + bool(wrong), total + kills
        print("%sok %d kill %s: %d kills" % ("not " if wrong else "", number, name, kills))
        for line in wrong:
            print("# " + line)
        sys.stdout.flush()
    shutil.rmtree(b.work)
    print("1..%d\n# %d kills" % (number, total))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
