import Crypto
import Log
import Store

/// The newest anchors of all logs, and for how long none came (Protocols/hub.md, HUB-66 to 69).
/// Derived: what was stored before the start is looked for backwards, in pieces.
struct AnchorWatch {
  struct Place: Hashable {
    let index: UInt64
    /// Unix ms, the author's claim.
    let time: UInt64
    let anchor: Anchor
  }

  /// Looked up, never iterated.
  private var newest: [LogID: Place] = [:]
  /// The newest anchors in the own log, as indices, by the log that they anchor.
  private var ownNewest: [LogID: UInt64] = [:]
  /// Everything of a log from this index on was looked at.
  private var searchedFrom: [LogID: UInt64] = [:]
  /// Minutes in which an anchor could have come and did not.
  private var silentMinutes: [LogID: UInt64] = [:]
  private let own: LogID

  init(own: LogID) { self.own = own }

  /// - Parameter size: what is stored here of the log.
  func newest(of log: LogID, below size: UInt64) -> Place? {
    newest[log].flatMap { $0.index < size ? $0 : nil }
  }

  /// nil: not overdue.
  func overdueMinutes(_ log: LogID) -> UInt64? {
    guard newest[log] != nil, let minutes = silentMinutes[log],
      minutes >= AnchorLimits.overdueMinutes
    else { return nil }
    return minutes
  }

  /// A minute went by.
  /// - Parameter mayCome: whether an anchor of the log would have come if there was one.
  mutating func minutePassed(_ logs: [LogID], mayCome: (LogID) -> Bool) {
    for log in logs where newest[log] != nil && mayCome(log) {
      silentMinutes[log, default: 0] += 1
    }
  }

  // MARK: New entries

  /// Entries that were just staged.
  mutating func staged(_ batch: EntryBatch, of log: LogID) {
    for position in 0..<batch.count {
      let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      guard kind == EntryKind.anchor.rawValue, let found = AnchorWatch.place(in: batch, position)
      else { continue }
      newest[log] = found
      silentMinutes[log] = 0
      if log == own { ownNewest[found.anchor.log] = found.index }
    }
  }

  private static func place(in batch: EntryBatch, _ position: Int) -> Place? {
    guard let body = batch.body(at: position), let anchor = try? Anchor.parse(Array(body)) else {
      return nil
    }
    let header = batch.header(at: position)
    return Place(index: header.index, time: header.time, anchor: anchor)
  }

  // MARK: Stored entries

  /// Where the search of a log begins, once: before anything of it is staged.
  mutating func begin(_ log: LogID, size: UInt64) {
    if searchedFrom[log] == nil { searchedFrom[log] = size }
  }

  /// True once the newest anchor of the log is known, or that it has none.
  func isFound(_ log: LogID) -> Bool { newest[log] != nil || searchedFrom[log] ?? 0 == 0 }

  /// The index in the own log of the newest anchor of a local log.
  enum Before: Hashable {
    /// nil: there is none.
    case known(UInt64?)
    /// Look back further.
    case unknown
    case tooManyLogs
  }

  func before(_ local: LogID) -> Before {
    if let index = ownNewest[local] { return .known(index) }
    guard searchedFrom[own] ?? 0 == 0 else { return .unknown }
    return ownNewest.count < AnchorLimits.localLogs ? .known(nil) : .tooManyLogs
  }

  /// Looks back over a piece of a log.
  mutating func lookBack(_ log: LogID, in store: Store) throws(StoreError) {
    guard let from = searchedFrom[log], from > 0 else { return }
    let entries = try store.lastControlEntries(
      log, below: from, limit: AnchorLimits.entriesOfTurn)
    var read = 0
    for entry in entries {
      if entry.kind == EntryKind.anchor.rawValue {
        guard read < AnchorLimits.anchorsOfTurn else { return }
        read += 1
        try note(entry.index, of: log, in: store)
      }
      searchedFrom[log] = entry.index
    }
    if entries.count < AnchorLimits.entriesOfTurn { searchedFrom[log] = 0 }
  }

  private mutating func note(
    _ index: UInt64, of log: LogID, in store: Store
  ) throws(StoreError) {
    let batch: EntryBatch
    do throws(StoreError) {
      batch = try store.read(log, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes)
    } catch {
      // It is mended by others' work, and until then it is none.
      guard case .damaged = error else { throw error }
      return
    }
    guard let found = AnchorWatch.place(in: batch, 0) else { return }
    if newest[log] == nil { newest[log] = found }
    if log == own, ownNewest[found.anchor.log] == nil, ownNewest.count < AnchorLimits.localLogs {
      ownNewest[found.anchor.log] = index
    }
  }
}
