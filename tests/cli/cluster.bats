#!/usr/bin/env bats
# tag on clusters: Dask, and the examples for Slurm and GNU parallel.
load helpers
bats_require_minimum_version 1.5.0

# start_cluster N: a Dask scheduler and N workers of one thread, on loopback.
start_cluster() {
    /usr/bin/python3 -c 'import distributed' 2>/dev/null || skip "needs python3-distributed"
    export PATH=$work/bin:$PATH DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False
    mkdir -p "$work/bin" "$work/space"
    ln -sf "$PAPERTAG" "$work/bin/papertag"
    cluster=()
    /usr/bin/python3 -m distributed.cli.dask_scheduler --host 127.0.0.1 --port 0 --no-dashboard --dashboard-address 127.0.0.1:0 \
        --scheduler-file "$work/scheduler" >"$work/scheduler.log" 2>&1 3>&- &
    cluster+=($!)
    for _ in $(seq 300); do [ ! -s "$work/scheduler" ] || break; sleep 0.1; done
    for _ in $(seq "$1"); do start_worker; done
    address=$(jq -r .address "$work/scheduler")
}

start_worker() {
    (cd "$work/space" && exec /usr/bin/python3 -m distributed.cli.dask_worker --scheduler-file "$work/scheduler" --host 127.0.0.1 \
        --nthreads 1 --no-nanny --no-dashboard --local-directory "$work/space" >>"$work/worker.log" 2>&1 3>&-) &
    cluster+=($!)
}

teardown() { # a worker that is asked to end while the scheduler ends may wait for it for ever
    for pid in "${cluster[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
    wait
}

dask_tag() { scripts/dask-tag "$@" --scheduler "$address" 2>"$work/said"; }

@test "dask-tag: the bytes of one process; resumed; a killed worker loses nothing" {
    start_cluster 2
    for i in $(seq 30); do sed "s/sample-/$i-/" data/sample.jsonl; done >"$work/in.jsonl"
    papertag tag --keep "$work/in.jsonl" >"$work/one" 2>/dev/null
    dask_tag "$work/in.jsonl" "$work/out" --block 0.1 >"$work/done"
    [ "$(cat "$work/done")" = "$(find "$work/out" -name 'part-*' | wc -l) parts in $work/out" ]
    cat "$work"/out/part-* | cmp - "$work/one"
    # what is there is not made again; what is missing is
    rm "$work/out/part-000003.jsonl"
    touch -d 2020-01-01 "$work"/out/part-*
    dask_tag "$work/in.jsonl" "$work/out" --block 0.1 >/dev/null
    [ "$(find "$work/out" -name 'part-*' -newermt 2021-01-01)" = "$work/out/part-000003.jsonl" ]
    cat "$work"/out/part-* | cmp - "$work/one"
    # another block size would be other parts
    ! dask_tag "$work/in.jsonl" "$work/out" --block 0.2
    grep -q 'another input, block size or model' "$work/said"
    # packed files, of a folder; a worker is killed while it works
    mkdir "$work/packed"
    head -n 700 "$work/in.jsonl" | gzip >"$work/packed/1.gz"
    tail -n +701 "$work/in.jsonl" | xz -1 >"$work/packed/2.xz"
    printf '#!/bin/sh\nsleep 0.2\nexec "%s" "$@"\n' "$PAPERTAG" >"$work/slow"
    chmod +x "$work/slow"
    dask_tag "$work/packed" "$work/packed.out" --block 0.15 --program "$work/slow" >/dev/null &
    for _ in $(seq 300); do [ -z "$(find "$work" -path '*packed.out/part-*')" ] || break; sleep 0.1; done
    kill -9 "${cluster[1]}"
    wait $!
    cat "$work"/packed.out/part-* | cmp - "$work/one"
    [ -z "$(find "$work" -name '.draft-*')" ]
}

@test "dask-tag: broken lines keep their places, and are said; another model is refused" {
    start_cluster 1
    printf '%s\n' '{"title":"A"}' broken '{"title":"B"}' >"$work/in"
    run dask_tag "$work/in" "$work/out"
    expect 1
    grep -q 'standard input:2: not valid JSON.*(in part-000000.jsonl)' "$work/said"
    jq -es 'length == 3 and .[1].line == 2' "$work/out/part-000000.jsonl"
    run dask_tag "$work/none" "$work/out2"
    expect 2
    : >"$work/empty"
    run dask_tag "$work/empty" "$work/out3"
    expect 0
    printf '#!/bin/sh\n[ "$1" = model ] && echo "{\\"hash\\":\\"0123456789abcdef\\"}" && exit\nexec "%s" "$@"\n' "$PAPERTAG" >"$work/other"
    chmod +x "$work/other"
    run dask_tag "$work/in" "$work/out4" --program "$work/other"
    expect 1
    grep -q 'not 0123456789abcdef' "$work/said"
    [ -z "$(find "$work/out4" -name 'part-*')" ]
}

# slurm TASK TASKS INPUT OUTPUT: the job of an array, by the variables that Slurm gives it.
slurm() { SLURM_JOB_ID=7 SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_COUNT=$2 SLURM_CPUS_PER_TASK=2 bash data/papertag.sbatch "$3" "$4" 2>/dev/null; }

@test "the array of Slurm jobs: shares of a file's lines, or of a folder's files; what is there is not made again" {
    mkdir "$work/bin" "$work/in"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    export PATH=$work/bin:$PATH
    sed -n 1,17p data/sample.jsonl >"$work/in/a.jsonl"
    sed -n 18,30p data/sample.jsonl | gzip >"$work/in/b.jsonl.gz"
    { sed -n 31,40p data/sample.jsonl; echo broken; } | gzip >"$work/in/c.jsonl.gz"
    for task in 1 2 3; do slurm $task 3 data/sample.jsonl "$work/lines"; done
    papertag tag --keep data/sample.jsonl 2>/dev/null >"$work/one"
    paste -d '\n' "$work"/lines/part-* | grep . | cmp - "$work/one"
    for task in 1 2; do slurm $task 2 "$work/in" "$work/files"; done
    [ "$(ls "$work/files")" = $'a.jsonl\nb.jsonl\nc.jsonl' ]
    cat "$work"/files/* | grep -v '^{"error":' | cmp - "$work/one"
    rm "$work/files/b.jsonl"
    touch -d 2020-01-01 "$work"/files/*
    for task in 1 2; do slurm $task 2 "$work/in" "$work/files"; done
    [ "$(find "$work/files" -type f -newermt 2021-01-01)" = "$work/files/b.jsonl" ]
    run slurm 0 3 data/sample.jsonl "$work/lines"
    expect 2
    # a job that fails leaves no result
    PAPERTAG_MODEL=$work/none run slurm 1 1 data/sample.jsonl "$work/failed"
    [ "$status" -ne 0 ]
    [ -z "$(ls "$work/failed")" ]
}
