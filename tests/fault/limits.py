#!/usr/bin/python3
"""Runs the program where something has come to its end: the disk, permissions, patience, time, memory, the reader.

usage: tests/fault/limits.py PROGRAM LIBRARY [--long]

LIBRARY is made of files.c. With --long also what takes minutes: a lock held for good, formats that are read whole fed
without end, a model of 10,000 tags. Prints TAP: one test each; what this machine cannot do (mounting, another user's
rights, another time) is skipped.
"""
import json, os, resource, shutil, sqlite3, subprocess, sys, tempfile, threading, time

SAMPLE = "data/sample.jsonl"
LONG = "--long" in sys.argv


class Skip(Exception):
    pass


class Wrong(Exception):
    pass


class Place:
    def __init__(self, program, library):
        self.program, self.shim = program, library
        self.folder = tempfile.mkdtemp()
        self.env = dict(os.environ, PAPERTAG_DB=self.at("db"))

    def at(self, name):
        return os.path.join(self.folder, name)

    def fresh(self):
        """A new store of the sample papers."""
        for name in os.listdir(self.folder):
            if name.startswith("db"):
                os.remove(self.at(name))
        self.run("add", SAMPLE)

    def run(self, *args, codes=(0,), says=None, env=None, limits=(), before=(), timeout=60, **how):
        """Runs the program; its standard output. `limits` are pairs for setrlimit, `before` words before the program."""
        def limit():
            for what, most in limits:
                resource.setrlimit(what, (most, most))
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        run = subprocess.run([*before, self.program, *args], env=dict(self.env, **(env or {})), stderr=subprocess.PIPE,
                             text=True, errors="replace", timeout=timeout, preexec_fn=limit, **how)
        what = " ".join(args)[:200]
        if run.returncode not in codes:
            raise Wrong("%s: status %d: %s" % (what, run.returncode, run.stderr.strip()[-300:]))
        if run.returncode == 1 and not run.stderr.strip() and args[0] != "doctor":  # whose words are its output
            raise Wrong("%s: status 1 without a word" % what)
        if says is not None and says not in run.stderr:
            raise Wrong("%s: says %r, not %r" % (what, run.stderr.strip()[-300:], says))
        return run.stdout

    def one(self, sql, name="db"):
        connection = sqlite3.connect(self.at(name))
        try:
            return connection.execute(sql).fetchone()[0]
        finally:
            connection.close()


def equal(name, is_, should):
    if is_ != should:
        raise Wrong("%s: %r, not %r" % (name, is_, should))


COMMANDS = (["add", SAMPLE], ["label", "sample-01", "+robotics"], ["subscribe", "me", "--backlog", "all"],
            ["digest", "--for", "me", "--format", "html", "-o", "{out}"],
            ["train", "-o", "{model}", "--skip-rare", "--max-terms", "3000", SAMPLE], ["retrain", "--force"],
            ["review", "--plain"], ["list", "--json"], ["doctor"])


