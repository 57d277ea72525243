/// A disk's answer to an operation that did not succeed. After any error of `sync` or `syncFolder`
/// nothing is known about what was persisted (Protocols/store.md, 2).
public enum DiskError: Error, Hashable, Sendable {
  /// ENOSPC, EDQUOT, EFBIG.
  case noSpace
  /// EROFS.
  case readOnly
  /// ENOENT.
  case notFound
  /// EIO.
  case inputOutput
  /// Any other: the system's sentence and name of it, for example "Too many open files (EMFILE)".
  case other(String)
}

/// One system call's worth of change. Operations are idempotent: doing one twice leaves the same
/// files as doing it once.
public enum DiskOperation: Sendable, Hashable {
  /// Makes the folder, if it is not there. Its parent exists.
  case createFolder(StoreFolder)
  /// Makes an empty file, if it is not there; never truncates one.
  case create(StoreFile)
  /// Reserves `bytes` of real space from offset 0 and makes the file at least as long
  /// (fallocate). Content that is there stays; the rest reads as zeros.
  case preallocate(StoreFile, bytes: UInt64)
  /// Writes all of `bytes` at `offset`, extending the file where needed. The file exists.
  case write(StoreFile, offset: UInt64, bytes: [UInt8])
  /// Sets the file's length.
  case truncate(StoreFile, bytes: UInt64)
  /// fdatasync: content and length are persistent when it returns.
  case sync(StoreFile)
  /// fsync of a folder: names made or renamed in it are persistent when it returns.
  case syncFolder(StoreFolder)
  /// Frees the range, which then reads as zeros; the length stays. Bytes that cannot be freed are
  /// overwritten with zeros.
  case punchHole(StoreFile, offset: UInt64, bytes: UInt64)
  /// Atomically replaces `to` by `from`, both in one folder.
  case rename(from: StoreFile, to: StoreFile)
  /// Removes the file, if it is there.
  case remove(StoreFile)
}

/// Operations to be executed in order, stopping at the first error. The executor answers once, with
/// `Store.completed(token:error:)`.
public struct DiskBatch: Sendable {
  /// Given back to `completed`.
  public let token: UInt64
  /// In this order.
  public let operations: [DiskOperation]

  /// - Parameter token: 0 for what is not the store's.
  public init(token: UInt64, operations: [DiskOperation]) {
    self.token = token
    self.operations = operations
  }

  /// The same batch after `before`; what makes room on a full disk stays first.
  public func preceded(by before: [DiskOperation]) -> DiskBatch {
    let room = operations.prefix { if case .truncate(.reserve, _) = $0 { true } else { false } }
    return DiskBatch(
      token: token, operations: room + before + operations.dropFirst(room.count))
  }
}

/// The files under one data folder. `read`, `size` and `list` may be called while another thread
/// executes a `DiskBatch`; a read then sees each byte before or after a concurrent write.
public protocol Disk: AnyObject {
  /// - Returns: up to `count` bytes from `offset`; fewer only at the end of the file.
  /// - Throws: `.notFound` when the file does not exist.
  func read(_ file: StoreFile, at offset: UInt64, count: Int) throws(DiskError) -> [UInt8]

  /// - Returns: the file's length in bytes, nil when it does not exist.
  func size(of file: StoreFile) throws(DiskError) -> UInt64?

  /// - Returns: the space that the file takes on the disk, without its holes; nil when it does not
  ///   exist.
  func allocatedBytes(of file: StoreFile) throws(DiskError) -> UInt64?

  /// - Returns: the first byte from `offset` on that is in no hole; nil if there is none, or no
  ///   such file. `offset` itself where the disk does not know.
  func data(in file: StoreFile, from offset: UInt64) throws(DiskError) -> UInt64?

  /// - Returns: the names in the folder, without `.` and `..`, in any order; empty when it does not
  ///   exist.
  func list(_ folder: StoreFolder) throws(DiskError) -> [String]

  /// - Throws: for a sync never `.noSpace`, which means that repeating the operation can help.
  func execute(_ operation: DiskOperation) throws(DiskError)

  /// Does them in order, up to the first error. Syncs that follow one another may be done together.
  func execute(_ operations: [DiskOperation]) throws(DiskError)
}

extension Disk {
  /// A disk that knows no holes.
  public func data(in file: StoreFile, from offset: UInt64) throws(DiskError) -> UInt64? { offset }

  /// One after the other.
  public func execute(_ operations: [DiskOperation]) throws(DiskError) {
    for operation in operations { try execute(operation) }
  }
}
