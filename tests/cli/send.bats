#!/usr/bin/env bats
# Delivery by mail and in files: what is sent, to whom, how often, and what is known of it afterwards. The mail server is
# smtp_server.py, which misbehaves as it is told.
load helpers

# serve_mail [OPTION...]: starts a server in $work/mail, and writes the configuration.
serve_mail() {
    mkdir -p "$work/mail"
    rm -f "$work/mail/port"
    /usr/bin/python3 tests/cli/smtp_server.py "$work/mail" "$@" 2>"$work/mail/errors" 3>&- &
    server=$!
    for _ in $(seq 200); do [ -e "$work/mail/port" ] && break; sleep 0.05; done
    port=$(cat "$work/mail/port")
    configure "smtp://127.0.0.1:$port"
}

# configure URL [LINE...]: the [mail] section.
configure() {
    export PAPERTAG_CONFIG=$work/config.ini
    { printf '[mail]\nurl = %s\nfrom = Ada Sender <papers@example.org>\n' "$1"; shift; printf '%s\n' "$@"; } >"$PAPERTAG_CONFIG"
}

teardown() {
    if [ -n "${server-}" ]; then kill "$server" 2>/dev/null || true; fi
    if [ -n "${pages-}" ]; then kill "$pages" 2>/dev/null || true; fi
}

# A store with the sample papers.
store() {
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
}

fault() { echo "$1" >"$work/mail/fault"; }
mails() { find "$work/mail" -name 'mail-*' | wc -l; }
state() { sqlite3 "$PAPERTAG_DB" 'SELECT state FROM mails ORDER BY delivery DESC LIMIT 1'; } # 0 begun, 1 accepted ...

# An authority, and a certificate of localhost by it.
make_certificates() {
    (
        cd "$work/mail"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=Test authority'
        for name in server other; do
            [ $name = server ] && host='DNS:localhost,IP:127.0.0.1' || host=DNS:other.example
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.csr -subj "/CN=$name"
            openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem \
                -extfile <(echo "subjectAltName=$host")
        done
    ) >/dev/null 2>&1
}

