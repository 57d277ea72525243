import Crypto
import Log
import Wire

// Entries that a damaged journal does not have any more, from the log files (Protocols/store.md,
// 5.2).
extension JournalReplay {
  /// Moves the head up to `end` over entries that are in the log files: linked, and signed or as
  /// `hashes` says, the last with this header.
  /// - Returns: false, with the head as it was, if one is not there.
  func salvage(_ log: RecoveredLog, upTo end: UInt64, lastHeader: Digest) throws(StoreError)
    -> Bool
  {
    guard let head = log.head,
      let found = try salvaged(head, upTo: end, allSigned: false, whole: false),
      found.head.size == end, found.head.headerHash == lastHeader
    else { return false }
    try take(found, log)
    return true
  }

  /// Entries behind the head are perhaps those of a last commit that is damaged, or bulk data of
  /// which the head was not journaled: what is linked up to a signed one stays. With its bodies,
  /// unless the journals are doubtful: then they were acknowledged.
  func salvageTail(of log: RecoveredLog) throws(StoreError) {
    guard let head = log.head, log.lost == nil,
      let size = try disk.size(of: log.file(.entries)),
      size >= (head.size + 1) * UInt64(EntryLayout.leafBytes)
    else { return }
    let end = min(size / UInt64(EntryLayout.leafBytes), head.frozenAt ?? .max)
    for allSigned in [false, true] {
      guard
        let found = try salvaged(
          head, upTo: end, allSigned: allSigned, whole: !isDoubtful),
        found.head.size > head.size
      else { return }
      // The signature covers the header, and so the links before it.
      if allSigned || found.lastIsSigned { return try take(found, log) }
    }
  }

  /// Logs whose journal is gone: their files say who they are and how far they go.
  func salvageUnknownLogs() throws(StoreError) {
    for id in try disk.logFolders() where logs[id].head == nil {
      guard let identity = logs[id].storedIdentity(on: disk) else { continue }
      logs[id].identity = identity
      logs.begin(HeadRecord(id: id))
    }
    for id in logs.order {
      // Their frames say of themselves whether they are whole.
      let checkpoints = try disk.size(of: .log(id, .checkpoints)) ?? 0
      let cosignatures = try disk.size(of: .log(id, .cosignatures)) ?? 0
      guard var head = logs[id].head else { continue }
      head.checkpointCount = max(
        head.checkpointCount, checkpoints / UInt64(Layout.checkpointBytes))
      head.cosignatureCount = max(
        head.cosignatureCount, cosignatures / UInt64(Layout.cosignatureBytes))
      logs[id].head = head
    }
  }

  private func take(_ found: Salvage, _ log: RecoveredLog) throws(StoreError) {
    let id = log.id
    log.head = found.head
    log.touch(found.first.size)
    log.keep(from: found.first.size)
    try disk.change([
      .write(
        .log(id, .hashes), offset: found.first.size * UInt64(Layout.hashBytes),
        bytes: found.hashes),
      .write(
        .log(id, .control), offset: found.first.controlCount * UInt64(Layout.controlBytes),
        bytes: found.controls),
    ])
    for file in found.head.files { disk.mustSync(.file(.log(id, file))) }
    for folder in [StoreFolder.logs, .log(id), .bodies(id)] { disk.mustSync(.folder(folder)) }
  }

  private func salvaged(
    _ head: HeadRecord, upTo end: UInt64, allSigned: Bool, whole: Bool
  ) throws(StoreError) -> Salvage? {
    guard head.size < end,
      let identity = try? logs[head.id].findIdentity(head, on: disk)
    else { return nil }
    var salvage = Salvage(head, identity, allSigned: allSigned)
    while salvage.head.size < end {
      let first = salvage.head.size
      let count = Int(min(end - first, UInt64(Layout.blockEntries)))
      let leaves = try stored(head.id, .entries, first, EntryLayout.leafBytes, count)
      let hashes = try stored(head.id, .hashes, first, Layout.hashBytes, count)
      let index = try stored(head.id, .bodiesIndex, first, Layout.indexBytes, count)
      var again: [DiskOperation] = []
      for position in 0..<(leaves.count / EntryLayout.leafBytes) {
        guard salvage.isNext(leaves, position, hashes) else { break }
        let record = indexRecord(index, position)
        let body = try self.body(record, head.id)
        if whole, !isWhole(record, body, salvage.head.size, leaves, position) { break }
        if let body { again.append(body) }
        salvage.append(leaves, position, record)
      }
      // The bytes that were read may be pages that a failed sync left in memory only. Such pages
      // are no older than what two journals and a round of bulk data hold.
      if end - first <= Limits.entriesWrittenAgain {
        let taken = Int(salvage.head.size - first)
        again += [
          .write(
            .log(head.id, .entries), offset: first * UInt64(EntryLayout.leafBytes),
            bytes: Array(leaves.prefix(taken * EntryLayout.leafBytes))),
          .write(
            .log(head.id, .bodiesIndex), offset: first * UInt64(Layout.indexBytes),
            bytes: Array(index.prefix(taken * Layout.indexBytes))),
        ]
        try disk.change(again)
      }
      if salvage.head.size < first + UInt64(count) { break }
    }
    return salvage
  }

