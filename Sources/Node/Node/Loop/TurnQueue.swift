import Runtime

/// Work that is done in pieces: each round of the loop has time for some of them, so that nobody's
/// long work holds up the rest.
final class TurnQueue {
  private let loop: EventLoop
  private var waiting: [() -> Void] = []

  init(_ loop: EventLoop) { self.loop = loop }

  /// Runs once each round: work that this adds waits for the next one.
  func soon(_ work: @escaping () -> Void) {
    waiting.append(work)
    // Work that comes after the end of this round must not wait for an event.
    if waiting.count == 1 { wakeLoop() }
  }

  /// Does as much as one turn has time for, and one piece at least; the rest keeps its place.
  func work() {
    guard !waiting.isEmpty else { return }
    var work: [() -> Void] = []
    swap(&work, &waiting)
    let end = loop.clock.monotonicNanoseconds + NodeLimits.nanosecondsOfTurn
    var done = 0
    repeat {
      work[done]()
      done += 1
    } while done < work.count && loop.clock.monotonicNanoseconds < end
    guard done < work.count else { return }
    waiting = work[done...] + waiting
    wakeLoop()
  }

  private func wakeLoop() { loop.schedule(afterMilliseconds: 0) {} }
}
