internal import Crypto
internal import Log
internal import Wire

extension LogAudit {
  /// Leaves, hashes, index and bodies on all cores; tree, nodes and control list here, in order.
  func checkEntries() throws(ReadFailure) {
    let size = files.size
    let stride = UInt64(AuditLimits.chunkEntries)
    let check = ChunkCheck(
      identity: identity, files: files, collectsAnchors: questions.collectsAnchors)
    var tree = CompactTree.empty
    var nodes = NodeCheck(files: files)
    var control = ControlCheck(files: files)
    var nextClaim = 0
    var sizes = questions.sizes[...].drop { $0 == 0 }
    var commitment: OpeningKeyHash?
    var failure: ReadFailure?
    progress(origin, 0, size)
    Parallel.inOrder(count: Int((size + stride - 1) / stride), threads: threads) { piece in
      let first = UInt64(piece) * stride
      return check.check(first..<min(size, first + stride))
    } consume: { result in
      failure = result.failure
      guard failure == nil else { return false }
      for found in result.damage {
        add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
      }
      keep(result.problems)
      keep(result.anchors)
      keep(otherCommitments(in: result, than: &commitment))
      keep(result.cards)
      for state in result.bodies.indices { bodies[state] += result.bodies[state] }
      states.add(result.states)
      summary.signaturesVerified += result.range.upperBound - result.range.lowerBound
      for position in 0..<(result.leafHashes.count / 32) {
        tree.append(Digest(result.leafHashes.span, at: position * 32))
        while nextClaim < claims.count, claims[nextClaim].size == tree.size {
          claims[nextClaim].ownRoot = tree.root()
          nextClaim += 1
        }
        if sizes.first == tree.size {
          roots[tree.size] = tree.root()
          sizes = sizes.dropFirst()
        }
      }
      do throws(ReadFailure) {
        for found in try nodes.append(result.leafHashes) { addFound(found) }
        for found in try control.append(result.control, files.required) { addFound(found) }
      } catch {
        failure = error
        return false
      }
      progress(origin, result.range.upperBound, size)
      return true
    }
    if let failure { throw failure }
    if size > 0 { summary.root = Base64.encode(tree.root().array) }
    if let found = control.finish(files.journal?.head) { addFound(found) }
    if let head = files.journal?.head, files.size == head.size { checkHead(head) }
  }

  /// A keys entry whose card names another opening key than the genesis does: CARD-31.
  /// - Parameter commitment: the genesis's, once it was read.
  private func otherCommitments(
    in result: ChunkResult, than commitment: inout OpeningKeyHash?
  ) -> [LeafProblem] {
    var problems: [LeafProblem] = []
    for found in result.cards {
      if found.index == 0 { commitment = found.card.opening }
      guard let commitment, found.card.opening != commitment else { continue }
      problems.append(
        LeafProblem(index: found.index, kind: .defect(.body), isSigned: found.isSigned))
    }
    return problems
  }

  private func addFound(_ found: ChunkResult.Damage) {
    add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
  }

  private func keep(_ new: [LeafProblem]) {
    for problem in new {
      // An unknown number of them fits no memory; the last one shows how far they reach.
      if problems.count < 1024 { problems.append(problem) } else { problemsLeftOut += 1 }
      lastProblem = problem
    }
  }

  private func keep(_ found: [FoundAnchor]) {
    let room = AuditLimits.anchors - anchors.count
    anchors += found.prefix(room)
    if found.count > room { anchorsLeftOut = true }
  }

  private func keep(_ found: [FoundCard]) {
    let room = AuditLimits.cards - cards.count
    cards += found.prefix(room)
    guard found.count > room, cards.count == AuditLimits.cards, !cardsLeftOut else { return }
    cardsLeftOut = true
    notChecked.append("\(origin): keys entries behind the \(AuditLimits.cards)th")
  }

  /// Entries that nodes of given cards cosigned, and that lead to the roots here.
  var cosignedSize: UInt64 {
    var size: UInt64 = 0
    for claim in claims where claim.matches {
      guard case .cosignature(let place, _) = claim.source, witnessed.contains(place) else {
        continue
      }
      size = max(size, claim.size)
    }
    return size
  }

  /// The journaled head is the newest entry's.
  private func checkHead(_ head: AcknowledgedHead) {
    guard head.size > 0 else { return }
    guard let leaf = try? files.leaves(head.size - 1..<head.size) else { return }
    let matches =
      EntryHeader.leafHash(of: leaf.span) == head.leafHash
      && EntryHeader.headerHash(of: leaf.span) == head.headerHash
    if !matches {
      add(
        .verificationFailed, "entries", head.size - 1,
        offset: (head.size - 1) * UInt64(EntryLayout.leafBytes),
        "is not the newest entry that the journal acknowledged")
    }
  }
}

