internal import Crypto
internal import Log
internal import Wire

/// The findings of one thread in a run of entries.
struct ChunkResult: Sendable {
  let range: Range<UInt64>
  /// 32 bytes an entry.
  var leafHashes: [UInt8] = []
  var problems: [LeafProblem] = []
  /// Damage in the files, whoever wrote the entries.
  var damage: [Damage] = []
  /// Counts by `BodyState`.
  var bodies = [UInt64](repeating: 0, count: BodyState.allCases.count)
  /// The cards in genesis and keys bodies.
  var cards: [FoundCard] = []
  /// Entries that are no records.
  var control: [(index: UInt64, kind: UInt8)] = []
  var states = BodyStates()
  var anchors: [FoundAnchor] = []
  var failure: ReadFailure?

  struct Damage: Sendable {
    let file: String
    let index: UInt64?
    let offset: UInt64?
    let what: String
  }

  mutating func add(_ file: String, _ index: UInt64, _ offset: UInt64?, _ what: String) {
    damage.append(Damage(file: file, index: index, offset: offset, what: what))
  }
}

/// Checks a run of entries: leaves, leaf hashes, index records and bodies.
struct ChunkCheck: Sendable {
  let identity: LogIdentity
  let files: LogFiles
  var collectsAnchors = false

  func check(_ range: Range<UInt64>) -> ChunkResult {
    var result = ChunkResult(range: range)
    do throws(ReadFailure) {
      let leaves = try files.leaves(range)
      let before =
        range.lowerBound == 0 ? [] : try files.leaves(range.lowerBound - 1..<range.lowerBound)
      result.problems = LeafCheck(identity: identity).problems(
        first: range.lowerBound, leaves: leaves, before: before)
      result.leafHashes.reserveCapacity(Int(range.upperBound - range.lowerBound) * 32)
      for position in 0..<(leaves.count / EntryLayout.leafBytes) {
        let offset = position * EntryLayout.leafBytes
        EntryHeader.leafHash(of: leaves.span, at: offset).append(to: &result.leafHashes)
        let kind = leaves[offset + EntryLayout.kind]
        if EntryKind.isControl(kind) {
          result.control.append((range.lowerBound + UInt64(position), kind))
        }
      }
      compareWithJournal(leaves, &result)
      try compareHashes(&result)
      try checkBodies(leaves, &result)
    } catch {
      result.failure = error
    }
    return result
  }

  private func compareWithJournal(_ leaves: [UInt8], _ result: inout ChunkResult) {
    let inFile = files.records(files.entries, EntryLayout.leafBytes, atMost: files.size)
    let first = result.range.lowerBound
    for index in first..<max(first, min(inFile, result.range.upperBound)) {
      let start = Int(index - first) * EntryLayout.leafBytes
      guard let journaled = files.journaledLeaf(index),
        !journaled.elementsEqual(leaves[start..<(start + EntryLayout.leafBytes)])
      else { continue }
      result.add(
        "entries", index, index * UInt64(EntryLayout.leafBytes),
        "is not the entry that the journal acknowledged")
    }
  }

  private func compareHashes(_ result: inout ChunkResult) throws(ReadFailure) {
    let stride = StoreFormat.hashBytes
    let inFile = files.records(files.hashes, stride, atMost: files.size)
    let first = result.range.lowerBound
    guard let hashes = files.hashes, first < inFile else { return }
    let count = Int(min(inFile, result.range.upperBound) - first)
    let stored = try hashes.read(at: first * UInt64(stride), count: count * stride)
    guard stored != result.leafHashes.prefix(stored.count)[...].map({ $0 }) else { return }
    for position in 0..<(stored.count / stride) {
      let bytes = position * stride..<(position + 1) * stride
      if stored[bytes] != result.leafHashes[bytes] {
        let index = first + UInt64(position)
        result.add("hashes", index, index * UInt64(stride), "is not the hash of the entry's leaf")
      }
    }
  }

