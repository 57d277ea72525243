internal import Crypto
public import Log
public import Secrets
internal import Wire

/// e: the key of one record. Whoever is given it can open that record and prove that its author
/// wrote it, and nothing else (Protocols/sealing.md, 6). 32 bytes.
public struct DisclosureKey: ~Copyable, Sendable {
  private let bytes: GuardedBytes

  /// - Precondition: exactly 32 bytes.
  public init(copying bytes: Span<UInt8>) {
    precondition(bytes.count == 32)
    self.bytes = GuardedBytes(copying: bytes)
  }

  /// The key of the record at `index`, by that of its audience.
  public init(of audienceKey: borrowing AudienceKey, in log: LogID, at index: UInt64) {
    let context = derivationContext("liaison-key/v1", log, index)
    self = audienceKey.withBytes { key in
      withEntryKey(of: key, context: context) { DisclosureKey(copying: $0) }
    }
  }

  /// True when it is the key of the entry with this header, as far as the header says.
  public func fits(associatedData: Span<UInt8>) -> Bool {
    withBytes { key in withTag(of: key) { RecordSeal.names($0, associatedData) } }
  }

  /// Lends the 32 bytes, for whoever discloses the record.
  public func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R { try bytes.withBytes(body) }

  /// Opens the one record that this is the key of.
  ///
  /// - Parameters:
  ///   - associatedData: the first 88 bytes of the entry, whose signature the caller verified.
  ///   - body: as stored, of which the caller checked the hash.
  /// - Throws: `commitment` also when it is the key of another record.
  public func open(
    associatedData: Span<UInt8>, body: Span<UInt8>
  ) throws(SealingDefect) -> [UInt8] {
    try withBytes { key throws(SealingDefect) in
      try withTag(of: key) { tag throws(SealingDefect) in
        guard RecordSeal.names(tag, associatedData) else { throw .commitment }
        return try RecordSeal.open(
          associatedData: associatedData, body: body, key: key, tag: tag)
      }
    }
  }
}

/// label ‖ log id ‖ index: what ties a derived key to one entry.
func derivationContext(_ label: String, _ logID: LogID, _ index: UInt64) -> [UInt8] {
  var writer = ByteWriter(reserving: label.utf8.count + 40)
  writer.write(utf8: label)
  writer.write(logID)
  writer.u64(index)
  return writer.bytes
}

/// Lends e = BLAKE2b-256(K, context), context being "liaison-key/v1" ‖ log id ‖ index.
func withEntryKey<R: ~Copyable, E: Error>(
  of audienceKey: Span<UInt8>, context: [UInt8], _ body: (Span<UInt8>) throws(E) -> R
) throws(E) -> R {
  try withDerived(from: audienceKey, context, body)
}

/// Lends t = BLAKE2b-256(e, "liaison-tag/v1").
func withTag<R: ~Copyable, E: Error>(
  of entryKey: Span<UInt8>, _ body: (Span<UInt8>) throws(E) -> R
) throws(E) -> R {
  try withDerived(from: entryKey, tagLabel, body)
}

/// Lends one derived key in wiped memory.
func withDerived<R: ~Copyable, E: Error>(
  from key: Span<UInt8>, _ message: [UInt8], _ body: (Span<UInt8>) throws(E) -> R
) throws(E) -> R {
  try withWipedBytes(count: 32) { derived throws(E) in
    BLAKE2b.derive256(key: key, message.span, into: &derived)
    return try body(derived.span)
  }
}

let tagLabel = Array("liaison-tag/v1".utf8)
let aeadLabel = Array("liaison-aead/v1".utf8)
