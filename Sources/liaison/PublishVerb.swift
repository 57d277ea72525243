import CommandLine
import Node
import Runtime

enum PublishVerb {
  static let verb = Verb(
    "publish", "seal records to the nodes named and publish them",
    details: [
      "A record is one JSON object a line with a string \"type\", at most 64 KiB. All of the input is "
        + "checked before anything of it is published. The entry of each record is printed once it "
        + "is durable; if publishing breaks off, the lines printed say how far it came, and "
        + "--from-line goes on."
    ],
    arguments: [
      Argument("FILE.jsonl", "the records, - or nothing for standard input", isRequired: false)
    ],
    options: [
      Option(
        "--to", "NAMES|all", summary: "who may read them: names with commas, or all",
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
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let to = (arguments.value("--to") ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map(String.init)
    guard to.allSatisfy({ !$0.isEmpty }), to == ["all"] || !to.contains("all") else {
      throw Failure(
        .usage, "--to is \"\(arguments.value("--to") ?? "")\".",
        hint: "Name nodes with commas between them (be,fr), or all.")
    }
    guard Set(to).count == to.count else {
      throw Failure(
        .usage, "--to names a node twice: \(to.joined(separator: ",")).",
        hint: "Name each node once.")
    }
    let replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    let timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    let now = SystemClock().wallMilliseconds
    var expiryDay: Int?
    if let text = arguments.value("--expires") { expiryDay = try ExpiryDay.parse(text, now: now) }
    let first = try arguments.number("--from-line", in: 1...Int(Int32.max)) ?? 1
    let input = try RecordInput(path: arguments.words.first)
    guard first <= input.count else {
      throw Failure(
        .usage, "--from-line is \(first), and the input has \(input.count) lines.",
        hint: "There is nothing left to publish.")
    }
    let daemon = try DaemonConnection(arguments.folder)
    try sayWhoIsWaitedFor(daemon)
    var progress = ProgressLine()
    var line = first
    while line <= input.count {
      let records = input.batch(from: line)
      let request = PublishRequest(
        to: to, records: records, replicas: replicas, timeout: timeout, expiryDay: expiryDay)
      do throws(Failure) {
        try publish(request, daemon, line: line, of: input.count)
      } catch {
        progress.clear()
        throw error
      }
      line += records.count
      // Standard output on a terminal shows how far it is by itself.
      if !Output.isTerminal(1) {
        progress.show("published \(line - first) of \(input.count - first + 1)")
      }
    }
    progress.clear()
  }

  static func sayWhoIsWaitedFor(_ daemon: DaemonConnection) throws(Failure) {
    let report = try daemon.call("Status", reply: StatusReport.self)
    guard report.signing == "waiting" else { return }
    let why = report.signingWhy ?? ""
    Output.printError(
      "liaison: waiting: \(why); 'liaison signing release' ends the wait, ^C gives up\n")
  }

  private static func publish(
    _ request: PublishRequest, _ daemon: DaemonConnection, line: Int, of count: Int
  ) throws(Failure) {
    let next = line + request.records.count
    let onward = next <= count ? " Go on with --from-line \(next)." : ""
    do throws(ControlError) {
      try send(request, daemon)
      print(try daemon.answer(PublishReply.self).parameters.entries)
    } catch .recordRefused(let number, let reason) {
      throw Failure(
        .dataError, "Line \(line + number - 1) \(reason).",
        hint: "Mend it and go on with --from-line \(line).")
    } catch .notReplicated(let entries, let stored, let wanted) {
      print(entries)
      var failure = Failure(
        ControlError.notReplicated(entries: entries, stored: stored, wanted: wanted))
      failure.hint += onward
      throw failure
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable,
        "The daemon went away; whether lines \(line) to \(next - 1) were published is not known.",
        hint:
          "See the node's log end in liaison status, then go on with --from-line \(line) or \(next)."
      )
    } catch {
      var failure = Failure(error)
      if line > 1 { failure.hint += " Go on with --from-line \(line)." }
      throw failure
    }
  }

  private static func send(
    _ request: PublishRequest, _ daemon: DaemonConnection
  ) throws(ControlError) {
    do throws(Failure) {
      try daemon.send(ControlCall.encode("Publish", request))
    } catch {
      throw DaemonConnection.connectionLost
    }
  }

  static func print(_ runs: [EntryRun]) {
    var text = ""
    for run in runs {
      for index in run.first..<(run.first + run.count) { text += "\(run.origin)/\(index)\n" }
    }
    Output.print(text)
  }
}
