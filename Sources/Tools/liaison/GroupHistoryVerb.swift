import CommandLine
import Node
import Runtime

enum GroupHistoryVerb {
  static let verb = Verb(
    "group history", "give a new member older records of this node",
    details: [
      "A new member of a group opens what is sealed from then on, and nothing older. This gives it the keys of what this node sealed to the group: "
        + "its node opens what it carries anyway, and no body travels again. Each author gives its own; what others wrote they give.",
      "Every body that these keys open is opened, also one that was withdrawn since and is still carried somewhere. It cannot be taken back. "
        + "Records of this node's earlier epochs are not given: their log is another one.",
    ],
    options: [
      Option("--to", "NAMES", summary: "members of the group, with commas", isRequired: true),
      Option("--group", "@GROUP", summary: "for example @nl:ctf-balkans", isRequired: true),
      Option("--since", "YYYY-MM-DD", summary: "records from that day on; else all"),
      Option(
        "--force", summary: "also to who has no pre-shared key: X25519 alone protects it then"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let group = arguments.value("--group") ?? ""
    var since: UInt64?
    if let text = arguments.value("--since") {
      guard let day = UTCTime.day(text) else {
        throw Failure(.usage, "--since is \"\(text)\".", hint: "Write a date as YYYY-MM-DD.")
      }
      since = UInt64(day) * 86_400_000
    }
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call(
      "GiveHistory",
      GiveHistoryRequest(
        to: GroupVerbs.words(arguments.value("--to")),
        group: group.hasPrefix("@") ? String(group.dropFirst()) : group, since: since,
        force: arguments.has("--force") ? true : nil),
      reply: GiveHistoryReply.self, waits: true)
    PublishVerb.print(reply.entries)
    Output.printError(
      "liaison: \(reply.audiences) keys of audiences and \(reply.records) of single records were given; "
        + "they also open what was withdrawn and is still carried\n")
  }
}
