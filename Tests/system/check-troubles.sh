#!/usr/bin/env bash
# Files, paths, terminals and machines as operators really have them: other line ends, pipes, links, root, media that are only
# read, systems without /proc, IPv6 or fallocate.
#
#   ./Tests/system/check-troubles.sh
#
# Uses the release build; LIAISON_BIN names another folder with the binaries. What needs root or a C compiler is left out, with a
# note, where there is none.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_troubles.py "$@"
