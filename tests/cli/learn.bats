#!/usr/bin/env bats
# Verdicts and learning from them: review, retrain, new tags, kept models, audits, topics, doctor.
load helpers
bats_require_minimum_version 1.5.0

store() {
    export PAPERTAG_DB=$work/papers.db
    papertag add --json data/sample.jsonl >"$work/added" || return 1
}

# verdicts as lines: id, tag, verdict
verdicts() { papertag labels export | tail -n +2 | cut -f1-3; }

# wait_for TEXT: until the screen shows it, a minute at most
wait_for() {
    for _ in $(seq 600); do
        tmux -L "$session" capture-pane -p -t s | grep -q -- "$1" && return
        sleep 0.1
    done
    tmux -L "$session" capture-pane -p -t s
    return 1
}

# review_on_screen [COMMAND]: a terminal of 80 by 24
review_on_screen() {
    command -v tmux >/dev/null || skip "needs tmux"
    session=papertag-$$-$BATS_TEST_NUMBER
    tmux -L "$session" -f /dev/null new-session -d -s s -x 80 -y 24 \
        "PAPERTAG_DB='$PAPERTAG_DB' PAPERTAG_MODEL='$PAPERTAG_MODEL' '$PAPERTAG' review $1; echo ended \$?; stty -a; sleep 600"
}

# zero_root TABLE: damages the first page of a table
zero_root() {
    sqlite3 "$PAPERTAG_DB" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    page=$(sqlite3 "$PAPERTAG_DB" "SELECT rootpage FROM sqlite_schema WHERE name='$1'")
    dd if=/dev/zero of="$PAPERTAG_DB" bs="$(sqlite3 "$PAPERTAG_DB" 'PRAGMA page_size')" count=1 seek=$((page - 1)) conv=notrunc 2>/dev/null
}

teardown() {
    [ -z "${session:-}" ] || tmux -L "$session" kill-server
}

@test "retrain: nothing to learn without verdicts, status 3" {
    store
    run papertag retrain
    expect 3
    [[ $output == *"nothing to learn"* ]]
}

@test "retrain changes what a digest shows; a dry run does not; model use goes back" {
    store
    papertag digest --tag quantization --format json | jq -r '.papers[].id' | sort >"$work/before"
    wrong=$(head -n 1 "$work/before")
    papertag label "$wrong" -quantization
    papertag retrain --dry-run --json >"$work/dry"
    run papertag model list
    expect 3
    papertag retrain --json >"$work/made"
    diff <(head -n 1 "$work/dry") <(head -n 1 "$work/made")
    [ "$(jq -s -r '.[0] | [.tag, .yes, .no, .taken, .new] | @csv' "$work/made")" = '"quantization",0,1,true,false' ]
    [ "$(jq -s '.[1].kept' "$work/made")" = true ]
    [ "$(jq -s -r '.[1].model' "$work/made")" = "$(papertag model list --json | jq -r .model)" ]
    papertag digest --tag quantization --format json | jq -r '.papers[].id' | sort >"$work/after"
    run grep -x -- "$wrong" "$work/after"
    expect 1
    run papertag retrain # the same verdicts teach nothing new
    expect 3
    papertag model save -o "$work/mine"
    papertag model verify "$work/mine"
    [ "$(papertag model diff "$PAPERTAG_MODEL" "$work/mine" --json | jq -r .tag)" = quantization ]
    papertag tag --model "$work/mine" data/sample.jsonl >"$work/tagged"
    papertag model use default
    papertag label --undo
    papertag digest --tag quantization --format json | jq -r '.papers[].id' | sort | diff - "$work/before"
}

@test "retrain: the store has the tags that the new model assigns" {
    store
    papertag label sample-02 +robotics -language-models
    papertag label sample-09 -agents
    papertag retrain >/dev/null
    papertag model save -o "$work/mine"
    papertag tag --model "$work/mine" --json data/sample.jsonl | jq -r '.id as $i | .tags[] | [$i, .tag] | @tsv' | sort >"$work/model"
    sqlite3 -separator "	" "$PAPERTAG_DB" "SELECT p.id, t.tag FROM opinions o JOIN papers p ON p.key=o.paper JOIN tags t ON
        t.key=o.tag WHERE assigned" | sort | diff - "$work/model"
}

