public import Crypto

extension Store {
  /// Makes an empty store in the data folder. Synchronous. The `format` file comes last: a crash
  /// before leaves no store, and `create` can be repeated (Protocols/store.md, 6.1).
  /// - Parameter salt: 32 random bytes, which keep a stored body from passing for a journal frame.
  /// - Throws: `.alreadyExists`, or the disk's error.
  public static func create(
    on disk: any Disk, salt: Bytes32, limits: StoreLimits = StoreLimits()
  ) throws(StoreError) {
    try create(on: disk, salt: salt, limits: limits, heads: [], withReserve: true)
  }

  /// - Parameter heads: of logs whose files are there already, synced.
  static func create(
    on disk: any Disk, salt: Bytes32, limits: StoreLimits = StoreLimits(), heads: [HeadRecord],
    withReserve: Bool
  ) throws(StoreError) {
    precondition(limits.journalBytes % UInt64(Layout.journalPage) == 0, "whole pages")
    do {
      guard try disk.size(of: .format) == nil else { throw StoreError.alreadyExists }
      let position = JournalPosition(
        salt: salt, bytes: limits.journalBytes, generation: 1, sequence: 0, offset: 0)
      try disk.execute(.createFolder(.logs))
      for number in 0...1 {
        let file = StoreFile.journal(number)
        try disk.execute(.create(file))
        try disk.execute(.truncate(file, bytes: 0))
        try disk.execute(.preallocate(file, bytes: limits.journalBytes))
        // Written once, a page costs no change of metadata at any later fdatasync.
        let piece = [UInt8](repeating: 0, count: Layout.readBytes)
        for offset in stride(from: 0, to: limits.journalBytes, by: Layout.readBytes) {
          let count = min(UInt64(piece.count), limits.journalBytes - offset)
          try disk.execute(.write(file, offset: offset, bytes: Array(piece[..<Int(count)])))
        }
        if number == position.number {
          let beginning = JournalFrame.encode(
            .begin, retiresOther: true, generation: position.generation, sequence: 0, salt: salt,
            reservedPayload: JournalBeginning(salt: salt, heads: heads).payload())
          try disk.execute(.write(file, offset: 0, bytes: beginning))
        }
        try disk.execute(.sync(file))
      }
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
    } catch let error as StoreError {
      throw error
    } catch let error as DiskError {
      throw .disk(error, nil)
    } catch {
      throw .disk(.other("an error without a name"), nil)
    }
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
    var recovery = Recovery(disk: disk)
    return try recovery.run(limits: limits)
  }
}
