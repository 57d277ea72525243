#!/usr/bin/env bash
# Sends what no honest peer or client sends, to the TCP port and to the control socket of a running node.
#
#   ./Deploy/check-hostile.sh [--seed N]
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Deploy/lib/check_hostile.py "$@"
