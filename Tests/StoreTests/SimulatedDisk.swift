import Log
import Store

/// A disk that forgets what was not synced. At a crash each unsynced write is kept, dropped or torn
/// at sectors, independently of the others, so that later writes may survive earlier ones; names that
/// were made and not synced may be gone.
struct DiskImage {
  struct Inode {
    var durable: [UInt8] = []
    var current: [UInt8] = []
    var pending: [DiskOperation] = []
  }

  var inodes: [Int: Inode] = [:]
  var names: [StoreFile: Int] = [:]
  var durableNames: [StoreFile: Int] = [:]
  var folders: Set<StoreFolder> = [.root]
  var durableFolders: Set<StoreFolder> = [.root]
  var lastInode = 0

  /// What a crash leaves.
  func crashed(_ random: inout TestRandom) -> DiskImage {
    var after = DiskImage()
    after.lastInode = lastInode
    let style = random.below(4)
    func keeps(_ random: inout TestRandom) -> Bool {
      switch style {
      case 0: true
      case 1: false
      default: random.below(2) == 0
      }
    }
    for folder in folders.sorted(by: { $0.path < $1.path })
    where durableFolders.contains(folder) || keeps(&random) {
      after.folders.insert(folder)
    }
    let all = Set(names.keys).union(durableNames.keys).sorted { $0.path < $1.path }
    var inodesKept: [Int: Inode] = [:]
    for file in all where after.folders.contains(file.folder) {
      let inode: Int?
      if names[file] == durableNames[file] {
        inode = names[file]
      } else {
        inode = keeps(&random) ? names[file] : durableNames[file]
      }
      guard let inode, let content = inodes[inode] else { continue }
      after.names[file] = inode
      if inodesKept[inode] == nil {
        var bytes = content.durable
        for operation in content.pending {
          let roll = random.below(3)
          if style == 0 || (style != 1 && roll == 0) {
            DiskImage.apply(operation, to: &bytes)
          } else if style != 1, roll == 1 {
            DiskImage.applyTorn(operation, to: &bytes, &random)
          }
        }
        inodesKept[inode] = Inode(durable: bytes, current: bytes)
      }
    }
    after.inodes = inodesKept
    after.durableNames = after.names
    after.durableFolders = after.folders
    return after
  }

  static func apply(_ operation: DiskOperation, to bytes: inout [UInt8]) {
    switch operation {
    case .write(_, let offset, let data):
      let end = Int(offset) + data.count
      if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(Int(offset)..<end, with: data)
    case .truncate(_, let size):
      if bytes.count > Int(size) {
        bytes.removeLast(bytes.count - Int(size))
      } else {
        bytes += [UInt8](repeating: 0, count: Int(size) - bytes.count)
      }
    case .preallocate(_, let size):
      if bytes.count < Int(size) { bytes += [UInt8](repeating: 0, count: Int(size) - bytes.count) }
    default: break
    }
  }

  /// Some sectors of a write.
  static func applyTorn(
    _ operation: DiskOperation, to bytes: inout [UInt8], _ random: inout TestRandom
  ) {
    guard case .write(let file, let offset, let data) = operation else { return }
    var start = 0
    while start < data.count {
      let sectorEnd = (Int(offset) + start) / 512 * 512 + 512 - Int(offset)
      let end = min(sectorEnd, data.count)
      if random.below(2) == 0 {
        let part = DiskOperation.write(
          file, offset: offset + UInt64(start), bytes: Array(data[start..<end]))
        apply(part, to: &bytes)
      }
      start = end
    }
  }
}

/// An operation that answers with an error, and what it did all the same.
struct DiskFault {
  enum Left { case nothing, some, all }
  let error: DiskError
  let left: Left
}

extension DiskImage {
  /// Pages that an earlier sync lost are clean: they are read as written, and no sync persists them.
  mutating func persist(_ inode: Int) {
    guard let pending = inodes[inode]?.pending else { return }
    for operation in pending { DiskImage.apply(operation, to: &inodes[inode]!.durable) }
    inodes[inode]!.pending = []
  }

  /// A sync that failed: what it should have persisted is dropped. Another operation: was not done.
  mutating func lose(_ operation: DiskOperation) {
    guard case .sync(let file) = operation, let inode = names[file] else { return }
    inodes[inode]!.pending = []
  }

