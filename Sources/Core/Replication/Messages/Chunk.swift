import Crypto
import Log
import Wire

/// A run of entries as it travels: Protocols/sync.md, 4.
struct Chunk: Equatable {
  var request: UInt32
  var position: Int
  var first: UInt64
  var count: Int
  /// 0: accepted entry by entry.
  var checkpointSize: UInt64
  var form: PullForm
  var proof: [Digest]
  /// The roots of the complete subtrees below `first`, for whole leaves under a checkpoint. With
  /// the leaves and the proof they lead to the checkpoint, whatever the receiver's copy of the log
  /// is.
  var before: [Digest]
  var states: [BodyState]?
  /// Where the leaves and the bodies stand in the message.
  var leaves: Range<Int>
  var bodies: Range<Int>

  /// The index after the last entry.
  var end: UInt64 { first + UInt64(count) }
  /// Each leaf travels whole.
  var isFull: Bool { form != .compact }
  var leafBytes: Int { isFull ? EntryLayout.leafBytes : CompactLeaf.byteCount }

  /// Type, request, position, first, count, checkpoint size, flags, number of hashes.
  static let fixedBytes = 1 + 4 + 4 + 8 + 4 + 8 + 1 + 1
}

/// The flags of a chunk.
private struct ChunkFlags {
  static let full: UInt8 = 1
  static let states: UInt8 = 2
  static let leavesAlone: UInt8 = 4

  let form: PullForm
  let hasStates: Bool

  init?(_ byte: UInt8) {
    switch byte {
    case 0: (form, hasStates) = (.compact, false)
    case ChunkFlags.full: (form, hasStates) = (.full, false)
    case ChunkFlags.full | ChunkFlags.states: (form, hasStates) = (.full, true)
    case ChunkFlags.full | ChunkFlags.leavesAlone: (form, hasStates) = (.leaves, false)
    default: return nil
    }
  }
}

extension Chunk {
  /// - Parameter reader: of the whole message, behind its type: what stands where is counted from
  ///   its beginning.
  init(from reader: inout MessageReader) throws {
    self.init(
      request: try reader.u32(), position: Int(try reader.u32()),
      first: try reader.logSize().value, count: Int(try reader.u32()),
      checkpointSize: try reader.logSize().value, form: .compact, proof: [], before: [],
      states: nil, leaves: 0..<0, bodies: 0..<0)
    guard let flags = ChunkFlags(try reader.u8()), (1...Limits.entriesOfChunk).contains(count)
    else { throw MalformedMessage(what: "impossible chunk") }
    form = flags.form
    guard end <= LogSize.most else {
      throw MalformedMessage(what: "chunk beyond the last index")
    }
    guard form != .leaves || UInt64(count) <= Limits.leavesAtOnce else {
      throw MalformedMessage(what: "\(count) leaves")
    }
    proof = try Chunk.hashes(&reader)
    if isFull, checkpointSize > 0 { try readBefore(&reader) }
    leaves = try reader.take(count * leafBytes)
    if flags.hasStates { states = try Chunk.states(&reader, count) }
    bodies = reader.takeRest()
  }

  private mutating func readBefore(_ reader: inout MessageReader) throws {
    before = try Chunk.hashes(&reader)
    guard before.count == first.nonzeroBitCount else {
      throw MalformedMessage(what: "\(before.count) subtrees below \(first)")
    }
  }

  /// Hashes behind their number, a u8.
  private static func hashes(_ reader: inout MessageReader) throws -> [Digest] {
    let count = Int(try reader.u8())
    guard count <= LogLimits.consistencyProofHashes else {
      throw MalformedMessage(what: "\(count) hashes in a proof")
    }
    var hashes: [Digest] = []
    for _ in 0..<count { hashes.append(try reader.digest()) }
    return hashes
  }

  private static func states(_ reader: inout MessageReader, _ count: Int) throws -> [BodyState] {
    try reader.bytes(count).map { (raw: UInt8) throws in
      guard let state = BodyState(onWire: raw) else {
        throw MalformedMessage(what: "unknown body state")
      }
      return state
    }
  }
}

