internal import Crypto
public import Log
internal import Secrets

extension AudienceBook {
  /// Opens a record, or a chunk of an attachment.
  ///
  /// - Parameters:
  ///   - suite: `sealedRecord` or `sealedChunk`: what is of the other suite is a defect.
  ///   - associatedData: the first 88 bytes of the entry's header.
  ///   - body: as stored, matching the header's body hash.
  public func open(
    _ suite: EntrySuite = .sealedRecord, index: UInt64, associatedData: Span<UInt8>,
    body: Span<UInt8>
  ) -> RecordOpening {
    precondition(suite.isSealedToAudience)
    guard RecordSeal.isSealed(associatedData, as: suite) else { return .defect(.header) }
    do throws(SealingDefect) {
      let found = try find(index, associatedData) {
        audience, entryKey, tag throws(SealingDefect) in
        RecordOpening.opened(
          record: try RecordSeal.open(
            associatedData: associatedData, body: body, key: entryKey, tag: tag),
          audience: audience)
      }
      return found ?? whyUnknown(index)
    } catch {
      return .defect(error)
    }
  }

  /// The key of one record, to disclose it.
  ///
  /// - Returns: nil unless this node can open the record.
  public func disclosureKey(index: UInt64, associatedData: Span<UInt8>) -> DisclosureKey? {
    find(index, associatedData) { _, entryKey, _ in DisclosureKey(copying: entryKey) }
  }

  /// The audience whose tag the header of a record or chunk has, whether its body is here or not.
  /// 16 bytes tell audiences apart; only opening the body proves that it was sealed to this one.
  ///
  /// - Returns: nil unless this node has its key.
  public func audience(index: UInt64, associatedData: Span<UInt8>) -> Audience? {
    guard
      RecordSeal.isSealed(associatedData, as: .sealedRecord)
        || RecordSeal.isSealed(associatedData, as: .sealedChunk)
    else { return nil }
    return find(index, associatedData) { audience, _, _ in audience } ?? nil
  }

  /// Is there a key for a record or chunk? By 16 bytes of its header alone, whether its body is
  /// here or not.
  public func hasKey(index: UInt64, associatedData: Span<UInt8>) -> Bool {
    find(index, associatedData) { _, _, _ in true } ?? false
  }

  private func whyUnknown(_ index: UInt64) -> RecordOpening {
    guard index >= reach else { return .beyondReach }
    let below = missing.prefix(SealingLimits.missingGrantsNamed).prefix { $0 < index }
    if index > size || !below.isEmpty || missingBeyond.map({ $0 < index }) ?? false {
      return .unknownYet(missingGrants: Array(below))
    }
    if let grant = grantsWithoutPresharedKey.last(where: { $0 < index }) {
      return .presharedKeyMissing(grant: grant)
    }
    return .notForThisNode
  }

  /// Computes the tag under each audience open at `index`, the likeliest first.
  private func find<R: ~Copyable, E: Error>(
    _ index: UInt64, _ associatedData: Span<UInt8>,
    _ body: (Audience?, Span<UInt8>, Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    if let found = try findAudience(index, associatedData, body) { return found }
    return try history.tryKeys(ofRecord: index) { entryKey throws(E) in
      try withTag(of: entryKey) { tag throws(E) -> R? in
        guard RecordSeal.names(tag, associatedData) else { return nil }
        return try body(nil, entryKey, tag)
      }
    }
  }

  private func findAudience<R: ~Copyable, E: Error>(
    _ index: UInt64, _ associatedData: Span<UInt8>,
    _ body: (Audience?, Span<UInt8>, Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    let context = derivationContext("liaison-key/v1", identity.id, index)
    let first = latest
    if let first, let found = try attempt(first, index, context, associatedData, body) {
      return found
    }
    for number in open.reversed() where number != first {
      if let found = try attempt(number, index, context, associatedData, body) {
        latest = number
        return found
      }
    }
    // Only a record of the past has to pass the closed ones.
    guard index < lastClosing else { return nil }
    for number in closed.reversed() where number != first {
      if let found = try attempt(number, index, context, associatedData, body) {
        latest = number
        return found
      }
    }
    return nil
  }

  private func attempt<R: ~Copyable, E: Error>(
    _ number: Int, _ index: UInt64, _ context: [UInt8], _ associatedData: Span<UInt8>,
    _ body: (Audience?, Span<UInt8>, Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    guard let audience = kept[number], audience.isOpen(at: index) else { return nil }
    return try keys.withKey(number) { audienceKey throws(E) in
      try withEntryKey(of: audienceKey, context: context) { entryKey throws(E) in
        try withTag(of: entryKey) { tag throws(E) -> R? in
          guard RecordSeal.names(tag, associatedData) else { return nil }
          return try body(audience, entryKey, tag)
        }
      }
    }
  }
}