def full_disk(p):
    """A disk of so many kB: commands fail with a word; what they said is done is there."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        raise Skip("no file system can be mounted here")
    disk = p.at("disk")
    os.makedirs(disk, exist_ok=True)
    for size in (60, 100, 180, 260, 340, 420, 500, 600, 800, 1200, 2400) if not LONG else range(60, 6000, 60):
        done = []
        script = ["mount -t tmpfs -o size=%dk none '%s'" % (size, disk)]
        for command in COMMANDS:
            words = " ".join("'%s'" % w.format(out=disk + "/out", model=disk + "/model") for w in command)
            script.append("'%s' %s </dev/null >'%s' 2>&1; echo $? $(wc -c <'%s') $(grep -o 'I/O error' '%s')" %
                          (p.program, words, p.at("said"), p.at("said"), p.at("said")))
        script.append("rm -f '%s'; cp '%s'/* '%s'" % (p.at("copy*"), disk, p.folder))
        env = dict(p.env, PAPERTAG_DB=disk + "/copy")
        for name in ("copy", "copy-wal", "out", "model"):
            if os.path.exists(p.at(name)):
                os.remove(p.at(name))
        run = subprocess.run(["unshare", "-m", "sh", "-c", "\n".join(script)], env=env, capture_output=True, text=True)
        for command, line in zip(COMMANDS, run.stdout.splitlines()):
            status, said = map(int, line.split()[:2])
            done.append(status == 0)
            if status not in (0, 1, 2, 3) or status == 1 and not said:
                raise Wrong("%d kB, %s: status %d" % (size, command[0], status))
        if "I/O error" in run.stdout:
            raise Wrong("%d kB: it does not say what is full" % size)
        equal("%d kB: commands run" % size, len(done), len(COMMANDS))
        if os.path.exists(p.at("copy")) and os.path.getsize(p.at("copy")):
            equal("%d kB: integrity_check" % size, p.one("PRAGMA integrity_check", "copy"), "ok")
            equal("%d kB: papers" % size, p.one("SELECT count(*) FROM papers", "copy"), 40 if done[0] else 0)
            equal("%d kB: verdicts" % size, p.one("SELECT count(*) FROM verdicts", "copy"), int(done[1]))
        equal("%d kB: digest" % size, os.path.exists(p.at("out")), done[3])
        if done[4]:
            p.run("model", "verify", p.at("model"))


def size_of_files(p):
    """A limit on the size of files ends a write, not the process."""
    for size in (1, 4096, 50000, 150000, 300000):
        p.fresh()
        for command in COMMANDS:
            words = [w.format(out=p.at("out"), model=p.at("model")) for w in command]
            p.run(*words, codes=(0, 1, 2, 3), limits=[(resource.RLIMIT_FSIZE, size)], stdout=subprocess.DEVNULL)
        equal("integrity_check", p.one("PRAGMA integrity_check"), "ok")
        equal("papers", p.one("SELECT count(*) FROM papers"), 40)


def read_only_disk(p):
    """A store on a file system that cannot be written is read, and nothing more."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        raise Skip("no file system can be mounted here")
    p.fresh()
    disk = p.at("fixed")
    os.makedirs(disk, exist_ok=True)
    shutil.copy(p.at("db"), disk + "/db")
    for args, code, says in ((["list"], 0, None), (["show", "sample-01"], 0, None), (["stats"], 0, None),
                             (["digest", "--tag", "RL"], 0, None), (["similar", "sample-01"], 0, None), (["doctor"], 0, None),
                             (["label", "sample-01", "+robotics"], 1, "read-only"),
                             (["digest", "-o", disk + "/out"], 1, "Read-only"),
                             (["train", "-o", disk + "/model", "--skip-rare", SAMPLE], 1, "Read-only")):
        script = "mount --bind '%s' '%s' && mount -o remount,ro,bind '%s' && exec \"$@\"" % (disk, disk, disk)
        p.run(*args, codes=(code,), says=says, env={"PAPERTAG_DB": disk + "/db"},
              before=["unshare", "-m", "sh", "-c", script, "sh"])


def read_only_folder(p):
    """A folder without the right to write."""
    if os.geteuid() or not shutil.which("setpriv"):
        raise Skip("takes root, who gives up rights")
    p.fresh()
    home = p.at("home")
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    shutil.copy(p.program, home + "/papertag")
    shutil.copy(p.env["PAPERTAG_MODEL"], home + "/model")
    shutil.copy(SAMPLE, home + "/papers")
    shutil.copy(p.at("db"), home + "/db")
    os.chmod(p.folder, 0o755)
    for folder, _, names in os.walk(home):
        for name in names:
            os.chmod(os.path.join(folder, name), 0o755)
    for args, says in ((["list"], "read-only"), (["label", "sample-01", "+robotics"], "read-only"),
                       (["add", home + "/papers"], "read-only"), (["train", "-o", home + "/m", "--skip-rare", home + "/papers"], "denied")):
        run = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", home + "/papertag", *args],
                             env=dict(p.env, PAPERTAG_DB=home + "/db", PAPERTAG_MODEL=home + "/model", HOME=home), capture_output=True, text=True)
        if run.returncode != 1 or says not in run.stderr:
            raise Wrong("%s: status %d: %s" % (args[0], run.returncode, run.stderr.strip()))


