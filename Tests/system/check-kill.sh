#!/usr/bin/env bash
# Kills daemons at random moments under load and looks at what is left.
#
#   ./Tests/system/check-kill.sh [--rounds N] [--seed N]
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_kill.py "$@"
