#!/usr/bin/env bats
# `tag` as a part of larger machinery: records keep their fields and their places, work is divided, a pipe is answered.
load helpers
bats_require_minimum_version 1.5.0

# What tag --keep printed, without the members that it adds at the end.
without_ours() { sed -E 's/,"tags":\[[^]]*\],"papertag":\{[^}]*\}\}\}$/}/'; }

odd='{"n" : 123456789012345678901234567890.12345678901234567890, "title":"Agents \u00e9\/\"","a":{"tags":[1, {"x":[]}]},"id":17,"e":-0.0e+05,"error":"mine","id":18}'

# ---- --keep ----

@test "tag --keep copies each member of a JSON record as it stands" {
    printf '%s\n' "$odd" '{"title":"B"}' >"$work/in"
    papertag tag --keep "$work/in" >"$work/out"
    without_ours <"$work/out" | diff - "$work/in"
    jq -es 'all(.[]; (.tags | type) == "array" and (.papertag.model | length) == 16)' "$work/out"
    papertag tag --keep --json "$work/in" | cmp - "$work/out"
    papertag tag --keep --jobs 3 - <"$work/in" | cmp - "$work/out"
    gzip -c "$work/in" | papertag tag --keep | cmp - "$work/out"
}

@test "tag --keep gives the tags that tag --json gives, also with --top and --all" {
    for options in "" "--top 1" "--all" "--all --min-p 0.3"; do
        papertag tag --json $options data/sample.jsonl | jq -c .tags >"$work/plain"
        papertag tag --keep $options data/sample.jsonl 2>/dev/null | jq -c .tags | cmp - "$work/plain"
    done
    [ "$(papertag tag --keep data/sample.jsonl 2>/dev/null | jq -r .papertag.model | sort -u)" = \
        "$(papertag model info --json | jq -r .hash)" ]
}

@test "tag --keep: tags that came with a record give way in their place, which is said; its own do so silently" {
    echo '{"a":1,"tags":["x", "]"],"title":"B","t\u0061gs":"y","papertag":7,"z":2}' >"$work/in"
    run --separate-stderr papertag tag --keep "$work/in"
    expect 0
    [[ $output == '{"a":1,"tags":[],"title":"B","papertag":{"model":"'*'}},"z":2}' ]]
    [[ $stderr == *"'tags' of their own"* ]]
    run --separate-stderr papertag tag --keep <<<"$output"
    [[ $output == '{"a":1,"tags":[],"title":"B","papertag":{"model":"'*'}},"z":2}' ]]
    [ -z "$stderr" ]
    printf 'id,title,tags\n1,One,a;b\n' >"$work/in.csv"
    run --separate-stderr papertag tag --keep "$work/in.csv"
    [[ $stderr == *"'tags' of their own"* ]]
}

@test "tag --keep: arrays, wrappers and records of several lines, one line each" {
    printf '[{"title":"A","x":[1,\n 2]},\n\n {"title":\n  "B"}]' | papertag tag --keep | without_ours >"$work/out"
    diff - "$work/out" <<<$'{"title":"A","x":[1, 2]}\n{"title":  "B"}'
    printf '{"total":2,"papers":[{"title":"A","x":1},\n{"title":"B"}],"next":3}' | papertag tag --keep | without_ours >"$work/out"
    diff - "$work/out" <<<$'{"title":"A","x":1}\n{"title":"B"}'
    printf '{"data":[{"isInfluential":true,"citingPaper":{"paperId":"q","title":"A","year":2031}}]}' |
        papertag tag --keep | without_ours >"$work/out"
    diff - "$work/out" <<<'{"isInfluential":true,"citingPaper":{"paperId":"q","title":"A","year":2031}}'
}

