#!/usr/bin/env bats
# papertag inside SQLite and Python: the extension and the module agree with the program, row for row.
load helpers

# Runs a program that loads one of the libraries; those of the sanitizer run want their own library first.
with_library() {
    local asan
    asan=$(ldd "$PAPERTAG_OUT/libpapertag.so" | awk '/libasan/ {print $3}')
    PAPERTAG_LIBRARY=$PAPERTAG_OUT/libpapertag.so ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$asan "$@"
}

sql() {
    with_library sqlite3 -batch "${db:-:memory:}" ".load $PAPERTAG_OUT/papertag_sqlite" "$@"
}

python() {
    PYTHONPATH=$PWD/src/python with_library /usr/bin/python3 -X dev -W error "$@"
}

# A database of the sample papers, and what the program says of them.
make_database() {
    db=$work/papers.db
    jq -r '[.id, .title, .abstract] | @csv' data/sample.jsonl >"$work/papers.csv"
    sqlite3 "$db" "CREATE TABLE papers(id PRIMARY KEY, title, abstract)" ".import --csv $work/papers.csv papers"
    papertag tag --json --all data/sample.jsonl >"$work/tags.jsonl"
}

@test "SQL: the tags, probabilities and margins are those of the program" {
    make_database
    sql "SELECT json_object('id', id, 'tags', papertag_tags(title, abstract)) FROM papers" >"$work/sql"
    jq -c '{id, tags: [.tags[] | select(.assigned) | .tag]}' "$work/tags.jsonl" >"$work/program"
    cmp "$work/sql" "$work/program"
    sql ".separator ' '" "SELECT id, tag, assigned, p, margin FROM papers, papertag_scores(title, abstract)" >"$work/sql"
    jq -r '.id as $id | .tags[] | "\($id) \(.tag) \(if .assigned then 1 else 0 end) \(.p) \(.margin)"' "$work/tags.jsonl" >"$work/program"
    paste -d ' ' "$work/sql" "$work/program" | awk '
        function far(a, b) { return a - b > 1e-6 || b - a > 1e-6 }
        NF != 10 || $1 != $6 || $2 != $7 || $3 != $8 || far($4, $9) || far($5, $10) { print; bad = 1 } END { exit bad || !NR }'
    [ "$(sql "SELECT count(*) FROM papers, papertag_scores(title, abstract) AS s WHERE abs(s.p - papertag_p(title, abstract, s.tag)) > 0")" = 0 ]
}

@test "SQL: aliases, NULL and empty texts, unknown tags, damaged models" {
    [ "$(sql "SELECT papertag_p('a policy', 'reward', 'RL') = papertag_p('a policy', 'reward', 'reinforcement-learning')")" = 1 ]
    [ "$(sql "SELECT papertag_tags(NULL, NULL) IS NULL, papertag_p(NULL, NULL, 'RL') IS NULL, papertag_p('a', 'b', NULL) IS NULL")" = '1|1|1' ]
    [ "$(sql "SELECT papertag_tags('', ''), papertag_tags('', NULL)")" = '[]|[]' ]
    [ "$(sql "SELECT count(*) FROM papertag_scores(NULL, NULL)")" = 0 ]
    [ "$(sql "SELECT count(*) = (SELECT count(*) FROM papertag_scores('one title')) FROM papertag_scores('one title', '')")" = 1 ]
    run sql "SELECT papertag_p('a', 'b', 'reinforcment')"
    [ "$status" -ne 0 ] && [[ $output == *reinforcement-learning* ]]
    run sql "SELECT * FROM papertag_scores"
    [ "$status" -ne 0 ] && [[ $output == *"a title and an abstract are missing"* ]]
    run sql "SELECT papertag_model('$work/none')"
    [ "$status" -ne 0 ] && [[ $output == *"$work/none"* ]]
    head -c 100000 "$PAPERTAG_MODEL" >"$work/cut"
    run sql "SELECT papertag_model('$work/cut')"
    [ "$status" -ne 0 ] && [[ $output == *"$work/cut"* ]]
}

