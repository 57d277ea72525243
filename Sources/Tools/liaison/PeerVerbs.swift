import CommandLine
import Log
import Node
import Runtime

enum PeerVerbs {
  static let add = Verb(
    "peer add", "put a node on the roster, or replace its card by a newer one",
    details: [
      "Compare the card's fingerprint by voice first. Without an address the node is known, and "
        + "never dialled: its log is accepted from whoever carries it, and records can be sealed "
        + "to it. A running daemon takes the change at once."
    ],
    arguments: [Argument("FILE.card", "the other node's card")],
    options: [
      Liaison.data,
      Option("--address", "HOST:PORT", summary: "where to dial it"),
      Option("--preshared-key", "FILE", summary: "a key both operators have: 32 bytes in Base64"),
      Option("--replace-key", summary: "accept another log key for a known origin"),
    ])

  static func runAdd(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let path = arguments.words[0]
    try arguments.checkAddress()
    let card = try Failure.wrap { () throws(IdentityError) in try CardFile.readGiven(path) }
    let addition = try Failure.wrap { () throws(IdentityError) in
      try Roster.add(
        card, address: arguments.value("--address"),
        presharedKeyPath: arguments.value("--preshared-key"),
        replaceKey: arguments.has("--replace-key"), to: folder)
    }
    let word =
      switch addition {
      case .added: "added"
      case .updated: "updated"
      case .confirmed: "confirmed"
      case .unchanged: "unchanged"
      }
    try reload(
      folder, "\(word) \(card.name.text) (\(card.origin.text))\n\(card.fingerprint)\n")
  }

  static let list = Verb("peer list", "print the roster", options: [Liaison.data])

  static func runList(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let roster = try Failure.wrap { () throws(IdentityError) in
      _ = try CardFile.own(folder)
      return try Roster.load(folder)
    }
    let earlier = Roster.earlierEpochs(folder, roster)
    let since = keysSince(folder)
    var table = TextTable(
      ["NAME", "ORIGIN", "SERIAL", "SINCE", "ADDRESS", "PRE-SHARED KEY", "EARLIER"])
    for member in roster.members {
      table.add([
        member.name.text, member.card.origin.text, "\(member.card.serial)",
        since[member.name.text] ?? "-",
        member.settings.address ?? "-", member.hasPresharedKey ? "yes" : "no",
        earlier[member.name]?.map(\.text).joined(separator: " ") ?? "",
      ])
    }
    for name in roster.removed { table.add([name.text, "removed", "", "", "", "", ""]) }
    Output.print(table.text)
    for problem in roster.problems { Output.printError("liaison: \(problem)\n") }
  }

  /// The day of each card by its own log, which a running daemon knows.
  private static func keysSince(_ folder: NodeFolder) -> [String: String] {
    guard let daemon = try? DaemonConnection(folder),
      let reply = try? daemon.call("Peers", reply: PeersReply.self)
    else { return [:] }
    var since: [String: String] = [:]
    for peer in reply.peers {
      since[peer.name] = peer.keysSince.map {
        String(UTCTime.text(milliseconds: UInt64(clamping: $0)).prefix(10))
      }
    }
    return since
  }

  static let remove = Verb(
    "peer remove", "take a node off the roster",
    details: ["What it published stays. Only another peer add brings it back."],
    arguments: [Argument("NAME", "the node's name")], options: [Liaison.data])

  static func runRemove(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    guard let name = try? NodeName(arguments.words[0]) else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no node's name.", hint: "See liaison peer list.")
    }
    try Failure.wrap { () throws(IdentityError) in
      _ = try CardFile.own(folder)
      try Roster.remove(name, from: folder)
    }
    try reload(folder, "removed \(name.text)\n")
  }

  /// Tells the daemon of what was done, then prints it: an output that nobody reads ends this
  /// process. A daemon that is not running reads the roster when it starts.
  private static func reload(_ folder: NodeFolder, _ done: String) throws(Failure) {
    defer { Output.print(done) }
    let daemon: DaemonConnection
    do throws(Failure) {
      daemon = try DaemonConnection(folder)
    } catch {
      if error.code == .unavailable { return }
      throw error
    }
    let reply = try daemon.call("Reload", reply: ReloadReply.self)
    for problem in reply.problems { Output.printError("liaison: \(problem)\n") }
  }
}
