import Log
public import Store

/// Everything that a disk holds, in the pages of the running system and on the medium. A value: a
/// copy is cheap and shares what neither side changes.
public struct DiskImage: Sendable {
  struct Inode: Sendable {
    /// The content that a crash leaves for certain.
    var durable = FileContent()
    /// The content that a read gives.
    var current = FileContent()
    /// Changes that were not synced, oldest first.
    var pending: [DiskOperation] = []
    /// `durable` with `pending` is `current`: no sync has failed and lost changes.
    var isFaithful = true
  }

  /// A file's name: which inode it leads to, now and after a crash that keeps nothing.
  struct Name: Sendable {
    let file: StoreFile
    var inode: Int?
    var durable: Int?
  }

  struct Folder: Sendable {
    let folder: StoreFolder
    var isDurable: Bool
  }

  // In the order in which they were made: a dictionary's differs from run to run.
  private(set) var names: [Name] = []
  private var places: [StoreFile: Int] = [:]
  private(set) var folders = [Folder(folder: .root, isDurable: true)]
  var inodes: [Inode] = []

  /// An empty disk with its root folder.
  public init() {}

  /// The files that there are, in the order in which their names were first made.
  public var files: [StoreFile] { names.compactMap { $0.inode == nil ? nil : $0.file } }

  /// The file as a read gives it, synced or not; nil: there is none.
  public func content(of file: StoreFile) -> FileContent? {
    inode(of: file).map { inodes[$0].current }
  }

  /// Space taken by all files, in bytes.
  public var allocatedBytes: Int {
    names.reduce(0) { $0 + ($1.inode.map { inodes[$0].current.allocatedBytes } ?? 0) }
  }

  func inode(of file: StoreFile) -> Int? { places[file].flatMap { names[$0].inode } }

  func has(_ folder: StoreFolder) -> Bool { folders.contains { $0.folder == folder } }

  // MARK: Changes

  /// - Throws: `.notFound`.
  mutating func perform(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .createFolder(let folder):
      if !has(folder) { folders.append(Folder(folder: folder, isDurable: false)) }
    case .create(let file):
      guard has(file.folder) else { throw .notFound }
      if inode(of: file) == nil { setName(file, make(FileContent())) }
    case .write(let file, _, _), .truncate(let file, _), .preallocate(let file, _),
      .punchHole(let file, _, _):
      try change(file, operation)
    case .sync(let file):
      guard let inode = inode(of: file) else { throw .notFound }
      persist(inode)
    case .syncFolder(let folder): persist(folder)
    case .rename(let from, let to):
      guard let inode = inode(of: from) else { throw .notFound }
      setName(from, nil)
      setName(to, inode)
    case .remove(let file):
      if inode(of: file) != nil { setName(file, nil) }
    }
  }

  /// The longest file there can be: a real file system has a limit as well (EFBIG), and this one's
  /// pages are in memory.
  static let fileBytesMost: UInt64 = 1 << 32

  mutating func change(_ file: StoreFile, _ operation: DiskOperation) throws(DiskError) {
    guard let inode = inode(of: file) else { throw .notFound }
    guard operation.fileEnd <= DiskImage.fileBytesMost else { throw .noSpace }
    inodes[inode].current.apply(operation)
    inodes[inode].pending.append(operation)
  }

  /// Pages that an earlier sync lost are clean: they are read as written, and no sync persists
  /// them.
  private mutating func persist(_ inode: Int) {
    guard !inodes[inode].pending.isEmpty else { return }
    if inodes[inode].isFaithful {
      inodes[inode].durable = inodes[inode].current
    } else {
      for operation in inodes[inode].pending { inodes[inode].durable.apply(operation) }
    }
    inodes[inode].pending = []
  }

  private mutating func persist(_ folder: StoreFolder) {
    for number in names.indices where names[number].file.folder == folder {
      names[number].durable = names[number].inode
    }
    for number in folders.indices where folders[number].folder.parent == folder {
      folders[number].isDurable = true
    }
  }

  // MARK: Parts

  mutating func make(_ content: FileContent) -> Int {
    inodes.append(Inode(durable: content, current: content))
    return inodes.count - 1
  }

  mutating func setName(_ file: StoreFile, _ inode: Int?) {
    if let place = places[file] {
      names[place].inode = inode
    } else {
      places[file] = names.count
      names.append(Name(file: file, inode: inode, durable: nil))
    }
  }

  /// A name or folder that survived a crash.
  mutating func setDurable(_ file: StoreFile, _ content: FileContent) {
    setName(file, make(content))
    names[names.count - 1].durable = inodes.count - 1
  }

  mutating func setDurable(_ folder: StoreFolder) {
    if !has(folder) { folders.append(Folder(folder: folder, isDurable: true)) }
  }
}

extension DiskOperation {
  /// How long the operation makes its file at least.
  fileprivate var fileEnd: UInt64 {
    switch self {
    case .write(_, let offset, let bytes): offset.addingClamped(UInt64(bytes.count))
    case .truncate(_, let bytes), .preallocate(_, let bytes): bytes
    case .punchHole(_, let offset, let bytes): offset.addingClamped(bytes)
    case .createFolder, .create, .sync, .syncFolder, .rename, .remove: 0
    }
  }
}

extension UInt64 {
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension StoreFolder {
  var parent: StoreFolder? {
    switch self {
    case .root: nil
    case .logs: .root
    case .log: .logs
    case .bodies(let id): .log(id)
    }
  }
}
