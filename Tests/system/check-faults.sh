#!/usr/bin/env bash
# Makes system calls of a daemon fail in turn, fills its disk, and turns its disk read-only.
#
#   ./Tests/system/check-faults.sh [--seed N] [--rounds N] [--all] [--only sweep|full|read-only]
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_faults.py "$@"
