#!/usr/bin/env bats
# From an empty machine to tomorrow's digest: sources, a subscription, and the mornings after, against a loopback server.
load helpers
bats_require_minimum_version 1.5.0

setup_server() {
    export XDG_STATE_HOME=$work/state PAPERTAG_CLOCK=$work/clock no_proxy='*'
    echo 1795608000000 >"$work/clock" # 2026-11-25 12:00 UTC
    mkdir "$work/www"
    cp tests/cli/services/arxiv.xml "$work/www/oai"
    cp tests/cli/services/arxiv-feed.xml "$work/www/atom"
    mkfifo "$work/end"
    python3 tests/cli/http_server.py "$work/www" <"$work/end" >"$work/port" 3>&- &
    exec 9>"$work/end"
    until [ -s "$work/port" ]; do sleep 0.05; done
    server=http://127.0.0.1:$(cat "$work/port")
}

teardown() { exec 9>&-; }

# turn_to MOMENT: the clock of the program.
turn_to() { printf '%s000\n' "$(date -u -d "$1" +%s)" >"$work/clock"; }

@test "source add, fetch, subscribe, morning; then a quiet day, a missed day, and a stalled source" {
    setup_server
    cd "$work"
    papertag source add ml arxiv cs.LG --url "$server/oai"
    papertag source add today arxiv-feed cs.LG cs.CL --url "$server/atom"
    papertag source list | grep -q 'not asked yet'
    papertag fetch >out
    grep -q '^ml: fresh; 1 added' out
    grep -q '^today: fresh; 2 added' out
    papertag subscribe me --tag 'quantization | RL' --format html -o "digests/%Y-%m-%d.html" --backlog all
    papertag subscribe bob --tag attention --format eml --to bob@example.org --backlog all
    mkdir digests
    run -3 papertag morning # nothing new is fetched, but the first digest is due
    [[ $output == *"ml: quiet"* && $output == *"digest me: 2 papers in $work/digests/"* ]]
    [[ $output == *"digest bob: 1 paper due: papertag digest --for bob | sendmail -t"* ]]
    grep -q 'Rounding Made Up Weights' digests/2026-11-25.html
    run -3 papertag morning # again on the same day: no digest is written twice
    [[ $output == *"digest me: nothing new"* ]]
    [ "$(ls digests)" = 2026-11-25.html ]
    # two days were missed: what came meanwhile is in one digest
    sed -i 's/90001/90101/; s/Rounding Made Up/Quantizing Other/; s/2026-11-25T02/2026-11-27T02/' www/oai
    turn_to '2026-11-28 04:00'
    papertag morning >out
    grep -q '^ml: fresh; 1 added' out
    grep -q 'Quantizing Other' digests/2026-11-28.html
    run ! grep -q 'Rounding Made Up' digests/2026-11-28.html
    # something more on the same day goes beside it, and does not replace it
    sed -i 's/90101/90102/; s/Quantizing Other/Quantizing Further/' www/oai
    papertag morning
    grep -q 'Quantizing Further' digests/2026-11-28-2.html
    grep -q 'Quantizing Other' digests/2026-11-28.html
    # a source that gives nothing for longer than announcements explain is told
    turn_to '2026-12-08 04:00'
    run -1 papertag morning
    [[ $output == *"ml: stalled; nothing new since 2026-11-28"* ]]
    run papertag digest --tag robotics
    [[ $output == *"source ml is stalled"* ]]
}

@test "a morning delivers what is there when fetching fails; a second one at a time is refused" {
    setup_server
    papertag source add ml arxiv cs.LG --url "$server/oai"
    papertag fetch
    papertag subscribe me --tag quantization -o "$work/%Y.txt"
    printf '403 Forbidden\n' >"$work/www/oai.head"
    run -1 papertag morning
    [[ $output == *"ml: failed; HTTP 403"* && $output == *"digest me: 1 paper in"* ]]
    grep -q 'Rounding Made Up' "$work/2026.txt"
    exec 8>"$XDG_DATA_HOME/papertag/papers.db-morning"
    flock 8
    run -75 papertag morning
    [[ $output == *"another morning"* ]]
}

