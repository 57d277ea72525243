import Log
import Store

/// Compares a store that has opened with what must be in it (design, 13: 1, 2 and 6).
struct StoreCheck {
  /// Everything is read, not only what the case wrote.
  let isWhole: Bool

  /// After a crash: what was acknowledged is there, nothing is that was not appended, all of it
  /// byte for byte.
  func check(_ store: Store, on disk: SimulatedDisk, _ given: StoreModel) throws(Violation) {
    var model = given
    model.resolve(store)
    try expect(store.damage.isEmpty, "damage on a sound disk: \(store.damage)")
    var found = 0
    for log in model.logs where log.isAdded {
      guard let state = store.state(log.id) else {
        try expect(
          !log.isAcknowledged && log.acknowledged == 0, "\(log.name) was acknowledged and is gone")
        continue
      }
      found += 1
      try check(state, log)
      try checkContent(store, log, state.size)
      try checkLengths(disk, log, state.size)
      try checkNotes(store, log, state.size)
    }
    try expect(store.logs.count == found, "a log that nobody added")
  }

  private func check(_ state: LogState, _ log: LogModel) throws(Violation) {
    try expect(
      state.size >= log.acknowledged,
      "\(log.name): \(log.acknowledged) entries were acknowledged, \(state.size) are there")
    try expect(
      state.size <= log.size,
      "\(log.name): \(log.size) entries were appended, \(state.size) are there")
    try expect(
      log.freezes.contains(state.frozenAt),
      "\(log.name): frozen at \(String(describing: state.frozenAt)), not \(log.freezes)")
    var expected = log.states[Int(state.size)]
    expected.frozenAt = state.frozenAt
    try expect(state == expected, "\(log.name): another tree or head at \(state.size)")
  }

  /// Reads the entries that the case wrote, or all, up to `size`.
  func checkContent(_ store: Store, _ log: LogModel, _ size: UInt64) throws(Violation) {
    try expect(
      store.durableHead(log.id) == log.states[Int(size)].head, "\(log.name): another durable head")
    var next = isWhole ? 0 : min(log.prefix, size)
    while next < size {
      let batch = try must("\(log.name): reading from \(next)") {
        try store.read(log.id, next..<size, maxBytes: 1 << 20)
      }
      try expect(
        batch.first == next && batch.count > 0 && log.holds(batch, of: size),
        "\(log.name): entries \(next) to \(batch.end) are not what was appended")
      next = batch.end
    }
    let damage = store.takeDamage()
    try expect(damage.isEmpty, "\(log.name): a read found damage: \(damage)")
    guard isWhole, size > 1 else { return }
    for part in [1, size / 2, size - 1] {
      let root = try must("\(log.name): a root") { try store.root(log.id, size: part) }
      try expect(
        root == log.states[Int(part)].tree.root(), "\(log.name): another root at \(part)")
    }
  }

  /// Files hold nothing behind the log's entries (STO-2).
  private func checkLengths(
    _ disk: SimulatedDisk, _ log: LogModel, _ size: UInt64
  ) throws(Violation) {
    let strides: [(LogFile, UInt64)] = [(.entries, 216), (.hashes, 32), (.bodiesIndex, 32)]
    for (file, stride) in strides {
      let length = disk.image.content(of: .log(log.id, file))?.count ?? 0
      try expect(
        UInt64(length) == size * stride,
        "\(log.name): \(file.name) has \(length) bytes for \(size) entries")
    }
  }

  /// No checkpoint is above its log or contradicts it, none is made up, and none that was synced is
  /// gone.
  private func checkNotes(_ store: Store, _ log: LogModel, _ size: UInt64) throws(Violation) {
    let newest = store.newestCheckpoint(log.id)
    if let newest {
      try expect(newest.size <= size, "\(log.name): a checkpoint of \(newest.size) above \(size)")
      try expect(
        newest.root == log.states[Int(newest.size)].tree.root(),
        "\(log.name): the checkpoint of \(newest.size) contradicts the log")
      try expect(log.given.contains(newest), "\(log.name): a checkpoint that nobody gave")
    }
    try expect(
      newest?.size ?? 0 >= log.durableCheckpoint,
      "\(log.name): the checkpoint of \(log.durableCheckpoint) is gone")
    if let ahead = store.checkpointAhead(log.id) {
      try expect(
        ahead.size > size && log.given.contains(ahead), "\(log.name): a wrong checkpoint ahead")
    }
    let kept = store.cosignatures(log.id)
    for stored in kept {
      let given = log.cosignatures[stored.cosignature]
      try expect(
        given?.size == stored.checkpointSize && given?.root == stored.checkpointRoot,
        "\(log.name): a cosignature is made up")
    }
    for old in log.durableCosignatures {
      let name = old.cosignature.name
      let isThere = kept.contains {
        $0.cosignature.name == name
          && ($0.checkpointSize, $0.cosignature.time) >= (old.checkpointSize, old.cosignature.time)
      }
      try expect(isThere, "\(log.name): the cosignature of \(name) is gone")
    }
  }

  /// fsck says that all is well, and has read all of it.
  func checkWithFsck(_ image: DiskImage, _ model: StoreModel) throws(Violation) {
    let report = try must("fsck") { try Fsck.run(on: SimulatedDisk(image)) }
    try expect(report.isClean, "fsck: \(report.findings)")
    for summary in report.logs {
      guard let number = model.index(of: summary.identity.id) else {
        throw Violation("fsck: a log that nobody added")
      }
      let size = summary.head.size
      var log = model.logs[number]
      log.resolve { $0.size == size && $0.head == summary.head }
      try expect(
        size <= log.size && summary.head == log.states[Int(size)].head, "fsck: another head")
      let missing = Int(summary.bodiesMissing)
      let seen = summary.bodiesPresent + summary.bodiesHidden + summary.bodiesMissing
      try expect(
        seen == size && log.goneBodies.contains(missing), "fsck: \(missing) bodies are missing")
    }
  }
}
