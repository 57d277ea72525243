// An exhibit on its own, as the search for a fork sends it (Protocols/log.md, 6).
extension Exhibit {
  /// A byte for the form, then the leaf or the included leaf: at most `LogLimits.exhibitBytes`.
  public func encode() -> [UInt8] {
    var writer = ProofWriter()
    writer.append(self)
    return writer.bytes
  }

  /// Reads and verifies: the leaf is the key's, and stands where it says.
  public init(decoding bytes: [UInt8], identity: LogIdentity) throws(ProofError) {
    guard bytes.count <= LogLimits.exhibitBytes else { throw .malformed }
    var reader = try ProofReader(bytes, magic: "")
    self = try reader.exhibit()
    try reader.finish()
    try verify(identity: identity)
  }
}
