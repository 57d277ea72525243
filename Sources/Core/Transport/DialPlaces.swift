/// Dials under way, and those that wait for one of the places: a process has so many descriptors.
/// A place is for one address, until its handshake is over.
public struct DialPlaces<Dial: Sendable>: Sendable {
  private let most: Int
  public private(set) var taken = 0
  private var waiting: [Dial] = []

  public init(_ most: Int) {
    precondition(most > 0)
    self.most = most
  }

  public mutating func wait(_ dial: Dial) { waiting.append(dial) }

  /// - Returns: the one that has waited longest, with a place; nil: nobody waits, or no place is
  ///   free.
  public mutating func next() -> Dial? {
    guard taken < most, !waiting.isEmpty else { return nil }
    taken += 1
    return waiting.removeFirst()
  }

  public mutating func giveBack() {
    precondition(taken > 0, "a place that nobody has")
    taken -= 1
  }
}
