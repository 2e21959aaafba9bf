#!/usr/bin/env bats
# Mail through Postfix, with a certificate of an authority of our own: what comes into the box is what was sent, once.
# It wants root and Postfix (apt install postfix), of which it uses the programs alone: no settings, queue or port of the
# system's.
load helpers

# A folder that Postfix's users can enter, which that of the tests is not.
start_postfix() {
    [ "$(id -u)" -eq 0 ] || skip "only root can start Postfix"
    command -v postfix >/dev/null || skip "postfix is missing"
    command -v openssl >/dev/null || skip "openssl is missing"
    folder=$(mktemp -d)
    chmod 755 "$folder"
    mkdir "$folder"/{conf,queue,data,box}
    chown postfix "$folder/data"
    chown nobody "$folder/box"
    read -r starttls smtps < <(/usr/bin/python3 -c 'import socket
ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(port.getsockname()[1] for port in ports))')
    (
        cd "$folder/conf"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=Test authority'
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr -subj /CN=localhost
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem \
            -extfile <(echo 'subjectAltName=DNS:localhost')
    ) >/dev/null 2>&1
    cat >"$folder/conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
myhostname = mail.example.org
mydestination =
inet_interfaces = loopback-only
maillog_file = $folder/log
maillog_file_prefixes = $folder
virtual_mailbox_domains = example.org
virtual_mailbox_base = $folder/box
virtual_mailbox_maps = static:in/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
smtpd_tls_cert_file = $folder/conf/server.pem
smtpd_tls_key_file = $folder/conf/server.key
smtpd_tls_security_level = encrypt
smtpd_relay_restrictions = reject_unauth_destination
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
END
    {
        echo "127.0.0.1:$starttls inet n - n - - smtpd"
        echo "127.0.0.1:$smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
        echo 'cleanup unix n - n - 0 cleanup'
        echo 'qmgr unix n - n 300 1 qmgr'
        echo 'postlog unix-dgram n - n - 1 postlogd'
        for name in rewrite:trivial-rewrite bounce:bounce defer:bounce trace:bounce error:error retry:error proxymap:proxymap; do
            echo "${name%:*} unix - - n - - ${name#*:}"
        done
        for name in anvil tlsmgr; do echo "$name unix - - n - 1 $name"; done
        echo 'virtual unix - n n - - virtual'
    } >"$folder/conf/master.cf"
    postfix -c "$folder/conf" start >/dev/null 2>&1
}

teardown() {
    if [ -n "${folder-}" ]; then
        postfix -c "$folder/conf" abort >/dev/null 2>&1 || true
        rm -rf "$folder"
    fi
}

configure() {
    export PAPERTAG_CONFIG=$work/config.ini
    printf '[mail]\nurl = %s\nfrom = Ada Sender <papers@example.org>\nca-file = %s\n' "$1" "$folder/conf/ca.pem" >"$PAPERTAG_CONFIG"
}

# arrived COUNT: waits until as many mails are in the box.
arrived() {
    for _ in $(seq 100); do [ "$(find "$folder/box" -path '*/new/*' | wc -l)" -ge "$1" ] && break; sleep 0.05; done
    [ "$(find "$folder/box" -path '*/new/*' | wc -l)" -eq "$1" ] || { cat "$folder/log"; return 1; }
}

@test "postfix: STARTTLS and smtps, refusals, kills: each mail once and whole" {
    start_postfix
    export PAPERTAG_DB=$work/papers.db
    papertag add data/sample.jsonl >/dev/null
    configure "smtp://localhost:$starttls"
    papertag send --check >"$work/checked" || { cat "$work/checked" "$folder/log"; return 1; }
    papertag subscribe ada --tag 'RL | quantization' --to ada@example.org --title 'Täglich' --backlog all >/dev/null
    papertag send >/dev/null
    configure "smtps://localhost:$smtps"
    papertag subscribe bob --tag attention --to bob@example.org --backlog all >/dev/null
    papertag send >/dev/null
    arrived 2
    run papertag send
    expect 3
    # nobody relays; and where encryption is missed, it is the settings that are wrong
    papertag subscribe eve --tag attention --to eve@elsewhere.example --backlog all >/dev/null
    run papertag send eve
    expect 1
    [[ $output == *"refused"*"Relay access denied"* ]]
    papertag subscribe eve --remove >/dev/null
    configure "smtp://localhost:$starttls"
    sed -i /ca-file/d "$PAPERTAG_CONFIG"
    papertag subscribe cyd --tag attention --to cyd@example.org --backlog all >/dev/null
    run papertag send cyd
    expect 1
    [[ $output == *"begun"* && $output == *"STARTTLS"* ]]
    configure "smtp://localhost:$starttls"
    papertag send >/dev/null
    for i in 1 2 3 4 5 6; do papertag subscribe "r$i" --tag attention --to "r$i@example.org" --backlog all >/dev/null; done
    for i in 1 2 3 4 5 6; do timeout -s KILL "0.0$((i * 12 + 10))" "$PAPERTAG" send "r$i" >/dev/null 2>&1 || true; done
    papertag send >"$work/out" 2>&1 || true
    unknown=$(grep -c 'may have arrived' "$work/out" || true)
    sleep 0.2
    /usr/bin/python3 - "$folder/box/in/new" "$unknown" <<'END'
import email, email.policy, os, sys
mails = [email.message_from_binary_file(open(os.path.join(sys.argv[1], name), 'rb'), policy=email.policy.default)
         for name in os.listdir(sys.argv[1])]
ids, readers = [mail['Message-ID'] for mail in mails], sorted(str(mail['To']) for mail in mails)
assert len(set(ids)) == len(ids) and len(set(readers)) == len(readers), readers
assert 9 - int(sys.argv[2]) <= len(mails) <= 9, (len(mails), sys.argv[2])
for mail in mails:
    assert not any(part.defects for part in mail.walk())
    assert mail.get_body(('html',)).get_content().endswith('</html>\n')
END
}
