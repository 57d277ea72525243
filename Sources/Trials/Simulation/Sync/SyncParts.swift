import Crypto
import Log

extension LogID {
  /// The log in a list of a session (SYNC-2).
  func salted(_ handshakeHash: Digest) -> [UInt8] {
    Array(SHA256.hash(handshakeHash.array + array).array.prefix(16))
  }
}

/// 44 bytes of a `heads` message.
struct SyncHead: Equatable {
  var position: Int
  var size: UInt64
  var leafHash: [UInt8]

  var bytes: [UInt8] { big(UInt32(position)) + big(size) + leafHash }
}

extension SyncHead {
  init(_ reader: inout SyncReader) throws(SyncReader.Malformed) {
    self.init(
      position: try reader.position(), size: try reader.filledSize(),
      leafHash: try reader.take(32))
  }
}

/// A checkpoint of the log at a position.
struct SyncCheckpoint: Equatable {
  var position: Int
  var size: UInt64
  var root: [UInt8]
  var signature: [UInt8]

  var bytes: [UInt8] { big(UInt32(position)) + big(size) + root + signature }
}

extension SyncCheckpoint {
  init(_ checkpoint: VerifiedCheckpoint, position: Int) {
    self.init(
      position: position, size: checkpoint.size, root: checkpoint.root.array,
      signature: checkpoint.signature.array)
  }

  init(_ reader: inout SyncReader) throws(SyncReader.Malformed) {
    self.init(
      position: try reader.position(), size: try reader.filledSize(), root: try reader.take(32),
      signature: try reader.take(64))
  }
}

/// A question for entries.
struct SyncPull: Equatable {
  let request: UInt32
  /// In the list of who asks.
  var position: Int
  let range: Range<UInt64>
  let credit: UInt32
  /// 0 compact leaves, 1 full ones, 2 full ones without bodies.
  var form: UInt8 = 0

  var bytes: [UInt8] {
    big(request) + big(UInt32(position)) + big(range.lowerBound) + big(range.upperBound)
      + big(credit) + [form]
  }
}

extension SyncPull {
  init(_ reader: inout SyncReader) throws(SyncReader.Malformed) {
    request = try reader.number()
    position = try reader.position()
    let from = try reader.size()
    let to = try reader.size()
    try reader.demand(request != 0 && from < to)
    range = from..<to
    credit = try reader.number()
    form = try reader.choice(below: 3)
  }
}

/// A cosignature, with the whole identity of who made it.
struct SyncCosignature: Equatable {
  let name: [UInt8]
  let key: [UInt8]
  let time: UInt64
  let signature: [UInt8]

  var bytes: [UInt8] { [UInt8(name.count)] + name + key + big(time) + signature }
}

extension SyncCosignature {
  /// - Parameter key: the one that it is said to be by.
  init(_ cosignature: Cosignature, by key: CosigningPublicKey) {
    self.init(
      name: Array(cosignature.name.text.utf8), key: key.array, time: cosignature.time,
      signature: cosignature.signature.array)
  }

  init(_ reader: inout SyncReader) throws(SyncReader.Malformed) {
    let length: UInt8 = try reader.number()
    let name = try reader.take(Int(length))
    try reader.demand(SyncCosignature.isNodeName(name))
    self.init(
      name: name, key: try reader.take(32), time: try reader.number(),
      signature: try reader.take(64))
  }

  /// Protocols/card.md, 1.
  private static func isNodeName(_ name: [UInt8]) -> Bool {
    guard let first = name.first, name.count <= 32, !name.starts(with: "liaison-".utf8) else {
      return false
    }
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    return letters.contains(first) && letters.union(".-".utf8).isSuperset(of: name)
  }
}
