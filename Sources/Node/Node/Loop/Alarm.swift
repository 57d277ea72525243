import Runtime

/// A timer of one part of the node: at most one is set, whoever asks and how often.
final class Alarm {
  private let loop: EventLoop
  private var timer: (id: TimerID, due: UInt64)?

  init(_ loop: EventLoop) { self.loop = loop }

  deinit { cancel() }

  /// Rings once, at this time of the steady clock, or sooner where it is set already for a sooner
  /// one.
  /// - Parameter body: nil: the round that follows the ring does the work.
  func ring(by due: UInt64, _ body: (() -> Void)? = nil) {
    if let timer, timer.due <= due { return }
    cancel()
    let now = loop.now
    let id = loop.schedule(afterMilliseconds: due - min(now, due)) { [weak self] in
      self?.timer = nil
      body?()
    }
    timer = (id, due)
  }

  func cancel() {
    if let timer { loop.cancel(timer.id) }
    timer = nil
  }
}
