import Log
import Store

/// The way to this node's next erasure receipt: look what is erased, have journals wiped, then have
/// the host sign what is more than was said before (Protocols/entry.md, ENT-31 and 32).
struct ReceiptWatch {
  enum Stage {
    case resting, looking
    /// Until no journal holds any of it.
    case wiping(ReceiptPlan)
  }

  var stage = Stage.resting
  var marks = ErasureMarks()
  var said = SaidExtents()
  /// No journal holds any of it, and the host could not sign it yet.
  var wiped: ReceiptPlan?

  /// There is work for each round.
  var isLooking: Bool { if case .looking = stage { true } else { false } }

  /// The outcome of a piece of work.
  enum Step {
    /// There is more to do, or nothing is wanted.
    case goesOn
    /// Nothing is to be said, or no journal holds any of what is: the host may sign it.
    case ends(ReceiptPlan?)
  }

  /// The time for a receipt has come, or for another try.
  mutating func begin(in store: Store) {
    guard case .resting = stage else { return }
    stage = .looking
    marks.look(in: store)
  }

  /// A bounded piece, once a round.
  /// - Parameter own: the log that the receipt is for.
  mutating func work(in store: Store, _ facts: Withdrawals.Facts, _ own: LogIdentity) -> Step {
    switch stage {
    case .resting: return .goesOn
    case .looking: return look(in: store, facts, own)
    case .wiping(let plan):
      guard !store.isWiping else { return .goesOn }
      stage = .resting
      wiped = plan
      return .ends(plan)
    }
  }

  private mutating func look(
    in store: Store, _ facts: Withdrawals.Facts, _ own: LogIdentity
  ) -> Step {
    if marks.isLooking {
      marks.work(in: store, facts)
      return .goesOn
    }
    guard said.read(own, in: store) else { return .goesOn }
    let plan = ReceiptPlan(
      of: store.logs.map(\.id), erased: marks.extent(of:), said: said.extent(of:))
    guard !plan.isEmpty, plan != wiped else {
      stage = .resting
      return .ends(plan.isEmpty ? nil : plan)
    }
    // More may have been erased since the host could not sign.
    store.wipeJournals()
    stage = .wiping(plan)
    return .goesOn
  }

  /// The host was asked, or nothing was to be said.
  /// - Parameter isSigned: false: it is tried again.
  /// - Returns: milliseconds until `begin` is to be called again.
  mutating func answered(_ isSigned: Bool) -> UInt64 {
    guard isSigned else { return ReplicaLimits.receiptAgainMilliseconds }
    wiped = nil
    return ReplicaLimits.receiptEveryMilliseconds
  }
}

/// The last word of the own receipts about each log.
struct SaidExtents {
  private var cursor = ReceiptCursor()
  /// Looked up, never iterated.
  private var extents: [LogID: ErasureExtent] = [:]
  /// The time in the newest of them.
  private(set) var newestTime: UInt64?

  func extent(of log: LogID) -> ErasureExtent { extents[log] ?? .nothing }

  /// Reads some of those that came since it was last called.
  /// - Parameter own: the log that they are in.
  /// - Returns: true when all are read.
  mutating func read(_ own: LogIdentity, in store: Store) -> Bool {
    var budget = ReplicaLimits.ownReceiptsAtOnce
    var found: [StoredReceipt] = []
    let isAtEnd = cursor.read(own, in: store, &budget) { found.append($0) }
    let logs = store.logs
    for stored in found {
      newestTime = stored.time
      for log in logs {
        guard
          let extent = stored.receipt.extent(of: log.id, in: own.id, at: stored.index),
          extent.reaches(self.extent(of: log.id))
        else { continue }
        extents[log.id] = extent
      }
    }
    return isAtEnd
  }
}
