import Crypto
import Log

/// Leaves and batches, bodies that are public, and proofs.
enum EntryTarget {
  private static let kinds: [@Sendable (inout FuzzInput) -> Void] = [
    header, batch, edited, anchored, publicBodies, withdrawal, proofs, editedProof,
    anchor,
  ]

  static func run(_ input: inout FuzzInput) {
    let kind = kinds[input.below(kinds.count)]
    kind(&input)
  }

  private static let log: (batch: EntryBatch, states: [LogState]) = {
    let nl = FuzzParty.nl
    let verified = nl.entries(8, after: LogState(empty: nl.identity))
    var states = [LogState(empty: nl.identity)]
    for position in 0..<8 {
      let entry = verified.batch.slice(position..<(position + 1))
      states.append(sure { try states[position].accept(entry) }.after)
    }
    return (verified.batch, states)
  }()

  private static func header(_ input: inout FuzzInput) {
    var leaf = input.take(EntryLayout.leafBytes)
    leaf += [UInt8](repeating: 0, count: EntryLayout.leafBytes - leaf.count)
    let header = EntryHeader(parsing: leaf.span)
    let domain = EntryLayout.domainText.count
    check(
      header.encode()[domain...].elementsEqual(leaf[domain..<EntryLayout.headerBytes]),
      "a header has another form")
    _ = header.associatedData()
  }

  private static func states(_ input: inout FuzzInput, _ count: Int) -> [BodyState]? {
    guard input.u8() & 1 == 1 else { return nil }
    return (0..<count).map { _ in BodyState.allCases[input.below(BodyState.allCases.count)] }
  }

  /// Any bytes as a batch.
  private static func batch(_ input: inout FuzzInput) {
    let leaves = input.take(input.below(5) * EntryLayout.leafBytes)
    let states = states(&input, leaves.count / EntryLayout.leafBytes)
    let first = UInt64(input.u8())
    let bodies = input.rest()
    guard
      let batch = try? EntryBatch(
        first: first, leaves: leaves, bodies: bodies, bodyStates: states)
    else { return }
    visit(batch)
    _ = try? LogState(empty: FuzzParty.nl.identity).accept(batch)
  }

  private static func visit(_ batch: EntryBatch) {
    check(batch.bodyRanges().count == batch.count, "bodies and entries differ in number")
    for position in 0..<batch.count {
      _ = batch.header(at: position)
      _ = batch.body(at: position)
      check(batch.slice(position..<batch.count).count == batch.count - position, "a slice is short")
    }
  }

  /// A part of a good log, some bytes of it altered, at any place of it.
  private static func edit(_ input: inout FuzzInput) -> (LogState, EntryBatch)? {
    let from = input.below(8)
    let to = from + 1 + input.below(8 - from)
    let part = log.batch.slice(from..<to)
    var leaves = part.leaves
    var bodies = part.bodies
    input.edit(&leaves)
    input.edit(&bodies)
    let states = states(&input, part.count)
    let shift = UInt64(input.below(3))
    guard
      let batch = try? EntryBatch(
        first: part.first + shift, leaves: leaves, bodies: bodies, bodyStates: states)
    else { return nil }
    return (log.states[from], batch)
  }

  private static func edited(_ input: inout FuzzInput) {
    guard let (state, batch) = edit(&input) else { return }
    visit(batch)
    guard let verified = try? state.accept(batch) else { return }
    expectTheLog(verified)
  }

  private static func anchored(_ input: inout FuzzInput) {
    guard let (state, batch) = edit(&input) else { return }
    let size = 1 + input.below(8)
    let checkpoint = FuzzParty.nl.checkpoint(log.states[size])
    var proof: [Digest] = []
    if batch.end <= UInt64(size) {
      proof = Tree.consistencyProof(
        from: batch.end, to: UInt64(size), reader: Leaves(batch: log.batch))
    }
    if input.u8() & 1 == 1 { proof.append(SHA256.hash([input.u8()])) }
    do {
      expectTheLog(try state.accept(batch, under: checkpoint, consistency: proof))
    } catch Rejection.fault {
      preconditionFailure("an author that made no fault is accused")
    } catch {}
  }

  /// Nothing but what the author signed is ever accepted: the keys are not the fuzzer's.
  private static func expectTheLog(_ verified: VerifiedBatch) {
    check(verified.after.size <= 8, "more was accepted than signed")
    let known = log.states[Int(verified.after.size)]
    check(verified.after.head == known.head, "another history was accepted")
    check(verified.after.tree.root() == known.tree.root(), "another tree was accepted")
  }

