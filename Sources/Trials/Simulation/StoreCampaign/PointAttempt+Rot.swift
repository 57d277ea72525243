import Log
import Store

// Bits that rot at rest: whatever the store then hands out is what was appended, and what it cannot
// hand out it reports.
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
    let whatRotted = DamageCheck(
      limits: situation.limits, model: model,
      mayLoseTail: tail.map { place.offset >= $0.offset } ?? false, mendings: 1)
    // The store that runs reads it, or the next one does.
    if random.oneIn(3), !place.isReadAtStart {
      crashed.flip(place.file, at: place.offset, bit: place.bit)
      try whatRotted.read(before, on: crashed, alreadyReported: false, fsck: nil, &points.tally)
    } else {
      try whatRotted.open(image, &points.tally)
    }
  }

  func openAtRest(_ disk: SimulatedDisk) throws(Violation) -> Store {
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

struct RottenPlace {
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

/// Where the last frame of a journal begins: a frame that is not whole and that nothing follows is
/// taken for a torn one (STO-14).
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
