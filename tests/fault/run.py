#!/usr/bin/python3
"""Lets allocations or file operations of every command fail, one after the other, and looks at what comes of it.

usage: tests/fault/run.py PROGRAM LIBRARY [--long] [COMMAND]...

LIBRARY is made of allocations.c or files.c. Each command is run until every place that allocates (or works with a file)
has failed once: with ENOMEM or EIO, and in every second run that and all that follows, for files then with ENOSPC.
Places of file operations, and with --long of allocations too, are told apart by the whole way to them and by how often
they were passed; --long makes two rounds: one fails, all that follow fail.
A run must end by itself with a status of the contract (0 to 3, 75), say something when it is 1, leave a store that SQLite
finds sound and in which papers and verdicts are all there, and write an output file whole or not at all.
Prints TAP: one test a command.
"""
import atexit, json, multiprocessing, os, shutil, sqlite3, subprocess, sys, tempfile, time

sys.path.insert(0, "tests/cli")
import client
import http_server
import merged

SAMPLE = "data/sample.jsonl"
LISTING = open("tests/cli/services/arxiv.xml").read()
SERVER = http_server.Service(lambda request: http_server.Answer(LISTING, packed=True), None)
NOW = 1795608000000


def commands(work):
    """name, arguments, standard input, whether it changes the store, output file"""
    at = lambda name: os.path.join(work, name)
    yield "tag", ["tag", "--json", "--jobs", "2", at("few")], "", False, None
    yield "tag-keep", ["tag", "--keep", "--jobs", "2", "--shard", "1/2", at("few")], "", False, None
    yield "tag-text", ["tag", "--jobs", "1", at("few")], "", False, None
    yield "explain", ["explain", "--json", at("one")], "", False, None
    yield "eval", ["eval", "--json", at("few")], "", False, None
    yield "train", ["train", "-o", at("out"), "--skip-rare", "--min-df", "2", "--max-terms", "10", "--jobs", "2", at("few")], "", False, "out"
    yield "train-kernel", ["train", "-o", at("out"), "--kernel", "rbf", "--skip-rare", "--jobs", "1", at("few")], "", False, "out"
    yield "model-info", ["model", "info"], "", False, None
    yield "model-diff", ["model", "diff", at("model"), at("model")], "", False, None
    yield "model-export", ["model", "export", "--libsvm", at("dir"), at("model")], "", False, None
    yield "tags", ["tags"], "", False, None
    yield "help", ["help", "digest"], "", False, None
    yield "help-man", ["help", "--man"], "", False, None
    yield "add", ["add", at("few")], "", True, None
    yield "add-kept", ["add", "--model", at("model"), at("kept")], "", True, None
    yield "add-page", ["add", "--from", "page", at("page")], "", True, None
    yield "add-atom", ["add", at("atom")], "", True, None
    yield "add-bib", ["add", at("bib")], "", True, None
    yield "merge", ["merge", at("other")], "", True, None
    if not os.environ.get("QUICK"):
        yield "merge-old", ["merge", at("old")], "", True, None
    yield "list", ["list", "--tag", "multimodal | RL", "--search", "model"], "", False, None
    yield "show", ["show", "sample-01"], "", False, None
    yield "similar", ["similar", "sample-01"], "", False, None
    yield "label", ["label", "sample-01", "+safety", "-multimodal"], "", True, None
    yield "undo", ["label", "--undo"], "", True, None
    yield "labels-export", ["labels", "export"], "", False, None
    yield "labels-import", ["labels", "import", at("verdicts")], "", True, None
    yield "labels-mail", ["labels", "import", at("answers")], "", True, None
    yield "send", ["send", "ada", "--db", at("mailed"), "--config", at("mailing")], "", False, None
    for form in ("html", "atom", "eml") if os.environ.get("QUICK") else ("text", "markdown", "html", "json", "jsonfeed", "atom", "rss", "eml"):
        yield "digest-" + form, ["digest", "--tag", "multimodal", "--format", form, "-o", at("out")], "", False, "out"
    yield "subscribe", ["subscribe", "me", "--tag", "multimodal"], "", True, None
    yield "subscriptions", ["subscriptions"], "", False, None
    yield "unsubscribe", ["subscribe", "you", "--remove"], "", True, None
    yield "digest-for", ["digest", "--for", "you", "-o", at("out")], "", True, "out"
    yield "trends", ["trends"], "", False, None
    yield "stats", ["stats"], "", False, None
    yield "review", ["review", "--plain"], "y\n1\nu\nn\n/RL\nq\n", True, None
    yield "retrain", ["retrain", "--force", "--jobs", "2", "--labels", at("labels")], "", True, None
    yield "tag-new", ["tag-new", "mine", "-e", "sample-01", "--definition", "Low-bit weights"], "", True, None
    yield "discover", ["discover", "--min-papers", "2"], "", False, None
    yield "explain-paper", ["explain", "--paper", "sample-01"], "", False, None
    yield "eval-store", ["eval", "--store"], "", False, None
    yield "tag-remove", ["tag-remove", "own"], "", True, None
    yield "tag-forget", ["tag-remove", "own", "--model", at("model")], "", True, None
    yield "model-list", ["model", "list"], "", False, None
    yield "model-use", ["model", "use", "default"], "", True, None
    yield "model-save", ["model", "save", "-o", at("out")], "", False, "out"
    yield "model-verify", ["model", "verify"], "", False, None
    yield "model-import", ["model", "import", "--libsvm", at("libsvm"), "-o", at("out")], "", False, "out"
    yield "source-add", ["source", "add", "new", "arxiv", "cs.LG"], "", True, None
    yield "source-list", ["source", "list", "--json"], "", False, None
    yield "config", ["config", "--config", at("config")], "", False, None
    yield "fetch", ["fetch", "--config", at("config")], "", True, None
    yield "fetch-out", ["fetch", "-o", at("out")], "", False, "out"
    yield "morning", ["morning"], "", True, None
    yield "doctor", ["doctor"], "", True, None
    for name in () if os.environ.get("QUICK") else client.REQUESTS:  # a server and its requests for each place
        yield name, ["serve"], "", True, None
    yield "doctor-repair", ["doctor", "--repair", "--db", at("bad")], "", False, None


