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
  /// The length of the file.
  private(set) var length: UInt64 = 0
  /// Commits are missing before later ones, and nothing stands in their place: they were written
  /// while the journal was copied, or are lost. The entries that they acknowledged are looked for
  /// in the log files.
  private(set) var gaps: [String] = []
  /// A frame says that the other journal is no longer needed: the log files have what it holds.
  private(set) var retiresOther = false
  private(set) var salt = Bytes32.zero

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
    var search = CommitSearch(file: file, salt: salt)
    while problem == nil {
      while let frame = try JournalFrame(file, at: next), frame.isCommit,
        frame.generation == generation, frame.sequence == sequence, frame.isWhole(salt)
      {
        commits.append((next, frame.payload))
        if frame.retiresOther { retiresOther = true }
        next += frame.bytesOnDisk
        sequence += 1
      }
      // A whole commit behind one that is not whole: that one was acknowledged (STO-14).
      let later = try search.next(from: next) {
        $0.generation == generation && $0.sequence > sequence
      }
      if search.isGivenUp {
        gaps.append(
          "\(name): whether commits stand behind byte \(next): there is too much that looks like one"
        )
      }
      guard let later else { return }
      if try holdsHeader(file, at: next, sequence) {
        problem = Journals.Problem(
          file: name, offset: next,
          what:
            "commit \(sequence) has a wrong checksum, and commit \(later.frame.sequence) stands behind it"
        )
      } else {
        gaps.append(
          "\(name): commits \(sequence) to \(later.frame.sequence - 1) are not there, and later ones are"
        )
      }
      next = later.offset
      sequence = later.frame.sequence
    }
  }

  private var firstCommit: UInt64 = 0

  private mutating func readBeginning(_ file: ReadOnlyFile) throws(ReadFailure) {
    guard let frame = try JournalFrame(file, at: 0), frame.isBeginning, frame.sequence == 0,
      frame.payload.count >= 36
    else { return }
    salt = Bytes32(frame.payload.span, at: 0)
    guard frame.isWhole(salt) else { return }
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

  /// True when the header of that commit stands there, whatever its checksum says.
  private func holdsHeader(
    _ file: ReadOnlyFile, at offset: UInt64, _ sequence: UInt64
  ) throws(ReadFailure) -> Bool {
    let header = try file.read(at: offset, count: JournalFrame.headerBytes)
    guard header.count == JournalFrame.headerBytes, header.starts(with: JournalFrame.magic) else {
      return false
    }
    let isNext =
      header.span.bigEndian(at: 16) as UInt64 == generation
      && header.span.bigEndian(at: 24) as UInt64 == sequence
    return isNext
  }

  /// True when a whole commit of a later generation lies in this journal although its beginning is
  /// not whole: that one was acknowledged and is damaged.
  /// - Returns: nil if there is too much to look at.
  static func holdsCommits(
    folder: String, number: Int, after generation: UInt64, salt: Bytes32
  ) throws(ReadFailure) -> Bool? {
    guard let file = try ReadOnlyFile(path: "\(folder)/journal.\(number)") else { return false }
    var search = CommitSearch(file: file, salt: salt)
    let found = try search.next(from: 0) { $0.generation > generation }
    return search.isGivenUp ? nil : found != nil
  }
}
