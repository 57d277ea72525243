import Crypto
public import Log
import Wire

/// A frame of `checkpoints`: 320 bytes (Protocols/store.md, 4.7).
struct CheckpointFrame {
  let size: UInt64
  let contradicts: Bool
  let note: [UInt8]

  func encode() -> [UInt8] {
    precondition(note.count <= Layout.checkpointNoteBytes, "a checkpoint has at most 256 bytes")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Layout.checkpointBytes)
    bytes.append(bigEndian: UInt16(note.count))
    bytes.append(contradicts ? 1 : 0)
    bytes.append(contentsOf: repeatElement(0, count: 5))
    bytes.append(bigEndian: size)
    bytes.append(contentsOf: note)
    bytes.append(
      contentsOf: repeatElement(0, count: Layout.checkpointNoteBytes - note.count))
    bytes.append(contentsOf: checksum(bytes.span))
    return bytes
  }

  init(size: UInt64, contradicts: Bool, note: [UInt8]) {
    self.size = size
    self.contradicts = contradicts
    self.note = note
  }

  /// - Returns: nil for a frame whose checksum is wrong or that no store writes.
  init?(_ bytes: Span<UInt8>, at offset: Int) {
    let end = offset + Layout.checkpointBytes - Layout.checksumBytes
    let length = Int(bytes.bigEndian(at: offset) as UInt16)
    guard length <= Layout.checkpointNoteBytes,
      checksum(bytes.extracting(offset..<end))
        == bytes.extracting(end..<(end + Layout.checksumBytes)).array
    else { return nil }
    contradicts = bytes[offset + 2] == 1
    size = bytes.bigEndian(at: offset + 8)
    note = bytes.extracting((offset + 16)..<(offset + 16 + length)).array
    guard (1...(EntryLayout.maxIndex + 1)).contains(size) else { return nil }
  }
}

/// A frame of `cosignatures`: 192 bytes (4.8).
struct CosignatureFrame {
  let stored: StoredCosignature

  func encode() -> [UInt8] {
    let name = Array(stored.cosignature.name.text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Layout.cosignatureBytes)
    bytes.append(UInt8(name.count))
    bytes.append(contentsOf: repeatElement(0, count: 3))
    bytes.append(bigEndian: stored.cosignature.keyID)
    bytes.append(bigEndian: stored.cosignature.time)
    bytes.append(bigEndian: stored.checkpointSize)
    stored.checkpointRoot.append(to: &bytes)
    bytes.append(contentsOf: name)
    bytes.append(contentsOf: repeatElement(0, count: LogLimits.nodeNameBytes - name.count))
    bytes.append(contentsOf: stored.cosignature.signature.array)
    let padding = Layout.cosignatureBytes - Layout.checksumBytes - bytes.count
    bytes.append(contentsOf: repeatElement(0, count: padding))
    bytes.append(contentsOf: checksum(bytes.span))
    return bytes
  }

  init(_ stored: StoredCosignature) { self.stored = stored }

  init?(_ bytes: Span<UInt8>, at offset: Int) {
    let end = offset + Layout.cosignatureBytes - Layout.checksumBytes
    let nameBytes = Int(bytes[offset])
    guard nameBytes <= LogLimits.nodeNameBytes,
      checksum(bytes.extracting(offset..<end))
        == bytes.extracting(end..<(end + Layout.checksumBytes)).array
    else { return nil }
    let text = bytes.extracting((offset + 56)..<(offset + 56 + nameBytes)).array
    let size: UInt64 = bytes.bigEndian(at: offset + 16)
    guard let name = try? NodeName(String(decoding: text, as: UTF8.self)),
      (1...(EntryLayout.maxIndex + 1)).contains(size)
    else { return nil }
    stored = StoredCosignature(
      checkpointSize: size,
      checkpointRoot: Digest(bytes, at: offset + 24),
      cosignature: Cosignature(
        name: name, keyID: bytes.bigEndian(at: offset + 4), time: bytes.bigEndian(at: offset + 8),
        signature: Signature(bytes, at: offset + 56 + LogLimits.nodeNameBytes)))
  }
}

/// The first 16 bytes of SHA-256.
private func checksum(_ bytes: Span<UInt8>) -> [UInt8] {
  Array(SHA256.hash(bytes).array[..<Layout.checksumBytes])
}

extension JournalRecord {
  /// The changes that the record makes in log files; entries are not part of it.
  /// - Parameter isNew: done for the first time: leftovers of a log that was never acknowledged go.
  func fileOperations(isNew: Bool) -> [DiskOperation] {
    switch self {
    case .newLog(let identity):
      var operations: [DiskOperation] = [
        .createFolder(.log(identity.id)), .createFolder(.bodies(identity.id)),
      ]
      for file in LogFile.fixed {
        operations.append(.create(.log(identity.id, file)))
        if isNew { operations.append(.truncate(.log(identity.id, file), bytes: 0)) }
      }
      operations.append(
        .write(.log(identity.id, .identity), offset: 0, bytes: identity.storedText))
      return operations
    case .checkpoint(let id, let position, _, let frame):
      return [
        .write(
          .log(id, .checkpoints), offset: position * UInt64(Layout.checkpointBytes), bytes: frame)
      ]
    case .cosignature(let id, let position, let frame):
      return [
        .write(
          .log(id, .cosignatures), offset: position * UInt64(Layout.cosignatureBytes),
          bytes: frame)
      ]
    case .body(let body):
      return body.fileOperations
    case .entries, .head, .pending, .freeze, .states, .replaced:
      return []
    }
  }
}

extension LogIdentity {
  /// The content of `identity` (4.1).
  var storedText: [UInt8] {
    Array("liaison-identity/v1\norigin \(origin.text)\nlog \(Base64.encode(key.array))\n".utf8)
  }

  /// - Returns: nil for anything but what `storedText` gives.
  public init?(storedText bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.count == 3, lines[1].hasPrefix("origin "), lines[2].hasPrefix("log "),
      let origin = try? Origin(String(lines[1].dropFirst(7))),
      let key = Base64.decode(lines[2].dropFirst(4)).flatMap({ LogPublicKey($0) })
    else { return nil }
    self.init(origin: origin, key: key)
    guard storedText == bytes else { return nil }
  }
}
