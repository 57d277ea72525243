public import Crypto
public import Log

/// A head that became durable.
public struct Durable: Hashable, Sendable {
  public let id: LogID
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
  public let index: UInt64
  /// The kind's number: `EntryKind`, or one that is not known here.
  public let kind: UInt8
}

/// A cosignature, and the checkpoint that it is for.
public struct StoredCosignature: Hashable, Sendable {
  public let checkpointSize: UInt64
  public let checkpointRoot: Digest
  public let cosignature: Cosignature
}
