#!/usr/bin/env bash
# Fuzzes every target for a minute, two at a time, from the corpus in Tests/Corpus (docs/fuzzing.md).
#
#   ./Deploy/check-fuzz.sh [TARGET…]
#
# LIAISON_FUZZ_SECONDS says how long each is fuzzed instead. LIAISON_FUZZ_KEEP names a folder for the corpora that result.
# What is found stays in .build/fuzz-found, and the line that replays it is printed.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"
require_swift

seconds=${LIAISON_FUZZ_SECONDS:-60}
scratch=.build/fuzz
found=$PWD/.build/fuzz-found
# Long enough for every message but a large chunk, whose parts are all alike.
longest_input=8192
# One input: the slowest take some 50 ms on a busy machine.
slowest_seconds=20
memory_mib=1024

if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(cd Tests/Corpus && printf '%s\n' *); fi
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$found"

LIAISON_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path "$scratch" --product liaison-fuzz \
  "${build_flags[@]}" >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log"; exit 1; }
fuzzer=$PWD/$scratch/release/liaison-fuzz

# Symbols of the module `Fuzzing` begin with this; the fuzzer itself shows that the search finds them.
symbols='s7Fuzzing'
grep -q "$symbols" "$fuzzer" || { echo "no symbol $symbols in $fuzzer: this check sees nothing"; exit 1; }
for tool in liaisond liaison liaison-audit; do
  binary=${LIAISON_BIN:-.build/release}/$tool
  if [ -f "$binary" ] && grep -q "$symbols" "$binary"; then echo "FAILED: $binary holds the fuzzer"; exit 1; fi
done

fuzz() {
  local target=$1 log="$work/$1.log" status=0
  mkdir -p "$work/$target"
  # No stack traces by Swift: libFuzzer wants the signal. Dictionaries in the same order: an input does the same again.
  SWIFT_BACKTRACE=enable=no SWIFT_DETERMINISTIC_HASHING=1 LIAISON_FUZZ_TARGET=$target "$fuzzer" \
    -max_total_time="$seconds" -max_len="$longest_input" -timeout="$slowest_seconds" -rss_limit_mb="$memory_mib" \
    -artifact_prefix="$found/$target-" -print_final_stats=1 "$work/$target" "Tests/Corpus/$target" >"$log" 2>&1 || status=$?
  local runs cover
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  cover=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1)
  if [ "$status" = 0 ]; then
    printf '%s: %s runs in %s s, %s\n' "$target" "$runs" "$seconds" "$cover"
    return 0
  fi
  grep -E 'Fatal error|ERROR|SUMMARY' "$log" | head -n 5
  printf 'FAILED %s; replay it with:\n' "$target"
  sed -n 's/.*Test unit written to //p' "$log" | while read -r file; do
    printf 'LIAISON_FUZZ_TARGET=%s %s %s\n' "$target" "$fuzzer" "$file"
  done
  return 1
}

failures=0
running=0
for target in "${targets[@]}"; do
  if [ "$running" = 2 ]; then
    wait -n || failures=$((failures + 1))
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || failures=$((failures + 1))
  running=$((running - 1))
done
if [ -n "${LIAISON_FUZZ_KEEP-}" ]; then
  for target in "${targets[@]}"; do mkdir -p "$LIAISON_FUZZ_KEEP/$target"; cp -r "$work/$target/." "$LIAISON_FUZZ_KEEP/$target/"; done
fi
echo "${#targets[@]} targets fuzzed for $seconds s each, $failures with a finding"
[ "$failures" = 0 ]
