#!/usr/bin/env bash
# Installs what is missing and runs every check. The last line says how many steps passed and failed.
#
#   ./Deploy/test.sh           everything; some 45 minutes on two processors
#   ./Deploy/test.sh --quick   the loop of who changes something: format, debug build, the unit tests that take no time
#
# The same each time: every seed and every number of runs is fixed. Deploy/campaign.sh searches (docs/fuzzing.md). A step's
# limit is for one that hangs; a busy machine is no failure.
#
# LIAISON_SHARED names the folder of published vectors and public data; by default ../shared, and what needs it
# is skipped, with a message, where it is not there.
set -uo pipefail
quick=
case "${1-}" in
  "") ;;
  --quick) quick=1 ;;
  *)
    echo "usage: Deploy/test.sh [--quick]" >&2
    exit 64
    ;;
esac
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

# unit_tests ARGUMENT…: and the runner's own closing lines, whatever it says.
unit_tests() {
  local status=0
  step "unit tests" 2700 swift test --parallel --skip-build "${build_flags[@]}" "$@" || status=$?
  grep -E 'Test run with|Executed [0-9]+ test|[0-9]+ tests? passed' "$logs/last.log" | tail -n 4 \
    >"$logs/swift-test.closing"
  sed 's/^/   /' "$logs/swift-test.closing"
  return "$status"
}

step "setup" 1800 Deploy/setup.sh --test || finish
find_swift

if [ -n "$shared" ]; then
  echo "   published vectors and data: $shared"
else
  echo "   skipped: no ../shared and no LIAISON_SHARED, so published vectors and public data are left out"
fi

step "format" 300 Deploy/format.sh --check
step "debug build" 3600 swift build --build-tests "${build_flags[@]}" || finish
if [ -n "$quick" ]; then
  # Suites that run real daemons, whole networks or thousands of crashes; the full command has them.
  unit_tests --skip 'SimulationTests\.|FuzzTests\.|NodeTests\.(Daemon|Restore|Epoch|Scrub|Space|Operator)Tests' \
    --skip 'StoreTests\.(Crash|Fault|PurgeCrash|Damage)Tests'
  finish
fi
unit_tests
step "release build" 3600 swift build "${release_flags[@]}" || finish
LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
export LIAISON_BIN

# What fails soon comes first, what takes minutes last.
step "troubles" 600 Deploy/check-troubles.sh
step "documentation" 300 Deploy/check-docs.sh
step "systemd units" 300 Deploy/check-systemd.sh
records=()
if [ -n "$shared" ] && [ -f "$shared/data/make_records.py" ]; then
  python3 "$shared/data/make_records.py" un >"$logs/un.jsonl" && records=("$logs/un.jsonl")
fi
step "quickstart" 900 python3 Deploy/lib/quickstart.py --once "${records[@]}"
if [ -x Tests/interop/run.sh ]; then step "second verifier" 900 Tests/interop/run.sh; fi
step "forks" 900 Deploy/check-forks.sh
step "healing" 900 Deploy/check-heal.sh
step "hostile input" 900 Deploy/check-hostile.sh
step "bad addresses and shortages" 900 Deploy/check-reach.sh --quick
# What each of them proves stands in docs/architecture.md.
for check in audit members; do
  if [ -x "Deploy/check-$check.sh" ]; then step "$check" 1800 "Deploy/check-$check.sh"; fi
done
step "kill and restart" 900 Deploy/check-kill.sh
step "restores" 900 Deploy/check-restore.sh
step "simulated crashes" 1800 Deploy/check-simulation.sh store
step "stale restores" 1800 Deploy/check-simulation.sh restore
step "thefts of keys" 300 Deploy/check-simulation.sh theft
step "networks" 1800 Deploy/check-simulation.sh network
step "spread in random graphs" 1800 Deploy/check-simulation.sh spread
step "failing disks" 1800 Deploy/check-faults.sh
step "fuzzing" 3600 Deploy/check-fuzz.sh
finish
