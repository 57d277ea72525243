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

  @Test("Leaves without what can be derived are rebuilt, and accepted with the same result")
  func compact() throws {
    let log = try RawLog(size: 9)
    let state = log.state(2)
    let batch = try log.batch(2..<9)
    var compact: [UInt8] = []
    CompactLeaf.append(batch.leaves.span, to: &compact)
    #expect(compact.count == 7 * CompactLeaf.byteCount)
    let rebuilt = try #require(rebuild(compact, batch.bodies, state))
    #expect(rebuilt.batch == batch)
    #expect(try state.accept(rebuilt).after == state.accept(batch).after)
    // Another body makes another leaf, which is not signed.
    var bodies = batch.bodies
    bodies[0] ^= 1
    let changed = try #require(rebuild(compact, bodies, state))
    #expect(throws: Rejection.self) { try state.accept(changed) }
    #expect(rebuild(compact.dropLast(), batch.bodies, state) == nil)
    #expect(rebuild(compact, batch.bodies.dropLast(), state) == nil)
  }

  private func rebuild(_ compact: [UInt8], _ bodies: [UInt8], _ state: LogState) -> HashedBatch? {
    HashedBatch(compact: compact.span, bodies: bodies, extending: state)
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
