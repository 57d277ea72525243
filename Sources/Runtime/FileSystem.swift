internal import CLinux
internal import Glibc

/// Small files and folders by path: cards, configuration, tokens.
public enum FileSystem {
  public enum Kind: Sendable { case file, folder, socket, link, other }

  public struct Status: Sendable {
    public let kind: Kind
    public let bytes: UInt64
    /// Space on disk, in bytes, without holes.
    public let allocatedBytes: UInt64
    /// The nine permission bits.
    public let permissions: UInt32
    public let userID: UInt32
  }

  /// nil when there is nothing of that name. A link is not followed.
  public static func status(_ path: String) throws(SystemError) -> Status? {
    guard let status = try Descriptor.status(of: path) else { return nil }
    let kind: Kind =
      status.isRegular
      ? .file
      : status.isFolder ? .folder : status.isSocket ? .socket : status.isLink ? .link : .other
    return Status(
      kind: kind, bytes: status.bytes, allocatedBytes: status.allocatedBytes,
      permissions: status.mode & 0o777, userID: status.userID)
  }

  /// The whole file. Throws EFBIG when it has more than `maxBytes`, ENOENT when there is none.
  public static func read(_ path: String, maxBytes: Int) throws(SystemError) -> [UInt8] {
    let file = try Descriptor.open(path, .notBlocking)
    // One byte more tells a file that is too large, or that grows while it is read.
    let bytes: [UInt8]
    do throws(SystemError) {
      let size = Int(clamping: try file.status().bytes)
      bytes = try file.read(at: 0, count: min(size, maxBytes) + 1)
    } catch {
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
    guard bytes.count <= maxBytes else {
      throw SystemError(number: EFBIG, call: "read", detail: path)
    }
    return bytes
  }

  /// Replaces the file so that after a crash there is the old content or the new, whole: a draft beside it is written
  /// and fsynced, renamed into place, and the folder is fsynced. `mode` is set exactly.
  public static func atomicWrite(
    _ path: String, _ bytes: Span<UInt8>, mode: UInt32 = 0o600
  ) throws(SystemError) {
    let (folderPath, name) = split(path)
    let folder = try Descriptor.open(folderPath, .folder)
    // A name of its own for each process: two that write at once each rename a whole file.
    let draft = ".\(name).\(getpid()).new"
    _ = unsafe liaison_unlinkat(folder.raw, draft, 0)
    do throws(SystemError) {
      let file = try Descriptor.open(
        draft, in: folder, [.writing, .creating, .exclusive], mode: mode)
      try file.setMode(mode)
      try file.write(bytes, at: 0)
      try file.syncAll()
      try Descriptor.rename(draft, to: name, in: folder)
    } catch {
      _ = unsafe liaison_unlinkat(folder.raw, draft, 0)
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
    try folder.syncAll()
  }

  public static func atomicWrite(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(SystemError) {
    try atomicWrite(path, bytes.span, mode: mode)
  }

  /// Writes a file that is not there yet, and fsyncs it and its folder. Throws EEXIST when something has that name. What a
  /// failure leaves is removed again; a crash may leave a part.
  public static func writeNew(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(SystemError) {
    let (folderPath, name) = split(path)
    let folder = try Descriptor.open(folderPath, .folder)
    let file = try Descriptor.open(
      name, in: folder, [.writing, .creating, .exclusive, .notThroughLink], mode: mode)
    do throws(SystemError) {
      try file.setMode(mode)
      try file.write(bytes.span, at: 0)
      try file.syncAll()
      try folder.syncAll()
    } catch {
      _ = unsafe liaison_unlinkat(folder.raw, name, 0)
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
  }

  /// Removes the files in a folder, and the folder, which holds no other; fsyncs its parent. Nothing happens when it is not
  /// there.
  public static func removeFolder(_ path: String) throws(SystemError) {
    guard try Descriptor.status(of: path) != nil else { return }
    for name in try list(path) { try Descriptor.remove(path + "/" + name) }
    try Descriptor.removeFolder(path)
    try syncFolder(split(path).folder)
  }

  /// The names in a folder, sorted; empty when it does not exist.
  public static func list(_ path: String) throws(SystemError) -> [String] {
    do throws(SystemError) {
      return try Descriptor.open(path, .folder).names().sorted()
    } catch {
      if error.number == ENOENT { return [] }
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
  }

  /// Makes the folder and those above it, where they are missing, and fsyncs each one's parent.
  public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
    if let status = try Descriptor.status(of: path), status.isFolder || status.isLink { return }
    let parent = split(path).folder
    if parent != path { try makeFolder(parent, mode: mode) }
    do throws(SystemError) {
      try Descriptor.makeFolder(path, mode: mode)
    } catch {
      if error.number != EEXIST { throw error }
    }
    try syncFolder(parent)
  }

  public static func syncFolder(_ path: String) throws(SystemError) {
    try Descriptor.open(path, .folder).syncAll()
  }

  /// Removes the file, if it is there, and fsyncs its folder.
  public static func remove(_ path: String) throws(SystemError) {
    do throws(SystemError) {
      try Descriptor.remove(path)
    } catch {
      if error.number == ENOENT { return }
      throw error
    }
    try syncFolder(split(path).folder)
  }

  /// Both folders are fsynced, that of the new name first.
  public static func rename(_ from: String, to: String) throws(SystemError) {
    try Descriptor.rename(from, to: to)
    try syncFolder(split(to).folder)
    if split(from).folder != split(to).folder { try syncFolder(split(from).folder) }
  }

  /// The folder that `path` is in: `a/b` of `a/b/c`, `.` of `c`.
  public static func parent(_ path: String) -> String { split(path).folder }

  /// Whether there is a folder, links followed.
  public static func isFolder(_ path: String) -> Bool {
    (try? Descriptor.open(path, .folder)) != nil
  }

  /// The path from the root without links, `.` and `..`, as far as it exists; what does not is put behind it.
  public static func canonical(_ path: String) -> String {
    if let real = unsafe realpath(path, nil) {
      defer { unsafe free(real) }
      return unsafe String(cString: real)
    }
    let (folder, name) = split(path)
    guard folder != path, name != ".." else { return path }
    let above = canonical(folder)
    return name == "." ? above : above == "/" ? "/" + name : above + "/" + name
  }

  /// `a/b/c` is `c` in `a/b`; `c` is in `.`.
  static func split(_ path: String) -> (folder: String, name: String) {
    var bytes = Array(path.utf8)
    let slash = UInt8(ascii: "/")
    while bytes.count > 1, bytes.last == slash { bytes.removeLast() }
    guard let last = bytes.lastIndex(of: slash) else {
      return (".", String(decoding: bytes, as: UTF8.self))
    }
    let folder = last == 0 ? "/" : String(decoding: bytes[..<last], as: UTF8.self)
    return (folder, String(decoding: bytes[(last + 1)...], as: UTF8.self))
  }
}
