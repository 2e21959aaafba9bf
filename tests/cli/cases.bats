#!/usr/bin/env bats
# Files as people bring them: exports, answers of services, feeds, wrong files. tests/cases/run-cases explains the cases.
load helpers

@test "files as people bring them: tests/cases/files" {
    run tests/cases/run-cases "$PAPERTAG" tests/cases/files
    echo "$output"
    expect 0
}

@test "files as people bring them: ../shared/cases" {
    [ -f ../shared/cases/expected.jsonl ] || skip "needs ../shared/cases"
    run tests/cases/run-cases "$PAPERTAG" ../shared/cases
    echo "$output"
    expect 0
}

@test "a copied page: its dates are of the year in which it was copied" {
    cp tests/cases/files/copied-page.txt "$work/page"
    touch -d 2026-11-20 "$work/page"
    run papertag add --db "$work/db" "$work/page"
    expect 0
    [[ $output == *"dates without a year are of 2026, by the time of the file"* ]]
    papertag list --db "$work/db" --json | jq -es 'map(.date) | sort == ["2021-03-03", "2026-02-09"]'
    touch -d 2026-02-08 "$work/page"
    run papertag add --db "$work/db2" "$work/page"
    [[ $output == *"are of 2025, by the time of the file"* ]]
    run papertag add --db "$work/db3" --page-date 2024-05-01 "$work/page"
    [[ $output == *"are of 2024, by the day given for the page"* ]]
}

@test "help formats: each format with what is read of it and who writes it" {
    run papertag help formats
    expect 0
    [[ $output == *"daily-papers "*"(Hugging Face)"* ]]
    ! grep -E '^  [a-z0-9-]+ *$' <<<"$output"
}
