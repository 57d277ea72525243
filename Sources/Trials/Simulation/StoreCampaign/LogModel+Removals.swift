import Log
import Store

// Bodies that are hidden, removed, or come back.
extension LogModel {
  struct Removal {
    /// States that a crash may leave: the first is durable, the last was asked for last.
    var possible: [BodyState]
    /// Where the entry is durable, the body is not as it was before the withdrawal.
    var withdrawal: (index: UInt64, from: Int)?

    func left(size: UInt64) -> ArraySlice<BodyState> {
      guard let withdrawal, withdrawal.index < size else { return possible[...] }
      return possible[withdrawal.from...]
    }

    var last: BodyState { possible[possible.count - 1] }
    var isDurable: Bool { possible.count == 1 }
    /// States that a running store may show: a body that comes back is shown when that is on disk.
    var shown: [BodyState] {
      last == .present && !isDurable ? [.hidden, .present] : [last]
    }
  }

  /// - Returns: of these entries the records whose bodies are in one of these states.
  func records(_ indices: [UInt64], in states: Set<BodyState>) -> [UInt64] {
    indices.filter { index in
      let kind = leaves[Int(index) * EntryLayout.leafBytes + EntryLayout.kind]
      return EntryKind.mayLackBody(kind) && states.contains(removals[index]?.last ?? .present)
    }
  }

  mutating func change(_ indices: [UInt64], to state: BodyState) {
    for index in indices {
      removals[index, default: Removal(possible: [.present])].possible.append(state)
    }
  }

  /// The entry there withdraws them.
  mutating func hide(_ indices: [UInt64], by withdrawal: UInt64) {
    change(indices, to: .hidden)
    for index in indices {
      let from = (removals[index]?.possible.count ?? 1) - 1
      removals[index]?.withdrawal = (withdrawal, from)
    }
  }

  /// The states that a crash left, where it may have undone some.
  mutating func settleRemovals(_ store: Store) {
    var settled: [UInt64: Removal] = [:]
    for (index, removal) in removals where index < size {
      let found = try? store.bodyState(id, index)
      settled[index] = found.map { Removal(possible: [$0]) } ?? removal
    }
    removals = settled
    makeRemovalsDurable()
  }

  mutating func makeRemovalsDurable() {
    removals = removals.mapValues { Removal(possible: [$0.last]) }.filter {
      $0.value.last != .present
    }
  }

  /// Bodies that are gone for good: those that must be, and those that may be.
  var goneBodies: ClosedRange<Int> {
    let finals = removals.values.map { $0.possible.count { $0 != .present && $0 != .hidden } }
    let sure = zip(removals.values, finals).count { $0.possible.count == $1 }
    return sure...finals.count { $0 > 0 }
  }

  var hiddenBodies: Int { removals.values.count { $0.last == .hidden } }
}
