#!/usr/bin/env bats
# The store and its digests, as people and scripts use them.
load helpers
bats_require_minimum_version 1.5.0

store() {
    export PAPERTAG_DB=$work/s/papers.db
    papertag add --json data/sample.jsonl >"$work/added" || return 1
}

# The ids of the papers in a JSON digest, one on each line.
ids() { jq -r '.papers[].id'; }

# The subject and the parts of a mail, as Python's email package reads it.
mail_parts() {
    /usr/bin/python3 - "$1" <<'END'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
assert not m.defects, m.defects
print(m['subject'])
print(*sorted(m.keys()))
for part in m.walk():
    if not part.is_multipart():
        assert not part.defects and part.get_content_charset() == 'utf-8'
        print(part.get_content_type(), len(part.get_content()) > 50)
END
}

@test "add: counts; adding again changes nothing" {
    store
    [ "$(cat "$work/added")" = '{"added":40,"updated":0,"unchanged":0,"rejected":0,"tagged":40}' ]
    [ "$(papertag add --json data/sample.jsonl)" = '{"added":0,"updated":0,"unchanged":40,"rejected":0,"tagged":0}' ]
    [ "$(sqlite3 "$PAPERTAG_DB" 'PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA journal_mode')" = "ok
wal" ]
}

@test "add: broken records are reported, the others are kept" {
    export PAPERTAG_DB=$work/papers.db
    printf '{"id":"a","title":"Quantization of weights"}\n{broken\n{"id":"b","title":"Robots"}\n' >"$work/in"
    run --separate-stderr papertag add --json "$work/in"
    expect 1
    [[ $stderr == *"$work/in:2: "* ]]
    [[ $output == '{"added":2,'*'"rejected":1,'* ]]
    run papertag add --keep-going --json "$work/in"
    expect 0
}

@test "list --json gives what add reads: the same papers" {
    store
    papertag list --json >"$work/list"
    [ "$(wc -l <"$work/list")" -eq 40 ]
    PAPERTAG_DB=$work/again.db papertag add "$work/list"
    [ "$(PAPERTAG_DB=$work/again.db papertag list --json | jq -c '[.id, .title, .abstract, .date, [.tags[].tag]]' | sort)" \
        = "$(jq -c '[.id, .title, .abstract, .date, [.tags[].tag]]' "$work/list" | sort)" ]
}

@test "expressions select the same in list and digest; wrong ones name the column, status 2" {
    store
    papertag list --tag 'quantization & p>=0.8' --json | jq -r .id | sort >"$work/a"
    papertag digest --tag 'quantization & p>=0.8' --format json | ids | sort >"$work/b"
    [ -s "$work/a" ]
    cmp "$work/a" "$work/b"
    run papertag list --tag 'attention & quantizatoin'
    expect 2
    [[ $output == *"column 13: unknown tag 'quantizatoin'; nearest: quantization"* ]]
    run papertag digest --since someday
    expect 2
    run papertag list --tag 'quantization & !quantization'
    expect 3
}

@test "no store: a clear message, status 1" {
    PAPERTAG_DB=$work/none.db run papertag list
    expect 1
    [[ $output == *"$work/none.db: no store there"* ]]
    [ ! -e "$work/none.db" ]
}

@test "label --undo: each call is undone as a whole, the last first" {
    store
    id=$(jq -r .id data/sample.jsonl | head -n 1)
    papertag show --json "$id" | jq -S 'del(.updated)' >"$work/0"
    papertag label "$id" -quantization +alignment >/dev/null
    papertag show --json "$id" | jq -S 'del(.updated)' >"$work/1"
    papertag label "$id" +quantization '?alignment' >/dev/null
    papertag label --undo >/dev/null
    papertag show --json "$id" | jq -S 'del(.updated)' | cmp - "$work/1"
    papertag label --undo --json | jq -e '[.tags[].tag] | index("quantization") != null'
    papertag show --json "$id" | jq -S 'del(.updated)' | cmp - "$work/0"
    run papertag label --undo
    expect 3
    [[ $output == *"no verdict to undo"* ]]
    run papertag label --undo "$id"
    expect 2
}

@test "labels: from one store to another, twice; the later verdict wins; wrong lines are named" {
    store
    run papertag labels export
    expect 3
    papertag label sample-01 -quantization +alignment >/dev/null
    papertag label sample-02 +agents >/dev/null
    papertag labels export >"$work/v.tsv"
    papertag labels export --json >"$work/v.jsonl"
    [ "$(wc -l <"$work/v.tsv")" -eq 4 ]
    jq -es 'length == 3 and (map(.verdict) | sort == ["no", "yes", "yes"])' "$work/v.jsonl"

    papertag add --db "$work/other.db" data/sample.jsonl >/dev/null
    run papertag labels import --db "$work/other.db" "$work/v.tsv"
    expect 0
    [[ $output == "3 recorded, 0 rejected" ]]
    papertag labels export --db "$work/other.db" | cmp - "$work/v.tsv"
    [[ $(papertag labels import --db "$work/other.db" "$work/v.jsonl") == "0 recorded, 0 rejected" ]]
    papertag show --db "$work/other.db" --json sample-01 | jq -e '[.tags[].tag] | (index("alignment") != null) and (index("quantization") == null)'

    # older: ignored; later: recorded; without a time: now
    later=$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)
    printf 'sample-02\tagents\tno\t2000-01-01T00:00:00Z\nsample-01\talignment\tno\t%s\nsample-03\tagents\tyes\n' "$later" |
        papertag labels import --db "$work/other.db" --json - | jq -e '.recorded == 2'
    papertag labels export --db "$work/other.db" | grep -q $'sample-01\talignment\tno\t'"$later"
    papertag labels export --db "$work/other.db" | grep -q $'sample-02\tagents\tyes'
    papertag label --undo --db "$work/other.db" >/dev/null # the import as a whole
    papertag labels export --db "$work/other.db" | cmp - "$work/v.tsv"

    printf 'nobody\tagents\tyes\n\nsample-03\tno-such-tag\tyes\nsample-03\tagents\tmaybe\n{broken\nsample-04\tagents\tyes\tyesterday\n{"id":"sample-05","tag":"agents","verdict":"yes"}\nonly-an-id\n' >"$work/bad"
    run papertag labels import "$work/bad"
    expect 1
    [[ $output == *"bad:1: no paper 'nobody'"* ]]
    [[ $output == *"bad:3: "*"no-such-tag"* ]]
    [[ $output == *"bad:4: "*"yes or no"* ]]
    [[ $output == *"bad:5: not valid JSON"* ]]
    [[ $output == *"bad:6: "*"is not a time"* ]]
    [[ $output == *"bad:8: "* ]]
    [[ $output == *"1 recorded, 6 rejected"* ]]
    run papertag labels import "$work/none"
    expect 1
    run papertag labels
    expect 2
}

