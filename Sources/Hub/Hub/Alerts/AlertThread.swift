internal import HubInterface
internal import Runtime
internal import SQL

/// The thread of the alerts: goes through what changed, and does what the loop asks, one after the
/// other.
final class AlertThread: Sendable {
  /// News for the loop.
  enum Event: Sendable {
    /// Alerts changed.
    case news
    /// A piece of work is done.
    case done(Int, Result<any Sendable, HubError>)
    /// Alerts cannot be written, or can again.
    case trouble(String?)
    /// One record could not be compared.
    case poisoned(String)
    /// Rows of `touched` up to this one were gone through.
    case wentThrough(Int64)
  }

  typealias Work = @Sendable (AlertEngine) throws -> any Sendable

  private struct State {
    var waiting: [(id: Int, work: Work)] = []
    /// Rows of `touched` up to this one may be gone through: they are in the index in memory.
    var allowed: Int64 = 0
    var isTicked = false
    var isClosed = false
    var isIdle = false
  }

  private let state = Monitor(State())
  private let storage: HubStorage
  private let index: SharedIndex
  private let key: AlertKey
  private let duty: Monitor<Duty>
  private let tell: @Sendable (Event) -> Void

  init(
    _ storage: HubStorage, index: SharedIndex, key: AlertKey, duty: Duty,
    tell: @escaping @Sendable (Event) -> Void
  ) {
    self.storage = storage
    self.index = index
    self.key = key
    self.duty = Monitor(duty)
    self.tell = tell
  }

  func set(_ duty: Duty) { self.duty.withLock { $0 = duty } }

  func allow(through number: Int64) {
    state.withLock { state in
      state.allowed = max(state.allowed, number)
      state.isIdle = false
    }
    state.signalAll()
  }

  /// Wakes the thread from time to time: for the effects of time, and another attempt after
  /// trouble.
  func tick() {
    state.withLock { state in
      state.isTicked = true
      state.isIdle = false
    }
    state.signalAll()
  }

  /// - Returns: false while too much waits.
  func put(_ id: Int, _ work: @escaping Work) -> Bool {
    let isTaken = state.withLock { state in
      guard state.waiting.count < HubLimits.alertWork, !state.isClosed else { return false }
      state.waiting.append((id, work))
      state.isIdle = false
      return true
    }
    state.signalAll()
    return isTaken
  }

  /// All that waits is done before `run` ends.
  func close() {
    state.withLock { $0.isClosed = true }
    state.signalAll()
  }

  // MARK: - On the thread

  func run() {
    var engine: AlertEngine?
    var hasTrouble = false
    while let turn = next() {
      do {
        let open = try opened(&engine, turn)
        try run(turn, open)
        if hasTrouble { tell(.trouble(nil)) }
        hasTrouble = false
      } catch {
        engine = nil
        hasTrouble = true
        tell(.trouble("alerts cannot be written: \(error)"))
        rest()
      }
    }
    // Rows removed since the last tick do not wait in the log for the next start.
    try? engine?.emptyLog()
  }

  /// - Parameter turn: is answered where nothing can be opened.
  private func opened(_ engine: inout AlertEngine?, _ turn: Turn) throws -> AlertEngine {
    if let engine { return engine }
    do {
      let made = try AlertEngine(storage, index: index, key: key)
      engine = made
      return made
    } catch {
      let failure = HubError.diskFailed(reason: "alerts cannot be read: \(error)")
      for item in turn.work { tell(.done(item.id, .failure(failure))) }
      throw error
    }
  }

  /// Somebody waits for an answer or for the end.
  private var isWanted: Bool { state.withLock { $0.isClosed || !$0.waiting.isEmpty } }

  private struct Turn {
    var work: [(id: Int, work: Work)]
    var allowed: Int64
    var isTicked: Bool
  }

  /// - Returns: nil when it is closed and all is done.
  private func next() -> Turn? {
    state.wait { state in
      if state.waiting.isEmpty, state.isClosed { return .some(nil) }
      guard !state.isIdle || !state.waiting.isEmpty || state.isTicked else { return nil }
      let turn = Turn(work: state.waiting, allowed: state.allowed, isTicked: state.isTicked)
      state.waiting = []
      state.isTicked = false
      return turn
    }
  }

  /// After trouble: the next tick tries again.
  private func rest() {
    state.withLock { $0.isIdle = true }
    state.signalAll()
  }

  private func run(_ turn: Turn, _ engine: AlertEngine) throws {
    engine.now = Int64(clamping: SystemClock().wallMilliseconds)
    engine.duty = duty.withLock { $0 }
    try answer(turn.work, engine)
    if turn.isTicked {
      _ = try engine.tick()
      try engine.emptyLog()
    }
    let clock = SystemClock()
    let end = clock.monotonicMilliseconds + HubLimits.alertStepMilliseconds
    engine.mustPause = { [unowned self] in isWanted || clock.monotonicMilliseconds >= end }
    let hasMore = try engine.step(through: turn.allowed)
    for reason in engine.takePoisoned() { tell(.poisoned(reason)) }
    if try engine.hasNews() { tell(.news) }
    if hasMore || !engine.isHeld { tell(.wentThrough(hasMore ? engine.done : turn.allowed)) }
    state.withLock { state in
      state.isIdle = !hasMore && state.allowed == turn.allowed && state.waiting.isEmpty
    }
    state.signalAll()
  }

  /// A fault of a request is its answer; a fault of the disk is everybody's. Nobody knows then
  /// whether the last of what was written is there: the engine's memory is of no use any more.
  private func answer(_ work: [(id: Int, work: Work)], _ engine: AlertEngine) throws {
    var failure: (any Error)?
    for item in work {
      if let failure {
        tell(.done(item.id, .failure(AlertThread.failed(failure))))
        continue
      }
      do {
        tell(.done(item.id, .success(try item.work(engine))))
      } catch let error as HubError {
        tell(.done(item.id, .failure(error)))
      } catch {
        tell(.done(item.id, .failure(AlertThread.failed(error))))
        if (error as? SQLError)?.kind != .value { failure = error }
      }
    }
    if let failure { throw failure }
  }

  private static func failed(_ error: any Error) -> HubError {
    .diskFailed(reason: "alerts cannot be written: \(error)")
  }
}
