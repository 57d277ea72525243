internal import Crypto
internal import Log
internal import Wire

/// One journal, frame by frame (Protocols/store.md, 5.1 and 5.2).
struct JournalScan: Sendable {
  let number: Int
  var name: String { "journal.\(number)" }
  /// 0 if the journal does not begin with a valid frame.
  private(set) var generation: UInt64 = 0
  /// nil if the journal does not begin with a valid frame.
  private(set) var heads: [AcknowledgedHead]?
  /// Whole commits in order, with the offsets of their frames.
  private(set) var commits: [(offset: UInt64, payload: [UInt8])] = []
  private(set) var problem: Journals.Problem?
  /// A frame says that the other journal is no longer needed: the log files have what it holds.
  private(set) var retiresOther = false
  private(set) var salt = Bytes32.zero

  private static let magic = Array("liaisonj".utf8)
  private static let headerBytes = 48
  private static let checkedBytes = 32
  private static let pageBytes: UInt64 = 4096

  /// - Returns: nil if the file does not exist.
  init?(folder: String, number: Int, isHeaderOnly: Bool = false) throws(ReadFailure) {
    self.number = number
    guard let file = try ReadOnlyFile(path: "\(folder)/journal.\(number)") else { return nil }
    try readBeginning(file)
    guard heads != nil, !isHeaderOnly else { return }
    var offset = firstCommit
    while let frame = try JournalScan.frame(file, at: offset), frame.isCommit,
      frame.generation == generation, frame.sequence == UInt64(commits.count + 1),
      JournalScan.isWhole(frame, salt)
    {
      commits.append((offset, frame.payload))
      if frame.retiresOther { retiresOther = true }
      offset += frame.bytesOnDisk
    }
    try lookBehind(file, offset)
  }

  private var firstCommit: UInt64 = 0

  private struct Frame {
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
  }

  private mutating func readBeginning(_ file: ReadOnlyFile) throws(ReadFailure) {
    guard let frame = try JournalScan.frame(file, at: 0), frame.isBeginning, frame.sequence == 0,
      frame.payload.count >= 36
    else { return }
    salt = Bytes32(frame.payload.span, at: 0)
    guard JournalScan.isWhole(frame, salt) else { return }
    var reader = ByteReader(32..<frame.payload.count)
    do {
      let count = try reader.u32(frame.payload.span)
      var heads: [AcknowledgedHead] = []
      for _ in 0..<count { heads.append(try AcknowledgedHead(&reader, frame.payload.span)) }
      try reader.finish()
      self.heads = heads
      generation = frame.generation
      retiresOther = frame.retiresOther
      firstCommit = frame.bytesOnDisk
    } catch {
      problem = Journals.Problem(
        file: name, offset: 0, what: "its first frame is malformed inside")
    }
  }

  /// A whole later commit behind a broken one: the broken one was acknowledged, so it is damaged and
  /// not torn by a crash.
  private mutating func lookBehind(_ file: ReadOnlyFile, _ end: UInt64) throws(ReadFailure) {
    var offset = end + JournalScan.pageBytes
    while offset < file.size {
      if let frame = try JournalScan.frame(file, at: offset), frame.isCommit,
        frame.generation == generation, frame.sequence > UInt64(commits.count + 1),
        JournalScan.isWhole(frame, salt)
      {
        problem = Journals.Problem(
          file: name, offset: end,
          what: "commit \(commits.count + 1) has a wrong checksum, and commit "
            + "\(frame.sequence) stands behind it")
        return
      }
      offset += JournalScan.pageBytes
    }
  }

  /// Whether a whole commit of a later generation lies in this journal although its beginning is not
  /// whole: then that was acknowledged and is damaged.
  static func holdsCommits(
    folder: String, number: Int, after generation: UInt64, salt: Bytes32
  ) throws(ReadFailure) -> Bool {
    guard let file = try ReadOnlyFile(path: "\(folder)/journal.\(number)") else { return false }
    var offset: UInt64 = 0
    while offset < file.size {
      if let frame = try frame(file, at: offset), frame.isCommit, frame.generation > generation,
        isWhole(frame, salt)
      {
        return true
      }
      offset += JournalScan.pageBytes
    }
    return false
  }

  private static func frame(_ file: ReadOnlyFile, at offset: UInt64) throws(ReadFailure) -> Frame? {
    guard offset + UInt64(JournalScan.headerBytes) <= file.size else { return nil }
    let header = try file.read(at: offset, count: JournalScan.headerBytes)
    guard header.count == JournalScan.headerBytes, header.starts(with: JournalScan.magic),
      header[9] <= 1, header[10] == 0, header[11] == 0
    else { return nil }
    let count = Int(header.span.bigEndian(at: 12) as UInt32)
    let start = offset + UInt64(JournalScan.headerBytes)
    guard start + UInt64(count) <= file.size else { return nil }
    let payload = try file.read(at: start, count: count)
    return payload.count == count ? Frame(header: header, payload: payload) : nil
  }

  private static func isWhole(_ frame: Frame, _ salt: Bytes32) -> Bool {
    var hasher = SHA256()
    salt.withBytes { hasher.update($0) }
    hasher.update(frame.header.span.extracting(0..<JournalScan.checkedBytes))
    return Poly1305.tag(frame.payload.span, key: hasher.finalize().bytes)
      .elementsEqual(frame.header[JournalScan.checkedBytes...])
  }
}
