import Crypto
import Wire

/// The next part of a journal.
enum JournalPiece {
  /// The payload of a whole frame.
  case commit([UInt8])
  /// Frames from this sequence on are damaged, up to a whole one that follows.
  case lost(sequence: UInt64)
}

/// Reads one journal frame by frame: up to its end, or to what a crash tore (store.md, 5.2).
struct JournalReader {
  let disk: any Disk
  let number: Int
  let length: UInt64
  /// The first frame; nil if it is not a whole beginning.
  private(set) var beginning: JournalBeginning?
  private(set) var generation: UInt64 = 0
  private(set) var sequence: UInt64 = 0
  private(set) var offset: UInt64 = 0
  /// A frame read so far says that the other journal is no longer needed.
  private(set) var retiresOther = false
  private var salt: Bytes32?
  /// Bytes of payloads that looked like a commit's and were none.
  private var searchedBytes: UInt64 = 0

  var file: StoreFile { .journal(number) }
  var isInPlace: Bool { number == Int(generation % 2) }

  init(disk: any Disk, number: Int) throws(StoreError) {
    self.disk = disk
    self.number = number
    do {
      length = min(try disk.size(of: .journal(number)) ?? 0, Layout.journalMost)
    } catch {
      throw .disk(error, .journal(number))
    }
    guard let header = try header(at: 0), header.kind == .begin, header.sequence == 0,
      let payload = try payload(of: header, at: 0), let salt = saltBytes(payload),
      header.matches(payload, salt: salt)
    else { return }
    // A whole beginning that no store writes was not torn by a crash.
    guard let beginning = try? JournalBeginning(payload) else {
      throw .damaged(Damage(file: .journal(number), index: 0, .malformed))
    }
    self.beginning = beginning
    self.salt = salt
    generation = header.generation
    retiresOther = header.retiresOther
    offset = UInt64(JournalFrame.bytes(payload: payload.count))
  }

  /// Reads the commits of a generation whose beginning is damaged.
  mutating func goOn(without salt: Bytes32, generation: UInt64) {
    self.salt = salt
    self.generation = generation
  }

  /// - Returns: nil behind the last whole frame.
  mutating func next() throws(StoreError) -> JournalPiece? {
    guard let salt else { return nil }
    if let (header, payload) = try commit(at: offset, salt), header.sequence == sequence + 1 {
      if header.retiresOther { retiresOther = true }
      sequence += 1
      offset += UInt64(JournalFrame.bytes(payload: payload.count))
      return .commit(payload)
    }
    // Commit n + 1 is written after commit n was synced: a whole later frame means that this one is
    // damaged, and not torn by a crash.
    let lost = sequence + 1
    var position = offset
    while let header = try wholeCommit(from: &position, salt) {
      guard header.generation == generation, header.sequence >= lost,
        header.sequence > lost || beginning == nil
      else {
        position += UInt64(JournalFrame.bytes(payload: header.payloadBytes))
        continue
      }
      offset = position
      sequence = header.sequence - 1
      // Without its beginning a journal's first commit stands where nobody can tell.
      return header.sequence == lost ? try next() : .lost(sequence: lost)
    }
    return nil
  }

  /// The generation of whole commits that are there although their beginning is not: a commit is
  /// only written after the beginning was synced. The lowest above `generation`.
  mutating func commits(
    after generation: UInt64, salt: Bytes32
  ) throws(StoreError) -> UInt64? {
    var found: UInt64?
    var position: UInt64 = 0
    while let header = try wholeCommit(from: &position, salt) {
      if header.generation > generation { found = min(found ?? .max, header.generation) }
      position += UInt64(JournalFrame.bytes(payload: header.payloadBytes))
    }
    return found
  }

  /// The next whole commit, of any generation, at `position` or behind it. No frame lies inside a
  /// whole one: what looks like one there is somebody's body.
  /// - Throws: `.damaged` when more would have to be hashed than any store makes it.
  private mutating func wholeCommit(
    from position: inout UInt64, _ salt: Bytes32
  ) throws(StoreError) -> JournalFrameHeader? {
    while position < length {
      if let header = try header(at: position), header.kind == .commit,
        let payload = try payload(of: header, at: position)
      {
        if header.matches(payload, salt: salt) { return header }
        searchedBytes += UInt64(payload.count)
        guard searchedBytes <= Limits.searchedMost else {
          throw .damaged(Damage(file: file, index: 0, .malformed))
        }
      }
      position += UInt64(Layout.journalPage)
    }
    return nil
  }

  private func commit(at position: UInt64, _ salt: Bytes32) throws(StoreError) -> (
    JournalFrameHeader, [UInt8]
  )? {
    guard let header = try header(at: position), header.kind == .commit,
      header.generation == generation, let payload = try payload(of: header, at: position),
      header.matches(payload, salt: salt)
    else { return nil }
    return (header, payload)
  }

  private func header(at offset: UInt64) throws(StoreError) -> JournalFrameHeader? {
    guard offset + UInt64(JournalFrame.headerBytes) <= length else { return nil }
    return JournalFrameHeader(try read(at: offset, count: JournalFrame.headerBytes))
  }

  private func payload(of header: JournalFrameHeader, at offset: UInt64) throws(StoreError)
    -> [UInt8]?
  {
    let start = offset + UInt64(JournalFrame.headerBytes)
    guard start + UInt64(header.payloadBytes) <= length else { return nil }
    let bytes = try read(at: start, count: header.payloadBytes)
    return bytes.count == header.payloadBytes ? bytes : nil
  }

  private func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    do {
      return try disk.read(file, at: offset, count: count)
    } catch {
      throw .disk(error, file)
    }
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func saltBytes(_ payload: [UInt8]) -> Bytes32? {
  payload.count >= 32 ? Bytes32(payload.span, at: 0) : nil
}
