#!/usr/bin/env bats
# Files as people bring them: exports, answers of services, feeds, wrong files. tests/cases/run-cases explains the cases.
load helpers

@test "files as people bring them: tests/cases/files" {
    run tests/cases/run-cases "$PAPERTAG" tests/cases/files
    echo "$output"
    expect 0
}

# Those of tests/cases/pending may fail: they are not read right yet.
@test "files as people bring them: ../shared/cases" {
    [ -f ../shared/cases/expected.jsonl ] || skip "needs ../shared/cases"
    run tests/cases/run-cases "$PAPERTAG" ../shared/cases
    echo "$output"
    ! grep -F ': ' <<<"$output" | cut -d: -f1 | grep -Fxv -f tests/cases/pending
    grep -q ' cases pass$' <<<"$output"
}