@test "a path of a digest is of a day, and absolute" {
    papertag add data/sample.jsonl
    for wrong in 'a/%H.html' 'a%' 'a/'; do
        run -2 papertag subscribe me -o "$work/$wrong"
    done
    cd "$work"
    papertag subscribe me --tag RL -o '100%%-%m.txt'
    papertag subscriptions --json | jq -e --arg path "$work/100%%-%m.txt" '.output == $path'
    papertag digest --for me --dry-run | grep -q .
    [ -z "$(ls ./*.txt 2>/dev/null)" ]
    papertag digest --for me
    ls ./100%-*.txt
}

@test "the folders of a digest's path are made, also those of a new year" {
    export PAPERTAG_CLOCK=$work/clock
    papertag add data/sample.jsonl
    papertag subscribe me --tag RL --backlog 1 -o "$work/digests/%Y/%m/%d.txt"
    papertag subscribe mail --tag RL --backlog 1 -o "$work/sent/%Y/%m/%d.txt"
    turn_to '2026-12-31 23:59:59'
    run -3 papertag morning
    [ -s "$work/digests/2026/12/31.txt" ] && [ -s "$work/sent/2026/12/31.txt" ]
    turn_to '2027-01-01 00:00:00'
    echo '{"id":"n","title":"Bandits with delayed rewards","abstract":"An agent learns a policy from rewards.","date":"2027-01-01","tags":["RL"]}' | papertag add
    papertag label n +RL
    papertag send
    [ -s "$work/digests/2027/01/01.txt" ] && [ -s "$work/sent/2027/01/01.txt" ]
    # one that cannot be made is named, and its papers come when it can
    echo >"$work/file"
    papertag subscribe bad --tag RL --backlog 1 -o "$work/file/%Y.txt"
    run -1 papertag digest --for bad
    [[ $output == *"$work/file/2027.txt: cannot write: Not a directory"* ]]
    rm "$work/file"
    papertag digest --for bad
    [ -s "$work/file/2027.txt" ]
    # one file that is asked for by hand may be a slip: its folder is not made
    run -1 papertag digest --tag RL -o "$work/nowhere/x.html"
    [[ $output == *"$work/nowhere/x.html: cannot write: its folder does not exist"* ]]
}

@test "a store that cannot be opened is reported once, for what it is" {
    mkdir "$work/folder"
    for command in morning list stats; do
        run -1 papertag "$command" --db "$work/folder"
        [ "$output" = "papertag: $work/folder: a folder, not a store" ]
    done
    run -0 papertag doctor --db "$work/typo.db"
    [[ $output == *"$work/typo.db: there is no store yet"* ]]
    [ ! -e "$work/typo.db" ]
}

@test "the units and the crontab line are sound" {
    grep -q '^OnCalendar=Mon..Thu,Sun 23:00 America/New_York$' data/papertag.timer
    if command -v systemd-analyze >/dev/null; then
        systemd-analyze calendar 'Mon..Thu,Sun 23:00 America/New_York'
    fi
    line=$(grep -v '^#' data/papertag.crontab)
    [[ $line == '0 * * * * '* ]]
    # cron takes \% for %; the line acts five days a week, once a day
    count=0
    for hour in $(seq 0 167); do
        at=$(date -u -d "2026-11-22 00:00 $hour hours" '+%F %T')
        words=$(sed 's/^0 \* \* \* \* //; s/\\%/%/g; s#/usr/local/bin/papertag morning --wait 3h#echo ran#' <<<"$line")
        words=${words//date /date -d \'$at UTC\' }
        [ -z "$(sh -c "$words")" ] || count=$((count + 1))
    done
    [ "$count" -eq 5 ]
}
