#!/usr/bin/env bats
# The program as people and scripts use it: commands, exit codes, formats.
load helpers
bats_require_minimum_version 1.5.0

# ---- help and usage ----

@test "without a command: usage on stderr, status 2" {
    run papertag
    expect 2
    [[ $output == usage:* ]]
}

@test "--version and --help" {
    [ "$(papertag --version)" = "papertag $(sed -n 's/^#define PAPERTAG_VERSION "\(.*\)"/\1/p' include/papertag.h)" ]
    papertag --help | grep -q 'papertag COMMAND'
    papertag tag --help | grep -q -- '--min-p'
}

@test "the program starts without the libraries that few commands need" {
    [ "$PAPERTAG_OUT" = "$PWD/build" ] || skip "release build only: the sanitizers bring libraries of their own"
    command -v ldd >/dev/null || skip "no ldd"
    run ldd "$PAPERTAG"
    expect 0
    [[ $output == *libc.so* && ! $output =~ lib(svm|stdc|curl|crypto|microhttpd) ]]
}

@test "help of each command names its options" {
    for command in tag explain eval train tags model help; do
        papertag help "$command" | grep -q "usage: papertag $command"
    done
}

@test "unknown command, option and format: status 2 and what was meant" {
    run papertag tga
    expect 2
    [[ $output == *"did you mean 'tag'"* ]]
    run papertag similr
    expect 2
    [[ $output == *"did you mean 'similar'"* ]]
    run papertag help subscription
    expect 2
    [[ $output == *"did you mean 'subscriptions'"* ]]
    run papertag zzz
    expect 2
    [[ $output != *"did you mean"* ]]
    run papertag tag --modle x
    expect 2
    [[ $output == *"did you mean --model"* ]]
    run papertag tag --top zero data/sample.jsonl
    expect 2
    [[ $output == *"--top must be a whole number"* ]]
    run papertag tag --min-p 1.5 data/sample.jsonl
    expect 2
    run papertag tag --top
    expect 2
    [[ $output == *"needs a value"* ]]
}

@test "help fits 80 columns, and narrower terminals, without breaking words or calls" {
    [ "$(papertag help --names)" = "$(papertag help | sed -n 's/^  \([a-z-]*\)  *.*/\1/p')" ]
    for command in "" $(papertag help --names); do
        papertag help $command >"$work/help"
        [ -z "$(awk 'length > 80 || / $/' "$work/help")" ] || { awk 'length > 80' "$work/help"; false; }
        [ -z "$command" ] || grep -A 1 '^examples:$' "$work/help" | grep -q "^  .*papertag $command"
        papertag help --man $command | sed -n '/^.SH EXAMPLES/,$p' | grep -q papertag
    done
    papertag help eval | grep -q '^  *installed one)$'
    command -v script >/dev/null || skip "needs script"
    for columns in 40 120; do
        COLUMNS=$columns script -qec "$PAPERTAG help tag" /dev/null </dev/null | tr -d '\r' >"$work/$columns"
        [ -z "$(awk -v most=$columns 'length > most && !/^  [a-z].*papertag/' "$work/$columns")" ]
    done
    [ "$(wc -l <"$work/40")" -gt "$(wc -l <"$work/120")" ]
}

@test "the completion script and the manual pages, one a command, are sound" {
    papertag help --completion >"$work/completion"
    bash -n "$work/completion"
    papertag help --man >"$work/papertag.1"
    grep -q '^.SH COMMANDS' "$work/papertag.1"
    for command in $(papertag help --names); do
        papertag help --man "$command" >"$work/papertag-$command.1"
        grep -qF "papertag\\-${command//-/\\-} " "$work/papertag.1"
    done
    papertag help --man digest | grep -q '^.SH FILES'
    run papertag help --man nonsense
    expect 2
    if command -v mandoc >/dev/null; then mandoc -T lint "$work"/papertag*.1; fi
    if command -v man >/dev/null; then
        [ -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$work"/papertag*.1 2>&1 >/dev/null)" ]
    fi
}

# ---- tag ----

