#!/usr/bin/env bash
# A year of five partners in a few minutes: a group, keys that change under load, a member that goes and one that comes, a record that
# is withdrawn, one that is passed on, a request that is answered late, and statistics that both of a pair print alike.
#
#   ./Tests/system/check-partners.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_partners.py "$@"
