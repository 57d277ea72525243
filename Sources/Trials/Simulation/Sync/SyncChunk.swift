import Crypto
import Log

/// A run of entries with their bodies (Protocols/sync.md, 4).
struct SyncChunk: Equatable {
  private static let compactBytes = 96
  private static let fullBytes = 216

  /// 0 for a push.
  var request: UInt32
  var position: Int
  var first: UInt64
  var count: Int
  /// 0: every entry is accepted by its own signature.
  var checkpointSize: UInt64 = 0
  /// 0 compact leaves, 1 full ones, 3 with states of bodies, 5 without bodies.
  var flags: UInt8
  var proof: [[UInt8]] = []
  /// The roots of the complete subtrees below, of whole leaves under a checkpoint.
  var before: [[UInt8]] = []
  var leaves: [UInt8]
  /// With flags 3 alone.
  var states: [UInt8] = []
  var bodies: [UInt8]

  var end: UInt64 { first + UInt64(count) }
  var range: Range<UInt64> { first..<end }
  var isFull: Bool { flags & 1 == 1 }
  var lacksBodies: Bool { flags & 2 == 2 }
  private var hasBefore: Bool { isFull && checkpointSize > 0 }

  var bytes: [UInt8] {
    var bytes = big(request) + big(UInt32(position)) + big(first) + big(UInt32(count))
    bytes += big(checkpointSize) + [flags, UInt8(proof.count)] + proof.joined()
    if hasBefore { bytes += [UInt8(before.count)] + before.joined() }
    return bytes + leaves + states + bodies
  }
}

extension SyncChunk {
  /// - Parameters:
  ///   - batch: with every body, but for those that `states` says are not here.
  ///   - states: of each entry.
  init(
    _ batch: EntryBatch, request: UInt32, position: Int, checkpointSize: UInt64 = 0,
    proof: [Digest] = [], before: [Digest] = [], full: Bool, states: [UInt8]? = nil
  ) {
    let leaves = (0..<batch.count).flatMap { place in
      let leaf = Array(batch.leaf(at: place))
      return full ? leaf : Array(leaf[56..<88] + leaf[152..<216])
    }
    self.init(
      request: request, position: position, first: batch.first, count: batch.count,
      checkpointSize: checkpointSize, flags: (full ? 1 : 0) | (states == nil ? 0 : 2),
      proof: proof.map(\.array), before: before.map(\.array), leaves: leaves,
      states: states ?? [], bodies: batch.bodies)
  }

  init(_ reader: inout SyncReader) throws(SyncReader.Malformed) {
    self.init(
      request: try reader.number(), position: try reader.position(), first: try reader.size(),
      count: try reader.position(), checkpointSize: try reader.size(),
      flags: try reader.number(), leaves: [], bodies: [])
    try reader.demand((1...65_536).contains(count) && [0, 1, 3, 5].contains(flags))
    // The last index has 48 bits, and leaves alone are asked for 1,024 at once (SYNC-8, SYNC-89).
    try reader.demand(end < 1 << 48 && (flags != 5 || count <= 1_024))
    proof = try SyncChunk.hashes(&reader)
    if hasBefore {
      before = try SyncChunk.hashes(&reader)
      try reader.demand(before.count == first.nonzeroBitCount)
    }
    leaves = try reader.take(count * (isFull ? SyncChunk.fullBytes : SyncChunk.compactBytes))
    if lacksBodies {
      states = try reader.take(count)
      try reader.demand(states.allSatisfy { $0 <= 4 })
    }
    bodies = reader.takeRest()
  }

  private static func hashes(_ reader: inout SyncReader) throws(SyncReader.Malformed) -> [[UInt8]] {
    let count: UInt8 = try reader.number()
    try reader.demand(count <= 64)
    var hashes: [[UInt8]] = []
    for _ in 0..<count { hashes.append(try reader.take(32)) }
    return hashes
  }
}
