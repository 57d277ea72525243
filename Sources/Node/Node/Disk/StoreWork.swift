import Replica
import Runtime
import Store

/// The disk work of a node: the store's batches, each with the part of the journal of readability
/// that must be there before it.
final class StoreWork: DiskWork {
  private let loop: EventLoop
  private let replica: Replica
  private let changes: ChangeWatch
  private let notices: Notices
  private var errors = DiskErrorLog()

  init(_ loop: EventLoop, _ replica: Replica, _ changes: ChangeWatch, _ notices: Notices) {
    self.loop = loop
    self.replica = replica
    self.changes = changes
    self.notices = notices
  }

  func nextBatch(settling: Bool) -> DiskBatch? {
    changes.note()
    guard let batch = replica.store.takeBatch(settling: settling) else { return changes.batch() }
    return changes.aheadOfStore().map(batch.preceded) ?? batch
  }

  var isUnsettled: Bool { replica.store.isUnsettled }

  func completed(_ completion: DiskCompletion) {
    changes.written(completion.error)
    guard completion.token != 0 else { return }
    if let error = completion.error {
      notices.count("store.errors")
      if let line = errors.line(for: error, at: loop.now) { notices.logger.error(line) }
    }
    replica.completed(token: completion.token, error: completion.error)
    if replica.store.condition == .running { errors.worked() }
  }
}
