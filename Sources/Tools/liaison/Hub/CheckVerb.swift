import CommandLine
import HubInterface
import JSON
import Runtime

enum CheckVerb {
  static let verb = Verb(
    "check", "look a travel document up, by its number or its machine readable zone",
    details: [
      "With --mrz the zone is read, too: a valid zone has the right characters and check digits. That says nothing of the document, since "
        + "anybody can print a zone.",
      HubOptions.recorded,
    ],
    options: [
      Option("--document", "NUMBER", summary: "the document's number"),
      Option("--country", "CC", summary: "with --document: the country that issued it"),
      Option(
        "--mrz", "FILE",
        summary: "a file with the two or three lines of the zone, - for standard input"),
      HubOptions.json,
    ] + HubOptions.look)

  /// Three lines of 30 characters, or two of 44, with room for spaces and a second look.
  private static let zoneBytes = 1_024

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    var request = CheckDocumentRequest(look: look)
    switch (arguments.value("--document"), arguments.value("--mrz")) {
    case (let number?, nil):
      request.number = number
      request.country = try country(arguments)
    case (nil, let path?):
      guard !arguments.has("--country") else {
        throw Failure(
          .usage, "--country is given with --mrz.", hint: "Leave it out: the zone names it.")
      }
      request.zone = try zone(path)
    default:
      throw Failure(
        .usage, "Name either a number or a zone.", hint: "Give --document NUMBER or --mrz FILE.")
    }
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("CheckDocument", request, reply: CheckDocumentReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--json") {
      Output.print(records: [json(reply)])
      account.printError()
    } else {
      Output.print(text(reply) + "\n")
      account.print()
    }
  }

  private static func country(_ arguments: Arguments) throws(Failure) -> String? {
    guard let text = arguments.value("--country") else { return nil }
    guard (1...3).contains(text.utf8.count), text.allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw Failure(
        .usage, "--country is \"\(text)\".", hint: "Write its letters: be, or bel as in a passport."
      )
    }
    return text.lowercased()
  }

  private static func zone(_ path: String) throws(Failure) -> String {
    var bytes = [UInt8](repeating: 0, count: zoneBytes + 1)
    var count = 0
    do throws(SystemError) {
      let input = try InputFile(path: path)
      while count < bytes.count {
        let more = try input.read(into: &bytes, at: count)
        if more == 0 { break }
        count += more
      }
    } catch {
      throw Failure(input: error)
    }
    guard count <= zoneBytes, let text = String(validating: bytes[..<count], as: UTF8.self) else {
      throw Failure(
        .dataError, "\(path) is no machine readable zone.",
        hint: "Give the two or three lines at the foot of the document, and nothing else.")
    }
    return text
  }

  static func json(_ reply: CheckDocumentReply) -> [UInt8] {
    JSONWriter.object { writer in
      if let zone = reply.zone { writer.member("zone", zone) }
      writer.list("hits", reply.hits) { $0.members($1) }
      writer.member("account", reply.account)
    }
  }

  static func text(_ reply: CheckDocumentReply) -> String {
    var blocks: [String] = []
    if let zone = reply.zone { blocks.append(text(zone)) }
    blocks += reply.hits.enumerated().map { HitText.block($1, number: "\($0 + 1)") }
    if reply.hits.isEmpty {
      blocks.append("nothing found: no record that you may see names this document\n")
    }
    return blocks.joined(separator: "\n")
  }

  private static func text(_ zone: Zone) -> String {
    var text = (zone.wellRead ? "valid zone" : "NOT A VALID ZONE") + " (\(zone.format))"
    text = text.wrapped(indent: 0)
    for problem in zone.problems { text += "!! \(problem)".wrapped(indent: 2) }
    let rows = [
      ("document", "\(zone.documentType) \(zone.number)"), ("issued by", zone.issuer),
      ("name", zone.name), ("nationality", zone.nationality), ("born", zone.birthDate ?? ""),
      ("sex", zone.sex ?? ""), ("expires", zone.expiryDate ?? ""),
    ]
    for (label, value) in rows where !value.isEmpty {
      let space = String(repeating: " ", count: 14 - label.count)
      text += value.wrapped(behind: label + space, indent: 2)
    }
    return text
      + "This says nothing of the document: anybody can print a zone.".wrapped(indent: 2)
  }
}
