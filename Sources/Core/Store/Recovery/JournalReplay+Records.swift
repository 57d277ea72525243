import Crypto
import Log
import Wire

// One commit after the other (Protocols/store.md, 5.4).
extension JournalReplay {
  mutating func replay(_ payload: [UInt8]) throws(StoreError) {
    var reader = ByteReader(count: payload.count)
    while reader.remaining > 0 {
      guard let record = try? JournalRecord(&reader, payload.span) else {
        throw .damaged(Damage(file: .journal(0), .malformed))
      }
      try replay(record)
    }
  }

  private mutating func replay(_ record: JournalRecord) throws(StoreError) {
    if isDoubtful, hasHeads, logs[record.logID].head == nil { try findLog(of: record) }
    guard logs[record.logID].head != nil || !isDoubtful || !hasHeads else { return }
    // An acknowledged record goes to its place even in a log that cannot be loaded.
    try write(record.fileOperations(isNew: false))
    switch record {
    case .newLog(let identity):
      logs[identity.id].identity = identity
      if logs[identity.id].head == nil { try set(HeadRecord(id: identity.id)) }
    case .entries(let id, let batch, let place):
      try replay(batch, of: id, place)
    case .head(let head):
      try reach(head)
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
      logs[id].purges.append((change, indices))
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
    if hasHeads, let head = logs[replaced.log].head, head.size < replaced.end { return }
    try write(replaced.fileOperations)
    logs[replaced.log].touch(replaced.first)
    try change(replaced.log) { $0.take(replaced, tree: nil) }
  }

  /// A log whose beginning was in a damaged frame: its file says who it is.
  private mutating func findLog(of record: JournalRecord) throws(StoreError) {
    if case .newLog = record { return }
    let id = record.logID
    guard let identity = logs[id].storedIdentity(on: disk) else {
      return disk.report(Damage(file: .log(id, .identity), .unacknowledgedLog))
    }
    logs[id].identity = identity
    try set(HeadRecord(id: id))
  }

  private mutating func change(_ id: LogID, _ body: (inout HeadRecord) -> Void)
    throws(StoreError)
  {
    guard var head = logs[id].head else {
      // The next journal's beginning has the heads.
      if !hasHeads { return }
      throw .damaged(Damage(file: .journal(0), .malformed))
    }
    body(&head)
    logs[id].head = head
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
    logs[id].touch(batch.first)
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
    guard let head = logs[id].head else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    if batch.first == head.size { return true }
    guard isDoubtful else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    guard batch.end > head.size else { return false }
    if batch.first > head.size,
      try salvage(logs[id], upTo: batch.first, lastHeader: link(batch.leaves))
    {
      return true
    }
    logs[id].lose(upTo: batch.end)
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
