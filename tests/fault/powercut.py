#!/usr/bin/python3
"""Plays power cuts: what is on the disk when the machine stops at any moment, and what the program makes of it.

usage: tests/fault/powercut.py PROGRAM LIBRARY [--long]

LIBRARY is made of record.c: it records every write, sync and change of a name while papers are added, labelled, learnt
from, delivered, mailed, fetched, and the store repaired. A disk may bring writes that were not synced to its plates in
any order, in part, torn between sectors, or not at all, and forget names that were not synced with their folder. So for
cuts at and between syncs the files are put together anew: with nothing that was not promised, with all of it, and with
what dice choose.
Each time the store must be sound, all that was confirmed before the cut must be there, and when the digests go on, each
paper must have been sent once; a mail that left before the cut must not leave again; and the next fetch has all
papers, each once. 160 cuts, with --long 4,000. Prints TAP: one test for each step during which it was cut.
"""
import atexit, collections, json, os, random, re, shutil, sqlite3, subprocess, sys, tempfile, time

SAMPLE = "data/sample.jsonl"
SECTOR, PAGE = 512, 8192
SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../cli")
SERVER = os.path.join(SERVERS, "smtp_server.py")
sys.path.insert(0, SERVERS)
from http_server import Answer, Clock, Service


class Wrong(Exception):
    pass


# ---- what is recorded -----------------------------------------------------------------------------------------------

# What a step runs, and what a store must have once it was confirmed: a query and the least answer.
STEPS = (
    (["add", "{first}"], "SELECT count(*) FROM papers", 25),
    (["label", "sample-05", "+multimodal", "-language-models"], "SELECT count(*) FROM verdicts WHERE paper IN"
     " (SELECT key FROM papers WHERE id='sample-05')", 2),
    (["subscribe", "me", "--format", "json", "--limit", "15", "--backlog", "all"], "SELECT count(*) FROM subscriptions", 1),
    (["digest", "--for", "me", "-o", "{root}/sent-1"], "SELECT count(*) FROM delivered", 15),
    (["add", "{more}"], "SELECT count(*) FROM papers", 40),
    (["label", "sample-06", "+multimodal"], "SELECT count(*) FROM verdicts", 3),
    (["retrain", "--force", "--jobs", "1"], "SELECT count(*) FROM kept", 1),
    (["digest", "--for", "me", "-o", "{root}/sent-2"], "SELECT count(*) FROM delivered", 30),
    (["label", "--undo"], "SELECT count(*) FROM verdicts", 2),
    (["doctor", "--repair"], "SELECT count(*) FROM tagged", 10),
    (["digest", "--for", "me", "-o", "{root}/sent-1"], "SELECT count(*) FROM delivered", 40),
    (["subscribe", "ada", "--tag", "multimodal & source:sample", "--to", "ada@example.org", "--backlog", "all"],
     "SELECT count(*) FROM subscriptions", 2),
    (["send", "ada"], "SELECT count(*) FROM mails WHERE state=1", 1),
    (["source", "add", "venue", "openreview", "V", "--url", "{service}"], "SELECT count(*) FROM origins", 1),
    (["fetch"], "SELECT count(*) FROM papers WHERE id LIKE 'note-%'", 70))
SEND = [words[0] for words, *_ in STEPS].index("send")

Event = collections.namedtuple("Event", "kind inode number data")


def serve_mail(work, log):
    """Starts a mail server, whose folder is WORK/mail, and writes the configuration WORK/config."""
    folder = os.path.join(work, "mail")
    os.mkdir(folder)
    server = subprocess.Popen([sys.executable, SERVER, folder, "--watch", log], stderr=subprocess.DEVNULL)
    atexit.register(server.kill)
    while not os.path.exists(folder + "/port"):
        time.sleep(0.05)
    with open(os.path.join(work, "config"), "w") as f:
        f.write("[mail]\nurl = smtp://127.0.0.1:%s\nfrom = papers@example.org\n" % open(folder + "/port").read())


def serve_notes(work):
    """Starts a service that gives 70 papers on two pages, and a clock that waiting turns; its address."""
    def answer(request):
        first = int(request.query.get("offset", "0"))
        notes = [{"id": "note-%d" % n, "forum": "note-%d" % n, "content": {"title": {"value": "Made up note %d" % n}}}
                 for n in range(first, min(first + 50, 70))]
        return Answer(json.dumps({"notes": notes, "count": 70}))
    Clock(os.path.join(work, "clock"), int(time.time()) * 1000)
    return Service(answer, None).url + "/notes"


