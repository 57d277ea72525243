internal import CLinux
internal import Glibc
internal import Text

/// The facts that `stat` tells of a file.
struct FileStatus {
  let device: UInt64
  let inode: UInt64
  let bytes: UInt64
  /// Real space, without holes.
  let allocatedBytes: UInt64
  let mode: UInt32
  let userID: UInt32
  let groupID: UInt32

  init(_ status: liaison_file_status) {
    device = status.device
    inode = status.inode
    bytes = status.bytes
    allocatedBytes = status.allocated_bytes
    mode = status.mode
    userID = status.user
    groupID = status.group
  }

  private var kind: UInt32 { mode & UInt32(S_IFMT) }
  var isRegular: Bool { kind == UInt32(S_IFREG) }
  var isFolder: Bool { kind == UInt32(S_IFDIR) }
  var isSocket: Bool { kind == UInt32(S_IFSOCK) }
  var isLink: Bool { kind == UInt32(S_IFLNK) }

  /// - Throws: with `found` for anything else than a file.
  func requireRegular(_ path: String) throws(SystemError) {
    guard !isRegular else { return }
    throw SystemError(
      number: EINVAL, call: "open", detail: path, found: "it is \(name), and no file")
  }

  /// The kind of file, as a sentence names it.
  var name: String {
    switch kind {
    case UInt32(S_IFREG): "a file"
    case UInt32(S_IFDIR): "a folder"
    case UInt32(S_IFSOCK): "a socket"
    case UInt32(S_IFLNK): "a link"
    case UInt32(S_IFIFO): "a pipe"
    default: "a device"
    }
  }
}

/// How to open a file.
struct OpenFlags: OptionSet {
  let rawValue: Int32

  static let writing = OpenFlags(rawValue: O_RDWR)
  static let creating = OpenFlags(rawValue: O_CREAT)
  static let exclusive = OpenFlags(rawValue: O_EXCL)
  static let folder = OpenFlags(rawValue: O_DIRECTORY)
  static let notThroughLink = OpenFlags(rawValue: O_NOFOLLOW)
  /// A FIFO or a device in a file's place does not block the caller.
  static let notBlocking = OpenFlags(rawValue: O_NONBLOCK)
  /// O_TMPFILE, which the C library shows only with its own extensions: of a folder, a file in it
  /// that has no name.
  static let nameless = OpenFlags(rawValue: 0o20000000 | O_DIRECTORY)
}

/// The calls on files and folders.
extension Descriptor {
  /// Opens below `folder`, or below the working directory without one.
  static func open(
    _ path: String, in folder: Descriptor? = nil, _ flags: OpenFlags = [], mode: UInt32 = 0o600
  ) throws(SystemError) -> Descriptor {
    try Shortage.waited(atMost: Limits.shortagePausesOfSmallFile) { () throws(SystemError) in
      try openOnce(path, in: folder, flags, mode: mode)
    }
  }

  /// Without waiting for a shortage to end.
  static func openOnce(
    _ path: String, in folder: Descriptor? = nil, _ flags: OpenFlags = [], mode: UInt32 = 0o600
  ) throws(SystemError) -> Descriptor {
    let base = folder?.raw ?? AT_FDCWD
    return Descriptor(
      owning: try check(
        unsafe liaison_openat(
          base, PathText.zeroTerminated(path.isEmpty ? "." : path), flags.rawValue, mode), "open",
        path))
  }

