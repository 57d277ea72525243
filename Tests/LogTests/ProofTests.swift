import Crypto
import Log
import Testing

@Suite("Fork proofs (LOG-30 to LOG-37)")
struct ForkProofTests {
  /// Two logs of one key that agree on the first 5 entries.
  static func fork() throws -> (RawLog, RawLog) {
    var left = try RawLog(size: 5)
    var right = left
    left.add(.record, body: [1])
    right.add(.record, body: [2])
    for _ in 0..<3 {
      left.addRecord()
      right.addRecord()
    }
    return (left, right)
  }

  static func proofs() throws -> [(name: String, evidence: ForkProof.Evidence, frozenAt: UInt64)] {
    let (left, right) = try fork()
    let root = MemoryTree.naiveRoot(left.tree.leafHashes[..<7])
    return [
      (
        "two signed entries",
        .entries(.signed(leaf: left.leaves[5]), .signed(leaf: right.leaves[5])), 5
      ),
      (
        "a signed and an included entry",
        .entries(.signed(leaf: left.leaves[5]), .included(right.included(5, size: 8))), 5
      ),
      (
        "two included entries",
        .entries(.included(left.included(6, size: 9)), .included(right.included(6, size: 7))), 6
      ),
      ("two roots of one size", .roots(left.checkpoint(9).note, right.checkpoint(9).note), 9),
      (
        "another prefix",
        .prefix(
          older: right.checkpoint(7).note, newer: left.checkpoint(9).note, prefixRoot: root,
          proof: left.consistency(7, 9)), 7
      ),
    ]
  }

  @Test("LOG-31, LOG-33: each form verifies, freezes at its index, and is read as written")
  func good() throws {
    let identity = try RawLog().identity
    for (name, evidence, frozenAt) in try Self.proofs() {
      let proof = try ForkProof(identity: identity, evidence: evidence)
      #expect(proof.frozenAt == frozenAt, "\(name)")
      let bytes = proof.encode()
      #expect(bytes.count <= LogLimits.proofBytes)
      #expect(try ForkProof(decoding: bytes) == proof)
    }
  }