def locked(p):
    """Another program holds the store: we wait; half a minute at most."""
    def hold(seconds, held):
        connection = sqlite3.connect(p.at("db"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()
    for seconds, code, says in ((2, 0, None),) + (((40, 1, "locked"),) if LONG else ()):
        p.fresh()
        held = threading.Event()
        thread = threading.Thread(target=hold, args=(seconds, held))
        thread.start()
        held.wait()
        p.run("list")
        p.run("label", "sample-01", "+robotics", codes=(code,), says=says)
        thread.join()
        equal("verdicts", p.one("SELECT count(*) FROM verdicts"), 1 - code)


def clock_backwards(p):
    """The clock says 2020: the last word still holds, nothing is sent twice or lost."""
    if not shutil.which("faketime"):
        raise Skip("needs faketime")
    p.fresh()
    past = ["faketime", "2020-01-01 00:00:00"]
    with open(p.at("more"), "w") as f:
        for line in open(SAMPLE):
            paper = json.loads(line)
            f.write(json.dumps(dict(paper, id="new-" + paper["id"], title="Again: " + paper["title"])) + "\n")
    p.run("subscribe", "me", "--backlog", "all")
    p.run("digest", "--for", "me", "-o", p.at("out"))
    p.run("label", "sample-01", "+robotics")
    p.run("label", "sample-01", "-robotics", before=past)
    equal("the verdict", p.one("SELECT verdict FROM verdicts"), "no")
    p.run("label", "--undo", before=past)
    equal("the verdict taken back", p.one("SELECT verdict FROM verdicts"), "yes")
    p.run("digest", "--for", "me", "-o", p.at("out"), codes=(3,), before=past)
    p.run("add", p.at("more"), before=past)
    p.run("retrain", "--force", before=past)
    p.run("digest", "--for", "me", "--format", "json", "-o", p.at("out"), before=past)
    equal("papers sent", len(json.load(open(p.at("out")))["papers"]), 40)
    p.run("digest", "--for", "me", "-o", p.at("out"), codes=(3,))
    p.run("doctor")


def output_ends(p):
    """Standard output is full, closed, or nobody reads on."""
    p.fresh()
    for args in (["list"], ["list", "--json"], ["tag", SAMPLE], ["tag", "--json", SAMPLE], ["digest"], ["show", "sample-01"],
                 ["stats"], ["trends"], ["tags"], ["model", "info"], ["labels", "export"], ["help", "--man"], ["eval", SAMPLE],
                 ["explain", SAMPLE], ["similar", "sample-01"], ["review", "--plain"], ["doctor"], ["subscriptions"]):
        with open("/dev/full", "w") as full:
            p.run(*args, codes=(1, 3), stdout=full)
        closed = subprocess.run(["sh", "-c", '"$@" >&-', "sh", p.program, *args], env=p.env, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True)
        if closed.returncode not in (1, 3) or not closed.stderr.strip():
            raise Wrong("%s, closed: status %d" % (args[0], closed.returncode))
    subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", p.program, "train", "-o", p.at("model"), "--skip-rare", SAMPLE], env=p.env)
    p.run("model", "verify", p.at("model"))
    for args in (["tag", "-"], ["tag", "--json", "-"], ["tag", "--keep", "-"], ["explain", "--json", "-"]):
        endless = subprocess.Popen(["yes", '{"id":"x","title":"A paper about agents"}'], stdout=subprocess.PIPE)
        reader = subprocess.Popen([p.program, *args], env=p.env, stdin=endless.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        endless.stdout.close()
        reader.stdout.readline()
        reader.stdout.close()
        try:
            reader.wait(30)
            equal("what it says of it", reader.stderr.read(), b"")
        except subprocess.TimeoutExpired:
            raise Wrong("%s: goes on when nobody reads" % args[0])
        finally:
            reader.kill()
            endless.kill()
            endless.wait()


def large_records(p):
    """A line of 1 GiB, between two papers, in little memory: said with its line, and the papers are tagged."""
    def give(to, form):
        line = b'{"id":"a","title":"One"}\n' if form == "jsonl" else b"id,title\na,One\n"
        last = b'"}\n{"id":"c","title":"Three"}\n' if form == "jsonl" else b'"\nc,Three\n'
        try:
            to.write(line + (b'{"id":"b","title":"' if form == "jsonl" else b'b,"'))
            for _ in range(1024):
                to.write(b"many words " * 95325)
            to.write(last)
            to.close()
        except BrokenPipeError:
            pass
    for form, number in (("jsonl", 2), ("csv", 3)):
        run = subprocess.Popen([p.program, "tag", "--json", "--jobs", "2", "--from", form, "-"], env=p.env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20)))
        thread = threading.Thread(target=give, args=(run.stdin, form))
        thread.start()
        out, said = run.stdout.read().decode(), run.stderr.read().decode()
        thread.join()
        equal(form + ": status", run.wait(), 1)
        equal(form + ": papers", [json.loads(line)["id"] for line in out.splitlines()], ["a", "c"])
        if "standard input:%d: " % number not in said:
            raise Wrong("%s: says %r" % (form, said))


def endless_input(p):
    """Zero bytes without end: an error, or a stream that goes on in little memory."""
    p.fresh()
    for form in ("jsonl", "csv", "tsv", "atom", "rss", "oai") + (("json", "daily-papers", "s2", "openreview", "bib", "page") if LONG else ()):
        memory = 400 if form in ("jsonl", "csv", "tsv", "atom", "rss", "oai") else 2500
        with open("/dev/zero", "rb") as zero:
            run = subprocess.Popen([p.program, "tag", "--from", form, "-"], env=p.env, stdin=zero, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20)))
        said = run.stderr.readline()
        time.sleep(0 if form != "jsonl" else 1)
        code = run.poll() if form == "jsonl" else run.wait(60)
        run.kill()
        run.wait()
        if "out of memory" in said or "standard input" not in said or code not in (None, 1):
            raise Wrong("%s: status %r: %s" % (form, code, said.strip()))
    for args in (["labels", "import", "/dev/zero"], ["retrain", "--labels", "/dev/zero"],
                 ["train", "-o", p.at("model"), "--tag-list", "/dev/zero", SAMPLE]):
        p.run(*args, codes=(1,), says="/dev/zero: ")
    p.run("model", "verify", "/dev/zero", codes=(1,), says="/dev/zero: ")


