import Log
import Store

/// Checks a store whose disk did not keep what it was given: nothing wrong is handed
/// out, whatever is missing is told of, and with a peer's entries all of it comes back.
struct DamageCheck {
  let limits: StoreLimits
  let model: StoreModel
  /// True where the last frame of a journal may be taken for torn.
  let mayLoseTail: Bool
  /// Rounds of scrub and mending after which nothing is damaged.
  let mendings: Int

  func open(_ image: DiskImage, _ tally: inout Tally<StoreOccurrence>) throws(Violation) {
    let fsck: FsckReport
    do {
      fsck = try Fsck.run(on: SimulatedDisk(image))
    } catch {
      try expect(error == .unknownFormat, "fsck of a damaged store: \(error)")
      tally.add(.rotRefused)
      return
    }
    if !fsck.isClean { tally.add(.rotChecked) }
    let disk = SimulatedDisk(image)
    let store: Store
    do {
      store = try Store.open(on: disk, limits: limits)
    } catch {
      guard case .damaged = error else { throw Violation("a damaged store: \(error)") }
      try expect(!fsck.isClean, "the store refuses to open, and fsck finds nothing")
      tally.add(.rotRefused)
      return
    }
    if !store.damage.isEmpty { tally.add(.rotReported) }
    try read(store, on: disk, alreadyReported: !store.damage.isEmpty, fsck: fsck, &tally)
  }

  /// Reads everything that the store has; then it heals.
  /// - Parameter fsck: what was found before the store opened; nil if it was open already.
  func read(
    _ store: Store, on disk: SimulatedDisk, alreadyReported: Bool, fsck: FsckReport?,
    _ tally: inout Tally<StoreOccurrence>
  ) throws(Violation) {
    // A checkpoint that the end of a journal held comes again from peers.
    let isWhole = try missing(in: store, withNotes: !mayLoseTail) == nil
    let found = store.takeDamage()
    if !found.isEmpty { tally.add(.rotRead) }
    let scrubbed = try scrub(store, disk)
    let isReported = alreadyReported || !found.isEmpty || !scrubbed.isEmpty
    if !isWhole, !isReported {
      try expect(try isToldByToken(store), "something is missing, and nobody says so")
      tally.add(.lossToldByToken)
    }
    if let fsck {
      try expect(
        isWhole || !fsck.isClean || mayLoseTail || scrubbed.contains { $0.problem == .indexRecord },
        "fsck says that all is well, and it is not")
      if isWhole, !isReported, fsck.isClean { tally.add(.rotHarmless) }
    }
    try heal(store, disk, isReported: isReported, &tally)
  }

  /// The newest entries are gone with the journal's end, and each log's token names one of them.
  private func isToldByToken(_ store: Store) throws(Violation) -> Bool {
    var isTold = false
    for log in model.logs where log.isAdded && log.acknowledged > 0 {
      let size = store.state(log.id)?.size ?? 0
      guard size < log.acknowledged else { continue }
      let token = RollbackToken(
        origin: log.author.identity.origin, size: log.acknowledged,
        leafHash: log.states[Int(log.acknowledged)].head.leafHash)
      let refusal = try must("a token") {
        try RollbackToken.refusal(of: token, log.author.identity, store)
      }
      try expect(
        refusal == .ahead(index: log.acknowledged - 1),
        "\(log.name): \(size) of \(log.acknowledged) entries are there, and the token lets it sign")
      isTold = true
    }
    return isTold
  }

  /// - Parameter withNotes: the newest checkpoint counts, too; peers hold the like of a rotten one.
  /// - Returns: the first thing that is missing; nil where everything is there.
  private func missing(in store: Store, withNotes: Bool) throws(Violation) -> String? {
    var first: String?
    for log in model.logs where log.isAdded {
      let entry = try missingEntry(store, log)
      let note = try missingNote(store, log)
      first = first ?? entry ?? (withNotes ? note : nil)
    }
    return first
  }

  /// Two passes: what one of them mends the other may need.
  private func scrub(_ store: Store, _ disk: SimulatedDisk) throws(Violation) -> [Damage] {
    var cursor = ScrubCursor()
    var passes = 0
    var steps = 0
    while passes < 2 {
      let step = try must("a scrub") { try store.scrub(&cursor, maxBytes: 1 << 16) }
      if step.isPassOver { passes += 1 }
      try work(store, disk)
      steps += 1
      try expect(steps < 1_000, "a scrub does not end")
    }
    return store.takeDamage()
  }

  private func work(_ store: Store, _ disk: SimulatedDisk) throws(Violation) {
    while let batch = store.takeBatch() {
      try must("a sound disk") { for operation in batch.operations { try disk.execute(operation) } }
      _ = store.completed(token: batch.token, error: nil)
    }
  }

