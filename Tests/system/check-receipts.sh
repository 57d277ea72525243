#!/usr/bin/env bash
# Withdraws by ids and from a file, lets seven days of running time pass, and waits for the erasure receipts of three nodes, of which one
# has a hub: none comes before the bytes are gone from that node's folder, journals included, and from its hub.
#
#   ./Tests/system/check-receipts.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_receipts.py "$@"
