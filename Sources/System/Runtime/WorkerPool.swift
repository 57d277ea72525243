/// Threads for work that would hold the loop up: signatures, sealing, name look-ups. Jobs wait in a
/// queue with a limit; each result is posted to a mailbox, in the order in which jobs end.
public final class WorkerPool<Output: Sendable> {
  private struct Queue {
    /// Jobs before `start` have been taken, and are nil so that what they hold is let go.
    var jobs: [(@Sendable () -> Output)?] = []
    var start = 0
    var isStopping = false
  }

  private let queue = Monitor<Queue>(Queue())
  private let queueLimit: Int
  private let waitsForThreads: Bool
  private let results: Mailbox<Output>
  private var threads: [SystemThread] = []

  /// `name` is shown by the kernel for each thread. Results go to `results`, made by
  /// `EventLoop.makeMailbox`. Without `waitsForThreads`, `stop` leaves jobs under way to end by
  /// themselves.
  public init(
    name: String, threads count: Int, queueLimit: Int, results: Mailbox<Output>,
    waitsForThreads: Bool = true
  ) throws(SystemError) {
    precondition(count > 0 && queueLimit > 0)
    self.queueLimit = queueLimit
    self.waitsForThreads = waitsForThreads
    self.results = results
    do throws(SystemError) {
      for _ in 0..<count {
        threads.append(
          try SystemThread(name: name) { [queue] in
            while let job = Self.next(queue) { results.post(job()) }
          })
      }
    } catch {
      stop()
      throw error
    }
  }

  deinit { stop() }

  /// False when the queue is full or the pool was stopped: the caller keeps the work and tries
  /// later.
  public func submit(_ job: @escaping @Sendable () -> Output) -> Bool {
    let isTaken = queue.withLock { queue in
      guard !queue.isStopping, queue.jobs.count - queue.start < queueLimit else { return false }
      queue.jobs.append(job)
      results.expect()
      return true
    }
    if isTaken { queue.signalOne() }
    return isTaken
  }

  /// Drops jobs not begun, waits for those under way, ends the threads.
  public func stop() {
    queue.withLock { queue in
      queue.isStopping = true
      queue.jobs = []
      queue.start = 0
    }
    queue.signalAll()
    for thread in threads {
      if waitsForThreads { thread.join() } else { thread.detach() }
    }
  }

  private static func next(_ queue: Monitor<Queue>) -> (@Sendable () -> Output)? {
    // Twice optional: nil is "wait on", an empty inside is "end".
    queue.wait { queue -> (@Sendable () -> Output)?? in
      if queue.isStopping { return .some(nil) }
      guard queue.start < queue.jobs.count else { return nil }
      let job = queue.jobs[queue.start]
      queue.jobs[queue.start] = nil
      queue.start += 1
      if queue.start == queue.jobs.count {
        queue.jobs.removeAll(keepingCapacity: true)
        queue.start = 0
      } else if queue.start >= 64, queue.start * 2 >= queue.jobs.count {
        queue.jobs.removeSubrange(0..<queue.start)
        queue.start = 0
      }
      return .some(job)
    }
  }
}
