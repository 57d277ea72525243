internal import Crypto
internal import Log
internal import Wire

/// One journal, frame by frame (Protocols/store.md, 5.1 and 5.2).
struct JournalScan: Sendable {
  let number: Int
  var isInPlace: Bool { number == Int(generation % 2) }
  var name: String { "journal.\(number)" }
  /// 0 if the journal does not begin with a valid frame.
  private(set) var generation: UInt64 = 0
  /// nil if the journal does not begin with a valid frame.
  private(set) var heads: [AcknowledgedHead]?
  /// Whole commits in order, with the offsets of their frames.
  private(set) var commits: [(offset: UInt64, payload: [UInt8])] = []
  private(set) var problem: Journals.Problem?
  /// Of the file.
  private(set) var length: UInt64 = 0
  /// Commits are missing before later ones, and nothing stands in their place: they were written while the journal was
  /// copied, or are lost. What they acknowledged is looked for in the log files.
  private(set) var gaps: [String] = []
  /// A frame says that the other journal is no longer needed: the log files have what it holds.
  private(set) var retiresOther = false
  private(set) var salt = Bytes32.zero

  private static let magic = Array("liaisonj".utf8)
  private static let headerBytes = 48
  private static let checkedBytes = 32
  static let pageBytes: UInt64 = 4096

  /// - Returns: nil if the file does not exist.
  init?(folder: String, number: Int, isHeaderOnly: Bool = false) throws(ReadFailure) {
    self.number = number
    guard let file = try ReadOnlyFile(path: "\(folder)/journal.\(number)") else { return nil }
    length = file.size
    guard length <= AuditLimits.journalBytes else {
      throw ReadFailure(path: file.path, kind: .tooMuch)
    }
    try readBeginning(file)
    guard heads != nil, !isHeaderOnly else { return }
    var next = firstCommit
    var sequence: UInt64 = 1
    while problem == nil {
      while let frame = try JournalScan.frame(file, at: next), frame.isCommit,
        frame.generation == generation, frame.sequence == sequence,
        JournalScan.isWhole(frame, salt)
      {
        commits.append((next, frame.payload))
        if frame.retiresOther { retiresOther = true }
        next += frame.bytesOnDisk
        sequence += 1
      }
      guard let later = try later(file, next, sequence) else { return }
      if try holdsHeader(file, at: next, sequence) {
        problem = Journals.Problem(
          file: name, offset: next,
          what:
            "commit \(sequence) has a wrong checksum, and commit \(later.sequence) stands behind it"
        )
      } else {
        gaps.append(
          "\(name): commits \(sequence) to \(later.sequence - 1) are not there, and later ones are")
      }
      next = later.offset
      sequence = later.sequence
    }
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

  /// The next whole commit behind one that is not whole: that one was acknowledged (STO-14).
  private func later(
    _ file: ReadOnlyFile, _ end: UInt64, _ expected: UInt64
  ) throws(ReadFailure) -> (offset: UInt64, sequence: UInt64)? {
    var offset = end
    var searched: UInt64 = 0
    while offset < file.size, let data = file.data(from: offset) {
      offset = max(offset, data / JournalScan.pageBytes * JournalScan.pageBytes)
      if let frame = try JournalScan.frame(file, at: offset), frame.isCommit,
        frame.generation == generation, frame.sequence > expected
      {
        if JournalScan.isWhole(frame, salt) { return (offset, frame.sequence) }
        searched += UInt64(frame.payload.count)
        guard searched <= file.size + AuditLimits.searchedBytes else {
          throw ReadFailure(path: file.path, kind: .tooMuch)
        }
      }
      offset += JournalScan.pageBytes
    }
    return nil
  }

  /// Whether the header of that commit stands there, whatever its checksum says.
  private func holdsHeader(
    _ file: ReadOnlyFile, at offset: UInt64, _ sequence: UInt64
  ) throws(ReadFailure) -> Bool {
    let header = try file.read(at: offset, count: JournalScan.headerBytes)
    guard header.count == JournalScan.headerBytes, header.starts(with: JournalScan.magic) else {
      return false
    }
    let isNext =
      header.span.bigEndian(at: 16) as UInt64 == generation
      && header.span.bigEndian(at: 24) as UInt64 == sequence
    return isNext
  }

  /// Whether a whole commit of a later generation lies in this journal although its beginning is not
  /// whole: then that was acknowledged and is damaged.
  static func holdsCommits(
    folder: String, number: Int, after generation: UInt64, salt: Bytes32
  ) throws(ReadFailure) -> Bool {
    guard let file = try ReadOnlyFile(path: "\(folder)/journal.\(number)") else { return false }
    var offset: UInt64 = 0
    var searched: UInt64 = 0
    while offset < file.size, let data = file.data(from: offset) {
      offset = max(offset, data / pageBytes * pageBytes)
      if let frame = try frame(file, at: offset), frame.isCommit, frame.generation > generation {
        if isWhole(frame, salt) { return true }
        searched += UInt64(frame.payload.count)
        guard searched <= file.size + AuditLimits.searchedBytes else {
          throw ReadFailure(path: file.path, kind: .tooMuch)
        }
      }
      offset += pageBytes
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
    guard count <= AuditLimits.frameBytes, start + UInt64(count) <= file.size else { return nil }
    let lawful = 1...AuditLimits.journalFrames
    let generation: UInt64 = header.span.bigEndian(at: 16)
    let sequence: UInt64 = header.span.bigEndian(at: 24)
    guard lawful.contains(generation), sequence <= AuditLimits.journalFrames else { return nil }
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
