/// Clients that wait for something new.
final class Arrivals {
  private var observers: [ArrivalToken: () -> Void] = [:]
  private var next: UInt64 = 1

  func observe(_ wake: @escaping () -> Void) -> ArrivalToken {
    let token = ArrivalToken(number: next)
    next += 1
    observers[token] = wake
    return token
  }

  func cancel(_ token: ArrivalToken) { observers[token] = nil }

  /// In the order in which they came. One that another cancels meanwhile is not woken.
  func wake() {
    for token in observers.keys.sorted(by: { $0.number < $1.number }) { observers[token]?() }
  }
}
