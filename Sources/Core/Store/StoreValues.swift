public import Crypto
public import Log

/// A head that became durable.
public struct Durable: Hashable, Sendable {
  /// The log whose head moved.
  public let id: LogID
  /// A crash now leaves at least this.
  public let head: LogHead
}

/// The outcome of an added checkpoint.
public enum CheckpointOutcome: Hashable, Sendable {
  /// It agrees with the stored tree, and it is the newest: staged.
  case stored
  /// Held already, or older than the newest and in agreement with the tree: nothing to keep.
  case known
  /// It is above the log's size: the newest such is kept and compared when the log gets there.
  case ahead
  /// The stored tree has another root at that size: kept as evidence, never to be cosigned.
  case contradiction(ownRoot: Digest)
}

/// An entry that is not a record.
public struct ControlEntry: Hashable, Sendable {
  /// The entry's.
  public let index: UInt64
  /// The kind's number: `EntryKind`, or one that is not known here.
  public let kind: UInt8
}

/// A cosignature, and the checkpoint that it is for.
public struct StoredCosignature: Hashable, Sendable {
  /// Entries under it, at least 1.
  public let checkpointSize: UInt64
  /// The RFC 6962 root of these.
  public let checkpointRoot: Digest
  /// As received: its validity was checked before it was stored.
  public let cosignature: Cosignature
}