@test "send: a mail to each reader, each paper once; an empty day is status 3" {
    serve_mail
    store
    papertag subscribe ada --tag 'RL | quantization' --to ada@example.org --backlog all
    papertag subscribe bob --tag attention --to bob@example.org --backlog all
    papertag subscribe page --tag attention --format html --backlog all
    run papertag send --dry-run
    expect 0
    [ "$(mails)" -eq 0 ]
    papertag send --json >"$work/out"
    [ "$(jq -r '[.name, .to, .state] | join(" ")' "$work/out")" = "ada ada@example.org accepted
bob bob@example.org accepted" ]
    [ "$(mails)" -eq 2 ]
    [ "$(head -2 "$work/mail/mail-1")" = "<papers@example.org>
<ada@example.org>" ]
    run papertag send
    expect 3
    [ "$(mails)" -eq 2 ]
    run papertag send nobody
    expect 2
    run papertag send page
    expect 2
}

@test "send: the message is one of a list, to one reader, as mail programs want it" {
    serve_mail
    store
    printf '[serve]\nurl = https://papers.example.org/\n' >>"$PAPERTAG_CONFIG"
    papertag subscribe 'ada & co' --tag 'RL | quantization' --to ada@example.org --title 'Täglich neu' --backlog all
    papertag send
    sed 1,2d "$work/mail/mail-1" >"$work/message"
    /usr/bin/python3 - "$work/message" <<'END'
import email, email.policy, re, sys
mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
parts = list(mail.walk())
assert not any(part.defects for part in parts), [part.defects for part in parts]
assert not any(value.defects for part in parts for value in part.values()), [(k, v.defects) for k, v in mail.items()]
assert [(a.display_name, a.addr_spec) for a in mail['From'].addresses] == [('Ada Sender', 'papers@example.org')]
assert [a.addr_spec for a in mail['To'].addresses] == ['ada@example.org'] and 'Cc' not in mail
assert mail['Subject'] == 'Täglich neu' and mail['Auto-Submitted'] == 'auto-generated'
assert re.fullmatch(r'<papertag\.[0-9a-f]{32}@example\.org>', mail['Message-ID'])
assert mail['List-Id'] == '<ada---co.papertag.example.org>', mail['List-Id']
links = re.findall(r'<([^<>]*)>', mail['List-Unsubscribe'])
assert links[0].startswith('https://papers.example.org/unsubscribe?name=ada%20%26%20co&to='), links
assert links[1] == 'mailto:papers@example.org?subject=papertag%20unsubscribe%20ada%20%26%20co', links
assert mail['List-Unsubscribe-Post'] == 'List-Unsubscribe=One-Click'
assert [p.get_content_type() for p in mail.iter_parts()] == ['text/plain', 'text/html']
page = mail.get_body(('html',)).get_content()
verdicts = re.findall(r'href="https://papers\.example\.org/verdict\?paper=sample-01&amp;tag=quantization&amp;verdict=(yes|no)&amp;sign=[0-9a-f]{32}"', page)
assert verdicts == ['yes', 'no'], verdicts
END
    ! grep -q "$(printf '[^\r]$')" "$work/message"
    [ "$(awk 'length($0) > 999' "$work/message")" = "" ]
}

@test "eml: of many papers the page has the beginnings, then the titles, so that Gmail shows it whole" {
    export PAPERTAG_DB=$work/papers.db
    /usr/bin/python3 - >"$work/in" <<'END'
for n in range(220):
    words = "Quantized weights of language models, número %d, need few bits. " % n * 30
    print('{"id":"q%d","title":"Quantization %d","abstract":"%s","date":"2026-01-01"}' % (n, n, words))
END
    papertag add "$work/in" >/dev/null
    for count in 5 60 220; do
        papertag digest --format eml --limit "$count" >"$work/message"
        /usr/bin/python3 - "$work/message" "$count" <<'END'
import email, email.policy, sys
page = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default).get_body(('html',)).get_content()
count, size = int(sys.argv[2]), len(page.encode())
form = 'whole' if '<details>' in page else 'beginnings' if 'class="beginning"' in page else 'titles'
assert page.count('<article') == count and size <= 100000, (count, size)
assert form == {5: 'whole', 60: 'beginnings', 220: 'titles'}[count], (count, form, size)
assert form == 'whole' or 'long mail' in page
END
    done
}

@test "send: what each answer of a server makes of a mail, and what the next run does" {
    serve_mail
    store
    while read -r told then_status then_state again; do
        papertag subscribe ada --tag RL --to ada@example.org --backlog all
        rm -f "$work"/mail/mail-*
        fault "$told"
        run papertag send
        [ "$status $(state)" = "$then_status $then_state" ] || { echo "$told: $status $(state), expected $then_status $then_state: $output"; return 1; }
        id=$(sqlite3 "$PAPERTAG_DB" 'SELECT message_id FROM mails')
        fault ""
        run papertag send
        [ "$(mails)" -eq "$again" ] || { echo "$told: $(mails) mails after the next run, expected $again: $output"; return 1; }
        if [ "$again" -eq 1 ]; then grep -q "^Message-ID: <$id>" "$work"/mail/mail-*; fi
        papertag subscribe ada --remove
    done <<'END'
421@GREETING 75 3 1
451@MAIL 75 3 1
450@RCPT 75 3 1
451@DATA 75 3 1
451@END 75 3 1
550@RCPT 1 2 0
553@MAIL 1 2 0
530@MAIL 1 0 1
503@RCPT 1 0 1
554@END 1 2 0
554@GREETING 1 0 1
drop@GREETING 1 0 1
drop@RCPT 1 0 1
drop@DATA 1 0 1
lose@END 1 4 0
drop@END 1 4 1
END
}

@test "send: a mail whose fate is unknown is settled by a person, and its papers come again or not" {
    serve_mail
    store
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    fault lose@END
    run papertag send
    expect 1
    [[ $output == *"may have arrived"*"--resolve ada sent"* ]]
    run papertag doctor --json
    expect 1
    jq -se 'map(select(.next|tostring|startswith("papertag send --resolve ada sent")))[0] | .trouble and (.what|test("to ada@example.org with 1 paper .*may have arrived or not"))' <<<"$output"
    fault ""
    run papertag send
    expect 1
    [ "$(mails)" -eq 0 ]
    run papertag send --resolve ada perhaps
    expect 2
    papertag send --resolve ada unsent
    papertag send
    [ "$(mails)" -eq 1 ]
    papertag subscribe bob --tag RL --to bob@example.org --backlog all
    fault lose@END
    run papertag send bob
    papertag send --resolve bob sent
    fault ""
    run papertag send bob
    expect 3
    [ "$(mails)" -eq 1 ]
    run papertag send --resolve bob sent
    expect 3
}

@test "send: what is put off for longer than a day is given up, and said" {
    serve_mail
    store
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    fault 451@RCPT
    run papertag send
    expect 75
    papertag doctor --json | jq -se 'map(select(.next == "papertag send ada"))[0] | .trouble == false and (.what|test("is put off by the server: 451"))'
    sqlite3 "$PAPERTAG_DB" "UPDATE deliveries SET begun='2026-01-01T00:00:00Z'"
    run papertag send
    expect 1
    [[ $output == *"sent again: given up after 24 hours"*"451 told so"* ]]
    [ "$(state)" -eq 2 ]
    run papertag send
    expect 3
    # but it is tried first: a run a day may be all there is
    papertag subscribe bob --tag RL --to bob@example.org --backlog all
    run papertag send bob
    expect 75
    sqlite3 "$PAPERTAG_DB" "UPDATE deliveries SET begun='2026-01-01T00:00:00Z'"
    fault ""
    papertag send bob
    [ "$(mails)" -eq 1 ]
}

@test "send: STARTTLS, certificates and the login are never done without" {
    command -v openssl >/dev/null || skip "openssl is missing"
    mkdir -p "$work/mail"
    make_certificates
    serve_mail --starttls --login ada secret
    store
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    configure "smtp://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo wrong"
    run papertag send
    expect 1
    [ "$(state)" -eq 0 ]
    configure "smtp://localhost:$port" "user = ada" "password-command = echo secret" # another authority
    run papertag send
    expect 1
    ! grep -q AUTH <(tail -1 "$work/mail/log")
    run papertag send --check
    expect 1
    [[ $output == *"encryption and certificate"*"FAILS"* && $output != *login* ]]
    configure "smtp://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo secret"
    run papertag send --check
    expect 0
    [ "$(grep -c ' ok' <<<"$output")" -eq 7 ]
    papertag send
    [ "$(mails)" -eq 1 ] && [ "$(state)" -eq 1 ]
    kill "$server"
    # a server that hides STARTTLS gets neither name nor password; nor does it without a user, where ca-file asks for TLS
    serve_mail --login ada secret
    : >"$work/mail/log"
    papertag subscribe bob --tag RL --to bob@example.org --backlog all
    configure "smtp://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo secret"
    run papertag send bob
    expect 1
    [ "$(state)" -eq 0 ]
    ! grep -qE 'AUTH|MAIL' "$work/mail/log"
    kill "$server"
    # a certificate for another host
    serve_mail --tls --certificate other --login ada secret
    : >"$work/mail/log"
    configure "smtps://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo secret"
    run papertag send bob
    expect 1
    [ "$(state)" -eq 0 ] && ! grep -q AUTH "$work/mail/log"
    kill "$server"
    serve_mail --tls --login ada secret
    configure "smtps://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo secret"
    run papertag send --check
    expect 0
    papertag send bob
    [ "$(state)" -eq 1 ]
}

@test "send: the password comes from a command, a credential or a netrc file that is its owner's alone" {
    command -v openssl >/dev/null || skip "openssl is missing"
    mkdir -p "$work/mail" "$work/credentials"
    make_certificates
    serve_mail --tls --login ada 's3 cret'
    store
    configure "smtps://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada"
    unset CREDENTIALS_DIRECTORY NETRC
    export HOME=$work
    run papertag send --check
    expect 1
    [[ $output == *"password-command"*".netrc"* ]]
    printf 'machine localhost login ada password "s3 cret"\n' >"$work/.netrc"
    chmod 644 "$work/.netrc"
    run papertag send --check
    expect 1
    [[ $output == *"chmod 600"* ]]
    chmod 600 "$work/.netrc"
    papertag send --check >/dev/null
    rm "$work/.netrc"
    echo 's3 cret' >"$work/credentials/papertag-mail-password"
    CREDENTIALS_DIRECTORY=$work/credentials papertag send --check >/dev/null
    configure "smtps://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = false"
    run papertag send --check
    expect 1
    [[ $output == *"ended with status 1"* ]]
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    configure "smtps://localhost:$port" "ca-file = $work/mail/ca.pem" "user = ada" "password-command = echo 's3 cret'"
    papertag send --json >"$work/out" 2>&1
    ! grep -rqa 's3 cret' "$work/out" "$PAPERTAG_DB"
}

@test "send: settings that are missing or wrong are named, and nothing is sent" {
    store
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    run papertag send
    expect 2
    [[ $output == *"no mail server"*"no sender"* ]]
    for url in http://h smtp://ada:pass@h smtp:// smtps://h/path smtps://h:25?x; do
        configure "$url"
        run papertag send
        expect 2
        [[ $output != *pass@* ]] || [[ $url != *pass@* ]] || [[ $output == *"name or a password"* ]]
    done
    export PAPERTAG_CONFIG=$work/config.ini
    printf '[mail]\nurl = smtps://h\nfrom = nobody\n' >"$PAPERTAG_CONFIG"
    run papertag send
    expect 2
    for to in 'a@b, c@d' 'a b@c' '<a@b>' 'a@b>' '"a"@b' a@ @b 'a@-b'; do
        run papertag subscribe x --to "$to"
        expect 2
    done
}

@test "send: a server that lets bytes drip is left" {
    export PAPERTAG_CLOCK=$work/clock
    printf '%020d' 1795000000000 >"$PAPERTAG_CLOCK"
    serve_mail
    store
    papertag subscribe ada --tag RL --to ada@example.org --backlog all
    fault drip
    run papertag send
    expect 1
    [[ $output == *"takes too long"* ]]
    [ "$(state)" -eq 0 ]
}

@test "send: killed at any moment, no mail goes out twice, and all the others arrive" {
    serve_mail
    store
    for i in $(seq "${KILLS:-12}"); do
        papertag subscribe "r$i" --tag 'RL | quantization | attention' --to "r$i@example.org" --backlog all
    done
    for i in $(seq "${KILLS:-12}"); do
        timeout -s KILL "0.$(printf '%03d' $((i * 37 % 120 + 5)))" "$PAPERTAG" send "r$i" >/dev/null 2>&1 || true
    done
    papertag send >"$work/out" 2>"$work/said" || true
    cat "$work"/mail/mail-* | tr -d '\r' | grep '^Message-ID' | sort | uniq -d >"$work/twice"
    [ ! -s "$work/twice" ]
    for i in $(seq "${KILLS:-12}"); do
        got=$(cat "$work"/mail/mail-* | tr -d '\r' | grep -c "^To: <r$i@example.org>" || true)
        [ "$got" -le 1 ]
        [ "$got" -eq 1 ] || grep -q "^papertag: r$i: .*may have arrived" "$work/said"
    done
}

@test "two runs at once send each mail once" {
    serve_mail
    store
    for i in 1 2 3 4 5 6; do papertag subscribe "r$i" --tag RL --to "r$i@example.org" --backlog all; done
    papertag send >/dev/null 2>&1 & one=$!
    papertag send >/dev/null 2>&1 & two=$!
    wait "$one" || [ $? -eq 3 ]
    wait "$two" || [ $? -eq 3 ]
    [ "$(mails)" -eq 6 ]
}

# Papers about quantization of three days, two each; the last day is that of an announcement.
days() {
    export PAPERTAG_DB=$work/papers.db
    for i in 1 2 3 4; do
        echo "{\"id\":\"q$i\",\"title\":\"Quantization $i\",\"abstract\":\"Quantized weights.\",\"date\":\"2026-01-0$(((i + 1) / 2))\"}"
    done >"$work/days"
    for i in 5 6; do
        echo "{\"id\":\"q$i\",\"title\":\"Quantization $i\",\"abstract\":\"Quantized weights.\",\"date\":\"2026-01-01\",\"announced\":\"2026-01-05\",\"announce_type\":\"new\"}"
    done >>"$work/days"
    papertag add "$work/days" >/dev/null
}

@test "subscribe: says how many papers match, and begins with the last day; --backlog takes more" {
    days
    [ "$(papertag subscribe a --tag quantization)" = "a: 6 papers match already; the first digest has 2 of them, of 2026-01-05 (for more: --backlog N)" ]
    [ "$(papertag digest --for a --format json | jq -r '.papers[].id' | sort | xargs)" = "q5 q6" ]
    papertag subscribe b --tag quantization --backlog 3 | grep -q '6 papers match already; the first digest has 3 of them'
    [ "$(papertag digest --for b --format json | jq .count)" -eq 3 ]
    papertag subscribe c --tag quantization --backlog all | grep -q '6 papers match already; the first digest has all of them'
    [ "$(papertag digest --for c --format json | jq .count)" -eq 6 ]
    papertag subscribe d --tag quantization --backlog 0 >/dev/null
    run papertag digest --for d
    expect 3
    papertag subscribe a --tag quantization --limit 5 | grep -q 'a: changed'
    run papertag digest --for a
    expect 3
    papertag subscribe e --tag robotics | grep -q 'no paper matches yet'
    run papertag subscribe f --backlog some
    expect 2
}

@test "subscribe --weekly and --quiet-days: only on its day, or with word of nothing" {
    serve_mail
    export PAPERTAG_CLOCK=$work/clock
    turn() { printf '%020d' "$(($(date -ud "$1" +%s) * 1000))" >"$PAPERTAG_CLOCK"; }
    days
    turn 2026-03-03 # a Tuesday
    papertag subscribe w --tag quantization --to w@example.org --weekly friday --backlog all
    sqlite3 "$PAPERTAG_DB" "UPDATE subscriptions SET created='2026-03-03T00:00:00Z'"
    run papertag send
    expect 3
    turn 2026-03-07 # its day was missed
    papertag send
    sqlite3 "$PAPERTAG_DB" "UPDATE deliveries SET begun='2026-03-07T00:00:00Z', ended='2026-03-07T00:00:00Z'"
    echo '{"id":"q9","title":"Quantization","abstract":"Quantized weights.","date":"2026-03-08"}' | papertag add - >/dev/null
    turn 2026-03-12
    run papertag send
    expect 3
    turn 2026-03-13
    papertag send
    [ "$(mails)" -eq 2 ]
    # a delivery that a wrong clock has dated years ahead does not stop the next ones
    sqlite3 "$PAPERTAG_DB" "UPDATE deliveries SET begun='2031-01-03T00:00:00Z', ended='2031-01-03T00:00:00Z'"
    echo '{"id":"q10","title":"Quantization","abstract":"Quantized weights, too.","date":"2026-03-15"}' |
        papertag add - >/dev/null
    turn 2026-03-19
    run papertag send
    expect 3
    turn 2026-03-20
    papertag send
    [ "$(mails)" -eq 3 ]
    run papertag subscribe w --weekly someday
    expect 2
    papertag subscribe t --tag robotics --to t@example.org --quiet-days tell
    papertag send t
    [ "$(mails)" -eq 4 ]
    turn 2026-03-01 # the store goes by the real clock: a later day than this
    run papertag send t
    expect 3
    papertag subscriptions --json | jq -se 'map(select(.name == "w"))[0].weekly == "friday" and .[0].quiet_days == "tell"'
}

@test "subscribe -o: a page for each day, and one more when more comes; a feed with its last 100" {
    days
    mkdir "$work/pages"
    cd "$work"
    papertag subscribe pages --tag quantization -o 'pages/%Y-%m-%d.html' --backlog all
    cd "$BATS_TEST_DIRNAME/../.."
    papertag send
    page=$work/pages/$(date -u +%F).html
    [ "$(grep -c '<article' "$page")" -eq 6 ]
    echo '{"id":"q9","title":"Quantization","abstract":"Quantized weights."}' | papertag add - >/dev/null
    papertag send
    [ "$(grep -c '<article' "$page")" -eq 6 ] && [ "$(grep -c '<article' "${page%.html}-2.html")" -eq 1 ]
    make_papers 150 >"$work/in"
    papertag subscribe feed -o "$work/feed.atom" --backlog all
    papertag send feed
    papertag add "$work/in" >/dev/null
    papertag digest --for feed
    [ "$(grep -c '<entry>' "$work/feed.atom")" -eq 150 ] # all that are new
    echo '{"id":"q10","title":"Quantization","abstract":"Quantized weights."}' | papertag add - >/dev/null
    papertag send feed
    [ "$(grep -c '<entry>' "$work/feed.atom")" -eq 100 ]
    grep -m1 -A99 '<entry>' "$work/feed.atom" | grep -m1 '<id>' | grep -q ':q10<'
    run papertag send feed
    expect 3
    run papertag subscribe bad -o "$work/%H.html"
    expect 2
    run papertag subscribe bad -o "$work/x.html" --to a@example.org
    expect 2
}

# serve_page [OPTION...]: serves the store's page under the address that mails link to; $page is where it really is.
serve_page() {
    "$PAPERTAG" serve --listen 127.0.0.1:0 "$@" >"$work/page" 2>"$work/page-errors" 3>&- &
    pages=$!
    for _ in $(seq 100); do grep -q '^serving ' "$work/page" && break; sleep 0.05; done
    page=$(sed -n 's,^serving \(http://.*\)/$,\1,p' "$work/page")
    [ -n "$page" ]
}

# ask LINK [OPTION...]: what a link of a mail is answered with, through a proxy that passes the Host on: the status, and
# in $work/body the answer.
ask() { curl -s -o "$work/body" -w '%{http_code}' -H 'Host: papers.example.org' "${@:2}" "$page/${1#https://papers.example.org/}"; }

# The links in the HTML part of the first mail, one a line, and that of its header.
links() {
    sed 1,2d "$work/mail/mail-1" >"$work/message"
    /usr/bin/python3 - "$work/message" <<'END'
import email, email.policy, html, re, sys
mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
print(re.search('<(https:[^>]*)>', mail['List-Unsubscribe'])[1])
for link in re.findall('href="(https://papers[^"]*)"', mail.get_body(('html',)).get_content()):
    print(html.unescape(link))
END
}

said() { papertag labels export | tail -n +2 | cut -f1-3 | xargs; }

@test "links in mail: serve asks, and does what is signed; nothing else, for nobody else" {
    serve_mail
    store
    printf '[serve]\nurl = https://papers.example.org/\n' >>"$PAPERTAG_CONFIG"
    for wrong in papers ftp://x https:// 'https://[::1'; do
        printf '[serve]\nurl = %s\n' "$wrong" >"$work/wrong"
        run papertag serve --listen 127.0.0.1:0 --config "$work/wrong"
        expect 2
    done
    serve_page # before the first mail there is no key
    [ "$(ask 'verdict?paper=sample-01&tag=quantization&verdict=yes&sign=')" = 403 ]
    papertag subscribe ada --tag quantization --to ada@example.org --backlog all >/dev/null
    papertag send >/dev/null
    links >"$work/links"
    right=$(grep -m1 'paper=sample-01&tag=quantization&verdict=yes' "$work/links")
    wrong=$(grep -m1 'paper=sample-01&tag=quantization&verdict=no' "$work/links")
    [ "$(ask "$right")" = 200 ]
    grep -q 'Half a Nibble' "$work/body" && grep -q '<form method="post"' "$work/body" && grep -q 'href="static/page.css"' "$work/body"
    [ "$(said)" = "" ] # GET asks
    [ "$(ask "$right" -X POST -H 'Origin: https://elsewhere.example')" = 200 ]
    [ "$(said)" = "sample-01 quantization yes" ]
    before=$(papertag labels export)
    [ "$(ask "$right" -X POST)" = 200 ]
    [ "$(papertag labels export)" = "$before" ]
    [ "$(ask "$wrong" -d confirm=yes)" = 200 ]
    [ "$(said)" = "sample-01 quantization no" ]
    # the answer offers the opposite
    back=$(sed -n 's,.*action="\./\(verdict?[^"]*\)".*,\1,p' "$work/body" | sed 's/&amp;/\&/g')
    [ "$(ask "$back" -X POST)" = 200 ]
    [ "$(said)" = "sample-01 quantization yes" ]
    # what is not signed
    for link in "${right/verdict=yes/verdict=no}" "${right/sample-01/sample-02}" "${right/quantization/attention}" "${right%?}" \
        "${right%&sign=*}" "${right/verdict=yes/verdict=maybe}" verdict unsubscribe 'unsubscribe?name=ada' "unsubscribe?name=ada&sign=${right##*=}"; do
        [ "$(ask "$link")" = 403 ] || { echo "$link"; return 1; }
        [ "$(ask "$link" -X POST -H 'Origin: https://papers.example.org' -d x=y)" = 403 ] || { echo "$link"; return 1; }
        grep -qE 'signature|only links' "$work/body"
    done
    [ "$(said)" = "sample-01 quantization yes" ]
    # without a token, the public name opens nothing else; style needs none
    for at in '' api/v1/papers papers/sample-01 subscriptions feed.atom; do [ "$(ask "$at")" = 403 ]; done
    [ "$(ask undo -X POST -H 'Origin: https://papers.example.org')" = 403 ]
    [ "$(ask static/page.css)" = 200 ]
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: papers.example.org.evil' "$page/static/page.css")" = 403 ]
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$page/")" = 200 ]
    # what is gone
    sqlite3 "$PAPERTAG_DB" "DELETE FROM papers WHERE id='sample-01'" || true
    [ "$(ask "$right")" = 404 ]
    [ "$(ask "$right" -X POST)" = 404 ]
    [ ! -s "$work/page-errors" ]
    kill "$pages"
}

