#!/usr/bin/env python3
"""Papers for many stores, and whether two stores hold the same.

usage: merged.py make FOLDER STORES PAPERS SEED    writes FOLDER/1.jsonl, 2.jsonl ...: PAPERS each, many in several
       merged.py old STORE                         makes a store of the first layout, with one paper
       merged.py same ONE OTHER                    compares two stores, field by field

The papers are made up. Several sources give them: with arXiv's identifier, a DOI, an id of their own or none, with more
or fewer fields; a source changes text and counts from file to file. Of two stores all is compared but keys, times and the
order of rows. Status 1, after the first differences, when they differ.
"""
import ast
import json
import os
import random
import re
import sqlite3
import sys

WORDS = ("quantization policy attention agents retrieval splatting diffusion graph bandit prompt sparse kernel depth "
         "reward token cache planning video speech proof").split()
TABLES = {
    "papers": "SELECT id, {} FROM papers LEFT JOIN models m ON m.key=papers.model",
    "versions": "SELECT p.id, v.version, v.title, v.abstract FROM versions v JOIN papers p ON p.key=v.paper",
    "sources": "SELECT p.id, s.source, s.id, s.record, s.text FROM sources s JOIN papers p ON p.key=s.paper",
    "records": "SELECT p.id, r.source, r.record FROM records r JOIN papers p ON p.key=r.paper",
    "names": "SELECT name, p.id FROM names JOIN papers p ON p.key=names.paper",
    "tags": "SELECT tag, name, definition, grp, aliases, own, query FROM tags",
    "cuts": "SELECT m.hash, t.tag, cut FROM cuts JOIN models m ON m.key=cuts.model JOIN tags t ON t.key=cuts.tag",
    "opinions": "SELECT p.id, t.tag, o.p, o.margin, o.assigned FROM opinions o JOIN papers p ON p.key=o.paper JOIN"
                " tags t ON t.key=o.tag",
    "tagged": "SELECT p.id, t.tag, g.day, g.p FROM tagged g JOIN papers p ON p.key=g.paper JOIN tags t ON t.key=g.tag",
    "tag_counts": "SELECT t.tag, c.papers FROM tag_counts c JOIN tags t ON t.key=c.tag WHERE c.papers",
    "verdicts": "SELECT p.id, t.tag, v.verdict, v.given, v.example FROM verdicts v JOIN papers p ON p.key=v.paper JOIN"
                " tags t ON t.key=v.tag",
    "audits": "SELECT p.id, t.tag, a.given FROM audits a JOIN papers p ON p.key=a.paper LEFT JOIN tags t ON t.key=a.tag",
    "marks": "SELECT p.id, read, starred, note FROM marks JOIN papers p ON p.key=marks.paper",
    "subscriptions": "SELECT name, expression, format, address, title, sort, count, path FROM subscriptions",
    "deliveries": "SELECT s.name, d.day, d.begun, d.ended, d.bytes, d.hash FROM deliveries d JOIN subscriptions s ON"
                  " s.key=d.subscription",
    "delivered": "SELECT s.name, p.id, d.delivery IS NULL FROM delivered d JOIN subscriptions s ON s.key=d.subscription"
                 " JOIN papers p ON p.key=d.paper",
    "origins": "SELECT name, kind, arguments, url, place, validators FROM origins",
}


def text(draw, count):
    return " ".join(draw.choices(WORDS, k=count))


