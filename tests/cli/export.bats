#!/usr/bin/env bats
# `list --format`: papers for other programs, which read back the same.
load helpers

# fields FILE FIELD...: those fields of the papers in a file, from a store of their own, by title.
fields() {
    local file=$1
    shift
    rm -f "$work/back.db"
    papertag add --db "$work/back.db" "$file" >&2 || return 1
    papertag list --db "$work/back.db" --json |
        jq -cs --arg names "$*" 'sort_by(.title)[] | . as $p | [$names | split(" ")[] | $p[.]]'
}

# same FORMAT FIELD...: what is exported in that format has the same fields when it is read.
same() {
    local format=$1
    shift
    fields "$work/papers" "$@" >"$work/before"
    papertag list --db "$work/back.db" --format "$format" >"$work/out.$format"
    fields "$work/out.$format" "$@" >"$work/after"
    diff "$work/before" "$work/after"
}

# Made-up papers that are awkward to write.
awkward() {
    cat <<'END'
{"title":"100% of $x^2$ & {braces} for R&D_1 #2 ~tilde ^caret \\alpha","authors":["Rick van der Roe","Bo Doe Jr","Zoë Łukasz-Sample","The Lab, and Friends","Plato","王小明","OpenAI Research Team","J. R. R. Tolkien","D. Doe"],"abstract":"Quotes \"a\" 'b' ``c'' -- dashes --- it costs $5 and $6. a < b & c > d;\nnew line","date":"2031-02","doi":"10.5555/a_b(c)%1","url":"https://e.example/~x/a_b?c=%20&d={1}#f","keywords":["one, two","three"],"venue":"Proceedings of the 3rd Workshop on A & B","organization":"Lab & Co"}
{"title":"=SUM(A1) is a formula","abstract":"-1 begins","date":"2031","authors":["Gabriel José García Márquez"],"keywords":["a, b"]}
{"title":"深度学习 の 研究 BERT","abstract":"CJK 文章。","date":"2031-02-03","authors":["山田 太郎","Dora Doe"],"venue":"arXiv"}
{"title":"Study of Swedish winters with {BERT} and mRNA","abstract":"TI  - not a tag. @article{x, y} % no comment","date":"2031-12-31","arxiv":"3112.00001","url":"https://arxiv.org/abs/3112.00001","authors":["Ludwig von Mises","Abd el-Rahman Foo III"],"upvotes":3,"comments":0}
{"title":"Costs {of an open brace","abstract":"And } a closing one } \\{ $ one dollar","date":"2030"}
END
}

@test "list --format: what is exported reads back the same" {
    { awkward; cat data/sample.jsonl; } >"$work/papers"
    same json id title authors date abstract doi arxiv url venue organization keywords categories
    same bib title authors date abstract doi arxiv url venue organization
    same ris title authors date abstract doi arxiv url venue
    same csl title authors date abstract doi arxiv url venue
    same csv id title authors date abstract doi arxiv url venue organization keywords upvotes comments
}

@test "list --format: every field reads back the same, whatever characters it has" {
    run tests/cli/round-trip.py "$PAPERTAG" "$work" 300
    echo "$output"
    expect 0
}

@test "list --format: keywords are the paper's and its tags" {
    awkward >"$work/papers"
    papertag add --db "$work/s.db" "$work/papers"
    id=$(papertag list --db "$work/s.db" --json | jq -r 'select(.keywords == ["one, two", "three"]) | .id')
    papertag label --db "$work/s.db" "$id" +quantization
    papertag list --db "$work/s.db" --tag quantization --format bib >"$work/one.bib"
    grep -F 'keywords = {one, two; three; ' "$work/one.bib" | grep -F quantization
    papertag list --db "$work/s.db" --tag quantization --format ris | grep -x $'KW  - quantization\r'
    papertag list --db "$work/s.db" --tag quantization --format csl | jq -e '.[0].keyword | startswith("one, two; three; ")'
}

@test "list --format: the layout of each format" {
    awkward >"$work/papers"
    papertag add --db "$work/s.db" "$work/papers"
    run papertag list --db "$work/s.db" --format bib
    expect 0
    grep -F 'author = {van der Roe, Rick and Doe, Jr, Bo and Łukasz-Sample, Zoë and {The Lab, and Friends} and' <<<"$output"
    grep -F 'title = {Study of {Swedish} winters with {\textbraceleft{}BERT\textbraceright{}} and {mRNA}}' <<<"$output"
    grep -F 'archivePrefix = {arXiv}' <<<"$output"
    grep -Fx '  month = feb,' <<<"$output"
    run papertag list --db "$work/s.db" --format csv
    grep -F '" =SUM(A1) is a formula"' <<<"$output"
    papertag list --db "$work/s.db" --format csl | jq -e 'length == 5 and ([.[].issued."date-parts"[0] | length] | sort == [1, 1, 2, 3, 3])'
    run papertag list --db "$work/s.db" --format nothing
    expect 2
    run papertag list --db "$work/s.db" --format bib --json
    expect 2
    run papertag list --db "$work/s.db" --format csl --search nowhere
    expect 3
}
