#!/usr/bin/python3
"""Damages a store in random ways and lets `doctor --repair` make a new one of what is left.

usage: tests/fault/damage.py PROGRAM LIBRARY [--long]

LIBRARY is made of files.c. Blocks of the file are overwritten, zeroed or exchanged, or it is cut, also while its last
changes stand in the journal; 40 times, with --long 1,000 times. Then `doctor` must find the store sound or name the
repair, every second repair is killed at some file operation first, and after the repair the store must be sound, with
the damaged file beside it and nothing in it that was not there before, but for papers known by name alone: a page that
was exchanged can stand where the index of names was. Where nothing is left, or the first page is damaged, the file may
stay as it is.
Prints TAP, and how much was saved.
"""
import os, random, shutil, sqlite3, subprocess, sys

from kill import Bench, Wrong

PAGE = 8192
IN_JOURNAL = ["sample-%02d" % n for n in range(10, 15)]
VERDICTS = "SELECT id, tags.tag, verdict FROM verdicts v JOIN papers ON papers.key=v.paper JOIN tags ON tags.key=v.tag"


def store_with_journal(b):
    """The store and its journal as they are when the machine stops: five papers' verdicts are in the journal alone."""
    connection = sqlite3.connect(b.at("db"))
    connection.execute("SELECT count(*) FROM papers").fetchone()
    for paper in IN_JOURNAL:
        b.do("label", paper, "+robotics")
    shutil.copy(b.at("db"), b.at("base.db"))
    shutil.copy(b.at("db-wal"), b.at("base.db-wal"))
    connection.close()
    return set(b.rows(VERDICTS)), {row[0] for row in b.rows("SELECT id FROM papers")}


def damage(path, dice):
    """Damages a file; what was done, and whether the first page is as it was."""
    size = os.path.getsize(path)
    kind = dice.choice(("overwrite", "overwrite", "bytes", "zero", "exchange", "cut"))
    with open(path, "r+b") as f:
        if kind == "cut":
            at = dice.randrange(2 * PAGE, size)
            f.truncate(at)
            return "cut at %d" % at, True
        pages = [dice.randrange(0 if dice.random() < 0.1 else 1, size // PAGE) for _ in range(dice.choice((1, 1, 2, 5)))]
        for page in pages:
            other = dice.randrange(1, size // PAGE)
            f.seek(page * PAGE)
            here = f.read(PAGE)
            f.seek(other * PAGE)
            there = f.read(PAGE)
            f.seek(page * PAGE)
            if kind == "bytes":
                f.seek(page * PAGE + dice.randrange(PAGE - 64))
                f.write(dice.randbytes(64))
            else:
                f.write({"overwrite": dice.randbytes(PAGE), "zero": bytes(PAGE), "exchange": there}[kind])
            if kind == "exchange":
                f.seek(other * PAGE)
                f.write(here)
        return "%s of pages %s" % (kind, pages), 0 not in pages


def main():
    program, library, *rest = sys.argv[1:]
    b, dice, rounds, wrong = Bench(program, library), random.Random(7), 1000 if "--long" in rest else 40, []
    verdicts, ids = store_with_journal(b)
    before = {True: verdicts, False: {v for v in verdicts if v[0] not in IN_JOURNAL}}
    sums = dict.fromkeys(("unnoticed", "unreadable", "repaired", "papers", "by name", "papers lost", "verdicts",
                          "verdicts lost"), 0)
    for n in range(rounds):
        b.reset()
        for name in os.listdir(b.work):
            if name.startswith("db.damaged") or name.startswith("db.salvage"):
                os.remove(b.at(name))
        journal = n % 3 > 0
        if journal:
            shutil.copy(b.at("base.db"), b.at("db"))
            shutil.copy(b.at("base.db-wal"), b.at("db-wal"))
        what, readable = damage(b.at("db"), dice)
        doctor = lambda *args: subprocess.run([b.program, "doctor", *args], env=b.env, capture_output=True, text=True)
        try:
            look = doctor()
            if look.returncode == 0:
                sums["unnoticed"] += 1
                continue
            if look.returncode != 1 or "papertag doctor" not in look.stdout:
                raise Wrong("doctor: status %d: %s%s" % (look.returncode, look.stdout, look.stderr))
            if n % 2:
                b.killed(["doctor", "--repair"], "", at=dice.randrange(1, 400))
            repair = doctor("--repair")
            if repair.returncode == 1 and ("nothing in it can be read" in repair.stdout or
                                           not readable and "not a store" in repair.stdout):
                sums["unreadable"] += 1
                continue
            if repair.returncode:
                raise Wrong("repair: status %d: %s%s" % (repair.returncode, repair.stdout, repair.stderr))
            b.sound()
            if "was damaged" in repair.stdout and not os.path.exists(b.at("db.damaged")):
                raise Wrong("the damaged file is gone")
            there, judged = {row[0] for row in b.rows("SELECT id FROM papers")}, set(b.rows(VERDICTS))
            named = b.rows("SELECT count(*) FROM papers WHERE title IS NULL AND abstract IS NULL")[0][0]
            if len(there) - named > len(ids) or judged - verdicts:
                raise Wrong("there is more than there was: %s" % (judged - verdicts))
            for name, value in (("repaired", 1), ("papers", len(there) - named), ("by name", named),
                                ("papers lost", len(ids) - len(there)), ("verdicts", len(judged)),
                                ("verdicts lost", len(before[journal] - judged))):
                sums[name] += value
        except Wrong as error:
            wrong.append("round %d, %s: %s" % (n, what, error))
    print("%sok 1 %d damaged stores" % ("not " if wrong else "", rounds))
    for line in wrong[:5]:
        print("# " + line.replace("\n", " "))
    print("# " + ", ".join("%s %d" % (name, value) for name, value in sums.items()))
    print("1..1")
    shutil.rmtree(b.work)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