def prepare(program, work):
    at = lambda name: os.path.join(work, name)
    papers = [json.loads(line) for line in open(SAMPLE)]
    for name, some in (("few", papers[:12]), ("one", papers[:1])):
        with open(at(name), "w") as f:
            f.writelines(json.dumps(p) + "\n" for p in some)
    with open(at("page"), "w") as f:
        f.write("Daily Papers\n\nA Title of a Paper That Is New\n·\n3 authors\n·\nJan 2, 2026\n")
    with open(at("atom"), "w") as f:
        f.write("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>http://arxiv.org/abs/2601.00001v1</id><title>Tiny bits"
                "</title><summary>We quantize weights.</summary><published>2026-01-01T00:00:00Z</published></entry></feed>")
    with open(at("bib"), "w") as f:
        f.write("@article{k, title={Robots that {W}alk}, author={A. Sample and B. Specimen}, year=2026}\n")
    with open(at("verdicts"), "w") as f:
        f.write("id\ttag\tverdict\tgiven\nsample-03\tsafety\tno\t2026-01-01T00:00:00Z\n")
        f.write('{"id":"sample-04","tag":"agents","verdict":"yes"}\n')
    with open(at("labels"), "w") as f:
        f.write("id\ttags\n" + "".join("%s\t%s\n" % (p["id"], ",".join(p["tags"])) for p in papers))
    with open(at("answers"), "w") as f:
        f.write("From ada\nSubject: papertag no agents sample-02\n %032d\nDate: 6 Jan 2026 08:00 +0100\n\nbody\n" % 0)
    with open(at("db.key"), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
        f.write(bytes(32))
    os.mkdir(at("mail"))
    mail = subprocess.Popen([sys.executable, "tests/cli/smtp_server.py", at("mail")], stderr=subprocess.DEVNULL)
    atexit.register(mail.kill)
    while not os.path.exists(at("mail/port")):
        time.sleep(0.05)
    with open(at("mailing"), "w") as f:
        f.write("[mail]\nurl = smtp://127.0.0.1:%s\nfrom = papers@example.org\n" % open(at("mail/port")).read())
    env = dict(os.environ, PAPERTAG_DB=at("db"), PAPERTAG_MODEL=at("model"))
    run = lambda *args, **more: subprocess.run([program, *args], env=env, check=True, capture_output=True, **more)
    run("train", "-o", at("model"), "--skip-rare", "--min-examples", "2", "--max-terms", "400", SAMPLE)
    with open(at("kept"), "wb") as f:
        f.write(run("tag", "--keep", at("few")).stdout.replace(b'"sample-', b'"kept-'))
    run("add", SAMPLE)
    run("label", "sample-02", "-multimodal")
    run("review", "--plain", "--order", "random", input=b"y\n" * 10)
    run("subscribe", "you", "--tag", "multimodal", "--backlog", "all")
    run("tag-new", "own", "-e", "sample-01", "-e", "sample-05", "--definition", "Low-bit weights")
    run("model", "export", "--libsvm", at("libsvm"), at("model"))
    with open(at("config"), "w") as f:
        f.write("[fetch]\ncontact = ada@example.org\n")
    run("source", "add", "ml", "arxiv", "cs.LG", "--url", SERVER.url + "/oai")
    os.replace(at("db"), at("db.base"))
    shutil.copy(at("db.base"), at("mailed"))
    run("subscribe", "ada", "--tag", "multimodal", "--to", "ada@example.org", "--backlog", "all", "--db", at("mailed"))
    os.replace(at("mailed"), at("mailed.base"))
    shutil.copy(at("db.base"), at("db"))
    run("add", at("kept"))
    run("label", "sample-02", "+multimodal", "-agents")
    run("digest", "--for", "you", "-o", at("out"))
    os.replace(at("db"), at("other"))
    merged.old(at("old"))
    shutil.copy(at("db.base"), at("bad.base"))
    with open(at("bad.base"), "r+b") as f:
        f.seek(10 * 8192)
        f.write(b"?" * 16384)


def sound(db, papers, verdicts):
    """What is wrong with the store, None when nothing is."""
    connection = sqlite3.connect(db)
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            return "integrity_check: " + answer
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            return "a row refers to one that is not there"
        if connection.execute("SELECT count(*) FROM papers").fetchone()[0] < papers:
            return "papers are lost"
        if connection.execute("SELECT count(*) FROM verdicts").fetchone()[0] < verdicts:
            return "verdicts are lost"
        return None
    finally:
        connection.close()


def drafts(db):
    """The files of deliveries that could be neither ended nor taken back: the next one settles them."""
    connection = sqlite3.connect(db)
    try:
        rows = connection.execute("SELECT draft FROM deliveries WHERE ended IS NULL AND draft IS NOT NULL").fetchall()
    finally:
        connection.close()
    return [os.path.basename(path) for (path,) in rows if os.path.exists(path)]


def mailed_once(program, args, base):
    """Sends again, with nothing failing: what is wrong when the mail left twice, or not at all without a word of it."""
    again = subprocess.run([program, *args], capture_output=True, text=True)
    mails = [name for name in os.listdir(base + "/mail") if name.startswith("mail-")]
    for name in mails:
        os.remove(os.path.join(base, "mail", name))
    if len(mails) > 1:
        return "the mail left %d times" % len(mails)
    return None if mails or "may have arrived" in again.stderr else "the mail never left: " + again.stderr.strip()[-200:]


def same(one, other):
    return os.path.exists(one) and open(one, "rb").read() == open(other, "rb").read()


def attempt(program, library, base, work, command, every, whole):
    """Runs with one more place failing: what is wrong, and whether there was such a place."""
    name, args, given, writes, output = command
    at = lambda file: os.path.join(work, file)
    for store in ("db", "bad", "mailed"):
        for suffix in ("", "-wal", "-shm", "-journal", ".damaged"):
            if os.path.exists(at(store + suffix)):
                os.remove(at(store + suffix))
        shutil.copy(at(store + ".base"), at(store))
    shutil.rmtree(at("dir"), ignore_errors=True)
    if os.path.exists(at("out")):
        os.remove(at("out"))
    before = os.path.getsize(at("places"))
    with open(at("clock"), "w") as f:
        f.write("%020d" % NOW)
    env = dict(os.environ, PAPERTAG_DB=at("db"), PAPERTAG_MODEL=at("model"), LD_PRELOAD=library, FAULT_PLACES=at("places"),
               PAPERTAG_CLOCK=at("clock"), XDG_STATE_HOME=at("state"), no_proxy="*",
               FAULT_WHOLE="1" if whole else "0", FAULT_ALL="1" if every else "0", FAULT_ERRNO="28" if every else "5")
    try:
        run = client.serve(program, name, env) if args == ["serve"] else \
            subprocess.run([program, *args], env=env, input=given, capture_output=True, text=True, timeout=60,
                           errors="replace")
    except subprocess.TimeoutExpired:
        return "hangs", True
    except AssertionError as error:
        return str(error), True
    failed = os.path.getsize(at("places")) > before
    # The C library itself ends a program, with this message, when a library that was loaded late lacks memory for a thread.
    if run.returncode not in (0, 1, 2, 3, 75) and "thread-local data: ABORT" not in run.stderr:
        return "status %d: %s" % (run.returncode, run.stderr.strip()[-200:]), failed
    if run.returncode == 1 and not run.stderr.strip() and not (name.startswith(("doctor", "fetch", "morning")) and run.stdout):
        return "status 1 without a word", failed
    if output and run.returncode == 0 and not os.path.exists(at(output)):
        return "status 0 without the file", failed
    kept = drafts(at("db")) if writes else ()
    rests = [f for f in os.listdir(work) if (f.endswith(".salvage") or ".tmp" in f or ".part" in f) and f not in kept]
    for draft in kept:
        os.remove(at(draft))
    for rest in rests:
        os.remove(at(rest))
    if rests and "PAPERTAG_CLOCK" not in run.stderr:  # without its clock it cannot go on at all
        return "left behind: " + rests[0], failed
    wrong = sound(at("db"), 40, 1 if name == "undo" or name == "review" else 2) if writes else None
    if name == "doctor-repair" and not same(at("bad"), at("bad.base")):
        if not same(at("bad.damaged"), at("bad.base")):
            return "the damaged store is not kept", failed
        wrong = sound(at("bad"), *((0, 0) if "files" in library else (40, 2)))
    if name == "send":
        wrong = sound(at("mailed"), 40, 2) or mailed_once(program, args, base)
    return wrong, failed


def run_command(program, library, base, index, long):
    """All runs of a command, in a folder of its own: its name, their number, and what was wrong."""
    work = tempfile.mkdtemp()
    shutil.copytree(base, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mail")) # mails come and go there
    command, runs, wrong = list(commands(work))[index], 0, []
    for only in (False, True) if long else (None,):
        open(os.path.join(work, "places"), "w").close()
        failed = True
        while failed and len(wrong) < 6:
            runs += 1
            every = runs % 2 == 0 if only is None else only
            what, failed = attempt(program, library, base, work, command, every, long or "files" in library)
            if what:
                wrong.append("run %d%s: %s" % (runs, " and after" if every else "", what))
    shutil.rmtree(work)
    return command[0], runs, wrong


def main():
    program, library, *rest = sys.argv[1:]
    long, chosen = "--long" in rest, [word for word in rest if not word.startswith("--")]
    base, number, bad = tempfile.mkdtemp(), 0, 0
    prepare(program, base)
    with multiprocessing.Pool() as pool:
        order = [index for index, command in enumerate(commands(base)) if not chosen or command[0] in chosen]
        tasks = {index: pool.apply_async(run_command, (program, library, base, index, long))
                 for index in reversed(order)} # the longest are among the last: nobody waits for them alone
        for task in (tasks[index] for index in order):
            name, runs, wrong = task.get()
            number += 1
            bad += bool(wrong)
            print("%sok %d %s: %d runs" % ("not " if wrong else "", number, name, runs))
            for line in wrong:
                print("# " + line)
            sys.stdout.flush()
    shutil.rmtree(base)
    print("1..%d" % number)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
