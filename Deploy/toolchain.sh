# Sourced by the other scripts: goes to the project's folder and puts a Swift toolchain into PATH.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 74

swift_needed="6.3"

find_swift() {
  local folder
  command -v swift >/dev/null 2>&1 && return 0
  for folder in /opt/swift/usr/bin /usr/local/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
    if [ -x "$folder/swift" ]; then
      PATH="$folder:$PATH"
      export PATH
      return 0
    fi
  done
  return 1
}

require_swift() {
  local text version
  if ! find_swift; then
    echo "There is no Swift here: no 'swift' in PATH, and none in /opt/swift/usr/bin." >&2
    echo "Install the $swift_needed toolchain from https://www.swift.org/install/linux/ and start again." >&2
    exit 69
  fi
  text=$(swift --version 2>/dev/null) || true
  version=$(printf '%s\n' "$text" | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  if [ -z "$version" ]; then
    echo "$(command -v swift) does not run; 'swift --version' says:" >&2
    swift --version >&2 || true
    exit 69
  fi
  if [ "$(printf '%s\n%s\n' "$swift_needed" "$version" | sort -V | head -n 1)" != "$swift_needed" ]; then
    echo "Swift $version at $(command -v swift) is too old: Liaison needs $swift_needed." >&2
    echo "Install it from https://www.swift.org/install/linux/ and put it first in PATH." >&2
    exit 69
  fi
}

# What every build here is told. A target may import only what Package.swift says it depends on.
build_flags=(--explicit-target-dependency-import-check error)
release_flags=(-c release --static-swift-stdlib "${build_flags[@]}")
