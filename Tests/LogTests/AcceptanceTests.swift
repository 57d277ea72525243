import Crypto
import Log
import Testing

@Suite("Acceptance one by one (LOG-10 to LOG-18)")
struct SingleAcceptanceTests {
  @Test("A good log is accepted entry by entry and at once, with one result")
  func good() throws {
    let log = try RawLog(size: 9)
    var state = LogState(empty: log.identity)
    for index in 0..<9 {
      let verified = try state.accept(log.batch(index..<(index + 1)))
      #expect(verified.signaturesVerified && verified.defects.isEmpty)
      #expect(verified.leafHash(at: 0) == log.tree.leafHashes[index])
      state = verified.after
    }
    #expect(state == log.state(9))
    #expect(try LogState(empty: log.identity).accept(log.batch(0..<9)).after == state)
    #expect(state.head == LogHead(size: 9, leafHash: log.tree.leafHashes[8]))
  }

  @Test("LOG-10: lengths that do not fit make no batch")
  func shape() throws {
    let leaf = try RawLog(size: 1).leaves[0]
    let body = try RawLog(size: 1).bodies[0]
    #expect(throws: BatchError.partialLeaf) {
      try EntryBatch(first: 0, leaves: leaf.dropLast(), bodies: body)
    }
    #expect(throws: BatchError.bodyBytes) {
      try EntryBatch(first: 0, leaves: leaf, bodies: body.dropLast())
    }
    #expect(throws: BatchError.bodyBytes) {
      try EntryBatch(first: 0, leaves: leaf, bodies: body, bodyStates: [.absent])
    }
    #expect(throws: BatchError.bodyStates) {
      try EntryBatch(first: 0, leaves: leaf, bodies: body, bodyStates: [])
    }
    #expect(throws: BatchError.indexRange) {
      try EntryBatch(first: LogLimits.lastIndex + 1, leaves: leaf, bodies: body)
    }
    #expect(throws: BatchError.indexRange) {
      try EntryBatch(first: .max, leaves: leaf, bodies: body)
    }
  }

  @Test("LOG-11: a batch that is empty or does not begin at the size is a failure")
  func place() throws {
    let log = try RawLog(size: 4)
    #expect(try failure(of: log, 2, 0..<3) == .notNext(expected: 2))
    #expect(try failure(of: log, 2, 3..<4) == .notNext(expected: 2))
    #expect(try failure(of: log, 2, 2..<2) == .empty)
  }

  @Test("LOG-12: a frozen log takes nothing from its frozen index on")
  func frozen() throws {
    let log = try RawLog(size: 4)
    var state = log.state(2)
    state.frozenAt = 3
    let longer = try log.batch(2..<4)
    #expect(rejectedFailure { () throws(Rejection) in try state.accept(longer) } == .frozen(at: 3))
    #expect(try state.accept(log.batch(2..<3)).after.frozenAt == 3)
  }

  @Test("LOG-13: each rule that a leaf breaks is a failure, signed or not")
  func rules() throws {
    for (rule, log) in try brokenLogs() {
      let expected = AcceptanceFailure.brokenRule(rule, index: UInt64(log.size - 1))
      let last = log.size - 1
      let batch = try log.batch(last..<log.size, states: [.absent])
      let found = rejectedFailure { () throws(Rejection) in try log.state(last).accept(batch) }
      #expect(found == expected)
    }
  }

  @Test("LOG-14: a leaf whose own signature does not verify is a failure")
  func signature() throws {
    var log = try RawLog(size: 3)
    log.add(.record, body: [1], badSignature: true)
    #expect(try failure(of: log, 2, 2..<4) == .signature(index: 3))
  }

  @Test("LOG-17: a body that does not hash to its leaf's hash is a failure")
  func bodyHash() throws {
    let log = try RawLog(size: 3)
    var bodies = log.bodies[1] + log.bodies[2]
    bodies[bodies.count - 1] ^= 1
    let batch = try EntryBatch(
      first: 1, leaves: log.leaves[1] + log.leaves[2], bodies: bodies)
    #expect(
      rejectedFailure { () throws(Rejection) in try log.state(1).accept(batch) }
        == .bodyHash(index: 2))
  }

  @Test("LOG-17: a body that is not present is not checked")
  func absent() throws {
    let log = try RawLog(size: 4)
    let states: [BodyState] = [.purged, .present, .absent]
    let verified = try log.state(1).accept(log.batch(1..<4, states: states))
    #expect(verified.after == log.state(4))
    #expect(verified.batch.body(at: 0) == nil)
    #expect(verified.batch.body(at: 1).map(Array.init) == log.bodies[2])
  }

  private func failure(
    of log: RawLog, _ size: Int, _ range: Range<Int>
  ) throws -> AcceptanceFailure? {
    let batch = try log.batch(range)
    return rejectedFailure { () throws(Rejection) in try log.state(size).accept(batch) }
  }
}