  /// The body record of an index record, as it is.
  private func body(_ record: IndexRecord?, _ id: LogID) throws(StoreError) -> DiskOperation? {
    guard let record, record.holdsBody else { return nil }
    let bytes = try stored(
      id, .bodies(record.segment), UInt64(record.offset), 1,
      Layout.bodyHeaderBytes + Int(record.length))
    return bytes.isEmpty
      ? nil
      : .write(.log(id, .bodies(record.segment)), offset: UInt64(record.offset), bytes: bytes)
  }

  private func isWhole(
    _ record: IndexRecord?, _ body: DiskOperation?, _ entry: UInt64, _ leaves: [UInt8],
    _ position: Int
  ) -> Bool {
    guard let record else { return false }
    guard record.holdsBody else { return true }
    guard case .write(_, _, let bytes)? = body else { return false }
    return bodyBytes(leaves, position) == record.length
      && bodyProblem(
        bytes, Layout.bodyHeaderBytes, Int(record.length), entry, leaves, position) == nil
  }

  /// The bytes that are there of those that are asked for.
  private func stored(
    _ id: LogID, _ name: LogFile, _ first: UInt64, _ stride: Int, _ count: Int
  ) throws(StoreError) -> [UInt8] {
    try disk.whatThereIs(
      .log(id, name), at: first * UInt64(stride), count: count * stride)
  }
}

/// A head on its way over entries of the log files.
private struct Salvage {
  let first: HeadRecord
  let identity: LogIdentity
  /// All must be signed; otherwise what `hashes` says is enough: the link of what follows covers
  /// the header.
  let allSigned: Bool
  private(set) var head: HeadRecord
  private(set) var hashes: [UInt8] = []
  private(set) var controls: [UInt8] = []
  private var lastLeaf: [UInt8] = []

  init(_ head: HeadRecord, _ identity: LogIdentity, allSigned: Bool) {
    first = head
    self.head = head
    self.identity = identity
    self.allSigned = allSigned
  }

  /// True when the leaf is the next entry's.
  func isNext(_ leaves: [UInt8], _ position: Int, _ stored: [UInt8]) -> Bool {
    let offset = position * EntryLayout.leafBytes
    let header = EntryHeader(parsing: leaves.span, at: offset)
    guard header.logID == head.id, header.index == head.size, header.previous == head.headerHash
    else { return false }
    return !allSigned && isLeaf(leaves, position, of: stored)
      || identity.verifySignature(leaves: leaves.span, at: offset)
  }

  var lastIsSigned: Bool { identity.verifySignature(leaves: lastLeaf.span, at: 0) }

  mutating func append(_ leaves: [UInt8], _ position: Int, _ record: IndexRecord?) {
    let offset = position * EntryLayout.leafBytes
    lastLeaf = Array(leaves[offset..<(offset + EntryLayout.leafBytes)])
    head.leafHash = EntryHeader.leafHash(of: leaves.span, at: offset)
    head.headerHash = EntryHeader.headerHash(of: leaves.span, at: offset)
    head.leafHash.append(to: &hashes)
    let kind = leaves[offset + EntryLayout.kind]
    if EntryKind.isControl(kind) {
      ControlEntry(index: head.size, kind: kind).append(to: &controls)
      head.controlCount += 1
    }
    head.size += 1
    guard let record, record.hasPlace else { return }
    head.bodyBytes += UInt64(record.length)
    if (record.segment, record.end) > (head.segment, UInt64(head.segmentOffset)) {
      head.segment = record.segment
      head.segmentOffset = UInt32(record.end)
    }
  }
}