@test "show, label and ?: verdicts override the model and are kept" {
    store
    id=$(papertag list --tag quantization --json -n 1 | jq -r .id)
    papertag label "$id" -quantization +alignment --json | jq -e '[.tags[].tag] | (index("alignment") != null) and (index("quantization") == null)'
    papertag list --tag alignment --json | jq -r .id | grep -qx "$id"
    papertag show "$id" | grep -q 'you said no'
    papertag label "$id" '?quantization' --json | jq -e '[.tags[].tag] | index("quantization") != null'
    run papertag label "$id" quantization
    expect 2
    run papertag label "$id" +benchmarks +quantizatoin
    expect 2
    ! papertag list --tag 'benchmarks & p>=1' --json | jq -r .id | grep -qx "$id"
    run papertag show nothing-like-it
    expect 3
}

@test "similar, trends, stats, tags" {
    store
    id=$(papertag list --tag quantization --json -n 1 | jq -r .id)
    papertag similar "$id" --json | jq -es 'length > 0 and all(.similarity > 0 and .similarity <= 1)
        and ([.[].similarity] | . == (sort | reverse))'
    papertag stats --json | jq -e '.papers == 40 and .tagged == 40'
    papertag tags --json | jq -es 'map(select(.tag == "quantization")) | .[0].papers > 0 and (.[0].weeks | length) == 12'
    run papertag trends --as-of 2026-10-31 --days 14
    expect 3
    for i in 1 2 3 4 5 6; do
        echo "{\"id\":\"n$i\",\"title\":\"Ternary lattices, part $i\",\"abstract\":\"A note.\",\"date\":\"2026-10-2$i\"}"
    done | papertag add - >/dev/null
    papertag trends --as-of 2026-10-31 --days 14 --json | jq -es 'map(select(.term // "" | test("ternary|lattices"))) | length > 0
        and all(.now == 6 and .before == 0 and .score > 0)'
    papertag trends --as-of 2026-10-31 --days 14 | grep -q '6, was 0 .*ternary'
}