def many_tags(p):
    """10,000 tags: a list of tags, verdicts, and with --long a model."""
    names = ["tag-%d" % i for i in range(10000)]
    with open(p.at("list"), "w") as f:
        json.dump({"tags": [{"tag": n, "name": n.title(), "group": "g", "definition": "Papers on %s." % n} for n in names]}, f)
    few = 10000 if LONG else 300
    with open(p.at("papers"), "w") as f:
        for n in range(3 * few):
            mine = [names[n % few], names[(7 * n + n // few) % few]]
            f.write(json.dumps({"id": "p%d" % n, "title": "On " + " and ".join(mine).replace("-", ""), "tags": mine}) + "\n")
    p.run("train", "-o", p.at("model"), "--tag-list", p.at("list"), "--min-examples", "2", "--skip-rare", "--min-df", "2",
          "--max-terms", "30000", p.at("papers"), timeout=600)
    p.run("tags", "--model", p.at("model"))
    p.fresh()
    p.run("add", "--model", p.at("model"), p.at("papers"), timeout=600)
    p.run("label", "p5", *["+" + name for name in names[:few] if few <= 5000] or ["+tag-1"])
    p.run("doctor")
    p.run("list", "--tag", " | ".join(names), codes=(2,), says="longer than")


def short_reads(p):
    """Reads and writes that give and take a few bytes at a time change nothing."""
    outputs = []
    for env in ({}, {"LD_PRELOAD": p.shim, "FAULT_SHORT": "1"}):
        p.fresh()
        p.run("train", "-o", p.at("model"), "--skip-rare", SAMPLE, env=env)
        outputs.append([p.run(*args, env=env) for args in (
            ["tag", "--json", SAMPLE], ["list", "--sort", "p"], ["digest", "--format", "html", "--as-of", "2026-11-01"],
            ["model", "info", p.at("model")])] + [open(p.at("model"), "rb").read()])
    equal("outputs", outputs[0] == outputs[1], True)


def main():
    p = Place(sys.argv[1], sys.argv[2])
    tests = (full_disk, size_of_files, read_only_disk, read_only_folder, locked, clock_backwards, output_ends, large_records,
             endless_input, many_tags, short_reads)
    bad = 0
    for number, test in enumerate(tests, 1):
        name = "limits: " + test.__doc__.split("\n")[0].rstrip(".")
        try:
            test(p)
            print("ok %d %s" % (number, name))
        except Skip as why:
            print("ok %d %s # skip %s" % (number, name, why))
        except (Wrong, subprocess.TimeoutExpired) as what:
            bad += 1
            print("not ok %d %s\n# %s" % (number, name, what))
        sys.stdout.flush()
    print("1..%d" % len(tests))
    shutil.rmtree(p.folder)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
