#!/usr/bin/env bats
# What bash, zsh and fish complete: commands, options, formats, tags, files. zsh and fish where they are installed.
load helpers

# asked LINE WORD...: the shell under test completes the line to each of the words, or (word beginning with !) not.
asked() {
    answer=$(complete_line "$1")
    for word in "${@:2}"; do
        if [[ $word == !* ]]; then
            ! grep -qxF -- "${word#!}" <<<"$answer" || { echo "'$1' gives '${word#!}'"; return 1; }
        else
            grep -qxF -- "$word" <<<"$answer" || { echo "'$1' does not give '$word': $answer"; return 1; }
        fi
    done
}

# The same lines for every shell.
ask_all() {
    asked "papertag d" digest doctor discover '!tag'
    asked "papertag list --so" --sort
    asked "papertag list --format " bib ris csv '!html'
    asked "papertag digest --format h" html
    asked "papertag tag --from endn" endnote endnote-xml '!html'
    asked "papertag list --tag quan" quantization
    asked "papertag label x +quan" +quantization
    asked "papertag model ve" verify '!export'
    asked "papertag source r" remove
    asked "papertag help mer" merge
    asked "papertag explain --tag 3d" 3d-vision
}

@test "bash completes commands, options, formats, tags and the words of a command" {
    papertag help --completion >"$work/script"
    bash -n "$work/script"
    if command -v shellcheck >/dev/null; then shellcheck -s bash "$work/script"; fi
    mkdir "$work/bin"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    complete_line() {
        PATH=$work/bin:$PATH bash -c '. "$1"; read -ra COMP_WORDS <<<"$2"; [[ $2 != *" " ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _papertag; printf "%s\n" "${COMPREPLY[@]}"' - "$work/script" "$1"
    }
    ask_all
    asked "papertag add --model mod" '' # files are bash's own
}

@test "fish completes the same" {
    command -v fish >/dev/null || skip "needs fish"
    papertag help --completion fish >"$work/script"
    fish -n "$work/script"
    mkdir "$work/bin"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    complete_line() { PATH=$work/bin:$PATH HOME=$work fish -c "source '$work/script'; complete -C '$1'" | cut -f 1; }
    ask_all
    asked "papertag add --model mod" models/
}

@test "zsh completes the same" {
    command -v zsh >/dev/null || skip "needs zsh"
    mkdir "$work/bin" "$work/site"
    papertag help --completion zsh >"$work/site/_papertag"
    zsh -n "$work/site/_papertag"
    ln -s "$PAPERTAG" "$work/bin/papertag"
    cat >"$work/ask" <<'Z'
# Prints what is added for a line: compadd is listened to in a terminal of its own.
zmodload zsh/zpty
zpty -b shell zsh -f -i
line() { zpty -w shell "$1"; }
line "PROMPT=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; LISTMAX=10000"
line 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- "<begin>" $IPREFIX$^found "<end>"; builtin compadd "$@" }'
line 'bindkey "^I" complete-word; done-word() { print "<all>"; zle kill-whole-line }; zle -N done-word; bindkey "^X" done-word; print "<re""ady>"'
for (( i = 0; i < 2000; i++ )); do zpty -r shell out '*<ready>*' && break; done
zpty -w -n shell "$2"$'\t\x18'
zpty -r -m shell out '*<all>*'
print -r -- "$out" | tr -d '\r'
Z
    complete_line() { PATH=$work/bin:$PATH HOME=$work TERM=dumb timeout 20 zsh -f "$work/ask" "$work/site" "$1"; }
    ask_all
    asked "papertag add --model mod" models
}

@test "completion is for shells that are known" {
    run papertag help --completion tcsh
    expect 2
    [ "$(papertag help --completion bash)" = "$(papertag help --completion)" ]
}