  /// No peer hands out what is hidden: fsck names it until it is erased, and it is fetched if it
  /// comes back.
  private func isHiddenBody(_ damage: Damage, _ store: Store) -> Bool {
    guard damage.problem == .bodyHash || damage.problem == .bodyRecord,
      case .log(let id, .bodies) = damage.file, let index = damage.index
    else { return false }
    return (try? store.bodyState(id, index)) == .hidden
  }

  /// With a peer's entries nothing damaged stays damaged, and after a crash nothing is.
  private func heal(
    _ store: Store, _ disk: SimulatedDisk, isReported: Bool, _ tally: inout Tally<StoreOccurrence>
  ) throws(Violation) {
    let logs = model.logs.filter(\.isAdded)
    // A log that is not loaded, or whose end was lost, is another matter.
    guard logs.allSatisfy({ store.state($0.id)?.size == $0.size }) else { return }
    var isByPeer = false
    var rounds = 0
    repeat {
      if rounds > 0 { _ = try scrub(store, disk) }
      for log in logs where try mend(store, log, disk) { isByPeer = true }
      rounds += 1
    } while rounds < mendings
    for log in logs {
      try expect(
        store.damagedRanges(log.id).isEmpty,
        "\(log.name): \(store.damagedRanges(log.id)) stay damaged")
    }
    let missing = try missing(in: store, withNotes: false)
    try expect(missing == nil, "after it was mended \(missing ?? "")")
    _ = try must("a flush") { try store.flush() }
    let image = disk.image.crashed(.dropped)
    let report = try must("fsck") { try Fsck.run(on: SimulatedDisk(image)) }
    let findings = report.findings.filter { !isHiddenBody($0, store) }
    try expect(
      report.isClean || !report.findings.isEmpty && findings.isEmpty,
      "fsck after mending: \(findings)")
    let again = try must("opening after mending") {
      try Store.open(on: SimulatedDisk(image), limits: limits)
    }
    try expect(again.damage.isEmpty, "damage after mending: \(again.damage)")
    let gone = try self.missing(in: again, withNotes: false)
    try expect(gone == nil, "after mending and a crash \(gone ?? "")")
    if isReported { tally.add(isByPeer ? .rotHealedByPeer : .rotHealedByScrub) }
  }

  /// Gives a log what a peer would send.
  /// - Returns: false where nothing was damaged.
  private func mend(
    _ store: Store, _ log: LogModel, _ disk: SimulatedDisk
  ) throws(Violation) -> Bool {
    let ranges = store.damagedRanges(log.id)
    for range in ranges {
      let batch = try log.batch(range)
      let outcome = try must("\(log.name): mending") { try store.mend(log.id, with: batch) }
      try expect(outcome.wrong.isEmpty, "\(log.name): right entries are refused: \(outcome)")
      try work(store, disk)
    }
    return !ranges.isEmpty
  }

  private func missingEntry(_ store: Store, _ log: LogModel) throws(Violation) -> String? {
    guard let state = store.state(log.id) else { return "\(log.name) is not there" }
    try expect(state.size <= log.size, "\(log.name): entries that nobody appended")
    let expected = log.states[Int(state.size)]
    try expect(
      state.tree == expected.tree && state.head == expected.head
        && state.lastHeaderHash == expected.lastHeaderHash,
      "\(log.name): a rotten bit changes the tree or the head")
    // The newest leaf may be the damaged one: then it is not there.
    try expect(
      state.lastLeaf == expected.lastLeaf || state.lastLeaf.isEmpty,
      "\(log.name): a rotten newest leaf is taken for good")
    var first: String?
    if state.size < log.acknowledged { first = "\(log.name) has \(state.size) entries" }
    var next: UInt64 = 0
    while next < state.size {
      let batch: EntryBatch
      do {
        batch = try store.read(log.id, next..<state.size, maxBytes: 1 << 20)
      } catch {
        guard case .damaged = error else { throw Violation("\(log.name): a read: \(error)") }
        first = first ?? "entry \(next) of \(log.name) is not there"
        next += 1
        continue
      }
      let remains = log.remains(of: batch) { store.isUndecided(log.id, $0) }
      try expect(remains != .wrong, "\(log.name): rotten bytes are handed out from \(next)")
      if remains == .partly {
        let states = (0..<batch.count).map { "\(batch.bodyState(at: $0))" }
        first = first ?? "of \(log.name) from \(next) bodies are \(states)"
      }
      next = batch.end
    }
    return first
  }

  private func missingNote(_ store: Store, _ log: LogModel) throws(Violation) -> String? {
    let newest = store.newestCheckpoint(log.id)
    if let newest {
      try expect(
        newest.size <= store.state(log.id)?.size ?? 0 && log.given.contains(newest)
          && newest.root == log.states[Int(newest.size)].tree.root(),
        "\(log.name): a rotten checkpoint is shown")
    }
    guard newest?.size ?? 0 < log.durableCheckpoint else { return nil }
    return "the checkpoint of \(log.durableCheckpoint) of \(log.name) is not there"
  }
}
