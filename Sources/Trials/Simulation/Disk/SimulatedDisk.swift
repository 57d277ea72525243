public import Store

/// A disk in memory that forgets what was not synced, and fails where it is told to.
public final class SimulatedDisk: Disk {
  /// May be replaced between two operations: by what a crash left.
  public var image: DiskImage
  /// Answers instead of the operation with this number.
  public var failures: [Int: DiskError] = [:]
  /// Answers every read.
  public var readFailure: DiskError?
  /// Asked before each operation, with its number from 1.
  public var fault: ((Int, DiskOperation) -> DiskFault?)?
  /// Asked before each operation: what the disk does instead, while it says that it did that; nil:
  /// it tells the truth.
  public var lie: ((DiskOperation) -> [DiskOperation]?)?
  /// Asked before each read, with its number from 1.
  public var readFault: ((Int) -> DiskError?)?
  /// Reads until now.
  public private(set) var reads = 0
  /// Operations until now.
  public private(set) var operations = 0
  /// Called before each operation.
  public var beforeOperation: ((SimulatedDisk, DiskOperation) -> Void)?

  /// - Parameter image: shared with whoever gave it until one of both writes.
  public init(_ image: DiskImage = DiskImage()) { self.image = image }

  /// Fewer bytes at the end of the file; `.notFound` without it.
  public func read(_ file: StoreFile, at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
    if let readFailure { throw readFailure }
    reads += 1
    if let failure = readFault?(reads) { throw failure }
    guard let inode = image.inode(of: file) else { throw .notFound }
    return image.inodes[inode].current.read(at: Int(offset), count: count)
  }

  /// Nil when there is no such file.
  public func size(of file: StoreFile) throws(DiskError) -> UInt64? {
    image.inode(of: file).map { UInt64(image.inodes[$0].current.count) }
  }

  /// Space taken on the disk, in bytes; nil when the file does not exist.
  public func allocatedBytes(of file: StoreFile) throws(DiskError) -> UInt64? {
    image.inode(of: file).map { UInt64(image.inodes[$0].current.allocatedBytes) }
  }

  /// Files and folders, sorted by name.
  public func list(_ folder: StoreFolder) throws(DiskError) -> [String] {
    let files = image.names.filter { $0.inode != nil && $0.file.folder == folder }.map(\.file.path)
    let folders = image.folders.map(\.folder).filter { $0.parent == folder }.map(\.path)
    return (files + folders).map { String($0.split(separator: "/").last ?? "") }.sorted()
  }

  /// Asks `failures`, `lie` and `fault`, in this order.
  public func execute(_ operation: DiskOperation) throws(DiskError) {
    beforeOperation?(self, operation)
    operations += 1
    if let failure = failures[operations] { throw failure }
    if let others = lie?(operation) {
      for other in others { try image.perform(other) }
      return
    }
    guard let fault = fault?(operations, operation) else { return try image.perform(operation) }
    switch fault.left {
    case .all: try image.perform(operation)
    case .some: image.tear(operation)
    case .nothing: image.lose(operation)
    }
    throw fault.error
  }

  /// Rots one bit of what is stored.
  public func flip(_ file: StoreFile, at offset: Int, bit: Int = 0) {
    image.flip(file, at: offset, bit: bit)
  }
}
