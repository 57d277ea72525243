#!/usr/bin/env bash
# Checks that a hub's state equals a rebuild, row by row, after kills of hub and daemon, corrections, withdrawals, late keys and full
# disks; that nothing withdrawn is answered or left in its files; that every look is in a log that an auditor accepts, and that
# nobody who holds the hub's key can rewrite it once it was anchored.
#
#   ./Deploy/check-hub.sh [--seed N] [--seeds COUNT]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  swift build "${release_flags[@]}"
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Deploy/lib/check_hub.py "$@"
