import Crypto
import Log
import Wire

/// A run of entries as it travels: Protocols/sync.md, 4.
struct Chunk {
  var request: UInt32
  var position: Int
  var first: UInt64
  var count: Int
  /// 0: accepted entry by entry.
  var checkpointSize: UInt64
  var full: Bool
  var proof: [Digest]
  var states: [BodyState]?
  /// Where the leaves and the bodies stand in the message.
  var leaves: Range<Int>
  var bodies: Range<Int>

  /// The index after the last entry.
  var end: UInt64 { first + UInt64(count) }

  static let compactLeafBytes = CompactLeaf.byteCount
  /// Type, request, position, first, count, checkpoint size, flags, number of hashes.
  static let fixedBytes = 1 + 4 + 4 + 8 + 4 + 8 + 1 + 1
}

extension Chunk {
  static func decode(_ message: [UInt8]) throws(MalformedMessage) -> Chunk {
    do {
      var reader = MessageReader(message)
      _ = try reader.u8()
      var chunk = Chunk(
        request: try reader.u32(), position: Int(try reader.u32()), first: try reader.u64(),
        count: Int(try reader.u32()), checkpointSize: try reader.u64(), full: false, proof: [],
        states: nil, leaves: 0..<0, bodies: 0..<0)
      let flags = try reader.u8()
      chunk.full = flags & 1 == 1
      guard flags < 4, (1...Limits.entriesOfChunk).contains(chunk.count) else {
        throw MalformedMessage(what: "impossible chunk")
      }
      guard chunk.first <= UInt64(Int64.max) - UInt64(chunk.count) else {
        throw MalformedMessage(what: "chunk beyond the last index")
      }
      let hashes = Int(try reader.u8())
      guard hashes <= 64 else { throw MalformedMessage(what: "proof longer than 64 hashes") }
      for _ in 0..<hashes { chunk.proof.append(try reader.digest()) }
      let leafBytes = chunk.count * (chunk.full ? EntryLayout.leafBytes : compactLeafBytes)
      chunk.leaves = try reader.take(leafBytes)
      if flags & 2 == 2 { chunk.states = try states(&reader, chunk.count) }
      chunk.bodies = reader.takeRest()
      return chunk
    } catch let error as MalformedMessage {
      throw error
    } catch {
      throw MalformedMessage(what: "chunk has a wrong length")
    }
  }

  private static func states(_ reader: inout MessageReader, _ count: Int) throws -> [BodyState] {
    try reader.bytes(count).map { (raw: UInt8) throws in
      guard let state = BodyState(rawValue: raw) else {
        throw MalformedMessage(what: "unknown body state")
      }
      return state
    }
  }
}

extension Chunk {
  /// The batch that the message carries, its derivable fields filled in from `state`.
  ///
  /// - Parameter state: what the receiver holds; `state.size == first`.
  /// Bodies that are not there are absent, whatever the sender says of them: whether that is lawful, the receiver's
  /// store knows (SYNC-25).
  /// - Returns: nil when lengths do not add up.
  func batch(of message: [UInt8], extending state: LogState) -> HashedBatch? {
    let body = Array(message[bodies])
    if full {
      return try? HashedBatch(
        EntryBatch(
          first: first, leaves: Array(message[leaves]), bodies: body,
          bodyStates: states?.map { $0 == .present ? .present : .absent }))
    }
    guard states == nil, state.size == first else { return nil }
    return rebuild(message, body, extending: state)
  }

  /// The leaves are written from what travels of them: SYNC-20.
  private func rebuild(
    _ message: [UInt8], _ body: [UInt8], extending state: LogState
  ) -> HashedBatch? {
    HashedBatch(compact: message.span.extracting(leaves), bodies: body, extending: state)
  }
}

extension Chunk {
  /// Whether each body is there, or is one that an answer to a pull may lack: SYNC-25.
  func areStatesLawful(in message: [UInt8]) -> Bool {
    guard let states else { return true }
    let step = full ? EntryLayout.leafBytes : Chunk.compactLeafBytes
    return states.enumerated().allSatisfy { entry, state in
      state == .present
        || request != 0 && full
          && state.isLawful(kind: message[leaves.lowerBound + entry * step + EntryLayout.kind])
    }
  }
}

extension BodyState {
  /// Whether an entry of this kind travels without its body, which is in this state.
  func isLawful(kind: UInt8) -> Bool {
    kind == EntryKind.record.rawValue && (self == .purged || self == .expired)
  }
}

extension Chunk {
  /// Writes the chunk message of `batch`.
  ///
  /// - Parameter proof: the consistency proof to `checkpointSize`; empty for single acceptance.
  static func encode(
    _ batch: EntryBatch, request: UInt32, position: Int, checkpointSize: UInt64, proof: [Digest],
    full: Bool
  ) -> [UInt8] {
    let states = batch.bodyStates
    let full = full || states?.contains { $0 != .present } == true
    var message: [UInt8] = []
    message.reserveCapacity(
      fixedBytes + 32 * proof.count + batch.leaves.count + batch.count + batch.bodies.count)
    message.append(MessageType.chunk.rawValue)
    message.append(bigEndian: request)
    message.append(bigEndian: UInt32(position))
    message.append(bigEndian: batch.first)
    message.append(bigEndian: UInt32(batch.count))
    message.append(bigEndian: checkpointSize)
    message.append((full ? 1 : 0) | (full && states != nil ? 2 : 0))
    message.append(UInt8(proof.count))
    for hash in proof { hash.append(to: &message) }
    if full {
      message.append(contentsOf: batch.leaves)
      if let states { message.append(contentsOf: states.map(\.rawValue)) }
    } else {
      CompactLeaf.append(batch.leaves.span, to: &message)
    }
    message.append(contentsOf: batch.bodies)
    return message
  }
}
