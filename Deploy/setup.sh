#!/usr/bin/env bash
# Installs what is missing on a Debian machine. Does nothing, and asks for nothing, when all is there.
#
#   ./Deploy/setup.sh           what building and running needs
#   ./Deploy/setup.sh --test    and what the checks need
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

for_tests=no
case "${1-}" in
  "") ;;
  --test) for_tests=yes ;;
  *)
    echo "usage: Deploy/setup.sh [--test]" >&2
    exit 64
    ;;
esac

require_swift

has_command() { command -v "$1" >/dev/null 2>&1; }
has_library() { has_command pkg-config && pkg-config --exists "$1"; }
# Debian has the server's programs in no folder of PATH.
has_server() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_command initdb; }

# What can be used is asked for, not what the package database says.
missing=()
collect_missing() {
  missing=()
  has_command pkg-config || missing+=(pkg-config)
  has_library libsodium || missing+=(libsodium-dev)
  has_library nettle || missing+=(nettle-dev)
  # The hub's databases.
  has_library sqlite3 || missing+=(libsqlite3-dev)
  has_library libpq || missing+=(libpq-dev)
  # The benchmark alone links this one.
  has_library lmdb || missing+=(liblmdb-dev)
  has_command python3 || missing+=(python3)
  # Tests and the fuzzer alone link this one.
  has_library jansson || missing+=(libjansson-dev)
  if [ "$for_tests" = yes ]; then
    /usr/bin/python3 -c 'import cryptography' 2>/dev/null || missing+=(python3-cryptography)
    has_command strace || missing+=(strace)
    has_command systemd-analyze || missing+=(systemd)
    has_server || missing+=(postgresql-15)
  fi
}

# Debian's server package makes a cluster and starts it, which nobody here asked for: a file of ours says no while it is installed.
no_cluster=/etc/postgresql-common/createcluster.d/liaison-setup.conf
as_root=()
forbid_cluster() {
  trap allow_cluster EXIT
  "${as_root[@]}" mkdir -p "${no_cluster%/*}"
  echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_cluster" >/dev/null
}
allow_cluster() {
  "${as_root[@]}" rm -f "$no_cluster"
  "${as_root[@]}" rmdir --ignore-fail-on-non-empty "${no_cluster%/*}"
  trap - EXIT
}

install_missing() {
  if ! has_command apt-get; then
    echo "Missing: ${missing[*]} (Debian's names), and there is no apt-get here." >&2
    echo "Install them with this system's package manager and start again." >&2
    exit 69
  fi
  if [ "$(id -u)" != 0 ]; then
    if ! has_command sudo; then
      echo "Missing: ${missing[*]}. There is no sudo here; as root, run:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
      exit 77
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get -q update
  case " ${missing[*]} " in *" postgresql-"*) forbid_cluster ;; esac
  "${as_root[@]}" apt-get -q -y install --no-install-recommends "${missing[@]}"
  if [ -e "$no_cluster" ]; then allow_cluster; fi
}

collect_missing
if [ ${#missing[@]} -gt 0 ]; then
  install_missing
  collect_missing
  if [ ${#missing[@]} -gt 0 ]; then
    echo "Still missing after the installation: ${missing[*]}." >&2
    exit 69
  fi
fi
