#!/usr/bin/env bash
# Strangers, addresses, names, descriptors and clocks that are bad: what a running node does about each.
#
#   ./Tests/system/check-reach.sh [--quick] [--only gate|addresses|itself|descriptors|clock]
#
# --quick leaves out the clock, which waits for a minute.
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_reach.py "$@"