@test "tag --keep: what comes out is strict JSON in UTF-8, whatever the reader forgave" {
    printf '{"title":"A\tb","z":[01,-.5,1.,-00.10,2e5]}\n{"title":"C\\u202e","q":"\xff\xe2\x80\xae"}\n' >"$work/in"
    run --separate-stderr papertag tag --keep "$work/in"
    expect 0
    [ "$(without_ours <<<"$output")" = $'{"title":"A\\u0009b","z":[1,-0.5,1,-0.10,2e5]}\n{"title":"C\\u202e","q":"\\ufffd\\u202e"}' ]
    [[ $stderr == *"not valid UTF-8 were replaced"* ]]
    printf '\xff\xfe{\0"\0t\0i\0t\0l\0e\0"\0:\0"\0\xe9\0"\0}\0' | papertag tag --keep 2>/dev/null | jq -e '.title == "é"'
}

@test "tag --keep: of other formats every field that was read, as list --json prints it" {
    cat >"$work/in.bib" <<<'@article{roe, title={On {Agents}}, author={Roe, Jane and Doe, Dan}, year=2031, month=feb, doi={10.1000/X}, journal={J. of Tests}, keywords={a, b}}'
    printf 'TY  - JOUR\nT1  - On Agents\nAU  - Roe, Jane\nPY  - 2031\nDO  - 10.1000/x\nER  - \n' >"$work/in.ris"
    printf 'id,title,abstract,upvotes,arxiv\n7,On Agents,They plan.,12,2401.00001\n' >"$work/in.csv"
    cat >"$work/in.xml" <<<'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2401.00002v1</id><title>On Agents</title><summary>They plan.</summary><author><name>Jane Roe</name></author><published>2031-02-03T00:00:00Z</published></entry></feed>'
    for file in "$work"/in.*; do
        rm -rf "$work/data"
        papertag add "$file" >/dev/null
        papertag list --json | jq -cS 'del(.id, .url, .pdf_url, .arxiv, .version, .added, .updated, .model, .tags)' >"$work/stored"
        papertag tag --keep "$file" | jq -cS 'del(.id, .url, .pdf_url, .arxiv, .papertag, .tags)' | diff - "$work/stored"
    done
}

@test "tag --keep: a broken record, or an empty line, is a line with its error; one line for each line" {
    printf '%s\n' '{"title":"A","error":"mine"}' 'not json' '{"title":3}' '' '{"ab":1}' '{"title":"B"}' >"$work/in"
    run --separate-stderr papertag tag --keep "$work/in"
    expect 1
    [ "${#lines[@]}" -eq 6 ]
    jq -es '[.[] | .error] == ["mine", "not valid JSON at column 1", "field '"'title'"' must be a string",
        "an empty line", "neither title nor abstract; it has '"'ab'"'", null]' <<<"$output"
    jq -es '[.[] | .line] == [null, 2, 3, 4, 5, null] and (.[1] | keys) == ["error", "line"]' <<<"$output"
    [ "$(grep -c "^papertag: $work/in:" <<<"$stderr")" -eq 3 ]
    run --separate-stderr papertag tag --keep --keep-going "$work/in" "$work/in"
    expect 0
    jq -es --arg file "$work/in" 'length == 12 and .[7].file == $file and .[7].line == 2' <<<"$output"
    printf '\n' | papertag tag --keep | jq -e '.line == 1' # an empty line is no failure
}

@test "a first line that is broken does not hide that the others are JSON Lines" {
    run --separate-stderr papertag tag --json < <(printf '%s\n' 'oops' '{"title":"A"}' '{"title":"B"}')
    expect 1
    [ "${#lines[@]}" -eq 2 ]
    [[ $stderr == *"standard input:1: not valid JSON"* ]]
}

# ---- parts of a whole ----

