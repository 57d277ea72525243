public import Log

/// Why entries are told anew (Protocols/readability.md, READ-9 and 17).
public enum ChangeCause: UInt8, Sendable, CaseIterable {
  /// A body was hidden, purged, expired, came, came back or was mended.
  case body = 1
  /// A grant came, or counts as lost.
  case grant = 2
  /// Keys were added or went.
  case keys = 3
  /// The log is disputed or late from another index on.
  case standing = 4
  /// Damage or undecided records begin or end.
  case damage = 5
  /// It was in doubt when the node ended.
  case doubt = 6

  /// As a page says it: `body`, `grant`, …
  public var word: String { "\(self)" }
}

/// Entries of one log that may read otherwise than before, and their numbers: that of `first` is
/// `number`.
public struct ChangeRun: Hashable, Sendable {
  /// All entries of a run are of one log.
  public let log: LogID
  /// The index of the first entry.
  public let first: UInt64
  /// At least 1; it grows while the run is not on the disk.
  public internal(set) var count: UInt64
  /// The first entry's number; the others follow it one by one.
  public let number: UInt64
  /// One for the whole run.
  public let cause: ChangeCause

  /// The indices of the entries.
  public var entries: Range<UInt64> { first..<(first + count) }
  /// The number after its last one.
  public var endNumber: UInt64 { number + count }
}

/// The indices from which the entries of a log are marked; `.max`: none is.
public struct Standing: Hashable, Sendable {
  /// The freeze, unless an opening settled the branch.
  public var disputedFrom: UInt64
  /// The size at which the next epoch says that this one ended.
  public var lateFrom: UInt64

  /// No entry is marked.
  public static let whole = Standing(disputedFrom: .max, lateFrom: .max)

  /// - Parameter disputedFrom: an index, as `lateFrom`; `.max` for none.
  public init(disputedFrom: UInt64, lateFrom: UInt64) {
    self.disputedFrom = disputedFrom
    self.lateFrom = lateFrom
  }

  /// The index from which marks may differ between this and the other; nil: nowhere.
  func firstDifference(to other: Standing) -> UInt64? {
    let disputed =
      disputedFrom == other.disputedFrom ? nil : min(disputedFrom, other.disputedFrom)
    let late = lateFrom == other.lateFrom ? nil : min(lateFrom, other.lateFrom)
    return [disputed, late].compactMap { $0 }.min()
  }
}

/// The 16 random bytes of a journal, or of one start of it.
public struct RandomName: Hashable, Sendable {
  /// 16 bytes.
  public let bytes: [UInt8]

  /// - Parameter bytes: 16 of them (a precondition).
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count == Layout.identityBytes)
    self.bytes = bytes
  }
}
