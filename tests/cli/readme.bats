#!/usr/bin/env bats
# The README's examples: each `$ command` is run as it stands, and prints what the README shows ("…" stands for anything).
load helpers

@test "the README's examples print what it shows" {
    export PAPERTAG_DB=$work/papers.db PATH=$work/bin:$PATH
    mkdir "$work/bin"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    /usr/bin/python3 - <<'PY'
import re, subprocess, sys
examples, wanted = [], None
for line in open("README.md", encoding="utf-8"):
    if line.startswith("    $ "):
        wanted = []
        examples.append((line[6:].strip(), wanted))
    elif wanted is not None and (line.startswith("    ") or not line.strip()):
        wanted.append(line.rstrip("\n")[4:])
    else:
        wanted = None
failed = 0
for command, wanted in examples:
    got = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    pattern = ".*".join(re.escape(part) for part in "\n".join(wanted).strip().split("…"))
    if not re.fullmatch(pattern, got.stdout.strip()):
        print(f"$ {command}\n{got.stdout}{got.stderr}\nwanted:\n" + "\n".join(wanted))
        failed = 1
sys.exit(failed or len(examples) < 4)
PY
}
