#!/usr/bin/env python3
"""Checks that what papertag exports reads back the same: made-up papers with every field filled by chance, also with
characters that the formats use themselves.

usage: tests/cli/round-trip.py PAPERTAG FOLDER [PAPERS [SEED]]
"""
import json
import os
import random
import subprocess
import sys

WORDS = ["fog", "mist", "Drop", "BERT", "mRNA", "CO2", "naïve", "Łódź", "深度学习", "山田", "Ω", "ﬁ", "😀", "e\u0301", "100%",
         "{braced}", "{", "}", "\\alpha", "\\", "$x^2$", "$5", "#1", "R&D", "a_b", "~", "^", "\"quoted\"", "'single'",
         "``tex''", "--", "---", "a < b", "c > d", "&amp;", "<s>", "x;y", "p|q", "semi;", "comma,", "@article", "TI  - no",
         "ER  -", "%T no", "[list]", "(a)", "=SUM(A1)", "and", "1,2", "https://e.example/?a=1&b={2}", "*", "\\&", "\\_{}"]
NAMES = ["Dora Doe", "Rick van der Roe", "Bo Doe Jr", "Zoë Łukasz-Sample", "The Lab, and Friends", "Plato", "王小明",
         "OpenAI Research Team", "J. R. R. Tolkien", "Doe D", "山田 太郎", "Ludwig von Mises", "Nora O'Nobody",
         "Abd el-Rahman Foo III", "A; B", "R&D {Group}", "X and Y Lab", "Anna-Maria 100% \"Annie\" Example", "d'Artagnan",
         "Universität Köln"]
COMPARED = ["id", "title", "abstract", "date", "authors", "author_count", "organization", "url", "source", "venue", "arxiv",
            "doi", "categories", "keywords", "announced", "announce_type", "featured", "code_url", "project_url", "pdf_url",
            "upvotes", "comments"]
TAGS = ["agents", "quantization", "reinforcement-learning", "benchmarks"]
FORMATS = ["json", "bib", "ris", "csv", "csl"]


def phrase(chance, least, most):
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(least, most)))


def address(chance):
    return f"https://e.example/~x/{chance.choice('abc')}_{chance.randint(1, 99)}%20?q={chance.choice('xyz')}&d={{1}}#f"


def date(chance):
    year, month, day = chance.randint(1991, 2034), chance.randint(1, 12), chance.randint(1, 28)
    return [f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-{day:02}"]


def made_up(chance, number, abstracts):
    """A paper with each field by chance; an abstract of a sample gives it tags."""
    fields = {
        "title": f"{phrase(chance, 1, 8)} no{number}", "abstract": chance.choice([phrase(chance, 5, 40), chance.choice(abstracts)]), "date": chance.choice(date(chance)),
        "authors": chance.sample(NAMES, chance.randint(1, 5)), "organization": phrase(chance, 1, 3), "url": address(chance),
        "source": chance.choice(["pubmed", "huggingface", "bibtex", "ris", "csl", "my source", "openreview"]),
        "venue": phrase(chance, 1, 4), "doi": f"10.5555/x_{number}(a)<b>%1&c", "arxiv": f"3101.{number:05}",
        "categories": chance.sample(["cs.LG", "stat.ML", "Fog, Mist; Drops", "Physics"], chance.randint(1, 4)),
        "keywords": sorted({phrase(chance, 1, 3) for _ in range(chance.randint(1, 4))}) + chance.sample(TAGS, 1),
        "announced": date(chance)[2], "announce_type": chance.choice(["new", "cross", "replace", "replace-cross"]),
        "featured": date(chance)[2], "code_url": address(chance), "project_url": address(chance),
        "pdf_url": address(chance), "upvotes": chance.randint(0, 999), "comments": chance.randint(0, 99),
        "id": chance.choice([f"made-up:{number}", f"key {number}, {{x}} % \\", f"{number}"])}
    for name in list(fields):
        if name != "title" and chance.random() < 0.3:
            del fields[name]
    if chance.random() < 0.3 and "authors" in fields:
        fields["author_count"] = len(fields["authors"]) + 7
    return fields


def main(program, folder, papers="300", seed="1"):
    chance = random.Random(int(seed))
    store, source = os.path.join(folder, "first.db"), os.path.join(folder, "papers.jsonl")
    with open("data/sample.jsonl", encoding="utf-8") as lines:
        abstracts = [json.loads(line)["abstract"] for line in lines]
    with open(source, "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(made_up(chance, n, abstracts)) + "\n" for n in range(int(papers)))

    def papertag(*arguments):
        return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                              encoding="utf-8").stdout

    def stored(db):
        listed = [json.loads(line) for line in papertag("list", "--db", db, "--json").splitlines()]
        return {paper["id"]: {name: paper.get(name) for name in COMPARED} for paper in listed}

    papertag("add", "--db", store, source)
    before, wrong = stored(store), 0
    for name in FORMATS:
        exported, again = os.path.join(folder, f"out.{name}"), os.path.join(folder, f"{name}.db")
        with open(exported, "w", encoding="utf-8", newline="") as file:
            file.write(subprocess.run([program, "list", "--db", store, "--format", name], capture_output=True,
                                      check=True).stdout.decode("utf-8"))
        papertag("add", "--db", again, exported)
        after = stored(again)
        for paper in sorted(before.keys() | after.keys()):
            was, now = before.get(paper, {}), after.get(paper, {})
            for field in COMPARED:
                if was.get(field) != now.get(field):
                    wrong += 1
                    print(f"{name}: {paper}: {field} was {was.get(field)!r}, now {now.get(field)!r}")
    print(f"{len(before)} papers, {len(FORMATS)} formats, {wrong} differences")
    return not before or wrong > 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
