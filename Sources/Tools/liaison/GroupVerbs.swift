import CommandLine
import Log
import Node
import Records
import Runtime
import Text

/// Groups of nodes: who convenes one says who is in it, each member whom it accepts.
enum GroupVerbs {
  static let list = Verb(
    "group list", "print the groups that this node was told of", options: [Liaison.data])

  static func runList(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    var table = TextTable(["GROUP", "VERSION", "MEMBERS", "SEALED TO", "WAITING", "STATE"])
    for group in try groups(daemon) {
      table.add([
        group.group, group.version.map { "\($0)" } ?? "-", "\(group.members.count)",
        "\(group.sealedTo.count)", group.waiting.joined(separator: " "),
        group.why ?? group.mode ?? "own",
      ])
    }
    Output.print(table.text)
  }

  static let show = Verb(
    "group show", "print who is in a group, and whom this node seals to",
    arguments: [name], options: [Liaison.data])

  static func runShow(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    Output.print(text(of: try group(arguments, daemon)))
  }

  private static let name = Argument("GROUP", "the group, for example nl:ctf-balkans")
  private static let waiting = [
    Option("--replicas", "N", summary: "wait until this many peers have stored it"),
    Option(
      "--timeout", "SECONDS",
      summary: "give up when signing waits for peers longer than this: exit 75, nothing published"),
  ]

  // MARK: What a member decides

  static let accept = Verb(
    "group accept", "seal to the members of a group as its newest version says",
    details: [
      "Until then nothing is sealed to a group. Who is removed later gets nothing more as soon as that version is read here; who is "
        + "added later waits for another accept, or with --auto does not. Compare the names with what you know of the group: its convener alone says who is in it."
    ],
    arguments: [name],
    options: [
      Liaison.data, Option("--auto", summary: "take whoever is added later without asking"),
    ])

  static func runAccept(_ arguments: Arguments) throws(Failure) {
    try decide(arguments, arguments.has("--auto") ? "auto" : "ask")
  }

  static let leave = Verb(
    "group leave", "seal nothing more to a group",
    details: [
      "What others seal to the group still comes, until its convener removed this node: ask for that. accept takes it up again."
    ],
    arguments: [name], options: [Liaison.data])

  static func runLeave(_ arguments: Arguments) throws(Failure) { try decide(arguments, "left") }

