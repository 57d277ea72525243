internal import HubInterface
internal import Runtime
internal import SQL

/// The alerts as the loop sees them: what it asks their thread, and who waits for news.
final class AlertDesk {
  private final class Waiter {
    let isHeard: () -> Bool
    /// Returns whether it has its answer; asked for the last time when time is up.
    let answer: (_ isLast: Bool) -> Bool
    var timer: TimerID?

    init(_ isHeard: @escaping () -> Bool, _ answer: @escaping (Bool) -> Bool) {
      self.isHeard = isHeard
      self.answer = answer
    }
  }

  private var thread: AlertThread?
  /// Why nothing can be asked of a thread that there is not.
  var refusal: () -> HubError = { .busy }
  /// It holds this desk, as whom its mailbox tells.
  private weak var loop: EventLoop?
  let reader: AlertReader
  let key: AlertKey
  private var pending: [Int: (Result<any Sendable, HubError>) -> Void] = [:]
  private var nextID = 1
  private var waiters: [Waiter] = []
  /// Why alerts cannot be written.
  private(set) var trouble: String?
  /// Rows of `touched` that are in the index, and those that were gone through.
  private(set) var allowed: Int64 = 0
  private(set) var done: Int64 = 0

  /// - Parameter loop: nil: nobody waits for news.
  init(_ reader: AlertReader, _ key: AlertKey, loop: EventLoop?) {
    self.reader = reader
    self.key = key
    self.loop = loop
  }

  /// Before anything is asked; what it tells comes to `take`.
  func attach(_ thread: AlertThread) { self.thread = thread }

  /// Nothing more is asked; what was asked is still answered.
  func detach() { thread = nil }

  /// Something that the thread reads for itself has changed.
  func wakeThread() { thread?.tick() }

  var behind: Int { Int(max(0, allowed - done)) }

  func allow(through number: Int64) {
    allowed = max(allowed, number)
    thread?.allow(through: number)
  }

  /// - Parameters:
  ///   - work: runs on the thread of the alerts.
  ///   - answer: is called on the loop.
  func ask<Value: Sendable>(
    _ work: @escaping @Sendable (AlertEngine) throws -> Value,
    _ answer: @escaping (Result<Value, HubError>) -> Void
  ) {
    let id = nextID
    nextID += 1
    pending[id] = { result in
      answer(
        result.map { value in
          guard let value = value as? Value else { preconditionFailure("another's answer") }
          return value
        })
    }
    guard thread?.put(id, { try work($0) }) == true else {
      pending[id] = nil
      return answer(.failure(thread == nil ? refusal() : .busy))
    }
  }

  func take(_ event: AlertThread.Event) {
    switch event {
    case .done(let id, let result): pending.removeValue(forKey: id)?(result)
    case .news: wake()
    case .poisoned: break
    case .trouble(let reason): trouble = reason
    case .wentThrough(let number): done = number
    }
  }

  // MARK: - Waiting

  /// Calls `answer` now, and again whenever something happened, until it has its answer or time is
  /// up.
  func wait(
    seconds: Int, isHeard: @escaping () -> Bool, _ answer: @escaping (_ isLast: Bool) -> Bool
  ) {
    guard let loop, seconds > 0 else {
      _ = answer(true)
      return
    }
    if answer(false) { return }
    let waiter = Waiter(isHeard, answer)
    waiter.timer = loop.schedule(afterMilliseconds: UInt64(seconds) * 1_000) { [weak self] in
      self?.waiters.removeAll { $0 === waiter }
      if waiter.isHeard() { _ = waiter.answer(true) }
    }
    waiters.append(waiter)
  }

  private func wake() {
    let waiting = waiters
    waiters = []
    for waiter in waiting {
      if !waiter.isHeard() || waiter.answer(false) {
        if let timer = waiter.timer { loop?.cancel(timer) }
      } else {
        waiters.append(waiter)
      }
    }
  }
}
