#!/bin/sh
# Verifies the files in Deploy/systemd with systemd's own tools; any warning fails. The daemon need not be
# installed: a copy of the unit names a stand-in for what ExecStart runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/systemd

for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
  if ! command -v "$tool" >/dev/null; then
    echo "check-systemd: $tool is missing; install the Debian package systemd" >&2
    exit 69
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# Prints what a tool said and remembers it as a failure, even when the tool itself was content.
must_be_silent() {
  name=$1
  shift
  if ! "$@" >"$work/said" 2>&1 || [ -s "$work/said" ]; then
    echo "check-systemd: $name:" >&2
    sed 's/^/  /' "$work/said" >&2
    status=1
  fi
}

# verify UNIT PROGRAM TYPE: the unit as it is, with a stand-in for the program.
verify() {
  unit=$1
  program=$2
  type=$3
  sed "s|^ExecStart=/usr/bin/$program |ExecStart=/bin/true |" "$here/$unit" >"$work/$unit"
  if cmp -s "$here/$unit" "$work/$unit"; then
    echo "check-systemd: $unit has no ExecStart=/usr/bin/$program" >&2
    exit 1
  fi
  # Whoever can make it end must not be able to keep it down, and nothing of it may go to a swap.
  must_have "$unit" StartLimitIntervalSec=0 Restart=on-failure MemorySwapMax=0 "Type=$type"
  if ! grep -q '^MemoryMax=' "$here/$unit"; then
    echo "check-systemd: $unit bounds no memory" >&2
    status=1
  fi
  # The manual page is not there before the package is installed.
  must_be_silent "$unit" systemd-analyze verify --man=no --recursive-errors=no "$work/$unit"

  # What one that was taken over could still do, from 0 (nothing) to 100.
  if ! systemd-analyze security --offline=true --no-pager --threshold=20 "$work/$unit" \
    >"$work/security" 2>&1; then
    echo "check-systemd: systemd-analyze security is not content:" >&2
    tail -n 60 "$work/security" | sed 's/^/  /' >&2
    status=1
  fi
  grep 'Overall exposure' "$work/security" | sed 's/^[^O]*/check-systemd: /'
}

# must_have UNIT LINE…: each of them stands in it.
must_have() {
  file=$1
  shift
  for line in "$@"; do
    if ! grep -qx -- "$line" "$here/$file"; then
      echo "check-systemd: $file lacks $line" >&2
      status=1
    fi
  done
}

verify liaisond.service liaisond notify
verify liaison-hub.service liaison-hub notify
verify liaison-hook@.service liaison exec
# The hub holds what all partners wrote: no network, and nothing of the node's own folders.
must_have liaison-hub.service RestrictAddressFamilies=AF_UNIX PrivateNetwork=yes User=liaison-hub \
  'SupplementaryGroups=liaison-reader liaison-anchor'
# A hook gets what the hub gives it: nothing else of hub and node, and no network unless the operator opens one.
must_have liaison-hook@.service RestrictAddressFamilies=AF_UNIX PrivateNetwork=yes User=liaison-hook \
  SupplementaryGroups=liaison-hub BindReadOnlyPaths=/etc/liaison/hooks

# The drop-in is for systemd 254 and later.
version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ge 254 ]; then
  mkdir -p "$work/liaisond.service.d"
  cp "$here/liaisond-backoff.conf" "$work/liaisond.service.d/backoff.conf"
  must_be_silent liaisond-backoff.conf \
    systemd-analyze verify --man=no --recursive-errors=no "$work/liaisond.service"
else
  echo "note: systemd $version knows no RestartSteps: liaisond-backoff.conf was not verified"
fi

# In a root folder of their own, so that nothing of this machine changes. The account is made there for
# real, since the folders belong to it.
mkdir -p "$work/root/etc"
sysusers() {
  systemd-sysusers --root="$work/root" "$@" >"$work/made" 2>&1 || return 1
  grep -v '^Creating ' "$work/made" || true
}
tmpfiles() { systemd-tmpfiles --root="$work/root" --create "$@"; }
# made USER FOLDER: the account and what belongs to it.
made() {
  if ! grep -q "^$1:" "$work/root/etc/passwd" || [ ! -d "$work/root$2" ]; then
    echo "check-systemd: sysusers or tmpfiles did not make $1 or $2" >&2
    status=1
  fi
}
must_be_silent liaison.sysusers.conf sysusers "$here/liaison.sysusers.conf"
must_be_silent liaison.tmpfiles.conf tmpfiles "$here/liaison.tmpfiles.conf"
must_be_silent liaison-hub.sysusers.conf sysusers "$here/liaison-hub.sysusers.conf"
must_be_silent liaison-hub.tmpfiles.conf tmpfiles "$here/liaison-hub.tmpfiles.conf"
made liaison /var/lib/liaison
made liaison-hub /var/lib/liaison-hub
made liaison-hook /etc/liaison/hooks
if ! grep -q '^liaison-hub:.*[:,]liaison-hook\(,\|$\)' "$work/root/etc/group"; then
  echo "check-systemd: liaison-hook is no member of liaison-hub" >&2
  status=1
fi
for group in liaison-reader liaison-anchor; do
  for user in liaison liaison-hub; do
    if ! grep -q "^$group:.*[:,]$user\(,\|\$\)" "$work/root/etc/group"; then
      echo "check-systemd: $user is no member of $group" >&2
      status=1
    fi
  done
done
[ "$status" -ne 0 ] || echo "check-systemd: units, sysusers and tmpfiles verified"

exit $status