  private struct Leaves: HashReader {
    let batch: EntryBatch
    func hash(level: Int, index: UInt64) throws(Never) -> Digest {
      if level == 0 {
        return EntryHeader.leafHash(of: Array(batch.leaf(at: Int(index))).span)
      }
      return SHA256.node(
        hash(level: level - 1, index: index * 2), hash(level: level - 1, index: index * 2 + 1))
    }
  }

  private static func publicBodies(_ input: inout FuzzInput) {
    let isSigned = input.u8() & 1 == 1
    let isKeys = input.u8() & 1 == 1
    var body = input.rest()
    if isSigned,
      let start = body.indices.first(where: { body[$0...].starts(with: Array("\n\n".utf8)) })
    {
      body = Array(body[..<(start + 2)]) + FuzzParty.nl.note(Array(body[(start + 2)...]))
    }
    if isKeys {
      guard let change = try? KeysChange.parse(body) else { return }
      check(change.encode() == body, "a change of keys has another form")
    } else {
      guard let genesis = try? Genesis.parse(body) else { return }
      check(genesis.encode() == body, "a genesis has another form")
      _ = genesis.isAuthorised(by: FuzzParty.nl.card)
    }
  }

  private static func withdrawal(_ input: inout FuzzInput) {
    let body = input.rest()
    guard let withdrawal = try? Withdrawal.parse(body, in: FuzzParty.nl.identity.origin) else {
      return
    }
    check(withdrawal.encode() == body, "a withdrawal has another form")
  }

  private static func anchor(_ input: inout FuzzInput) {
    let body = input.rest()
    guard let anchor = try? Anchor.parse(body) else { return }
    check(anchor.encode() == body, "an anchor has another form")
  }

  private static func proofs(_ input: inout FuzzInput) { prove(input.rest()) }

  private static func editedProof(_ input: inout FuzzInput) {
    let known = knownProofs
    var proof = known[input.below(known.count)]
    input.edit(&proof)
    prove(Array(proof.dropLast(input.below(4))) + input.rest())
  }

  private static func prove(_ bytes: [UInt8]) {
    if let proof = try? ForkProof(decoding: bytes) {
      check(proof.encode() == bytes, "a fork proof has another form")
    }
    if let fault = try? AuthorFault(decoding: bytes) {
      check(fault.encode() == bytes, "a fault has another form")
    }
    if let defect = try? DefectProof(decoding: bytes) {
      check(defect.encode() == bytes, "a defect has another form")
    }
  }

  /// Two entries of one index, and two roots of one size.
  private static let knownProofs: [[UInt8]] = {
    let nl = FuzzParty.nl
    let state = log.states[4]
    let other = nl.entries(1, after: state, bodyBytes: 25)
    let leaves = [Array(log.batch.leaf(at: 4)), other.batch.leaves]
    let entries = sure {
      try ForkProof(
        identity: nl.identity,
        evidence: .entries(.signed(leaf: leaves[0]), .signed(leaf: leaves[1])))
    }
    let roots = sure {
      try ForkProof(
        identity: nl.identity,
        evidence: .roots(
          nl.checkpoint(log.states[5]).note, nl.checkpoint(other.after).note))
    }
    return [entries.encode(), roots.encode()]
  }()

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    let nl = FuzzParty.nl
    let genesis = nl.genesis()
    let withdrawal = sure {
      try Withdrawal(records: [Withdrawal.Record(origin: nl.identity.origin, index: 3)])
    }
    let anchor = Anchor(log: nl.identity.id, commitment: SHA256.hash([1]), previous: 7)
    let change = KeysChange(card: nl.card).encode()
    return [
      [0] + log.batch.leaf(at: 1),
      [1, 2] + log.batch.slice(0..<2).leaves + [0, 0] + log.batch.slice(0..<2).bodies,
      [1, 1] + log.batch.slice(0..<1).leaves + [1, 1, 0],
      [2, 0, 7, 0, 0, 0, 0], [2, 3, 2, 1, 0, 9, 4, 0, 0, 0], [2, 7, 0, 0, 1, 0, 3, 1, 0, 0],
      [3, 0, 7, 0, 0, 0, 0, 7, 0], [3, 2, 3, 0, 0, 0, 0, 6, 0], [3, 1, 2, 1, 0, 20, 1, 0, 0, 5, 0],
      [4, 0, 0] + genesis, [4, 0, 1] + change, [4, 1, 1] + change,
      [8] + anchor.encode(), [5] + withdrawal.encode(), [6] + knownProofs[0], [6] + knownProofs[1],
      [7, 0, 0, 0], [7, 1, 1, 0, 100, 1, 0], [7, 0, 2, 0, 9, 255, 1, 0, 1, 0],
    ]
  }
}
