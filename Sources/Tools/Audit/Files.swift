internal import Glibc
internal import Text

/// Why nothing can be said about what a name holds.
struct ReadFailure: Error, Sendable {
  enum Kind: Sendable {
    /// A system call failed, with this errno.
    case system(Int32)
    /// A folder where a file must be, or a link, pipe, socket or device.
    case notAFile
    /// Anything but a folder where one must be.
    case notAFolder
    /// Longer, or more of them, than there can be.
    case tooMuch
  }

  let path: String
  let kind: Kind

  init(path: String, kind: Kind) {
    self.path = path
    self.kind = kind
  }

  init(path: String, code: Int32) { self.init(path: path, kind: .system(code)) }

  var reason: String {
    switch kind {
    case .system(let code): unsafe String(cString: strerror(code))
    case .notAFile: "it is no regular file"
    case .notAFolder: "it is no folder"
    case .tooMuch: "it holds more than there can be"
    }
  }

  /// True when the folder is wrong, and not the disk (Protocols/audit.md, AUD-4 and 5).
  var isOfContent: Bool {
    if case .system = kind { false } else { true }
  }
}

/// Opened without following a link in the last part of the name, and without waiting for a pipe's
/// other end.
private func openSafely(
  _ path: String, isFolder: Bool
) throws(ReadFailure) -> Int32? {
  let flags =
    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | (isFolder ? O_DIRECTORY : 0)
  let descriptor = unsafe open(PathText.zeroTerminated(path), flags)
  guard descriptor < 0 else { return descriptor }
  switch errno {
  case ENOENT: return nil
  case ENOTDIR where !isFolder: return nil
  case ENOTDIR, ELOOP, ENXIO, ENODEV:
    throw ReadFailure(path: path, kind: isFolder ? .notAFolder : .notAFile)
  default: throw ReadFailure(path: path, code: errno)
  }
}

/// The numbers of `lseek` in Linux; the C library shows them only with its own extensions.
private enum Whence {
  static let data: Int32 = 3
  static let hole: Int32 = 4
}

/// A file open for reading only. Reads may come from several threads.
final class ReadOnlyFile: Sendable {
  let path: String
  /// Its length when it was opened: a log that grows while it is audited is audited up to there. A
  /// file that has something everywhere ends at its first hole: what is behind costs nothing to
  /// claim.
  let size: UInt64
  private let descriptor: Int32

  /// - Returns: nil when there is no such file.
  /// - Parameter isDense: no page of such a file is zeros alone.
  init?(path: String, isDense: Bool = false) throws(ReadFailure) {
    guard let descriptor = try openSafely(path, isFolder: false) else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw ReadFailure(path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ReadFailure(path: path, kind: .notAFile)
    }
    guard status.st_size <= AuditLimits.fileBytes else {
      close(descriptor)
      throw ReadFailure(path: path, kind: .tooMuch)
    }
    self.path = path
    self.descriptor = descriptor
    let hole = isDense ? lseek(descriptor, 0, Whence.hole) : -1
    size = UInt64(hole >= 0 ? min(hole, status.st_size) : status.st_size)
  }

  deinit { close(descriptor) }

  /// - Returns: `count` bytes from `offset`; fewer only at the end of the file.
  func read(at offset: UInt64, count: Int) throws(ReadFailure) -> [UInt8] {
    guard offset < size else { return [] }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let result = unsafe pread(
          descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + filled)
        if result == 0 { break }
        if result < 0 {
          if errno == EINTR { continue }
          failure = errno
          break
        }
        filled += result
      }
    }
    guard failure == 0 else { throw ReadFailure(path: path, code: failure) }
    return bytes
  }

  /// The first byte from `offset` on that is in no hole; nil if there is none.
  func data(from offset: UInt64) -> UInt64? {
    guard offset < size else { return nil }
    let found = lseek(descriptor, off_t(offset), Whence.data)
    if found >= 0 { return UInt64(found) }
    // A file system that does not say has no holes.
    return errno == ENXIO ? nil : offset
  }
}

/// Reads neighbouring pieces of one file with few system calls. Used by one thread.
struct WindowReader {
  let file: ReadOnlyFile
  private let windowBytes: Int
  private var start: UInt64 = 0
  private(set) var window: [UInt8] = []

  init(_ file: ReadOnlyFile, windowBytes: Int = 64 << 10) {
    self.file = file
    self.windowBytes = windowBytes
  }

  /// Makes `count` bytes from `offset` part of the window.
  /// - Returns: where in `window` they begin; nil beyond the end of the file.
  mutating func locate(_ offset: UInt64, _ count: Int) throws(ReadFailure) -> Int? {
    guard offset <= file.size, UInt64(count) <= file.size - offset else { return nil }
    if offset >= start, offset - start + UInt64(count) <= UInt64(window.count) {
      return Int(offset - start)
    }
    window = try file.read(at: offset, count: max(count, windowBytes))
    start = offset
    return window.count >= count ? 0 : nil
  }
}

/// Lists folders and reads their files.
enum Folder {
  enum Kind { case missing, file, folder, other }

  static func kind(of path: String) -> Kind {
    var status = stat()
    guard unsafe lstat(PathText.zeroTerminated(path), &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// - Returns: the names in the folder, sorted; nil when it does not exist.
  static func names(in path: String) throws(ReadFailure) -> [String]? {
    guard let descriptor = try openSafely(path, isFolder: true) else { return nil }
    guard let folder = unsafe fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw ReadFailure(path: path, code: code)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe PathText.string(
          of: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
      guard names.count <= AuditLimits.namesInFolder else {
        throw ReadFailure(path: path, kind: .tooMuch)
      }
      errno = 0
    }
    if errno != 0 { throw ReadFailure(path: path, code: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Where the folder is that the auditor named: absolute, without links, "." and "..".
  /// - Returns: nil if no folder is there.
  static func resolved(_ path: String) -> String? {
    guard let found = unsafe realpath(PathText.zeroTerminated(path), nil) else { return nil }
    defer { unsafe free(found) }
    let resolved = unsafe PathText.string(of: found)
    return kind(of: resolved) == .folder ? resolved : nil
  }

  static func wait(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

  /// The bytes of a file that the auditor named, which may be a pipe; one byte more than `limit`
  /// where it is longer. Nil when it does not exist.
  static func given(_ path: String, atMost limit: Int) throws(ReadFailure) -> [UInt8]? {
    let descriptor = unsafe open(PathText.zeroTerminated(path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw ReadFailure(path: path, code: errno)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: limit + 1)
    while bytes.count <= limit {
      let count = unsafe Glibc.read(descriptor, &buffer, limit + 1 - bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ReadFailure(path: path, code: errno) }
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    return bytes
  }

  /// The whole of a small file; nil when it does not exist. One byte more than `limit` of a file
  /// that is longer.
  static func contents(
    of path: String, atMost limit: Int = AuditLimits.smallFileBytes
  ) throws(ReadFailure) -> [UInt8]? {
    guard let file = try ReadOnlyFile(path: path) else { return nil }
    return try file.read(at: 0, count: min(Int(file.size), limit + 1))
  }
}
