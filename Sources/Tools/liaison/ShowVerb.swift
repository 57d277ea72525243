import CommandLine
import Node
import Runtime
import Text
import Varlink

enum ShowVerb {
  static let verb = Verb(
    "show", "print an entry's header and, where this node may read it, its record",
    arguments: [Argument("ORIGIN/INDEX", "the entry, for example nl/1/17")],
    options: [
      Liaison.data,
      Option(
        "--reshared", summary: "the entry is a reshare: show what it passes on, with its key"),
      Option("--json", summary: "print one JSON object"),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    guard arguments.words[0].isEntry else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no entry.",
        hint: "Write NAME/EPOCH/INDEX, for example nl/1/17.")
    }
    let daemon = try DaemonConnection(arguments.folder)
    var entry = try daemon.call(
      "Show", ShowRequest(entry: arguments.words[0]), reply: ShowReply.self)
    if arguments.has("--reshared") { entry = try PassedOn(entry).show(daemon) }
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(entry))
      return
    }
    Output.print(header(entry))
    if entry.opening == .opened, let record = entry.record {
      Output.print(records: [Array(record.utf8)])
    } else {
      Output.print(opening(entry) + "\n")
    }
  }

  private static func header(_ entry: ShowReply) -> String {
    var rows = [
      ("entry", entry.entry), ("log", entry.log), ("time", UTCTime.text(milliseconds: entry.time)),
      ("kind", "\(entry.kind) (\(entry.kindNumber)), suite \(entry.suite)"),
      ("body", "\(entry.bodyBytes) bytes, SHA-256 \(entry.bodyHash)"),
      ("audience tag", entry.audienceTag), ("previous", entry.previous),
      ("leaf hash", entry.leafHash), ("signature", entry.signature),
    ]
    if entry.expiryDay != 0 {
      let day = UTCTime.text(milliseconds: UInt64(entry.expiryDay) * 86_400_000).prefix(10)
      rows.append(("expires", String(day)))
    }
    if let audience = entry.audience {
      rows.append(("sealed to", audience.joined(separator: ", ")))
    }
    if entry.disputed { rows.append(("disputed", "yes: at or above a proven fork")) }
    if let witnesses = entry.witnesses, let roster = entry.rosterSize {
      let names = witnesses.isEmpty ? "" : ": \(witnesses.joined(separator: ", "))"
      rows.append(
        ("cosigned", "by \(witnesses.count) of \(roster) of your roster before the proof\(names)"))
    }
    if entry.late { rows.append(("late", "yes: after the end that the next epoch gave this log")) }
    return rows.map { name, value in
      name + String(repeating: " ", count: 14 - name.count) + value.printable + "\n"
    }.joined() + "\n"
  }

  private static func opening(_ entry: ShowReply) -> String {
    let why = entry.why.map { ": \($0)" } ?? ""
    return switch entry.opening {
    case .opened:
      entry.kind == "grant"
        ? "a grant: it gives the key of an audience to its members, and this node opened it"
        : entry.text ?? "the record is missing in the daemon's answer"
    case .isPublic: entry.text ?? "public body, not text"
    case .notForThisNode: "not for this node"
    case .grantsMissing: "not readable yet: grants below this entry have not arrived"
    case .presharedKeyMissing: "for this node, but its pre-shared key with the author is missing"
    case .keyForgotten:
      "its keys were destroyed here (liaison keys forget): a hub, a backup or an export may have it"
    case .hidden: "withdrawn by its author\(why); erased when the withdrawal has stood for 7 days"
    case .purged: "purged: withdrawn by its author\(why)"
    case .purgedHere: "purged here\(why)"
    case .expired: "expired\(why)"
    case .absent: "its body has not arrived"
    case .undecided:
      "not shown until withdrawals that may name it are read: the node tries again each minute"
    case .defect: "the author's, but no record\(why)"
    case .unknown: "a kind of entry that this version does not know"
    }
  }
}
