package import Log
package import Store

/// The words of all receipts here about some logs: the subjects. Read in pieces, from
/// each log's beginning on, and further as more come (Protocols/entry.md, ENT-33).
package struct ReceiptBook {
  /// A line of a receipt, by its signer's word.
  package struct Word: Hashable, Sendable {
    /// The receipt's place in its signer's log.
    package let index: UInt64
    /// Milliseconds since 1970, as the signer claims.
    package let time: UInt64
    package let extent: ErasureExtent
    /// It says less than an earlier one of the same log: a defect, and what was said before stands
    /// (ENT-30).
    package let isLess: Bool
  }

  /// The logs that the book is about.
  package let subjects: [LogID]
  private var cursors: [LogID: ReceiptCursor] = [:]
  /// By the signer's log, then by the subject. Looked up, never iterated.
  private var words: [LogID: [LogID: [Word]]] = [:]
  private let wordsKept: Int
  /// The log to go on with.
  private var place = 0

  /// - Parameter wordsKept: of one signer about one subject.
  package init(about subjects: [LogID], wordsKept: Int = ReplicaLimits.receiptWordsKept) {
    self.subjects = subjects
    self.wordsKept = wordsKept
  }

  /// Reads some of what was not read yet.
  /// - Returns: true when all that is here is read.
  package mutating func work(in store: Store) -> Bool {
    let logs = store.logs
    var budget = ReplicaLimits.receiptsAtOnce
    for _ in logs.indices {
      if place >= logs.count { place = 0 }
      guard read(logs[place], in: store, &budget) else { return false }
      place += 1
    }
    return true
  }

  /// Lines of one signer's log about a subject, in their order.
  package func words(of signer: LogID, about subject: LogID) -> [Word] {
    words[signer]?[subject] ?? []
  }

  /// The first word of a signer that confirms the withdrawal at `index` of a subject: it names a
  /// withdrawal that stands there, at that index or above.
  package func confirmation(
    of index: UInt64, in subject: LogID, by signer: LogID, _ store: Store
  ) -> Word? {
    words(of: signer, about: subject).first { word in
      guard !word.isLess, let named = word.extent.withdrawal, named.index >= index else {
        return false
      }
      return ReceiptBook.stands(named, in: subject, store)
    }
  }

  /// True when the entry at that index is a withdrawal with that hash: else the signer saw another
  /// branch, made it up, or the entry is not here yet.
  package static func stands(
    _ named: ErasedWithdrawal, in log: LogID, _ store: Store
  ) -> Bool {
    guard named.index < store.state(log)?.size ?? 0,
      (try? store.leafHash(log, named.index)) == named.leafHash,
      let entry = try? store.controlEntries(log, from: named.index, limit: 1).first
    else { return false }
    return entry.index == named.index && entry.kind == EntryKind.withdrawal.rawValue
  }

  private mutating func read(
    _ signer: LogIdentity, in store: Store, _ budget: inout Int
  ) -> Bool {
    var found: [StoredReceipt] = []
    let isAtEnd = cursors[signer.id, default: ReceiptCursor()]
      .read(signer, in: store, &budget) { found.append($0) }
    for stored in found {
      for subject in subjects {
        guard
          let extent = stored.receipt.extent(of: subject, in: signer.id, at: stored.index)
        else { continue }
        note(extent, of: stored, about: subject, by: signer.id)
      }
    }
    return isAtEnd
  }

  private mutating func note(
    _ extent: ErasureExtent, of stored: StoredReceipt, about subject: LogID, by signer: LogID
  ) {
    var known = words[signer]?[subject] ?? []
    let before = known.last { !$0.isLess }?.extent ?? .nothing
    known.append(
      Word(
        index: stored.index, time: stored.time, extent: extent,
        isLess: !extent.reaches(before)))
    // The oldest goes: what it confirmed is confirmed by the next one, at a later time.
    if known.count > wordsKept { known.removeFirst() }
    words[signer, default: [:]][subject] = known
  }
}
