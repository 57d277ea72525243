internal import CLinux
internal import Glibc
public import Store

/// The store's disk on a real folder. Any thread may read while another executes: descriptors are
/// shared and counted, so that one which is dropped from the cache is closed only when nobody uses
/// it any more.
public final class FileDisk: Disk, Sendable {
  private struct Open {
    let file: Descriptor
    var lastUse: UInt64
  }

  private struct State {
    var open: [StoreFile: Open] = [:]
    var uses: UInt64 = 0
    /// The first sync that failed. The kernel has dropped what it could not write, and the next
    /// sync would say "good".
    var failure: DiskError?
    /// Kept for a time when there is no other descriptor to be had.
    var spare: Descriptor?
  }

  private let root: Descriptor
  private let owner: FileOwner?
  private let state = Monitor(State())
  private let openFilesLimit: Int
  private let access: OpenFlags

  /// The data folder, which exists. `openFiles` bounds the descriptors it keeps. A folder that is
  /// only read may be on a medium that cannot be written.
  public init(
    folder: String, openFiles: Int = Limits.openFiles, isReadOnly: Bool = false
  ) throws(SystemError) {
    precondition(openFiles > 0)
    root = try Descriptor.open(folder, .folder)
    owner = try FileOwner.inherited(from: root)
    openFilesLimit = openFiles
    access = isReadOnly ? [] : .writing
    let spare = try Descriptor.open(folder, .folder)
    state.withLock { $0.spare = spare }
  }

  /// Fewer than `count` only where the file ends before.
  public func read(
    _ file: StoreFile, at offset: UInt64, count: Int
  ) throws(DiskError) -> [UInt8] {
    try translating { () throws(SystemError) in
      try readable(file).read(at: offset, count: count)
    }
  }

  /// Nil when there is no such file; anything but a regular file is an error.
  public func size(of file: StoreFile) throws(DiskError) -> UInt64? {
    try translating { () throws(SystemError) in
      guard let status = try Descriptor.status(of: file.path, in: root) else { return nil }
      try status.requireRegular(file.path)
      return status.bytes
    }
  }

  /// By blocks, so that holes do not count. Nil when there is no such file.
  public func allocatedBytes(of file: StoreFile) throws(DiskError) -> UInt64? {
    try translating { () throws(SystemError) in
      try Descriptor.status(of: file.path, in: root)?.allocatedBytes
    }
  }

  /// The next place that is no hole, at `offset` or above; nil behind the last, or without the
  /// file.
  public func data(in file: StoreFile, from offset: UInt64) throws(DiskError) -> UInt64? {
    do throws(SystemError) {
      return try readable(file).data(from: offset)
    } catch {
      if error.number == ENOENT { return nil }
      throw DiskError(error)
    }
  }

  /// Names, in no order; none for a folder that is not there.
  public func list(_ folder: StoreFolder) throws(DiskError) -> [String] {
    do throws(SystemError) {
      return try opened { () throws(SystemError) in
        try Descriptor.openOnce(folder.path, in: root, .folder)
      }.names()
    } catch {
      if error.number == ENOENT { return [] }
      throw DiskError(error)
    }
  }

  /// After a sync that failed every operation fails with its error (Protocols/store.md, STO-4).
  public func execute(_ operation: DiskOperation) throws(DiskError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    do throws(SystemError) {
      try perform(operation)
    } catch {
      var failure = DiskError(error)
      // The store repeats what met a full disk; a sync that failed is never repeated (STO-4).
      if operation.isSync, failure == .noSpace { failure = .inputOutput }
      if operation.isSync { state.withLock { $0.failure = $0.failure ?? failure } }
      throw failure
    }
  }

  /// Many files are written back together before the first of them is waited for: half the time of
  /// one after the other.
  public func execute(_ operations: [DiskOperation]) throws(DiskError) {
    var started = 0
    for (position, operation) in operations.enumerated() {
      if operation.isSync, position >= started {
        let end = operations[position...].firstIndex { !$0.isSync } ?? operations.count
        started = min(end, position + Limits.syncsTogether)
        if started - position > 1 { startWriting(operations[position..<started]) }
      }
      try execute(operation)
    }
  }

  /// Only a hint: what goes wrong here the sync will say.
  private func startWriting(_ operations: ArraySlice<DiskOperation>) {
    for case .sync(let file) in operations { try? descriptor(file).startWriting() }
  }

  /// Descriptors kept now, for tests and the status.
  public var openFiles: Int { state.withLock { $0.open.count } }