@test "retrain with labelled papers and a dev set; broken ones are reported" {
    export PAPERTAG_DB=$work/papers.db
    make_papers 120 >"$work/all"
    head -n 60 "$work/all" >"$work/train"
    sed -n 61,90p "$work/all" >"$work/stored"
    tail -n 30 "$work/all" >"$work/dev"
    papertag train -o "$work/base" "$work/train" >/dev/null
    papertag add --model "$work/base" "$work/stored" >/dev/null
    papertag label p61 +quantization
    papertag retrain --model "$work/base" --dev "$work/dev" --json "$work/train" >"$work/made"
    [ "$(jq -s '.[0].labelled' "$work/made")" = 60 ]
    [ "$(jq -s '.[1].dev_papers' "$work/made")" = 30 ]
    papertag label p62 +quantization
    echo '{"id":"x","title":"no tags here"}' >"$work/broken"
    run --separate-stderr papertag retrain --model "$work/base" "$work/broken"
    expect 1
    [[ $stderr == *"$work/broken:1: no tags field"* ]]
}

@test "tag-new: a tag from examples, with more examples, and removed" {
    store
    run papertag tag-new tokens-and-bits --definition "Low-bit weights of language models." -e sample-01
    expect 0
    [[ $output == *"tokens-and-bits is new: learnt from 1 yes and 0 no"* ]]
    [[ $(papertag list --tag tokens-and-bits --json | jq -r .id) == *sample-01* ]]
    papertag tags --search tokens-and-bits | grep -q 'Low-bit weights'
    papertag tag-new tokens-and-bits -e sample-02 --json | jq -s -e '.[0].yes == 2' >/dev/null
    papertag retrain --tag tokens-and-bits >/dev/null
    papertag tag-remove tokens-and-bits
    run papertag list --tag tokens-and-bits
    expect 2
    [[ $output == *"unknown tag"* ]]
    [ -z "$(verdicts)" ]
}

@test "tag-remove: a tag that the model in use lacks, and one that a model from before brings back" {
    store
    papertag tag-new mine -e sample-01 -e sample-02 >/dev/null
    mine=$(papertag model list --json | jq -r .model)
    papertag model use default >/dev/null
    [[ $(papertag tag-remove mine) == "mine is removed; the model in use does not have it" ]]
    run papertag label sample-01 +mine
    expect 2
    papertag model use "$mine" >/dev/null
    papertag tag-new mine -e sample-03 >/dev/null
    papertag doctor >/dev/null
    papertag tag-remove mine --json | jq -s -e '.[0].gone' >/dev/null
    run papertag tag-remove mine
    expect 2
}

@test "tag-new: invalid names and examples" {
    store
    run papertag tag-new quantization -e sample-01
    expect 2
    run papertag tag-new "Two Words" -e sample-01
    expect 2
    run papertag tag-new mine -e nowhere
    expect 2
    [[ $output == *"no paper 'nowhere'"* ]]
    run papertag tag-new mine
    expect 2
    run papertag tag-remove quantization
    expect 2
    run papertag tags --search two-words --json
    expect 3
}

@test "review: u undoes its own answer, whatever somebody else has said since" {
    store
    mkfifo "$work/keys"
    papertag review --plain <"$work/keys" >"$work/out" 3>&- &
    exec 8>"$work/keys"
    # answer KEY N: presses it and waits for the prompt after it, the N-th
    answer() { echo "$1" >&8 && timeout 20 sh -c 'until [ "$(grep -c "^y, n, s" "$0")" -ge "$1" ]; do sleep 0.02; done' "$work/out" "$2"; }
    answer y 2
    first=$(verdicts)
    answer y 3
    [ "$(verdicts | wc -l)" = 2 ]
    papertag label sample-01 +quantization >/dev/null
    answer u 4
    [ "$(verdicts | sort)" = "$(printf '%s\nsample-01\tquantization\tyes' "$first" | sort)" ]
    # what somebody has changed since stays as they left it
    papertag label "${first%%	*}" "-$(cut -f2 <<<"$first")" >/dev/null
    answer u 5
    grep -q 'not undone: somebody has changed the same since' "$work/out"
    verdicts | grep -q "^${first%yes}no$"
    echo q >&8
    exec 8>&-
    wait
}