@test "tag --json: one object for each paper, in order, highest p first" {
    papertag tag --json data/sample.jsonl >"$work/out"
    [ "$(wc -l <"$work/out")" -eq "$(wc -l <data/sample.jsonl)" ]
    diff <(jq -r .id data/sample.jsonl) <(jq -r .id "$work/out")
    jq -e '[.tags[].p] == ([.tags[].p] | sort | reverse)' "$work/out" >/dev/null
    jq -es 'all(.[]; all(.tags[]; .assigned and .p >= 0 and .p <= 1 and (.margin | type) == "number"))' "$work/out"
}

@test "tag prints the same with one thread and with four" {
    for _ in 1 2 3 4 5 6; do cat data/sample.jsonl; done >"$work/many"
    papertag tag --json --jobs 1 "$work/many" >"$work/one"
    papertag tag --json --jobs 4 "$work/many" >"$work/four"
    papertag tag --json --jobs 3 <"$work/many" >"$work/input"
    cat "$work/many" | papertag tag --json - >"$work/pipe"
    cmp "$work/one" "$work/four"
    cmp "$work/one" "$work/input"
    cmp "$work/one" "$work/pipe"
}

@test "compressed papers give the same tags; a truncated file is reported" {
    papertag tag --json data/sample.jsonl >"$work/plain"
    gzip -c data/sample.jsonl >"$work/papers.gz"
    xz -c data/sample.jsonl >"$work/papers.xz"
    papertag tag --json "$work/papers.gz" | cmp - "$work/plain"
    papertag tag --json <"$work/papers.xz" | cmp - "$work/plain"
    cat "$work/papers.gz" | papertag tag --json --from jsonl - | cmp - "$work/plain"
    head -c -9 "$work/papers.gz" >"$work/cut.gz"
    run papertag tag --json "$work/cut.gz"
    expect 1
    [[ $output == *"$work/cut.gz:"*": the gzip data ends too early"* ]]
}

@test "tag --all, --top and --min-p" {
    tags=$(papertag tags --json | wc -l)
    [ "$(head -n 1 data/sample.jsonl | papertag tag --json --all | jq '.tags | length')" -eq "$tags" ]
    [ "$(head -n 1 data/sample.jsonl | papertag tag --json --all --top 3 | jq '.tags | length')" -eq 3 ]
    papertag tag --json --min-p 0.9 data/sample.jsonl | jq -es 'all(.[]; all(.tags[]; .p >= 0.9))'
    papertag tag --json --all --min-p 0.05 data/sample.jsonl | jq -es 'any(.[]; any(.tags[]; .assigned | not))'
}

@test "tag lists those tags of --all that are assigned, in the same order" {
    for options in "" "--precision 0.9" "--precision 0.5"; do
        papertag tag --json --all $options data/sample.jsonl | jq -c '.tags |= map(select(.assigned))' >"$work/all"
        papertag tag --json $options data/sample.jsonl | jq -c . | cmp - "$work/all"
    done
    jq -es 'map(.tags | length) | max > 1' "$work/all"
}

@test "tag and eval --precision: fewer tags, more of them right" {
    make_papers 300 | awk 'NR % 7 == 0 { gsub(/"tags":\[[^]]*\]/, "\"tags\":[\"quantization\"]") } { print }' >"$work/train.jsonl"
    papertag train -o "$work/m" "$work/train.jsonl"
    last=0
    for precision in 0.5 0.8 0.9 0.95; do
        papertag eval --model "$work/m" --json --precision "$precision" "$work/train.jsonl" >"$work/out"
        jq -e --argjson p "$precision" --argjson last "$last" '.precision_micro >= $p and .precision_micro >= $last' "$work/out"
        last=$(jq .precision_micro "$work/out")
    done
    papertag tag --json --all --model "$work/m" "$work/train.jsonl" >"$work/all"
    papertag tag --json --precision 0.9 --model "$work/m" "$work/train.jsonl" >"$work/sure"
    jq -es '[.[].tags[].p] | min > 0.5' "$work/sure" # one probability for all tags
    [ "$(jq -s '[.[].tags[]] | length' "$work/sure")" -eq \
        "$(jq -s --argjson p "$(jq -s '[.[].tags[].p] | min' "$work/sure")" '[.[].tags[] | select(.p >= $p)] | length' "$work/all")" ]
    run papertag tag --precision 1 data/sample.jsonl
    expect 2
    make_papers 30 >"$work/few.jsonl" # too few to show it
    papertag train -o "$work/n" "$work/few.jsonl"
    run --separate-stderr papertag tag --json --precision 0.99 --model "$work/n" "$work/few.jsonl"
    expect 0
    [[ $stderr == *"no probability of this model kept a precision of 0.99"* ]]
    [ "$(jq -s '[.[].tags[]] | length' <<<"$output")" -eq 0 ]
}

