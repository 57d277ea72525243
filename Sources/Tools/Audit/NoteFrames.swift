internal import Crypto
internal import Log
internal import Wire

/// A frame of `checkpoints` (Protocols/store.md, 4.7).
struct CheckpointFrame {
  let size: UInt64
  let contradicts: Bool
  let note: [UInt8]

  /// - Returns: nil unless the checksum is right and all that must be zero is.
  init?(_ frame: [UInt8]) {
    let end = StoreFormat.checkpointBytes - StoreFormat.checksumBytes
    guard frame.count == StoreFormat.checkpointBytes,
      StoreFormat.isChecked(frame[..<end], checksum: frame[end...])
    else { return nil }
    let length = Int(frame.span.bigEndian(at: 0) as UInt16)
    guard length <= end - 16, frame[2] <= 1, frame[3..<8].allSatisfy({ $0 == 0 }),
      frame[(16 + length)..<end].allSatisfy({ $0 == 0 })
    else { return nil }
    contradicts = frame[2] == 1
    size = frame.span.bigEndian(at: 8)
    guard (1...(EntryLayout.maxIndex + 1)).contains(size) else { return nil }
    note = Array(frame[16..<(16 + length)])
  }
}

/// A frame of `cosignatures` (4.8).
struct CosignatureFrame {
  let size: UInt64
  let root: Digest
  let cosignature: Cosignature

  init?(_ frame: [UInt8]) {
    let end = StoreFormat.cosignatureBytes - StoreFormat.checksumBytes
    guard frame.count == StoreFormat.cosignatureBytes,
      StoreFormat.isChecked(frame[..<end], checksum: frame[end...])
    else { return nil }
    let nameBytes = Int(frame[0])
    guard nameBytes <= LogLimits.nodeNameBytes, frame[1..<4].allSatisfy({ $0 == 0 }),
      frame[(56 + nameBytes)..<88].allSatisfy({ $0 == 0 }),
      frame[152..<end].allSatisfy({ $0 == 0 }),
      let name = try? NodeName(String(decoding: frame[56..<(56 + nameBytes)], as: UTF8.self))
    else { return nil }
    size = frame.span.bigEndian(at: 16)
    guard (1...(EntryLayout.maxIndex + 1)).contains(size) else { return nil }
    root = Digest(frame.span, at: 24)
    cosignature = Cosignature(
      name: name, keyID: frame.span.bigEndian(at: 4), time: frame.span.bigEndian(at: 8),
      signature: Signature(frame.span, at: 88))
  }

  /// Verified over the three lines that the log's checkpoint of this size and root has.
  func verifies(origin: Origin, key: CosigningPublicKey) -> Bool {
    let text = "cosignature/v1\ntime \(cosignature.time)\n"
    let message = Array(text.utf8) + Checkpoint.text(origin: origin, size: size, root: root)
    return key.verify(cosignature.signature, over: message.span)
  }
}

/// A size and the root that a checkpoint or a cosignature says the log has there.
struct RootClaim {
  enum Source {
    /// The frame of `checkpoints` at this place.
    case checkpoint(UInt64)
    case cosignature(UInt64, NodeName)
    case pending
    /// A head in the journal.
    case acknowledged
  }

  let size: UInt64
  let root: Digest
  let source: Source
  let contradicts: Bool
  /// The root over the leaves; nil: the log does not reach so far.
  var ownRoot: Digest?

  var matches: Bool { ownRoot == root }
}