@Suite("Acceptance under a checkpoint (LOG-15, LOG-16)")
struct AnchoredAcceptanceTests {
  @Test("Every split of a log gives the state of the one-by-one path")
  func crossCheck() throws {
    let log = try RawLog(size: 21)
    for size in 0..<20 {
      for end in stride(from: size + 1, through: 21, by: 3) {
        for newest in [end, min(end + 5, 21), 21] {
          let batch = try log.batch(size..<end)
          let anchored = try log.state(size).accept(
            batch, under: log.checkpoint(newest), consistency: log.consistency(end, newest))
          let single = try log.state(size).accept(batch)
          #expect(anchored.after == single.after)
          #expect(anchored.leafHashes == single.leafHashes)
          #expect(!anchored.signaturesVerified)
        }
      }
    }
  }

  @Test("LOG-15: a chunk, proof, prefix or checkpoint that does not fit is a failure")
  func failures() throws {
    let log = try RawLog(size: 12)
    let other = try RawLog(size: 12, origin: "be/1")
    let batch = try log.batch(4..<9)
    let proof = log.consistency(9, 12)
    func result(
      _ state: LogState, _ batch: EntryBatch, _ checkpoint: VerifiedCheckpoint, _ proof: [Digest]
    ) -> AcceptanceFailure? {
      rejectedFailure { () throws(Rejection) in
        try state.accept(batch, under: checkpoint, consistency: proof)
      }
    }
    let newest = log.checkpoint(12)
    #expect(result(log.state(4), batch, newest, proof) == nil)
    #expect(result(log.state(4), batch, newest, proof.dropLast()) == .notUnderCheckpoint)
    #expect(result(log.state(4), batch, newest, []) == .notUnderCheckpoint)
    #expect(
      result(log.state(4), batch, log.checkpoint(8), []) == .aboveCheckpoint(size: 8))
    #expect(result(log.state(4), batch, other.checkpoint(12), proof) == .otherLog)
    #expect(result(log.state(3), batch, newest, proof) == .notNext(expected: 3))
    var leaves = batch.leaves
    leaves[300] ^= 1
    let flipped = try EntryBatch(first: 4, leaves: leaves, bodies: batch.bodies)
    #expect(result(log.state(4), flipped, newest, proof) == .notUnderCheckpoint)
    var branch = try RawLog(size: 3)
    branch.add(.record, body: [9])
    #expect(result(branch.state(4), batch, newest, proof) == .notUnderCheckpoint)
    var bodies = batch.bodies
    bodies[0] ^= 1
    let badBody = try EntryBatch(first: 4, leaves: batch.leaves, bodies: bodies)
    #expect(result(log.state(4), badBody, newest, proof) == .bodyHash(index: 4))
  }

  @Test("LOG-16: a leaf under a checkpoint that breaks a rule is a fault, at any place of a batch")
  func faults() throws {
    for (rule, prefix) in try brokenLogs() {
      var log = prefix
      let broken = log.size - 1
      for _ in 0..<3 { log.addRecord() }
      for start in 0...broken {
        for (end, newest) in [(broken + 1, broken + 1), (broken + 2, log.size)] {
          let states = [BodyState](repeating: .absent, count: end - start)
          let batch = try log.batch(start..<end, states: states)
          let fault = rejectedFault { () throws(Rejection) in
            try log.state(start).accept(
              batch, under: log.checkpoint(newest), consistency: log.consistency(end, newest))
          }
          let found = try #require(fault)
          #expect(found.rule == rule && found.position == UInt64(broken) && found.isComplete)
          let bytes = found.encode()
          #expect(bytes.count <= LogLimits.proofBytes)
          #expect(try AuthorFault(decoding: bytes) == found)
        }
      }
    }
  }

  @Test("LOG-16: the predecessor's path completes a fault when its signature is bad")
  func completed() throws {
    var log = try RawLog(size: 2)
    log.add(.record, body: [1], badSignature: true)
    log.add(.record, body: [2]) { patch(&$0, at: EntryLayout.previous, [1, 2, 3]) }
    let batch = try log.batch(3..<4)
    let found = try #require(
      rejectedFault { () throws(Rejection) in
        try log.state(3).accept(batch, under: log.checkpoint(4), consistency: [])
      })
    #expect(!found.isComplete)
    let complete = try found.completed(
      predecessorLeaf: log.leaves[2], path: log.included(2, size: 4).path)
    #expect(complete.isComplete)
    #expect(try AuthorFault(decoding: complete.encode()) == complete)
    #expect(throws: ProofError.path) {
      try found.completed(predecessorLeaf: log.leaves[1], path: log.included(2, size: 4).path)
    }
  }
}

