/// The kind of an entry. Unknown kinds are verified, stored and carried, never interpreted.
public enum EntryKind: UInt8, Sendable, CaseIterable {
  case genesis = 1
  case keys = 2
  case withdrawal = 3
  case erasureReceipt = 4
  case forkReport = 5
  case anchor = 6
  case grant = 7
  case history = 8
  case record = 9
  /// Only in the local log of a hub: who looked at what.
  case consultation = 10

  /// The suite that this kind's body has; a record's may be another one, too.
  public var suite: EntrySuite {
    switch self {
    case .genesis, .keys, .withdrawal, .erasureReceipt, .forkReport, .anchor, .consultation: .plain
    case .grant, .history: .grant
    case .record: .sealedRecord
    }
  }

  /// True for a suite that this kind's body may have (Protocols/entry.md, 3).
  public func has(_ suite: EntrySuite) -> Bool {
    suite == self.suite || (self == .record && suite == .sealedChunk)
  }

  /// True for a kind whose header may have an expiry day.
  public var mayExpire: Bool { self == .record }

  /// True for every kind that changes state: it takes effect only after its own signature was
  /// verified.
  public var isControl: Bool { self != .record }

  /// The same of the number in a header: a kind that this program does not know is one, too.
  public static func isControl(_ number: UInt8) -> Bool {
    EntryKind(rawValue: number)?.isControl ?? true
  }

  /// True for a kind whose body may be gone, hidden or expired while its leaf stays.
  /// - Parameter number: as a header has it.
  public static func mayLackBody(_ number: UInt8) -> Bool { number == record.rawValue }
}

/// The format of an entry's body.
public enum EntrySuite: UInt8, Sendable, CaseIterable {
  /// Public bytes; the design calls this suite 0, public.
  case plain = 0
  case sealedRecord = 1
  case grant = 2
  /// A chunk of a record's attachment: sealed as a record is.
  case sealedChunk = 3

  /// True for a body that an audience's key opens, and that its entry's audience tag names.
  public var isSealedToAudience: Bool { self == .sealedRecord || self == .sealedChunk }
}
