#!/usr/bin/env bats
# papertag fetch against a loopback server: services as they are, and as they should not be. See fetch_cases.py.
load helpers

run_case() { python3 tests/cli/fetch_cases.py "$PAPERTAG" "$work/f" "$1"; }

@test "every case is run here" {
    for name in $(python3 tests/cli/fetch_cases.py); do
        grep -q "run_case $name;" "$BATS_TEST_FILENAME" || { echo "$name"; return 1; }
    done
}

@test "fetch: all pages of all sets come, and the next run asks from the last day" { run_case pages; }
@test "fetch: a service that is wrong about the day" { run_case wrong_day; }
@test "fetch: past the proxy to this machine" { run_case proxy; }
@test "fetch: a service that never comes to an end" { run_case circles; }
@test "fetch: the contact is in the User-Agent" { run_case contact; }
@test "fetch: years back, and a time aside does not move the place" { run_case back_fill; }
@test "fetch: Retry-After in seconds and as a date; without it a minute, doubling" { run_case try_again_later; }
@test "fetch: four tries, then status 75 with the place kept" { run_case four_tries; }
@test "fetch: a long Retry-After is kept, and the service not asked before" { run_case long_wait; }
@test "fetch: an error with status 200 is an error" { run_case wrong_answers; }
@test "fetch: the connection is cut at every hundredth byte" { run_case cut_anywhere; }
@test "fetch: a gzip body that is cut off" { run_case truncated_gzip; }
@test "fetch: a byte a second, and a body without end" { run_case slow_and_endless; }
@test "fetch: a small body that unpacks to a large one" { run_case bomb; }
@test "fetch: redirects to the same site only" { run_case redirects; }
@test "fetch: 403 stops" { run_case refused; }
@test "fetch: tokens that expired or lead in a circle" { run_case tokens; }
@test "fetch: killed at every page" { run_case killed; }
@test "fetch: killed at any time" { run_case killed_at_any_time; }
@test "fetch: programs side by side share the pace" { run_case together; }
@test "fetch: each service in its layout" { run_case layouts; }
@test "fetch: ETag and Last-Modified" { run_case validators; }
@test "fetch: quiet on a weekend, stalled after more" { run_case empty_feed; }
@test "fetch: --wait asks until new papers are there" { run_case wait; }
@test "fetch: short and empty pages of a search" { run_case searches; }
@test "fetch: more than a search lists at once" { run_case many_found; }
@test "fetch: Daily Papers: days, pages, token, rate" { run_case daily_papers; }
@test "fetch: a service that does not understand page numbers" { run_case same_page_for_ever; }
@test "fetch: pages by number and by token" { run_case numbered_pages; }
@test "fetch: -o and --dry-run" { run_case to_a_file; }
@test "fetch: a broken record is skipped and said" { run_case broken_records; }
@test "fetch: no answer at all" { run_case nobody_there; }
