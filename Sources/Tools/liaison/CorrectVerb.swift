import CommandLine
import Log
import Node
import Records
import Runtime

enum CorrectVerb {
  static let verb = Verb(
    "correct", "publish the next version of an own record, and withdraw those before it",
    details: [
      "FILE holds the whole record as it is now, with the same id and type. It goes to everybody who was given a version that stands, "
        + "and then those versions are withdrawn: everybody who carries them deletes them. The entry of the new version is printed, "
        + "and then that of the withdrawal.",
      "A correction says what it changes. Where FILE has no field change, --reason puts one in: the reason, and the fields that differ "
        + "from the newest version that stands.",
      "Attachments are carried on: their bytes are published anew, for the files of a version go with it. --without-attachment drops one, --attach adds one.",
      "With --to it goes to these alone. Who had a version and is left out gets the withdrawal, which says nothing of the new version. "
        + "--keep-older leaves the older versions, and is refused where somebody who had one is left out, or where the new "
        + "one expires earlier.",
    ],
    arguments: [
      Argument("NODE:ID", "the record, for example nl:2015-0117"),
      Argument("FILE", "the record as it is now, one JSON object; - for standard input"),
    ],
    options: [
      Liaison.data,
      Option("--reason", "TEXT", summary: "why, for the field change"),
      Option(
        "--to", "NAMES|all", summary: "who may read it, in place of those who had a version before"),
      Option(
        "--expires", "DAYS|YYYY-MM-DD|never",
        summary: "in place of the latest day on which a version that stands expires"),
      Option("--keep-older", summary: "do not withdraw the versions before"),
      Option(
        "--without-attachment", "NUMBER",
        summary: "drop this attachment of the newest version, counted from 0", repeats: true),
      Option("--replicas", "N", summary: "wait until this many peers have stored it"),
      Option(
        "--timeout", "SECONDS",
        summary: "give up when signing waits for peers longer than this: exit 75, nothing published"
      ),
    ] + PendingAttachment.options)

  static func run(_ arguments: Arguments) throws(Failure) {
    guard let reference = RecordReference(arguments.words[0]) else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no reference to a record.",
        hint: "Write NODE:ID, for example nl:2015-0117.")
    }
    let to = try arguments.value("--to").map(PublishVerb.names)
    let replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    let timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    var expiryDay: Int?
    if let text = arguments.value("--expires") {
      expiryDay =
        text == "never" ? 0 : try ExpiryDay.parse(text, now: SystemClock().wallMilliseconds)
    }
    let added = try PendingAttachment.given(arguments)
    var (correction, daemon) = try Correction.begin(
      reference, arguments.folder,
      others: "An author corrects what it published; ask \(reference.author.text) for it.")
    try correction.carryOn(without: arguments.all("--without-attachment"), adding: added, daemon)
    try correction.read(arguments.words[1], reason: arguments.value("--reason"))
    try correction.decide(
      to: to, expiryDay: expiryDay, keepsOlder: arguments.has("--keep-older"))
    for line in correction.notes { Output.printError("liaison: \(line)\n") }
    if !correction.isPublished {
      try publish(correction, daemon, replicas: replicas, timeout: timeout)
    }
    try withdraw(correction, daemon, replicas: replicas, timeout: timeout)
  }

  static func publish(
    _ correction: Correction, _ daemon: DaemonConnection, replicas: Int?, timeout: Int?
  ) throws(Failure) {
    var request = PublishRequest(
      to: correction.to, records: [], replicas: replicas, timeout: timeout,
      expiryDay: correction.expiryDay == 0 ? nil : correction.expiryDay)
    guard correction.attachments.isEmpty else {
      var publication = AttachmentPublication(daemon, request, correction.attachments)
      let outcome = try publication.run(correction.record)
      PublishVerb.print(outcome.entries)
      if case .notReplicated(_, let stored, let wanted) = outcome.shortfall {
        sayShortfall(stored, wanted)
      }
      return
    }
    request.records = [correction.record]
    do throws(ControlError) {
      do throws(Failure) {
        try daemon.send(ControlCall.encode("Publish", request))
      } catch {
        throw DaemonConnection.connectionLost
      }
      let reply = try daemon.publishAnswer()
      if reply.hasNotes { PublishVerb.warn(reply) }
      PublishVerb.print(reply.entries)
    } catch .notReplicated(let entries, let stored, let wanted) {
      // It is durable, and the older versions must go all the same.
      PublishVerb.print(entries)
      sayShortfall(stored, wanted)
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable, "The daemon went away; whether the correction was published is not known.",
        hint: "See liaison tail --log; the same command goes on where this one ended.")
    } catch {
      throw Failure(error)
    }
  }

  private static func sayShortfall(_ stored: Int, _ wanted: Int) {
    Output.printError(
      "liaison: \(stored) of \(wanted) peers confirmed the new version; it spreads as they connect\n"
    )
  }

  private static func withdraw(
    _ correction: Correction, _ daemon: DaemonConnection, replicas: Int?, timeout: Int?
  ) throws(Failure) {
    let entries = correction.toWithdraw
    guard !entries.isEmpty else { return }
    let all = try daemon.withChunks(entries)
    do throws(ControlError) {
      try daemon.withdraw(all, replicas: replicas, timeout: timeout) { PublishVerb.print($0) }
    } catch {
      if case .notReplicated = error { throw Failure(error) }
      throw Failure(error).with(
        hint: "The new version is published; liaison withdraw \(entries.joined(separator: " ")) "
          + "takes the older ones back, and so does the same command again.")
    }
  }
}

extension DaemonConnection {
  /// Names on the roster, without the node's own.
  func roster() throws(Failure) -> Set<String> {
    Set(try call("Status", reply: StatusReport.self).peers.map(\.name))
  }
}