  private func checkBodies(_ leaves: [UInt8], _ result: inout ChunkResult) throws(ReadFailure) {
    let first = result.range.lowerBound
    let inFile = files.records(files.index, StoreFormat.indexBytes, atMost: files.size)
    var records: [UInt8] = []
    if let index = files.index, first < inFile {
      let count = Int(min(inFile, result.range.upperBound) - first)
      records = try index.read(
        at: first * UInt64(StoreFormat.indexBytes), count: count * StoreFormat.indexBytes)
    }
    var reader = BodyReader(files: files)
    for position in 0..<(leaves.count / EntryLayout.leafBytes) {
      let index = first + UInt64(position)
      let header = EntryHeader(parsing: leaves.span, at: position * EntryLayout.leafBytes)
      let place = position * StoreFormat.indexBytes
      var change = files.journaledChange(index)
      var record: IndexRecord?
      if place + StoreFormat.indexBytes <= records.count {
        record = IndexRecord(records.span, at: place)
        guard let found = record else {
          result.add(
            "bodies.index", index, index * UInt64(StoreFormat.indexBytes),
            "is not a valid index record")
          continue
        }
        // A removal that is journaled may be in the segment and not in the index, after a crash.
        change = files.state(of: found, index)
        if !found.hasPlace, found.state == .absent || found.state == .hidden,
          files.journal?.arrivals[index] != nil
        {
          // It arrived; the log files have it soon.
          record = nil
          change = files.journal?.removed[index] ?? .arrived
        }
      }
      // Without a record and a journal the index file is too short, which is said once for all.
      guard let change else { continue }
      let state = change.state
      let isKept = record?.hasPlace ?? (files.journaledBody(index) != nil)
      let isHere = state == .present || state == .hidden && isKept
      result.bodies[Int((state == .hidden && !isHere ? .absent : state).rawValue)] += 1
      countStored(index, record, &result)
      noteWithdrawn(index, change, &result)
      checkKind(state, index, header, &result)
      // A body that is withdrawn and not erased yet is still there, and must be whole to come back.
      guard isHere else {
        checkAbsent(index, state, record, &result)
        try noteRemoval(index, state, record, header, &reader, &result)
        continue
      }
      if let record, !checkRecord(record, header, index, &result) { continue }
      guard let found = try reader.body(index, record, &result) else { continue }
      let isWhole = found.hasHeader && SHA256.hash(found.bytes) == header.bodyHash
      if !isWhole, let now = try removedSince(index) {
        result.bodies[Int(state.rawValue)] -= 1
        result.bodies[Int(now.rawValue)] += 1
        continue
      }
      if !isWhole, let record, header.knownKind == .record, record.isErased(found.bytes) {
        // Removed while it was copied, perhaps: what else is here says so.
        result.states.zeroed.append(
          BodyStates.Zeroed(
            index: index, isRemovable: state == .hidden || header.expiryDay != 0,
            hasHeader: found.hasHeader, file: StoreFormat.segmentName(record.segment),
            offset: UInt64(record.offset)))
        continue
      }
      guard found.hasHeader else {
        addWithoutHeader(index, record, &result)
        continue
      }
      checkBody(found.bytes, header, index, record, &result)
      compareWithJournal(found.bytes, index, record, &result)
    }
  }

  private func addWithoutHeader(
    _ index: UInt64, _ record: IndexRecord?, _ result: inout ChunkResult
  ) {
    guard let record else { return }
    result.add(
      StoreFormat.segmentName(record.segment), index, UInt64(record.offset),
      "has zeros in the place of the body record's header")
  }

  /// A start writes what the journal holds over what the segment has.
  private func compareWithJournal(
    _ body: [UInt8], _ index: UInt64, _ record: IndexRecord?, _ result: inout ChunkResult
  ) {
    guard let record, let journaled = files.journaledBody(index), !journaled.elementsEqual(body)
    else { return }
    result.add(
      StoreFormat.segmentName(record.segment), index, UInt64(record.offset),
      "is not the body that the journal acknowledged")
  }

  /// A running daemon may remove a body between the two reads; it says so in the index first.
  private func removedSince(_ index: UInt64) throws(ReadFailure) -> BodyState? {
    let bytes = try files.index?.read(
      at: index * UInt64(StoreFormat.indexBytes), count: StoreFormat.indexBytes)
    guard let bytes, bytes.count == StoreFormat.indexBytes,
      let record = IndexRecord(bytes.span, at: 0), record.state.isFinal
    else { return nil }
    return record.state
  }

  /// Protocols/log.md: only records may be without a body.
  private func checkKind(
    _ state: BodyState, _ index: UInt64, _ header: EntryHeader, _ result: inout ChunkResult
  ) {
    guard state != .present, state != .absent, EntryKind.isControl(header.kind) else {
      return
    }
    result.add(
      "bodies.index", index, index * UInt64(StoreFormat.indexBytes),
      "says that a body was deleted which is kept for ever")
  }

  private func checkAbsent(
    _ index: UInt64, _ state: BodyState, _ record: IndexRecord?, _ result: inout ChunkResult
  ) {
    guard let record, record.hasPlace, !state.isFinal else { return }
    result.add(
      "bodies.index", index, index * UInt64(StoreFormat.indexBytes),
      "points to a body and says that there is none")
  }

  private func checkRecord(
    _ record: IndexRecord, _ header: EntryHeader, _ index: UInt64, _ result: inout ChunkResult
  ) -> Bool {
    guard record.length == header.bodyBytes else {
      result.add(
        "bodies.index", index, index * UInt64(StoreFormat.indexBytes),
        "says \(record.length) bytes, the entry says \(header.bodyBytes)")
      return false
    }
    return true
  }

  private func checkBody(
    _ body: [UInt8], _ header: EntryHeader, _ index: UInt64, _ record: IndexRecord?,
    _ result: inout ChunkResult
  ) {
    guard SHA256.hash(body) == header.bodyHash else {
      let file = record.map { StoreFormat.segmentName($0.segment) } ?? "journal"
      result.add(
        file, index, record.map { UInt64($0.offset) },
        "the body does not hash to what its entry says")
      return
    }
    let isSigned = !result.problems.contains {
      $0.index == index && $0.kind == .defect(.signature)
    }
    noteWithdrawal(body, header, &result)
    guard let kind = header.knownKind else { return }
    guard identity.isWellFormed(body, of: kind) else {
      result.problems.append(
        LeafProblem(index: index, kind: .defect(.body), isSigned: isSigned))
      return
    }
    if collectsAnchors, kind == .anchor, let anchor = try? Anchor.parse(body) {
      result.anchors.append(FoundAnchor(index: index, time: header.time, anchor: anchor))
    }
    let genesis = kind == .genesis ? try? Genesis.parse(body) : nil
    if let card = genesis?.card ?? (kind == .keys ? try? KeysChange.parse(body) : nil)?.card {
      result.cards.append(
        FoundCard(index: index, card: card, genesis: genesis, isSigned: isSigned))
    }
  }
}
