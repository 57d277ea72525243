import Log

/// A message of Protocols/sync.md, 1, written and read by its text and not by the shipped code: a
/// mistake of that one is no mistake here, and what no honest core says can be said.
enum SyncMessage: Equatable {
  case hello(version: UInt16, runID: [UInt8], carry: UInt8)
  case logs(first: Int, saltedIDs: [[UInt8]])
  case heads([SyncHead])
  case checkpoint(SyncCheckpoint)
  case pull(SyncPull)
  case credit(request: UInt32, bytes: UInt32)
  case chunk(SyncChunk)
  /// - reason: 0 done, 1 not here, 2 busy, 3 read error.
  case end(request: UInt32, reason: UInt8)
  case prune(position: Int)
  case graft(position: Int, size: UInt64)
  /// - direction: 0 towards the author, 1 from the author.
  case cosignatures(direction: UInt8, SyncCheckpoint, [SyncCosignature])
  case proof(position: Int, [UInt8])
  case ping
  case pong
  case digest([UInt8])
  case entry(position: Int, leaf: [UInt8])
  case copy
  case opening(position: Int, leaf: [UInt8], body: [UInt8])
  case probe(position: Int, index: UInt64, headerHash: [UInt8])
  /// - answer: 0 the same, 1 another, 2 none to compare.
  case probed(position: Int, index: UInt64, answer: UInt8)
  case exhibit(position: Int, [UInt8])
  case leave(request: UInt32)

  var type: SyncType {
    switch self {
    case .hello: .hello
    case .logs: .logs
    case .heads: .heads
    case .checkpoint: .checkpoint
    case .pull: .pull
    case .credit: .credit
    case .chunk: .chunk
    case .end: .end
    case .prune: .prune
    case .graft: .graft
    case .cosignatures: .cosignatures
    case .proof: .proof
    case .ping: .ping
    case .pong: .pong
    case .digest: .digest
    case .entry: .entry
    case .copy: .copy
    case .opening: .opening
    case .probe: .probe
    case .probed: .probed
    case .exhibit: .exhibit
    case .leave: .leave
    }
  }

  /// The first entry of an epoch, which opens it after the log at a position.
  static func opening(_ genesis: VerifiedBatch, position: Int) -> SyncMessage {
    .opening(position: position, leaf: genesis.batch.leaves, body: genesis.batch.bodies)
  }
}
