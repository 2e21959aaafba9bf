#!/usr/bin/env bats
# The page and the REST API, asked with curl.
load helpers
bats_require_minimum_version 1.5.0

# start [OPTION...]: serves the sample papers; $url is where.
start() {
    export PAPERTAG_DB=$work/papers.db
    [ -e "$PAPERTAG_DB" ] || papertag add data/sample.jsonl >/dev/null
    "$PAPERTAG" serve --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/err" 3>&- &
    server=$!
    for _ in $(seq 100); do
        grep -q '^serving ' "$work/out" && break
        kill -0 "$server" || { cat "$work/err"; return 1; }
        sleep 0.1
    done
    url=$(sed -n 's,^serving \(http://.*\)/$,\1,p' "$work/out")
    [ -n "$url" ]
}

teardown() { [ -z "${server-}" ] || kill "$server" 2>/dev/null || true; }

# status ARGUMENT...: what curl is answered with.
status() { curl -s -o "$work/body" -w '%{http_code}' "$@"; }

# write METHOD PATH JSON [OPTION...]: as a page of this server would.
write() { curl -s -X "$1" -H "Origin: $url" -H 'Content-Type: application/json' -d "$3" "${@:4}" "$url$2"; }

@test "serve: says where, answers, ends with SIGTERM and status 0" {
    start
    [ "$(cat "$work/out")" = "serving $url/" ]
    [ "$(curl -s "$url/api/v1/health" | jq -r .status)" = ok ]
    kill -TERM "$server"
    wait "$server"
    [ ! -s "$work/err" ]
    server=
}

@test "serve: wrong addresses, a model or store that is not there, a port that is taken" {
    start
    for where in nowhere 127.0.0.1 127.0.0.1:99999 '[::1' example.org:80; do
        run papertag serve --listen "$where"
        expect 2
    done
    run papertag serve --listen "${url#http://}"
    expect 1
    run papertag serve --listen 127.0.0.1:0 --model "$work/none"
    expect 1
    run papertag serve --listen 127.0.0.1:0 --db "$work/none"
    expect 1
}

@test "serve: a host or an origin that no request could name is refused" {
    start
    for wrong in '--host=a:80' '--host=https://a' '--host=a b' '--host=' '--host=[::1' '--host=[::1]:80' '--origin=a.example' \
        '--origin=https://a.example/' '--origin=https://a.example/x' '--origin=https://' '--origin=ftp://a.example'; do
        run timeout 5 "$PAPERTAG" serve --listen 127.0.0.1:0 "$wrong"
        expect 2
        [[ $output == *"not '${wrong#--*=}'"* ]]
    done
}

@test "serve: beyond this machine only with tokens, which others cannot read" {
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
    run papertag serve --listen 0.0.0.0:0
    expect 2
    [[ $output == *--token-file* ]]
    echo 'admin 0123456789abcdef' >"$work/tokens"
    chmod 644 "$work/tokens"
    run papertag serve --listen 127.0.0.1:0 --token-file "$work/tokens"
    expect 1
    chmod 600 "$work/tokens"
    for line in 'admin short' 'boss 0123456789abcdef' ''; do
        echo "$line" >"$work/tokens"
        run papertag serve --listen 127.0.0.1:0 --token-file "$work/tokens"
        expect 1
    done
}

@test "serve: tokens and what each may do" {
    printf '# people\nread read-0123456789abc\nlabel label-0123456789ab\nadmin admin-0123456789ab\n' >"$work/tokens"
    chmod 600 "$work/tokens"
    start --token-file "$work/tokens"
    [ "$(status "$url/api/v1/tags")" = 401 ]
    [ "$(status "$url/")" = 401 ]
    [ "$(status -H 'Authorization: Bearer wrong-0123456789a' "$url/api/v1/tags")" = 401 ]
    [ "$(status -H 'Authorization: Bearer read-0123456789abc' "$url/api/v1/tags")" = 200 ]
    [ "$(status -u me:read-0123456789abc "$url/")" = 200 ]
    verdict() { status -X PUT -d '{"verdict":"yes"}' -H 'Content-Type: application/json' "$@"; }
    at=$url/api/v1/papers/sample-01/verdicts/attention
    [ "$(verdict -H 'Authorization: Bearer read-0123456789abc' "$at")" = 403 ]
    [ "$(verdict -H 'Authorization: Bearer label-0123456789ab' "$at")" = 200 ]
    [ "$(status -X POST -H 'Authorization: Bearer label-0123456789ab' "$url/api/v1/retrains")" = 403 ]
    # a browser sends a password by itself: where the request began counts, too
    [ "$(verdict -u me:label-0123456789ab "$at")" = 403 ]
    [ "$(verdict -u me:label-0123456789ab -H "Origin: $url" "$at")" = 200 ]
    [ "$(status "$url/api/v1/health")" = 200 ]
}

