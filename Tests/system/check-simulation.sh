#!/usr/bin/env bash
# Runs the shipped code on simulated disks, from a fixed seed, and checks that a debug and a release process do the same.
#
#   ./Tests/system/check-simulation.sh store [SEED [POINTS]]     crash points of the store, half of them with the next seed
#   ./Tests/system/check-simulation.sh restore [SEED [RUNS]]     restores from older copies, half of them with the next seed
#   ./Tests/system/check-simulation.sh theft [SEED [RUNS]]       thefts of a running key, half of them with the next seed
#   ./Tests/system/check-simulation.sh spread [SEED]             what travels in random graphs of 50 and 500 nodes, and how fast
#   ./Tests/system/check-simulation.sh network [SEED [SEEDS]]    whole nodes on a network that fails, and the seeds of Tests/system/network-seeds.txt
#
# It needs both builds: Deploy/test.sh makes them first. docs/simulator.md tells how to read and replay a failure.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"

what=${1-}
seed=${2-1}
find_swift || true
release=${LIAISON_BIN:-$(swift build "${release_flags[@]}" --show-bin-path)}/liaison-sim
debug=$(swift build "${build_flags[@]}" --show-bin-path)/liaison-sim

# same_digest ARGUMENT…: of a short run in both builds.
same_digest() {
  local one other
  one=$("$debug" "$@" --json | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p')
  other=$("$release" "$@" --json | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p')
  if [ -z "$one" ] || [ "$one" != "$other" ]; then
    echo "FAILED: liaison-sim $*: the digest is '$one' in a debug build and '$other' in a release build" >&2
    exit 1
  fi
  echo "the same in a debug and a release build: $* ($one)"
}

# planted ARGUMENT…: each bug that the campaign can plant is found and shown again alone, and without it all is well there.
planted() {
  if ! "$release" "$@" --plant each; then
    echo "FAILED: liaison-sim $*: not every planted bug was found" >&2
    exit 1
  fi
}

# both WORDS WORDS: two runs beside each other, each on one processor; one after the other is printed.
both() {
  local first status=0 other
  # shellcheck disable=SC2086
  "$release" $1 &
  first=$!
  # shellcheck disable=SC2086
  other=$("$release" $2) || status=$?
  wait "$first" || status=$?
  printf '%s\n' "$other"
  return "$status"
}

case $what in
  store)
    same_digest store --seed "$seed" --points 400
    half=$((${3-100000} / 2))
    status=0
    both "store --seed $seed --points $half" "store --seed $((seed + 1)) --points $half" || status=$?
    planted store --seed 1 --points 3000
    exit "$status"
    ;;
  restore)
    same_digest restore --seed "$seed" --runs 6
    half=$((${3-4000} / 2))
    both "restore --seed $seed --runs $half" "restore --seed $((seed + 1)) --runs $half"
    ;;
  theft)
    same_digest theft --seed "$seed" --runs 3
    half=$((${3-200} / 2))
    both "theft --seed $seed --runs $half" "theft --seed $((seed + 1)) --runs $half"
    ;;
  network)
    same_digest network --seed "$seed" --seeds 8 --nodes 4
    half=$((${3-44} / 2))
    status=0
    both "network --seed $seed --seeds $half" "network --seed $((seed + half)) --seeds $half" || status=$?
    for found in $(grep -v '^#' Tests/system/network-seeds.txt); do "$release" network --seed "$found" --seeds 1 || status=$?; done
    planted network --seed 1 --seeds 400 --nodes 4
    exit "$status"
    ;;
  spread)
    same_digest spread --seed "$seed" --nodes 8 --degree 4 --publishes 20 --seconds 2
    "$release" spread --seed "$seed" --nodes 500 &
    first=$!
    status=0
    other=$("$release" spread --seed "$seed" --nodes 50 --publishes 500) || status=$?
    wait "$first" || status=$?
    printf '%s\n' "$other"
    "$release" spread --seed "$seed" --nodes 30 --publishes 120 --seconds 4 --drawn-delays --trouble || status=$?
    exit "$status"
    ;;
  *)
    sed -n '2,10p' "${BASH_SOURCE[0]}" >&2
    exit 64
    ;;
esac
