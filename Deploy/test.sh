#!/usr/bin/env bash
# Installs what is missing and runs every check. The last line says how many steps passed and failed.
#
#   ./Deploy/test.sh           everything; half an hour on two quiet processors, two thirds of it builds and unit tests
#   ./Deploy/test.sh --quick   the loop of who changes something: format, debug build, the unit tests that take no time
#
# The same each time: every seed and every number of runs is fixed. Tests/system/campaign.sh searches (docs/fuzzing.md). A step's
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
# What still runs ends with this script.
trap 'kill "${!running[@]}" 2>/dev/null; rm -rf "$logs"' EXIT
passed=0
failed=0
failed_names=()
# Steps by number: what they are, and when they began. One that keeps both processors busy runs beside three that mostly wait
# for real daemons.
steps=0
declare -A names=() limits=() kinds=() commands=() starts=() running=()
declare -A room=([busy]=1 [waits]=3)
queue=()

# add KIND NAME SECONDS COMMAND…: a step for run_all. Its kind is busy or waits.
add() {
  steps=$((steps + 1))
  kinds[$steps]=$1 names[$steps]=$2 limits[$steps]=$3
  shift 3
  commands[$steps]=$(printf '%q ' "$@")
  queue+=("$steps")
}

# begin NUMBER: with 500 ports of its own.
begin() {
  starts[$1]=$SECONDS
  room[${kinds[$1]}]=$((room[${kinds[$1]}] - 1))
  LIAISON_PORTS=$((10000 + $1 * 500)) eval "timeout --kill-after=10 ${limits[$1]} ${commands[$1]}" \
    >"$logs/$1.log" 2>&1 </dev/null &
  running[$!]=$1
}

# run_all: everything that was added, in order as far as there is room. Fails if a step did.
run_all() {
  local number rest status=0
  while [ "${#queue[@]}" -gt 0 ] || [ "${#running[@]}" -gt 0 ]; do
    rest=()
    for number in "${queue[@]}"; do
      if [ "${room[${kinds[$number]}]}" -gt 0 ]; then begin "$number"; else rest+=("$number"); fi
    done
    queue=("${rest[@]}")
    end_one || status=$?
  done
  return "$status"
}

# end_one: waits until a step ends, and says how. The whole output is kept, and shown only when the step fails.
end_one() {
  local process number log status=0
  wait -n -p process "${!running[@]}" || status=$?
  number=${running[$process]} log=$logs/${running[$process]}.log
  unset "running[$process]"
  room[${kinds[$number]}]=$((room[${kinds[$number]}] + 1))
  printf -- '-- %s\n' "${names[$number]}"
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    grep -E '^(skipped|SKIPPED|note):' "$log" | sort -u | sed 's/^/   /'
    grep -oE 'Test run with .*' "$log" | sed 's/^/   /'
    printf '   passed, %d s\n' $((SECONDS - starts[$number]))
  else
    failed=$((failed + 1))
    failed_names+=("${names[$number]}")
    # What went wrong may stand far above the end.
    { grep -nE '✘|error:|FAILED' "$log" | head -n 40; echo ...; tail -n 60 "$log"; } | sed 's/^/   | /'
    [ "$status" = 124 ] && printf '   over its limit of %d s\n' "${limits[$number]}"
    printf '   FAILED (%d), %d s\n' "$status" $((SECONDS - starts[$number]))
  fi
  return "$status"
}

# step NAME SECONDS COMMAND…: alone.
step() {
  add busy "$@"
  run_all
}

finish() {
  grep -ohE 'Test run with .*' "$logs"/*.log
  [ "$failed" = 0 ] || printf 'failed: %s\n' "$(IFS=,; echo "${failed_names[*]}")"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
  exit
}

step "setup" 1800 Deploy/setup.sh --test || finish
find_swift

if [ -n "$shared" ]; then
  echo "   published vectors and data: $shared"
else
  echo "   skipped: no ../shared and no LIAISON_SHARED, so published vectors and public data are left out"
fi

step "format" 300 Tests/system/format.sh --check
step "debug build" 3600 swift build --build-tests "${build_flags[@]}" || finish
unit_tests=("$(swift build "${build_flags[@]}" --show-bin-path)/LiaisonPackageTests.xctest" --testing-library swift-testing)
if [ -n "$quick" ]; then
  # Suites that run real daemons, whole networks or thousands of crashes; the full command has them.
  step "unit tests" 2700 "${unit_tests[@]}" \
    --skip 'SimulationTests\.|FuzzTests\.|NodeTests\.(Daemon|Epoch|EpochKey|Operator|Publish)Tests' \
    --skip 'StoreTests\.(Crash|Fault|PurgeCrash|Damage)Tests'
  finish
fi
add waits "unit tests of the node" 2700 "${unit_tests[@]}" --filter '^NodeTests\.'
add waits "unit tests of the store" 2700 "${unit_tests[@]}" --filter '^StoreTests\.'
# Half of its time it waits for the server.
add waits "unit tests of the hub on PostgreSQL" 1800 env LIAISON_ALERT_SEEDS=1-8 \
  python3 Tests/system/lib/postgres.py run "${unit_tests[@]}" --filter '^HubTests\.'
add busy "other unit tests" 2700 "${unit_tests[@]}" --skip '^(NodeTests|StoreTests)\.'
# After the unit tests that keep processors busy: beside it they would take twice as long.
add busy "release build" 3600 swift build "${release_flags[@]}"
run_all
[[ " ${failed_names[*]-} " != *" release build "* ]] || finish
LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
export LIAISON_BIN

# What each of them proves stands in docs/architecture.md. What fails soon comes first, then what takes long.
records=()
if [ -n "$shared" ] && [ -f "$shared/data/make_records.py" ]; then
  python3 "$shared/data/make_records.py" un >"$logs/un.jsonl" && records=("$logs/un.jsonl")
fi
add waits "documentation" 300 Tests/system/check-docs.sh
add waits "systemd units" 300 Deploy/check-systemd.sh
add waits "quickstart" 900 python3 Tests/system/lib/quickstart.py --once "${records[@]}"
add waits "hostile members" 1800 Tests/system/check-hostile.sh members
add waits "audit" 1800 Tests/system/check-audit.sh
add waits "restores" 900 Tests/system/check-restore.sh
add waits "failing disks" 1800 Tests/system/check-faults.sh
add waits "troubles" 900 Tests/system/check-troubles.sh
add waits "hostile strangers" 900 Tests/system/check-hostile.sh strangers
add waits "forks" 900 Tests/system/check-forks.sh
add waits "bad addresses and shortages" 900 Tests/system/check-reach.sh --quick
add waits "kill and restart" 900 Tests/system/check-kill.sh
add waits "healing" 900 Tests/system/check-heal.sh
add waits "sharing" 900 Tests/system/check-sharing.sh
add waits "receipts" 1200 Tests/system/check-receipts.sh
add waits "partners" 1800 Tests/system/check-partners.sh
add waits "hub" 900 Tests/system/check-hub.sh --seeds 24
add waits "hub on PostgreSQL" 1800 Tests/system/check-hub.sh --database postgresql --seeds 12
add busy "simulated crashes" 1800 Tests/system/check-simulation.sh store
add busy "stale restores" 1800 Tests/system/check-simulation.sh restore
add busy "thefts of keys" 900 Tests/system/check-simulation.sh theft
add busy "networks" 1800 Tests/system/check-simulation.sh network
add busy "spread in random graphs" 1800 Tests/system/check-simulation.sh spread
add busy "fuzzing" 3600 Tests/system/check-fuzz.sh
run_all
finish