@test "tag --shard: the parts together are the whole, over all files, broken records and empty lines included" {
    { head -n 7 data/sample.jsonl; printf '\nbroken\n'; sed -n 8,20p data/sample.jsonl; } >"$work/a"
    papertag tag --keep "$work/a" data/sample.jsonl >"$work/whole" 2>"$work/said" || true
    for parts in 1 2 3 7 100; do
        for part in $(seq $parts); do
            papertag tag --keep --shard $part/$parts "$work/a" data/sample.jsonl 2>>"$work/said.$parts" |
                awk -v part=$part -v parts=$parts '{ print (NR - 1) * parts + part "\t" $0 }' || true
        done | sort -n | cut -f 2- | cmp - "$work/whole"
        [ "$(grep -c broken "$work/said.$parts" || true)" = "$(grep -c broken "$work/said" || true)" ]
        [ "$(grep -c 'a:9: not valid JSON' "$work/said.$parts")" -eq 1 ]
    done
    printf 'id,title\n1,A\n2,B\n3,C\n' | papertag tag --json --shard 2/2 | jq -e '.id == "2"'
    run papertag tag --shard 3/3 <<<'{"title":"A"}'
    expect 0
    [ -z "$output" ]
    for wrong in 0/3 4/3 1 1/ /3 1/3x -1/3 1/-3 '' 99999999999/99999999999; do
        run papertag tag --shard "$wrong" data/sample.jsonl
        expect 2
    done
}

@test "tag --expect-model: the hash, or its first digits; another model is status 1" {
    hash=$(papertag model info --json | jq -r .hash)
    papertag model info | grep -q "hash *$hash"
    for good in "$hash" "${hash:0:8}" "${hash^^}"; do
        papertag tag --expect-model "$good" data/sample.jsonl >/dev/null
    done
    run --separate-stderr papertag tag --expect-model 0123456789abcdef data/sample.jsonl
    expect 1
    [ -z "$output" ]
    [[ $stderr == *"the model is $hash, not 0123456789abcdef"* ]]
    for wrong in "${hash:0:7}" "${hash}0" "${hash:0:8}x" ''; do
        run papertag tag --expect-model "$wrong" data/sample.jsonl
        expect 2
    done
}

# ---- into a store ----

# The papers of the store in $work/NAME, without the times.
stored() { papertag list --db "$work/$1" --json --sort date | sed -E 's/"(added|updated)":"[^"]*"//g'; }

@test "add takes what tag --keep printed: the same store as from the papers themselves, to the last digit" {
    sed 's/"tags"/"labels"/' data/sample.jsonl >"$work/in.jsonl"
    printf '@article{a, title={A {Survey} of Bandits}, author={Roe, Jane}, year=2031}\n@article{b, title={Graphs <b>and</b> $x^2$}}\n' >"$work/in.bib"
    printf 'id,title,abstract\n1,Agents & LLMs,They plan.\n' >"$work/in.csv"
    for file in "$work"/in.*; do papertag add --db "$work/plain" "$file" >/dev/null; done
    for options in "" "--top 1" "--all" "--min-p 0.9" "--precision 0.95"; do
        rm -f "$work/kept"
        for file in "$work"/in.*; do papertag tag --keep $options "$file" 2>/dev/null | papertag add --db "$work/kept" >/dev/null; done
        diff <(stored plain) <(stored kept)
        sql='SELECT paper, tag, quote(p), quote(margin), assigned FROM opinions ORDER BY paper, tag'
        if command -v sqlite3 >/dev/null; then diff <(sqlite3 "$work/plain" "$sql") <(sqlite3 "$work/kept" "$sql"); fi
    done
}

@test "add scores again unless model and text of a kept record are the same, and all of it makes sense" {
    paper='{"id":"x","title":"Agents that plan","abstract":"We plan."}'
    papertag tag --keep <<<"$paper" | sed -E 's/("margins":\{).*/\1"quantization":3.25}}}/' >"$work/kept"
    margin() { rm -f "$work/db" && papertag add --db "$work/db" "$work/one" >/dev/null && papertag show --db "$work/db" --json x | jq -c '[.tags[].tag]'; }
    plain=$(echo "$paper" >"$work/one" && margin)
    cp "$work/kept" "$work/one"
    [ "$(margin)" = '["quantization"]' ] # what it says is not questioned: no score was made
    [ "$plain" != '["quantization"]' ]
    for change in 's/("model":")./\1x/' 's/"title":"/&New /;s/"text":"/&/' 's/We plan/They plan/' 's/"text":"[^"]*",//' \
        's/("text":")./\1/' 's/"quantization"/"no-such-tag"/' 's/3\.25/1e999/' 's/3\.25/"3"/' 's/3\.25/null/' \
        's/("margins":)\{.*/\1[3]}}/' 's/"quantization":3.25/&,"quantization":3.25/' 's/"papertag":.*/"papertag":7}/' \
        's/.$/,"papertag":{}}/'; do
        sed -E "$change" "$work/kept" >"$work/one"
        ! cmp -s "$work/kept" "$work/one"
        [ "$(margin)" != '["quantization"]' ] || { echo "$change"; false; }
    done
    run papertag add --db "$work/db" < <(papertag tag --keep --from jsonl <<<'oops' 2>/dev/null)
    expect 1 # a record that was broken there is not lost in silence here
    [[ $output == *"not valid JSON at column 1"* ]]
}

