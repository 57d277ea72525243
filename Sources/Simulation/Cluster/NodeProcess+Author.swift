import Crypto
import Log
import Replication
import Secrets
import Store

/// What is due for the own log.
struct AuthorWork {
  var tokenIsDue = false
  var tokenIsScheduled = false
  var checkpointIsScheduled = false
}

// The own log: entries, checkpoints, and the token beside the folder.
extension NodeProcess {
  /// So many entries at once are accepted under a checkpoint, as the author of `liaisond` does it.
  static let publishedSingly = 16

  private var secretEpoch: UInt32 { site.folder.epoch }

  var isClosed: Bool { if case .closed = core.signing { true } else { false } }

  private var maySign: Bool {
    site.shell?.signsAlways == true || core.signing == .ready && adopting == nil
  }

  /// Signs `count` entries, if the node may.
  /// - Parameter bodyBytes: of each; nil: drawn.
  /// - Returns: the size after them; nil if it may not.
  func publish(_ count: Int, bodyBytes: Int? = nil) throws(Violation) -> UInt64? {
    guard maySign, let state = store.state(identity.id), state.frozenAt == nil,
      store.condition == .running
    else { return nil }
    let secrets = site.keys.secrets(secretEpoch)
    var builder = EntryBuilder(state: state)
    for _ in 0..<count {
      let bytes = bodyBytes ?? 8 + world.random.below(60)
      builder.append(
        kind: .record, time: site.wallClock(world.now), body: world.random.bytes(bytes))
    }
    let batch = builder.finish { secrets.log.sign($0) }
    world.say("\(site.label) publishes \(count) at \(batch.first) of \(identity.origin)")
    try attempt("publishing") {
      guard count >= NodeProcess.publishedSingly else {
        return try store.append(try state.accept(batch))
      }
      let checkpoint = checkpoint(over: batch, state)
      try store.append(try state.accept(batch, under: checkpoint, consistency: []))
      _ = try store.addCheckpoint(checkpoint)
    }
    guard store.state(identity.id)?.size == batch.end else { return nil }
    work()
    return batch.end
  }

  private func checkpoint(over batch: EntryBatch, _ state: LogState) -> VerifiedCheckpoint {
    var tree = state.tree
    for position in 0..<batch.count {
      tree.append(
        EntryHeader.leafHash(of: batch.leaves.span, at: position * EntryLayout.leafBytes))
    }
    return sign(size: tree.size, root: tree.root())
  }

  private func sign(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    let secrets = site.keys.secrets(secretEpoch)
    return Checkpoint.make(identity: identity, size: size, root: root) { secrets.log.sign($0) }
  }

  func scheduleCheckpoint() {
    guard !author.checkpointIsScheduled, !isClosed || site.shell?.signsAlways == true else {
      return
    }
    author.checkpointIsScheduled = true
    after(1_000) { (process) throws(Violation) in
      process.author.checkpointIsScheduled = false
      guard process.maySign, let made = try process.makeCheckpoint() else { return }
      try process.keep(made)
      try process.step(.checkpointed(made))
    }
  }

  func makeCheckpoint() throws(Violation) -> VerifiedCheckpoint? {
    guard let head = store.durableHead(identity.id), head.size > 0,
      head.size > store.newestCheckpoint(identity.id)?.size ?? 0
    else { return nil }
    var root: Digest?
    try attempt("a root") { root = try store.root(identity.id, size: head.size) }
    return root.map { sign(size: head.size, root: $0) }
  }

  // MARK: Token

  func scheduleToken() {
    guard author.tokenIsDue, !author.tokenIsScheduled, !isClosed else { return }
    author.tokenIsScheduled = true
    after(1_000) { (process) throws(Violation) in
      process.author.tokenIsScheduled = false
      process.writeToken()
    }
  }

  func writeToken() {
    guard author.tokenIsDue, !isClosed, let head = store.durableHead(identity.id), head.size > 0
    else { return }
    author.tokenIsDue = false
    site.token = RollbackToken(
      origin: identity.origin, size: head.size, leafHash: head.leafHash)
  }
}
