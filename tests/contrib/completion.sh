#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The completions are those of the feltctl that was built, and the shells that are here take them.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/tap.sh"
DIR=$srcdir/contrib/completion
FELTCTL=$builddir/src/ctl/feltctl

for pair in bash:feltctl zsh:_feltctl fish:feltctl.fish; do
    is "the completion of ${pair%%:*} is up to date (else: make update-completion)" \
        "$(diff <("$DIR/generate" "$FELTCTL" "${pair%%:*}") "$DIR/${pair#*:}")" ""
done

# A command or an option that nobody completes would be seen.
words=$("$FELTCTL" --help | grep -oE '^  [a-z-]+|^  (-[a-z], )?--[a-z-]+' | grep -oE -- '-*[a-z-]+$')
for word in $words; do
    for file in feltctl _feltctl; do
        check "$file knows $word" grep -qE -- "(^|[ '|\"])$word([ ':|)\"[]|$)" "$DIR/$file"
    done
    check "feltctl.fish knows $word" grep -qE -- "-(a|l) ${word#--} " "$DIR/feltctl.fish"
done

# complete WORD...: what bash offers for the last of them.
complete_in_bash() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _feltctl; echo "${COMPREPLY[*]}"' \
        bash "$DIR/feltctl" "$@"
}
is "bash completes a command" "$(complete_in_bash feltctl sl)" slots
is "behind an option with a value, too" "$(complete_in_bash feltctl -o json ke)" keys
is "and what a command takes" "$(complete_in_bash feltctl keys ro)" rotate
is "and its options, not those of others" "$(complete_in_bash feltctl events --f)" --follow
is "and a value" "$(complete_in_bash feltctl status -o j)" json
is "but no value that it cannot know" "$(complete_in_bash feltctl token --expires "")" ""
if command -v zsh >/dev/null; then
    check "zsh reads its file" zsh -n "$DIR/_feltctl"
else
    skip "zsh reads its file" "zsh is not installed"
fi
if command -v fish >/dev/null; then
    check "fish reads its file" fish --no-execute "$DIR/feltctl.fish"
else
    skip "fish reads its file" "fish is not installed"
fi
done_testing