@test "an argument that a command does not take: status 2, and it is named" {
    store
    for command in list stats tags trends subscriptions; do
        run papertag "$command" extra
        expect 2
        [[ $output == *"$command: unexpected argument 'extra'"* ]]
    done
    for command in show similar; do
        run papertag "$command" sample-01 sample-02
        expect 2
        run papertag "$command"
        expect 2
    done
}

@test "a CSV table has every field that a JSON record has" {
    export PAPERTAG_DB=$work/papers.db
    {
        echo "id,title,abstract,date,organization,url,source,venue,authors,author_count,categories,keywords,upvotes,comments"
        echo "t1,A Table,Its cells.,2026-10-01,Example Lab,https://example.org/t1,sheet,A Workshop,A. Sample|B. Specimen,2,cs.LG;cs.CL,rows|columns,7,3"
    } >"$work/t.csv"
    papertag add "$work/t.csv" >/dev/null
    papertag show t1 --json >"$work/out"
    jq -e '.title == "A Table" and .abstract == "Its cells." and .date == "2026-10-01" and .organization == "Example Lab"
        and .url == "https://example.org/t1" and .source == "sheet" and .venue == "A Workshop" and .author_count == 2
        and .authors == ["A. Sample", "B. Specimen"] and .categories == ["cs.LG", "cs.CL"]
        and .keywords == ["rows", "columns"] and .upvotes == 7 and .comments == 3' "$work/out"
}

@test "every format of a digest is well-formed" {
    store
    for format in text markdown html json jsonfeed atom rss eml; do
        papertag digest --tag language-models --format $format -o "$work/d.$format"
        [ -s "$work/d.$format" ]
    done
    jq -e '.count == (.papers | length) and .filter == "language-models" and .title != "" and .generated != ""' "$work/d.json"
    jq -e '.version == "https://jsonfeed.org/version/1.1" and (.items | all(.id and .content_text))' "$work/d.jsonfeed"
    [ "$(mail_parts "$work/d.eml" | tail -2)" = "text/plain True
text/html True" ]
    /usr/bin/python3 - "$work" <<'END'
import datetime, email.utils, sys, xml.etree.ElementTree as et
atom = '{http://www.w3.org/2005/Atom}'
feed = et.parse(sys.argv[1] + '/d.atom').getroot()
assert feed.tag == atom + 'feed'
for node in [feed] + feed.findall(atom + 'entry'):
    for need in ('id', 'title', 'updated'):
        assert len(node.findall(atom + need)) == 1, need
    assert node.find(atom + 'id').text.startswith('urn:papertag:')
    for date in ('updated', 'published'):
        for found in node.findall(atom + date):
            datetime.datetime.strptime(found.text, '%Y-%m-%dT%H:%M:%SZ')
    entry = node.tag == atom + 'entry'
    assert len(node.findall(atom + "link[@rel='alternate']")) == entry == len(node.findall(atom + "content[@type='html']"))
assert feed.find(atom + 'author/' + atom + 'name').text
assert len({e.find(atom + 'id').text for e in feed.findall(atom + 'entry')}) == len(feed.findall(atom + 'entry')) > 1
channel = et.parse(sys.argv[1] + '/d.rss').getroot().find('channel')
for need in ('title', 'link', 'description'):
    assert len(channel.findall(need)) == 1, need
for item in channel.findall('item'):
    assert len(item.findall('{http://purl.org/dc/elements/1.1/}creator')) == 1 and item.find('link').text
    assert item.find('guid').get('isPermaLink') == 'false' and email.utils.parsedate_to_datetime(item.find('pubDate').text)
END
}

@test "hostile text in papers does no harm in any format" {
    export PAPERTAG_DB=$work/papers.db
    printf '%s\n' '{"id":"x\"><b>","title":"<script>alert(1)</script> Quantization\r\nBcc: all@example.org \u202e\ufeffü ]]> `](x)","abstract":"Quantization of weights <img src=x onerror=alert(1)> & more","authors":["<i>A</i>"],"url":"javascript:alert(1)","organization":"\"Lab\" & <Co>"}' >"$work/in"
    papertag add "$work/in"
    for format in html markdown atom rss; do
        papertag digest --format $format >"$work/d.$format"
        ! grep -qE '<script>|<img|<i>|javascript:|‮' "$work/d.$format"
    done
    papertag digest --format eml --title "$(printf 'Ü\r\nBcc: all@example.org')" -o "$work/d.eml"
    ! grep -qi '^bcc' "$work/d.eml"
    ! LC_ALL=C grep -q '[^ -~	]' <(tr -d '\r' <"$work/d.eml")
    [ "$(awk '{ sub(/\r$/, ""); if (length($0) > 78) n++ } END { print n + 0 }' "$work/d.eml")" -eq 0 ]
    mail_parts "$work/d.eml" >/dev/null
    for format in json jsonfeed; do papertag digest --format $format | jq -e . >/dev/null; done
    /usr/bin/python3 -c 'import sys, xml.dom.minidom as x; [x.parse(f) for f in sys.argv[1:]]' "$work/d.atom" "$work/d.rss"
}

@test "digests with very long names of authors are whole" {
    printf '{"id":"long","title":"Quantization of weights","authors":["%s","%s","C","D","E"],"upvotes":3}\n' \
        "$(printf '\u00e9%.0s' {1..900})" "$(printf '\u00fc%.0s' {1..900})" >"$work/in"
    papertag add "$work/in"
    for format in text markdown html atom rss json jsonfeed; do
        papertag digest --format $format >"$work/out"
        iconv -f UTF-8 -t UTF-8 "$work/out" >/dev/null
        case $format in text | markdown | html) grep -q 'and 3 more' "$work/out" && grep -qE '3 upvotes|▲ 3<' "$work/out" ;; esac
    done
}

