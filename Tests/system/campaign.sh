#!/usr/bin/env bash
# Searches with inputs that nobody chose, for as long as it is told: hours before something is called done. The test command
# repeats what is known; this finds what is not.
#
#   ./Tests/system/campaign.sh fuzz --minutes N [TARGET…]   libFuzzer, each target for N minutes, two at a time
#   ./Tests/system/campaign.sh network --minutes N          whole nodes on a network that fails, from seeds that were never tried
#   ./Tests/system/campaign.sh audit --minutes N            liaison-audit and fsck on mutated folders
#   ./Tests/system/campaign.sh hub --minutes N              a hub's facts told in any order, and real hubs under all that happens to them and to their databases
#
# A finding is kept where the test command runs it from then on: an input in Tests/Corpus/TARGET, a seed in
# Tests/system/network-seeds.txt or Tests/system/hub-seeds.txt. Commit it together with the mend (docs/fuzzing.md). Of a folder, the seed is printed and what was said
# stays in .build/audit-found.
# With LIAISON_FUZZ_KEEP=FOLDER the corpora that result of `fuzz` are kept there, for a merge.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
. Tests/system/lib/fuzz.sh

usage() {
  sed -n '5,8p' "${BASH_SOURCE[0]}" >&2
  exit 64
}

what=${1-}
[ "${2-}" = --minutes ] || usage
minutes=${3-}
case $minutes in '' | *[!0-9]* | 0 | ??????*) usage ;; esac
shift 3
require_swift
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-campaign.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A number of 48 bits that nobody chose.
any_seed() { od -An -N6 -tu8 /dev/urandom | tr -d ' \n'; }

release() {
  swift build "${release_flags[@]}" >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log"; exit 1; }
  swift build "${release_flags[@]}" --show-bin-path
}

