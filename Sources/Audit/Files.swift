internal import Glibc

/// A system call that failed; nothing can be said about what the file holds.
struct ReadFailure: Error, Sendable {
  let path: String
  let code: Int32

  var reason: String { unsafe String(cString: strerror(code)) }
}

/// A file open for reading only. Reads may come from several threads.
final class ReadOnlyFile: Sendable {
  let path: String
  /// Its length when it was opened: a log that grows while it is audited is audited up to there.
  let size: UInt64
  private let descriptor: Int32

  /// - Returns: nil when there is no such file.
  init?(path: String) throws(ReadFailure) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return nil }
      throw ReadFailure(path: path, code: code)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw ReadFailure(path: path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ReadFailure(path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    self.path = path
    self.descriptor = descriptor
    size = UInt64(status.st_size)
  }

  deinit { close(descriptor) }

  /// - Returns: `count` bytes from `offset`; fewer only at the end of the file.
  func read(at offset: UInt64, count: Int) throws(ReadFailure) -> [UInt8] {
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
}

/// Reads neighbouring pieces of one file with few system calls. Of one thread.
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
    if offset >= start, offset - start + UInt64(count) <= UInt64(window.count) {
      return Int(offset - start)
    }
    window = try file.read(at: offset, count: max(count, windowBytes))
    start = offset
    return window.count >= count ? 0 : nil
  }
}

/// What is in folders.
enum Folder {
  enum Kind { case missing, file, folder }

  static func kind(of path: String) -> Kind {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .missing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// - Returns: the names in the folder, sorted; nil when it does not exist.
  static func names(in path: String) throws(ReadFailure) -> [String]? {
    guard let folder = unsafe opendir(path) else {
      let code = errno
      if code == ENOENT { return nil }
      throw ReadFailure(path: path, code: code)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    if errno != 0 { throw ReadFailure(path: path, code: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func wait(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

  /// The whole of a small file; nil when it does not exist.
  static func contents(
    of path: String, atMost limit: Int = AuditLimits.smallFileBytes
  ) throws(ReadFailure) -> [UInt8]? {
    guard let file = try ReadOnlyFile(path: path) else { return nil }
    return try file.read(at: 0, count: min(Int(file.size), limit + 1))
  }
}
