#!/usr/bin/env bash
# Walks docs/restore.md with real daemons: backups, lost disks, tokens kept, lost and rolled back, copies, new epochs.
#
#   ./Tests/system/check-restore.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries. LIAISON_KEEP=1 keeps a failed run's folders.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_restore.py "$@"