extension Chunk {
  /// The batch that the message carries, its derivable fields filled in from `state`.
  ///
  /// - Parameter state: what the receiver holds; `state.size == first` where the leaves are
  ///   compact.
  /// Bodies that are not there are absent, whatever the sender says of them: whether that is
  /// lawful, the receiver's store knows (SYNC-25).
  /// - Returns: nil when lengths do not add up.
  func batch(of message: [UInt8], extending state: LogState) -> HashedBatch? {
    let body = Array(message[bodies])
    guard isFull else {
      guard states == nil, state.size == first else { return nil }
      return rebuild(message, body, extending: state)
    }
    let absent = form == .leaves ? [BodyState](repeating: .absent, count: count) : nil
    return try? HashedBatch(
      EntryBatch(
        first: first, leaves: Array(message[leaves]), bodies: body,
        bodyStates: absent ?? states?.map { $0 == .present ? .present : .absent }))
  }

  /// The leaves are written from what travels of them: SYNC-20.
  private func rebuild(
    _ message: [UInt8], _ body: [UInt8], extending state: LogState
  ) -> HashedBatch? {
    HashedBatch(compact: message.span.extracting(leaves), bodies: body, extending: state)
  }
}

extension Chunk {
  /// True when each body is there, or is one that an answer to a pull may lack: SYNC-25.
  func areBodiesLawful(in message: [UInt8]) -> Bool {
    guard let states else { return true }
    return states.enumerated().allSatisfy { entry, state in
      state == .present
        || request != 0 && isFull
          && BodyState.mayLack(message[leaves.lowerBound + entry * leafBytes + EntryLayout.kind])
    }
  }
}

extension BodyState {
  /// True when an entry of this kind may travel without its body, whatever the reason: a record
  /// may, and what every node must read may not.
  static func mayLack(_ kind: UInt8) -> Bool { EntryKind.mayLackBody(kind) }

  /// A withdrawn body travels as purged: nobody need know whether its carrier still has the bytes.
  var onWire: UInt8 { (self == .hidden ? BodyState.purged : self).rawValue }

  /// - Returns: nil for what no message says.
  init?(onWire raw: UInt8) {
    guard let state = BodyState(rawValue: raw), state != .hidden else { return nil }
    self = state
  }
}

extension Chunk {
  /// The checkpoint, or the settled branch, that a chunk is anchored in.
  struct Anchor {
    var checkpointSize: UInt64 = 0
    /// The consistency proof from the end of the chunk to the checkpoint.
    var proof: [Digest] = []
    /// The subtrees below the beginning of the chunk; needed where the leaves are whole.
    var before: [Digest] = []
  }

  /// Writes the chunk message of `batch`.
  ///
  /// - Parameter form: compact is full where a body is not there.
  static func encode(
    _ batch: EntryBatch, request: UInt32, position: Int, _ anchor: Anchor, form: PullForm
  ) -> [UInt8] {
    let states = form == .leaves ? nil : batch.bodyStates
    let isFull = form != .compact || states != nil
    var message: [UInt8] = []
    message.reserveCapacity(
      fixedBytes + 32 * (anchor.proof.count + anchor.before.count) + batch.leaves.count
        + batch.count + batch.bodies.count)
    message.append(MessageType.chunk.rawValue)
    message.append(bigEndian: request)
    message.append(bigEndian: UInt32(position))
    message.append(bigEndian: batch.first)
    message.append(bigEndian: UInt32(batch.count))
    message.append(bigEndian: anchor.checkpointSize)
    message.append(
      (isFull ? ChunkFlags.full : 0) | (states != nil ? ChunkFlags.states : 0)
        | (form == .leaves ? ChunkFlags.leavesAlone : 0))
    append(anchor.proof, to: &message)
    if isFull, anchor.checkpointSize > 0 { append(anchor.before, to: &message) }
    if isFull {
      message.append(contentsOf: batch.leaves)
      if let states { message.append(contentsOf: states.map(\.onWire)) }
    } else {
      CompactLeaf.append(batch.leaves.span, to: &message)
    }
    if form != .leaves { message.append(contentsOf: batch.bodies) }
    return message
  }

  private static func append(_ hashes: [Digest], to message: inout [UInt8]) {
    message.append(UInt8(hashes.count))
    for hash in hashes { hash.append(to: &message) }
  }
}
