internal import CLinux
internal import Glibc

/// A file that holds a secret. Its bytes go straight from the kernel into memory that the caller
/// guards; no Swift array ever holds them. With `Secrets`:
///
///     let file = try GuardedFile(path, maxBytes: 160)
///     let secret = try GuardedBytes(count: file.bytes) { try file.read(into: &$0) }
public struct GuardedFile: ~Copyable {
  /// The file's length.
  public let bytes: Int
  private let file: Descriptor
  private let path: String

  /// Opens a regular file, not through a link. Throws EFBIG beyond `maxBytes`, EPERM when others
  /// than its owner may read it (unless `allowsOthers`: systemd's credentials carry an access list
  /// that shows as group bits).
  public init(
    _ path: String, maxBytes: Int, allowsOthers: Bool = false
  ) throws(SystemError) {
    let file = try Descriptor.open(path, [.notThroughLink, .notBlocking])
    let status = try file.status()
    guard status.isRegular else {
      throw SystemError(number: EINVAL, call: "read secret (not a regular file)", detail: path)
    }
    guard allowsOthers || status.mode & 0o077 == 0 else {
      throw SystemError(
        number: EPERM, call: "read secret (others may read it; chmod 600)", detail: path)
    }
    guard status.bytes <= UInt64(maxBytes) else {
      throw SystemError(number: EFBIG, call: "read secret", detail: path)
    }
    self.file = file
    self.path = path
    bytes = Int(status.bytes)
  }

  /// Fills `memory`, which has `bytes` bytes. Throws EIO when the file is shorter by now.
  public func read(into memory: inout MutableSpan<UInt8>) throws(SystemError) {
    guard try file.read(into: &memory, at: 0) == memory.count else {
      throw SystemError(number: EIO, call: "read secret (shorter than it was)", detail: path)
    }
  }

  /// Reads a secret that the operator named, as `FileSystem.readGiven` does: the file's permissions
  /// are his own affair.
  /// - Returns: how much of `memory` it fills. Throws EFBIG when that is all of it.
  public static func readGiven(
    _ path: String, into memory: inout MutableSpan<UInt8>
  ) throws(SystemError) -> Int {
    let file = try FileSystem.openGiven(path)
    do throws(SystemError) {
      let count = try unsafe memory.withUnsafeMutableBytes { buffer throws(SystemError) in
        unsafe try file.readOn(into: buffer)
      }
      guard count < memory.count else { throw SystemError(number: EFBIG, call: "read secret") }
      return count
    } catch {
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
  }

  /// Writes a secret in the place of another, whose bytes are then overwritten with zeros where
  /// they stand: a file system that copies, and the cells of a flash disk, may keep them all the
  /// same.
  public static func overwrite(_ path: String, with secret: Span<UInt8>) throws(SystemError) {
    let old = try Descriptor.open(path, [.writing, .notThroughLink, .notBlocking])
    let count = Int(clamping: try old.status().bytes)
    try write(path, secret)
    try old.write([UInt8](repeating: 0, count: count).span, at: 0)
    try old.syncAll()
  }

  /// Writes a secret as `FileSystem.atomicWrite` does, mode 0600.
  public static func write(_ path: String, _ secret: Span<UInt8>) throws(SystemError) {
    try FileSystem.atomicWrite(path, secret, mode: 0o600)
  }
}
