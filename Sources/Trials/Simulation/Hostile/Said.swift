import Crypto
import Log

/// The messages of Protocols/sync.md, 1, written and read by its text and not by the shipped code:
/// so can be said what no honest core says.
enum Said {
  static let hello: UInt8 = 1
  static let logs: UInt8 = 2
  static let heads: UInt8 = 3
  static let checkpoint: UInt8 = 4
  static let pull: UInt8 = 5
  static let credit: UInt8 = 6
  static let chunk: UInt8 = 7
  static let end: UInt8 = 8
  static let prune: UInt8 = 9
  static let graft: UInt8 = 10
  static let cosignatures: UInt8 = 11
  static let proof: UInt8 = 12
  static let ping: UInt8 = 13
  static let pong: UInt8 = 14
  static let digest: UInt8 = 15
  static let entry: UInt8 = 16
  static let copy: UInt8 = 17
  static let opening: UInt8 = 18
  static let probe: UInt8 = 19
  static let probed: UInt8 = 20
  static let exhibit: UInt8 = 21
  static let leave: UInt8 = 22

  static func hello(_ runID: [UInt8]) -> [UInt8] {
    message(hello) {
      $0.put(UInt16(1))
      $0 += runID
      $0.put(UInt8(0))
    }
  }

  static func logs(first: Int, _ saltedIDs: [[UInt8]]) -> [UInt8] {
    message(logs) {
      $0.put(UInt32(first))
      $0.put(UInt32(saltedIDs.count))
      for id in saltedIDs { $0 += id }
    }
  }

  static func heads(_ heads: [SaidHead]) -> [UInt8] {
    message(Said.heads) {
      $0.put(UInt32(heads.count))
      for head in heads { $0 += head.bytes }
    }
  }

  static func pull(
    request: UInt32, position: Int, _ range: Range<UInt64>, credit: UInt32, form: UInt8 = 0
  ) -> [UInt8] {
    message(pull) {
      $0.put(request)
      $0.put(UInt32(position))
      $0.put(range.lowerBound)
      $0.put(range.upperBound)
      $0.put(credit)
      $0.put(form)
    }
  }

  static func credit(request: UInt32, bytes: UInt32) -> [UInt8] {
    message(credit) {
      $0.put(request)
      $0.put(bytes)
    }
  }

  static func end(request: UInt32, reason: UInt8) -> [UInt8] {
    message(end) {
      $0.put(request)
      $0.put(reason)
    }
  }

  /// - Parameters:
  ///   - batch: with every body, but for those that `states` says are not here.
  ///   - before: the roots of the complete subtrees below, of whole leaves under a checkpoint.
  static func chunk(
    _ batch: EntryBatch, request: UInt32, position: Int, checkpointSize: UInt64 = 0,
    proof: [Digest] = [], before: [Digest] = [], full: Bool, states: [UInt8]? = nil
  ) -> [UInt8] {
    message(chunk) {
      $0.put(request)
      $0.put(UInt32(position))
      $0.put(batch.first)
      $0.put(UInt32(batch.count))
      $0.put(checkpointSize)
      $0.put(UInt8((full ? 1 : 0) | (states == nil ? 0 : 2)))
      $0.put(UInt8(proof.count))
      for hash in proof { $0 += hash.array }
      if full, checkpointSize > 0 {
        $0.put(UInt8(before.count))
        for hash in before { $0 += hash.array }
      }
      for leaf in (0..<batch.count).map({ Array(batch.leaf(at: $0)) }) {
        $0 += full ? leaf : Array(leaf[56..<88] + leaf[152..<216])
      }
      if let states { $0 += states }
      $0 += batch.bodies
    }
  }

  static func checkpoint(_ checkpoint: VerifiedCheckpoint, position: Int) -> [UInt8] {
    message(Said.checkpoint) { put(checkpoint, position, in: &$0) }
  }

  private static func put(
    _ checkpoint: VerifiedCheckpoint, _ position: Int, in bytes: inout [UInt8]
  ) {
    bytes.put(UInt32(position))
    bytes.put(checkpoint.size)
    bytes += checkpoint.root.array + checkpoint.signature.array
  }

  /// - Parameter keys: those that the cosignatures are said to be by.
  static func cosigned(
    _ checkpoint: VerifiedCheckpoint, _ cosignatures: [(Cosignature, CosigningPublicKey)],
    direction: UInt8, position: Int
  ) -> [UInt8] {
    message(Said.cosignatures) {
      $0.put(direction)
      put(checkpoint, position, in: &$0)
      $0.put(UInt8(cosignatures.count))
      for (cosignature, key) in cosignatures {
        let name = Array(cosignature.name.text.utf8)
        $0.put(UInt8(name.count))
        $0 += name + key.array
        $0.put(cosignature.time)
        $0 += cosignature.signature.array
      }
    }
  }

  static func graft(position: Int, size: UInt64) -> [UInt8] {
    message(graft) {
      $0.put(UInt32(position))
      $0.put(size)
    }
  }

  static func prune(position: Int) -> [UInt8] {
    message(prune) { $0.put(UInt32(position)) }
  }

  static func probe(position: Int, index: UInt64, headerHash: [UInt8]) -> [UInt8] {
    message(probe) {
      $0.put(UInt32(position))
      $0.put(index)
      $0 += headerHash
    }
  }

