internal import HubInterface
internal import Log
internal import Runtime

/// Has the consultation log anchored in the node's log, again and again (Protocols/hub.md, HUB-60
/// to 64). Nobody waits for it.
final class AnchorKeeper {
  /// The log that is anchored, and where.
  struct Source {
    /// The file of nonces.
    let path: String
    /// The node's log, `nl/1`.
    let origin: Origin
    let log: LogID
    /// The newest checkpoint over all that is recorded; nil: nothing can be said of the log now.
    let checkpoint: () -> VerifiedCheckpoint?
  }

  private let loop: EventLoop
  private let sockets: [String]
  private let everyMilliseconds: UInt64
  private let stop = StopFlag()
  private var source: Source?
  private var thread: SystemThread?
  private var timer: TimerID?
  private var pauseMilliseconds = HubLimits.anchorRetryMilliseconds
  /// Counts sources: what an attempt for an earlier one says is nobody's.
  private var sourceNumber = 0
  private var outcomes: Mailbox<AnchorAttempt.Outcome>?
  /// Told of what `hub status` says.
  var changed: (AnchorProgress) -> Void = { _ in }
  /// Told of each trouble once.
  var report: (String) -> Void = { _ in }
  private(set) var progress = AnchorProgress(why: "the daemon has not answered yet")

  init(_ loop: EventLoop, sockets: [String], everyMilliseconds: UInt64) {
    self.loop = loop
    self.sockets = sockets
    self.everyMilliseconds = everyMilliseconds
  }

  /// A consultation log was opened: it is anchored at once.
  func begin(_ source: Source) {
    finishAttempt()
    self.source = source
    progress = AnchorProgress(why: "none was made yet")
    do throws(SystemError) {
      if let last = try AnchorFile.last(source.path) { take(last) }
    } catch {
      tell("\(source.path) could not be read: \(error)")
    }
    changed(progress)
    sourceNumber += 1
    let number = sourceNumber
    outcomes = loop.makeMailbox(of: AnchorAttempt.Outcome.self) { [weak self] outcome in
      guard let self, number == sourceNumber else { return }
      thread?.join()
      thread = nil
      take(outcome)
    }
    schedule(afterMilliseconds: 0)
  }

  /// The consultation log is closed: nothing of it is anchored any more.
  func end() {
    finishAttempt()
    sourceNumber += 1
    source = nil
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  /// Anchors the looks since the last anchor at a clean stop, after the loop, if the daemon answers
  /// soon.
  func finish() {
    finishAttempt()
    guard let attempt = attempt() else { return }
    take(attempt.run(unless: StopFlag(), milliseconds: HubLimits.anchorStopMilliseconds))
    source = nil
  }

  /// One under way is not waited for longer than it takes to notice.
  private func finishAttempt() {
    guard let thread else { return }
    stop.stop()
    thread.join()
    self.thread = nil
    stop.reset()
    outcomes = nil
  }

  // MARK: Attempts

  private func schedule(afterMilliseconds pause: UInt64) {
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(afterMilliseconds: pause) { [weak self] in
      self?.timer = nil
      self?.begin()
    }
  }

  private func attempt() -> AnchorAttempt? {
    guard let source, let checkpoint = source.checkpoint() else { return nil }
    return AnchorAttempt(
      path: source.path, sockets: sockets, origin: source.origin.text, log: source.log,
      checkpoint: checkpoint.note, size: checkpoint.size)
  }

  private func begin() {
    guard thread == nil, source != nil, let outcomes else { return }
    guard let attempt = attempt() else {
      return take(.failed("the consultation log cannot be written"))
    }
    do throws(SystemError) {
      thread = try SystemThread(name: "anchor") { [stop] in
        outcomes.post(attempt.run(unless: stop, milliseconds: HubLimits.anchorAnswerMilliseconds))
      }
    } catch {
      take(.failed("\(error)"))
    }
  }

  private func take(_ outcome: AnchorAttempt.Outcome) {
    switch outcome {
    case .published(let last):
      take(last)
      pauseMilliseconds = HubLimits.anchorRetryMilliseconds
      schedule(afterMilliseconds: everyMilliseconds)
    case .tooOften(let seconds):
      tell("the node takes the next anchor in \(seconds) s")
      schedule(afterMilliseconds: min(seconds, HubLimits.anchorWaitMostSeconds) * 1_000)
    case .failed(let reason):
      tell(reason)
      schedule(afterMilliseconds: pauseMilliseconds)
      pauseMilliseconds = min(2 * pauseMilliseconds, HubLimits.anchorRetryMostMilliseconds)
    }
    changed(progress)
  }

  private func take(_ last: LastAnchor) {
    progress = AnchorProgress(
      entry: last.entry, time: Int(clamping: last.time),
      consultations: Int(clamping: max(last.size, 1) - 1))
  }

  private func tell(_ reason: String) {
    guard progress.why != reason else { return }
    progress.why = reason
    report("no anchor: \(reason)")
  }
}
