public import Store

/// The answer to one `DiskBatch`: give it to `Store.completed(token:error:)`.
public struct DiskCompletion: Sendable {
  /// The batch's.
  public let token: UInt64
  /// The first operation's error; the operations after it were not executed. nil: all were.
  public let error: DiskError?
  /// How long it took.
  public let nanoseconds: UInt64
}

/// Executes batches in order on a thread of its own, so that an fdatasync never holds the loop up.
public final class DiskThread {
  private struct Queue {
    var batches: [DiskBatch] = []
    var isStopping = false
  }

  private let queue = Monitor(Queue())
  private let completions: Mailbox<DiskCompletion>
  private let thread: SystemThread

  /// Completions go to `completions`, made by `EventLoop.makeMailbox`, one for each batch, in
  /// order.
  public init(
    disk: any Disk & Sendable, completions: Mailbox<DiskCompletion>
  ) throws(SystemError) {
    self.completions = completions
    thread = try SystemThread(name: "disk") { [queue] in
      while let batches = Self.next(queue) {
        for batch in batches {
          completions.post(Self.execute(batch, on: disk))
        }
      }
    }
  }

  deinit { stop() }

  /// Does not wait. At most `Limits.diskQueue` batches may wait (a precondition).
  public func submit(_ batch: DiskBatch) {
    queue.withLock { queue in
      precondition(!queue.isStopping, "a batch after stop")
      precondition(queue.batches.count < Limits.diskQueue, "the store bounds its batches")
      queue.batches.append(batch)
    }
    completions.expect()
    queue.signalOne()
  }

  /// Executes what was submitted, then ends the thread; the last completions wait in the mailbox.
  public func stop() {
    queue.withLock { $0.isStopping = true }
    queue.signalAll()
    thread.join()
  }

  private static func next(_ queue: Monitor<Queue>) -> [DiskBatch]? {
    queue.wait { queue -> [DiskBatch]?? in
      if queue.batches.isEmpty { return queue.isStopping ? .some(nil) : nil }
      let taken = queue.batches
      queue.batches = []
      return .some(taken)
    }
  }

  /// Executes one batch on the caller's thread.
  public static func execute(_ batch: DiskBatch, on disk: any Disk) -> DiskCompletion {
    let clock = SystemClock()
    let begin = clock.monotonicNanoseconds
    var failure: DiskError?
    do throws(DiskError) { try disk.execute(batch.operations) } catch { failure = error }
    return DiskCompletion(
      token: batch.token, error: failure, nanoseconds: clock.monotonicNanoseconds - begin)
  }
}
