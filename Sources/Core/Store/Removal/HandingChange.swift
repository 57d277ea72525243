public import Log

/// Bodies that are handed out in another way, or will be (Protocols/readability.md, READ-10 and
/// 12).
public struct HandingChange: Hashable, Sendable {
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

  public let log: LogID
  public let entries: Range<UInt64>
  public let what: What
  /// A grant is among them: what stands above may open now.
  public let hasGrant: Bool
}

extension Store {
  /// Changes since last asked, while `tellsHanding`. To be taken before each `takeBatch`.
  public func takeHandingChanges() -> [HandingChange] {
    defer { handingChanges = [] }
    return handingChanges
  }

  /// - Parameter indices: of records, ascending.
  func tell(_ what: HandingChange.What, _ log: LogID, _ indices: some Sequence<UInt64>) {
    guard tellsHanding else { return }
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

  private func tell(_ what: HandingChange.What, _ log: LogID, _ run: Range<UInt64>?) {
    guard let run else { return }
    handingChanges.append(HandingChange(log: log, entries: run, what: what, hasGrant: false))
  }

  /// An entry of any kind came, or was mended.
  func tellWhole(_ index: UInt64, of log: StoredLog) {
    guard tellsHanding else { return }
    // One whose kind cannot be read may be a grant.
    let kind = (try? kind(log, index)) ?? EntryKind.grant.rawValue
    handingChanges.append(
      HandingChange(
        log: log.id, entries: index..<(index + 1), what: .now,
        hasGrant: kind == EntryKind.grant.rawValue))
  }
}