@test "tag for people: titles, tags with p, no escape sequences in a pipe" {
    papertag tag data/sample.jsonl >"$work/out"
    grep -Eq '^  [01]\.[0-9]{2} [a-z0-9-]+' "$work/out"
    ! grep -q "$(printf '\033')" "$work/out"
}

@test "tag has colours on a terminal, none with NO_COLOR" {
    command -v script >/dev/null || skip "needs script"
    TERM=xterm script -qec "'$PAPERTAG' tag data/sample.jsonl" /dev/null </dev/null | grep -q "$(printf '\033')\[1m"
    ! NO_COLOR=1 TERM=xterm script -qec "'$PAPERTAG' tag data/sample.jsonl" /dev/null </dev/null | grep -q "$(printf '\033')"
}

@test "control characters in a title do not reach the output" {
    printf '{"title":"A \\u001b[31mred\\u202e title","abstract":"attention"}\n' | papertag tag >"$work/out"
    ! LC_ALL=C grep -q "$(printf '\033')" "$work/out"
    ! grep -q "$(printf '\342\200\256')" "$work/out"
}

@test "broken records are reported with file and line, the others are kept, status 1" {
    printf '{"title":"one"}\nnot json\n{"title":3}\n\n{"title":"two"}\n{"id":"x"}\n' >"$work/broken.jsonl"
    run --separate-stderr papertag tag --json "$work/broken.jsonl"
    expect 1
    [ "${#lines[@]}" -eq 2 ]
    [[ $stderr == *"broken.jsonl:2: not valid JSON"* ]]
    [[ $stderr == *"broken.jsonl:3: field 'title' must be a string"* ]]
    [[ $stderr == *"broken.jsonl:6: neither title nor abstract"* ]]
    run papertag tag --json --keep-going "$work/broken.jsonl"
    expect 0
}

@test "no papers: status 3; no such file: status 1, and the other files are read" {
    run papertag tag <<<'[]'
    expect 3
    run --separate-stderr papertag tag --json "$work/missing" data/sample.jsonl
    expect 1
    [ "${#lines[@]}" -eq 40 ]
    [[ $stderr == *"missing: No such file"* ]]
}

@test "a reader that leaves early, and a full disk" {
    papertag tag --json data/sample.jsonl 2>"$work/err" | head -n 1 >/dev/null
    [ ! -s "$work/err" ]
    [ -w /dev/full ] || skip "needs /dev/full"
    run bash -c '"$0" tag --json data/sample.jsonl >/dev/full' "$PAPERTAG"
    expect 1
    [[ $output == *"cannot write the output"* ]]
}

@test "the tags of a paper leave a pipe before the next paper enters" {
    mkfifo "$work/in" "$work/out"
    "$PAPERTAG" tag --json <"$work/in" >"$work/out" 3>&- &
    exec 7>"$work/in" 8<"$work/out"
    head -n 1 data/sample.jsonl >&7
    read -r -t 20 line <&8
    [[ $line == *'"id":"sample-01"'* ]]
    sed -n 2p data/sample.jsonl >&7
    read -r -t 20 line <&8
    [[ $line == *'"id":"sample-02"'* ]]
    exec 7>&- 8<&-
    wait
}

@test "the model: by option, by environment, and clear errors" {
    run papertag tag --model "$work/none" data/sample.jsonl
    expect 1
    [[ $output == *"$work/none: No such file"* ]]
    run papertag tag --model data/tags.json data/sample.jsonl
    expect 1
    [[ $output == *"not a papertag model"* ]]
    unset PAPERTAG_MODEL
    run papertag tags --json
    expect 0
}

# ---- formats ----

