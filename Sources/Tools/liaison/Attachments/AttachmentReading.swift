import CommandLine
import Node
import Records

/// Fetches the chunks of an attachment from the daemon, and gives the file out when all of it was
/// checked (Protocols/records.md, REC-102). It is held in memory: 64 MiB at most, and nothing of it
/// on a disk.
struct AttachmentReading {
  private let daemon: DaemonConnection
  private let log: String
  private let record: AttachmentCheck.Seal

  /// - Parameter shown: the record that lists it.
  init(_ daemon: DaemonConnection, _ shown: ShowReply) throws(Failure) {
    guard let slash = shown.entry.lastIndex(of: "/"),
      let index = UInt64(shown.entry[shown.entry.index(after: slash)...]), let grant = shown.grant
    else {
      throw Failure(
        .unavailable, "The daemon does not say how \(shown.entry) is sealed.",
        hint: "Use a liaison and a liaisond of the same version.")
    }
    self.daemon = daemon
    log = String(shown.entry[..<slash])
    record = AttachmentCheck.Seal(index: index, grant: grant, expiryDay: shown.expiryDay)
  }

  func bytes(of attachment: Attachment) throws(Failure) -> [UInt8] {
    var check = try sound { () throws(AttachmentDefect) in
      try AttachmentCheck(attachment, of: record)
    }
    var progress = ProgressLine()
    defer { progress.clear() }
    var done = 0
    while let index = check.next {
      let (bytes, seal) = try chunk(at: index)
      try sound { () throws(AttachmentDefect) in try check.take(bytes, seal) }
      done += bytes.count
      progress.show("read \(UInt64(done).asBytes) of \(UInt64(attachment.bytes ?? 0).asBytes)")
    }
    return try sound { () throws(AttachmentDefect) in try check.finish() }
  }

  private func sound<Value>(
    _ body: () throws(AttachmentDefect) -> Value
  ) throws(Failure) -> Value {
    do throws(AttachmentDefect) { return try body() } catch {
      throw Failure(
        .dataError, "The attachment \(error.reason): nothing of it is given out.",
        hint:
          "It is its author's doing, and of this attachment alone: ask \(log.prefix { $0 != "/" })."
      )
    }
  }

  /// - Returns: no seal where the entry is no chunk.
  private func chunk(at index: UInt64) throws(Failure) -> ([UInt8], AttachmentCheck.Seal?) {
    let entry = "\(log)/\(index)"
    let reply = try daemon.call("ShowChunk", ShowRequest(entry: entry), reply: ChunkReply.self)
    switch reply.opening {
    case .opened:
      guard let bytes = reply.chunk, let grant = reply.grant else {
        throw Failure(
          .unavailable, "The daemon gave \(entry) without its bytes.",
          hint: "Use a liaison and a liaisond of the same version.")
      }
      return (
        bytes, AttachmentCheck.Seal(index: index, grant: grant, expiryDay: reply.expiryDay)
      )
    case .notForThisNode, .defect: return ([], nil)
    default: throw missing(entry, reply)
    }
  }

  private func missing(_ entry: String, _ reply: ChunkReply) -> Failure {
    let why =
      switch reply.opening {
      case .hidden, .purged: "was withdrawn by its author"
      case .expired: "has expired"
      case .purgedHere: "was deleted here"
      case .grantsMissing: "cannot be read yet: grants below it have not arrived"
      case .presharedKeyMissing: "needs the pre-shared key with its author"
      case .keyForgotten: "has no key here any more (liaison keys forget)"
      case .undecided: "is not handed out until withdrawals that may name it are read"
      default: "is not here"
      }
    let names = reply.holders ?? []
    let hint =
      names.isEmpty
      ? "No connected peer has shown that part of the log; see liaison status."
      : "Of the connected peers these have the log up to it: \(names.joined(separator: ", "))."
    return Failure(
      .noInput, "The chunk \(entry) of the attachment \(why): nothing was printed.",
      hint: reply.holders == nil ? "See liaison show \(entry)." : hint)
  }
}
