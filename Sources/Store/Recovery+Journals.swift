import Crypto
import Log
import Wire

// Which journals count, and what their commits put into log files (Protocols/store.md, 7.1 and 7.2).
extension Recovery {
  /// - Returns: where the next journal begins.
  mutating func replay() throws(StoreError) -> JournalPosition {
    let readers = [
      try JournalReader(disk: disk, number: 0), try JournalReader(disk: disk, number: 1),
    ]
    var valid = readers.filter { $0.beginning != nil }
    valid.sort { $0.generation < $1.generation }
    guard let newest = valid.last, let salt = newest.beginning?.salt else {
      throw .damaged(Damage(file: .journal(0), index: 0, .malformed))
    }
    let other = readers[1 - newest.number]
    guard newest.number == Int(newest.generation % 2) else {
      throw .damaged(Damage(file: newest.file, index: 0, .malformed))
    }
    var scan = newest
    while try scan.nextCommit() != nil {}
    if scan.retiresOther {
      // The other one may have been torn while it began again, unless it shows that it had begun.
      guard try !other.holdsCommits(after: newest.generation, salt: salt) else {
        throw .damaged(Damage(file: other.file, index: 0, .checksum))
      }
      valid = [newest]
    } else if valid.count != 2 || valid[0].generation + 1 != newest.generation {
      throw .damaged(Damage(file: other.file, index: 0, .malformed))
    } else {
      let frame = JournalFrame.encode(
        .commit, retiresOther: true, generation: scan.generation, sequence: scan.sequence + 1,
        salt: salt, reservedPayload: [UInt8](repeating: 0, count: JournalFrame.headerBytes))
      retirement = [.write(scan.file, offset: scan.offset, bytes: frame), .sync(scan.file)]
    }
    try persist(scan)
    for head in valid.first?.beginning?.heads ?? [] { try survey(head) }
    for var reader in valid {
      for head in reader.beginning?.heads ?? [] { set(head) }
      while let payload = try reader.nextCommit() {
        do {
          try replay(payload)
        } catch {
          guard case .damaged = error else { throw error }
          throw .damaged(Damage(file: reader.file, index: reader.sequence, .malformed))
        }
      }
    }
    return JournalPosition(
      salt: salt, bytes: min(readers[0].length, readers[1].length),
      generation: newest.generation + 3, sequence: 0, offset: 0)
  }

  /// What was read may be pages that a failed sync left in memory only. Nothing that only such a page says may
  /// reach a log file, and no other journal may be written over for it, before it is on the disk.
  private mutating func persist(_ scan: JournalReader) throws(StoreError) {
    let bytes = try disk.readExactly(scan.file, at: 0, count: Int(scan.offset))
    try execute(.write(scan.file, offset: 0, bytes: bytes))
    try execute(.sync(scan.file))
  }

  private mutating func set(_ head: HeadRecord) {
    if heads.updateValue(head, forKey: head.id) == nil { order.append(head.id) }
  }

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
    // What was acknowledged goes to its place even in a log that cannot be loaded.
    if let made = unmade.removeValue(forKey: record.logID) { try change(made) }
    try change(record.fileOperations(isNew: false))
    switch record {
    case .newLog(let identity):
      identities[identity.id] = identity
      if heads[identity.id] == nil { set(HeadRecord(id: identity.id)) }
    case .entries(let id, let batch, let place):
      try replay(batch, of: id, place)
    case .head(let head):
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
    case .states(let id, let state, let bytes, let indices):
      purges[id, default: []].append((state, indices))
      try change(id) { $0.purgedBytes += bytes }
    case .body(let body):
      try change(body.log) { $0.placeBody(body) }
    }
  }

  private mutating func change(_ id: LogID, _ body: (inout HeadRecord) -> Void)
    throws(StoreError)
  {
    guard var head = heads[id] else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    body(&head)
    heads[id] = head
  }

  private mutating func replay(_ batch: EntryBatch, of id: LogID, _ place: EntryPlace)
    throws(StoreError)
  {
    let last = batch.count - 1
    let leaves = batch.leaves
    guard let head = heads[id], batch.first == head.size, last >= 0 else {
      throw .damaged(Damage(file: .journal(0), .malformed))
    }
    var hashes: [UInt8] = []
    hashes.reserveCapacity(batch.count * Layout.hashBytes)
    for position in 0..<batch.count {
      EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
        .append(to: &hashes)
    }
    let files = EntryFiles(batch, at: place)
    try change(
      files.operations(
        id, first: batch.first, place: place, leaves: leaves, leafHashes: hashes))
    touched[id] = min(touched[id] ?? .max, batch.first)
    try change(id) {
      $0.size = batch.end
      $0.leafHash = Digest(hashes.span, at: last * Layout.hashBytes)
      $0.headerHash = EntryHeader.headerHash(of: leaves.span, at: last * EntryLayout.leafBytes)
      $0.bodyBytes += UInt64(batch.bodies.count)
      $0.segment = files.end.segment
      $0.segmentOffset = files.end.segmentOffset
      $0.controlCount = files.end.controlCount
    }
  }
}