@test "CSV, TSV and a JSON array give the tags of JSON Lines" {
    jq -rs '["id", "title", "abstract"], (.[] | [.id, .title, .abstract]) | @csv' data/sample.jsonl >"$work/p.csv"
    jq -rs '["id", "title", "abstract"], (.[] | [.id, .title, .abstract]) | join("\t")' data/sample.jsonl >"$work/p.tsv"
    jq -s . data/sample.jsonl >"$work/p.json"
    papertag tag --json data/sample.jsonl >"$work/want"
    for file in p.csv p.json p.tsv; do
        papertag tag --json "$work/$file" >"$work/got"
        cmp "$work/want" "$work/got"
    done
}

@test "--from forces a format; an unknown one is named" {
    run papertag tag --from nonsense data/sample.jsonl
    expect 2
    [[ $output == *"unknown format 'nonsense'"* ]]
    run papertag tag --from csv data/sample.jsonl
    expect 1
    run bash -c 'printf "hello world\n" | "$0" tag' "$PAPERTAG"
    expect 1
    [[ $output == *"no known format"*"--from FORMAT"* ]]
    "$PAPERTAG" help tag | grep -q "daily-papers, s2"
}

@test "the Daily Papers page: 75 papers, quantization where it belongs" {
    page=../shared/seed/daily-papers-page.txt
    [ -f "$page" ] || skip "needs $page"
    papertag tag --json "$page" >"$work/out"
    [ "$(wc -l <"$work/out")" -eq 75 ]
    jq -r 'select(any(.tags[]; .tag == "quantization")) | .title' "$work/out" >"$work/quantized"
    for title in AWQ ZeroQuant-V2 LLM-FP4 'Pyramid Vector Quantization' Oscillation-free I-Segmenter Q-VLM; do
        grep -q "$title" "$work/quantized"
    done
    ! grep -qE 'Codebook Features|Vector Quantized Models|Latent Quantization' "$work/quantized"
}

# ---- explain, tags ----

@test "explain: contributions and bias add up to the margin that tag prints" {
    head -n 3 data/sample.jsonl >"$work/three"
    papertag explain --json "$work/three" >"$work/out"
    jq -es 'all(.[]; (([.terms[].contribution] | add) + .bias - .margin) | fabs < 1e-9)' "$work/out"
    papertag tag --json "$work/three" | jq -c '.id as $id | .tags[] | {id: $id, tag, margin}' >"$work/margins"
    jq -c '{id, tag, margin}' "$work/out" | jq -es --slurpfile m "$work/margins" \
        'length == ($m | length) and all(range(length) as $i | .[$i].tag == $m[$i].tag and ((.[$i].margin - $m[$i].margin) | fabs < 1e-5); .)'
}

@test "explain --tag takes aliases and refuses unknown tags with the nearest" {
    head -n 1 data/sample.jsonl | papertag explain --tag MoE --tag RL | grep -q mixture-of-experts
    run bash -c 'head -n 1 data/sample.jsonl | "$0" explain --tag quantizatoin' "$PAPERTAG"
    expect 2
    [[ $output == *"nearest: quantization"* ]]
}

@test "tags: all with definitions; --search; status 3 when nothing is found" {
    [ "$(papertag tags --json | wc -l)" -eq 72 ]
    papertag tags --json | jq -es 'all(.[]; .definition != null and .group != null and (.examples > 0))'
    papertag tags --search lora | grep -q parameter-efficient-fine-tuning
    run papertag tags --search zzzz
    expect 3
}

# ---- train, eval ----

@test "train, tag and eval on papers of one's own" {
    make_papers 90 >"$work/train.jsonl"
    make_papers 30 >"$work/dev.jsonl"
    papertag train -o "$work/m" --dev "$work/dev.jsonl" --json "$work/train.jsonl" >"$work/summary"
    jq -e '.papers == 90 and .tags == 3 and .metrics.dev.f1_micro > 0.9' "$work/summary"
    papertag eval --model "$work/m" --json "$work/dev.jsonl" >"$work/eval"
    jq -e '.papers == 30 and .f1_micro > 0.9 and (.per_tag | length) == 3 and has("lrap") and has("ece")' "$work/eval"
    [ "$(jq -r .metrics.dev.f1_micro "$work/summary")" = "$(jq '.f1_micro * 10000 | round / 10000' "$work/eval")" ]
    papertag eval --model "$work/m" "$work/dev.jsonl" | grep -q 'micro-F1'
}

