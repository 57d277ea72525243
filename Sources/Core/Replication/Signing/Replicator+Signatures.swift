import Log

/// Entries whose own signatures were verified here, one by one: the last run of them.
struct SignedRun {
  private(set) var range: Range<UInt64> = 0..<0
  /// An entry whose own signature is none.
  var unsigned: UInt64?

  /// A run that neither goes on nor overlaps takes the place of the last: it is asked for next.
  mutating func add(_ more: Range<UInt64>) {
    let touches = more.lowerBound <= range.upperBound && more.upperBound >= range.lowerBound
    range =
      touches && !range.isEmpty
      ? min(range.lowerBound, more.lowerBound)..<max(range.upperBound, more.upperBound) : more
  }
}

// A receiver verifies entry by entry what is sent without a checkpoint, and charges the sender:
// SYNC-27.
extension Replicator {
  /// The entries before the first whose own signature is none. Those that came in bulk were not
  /// looked at one by one: their author's checkpoint vouched for them, and may lie above all that
  /// is here.
  mutating func signedPrefix(of batch: EntryBatch, _ log: LogID) -> EntryBatch? {
    // A node that is closed has own entries from others, and another's signature may be in them.
    guard log != ownLog || gate.closedBecause != nil else { return batch }
    if let count = signedCount(of: batch, log) { return count > 0 ? batch.slice(0..<count) : nil }
    logs[held: log].signed.add(batch.first..<batch.end)
    return batch
  }

  /// - Returns: nil when all are signed.
  private mutating func signedCount(of batch: EntryBatch, _ log: LogID) -> Int? {
    let signed = logs[held: log].signed
    if let unsigned = signed.unsigned, batch.first <= unsigned, unsigned < batch.end {
      return Int(unsigned - batch.first)
    }
    // Signatures that are known are not verified again.
    let known =
      signed.range.contains(batch.first) ? min(signed.range.upperBound, batch.end) : batch.first
    let skipped = Int(known - batch.first)
    guard skipped < batch.count,
      let place = logs[held: log].accepted.identity.firstUnsigned(
        in: batch.slice(skipped..<batch.count))
    else { return nil }
    logs[held: log].signed.unsigned = known + UInt64(place)
    return skipped + place
  }
}
