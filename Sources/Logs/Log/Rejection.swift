/// Why a batch did not become part of a log (Protocols/log.md, 3).
public enum Rejection: Error, Sendable {
  /// Ours or the sender's: drop, count, try elsewhere. It says nothing about the author.
  case failure(AcceptanceFailure)
  /// Provable misbehaviour of the log key: keep the evidence, freeze the log at its index.
  case fault(AuthorFault)
}

/// Why entries were not taken, though their author need not be at fault.
public enum AcceptanceFailure: Error, Hashable, Sendable {
  /// No entries.
  case empty
  /// The batch does not begin at the log's size.
  case notNext(expected: UInt64)
  /// The log is frozen from this index on.
  case frozen(at: UInt64)
  /// A leaf breaks a rule, and no checkpoint says that the author wrote it.
  case brokenRule(EntryRule, index: UInt64)
  /// The entry's own signature does not verify.
  case signature(index: UInt64)
  /// A body that came with its leaf does not hash to the leaf's body hash.
  case bodyHash(index: UInt64)
  /// The checkpoint is another log's.
  case otherLog
  /// The batch ends above the checkpoint.
  case aboveCheckpoint(size: UInt64)
  /// The stored log with the batch appended is no prefix of the checkpoint's tree: the chunk, the
  /// proof or what is stored is wrong.
  case notUnderCheckpoint

  /// A body is wrong by its own leaf: that needs nothing else to see.
  public var isOfBody: Bool { if case .bodyHash = self { true } else { false } }
}

/// The rules that every leaf keeps. A leaf under a valid checkpoint that breaks one is an author
/// fault. The numbers are those of encoded faults.
public enum EntryRule: UInt8, Sendable, CaseIterable {
  /// The first 16 bytes are "liaison-entry/v1".
  case domain = 1
  case logID = 2
  /// The index is the leaf's position.
  case index = 3
  /// `previous` is the hash of the predecessor's header; zeros at 0.
  case previous = 4
  /// The body is at most 1 MiB long.
  case bodyLength = 5
  /// Genesis is the entry at 0, and no other.
  case genesis = 6
}
