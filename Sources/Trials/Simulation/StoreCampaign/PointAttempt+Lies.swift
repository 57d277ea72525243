import Log
import Store

// Disks that lie: a write lands somewhere else, or a sync persists nothing, and the disk says that
// all went well. Whatever the store then hands out is what was appended, and what is lost is said:
// by the start, a read, the scrub or, of the newest entries, by the token.
extension PointAttempt {
  mutating func misdirect() throws(Violation) { try lie(.misdirects) }

  mutating func lieAboutSync() throws(Violation) {
    try lie(random.oneIn(2) ? .skipsSync : .skipsSyncs)
  }

  /// Appends to each log on a disk that lies, until all of it is acknowledged; then the machine
  /// stops.
  private mutating func lie(_ way: DiskLiar.Way) throws(Violation) {
    let disk = SimulatedDisk(crash(situation.image))
    let store = try openAtRest(disk)
    var model = situation.model
    model.settle(store)
    for number in model.logs.indices where model.logs[number].isAdded {
      let log = model.logs[number]
      guard let state = store.state(log.id), state.frozenAt == nil else { continue }
      let batch = try log.author.entries(
        after: log.tip, count: 1 + random.below(3), draw: random.next(), bodyBytes: 600)
      try must("\(log.name): going on") { try store.append(batch) }
      model.logs[number].append(batch)
    }
    let liar = DiskLiar(way, points, SplitMix64(seed: random.next()))
    disk.lie = { [unowned disk] in liar.answer($0, disk.image) }
    // The store may read the lie at once: then it stops, and no more is acknowledged.
    let isFlushed = (try? store.flush()) != nil
    disk.lie = nil
    if isFlushed { model.flushed(store) }
    let image = crash(disk.image, random.oneIn(2) ? .dropped : nil)
    let check = DamageCheck(
      limits: situation.limits, model: model, mayLoseTail: true, mendings: 3)
    try check.open(image, &points.tally)
  }
}

/// Tells one lie, or from one call on nothing else.
private final class DiskLiar {
  enum Way { case misdirects, skipsSync, skipsSyncs }

  private let way: Way
  private let points: StorePoints
  private var random: SplitMix64
  /// Counts the calls that could be lied about.
  private var calls = 0
  private let first: Int

  /// Calls of a flush among which the first lie is drawn.
  private static let callsOfFlush = 24

  init(_ way: Way, _ points: StorePoints, _ random: SplitMix64) {
    self.way = way
    self.points = points
    self.random = random
    first = 1 + self.random.below(DiskLiar.callsOfFlush)
  }

  /// - Returns: what the disk does instead; nil where it does as it is told.
  func answer(_ operation: DiskOperation, _ image: DiskImage) -> [DiskOperation]? {
    guard way == .misdirects ? operation.isWrite : operation.isSync else { return nil }
    calls += 1
    guard calls == first || way == .skipsSyncs && calls > first else { return nil }
    guard case .write(let file, let offset, let bytes) = operation else {
      points.tally.add(operation.isOfJournal ? .lyingJournalSync : .lyingFileSync)
      points.chronicle.say("    lied: \(operation.summary)")
      return []
    }
    return misdirected(file, offset, bytes, image)
  }

  /// The file becomes as long as the write makes it, and a block of any file takes the bytes.
  private func misdirected(
    _ file: StoreFile, _ offset: UInt64, _ bytes: [UInt8], _ image: DiskImage
  ) -> [DiskOperation] {
    let target = pickTarget(file, image)
    points.tally.add(file == target ? .misdirectedInFile : .misdirectedToOther)
    var done: [DiskOperation] = []
    let end = offset + UInt64(bytes.count)
    if UInt64(image.content(of: file)?.count ?? 0) < end {
      done.append(.truncate(file, bytes: end))
    }
    let length = image.content(of: target)?.count ?? 0
    let block = FileContent.pageBytes
    let place = random.below(max(1, (length + block - 1) / block)) * block + Int(offset) % block
    points.chronicle.say("    \(bytes.count) bytes land at \(place) of \(target.path)")
    guard place < length, place != Int(offset) || target != file else { return done }
    done.append(
      .write(target, offset: UInt64(place), bytes: Array(bytes.prefix(length - place))))
    return done
  }

  /// - Returns: the same file, or any other that a start reads.
  private func pickTarget(_ file: StoreFile, _ image: DiskImage) -> StoreFile {
    let others = image.files.filter {
      $0 != file && RottenPlace.occurrence(of: $0) != nil && image.content(of: $0)?.count ?? 0 > 0
    }
    return others.isEmpty || random.oneIn(2) ? file : others[random.below(others.count)]
  }
}
