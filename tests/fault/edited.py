#!/usr/bin/python3
"""Writes into every column of a store what does not belong there, and runs the commands that read it.

usage: tests/fault/edited.py PROGRAM [--short|--long]

Each column of each table, and the numbers in the file's header, become null, negative, huge, a text, bytes, a real
number: whatever the rules of the table say, which are put back afterwards. Of the commands three, or (--long) all run on
each such store; with --short one, on every second. None may end by a signal, hang, or fail without a word. Then
`doctor --repair` must make a store of it that can be read, unless it says that it is not one.
Prints TAP: one test for each table.
"""
import itertools, multiprocessing, os, re, shutil, sqlite3, subprocess, sys, tempfile

SAMPLE = "data/sample.jsonl"
VALUES = (None, -1, 1 << 62, "-999-1-1", b"\x00\xff", 9e999)
COMMANDS = (
    ["list", "--json"], ["show", "sample-01", "--json"], ["stats"], ["trends"], ["tags"], ["subscriptions", "--json"],
    ["digest", "--for", "me", "--format", "html", "-o", "{out}"], ["list", "--tag", "agents|mine", "--sort", "trending"],
    ["labels", "export"], ["label", "--undo"], ["label", "sample-02", "+robotics"], ["review", "--plain"], ["eval", "--store"],
    ["similar", "sample-01"], ["discover", "--min-papers", "2"], ["explain", "--paper", "sample-01"], ["model", "list"],
    ["model", "verify"], ["retrain", "--force", "--jobs", "1"], ["source", "list", "--json"], ["add", "{more}"], ["doctor"],
    ["list", "--sort", "p", "--tag", "!RL", "--since", "2026", "--until", "2026-11", "--search", "model"], ["add", "--retag"],
    ["digest", "--for", "me", "--as-of", "2026-11-01"], ["review", "--plain", "--order", "random", "--tag", "mine"],
    ["digest", "--tag", "agents & p>0.5", "--format", "eml"], ["tag-remove", "mine"], ["digest", "--format", "atom"],
    ["merge", "--db", "{out}.db", "{db}"], ["send", "--dry-run"], ["send", "--resolve", "you", "unsent"])


def prepare(program, work):
    at = lambda name: os.path.join(work, name)
    env = dict(os.environ, PAPERTAG_DB=at("db"), PAPERTAG_MODEL=at("model"), PAPERTAG_CONFIG=at("config"))
    with open(at("config"), "w") as f:
        f.write("[mail]\nurl = smtp://127.0.0.1:1\nfrom = me@example.org\n")
    run = lambda *args, given="": subprocess.run([program, *args], env=env, input=given, text=True, capture_output=True)
    lines = open(SAMPLE).read().splitlines(True)
    with open(at("more"), "w") as f:
        f.writelines(lines[:3] + [lines[3].replace('"abstract": "', '"abstract": "Again. ').replace('"abstract":"', '"abstract":"Again. ')])
    run("train", "-o", at("model"), "--skip-rare", "--min-examples", "2", "--max-terms", "400", SAMPLE)
    run("add", SAMPLE)
    run("add", "-", given=lines[0].replace("Half", "Whole", 1))
    run("add", "-", given='{"id":"x","url":"https://arxiv.org/abs/2601.00001","doi":"10.1/x","title":"Named twice"}\n')
    run("label", "sample-02", "-multimodal", "+agents")
    run("review", "--plain", "--order", "random", given="y\n" * 10)
    run("tag-new", "mine", "-e", "sample-01", "-e", "sample-05", "--definition", "Low-bit weights")
    run("subscribe", "me", "--limit", "3", "--backlog", "all")
    run("subscribe", "you", "--to", "you@example.org", "--weekly", "friday", "--quiet-days", "tell")
    run("digest", "--for", "me", "-o", at("out"))
    with sqlite3.connect(at("db")) as db:  # a source; a delivery that was begun and not ended
        db.execute("INSERT INTO origins(name, kind, arguments, added, gap) VALUES('here', 'feed', '[\"x\"]',"
                   " '2026-01-01T00:00:00Z', 1)")
        db.execute("INSERT INTO deliveries(subscription, day, begun, path, bytes, hash) SELECT key, '2026-11-01',"
                   " '2026-11-01T00:00:00Z', '/nowhere', 3, 4 FROM subscriptions")
        db.execute("INSERT INTO mails(delivery, address, message_id, state, tried, answer, bytes) SELECT max(key),"
                   " 'you@example.org', 'a@b', 3, '2026-11-01T00:00:00Z', '451 later', x'41' FROM deliveries")
    db.close()
    os.replace(at("db"), at("base"))