  /// The thing of a node's file's name as a regular file, whatever else may lie there.
  /// - Throws: with `found` for anything else.
  static func regular(
    _ path: String, in folder: Descriptor? = nil, named full: String,
    _ open: () throws(SystemError) -> Descriptor
  ) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      let file = try open()
      if try file.status().isRegular { return file }
    } catch {
      let there = try? status(of: path, in: folder)
      guard let there, !there.isRegular, !error.isShortage else { throw error }
    }
    if let there = try status(of: path, in: folder) { try there.requireRegular(full) }
    throw SystemError(number: ENOENT, call: "open", detail: full)
  }

  /// A new file without a name in this folder, to be written and read; it is gone when it is
  /// closed.
  static func nameless(in folder: String) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      return try open(folder, [.writing, .nameless])
    } catch {
      // Not every file system has such files: then it has a name for a moment.
      guard unsupported.contains(error.number) || error.number == EISDIR else { throw error }
      let path = "\(folder)/.liaison-\(getpid())-\(liaison_nanoseconds(CLOCK_MONOTONIC))"
      let file = try open(path, [.writing, .creating, .exclusive, .notThroughLink])
      try remove(path)
      return file
    }
  }

  func status() throws(SystemError) -> FileStatus {
    var status = liaison_file_status()
    try check(unsafe liaison_fstat(raw, &status), "fstat")
    return FileStatus(status)
  }

  /// nil when there is nothing of that name. Links are not followed.
  static func status(of path: String, in folder: Descriptor? = nil) throws(SystemError)
    -> FileStatus?
  {
    var status = liaison_file_status()
    let result = unsafe liaison_fstatat(
      folder?.raw ?? AT_FDCWD, PathText.zeroTerminated(path.isEmpty ? "." : path),
      AT_SYMLINK_NOFOLLOW, &status)
    if result == -Int64(ENOENT) || result == -Int64(ENOTDIR) { return nil }
    try check(result, "stat", path)
    return FileStatus(status)
  }

  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(SystemError) {
        filled = unsafe try readAll(
          into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The first byte from `offset` on that is in no hole; nil if there is none. A file system that
  /// does not say has none.
  func data(from offset: UInt64) -> UInt64? {
    // SEEK_DATA, which the C library shows only with its own extensions.
    let found = lseek(raw, off_t(clamping: offset), 3)
    if found >= 0 { return UInt64(found) }
    return errno == ENXIO ? nil : offset
  }

  /// Fills `buffer` from where the open file stands: what cannot be read from a place, as a pipe,
  /// too. The count is less only at the end.
  func readOn(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count, let base = buffer.baseAddress {
      let result = unsafe liaison_read(raw, base + filled, buffer.count - filled)
      if result == -Int64(EINTR) { continue }
      let count = Int(try check(result, "read"))
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Fills `span`; the count is less only at the end of the file.
  func read(into span: inout MutableSpan<UInt8>, at offset: UInt64) throws(SystemError) -> Int {
    try unsafe span.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
      unsafe try readAll(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
  }

  private func readAll(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count, let base = buffer.baseAddress {
      let result = unsafe liaison_pread(
        raw, base + filled, buffer.count - filled, offset + UInt64(filled))
      if Shortage.isPassing(result) {
        Shortage.pause()
        continue
      }
      let count = Int(try check(result, "pread"))
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Writes all of it.
  func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(SystemError) {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(SystemError) in
      var written = 0
      while written < buffer.count, let base = buffer.baseAddress {
        let result = unsafe liaison_pwrite(
          raw, base + written, buffer.count - written, offset + UInt64(written))
        if Shortage.isPassing(result) {
          Shortage.pause()
          continue
        }
        let count = Int(try check(result, "pwrite"))
        // Never seen from a regular file; a loop without progress would be worse than an error.
        if count == 0 { throw SystemError(number: EIO, call: "pwrite") }
        written += count
      }
    }
  }

  /// fdatasync. Not repeated after an error: the kernel has dropped what it could not write.
  func syncData() throws(SystemError) { try check(liaison_fdatasync(raw), "fdatasync") }

  /// Begins to write back what is in memory, and does not wait for it. Says nothing about what is
  /// persistent.
  func startWriting() throws(SystemError) {
    try check(liaison_start_writing(raw), "sync_file_range")
  }

  /// fsync, for folders and new files.
  func syncAll() throws(SystemError) { try check(liaison_fsync(raw), "fsync") }

  func truncate(toBytes bytes: UInt64) throws(SystemError) {
    try check(liaison_ftruncate(raw, bytes), "ftruncate")
  }

  func preallocate(at offset: UInt64, bytes: UInt64) throws(SystemError) {
    try repeatingInterrupted("fallocate") { liaison_preallocate(raw, offset, bytes) }
  }

  func punchHole(at offset: UInt64, bytes: UInt64) throws(SystemError) {
    try repeatingInterrupted("fallocate") { liaison_punch(raw, offset, bytes) }
  }

  private func repeatingInterrupted(
    _ call: StaticString, _ body: () -> Int64
  ) throws(SystemError) {
    var result = body()
    while Shortage.isPassing(result) {
      Shortage.pause()
      result = body()
    }
    try check(result, call)
  }

  /// Where a call is only a help: this file system or kernel does not have it.
  private static let unsupported = [EOPNOTSUPP, ENOSYS]

  /// As `preallocate`; where there is no such call, with zeros from the file's end on.
  func reserve(bytes: UInt64) throws(SystemError) {
    do throws(SystemError) {
      try preallocate(at: 0, bytes: bytes)
    } catch {
      guard Descriptor.unsupported.contains(error.number) else { throw error }
      try writeZeros(from: try status().bytes, to: bytes)
    }
  }

  /// As `punchHole`; where there is no such call the bytes go all the same, and their space stays
  /// taken.
  func free(at offset: UInt64, bytes: UInt64) throws(SystemError) {
    do throws(SystemError) {
      try punchHole(at: offset, bytes: bytes)
    } catch {
      guard Descriptor.unsupported.contains(error.number) else { throw error }
      let (end, overflows) = offset.addingReportingOverflow(bytes)
      try writeZeros(from: offset, to: overflows ? .max : end)
    }
  }

  private func writeZeros(from start: UInt64, to end: UInt64) throws(SystemError) {
    let zeros = [UInt8](repeating: 0, count: Limits.zerosAtOnce)
    var next = start
    while next < end {
      let count = Int(min(end - next, UInt64(zeros.count)))
      try write(zeros.span.extracting(0..<count), at: next)
      next += UInt64(count)
    }
  }

  /// False when another open file holds the lock.
  func lockExclusively() throws(SystemError) -> Bool {
    let result = liaison_flock_exclusive(raw)
    if result == -Int64(EWOULDBLOCK) { return false }
    try check(result, "flock")
    return true
  }

  func setMode(_ mode: UInt32) throws(SystemError) {
    try check(liaison_fchmod(raw, mode), "fchmod")
  }

  /// The names in this folder, without `.` and `..`, in the order of the file system.
  func names() throws(SystemError) -> [String] {
    // Opened anew: reading moves the position of the open file.
    let copy = unsafe liaison_openat(raw, ".", O_DIRECTORY, 0)
    let number = Int32(try check(copy, "open"))
    var failure: Int32 = 0
    guard let folder = unsafe liaison_folder_open(number, &failure) else {
      throw SystemError(number: failure, call: "fdopendir")
    }
    defer { unsafe liaison_folder_close(folder) }
    var names: [String] = []
    while let name = unsafe liaison_folder_next(folder, &failure) {
      let text = unsafe PathText.string(of: name)
      if text == "." || text == ".." { continue }
      guard names.count < Limits.namesPerFolder else {
        throw SystemError(number: EOVERFLOW, call: "readdir")
      }
      names.append(text)
    }
    if failure != 0 { throw SystemError(number: failure, call: "readdir") }
    return names
  }

  static func makeFolder(
    _ path: String, in folder: Descriptor? = nil, mode: UInt32
  ) throws(SystemError) {
    try check(
      unsafe liaison_mkdirat(folder?.raw ?? AT_FDCWD, PathText.zeroTerminated(path), mode), "mkdir",
      path)
  }

  static func rename(
    _ from: String, to: String, in folder: Descriptor? = nil
  ) throws(SystemError) {
    try check(
      unsafe liaison_renameat(
        folder?.raw ?? AT_FDCWD, PathText.zeroTerminated(from), PathText.zeroTerminated(to)),
      "rename", "\(from) to \(to)")
  }

  static func remove(_ path: String, in folder: Descriptor? = nil) throws(SystemError) {
    try check(
      unsafe liaison_unlinkat(folder?.raw ?? AT_FDCWD, PathText.zeroTerminated(path), 0), "unlink",
      path)
  }

  /// The folder is empty.
  static func removeFolder(_ path: String) throws(SystemError) {
    try check(
      unsafe liaison_unlinkat(AT_FDCWD, PathText.zeroTerminated(path), Int32(AT_REMOVEDIR)),
      "rmdir", path)
  }

  static func setMode(_ path: String, in folder: Descriptor, _ mode: UInt32) throws(SystemError) {
    try check(
      unsafe liaison_fchmodat(folder.raw, PathText.zeroTerminated(path), mode), "chmod", path)
  }

  /// Gives a name to a group.
  static func setGroup(_ path: String, in folder: Descriptor, _ group: UInt32) throws(SystemError) {
    try check(
      unsafe liaison_set_group(folder.raw, PathText.zeroTerminated(path), group), "chown", path)
  }
}