# Every paper has three of 200 topic words that tell its tag, and twenty common words that tell nothing.
@test "train --max-terms keeps the terms that weigh most, not the most frequent" {
    awk 'BEGIN {
        srand(3)
        for (i = 1; i <= 400; i++) {
            tag = i % 2 ? "odd" : "even"; text = ""
            for (k = 0; k < 3; k++) text = text " topic" tag int(rand() * 100)
            for (k = 0; k < 20; k++) text = text " common" int(rand() * 60)
            printf "{\"id\":\"p%d\",\"abstract\":\"%s\",\"tags\":[\"%s\"]}\n", i, text, tag
        }}' >"$work/papers.jsonl"
    papertag train -o "$work/m" --ngrams 1 --max-terms 200 --json "$work/papers.jsonl" >"$work/summary"
    jq -e '.terms == 200 and .metrics.out_of_fold.f1_micro > 0.9' "$work/summary"
    papertag model export --model "$work/m" --libsvm "$work/exported"
    [ "$(cut -f 2 "$work/exported/vocabulary.tsv" | grep -c '^topic')" -gt 180 ]
}

# Tags thrown like dice cannot be learned. Terms chosen with a look at the held-out papers seem to.
@test "train --max-terms: held-out figures stay honest when terms are chosen by their weights" {
    awk 'BEGIN {
        srand(5)
        for (i = 1; i <= 600; i++) {
            text = ""
            for (k = 0; k < 40; k++) text = text " word" int(rand() * 9000)
            printf "{\"id\":\"p%d\",\"abstract\":\"%s\",\"tags\":[\"%s\"]}\n", i, text, rand() < 0.5 ? "heads" : "tails"
        }}' >"$work/papers.jsonl"
    papertag train -o "$work/m" --ngrams 1 --max-terms 1500 --json "$work/papers.jsonl" >"$work/summary"
    jq -e '.terms == 1500 and .metrics.out_of_fold.f1_micro < 0.7' "$work/summary"
}

@test "eval: intervals, confusions, other tools' figures, a page, two models compared" {
    make_papers 90 >"$work/train.jsonl"
    make_papers 200 | tail -n 100 >"$work/dev.jsonl"
    papertag train -o "$work/m" "$work/train.jsonl"
    papertag train -o "$work/poor" "$work/train.jsonl" --max-terms 2
    papertag eval --model "$work/poor" --json --html "$work/page.html" "$work/dev.jsonl" >"$work/out"
    jq -e '.interval.f1_micro[0] <= .f1_micro and .f1_micro <= .interval.f1_micro[1]' "$work/out"
    jq -e '(.interval | keys | length) == 11 and .libmultilabel["Micro-F1"] == .f1_micro' "$work/out"
    jq -e '(.confusions | length) > 0 and .annif["True positives"] > 0' "$work/out"
    /usr/bin/python3 - "$work/page.html" <<'EOF'
import sys
from html.parser import HTMLParser
class Check(HTMLParser):
    open_tags, seen = [], set()
    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert tag not in ("script", "link", "img"), tag
        if tag not in ("meta", "path", "circle"):
            self.open_tags.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)
    def handle_endtag(self, tag):
        if tag not in ("meta", "path", "circle"):
            assert self.open_tags.pop() == tag, tag
check = Check()
check.feed(open(sys.argv[1], encoding="utf-8").read())
assert not check.open_tags and {"svg", "circle", "table"} <= check.seen
EOF
    papertag eval --model "$work/poor" --compare "$work/m" --json "$work/dev.jsonl" >"$work/out"
    jq -e '.f1_micro.difference > 0 and .f1_micro.p < 0.05 and .f1_micro.low > 0' "$work/out"
    papertag eval --model "$work/m" --compare "$work/m" "$work/dev.jsonl" | grep -q 'micro-F1 .*+0.0000 .* 1.0000'
    run papertag eval --model "$work/m" --html "$work/none/page.html" "$work/dev.jsonl"
    expect 1
    [[ $output == *"none/page.html"* ]]
    run papertag eval --model "$work/m" --compare "$work/none" "$work/dev.jsonl"
    expect 1
}

