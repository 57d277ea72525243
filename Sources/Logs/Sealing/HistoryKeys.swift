public import Log
internal import Secrets

/// The keys of one log that came by history entries, for all books of that log
/// (Protocols/sealing.md, 11). They are fed ahead of the grants: an entry opens what stands below
/// it. For one thread.
///
/// A right key is told from a wrong one where it is used: at the grant that it must give the
/// commitment of, or at the record that it must give the tag of. A wrong one is forgotten, and the
/// entry that gave it has a defect.
public final class HistoryKeys {
  /// One key: its number in the ring, and the lowest history entry that gave it.
  struct Given {
    let number: Int
    var entry: UInt64
  }

  /// History entries with something wrong in them, the first `SealingLimits.grantsNamed`. What else
  /// they give counts.
  public private(set) var defects: [(index: UInt64, defect: SealingDefect)] = []
  private let ring = KeyRing()
  /// Only ever looked up.
  private var grants: [UInt64: [Given]] = [:]
  private var records: [UInt64: [Given]] = [:]

  /// Knows no key.
  public init() {}

  /// Takes a history entry, in any order.
  ///
  /// - Parameters:
  ///   - header: of an entry whose **own signature was verified**.
  ///   - body: as stored, matching the header's body hash.
  ///   - author: the node that the log is of.
  /// - Returns: what it gives, and whether any key of it is new; nil if it gives this node nothing.
  public func handleHistory(
    header: EntryHeader, body: [UInt8], author: NodeName, keys: GrantKeys
  ) -> (head: HistoryHead, isNew: Bool)? {
    let opening = History.open(header: header, body: body, author: author, keys: keys)
    switch consume opening {
    case .notReceiver: return nil
    case .presharedKeyMissing: return nil
    case .defect(let defect):
      note(defect, at: header.index)
      return nil
    case .receiver(let content): return (content.head, keep(content, at: header.index))
    }
  }

  /// Keys that are kept.
  var count: Int { ring.count }

  private func keep(_ content: borrowing HistoryContent, at entry: UInt64) -> Bool {
    let head = content.head
    var isNew = false
    for (number, index) in head.grants.enumerated() {
      content.withKey(number) { key in
        if keep(key, &grants[index, default: []], entry) { isNew = true }
      }
    }
    for (number, index) in head.records.enumerated() {
      content.withKey(head.grants.count + number) { key in
        if keep(key, &records[index, default: []], entry) { isNew = true }
      }
    }
    return isNew
  }

  /// - Returns: whether the key is new.
  private func keep(_ key: Span<UInt8>, _ known: inout [Given], _ entry: UInt64) -> Bool {
    for place in known.indices where ring.holds(key, at: known[place].number) {
      known[place].entry = min(known[place].entry, entry)
      return false
    }
    guard known.count < SealingLimits.historyKeysTried, ring.count < SealingLimits.historyKeys
    else {
      note(.tooManyKeys, at: entry)
      return false
    }
    known.append(Given(number: ring.append(key), entry: entry))
    return true
  }

  private func note(_ defect: SealingDefect, at entry: UInt64) {
    guard defects.count < SealingLimits.grantsNamed,
      !defects.contains(where: { $0.index == entry && $0.defect == defect })
    else { return }
    defects.append((entry, defect))
  }

  // MARK: Use

  /// Calls `body` with each key that was given for a grant, and with the entry that gave it, until
  /// it answers.
  ///
  /// - Parameter body: throws `commitment` where the key is not the grant's.
  func tryKeys<R>(
    ofGrant index: UInt64, _ body: (Span<UInt8>, UInt64) throws(SealingDefect) -> R
  ) throws(SealingDefect) -> R? {
    for given in grants[index] ?? [] {
      do throws(SealingDefect) {
        return try ring.withKey(given.number) { key throws(SealingDefect) in
          try body(key, given.entry)
        }
      } catch {
        guard error == .commitment else { throw error }
        refuse(given, &grants[index, default: []])
      }
    }
    return nil
  }

  /// Calls `body` with each key that was given for a record, until it answers.
  ///
  /// - Parameter body: nil where the key does not give the record's tag.
  func tryKeys<R: ~Copyable, E: Error>(
    ofRecord index: UInt64, _ body: (Span<UInt8>) throws(E) -> R?
  ) throws(E) -> R? {
    for given in records[index] ?? [] {
      if let found = try ring.withKey(given.number, body) { return found }
      refuse(given, &records[index, default: []])
    }
    return nil
  }

  private func refuse(_ given: Given, _ known: inout [Given]) {
    known.removeAll { $0.number == given.number }
    note(.wrongKey, at: given.entry)
  }
}

extension KeyRing {
  /// Compares in the time that 32 bytes take.
  fileprivate func holds(_ key: Span<UInt8>, at number: Int) -> Bool {
    withKey(number) { held in
      var difference: UInt8 = 0
      for index in 0..<32 { difference |= held[index] ^ key[index] }
      return difference == 0
    }
  }
}
