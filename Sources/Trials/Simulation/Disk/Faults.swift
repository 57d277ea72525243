public import Store

/// An operation that answers with an error, and what it did all the same.
public struct DiskFault: Sendable {
  /// The part of the operation that was done: none, half or all.
  public enum Left: Sendable { case nothing, some, all }
  /// Told to the store, which knows nothing of `left`.
  public let error: DiskError
  /// Decided by the run.
  public let left: Left

  /// - Parameter left: `.some` is half of a write, a hole or a sync, and nothing of all else.
  public init(error: DiskError, left: Left) {
    self.error = error
    self.left = left
  }
}

extension DiskOperation {
  /// True where a full disk refuses it.
  public var takesSpace: Bool {
    switch self {
    // A hole in the middle of an extent makes two of it.
    case .createFolder, .create, .preallocate, .write, .punchHole: true
    case .truncate, .sync, .syncFolder, .rename, .remove: false
    }
  }
}

extension DiskImage {
  /// A sync that failed: what it should have persisted is dropped, and still read as written.
  /// Another operation was not done.
  mutating func lose(_ operation: DiskOperation) {
    guard case .sync(let file) = operation, let inode = inode(of: file) else { return }
    forget(inode)
  }

  /// Half of a write or of a hole is done; half of what a sync should have persisted is.
  mutating func tear(_ operation: DiskOperation) {
    switch operation {
    case .write(let file, let offset, let bytes):
      let half = DiskOperation.write(
        file, offset: offset, bytes: Array(bytes[..<(bytes.count / 2)]))
      // A file that is not there is not written to.
      try? change(file, half)
    case .punchHole(let file, let offset, let bytes):
      try? change(file, .punchHole(file, offset: offset, bytes: bytes / 2))
    case .sync(let file):
      guard let inode = inode(of: file) else { return }
      for (number, write) in inodes[inode].pending.enumerated() where number % 2 == 1 {
        inodes[inode].durable.apply(write)
      }
      forget(inode)
    case .createFolder, .create, .truncate, .preallocate, .syncFolder, .rename, .remove:
      break
    }
  }

  private mutating func forget(_ inode: Int) {
    if !inodes[inode].pending.isEmpty { inodes[inode].isFaithful = false }
    inodes[inode].pending = []
  }

  /// Rots one bit of what is stored.
  public mutating func flip(_ file: StoreFile, at offset: Int, bit: Int = 0) {
    guard let inode = inode(of: file) else { return }
    inodes[inode].current.flipBit(bit, at: offset)
    inodes[inode].durable = inodes[inode].current
  }
}
