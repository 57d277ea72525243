extension ForkProof {
  private static let magic = "liaison-fork/v1\n"

  /// The bytes of Protocols/log.md, 6: at most `LogLimits.proofBytes`.
  public func encode() -> [UInt8] { ForkProof.encode(identity: identity, evidence: evidence) }

  /// Encodes what nobody has verified: for tests of receivers.
  static func encode(identity: LogIdentity, evidence: Evidence) -> [UInt8] {
    var writer = ProofWriter(magic: ForkProof.magic, identity: identity)
    switch evidence {
    case .entries(let a, let b):
      writer.append(1)
      writer.append(a)
      writer.append(b)
    case .roots(let a, let b):
      writer.append(2)
      writer.append(note: a)
      writer.append(note: b)
    case .prefix(let older, let newer, let prefixRoot, let proof):
      writer.append(3)
      writer.append(note: older)
      writer.append(note: newer)
      writer.append(prefixRoot)
      writer.append(hashes: proof)
    }
    return writer.bytes
  }

  /// Reads and verifies.
  public init(decoding bytes: [UInt8]) throws(ProofError) {
    var reader = try ProofReader(bytes, magic: ForkProof.magic)
    let identity = try reader.identity()
    let evidence: Evidence
    switch try reader.byte() {
    case 1:
      let first = try reader.exhibit()
      let second = try reader.exhibit()
      evidence = .entries(first, second)
    case 2:
      let first = try reader.note()
      let second = try reader.note()
      evidence = .roots(first, second)
    case 3:
      let older = try reader.note()
      let newer = try reader.note()
      let root = try reader.digest()
      let proof = try reader.hashes(atMost: LogLimits.consistencyProofHashes)
      evidence = .prefix(older: older, newer: newer, prefixRoot: root, proof: proof)
    default: throw .malformed
    }
    try reader.finish()
    try self.init(identity: identity, evidence: evidence)
  }
}