@test "review --plain: y, n, skip, undo, names, numbers, nonsense" {
    store
    first=$(papertag review --json </dev/null | jq -r '.id + "\t" + .tag')
    printf 'y\nn\ns\nu\nq\n' | papertag review --plain >"$work/out"
    [ "$(verdicts)" = "$first	yes" ] # the n was taken back
    grep -q "^undone$" "$work/out"
    [[ $(cat "$work/out") != *$'\033'* ]]
    papertag label --undo
    printf '/RL\n/nonsense\nx\nq\n' | papertag review --plain >"$work/out"
    [ "$(verdicts | cut -f2-)" = "reinforcement-learning	yes" ]
    grep -q "unknown tag 'nonsense'" "$work/out"
    grep -q "'x' is not an answer" "$work/out"
}

@test "review: a question at a time for scripts; answers end with the input" {
    store
    printf 'y\n' | papertag review --json --tag agents >"$work/out"
    [ "$(jq -s length "$work/out")" = 2 ]
    [ "$(jq -s -r '.[0] | keys_unsorted | join(" ")' "$work/out")" = "id title tag p margin cut assigned tags" ]
    [ "$(verdicts)" = "$(jq -s -r '.[0].id' "$work/out")	agents	yes" ]
    [ "$(printf '?\nq\n' | papertag review --json 2>"$work/keys" | jq -s length)" = 2 ]
    grep -q 'undo the last answer' "$work/keys"
    run papertag review --tag nonsense
    expect 2
    run papertag review --since someday
    expect 2
}

@test "review --json: refused answers are reported on stderr, whatever the names of tags" {
    store
    papertag tag-new known-unknowns -e sample-01 >/dev/null
    printf '/known-unknowns\n/nonsense\nx\nu\nq\n' | papertag review --json >"$work/out" 2>"$work/err"
    [ "$(jq -s length "$work/out")" = 5 ]
    [ "$(wc -l <"$work/err")" = 2 ]
    grep -q "^papertag: unknown tag 'nonsense'" "$work/err"
    grep -q "^papertag: 'x' is not an answer" "$work/err"
}

@test "review at random, then eval --store" {
    store
    run papertag eval --store
    expect 3
    yes | head -n 40 | papertag review --plain --order random >/dev/null
    papertag eval --store --json >"$work/eval"
    [ "$(jq -s '.[-1].papers' "$work/eval")" = 40 ]
    [ "$(jq -s '.[-1].precision' "$work/eval")" = 1 ]
    [ "$(jq -s '[.[] | select(.month)] | map(.papers) | add' "$work/eval")" = 40 ]
    papertag eval --store | grep -q '^quantization'
    run papertag review --order random --plain </dev/null
    expect 3
    papertag label --undo
    [ "$(papertag eval --store --json | jq -s '.[-1].papers')" = 39 ]
}

@test "a screen of 80 by 24: keys, a resize, Ctrl-C; the terminal is as it was" {
    store
    review_on_screen --order=random
    wait_for "Are these tags right?"
    wait_for "^ y yes "
    tmux -L "$session" send-keys -t s y
    wait_for "^1 of 40"
    tmux -L "$session" resize-window -t s -x 50 -y 14
    wait_for "y n s u q"
    tmux -L "$session" resize-window -t s -x 80 -y 24
    wait_for "^ y yes "
    tmux -L "$session" send-keys -t s /rob Tab
    wait_for "add tag: robotics"
    tmux -L "$session" send-keys -t s Enter
    wait_for "robotics: yes"
    tmux -L "$session" send-keys -t s u
    wait_for "^undone"
    tmux -L "$session" send-keys -t s C-c
    wait_for "ended 0"
    wait_for " echo "
    [ "$(papertag eval --store --json | jq -s '.[-1].papers')" = 1 ]
}

@test "the keys of review are explained in lines of the terminal's width, broken between words" {
    store
    review_on_screen --order=random
    wait_for "^ y yes "
    tmux -L "$session" send-keys -t s '?'
    wait_for "words against it"
    for width in 80 44; do
        if [ $width = 44 ]; then
            tmux -L "$session" resize-window -t s -x 44 -y 40
            wait_for "y n s u q"
        fi
        words=$(tmux -L "$session" capture-pane -p -t s | tr -s ' \n' ' ')
        [[ $words == *"Asked about all its tags: they are right as marked. n no: it does not have the tag."* ]]
        [[ $words == *"Underlined words count for the tag, the other marked words against it."* ]]
    done
    tmux -L "$session" resize-window -t s -x 44 -y 18 # the end is reached by scrolling
    wait_for "(more: space)"
    tmux -L "$session" send-keys -t s Space Space Space Space
    wait_for "words against it"
}

