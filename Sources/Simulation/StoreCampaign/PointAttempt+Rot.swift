import Log
import Store

// Bits that rot at rest: whatever the store then hands out is what was appended, and what it cannot hand out it reports.
extension PointAttempt {
  mutating func rot() throws(Violation) {
    let crashed = SimulatedDisk(crash(situation.image))
    let before = try openAtRest(crashed)
    var model = situation.model
    model.settle(before)
    if random.oneIn(2) {
      _ = try must("a flush") { try before.flush() }
      model.flushed(before)
    }
    let place = try pickPlace(crashed.image)
    let tail = JournalTail(crashed.image, place.file)
    points.chronicle.say("  bit \(place.bit) of byte \(place.offset) of \(place.file.path) rots")
    points.tally.add(place.occurrence)
    var image = crashed.image.crashed(.kept)
    image.flip(place.file, at: place.offset, bit: place.bit)
    let whatRotted = RottenCheck(
      limits: situation.limits, model: model,
      mayLoseTail: tail.map { place.offset >= $0.offset } ?? false)
    // The store that runs reads it, or the next one does.
    if random.oneIn(3), !place.isReadAtStart {
      crashed.flip(place.file, at: place.offset, bit: place.bit)
      try whatRotted.read(before, on: crashed, alreadyReported: false, fsck: nil, &points.tally)
    } else {
      try whatRotted.open(image, &points.tally)
    }
  }

  private func openAtRest(_ disk: SimulatedDisk) throws(Violation) -> Store {
    points.didRecover()
    return try must("the store does not open") {
      try Store.open(on: disk, limits: situation.limits)
    }
  }

  private mutating func pickPlace(_ image: DiskImage) throws(Violation) -> RottenPlace {
    // Each kind of file as often as the others.
    var kinds: [(StoreOccurrence, [StoreFile])] = []
    for file in image.files where image.content(of: file)?.count ?? 0 > 0 {
      guard let occurrence = RottenPlace.occurrence(of: file) else { continue }
      if let kind = kinds.firstIndex(where: { $0.0 == occurrence }) {
        kinds[kind].1.append(file)
      } else {
        kinds.append((occurrence, [file]))
      }
    }
    try expect(!kinds.isEmpty, "a store without files")
    let (occurrence, files) = kinds[random.below(kinds.count)]
    let file = files[random.below(files.count)]
    var count = image.content(of: file)?.count ?? 0
    // Most of a journal is of earlier generations.
    if case .journal = file, random.oneIn(2) { count = min(count, 2 * FileContent.pageBytes) }
    return RottenPlace(
      file: file, offset: random.below(count), bit: random.below(8), occurrence: occurrence)
  }
}

private struct RottenPlace {
  let file: StoreFile
  let offset: Int
  let bit: Int
  let occurrence: StoreOccurrence

  /// Nothing of it is read by a store that runs.
  var isReadAtStart: Bool {
    switch occurrence {
    case .rotInJournal, .rotInFormat, .rotInIdentity: true
    default: false
    }
  }

  static func occurrence(of file: StoreFile) -> StoreOccurrence? {
    switch file {
    case .format: .rotInFormat
    case .formatDraft, .reserve, .readability: nil
    case .journal: .rotInJournal
    case .log(_, let name):
      switch name {
      case .identity: .rotInIdentity
      case .entries: .rotInEntries
      case .hashes: .rotInHashes
      case .nodes: .rotInNodes
      case .bodiesIndex: .rotInIndex
      case .bodies: .rotInBodies
      case .checkpoints: .rotInCheckpoints
      case .cosignatures: .rotInCosignatures
      case .control: .rotInControl
      }
    }
  }
}

/// Where the last frame of a journal begins: a frame that is not whole and that nothing follows is taken for a torn
/// one (STO-14).
private struct JournalTail {
  private(set) var offset = 0

  init?(_ image: DiskImage, _ file: StoreFile) {
    guard case .journal = file, let content = image.content(of: file) else { return nil }
    var last = (generation: UInt64(0), sequence: UInt64(0))
    for start in stride(from: 0, to: content.count, by: FileContent.pageBytes) {
      let header = content.read(at: start, count: 32)
      guard header.count == 32, header.starts(with: Array("liaisonj".utf8)) else { continue }
      let found = (generation: u64(header, 16), sequence: u64(header, 24))
      if start == 0 || found.generation == last.generation && found.sequence > last.sequence {
        last = found
        offset = start
      }
    }
  }
}

