#!/bin/sh
# The API of `papertag serve` from a shell, with curl and jq.      usage: data/api.sh [URL]
set -eu
url=${1:-http://127.0.0.1:8077}
api() { curl -sSf -H "Origin: $url" -H 'Content-Type: application/json' "$@"; }

# papers of a tag that the model is sure of, the newest first
api "$url/api/v1/papers" -G --data-urlencode 'q=agents & p>=0.8' -d limit=3 | jq -r '.papers[] | .id + "  " + .title'

# the tags of papers that are not in the store: each answer comes as soon as its line is there
echo '{"title":"Bandits with delayed rewards","abstract":"An agent learns a policy from rewards."}' |
    api -T - -X POST "$url/api/v1/tagging" | jq -c '[.tags[].tag]'

# two verdicts, both or none; and back again
undo=$(api "$url/api/v1/verdicts" -d '{"verdicts": [{"id": "sample-01", "tag": "agents", "verdict": "yes"},
    {"id": "sample-02", "tag": "LLM", "verdict": "no"}]}' | jq .undo)
api "$url/api/v1/undo" -d "{\"undo\": $undo}" | jq -c '{id, tags: [.tags[].tag]}'

# learn from the verdicts, in the background
api -X POST "$url/api/v1/retrains" | jq -r .state
