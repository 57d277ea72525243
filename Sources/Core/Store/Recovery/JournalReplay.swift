import Crypto
import Log
import Wire

/// The journals that count, replayed into the log files that their commits change
/// (Protocols/store.md, 5.2 and 7). It can be broken off and done again at any point.
struct JournalReplay {
  let disk: RecoveryDisk
  /// How far the journals take each log.
  let logs: RecoveredLogs
  /// Something of the journals was damaged: what follows need not connect.
  private(set) var isDoubtful = false
  /// The end of a journal is gone: what it acknowledged is known from log files alone.
  private(set) var mayLackEntries = false
  /// A beginning said how far the logs go.
  var hasHeads = false
  /// Writes that are not in log files yet.
  private var joined = JoinedWrites()
  /// Says in the newest journal that the older one is no longer needed: to be done once that is so.
  private(set) var retirement: [DiskOperation] = []

  init(_ disk: RecoveryDisk, _ logs: RecoveredLogs) {
    self.disk = disk
    self.logs = logs
  }

  /// - Returns: where the next journal begins.
  mutating func run(_ limits: StoreLimits) throws(StoreError) -> JournalPosition {
    var readers = [
      try JournalReader(disk: disk.disk, number: 0), try JournalReader(disk: disk.disk, number: 1),
    ]
    let valid = readers.filter { $0.beginning != nil }
    // Between two of one generation the one in its place counts.
    guard
      let newest = valid.max(by: {
        $0.generation == $1.generation ? $1.isInPlace : $0.generation < $1.generation
      }),
      let salt = newest.beginning?.salt
    else { throw .damaged(Damage(file: .journal(0), index: 0, .beginnings)) }
    guard newest.isInPlace else {
      throw .damaged(Damage(file: newest.file, index: 0, .malformed))
    }
    let other = 1 - newest.number
    let bytes = try completeJournals(readers, limits)
    var next = newest.generation + 3
    if let later = try readers[other].commits(after: newest.generation, salt: salt) {
      // The later journal lost its beginning, whose heads are what this one leads to.
      disk.report(Damage(file: .journal(other), index: 0, .checksum))
      readers[other].goOn(without: salt, generation: later)
      for var scan in [newest, readers[other]] {
        while try scan.next() != nil {}
        try persist(scan)
      }
      try replay([newest, readers[other]])
      // The one that is whole stays as long as the other is not.
      next = later + 2
    } else {
      try replayWhole(newest, &readers[other], salt)
    }
    return JournalPosition(salt: salt, bytes: bytes, generation: next, sequence: 0, offset: 0)
  }

  /// The newest journal has its beginning; the other may be needed.
  private mutating func replayWhole(
    _ newest: JournalReader, _ other: inout JournalReader, _ salt: Bytes32
  ) throws(StoreError) {
    var scan = newest
    while try scan.next() != nil {}
    try persist(scan)
    guard !scan.retiresOther else { return try replay([newest]) }
    if other.beginning == nil || other.generation + 1 != newest.generation {
      // The newest's beginning says, too, what is needed of the other's.
      disk.report(Damage(file: other.file, index: 0, .malformed))
      other.goOn(without: salt, generation: newest.generation - 1)
    }
    try replay([other, newest])
    let frame = JournalFrame.encode(
      .commit, retiresOther: true, generation: scan.generation, sequence: scan.sequence + 1,
      salt: salt, reservedPayload: [UInt8](repeating: 0, count: JournalFrame.headerBytes))
    retirement = [.write(scan.file, offset: scan.offset, bytes: frame), .sync(scan.file)]
  }

  /// Writes and syncs again what was read: it may be pages that a failed sync left in memory only.
  /// Nothing that only such a page says may reach a log file, and no other journal may be written
  /// over for it, before it is on the disk.
  private func persist(_ scan: JournalReader) throws(StoreError) {
    let bytes = try disk.disk.readExactly(scan.file, at: 0, count: Int(scan.offset))
    try disk.execute(.write(scan.file, offset: 0, bytes: bytes))
    try disk.execute(.sync(scan.file))
  }

  private mutating func replay(_ readers: [JournalReader]) throws(StoreError) {
    for head in readers.lazy.compactMap(\.beginning).first?.heads ?? [] {
      try logs[head.id].survey(head, on: disk)
    }
    for var reader in readers {
      hasHeads = !logs.order.isEmpty || reader.beginning != nil
      for head in reader.beginning?.heads ?? [] { try set(head) }
      while let piece = try reader.next() {
        guard case .commit(let payload) = piece else {
          if case .lost(let sequence) = piece {
            disk.report(Damage(file: reader.file, index: sequence, .checksum))
          }
          try doubt()
          continue
        }
        do {
          try replay(payload)
        } catch {
          guard case .damaged = error else { throw error }
          throw .damaged(Damage(file: reader.file, index: reader.sequence, .malformed))
        }
      }
      if reader.beginning == nil { try doubt() }
    }
    try writeJoined()
    hasHeads = true
    if mayLackEntries { try salvageUnknownLogs() }
    for id in logs.order { try salvageTail(of: logs[id]) }
  }

  /// A journal that is missing or too short gets its length, so that it can begin again: shorter
  /// than the other is damage; where both have no room for what will be written to them, they were
  /// cut, or made with another setting.
  private mutating func completeJournals(
    _ readers: [JournalReader], _ limits: StoreLimits
  ) throws(StoreError) -> UInt64 {
    let page = UInt64(Layout.journalPage)
    let longest = max(readers[0].length, readers[1].length) / page * page
    let bytes = longest < limits.leastJournalBytes ? limits.journalBytes : longest
    for reader in readers where reader.length < bytes {
      if reader.length < longest {
        disk.report(Damage(file: reader.file, reader.length == 0 ? .missing : .tooShort))
        isDoubtful = true
        mayLackEntries = true
      }
      try disk.execute(.create(reader.file))
      try disk.execute(.preallocate(reader.file, bytes: bytes))
      try disk.execute(.sync(reader.file))
      try disk.execute(.syncFolder(.root))
    }
    return bytes
  }

  /// A head that a beginning gives. Behind damage the entries up to it may not be in log files.
  mutating func set(_ head: HeadRecord) throws(StoreError) {
    let log = logs[head.id]
    guard log.head != nil else { return logs.begin(head) }
    try reach(head)
    log.head = head
    log.lost = nil
  }

  /// The entries up to an acknowledged head are in log files or, behind damage, are looked for
  /// there.
  mutating func reach(_ head: HeadRecord) throws(StoreError) {
    let log = logs[head.id]
    guard isDoubtful, let before = log.head, head.size > before.size,
      try !salvage(log, upTo: head.size, lastHeader: head.headerHash)
    else { return }
    log.fallback = log.fallback ?? before
  }

  // MARK: Writes

  /// Writes what a record puts into log files. The writes may wait for others of their files:
  /// nothing reads these before the end, as long as the journals are whole.
  mutating func write(_ operations: [DiskOperation]) throws(StoreError) {
    guard !isDoubtful else { return try disk.change(operations) }
    for operation in operations {
      if case .write(let file, let offset, let bytes) = operation {
        joined.append(file, offset, bytes)
      } else {
        try disk.change([operation])
      }
    }
    if joined.bytes > Limits.joinedBytes { try writeJoined() }
  }

  private mutating func writeJoined() throws(StoreError) { try disk.change(joined.take()) }

  /// From here on entries are looked for in log files.
  private mutating func doubt() throws(StoreError) {
    try writeJoined()
    isDoubtful = true
  }
}