@test "lines for people: an item of a list is in one line, and text without spaces is broken between its characters" {
    python3 - >"$work/wide" <<'PY'
import json
title = "大规模语言模型的四位量化，" * 12
print(json.dumps({"id": "wide", "title": title, "abstract": title * 4, "authors": ["A. Example"] * 3, "date": "2026-11-25",
                  "organization": "An Institute With Quite a Long Name of Its Own", "upvotes": 120, "comments": 2}))
print(json.dumps({"id": "long", "title": "q" * 300, "date": "2026-11-25", "upvotes": 1}))
PY
    papertag add "$work/wide"
    papertag digest >"$work/out"
    papertag show wide >>"$work/out"
    python3 - "$work/out" <<'PY'
import sys, unicodedata
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
wide = lambda line: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
assert all(wide(line) <= 80 for line in lines if "q" * 300 not in line), lines
assert not any(line.strip().startswith("，") for line in lines), lines
assert sum("语" in line for line in lines) > 20, lines
assert any("120 upvotes · 2 comments" in line for line in lines), lines
beginning = lines[lines.index("  (no tag)") + 1:][:2]
assert wide("".join(beginning)) > 90 and beginning[1].endswith(" …"), beginning
PY
}

@test "mail: List-Unsubscribe where there is a URL, To where there is an address" {
    store
    papertag subscribe mail --tag quantization --format eml --to reader@example.org --unsubscribe-url https://example.org/u --backlog all
    papertag digest --for mail -o "$work/m.eml"
    mail_parts "$work/m.eml" | grep -q 'List-Unsubscribe List-Unsubscribe-Post MIME-Version Message-ID Subject To'
    run papertag subscribe bad --to "$(printf 'a@b\r\nBcc: c')"
    expect 2
    run papertag subscribe bad --unsubscribe-url "$(printf 'https://x\r\nBcc: a')"
    expect 2
}

