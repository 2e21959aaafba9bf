# What the program tests share. PAPERTAG is the program, PAPERTAG_OUT the folder of the libraries, PAPERTAG_MODEL the model.

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    PAPERTAG=${PAPERTAG:-$PWD/build/papertag}
    PAPERTAG_OUT=${PAPERTAG_OUT:-$PWD/build}
    export PAPERTAG_MODEL=${PAPERTAG_MODEL:-$PWD/models/default.papertag}
    work=$BATS_TEST_TMPDIR
    export XDG_DATA_HOME=$work/data # never the store of whoever runs the tests
    export XDG_CONFIG_HOME=$work/config # nor their settings
    unset PAPERTAG_CONFIG
    papertag() { "$PAPERTAG" "$@"; }
}

# make_papers N: N labelled papers on three topics in turn, some with two tags, as JSON Lines.
make_papers() {
    awk -v n="$1" 'BEGIN {
        split("quantization bit weight rounding integer calibration", w1); tag[1] = "quantization"
        split("policy reward agent bandit exploration actor", w2); tag[2] = "reinforcement-learning"
        split("gaussian splatting depth scene camera mesh", w3); tag[3] = "3d-vision"
        srand(7)
        for (i = 1; i <= n; i++) {
            a = i % 3 + 1; b = i % 4 ? a : a % 3 + 1; text = ""
            for (k = 0; k < 30; k++) {
                c = k % 2 ? a : b; j = int(rand() * 6) + 1
                text = text " " (rand() < 0.3 ? "common" int(rand() * 20) : c == 1 ? w1[j] : c == 2 ? w2[j] : w3[j])
            }
            printf "{\"id\":\"p%d\",\"title\":\"Paper %d\",\"abstract\":\"%s\",\"tags\":[\"%s\"%s]}\n", i, i, text, tag[a],
                   a == b ? "" : ",\"" tag[b] "\""
        }
    }'
}

# expect STATUS: fails with the output when the last run ended otherwise.
expect() {
    [ "$status" -eq "$1" ] || { echo "status $status, expected $1: $output"; return 1; }
}
