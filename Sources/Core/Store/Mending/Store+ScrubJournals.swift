import Crypto
import Log

/// The next frame of a journal that the scrub reads.
struct FrameScrub: Hashable, Sendable {
  let generation: UInt64
  var sequence: UInt64 = 0
  var offset: UInt64 = 0
}

// Both journals' frames that a start would read (Protocols/store.md, 7.5).
extension Store {
  /// Some frames. One that is damaged makes the store begin the other journal, when everything that
  /// the two hold is in synced log files: nobody needs it then.
  func scrubJournals(_ cursor: inout ScrubCursor) -> ScrubStep {
    var step = ScrubStep(log: nil)
    var frame = cursor.frame ?? FrameScrub(generation: cursor.next)
    if frame.generation != journal.generation, frame.generation != olderGeneration {
      // A pass gets here, or the journals took a turn meanwhile.
      frame = FrameScrub(generation: olderGeneration ?? journal.generation)
    }
    cursor.next = frame.generation
    let number = Int(frame.generation % 2)
    let end = frame.generation == journal.generation ? journal.offset : older?.offset ?? 0
    var read = 0
    while frame.offset < end, read < Layout.readBytes {
      guard let bytes = wholeFrame(number, frame) else {
        let found = Damage(file: .journal(number), index: frame.sequence, .checksum)
        report(found)
        step.mended = [found]
        pipeline.turnIsWanted = true
        pipeline.turnMends.append(found)
        frame.offset = end
        break
      }
      read += bytes
      frame.sequence += 1
      frame.offset += UInt64(bytes)
    }
    if frame.offset < end {
      cursor.frame = frame
    } else if frame.generation != journal.generation {
      cursor.next = journal.generation
      cursor.frame = nil
    } else {
      cursor = ScrubCursor(first: cursor.first)
      step.isPassOver = true
    }
    return step
  }

  private var older: JournalPosition? { journal.otherIsRetired ? nil : olderJournal }
  private var olderGeneration: UInt64? { older?.generation }

  /// - Returns: the frame's bytes on disk; nil if it is not whole, or another.
  private func wholeFrame(_ number: Int, _ frame: FrameScrub) -> Int? {
    let file = StoreFile.journal(number)
    let head = readWhatThereIs(file, at: frame.offset, count: JournalFrame.headerBytes)
    guard let header = JournalFrameHeader(head),
      header.kind == (frame.sequence == 0 ? .begin : .commit),
      header.generation == frame.generation, header.sequence == frame.sequence,
      UInt64(header.payloadBytes) <= journal.bytes
    else { return nil }
    let payload = readWhatThereIs(
      file, at: frame.offset + UInt64(JournalFrame.headerBytes), count: header.payloadBytes)
    guard payload.count == header.payloadBytes, header.matches(payload, salt: journal.salt)
    else { return nil }
    return JournalFrame.bytes(payload: payload.count)
  }

  /// Everything to log files and synced, then the other journal begins.
  func turnWork() -> Work {
    if !pipeline.unapplied.isEmpty { return applyWork() }
    let targets = pipeline.dirty[0].all + pipeline.dirty[1].all
    guard targets.isEmpty else {
      return Work(kind: .sync(targets), operations: targets.map(\.operation))
    }
    if !journal.otherIsRetired { return retireWork() }
    var next = journal
    next.generation += 1
    next.sequence = 0
    let written = beginning(of: next, retiresOther: true)
    next.offset = UInt64(written.count)
    let file = StoreFile.journal(next.number)
    return Work(
      kind: .commit(next, count: 0, retires: false),
      operations: [.write(file, offset: 0, bytes: written), .sync(file)])
  }

  /// After a journal began.
  func didTurn() {
    pipeline.turnIsWanted = false
    mendedDamage += pipeline.turnMends
    for damage in pipeline.turnMends { reportedDamage.remove(damage) }
    pipeline.turnMends = []
  }
}
