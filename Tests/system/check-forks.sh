#!/usr/bin/env bash
# Forks a log with real daemons, in the way that docs/forks.md warns of, and follows what becomes of it on every node.
#
#   ./Tests/system/check-forks.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_forks.py "$@"
