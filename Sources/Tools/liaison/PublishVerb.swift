import CommandLine
import Node
import Runtime

enum PublishVerb {
  static let verb = Verb(
    "publish", "seal records to the nodes named and publish them",
    details: [
      "A record is one JSON object a line with a string \"type\", at most 64 KiB. All of the input is "
        + "checked before anything of it is published. The entry of each record is printed once it "
        + "is durable, in the order of the lines; if publishing breaks off, the last line says how to go on.",
      "Records of known types are checked by Protocols/records.md, as liaison record check does, and their ids must not stand "
        + "already: another version of a record is published with liaison correct. A record of an unknown type is published with a note.",
      "A file is read twice, so it may be of any size; what a pipe gives is held in memory first, 1 GiB at most. "
        + "With --stream the records of a pipe are published as they come, each checked before it is.",
      "With --attach the input is one record, which gets the list of its attachments; nothing else may write that list. Their bytes are published before it, in entries of "
        + "about 1 MB, and expire and are withdrawn with it. Whoever carries the log sees how many there are, and their sizes.",
    ],
    arguments: [
      Argument("FILE.jsonl", "the records, - or nothing for standard input", isRequired: false)
    ],
    options: [
      Option(
        "--to", "NAMES|all|@GROUP",
        summary: "who may read them: names with commas, all, or a group (@nl:ctf-balkans)",
        isRequired: true),
      Liaison.data,
      Option(
        "--expires", "DAYS|YYYY-MM-DD",
        summary: "the day from which on everybody deletes the bodies: in so many days, or a date"),
      Option("--replicas", "N", summary: "wait until this many peers have stored them"),
      Option(
        "--timeout", "SECONDS",
        summary: "give up when signing waits for peers longer than this: exit 75, nothing published"
      ),
      Option("--from-line", "N", summary: "leave out the lines before this one"),
      Option("--to-line", "N", summary: "leave out the lines after this one"),
      Option("--stream", summary: "publish what comes through a pipe as it comes"),
    ] + PendingAttachment.options)

  static func run(_ arguments: Arguments) throws(Failure) {
    let to = try names(arguments.value("--to") ?? "")
    let replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    let timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    let now = SystemClock().wallMilliseconds
    var expiryDay: Int?
    if let text = arguments.value("--expires") { expiryDay = try ExpiryDay.parse(text, now: now) }
    let first = try arguments.number("--from-line", in: 1...Int(Int32.max)) ?? 1
    let last = try arguments.number("--to-line", in: first...Int(Int32.max))
    let files = try PendingAttachment.given(arguments)
    let daemon = try DaemonConnection(arguments.folder)
    // Before the input is read: that may take long, or wait for a person.
    try sayWhoIsWaitedFor(daemon)
    let request = PublishRequest(
      to: to, records: [], replicas: replicas, timeout: timeout, expiryDay: expiryDay)
    guard files.isEmpty else { return try publish(files, request, arguments, daemon) }
    let input = try RecordInput(
      path: arguments.words.first, lines: first...(last ?? .max),
      asItComes: arguments.has("--stream"),
      schema: PublishCheck(arguments.folder, asItComes: arguments.has("--stream")))
    var run = PublishRun(
      daemon, input, request, toLine: last,
      citation: try GroupCitation.ofPublish(to: to, daemon))
    try run.run()
  }

  /// One record with its attachments.
  private static func publish(
    _ files: [PendingAttachment], _ request: PublishRequest, _ arguments: Arguments,
    _ daemon: DaemonConnection
  ) throws(Failure) {
    for option in ["--stream", "--from-line", "--to-line"] where arguments.has(option) {
      throw Failure(
        .usage, "\(option) is given beside --attach.",
        hint: "Files are attached to one record, which is all of the input.")
    }
    var record = try OneRecord.read(arguments.words.first ?? "-")
    if let citation = try GroupCitation.ofPublish(to: request.to, daemon) {
      record = try citation.put(into: record, line: 1)
    }
    var check = PublishCheck(arguments.folder, asItComes: false)
    try check.check(record, line: 1, isWanted: true)
    try check.finish()
    var publication = AttachmentPublication(daemon, request, files)
    let outcome = try publication.run(record)
    print(outcome.entries)
    if let shortfall = outcome.shortfall { throw Failure(shortfall) }
  }

  /// The nodes of `--to`.
  static func names(_ text: String) throws(Failure) -> [String] {
    let to = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard to.allSatisfy({ !$0.isEmpty }), to == ["all"] || !to.contains("all") else {
      throw Failure(
        .usage, "--to is \"\(text)\".",
        hint: "Name nodes with commas between them (be,fr), or all.")
    }
    guard Set(to).count == to.count else {
      throw Failure(
        .usage, "--to names a node twice: \(to.joined(separator: ",")).",
        hint: "Name each node once.")
    }
    return to
  }

  static func sayWhoIsWaitedFor(_ daemon: DaemonConnection) throws(Failure) {
    let report = try daemon.call("Status", reply: StatusReport.self)
    if let text = SigningVerb.waiting(report) { Output.printError("liaison: \(text)\n") }
  }

  /// Tells the operator what concerns the audience.
  static func warn(_ reply: PublishReply) {
    if let names = reply.leftOut?.joined(separator: ", ") {
      Output.printError(
        "liaison: not sealed to \(names): the sealing key of that card is of small order; ask for another card\n"
      )
    }
    if let names = reply.contested?.joined(separator: ", ") {
      Output.printError(
        "liaison: not sealed to \(names): contested, or not compared yet; liaison peer list says which, and a card compared by voice mends it\n"
      )
    }
    if let names = reply.withoutPresharedKey?.joined(separator: ", ") {
      Output.printError(
        "liaison: \(names) got no pre-shared key, others of this audience did: it is protected as it is without any\n"
      )
    }
  }

  static func print(_ runs: [EntryRun]) {
    var text = ""
    for run in runs {
      for index in run.indices { text += "\(run.origin)/\(index)\n" }
    }
    Output.print(text)
  }
}
