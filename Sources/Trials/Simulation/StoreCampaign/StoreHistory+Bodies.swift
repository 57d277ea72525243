import Log
import Store

// Bodies that are withdrawn, hidden, removed, and that come back.
extension StoreHistory {
  func changeBodies() throws(Violation) {
    guard let number = pick(), model.logs[number].size > 0 else { return }
    let log = model.logs[number]
    var indices: [UInt64] = []
    let first = random.below(Int(log.size))
    for index in first..<min(Int(log.size), first + 8) where random.oneIn(2) {
      indices.append(UInt64(index))
    }
    // Few logs hide something: where one does, that is what is changed mostly.
    let hiding = model.logs.indices.filter {
      model.logs[$0].isAdded && model.logs[$0].hiddenBodies > 0
    }
    if !hiding.isEmpty, !random.oneIn(4) {
      return try restoreSome(hiding[random.below(hiding.count)])
    }
    switch random.below(6) {
    case 0...1: try purge(number, indices)
    case 2...3: try hide(number, indices)
    default: try withdraw()
    }
  }

  private func restoreSome(_ number: Int) throws(Violation) {
    let log = model.logs[number]
    try restore(number, (0..<log.size).filter { log.removals[$0]?.last == .hidden })
  }

  private func purge(_ number: Int, _ indices: [UInt64]) throws(Violation) {
    let state = [BodyState.purged, .purgedHere, .expired][random.below(3)]
    try change(number, indices, to: state, from: [.present, .hidden]) {
      try $0.purge($1, indices, as: state)
    }
  }

  private func hide(_ number: Int, _ indices: [UInt64]) throws(Violation) {
    // The epoch is not here, so that no withdrawal of it is looked for.
    let place = Withdrawal.Place(epoch: 2, index: UInt64(random.below(1_000)))
    try change(number, indices, to: .hidden, from: [.present]) {
      try $0.hide($1, indices, by: place, dueMinute: 7, unless: { _ in true })
    }
  }

  private func restore(_ number: Int, _ hidden: [UInt64]) throws(Violation) {
    let indices = Array(hidden.prefix(8))
    try change(number, indices, to: .present, from: [.hidden]) {
      try $0.restore($1, indices, where: { _ in true })
    }
  }

  private func change(
    _ number: Int, _ indices: [UInt64], to state: BodyState, from states: Set<BodyState>,
    _ body: (Store, LogID) throws -> Int
  ) throws(Violation) {
    let log = model.logs[number]
    let wanted = log.records(indices, in: states)
    var count = 0
    var isTaken = true
    guard
      try ask(
        "\(state) of \(log.name): \(indices)",
        {
          do {
            count = try body($0, log.id)
          } catch StoreError.busy {
            // While leaves are replaced, or one of them is on its way into or out of hiding: the
            // node asks again.
            try expect(
              log.twin != nil || indices.contains { log.removals[$0]?.isDurable == false },
              "\(log.name): a change of bodies is refused")
            isTaken = false
          }
        }),
      isTaken
    else { return }
    try expect(count == wanted.count, "\(log.name): \(count) bodies of \(wanted) become \(state)")
    model.logs[number].change(wanted, to: state)
    guard count > 0 else { return }
    points.tally.add(state == .hidden ? .hidden : state == .present ? .restored : .purged)
  }

  /// A withdrawal and what it hides: no crash leaves the first without the second.
  func withdraw() throws(Violation) {
    guard let number = pick(), model.logs[number].twin == nil, model.logs[number].prepared == nil
    else { return }
    let log = model.logs[number]
    let near = log.size > 12 ? log.size - UInt64(random.below(12)) - 1 : 0
    let indices = log.records(Array(near..<min(log.size, near + 8)), in: [.present])
      .filter { log.removals[$0] == nil }
    guard !indices.isEmpty, store?.damagedRanges(log.id).isEmpty == true else { return }
    let batch = try log.author.withdrawal(after: log.tip, of: indices, draw: random.next())
    let isBulk = random.oneIn(3)
    let index = batch.batch.first
    let place = Withdrawal.Place(epoch: log.author.identity.origin.epoch, index: index)
    guard
      try ask(
        "withdrawal at \(log.name)/\(index) of \(indices), bulk: \(isBulk)",
        { store in
          if isBulk { try store.appendBulk(batch) } else { try store.append(batch) }
          try store.hide(log.id, indices, by: place, dueMinute: 7, unless: { _ in true })
        })
    else { return }
    if let lost = mayBeSignedAgain[number], index < lost {
      points.tally.add(.signedAgain)
      mayBeSignedAgain[number] = nil
    }
    points.tally.add(.withdrawn)
    model.logs[number].append(batch)
    model.logs[number].hide(indices, by: index)
    try meetContradictions()
  }
}