@test "digest --group-by: under the tags of the expression, under days" {
    store
    papertag digest --group-by tag --tag "RL | quantization" --format markdown >"$work/out"
    [ "$(grep '^## ' "$work/out")" = "## Reinforcement learning
## Quantization" ]
    papertag digest --group-by date --tag "RL | quantization" >"$work/out"
    papertag list --tag "RL | quantization" --json | jq -r '"== \(.date) =="' | sort -ru >"$work/days"
    [ "$(wc -l <"$work/days")" -gt 1 ] && grep '^== ' "$work/out" | diff - "$work/days"
    papertag digest --group-by tag --tag "RL | quantization" --format html | grep -q '<h2>Quantization</h2>'
    run papertag digest --group-by colour
    expect 2
}

@test "a digest for readers: tags counted and named, two lines, underlined words, links, plain LaTeX" {
    store
    papertag digest --tag 'RL | reinforcement-learning | quantization' --format html >"$work/page"
    grep -q '<h1><bdi>Papers: Reinforcement learning or Quantization</bdi></h1>' "$work/page"
    count=$(papertag list --tag quantization --json | wc -l)
    grep -qE "<nav>.* <a href=\"#t[0-9]+\">Quantization <b>$count</b></a>" "$work/page"
    for anchor in $(grep -oE '<a href="#t[0-9]+"' "$work/page" | tr -dc 't0-9\n' | sort -u); do
        [ "$(grep -c "<i id=\"$anchor\">" "$work/page")" -eq 1 ]
    done
    grep -qi '<details><summary><span>.*<u>[^<]*quanti[^<]*</u>' "$work/page"
    grep -q '<code>sample-01</code>' "$work/page"
    ! grep -qE '\\emph|\$' "$work/page"
    grep -q '2.3× faster' "$work/page"
    papertag digest --tag quantization >"$work/text"
    sed -n 3p "$work/text" | grep -q "Quantization $count"
    ! grep -qE '\\emph|\$' "$work/text"
    printf '%s\n' '{"id":"2601.00001","title":"Quantization","abstract":"Of weights.","arxiv":"2601.00001","featured":"2026-01-02","code_url":"https://code.example/x"}' |
        papertag add --db "$work/one.db" - >/dev/null
    papertag digest --db "$work/one.db" --format html >"$work/page"
    for url in https://arxiv.org/abs/2601.00001 https://arxiv.org/pdf/2601.00001 https://huggingface.co/papers/2601.00001 https://code.example/x; do
        grep -q "<a href=\"$url\">" "$work/page"
    done
}

@test "a digest of several days has the days of announcement as headings, where each has several papers" {
    for i in 1 2 3 4 5 6; do
        echo "{\"id\":\"d$i\",\"title\":\"Quantization $i\",\"date\":\"2026-01-0$i\",\"announced\":\"2026-02-0$((i % 2 + 1))\",\"announce_type\":\"new\"}"
    done | papertag add --db "$work/d.db" - >/dev/null
    [ "$(papertag digest --db "$work/d.db" | grep '^==')" = "== 2026-02-02 ==
== 2026-02-01 ==" ]
    ! papertag digest --db "$work/d.db" --limit 3 | grep '^=='
    ! papertag digest --db "$work/d.db" --group-by none | grep '^=='
}

@test "feeds: an entry has other ids in another feed, and always a link" {
    store
    papertag digest --tag quantization --format atom >"$work/a"
    papertag digest --tag 'quantization | sparsity' --format atom >"$work/b"
    for feed in a b; do grep -o '<id>[^<]*' "$work/$feed" | sort >"$work/$feed.ids"; done
    [ -z "$(comm -12 "$work/a.ids" "$work/b.ids")" ]
    /usr/bin/python3 -c 'import feedparser' 2>/dev/null || skip "python3-feedparser is missing"
    for format in atom rss; do
        papertag digest --tag language-models --format $format --url https://example.org/feed >"$work/f.$format"
        /usr/bin/python3 - "$work/f.$format" <<'END'
import feedparser, sys
feed = feedparser.parse(sys.argv[1])
assert not feed.bozo, feed.bozo_exception
assert feed.feed.title and len(feed.entries) > 1
for e in feed.entries:
    assert e.id and e.title and e.link and e.published_parsed and (e.get('content') or e.get('description'))
END
    done
}

@test "options that contradict each other or lead nowhere are refused" {
    papertag add data/sample.jsonl >/dev/null
    run papertag subscribe a --backlog 3 --from-now
    expect 2
    run papertag digest --format atom --url feed.atom
    expect 2
    run papertag label sample-01 +agents -Agents
    expect 2
    [[ $output == *"'Agents' is named twice"* ]]
    for period in 2026-99 2026-00 2026-W54 2026-W00 2026-11x 2026; do
        run papertag source add h hf "$period"
        expect 2
        [[ $output == *"a week is written as 2026-W48"* ]]
    done
    papertag source add h hf 2026-W53
}

@test "subscriptions: every paper once; an empty digest gives the reason, status 3" {
    store
    papertag subscribe q --tag language-models --format json --limit 2 --backlog all
    all=$(papertag list --tag language-models --json | wc -l)
    [ "$all" -gt 2 ]
    papertag digest --for q --dry-run | ids >"$work/dry"
    papertag digest --for q | ids >"$work/1"
    cmp "$work/dry" "$work/1"
    [ "$(wc -l <"$work/1")" -eq 2 ]
    while papertag digest --for q >"$work/next" 2>"$work/why"; do ids <"$work/next" >>"$work/1"; done
    [ "$(sort "$work/1" | uniq -d)" = "" ]
    [ "$(wc -l <"$work/1")" -eq "$all" ]
    grep -q "nothing new for 'q': it has had all $all papers" "$work/why"
    run papertag digest --for q
    expect 3
    papertag subscriptions --json | jq -e --argjson all "$all" '.name == "q" and .delivered == $all and .tag == "language-models"'
    papertag subscribe later --tag language-models --from-now
    run papertag digest --for later
    expect 3
    papertag subscribe q --remove
    run papertag digest --for q
    expect 2
    run papertag digest --tag 'RL & !RL'
    expect 3
    [[ $output == *"nothing matched"* ]]
    run papertag digest --since 2031
    expect 3
    [[ $output == *"no paper of these days"* ]]
    run papertag digest --since 2021-05-08 --as-of 2021-05-09
    [[ $output == *"it is the weekend"* ]]
}

@test "--as-of gives the same bytes again, for deliveries too" {
    store
    papertag subscribe q --tag quantization --format html --backlog all
    last=$(papertag stats --json | jq -r .last)
    papertag digest --tag attention --format atom --as-of "$last" >"$work/a"
    papertag digest --tag attention --format atom --as-of "$last" | cmp - "$work/a"
    papertag digest --for q --as-of "$last" >"$work/q"
    papertag digest --for q --as-of "$last" | cmp - "$work/q"
    run papertag digest --for q
    expect 3
}

@test "killed at any moment: the store is sound, no paper is lost or sent twice" {
    export PAPERTAG_DB=$work/papers.db
    make_papers 3000 >"$work/in"
    for i in $(seq "${KILLS:-12}"); do
        timeout -s KILL "0.$(printf '%03d' $((i * 37 % 200 + 10)))" "$PAPERTAG" add "$work/in" >/dev/null 2>&1 || true
        [ "$(sqlite3 "$PAPERTAG_DB" 'PRAGMA integrity_check' 2>/dev/null || echo ok)" = ok ]
    done
    papertag add "$work/in" >/dev/null
    [ "$(papertag stats --json | jq .papers)" -eq 3000 ]
    [ "$(sqlite3 "$PAPERTAG_DB" "INSERT INTO search(search) VALUES('integrity-check'); PRAGMA integrity_check")" = ok ]
    for i in $(seq "${KILLS:-12}"); do
        timeout -s KILL "0.0$(printf '%02d' $((i * 7 % 20 + 1)))" "$PAPERTAG" label "p$i" +alignment >/dev/null 2>&1 \
            && echo "p$i" >>"$work/labelled"
        echo "p$i" >>"$work/tried"
    done
    papertag list --tag alignment --json | jq -r 'select(any(.tags[]; .tag == "alignment" and .verdict == "yes")) | .id' |
        sort >"$work/kept"
    [ ! -e "$work/labelled" ] || [ "$(sort "$work/labelled" | comm -23 - "$work/kept")" = "" ]
    [ "$(sort "$work/tried" | comm -13 - "$work/kept")" = "" ]
    papertag subscribe s --tag 'quantization | reinforcement-learning | 3d-vision' --format json --limit 40 --backlog all
    for i in $(seq "${KILLS:-12}"); do
        timeout -s KILL "0.0$(printf '%02d' $((i * 13 % 30 + 1)))" "$PAPERTAG" digest --for s -o "$work/d.$i" >/dev/null 2>&1 || true
    done
    i=1000
    while papertag digest --for s -o "$work/d.$i" 2>/dev/null; do i=$((i + 1)); done
    cat "$work"/d.*[0-9] | jq -r '.papers[].id' | sort >"$work/sent"
    [ "$(uniq -d "$work/sent")" = "" ]
    papertag list --tag 'quantization | reinforcement-learning | 3d-vision' --json | jq -r .id | sort | cmp - "$work/sent"
}

@test "two at once on one store: both succeed" {
    export PAPERTAG_DB=$work/papers.db
    make_papers 1500 >"$work/a"
    sed 's/"id":"p/"id":"q/; s/Paper /Article /' "$work/a" >"$work/b"
    papertag add "$work/a" >/dev/null & one=$!
    papertag add "$work/b" >/dev/null & two=$!
    wait $one
    wait $two
    [ "$(papertag stats --json | jq .papers)" -eq 3000 ]
    papertag subscribe s --format json --limit 700 --backlog all
    papertag digest --for s -o "$work/1" & one=$!
    papertag digest --for s -o "$work/2" & two=$!
    wait $one
    wait $two
    [ "$(cat "$work/1" "$work/2" | jq -r '.papers[].id' | sort -u | wc -l)" -eq 1400 ]
}

@test "labels import: wrong lines are reported with their numbers, the others are recorded" {
    store
    printf 'id\ttag\tverdict\tgiven\nsample-01\trobotics\tyes\t\n{x\trobotics\tno\t\nsample-02\trobotics\tno\n' >"$work/v"
    run --separate-stderr papertag labels import "$work/v"
    [ "$status" -eq 1 ] && [ "$output" = "2 recorded, 1 rejected" ]
    [[ $stderr == *"v:3: no paper '{x'"* ]]
    printf 'sample-03\trobotics\tyes\0\n{"id":"sample-04","tag":"robotics","verdict":"yes"} {}\n{"id":"sample-05","tag":"robotics","verdict":"yes"}\n' >"$work/v"
    run --separate-stderr papertag labels import - <"$work/v"
    [ "$status" -eq 1 ] && [ "$output" = "1 recorded, 2 rejected" ]
    [[ $stderr == *"standard input:1: contains a NUL byte"* && $stderr == *"standard input:2: not valid JSON"* ]]
}

@test "a file is replaced where its link leads, with its permissions; a pipe is written to" {
    store
    papertag digest -o "$work/real"
    chmod 600 "$work/real"
    ln -s real "$work/link"
    papertag digest --format html -o "$work/link"
    [ -L "$work/link" ] && [ "$(stat -c %a "$work/real")" = 600 ]
    grep -q '<html' "$work/real"
    mkfifo "$work/pipe"
    cat "$work/pipe" >"$work/came" &
    papertag digest --format html --as-of 2026-11-01 -o "$work/pipe"
    wait
    grep -q '</html>' "$work/came" && [ -p "$work/pipe" ]
    [ -z "$(find "$work" -name '*.tmp')" ]
}

@test "a store and its folder are its owner's alone, and so is what doctor --repair makes of it" {
    umask 022
    make_papers 6 | papertag add --db "$work/a/b/s.db"
    [ "$(stat -c %a "$work/a" "$work/a/b" "$work/a/b/s.db" | tr '\n' ' ')" = "700 700 600 " ]
    dd if=/dev/urandom of="$work/a/b/s.db" bs=1 seek=4200 count=9000 conv=notrunc 2>/dev/null
    run papertag doctor --repair --db "$work/a/b/s.db"
    [ -z "$(find "$work/a" -type f ! -perm 600)" ]
}

@test "the name of a store is that of a file, whatever it means to SQLite" {
    cd "$work"
    for name in :memory: file:x.db 'file:y?mode=memory'; do
        make_papers 3 | papertag add --db "$name"
        [ -s "$name" ]
        papertag stats --db "$name" | grep -q '^ *3 papers'
    done
    : >empty.db
    run papertag list --db empty.db
    expect 1
    [ ! -s empty.db ]
}

@test "a digest killed while it waits for a pipe's reader does not stop the next one" {
    make_papers 3 | papertag add --db "$work/s.db"
    papertag subscribe ada --db "$work/s.db" --backlog all
    mkfifo "$work/pipe"
    "$PAPERTAG" digest --for ada --db "$work/s.db" -o "$work/pipe" 3>&- &
    sleep 1
    kill -9 $!
    timeout 60 "$PAPERTAG" digest --for ada --db "$work/s.db" -o "$work/out"
    grep -q 'Paper 1' "$work/out"
}

@test "undo puts back all of a verdict: what an own tag was begun with, and what the model has learnt from it" {
    store
    papertag tag-new mine -e sample-01 -e sample-02 --definition "Low-bit weights" >/dev/null
    all() { sqlite3 "$PAPERTAG_DB" "SELECT paper, tag, verdict, given, held_out, example FROM verdicts ORDER BY 1, 2"; }
    all >"$work/before"
    grep -q '|1$' "$work/before" && ! grep -q '||' "$work/before"
    papertag label sample-01 -mine >/dev/null
    papertag label sample-01 '?mine' >/dev/null
    printf 'id\ttag\tverdict\tgiven\nsample-01\tmine\tno\t\n' | papertag labels import - >/dev/null
    for i in 1 2 3; do papertag label --undo >/dev/null; done
    all | cmp - "$work/before"
    papertag label sample-01 +mine >/dev/null # said again: nothing new to learn
    [ "$(sqlite3 "$PAPERTAG_DB" "SELECT count(*) FROM verdicts WHERE example AND held_out IS NOT NULL")" -eq 2 ]
    # a model that came since has not learnt from what was put back
    papertag label sample-01 -mine >/dev/null
    papertag retrain --force --jobs 1 >/dev/null
    papertag label --undo >/dev/null
    papertag label --undo >/dev/null
    [ "$(sqlite3 "$PAPERTAG_DB" "SELECT count(*) FROM verdicts WHERE example AND held_out IS NULL")" -eq 1 ]
}

@test "a verdict's time is a real one, and not in the future: it would win for ever" {
    store
    for time in 9999-99-99T99:99:99Z 2026-02-30T10:00:00Z 2026-02-01T24:00:00Z 2026-02-01T10:60:00Z 2026-02-01T10:00:61Z; do
        printf 'id\ttag\tverdict\tgiven\nsample-01\trobotics\tyes\t%s\n' "$time" >"$work/v"
        run papertag labels import "$work/v"
        [ "$status" -eq 1 ] && [[ $output == *"'$time' is not a time"* ]]
    done
    printf 'id\ttag\tverdict\tgiven\nsample-01\trobotics\tyes\t9998-01-01T00:00:00Z\n' >"$work/v"
    run papertag labels import "$work/v"
    [ "$status" -eq 1 ] && [[ $output == *"lies in the future"* ]]
    # one that came into a store before this was checked does not win
    papertag label sample-01 +robotics >/dev/null
    sqlite3 "$PAPERTAG_DB" "UPDATE verdicts SET given='9998-01-01T00:00:00Z'"
    printf 'id\ttag\tverdict\tgiven\nsample-01\trobotics\tno\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | papertag labels import -
    [ "$(sqlite3 "$PAPERTAG_DB" "SELECT verdict FROM verdicts")" = no ]
}

@test "counts are in the singular for one" {
    make_papers 1 | papertag add --db "$work/s.db"
    papertag subscribe ada --db "$work/s.db" --backlog all
    papertag digest --for ada --db "$work/s.db" -o "$work/out"
    papertag label p1 +robotics --db "$work/s.db" >/dev/null
    papertag stats --db "$work/s.db" >"$work/stats"
    grep -q '^ *1 paper$' "$work/stats" && grep -q '^ *1 verdict$' "$work/stats"
    grep -q '^ *1 subscription, 1 delivery$' "$work/stats"
    papertag doctor --db "$work/s.db" | grep -q '1 verdict has not been learnt from'
}

@test "deliveries wait for each other, whatever path leads to the store" {
    make_papers 60 | papertag add --db "$work/s.db"
    papertag subscribe ada --db "$work/s.db" --format json --limit 10
    mkdir "$work/other"
    ln -s ../s.db "$work/other/link.db"
    mkfifo "$work/pipe"
    cd "$work/other"
    for name in "$work/other/link.db" ../s.db /proc/self/fd/9; do
        "$PAPERTAG" digest --for ada --db "$work/s.db" -o "$work/pipe" 3>&- &
        one=$!
        sleep 0.5 # it holds the lock, and waits for a reader
        "$PAPERTAG" digest --for ada --db "$name" -o "$work/out" 3>&- 9<"$work/s.db" &
        two=$!
        sleep 0.5
        kill -0 $two && [ ! -e "$work/out" ]
        timeout 60 cat "$work/pipe" >"$work/first"
        wait $one
        wait $two || [ $? -eq 3 ]
        [ ! -e "$work/out" ] || cat "$work/out" >>"$work/first"
        jq -r '.papers[].id' "$work/first" >>"$work/ids"
        rm -f "$work/out"
    done
    [ "$(wc -l <"$work/ids")" -eq 60 ] && [ -z "$(sort "$work/ids" | uniq -d)" ]
}

@test "a store with two names is refused: its journals would destroy it" {
    make_papers 3 | papertag add --db "$work/s.db"
    ln "$work/s.db" "$work/again.db"
    for name in s again; do
        run papertag list --db "$work/$name.db"
        [ "$status" -eq 1 ] && [[ $output == *"$name.db: the file has a second name"* ]]
    done
    rm "$work/again.db"
    papertag list --db "$work/s.db" >/dev/null
    # the second name that a repair gave it before it was killed does not matter
    ln "$work/s.db" "$work/s.db.damaged"
    papertag list --db "$work/s.db" >/dev/null
}

@test "a digest whose subscription is removed while it is written says so" {
    make_papers 3 | papertag add --db "$work/s.db"
    papertag subscribe ada --db "$work/s.db"
    mkfifo "$work/pipe"
    "$PAPERTAG" digest --for ada --db "$work/s.db" -o "$work/pipe" 3>&- 2>"$work/said" &
    sleep 0.5
    papertag subscribe ada --remove --db "$work/s.db"
    timeout 60 cat "$work/pipe" >"$work/out"
    run wait $!
    grep -q 'its subscription was removed while it was written' "$work/said"
}