@test "train: the same bytes again for any number of threads; other bytes for another seed" {
    make_papers 60 >"$work/train.jsonl"
    papertag train -o "$work/a" --jobs 1 "$work/train.jsonl"
    papertag train -o "$work/b" --jobs 4 "$work/train.jsonl"
    papertag train -o "$work/c" --seed 2 "$work/train.jsonl"
    cmp "$work/a" "$work/b"
    ! cmp -s "$work/a" "$work/c"
}

@test "train --weights: int8 by default; float32 is larger and decides the same" {
    make_papers 60 >"$work/train.jsonl"
    papertag train -o "$work/small" "$work/train.jsonl"
    papertag train -o "$work/large" --weights float32 "$work/train.jsonl"
    papertag model info --json "$work/small" | jq -e '.fit.weights == "int8"'
    [ "$(stat -c %s "$work/large")" -gt "$(stat -c %s "$work/small")" ]
    for model in small large; do
        papertag tag --json --model "$work/$model" "$work/train.jsonl" | jq -c '[.id, [.tags[].tag]]' >"$work/$model.tags"
    done
    cmp "$work/small.tags" "$work/large.tags"
}

@test "train: errors name the file, the line and the tag" {
    make_papers 30 >"$work/train.jsonl"
    run papertag train "$work/train.jsonl"
    expect 2
    [[ $output == *"-o MODEL"* ]]
    run papertag train -o "$work/m" /dev/null
    [ "$status" -ne 0 ]
    jq -c 'del(.tags)' "$work/train.jsonl" >"$work/untagged.jsonl"
    run papertag train -o "$work/m" "$work/untagged.jsonl"
    expect 1
    [[ $output == *"untagged.jsonl:1: no tags field"* ]]
    jq -c '.tags += (if .id == "p3" then ["once"] else [] end)' "$work/train.jsonl" >"$work/rare.jsonl"
    run papertag train -o "$work/m" "$work/rare.jsonl"
    expect 1
    [[ $output == *"'once' (1)"* ]]
    papertag train -o "$work/m" --skip-rare "$work/rare.jsonl"
    jq -c '.tags = ["all"]' "$work/train.jsonl" >"$work/one.jsonl"
    run papertag train -o "$work/n" "$work/one.jsonl"
    expect 1
    [[ $output == *"every paper has the tag 'all'"* ]]
    [ ! -e "$work/n" ]
    run papertag train -o "$work/none/m" "$work/train.jsonl"
    expect 1
    [[ $output == *"none/m"* ]]
}

@test "an output that cannot be written is reported before the work, not after it" {
    mkfifo "$work/papers" # whoever reads it waits for ever
    for call in "train -o $work/none/x.papertag" "eval --html $work/none/x.html"; do
        run -1 timeout 10 "$PAPERTAG" $call "$work/papers"
        [ "$output" = "papertag: $work/none/x.${call##*.}: cannot write: its folder does not exist" ]
    done
    run -1 timeout 10 "$PAPERTAG" train -o "$work" "$work/papers"
    [[ $output == *": cannot write: Is a directory" ]]
}

@test "an input that was not read is not called empty" {
    run -1 papertag eval --compare "$work/none" data/sample.jsonl
    [ "$output" = "papertag: $work/none: No such file or directory" ]
    run -2 papertag explain --tag nonsense data/sample.jsonl
    [[ $output != *"no papers in the input"* ]]
}

@test "train --tags-field reads tags from another field" {
    make_papers 60 | jq -c '.topics = .tags | del(.tags)' >"$work/train.jsonl"
    papertag train -o "$work/m" --tags-field topics "$work/train.jsonl"
    papertag eval --model "$work/m" --tags-field topics --json "$work/train.jsonl" | jq -e '.f1_micro > 0.9'
}

@test "train -c auto, class weights, stop words, kernels" {
    make_papers 60 >"$work/train.jsonl"
    papertag train -o "$work/m" -c auto --class-weight balanced --stop-words none --json "$work/train.jsonl" |
        jq -e '.fit.c > 0 and .fit.class_weight == "balanced"'
    for kernel in linear poly rbf sigmoid; do
        papertag train -o "$work/k" --solver libsvm --kernel "$kernel" --folds 3 --json "$work/train.jsonl" |
            jq -e --arg k "$kernel" '.fit.kernel == $k'
        papertag eval --model "$work/k" --json "$work/train.jsonl" | jq -e '.f1_micro > 0.8'
    done
    run papertag train -o "$work/m" --solver linear --kernel rbf "$work/train.jsonl"
    expect 2
    [[ $output == *"the linear solver has no rbf kernel"* ]]
}

