internal import Crypto
internal import Log

/// A file of nonces (Protocols/hub.md, HUB-61): what each anchor hides, and where it was published.
struct AnchorLines {
  /// A checkpoint of the consultation log, behind its commitment.
  struct Opening {
    /// From 1.
    let line: Int
    let size: UInt64
    let root: Digest
  }

  /// The answer to the line before.
  struct Answer {
    let line: Int
    /// `nl/1/17`
    let entry: String
    let commitment: Digest
  }

  /// Looked up, never iterated.
  private(set) var openings: [Digest: Opening] = [:]
  private(set) var answers: [Answer] = []
  /// Sizes of all checkpoints.
  private(set) var sizes: Set<UInt64> = []
  /// The first lines that are none, with why.
  private(set) var problems: [(line: Int, what: String)] = []
  private(set) var problemsLeftOut = 0
  private(set) var lines = 0
  /// Bytes behind the last newline.
  private(set) var tornBytes = 0
  private let identity: LogIdentity
  private var last: Digest?
  /// Verified last: where nothing was recorded, the next checkpoint is the same.
  private var known: VerifiedCheckpoint?

  /// - Parameter identity: of the consultation log, which signed the checkpoints.
  init(of identity: LogIdentity) { self.identity = identity }

  mutating func read(_ file: ReadOnlyFile) throws(ReadFailure) {
    guard file.size <= UInt64(AuditLimits.anchorFileBytes) else {
      throw ReadFailure(path: file.path, kind: .tooMuch)
    }
    var offset: UInt64 = 0
    var rest: [UInt8] = []
    while true {
      let bytes = try file.read(at: offset, count: AuditLimits.readBytes)
      if bytes.isEmpty { break }
      offset += UInt64(bytes.count)
      var start = bytes.startIndex
      while let end = bytes[start...].firstIndex(of: AnchorLines.newline) {
        take(rest + bytes[start..<end])
        rest = []
        start = end + 1
      }
      // A line that is too long already says nothing with more.
      if rest.count <= AuditLimits.anchorLineBytes { rest += bytes[start...] }
    }
    tornBytes = rest.count
  }

  private static let newline = UInt8(ascii: "\n")

  private mutating func take(_ bytes: [UInt8]) {
    lines += 1
    guard bytes.count <= AuditLimits.anchorLineBytes else { return problem("is too long") }
    let words = String(decoding: bytes, as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3 else { return problem("has not three words") }
    switch words[0] {
    case "anchor": takeAnchor(words[1], words[2])
    case "entry": takeEntry(words[1], words[2])
    default: problem("is neither \"anchor\" nor \"entry\"")
    }
  }

  private mutating func takeAnchor(_ nonce: Substring, _ checkpoint: Substring) {
    last = nil
    guard let nonce = Hex.decode(nonce).flatMap({ Bytes32($0) }),
      let note = Base64.decode(checkpoint)
    else { return problem("has no nonce or no checkpoint") }
    do throws(NoteError) {
      let checkpoint = try VerifiedCheckpoint.verify(note: note, identity: identity, known: known)
      guard checkpoint.note == note else {
        return problem("has a checkpoint with more than its log's signature")
      }
      known = checkpoint
      let commitment = Anchor.commitment(nonce: nonce, checkpoint: note)
      openings[commitment] = Opening(line: lines, size: checkpoint.size, root: checkpoint.root)
      sizes.insert(checkpoint.size)
      last = commitment
    } catch {
      problem("has a checkpoint that does not verify: \(error)")
    }
  }

  private mutating func takeEntry(_ entry: Substring, _ time: Substring) {
    guard UInt64(time) != nil, entry.utf8.count <= LogLimits.originBytes + 21 else {
      return problem("names no entry")
    }
    // The line before is one that was told to be none.
    guard let commitment = last else {
      if problems.isEmpty { problem("is the answer to nothing") }
      return
    }
    answers.append(Answer(line: lines, entry: String(entry), commitment: commitment))
    last = nil
  }

  private mutating func problem(_ what: String) {
    guard problems.count < AuditLimits.findingsListed else {
      problemsLeftOut += 1
      return
    }
    problems.append((lines, what))
  }
}
