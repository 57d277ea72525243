import Log

/// Every bound of the joined store and core, with its arithmetic.
package enum ReplicaLimits {
  /// An own entry is under a checkpoint of its author after so long: SYNC-50 asks for a second.
  static let checkpointAfterMilliseconds: UInt64 = 900
  static let tokenEveryMilliseconds: UInt64 = 1_000
  /// The token may be so far behind, when it cannot be written; then nothing more is signed until
  /// it is.
  static let tokenBehindMilliseconds: UInt64 = 10_000
  /// When it is tried again to write what the node's safety depends on: a disk may be full.
  static let unsavedAgainMilliseconds: UInt64 = 5_000
  /// Fork proofs of one log that are lower than the last are written so often: each syncs two
  /// files.
  static let proofEveryMilliseconds: UInt64 = 1_000
  /// A store that is full is tried again so often.
  static let fullAgainMilliseconds: UInt64 = 1_000
  /// The expiry clock is computed again at most so often: 500 logs with 500 cosigners each take
  /// some 20 ms.
  static let expiryClockMilliseconds: UInt64 = 5_000
  /// Between pieces of work on withdrawals, of some milliseconds each.
  static let removalPauseMilliseconds: UInt64 = 20
  /// The pause before withdrawals that could not be read are read again.
  static let undecidedPauseMilliseconds: UInt64 = 60_000
  /// One author's logs take one part in so many of the disk by default: more than one can grow
  /// before it is full.
  static let logShareOfDisk: UInt64 = 8
  /// The least default, on a small disk: 100,000 entries of 2 KiB.
  static let leastDefaultLogBytes: UInt64 = 256 << 20
  /// A day's budget is written this long after a change: a kill leaves no more of it uncounted.
  static let saveTakenMilliseconds: UInt64 = 60_000
  static let limitCheckMilliseconds: UInt64 = 2_000
  /// At most one erasure receipt in so long (Protocols/entry.md, ENT-31).
  static let receiptEveryMilliseconds: UInt64 = 3_600_000
  /// A start looks for the first one after this long: withdrawals and peers have come by then.
  static let receiptFirstMilliseconds: UInt64 = 60_000
  /// A receipt that could not be signed is tried again so often.
  static let receiptAgainMilliseconds: UInt64 = 60_000
  /// Own receipts that one piece of work reads: each costs a hash for each log that is here.
  static let ownReceiptsAtOnce = 16
  /// Receipts that one piece of work reads of others: a read and a signature each.
  static let receiptsAtOnce = 64
  /// Entries that are no records, read at once.
  static let controlsAtOnce = 512
  /// Lines of one signer about one log that are kept in memory: 80 bytes each.
  package static let receiptWordsKept = 4_096
  /// Keys entries that are read in one round, with two signatures each: 10 ms.
  static let keysEntriesAtOnce = 64
  /// Entries that are no records, of 16 bytes, that are looked through at once.
  static let controlEntriesAtOnce = 1_024
  /// An entry with a public body.
  static let publicEntryBytes = EntryLayout.leafBytes + EntryLayout.maxBodyBytes
  /// Cards of which an entry is missing here are looked at again so often.
  static let blockedCardsMilliseconds: UInt64 = 60_000
  /// Transport keys that a log's earlier cards had: as many as an epoch has rotations.
  static let earlierTransportKeys = 64
}