@Suite("Defects (LOG-20, LOG-21)")
struct DefectTests {
  @Test("Each defect is accepted and named, on both paths")
  func defects() throws {
    for (expected, log) in try defectiveLogs() {
      let last = log.size - 1
      let batch = try log.batch(last..<(last + 1))
      let anchored = try log.state(last).accept(
        batch, under: log.checkpoint(last + 1), consistency: [])
      let defect = Defect(index: UInt64(last), kind: expected)
      if expected == .signature {
        #expect(anchored.defects.isEmpty)
        #expect(log.identity.verifySignatures(batch) == [UInt64(last)])
        let proof = try DefectProof(
          identity: log.identity, exhibit: log.included(last, size: last + 1))
        #expect(try DefectProof(decoding: proof.encode()) == proof)
      } else {
        #expect(anchored.defects == [defect])
        #expect(try log.state(last).accept(batch).defects == [defect])
        #expect(log.identity.verifySignatures(batch).isEmpty)
      }
      #expect(anchored.after.size == UInt64(last + 1))
    }
  }

  @Test("ENT-11: unknown kinds and suites are carried and are no defect")
  func unknown() throws {
    var log = try RawLog(size: 1)
    log.add(.record, body: [1]) {
      $0[EntryLayout.kind] = 200
      $0[EntryLayout.suite] = 200
      $0[EntryLayout.audienceTag] = 1
      $0[EntryLayout.expiry] = 1
    }
    #expect(try log.state(1).accept(log.batch(1..<2)).defects.isEmpty)
  }

  @Test("A defect proof about a good leaf proves nothing")
  func nothing() throws {
    let log = try RawLog(size: 3)
    #expect(throws: ProofError.nothingProven) {
      try DefectProof(identity: log.identity, exhibit: log.included(1, size: 3))
    }
  }
}

/// For each rule, logs whose last leaf breaks it and is signed.
func brokenLogs() throws -> [(EntryRule, RawLog)] {
  func log(
    _ rule: EntryRule, size: Int = 5, _ kind: EntryKind = .record,
    _ edit: (inout [UInt8]) -> Void
  ) throws -> (EntryRule, RawLog) {
    var log = try RawLog(size: size)
    log.add(kind, body: Array("broken".utf8), edit: edit)
    return (rule, log)
  }
  return [
    try log(.domain) { $0[15] = 0x32 },
    try log(.logID) { $0[EntryLayout.logID] ^= 1 },
    try log(.index) { $0[EntryLayout.index + 7] = 6 },
    try log(.index) { $0[EntryLayout.index] = 0x80 },
    try log(.previous) { $0[EntryLayout.previous + 31] ^= 1 },
    try log(.previous, size: 0, .genesis) { $0[EntryLayout.previous] = 1 },
    try log(.bodyLength) { patch(&$0, at: EntryLayout.bodyLength, [0, 16, 0, 1]) },
    try log(.genesis, .genesis) { _ in },
    try log(.genesis, size: 0) { _ in },
  ]
}

/// For each defect, a log whose last entry has it.
func defectiveLogs() throws -> [(DefectKind, RawLog)] {
  func log(
    _ kind: DefectKind, _ entry: EntryKind, body: [UInt8]? = nil, badSignature: Bool = false,
    _ edit: (inout [UInt8]) -> Void = { _ in }
  ) throws -> (DefectKind, RawLog) {
    var log = try RawLog(size: 3)
    log.add(entry, body: body ?? [1], badSignature: badSignature, edit: edit)
    return (kind, log)
  }
  var noGenesisBody = try RawLog()
  noGenesisBody.add(.genesis, body: Array("liaison-genesis/v1\n".utf8))
  var foreignGenesis = try RawLog()
  foreignGenesis.add(.genesis, body: try RawLog("be/1").genesis().encode())
  return [
    try log(.tag, .anchor) { $0[EntryLayout.audienceTag + 15] = 1 },
    try log(.tag, .grant) { $0[EntryLayout.audienceTag] = 1 },
    try log(.expiry, .grant) { $0[EntryLayout.expiry + 1] = 1 },
    try log(.suite, .grant) { $0[EntryLayout.suite] = EntrySuite.sealedRecord.rawValue },
    try log(.suite, .record) { $0[EntryLayout.suite] = EntrySuite.plain.rawValue },
    try log(.body, .keys, body: Array("liaison-keys/v1\n".utf8)),
    try log(.body, .keys, body: KeysChange(card: try RawLog("be/1").card()).encode()),
    (.body, noGenesisBody),
    (.body, foreignGenesis),
    try log(.signature, .record, badSignature: true),
  ]
}
