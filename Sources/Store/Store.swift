public import Crypto
public import Log

/// All logs of a node on one disk (Protocols/store.md). It does no input or output of its own but
/// reads: changes are staged, handed out as `DiskBatch`, and count when `completed` says so.
///
/// Methods are of four kinds: getters and reads; commands (`addLog`, `append…`, `add…`, `settle`,
/// `retry`), which stage; `takeBatch`, which gives the next disk work; and `completed`. Used from
/// one thread only. At most one batch is out at a time.
public final class Store {
}

/// A head that became durable.
public struct Durable: Hashable, Sendable {
  public let id: LogID
  public let head: LogHead
}

/// What became of an added checkpoint.
public enum CheckpointOutcome: Hashable, Sendable {
  /// It agrees with the stored tree, and it is the newest: staged.
  case stored
  /// Held already, or older than the newest and in agreement with the tree: nothing to keep.
  case known
  /// Above the log's size: the newest such is kept and compared when the log gets there.
  case ahead
  /// The stored tree has another root at that size: kept as evidence, never to be cosigned.
  case contradiction(ownRoot: Digest)
}

/// An entry that is not a record.
public struct ControlEntry: Hashable, Sendable {
  public let index: UInt64
  public let kind: UInt8
}

/// A cosignature, and the checkpoint that it is for.
public struct StoredCosignature: Hashable, Sendable {
  public let checkpointSize: UInt64
  public let checkpointRoot: Digest
  public let cosignature: Cosignature
}

extension Store {
  /// Makes an empty store in the data folder. Synchronous. The `format` file comes last: a crash
  /// before leaves no store, and `create` can be repeated.
  /// - Parameter salt: 32 random bytes, which keep a stored body from passing for a journal frame.
  public static func create(on disk: any Disk, salt: Bytes32, limits: StoreLimits = StoreLimits())
    throws(StoreError)
  { fatalError() }
  /// Opens and recovers the store: replays both journals into the log files, cuts what was never
  /// acknowledged, begins a new journal. Synchronous.
  public static func open(on disk: any Disk, limits: StoreLimits = StoreLimits())
    throws(StoreError) -> Store
  { fatalError() }

  /// In the order of their origins.
  public var logs: [LogIdentity] { fatalError() }
  public var condition: StoreCondition { fatalError() }
  /// Everything staged included.
  public func state(_ id: LogID) -> LogState? { fatalError() }
  /// What a crash now would leave at least.
  public func durableHead(_ id: LogID) -> LogHead? { fatalError() }
  /// What open found wrong in log files; the logs concerned are not loaded.
  public var damage: [Damage] { fatalError() }

  public func addLog(_ identity: LogIdentity) throws(StoreError) { fatalError() }
  public func append(_ batch: VerifiedBatch) throws(StoreError) { fatalError() }
  /// - Parameter moreFollows: the head may wait for more data or for `settle`.
  public func appendBulk(_ batch: VerifiedBatch, moreFollows: Bool = false) throws(StoreError) {
    fatalError()
  }
  /// Makes what came by `appendBulk` durable without waiting for more.
  public func settle() { fatalError() }
  /// Freezes the log at `index` (or keeps an earlier freeze).
  public func freeze(_ id: LogID, at index: UInt64) throws(StoreError) { fatalError() }

  public func addCheckpoint(_ checkpoint: VerifiedCheckpoint) throws(StoreError)
    -> CheckpointOutcome
  { fatalError() }
  public func newestCheckpoint(_ id: LogID) -> VerifiedCheckpoint? { fatalError() }
  public func checkpoint(_ id: LogID, size: UInt64) throws(StoreError) -> VerifiedCheckpoint? {
    fatalError()
  }
  /// Checkpoints that turned out to contradict the log when it grew to their size, since last asked.
  public func takeContradictions() -> [VerifiedCheckpoint] { fatalError() }
  public func addCosignature(_ id: LogID, checkpoint: VerifiedCheckpoint, _ cosignature: Cosignature)
    throws(StoreError)
  { fatalError() }
  /// The newest of each cosigner, by name.
  public func cosignatures(_ id: LogID) -> [StoredCosignature] { fatalError() }

  public func takeBatch() -> DiskBatch? { fatalError() }
  public func completed(token: UInt64, error: DiskError?) -> [Durable] { fatalError() }
  /// After `.full`: asks for room again.
  public func retry() { fatalError() }
  /// Does everything that is staged on the disk, synchronously, and syncs the log files.
  public func flush() throws(StoreError) -> [Durable] { fatalError() }

  public func read(_ id: LogID, _ range: Range<UInt64>, maxBytes: Int) throws(StoreError)
    -> EntryBatch
  { fatalError() }
  public func leafHash(_ id: LogID, _ index: UInt64) throws(StoreError) -> Digest { fatalError() }
  public func root(_ id: LogID, size: UInt64) throws(StoreError) -> Digest { fatalError() }
  public func consistencyProof(_ id: LogID, from: UInt64, to: UInt64) throws(StoreError) -> [Digest]
  { fatalError() }
  public func inclusionProof(_ id: LogID, index: UInt64, size: UInt64) throws(StoreError)
    -> [Digest]
  { fatalError() }
  public func controlEntries(_ id: LogID, from index: UInt64) throws(StoreError) -> [ControlEntry] {
    fatalError()
  }
}
