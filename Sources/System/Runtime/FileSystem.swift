internal import CLinux
internal import Glibc
internal import Text

/// Small files and folders by path: cards, configuration, tokens.
public enum FileSystem {
  /// A kind that is none of the first four is `other`: a device, a pipe.
  public enum Kind: Sendable { case file, folder, socket, link, other }

  /// A name's `lstat`, as far as anybody here asks.
  public struct Status: Sendable {
    /// A link is a link, wherever it leads.
    public let kind: Kind
    /// The length, holes included.
    public let bytes: UInt64
    /// Space on disk, in bytes, without holes.
    public let allocatedBytes: UInt64
    /// The nine permission bits.
    public let permissions: UInt32
    /// The owner's.
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

  /// True when this process may run `path`: a file, or a link to one.
  public static func isProgram(_ path: String) -> Bool {
    let status = try? Descriptor.status(of: canonical(path))
    return unsafe status?.isRegular == true && access(PathText.zeroTerminated(path), X_OK) == 0
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

  /// All that a file gives which the operator named: through links, and from a pipe or a terminal
  /// too, which is waited for. `-` is standard input. Throws EFBIG beyond `maxBytes`.
  public static func readGiven(_ path: String, maxBytes: Int) throws(SystemError) -> [UInt8] {
    let file = try openGiven(path == "-" ? "/dev/stdin" : path)
    var bytes: [UInt8] = []
    var failure: SystemError?
    while bytes.count <= maxBytes {
      let count = min(Limits.givenBytesAtOnce, maxBytes + 1 - bytes.count)
      let part = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        do throws(SystemError) {
          filled = unsafe try file.readOn(into: UnsafeMutableRawBufferPointer(buffer))
        } catch {
          failure = error
        }
      }
      if let failure {
        throw SystemError(number: failure.number, call: failure.call, detail: path)
      }
      bytes.append(contentsOf: part)
      if part.count < count { return bytes }
    }
    throw SystemError(number: EFBIG, call: "read", detail: path)
  }

  /// Blocks until somebody writes to it, if it is a pipe.
  static func openGiven(_ path: String) throws(SystemError) -> Descriptor {
    let file = try Descriptor.open(path)
    guard try !file.status().isFolder else {
      throw SystemError(number: EISDIR, call: "read", detail: path)
    }
    return file
  }