def fetching(work):
    """The environment of a fetch, which no program has asked the service just before."""
    shutil.rmtree(os.path.join(work, "state"), ignore_errors=True)
    return {"PAPERTAG_CLOCK": os.path.join(work, "clock"), "XDG_STATE_HOME": os.path.join(work, "state"), "no_proxy": "*"}


def record(program, library, work, service):
    """Runs the steps; the events, after how many of them each step was confirmed, and after how many the mail left."""
    at = lambda name: os.path.join(work, name)
    root = os.path.realpath(at("root"))
    os.makedirs(root)
    papers = open(SAMPLE).readlines()
    for name, some in (("first", papers[:25]), ("more", papers[25:])):
        with open(at(name), "w") as f:
            f.writelines(some)
    serve_mail(work, at("log"))
    env = dict(os.environ, PAPERTAG_DB=root + "/db", PAPERTAG_MODEL=at("model"), PAPERTAG_CONFIG=at("config"))
    subprocess.run([program, "train", "-o", at("model"), "--skip-rare", "--min-examples", "3", "--max-terms", "300", SAMPLE],
                   env=env, check=True, capture_output=True)
    ends = []
    for words, *_ in STEPS:
        args = [word.format(first=at("first"), more=at("more"), root=root, service=service) for word in words]
        done = subprocess.run([program, *args], capture_output=True, stdin=subprocess.DEVNULL, text=True,
                              env=dict(env, LD_PRELOAD=library, RECORD_ROOT=root, RECORD_LOG=at("log"),
                                       **(fetching(work) if words == ["fetch"] else {})))
        if done.returncode:
            sys.exit("%s: status %d: %s" % (" ".join(words), done.returncode, done.stdout + done.stderr))
        ends.append(os.path.getsize(at("log")))
    events, after, left, gone = [], [], 0, int(open(at("mail/watched")).read())
    for event, place in read_events(at("log")):
        events.append(event)
        left += place <= gone
        if place == ends[len(after)]:
            after.append(len(events))
    return root, events, after, left


def read_events(path):
    """The events of a record, each with its place in it."""
    log, place = open(path, "rb").read(), 0
    while place < len(log):
        line = log.index(b"\n", place)
        kind, inode, number, size = log[place:line].split()
        place = line + 1 + int(size)
        yield Event(kind.decode(), int(inode), int(number), log[line + 1:place]), place


def record_salvage(program, library, work, root):
    """Damages the store that the steps left and has it repaired; the events, the first of which make the damaged file."""
    path, log = root + "/db", os.path.join(work, "log-salvage")
    env = dict(os.environ, PAPERTAG_DB=path, PAPERTAG_MODEL=os.path.join(work, "model"))
    with open(path, "r+b") as f:
        f.seek(12 * PAGE)
        f.write(random.Random(1).randbytes(3 * PAGE))
    made = [Event("C", os.stat(path).st_ino, 0, path.encode()), Event("W", os.stat(path).st_ino, 0, open(path, "rb").read()),
            Event("S", os.stat(path).st_ino, 0, b""), Event("D", 0, 0, root.encode())]
    done = subprocess.run([program, "doctor", "--repair"], capture_output=True, text=True,
                          env=dict(env, LD_PRELOAD=library, RECORD_ROOT=root, RECORD_LOG=log))
    if "was damaged" not in done.stdout:
        sys.exit("doctor --repair: status %d: %s" % (done.returncode, done.stdout + done.stderr))
    papers = sqlite3.connect(path).execute("SELECT count(*) FROM papers").fetchone()[0]
    return made, [event for event, _ in read_events(log)], papers


def check_salvage(program, work, root, files, confirmed, papers):
    """The damaged store or the new one is in its place; repaired again, it has what it had."""
    env = dict(os.environ, PAPERTAG_DB=root + "/db", PAPERTAG_MODEL=os.path.join(work, "model"))
    restart(root, files)
    if not os.path.exists(root + "/db"):
        raise Wrong("the store is gone")
    for _ in range(1 - confirmed):
        done = subprocess.run([program, "doctor", "--repair"], env=env, capture_output=True, text=True)
        if done.returncode:
            raise Wrong("doctor --repair: status %d: %s" % (done.returncode, done.stdout + done.stderr))
    connection = sqlite3.connect(root + "/db")
    answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    found = connection.execute("SELECT count(*) FROM papers").fetchone()[0]
    connection.close()
    if answer != "ok" or found < papers:
        raise Wrong("integrity_check: %s; %d papers of %d" % (answer, found, papers))


# ---- what is on the disk --------------------------------------------------------------------------------------------