private func u64(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
  bytes[offset..<(offset + 8)].reduce(0) { $0 << 8 | UInt64($1) }
}

/// What may be said of a store of which one bit rotted.
private struct RottenCheck {
  let limits: StoreLimits
  let model: StoreModel
  /// What the last frame of a journal says may be taken for torn.
  let mayLoseTail: Bool

  func open(_ image: DiskImage, _ tally: inout Tally<StoreOccurrence>) throws(Violation) {
    let fsck: FsckReport
    do {
      fsck = try Fsck.run(on: SimulatedDisk(image))
    } catch {
      try expect(error == .unknownFormat, "fsck of one rotten bit: \(error)")
      tally.add(.rotRefused)
      return
    }
    if !fsck.isClean { tally.add(.rotChecked) }
    let disk = SimulatedDisk(image)
    let store: Store
    do {
      store = try Store.open(on: disk, limits: limits)
    } catch {
      guard case .damaged = error else { throw Violation("one rotten bit: \(error)") }
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
    let isWhole = try readAll(store, withNotes: true)
    let found = store.takeDamage()
    if !found.isEmpty { tally.add(.rotRead) }
    let scrubbed = try scrub(store, disk)
    let isReported = alreadyReported || !found.isEmpty || !scrubbed.isEmpty
    try expect(isWhole || isReported || mayLoseTail, "something is missing, and nobody says so")
    if let fsck {
      try expect(
        isWhole || !fsck.isClean || mayLoseTail || scrubbed.contains { $0.problem == .indexRecord },
        "fsck says that all is well, and it is not")
      if isWhole, !isReported, fsck.isClean { tally.add(.rotHarmless) }
    }
    try heal(store, disk, isReported: isReported, &tally)
  }

  /// - Parameter withNotes: the newest checkpoint counts, too; peers hold the like of a rotten one.
  /// - Returns: whether everything is there.
  private func readAll(_ store: Store, withNotes: Bool) throws(Violation) -> Bool {
    var isWhole = true
    for log in model.logs where log.isAdded {
      if try !readLog(store, log) { isWhole = false }
      if try !readNotes(store, log), withNotes { isWhole = false }
    }
    return isWhole
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

  /// No peer hands out what is hidden: fsck names it until it is erased, and it is fetched if it comes back.
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
    for log in logs {
      for range in store.damagedRanges(log.id) {
        isByPeer = true
        let batch = try log.batch(range)
        let outcome = try must("\(log.name): mending") { try store.mend(log.id, with: batch) }
        try expect(outcome.wrong.isEmpty, "\(log.name): right entries are refused: \(outcome)")
        try work(store, disk)
      }
      try expect(
        store.damagedRanges(log.id).isEmpty,
        "\(log.name): \(store.damagedRanges(log.id)) stay damaged")
    }
    try expect(try readAll(store, withNotes: false), "something is missing after it was mended")
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
    try expect(
      try readAll(again, withNotes: false), "something is missing after mending and a crash")
    if isReported { tally.add(isByPeer ? .rotHealedByPeer : .rotHealedByScrub) }
  }

  /// - Returns: whether everything is there.
  private func readLog(_ store: Store, _ log: LogModel) throws(Violation) -> Bool {
    guard let state = store.state(log.id) else { return false }
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
    var isWhole = state.size >= log.acknowledged
    var next: UInt64 = 0
    while next < state.size {
      let batch: EntryBatch
      do {
        batch = try store.read(log.id, next..<state.size, maxBytes: 1 << 20)
      } catch {
        guard case .damaged = error else { throw Violation("\(log.name): a read: \(error)") }
        isWhole = false
        next += 1
        continue
      }
      let remains = log.remains(of: batch) { store.isUndecided(log.id, $0) }
      try expect(remains != .wrong, "\(log.name): rotten bytes are handed out from \(next)")
      if remains == .partly { isWhole = false }
      next = batch.end
    }
    return isWhole
  }

  /// - Returns: whether the newest checkpoint is there.
  private func readNotes(_ store: Store, _ log: LogModel) throws(Violation) -> Bool {
    let newest = store.newestCheckpoint(log.id)
    if let newest {
      try expect(
        newest.size <= store.state(log.id)?.size ?? 0 && log.given.contains(newest)
          && newest.root == log.states[Int(newest.size)].tree.root(),
        "\(log.name): a rotten checkpoint is shown")
    }
    return newest?.size ?? 0 >= log.durableCheckpoint
  }
}
