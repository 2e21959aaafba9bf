#!/usr/bin/python3
"""Doubles inputs of the kinds that have taken quadratic time, and compares the time that the program takes.

usage: tests/fault/growth.py PROGRAM [NAME]...

Each input is made in three sizes, each twice the one before, and read a few times: the least user time counts, less that
of an empty input. Twice the input may take at most 3 times as long, once it takes long enough to be measured; and the
largest, which quadratic time would make last for minutes, may take no longer than a generous limit. Prints TAP.
"""
import gzip, json, os, resource, shutil, subprocess, sys, tempfile

LEAST, MOST, RATIO, ROUNDS = 0.15, 20, 3, 3  # seconds: below is noise, above is a fault; times; runs of each size


class Place:
    def __init__(self, program):
        self.program, self.folder = os.path.abspath(program), tempfile.mkdtemp()
        self.env = dict(os.environ, PAPERTAG_DB=self.at("db"))

    def at(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args, codes=(0, 1, 2, 3), **env):
        """Runs the program; its user time in seconds."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        run = subprocess.run([self.program, *args], env=dict(self.env, **env), stdin=subprocess.DEVNULL, cwd=self.folder,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=6 * MOST)
        if run.returncode not in codes:
            raise RuntimeError("status %d: %s" % (run.returncode, run.stderr.decode(errors="replace")[-300:]))
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def write(self, name, content):
        with open(self.at(name), "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return self.at(name)

    def fresh(self):
        for name in os.listdir(self.folder):
            if name.startswith("db"):
                os.remove(self.at(name))


def lines(papers):
    return "".join(json.dumps(paper) + "\n" for paper in papers)


# A kind of input: its size in the smallest form, and a function that makes it (not timed) and gives what is timed.

def reading(size, make, *args, suffix=""):
    def prepare(p, n):
        path = p.write("input" + suffix, make(n))
        return lambda: p.run("tag", "--jobs", "1", *args, path)
    return size, prepare


def adding(size, make, first=None):
    def prepare(p, n):
        p.fresh()
        if first:
            p.run("add", p.write("first.jsonl", first(n)))
        path = p.write("input.jsonl", make(n))
        if os.path.exists(p.at("db")):
            shutil.copy(p.at("db"), p.at("kept"))
        def timed():
            p.fresh()
            if first:
                shutil.copy(p.at("kept"), p.at("db"))
            return p.run("add", path)
        return timed
    return size, prepare


def asking(size, *args, papers=lambda n: n, make=None):
    def prepare(p, n):
        p.fresh()
        p.run("add", p.write("first.jsonl", lines(many(papers(n)))))
        words = [word.format(make(n) if make else "") for word in args]
        return lambda: p.run(*words)
    return size, prepare


def many(n, **more):
    return ({"id": "p%d" % i, "title": "Paper number %d on a matter of its own" % i,
             "abstract": "Four bits are enough for the weights of models, says part %d." % i, **more} for i in range(n))


def authors(n, kind="Author"):
    return ["%s%d Surname%d" % (kind, i, i) for i in range(n)]


def one_title(n):
    return lines({"id": "t%d" % i, "title": "One title for all of these papers", "abstract": "Its text is number %d." % i,
                  "authors": ["A%d Name%d" % (i, i)]} for i in range(n))


def one_title_no_authors(n):
    return lines({"title": "One title for all of these papers", "abstract": "words%d of%d its%d own%d" % (i, i, i, i)}
                 for i in range(n))


def xml_token(n, kind):
    head = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>T</title><summary>S</summary>"
    token = {"comment": "<!--%s-->", "attribute": "<link href='%s'/>", "instruction": "<?x %s?>", "name": "<a%s/>",
             "text": "<rights>%s</rights>", "data": "<rights><![CDATA[%s]]></rights>"}[kind] % ("x" * n)
    return gzip.compress((head + token + "</entry></feed>").encode(), 1)


def verdicts(p, n, tag=None):
    """A file of verdicts: on a tag, or each on another that there is not."""
    p.fresh()
    p.run("add", p.write("first.jsonl", lines(many(n if tag else 3))))
    path = p.write("verdicts", "id\ttag\tverdict\tgiven\n" + "".join(
        "p%d\t%s\tyes\t\n" % (i if tag else 1, tag or "no-such-tag-%d" % i) for i in range(n)))
    return lambda: p.run("labels", "import", path)


def tags_of_model(p, n, *args):
    """A store whose papers were tagged by a model of n tags."""
    p.fresh()
    if not os.path.exists(p.at("model%d" % n)):
        papers = []
        for i in range(60):
            papers.append({"id": "m%d" % i, "title": "Bits of weights %d" % i, "abstract": "we quantize %d weights" % i,
                           "tags": ["tag-%d" % t for t in range(n) if t % 60 == i]})
        p.run("train", "-o", p.at("model%d" % n), "--min-examples", "1", "--skip-rare", "--folds", "2", "--min-df", "1",
              "--max-terms", "50", p.write("train.jsonl", lines(papers)), codes=(0,))
    model = {"PAPERTAG_MODEL": p.at("model%d" % n)}
    p.run("add", p.write("first.jsonl", lines(many(60))), codes=(0,), **model)
    return lambda: p.run(*args, **model)


def names_of_model(*args):
    return 1000, lambda p, n: tags_of_model(p, n, *args)


def nested(n, start, end, inside=""):
    return start * n + inside + end * n


KINDS = {
    "bibtex-braces": reading(20000, lambda n: " @a{k,t={\n" * n, "--from", "bib"),
    "bibtex-comments": reading(80000, lambda n: " @comment{\n" * n, "--from", "bib"),
    "bibtex-strings": reading(5000, lambda n: "".join('@string{s%d = "x"}\n' % i for i in range(n)) +
                              "".join("@article{k%d, title = s%d # s%d}\n" % (i, i, i) for i in range(n)), "--from", "bib"),
    "bibtex-crossref": reading(4000, lambda n: "".join("@inproceedings{k%d, title={T %d}, crossref={b}}\n" % (i, i)
                                                       for i in range(n)) + "@book{b, title={B}}\n", "--from", "bib"),
    "bibtex-quotes": reading(160000, lambda n: '@article{k, title="' + "{" * n, "--from", "bib"),
    "ris": reading(20000, lambda n: "TY  - JOUR\nTI  - A title\n" + "AU  - Name, A\n" * n + "ER  - \n", "--from", "ris"),
    "latex": reading(80000, lambda n: lines([{"title": "T", "abstract": "\\emph{" * n}])),
    "dollars": reading(160000, lambda n: lines([{"title": "T", "abstract": "$x_{" * n}])),
    "fields-of-study": reading(32000, lambda n: lines([{"title": "T", "abstract": "A", "s2FieldsOfStudy": [
        {"category": "C%d" % i, "source": "s2"} for i in range(n)]}])),
    "keys-of-json": reading(8000, lambda n: lines([{"title": "T", **{"key%d" % i: i for i in range(n)}}])),
    "daily": reading(80000, lambda n: "A line of text\n" * n),
    "daily-marks": reading(80000, lambda n: "A line\n\u00b7\n" * n),
    "daily-start": reading(80000, lambda n: "Daily Papers\n" + "\u00b7\n3 authors\n" * n),
    "daily-lists": reading(80000, lambda n: '[{"a":[' + '"x"[' * n),
    "daily-objects": reading(80000, lambda n: '[{' + '"a":{"b":1},' * n),
    "daily-json": reading(80000, lambda n: '[' + '{"paper":' * n),
    "json-nested": reading(80000, lambda n: nested(n, '{"a":', "}", "1"), "--from", "json"),
    "csv-quotes": reading(160000, lambda n: 'title,abstract\n"' + '""' * n + '",x\n', "--from", "csv"),
    "csv-columns": reading(32000, lambda n: ",".join("c%d" % i for i in range(n)) + ",title\n" + "x," * n + "T\n", "--from", "csv"),
    "html": reading(80000, lambda n: lines([{"title": "T", "abstract": "<b>" * n}])),
    "entities": reading(160000, lambda n: lines([{"title": "T", "abstract": "&amp" * n}])),
    "blanks": reading(320000, lambda n: lines([{"title": "T", "abstract": "a" + " " * n + "b"}])),
    "page": reading(20000, lambda n: "A title of a paper\nby somebody\n" * n, "--from", "page"),
    "two-long-lists": adding(10000, lambda n: lines([
        {"id": "a", "source": "x", "title": "The same long title of one work", "abstract": "An abstract of it, one", "date": "2024",
         "venue": "arXiv", "authors": authors(n)},
        {"id": "b", "source": "y", "title": "The same long title of one work", "abstract": "An abstract of it, two", "date": "2026",
         "venue": "A Journal", "authors": authors(n)}])),
    "one-title": adding(2000, one_title),
    "one-title-no-authors": adding(2000, one_title_no_authors),
    "one-doi": adding(2000, lambda n: lines(many(n, doi="10.1/x"))),
    "again": adding(4000, lambda n: lines(many(n)), first=lambda n: lines(many(n))),
    "verdicts-unknown": (5000, verdicts),
    "verdicts": (5000, lambda p, n: verdicts(p, n, "alignment")),
    "digest-html-tags": names_of_model("digest", "-f", "html"),
    "digest-eml-tags": names_of_model("digest", "-f", "eml"),
    "digest-groups-tags": names_of_model("digest", "--group-by", "tag"),
    "show-tags": names_of_model("show", "p1"),
    "list-tags": names_of_model("list", "--json"),
    "tags": names_of_model("tags"),
    "review-tags": names_of_model("review", "--plain"),
    "eval-store-tags": names_of_model("eval", "--store"),
    "doctor-tags": names_of_model("doctor"),
    "discover": asking(500, "discover", "--min-papers", "2"),
    "trends": asking(2000, "trends"),
    "similar": asking(2000, "similar", "p1"),
    "list": asking(2000, "list"),
    "search-words": asking(2000, "list", "--search", "{}", papers=lambda n: 40, make=lambda n: "model " * n),
    "search-prefixes": asking(2000, "list", "--search", "{}", papers=lambda n: 40, make=lambda n: "m* " * n),
    "expression-tags": asking(2000, "list", "--tag", ",".join(["agents", "RL", "quantization"] * 85)),
    "expression-authors": asking(1000, "list", "--tag", ",".join("author:a%d" % i for i in range(256))),
    "expression-p": asking(500, "list", "--tag", "(" + "|".join(["RL", "agents"] * 64) + ") & " + "&".join(["p>0.1"] * 128)),
    **{"xml-" + kind: reading(1 << 20, lambda n, kind=kind: xml_token(n, kind), "--from", "atom", suffix=".gz")
       for kind in ("comment", "attribute", "instruction", "name", "text", "data")},
    "xml-attributes": reading(10000, lambda n: "<feed xmlns='http://www.w3.org/2005/Atom'><entry " + " ".join(
        "a%d='1'" % i for i in range(n)) + "><title>T</title></entry></feed>", "--from", "atom"),
}


def measure(p, kind):
    """User times of the sizes, less that of the program on nothing."""
    size, prepare = kind
    times = []
    for n in (size, 2 * size, 4 * size):
        timed = prepare(p, n)
        times.append(min(timed() for _ in range(ROUNDS)))
        if times[-1] > MOST:
            break
    return times


def main():
    program, *chosen = sys.argv[1:]
    p, number, bad = Place(program), 0, 0
    start = min(p.run("tag", p.write("nothing", lines(many(1)))) for _ in range(5))
    for name, kind in KINDS.items():
        if chosen and name not in chosen:
            continue
        wrong = None
        try:
            times = measure(p, kind)
            least = [max(t - start, LEAST) for t in times]
            ratios = [b / a for a, b in zip(least, least[1:])]
            if max(times) > MOST or max(ratios, default=0) > RATIO:
                wrong = "grows faster than its input"
            said = " ".join("%.2f s" % t for t in times)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            wrong, said = str(error)[:300], "no time"
        number, bad = number + 1, bad + bool(wrong)
        print("%sok %d growth %s: %s" % ("not " if wrong else "", number, name, said))
        if wrong:
            print("# " + wrong.replace("\n", " "))
        sys.stdout.flush()
    shutil.rmtree(p.folder)
    print("1..%d" % number)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