@test "serve: no request changes anything that may not, whatever is wrong with it" {
    printf 'read read-0123456789abc\nlabel label-0123456789ab\nadmin admin-0123456789ab\n' >"$work/tokens"
    chmod 600 "$work/tokens"
    start --token-file "$work/tokens"
    papertag subscribe ada >/dev/null
    papertag label sample-02 +agents >/dev/null # something to undo
    /usr/bin/python3 tests/cli/attacks.py "${url#http://}" "$PAPERTAG_DB" read-0123456789abc label-0123456789ab admin-0123456789ab
    kill -TERM "$server"
    wait "$server"
    server=
}

@test "serve: other hosts and pages of other sites are refused" {
    start
    [ "$(status -H 'Host: evil.example' "$url/")" = 403 ]
    [ "$(status -H "Host: evil.example:${url##*:}" "$url/")" = 403 ]
    [ "$(status -H "Host: 127.0.0.1:1" "$url/")" = 403 ]
    [ "$(status -H "Host: localhost:${url##*:}" "$url/")" = 200 ]
    at=$url/api/v1/undo
    [ "$(status -X POST "$at")" = 403 ]
    [ "$(status -X POST -H 'Origin: http://evil.example' "$at")" = 403 ]
    [ "$(status -X POST -H 'Origin: null' "$at")" = 403 ]
    [ "$(status -X POST -H "Origin: $url" -H 'Sec-Fetch-Site: cross-site' "$at")" = 403 ]
    [ "$(status -X POST -H "Origin: $url.evil.example" "$at")" = 403 ]
    [ "$(status -X POST -H "Origin: $url" "$at")" = 409 ]
    [ "$(status -X POST -H 'Sec-Fetch-Site: same-origin' "$at")" = 409 ]
    [ "$(status -X POST -H 'Origin: http://evil.example' -d 'id=sample-01&yes=attention' "$url/verdict")" = 403 ]
}

@test "serve: --host and --origin let others in" {
    start --host papers.example --origin https://app.example
    [ "$(status -H 'Host: papers.example' "$url/")" = 200 ]
    [ "$(status -H 'Host: papers.example.evil' "$url/")" = 403 ]
    curl -sD "$work/head" -o /dev/null -H 'Origin: https://app.example' "$url/api/v1/tags"
    grep -qi '^access-control-allow-origin: https://app.example' "$work/head"
    curl -sD "$work/head" -o /dev/null -H 'Origin: https://other.example' "$url/api/v1/tags"
    ! grep -qi '^access-control-allow-origin' "$work/head"
    [ "$(status -X OPTIONS -H 'Origin: https://app.example' "$url/api/v1/undo")" = 204 ]
    [ "$(status -X POST -H 'Origin: https://app.example' "$url/api/v1/undo")" = 409 ]
}

@test "serve: every answer has the headers that keep a browser safe" {
    start
    for path in / /nothing /api/v1/nothing /static/page.js /help; do
        curl -sD "$work/head" -o /dev/null "$url$path"
        grep -qi "^content-security-policy: default-src 'self';.*frame-ancestors 'none'" "$work/head"
        grep -qi '^x-content-type-options: nosniff' "$work/head"
    done
}

@test "REST: papers, a page at a time, each once; what is wrong with a query is said" {
    start
    next= all=
    while :; do
        curl -s "$url/api/v1/papers?limit=7${next:+&cursor=$next}" >"$work/page"
        all="$all $(jq -r '.papers[].id' "$work/page" | tr '\n' ' ')"
        next=$(jq -r '.next // empty' "$work/page")
        [ -n "$next" ] || break
    done
    [ "$(echo $all | tr ' ' '\n' | sort -u | wc -l)" -eq 40 ]
    [ "$(echo $all | wc -w)" -eq 40 ]
    [ "$(curl -s "$url/api/v1/papers?q=attention%20%26%20p%3E%3D0.8&limit=1000" | jq -r '.papers[].id' | sort)" = \
        "$(papertag list --tag 'attention & p>=0.8' --json | jq -r .id | sort)" ]
    for sort in trending p; do
        [ "$(curl -s "$url/api/v1/papers?sort=$sort&limit=40" | jq -r '.papers[].id')" = "$(
            next=
            while :; do
                curl -s "$url/api/v1/papers?sort=$sort&limit=9${next:+&cursor=$next}" >"$work/page"
                jq -r '.papers[].id' "$work/page"
                next=$(jq -r '.next // empty' "$work/page")
                [ -n "$next" ] || break
            done)" ]
    done
    [ "$(status "$url/api/v1/papers?q=quantizatoin")" = 400 ]
    jq -e '.detail|startswith("tag expression, column 1: unknown tag")' "$work/body"
    for wrong in limit=0 limit=x limit=99999 sort=best cursor=x cursor=date-999 since=someday 'q=%ff' 'q=%00'; do
        [ "$(status "$url/api/v1/papers?$wrong")" = 400 ]
        [ "$(jq -r .status "$work/body")" = 400 ]
    done
}

@test "REST: a paper, similar ones, why; ids that need escapes" {
    start
    printf '{"id":"10.1000/a b?c#d","title":"Attention in plain sight","abstract":"Attention."}\n' | papertag add >/dev/null
    [ "$(curl -s "$url/api/v1/papers/10.1000%2Fa%20b%3Fc%23d" | jq -r .title)" = 'Attention in plain sight' ]
    [ "$(status "$url/papers/10.1000%2Fa%20b%3Fc%23d")" = 200 ]
    [ "$(curl -s "$url/api/v1/papers/sample-01/similar?limit=3" | jq '.papers|length')" = 3 ]
    curl -s "$url/api/v1/papers/sample-01/explanation?tag=attention" |
        jq -e '((.bias + ([.terms[].contribution]|add)) - .margin) | fabs < 0.000001'
    [ "$(status "$url/api/v1/papers/none")" = 404 ]
    [ "$(status "$url/api/v1/papers/sample-01/explanation")" = 400 ]
}

@test "REST: a verdict, taken back; many, all or none; undone by number" {
    start
    [ "$(write PUT /api/v1/papers/sample-01/verdicts/attention '{"verdict":"yes"}' |
        jq -r '.tags[]|select(.tag=="attention").verdict')" = yes ]
    [ "$(curl -s -X DELETE -H "Origin: $url" "$url/api/v1/papers/sample-01/verdicts/attention" |
        jq -r '[.tags[]|select(.verdict)]|length')" = 0 ]
    many='{"verdicts":[{"id":"sample-01","tag":"agents","verdict":"yes"},{"id":"sample-02","tag":"LLM","verdict":"no"}]}'
    undo=$(write POST /api/v1/verdicts "$many" | jq .undo)
    [ "$(papertag labels export | grep -c sample)" = 2 ]
    write POST /api/v1/verdicts '{"verdicts":[{"id":"sample-03","tag":"agents","verdict":"yes"},{"id":"no","tag":"agents","verdict":"yes"}]}' |
        jq -e '.status == 422 and (.detail|startswith("verdicts[1]: "))'
    [ "$(papertag labels export | grep -c sample)" = 2 ]
    write POST /api/v1/undo "{\"undo\":$undo}" | jq -e .id
    [ "$(papertag labels export | grep -c sample)" = 0 ]
    [ "$(write POST /api/v1/undo "{\"undo\":$undo}" | jq .status)" = 409 ]
    undo=$(write POST /api/v1/verdicts "$many" | jq .undo)
    # what others changed in between stays; the same cannot be undone below a later change of it
    write PUT /api/v1/papers/sample-09/marks '{"starred":true}' | jq -e .starred
    write PUT /api/v1/papers/sample-01/verdicts/safety '{"verdict":"no"}' | jq -e .id
    write POST /api/v1/undo "{\"undo\":$undo}" | jq -e '.id == "sample-01"'
    [ "$(papertag labels export | cut -f1-3 | tail -n +2)" = $'sample-01\tsafety\tno' ]
    papertag list --tag is:starred --json | jq -e '.id == "sample-09"'
    undo=$(write POST /api/v1/verdicts "$many" | jq .undo)
    later=$(write POST /api/v1/verdicts '{"verdicts":[{"id":"sample-02","tag":"LLM","verdict":"yes"}]}' | jq .undo)
    write POST /api/v1/undo "{\"undo\":$undo}" | jq -e '.status == 409 and (.detail|startswith("a later change"))'
    [ "$(papertag labels export | grep -c 'sample-0[12]')" = 3 ]
    for call in "$later" "$undo"; do write POST /api/v1/undo "{\"undo\":$call}" | jq -e .id; done
    [ "$(papertag labels export | grep -c 'sample-0[12]')" = 1 ]
    for wrong in '' '[]' '{' '{"verdicts":[]}' '{"verdicts":[{"id":"a"}]}' '{"verdicts":3}'; do
        [ "$(write POST /api/v1/verdicts "$wrong" | jq .status)" = 400 ]
    done
}

@test "REST: read, starred, noted; expressions find them; undo" {
    start
    write PUT /api/v1/papers/sample-01/marks '{"read":true,"starred":true,"note":"a <b>note</b>"}' |
        jq -e '.read and .starred and .note == "a <b>note</b>"'
    [ "$(curl -s "$url/api/v1/papers?q=is:starred" | jq -r '.papers[].id')" = sample-01 ]
    [ "$(papertag list --tag 'is:noted & is:read' --json | jq -r .id)" = sample-01 ]
    [ "$(papertag list --tag 'is:unread' --json | wc -l)" = 39 ]
    for _ in 1 2 3; do write POST /api/v1/undo '' >/dev/null; done
    [ "$(papertag list --tag 'is:unread & !is:starred & !is:noted' --json | wc -l)" = 40 ]
    curl -s "$url/papers/sample-01" | grep -c '<b>note' | grep -qx 0
}

@test "REST: tags of answers: 304, 412, and what changes them" {
    start
    etag=$(curl -sD - -o /dev/null "$url/api/v1/papers/sample-01" | sed -n 's/^ETag: \(.*\)\r$/\1/p')
    [ "$(status -H "If-None-Match: $etag" "$url/api/v1/papers/sample-01")" = 304 ]
    [ "$(status -H "If-None-Match: $etag" "$url/api/v1/papers/sample-02")" = 200 ]
    at=/api/v1/papers/sample-01/verdicts/attention
    [ "$(write PUT $at '{"verdict":"no"}' -o /dev/null -w '%{http_code}' -H "If-Match: $etag")" = 200 ]
    [ "$(status -H "If-None-Match: $etag" "$url/api/v1/papers/sample-01")" = 200 ]
    [ "$(write PUT $at '{"verdict":"yes"}' -o /dev/null -w '%{http_code}' -H "If-Match: $etag")" = 412 ]
    [ "$(write PUT $at '{"verdict":"yes"}' -o /dev/null -w '%{http_code}' -H 'If-Match: "x"')" = 412 ]
    etag=$(curl -sD - -o /dev/null "$url/" | sed -n 's/^ETag: \(.*\)\r$/\1/p')
    papertag label sample-03 +agents >/dev/null # by another process
    [ "$(status -H "If-None-Match: $etag" "$url/")" = 200 ]
}

@test "REST: imports in several formats, broken records named; tagging stores nothing" {
    start
    post() { curl -s -H "Origin: $url" --data-binary @- "$url$1"; }
    printf '@article{x, title={Bandits with rewards}, author={Ada Example}, year=2026}\n' | post /api/v1/imports |
        jq -e '.added == 1 and .format == "bib"'
    printf '{"id":"n1","title":"New one"}\n{broken\n' | gzip | post /api/v1/imports |
        jq -e '.added == 1 and .rejected == 1 and (.rejects|length == 1)'
    printf 'nothing of the kind' | post '/api/v1/imports?format=ris' | jq -e '.status == 400 or .added == 0'
    head -3 data/sample.jsonl | sed 's/sample-/other-/' | post /api/v1/tagging >"$work/tags"
    [ "$(jq -r .id "$work/tags")" = "$(printf 'other-01\nother-02\nother-03')" ]
    [ "$(head -3 data/sample.jsonl | sed 's/sample-/other-/' | papertag tag --json | jq -c '[.id,[.tags[].tag]]')" = \
        "$(jq -c '[.id,[.tags[].tag]]' "$work/tags")" ]
    [ "$(papertag list --json | wc -l)" = 42 ]
}

@test "REST: tagging is a stream: answers before the end, memory that is bounded, clients of every kind" {
    start
    /usr/bin/python3 tests/web/streams.py "${url##*:}"
    for _ in $(seq 700); do cat data/sample.jsonl; done >"$work/many" # more than a body may have elsewhere
    [ "$(curl -s -T - -X POST -H "Origin: $url" "$url/api/v1/tagging" <"$work/many" | md5sum)" = "$(
        for _ in $(seq 700); do cat data/sample.jsonl; done | curl -s -H "Origin: $url" --data-binary @- "$url/api/v1/tagging" | md5sum)" ]
    [ "$(gzip <"$work/many" | curl -s -T - -X POST -H "Origin: $url" "$url/api/v1/tagging" | wc -l)" = 28000 ]
    # a build with sanitizers keeps what was freed
    [ "$PAPERTAG_OUT" != "$PWD/build" ] || [ "$(grep VmHWM "/proc/$server/status" | tr -dc 0-9)" -lt 60000 ]
    [ ! -s "$work/err" ]
}

@test "REST: learning in the background, with a place to look" {
    start
    for i in 1 2 3 4 5 6; do papertag label sample-0$i +agents >/dev/null; done
    curl -sD "$work/head" -o "$work/body" -X POST -H "Origin: $url" "$url/api/v1/retrains"
    grep -q '^HTTP/1.1 202' "$work/head"
    place=$(sed -n 's/^Location: \(.*\)\r$/\1/p' "$work/head")
    for _ in $(seq 300); do
        state=$(curl -s "$url$place" | jq -r .state)
        case $state in done | failed | nothing*) break ;; esac
        sleep 0.2
    done
    [ "$state" = done ]
    curl -s "$url$place" | jq -e '.progress == 1 and .tags >= 1'
    [ "$(status "$url/api/v1/retrains/77")" = 404 ]
}

@test "REST: the description names every route; wrong methods and types" {
    start
    curl -s "$url/api/v1/openapi.json" >"$work/api"
    jq -e '.openapi == "3.1.0" and (.paths["/api/v1/papers/{id}"].get.parameters[0].in == "path")' "$work/api"
    /usr/bin/python3 tests/web/api.py "$url" # each answer is what its schema says
    [ "$(status -X PATCH -H "Origin: $url" "$url/api/v1/tags")" = 405 ]
    [ "$(status -X POST -H "Origin: $url" -H 'Content-Type: text/plain' -d '{"verdicts":[]}' "$url/api/v1/verdicts")" = 415 ]
    [ "$(status -X GET -d x "$url/api/v1/tags")" = 413 ]
    head -c 1100000 /dev/zero >"$work/large"
    [ "$(status -X POST -H "Origin: $url" -H 'Content-Type: application/json' --data-binary @"$work/large" "$url/api/v1/verdicts")" = 413 ]
    [ "$(status "$url/$(head -c 9000 /dev/zero | tr '\0' a)")" = 400 ]
}

@test "REST: the README's example of a shell" {
    start
    sed -n '/^```sh$/,/^```$/p' README.md | sed '1d;$d' >"$work/example"
    url=$url bash -eu "$work/example" >"$work/shown"
    [ "$(head -1 "$work/shown")" = "$(papertag list --tag 'agents & p>=0.8' --limit 1 --json | jq -r '.id + "  " + .title')" ]
    grep -qx '\["reinforcement-learning".*\]' "$work/shown"
    grep -q '^{"id":"sample-0[12]","tags":\[' "$work/shown"
    tail -1 "$work/shown" | grep -qxE "waiting|reading|fitting"
}

@test "pages: every one, without script; feeds and exports" {
    start
    papertag subscribe ada --tag attention --format html >/dev/null
    for path in / '/?view=week' '/?q=attention' '/?q=no%20such%20words' '/?q=p%3E%3D7' /papers/sample-01 /tags \
        /tags/attention /tags/LLM /review '/review?tag=attention&order=new' /subscriptions /discover /trends /help; do
        [ "$(status "$url$path")" = 200 ]
        grep -q '<main id="main"' "$work/body"
        grep -q '</html>' "$work/body"
        ! grep -qi '<script>\|onclick\|style=' "$work/body"
    done
    [ "$(status "$url/tags/no-such-tag")" = 404 ]
    curl -s "$url/feed.atom?q=attention" | /usr/bin/python3 -c 'import sys,xml.dom.minidom as m; m.parse(sys.stdin)'
    curl -s "$url/feed.rss" | /usr/bin/python3 -c 'import sys,xml.dom.minidom as m; m.parse(sys.stdin)'
    curl -s "$url/feed.json?limit=3" | jq -e '.items|length == 3'
    [ "$(curl -s "$url/export/bib?q=attention" | grep -c '^@')" = "$(papertag list --tag attention --json | wc -l)" ]
    curl -s "$url/export/csv" | head -1 | grep -q title
    [ "$(status "$url/export/doc")" = 404 ]
    for format in bib ris csv; do
        [ "$(curl -s "$url/export/$format?only=ticked&id=sample-03&id=sample-07&back=x" | papertag add --db "$work/other.db" --json - |
            jq -c '[.added, .unchanged + .updated]')" = "$([ $format = bib ] && echo '[2,0]' || echo '[0,2]')" ]
    done
    [ "$(status "$url/export/bib?only=ticked")" = 400 ] # not all papers for none
    [ "$(status "$url/export/bib?only=ticked&id=none")" = 400 ]
}

@test "pages: each is valid HTML, with labels, and references that lead somewhere" {
    start
    papertag subscribe ada --tag attention --format html >/dev/null
    printf '{"id":"x","title":"The <b>$\\\\ell_2$</b> norm & \\"more\\"","abstract":"We use $\\\\alpha$ & attention."}\n' |
        papertag add >/dev/null
    /usr/bin/python3 tests/web/valid.py "$url"
    curl -s "$url/papers/x" >"$work/page"
    grep -q '<h1><bdi>The ℓ₂ norm &amp; ' "$work/page"
    grep -q 'We use α &amp; ' <(sed 's/<[^>]*>//g' "$work/page")
}

@test "pages: Undo takes back one's own change, whatever somebody else has changed since" {
    start
    form() { curl -s -o "$work/body" -w '%{http_code}' -b "$work/$1" -c "$work/$1" -X POST -H "Origin: $url" "${@:3}" "$url$2"; }
    said() { papertag labels export | tail -n +2 | cut -f1-3 | sort | tr '\t\n' ' ,'; }
    touch "$work/ada" "$work/bob"
    form ada /verdict -d id=sample-01 -d yes=agents
    form ada /verdict -d id=sample-02 -d no=agents
    form bob /verdict -d id=sample-03 -d yes=safety
    papertag label sample-04 +attention
    grep -q '#HttpOnly_127.0.0.1.*papertag-calls' "$work/ada"
    [ "$(form ada /undo)" = 303 ]
    [ "$(said)" = "sample-01 agents yes,sample-03 safety yes,sample-04 attention yes," ]
    # what somebody else has changed since is theirs
    form bob /verdict -d id=sample-01 -d no=agents
    [ "$(form ada /undo)" = 409 ]
    grep -q 'somebody has changed the same since' "$work/body"
    [ "$(form bob /undo)" = 303 ]
    [ "$(form ada /undo)" = 303 ]
    [ "$(form ada /undo)" = 303 ] # nothing of hers is left
    [ "$(said)" = "sample-03 safety yes,sample-04 attention yes," ]
    # a cookie is a stranger's bytes
    for cookie in papertag-calls= papertag-calls=0 papertag-calls=9999999999999999999999 'papertag-calls=-1' \
        'papertag-calls=1.2.x' "papertag-calls=$(seq -s. 100 400)" 'a=b;papertag-calls=77'; do
        [ "$(curl -s -o /dev/null -w '%{http_code}' -H "Cookie: $cookie" -X POST -H "Origin: $url" "$url/undo")" = 303 ]
    done
    [ "$(said)" = "sample-03 safety yes,sample-04 attention yes," ]
}

@test "pages: forms give, take, mark, undo, subscribe, and lead back" {
    start
    form() { curl -s -b "$work/jar" -c "$work/jar" -o "$work/body" -w '%{http_code} %{redirect_url}' -X POST -H "Origin: $url" "${@:2}" "$url$1"; }
    [ "$(form /verdict -d id=sample-01 -d yes=agents --data-urlencode 'back=/?q=agents')" = "303 $url/?q=agents" ]
    [ "$(papertag list --tag agents --json | grep -c '"id":"sample-01"')" = 1 ]
    form /verdict -d id=sample-01 -d id=sample-02 -d id=sample-03 -d tag=safety -d all=yes
    [ "$(papertag labels export | grep -c safety)" = 3 ]
    form /undo
    [ "$(papertag labels export | grep -c safety)" = 0 ]
    form /mark -d id=sample-01 -d id=sample-02 -d set=read
    [ "$(papertag list --tag is:read --json | wc -l)" = 2 ]
    form /undo
    [ "$(papertag list --tag is:read --json | wc -l)" = 0 ]
    form /note -d id=sample-01 -d note=hello
    [ "$(papertag list --tag is:noted --json | wc -l)" = 1 ]
    form /review -d id=sample-04 -d tag=agents -d verdict=no -d assigned=no --data-urlencode 'back=/review?order=new'
    grep -q 1 <(papertag labels export | grep -c 'sample-04')
    [[ $(form /review -d id=sample-05 -d tag=agents -d verdict=yes -d assigned=no -d 'back=/review?asked=1') == *'asked=2'* ]]
    form /subscriptions -d name=bob --data-urlencode 'q=agents'
    [ "$(papertag subscriptions --json | jq -r .name)" = bob ]
    form /subscriptions/end -d name=bob
    run papertag subscriptions --json
    expect 3
    for back in //evil.example https://evil.example '/\evil.example' javascript:alert; do
        [ "$(form /verdict -d id=sample-01 -d yes=agents --data-urlencode "back=$back")" = "303 $url/" ]
    done
    [[ $(form /verdict -d yes=agents) == 400* ]]
    [[ $(form /verdict -d id=sample-01 -d yes=no-such-tag) == 400* ]]
    [[ $(form /mark -d id=none -d set=read) == 400* ]]
}

@test "pages: a day, the day before, the next one; of what is trending, too" {
    start
    days=$(papertag list --json | jq -r .date | sort -u)
    day=$(sed -n 3p <<<"$days")
    curl -s "$url/?day=$day" >"$work/page"
    [ "$(grep -c '<article' "$work/page")" = "$(papertag list --since "$day" --until "$day" --json | wc -l)" ]
    grep -q "rel=\"prev\" href=\"/?day=$(sed -n 2p <<<"$days")\"" "$work/page"
    grep -q "rel=\"next\" href=\"/?day=$(sed -n 4p <<<"$days")\"" "$work/page"
    curl -s "$url/?day=$(head -1 <<<"$days")" | grep -c 'rel="prev"' | grep -qx 0
    curl -s "$url/?view=month&day=$day" | grep -q "to $day</h2>"
    for wrong in 2026-02-30 yesterday 2026-1-1; do [ "$(status "$url/?day=$wrong")" = 400 ]; done
}

@test "pages: the end of a subscription and a tag that was made can be undone" {
    start
    form() { curl -s -o "$work/body" -w '%{http_code} %{redirect_url}' -X POST -H "Origin: $url" "${@:2}" "$url$1"; }
    papertag subscribe ada --tag 'attention & p>=0.8' --format markdown --title 'For Ada' --sort p --limit 7 >/dev/null
    papertag subscriptions --json | jq 'del(.created, .last, .delivered)' >"$work/before"
    [ "$(form /subscriptions/end -d name=ada)" = "303 $url/subscriptions?ended=ada" ]
    run papertag subscriptions --json
    expect 3
    curl -s "$url/subscriptions?ended=ada" | grep -q 'action="/subscriptions/undo"'
    [[ $(form /subscriptions/undo -d name=ada) == 303* ]]
    papertag subscriptions --json | jq 'del(.created, .last, .delivered)' | cmp - "$work/before"
    [[ $(form /subscriptions/undo -d name=ada) == 400* ]]
    [[ $(form /tags -d tag=made-here -d id=sample-02 -d id=sample-01 --data-urlencode 'query="codebook"') == 303* ]]
    curl -s "$url/tags/made-here" | grep -q 'action="/tags/remove"'
    [[ $(form /tags/remove -d tag=made-here) == 303* ]] # while it is being learnt
    for _ in $(seq 300); do
        state=$(curl -s "$url/api/v1/retrains/2" | jq -r .state)
        case $state in done | failed | nothing*) break ;; esac
        sleep 0.2
    done
    [ "$state" = done ]
    [ "$(status "$url/tags/made-here")" = 404 ]
    [[ $(form /tags/remove -d tag=made-here) == 400* ]]
    [[ $(form /tags/remove -d tag=attention) == 400* ]] # it came with the model
}

@test "requests that two readers would read differently are refused" {
    start
    raw() { /usr/bin/python3 - "${url##*:}" "$1" <<'END'
import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)
s.settimeout(5)
s.sendall(sys.argv[2].encode().decode('unicode_escape').encode('latin-1').replace(b'HOST', b'127.0.0.1:' + sys.argv[1].encode()))
data = b''
try:
    while part := s.recv(65536):
        data += part
except OSError:
    pass
print(data.count(b'\r\nDate: '), data[9:12].decode())
END
    }
    O='Origin: http://HOST'
    [ "$(raw "POST /api/v1/undo HTTP/1.1\r\nHost: HOST\r\n$O\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: HOST\r\n\r\n")" = "1 400" ]
    [ "$(raw "POST /api/v1/undo HTTP/1.1\r\nHost: HOST\r\n$O\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}GET / HTTP/1.1\r\nHost: HOST\r\n\r\n")" = "1 400" ]
    [ "$(raw "POST /api/v1/undo HTTP/1.1\r\nHost: HOST\r\n$O\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")" = "1 400" ]
    [ "$(raw "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n")" = "1 400" ]
    [ "$(raw "GET / HTTP/1.1\r\n\r\n" | cut -c3-)" = 400 ]
    [ "$(raw "GET / HTTP/1.0\r\n\r\n" | cut -c3-)" = 400 ]
    [ "$(raw "POST /api/v1/undo HTTP/1.1\r\nHost: HOST\r\n$O\r\nContent-Length: -2\r\n\r\n{}" | cut -c3-)" = 400 ]
}

@test "serve: takes the socket that systemd hands over" {
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
    /usr/bin/python3 - "$PAPERTAG" <<'END'
import os, signal, socket, subprocess, sys, urllib.request
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(16)
port = listening.getsockname()[1]


def hand_over():
    os.dup2(listening.fileno(), 3)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execve(sys.argv[1], [sys.argv[1], "serve", "--listen", "192.0.2.1:1"], os.environ)


child = os.fork()
if not child:
    hand_over()
assert urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=20).status == 200
os.kill(child, signal.SIGTERM)
assert os.waitpid(child, 0)[1] == 0
END
}

@test "serve: a slow client and one that leaves hold up nobody; ends in the middle of a request" {
    start
    /usr/bin/python3 - "${url##*:}" <<'END'
import socket, sys, time, urllib.request
port = int(sys.argv[1])
slow = []
for i in range(300):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Slow: " % port)
    slow.append(s)
for i in range(50):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"GET /discover HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    s.close()
for i in range(20):
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/?n={i}", timeout=20).status == 200
END
    curl -s -o /dev/null "$url/discover" &
    kill -TERM "$server"
    wait "$server"
    server=
}
