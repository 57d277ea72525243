internal import Crypto
internal import Log

/// Something wrong inside a leaf. Whose doing it is shows when the checkpoints were compared: under
/// a checkpoint that matches, it is the author's.
struct LeafProblem: Sendable {
  enum Kind: Sendable, Hashable {
    /// Protocols/log.md, 3: a rule that every leaf keeps.
    case rule(EntryRule)
    /// Protocols/log.md, 4.
    case defect(DefectKind)
  }

  let index: UInt64
  let kind: Kind
  /// True when the leaf's own signature verifies: it is its author's in any case.
  let isSigned: Bool

  var what: String {
    switch kind {
    case .rule(.domain): "does not begin with \"liaison-entry/v1\""
    case .rule(.logID): "carries the id of another log"
    case .rule(.index): "carries another index"
    case .rule(.previous): "is not linked to the header before it"
    case .rule(.bodyLength): "claims a body of more than 1 MiB"
    case .rule(.genesis): index == 0 ? "is not a genesis entry" : "is a second genesis entry"
    case .defect(.tag): "has an audience tag though its body is no record"
    case .defect(.expiry): "has an expiry though it is no record"
    case .defect(.suite): "has a suite that its kind does not have"
    case .defect(.body):
      "has a body that does not parse, is about another log or names another opening key"
    case .defect(.signature): "has a signature that does not verify"
    }
  }
}

/// Checks leaves by themselves and against their predecessor (Protocols/entry.md and log.md, 3).
struct LeafCheck: Sendable {
  let identity: LogIdentity

  /// - Parameters:
  ///   - leaves: whole leaves, the first of which stands at index `first`.
  ///   - before: the leaf before them; empty at index 0.
  /// - Returns: what is wrong, in ascending order of index.
  func problems(first: UInt64, leaves: [UInt8], before: [UInt8]) -> [LeafProblem] {
    var problems: [LeafProblem] = []
    var previous = before.isEmpty ? Digest.zero : EntryHeader.headerHash(of: before.span)
    let span = leaves.span
    for position in 0..<(leaves.count / EntryLayout.leafBytes) {
      let offset = position * EntryLayout.leafBytes
      let index = first + UInt64(position)
      let isSigned = identity.verifySignature(leaves: span, at: offset)
      var kinds: [LeafProblem.Kind] = isSigned ? [] : [.defect(.signature)]
      appendRules(span, offset, index, previous, &kinds)
      appendDefects(span, offset, &kinds)
      for kind in kinds {
        problems.append(LeafProblem(index: index, kind: kind, isSigned: isSigned))
      }
      previous = EntryHeader.headerHash(of: span, at: offset)
    }
    return problems
  }

  private func appendRules(
    _ leaves: Span<UInt8>, _ offset: Int, _ index: UInt64, _ previous: Digest,
    _ kinds: inout [LeafProblem.Kind]
  ) {
    let header = EntryHeader(parsing: leaves, at: offset)
    for (position, byte) in EntryLayout.domainText.enumerated()
    where leaves[offset + EntryLayout.domain + position] != byte {
      kinds.append(.rule(.domain))
      break
    }
    if header.logID != identity.id { kinds.append(.rule(.logID)) }
    if header.index != index { kinds.append(.rule(.index)) }
    if header.previous != previous { kinds.append(.rule(.previous)) }
    if header.bodyBytes > EntryLayout.maxBodyBytes { kinds.append(.rule(.bodyLength)) }
    if (header.knownKind == .genesis) != (index == 0) { kinds.append(.rule(.genesis)) }
  }

  private func appendDefects(
    _ leaves: Span<UInt8>, _ offset: Int, _ kinds: inout [LeafProblem.Kind]
  ) {
    let header = EntryHeader(parsing: leaves, at: offset)
    if let suite = header.knownSuite, !suite.isSealedToAudience, header.audienceTag != .zero {
      kinds.append(.defect(.tag))
    }
    guard let kind = header.knownKind else { return }
    if !kind.mayExpire, header.expiryDay != 0 { kinds.append(.defect(.expiry)) }
    if let suite = header.knownSuite, !kind.has(suite) { kinds.append(.defect(.suite)) }
  }
}