# ---- train with unlabelled papers ----

@test "train --unlabelled: a tag list and keywords teach tags that no label names" {
    make_papers 400 | jq -c '.keywords = (.tags | map(gsub("-"; " "))) | del(.tags)' >"$work/pool.jsonl"
    make_papers 90 >"$work/dev.jsonl"
    make_papers 60 | jq -c 'select(.tags | index("3d-vision") | not)' | head -n 12 >"$work/train.jsonl"
    papertag train -o "$work/m" --min-examples 2 --tag-list data/tags.json --unlabelled "$work/pool.jsonl" --json \
        "$work/train.jsonl" >"$work/summary"
    jq -e '.papers == 12 and .tags == 3 and .unlabelled == 400' "$work/summary"
    papertag eval --model "$work/m" --json "$work/dev.jsonl" | jq -e 'any(.per_tag[]; .tag == "3d-vision" and .f1 > 0.9)'
    papertag model info --json "$work/m" | jq -e 'any(.tags[]; .tag == "3d-vision" and .examples == 0)'
}

@test "train --unlabelled without keywords; two files; the same bytes for any number of threads" {
    make_papers 400 | jq -c 'del(.tags)' >"$work/pool.jsonl"
    head -n 150 "$work/pool.jsonl" >"$work/one"
    tail -n +151 "$work/pool.jsonl" >"$work/two"
    make_papers 30 >"$work/train.jsonl"
    papertag train -o "$work/a" --jobs 1 --unlabelled "$work/pool.jsonl" "$work/train.jsonl"
    papertag train -o "$work/b" --jobs 4 --unlabelled "$work/one" --unlabelled "$work/two" "$work/train.jsonl"
    cmp "$work/a" "$work/b"
    papertag train -o "$work/c" "$work/train.jsonl"
    ! cmp -s "$work/a" "$work/c"
}

@test "train --unlabelled: broken records are named, the others are used; other solvers refuse" {
    make_papers 60 >"$work/train.jsonl"
    make_papers 60 | jq -c 'del(.tags)' >"$work/pool.jsonl"
    echo '{"id":"empty"}' >>"$work/pool.jsonl"
    echo '{"id":' >>"$work/pool.jsonl"
    run papertag train -o "$work/m" --unlabelled "$work/pool.jsonl" "$work/train.jsonl"
    expect 1
    [[ $output == *"pool.jsonl:61: neither title nor abstract"* ]]
    [[ $output == *"pool.jsonl:62: "* ]]
    papertag model info --json "$work/m" | jq -e '.trained.unlabelled == 60'
    run papertag train -o "$work/n" --unlabelled "$work/none" "$work/train.jsonl"
    expect 1
    [[ $output == *"none"* ]]
    run papertag train -o "$work/k" --solver libsvm --unlabelled "$work/pool.jsonl" "$work/train.jsonl"
    [ "$status" -ne 0 ]
    [[ $output == *"the libsvm solver does not learn from unlabelled papers"* ]]
    [ ! -e "$work/k" ]
}

# ---- model ----

@test "model info, verify, diff" {
    papertag model info | grep -q '72 tags'
    papertag model info --json | jq -e '.tags | length == 72'
    papertag model verify | grep -q sound
    head -c 100000 "$PAPERTAG_MODEL" >"$work/cut"
    run papertag model verify "$work/cut"
    expect 1
    [[ $output == *"damaged"* ]]
    run papertag model diff "$PAPERTAG_MODEL" "$PAPERTAG_MODEL"
    expect 3
    make_papers 60 >"$work/train.jsonl"
    papertag train -o "$work/m" "$work/train.jsonl"
    papertag model diff --json "$PAPERTAG_MODEL" "$work/m" | jq -es 'map(.change) | unique == ["changed", "removed"]'
}