@test "an error that ends the screen is reported on the restored terminal" {
    store
    review_on_screen
    wait_for "^0 of"
    sqlite3 "$PAPERTAG_DB" "ALTER TABLE verdicts RENAME TO elsewhere"
    tmux -L "$session" send-keys -t s y
    wait_for "ended 1"
    tmux -L "$session" capture-pane -p -t s | grep -q "papertag: .*papers.db"
}

@test "kill -9 at any key press loses no answer" {
    command -v tmux >/dev/null || skip "needs tmux"
    store
    for round in 1 2 3 4 5 6; do
        session=papertag-$$-kill$round
        tmux -L "$session" -f /dev/null new-session -d -s s -x 80 -y 24 \
            "PAPERTAG_DB='$PAPERTAG_DB' PAPERTAG_MODEL='$PAPERTAG_MODEL' exec '$PAPERTAG' review"
        wait_for "^0 of"
        before=$(verdicts | wc -l)
        for answer in $(seq $((round % 3 + 1))); do
            tmux -L "$session" send-keys -t s y
            wait_for "^$answer of"
        done
        kill -9 "$(tmux -L "$session" list-panes -t s -F '#{pane_pid}')"
        [ "$(verdicts | wc -l)" -eq $((before + round % 3 + 1)) ]
        tmux -L "$session" kill-server || true
        unset session
    done
    [ "$(sqlite3 "$PAPERTAG_DB" 'PRAGMA integrity_check')" = ok ]
}

@test "explain --paper: contributions add up; labelled papers for and against" {
    store
    papertag label sample-02 +quantization
    papertag label sample-03 -quantization
    papertag explain --paper sample-01 --tag quantization --json >"$work/out"
    jq -e '(.bias + ([.terms[].contribution] | add) - .margin) | fabs < 1e-9' "$work/out" >/dev/null
    [ "$(jq -r '[.id, .tag, .verdict] | @csv' "$work/out")" = '"sample-01","quantization",' ]
    jq -e '[.nearest_for[], .nearest_against[]] | all(.by == "person" and .similarity > 0)' "$work/out" >/dev/null
    papertag explain --paper sample-02 --tag quantization | grep -q 'you said yes'
    run papertag explain --paper nowhere
    expect 3
    run papertag explain --paper sample-01 data/sample.jsonl
    expect 2
}

@test "explain --paper reads the training set from --labels, and reports where it is wrong" {
    store
    printf 'id\ttags\tsplit\nsample-02\tquantization,sparsity\ttrain\nsample-05\trobotics\ttrain\nsample-04\tquantization\tdev\n' >"$work/labels"
    papertag explain --paper sample-01 --tag quantization --labels "$work/labels" --json >"$work/out"
    [ "$(jq -r '[.nearest_for[].id] | join(" ")' "$work/out")" = sample-02 ]
    [ "$(jq -r '.nearest_for[0].by' "$work/out")" = "training set" ]
    printf 'id\ttags\nsample-02\n' >"$work/labels"
    run papertag explain --paper sample-01 --labels "$work/labels"
    expect 1
    [[ $output == *"$work/labels:2: "* ]]
    printf 'id\ttags\nsample-02\trob\0otics\n' >"$work/labels"
    run papertag explain --paper sample-01 --labels "$work/labels"
    expect 1
    [[ $output == *"$work/labels:2: contains a NUL byte: not a text file"* ]]
}

@test "retrain: the store holds what the new model says of every paper, its other tags included" {
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
    papertag label sample-03 +quantization >/dev/null
    papertag tag-new half-bits --definition 'low-precision arithmetic' --example sample-01 --example sample-02 >/dev/null
    papertag retrain --force --labels /dev/null >/dev/null
    papertag model save -o "$work/mine" >/dev/null
    papertag tag --model "$work/mine" --all --json data/sample.jsonl |
        jq -r '.id as $id | .tags[] | [$id, .tag, (.margin * 100 | round)] | @tsv' | sort >"$work/said"
    papertag list --json --limit 100 |
        jq -r '.id as $id | .tags[] | select(.margin) | [$id, .tag, (.margin * 100 | round)] | @tsv' | sort >"$work/held"
    grep -q $'^sample-03\tquantization' "$work/held"
    [ "$(wc -l <"$work/held")" -gt 80 ]
    [ -z "$(comm -23 "$work/held" "$work/said")" ]
}

