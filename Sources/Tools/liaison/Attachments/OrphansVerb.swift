import CommandLine
import Log
import Node
import Records
import Runtime

enum OrphansVerb {
  /// Younger chunks may be of a publication that is under way.
  private static let leastAgeMilliseconds: UInt64 = 3_600_000

  static let verb = Verb(
    "attachment orphans", "list own chunks that no own record lists",
    details: [
      "A crash between the chunks of an attachment and its record leaves such chunks: they belong to nothing, and everybody carries them. "
        + "Those of the last hour are left out, since their record may be on its way. All own logs are read. Prints one entry a line; with --withdraw "
        + "they are withdrawn, and the entries of the withdrawals are printed."
    ],
    options: [
      Option("--withdraw", summary: "withdraw them"),
      Option("--all", summary: "also those of the last hour, when nothing is being published"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let report = try daemon.call("Status", reply: StatusReport.self)
    let now = SystemClock().wallMilliseconds
    let youngest = arguments.has("--all") ? now : now - min(now, leastAgeMilliseconds)
    var orphans: [String] = []
    for log in report.logs {
      guard let origin = try? Origin(log.origin), origin.name.text == report.node else { continue }
      orphans += try self.orphans(of: origin, log, signedBefore: youngest, daemon)
    }
    guard arguments.has("--withdraw") else {
      return Output.print(orphans.map { $0 + "\n" }.joined())
    }
    do throws(ControlError) {
      try daemon.withdraw(orphans) { PublishVerb.print($0) }
    } catch {
      throw Failure(error)
    }
  }

  /// A record that cannot be read here may list what seems to belong to nothing.
  private static func orphans(
    of origin: Origin, _ log: LogReport, signedBefore youngest: UInt64,
    _ daemon: DaemonConnection
  ) throws(Failure) -> [String] {
    let chunks = try chunks(of: origin, daemon).filter { $0.time <= youngest }
    guard !chunks.isEmpty else { return [] }
    var listed: Set<UInt64> = []
    let end = try daemon.each(of: origin) { event in
      guard let record = event.record, RecordAttachments.isIn(record) else { return }
      for file in SharedRecord.read(record).common.attachments {
        for range in file.chunks { listed.formUnion(range.indices) }
      }
    }
    guard log.damaged.isEmpty, log.undecided.isEmpty, end >= log.size else {
      throw Failure(
        .temporaryFailure,
        "Records of \(origin) cannot all be read here: they may list these chunks.",
        hint: "See liaison status, and try again when the log is whole.")
    }
    var orphans: [String] = []
    for run in chunks {
      for index in run.first..<(run.first + run.count) where !listed.contains(index) {
        let entry = "\(origin)/\(index)"
        // The same grant opens its record: one that it does not open may be there.
        let shown = try daemon.call(
          "ShowChunk", ShowRequest(entry: entry), reply: ChunkReply.self)
        if shown.opening == .opened { orphans.append(entry) }
      }
    }
    return orphans
  }

  private static func chunks(
    of origin: Origin, _ daemon: DaemonConnection
  ) throws(Failure) -> [ListChunksReply.Run] {
    var runs: [ListChunksReply.Run] = []
    var next: UInt64 = 0
    while true {
      let page = try daemon.call(
        "ListChunks", ListChunksRequest(origin: origin.text, from: next),
        reply: ListChunksReply.self)
      runs += page.chunks
      guard page.more, page.next > next else { return runs }
      next = page.next
    }
  }
}
