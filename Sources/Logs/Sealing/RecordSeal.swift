internal import Crypto
public import Log
public import Secrets
internal import Wire

/// A record's body, or that of a chunk of an attachment: 24 nonce ‖ t[16..<32] ‖
/// XChaCha20-Poly1305 of the padded record or chunk, with the entry's first 88 bytes as associated
/// data (Protocols/sealing.md, 3).
public enum RecordSeal {
  static let halfTagBytes = 16
  static let ciphertextStart = XChaChaPoly.nonceBytes + halfTagBytes
  /// 56: nonce, half a tag, and the authenticator.
  static let overheadBytes = ciphertextStart + XChaChaPoly.tagBytes

  /// The length of the body of a record, or chunk, of `recordBytes`.
  public static func bodyBytes(for recordBytes: Int) -> Int {
    Padding.paddedBytes(for: recordBytes) + overheadBytes
  }

  /// Appends a record's body to `bodies`.
  ///
  /// - Parameters:
  ///   - suite: `sealedRecord` or `sealedChunk`.
  ///   - place: log id, index, time and expiry of the entry to be; other fields are not looked at.
  ///   - audienceKey: K, 32 bytes.
  /// - Returns: the entry's audience tag.
  /// - Precondition: at most `SealingLimits.recordBytes`.
  public static func seal(
    _ record: Span<UInt8>, as suite: EntrySuite = .sealedRecord, at place: EntryHeader,
    audienceKey: Span<UInt8>, using random: inout some RandomSource,
    appendingTo bodies: inout [UInt8]
  ) -> AudienceTag {
    precondition(suite.isSealedToAudience)
    let nonce = random.bytes(XChaChaPoly.nonceBytes)
    let context = derivationContext("liaison-key/v1", place.logID, place.index)
    return withEntryKey(of: audienceKey, context: context) { entryKey in
      withTag(of: entryKey) { tag in
        var header = place
        header.kind = EntryKind.record.rawValue
        header.suite = suite.rawValue
        header.bodyBytes = UInt32(bodyBytes(for: record.count))
        header.audienceTag = AudienceTag(tag, at: 0)
        let associatedData = header.associatedData()
        bodies.append(contentsOf: nonce)
        bodies.append(tag.extracting(halfTagBytes..<32))
        let start = bodies.count
        bodies.append(record)
        Padding.pad(&bodies, from: start)
        withDerived(from: entryKey, aeadLabel) { key in
          XChaChaPoly.seal(
            &bodies, from: start, key: key, nonce: nonce, associatedData: associatedData.span)
        }
        return header.audienceTag
      }
    }
  }

  /// True when the header's audience tag is the first half of `tag`.
  static func names(_ tag: Span<UInt8>, _ associatedData: Span<UInt8>) -> Bool {
    for index in 0..<EntryLayout.audienceTagBytes
    where tag[index] != associatedData[EntryLayout.audienceTag + index] { return false }
    return true
  }

  /// Opens a body whose header names `tag`.
  static func open(
    associatedData: Span<UInt8>, body: Span<UInt8>, key entryKey: Span<UInt8>, tag: Span<UInt8>
  ) throws(SealingDefect) -> [UInt8] {
    guard body.count >= overheadBytes + SealingLimits.leastPaddedBytes else { throw .shape }
    for index in 0..<halfTagBytes
    where tag[halfTagBytes + index] != body[XChaChaPoly.nonceBytes + index] { throw .commitment }
    let nonce = body.extracting(0..<XChaChaPoly.nonceBytes).array
    var plaintext = try withDerived(from: entryKey, aeadLabel) { key throws(SealingDefect) in
      do throws(AEADError) {
        return try XChaChaPoly.open(
          body.extracting(ciphertextStart..<body.count), key: key, nonce: nonce,
          associatedData: associatedData)
      } catch { throw SealingDefect.notAuthentic }
    }
    try Padding.remove(from: &plaintext)
    return plaintext
  }
}

extension RecordSeal {
  static func isSealed(_ associatedData: Span<UInt8>, as suite: EntrySuite) -> Bool {
    associatedData.count == EntryLayout.associatedDataBytes
      && associatedData[EntryLayout.kind] == EntryKind.record.rawValue
      && associatedData[EntryLayout.suite] == suite.rawValue
  }
}
