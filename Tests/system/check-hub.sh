#!/usr/bin/env bash
# Checks that a hub's state equals a rebuild, row by row, after kills and stops of hub and daemon, corrections, withdrawals, expiry,
# late grants, late pre-shared keys, and disks that get full or turn read-only; that nothing that is gone is answered or left in its
# files; that one alert stands for each record that fits a watch, never twice for one reason, never without its record; that every look which was answered is in a log that an auditor accepts, and that nobody who holds the hub's key can rewrite it
# once it was anchored; and that other users of the machine are refused at the sockets.
#
#   ./Tests/system/check-hub.sh [--database sqlite | postgresql] [--first SEED] [--seeds COUNT | --seconds N] [--jobs N] [--only-seeds]
#
# With --database postgresql the hub's tables are in a server of the story's own, which is killed, restarted, cut off and filled, and
# a second hub takes over from one that is killed, stopped or stands still; a rebuild in SQLite has the same rows.
#
# Disks and other users need root; without it those parts are skipped, with a message.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  swift build "${release_flags[@]}"
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi
exec python3 Tests/system/lib/check_hub.py "$@"
