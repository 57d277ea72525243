import CommandLine
import Crypto
import JSON
import Node
import Records
import Text

/// Publishes the chunks of some files and then the record that lists them (Protocols/records.md,
/// 10). Chunks whose record was not published are taken back.
struct AttachmentPublication {
  /// An audience that changes between a chunk and the record costs a new beginning.
  private static let attempts = 3

  /// The record is published.
  struct Outcome {
    let entries: [EntryRun]
    /// Fewer peers stored it than were asked for.
    let shortfall: ControlError?
  }

  private enum Obstacle: Error {
    /// The audience is another one than that of the chunks.
    case stale
    /// Nothing else was published.
    case failed(Failure)
    /// The record may be published.
    case unknown(Failure)
  }

  private let daemon: DaemonConnection
  /// Without records.
  private let template: PublishRequest
  private let files: [PendingAttachment]
  /// Entries of chunks that no record lists yet: `nl/1/17`.
  private var chunks: [String] = []
  private var grant: UInt64?
  private var hasWarned = false
  private var progress = ProgressLine()

  init(_ daemon: DaemonConnection, _ template: PublishRequest, _ files: [PendingAttachment]) {
    self.daemon = daemon
    self.template = template
    self.files = files
  }

  /// - Parameter record: checked, and without a list of attachments.
  mutating func run(_ record: Record) throws(Failure) -> Outcome {
    defer { progress.clear() }
    for _ in 0..<AttachmentPublication.attempts {
      do throws(Obstacle) {
        return try attempt(record)
      } catch {
        progress.clear()
        switch error {
        case .stale: try takeBack()
        case .failed(let failure):
          do throws(Failure) { try takeBack() } catch { throw failure.with(hint: error.hint) }
          throw failure
        case .unknown(let failure): throw failure
        }
      }
    }
    throw Failure(
      .temporaryFailure,
      "Nothing was published: who gets it changed \(AttachmentPublication.attempts) times meanwhile.",
      hint: "Try again when liaison peer and its exchanges of keys rest.")
  }

  private mutating func attempt(_ record: Record) throws(Obstacle) -> Outcome {
    grant = nil
    var attachments: [Attachment] = []
    for file in files {
      let bytes: [UInt8]
      do throws(Failure) { bytes = try file.read() } catch { throw .failed(error) }
      let entries = try publish(bytes, of: file)
      attachments.append(
        Attachment(
          name: file.name, mediaType: file.mediaType,
          sha256: Hex.encode(SHA256.hash(bytes).array), bytes: bytes.count,
          chunks: EntryRange.joining(entries)))
    }
    return try publish(try listing(attachments, in: record))
  }

  /// - Returns: the indices of its chunks.
  private mutating func publish(
    _ bytes: [UInt8], of file: PendingAttachment
  ) throws(Obstacle) -> [UInt64] {
    var entries: [UInt64] = []
    for start in stride(from: 0, to: bytes.count, by: RecordLimits.chunkBytes) {
      let end = min(start + RecordLimits.chunkBytes, bytes.count)
      let (reply, _) = try call(
        ControlCall.encode(
          "PublishChunk",
          PublishChunkRequest(
            to: template.to, chunk: Array(bytes[start..<end]), expiryDay: template.expiryDay,
            grant: grant, timeout: template.timeout)))
      guard let run = reply.entries.first, let index = run.indices.first, let sealed = reply.grant
      else { throw .failed(AttachmentPublication.otherVersion) }
      chunks.append("\(run.origin)/\(index)")
      entries.append(index)
      grant = sealed
      if reply.hasNotes, !hasWarned { PublishVerb.warn(reply) }
      hasWarned = hasWarned || reply.hasNotes
      progress.show(
        "published \(UInt64(end).asBytes) of \(file.name), \(UInt64(bytes.count).asBytes)")
    }
    return entries
  }

  private func listing(
    _ attachments: [Attachment], in record: Record
  ) throws(Obstacle) -> Record {
    guard let whole = try? Record(checking: RecordAttachments.put(attachments, into: record)) else {
      throw .failed(
        Failure(
          .dataError, "The record with its attachments is longer than 64 KiB.",
          hint: "Attach fewer files, or shorten it. Nothing was published."))
    }
    if SharedRecord.knownType(of: whole) != nil,
      let problem = SharedRecord.readToPublish(whole).problems.first(where: \.isRefusal)
    {
      throw .failed(
        Failure(.dataError, problem.sentence.printable.sentence, hint: problem.hint))
    }
    return whole
  }

  private mutating func publish(_ record: Record) throws(Obstacle) -> Outcome {
    var request = template
    request.records = [record]
    request.grant = grant
    let (reply, shortfall) = try call(ControlCall.encode("Publish", request))
    chunks = []
    return Outcome(entries: reply.entries, shortfall: shortfall)
  }

  /// One call, again while the daemon has too much waiting.
  private func call(
    _ message: [UInt8]
  ) throws(Obstacle) -> (PublishReply, shortfall: ControlError?) {
    while true {
      do throws(Failure) { try daemon.send(message) } catch { throw .unknown(lost) }
      do throws(ControlError) {
        return (try daemon.publishAnswer(), nil)
      } catch .busy {
        daemon.rest()
      } catch .attachmentStale {
        throw .stale
      } catch .notReplicated(let entries, let stored, let wanted) {
        return (
          PublishReply(entries: entries),
          .notReplicated(entries: entries, stored: stored, wanted: wanted)
        )
      } catch DaemonConnection.connectionLost {
        throw .unknown(lost)
      } catch {
        throw .failed(Failure(error))
      }
    }
  }

  private mutating func takeBack() throws(Failure) {
    guard !chunks.isEmpty else { return }
    let entries = chunks
    chunks = []
    do throws(ControlError) {
      try daemon.withdraw(entries, timeout: template.timeout) { _ in }
    } catch {
      throw Failure(error).with(
        hint:
          "Chunks of its attachments stand without a record: liaison attachment orphans --withdraw takes them back."
      )
    }
  }

  private var lost: Failure {
    Failure(
      .unavailable, "The daemon went away; whether the record was published is not known.",
      hint:
        "See liaison tail --log; chunks without a record are found by liaison attachment orphans."
    )
  }

  private static let otherVersion = Failure(
    .unavailable, "The daemon does not say where the chunk is.",
    hint: "Use a liaison and a liaisond of the same version.")
}
