extension AuthorFault {
  private static let magic = "liaison-fault/v1\n"

  /// - Precondition: `isComplete`.
  public func encode() -> [UInt8] {
    precondition(isComplete, "evidence without its predecessor convinces nobody")
    var writer = ProofWriter(magic: AuthorFault.magic, identity: identity)
    writer.append(rule.rawValue)
    writer.append(exhibit)
    if let predecessor { writer.append(predecessor) }
    return writer.bytes
  }

  /// Reads and verifies.
  public init(decoding bytes: [UInt8]) throws(ProofError) {
    var reader = try ProofReader(bytes, magic: AuthorFault.magic)
    let identity = try reader.identity()
    guard let rule = EntryRule(rawValue: try reader.byte()) else { throw .malformed }
    let exhibit = try reader.included()
    var predecessor: Exhibit?
    if rule == .previous, exhibit.position > 0 { predecessor = try reader.exhibit() }
    try reader.finish()
    try self.init(identity: identity, rule: rule, exhibit: exhibit, predecessor: predecessor)
  }
}
