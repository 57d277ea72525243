internal import Crypto
internal import Wire

/// A frame of a journal as it stands there, whatever its checksum says (Protocols/store.md, 5.1).
struct JournalFrame {
  static let magic = Array("liaisonj".utf8)
  static let headerBytes = 48
  private static let checkedBytes = 32

  let header: [UInt8]
  let payload: [UInt8]
  var isBeginning: Bool { header[8] == 1 }
  var isCommit: Bool { header[8] == 2 }
  var retiresOther: Bool { header[9] == 1 }
  var generation: UInt64 { header.span.bigEndian(at: 16) }
  var sequence: UInt64 { header.span.bigEndian(at: 24) }
  var bytesOnDisk: UInt64 {
    let bytes = UInt64(header.count + payload.count)
    return (bytes + JournalScan.pageBytes - 1) / JournalScan.pageBytes * JournalScan.pageBytes
  }

  /// - Returns: nil if no header that a store writes is there, or the file ends before its payload
  ///   does.
  init?(_ file: ReadOnlyFile, at offset: UInt64) throws(ReadFailure) {
    let start = offset + UInt64(JournalFrame.headerBytes)
    guard start <= file.size else { return nil }
    let header = try file.read(at: offset, count: JournalFrame.headerBytes)
    guard header.count == JournalFrame.headerBytes, header.starts(with: JournalFrame.magic),
      header[9] <= 1, header[10] == 0, header[11] == 0
    else { return nil }
    let count = Int(header.span.bigEndian(at: 12) as UInt32)
    let most = header[8] == 1 ? AuditLimits.beginningBytes : AuditLimits.commitBytes
    guard count <= most, start + UInt64(count) <= file.size else { return nil }
    let generation: UInt64 = header.span.bigEndian(at: 16)
    let sequence: UInt64 = header.span.bigEndian(at: 24)
    guard (1...AuditLimits.journalFrames).contains(generation),
      sequence <= AuditLimits.journalFrames
    else { return nil }
    let payload = try file.read(at: start, count: count)
    guard payload.count == count else { return nil }
    (self.header, self.payload) = (header, payload)
  }

  func isWhole(_ salt: Bytes32) -> Bool {
    var hasher = SHA256()
    salt.withBytes { hasher.update($0) }
    hasher.update(header.span.extracting(0..<JournalFrame.checkedBytes))
    return Poly1305.tag(payload.span, key: hasher.finalize().bytes)
      .elementsEqual(header[JournalFrame.checkedBytes...])
  }
}

/// Looks for whole commits wherever they begin. Each page is looked at once, and what one journal
/// may cost is bounded.
struct CommitSearch {
  let file: ReadOnlyFile
  let salt: Bytes32
  /// Bytes of frames that looked like a commit and were none.
  private var searched: UInt64 = 0
  private(set) var isGivenUp = false

  init(file: ReadOnlyFile, salt: Bytes32) {
    self.file = file
    self.salt = salt
  }

  /// - Returns: the first whole commit from `start` on for which `isWanted`. No frame lies inside a
  ///   whole one: what looks like one there is somebody's body.
  mutating func next(
    from start: UInt64, where isWanted: (JournalFrame) -> Bool
  ) throws(ReadFailure) -> (offset: UInt64, frame: JournalFrame)? {
    var offset = start
    while offset < file.size, let data = file.data(from: offset) {
      offset = max(offset, data / JournalScan.pageBytes * JournalScan.pageBytes)
      guard let frame = try JournalFrame(file, at: offset), frame.isCommit else {
        offset += JournalScan.pageBytes
        continue
      }
      if frame.isWhole(salt) {
        if isWanted(frame) { return (offset, frame) }
        offset += frame.bytesOnDisk
        continue
      }
      offset += JournalScan.pageBytes
      searched += UInt64(frame.payload.count)
      if searched > AuditLimits.searchedBytes {
        isGivenUp = true
        return nil
      }
    }
    return nil
  }
}
