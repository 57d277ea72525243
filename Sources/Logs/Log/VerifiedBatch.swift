public import Crypto

/// Entries that extend a log: only `LogState.accept` makes them.
public struct VerifiedBatch: Sendable {
  /// As it came: every byte of it was checked.
  public let batch: EntryBatch
  /// 32 bytes an entry.
  public let leafHashes: [UInt8]
  /// The log's state before and after these entries.
  public let before: LogState
  /// The state that the next batch goes on from.
  public let after: LogState
  /// True when each entry's own signature was verified (one by one); false when only a checkpoint's
  /// above them was.
  public let signaturesVerified: Bool
  /// True when a settled branch vouches for the entries, so that a freeze does not bound them
  /// (Protocols/log.md, LOG-39).
  public let isSettled: Bool
  /// The author's mistakes, shown and counted; the entries are accepted and carried all the same.
  public let defects: [Defect]

  init(
    batch: EntryBatch, leafHashes: [UInt8], before: LogState, after: LogState,
    signaturesVerified: Bool, isSettled: Bool, defects: [Defect]
  ) {
    self.batch = batch
    self.leafHashes = leafHashes
    self.before = before
    self.after = after
    self.signaturesVerified = signaturesVerified
    self.isSettled = isSettled
    self.defects = defects
  }

  /// - Parameter position: of the entry in the batch, from 0.
  public func leafHash(at position: Int) -> Digest { Digest(leafHashes.span, at: position * 32) }
}

/// Something wrong inside an entry that is undoubtedly the author's. It never freezes anything.
public struct Defect: Hashable, Sendable {
  /// The entry's place in its log.
  public let index: UInt64
  /// One entry may have several.
  public let kind: DefectKind

  /// - Parameter index: of the entry in its log.
  public init(index: UInt64, kind: DefectKind) {
    self.index = index
    self.kind = kind
  }
}

/// Protocols/log.md, 4.
public enum DefectKind: UInt8, Sendable, CaseIterable {
  /// A nonzero audience tag on a public body or a grant.
  case tag = 1
  /// An expiry on anything but a record.
  case expiry = 2
  /// A known kind with a suite that is not its own.
  case suite = 3
  /// A genesis, keys or withdrawal body that does not parse, or is about another log.
  case body = 4
  /// The entry's own signature does not verify, under a checkpoint that does.
  case signature = 5
}
