import Log

// Hidden bodies, looked at by the scrub: erased when that is due, and not on the word of an index
// record alone (Protocols/entry.md, ENT-23 and 24).
extension Withdrawals {
  mutating func examineHidden(
    _ range: Range<UInt64>, of identity: LogIdentity, in store: Store, _ facts: Facts
  ) {
    guard let hidden = try? store.hiddenBodies(identity.id, range), !hidden.isEmpty else { return }
    var due: [(place: Withdrawal.Place, indices: [UInt64])] = []
    for body in hidden {
      guard counts(body.withdrawal, for: identity, in: store, facts) else {
        // One that is not here at all: a crash took it, or a bit flipped.
        if store.logs(of: body.withdrawal, for: identity).allSatisfy({
          body.withdrawal.index >= store.state($0.id)?.size ?? 0
        }) {
          suspects.note(body.index, of: identity.id, by: body.withdrawal)
        }
        recheck(identity.origin.name)
        continue
      }
      // The running time went back, or a bit flipped: it waits for as long as it may wait, and no
      // longer.
      if body.dueMinute > facts.dueMinute {
        queue.add(.hide(body.withdrawal), identity.id, [body.index])
      } else if body.dueMinute <= facts.minute {
        if due.last?.place != body.withdrawal { due.append((body.withdrawal, [])) }
        due[due.count - 1].indices.append(body.index)
      }
    }
    for (place, indices) in due { erase(indices, of: identity, by: place, in: store) }
  }

  /// The withdrawal itself must name them. One that cannot be read now is waited for.
  private mutating func erase(
    _ indices: [UInt64], of identity: LogIdentity, by place: Withdrawal.Place, in store: Store
  ) {
    let word = WithdrawalReader(store: store).word(of: place, for: identity)
    queue.add(.purge(place), identity.id, indices.filter(word.names.contains))
    let others = indices.filter { !word.names.contains($0) }
    guard !others.isEmpty, !word.isUnreadable else { return }
    for index in others { suspects.note(index, of: identity.id, by: place) }
    recheck(identity.origin.name)
  }
}

/// Hidden bodies whose index records name something that seems not to withdraw them. A pass hides
/// again, by the right withdrawal, what is withdrawn; then these come back.
struct SuspectMarks {
  private var places: [LogID: [UInt64: Withdrawal.Place]] = [:]
  private var count = 0

  /// A mark that finds no room is found again by the next pass of the scrub.
  mutating func note(_ index: UInt64, of log: LogID, by place: Withdrawal.Place) {
    guard count < Limits.withdrawalsSuspected else { return }
    if places[log, default: [:]].updateValue(place, forKey: index) == nil { count += 1 }
  }

  func contains(_ body: HiddenBody, of log: LogID) -> Bool {
    places[log]?[body.index] == body.withdrawal
  }

  mutating func take(
    of name: NodeName, in store: Store
  ) -> [(LogID, Withdrawal.Place, [UInt64])] {
    var taken: [(LogID, Withdrawal.Place, [UInt64])] = []
    for log in store.logs where log.origin.name == name {
      guard let noted = places.removeValue(forKey: log.id) else { continue }
      count -= noted.count
      for (index, place) in noted.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
        if taken.last?.0 != log.id || taken.last?.1 != place { taken.append((log.id, place, [])) }
        taken[taken.count - 1].2.append(index)
      }
    }
    return taken
  }
}