  @Test("LOG-37: no proof survives a flipped bit, a missing byte or one more")
  func mutated() throws {
    let identity = try RawLog().identity
    for (name, evidence, _) in try Self.proofs() {
      let bytes = try ForkProof(identity: identity, evidence: evidence).encode()
      for place in bytes.indices {
        var wrong = bytes
        wrong[place] ^= 1
        #expect(throws: ProofError.self, "\(name), byte \(place)") {
          try ForkProof(decoding: wrong)
        }
      }
      for count in stride(from: 0, to: bytes.count, by: 7) {
        #expect(throws: ProofError.malformed) { try ForkProof(decoding: Array(bytes[..<count])) }
      }
      #expect(throws: ProofError.malformed) { try ForkProof(decoding: bytes + [0]) }
    }
  }

  @Test("LOG-31, LOG-32: what does not contradict itself accuses nobody")
  func innocent() throws {
    for (name, _, evidence, error) in try Self.innocent() {
      let identity = try RawLog().identity
      #expect(throws: error, "\(name)") { try ForkProof(identity: identity, evidence: evidence) }
    }
  }

  static func innocent() throws -> [(String, String, ForkProof.Evidence, ProofError)] {
    let (left, right) = try fork()
    let other = try RawLog(size: 9, origin: "be/1")
    var resigned = left.leaves[5]
    resigned[EntryLayout.signature + 40] ^= 1
    var bad = try RawLog(size: 5)
    bad.add(.record, body: [1], badSignature: true)
    let leaf = Exhibit.signed(leaf: left.leaves[5])
    var outOfPlace = try RawLog(size: 5)
    outOfPlace.add(.record, body: [3]) { $0[EntryLayout.index + 7] = 4 }
    return [
      ("one entry twice", "LOG-31", .entries(leaf, leaf), .nothingProven),
      (
        "two indices", "LOG-31", .entries(leaf, .signed(leaf: right.leaves[6])), .nothingProven
      ),
      (
        "equal headers, two signatures", "LOG-32",
        .entries(leaf, .included(bad.included(5, size: 6))), .nothingProven
      ),
      (
        "bad signature", "LOG-30", .entries(leaf, .signed(leaf: resigned)), .signature
      ),
      (
        "another log's entry", "LOG-30", .entries(leaf, .signed(leaf: other.leaves[5])), .otherLog
      ),
      (
        "another log's checkpoint", "LOG-30", .entries(leaf, .included(other.included(5, size: 9))),
        .checkpoint(.origin)
      ),
      (
        "an entry that is not at its index", "LOG-31",
        .entries(
          .signed(leaf: left.leaves[4]), .included(outOfPlace.included(5, size: 6))), .otherLog
      ),
      (
        "a path to another leaf", "LOG-30",
        .entries(
          leaf,
          .included(
            IncludedLeaf(
              leaf: right.leaves[5], position: 5, path: left.included(5, size: 9).path,
              checkpoint: left.checkpoint(9).note))), .path
      ),
      (
        "equal roots", "LOG-31", .roots(left.checkpoint(9).note, left.checkpoint(9).note),
        .nothingProven
      ),
      (
        "two sizes", "LOG-31", .roots(left.checkpoint(9).note, left.checkpoint(8).note),
        .nothingProven
      ),
      (
        "a consistent prefix", "LOG-31",
        .prefix(
          older: left.checkpoint(7).note, newer: left.checkpoint(9).note,
          prefixRoot: left.checkpoint(7).root, proof: left.consistency(7, 9)), .nothingProven
      ),
      (
        "an invented prefix", "LOG-31",
        .prefix(
          older: left.checkpoint(7).note, newer: left.checkpoint(9).note, prefixRoot: .zero,
          proof: left.consistency(7, 9)), .consistency
      ),
    ]
  }

  @Test("LOG-37: the largest proof fits 6 KiB")
  func largest() throws {
    let log = try RawLog(String(repeating: "n", count: 32) + "/4294967295")
    let note = Checkpoint.make(
      identity: log.identity, size: LogLimits.lastIndex + 1, root: .zero, sign: log.signer.sign
    ).note
    let exhibit =
      216 + 8 + 1 + 32 * LogLimits.inclusionPathHashes + 2 + note.count
    let identity = 1 + LogLimits.originBytes + 32
    #expect(
      "liaison-fault/v1\n".utf8.count + identity + 2 + 2 * (1 + exhibit)
        <= LogLimits.proofBytes)
  }
}

@Suite("Fault evidence (LOG-35)")
struct FaultProofTests {
  @Test("A good leaf, another rule, or a predecessor out of place prove nothing")
  func innocent() throws {
    let log = try RawLog(size: 6)
    for rule in EntryRule.allCases {
      #expect(throws: ProofError.nothingProven) {
        try AuthorFault(
          identity: log.identity, rule: rule, exhibit: log.included(3, size: 6),
          predecessor: rule == .previous ? .included(log.included(2, size: 6)) : nil)
      }
    }
    #expect(throws: ProofError.nothingProven) {
      try AuthorFault(
        identity: log.identity, rule: .previous, exhibit: log.included(3, size: 6),
        predecessor: .signed(leaf: log.leaves[1]))
    }
    #expect(throws: ProofError.malformed) {
      try AuthorFault(
        identity: log.identity, rule: .previous, exhibit: log.included(3, size: 6),
        predecessor: nil)
    }
  }

  @Test("LOG-37: no fault survives a flipped bit")
  func mutated() throws {
    var log = try RawLog(size: 3)
    log.add(.record, body: [1]) { $0[EntryLayout.previous] ^= 1 }
    let fault = try AuthorFault(
      identity: log.identity, rule: .previous, exhibit: log.included(3, size: 4),
      predecessor: .included(log.included(2, size: 4)))
    let bytes = fault.encode()
    for place in bytes.indices {
      var wrong = bytes
      wrong[place] ^= 1
      #expect(throws: ProofError.self, "byte \(place)") { try AuthorFault(decoding: wrong) }
    }
  }
}