def columns(path):
    """Table, column and value of every edit."""
    db = sqlite3.connect(path)
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite%'"
                                           " AND name NOT LIKE 'search%' AND name<>'words' ORDER BY name")]
    for table in tables:
        for (column,) in db.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall():
            for value in VALUES:
                yield table, column, value
    for pragma in ("user_version", "application_id", "schema_version"):
        for value in (-5, 1000000, -(1 << 31)):
            yield "header", pragma, value
    db.close()


def edit(path, table, column, value):
    """Writes the value into a column, in as many rows as may have it; False when SQLite itself cannot hold it."""
    def connect():
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA writable_schema=ON")
        db.execute("PRAGMA ignore_check_constraints=ON")
        return db
    db = connect()
    if table == "header":
        db.execute("PRAGMA %s=%d" % (column, value))
        db.close()
        return True
    rules = db.execute("SELECT sql FROM sqlite_schema WHERE name=?", (table,)).fetchone()[0]
    write = "UPDATE sqlite_schema SET sql=? WHERE name=?"
    lax = re.sub(r"\bNOT NULL\b|(,\s*)?\bSTRICT\b(\s*,)?", "", rules)
    db.execute(write, (lax, table))
    db.close()
    db = connect()
    try:
        changed = db.execute("UPDATE OR IGNORE %s SET %s=?" % (table, column), (value,)).rowcount
    except sqlite3.Error:
        changed = 0
    db.execute(write, (rules, table))
    db.close()
    return changed > 0


def attempt(task):
    program, base, number, (table, column, value), how_many = task
    work = tempfile.mkdtemp()
    at = lambda name: os.path.join(work, name)
    env = dict(os.environ, PAPERTAG_DB=at("db"), PAPERTAG_MODEL=os.path.join(base, "model"), PAPERTAG_CONFIG=os.path.join(base, "config"))
    runs, wrong = 0, []

    def fresh():
        for name in os.listdir(work):
            os.remove(at(name))
        shutil.copy(os.path.join(base, "base"), at("db"))
        return edit(at("db"), table, column, value)

    def run(words, codes=(0, 1, 2, 3)):
        nonlocal runs
        args = [word.format(out=at("out"), db=at("db"), more=os.path.join(base, "more")) for word in words]
        runs += 1
        try:
            done = subprocess.run([program, *args], env=env, input="y\nn\nu\nq\n", capture_output=True, text=True,
                                  errors="replace", timeout=60)
        except subprocess.TimeoutExpired:
            wrong.append("%s: hangs" % words)
            return ""
        if done.returncode not in codes or done.returncode == 1 and not (done.stderr + done.stdout).strip():
            wrong.append("%s: status %d: %s" % (words, done.returncode, done.stderr.strip()[-300:]))
        return done.stdout + done.stderr

    if fresh():
        for i in range(how_many or len(COMMANDS)):
            run(COMMANDS[(number + i * 7) % len(COMMANDS)])
            if how_many != 1:
                fresh()
        if how_many != 1 or number % 4 == 0:
            said = run(["doctor", "--repair"])
            if table != "header" and "nothing in it can be read" not in said:
                for words in (["list", "--json"], ["show", "sample-01"], ["subscriptions"], ["labels", "export"]):
                    # what a damaged row held may be gone
                    run(words, (0, 3) if words[0] != "show" else (0, 2, 3))
    shutil.rmtree(work)
    return table, runs, ["%s=%r: %s" % (column, value, what) for what in wrong]


def main():
    program, *rest = sys.argv[1:]
    how_many = 1 if "--short" in rest else 0 if "--long" in rest else 3
    base, number, bad, total = tempfile.mkdtemp(), 0, 0, 0
    prepare(program, base)
    tasks = [(program, base, i, what, how_many) for i, what in enumerate(columns(os.path.join(base, "base")))
             if how_many != 1 or (i + i // len(VALUES)) % 2]
    with multiprocessing.Pool() as pool:
        for table, results in itertools.groupby(pool.imap(attempt, tasks, 4), lambda result: result[0]):
            runs, wrong = 0, []
            for _, more, what in results:
                runs, wrong = runs + more, wrong + what
            number, bad, total = number + 1, bad + bool(wrong), total + runs
            print("%sok %d edited %s: %d runs" % ("not " if wrong else "", number, table, runs))
            for line in wrong[:20]:
                print("# " + line.replace("\n", " "))
            sys.stdout.flush()
    shutil.rmtree(base)
    print("1..%d\n# %d runs" % (number, total))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