@test "exported models: svm-predict loads them and decides as tag does; import reads them back" {
    command -v svm-predict >/dev/null || skip "needs svm-predict"
    make_papers 60 >"$work/train.jsonl"
    for kernel in linear rbf; do
        papertag train -o "$work/m" --kernel "$kernel" "$work/train.jsonl"
        papertag model export --libsvm "$work/$kernel" "$work/m"
        papertag tag --model "$work/m" --json --all "$work/train.jsonl" |
            jq -r '.tags[] | select(.tag == "quantization") | if .margin > 0 then 1 else -1 end' >"$work/want"
        jq -r .abstract "$work/train.jsonl" | awk -v vocabulary="$work/$kernel/vocabulary.tsv" '
            # the recipe of README.txt, for the words of these papers; the title words "Paper N" are not known
            BEGIN { while ((getline line < vocabulary) > 0) { split(line, f, "\t"); index_of[f[2]] = f[1]; idf[f[2]] = f[3] } }
            { delete tf; delete value; norm = 0; previous = ""
              for (i = 1; i <= NF; i++) {
                  if ($i in index_of) tf[$i]++
                  if (previous != "" && (previous " " $i) in index_of) tf[previous " " $i]++
                  previous = $i
              }
              for (t in tf) { value[t] = (1 + log(tf[t])) * idf[t]; norm += value[t] ^ 2 }
              for (t in tf) printf "%d %d %.9g\n", NR, index_of[t], value[t] / sqrt(norm) }' |
            sort -k1,1n -k2,2n | awk '$1 != row { printf "%s1", row ? "\n" : ""; row = $1 } { printf " %d:%s", $2, $3 }
                END { printf "\n" }' >"$work/vectors"
        svm-predict "$work/vectors" "$work/$kernel/quantization.model" "$work/predicted" >/dev/null
        agreeing=$(paste "$work/want" "$work/predicted" | awk '$1 == $2' | wc -l)
        [ "$agreeing" -eq 60 ]
        papertag model import --libsvm "$work/$kernel" -o "$work/again"
        diff <(papertag tag --model "$work/m" --json data/sample.jsonl | jq -c '[.tags[].tag]') \
            <(papertag tag --model "$work/again" --json data/sample.jsonl | jq -c '[.tags[].tag]')
    done
}

@test "import reports what is wrong with file and line" {
    make_papers 60 >"$work/train.jsonl"
    papertag train -o "$work/m" "$work/train.jsonl"
    papertag model export --libsvm "$work/dir" "$work/m"
    sed -i '7s/.*/nonsense/' "$work/dir/quantization.model"
    run papertag model import --libsvm "$work/dir" -o "$work/n"
    expect 1
    [[ $output == *"quantization.model:7:"* ]]
    [ ! -e "$work/n" ]
}

@test "models of every format, as earlier versions wrote them, load and decide the same" {
    for model in tests/fuzz/corpus/model/*; do
        papertag model verify "$model" >/dev/null
        papertag tag --json --all --model "$model" data/sample.jsonl |
            jq -c '{id, tags: [.tags[] | [.tag, .assigned, (.margin * 1000 | round)]]}' |
            diff - "tests/golden/$(basename "$model").jsonl"
    done
}

@test "the same model and tags for any number of threads and in any locale" {
    papertag train -o "$work/one" --skip-rare --jobs 1 data/sample.jsonl >/dev/null
    papertag tag --json --jobs 1 --model "$work/one" data/sample.jsonl >"$work/tags"
    for jobs in 2 4; do
        papertag train -o "$work/more" --skip-rare --jobs $jobs data/sample.jsonl >/dev/null
        cmp "$work/one" "$work/more"
        papertag tag --json --jobs $jobs --model "$work/more" data/sample.jsonl | cmp - "$work/tags"
    done
    command -v localedef >/dev/null || skip "the locales need localedef"
    for locale in tr_TR de_DE; do
        localedef -i $locale -f UTF-8 "$work/$locale.UTF-8" 2>/dev/null || skip "no source of the locale $locale"
        export LOCPATH=$work LC_ALL=$locale.UTF-8
        papertag train -o "$work/more" --skip-rare data/sample.jsonl >/dev/null
        cmp "$work/one" "$work/more"
        papertag tag --json --model "$work/more" data/sample.jsonl | cmp - "$work/tags"
    done
}
