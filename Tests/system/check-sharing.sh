#!/usr/bin/env bash
# Follows a record with a photograph through three nodes: published, fetched, damaged and mended, corrected, withdrawn, erased.
#
#   ./Tests/system/check-sharing.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_sharing.py "$@"
