import Crypto

/// Where a journal is written.
struct JournalPosition {
  let salt: Bytes32
  let bytes: UInt64
  /// Journal `generation % 2` is the one that is written.
  var generation: UInt64
  var sequence: UInt64
  var offset: UInt64

  /// A frame of this generation says so.
  var otherIsRetired = true

  var number: Int { Int(generation % 2) }
  var file: StoreFile { .journal(number) }

  /// The first frame of this generation.
  func beginning(_ heads: [HeadRecord], retiresOther: Bool) -> [UInt8] {
    JournalFrame.encode(
      .begin, retiresOther: retiresOther, generation: generation, sequence: 0, salt: salt,
      reservedPayload: JournalBeginning(salt: salt, heads: heads).payload())
  }
}

/// Frames for the two journals that are written in turns (Protocols/store.md, 5.1 and 6.4). It says
/// what to write; `didWrite` is told when the disk has it.
struct JournalWriter {
  private(set) var current: JournalPosition
  /// The generation before.
  private var previous: JournalPosition?

  init(_ position: JournalPosition) { current = position }

  /// The one that was written before, as long as a start would read it.
  var older: JournalPosition? { current.otherIsRetired ? nil : previous }

  /// Frames with so much payload fit in the journal that is written. One page stays free, for the
  /// frame that retires the older journal.
  func hasRoom(payload: Int) -> Bool {
    let frameBytes = UInt64(JournalFrame.bytes(payload: payload))
    return current.offset + frameBytes + UInt64(Layout.journalPage) <= current.bytes
  }

  /// The next commit.
  /// - Parameter payload: begins with room for the frame's header.
  func commit(_ payload: consuming [UInt8], count: Int, retires: Bool) -> Work {
    commit(payload, count: count, retires: retires && !current.otherIsRetired, in: current, [])
  }

  /// The next commit behind the beginning of the other journal.
  /// - Precondition: the other one is retired.
  func commitInNext(_ payload: consuming [UInt8], count: Int, heads: [HeadRecord]) -> Work {
    var next = following
    next.otherIsRetired = false
    let written = next.beginning(heads, retiresOther: false)
    next.offset = UInt64(written.count)
    return commit(
      payload, count: count, retires: false, in: next,
      [.write(next.file, offset: 0, bytes: written), .sync(next.file)])
  }

  /// A commit that says that the older journal is no longer needed, and nothing else.
  func retireOlder() -> Work {
    commit([UInt8](repeating: 0, count: JournalFrame.headerBytes), count: 0, retires: true)
  }

  /// Begins the other journal, since a frame of this one is damaged that nobody needs any more.
  /// - Precondition: the other one is retired, and log files have everything that was committed.
  func turn(heads: [HeadRecord]) -> Work {
    var next = following
    let written = next.beginning(heads, retiresOther: true)
    next.offset = UInt64(written.count)
    return Work(
      kind: .commit(next, count: 0, retires: false),
      operations: [.write(next.file, offset: 0, bytes: written), .sync(next.file)])
  }

  /// The disk has a commit.
  /// - Returns: whether another generation began with it.
  mutating func didWrite(_ position: JournalPosition, retires: Bool) -> Bool {
    let hasTurned = position.generation != current.generation
    if hasTurned { previous = current }
    current = position
    if retires { current.otherIsRetired = true }
    return hasTurned
  }

  private var following: JournalPosition {
    var next = current
    next.generation += 1
    next.sequence = 0
    return next
  }

  private func commit(
    _ payload: consuming [UInt8], count: Int, retires: Bool, in position: JournalPosition,
    _ before: [DiskOperation]
  ) -> Work {
    var next = position
    next.sequence += 1
    let frame = JournalFrame.encode(
      .commit, retiresOther: retires, generation: next.generation, sequence: next.sequence,
      salt: next.salt, reservedPayload: payload)
    next.offset += UInt64(frame.count)
    precondition(next.offset <= next.bytes, "a journal has room for its beginning and a commit")
    return Work(
      kind: .commit(next, count: count, retires: retires),
      operations: before + [
        .write(next.file, offset: position.offset, bytes: frame), .sync(next.file),
      ])
  }
}
