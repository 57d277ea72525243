import Log
import Replication
import Store

/// One of two processes with the same keys, which says what the shipped core says, and signs whatever its core thinks of that.
final class EquivocatingFoe: Shell {
  private static let mostEntries: UInt64 = 14

  let signsAlways = true

  func tick(_ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(12), let process = ways.process,
      process.store.state(process.identity.id)?.size ?? 0 < EquivocatingFoe.mostEntries
    else { return }
    _ = try process.publish(1 + ways.random.below(3))
  }
}
