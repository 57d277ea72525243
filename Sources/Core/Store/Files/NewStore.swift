public import Crypto

/// The making of a store (Protocols/store.md, 6.1). The `format` file comes last: a crash before
/// leaves no store, and all of it can be repeated.
struct NewStore {
  let disk: any Disk
  let salt: Bytes32
  let limits: StoreLimits
  /// Heads of logs whose files are there already, synced.
  var heads: [HeadRecord] = []
  var withReserve = true

  /// - Throws: `.alreadyExists`, or the disk's error.
  func make() throws(StoreError) {
    precondition(limits.journalBytes % UInt64(Layout.journalPage) == 0, "whole pages")
    do throws(DiskError) {
      if try disk.size(of: .format) == nil { return try makeFiles() }
    } catch {
      throw .disk(error, nil)
    }
    throw .alreadyExists
  }

  private func makeFiles() throws(DiskError) {
    try disk.execute(.createFolder(.logs))
    for number in 0...1 { try makeJournal(number) }
    if withReserve {
      try disk.execute(.create(.reserve))
      try disk.execute(.preallocate(.reserve, bytes: limits.reserveBytes))
      try disk.execute(.sync(.reserve))
    }
    try disk.execute(.create(.formatDraft))
    try disk.execute(.write(.formatDraft, offset: 0, bytes: Layout.format))
    try disk.execute(.sync(.formatDraft))
    try disk.execute(.syncFolder(.root))
    try disk.execute(.rename(from: .formatDraft, to: .format))
    try disk.execute(.syncFolder(.root))
  }

  private func makeJournal(_ number: Int) throws(DiskError) {
    let file = StoreFile.journal(number)
    try disk.execute(.create(file))
    try disk.execute(.truncate(file, bytes: 0))
    try disk.execute(.preallocate(file, bytes: limits.journalBytes))
    // Written once, a page costs no change of metadata at any later fdatasync.
    let piece = [UInt8](repeating: 0, count: Limits.readBytes)
    for offset in stride(from: 0, to: limits.journalBytes, by: Limits.readBytes) {
      let count = min(UInt64(piece.count), limits.journalBytes - offset)
      try disk.execute(.write(file, offset: offset, bytes: Array(piece[..<Int(count)])))
    }
    let first = JournalPosition(
      salt: salt, bytes: limits.journalBytes, generation: 1, sequence: 0, offset: 0)
    if number == first.number {
      try disk.execute(
        .write(file, offset: 0, bytes: first.beginning(heads, retiresOther: true)))
    }
    try disk.execute(.sync(file))
  }
}

extension Store {
  /// Makes an empty store in the data folder. Synchronous, and can be repeated after a crash.
  /// - Parameter salt: 32 random bytes, which keep a stored body from passing for a journal frame.
  /// - Throws: `.alreadyExists`, or the disk's error.
  public static func create(
    on disk: any Disk, salt: Bytes32, limits: StoreLimits = StoreLimits()
  ) throws(StoreError) {
    try NewStore(disk: disk, salt: salt, limits: limits).make()
  }

  /// Opens and recovers the store: replays both journals into the log files, cuts what was never
  /// acknowledged, begins a new journal (7). Synchronous.
  ///
  /// A log whose files are shorter than its head or contradict it is not loaded and not changed:
  /// see `damage`.
  /// - Throws: `.noStore`, `.unknownFormat`, `.damaged` for a journal, `.disk`.
  public static func open(on disk: any Disk, limits: StoreLimits = StoreLimits())
    throws(StoreError) -> Store
  {
    try Recovery(disk, limits).run()
  }
}
