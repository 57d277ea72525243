import Crypto
@testable import Log
import Testing

struct LogVectors: Codable, Equatable {
  /// The tree over the leaves that are one byte each, 0, 1, 2…
  struct Root: Codable, Equatable {
    var size: UInt64
    var root: String
  }

  struct Proof: Codable, Equatable {
    var name: String
    /// inclusion: of leaf `index` in `size`; consistency: of `index` leaves with `size`.
    var index: UInt64
    var size: UInt64
    var proof: [String]
    var holds: Bool
  }

  struct Evidence: Codable, Equatable {
    var name: String
    var rule: String
    /// Hexadecimal.
    var bytes: String
    /// fork, fault, defect, or failure: it proves nothing.
    var result: String
    var frozenAt: UInt64?
  }

  var roots: [Root]
  var inclusion: [Proof]
  var consistency: [Proof]
  var acceptance: [AcceptanceCase]
  var evidence: [Evidence]

  static let tree = MemoryTree(leafHashes: (0..<9).map { SHA256.leaf([UInt8($0)].span) })

  static func generate() throws -> LogVectors {
    LogVectors(
      roots: (0...9).map {
        Root(size: UInt64($0), root: MemoryTree.naiveRoot(tree.leafHashes[..<$0]).description)
      },
      inclusion: [(0, 1), (0, 8), (5, 8), (2, 5), (8, 9), (6, 7)].flatMap { index, size in
        proofs(index, size, Tree.inclusionProof(index: index, size: size, reader: tree))
      },
      consistency: [(1, 1), (1, 8), (6, 8), (2, 5), (8, 9), (7, 9)].flatMap { from, to in
        proofs(from, to, Tree.consistencyProof(from: from, to: to, reader: tree))
      },
      acceptance: try acceptance(), evidence: try evidence())
  }

  private static func proofs(_ index: UInt64, _ size: UInt64, _ hashes: [Digest]) -> [Proof] {
    let good = Proof(
      name: "good", index: index, size: size, proof: hashes.map(\.description), holds: true)
    var longer = good
    longer.name = "a hash too many"
    longer.proof.append(Digest.zero.description)
    var proofs = [good, longer]
    if !hashes.isEmpty {
      var shorter = good
      shorter.name = "a hash too few"
      shorter.proof.removeLast()
      var changed = good
      changed.name = "a changed hash"
      changed.proof[0] = Digest.zero.description
      proofs += [shorter, changed]
    }
    return proofs.map { proof in
      var proof = proof
      proof.holds = proof.name == "good"
      return proof
    }
  }

  private static func acceptance() throws -> [AcceptanceCase] {
    let log = try RawLog(size: 7)
    var wrongProof = AcceptanceCase("wrong proof", "LOG-15", log, stored: 2, end: 4, under: 7)
    wrongProof.consistency?[0] = Digest.zero.description
    var flipped = AcceptanceCase("flipped bit", "LOG-15", log, stored: 2, end: 4, under: 7)
    flipped.leaves[0] = Hex.encode(log.leaves[1])
    var foreign = AcceptanceCase("another log's entry", "LOG-13", log, stored: 2, end: 3)
    foreign.leaves = [Hex.encode(try RawLog(size: 3, origin: "be/1").leaves[2])]
    var frozen = AcceptanceCase("beyond a freeze", "LOG-12", log, stored: 2, end: 4)
    frozen.frozenAt = 3
    var below = AcceptanceCase("below a freeze", "LOG-12", log, stored: 2, end: 3)
    below.frozenAt = 3
    var lengths = AcceptanceCase("a body too short", "LOG-10", log, stored: 2, end: 3)
    lengths.bodies = ["00"]
    var branch = AcceptanceCase("stored branch", "LOG-15", log, stored: 2, end: 4, under: 7)
    var other = try RawLog(size: 1)
    other.add(.record, body: [9])
    branch.stored = other.leaves.map(Hex.encode)
    return try [
      AcceptanceCase("one by one from nothing", "LOG-14", log, stored: 0, end: 7),
      AcceptanceCase("one by one", "LOG-14", log, stored: 3, end: 4),
      AcceptanceCase("in bulk", "LOG-15", log, stored: 3, end: 5, under: 7),
      AcceptanceCase("in bulk to the end", "LOG-15", log, stored: 0, end: 7, under: 7),
      AcceptanceCase("without a body", "LOG-17", log, stored: 3, end: 5, under: 7, absent: true),
      lengths,
      AcceptanceCase("a gap", "LOG-11", log, stored: 2, first: 3, end: 4),
      AcceptanceCase("an overlap", "LOG-11", log, stored: 2, first: 1, end: 4, under: 7),
      AcceptanceCase("nothing", "LOG-11", log, stored: 2, end: 2),
      frozen, below, foreign, wrongProof, flipped, branch,
    ].map { try $0.filled() }
  }

