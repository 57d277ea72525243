import Foundation

/// When each numbered record was seen by a client that follows the receiver, on a thread of its
/// own.
final class Arrivals: @unchecked Sendable {
  // Sendable: everything below is only used while `condition` is held.
  private let condition = NSCondition()
  private var seen: [ContinuousClock.Instant?]
  private var missing: Int
  private var failure: (any Error)?

  init(count: Int) {
    seen = Array(repeating: nil, count: count)
    missing = count
  }

  func add(_ numbers: [Int], at time: ContinuousClock.Instant) {
    condition.withLock {
      for number in numbers where seen[number] == nil {
        seen[number] = time
        missing -= 1
      }
    }
    condition.broadcast()
  }

  var isComplete: Bool { condition.withLock { missing == 0 } }

  /// Runs `body`, which adds, on a thread of its own.
  func follow(_ body: @escaping () throws -> Void) {
    let box = Box(body)
    Thread.detachNewThread { [self] in
      do { try box.body() } catch {
        condition.withLock { failure = error }
        condition.broadcast()
      }
    }
  }

  func wait(seconds: Double) throws -> [ContinuousClock.Instant] {
    condition.lock()
    defer { condition.unlock() }
    let limit = Date().addingTimeInterval(seconds)
    while missing > 0, failure == nil, condition.wait(until: limit) {}
    if let failure { throw failure }
    guard missing == 0 else { throw BenchError("\(missing) records did not arrive") }
    return seen.compactMap { $0 }
  }
}

/// Hands what it holds to the one thread that uses it from then on.
// Sendable: it is handed over once.
private final class Box: @unchecked Sendable {
  let body: () throws -> Void
  init(_ body: @escaping () throws -> Void) { self.body = body }
}
