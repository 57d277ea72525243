#!/usr/bin/env bash
# Sends what no honest peer or client sends, to the TCP port and to the control socket of a running node; and plays members
# that break the rules, one script a fault (Tests/hostile): each says ok or FAIL of what it checked.
#
#   ./Tests/system/check-hostile.sh                              both
#   ./Tests/system/check-hostile.sh strangers [--seed N]
#   ./Tests/system/check-hostile.sh members
#
# Uses the release build; LIAISON_BIN names another folder with the binaries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
if [ -z "${LIAISON_BIN-}" ]; then
  require_swift
  LIAISON_BIN=$(swift build "${release_flags[@]}" --show-bin-path)
  export LIAISON_BIN
fi

strangers() { python3 Tests/system/lib/check_hostile.py "$@"; }

members() {
  local script failed=
  for script in Tests/hostile/*.py; do
    case $script in
      */foe.py | */net.py) continue ;;
    esac
    echo "== $script"
    PYTHONDONTWRITEBYTECODE=1 timeout -k 10 600 python3 "$script" || failed+=" $script"
  done
  [ -z "$failed" ] || {
    echo "failed:$failed"
    return 1
  }
}

case ${1-} in
  strangers) strangers "${@:2}" ;;
  members) members ;;
  "") strangers && members ;;
  *)
    sed -n '5,7p' "${BASH_SOURCE[0]}" >&2
    exit 64
    ;;
esac
