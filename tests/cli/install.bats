#!/usr/bin/env bats
# Installing, using what was installed, uninstalling; the README's example is compiled against the library.
load helpers

@test "install, run and link against it, uninstall: nothing is left" {
    [ "$PAPERTAG_OUT" = "$PWD/build" ] || skip "release build only"
    make -s install DESTDIR="$work/root" PREFIX=/usr >/dev/null
    unset PAPERTAG_MODEL
    head -n 1 data/sample.jsonl | "$work/root/usr/bin/papertag" tag --json | jq -e '.tags | length > 0'
    sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d' >"$work/example.c"
    gcc -std=c11 -Wall -Wextra -Werror -I"$work/root/usr/include" "$work/example.c" -L"$work/root/usr/lib" -lpapertag -o "$work/example"
    for page in "$work"/root/usr/share/man/man1/*.1; do mandoc -T lint -W warning "$page"; done
    [ "$(find "$work/root" -name 'papertag-*.1' | wc -l)" -gt 20 ]
    LD_LIBRARY_PATH=$work/root/usr/lib "$work/example" "$work/root/usr/share/papertag/default.papertag" >"$work/out"
    grep -q quantization "$work/out"
    LD_LIBRARY_PATH=$work/root/usr/lib PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 -B -c '
import papertag
print(papertag.Model().path, *(s.tag for s in papertag.Model().tag("a policy", "with a reward") if s.assigned))' >"$work/out"
    grep "^$work/root/usr/share/papertag/default.papertag .*reinforcement-learning" "$work/out"
    sqlite3 :memory: ".load $work/root/usr/lib/papertag_sqlite" "SELECT papertag_tags('a policy', 'with a reward')" | grep reinforcement
    make -s uninstall DESTDIR="$work/root" PREFIX=/usr
    [ -z "$(find "$work/root" -type f -o -type l)" ]
}

@test "the shared library exports the public names only" {
    names=$(nm -D --defined-only "$PAPERTAG_OUT/libpapertag.so" | awk '{print $3}' | grep -v '^papertag_' | grep -vE '^(_|__asan|__odr|mangle_path)' || true)
    [ -z "$names" ]
}

@test "the library has no writable data of its own" {
    [ "$PAPERTAG_OUT" = "$PWD/build" ] || skip "release build only"
    data=$(size -A "$PAPERTAG_OUT/libpapertag.a" | awk '$1 ~ /^\.t?(data|bss|data\.rel|data\.rel\.local)$/ && $2 > 0')
    [ -z "$data" ]
}

@test "the README's lines to install and to build with the library" {
    [ "$PAPERTAG_OUT" = "$PWD/build" ] || skip "release build only"
    tree=$PWD
    mkdir "$work/home"
    sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d' >"$work/home/example.c"
    sed -n 's/^    \(make install .*\)/\1/p' README.md | sed "s#^make#make -s -C '$tree'#" >"$work/lines"
    sed -n 's/^    \(cc example.c .*\|\.\/example .*\)/\1/p' README.md >>"$work/lines"
    [ "$(wc -l <"$work/lines")" -eq 3 ]
    cd "$work/home"
    HOME=$work/home bash -eu "$work/lines" | grep quantization
}