/// Compares `nodes` with the hashes of subtrees, in the order of the file: as they become complete.
private struct NodeCheck {
  private var openBlock: [UInt8] = []
  private var peaks: [Digest] = []
  private var blocks: UInt64 = 0
  private var position: UInt64 = 0
  private var reader: WindowReader?

  init(files: LogFiles) { reader = files.nodes.map { WindowReader($0) } }

  mutating func append(_ leafHashes: [UInt8]) throws(ReadFailure) -> [ChunkResult.Damage] {
    var found: [ChunkResult.Damage] = []
    let blockBytes = Int(StoreFormat.blockEntries) * 32
    var offset = 0
    while offset < leafHashes.count {
      let count = min(blockBytes - openBlock.count, leafHashes.count - offset)
      openBlock.append(contentsOf: leafHashes[offset..<(offset + count)])
      offset += count
      guard openBlock.count == blockBytes else { break }
      var tree = CompactTree.empty
      for leaf in 0..<Int(StoreFormat.blockEntries) {
        tree.append(Digest(openBlock.span, at: leaf * 32))
      }
      openBlock.removeAll(keepingCapacity: true)
      var node = tree.root()
      try compare(node, level: StoreFormat.nodeLevel, &found)
      var level = StoreFormat.nodeLevel
      var bits = blocks
      while bits & 1 == 1 {
        node = SHA256.node(peaks.removeLast(), node)
        level += 1
        try compare(node, level: level, &found)
        bits >>= 1
      }
      peaks.append(node)
      blocks += 1
    }
    return found
  }

  private mutating func compare(
    _ node: Digest, level: Int, _ found: inout [ChunkResult.Damage]
  ) throws(ReadFailure) {
    let offset = position * UInt64(StoreFormat.hashBytes)
    // A file that ends too early is found by its length.
    if let start = try reader?.locate(offset, StoreFormat.hashBytes), let window = reader?.window,
      Digest(window.span, at: start) != node
    {
      let end = (blocks + 1) * StoreFormat.blockEntries
      found.append(
        ChunkResult.Damage(
          file: "nodes", index: position, offset: offset,
          what: "is not the hash of entries \(end - 1 << UInt64(level)) to \(end - 1)"))
    }
    position += 1
  }
}

/// Compares `control` with the entries that are no records (Protocols/store.md, 4.9).
private struct ControlCheck {
  private var reader: WindowReader?
  private var position: UInt64 = 0
  /// Records that the file must have.
  private var required: UInt64 = 0

  init(files: LogFiles) { reader = files.control.map { WindowReader($0) } }

  mutating func append(
    _ entries: [(index: UInt64, kind: UInt8)], _ limit: UInt64
  ) throws(ReadFailure) -> [ChunkResult.Damage] {
    var found: [ChunkResult.Damage] = []
    for entry in entries {
      let offset = position * UInt64(StoreFormat.controlBytes)
      if let start = try reader?.locate(offset, StoreFormat.controlBytes),
        let window = reader?.window
      {
        var expected: [UInt8] = []
        expected.append(bigEndian: entry.index)
        expected.append(entry.kind)
        expected.append(contentsOf: repeatElement(0, count: 7))
        if !window[start..<(start + StoreFormat.controlBytes)].elementsEqual(expected) {
          found.append(
            ChunkResult.Damage(
              file: "control", index: position, offset: offset,
              what: "does not list entry \(entry.index) here, which is no record"))
        }
      }
      position += 1
      if entry.index < limit { required = position }
    }
    return found
  }

  /// The file lists nothing else, and all of them but those that are in the journals only.
  func finish(_ head: AcknowledgedHead?) -> ChunkResult.Damage? {
    guard let file = reader?.file else { return nil }
    let offset = position * UInt64(StoreFormat.controlBytes)
    let records = file.size / UInt64(StoreFormat.controlBytes)
    if records < required {
      return ChunkResult.Damage(
        file: "control", index: records, offset: file.size,
        what: "ends here, and \(required - records) entries that are no records are not listed")
    }
    // Records behind the head are found by the file's length.
    guard head.map({ $0.controlCount > position }) ?? (offset < file.size) else { return nil }
    return ChunkResult.Damage(
      file: "control", index: position, offset: offset,
      what: "lists more than the entries that are no records")
  }
}