@test "discover: topics with terms, papers and the command that makes them tags" {
    export PAPERTAG_DB=$work/papers.db
    make_papers 90 | jq -c 'if .tags[0] == "3d-vision" then .tags = [] else . end' >"$work/in"
    papertag train -o "$work/base" --skip-rare "$work/in" >/dev/null
    papertag add --model "$work/base" "$work/in" >/dev/null
    papertag discover --model "$work/base" --json >"$work/out"
    jq -e '.count >= 5 and (.papers | length) == .count and (.terms | length) > 0 and .coverage < 0.9' "$work/out" >/dev/null
    papertag discover --model "$work/base" -n 1 | grep -q 'papertag tag-new'
    papertag discover --model "$work/base" --json --jobs 1 | diff - "$work/out"
    run papertag discover --since 1999-01-01 --until 1999-02-01
    expect 3
}

@test "discover: words that any forty papers share are no topics" {
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
    run papertag discover
    expect 3
    [[ $output == *"no topic with at least 5 papers found"* ]]
}

@test "discover: the printed calls make tags when a shell runs them as they stand, whatever the ids" {
    export PAPERTAG_DB=$work/papers.db PATH=$work/bin:$PATH
    mkdir "$work/bin"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    make_papers 90 | jq -c --arg touch "$work/ran" 'if .tags[0] == "3d-vision" then .tags = [] else . end |
        .id = "-\(.id) $(touch \($touch)) `touch \($touch)` \u0027; touch \($touch) # \"*"' >"$work/in"
    papertag train -o "$work/base" --skip-rare "$work/in" >/dev/null
    papertag add --model "$work/base" --db "$work/pa pers.db" "$work/in" >/dev/null
    papertag discover --model "$work/base" --db "$work/pa pers.db" -n 3 >"$work/out"
    grep '^  papertag tag-new' "$work/out" >"$work/calls"
    [ "$(wc -l <"$work/calls")" -gt 0 ]
    sh -e "$work/calls" >"$work/made"
    [ "$(sqlite3 "$work/pa pers.db" 'SELECT count(*) FROM tags WHERE own')" = "$(wc -l <"$work/calls")" ]
    [ "$(grep 'is new: learnt from 5 yes' "$work/made" | sort -u | wc -l)" = "$(wc -l <"$work/calls")" ]
    [ ! -e "$work/ran" ]
    papertag discover --model "$work/base" --db "$work/pa pers.db" -n 20 --json >"$work/again" # names are still free
    [ -z "$(jq -r .topic "$work/again" | sort | uniq -d)" ]
    for made in $(sqlite3 "$work/pa pers.db" 'SELECT tag FROM tags WHERE own'); do
        ! grep -q "\"topic\":\"$made\"" "$work/again"
    done
}

@test "tag-new learns words that the model lacks; other tags decide as before" {
    export PAPERTAG_DB=$work/papers.db
    make_papers 60 >"$work/in"
    papertag train -o "$work/base" "$work/in" >/dev/null
    make_papers 40 | jq -c '.id = "n" + .id | if (.id[2:] | tonumber) % 4 == 0 then .abstract += " A nerfoid of nerfoids." else . end' >"$work/new"
    papertag add --model "$work/base" "$work/in" "$work/new" >/dev/null
    papertag tag-new nerfoids --model "$work/base" -e np4 -e np8 -e np12 --definition "Papers about a nerfoid." >/dev/null
    papertag model save -o "$work/mine"
    papertag model verify "$work/mine"
    [ "$(papertag list --tag nerfoids --json | jq -r .id | grep -c '^np')" -ge 3 ]
    papertag explain --model "$work/mine" --tag nerfoids --json "$work/new" | jq -s -e 'map(select(.id == "np4"))[0] |
        (.terms | any(.term == "nerfoid" and .contribution > 0)) and ((.bias + ([.terms[].contribution] | add) - .margin) | fabs < 1e-6)' >/dev/null
    for model in base mine; do
        papertag tag --all --json --model "$work/$model" "$work/in" "$work/new" |
            jq -c '[.id, (.tags[] | select(.tag != "nerfoids"))]' >"$work/$model.tags"
    done
    cmp "$work/base.tags" "$work/mine.tags"
    papertag model export --libsvm "$work/libsvm" "$work/mine" >/dev/null
    papertag model import --libsvm "$work/libsvm" -o "$work/back"
    papertag explain --model "$work/back" --tag nerfoids --json "$work/new" | jq -s -e 'any(.[].terms[]; .term == "nerfoid")' >/dev/null
}

