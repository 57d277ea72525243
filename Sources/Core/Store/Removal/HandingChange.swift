public import Log

/// Bodies that are handed out in another way, or will be (Protocols/readability.md, READ-10 and
/// 12).
public struct HandingChange: Hashable, Sendable {
  /// The moment of the change, on its way to the disk.
  public enum What: Hashable, Sendable {
    /// A commit that changes it waits; they are handed out otherwise already if `isTold`.
    case staged(isTold: Bool)
    /// Log files have what was staged; they are handed out again if `isBack`.
    case settled(isBack: Bool)
    /// They are handed out otherwise now. No journal says so.
    case now
    /// They are not handed out until that is staged, and it may be done by a start instead, without
    /// a word.
    case veiled
  }

  /// The log of the bodies.
  public let log: LogID
  /// Entries one after the other, at least one.
  public let entries: Range<UInt64>
  /// How far the change is.
  public let what: What
  /// A grant is among them: what stands above may open now.
  public let hasGrant: Bool
}

/// Changes in how bodies are handed out, for whoever keeps a journal of them.
struct HandingChanges {
  /// Somebody takes them.
  var isWanted = false
  private var changes: [HandingChange] = []

  mutating func take() -> [HandingChange] {
    defer { changes = [] }
    return changes
  }

  /// - Parameter indices: of records, ascending.
  mutating func tell(_ what: HandingChange.What, _ log: LogID, _ indices: some Sequence<UInt64>) {
    guard isWanted else { return }
    var run: Range<UInt64>?
    for index in indices {
      if let begun = run, begun.upperBound == index {
        run = begun.lowerBound..<(index + 1)
        continue
      }
      tell(what, log, run)
      run = index..<(index + 1)
    }
    tell(what, log, run)
  }

  private mutating func tell(_ what: HandingChange.What, _ log: LogID, _ run: Range<UInt64>?) {
    guard let run else { return }
    changes.append(HandingChange(log: log, entries: run, what: what, hasGrant: false))
  }

  /// An entry of any kind came, or was mended.
  /// - Parameter kind: of the entry.
  mutating func tellWhole(_ index: UInt64, of log: LogID, kind: () -> UInt8) {
    guard isWanted else { return }
    changes.append(
      HandingChange(
        log: log, entries: index..<(index + 1), what: .now,
        hasGrant: kind() == EntryKind.grant.rawValue))
  }

  // MARK: Purges

  mutating func tellStaged(_ purge: Purge) {
    // A body that is not handed out and will not be is nothing new.
    tell(.staged(isTold: !purge.comesBack), purge.id, purge.toldIndices)
  }

  mutating func tellSettled(_ purge: Purge) {
    tell(.settled(isBack: purge.comesBack), purge.id, purge.toldIndices)
  }
}

extension Purge {
  fileprivate var comesBack: Bool { change.state == .present }

  fileprivate var toldIndices: some Sequence<UInt64> {
    bodies.lazy.filter { comesBack || $0.place.state == .present }.map(\.index)
  }
}

extension Store {
  /// Somebody asks `takeHandingChanges`.
  public var tellsHanding: Bool {
    get { handing.isWanted }
    set { handing.isWanted = newValue }
  }

  /// Changes since last asked, while `tellsHanding`. To be taken before each `takeBatch`.
  public func takeHandingChanges() -> [HandingChange] { handing.take() }

  func tellWhole(_ index: UInt64, of log: StoredLog) {
    // One whose kind cannot be read may be a grant.
    handing.tellWhole(index, of: log.id) {
      (try? files(of: log).kind(of: index)) ?? EntryKind.grant.rawValue
    }
  }
}