  /// - Parameter answer: 0 the same, 1 another, 2 none to compare.
  static func probed(position: Int, index: UInt64, answer: UInt8) -> [UInt8] {
    message(probed) {
      $0.put(UInt32(position))
      $0.put(index)
      $0.put(answer)
    }
  }

  static func exhibit(position: Int, _ exhibit: [UInt8]) -> [UInt8] {
    message(Said.exhibit) {
      $0.put(UInt32(position))
      $0.put(UInt16(exhibit.count))
      $0 += exhibit
    }
  }

  static func leave(request: UInt32) -> [UInt8] { message(leave) { $0.put(request) } }

  static func digest(_ bytes: [UInt8]) -> [UInt8] { message(digest) { $0 += bytes } }

  static func entry(position: Int, leaf: [UInt8]) -> [UInt8] {
    message(entry) {
      $0.put(UInt32(position))
      $0 += leaf
    }
  }

  static func opening(position: Int, leaf: [UInt8], body: [UInt8]) -> [UInt8] {
    message(opening) {
      $0.put(UInt32(position))
      $0 += leaf
      $0.put(UInt16(body.count))
      $0 += body
    }
  }

  static func proof(position: Int, _ proof: [UInt8]) -> [UInt8] {
    message(Said.proof) {
      $0.put(UInt32(position))
      $0.put(UInt16(proof.count))
      $0 += proof
    }
  }

  /// The place of the position in a message about one log.
  static func placeOfPosition(in message: [UInt8]) -> Int? {
    switch message.first {
    case checkpoint, entry, opening, prune, graft, proof, probe, probed, exhibit: 1
    case cosignatures: 2
    case chunk, pull: 5
    default: nil
    }
  }

  /// True when a message says what its sender holds of the log at a position.
  static func isOpinion(_ message: [UInt8], of position: Int) -> Bool {
    switch message.first {
    case checkpoint, cosignatures, entry, chunk, proof, probe, probed, exhibit:
      guard let place = placeOfPosition(in: message), message.count >= place + 4 else {
        return false
      }
      return Int(message.number(at: place, bytes: 4)) == position
    default: return false
    }
  }

  private static func message(_ type: UInt8, _ body: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = [type]
    body(&bytes)
    return bytes
  }
}

/// 44 bytes of a `heads` message.
struct SaidHead {
  static let byteCount = 44

  var position: Int
  var size: UInt64
  var leafHash: [UInt8]

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(UInt32(position))
    bytes.put(size)
    return bytes + leafHash
  }

  static func all(in message: [UInt8]) -> [SaidHead] {
    stride(from: 5, to: message.count, by: byteCount).compactMap { start in
      guard start + byteCount <= message.count else { return nil }
      return SaidHead(
        position: Int(message.number(at: start, bytes: 4)),
        size: message.number(at: start + 4, bytes: 8),
        leafHash: Array(message[(start + 12)..<(start + byteCount)]))
    }
  }
}

/// The bytes before the leaves of a chunk.
struct SaidChunk {
  static let proofAt = 31

  let request: UInt32
  let position: Int
  let first: UInt64
  let count: Int
  let checkpointSize: UInt64
  let isFull: Bool
  let lacksBodies: Bool
  let proofHashes: Int
  /// For whole leaves under a checkpoint: the subtrees below and their number.
  let beforeBytes: Int

  /// - Parameter message: of an honest core.
  init?(_ message: [UInt8]) {
    guard message.first == Said.chunk, message.count > SaidChunk.proofAt else { return nil }
    request = UInt32(message.number(at: 1, bytes: 4))
    position = Int(message.number(at: 5, bytes: 4))
    first = message.number(at: 9, bytes: 8)
    count = Int(message.number(at: 17, bytes: 4))
    checkpointSize = message.number(at: 21, bytes: 8)
    isFull = message[29] & 1 == 1
    lacksBodies = message[29] & 2 == 2
    proofHashes = Int(message[30])
    let beforeAt = SaidChunk.proofAt + 32 * proofHashes
    guard isFull, checkpointSize > 0, message.count > beforeAt else {
      beforeBytes = 0
      return
    }
    beforeBytes = 1 + 32 * Int(message[beforeAt])
  }

  var end: UInt64 { first + UInt64(count) }
  var range: Range<UInt64> { first..<end }
  var leavesAt: Int { SaidChunk.proofAt + 32 * proofHashes + beforeBytes }
  var bodiesAt: Int { leavesAt + count * (isFull ? 216 : 96) + (lacksBodies ? count : 0) }
}

/// A `pull` that a peer sent.
struct SaidPull {
  let request: UInt32
  let position: Int
  let range: Range<UInt64>
  let form: UInt8

  init?(_ message: [UInt8]) {
    guard message.first == Said.pull, message.count == 30 else { return nil }
    request = UInt32(message.number(at: 1, bytes: 4))
    position = Int(message.number(at: 5, bytes: 4))
    let from = message.number(at: 9, bytes: 8)
    let to = message.number(at: 17, bytes: 8)
    guard from < to else { return nil }
    range = from..<to
    form = message[29]
  }
}

extension [UInt8] {
  /// Appends an integer, big-endian.
  mutating func put(_ value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// A big-endian integer.
  /// - Precondition: the bytes are there.
  func number(at offset: Int, bytes: Int) -> UInt64 {
    self[offset..<(offset + bytes)].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Writes an integer over the bytes at `offset`.
  mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
    var bytes: [UInt8] = []
    bytes.put(value)
    replaceSubrange(offset..<(offset + bytes.count), with: bytes)
  }
}
