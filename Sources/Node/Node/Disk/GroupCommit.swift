import Runtime
import Store

/// Whoever has work for the disk, and hears how it went.
protocol DiskWork: AnyObject {
  /// - Parameter settling: work that only tidies up may be given, too.
  /// - Returns: nil: there is nothing to do.
  func nextBatch(settling: Bool) -> DiskBatch?
  /// Work that only tidies up waits.
  var isUnsettled: Bool { get }
  func completed(_ completion: DiskCompletion)
}

/// One batch at a time goes to the disk, whatever a round staged: executed by the loop while the
/// disk is fast and the batch small, by a thread of its own otherwise (`DiskPlan`).
final class GroupCommit {
  private let loop: EventLoop
  private let disk: any Disk & Sendable
  private let work: any DiskWork
  private var thread: DiskThread?
  private var plan = DiskPlan()
  private var out: DiskBatch?
  private let settling: Alarm

  init(_ loop: EventLoop, _ disk: any Disk & Sendable, _ work: any DiskWork) throws(SystemError) {
    self.loop = loop
    self.disk = disk
    self.work = work
    settling = Alarm(loop)
    let box = WeakBox<GroupCommit>()
    thread = try DiskThread(
      disk: disk,
      completions: loop.makeMailbox(of: DiskCompletion.self) { box.object?.completed($0) })
    box.object = self
  }

  /// Gives the disk what there is to do. Called at the end of each round. Nobody executes a batch
  /// after a stop: the rest is for whoever writes it by himself, which needs that none is out.
  func commit() {
    // A commit, and what it made ready.
    for _ in 0..<2 {
      guard out == nil, let thread,
        let batch = work.nextBatch(settling: plan.maySettle(at: loop.now))
      else { break }
      out = batch
      guard plan.isForLoop(batch.operations) else { return thread.submit(batch) }
      completed(DiskThread.execute(batch, on: disk))
    }
    settleLater()
  }

  private func settleLater() {
    guard out == nil, thread != nil, work.isUnsettled else { return }
    settling.ring(by: loop.now + plan.settlesIn(at: loop.now))
  }

  private func completed(_ completion: DiskCompletion) {
    if let batch = out {
      plan.executed(batch.operations, in: completion.nanoseconds, at: loop.now)
    }
    out = nil
    work.completed(completion)
  }

  /// Executes the batch that is out, and takes no other.
  func stop() {
    thread?.stop()
    thread = nil
  }
}
