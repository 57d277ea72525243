import Log

/// How the bodies of one log are handed out, where that is not what its files say.
struct BodyHanding {
  private struct StagedState {
    let state: BodyState
    let withdrawal: WithdrawalMark?
  }

  /// Bodies whose removal or hiding, or its end, is staged and not in log files yet, as they are
  /// meanwhile. Looked up, never iterated.
  private var staged: [UInt64: StagedState] = [:]
  /// Records that were withdrawn and cannot be hidden yet. Looked up, never iterated.
  private(set) var veiled: Set<UInt64> = []
  /// Records that a withdrawal may name which was not looked at since that became unclear (STO-71).
  private(set) var undecided = EntryRanges()

  /// Every body is handed out as its files say.
  var isEmpty: Bool { staged.isEmpty && veiled.isEmpty && undecided.isEmpty }

  /// A change of a body's state is on its way.
  var isChanging: Bool { !staged.isEmpty }

  /// The state of a body that is on its way to another one; nil: it is not.
  func stagedState(of index: UInt64) -> BodyState? { staged[index]?.state }

  /// The withdrawal of a body that is on its way.
  func stagedWithdrawal(of index: UInt64) -> WithdrawalMark? { staged[index]?.withdrawal }

  /// How the body of an entry is handed out whose files say `state`. Records alone are withdrawn.
  func state(of index: UInt64, stored state: BodyState, kind: UInt8) -> BodyState {
    if let staged = staged[index] { return staged.state }
    guard state == .present else { return state }
    if veiled.contains(index) { return .hidden }
    guard undecided.contains(index), EntryKind.mayLackBody(kind) else { return state }
    return .absent
  }

  // MARK: Changes

  /// - Parameter change: a body that comes back is not handed out before that is on the disk.
  mutating func stage(_ change: StateChange, of index: UInt64) {
    staged[index] = StagedState(
      state: change.state.isFinal ? change.state : .hidden, withdrawal: change.withdrawal)
  }

  /// The log files have it.
  mutating func didChange(_ index: UInt64) { staged[index] = nil }

  mutating func veil(_ indices: [UInt64]) { veiled.formUnion(indices) }

  /// - Returns: those that were veiled.
  mutating func unveil(_ indices: [UInt64]) -> [UInt64] {
    guard !veiled.isEmpty else { return [] }
    let known = indices.filter(veiled.contains)
    veiled.subtract(known)
    return known
  }

  /// The withdrawals that may name them are to be looked at first. Entries that find no room in the
  /// list take all that is here with them.
  /// - Parameter size: entries that are here.
  mutating func doubt(_ entries: Range<UInt64>, of size: UInt64) {
    undecided.insert(entries)
    guard let first = entries.first, !undecided.contains(first) else { return }
    undecided.insert(0..<size)
  }

  /// The withdrawals were looked at: what is withdrawn was hidden.
  mutating func trust(_ entries: EntryRanges) {
    for range in entries.ranges { undecided.remove(range) }
  }
}