# ---- pipes ----

@test "an empty input is status 0 and silent for tag" {
    for options in "" "--json" "--keep" "--from csv" "--from atom --keep" "--shard 2/3"; do
        run papertag tag $options </dev/null
        expect 0
        [ -z "$output" ]
    done
    run papertag tag /dev/null data/sample.jsonl
    expect 0
}

@test "a partner that sends one paper, or many, and waits gets the answers" {
    for jobs in 1 2; do
        /usr/bin/python3 tests/cli/partner.py waits "$PAPERTAG" tag --json --jobs $jobs
        /usr/bin/python3 tests/cli/partner.py waits "$PAPERTAG" tag --keep --from jsonl --jobs $jobs -
    done
    /usr/bin/python3 tests/cli/partner.py waits "$PAPERTAG" tag --json data/sample.jsonl - |& grep -q 'paper 0 is another'
    # what came before a pipe is answered before the pipe gives anything, and a broken line holds nothing back
    mkfifo "$work/in" "$work/out"
    "$PAPERTAG" tag --json data/sample.jsonl "$work/in" >"$work/out" 2>/dev/null 3>&- &
    exec 8<"$work/out"
    for _ in $(seq 40); do read -r -t 20 line <&8; done
    exec 7>"$work/in"
    printf '{"id":"a","title":"A"}\n{"id":"b","title":"B"}\nbroken\n' >&7
    read -r -t 20 line <&8
    read -r -t 20 line <&8
    [[ $line == *'"id":"b"'* ]]
    exec 7>&- 8<&-
    wait
}

@test "a pipe of any format is answered record by record" {
    mkfifo "$work/in" "$work/out"
    for format in csv json ris; do
        "$PAPERTAG" tag --json --from $format <"$work/in" >"$work/out" 2>/dev/null 3>&- &
        exec 7>"$work/in" 8<"$work/out"
        case $format in
        csv) printf 'id,title\na,"A\nb"\n' >&7 ;;
        json) printf '[{"id":"a",\n"title":"A"},\n' >&7 ;;
        ris) printf 'TY  - JOUR\nID  - a\nTI  - A\nER  - \n\nTY  - JOUR\n' >&7 ;;
        esac
        read -r -t 20 line <&8
        [[ $line == *'"id":"a"'* ]]
        exec 7>&- 8<&-
        wait
    done
}

@test "GNU parallel --pipe gives the bytes of one process" {
    command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q GNU || skip "needs GNU parallel"
    for i in $(seq 20); do sed "s/sample-/$i-/" data/sample.jsonl; done >"$work/in"
    papertag tag --keep "$work/in" >"$work/one" 2>/dev/null
    export PAPERTAG_MODEL
    parallel --will-cite --pipe -k -j 2 --block 50k "$PAPERTAG" tag --keep <"$work/in" 2>/dev/null | cmp - "$work/one"
}

@test "a stand-in for Spark's rdd.pipe: partitions, one of them empty, broken lines, one line for each" {
    /usr/bin/python3 tests/cli/partner.py piped "$PAPERTAG" tag --keep --from jsonl --keep-going 2>/dev/null
    run /usr/bin/python3 tests/cli/partner.py piped "$PAPERTAG" tag --keep --from jsonl
    [[ $output == *"partition 2: Subprocess exited with status 1"* ]]
}
