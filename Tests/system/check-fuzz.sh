#!/usr/bin/env bash
# Runs every fuzz target on its corpus in Tests/Corpus, and on a fixed number of inputs that one fixed seed makes of it
# (docs/fuzzing.md). The inputs are the same each time and on every machine; Tests/system/campaign.sh searches.
#
#   ./Tests/system/check-fuzz.sh [TARGET…]
#
# What is found stays in .build/fuzz-found, and the line that replays it is printed. Uses the release build; LIAISON_BIN names
# another folder with the binaries.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
. Tests/system/lib/fuzz.sh
require_swift
bin=${LIAISON_BIN:-$(swift build "${release_flags[@]}" --show-bin-path)}

seed=1
# Inputs of each target: some 30 s of one processor.
inputs_of() {
  case $1 in
    channel) echo 20000 ;;
    control | entries | json | records | sealing | texts | zone) echo 100000 ;;
    core) echo 4000 ;;
    store) echo 10000 ;;
    audit) echo 250 ;;
    sync) echo 10000 ;;
    names) echo 5000 ;;
    reading) echo 4000 ;;
    readability) echo 4000 ;;
    lists) echo 20000 ;;
    *) echo 10000 ;;
  esac
}

mapfile -t targets < <(fuzz_targets "$@")
found=$PWD/.build/fuzz-found
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$found"

# Symbols of the module `Fuzzing` begin with this; the tool itself shows that the search finds them.
symbols='s7Fuzzing'
grep -q "$symbols" "$bin/liaison-inputs" || { echo "no symbol $symbols in $bin/liaison-inputs: this check sees nothing"; exit 1; }
for tool in liaisond liaison liaison-audit; do
  if [ -f "$bin/$tool" ] && grep -q "$symbols" "$bin/$tool"; then echo "FAILED: $bin/$tool holds the fuzzer"; exit 1; fi
done

inputs() {
  local target=$1 log="$work/$1.log" number file status=0 begin=$SECONDS
  SWIFT_DETERMINISTIC_HASHING=1 "$bin/liaison-inputs" run "$target" "Tests/Corpus/$target" "$seed" 0 "$(inputs_of "$target")" \
    "$work/$target.number" >"$log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    printf '%s: %s inputs of seed %s, %d s\n' "$target" "$(inputs_of "$target")" "$seed" $((SECONDS - begin))
    return 0
  fi
  number=$(sed 's/^0*\(.\)/\1/' "$work/$target.number")
  file=$found/$target-$seed-$number
  "$bin/liaison-inputs" write "$target" "Tests/Corpus/$target" "$seed" "$number" "$file"
  grep -E 'Fatal error|liaison-inputs:' "$log" | head -n 5
  printf 'FAILED %s, input %s (%s): status %d; replay it with:\n' "$target" "$number" "$file" "$status"
  printf 'liaison-inputs run %s Tests/Corpus/%s %s %s %s .build/fuzz-found/number\n' "$target" "$target" "$seed" "$number" $((number + 1))
  return 1
}

fuzz_each inputs "${targets[@]}"
echo "${#targets[@]} targets, $failures with a finding"
[ "$failures" = 0 ]
