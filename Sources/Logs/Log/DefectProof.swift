/// A leaf under a valid checkpoint whose own signature does not verify: a defect of its author,
/// proven and never gossiped as a fault (Protocols/log.md, 5).
public struct DefectProof: Hashable, Sendable {
  /// The log of the leaf.
  public let identity: LogIdentity
  /// The leaf whose own signature does not verify.
  public let exhibit: IncludedLeaf

  private static let magic = "liaison-defect/v1\n"

  /// Verifies the evidence.
  public init(identity: LogIdentity, exhibit: IncludedLeaf) throws(ProofError) {
    try exhibit.verify(identity: identity)
    guard !identity.verifySignature(leaves: exhibit.leaf.span, at: 0)
    else { throw .nothingProven }
    self.identity = identity
    self.exhibit = exhibit
  }

  /// The bytes of Protocols/log.md, 6: at most `LogLimits.proofBytes`.
  public func encode() -> [UInt8] {
    var writer = ProofWriter(magic: DefectProof.magic, identity: identity)
    writer.append(exhibit)
    return writer.bytes
  }

  /// Reads and verifies.
  public init(decoding bytes: [UInt8]) throws(ProofError) {
    var reader = try ProofReader(bytes, magic: DefectProof.magic)
    let identity = try reader.identity()
    let exhibit = try reader.included()
    try reader.finish()
    try self.init(identity: identity, exhibit: exhibit)
  }
}
