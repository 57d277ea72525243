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

  public var word: String { "\(self)" }
}

/// Entries of one log that may read otherwise than before, and their numbers: that of `first` is
/// `number`.
public struct ChangeRun: Hashable, Sendable {
  public let log: LogID
  public let first: UInt64
  public internal(set) var count: UInt64
  public let number: UInt64
  public let cause: ChangeCause

  public var entries: Range<UInt64> { first..<(first + count) }
  /// The number after its last one.
  public var endNumber: UInt64 { number + count }
}

/// The indices from which the entries of a log are marked; `.max`: none is.
public struct Standing: Hashable, Sendable {
  public var disputedFrom: UInt64
  public var lateFrom: UInt64

  public static let whole = Standing(disputedFrom: .max, lateFrom: .max)

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
  public let bytes: [UInt8]

  /// - Parameter bytes: 16 of them (a precondition).
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count == Layout.identityBytes)
    self.bytes = bytes
  }
}
