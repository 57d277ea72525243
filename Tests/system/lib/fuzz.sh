# Sourced by check-fuzz.sh and campaign.sh, after toolchain.sh: the targets, and libFuzzer on them.

fuzz_scratch=.build/fuzz
fuzzer=$PWD/$fuzz_scratch/release/liaison-fuzz
# Long enough for every message but a large chunk, whose parts are all alike.
fuzz_longest_input=8192
# One input takes some 50 ms at most: this is for one that hangs, on a machine however busy.
fuzz_slowest_seconds=300
fuzz_memory_mib=2048

# fuzz_targets [TARGET…]: those that are named, or all, one a line.
fuzz_targets() {
  if [ $# -gt 0 ]; then printf '%s\n' "$@"; else (cd Tests/Corpus && printf '%s\n' *); fi
}

# fuzz_each COMMAND TARGET…: the command on each target, two at a time. Sets `failures` to how many had a finding.
fuzz_each() {
  local command=$1 target running=0
  shift
  failures=0
  for target in "$@"; do
    if [ "$running" = 2 ]; then
      wait -n || failures=$((failures + 1))
      running=$((running - 1))
    fi
    "$command" "$target" &
    running=$((running + 1))
  done
  while [ "$running" -gt 0 ]; do
    wait -n || failures=$((failures + 1))
    running=$((running - 1))
  done
}

# fuzz_build LOG
fuzz_build() {
  LIAISON_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path "$fuzz_scratch" --product liaison-fuzz \
    "${build_flags[@]}" >"$1" 2>&1 || { tail -n 40 "$1"; return 1; }
}

# fuzz_run TARGET ARGUMENT…: libFuzzer with what holds for every run. Dictionaries have the same order, so that an input does
# the same again.
fuzz_run() {
  local target=$1
  shift
  # No stack traces by Swift: libFuzzer wants the signal.
  SWIFT_BACKTRACE=enable=no SWIFT_DETERMINISTIC_HASHING=1 LIAISON_FUZZ_TARGET=$target "$fuzzer" \
    -max_len="$fuzz_longest_input" -timeout="$fuzz_slowest_seconds" -rss_limit_mb="$fuzz_memory_mib" \
    -print_final_stats=1 "$@"
}

# fuzz_explain TARGET LOG: why it ended, and the line that replays it.
fuzz_explain() {
  grep -E 'Fatal error|ERROR|SUMMARY' "$2" | head -n 5
  printf 'FAILED %s; replay it with:\n' "$1"
  sed -n 's/.*Test unit written to //p' "$2" | while read -r file; do
    printf 'LIAISON_FUZZ_TARGET=%s %s %s\n' "$1" "$fuzzer" "$file"
  done
}