  private func perform(_ operation: DiskOperation) throws(SystemError) {
    switch operation {
    case .createFolder(let folder):
      try Descriptor.makeOwned(folder: folder.path, in: root, mode: 0o700, owner: owner)
    case .create(let file):
      let made = try opened { () throws(SystemError) in
        try Descriptor.openOrMake(file.path, in: root, mode: 0o600, owner: owner)
      }
      keep(made, as: file)
    case .preallocate(let file, let bytes):
      try descriptor(file).reserve(bytes: bytes)
    case .write(let file, let offset, let bytes):
      try descriptor(file).write(bytes.span, at: offset)
    case .truncate(let file, let bytes):
      try descriptor(file).truncate(toBytes: bytes)
    case .sync(let file):
      try descriptor(file).syncData()
    case .syncFolder(let folder):
      try opened { () throws(SystemError) in
        try Descriptor.openOnce(folder.path, in: root, .folder)
      }.syncAll()
    case .punchHole(let file, let offset, let bytes):
      try descriptor(file).free(at: offset, bytes: bytes)
    case .rename(let from, let to):
      try Descriptor.rename(from.path, to: to.path, in: root)
      forget(from, to)
    case .remove(let file):
      do throws(SystemError) {
        try Descriptor.remove(file.path, in: root)
      } catch {
        if error.number != ENOENT { throw error }
      }
      forget(file)
    }
  }

  // MARK: descriptors

  private func descriptor(_ file: StoreFile) throws(SystemError) -> Descriptor {
    let known = state.withLock { state -> Descriptor? in
      state.uses += 1
      guard var open = state.open[file] else { return nil }
      open.lastUse = state.uses
      state.open[file] = open
      return open.file
    }
    if let known { return known }
    let found = try Descriptor.regular(file.path, in: root, named: file.path) {
      () throws(SystemError) in
      try opened { () throws(SystemError) in
        try Descriptor.openOnce(
          file.path, in: root, access.union([.notThroughLink, .notBlocking]))
      }
    }
    keep(found, as: file)
    return found
  }

  /// A shortage of descriptors is met with those that are kept here, then with the spare one, and
  /// is waited for after that.
  private func opened(
    _ open: () throws(SystemError) -> Descriptor
  ) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      return try open()
    } catch {
      guard error.isShortage else { throw error }
    }
    forgetAll()
    do throws(SystemError) {
      return try open()
    } catch {
      guard error.isShortage else { throw error }
    }
    dropSpare()
    defer { takeSpare() }
    return try Shortage.waited { () throws(SystemError) in try open() }
  }

  private func forgetAll() {
    let dropped = state.withLock { state in
      defer { state.open = [:] }
      return state.open
    }
    withExtendedLifetime(dropped) {}
  }

  /// It is closed when this returns, outside the lock: a variable of who needs its number would
  /// keep it.
  private func dropSpare() {
    let spare = state.withLock { state -> Descriptor? in
      defer { state.spare = nil }
      return state.spare
    }
    withExtendedLifetime(spare) {}
  }

  /// For the next shortage; when there is none to be had now, it goes without.
  private func takeSpare() {
    guard let spare = try? Descriptor.openOnce(".", in: root, .folder) else { return }
    state.withLock { $0.spare = spare }
  }

  /// For reading alone: what lies on a disk that turned read-only is still served.
  private func readable(_ file: StoreFile) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      return try descriptor(file)
    } catch {
      guard error.number == EROFS else { throw error }
      return try opened { () throws(SystemError) in
        try Descriptor.openOnce(file.path, in: root, [.notThroughLink, .notBlocking])
      }
    }
  }

  /// When there are too many, a quarter of them goes, those used longest ago: looking for them is a
  /// small part of an `open`.
  private func keep(_ file: Descriptor, as name: StoreFile) {
    let dropped = state.withLock { state -> [Open] in
      state.uses += 1
      state.open[name] = Open(file: file, lastUse: state.uses)
      guard state.open.count > openFilesLimit else { return [] }
      let oldest = state.open.sorted { $0.value.lastUse < $1.value.lastUse }
        .prefix(max(1, openFilesLimit / 4))
      for (name, _) in oldest { state.open[name] = nil }
      return oldest.map(\.value)
    }
    // Closed here, outside the lock.
    _ = dropped
  }

  private func forget(_ files: StoreFile...) {
    state.withLock { state in
      for file in files { state.open[file] = nil }
    }
  }

  private func translating<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(DiskError) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw DiskError(error)
    }
  }
}

extension DiskError {
  init(_ error: SystemError) {
    self =
      switch error.number {
      case ENOSPC, EDQUOT, EFBIG: .noSpace
      case EROFS: .readOnly
      case ENOENT: .notFound
      case EIO: .inputOutput
      default: .other(error.reason)
      }
  }
}

extension DiskOperation {
  var isSync: Bool {
    switch self {
    case .sync, .syncFolder: true
    default: false
    }
  }
}