class File:
    def __init__(self):
        self.data, self.waiting = bytearray(), []  # on the disk; writes and cuts that are not promised

    def apply(self, event, dice=None):
        """A write or a cut; with dice, some of the sectors of a write."""
        if event.kind == "F":
            del self.data[event.number:]
            self.data.extend(bytes(event.number - len(self.data)))
            return
        end = event.number + len(event.data)
        at = event.number
        while at < end:
            stop = end if not dice else min(end, (at // SECTOR + 1) * SECTOR)
            if not dice or dice.random() < 0.5:
                self.data.extend(bytes(max(0, stop - len(self.data))))
                self.data[at:stop] = event.data[at - event.number:stop - event.number]
            at = stop

    def sync(self):
        for event in self.waiting:
            self.apply(event)
        self.waiting = []


def is_hidden(path):
    return path.endswith("-shm")  # memory of running programs, which starts anew


def disk(events, how, dice):
    """The files by path after the events and a power cut. `how`: nothing, all, or dice: what comes of the unpromised."""
    by_inode, names, waiting = {}, {}, []

    def rename(kind, paths):
        if kind == "C":
            names[paths[0]] = paths[1]
        elif kind == "U":
            names.pop(paths[0], None)
        elif paths[0] in names:
            names[paths[1]] = names[paths[0]]
            if kind == "R":
                del names[paths[0]]

    for event in events:
        if event.kind == "C":
            by_inode[event.inode] = File()
            waiting.append(("C", (event.data.decode(), by_inode[event.inode])))
        elif event.kind in "RLU":
            waiting.append((event.kind, tuple(event.data.decode().rstrip("\0").split("\0"))))
        elif event.kind == "D":
            for change in waiting:
                rename(*change)
            waiting = []
        elif event.kind == "S":
            by_inode[event.inode].sync()
        else:
            by_inode[event.inode].waiting.append(event)
    some = {"nothing": 0, "all": len(waiting)}.get(how, dice.randint(0, len(waiting)))
    for change in waiting[:some]:  # a journal brings names to the disk in their order
        rename(*change)
    for file in set(names.values()):
        if how == "all":
            file.sync()
        elif how == "dice":
            left = [event for event in file.waiting if dice.random() < 0.6]
            if dice.random() < 0.5:
                dice.shuffle(left)
            for event in left:
                file.apply(event, dice if dice.random() < 0.3 else None)
    return {path: bytes(file.data) for path, file in names.items() if not is_hidden(path)}


# ---- what the program makes of it -----------------------------------------------------------------------------------

def restart(root, files):
    for name in os.listdir(root):
        os.remove(os.path.join(root, name))
    for path, data in files.items():
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as f:  # as the program makes them
            f.write(data)


def check(program, work, root, files, confirmed, left, key):
    """Raises Wrong when the store is not sound, or what was confirmed is not there. `left`: the mail had left before."""
    env = dict(os.environ, PAPERTAG_DB=root + "/db", PAPERTAG_MODEL=os.path.join(work, "model"),
               PAPERTAG_CONFIG=os.path.join(work, "config"))
    run = lambda *args: subprocess.run([program, *args], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    restart(root, files)
    if not confirmed:
        done = run("add", os.path.join(work, "first"))
        if done.returncode not in (0, 3):
            raise Wrong("add: status %d: %s" % (done.returncode, done.stderr.strip()))
        confirmed = 1
    if not os.path.exists(root + "/db"):
        raise Wrong("the store is gone")
    connection = sqlite3.connect(root + "/db")
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            raise Wrong("integrity_check: " + answer)
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise Wrong("a row refers to one that is not there")
        for words, sql, least in STEPS[:confirmed]:
            # what one step added, undo takes back
            if words == ["label", "sample-06", "+multimodal"] and confirmed >= 8:
                continue
            found = connection.execute(sql).fetchone()[0]
            if found < least:
                raise Wrong("%s was confirmed, but %s gives %d" % (" ".join(words), sql, found))
        sources = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='origins'").fetchone()[0] and \
            connection.execute("SELECT count(*) FROM origins").fetchone()[0]
        names = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name='subscriptions'").fetchone()[0] and \
            [row[0] for row in connection.execute("SELECT name FROM subscriptions")] or []
    finally:
        connection.close()
    if left and open(root + "/db.key", "rb").read() != key:
        raise Wrong("the key that signed the links of the mail is gone")
    if "ada" in names:
        check_mail(run, work, root, left, confirmed > SEND)
    if sources:
        env.update(fetching(work))
        check_fetch(run, root)
    if "me" in names:
        check_digests(run, root)


def check_mail(run, work, root, left, confirmed):
    """The mail leaves once: before the cut, or after it; or nobody knows, which is said and left to a person."""
    folder = os.path.join(work, "mail")
    for name in os.listdir(folder):
        if name.startswith("mail-"):
            os.remove(os.path.join(folder, name))
    done = run("send", "ada")
    again = sum(name.startswith("mail-") for name in os.listdir(folder))
    connection = sqlite3.connect(root + "/db")
    states = [row[0] for row in connection.execute("SELECT state FROM mails")]
    connection.close()
    if again + left > 1:
        raise Wrong("the mail left twice")
    if not again + left and (states != [4] or "may have arrived" not in done.stderr):
        raise Wrong("the mail never left: states %s, status %d: %s" % (states, done.returncode, done.stderr.strip()))
    if confirmed and states != [1]:
        raise Wrong("the mail was accepted, and is now in state %s" % states)


def check_fetch(run, root):
    """The next fetch has all that the service gives, each once."""
    done = run("fetch")
    connection = sqlite3.connect(root + "/db")
    found = connection.execute("SELECT count(*), count(DISTINCT title) FROM papers WHERE id LIKE 'note-%'").fetchone()
    connection.close()
    if done.returncode not in (0, 3) or found != (70, 70):
        raise Wrong("fetch: status %d, %s papers: %s" % (done.returncode, found, done.stderr.strip()))


def check_digests(run, root):
    """When the digests go on, each paper was sent once; the last digest of all replaced the first."""
    def ids(path):
        try:
            return [paper["id"] for paper in json.load(open(path))["papers"]]
        except ValueError:
            raise Wrong("%s is neither old nor new" % os.path.basename(path))
    sent = [ids(os.path.join(root, name)) for name in os.listdir(root) if re.fullmatch(r"sent-\d", name)]
    for n in range(9):
        path = "%s/sent-later-%d" % (root, n)
        done = run("digest", "--for", "me", "-o", path)
        if done.returncode == 3:
            break
        if done.returncode:
            raise Wrong("digest: status %d: %s" % (done.returncode, done.stderr.strip()))
        sent.append(ids(path))
    everything = [one for some in sent for one in some]
    if len(everything) != len(set(everything)):
        raise Wrong("papers were sent twice")
    connection = sqlite3.connect(root + "/db")
    papers, delivered = (connection.execute("SELECT count(*) FROM " + table).fetchone()[0] for table in (
        "papers", "delivered WHERE subscription=(SELECT key FROM subscriptions WHERE name='me')"))
    connection.close()
    if delivered != papers:
        raise Wrong("%d papers were delivered of %d" % (delivered, papers))
    lost = delivered - len(everything)
    if lost not in (0, 15):  # the last digest of the steps replaces the first file
        raise Wrong("%d papers were sent that nobody has" % lost)


def moments(events, count, dice):
    """Where to cut: after as many events. At every sync in turn, then in between, and in the end."""
    syncs = [i + near for i, event in enumerate(events) if event.kind in "SDRLU" for near in (0, 1)]
    chosen = sorted(set(syncs))
    while len(chosen) > count // 2:
        chosen = chosen[::2] if len(chosen) > count else sorted(dice.sample(chosen, count // 2))
    return chosen + [dice.randint(0, len(events)) for _ in range(count - len(chosen))] + 3 * [len(events)]


def main():
    program, library, *rest = sys.argv[1:]
    dice, work, count = random.Random(20261126), tempfile.mkdtemp(), 4000 if "--long" in rest else 160
    root, events, after, left = record(program, library, work, serve_notes(work))
    key = open(root + "/db.key", "rb").read()
    made, salvage, papers = record_salvage(program, library, work, root)
    wrong, cuts = collections.defaultdict(list), collections.Counter()

    def cut(step, events, moment, check, *args):
        how = dice.choice(("nothing", "all", "dice", "dice", "dice"))
        cuts[step] += 1
        try:
            check(program, work, root, disk(events[:moment], how, dice), *args)
        except (Wrong, sqlite3.Error) as what:
            wrong[step].append("after %d of %d events, %s: %s" % (moment, len(events), how, what))

    for moment in moments(events, count, dice):
        confirmed = sum(moment >= end for end in after)
        cut(min(confirmed, len(STEPS) - 1), events, moment, check, confirmed, moment >= left, key)
    for moment in moments(salvage, count // 4, dice):
        cut(len(STEPS), made + salvage, len(made) + moment, check_salvage, moment == len(salvage), papers)
    names = [words[0] for words, *_ in STEPS] + ["doctor --repair of a damaged store"]
    for step, name in enumerate(names):
        print("%sok %d power cut %s: %d cuts" % ("not " if wrong[step] else "", step + 1, name, cuts[step]))
        for line in wrong[step][:5]:
            print("# " + line.replace("\n", " "))
    print("1..%d\n# %d events recorded" % (len(names), len(events) + len(salvage)))
    shutil.rmtree(work)
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()
