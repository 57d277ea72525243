/// One batch's worth of disk work, and what its completion means.
struct Work {
  enum Kind {
    /// `retires`: its frame says that the older journal is no longer needed.
    case commit(JournalPosition, count: Int, retires: Bool)
    case apply(count: Int)
    case bulk([BulkSegment])
    case sync([SyncTarget])
    /// Verified bytes for damaged places, and the syncs behind them.
    case mend(count: Int)
    /// Zeros in the journal that is not written, up to this offset.
    case wipe(upTo: UInt64)
    case reserve

    var commitCount: Int {
      if case .commit(_, let count, _) = self { count } else { 0 }
    }
  }

  let kind: Kind
  let operations: [DiskOperation]

  init(kind: Kind, operations: [DiskOperation]) {
    self.kind = kind
    self.operations = operations
  }

  init(syncing targets: [SyncTarget]) {
    self.init(kind: .sync(targets), operations: targets.map(\.operation))
  }
}

/// The meaning of completed work for the logs; the pipeline has taken note of it.
enum Completion {
  /// Durable, in this order; `mendedFrames`: nobody reads the journal any more that had them.
  case committed(ArraySlice<StagedChange>, mendedFrames: [Damage])
  /// In log files, in this order.
  case applied(ArraySlice<CommittedChange>)
  case mended([Mend])
  /// Nothing for the logs, or an error.
  case none
}

/// A change that is journaled, or about to be, and the log that it is of.
struct StagedChange {
  let log: StoredLog
  let record: JournalRecord
  var segment: TailSegment?
  var purge: Purge?
  var replacing: Replacing?

  /// Bytes of entries and bodies that are on their way until it is applied.
  var appliedBytes: Int {
    if let segment { return segment.bytes }
    if case .body(let body) = record { return body.bytes.count }
    return 0
  }
}

/// A change that is not in log files yet, and the generation of the journal that holds it.
struct CommittedChange {
  let generation: UInt64
  let change: StagedChange
}

/// Bytes that are known to be right, for places where others are. Writing them any number of times
/// is the same as once, so they need no journal: a crash leaves damage that is found again.
struct Mend {
  let log: StoredLog
  let operations: [DiskOperation]
  /// Whole when this is done.
  let entries: [UInt64]
  let damage: [Damage]
  /// The log's newest leaf, if it is among it.
  let lastLeaf: [UInt8]?

  var bytes: Int {
    operations.reduce(0) { sum, operation in
      if case .write(_, _, let bytes) = operation { sum + bytes.count } else { sum }
    }
  }
}
