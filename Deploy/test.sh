#!/usr/bin/env bash
# Installs what is missing and runs every check. The last line says how many steps passed and failed.
#
#   ./Deploy/test.sh
#
# LIAISON_SHARED names the folder of published vectors and public data; by default ../shared, and what needs it
# is skipped, with a message, where it is not there.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

if [ -z "${LIAISON_SHARED-}" ] && [ -d ../shared ]; then LIAISON_SHARED=$(cd ../shared && pwd); fi
shared=${LIAISON_SHARED-}
if [ -n "$shared" ]; then export LIAISON_SHARED; else unset LIAISON_SHARED; fi
logs=$(mktemp -d "${TMPDIR:-/tmp}/liaison-test.XXXXXX")
trap 'rm -rf "$logs"' EXIT
passed=0
failed=0
failed_names=()

# step NAME SECONDS COMMAND…: the whole output is kept, and shown only when the step fails.
step() {
  local name=$1 limit=$2 log="$logs/$((passed + failed)).log" start=$SECONDS status=0
  shift 2
  printf -- '-- %s\n' "$name"
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    grep -E '^(skipped|SKIPPED|note):' "$log" | sort -u | sed 's/^/   /'
    printf '   passed, %d s\n' $((SECONDS - start))
  else
    failed=$((failed + 1))
    failed_names+=("$name")
    # What went wrong may stand far above the end.
    { grep -nE '✘|error:|FAILED' "$log" | head -n 40; echo ...; tail -n 60 "$log"; } | sed 's/^/   | /'
    [ "$status" = 124 ] && printf '   over its limit of %d s\n' "$limit"
    printf '   FAILED (%d), %d s\n' "$status" $((SECONDS - start))
  fi
  cp "$log" "$logs/last.log"
  return "$status"
}

finish() {
  [ -f "$logs/swift-test.closing" ] && cat "$logs/swift-test.closing"
  [ "$failed" = 0 ] || printf 'failed: %s\n' "$(IFS=,; echo "${failed_names[*]}")"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
  exit
}

step "setup" 600 Deploy/setup.sh --test || finish
find_swift

if [ -n "$shared" ]; then
  echo "   published vectors and data: $shared"
else
  echo "   skipped: no ../shared and no LIAISON_SHARED, so published vectors and public data are left out"
fi

step "format" 120 Deploy/format.sh --check
step "debug build" 600 swift build --build-tests "${build_flags[@]}" || finish
step "unit tests" 900 swift test --parallel --skip-build "${build_flags[@]}"
grep -E 'Test run with|Executed [0-9]+ test|[0-9]+ tests? passed' "$logs/last.log" | tail -n 4 \
  >"$logs/swift-test.closing"
step "release build" 600 swift build "${release_flags[@]}" || finish
LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
export LIAISON_BIN

# What fails soon comes first, what takes minutes last.
step "documentation" 60 Deploy/check-docs.sh
if [ -x Deploy/check-systemd.sh ]; then step "systemd units" 60 Deploy/check-systemd.sh; fi
records=()
if [ -n "$shared" ] && [ -f "$shared/data/make_records.py" ]; then
  python3 "$shared/data/make_records.py" un >"$logs/un.jsonl" && records=("$logs/un.jsonl")
fi
step "quickstart" 240 python3 Deploy/lib/quickstart.py --once "${records[@]}"
if [ -x Tests/interop/run.sh ]; then step "second verifier" 180 Tests/interop/run.sh; fi
step "forks" 180 Deploy/check-forks.sh
step "healing" 240 Deploy/check-heal.sh
step "hostile input" 300 Deploy/check-hostile.sh
step "kill and restart" 300 Deploy/check-kill.sh
step "restores" 300 Deploy/check-restore.sh
step "simulated crashes" 400 Deploy/check-simulation.sh store
step "stale restores" 400 Deploy/check-simulation.sh restore
step "networks" 600 Deploy/check-simulation.sh network
step "spread in random graphs" 300 Deploy/check-simulation.sh spread
step "failing disks" 400 Deploy/check-faults.sh
step "fuzzing" 700 Deploy/check-fuzz.sh
finish
