#!/usr/bin/python3
"""Lets many processes work on one store at once: import, verdicts, review, retrain, digests for a subscriber, lists.

usage: tests/fault/together.py PROGRAM [--long]

Every process must end with status 0 (or 3, nothing found) and say nothing on standard error; in the end the store must
be sound and hold every paper and every verdict, and each paper must have been sent exactly once. About 10 seconds, with
--long two minutes. Prints TAP: one test for each kind of process, and one for what is left.
"""
import json, os, shutil, sqlite3, subprocess, sys, tempfile, threading, time

SAMPLE = "data/sample.jsonl"


class Work:
    def __init__(self, program, seconds):
        self.program, self.seconds = program, seconds
        self.folder = tempfile.mkdtemp()
        self.env = dict(os.environ, PAPERTAG_DB=self.at("db"))
        self.runs, self.wrong, self.papers, self.verdicts = {}, {}, 0, 0
        self.lock, self.over = threading.Lock(), False
        self.base = [json.loads(line) for line in open(SAMPLE)]

    def at(self, name):
        return os.path.join(self.folder, name)

    def run(self, kind, *args, given="", codes=(0, 3)):
        run = subprocess.run([self.program, *args], env=self.env, input=given, capture_output=True, text=True)
        with self.lock:
            self.runs[kind] = self.runs.get(kind, 0) + 1
            quiet = not run.stderr.strip() or run.returncode == 3
            if run.returncode not in codes or not quiet:
                self.wrong.setdefault(kind, []).append("%s: status %d: %s" % (" ".join(args), run.returncode, run.stderr.strip()[-300:]))
        return run.stdout

    def import_papers(self, n):
        for k in range(1 << 30):
            if self.over:
                return
            name = self.at("papers-%d" % n)
            with open(name, "w") as f:
                for i, paper in enumerate(self.base[:20]):
                    new = dict(paper, id="p%d-%d-%d" % (n, k, i), title="%s, part %d of %d by %d" % (paper["title"], k, i, n))
                    f.write(json.dumps(new) + "\n")
            self.run("import", "add", name)
            with self.lock:
                self.papers += 20

    def say_verdicts(self):
        for k in range(1 << 30):
            if self.over:
                return
            self.run("label", "label", self.base[k % 40]["id"], ("+" if k % 3 else "-") + "robotics")

    def review(self):
        while not self.over:
            self.run("review", "review", "--plain", "--order", "random", "--limit", "4", given="y\nn\ny\nn\n")

    def retrain(self):
        while not self.over:
            self.run("retrain", "retrain", "--force", "--jobs", "1")

    def digest(self, n):
        for k in range(1 << 30):
            if self.over:
                return
            self.run("digest", "digest", "--for", "me", "--format", "json", "-o", self.at("sent-%d-%d" % (n, k)))

    def look(self):
        while not self.over:
            self.run("list", "list", "--tag", "language-models | agents", "--search", "model")
            self.run("stats", "stats")

    def together(self):
        tasks = [(self.import_papers, 1), (self.import_papers, 2), (self.say_verdicts,), (self.review,), (self.retrain,),
                 (self.digest, 1), (self.digest, 2), (self.look,)]
        threads = [threading.Thread(target=task[0], args=task[1:]) for task in tasks]
        for thread in threads:
            thread.start()
        time.sleep(self.seconds)
        self.over = True
        for thread in threads:
            thread.join()

    def left(self):
        self.run("the end", "digest", "--for", "me", "--format", "json", "-o", self.at("sent-last"))
        self.run("the end", "doctor", codes=(0,))
        connection = sqlite3.connect(self.at("db"))
        one = lambda sql: connection.execute(sql).fetchone()[0]
        sent = []
        for name in os.listdir(self.folder):
            if name.startswith("sent-"):
                sent += [paper["id"] for paper in json.load(open(self.at(name)))["papers"]]
        checks = [
            ("integrity_check", one("PRAGMA integrity_check"), "ok"),
            ("papers", one("SELECT count(*) FROM papers"), 40 + self.papers),
            ("papers that are tagged", one("SELECT count(*) FROM papers WHERE model IS NOT NULL"), 40 + self.papers),
            ("papers with a verdict on robotics",
             one("SELECT count(*) FROM verdicts v JOIN tags t ON t.key=v.tag WHERE t.tag='robotics' AND v.paper<=40")
             >= min(40, self.runs["label"]), True),
            ("papers sent", len(sent), 40 + self.papers),
            ("different papers sent", len(set(sent)), 40 + self.papers)]
        return ["%s: %r, not %r" % (name, is_, should) for name, is_, should in checks if is_ != should]


def main():
    work = Work(sys.argv[1], 120 if "--long" in sys.argv else 10)
    work.run("begin", "add", SAMPLE)
    work.run("begin", "subscribe", "me", "--backlog", "all")
    work.together()
    left, number = work.left(), 0
    for kind in sorted(work.runs):
        number += 1
        wrong = work.wrong.get(kind, [])
        print("%sok %d together %s: %d runs" % ("not " if wrong else "", number, kind, work.runs[kind]))
        for line in wrong[:5]:
            print("# " + line)
    print("%sok %d together: nothing lost, nothing sent twice" % ("not " if left else "", number + 1))
    for line in left:
        print("# " + line)
    print("1..%d\n# %d papers, %d processes" % (number + 1, 40 + work.papers, sum(work.runs.values())))
    shutil.rmtree(work.folder)
    sys.exit(bool(left or work.wrong))


if __name__ == "__main__":
    main()