@test "links in mail: unsubscribe by hand and with one click, in both forms of it, with tokens or without" {
    serve_mail
    store
    printf '[serve]\nurl = https://papers.example.org/\n' >>"$PAPERTAG_CONFIG"
    echo 'admin 0123456789abcdef' >"$work/tokens"
    chmod 600 "$work/tokens"
    papertag subscribe 'ada & co' --tag quantization --to ada@example.org --backlog all >/dev/null
    papertag send >/dev/null
    links >"$work/links"
    leave=$(head -1 "$work/links")
    for how in hand click mime; do
        papertag subscribe 'ada & co' --tag quantization --to ada@example.org >/dev/null
        [ $how = hand ] && options=() || options=(--token-file "$work/tokens")
        serve_page "${options[@]}"
        [ "$(ask "$leave")" = 200 ]
        grep -q 'ada &amp; co' "$work/body" && ! grep -q ada@example "$work/body"
        papertag subscriptions >/dev/null # GET asks
        case $how in
        hand) [ "$(ask "$leave" -X POST)" = 200 ] && grep -q 'has ended' "$work/body" ;;
        click) [ "$(ask "$leave" -d List-Unsubscribe=One-Click)" = 200 ] && [ "$(cat "$work/body")" = unsubscribed ] ;;
        mime) [ "$(ask "$leave" -F List-Unsubscribe=One-Click)" = 200 ] && [ "$(cat "$work/body")" = unsubscribed ] ;;
        esac
        run papertag subscriptions
        expect 3
        [ "$(ask "$leave" -d List-Unsubscribe=One-Click)" = 200 ]
        [ "$(ask "$leave")" = 404 ]
        # a subscription of that name that is no mail is somebody else's
        papertag subscribe 'ada & co' --tag quantization -o "$work/page.html" >/dev/null
        [ "$(ask "$leave" -X POST)" = 200 ]
        papertag subscriptions >/dev/null
        # and so is one that is mailed to somebody else
        papertag subscribe 'ada & co' --tag quantization --to bob@example.org >/dev/null
        [ "$(ask "$leave")" = 404 ]
        [ "$(ask "$leave" -X POST)" = 200 ]
        papertag subscriptions >/dev/null
        papertag subscribe 'ada & co' --remove >/dev/null
        [ $how = hand ] || [ "$(ask '')" = 401 ]
        kill "$pages"
    done
}