  private static func decide(_ arguments: Arguments, _ mode: String) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let known = try group(arguments, daemon)
    let reply = try daemon.call(
      "AcceptGroup",
      AcceptGroupRequest(group: known.group, version: Int(known.version ?? 0), mode: mode),
      reply: GroupReport.self)
    Output.print(text(of: reply))
  }

  // MARK: What the convener says

  static let create = Verb(
    "group create", "convene a group: say who is in it",
    details: [
      "The group is NODE:NAME with this node's own name. Its members get a sealed record that names them; each decides whether to accept."
    ],
    arguments: [name],
    options: [
      Option(
        "--members", "NAMES", summary: "names with commas, beside this node", isRequired: true),
      Option("--purpose", "WORDS", summary: "ct, soc, finance, border, missing", isRequired: true),
      Option("--title", "TEXT", summary: "what people call it"), Liaison.data,
    ] + waiting)

  static func runCreate(_ arguments: Arguments) throws(Failure) {
    let purposes = words(arguments.value("--purpose"))
    if let other = purposes.first(where: { Purpose(rawValue: $0) == nil }) {
      let known = Purpose.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "\"\(other)\" is no purpose.", hint: "Name some of \(known).")
    }
    let daemon = try DaemonConnection(arguments.folder)
    let request = ConveneRequest(
      group: try groupName(arguments), after: 0, title: arguments.value("--title"),
      purpose: purposes, members: words(arguments.value("--members")))
    try convene(request, arguments, daemon)
  }

  static let add = Verb(
    "group add", "add nodes to an own group",
    details: [
      "They get what is sealed to the group from now on. Older records each author gives itself: see group history."
    ],
    arguments: [name, Argument("NODE", "nodes on the roster", repeats: true)],
    options: [Liaison.data] + waiting)

  static func runAdd(_ arguments: Arguments) throws(Failure) {
    try change(arguments) { members, names throws(Failure) in
      if let known = names.first(where: { members.contains($0) }) {
        throw Failure(.usage, "\(known) is a member already.", hint: "See liaison group show.")
      }
      return members + names
    }
  }

  static let remove = Verb(
    "group remove", "remove nodes from an own group",
    details: [
      "Nothing more is sealed to them by any member that has read this version; what was sealed before stays theirs. A record names the "
        + "version that it was sealed to, so that what was on its way is seen."
    ],
    arguments: [name, Argument("NODE", "members", repeats: true)],
    options: [Liaison.data] + waiting)

  static func runRemove(_ arguments: Arguments) throws(Failure) {
    try change(arguments) { members, names throws(Failure) in
      if let stranger = names.first(where: { !members.contains($0) }) {
        throw Failure(.usage, "\(stranger) is no member.", hint: "See liaison group show.")
      }
      return members.filter { !names.contains($0) }
    }
  }

  static let renew = Verb(
    "group renew", "publish the next version of an own group, with the same members",
    details: [
      "It is sealed to the present keys of its members: to be done before one of them destroys the keys that the version before was sealed to (liaison keys forget)."
    ],
    arguments: [name], options: [Liaison.data] + waiting)

  static func runRenew(_ arguments: Arguments) throws(Failure) {
    try change(arguments) { members, _ in members }
  }

  private static func change(
    _ arguments: Arguments,
    _ next: (_ members: [String], _ names: [String]) throws(Failure) -> [String]
  ) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let known = try group(arguments, daemon)
    let request = ConveneRequest(
      group: known.group, after: Int(known.version ?? 0), title: known.title,
      purpose: known.purpose,
      members: try next(known.members, Array(arguments.words.dropFirst())))
    try convene(request, arguments, daemon)
  }

  private static func convene(
    _ request: ConveneRequest, _ arguments: Arguments, _ daemon: DaemonConnection
  ) throws(Failure) {
    var request = request
    request.replicas = try arguments.number("--replicas", in: 0...ControlLimits.audienceMembers)
    request.timeout = try arguments.number("--timeout", in: 0...ControlLimits.timeoutSeconds)
    try PublishVerb.sayWhoIsWaitedFor(daemon)
    do throws(ControlError) {
      do throws(Failure) {
        try daemon.send(ControlCall.encode("Convene", request))
      } catch {
        throw DaemonConnection.connectionLost
      }
      let reply = try daemon.publishAnswer()
      PublishVerb.warn(reply)
      PublishVerb.print(reply.entries)
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable, "The daemon went away; whether the version was published is not known.",
        hint: "See liaison group show \(request.group) before trying again.")
    } catch {
      throw Failure(error)
    }
  }

  // MARK: The daemon's word

  private static func groupName(_ arguments: Arguments) throws(Failure) -> String {
    let text = arguments.words[0]
    let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
    guard GroupName(name) != nil else {
      throw Failure(
        .usage, "\"\(text)\" is no group.", hint: "Write NODE:NAME, for example nl:ctf-balkans.")
    }
    return name
  }

  static func groups(
    _ daemon: DaemonConnection, _ group: String? = nil
  ) throws(Failure) -> [GroupReport] {
    try daemon.call(
      "Groups", GroupsRequest(group: group), reply: GroupsReply.self, waits: true
    ).groups
  }

  private static func group(
    _ arguments: Arguments, _ daemon: DaemonConnection
  ) throws(Failure) -> GroupReport {
    let name = try groupName(arguments)
    guard let known = try groups(daemon, name).first else {
      throw Failure(
        .unavailable, "No version of \(name) was read here.", hint: "See liaison group list.")
    }
    return known
  }

  private static func text(of group: GroupReport) -> String {
    var text = "\(group.group)\(group.version.map { "@\($0)" } ?? "")\n"
    func line(_ what: String, _ value: String?) {
      if let value, !value.isEmpty { text += "\(what) \(value.printable)\n" }
    }
    line("title     ", group.title)
    line("purpose   ", group.purpose.joined(separator: " "))
    line("sha256    ", group.hash)
    line("members   ", group.members.joined(separator: " "))
    line("sealed to ", group.sealedTo.joined(separator: " "))
    line("waiting   ", group.waiting.joined(separator: " "))
    line("others now", group.strangers.joined(separator: " "))
    line("accepted  ", group.accepted.map { "@\($0), \(group.mode ?? "")" })
    line("twofold   ", group.contradictions.map { "@\($0)" }.joined(separator: " "))
    line("not used: ", group.why)
    line("          ", group.help)
    return text
  }

  static func words(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map(String.init)
  }
}
