import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

// The own log: entries, and checkpoints over many at once.
extension NodeProcess {
  /// So many entries at once are accepted under a checkpoint, as the author of `liaisond` does it.
  static let publishedSingly = 16

  private var secretEpoch: UInt32 { site.folder.epoch }

  var isClosed: Bool { replica.isClosed }

  var maySign: Bool {
    site.mask?.signsAlways == true || replica.signingObstacle == nil
  }

  /// Signs `count` entries, if the node may.
  /// - Parameter bodyBytes: of each; nil: drawn.
  /// - Returns: the size after them; nil if it may not.
  func publish(_ count: Int, bodyBytes: Int? = nil) throws(Violation) -> UInt64? {
    let batch = try sign { builder in
      for _ in 0..<count {
        let bytes = bodyBytes ?? 8 + world.random.below(60)
        builder.append(
          kind: .record, time: site.wallClock(world.now), body: world.random.bytes(bytes))
      }
    }
    return batch?.end
  }

  /// Signs a record and the chunks of its attachments before it, if the node may.
  /// - Parameter chunks: the length of each.
  /// - Returns: the entries; nil if it may not.
  func publish(chunks: [Int], expiryDay: UInt16) throws(Violation) -> Range<UInt64>? {
    let batch = try sign { builder in
      for (place, bytes) in (chunks + [60]).enumerated() {
        builder.append(
          kind: .record, suite: place < chunks.count ? .sealedChunk : .sealedRecord,
          time: site.wallClock(world.now), expiryDay: expiryDay,
          audienceTag: AudienceTag(world.random.bytes(EntryLayout.audienceTagBytes)) ?? .zero,
          body: world.random.bytes(bytes))
      }
    }
    return batch.map { $0.first..<$0.end }
  }

  /// Signs the entries that `fill` appends, if the node may.
  func sign(
    _ fill: (inout EntryBuilder) throws(Violation) -> Void
  ) throws(Violation) -> EntryBatch? {
    guard maySign, let state = store.state(identity.id), state.frozenAt == nil,
      store.condition == .running
    else { return nil }
    let secrets = site.keys.secrets(secretEpoch)
    var builder = EntryBuilder(state: state)
    try fill(&builder)
    let batch = builder.finish { secrets.log.sign($0) }
    world.say("\(site.label) publishes \(batch.count) at \(batch.first) of \(identity.origin)")
    try attempt("publishing") {
      guard batch.count >= NodeProcess.publishedSingly else {
        return try store.append(try state.accept(batch))
      }
      let checkpoint = checkpoint(over: batch, state)
      try store.append(try state.accept(batch, under: checkpoint, consistency: []))
      _ = try store.addCheckpoint(checkpoint)
    }
    guard store.state(identity.id)?.size == batch.end else { return nil }
    try act { $0.replica.didStage(batch, of: $0.identity.id) }
    return batch
  }

  private func checkpoint(over batch: EntryBatch, _ state: LogState) -> VerifiedCheckpoint {
    var tree = state.tree
    for position in 0..<batch.count {
      tree.append(
        EntryHeader.leafHash(of: batch.leaves.span, at: position * EntryLayout.leafBytes))
    }
    return sign(size: tree.size, root: tree.root())
  }

  func sign(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    let secrets = site.keys.secrets(secretEpoch)
    return Checkpoint.make(identity: identity, size: size, root: root) { secrets.log.sign($0) }
  }

  /// A foe that signs although its log is closed does what the replica does no more.
  func scheduleFalseCheckpoint() {
    guard site.mask?.signsAlways == true, core.signing != .ready else { return }
    after(1_000) { (process) throws(Violation) in
      guard process.site.mask?.signsAlways == true, process.core.signing != .ready,
        let made = try process.makeFalseCheckpoint()
      else { return }
      try process.attempt("a checkpoint") { _ = try process.store.addCheckpoint(made) }
      try process.step(.checkpointed(made))
    }
  }

  private func makeFalseCheckpoint() throws(Violation) -> VerifiedCheckpoint? {
    guard let head = store.durableHead(identity.id), head.size > 0,
      head.size > store.newestCheckpoint(identity.id)?.size ?? 0
    else { return nil }
    var root: Digest?
    try attempt("a root") { root = try store.root(identity.id, size: head.size) }
    return root.map { sign(size: head.size, root: $0) }
  }
}
