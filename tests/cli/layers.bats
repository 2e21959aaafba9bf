#!/usr/bin/env bats
# scripts/layers: a copy of the tree, each rule broken in it, and the finding that must come out.
load helpers

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    [ "${PAPERTAG_OUT:-$PWD/build}" = "$PWD/build" ] || return 0
    export tree=$BATS_FILE_TMPDIR/tree
    mkdir -p "$tree/build/release"
    cp -a Makefile include src scripts data "$tree"
    cp -a build/release/src "$tree/build/release"
}

needs_release() {
    [ -n "${tree-}" ] || skip "release build only"
}

teardown() {
    [ ! -f "${tree-}/before" ] || mend "$(cat "$tree/path")"
}

# mend PATH: puts back the file that was broken, and its object, which need not be compiled again.
mend() {
    mv "$tree/before" "$tree/$1"
    case $1 in *.c) mv "$tree/object" "$tree/build/release/${1%.c}.o" ;; esac
}

# breaks PATH FINDING: adds the lines of standard input to a file of the copy, and expects the finding.
breaks() {
    needs_release
    cd "$tree"
    case $1 in *.c) cp -a "build/release/${1%.c}.o" object ;; esac
    echo "$1" >path
    cp -a "$1" before
    cat >>"$1"
    case $1 in *.c) make -s OBJ=build/release "build/release/${1%.c}.o" ;; esac
    run scripts/layers
    expect 1
    grep -F "$2" <<<"$output" || { echo "$output"; return 1; }
    mend "$1"
}

@test "the tree as it is has no finding" {
    needs_release
    run scripts/layers
    [ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "a folder that uses a later one, by its symbols alone" {
    breaks src/tags/keywords.c "uses papertag_store_close of src/store/" <<'C'
PAPERTAG_API void papertag_store_close(struct papertag_store *store);
void *pt_broken(void);
void *pt_broken(void)
{
    papertag_store_close(NULL);
    return NULL;
}
C
}

@test "a folder that includes a header of a later one" {
    breaks src/tags/tags.h 'includes "store/store.h": store comes after tags' <<<'#include "store/store.h"'
}

@test "a header that is not the face of its folder" {
    breaks src/learn/learn.h "the face of fit is fit/fit.h" <<<'#include "fit/linear.h"'
}

@test "two files that use each other" {
    needs_release
    printf 'int pt_%s(void);\nint pt_%s(void);\nint pt_%s(void)\n{\n    return pt_%s();\n}\n' up down down up >"$tree/src/base/broken.c"
    printf 'int pt_%s(void);\nint pt_%s(void);\nint pt_%s(void)\n{\n    return pt_%s();\n}\n' up down up down >"$tree/src/base/broken_too.c"
    (cd "$tree" && make -s build/release/src/base/broken.o build/release/src/base/broken_too.o && scripts/layers) >"$work/out" || true
    rm -f "$tree"/src/base/broken*.c
    grep -F "in a circle: src/base/broken.c, src/base/broken_too.c" "$work/out"
}

@test "SQLite outside the store, LIBSVM outside its two files" {
    breaks src/learn/learn.h "includes <sqlite3.h>, which only store/ may" <<<'#include <sqlite3.h>'
    breaks src/train/train.h "includes <libsvm/svm.h>, which only train/machines and model/kernel and app/machines may" <<<'#include <libsvm/svm.h>'
    breaks src/learn/topics.c "uses sqlite3_libversion_number, which only store/ may" <<'C'
int sqlite3_libversion_number(void);
int pt_broken(void);
int pt_broken(void)
{
    return sqlite3_libversion_number();
}
C
}

@test "a socket in the library" {
    breaks src/read/reader.c "uses socket: the library opens no socket" <<'C'
int socket(int domain, int type, int protocol);
int pt_broken(void);
int pt_broken(void)
{
    return socket(1, 1, 0);
}
C
}

@test "the program using what is not public" {
    breaks src/app/main.c 'src/app uses nothing but the public headers' <<<'#include "../base/base.h"'
    breaks src/app/main.c 'uses pt_random, which is not public' <<'C'
uint64_t pt_random(uint64_t *state);
uint64_t broken(void);
uint64_t broken(void)
{
    uint64_t state = 1;
    return pt_random(&state);
}
C
}

@test "a message of the library that names an option or a command" {
    breaks src/read/reader.c 'names an option or command of the program: "try --from csv"' <<<'const char *const pt_broken = "try --from csv";'
    breaks src/store/check.c 'names an option or command of the program: "run papertag add"' <<<'const char *const pt_broken = "run papertag add";'
}

@test "a name without its prefix, a name that says nothing" {
    breaks src/tags/keywords.c "shares broken: names begin with pt_ or papertag_" <<<'int broken;'
    breaks src/tags/tags.h "shares struct broken: names begin with pt_ or papertag_" <<<'struct broken { int one; };'
    breaks src/tags/keywords.c "the function name set() says nothing" <<'C'
int set(void);
int set(void)
{
    return 1;
}
C
}

@test "a long file, a long function, deep nesting" {
    yes '/* a line */' | head -n 600 | breaks src/tags/tags.h "lines, more than 600"
    { printf 'int pt_broken(int x);\nint pt_broken(int x)\n{\n'; yes '    x++;' | head -n 60; printf '    return x;\n}\n'; } |
        breaks src/tags/keywords.c "a function of 63 lines, more than 60"
    breaks src/tags/keywords.c "is nested deeper than 4" <<'C'
int pt_broken(int x);
int pt_broken(int x)
{
    if (x) {
        if (x > 1) {
            if (x > 2) {
                if (x > 3) {
                    if (x > 4) {
                        x = 5;
                    }
                }
            }
        }
    }
    return x;
}
C
}
