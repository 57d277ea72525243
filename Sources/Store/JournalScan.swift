import Crypto
import Wire

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

  var file: StoreFile { .journal(number) }

  init(disk: any Disk, number: Int) throws(StoreError) {
    self.disk = disk
    self.number = number
    do {
      length = try disk.size(of: .journal(number)) ?? 0
    } catch {
      throw .disk(error, .journal(number))
    }
    guard let header = try header(at: 0), header.kind == .begin, header.sequence == 0,
      let payload = try payload(of: header, at: 0),
      let beginning = try? JournalBeginning(payload),
      header.matches(payload, salt: beginning.salt)
    else { return }
    self.beginning = beginning
    generation = header.generation
    retiresOther = header.retiresOther
    offset = UInt64(JournalFrame.bytes(payload: payload.count))
  }

  /// - Returns: the payload of the next commit; nil behind the last whole one.
  /// - Throws: `.damaged` if a later frame shows that the broken one was acknowledged.
  mutating func nextCommit() throws(StoreError) -> [UInt8]? {
    guard let salt = beginning?.salt else { return nil }
    guard let header = try header(at: offset), header.kind == .commit,
      header.generation == generation, header.sequence == sequence + 1,
      let payload = try payload(of: header, at: offset), header.matches(payload, salt: salt)
    else {
      try checkTorn(salt: salt)
      return nil
    }
    if header.retiresOther { retiresOther = true }
    sequence += 1
    offset += UInt64(JournalFrame.bytes(payload: payload.count))
    return payload
  }

  /// Commit `n + 1` is written after commit `n` was synced: a whole later frame behind a broken one
  /// means that the broken one is damage and no crash.
  private func checkTorn(salt: Bytes32) throws(StoreError) {
    let page = UInt64(Layout.journalPage)
    for position in stride(from: offset + page, to: length, by: Layout.journalPage) {
      guard let header = try header(at: position), header.kind == .commit,
        header.generation == generation, header.sequence > sequence + 1,
        let payload = try payload(of: header, at: position), header.matches(payload, salt: salt)
      else { continue }
      throw .damaged(Damage(file: file, index: sequence + 1, .checksum))
    }
  }

  /// Whether commits of a generation after `generation` are there although the beginning is not: a
  /// commit is only written after the beginning was synced.
  func holdsCommits(after generation: UInt64, salt: Bytes32) throws(StoreError) -> Bool {
    for position in stride(from: 0, to: length, by: Layout.journalPage) {
      guard let header = try header(at: position), header.kind == .commit,
        header.generation > generation,
        let payload = try payload(of: header, at: position), header.matches(payload, salt: salt)
      else { continue }
      return true
    }
    return false
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
