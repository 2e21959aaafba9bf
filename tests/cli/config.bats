#!/usr/bin/env bats
# The configuration file: where it is, what wins over it, what is wrong with it.
load helpers

write_config() { mkdir -p "$(dirname "$1")" && printf '%s\n' "${@:2}" >"$1"; }

@test "the file names the store; environment and option win over it" {
    write_config "$work/config/papertag/config" '[papertag]' 'db = here/papers.db ; a comment'
    papertag add data/sample.jsonl
    [ -f "$work/config/papertag/here/papers.db" ] # a relative path begins at the folder of the file
    PAPERTAG_DB=$work/b.db papertag add data/sample.jsonl
    [ -f "$work/b.db" ]
    PAPERTAG_DB=$work/b.db papertag add --db "$work/c.db" data/sample.jsonl
    [ -f "$work/c.db" ]
    HOME=$work write_config "$work/other" '[papertag]' 'db = ~/home.db'
    HOME=$work papertag add --config "$work/other" data/sample.jsonl
    [ -f "$work/home.db" ]
    HOME=$work PAPERTAG_CONFIG=$work/other papertag list --limit 1
}

@test "the file names the model" {
    unset PAPERTAG_MODEL
    write_config "$work/c" '[papertag]' 'model = none.papertag'
    run papertag tag --config "$work/c" data/sample.jsonl
    expect 1
    [[ $output == *"$work/none.papertag"* ]]
    run papertag doctor --config "$work/c"
    [[ $output == *"papertag config"* ]]
}

@test "config shows each value and where it comes from; what it prints is a file with the same values" {
    write_config "$work/c" '# mine' '[fetch]' 'contact = ada@example.org'
    papertag config --config "$work/c" >"$work/all"
    grep -q '^contact = ada@example.org$' "$work/all"
    grep -q "line 3 of $work/c" "$work/all"
    papertag config --json --config "$work/c" | jq -se 'map(select(.name == "contact"))[0].value == "ada@example.org"'
    papertag config --json --config "$work/all" | jq -c '[.section, .name, .value]' >"$work/again"
    papertag config --json --config "$work/c" | jq -c '[.section, .name, .value]' | cmp - "$work/again"
    PAPERTAG_DB=$work/x.db papertag config --json | jq -se 'map(select(.name == "db"))[0].origin == "$PAPERTAG_DB"'
}

@test "every fault of the file is reported with its line; status 2" {
    long=$(printf 'x%.0s' {1..300})
    write_config "$work/c" '[papertag]' 'modle = a' '[fetsh]' 'contact = b' '[fetch]' "contact = $long" 'contact = c' \
        'contact = d' 'nothing'
    run papertag list --config "$work/c"
    expect 2
    [[ $output == *"$work/c:2: [papertag] has no setting 'modle'; did you mean 'model'?"* ]]
    [[ $output == *"$work/c:4: there is no section [fetsh]"* ]]
    [[ $output == *"$work/c:6: the line is longer than"* ]]
    [[ $output == *"$work/c:8: 'contact' is there twice"* ]]
    [[ $output == *"$work/c:9: not a setting"* ]]
    papertag help --config "$work/c"
    run papertag list --config /dev/zero
    expect 2
    [[ $output == *"/dev/zero:"*" lines"* ]]
    write_config "$work/c" '[papertag]' 'nothing'
    run papertag list --config "$work/c"
    expect 2
    [[ $output == *"$work/c:2: not a setting"* ]]
}

@test "a file that was named has to be there" {
    run papertag tags --config "$work/none"
    expect 1
    [[ $output == *"$work/none: No such file"* ]]
    PAPERTAG_CONFIG=$work/none run papertag tags
    expect 1
    run papertag tags --config "$work"
    expect 1
}
