#!/usr/bin/env bash
# Formats every Swift file in place; with --check says only what would change.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../Deploy/toolchain.sh"
require_swift

case "${1-}" in
  "") swift format -i -r --parallel Sources Tests Package.swift ;;
  --check) swift format lint -r --strict --parallel Sources Tests Package.swift ;;
  *)
    echo "usage: Tests/system/format.sh [--check]" >&2
    exit 64
    ;;
esac
