/// The cost that one piece of reading may have before the loop turns to something else. A reader
/// that has spent it keeps its place and goes on in a later turn.
package struct WorkBudget {
  private(set) var entries: Int
  private(set) var bytes: Int
  private let deadline: UInt64
  private let nanoseconds: () -> UInt64

  /// - Parameter nanoseconds: a clock that only goes forward.
  init(
    entries: Int = NodeLimits.entriesOfTurn, bytes: Int = NodeLimits.bytesOfTurn,
    nanoseconds: @escaping () -> UInt64
  ) {
    self.entries = entries
    self.bytes = bytes
    self.nanoseconds = nanoseconds
    deadline = nanoseconds() &+ NodeLimits.nanosecondsOfTurn
  }

  var isSpent: Bool { entries <= 0 || bytes <= 0 || nanoseconds() >= deadline }

  mutating func spend(entries count: Int, bytes read: Int = 0) {
    entries -= min(count, entries)
    bytes -= min(read, bytes)
  }
}
