#!/usr/bin/env bats
# merge: stores of several machines become one, with all that people said and did.
load helpers
bats_require_minimum_version 1.5.0

sql() { /usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for row in db.execute(sys.argv[2]): print(*row, sep="|")' "$work/$1" "$2"; }

# two_stores: a.db has 25 of the sample papers, b.db the last 25; 10 are in both.
two_stores() {
    head -n 25 data/sample.jsonl | papertag add --db "$work/a.db" >/dev/null
    tail -n 25 data/sample.jsonl | papertag add --db "$work/b.db" >/dev/null
}

@test "merge: stores made apart are the store of all their papers, field by field; again: status 3" {
    for seed in 1 2; do
        dir=$work/$seed
        /usr/bin/python3 tests/cli/merged.py make "$dir" 7 120 $seed
        for file in "$dir"/?.jsonl; do
            papertag add --db "$dir/one.db" "$file" >/dev/null
            papertag add --db "${file%.jsonl}.db" "$file" >/dev/null
        done
        papertag merge --db "$dir/all.db" "$dir"/?.db >/dev/null
        /usr/bin/python3 tests/cli/merged.py same "$dir/one.db" "$dir/all.db"
        papertag doctor --db "$dir/all.db" >/dev/null
        changes=$(sql $seed/all.db 'SELECT count FROM changes')
        run papertag merge --db "$dir/all.db" "$dir"/?.db
        expect 3
        [ "$(sql $seed/all.db 'SELECT count FROM changes')" = "$changes" ]
        # what was merged brings nothing new either, and nor does a store that was merged from it
        papertag merge --db "$dir/again.db" "$dir/all.db" >/dev/null
        /usr/bin/python3 tests/cli/merged.py same "$dir/all.db" "$dir/again.db"
        run papertag merge --db "$dir/again.db" "$dir/3.db"
        expect 3
    done
}

@test "merge: what is said, and the other stores, which are only read" {
    two_stores
    sum=$(sha256sum <"$work/b.db")
    run --separate-stderr papertag merge --db "$work/m.db" "$work/a.db" "$work/b.db"
    expect 0
    [ "${lines[0]}" = "$work/a.db: 25 added, 0 updated, 0 unchanged" ]
    [ "${lines[1]}" = "$work/b.db: 15 added, 0 updated, 10 unchanged" ]
    [ -z "$stderr" ]
    papertag merge --json --db "$work/n.db" "$work/b.db" | jq -e --arg store "$work/b.db" \
        '.store == $store and .added == 25 and .verdicts == 0 and .changed'
    [ "$(sha256sum <"$work/b.db")" = "$sum" ]
    [ "$(cd "$work" && echo *.db*)" = "a.db b.db m.db n.db" ]
    run papertag merge --db "$work/m.db" "$work/m.db"
    expect 2
    ln -s m.db "$work/link"
    run papertag merge --db "$work/m.db" "$work/link"
    expect 2
    [[ $output == *"this is the store itself"* ]]
    run papertag merge --db "$work/m.db"
    expect 2
    for wrong in data/sample.jsonl "$work/none" "$work/empty" "$work/foreign"; do
        : >"$work/empty"
        sql foreign 'CREATE TABLE IF NOT EXISTS papers(id)'
        run papertag merge --db "$work/m.db" "$wrong"
        expect 1
        [[ $output == "papertag: $wrong: "* ]]
    done
}

@test "merge: of two verdicts the later holds, and it can be undone" {
    two_stores
    papertag label --db "$work/a.db" sample-20 -quantization +agents >/dev/null
    papertag label --db "$work/b.db" sample-20 +quantization -agents >/dev/null
    papertag label --db "$work/b.db" sample-40 +robotics >/dev/null
    sql a.db "UPDATE verdicts SET given='2026-01-02T00:00:00Z'"
    sql b.db "UPDATE verdicts SET given=iif(verdict='yes', '2026-01-03T00:00:00Z', '2026-01-01T00:00:00Z')"
    papertag merge --db "$work/a.db" "$work/b.db" >/dev/null
    wanted=$'sample-20|agents|yes\nsample-20|quantization|yes\nsample-40|robotics|yes'
    all="SELECT p.id, t.tag, v.verdict FROM verdicts v JOIN papers p ON p.key=v.paper JOIN tags t ON t.key=v.tag ORDER BY 1, 2"
    [ "$(sql a.db "$all")" = "$wanted" ]
    papertag doctor --db "$work/a.db" >/dev/null
    # the other way round: the same
    papertag merge --db "$work/b.db" "$work/a.db" >/dev/null
    [ "$(sql b.db "$all")" = "$wanted" ]
    papertag label --db "$work/a.db" --undo >/dev/null
    [ "$(sql a.db "$all")" = $'sample-20|agents|yes\nsample-20|quantization|no' ]
    # one of the future does not win for ever
    sql b.db "UPDATE verdicts SET given='2999-01-01T00:00:00Z', verdict='no'"
    papertag merge --db "$work/a.db" "$work/b.db" >/dev/null || true
    [ "$(sql a.db "$all")" = $'sample-20|agents|yes\nsample-20|quantization|no\nsample-40|robotics|no' ]
    run papertag merge --db "$work/a.db" "$work/b.db"
    expect 3
}

@test "merge: a paper that was delivered in either store is not delivered again" {
    two_stores
    for store in a b; do papertag subscribe --db "$work/$store.db" me --backlog all >/dev/null; done
    papertag digest --db "$work/a.db" --for me -o "$work/a.txt" >/dev/null
    papertag digest --db "$work/b.db" --for me --limit 20 -o "$work/b.txt" >/dev/null
    papertag digest --db "$work/b.db" --for me --limit 2 >/dev/null # a pipe
    papertag subscribe --db "$work/b.db" you --tag agents --backlog all >/dev/null
    papertag merge --db "$work/a.db" "$work/b.db"
    sent() { sql "$1" "SELECT count(*) FROM delivered d JOIN subscriptions s ON s.key=d.subscription WHERE name='$2'"; }
    [ "$(sent a.db me)" -gt 25 ]
    papertag digest --db "$work/a.db" --for me --format json >"$work/rest" || true
    ! grep -qF -f <(grep -o 'sample-[0-9]*' "$work/a.txt" "$work/b.txt" -h | sort -u) "$work/rest"
    papertag subscriptions --db "$work/a.db" --json | jq -es 'map(.name) == ["me", "you"]'
    run papertag merge --db "$work/a.db" "$work/b.db"
    expect 3
    # what counts there since the subscription was made counts here, too
    papertag subscribe --db "$work/b.db" late --backlog 1 >/dev/null
    papertag merge --db "$work/a.db" "$work/b.db"
    list() { papertag digest --db "$work/$1.db" --for late --dry-run --format json | jq -r '.papers[].id' | sort; }
    list a | comm -12 - <(sql b.db "SELECT id FROM papers ORDER BY id") >"$work/of-b"
    [ -z "$(list b | comm -13 - "$work/of-b")" ]
    # what differs stays, and is said
    papertag subscribe --db "$work/b.db" me --tag robotics >/dev/null
    run --separate-stderr papertag merge --db "$work/a.db" "$work/b.db"
    [[ $stderr == *"subscription 'me' differs there; it stays as it is here"* ]]
}

@test "merge: a mail that no server has accepted was not delivered, and stays where it is" {
    two_stores
    papertag subscribe --db "$work/b.db" me --to me@example.org --backlog all >/dev/null
    printf '[mail]\nurl = smtp://127.0.0.1:1\nfrom = a@example.org\n' >"$work/config"
    run papertag send --db "$work/b.db" --config "$work/config"
    expect 1
    run --separate-stderr papertag merge --db "$work/a.db" "$work/b.db"
    expect 0
    [[ $stderr == *"1 delivery is not finished there and stays there"* ]]
    [ "$(sql a.db 'SELECT count(*) FROM delivered WHERE delivery IS NOT NULL')" -eq 0 ]
    papertag send --db "$work/b.db" --resolve me sent >/dev/null
    papertag merge --db "$work/a.db" "$work/b.db" >/dev/null
    [ "$(sql a.db 'SELECT count(*) FROM delivered WHERE delivery IS NOT NULL')" -eq 25 ]
}

@test "merge: own tags, marks, notes, sources and their places" {
    two_stores
    papertag tag-new --db "$work/b.db" mine -e sample-39 -e sample-40 --definition "What I like" >/dev/null
    for store in a b; do
        sql $store.db "INSERT INTO marks SELECT key, '$store'='a', '$store'='b', 'Note $store' FROM papers WHERE id IN ('sample-20', 'sample-39')"
        papertag source add --db "$work/$store.db" ml arxiv cs.LG >/dev/null
        sql $store.db "UPDATE origins SET place='place of $store'"
    done
    papertag source add --db "$work/b.db" hf hf >/dev/null
    run --separate-stderr papertag merge --db "$work/a.db" "$work/b.db"
    expect 0
    [[ $stderr == *"it uses a model of its own"* ]]
    [ "$(sql a.db "SELECT read, starred, note FROM marks JOIN papers ON key=paper WHERE id='sample-20'")" = $'1|1|Note a\nNote b' ]
    [ "$(sql a.db "SELECT read, starred, note FROM marks JOIN papers ON key=paper WHERE id='sample-39'")" = '0|1|Note b' ]
    [ "$(sql a.db "SELECT name, place FROM origins ORDER BY name")" = $'hf|None\nml|place of a' ]
    [ "$(sql a.db "SELECT own, definition FROM tags WHERE tag='mine'")" = '1|What I like' ]
    [ "$(sql a.db "SELECT count(*) FROM verdicts WHERE example")" -eq 2 ]
    papertag list --db "$work/a.db" --tag mine --json | jq -es 'map(.id) | sort == ["sample-39", "sample-40"]'
    run papertag merge --db "$work/a.db" "$work/b.db"
    expect 3
    # back again: nothing is said twice
    papertag merge --db "$work/b.db" "$work/a.db" >/dev/null
    [ "$(sql b.db "SELECT note FROM marks JOIN papers ON key=paper WHERE id='sample-20'")" = $'Note a\nNote b' ]
    papertag source remove --db "$work/b.db" hf
    papertag source add --db "$work/b.db" hf arxiv cs.CL >/dev/null
    run --separate-stderr papertag merge --db "$work/a.db" "$work/b.db"
    [[ $stderr == *"source 'hf' differs there; it stays as it is here"* ]]
}

@test "merge: the later text of a source is in force, whichever store it comes from; the earlier is a version" {
    say() { printf '{"id":"2601.00001","arxiv":"2601.00001","source":"arxiv","title":"Made up","abstract":"%s","upvotes":%s}\n' "$2" "$3" |
        papertag add --db "$work/$1.db" >/dev/null; }
    say a One 1
    say b Two 2
    say c One 1
    say c Three 3
    sql a.db "UPDATE papers SET updated='2026-01-02T00:00:00Z'"
    sql b.db "UPDATE papers SET updated='2026-01-01T00:00:00Z'"
    sql c.db "UPDATE papers SET updated='2026-01-01T12:00:00Z'"
    for order in "a b" "b a"; do # by the time
        rm -f "$work/m.db"
        for store in $order; do papertag merge --db "$work/m.db" "$work/$store.db" >/dev/null; done
        [ "$(sql m.db "SELECT abstract, version, upvotes FROM papers")" = 'One|2|1' ]
        [ "$(sql m.db "SELECT abstract FROM versions")" = Two ]
        papertag doctor --db "$work/m.db" >/dev/null
    done
    for order in "a c" "c a"; do # c had a's text before
        rm -f "$work/m.db"
        for store in $order; do papertag merge --db "$work/m.db" "$work/$store.db" >/dev/null; done || [ "$order" = "c a" ]
        [ "$(sql m.db "SELECT abstract, version, upvotes FROM papers")" = 'Three|2|3' ]
        [ "$(sql m.db "SELECT version, abstract FROM versions")" = '1|One' ]
    done
    papertag merge --db "$work/a.db" "$work/c.db" >/dev/null # what add kept of the text before goes, too
    papertag doctor --db "$work/a.db" >/dev/null
}

@test "merge: counts are those of their source, whatever another source gave before or after" {
    give() { printf '{"id":"2601.00001","arxiv":"2601.00001","source":"%s","title":"Made up","abstract":"%s"%s}\n' "$2" "$3" "$4" |
        papertag add --db "$work/$1.db" >/dev/null; }
    give a hf One ',"upvotes":1'
    give a arxiv One
    give a arxiv Two
    give b hf One ',"upvotes":1'
    give b hf One ',"upvotes":2'
    give b arxiv One
    for order in "a b" "b a"; do # of a the text is newer, of b the counts
        rm -f "$work/m.db"
        for store in $order; do papertag merge --db "$work/m.db" "$work/$store.db" >/dev/null; done
        [ "$(sql m.db "SELECT abstract, upvotes, counted_by FROM papers")" = 'Two|2|hf' ]
        run papertag merge --db "$work/m.db" "$work/a.db" "$work/b.db"
        expect 3
    done
}

@test "merge: a store of an older layout is read, and stays as it is" {
    /usr/bin/python3 tests/cli/merged.py old "$work/old.db"
    sum=$(sha256sum <"$work/old.db")
    chmod a-w "$work/old.db"
    run papertag merge --db "$work/m.db" "$work/old.db"
    expect 0
    [ "$(sha256sum <"$work/old.db")" = "$sum" ]
    [ "$(sql m.db 'SELECT id, title, version, day FROM papers')" = 'kept|Kept|1|-1980000' ]
    run papertag merge --db "$work/m.db" "$work/old.db"
    expect 3
    # a file without what its number promises
    chmod u+w "$work/old.db"
    sql old.db 'DROP TABLE names'
    run papertag merge --db "$work/m.db" "$work/old.db"
    expect 1
    sql old.db 'PRAGMA user_version=99'
    run papertag merge --db "$work/m.db" "$work/old.db"
    expect 1
    [[ $output == *"layout 99 is newer than"* ]]
}

@test "merge: a store with values that no store has is refused as a whole" {
    two_stores
    sql b.db "UPDATE opinions SET p=7 WHERE paper=3"
    run papertag merge --db "$work/a.db" "$work/b.db"
    expect 1
    [[ $output == *"b.db: the store is damaged:"*"repair it first"* ]]
    [ "$(sql a.db 'SELECT count(*) FROM papers')" -eq 25 ]
}
