/// A file that grows at its end, made where it is not there: for one who can make it again from
/// something else, so that what a crash leaves may be cut off. A file that root makes belongs to
/// the owner of the folder.
public final class AppendFile {
  private let file: Descriptor
  /// The file's length, with what was appended here.
  public private(set) var bytes: UInt64

  /// - Throws: also when something of that name is no regular file, or a link.
  public init(_ path: String) throws(SystemError) {
    let folder = try Descriptor.open(FileSystem.parent(path), .folder)
    file = try Descriptor.regular(path, named: path) { () throws(SystemError) in
      try Descriptor.openOrMake(path, mode: 0o600, owner: try FileOwner.inherited(from: folder))
    }
    bytes = try file.status().bytes
  }

  /// At most `count` bytes, fewer at the end.
  public func read(at offset: UInt64, count: Int) throws(SystemError) -> [UInt8] {
    try file.read(at: offset, count: count)
  }

  /// Writes behind the end, and syncs it.
  public func append(_ added: [UInt8]) throws(SystemError) {
    guard !added.isEmpty else { return }
    try file.write(added.span, at: bytes)
    try file.syncData()
    bytes += UInt64(added.count)
  }

  /// Cuts the end off, or adds zeros; nothing is synced.
  public func truncate(toBytes count: UInt64) throws(SystemError) {
    try file.truncate(toBytes: count)
    bytes = count
  }

  /// Waits for nobody: another process that writes keeps this one from it.
  /// - Returns: whether this one has it until it is gone.
  public func lock() throws(SystemError) -> Bool {
    guard try file.lockExclusively() else { return false }
    bytes = try file.status().bytes
    return true
  }
}