@test "SQL: a connection keeps the model that it first tagged with; views may tag, but not choose a model" {
    make_papers 60 >"$work/train.jsonl"
    papertag train --folds 2 -o "$work/own" "$work/train.jsonl" >/dev/null
    hash=$(PAPERTAG_MODEL=$work/own sql "SELECT papertag_model()")
    [ "$(sql "SELECT papertag_model('$work/own')" "SELECT papertag_tags('bit', 'weight rounding integer')" "SELECT papertag_model('$work/own')")" = "$hash
[\"quantization\"]
$hash" ]
    run sql "SELECT papertag_tags('bit', 'weight')" "SELECT papertag_model('$work/own')"
    [ "$status" -ne 0 ] && [[ $output == *"open a new connection"* ]]
    db=$work/view.db sql "PRAGMA trusted_schema = off" "CREATE TABLE p(t, a, tags AS (papertag_tags(t, a)))" \
        "CREATE VIEW v AS SELECT tag FROM p, papertag_scores(t, a) WHERE assigned" "CREATE INDEX i ON p(papertag_p(t, a, 'RL'))" \
        "INSERT INTO p VALUES('bit', 'weight rounding integer quantization')"
    [ "$(db=$work/view.db sql "PRAGMA trusted_schema = off" "SELECT tags FROM p" "SELECT tag FROM v" | head -n 1 | jq -r '.[0]')" = quantization ]
    db=$work/view.db sql "CREATE VIEW bad AS SELECT papertag_model('$work/own')"
    db=$work/view.db run sql "SELECT * FROM bad"
    [ "$status" -ne 0 ] && [[ $output == *"unsafe use"* ]]
}

@test "SQL: two connections of one process, from Python and from sqlite-utils" {
    make_database
    python - "$db" "$PAPERTAG_OUT/papertag_sqlite" <<'P'
import sqlite3, sys
def connect():
    db = sqlite3.connect(sys.argv[1])
    db.enable_load_extension(True)
    db.load_extension(sys.argv[2])
    return db
one, two = connect(), connect()
query = "SELECT id, papertag_tags(title, abstract) FROM papers ORDER BY id"
first, second = one.execute(query), two.execute(query)
assert all(a == b for a, b in zip(first, second, strict=True))
crossed = one.execute("SELECT a.tag, b.tag FROM papertag_scores('x', 'policy reward') a, papertag_scores('y', 'bit weight') b")
assert len({row for row in crossed}) > 1000
one.close(), two.close()
P
    command -v sqlite-utils >/dev/null || skip "the part with sqlite-utils, which is not installed"
    with_library sqlite-utils query "$db" --load-extension "$PAPERTAG_OUT/papertag_sqlite.so" \
        "SELECT count(*) AS n FROM papers WHERE papertag_tags(title, abstract) <> '[]'" | jq -e '.[0].n > 30'
}

@test "Python: scores, tags and explanations are those of the program" {
    papertag tag --json --all data/sample.jsonl >"$work/tags.jsonl"
    papertag explain --json --tag RL --top 1000 data/sample.jsonl >"$work/explain.jsonl"
    python - "$work" <<'P'
import json, pickle, sys, threading
import papertag
def lines(name):
    with open(name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
papers, expected, explained = lines("data/sample.jsonl"), lines(sys.argv[1] + "/tags.jsonl"), lines(sys.argv[1] + "/explain.jsonl")
model = pickle.loads(pickle.dumps(papertag.Model()))
assert "reinforcement-learning" in model.tags() and all(tag.definition for tag in model.tags())
def same(scores, tags):
    assert [(s.tag, s.assigned) for s in scores] == [(t["tag"], t["assigned"]) for t in tags]
    assert all(abs(s.p - t["p"]) < 1e-6 and abs(s.margin - t["margin"]) < 1e-6 for s, t in zip(scores, tags))
for threads in (None, 1, 3):
    found = list(model.tag_many(papers, threads))
    assert len(found) == len(papers)
    for scores, paper in zip(found, expected):
        same(scores, paper["tags"])
for paper, said in zip(papers, explained):
    why = model.explain(paper["title"], paper["abstract"], "RL")
    assert abs(why.margin - said["margin"]) < 1e-6 and why.tag == said["tag"]
    assert abs(why.bias + sum(term.contribution for term in why.terms) - why.margin) < 1e-6
failures = []
def work():
    try:
        for _ in range(3):
            for scores, paper in zip(model.tag_many(papers, 1), expected):
                same(scores, paper["tags"])
    except BaseException as error:
        failures.append(error)
threads = [threading.Thread(target=work) for _ in range(20)]
[t.start() for t in threads], [t.join() for t in threads]
assert not failures, failures
for scores, paper in zip(model.tag_many(papers, 2, assigned=True), expected):
    same(scores, [tag for tag in paper["tags"] if tag["assigned"]])
assert model.tag("We quantize", assigned=True) == [score for score in model.tag("We quantize") if score.assigned]
P
}

@test "Python: odd texts, and errors that name the thing" {
    PAPERTAG_MODEL='' python - "$work/none" <<'P'
import itertools, sys
import papertag
model = papertag.Model()
assert model.tag(None, None) == model.tag("", "") == next(model.tag_many([""]))
model.tag("a\0b", "\ud800 lone"), model.tag("x" * 1000000), model.tag("\U0001f9ea")
endless = model.tag_many(("a policy", "with a reward") for _ in itertools.count())
assert [next(endless) for _ in range(200)][199] == model.tag("a policy", "with a reward")
endless.close()
assert list(model.tag_many([])) == [] and list(model.tag_many([("a", "b"), {"abstract": "b", "title": "a"}]))[1] == model.tag("a", "b")
for call, words in ((lambda: papertag.Model(sys.argv[1]), sys.argv[1]), (lambda: model.explain("a", "b", "reinforcment"), "reinforcement-learning")):
    try:
        call()
        raise SystemExit("no error")
    except papertag.Error as error:
        assert words in str(error), error
P
}

@test "Python: the structures are those of the header" {
    cat >"$work/layout.c" <<'C'
#include <papertag.h>
#include <stdio.h>
#define SIZE(name) printf("%s %zu\n", #name, sizeof(papertag_##name))
#define AT(name, field) printf("%s.%s %zu\n", #name, #field, offsetof(papertag_##name, field))
int main(void)
{
    SIZE(error), SIZE(strings), SIZE(tag_info), SIZE(score), SIZE(term), SIZE(explanation), SIZE(paper), SIZE(train_options);
    AT(error, line), AT(tag_info, cut), AT(score, p), AT(score, margin), AT(score, assigned), AT(paper, title), AT(paper, tags);
    AT(paper, has_tags), AT(paper, comments), AT(train_options, c), AT(train_options, seed), AT(train_options, name);
    return 0;
}
C
    gcc -Iinclude "$work/layout.c" -o "$work/layout"
    "$work/layout" >"$work/c"
    python - "$work/c" <<'P'
import ctypes, sys
import papertag
with open(sys.argv[1]) as file:
    lines = file.read().splitlines()
for line in lines:
    what, size = line.split()
    name, _, field = what.partition(".")
    shape = getattr(papertag, "_" + "".join(part.title() for part in name.split("_")))
    assert int(size) == (getattr(shape, field).offset if field else ctypes.sizeof(shape)), line
assert papertag._SCORE.size == ctypes.sizeof(papertag._Score)
P
}

@test "Python: a classifier of scikit-learn's shape, cross-validated" {
    /usr/bin/python3 -c 'import sklearn' 2>/dev/null || skip "needs python3-sklearn"
    [ "$PAPERTAG_OUT" = "$PWD/build" ] || skip "release build only: scikit-learn's own libraries under the sanitizers"
    make_papers 240 >"$work/train.jsonl"
    PYTHONPATH=$PWD/src/python PAPERTAG_LIBRARY=$PAPERTAG_OUT/libpapertag.so /usr/bin/python3 - "$work/train.jsonl" <<'P'
import json, pickle, sys
import numpy, papertag
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
papers = [json.loads(line) for line in open(sys.argv[1])]
X = [(p["title"], p["abstract"]) for p in papers]
names = ["3d-vision", "quantization", "reinforcement-learning"]
first = numpy.array([p["tags"][0] for p in papers])
all_tags = numpy.array([[int(name in p["tags"]) for name in names] for p in papers])
classifier = papertag.PapertagClassifier(folds=2, jobs=1)
assert cross_val_score(classifier, X, first, cv=3).mean() > 0.7
assert cross_val_score(classifier, X, all_tags, cv=3, scoring="f1_micro").mean() > 0.8
two = clone(classifier).fit(X, first == "quantization")
assert two.decision_function(X).shape == (240,) and set(two.classes_) == {False, True}
again = pickle.loads(pickle.dumps(two))
assert (again.predict(X) == two.predict(X)).all() and (again.predict(X) == (again.decision_function(X) >= 0)).all()
several = clone(classifier).fit([abstract for _, abstract in X], first)
assert (several.predict_proba(X).sum(axis=1) - 1 < 1e-9).all()
assert (several.predict(X) == several.classes_[several.decision_function(X).argmax(axis=1)]).all()
P
}
