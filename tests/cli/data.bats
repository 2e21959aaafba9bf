#!/usr/bin/env bats
# The files of data/: the tag list, the sample papers and the labels agree with each other.

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    tags=data/tags.json samples=data/sample.jsonl labels=data/labels.tsv
}

# Every name of a tag as the program compares it: in lower case, runs of spaces, '_' and '-' as one '-'.
keys='
    def key: ascii_downcase | gsub("^[# ]+| +$"; "") | gsub("[ _-]+"; "-");
    [.tags[] | .tag as $tag | ([.tag, .name] | map(key) | unique[]), (.aliases[] | key) | {tag: $tag, key: .}]'

@test "the tag list parses and has 72 tags, sorted, each once" {
    jq -e '[.tags[].tag] | length == 72 and . == unique' "$tags"
    jq -e 'all(.tags[].tag; test("^[a-z0-9]+(-[a-z0-9]+)*$"))' "$tags"
}

@test "every tag has a name, a definition, a group, aliases and patterns" {
    jq -e 'all(.tags[]; all(.name, .definition, .group; type == "string" and length > 0))' "$tags"
    jq -e 'all(.tags[]; all(.aliases, .patterns; length > 0 and all(.[]; type == "string" and length > 0)))' "$tags"
    jq -e '[.tags[].group] | unique | length >= 8 and length <= 10 and index("efficiency") != null' "$tags"
}

@test "no two tags share a slug, a name or an alias" {
    run jq -c "$keys"' | group_by(.key)[] | select(length > 1)' "$tags"
    [ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$output"; false; }
}

@test "patterns are lower case and not repeated within a tag" {
    jq -e 'all(.tags[].patterns; length == (unique | length) and all(.[]; . == ascii_downcase))' "$tags"
}

@test "the acronyms people type are aliases of the right tag" {
    while read -r alias tag; do
        run jq -er --arg alias "$alias" '.tags[] | select(.aliases | index($alias)) | .tag' "$tags"
        [ "$output" = "$tag" ] || { echo "$alias: $output"; false; }
    done <<-END
	RL reinforcement-learning
	LLM language-models
	MoE mixture-of-experts
	RAG retrieval-augmented-generation
	GNN graph-neural-networks
	KAN kolmogorov-arnold-networks
	ViT vision-transformers
	SSM state-space-models
	PEFT parameter-efficient-fine-tuning
	VLM multimodal
	VQ vector-quantization
	quantisation quantization
END
}

@test "forty sample papers, each with its own id, a title and an abstract" {
    [ "$(wc -l <"$samples")" -eq 40 ]
    jq -es 'length == 40 and ([.[].id] | unique | length == 40)' "$samples"
    jq -es 'all(.[]; (.title | length > 0) and (.abstract | [splits(" +")] | length >= 120 and length <= 180))' "$samples"
    jq -es 'all(.[]; .source == "sample" and .author_count == (.authors | length))' "$samples"
    jq -es 'all(.[]; .date | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))' "$samples"
}

@test "the samples use all tags of the list and no others" {
    jq -es --slurpfile list "$tags" '([.[].tags[]] | unique) == ([$list[0].tags[].tag] | unique)' "$samples"
    jq -es 'all(.[].tags; length >= 2 and length <= 4 and . == unique)' "$samples"
}

@test "the labels use the tags of the list, in three columns sorted by id" {
    [ "$(head -n 1 "$labels")" = "$(printf 'id\ttags\tsplit')" ]
    tail -n +2 "$labels" | LC_ALL=C sort -c
    run awk -F '\t' 'NF != 3 || $1 == "" || ($3 != "train" && $3 != "dev" && NR > 1)' "$labels"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    run comm -23 <(tail -n +2 "$labels" | cut -f 2 | tr ',' '\n' | grep . | LC_ALL=C sort -u) \
        <(jq -r '.tags[].tag' "$tags" | LC_ALL=C sort)
    [ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$output"; false; }
}
