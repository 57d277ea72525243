import Crypto
import Log
import Wire

// The journals that count, and the log files that their commits change (Protocols/store.md, 5.2 and
// 7).
extension Recovery {
  /// - Returns: where the next journal begins.
  mutating func replay(_ limits: StoreLimits) throws(StoreError) -> JournalPosition {
    var readers = [
      try JournalReader(disk: disk, number: 0), try JournalReader(disk: disk, number: 1),
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
      report(Damage(file: .journal(other), index: 0, .checksum))
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
      report(Damage(file: other.file, index: 0, .malformed))
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
  private mutating func persist(_ scan: JournalReader) throws(StoreError) {
    let bytes = try disk.readExactly(scan.file, at: 0, count: Int(scan.offset))
    try execute(.write(scan.file, offset: 0, bytes: bytes))
    try execute(.sync(scan.file))
  }

  private mutating func replay(_ readers: [JournalReader]) throws(StoreError) {
    for head in readers.lazy.compactMap(\.beginning).first?.heads ?? [] { try survey(head) }
    for var reader in readers {
      hasHeads = !order.isEmpty || reader.beginning != nil
      for head in reader.beginning?.heads ?? [] { try set(head) }
      while let piece = try reader.next() {
        guard case .commit(let payload) = piece else {
          if case .lost(let sequence) = piece {
            report(Damage(file: reader.file, index: sequence, .checksum))
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
    for id in order { try salvageTail(of: id) }
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
        report(Damage(file: reader.file, reader.length == 0 ? .missing : .tooShort))
        isDoubtful = true
        mayLackEntries = true
      }
      try execute(.create(reader.file))
      try execute(.preallocate(reader.file, bytes: bytes))
      try execute(.sync(reader.file))
      try execute(.syncFolder(.root))
    }
    return bytes
  }

  /// A head that a beginning gives. Behind damage the entries up to it may not be in log files.
  private mutating func set(_ head: HeadRecord) throws(StoreError) {
    guard let before = heads[head.id] else {
      order.append(head.id)
      heads[head.id] = head
      return
    }
    if isDoubtful, head.size > before.size,
      try !salvage(head.id, upTo: head.size, lastHeader: head.headerHash)
    {
      fallbacks[head.id] = fallbacks[head.id] ?? before
    }
    heads[head.id] = head
    lost[head.id] = nil
  }

  // MARK: Writes

  /// Writes what a record puts into log files. The writes may wait for others of their files:
  /// nothing reads these before the end, as long as the journals are whole.
  private mutating func write(_ operations: [DiskOperation]) throws(StoreError) {
    guard !isDoubtful else { return try change(operations) }
    for operation in operations {
      if case .write(let file, let offset, let bytes) = operation {
        joined.append(file, offset, bytes)
      } else {
        try change([operation])
      }
    }
    if joined.bytes > Layout.joinedBytes { try writeJoined() }
  }

  private mutating func writeJoined() throws(StoreError) { try change(joined.take()) }

  /// From here on entries are looked for in log files.
  private mutating func doubt() throws(StoreError) {
    try writeJoined()
    isDoubtful = true
  }

  // MARK: Records

  private mutating func replay(_ payload: [UInt8]) throws(StoreError) {
    var reader = ByteReader(count: payload.count)
    while reader.remaining > 0 {
      guard let record = try? JournalRecord(&reader, payload.span) else {
        throw .damaged(Damage(file: .journal(0), .malformed))
      }
      try replay(record)
    }
  }

  private mutating func replay(_ record: JournalRecord) throws(StoreError) {
    if isDoubtful, hasHeads, heads[record.logID] == nil { try findLog(of: record) }
    guard heads[record.logID] != nil || !isDoubtful || !hasHeads else { return }
    // An acknowledged record goes to its place even in a log that cannot be loaded.
    try write(record.fileOperations(isNew: false))
    switch record {
    case .newLog(let identity):
      identities[identity.id] = identity
      if heads[identity.id] == nil { try set(HeadRecord(id: identity.id)) }
    case .entries(let id, let batch, let place):
      try replay(batch, of: id, place)
    case .head(let head):
      if isDoubtful, let before = heads[head.id], head.size > before.size,
        try !salvage(head.id, upTo: head.size, lastHeader: head.headerHash)
      {
        fallbacks[head.id] = fallbacks[head.id] ?? before
      }
      try change(head.id) { $0.takeEntries(from: head) }
    case .checkpoint(let id, let position, let contradicts, _):
      try change(id) {
        $0.checkpointCount = position + 1
        if contradicts { $0.contradictionCount += 1 }
      }
    case .cosignature(let id, let position, _):
      try change(id) { $0.cosignatureCount = position + 1 }
    case .pending(let id, let note):
      try change(id) { $0.pendingNote = note }
    case .freeze(let id, let index):
      try change(id) { $0.frozenAt = index }
    case .states(let id, let change, let bytes, let indices):
      purges[id, default: []].append((change, indices))
      try self.change(id) { $0.purgedBytes += bytes }
    case .body(let body):
      try change(body.log) { $0.placeBody(body) }
    case .replaced(let replaced):
      try replay(replaced)
    }
  }

  /// Other signatures of entries that are there. Behind damage they may be lost: then there is
  /// nothing to replace.
  private mutating func replay(_ replaced: ReplacedLeaves) throws(StoreError) {
    if hasHeads, let head = heads[replaced.log], head.size < replaced.end { return }
    try write(replaced.fileOperations)
    touched[replaced.log] = min(touched[replaced.log] ?? .max, replaced.first)
    try change(replaced.log) { $0.take(replaced, tree: nil) }
  }

  /// A log whose beginning was in a damaged frame: its file says who it is.
  private mutating func findLog(of record: JournalRecord) throws(StoreError) {
    if case .newLog = record { return }
    let id = record.logID
    let file = StoreFile.log(id, .identity)
    guard let bytes = try? disk.read(file, at: 0, count: 1024),
      let identity = LogIdentity(storedText: bytes), identity.id == id
    else { return report(Damage(file: file, .unacknowledgedLog)) }
    identities[id] = identity
    try set(HeadRecord(id: id))
  }

  private mutating func change(_ id: LogID, _ body: (inout HeadRecord) -> Void)
    throws(StoreError)
  {
    guard var head = heads[id] else {
      // The next journal's beginning has the heads.
      if !hasHeads { return }
      throw .damaged(Damage(file: .journal(0), .malformed))
    }
    body(&head)
    heads[id] = head
  }

  private mutating func replay(_ batch: EntryBatch, of id: LogID, _ place: EntryPlace)
    throws(StoreError)
  {
    let last = batch.count - 1
    let leaves = batch.leaves
    guard last >= 0 else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    let hashes = computedHashes(of: leaves)
    let files = EntryFiles(batch, at: place)
    try write(
      files.operations(
        id, first: batch.first, place: place, leaves: leaves, leafHashes: hashes))
    touched[id] = min(touched[id] ?? .max, batch.first)
    guard try connect(batch, of: id) else { return }
    try change(id) {
      $0.size = batch.end
      $0.leafHash = digest(hashes, at: last * Layout.hashBytes)
      $0.headerHash = headerHash(leaves, last)
      $0.bodyBytes += UInt64(batch.bodies.count)
      $0.segment = files.end.segment
      $0.segmentOffset = files.end.segmentOffset
      $0.controlCount = files.end.controlCount
    }
  }

  /// True when the log goes on with this batch. Behind a damaged frame the entries before it must
  /// be in log files.
  private mutating func connect(_ batch: EntryBatch, of id: LogID) throws(StoreError) -> Bool {
    guard hasHeads else { return false }
    guard let head = heads[id] else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    if batch.first == head.size { return true }
    guard isDoubtful else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    guard batch.end > head.size else { return false }
    if batch.first > head.size,
      try salvage(id, upTo: batch.first, lastHeader: link(batch.leaves))
    {
      return true
    }
    lost[id] = max(lost[id] ?? 0, batch.end)
    return false
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func digest(_ bytes: [UInt8], at offset: Int) -> Digest { Digest(bytes.span, at: offset) }

private func headerHash(_ leaves: [UInt8], _ position: Int) -> Digest {
  EntryHeader.headerHash(of: leaves.span, at: position * EntryLayout.leafBytes)
}

private func link(_ leaves: [UInt8]) -> Digest {
  Digest(leaves.span, at: EntryLayout.previous)
}
