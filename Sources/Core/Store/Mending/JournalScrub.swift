/// The next frame of a journal that the scrub reads.
struct FrameScrub: Hashable, Sendable {
  let generation: UInt64
  var sequence: UInt64 = 0
  var offset: UInt64 = 0
}

/// Reads the frames that a start would read, the older journal's first (Protocols/store.md, 7.5).
struct JournalScrub {
  let disk: any Disk
  let journals: JournalWriter
  let findings: DamageFindings
  /// A frame that is not whole: its journal was read no further.
  private(set) var damage: Damage?

  init(disk: any Disk, journals: JournalWriter, findings: DamageFindings) {
    self.disk = disk
    self.journals = journals
    self.findings = findings
  }

  /// Some frames.
  /// - Returns: true when both were read: the cursor is at the beginning of the next pass.
  mutating func step(_ cursor: inout ScrubCursor) -> Bool {
    var frame = cursor.frame ?? FrameScrub(generation: cursor.next)
    let present = journals.current.generation
    if frame.generation != present, frame.generation != journals.older?.generation {
      // A pass gets here, or the journals took a turn meanwhile.
      frame = FrameScrub(generation: journals.older?.generation ?? present)
    }
    cursor.next = frame.generation
    read(&frame)
    if frame.offset < end(of: frame.generation) {
      cursor.frame = frame
    } else if frame.generation != present {
      cursor.next = present
      cursor.frame = nil
    } else {
      cursor = ScrubCursor(first: cursor.first)
      return true
    }
    return false
  }

  private mutating func read(_ frame: inout FrameScrub) {
    let number = Int(frame.generation % 2)
    let end = end(of: frame.generation)
    var read = 0
    while frame.offset < end, read < Limits.readBytes {
      guard let bytes = wholeFrame(number, frame) else {
        let found = Damage(file: .journal(number), index: frame.sequence, .checksum)
        findings.report(found)
        damage = found
        frame.offset = end
        return
      }
      read += bytes
      frame.sequence += 1
      frame.offset += UInt64(bytes)
    }
  }

  private func end(of generation: UInt64) -> UInt64 {
    generation == journals.current.generation
      ? journals.current.offset : journals.older?.offset ?? 0
  }

  /// - Returns: the frame's bytes on disk; nil if it is not whole, or another.
  private func wholeFrame(_ number: Int, _ frame: FrameScrub) -> Int? {
    let file = StoreFile.journal(number)
    let head = disk.readWhatThereIs(
      file, at: frame.offset, count: JournalFrame.headerBytes, findings)
    guard let header = JournalFrameHeader(head),
      header.kind == (frame.sequence == 0 ? .begin : .commit),
      header.generation == frame.generation, header.sequence == frame.sequence,
      UInt64(header.payloadBytes) <= journals.current.bytes
    else { return nil }
    let payload = disk.readWhatThereIs(
      file, at: frame.offset + UInt64(JournalFrame.headerBytes), count: header.payloadBytes,
      findings)
    guard payload.count == header.payloadBytes,
      header.matches(payload, salt: journals.current.salt)
    else { return nil }
    return JournalFrame.bytes(payload: payload.count)
  }
}
