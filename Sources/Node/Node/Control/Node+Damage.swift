import Log
import Replica
import Replication
import Runtime
import Store

// Damage that nobody can mend, and what `status` says of it.
extension Node {
  /// Every connected peer was asked in vain. Loss in the node's own log ends the epoch: nothing is
  /// invented in its place.
  func unrepairable(_ log: LogID, _ range: Range<UInt64>, _ asked: [NodeName]) {
    let what = range.count == 1 ? "entry \(range.lowerBound)" : "entries \(text(range))"
    let missing = "damaged here, and \(replica.whoHadNothing(asked))"
    guard log == identity.id else {
      // Its author decides how many there are: `status` has them all.
      return say(
        .error, "unrepairable \(log)",
        "\(name(of: log)): \(what) \(missing); they are asked again later")
    }
    counters.add("store.own-entries-lost", UInt64(range.count))
    logger.error(
      "LOST: \(identity.origin), \(what): \(missing). The next epoch is needed: liaison epoch open"
    )
  }

  func damagedText(_ log: LogID) -> [String] { store.damagedRanges(log).map(text) }
  func undecidedText(_ log: LogID) -> [String] { store.undecidedRanges(log).map(text) }
  func lostText(_ log: LogID) -> [String] { (replica.damage.lost[log] ?? []).map(text) }

  private func text(_ range: Range<UInt64>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound - 1)"
  }
}
