import Crypto
import Log
import Store

// Steps of a case: each asks something of the store, drawn from the case's seed.
extension StoreHistory {
  func step() throws(Violation) {
    guard let store else { return }
    if store.condition == .full {
      if random.oneIn(4) { return try waitForRoom() }
    }
    switch random.below(24) {
    case 0...4: try append(upTo: 8, bulk: false)
    case 5: try append(upTo: 40, bulk: false)
    case 6, 7: try append(upTo: 30, bulk: true)
    case 8: try checkpoint()
    case 9: try ahead()
    case 10: if random.oneIn(2) { try cosign() } else { try changeBodies() }
    case 11: try rare()
    case 12 where random.oneIn(2): try twin()
    case 12:
      chronicle.say("settle")
      store.settle()
    case 13: if random.oneIn(2) { try read() } else { try twin() }
    default: try work()
    }
  }

  func pick() -> Int? {
    let there = model.logs.indices.filter { model.logs[$0].isAdded }
    return there.isEmpty ? nil : there[random.below(there.count)]
  }

  private func rare() throws(Violation) {
    switch random.below(8) {
    case 0: try freeze()
    case 1: try flush()
    case 2: try contradict()
    case 3: try changeBodies()
    case 4: try withdraw()
    default: try addLog()
    }
  }

  /// Takes what a full store refuses.
  func ask(_ what: String, _ body: (Store) throws -> Void) throws(Violation) -> Bool {
    guard let store else { return false }
    chronicle.note(what)
    chronicle.say(what)
    do {
      try body(store)
      return true
    } catch StoreError.full {
      try expect(store.condition == .full, "refused as full, and it is not")
      points.tally.add(.fullRefused)
    } catch StoreError.frozen {
      points.tally.add(.frozenRefused)
    } catch {
      throw Violation("\(what): \(error)")
    }
    return false
  }

  private func append(upTo most: Int, bulk: Bool) throws(Violation) {
    guard let number = pick() else { return try addLog() }
    guard model.logs[number].twin == nil else { return }
    let log = model.logs[number]
    let bodyBytes = random.oneIn(8) ? 1500 : 160
    let drawn = try log.author.entries(
      after: log.tip, count: 1 + random.below(most), draw: random.next(), bodyBytes: bodyBytes)
    let batch = log.prepared ?? drawn
    let more = random.oneIn(2)
    let what = "append \(batch.batch.count) to \(log.name) at \(batch.batch.first)"
    let taken = try ask(bulk ? "\(what), bulk" : what) { store in
      if bulk {
        try store.appendBulk(batch, moreFollows: more)
      } else {
        try store.append(batch)
      }
    }
    guard taken else { return }
    if bulk { points.tally.add(.bulkTaken) }
    if let lost = mayBeSignedAgain[number], batch.batch.first < lost {
      points.tally.add(.signedAgain)
      mayBeSignedAgain[number] = nil
    }
    model.logs[number].append(batch)
    try meetContradictions()
  }

  func meetContradictions() throws(Violation) {
    for checkpoint in store?.takeContradictions() ?? [] {
      guard let number = model.index(of: checkpoint.logID) else {
        throw Violation("a contradiction of an unknown log")
      }
      let log = model.logs[number]
      try expect(
        log.given.contains(checkpoint)
          && checkpoint.root != log.states[Int(checkpoint.size)].tree.root(),
        "\(log.name): a checkpoint contradicts the log, and it does not")
      points.tally.add(.aheadContradicts)
    }
  }

  private func checkpoint() throws(Violation) {
    guard let number = pick(), model.logs[number].size > 0 else { return }
    let log = model.logs[number]
    let back = random.oneIn(3) ? random.below(Int(log.size)) : 0
    let size = log.size - UInt64(back)
    try add(
      log.author.checkpoint(size: size, root: log.states[Int(size)].tree.root()), number)
  }