def paper(number, seed):
    """What all sources know of a paper, and the records that each gives, by revision."""
    draw = random.Random(f"{seed} {number}")
    title = f"On {text(draw, 4).title()} {number}"
    authors = [f"{draw.choice('ABCDE')}. {draw.choice(['Sample', 'Specimen', 'Instance'])}-{number % 97}" for _ in range(draw.randint(1, 3))]
    year, arxiv, doi = draw.randint(2019, 2026), f"{draw.randint(19, 26)}01.{number:05}", f"10.1234/made.{number}"
    abstract = text(draw, 30)
    kinds = draw.sample(["arxiv", "hf", "crossref", "reader", "plain"], k=draw.choice([1, 1, 2, 3]))

    def record(kind, revision):
        draw = random.Random(f"{seed} {number} {kind} {revision}")
        body = abstract + (f" Revision {revision}." if revision else "")
        more = {"title": title, "abstract": body, "authors": authors, "date": f"{year}-{number % 12 + 1:02}-{number % 28 + 1:02}"}
        if kind == "arxiv":
            more |= {"id": arxiv, "source": "arxiv", "categories": ["cs.LG"], "announced": f"2026-02-{number % 28 + 1:02}",
                     "announce_type": "new"}
        elif kind == "hf":
            more |= {"id": arxiv, "arxiv": arxiv, "source": "hf", "upvotes": draw.randint(0, 99), "comments": revision,
                     "featured": "2026-03-01", "organization": "Made Up Lab"}
        elif kind == "crossref":
            more |= {"id": doi, "doi": doi, "source": "crossref", "venue": "J. of Samples", "date": str(year)}
            if "arxiv" in kinds or "hf" in kinds:
                more["arxiv"] = arxiv
        elif kind == "reader":
            more |= {"id": f"r{number}", "source": "reader", "keywords": [WORDS[number % 20]], "code_url": "https://example.org/x"}
            del more["authors" if number % 3 else "abstract"]
        return more

    return kinds, record


def make(folder, stores, papers, seed):
    draw, pool = random.Random(seed), papers * 2
    os.makedirs(folder, exist_ok=True)
    made = {}
    for store in range(1, stores + 1):
        with open(f"{folder}/{store}.jsonl", "w") as out:
            for number in draw.sample(range(pool), papers):
                kinds, record = made.setdefault(number, paper(number, seed))
                newest = (store - 1) // 3
                revision = draw.choice([0, newest, newest])  # what was given before may come again, by one source
                for kind in draw.sample(kinds, k=draw.randint(1, len(kinds)) if revision == newest else 1):
                    out.write(json.dumps(record(kind, revision)) + "\n")


def old(path):
    """A store as the first version made it: the first step of the program's own layouts."""
    with open(os.path.join(os.path.dirname(__file__), "../../src/store/migrations.c")) as file:
        code = file.read()
    first = code[code.index("*const steps[]"):code.index("/* subscriptions */")]
    with open(os.path.join(os.path.dirname(__file__), "../../src/store/migrations.h")) as file:
        application = re.search(r"PT_STORE_APPLICATION = (\w+)", file.read())[1]
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript("".join(ast.literal_eval(part) for part in re.findall(r'"(?:[^"\\\n]|\\.)*"', first)))
    db.executescript(f"PRAGMA application_id={int(application, 0)}; PRAGMA user_version=1;")
    db.execute("INSERT INTO papers(id, day, version, added, updated, title_key, title, authors, categories, keywords) VALUES"
               "('kept', 20000, 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 0, 'Kept', '[]', '[]', '[]')")
    db.commit()
    db.close()


def rows(path, table, fields):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return sorted(db.execute(TABLES[table].format(fields)).fetchall(), key=repr)
    finally:
        db.close()


def same(one, other):
    db = sqlite3.connect(one)
    unlike = {"key", "id", "model", "added", "updated"}
    fields = ", ".join(row[1] for row in db.execute("PRAGMA table_info(papers)") if row[1] not in unlike) + ", m.hash"
    db.close()
    differ = 0
    for table in TABLES:
        a, b = rows(one, table, fields), rows(other, table, fields)
        only = [(path, row) for path, of, others in ((one, a, set(b)), (other, b, set(a))) for row in of if row not in others]
        if a != b:
            differ += 1
            print(f"{table}: {len(a)} and {len(b)} rows, {len(only)} of them in one store only")
            for path, row in sorted(only, key=lambda o: repr(o[1]))[:6]:
                print(f"  {path}: {row}"[:600])
    return differ


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], *map(int, sys.argv[3:6]))
    elif sys.argv[1] == "old":
        old(sys.argv[2])
    else:
        sys.exit(1 if same(sys.argv[2], sys.argv[3]) else 0)
