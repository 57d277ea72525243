internal import Crypto

extension LogIdentity {
  /// True when the own signature of the leaf at `offset` verifies.
  public func verifySignature(leaves: Span<UInt8>, at offset: Int) -> Bool {
    let header = leaves.extracting(offset..<(offset + EntryLayout.headerBytes))
    return key.verify(Signature(leaves, at: offset + EntryLayout.signature), over: header)
  }

  /// The index of a leaf that the log's key signed on its own: domain, log id and signature are
  /// right.
  public func indexOfSigned(leaf: [UInt8]) -> UInt64? {
    let exhibit = Exhibit.signed(leaf: leaf)
    guard (try? exhibit.verify(identity: self)) != nil, exhibit.position <= EntryLayout.maxIndex
    else { return nil }
    return exhibit.position
  }

  /// Verifies the own signature of each entry: for the background, and for auditors.
  /// - Parameter positions: the part of the batch to verify, so that the work can be spread over
  ///   threads; nil for all.
  /// - Returns: the indices whose signature does not verify: each a defect (`.signature`).
  public func verifySignatures(_ batch: EntryBatch, positions: Range<Int>? = nil) -> [UInt64] {
    var bad: [UInt64] = []
    for position in positions ?? 0..<batch.count
    where !verifySignature(leaves: batch.leaves.span, at: position * EntryLayout.leafBytes) {
      bad.append(batch.first + UInt64(position))
    }
    return bad
  }

  /// The present public bodies that do not parse, or are about another log.
  public func bodyDefects(in batch: EntryBatch) -> [Defect] {
    var defects: [Defect] = []
    var offset = 0
    for position in 0..<batch.count {
      let length = batch.presentBodyBytes(at: position)
      defer { offset += length }
      let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      guard batch.bodyState(at: position) == .present, let kind = EntryKind(rawValue: kind),
        let isWellFormed = bodyRule(of: kind)
      else { continue }
      if !isWellFormed(Array(batch.bodies[offset..<(offset + length)])) {
        defects.append(Defect(index: batch.first + UInt64(position), kind: .body))
      }
    }
    return defects
  }

  /// True when the body of an entry of this log parses and is about this log; true for kinds whose
  /// bodies are sealed or not specified.
  public func isWellFormed(_ body: [UInt8], of kind: EntryKind) -> Bool {
    bodyRule(of: kind)?(body) ?? true
  }

  /// nil for kinds whose bodies are sealed or not specified: nobody copies those to look at them.
  private func bodyRule(of kind: EntryKind) -> (([UInt8]) -> Bool)? {
    switch kind {
    case .genesis: { (try? Genesis.parse($0))?.card.identity == self }
    case .keys: { (try? KeysChange.parse($0))?.card.identity == self }
    case .withdrawal: { (try? Withdrawal.parse($0, in: origin)) != nil }
    case .anchor: { (try? Anchor.parse($0)) != nil }
    case .erasureReceipt: { (try? ErasureReceipt.parse($0)) != nil }
    case .forkReport, .grant, .history, .record, .consultation: nil
    }
  }
}