@test "retrain --dry-run -o writes the new model and leaves the store as it is" {
    store
    papertag label sample-02 +robotics
    papertag retrain --dry-run -o "$work/new" >"$work/out"
    grep -q "the new model was written to $work/new" "$work/out"
    grep -q "the store was not changed" "$work/out"
    papertag model verify "$work/new"
    run papertag model list
    expect 3
    [ "$(papertag retrain --dry-run -o "$work/new" --json | jq -s -r '.[-1] | "\(.kept) \(.file)"')" = "false $work/new" ]
    run papertag retrain --dry-run -o "$work/nowhere/new"
    expect 1
    [ "$(papertag retrain --json | jq -s -r '.[-1] | "\(.kept) \(.file)"')" = "true null" ]
}

@test "the README's own tag is made, asked about and learnt from in the README's own store" {
    store
    mkdir "$work/bin"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    sed -n '/^A tag of your own starts/,/^[A-Z].*measured/p' README.md | grep '^    papertag tag-new' >"$work/calls"
    [ -s "$work/calls" ]
    PATH=$work/bin:$PATH sh -e "$work/calls" | grep -q 'is new: learnt from 1 yes'
    yes | head -n 3 | papertag review --plain --tag debate >/dev/null
    papertag retrain >/dev/null
}

@test "add, review and retrain on one store at the same time: none is refused" {
    store
    (for i in $(seq 10); do make_papers 20 | sed "s/\"id\":\"p/\"id\":\"q$i-/" | papertag add - >/dev/null || echo failed; done) >"$work/add" 2>&1 &
    (for _ in $(seq 10); do printf 'y\n' | papertag review --plain >/dev/null || echo failed; done) >"$work/review" 2>&1 &
    for _ in $(seq 5); do papertag retrain --force >/dev/null 2>"$work/err" || [ $? -eq 3 ] || { cat "$work/err"; false; }; done
    wait
    ! grep -h . "$work/add" "$work/review"
    [ "$(papertag list --json | wc -l)" -eq 240 ]
    [ "$(verdicts | wc -l)" -eq 10 ]
    papertag retrain --force >/dev/null || [ $? -eq 3 ]
    papertag add --retag </dev/null >/dev/null || true
    [ "$(sqlite3 "$PAPERTAG_DB" 'SELECT count(DISTINCT model) FROM papers; PRAGMA integrity_check')" = "1
ok" ]
}

@test "doctor: a sound store, and one whose indexes do not match its papers" {
    run papertag doctor
    expect 0
    [[ $output == *"papertag add FILE"* ]]
    store
    papertag doctor --json >"$work/out"
    [ "$(jq -s 'map(select(.trouble)) | length' "$work/out")" = 0 ]
    papertag label sample-01 -quantization +robotics
    papertag doctor | grep -q '2 verdicts have not been learnt from'
    sqlite3 "$PAPERTAG_DB" "DELETE FROM tagged WHERE paper=2; UPDATE papers SET title='Other words' WHERE key=3"
    run papertag doctor
    expect 1
    [[ $output == *"missing in their index"*"papertag doctor --repair"* ]]
    [[ $output == *"the text index does not match the papers"* ]]
    papertag doctor --repair
    [ "$(papertag list --search '"other words"' --json | jq -r .id)" = sample-03 ]
    [ "$(sqlite3 "$PAPERTAG_DB" 'SELECT count(*) > 0 FROM tagged WHERE paper=2')" = 1 ]
}

@test "doctor: a damaged store is recovered into a new one; verdicts on lost papers keep their ids" {
    store
    papertag label sample-01 -quantization +robotics
    papertag label sample-39 +robotics
    verdicts >"$work/before"
    zero_root papers
    run papertag doctor
    expect 1
    [[ $output == *"is damaged"*"papertag doctor --repair"* ]]
    papertag doctor --repair --json | tee "$work/out" | jq -e -s 'all(.trouble | not)' >/dev/null
    grep -q '0 papers and 3 verdicts were recovered' "$work/out"
    grep -q '"40 papers have neither title nor abstract"' "$work/out"
    [ -e "$PAPERTAG_DB.damaged" ]
    verdicts | diff - "$work/before"
    papertag add data/sample.jsonl >/dev/null
    papertag list --tag robotics --json | jq -e -s 'length >= 2 and all(.title | length > 5)' >/dev/null
    [[ $(papertag doctor) != *"neither title"* ]]
    zero_root opinions
    papertag doctor --repair >/dev/null
    [ -e "$PAPERTAG_DB.damaged-2" ]
    verdicts | diff - "$work/before"
}

@test "doctor: a damaged store gives every table back, but for what is made of the others" {
    /usr/bin/python3 - "$PAPERTAG" "$work" <<'PY'
import os, sqlite3, subprocess, sys
program, work = sys.argv[1:]
sys.path.insert(0, "tests/fault")
import edited
edited.prepare(program, work) # a store with rows in each table, but for what is marked
path, made = os.path.join(work, "base"), {"changes", "doubts", "opinions", "row_blocks", "tag_counts", "tagged"}
def counts():
    db = sqlite3.connect(path)
    db.execute("INSERT OR IGNORE INTO marks(paper, read, starred) VALUES(1, 0, 1)")
    db.commit()
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'search%'")]
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names if name not in made | {"words"}}
before = counts()
db = sqlite3.connect(path)
root, size = db.execute("SELECT rootpage FROM sqlite_schema WHERE name='opinions'").fetchone()[0], db.execute("PRAGMA page_size").fetchone()[0]
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.close()
with open(path, "r+b") as file:
    file.seek((root - 1) * size)
    file.write(bytes(size))
subprocess.run([program, "doctor", "--repair", "--db", path], env=dict(os.environ, PAPERTAG_MODEL=work + "/model"))
after = counts()
print({name: (n, after[name]) for name, n in before.items() if n != after[name]}, [name for name, n in before.items() if not n])
sys.exit(before != after or not before["mails"] or not before["delivered"])
PY
}

