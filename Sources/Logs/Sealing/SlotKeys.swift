internal import Crypto
internal import Log
internal import Secrets
internal import Wire

/// The two things that author and member both derive from their shared secret: the hint that finds
/// the member's slot, and the key that wraps K in it (Protocols/sealing.md, 4).
struct SlotKeys {
  private let place: [UInt8]
  private let hintLabel: String
  private let wrapLabel: String

  init(
    ephemeral: SealingPublicKey, member: SealingPublicKey, logID: LogID, index: UInt64,
    hintLabel: String, wrapLabel: String
  ) {
    self.hintLabel = hintLabel
    self.wrapLabel = wrapLabel
    var writer = ByteWriter(reserving: 104)
    writer.write(ephemeral)
    writer.write(member)
    writer.write(logID)
    writer.u64(index)
    place = writer.bytes
  }

  /// 8 bytes.
  func hint(_ shared: borrowing SharedSecret) -> [UInt8] {
    let message = Array(hintLabel.utf8) + place
    return shared.withBytes { shared in
      withDerived(from: shared, message) { $0.extracting(0..<GrantBody.hintBytes).array }
    }
  }

  func withWrapKey<R: ~Copyable, E: Error>(
    _ shared: borrowing SharedSecret, mixing secret: SlotSecret,
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let label = Array(wrapLabel.utf8) + place
    return try shared.withBytes { shared throws(E) in
      // The message holds a secret, so it is wiped, too.
      try withWipedBytes(count: label.count + 32) { message throws(E) in
        for index in label.indices { message[index] = label[index] }
        secret.write(to: &message, at: label.count)
        return try withWipedBytes(count: 32) { key throws(E) in
          BLAKE2b.derive256(key: shared, message.span, into: &key)
          return try body(key.span)
        }
      }
    }
  }
}