  /// Half of a write is done, half of what a sync should have persisted is.
  mutating func tear(_ operation: DiskOperation) {
    switch operation {
    case .write(let file, let offset, let bytes):
      guard let inode = names[file] else { return }
      let part = DiskOperation.write(
        file, offset: offset, bytes: Array(bytes[..<(bytes.count / 2)]))
      DiskImage.apply(part, to: &inodes[inode]!.current)
      inodes[inode]!.pending.append(part)
    case .sync(let file):
      guard let inode = names[file] else { return }
      for (number, write) in inodes[inode]!.pending.enumerated() where number % 2 == 1 {
        DiskImage.apply(write, to: &inodes[inode]!.durable)
      }
      inodes[inode]!.pending = []
    default: break
    }
  }
}

final class SimulatedDisk: Disk {
  var image: DiskImage
  /// Answers instead of the operation with this number.
  var failures: [Int: DiskError] = [:]
  /// Answers every read.
  var readFailure: DiskError?
  /// Asked before each operation, with its number from 1.
  var fault: ((Int, DiskOperation) -> DiskFault?)?
  /// Asked before each read, with its number from 1.
  var readFault: ((Int) -> DiskError?)?
  private(set) var reads = 0
  private(set) var operations = 0
  /// Called before each operation.
  var beforeOperation: ((SimulatedDisk, DiskOperation) -> Void)?

  init(_ image: DiskImage = DiskImage()) { self.image = image }

  func read(_ file: StoreFile, at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
    if let readFailure { throw readFailure }
    reads += 1
    if let failure = readFault?(reads) { throw failure }
    guard let inode = image.names[file], let content = image.inodes[inode]?.current else {
      throw .notFound
    }
    guard offset < content.count else { return [] }
    return Array(content[Int(offset)..<min(content.count, Int(offset) + count)])
  }

  func size(of file: StoreFile) throws(DiskError) -> UInt64? {
    image.names[file].flatMap { image.inodes[$0] }.map { UInt64($0.current.count) }
  }

  func list(_ folder: StoreFolder) throws(DiskError) -> [String] {
    let prefix = folder == .root ? "" : folder.path + "/"
    let paths = image.names.keys.map(\.path) + image.folders.map(\.path)
    return Set(
      paths.filter { $0.hasPrefix(prefix) && $0 != prefix }
        .compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }
    ).sorted()
  }

  func execute(_ operation: DiskOperation) throws(DiskError) {
    beforeOperation?(self, operation)
    operations += 1
    if let failure = failures[operations] { throw failure }
    guard let fault = fault?(operations, operation) else { return try perform(operation) }
    switch fault.left {
    case .all: try perform(operation)
    case .some: image.tear(operation)
    case .nothing: image.lose(operation)
    }
    throw fault.error
  }

  private func perform(_ operation: DiskOperation) throws(DiskError) {
    switch operation {
    case .createFolder(let folder): image.folders.insert(folder)
    case .create(let file):
      guard image.folders.contains(file.folder) else { throw .notFound }
      guard image.names[file] == nil else { return }
      image.lastInode += 1
      image.inodes[image.lastInode] = DiskImage.Inode()
      image.names[file] = image.lastInode
    case .write(let file, _, _), .truncate(let file, _), .preallocate(let file, _):
      guard let inode = image.names[file] else { throw .notFound }
      DiskImage.apply(operation, to: &image.inodes[inode]!.current)
      image.inodes[inode]!.pending.append(operation)
    case .sync(let file):
      guard let inode = image.names[file] else { throw .notFound }
      image.persist(inode)
    case .syncFolder(let folder):
      for (file, inode) in image.names where file.folder == folder {
        image.durableNames[file] = inode
      }
      for file in image.durableNames.keys where file.folder == folder {
        if image.names[file] == nil { image.durableNames[file] = nil }
      }
      for child in image.folders where child.parent == folder { image.durableFolders.insert(child) }
    case .rename(let from, let to):
      guard let inode = image.names.removeValue(forKey: from) else { throw .notFound }
      image.names[to] = inode
    case .remove(let file): image.names[file] = nil
    case .punchHole: break
    }
  }

  /// Flips one bit of what is stored.
  func flip(_ file: StoreFile, at offset: Int) {
    guard let inode = image.names[file] else { return }
    image.inodes[inode]!.current[offset] ^= 1
    image.inodes[inode]!.durable = image.inodes[inode]!.current
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

/// SplitMix64: small, and the same on every run.
struct TestRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
