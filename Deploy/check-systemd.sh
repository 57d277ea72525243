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

sed 's|^ExecStart=/usr/bin/liaisond|ExecStart=/bin/true|' "$here/liaisond.service" \
  >"$work/liaisond.service"
if cmp -s "$here/liaisond.service" "$work/liaisond.service"; then
  echo "check-systemd: liaisond.service has no ExecStart=/usr/bin/liaisond" >&2
  exit 1
fi
# Whoever can make the daemon end must not be able to keep it down, and nothing of it may go to a swap.
for line in StartLimitIntervalSec=0 Restart=on-failure MemorySwapMax=0; do
  if ! grep -qx "$line" "$here/liaisond.service"; then
    echo "check-systemd: liaisond.service lacks $line" >&2
    status=1
  fi
done
if ! grep -q '^MemoryMax=' "$here/liaisond.service"; then
  echo "check-systemd: liaisond.service bounds no memory" >&2
  status=1
fi
# The manual page is not there before the package is installed.
must_be_silent liaisond.service \
  systemd-analyze verify --man=no --recursive-errors=no "$work/liaisond.service"

# What a daemon that was taken over could still do, from 0 (nothing) to 100.
if ! systemd-analyze security --offline=true --no-pager --threshold=20 "$work/liaisond.service" \
  >"$work/security" 2>&1; then
  echo "check-systemd: systemd-analyze security is not content:" >&2
  tail -n 60 "$work/security" | sed 's/^/  /' >&2
  status=1
fi
grep 'Overall exposure' "$work/security" | sed 's/^[^O]*/check-systemd: /'

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
  systemd-sysusers --root="$work/root" "$here/liaison.sysusers.conf" >"$work/made" 2>&1 || return 1
  grep -v '^Creating ' "$work/made" || true
}
tmpfiles() { systemd-tmpfiles --root="$work/root" --create "$here/liaison.tmpfiles.conf"; }
must_be_silent liaison.sysusers.conf sysusers
must_be_silent liaison.tmpfiles.conf tmpfiles
if ! grep -q '^liaison:' "$work/root/etc/passwd" || [ ! -d "$work/root/var/lib/liaison" ]; then
  echo "check-systemd: sysusers or tmpfiles did not make what they say" >&2
  status=1
fi
[ "$status" -ne 0 ] || echo "check-systemd: unit, sysusers and tmpfiles verified"

exit $status
