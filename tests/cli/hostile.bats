# What a hostile model, store, input and command line bring out of every command: see hostile.py.

load helpers

@test "no command lets through what a hostile model or store would do to terminal, page, mail or shell" {
    run python3 "$BATS_TEST_DIRNAME/hostile.py" "$PAPERTAG" "$work"
    expect 0
}

@test "no command ends by a signal, hangs or is silent when a store holds what it cannot" {
    run python3 "$BATS_TEST_DIRNAME/../fault/edited.py" "$PAPERTAG" --short
    expect 0
}
