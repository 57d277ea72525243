#!/usr/bin/env bash
# Damages copies of good folders, one harm each, and looks whether liaison-audit and Tests/interop/verify_log.py say the same and
# neither they nor liaison fsck trap, hang or say ok of what is damaged (docs/fuzzing.md).
#
#   ./Tests/system/check-audit.sh
#
# LIAISON_AUDIT_RUNS is how many folders (400), LIAISON_AUDIT_SECONDS makes it a search for that long instead, with several harms at
# once; LIAISON_AUDIT_SEED is the first seed (1). What was said of a finding stays in .build/audit-found. LIAISON_BIN names the programs.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"

bin=${LIAISON_BIN:-.build/release}
for tool in liaison-audit liaison; do
  [ -x "$bin/$tool" ] || { echo "no $bin/$tool: build it, or name another folder in LIAISON_BIN"; exit 66; }
done
if [ -n "${LIAISON_AUDIT_SECONDS:-}" ]; then
  much=(--seconds "$LIAISON_AUDIT_SECONDS")
else
  much=(--runs "${LIAISON_AUDIT_RUNS:-400}" --agree)
fi
exec /usr/bin/python3 Tests/interop/audit_campaign.py --bin "$bin" --seed "${LIAISON_AUDIT_SEED:-1}" \
  --keep .build/audit-found "${much[@]}"