@test "labels import: a reader's verdict by mail, signed; a forged one is reported" {
    serve_mail
    store
    papertag subscribe ada --tag quantization --to ada@example.org --backlog all >/dev/null
    papertag send >/dev/null
    sed 1,2d "$work/mail/mail-1" >"$work/message"
    /usr/bin/python3 - "$work/message" "$work/early" >"$work/answer" <<'END'
import email, email.policy, re, sys, urllib.parse
page = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default).get_body(('html',)).get_content()
link = re.search(r'class="no"[^>]*href="mailto:papers@example\.org\?subject=([^"]*)"', page)[1]
subject = "Subject: Re: " + urllib.parse.unquote(link)
print("From ada@example.org Thu Nov 26 08:00:00 2026\nDate: Thu, 26 Feb 2026 08:00 +0130 (home)\nFrom: <ada@example.org>\n" + subject)
print("\nSubject: of the body\n\nFrom bob\nSubject: papertag yes agents sample-02\n " + "0" * 32 + "\n\nbody")
print("\nFrom ada\nSubject: papertag unsubscribe ada\nDate: yesterday\n")
open(sys.argv[2], 'w').write("From ada\n" + subject + "\nDate: Mon, 26 Nov 2096 08:00:00 +0000\n\n")
END
    run papertag labels import "$work/answer"
    expect 1
    [[ $output == *"1 recorded, 2 rejected"* && $output == *"answer:9: "*"no signature"* && $output == *"answer:15: "*"end a subscription"* ]]
    [ "$(papertag labels export | tail -1 | cut -f3,4)" = "no	2026-02-26T06:30:00Z" ]
    papertag labels import "$work/early" # from a day that has not come: it counts from now
    [[ $(papertag labels export | tail -1 | cut -f4) < 2096 ]]
}
