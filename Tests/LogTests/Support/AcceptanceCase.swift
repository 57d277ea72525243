import Crypto
import Log
import Testing

/// One offer of entries to a log, and what must become of it.
struct AcceptanceCase: Codable, Equatable {
  var name: String
  var rule: String
  var origin = "nl/1"
  /// Base64.
  var logKey: String
  /// Leaves that the receiver holds, hexadecimal.
  var stored: [String]
  var frozenAt: UInt64?
  var first: UInt64
  var leaves: [String]
  /// Hexadecimal; null: not present.
  var bodies: [String?]
  /// The note; absent: one by one.
  var checkpoint: String?
  /// Hexadecimal, from the end of the offer to the checkpoint.
  var consistency: [String]?
  /// accepted, failure, fault or defect.
  var result: String
  /// The exact result: for people, and for this implementation's tests.
  var detail: String

  init(
    _ name: String, _ rule: String, _ log: RawLog, stored: Int, first: Int? = nil, end: Int,
    under newest: Int? = nil, absent: Bool = false, result: String = "", detail: String = ""
  ) {
    self.name = name
    self.rule = rule
    logKey = Base64.encode(log.identity.key.array)
    origin = log.identity.origin.text
    self.stored = log.leaves[..<stored].map(Hex.encode)
    let first = first ?? stored
    self.first = UInt64(first)
    leaves = log.leaves[first..<end].map(Hex.encode)
    bodies = log.bodies[first..<end].map { absent ? nil : Hex.encode($0) }
    if let newest {
      checkpoint = String(decoding: log.checkpoint(newest).note, as: UTF8.self)
      consistency = log.consistency(end, newest).map { Hex.encode($0.array) }
    }
    self.result = result
    self.detail = detail
  }

  /// The same case with the result that the code gives now.
  func filled() throws -> AcceptanceCase {
    var copy = self
    (copy.result, copy.detail) = try run()
    return copy
  }

  func run() throws -> (result: String, detail: String) {
    let key = try #require(LogPublicKey(Base64.decode(logKey) ?? []))
    let identity = LogIdentity(origin: try Origin(origin), key: key)
    let stored = self.stored.map { Hex.decode($0) ?? [] }
    let tree = MemoryTree(leafHashes: stored.map { EntryHeader.leafHash(of: $0.span) })
    let state = LogState(
      identity: identity, tree: CompactTree(size: UInt64(stored.count), reader: tree),
      lastLeaf: stored.last ?? [], frozenAt: frozenAt)
    let batch: EntryBatch
    do {
      batch = try EntryBatch(
        first: first, leaves: leaves.flatMap { Hex.decode($0) ?? [] },
        bodies: bodies.flatMap { Hex.decode($0 ?? "") ?? [] },
        bodyStates: bodies.contains(nil) ? bodies.map { $0 == nil ? .absent : .present } : nil)
    } catch {
      return ("failure", "batch \(error)")
    }
    do {
      let verified: VerifiedBatch
      if let checkpoint {
        verified = try state.accept(
          batch, under: .verify(note: Array(checkpoint.utf8), identity: identity),
          consistency: (consistency ?? []).compactMap { Digest(Hex.decode($0) ?? []) })
      } else {
        verified = try state.accept(batch)
      }
      let signatures = identity.verifySignatures(batch).map { Defect(index: $0, kind: .signature) }
      let defects = verified.defects + signatures
      if let defect = defects.first { return ("defect", "\(defect.kind) at \(defect.index)") }
      return ("accepted", "root \(Hex.encode(verified.after.tree.root().array))")
    } catch let rejection as Rejection {
      switch rejection {
      case .failure(.brokenRule(let rule, let index)):
        return ("failure", "\(rule) at \(index)")
      case .failure(let failure): return ("failure", "\(failure)")
      case .fault(let fault): return ("fault", "\(fault.rule) at \(fault.position)")
      }
    }
  }
}
