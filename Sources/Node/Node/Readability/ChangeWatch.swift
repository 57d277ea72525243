import Log
import Readability

/// The state that a node needs to keep its journal of readability.
struct ChangeWatch {
  /// nil: nobody ever asked.
  var journal: ChangeJournal?
  /// The file that was there at the start was no journal.
  var wasLost = false
  /// A write of the journal alone is out, or one that goes before the store's batch.
  var isWriteOut = false
  /// Why the last write failed.
  var problem: String?
  /// Somebody waits for what is not on the disk yet.
  var isAwaited = false
  /// Withdrawals were being looked through: nothing is complete until that is over.
  var wasWithdrawing = false
  /// Undecided ranges as they were told last.
  var undecided: [LogID: [Range<UInt64>]] = [:]
  var seenStandingChanges: UInt64?
  /// The roster was read again.
  var areKeysDue = true
}
