#!/usr/bin/env bash
# Builds Liaison and runs its main job: three nodes on this machine share sealed records, and an audit proves it.
#
#   ./Deploy/quickstart.sh [--once] [FILE.jsonl]
#
# --once stops the nodes and removes their folders at the end; without it they run until Ctrl-C.
# FILE.jsonl holds one record (a JSON object with a string "type") a line; without it a small invented sample is used.
set -euo pipefail
caller=$PWD
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

arguments=()
for word in "$@"; do
  case "$word" in
    --once) arguments+=("$word") ;;
    -h | --help)
      sed -n '2,7s/^# \{0,1\}//p' Deploy/quickstart.sh
      exit 0
      ;;
    -*)
      echo "quickstart.sh has no option $word. There is --once." >&2
      exit 64
      ;;
    /*) arguments+=("$word") ;;
    *) arguments+=("$caller/$word") ;;
  esac
done

Deploy/setup.sh
find_swift
echo "Building (some minutes the first time)"
swift build "${release_flags[@]}" --product liaisond
swift build "${release_flags[@]}" --product liaison
swift build "${release_flags[@]}" --product liaison-audit
swift build "${release_flags[@]}" --product liaison-hub
LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
export LIAISON_BIN
exec python3 Tests/system/lib/quickstart.py "${arguments[@]}"
