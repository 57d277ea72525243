internal import CLinux
internal import Glibc

/// An open file descriptor, closed when the last reference goes: a thread that still reads keeps
/// the number from being given to another file.
final class Descriptor: Sendable {
  let raw: Int32

  init(owning raw: Int64) {
    self.raw = Int32(raw)
  }

  deinit {
    close(raw)
  }
}