@test "doctor: a tag whose name is damaged in its row has it from the index" {
    store
    sqlite3 "$PAPERTAG_DB" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    sqlite3 "$PAPERTAG_DB" 'SELECT tag FROM tags ORDER BY key' >"$work/before"
    /usr/bin/python3 - "$PAPERTAG_DB" <<'PY'
import sys
with open(sys.argv[1], "r+b") as file: # the row has the slug and then the name
    file.seek(file.read().index(b"quantizationQuantization") + 3)
    file.write(b"\xff\x81")
PY
    papertag doctor --repair >/dev/null
    sqlite3 "$PAPERTAG_DB" 'SELECT tag FROM tags ORDER BY key' | diff "$work/before" -
}

@test "doctor: rows of another table among the sources go, a source with a wrong day stays" {
    store
    papertag source add mine feed https://example.org/feed
    sqlite3 "$PAPERTAG_DB" "UPDATE origins SET added='x'; INSERT INTO origins(name, kind, arguments, added) VALUES
        ('robotics', 'Robotics', 'Robots that walk.', '[]'), ('sample-10', '2026-10-01', '20742', '5')"
    run papertag doctor --repair
    [ "$(sqlite3 "$PAPERTAG_DB" "SELECT name FROM origins")" = mine ]
}

@test "doctor: a store or model that cannot be used is a finding with a next step" {
    echo "not a store" >"$work/notes"
    run papertag doctor --db "$work/notes"
    expect 1
    [[ $output == *"not a store"*"papertag doctor --db FILE"*"model"*"is sound"* ]]
    store
    head -c 100000 "$PAPERTAG_MODEL" >"$work/half"
    PAPERTAG_MODEL=$work/half run papertag doctor
    expect 1
    [[ $output == *"$work/half"*"unset PAPERTAG_MODEL"*"store "* ]]
    run papertag doctor --model "$work/half"
    expect 1
    [[ $output == *"without --model"* ]]
    sqlite3 "$PAPERTAG_DB" "INSERT INTO kept VALUES(1, '00', '2026-01-01T00:00:00Z', 1, '{}', x'00', NULL)"
    run papertag doctor
    expect 1
    [[ $output == *"papertag model use default"* ]]
    papertag model use default
    papertag doctor
}