  private static func evidence() throws -> [Evidence] {
    let identity = try RawLog().identity
    var all: [Evidence] = []
    for (name, evidence, _) in try ForkProofTests.proofs() {
      let bytes = try ForkProof(identity: identity, evidence: evidence).encode()
      all.append(Evidence(name: name, rule: "LOG-31", bytes: bytes))
    }
    for (name, rule, evidence, _) in try ForkProofTests.innocent() {
      let bytes = ForkProof.encode(identity: identity, evidence: evidence)
      all.append(Evidence(name: name, rule: rule, bytes: bytes))
    }
    for (rule, log) in try brokenLogs() {
      let last = log.size - 1
      let fault = try AuthorFault(
        identity: identity, rule: rule, exhibit: log.included(last, size: last + 1),
        predecessor: rule == .previous && last > 0 ? .signed(leaf: log.leaves[last - 1]) : nil)
      all.append(Evidence(name: "fault: \(rule)", rule: "LOG-35", bytes: fault.encode()))
    }
    var bad = try RawLog(size: 3)
    bad.add(.record, body: [1], badSignature: true)
    let defect = try DefectProof(identity: identity, exhibit: bad.included(3, size: 4)).encode()
    all.append(Evidence(name: "bad inner signature", rule: "LOG-36", bytes: defect))
    all.append(Evidence(name: "a byte too many", rule: "LOG-37", bytes: defect + [0]))
    all.append(Evidence(name: "a byte too few", rule: "LOG-37", bytes: defect.dropLast()))
    return all
  }
}

extension LogVectors.Evidence {
  init(name: String, rule: String, bytes: [UInt8]) {
    let (result, frozenAt) = LogVectors.Evidence.judge(bytes)
    self.init(
      name: name, rule: rule, bytes: Hex.encode(bytes), result: result, frozenAt: frozenAt)
  }

  static func judge(_ bytes: [UInt8]) -> (String, UInt64?) {
    if let proof = try? ForkProof(decoding: bytes) { return ("fork", proof.frozenAt) }
    if let fault = try? AuthorFault(decoding: bytes) { return ("fault", fault.position) }
    if (try? DefectProof(decoding: bytes)) != nil { return ("defect", nil) }
    return ("failure", nil)
  }
}

@Suite("Protocols/vectors/log.json")
struct LogVectorTests {
  @Test("Roots and proofs")
  func tree() throws {
    let vectors = try VectorFile.read("log", generated: LogVectors.generate())
    let roots = vectors.roots.compactMap { Digest(Hex.decode($0.root) ?? []) }
    var tree = CompactTree.empty
    #expect(tree.root() == roots[0])
    for hash in LogVectors.tree.leafHashes {
      tree.append(hash)
      #expect(tree.root() == roots[Int(tree.size)])
    }
    for vector in vectors.inclusion {
      let holds = Tree.verifyInclusion(
        leafHash: LogVectors.tree.leafHashes[Int(vector.index)], index: vector.index,
        size: vector.size, path: hashes(vector.proof), root: roots[Int(vector.size)])
      #expect(holds == vector.holds)
    }
    for vector in vectors.consistency {
      let holds = Tree.verifyConsistency(
        from: vector.index, to: vector.size, fromRoot: roots[Int(vector.index)],
        toRoot: roots[Int(vector.size)], proof: hashes(vector.proof))
      #expect(holds == vector.holds)
    }
  }

  @Test("Every offer gets its class")
  func acceptance() throws {
    let vectors = try VectorFile.read("log", generated: LogVectors.generate())
    for vector in vectors.acceptance {
      #expect(try vector.run() == (vector.result, vector.detail), "\(vector.name)")
    }
    #expect(vectors.acceptance.filter { $0.result == "accepted" }.count == 6)
  }

  @Test("Every piece of evidence gets its class")
  func evidence() throws {
    let vectors = try VectorFile.read("log", generated: LogVectors.generate())
    for vector in vectors.evidence {
      let (result, frozenAt) = LogVectors.Evidence.judge(Hex.decode(vector.bytes) ?? [])
      #expect(result == vector.result && frozenAt == vector.frozenAt, "\(vector.name)")
    }
    let counts = Dictionary(grouping: vectors.evidence, by: \.result).mapValues(\.count)
    #expect(counts == ["fork": 5, "fault": 9, "defect": 1, "failure": 14])
  }

  private func hashes(_ texts: [String]) -> [Digest] {
    texts.compactMap { Digest(Hex.decode($0) ?? []) }
  }
}