# libFuzzer ends at its first finding. That is in the corpus then, so that this target is searched no further before the mend.
fuzz_one() {
  local target=$1 log="$work/$1.log" findings=0 status=0 file name
  mkdir -p "$work/$target" "$work/$target-found"
  fuzz_run "$target" -max_total_time=$((60 * minutes)) -artifact_prefix="$work/$target-found/" \
    "$work/$target" "Tests/Corpus/$target" >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] || fuzz_explain "$target" "$log"
  for file in "$work/$target-found"/*; do
    [ -f "$file" ] || continue
    name=found-$(sha256sum "$file" | head -c 12)
    mv "$file" "Tests/Corpus/$target/$name"
    echo "kept as Tests/Corpus/$target/$name"
    findings=$((findings + 1))
  done
  printf '%s: %s inputs, %s, %d findings\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1)" "$findings"
  if [ -n "${LIAISON_FUZZ_KEEP-}" ]; then
    mkdir -p "$LIAISON_FUZZ_KEEP/$target"
    cp -r "$work/$target/." "$LIAISON_FUZZ_KEEP/$target/"
  fi
  return "$status"
}

campaign_fuzz() {
  local targets failures
  mapfile -t targets < <(fuzz_targets "$@")
  fuzz_build "$work/fuzz-build.log" || exit 1
  fuzz_each fuzz_one "${targets[@]}"
  echo "${#targets[@]} targets searched for $minutes minutes each, $failures with a finding"
  [ "$failures" = 0 ]
}

# One processor's share of `network`: forty seeds at a time.
network_search() {
  local binary=$1 end=$((SECONDS + 60 * minutes)) seed done_seeds=0 findings=0 log="$work/network.$2.log" failed
  while [ "$SECONDS" -lt "$end" ]; do
    seed=$(any_seed)
    if "$binary" network --seed "$seed" --seeds 40 >"$log" 2>&1; then
      done_seeds=$((done_seeds + 40))
      continue
    fi
    findings=$((findings + 1))
    grep -A3 FAILED "$log" || tail -n 20 "$log"
    failed=$(grep -oE 'network --seed [0-9]+ --seeds 1' "$log" | grep -oE '[0-9]{2,}|[0-9]' | head -n 1)
    [ -n "$failed" ] && echo "$failed" >>Tests/system/network-seeds.txt && echo "kept in Tests/system/network-seeds.txt: $failed"
  done
  echo "network: $done_seeds seeds, $findings findings"
  [ "$findings" = 0 ]
}

campaign_network() {
  local bin status=0 first
  bin=$(release) || { echo "$bin"; exit 1; }
  network_search "$bin/liaison-sim" 1 &
  first=$!
  network_search "$bin/liaison-sim" 2 || status=1
  wait "$first" || status=1
  return "$status"
}

campaign_audit() {
  LIAISON_BIN=$(release) || { echo "$LIAISON_BIN"; exit 1; }
  export LIAISON_BIN
  LIAISON_AUDIT_SEED=$(any_seed) LIAISON_AUDIT_SECONDS=$((60 * minutes)) Tests/system/check-audit.sh
}

# Facts in memory, three hundred seeds at a time.
hub_facts() {
  local tests=$1 end=$((SECONDS + 60 * minutes)) first done_seeds=0 findings=0 log="$work/facts.log" seed
  while [ "$SECONDS" -lt "$end" ]; do
    first=$(any_seed)
    if LIAISON_FACTS_SEEDS=$first-$((first + 299)) "$tests" --testing-library swift-testing --filter FactsTests/sameRows >"$log" 2>&1 &&
      grep -q 'with [0-9]* test.* passed' "$log"; then
      done_seeds=$((done_seeds + 300))
      continue
    fi
    findings=$((findings + 1))
    grep -m 5 '✘' "$log" || tail -n 20 "$log"
    for seed in $(grep -oE 'seed → [0-9]+' "$log" | grep -oE '[0-9]+' | sort -u | head -n 3); do
      echo "facts $seed" >>Tests/system/hub-seeds.txt && echo "kept in Tests/system/hub-seeds.txt: facts $seed"
    done
  done
  echo "hub's facts: $done_seeds seeds, $findings findings"
  [ "$findings" = 0 ]
}

# hub_stories DATABASE KIND: real daemons and hubs for half of the time, until one fails; its seed is kept as of this kind.
hub_stories() {
  local log="$work/stories.$1.log" status=0 seed
  python3 Tests/system/lib/check_hub.py --database "$1" --first "$(($(any_seed) / 1000))" --seconds $((30 * minutes)) --only-seeds >"$log" 2>&1 || status=$?
  # A story that ends in another way than by a failure of its own says so in lines that are no seed's.
  [ "$status" = 0 ] || grep -v '^seed [0-9]*: [0-9]* rows' "$log" | tail -n 60
  for seed in $(grep -oE 'FAILED: seed [0-9]+' "$log" | grep -oE '[0-9]+'); do
    echo "$2 $seed" >>Tests/system/hub-seeds.txt && echo "kept in Tests/system/hub-seeds.txt: $2 $seed"
  done
  printf "hubs' stories, %s: %d seeds\n" "$1" "$(grep -c '^seed ' "$log")"
  tail -n 1 "$log"
  return "$status"
}

campaign_hub() {
  local status=0 facts
  LIAISON_BIN=$(release) || { echo "$LIAISON_BIN"; exit 1; }
  export LIAISON_BIN LIAISON_PORTS=${LIAISON_PORTS:-40000}
  swift build --build-tests "${build_flags[@]}" >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log"; exit 1; }
  hub_facts "$(swift build "${build_flags[@]}" --show-bin-path)/LiaisonPackageTests.xctest" &
  facts=$!
  hub_stories sqlite story || status=1
  hub_stories postgresql postgresql || status=1
  wait "$facts" || status=1
  return "$status"
}

case $what in
  fuzz) campaign_fuzz "$@" ;;
  network) campaign_network ;;
  audit) campaign_audit ;;
  hub) campaign_hub ;;
  *) usage ;;
esac