  private func contradict() throws(Violation) {
    guard let number = pick(), model.logs[number].size > 0 else { return }
    let log = model.logs[number]
    let size = log.size + UInt64(random.below(4)) - 1
    try add(
      log.author.checkpoint(size: max(1, size), root: SHA256.hash(random.bytes(8))), number)
  }

  /// Over entries that are signed and come later.
  private func ahead() throws(Violation) {
    guard let number = pick(), model.logs[number].prepared == nil else { return }
    let log = model.logs[number]
    let batch = try log.author.entries(
      after: log.tip, count: 2 + random.below(6), draw: random.next(), bodyBytes: 80)
    let tree = batch.after.tree
    let checkpoint = log.author.checkpoint(size: tree.size, root: tree.root())
    model.logs[number].prepared = batch
    try add(checkpoint, number)
  }

  private func add(_ checkpoint: VerifiedCheckpoint, _ number: Int) throws(Violation) {
    model.logs[number].given.insert(checkpoint)
    let log = model.logs[number]
    let points = points
    _ = try ask("checkpoint of \(log.name) at \(checkpoint.size)") { store in
      switch try store.addCheckpoint(checkpoint) {
      case .stored: points.tally.add(.checkpointStored)
      case .known: points.tally.add(.checkpointKnown)
      case .ahead: points.tally.add(.checkpointAhead)
      case .contradiction: points.tally.add(.checkpointContradicts)
      }
    }
  }

  private func cosign() throws(Violation) {
    guard let number = pick(), let store,
      let checkpoint = store.newestCheckpoint(model.logs[number].id),
      let name = try? NodeName("c\(random.below(5))"),
      let signature = Signature([UInt8](repeating: 1, count: 64))
    else { return }
    let cosignature = Cosignature(
      name: name, keyID: 7, time: random.next() >> 8, signature: signature)
    model.logs[number].cosignatures[cosignature] = checkpoint
    _ = try ask("cosignature of \(name) under \(model.logs[number].name)") {
      try $0.addCosignature(checkpoint.logID, checkpoint: checkpoint, cosignature)
    }
  }

  private func freeze() throws(Violation) {
    guard let number = pick() else { return }
    let log = model.logs[number]
    let index = log.size + UInt64(random.below(12))
    let present = log.freezes[log.freezes.count - 1]
    guard try ask("freeze \(log.name) at \(index)", { try $0.freeze(log.id, at: index) })
    else { return }
    if present.map({ index < $0 }) ?? true { model.logs[number].freezes.append(index) }
  }

  /// Other signatures of the newest entries, under a checkpoint: LOG-32.
  private func twin() throws(Violation) {
    guard let number = pick(), let store, model.logs[number].twin == nil else { return }
    // Mostly when nothing is on its way.
    if !random.oneIn(3) { while try work() {} }
    let log = model.logs[number]
    let from = store.newestCheckpoint(log.id)?.size ?? 0
    guard store.condition == .running, log.size > from else { return }
    let first = from + UInt64(random.below(Int(log.size - from)))
    let end = first + 1 + UInt64(random.below(Int(min(20, log.size - first))))
    let (twin, replacement) = try log.makeTwin(first..<end, &random)
    let points = points
    var isTaken = false
    _ = try ask("other signatures of \(log.name) from \(first) to \(end)") { store in
      do {
        try store.replace(replacement)
        isTaken = true
      } catch StoreError.busy {
        points.tally.add(.replaceBusy)
      }
    }
    if isTaken { model.logs[number].twin = twin }
  }

  func addLog() throws(Violation) {
    guard let number = model.logs.indices.first(where: { !model.logs[$0].isAdded })
    else { return }
    let log = model.logs[number]
    if try ask("new log \(log.name)", { try $0.addLog(log.author.identity) }) {
      model.logs[number].isAdded = true
    }
  }

  private func read() throws(Violation) {
    guard let number = pick(), let store, model.logs[number].acknowledged > 0 else { return }
    try serve(store, model.logs[number])
  }
}