  /// Replaces the file so that after a crash there is the old content or the new, whole: a draft
  /// beside it is written and fsynced, renamed into place, and the folder is fsynced. `mode` is set
  /// exactly. A file that root writes belongs to the owner of the file that it replaces, or of the
  /// folder (`FileOwner`), unless `inheritsOwner` is false.
  public static func atomicWrite(
    _ path: String, _ bytes: Span<UInt8>, mode: UInt32 = 0o600, inheritsOwner: Bool = true
  ) throws(SystemError) {
    let (folderPath, name) = split(path)
    let folder = try Descriptor.open(folderPath, .folder)
    let owner = inheritsOwner ? try self.owner(of: name, in: folder) : nil
    // A name of its own for each process: two that write at once each rename a whole file.
    let draft = ".\(name).\(getpid()).new"
    _ = try? Descriptor.remove(draft, in: folder)
    do throws(SystemError) {
      let file = try Descriptor.open(
        draft, in: folder, [.writing, .creating, .exclusive], mode: mode)
      try file.give(to: owner)
      try file.setMode(mode)
      try file.write(bytes, at: 0)
      try file.syncAll()
      try Descriptor.rename(draft, to: name, in: folder)
      try folder.syncAll()
    } catch {
      _ = try? Descriptor.remove(draft, in: folder)
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
  }

  /// The same for an array.
  public static func atomicWrite(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600, inheritsOwner: Bool = true
  ) throws(SystemError) {
    try atomicWrite(path, bytes.span, mode: mode, inheritsOwner: inheritsOwner)
  }

  /// Writes a file that is not there yet, and fsyncs it and its folder. Throws EEXIST when
  /// something has that name. A failure leaves nothing behind; a crash may leave a part.
  public static func writeNew(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600, ownerOf other: String? = nil
  ) throws(SystemError) {
    try writeNew(path, bytes.span, mode: mode, ownerOf: other)
  }

  /// It stays with the user of this process: it may hold a secret, and the folder may be anybody's.
  /// - Parameter other: root gives it to whom this folder belongs.
  public static func writeNew(
    _ path: String, _ bytes: Span<UInt8>, mode: UInt32 = 0o600, ownerOf other: String? = nil
  ) throws(SystemError) {
    var owner: FileOwner?
    if let other, geteuid() == 0 {
      owner = try Descriptor.status(of: other).flatMap { FileOwner(of: $0) }
    }
    let (folderPath, name) = split(path)
    let folder = try Descriptor.open(folderPath, .folder)
    let file = try Descriptor.open(
      name, in: folder, [.writing, .creating, .exclusive, .notThroughLink], mode: mode)
    do throws(SystemError) {
      try file.give(to: owner)
      try file.setMode(mode)
      try file.write(bytes, at: 0)
      try file.syncAll()
      try folder.syncAll()
    } catch {
      _ = try? Descriptor.remove(name, in: folder)
      throw SystemError(number: error.number, call: error.call, detail: path)
    }
  }

  /// Removes all that is in a folder, folders too; links are not followed.
  public static func removeContents(_ path: String) throws(SystemError) {
    for name in try contents(path) {
      let inside = path + "/" + name
      if try Descriptor.status(of: inside)?.isFolder == true {
        try removeContents(inside)
        try Descriptor.removeFolder(inside)
      } else {
        try Descriptor.remove(inside)
      }
    }
  }

  /// Removes the files in a folder, and the folder, which holds no other; fsyncs its parent.
  /// Nothing happens when it is not there.
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
  public static func makeFolder(
    _ path: String, mode: UInt32 = 0o700, inheritsOwner: Bool = true
  ) throws(SystemError) {
    if let status = try Descriptor.status(of: path), status.isFolder || status.isLink { return }
    let parent = split(path).folder
    if parent != path { try makeFolder(parent, mode: mode, inheritsOwner: inheritsOwner) }
    try Descriptor.makeOwned(
      folder: path, mode: mode,
      owner: inheritsOwner ? try FileOwner.inherited(from: Descriptor.open(parent, .folder)) : nil)
    try syncFolder(parent)
  }

  /// Names made, renamed or removed in the folder are persistent when it returns.
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

  /// True when there is a folder, links followed.
  public static func isFolder(_ path: String) -> Bool {
    (try? Descriptor.open(path, .folder)) != nil
  }

  /// True when `path` is `folder` or inside it; both canonical. Bytes are compared: a name may
  /// begin with a mark that would join the slash before it.
  public static func isInside(_ path: String, _ folder: String) -> Bool {
    guard path.utf8.starts(with: folder.utf8) else { return false }
    let rest = path.utf8.dropFirst(folder.utf8.count)
    return rest.isEmpty || folder == "/" || rest.first == UInt8(ascii: "/")
  }

  /// The names in a folder that was made for something, without the one that a fresh file system of
  /// its own has in it. None when there is no such folder.
  public static func contents(_ path: String) throws(SystemError) -> [String] {
    try list(path).filter { $0 != "lost+found" }
  }

  /// The path from the root without links, `.` and `..`, as far as it exists; what does not is put
  /// behind it.
  public static func canonical(_ path: String) -> String {
    if let real = unsafe realpath(PathText.zeroTerminated(path), nil) {
      defer { unsafe free(real) }
      return unsafe PathText.string(of: real)
    }
    let (folder, name) = split(path)
    guard folder != path, name != ".." else { return path }
    let above = canonical(folder)
    return name == "." ? above : above == "/" ? "/" + name : above + "/" + name
  }

  /// The owner that a file of this name gets.
  private static func owner(
    of name: String, in folder: Descriptor
  ) throws(SystemError) -> FileOwner? {
    guard geteuid() == 0 else { return nil }
    if let replaced = try Descriptor.status(of: name, in: folder) { return FileOwner(of: replaced) }
    return try FileOwner.inherited(from: folder)
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
