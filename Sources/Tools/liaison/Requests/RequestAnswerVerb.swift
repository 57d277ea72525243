import CommandLine
import HubInterface
import Records

enum RequestAnswerVerb {
  static let verb = Verb(
    "rfi answer", "answer a request for information, in one part or several",
    details: [
      "The answer is a record (Protocols/records.md, REC-61), sealed to the node that asked, for the purposes of the request. Records that --refs names are not sent by it: they have to be published to that node, or passed on, by themselves.",
      "With --more-follows the part is not the last one: the request stays open here until one without it is sent.",
      HubOptions.recorded,
    ],
    arguments: [Argument("REF", "the request's name, as rfi list shows it")],
    options: [
      Option(
        "--result", "WORD", summary: "hit, no-hit, partial, refused or need-more", isRequired: true),
      Option("--refs", "NAMES", summary: "the records that answer it"),
      Option("--because", "TEXT", summary: "why it is refused, or what is needed"),
      Option("--more-follows", summary: "this is not the last part"),
      RecordOptions.id, RecordOptions.grade, RecordOptions.handling, RecordOptions.caveat,
      RecordOptions.expires, Liaison.data,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let name = try arguments.reference(0)
    let result = try arguments.word("--result", of: AnswerResult.self) ?? ""
    let refs = try arguments.references("--refs")
    let expiryDay = try arguments.expiryDay()
    if let missing = missing(result, arguments) {
      throw Failure(.usage, "--result is \(result), and --because is missing.", hint: missing)
    }
    let request = try OpenRequest.ask(name, arguments)
    let publication = try RecordPublication(arguments)
    try request.check(canBeAnsweredBy: publication.node)
    let draft = AnswerDraft(
      common: CommonDraft(
        id: arguments.value("--id") ?? RecordPublication.makeID("answer"), basis: "fact",
        grade: arguments.value("--grade") ?? "A1",
        handling: try arguments.list("--handling") ?? ["H0"], caveat: arguments.value("--caveat"),
        purpose: request.purposes, refs: refs), rfi: request.name,
      number: request.nextPart(of: publication.node), isFinal: !arguments.has("--more-follows"),
      result: result, reason: arguments.value("--because"))
    try publication.publish(draft.record, to: [request.asker], expiryDay: expiryDay)
  }

  private static func missing(_ result: String, _ arguments: Arguments) -> String? {
    guard arguments.value("--because") == nil else { return nil }
    switch AnswerResult(rawValue: result) {
    case .refused: return "Say why, or that you may not say why."
    case .needMore: return "Say what is needed."
    default: return nil
    }
  }
}

/// A request that the hub showed, as far as an answer needs it.
struct OpenRequest {
  private let request: InformationRequest

  init(_ request: InformationRequest) { self.request = request }

  static func ask(_ name: String, _ arguments: Arguments) throws(Failure) -> OpenRequest {
    let look = try LookOptions(arguments).look
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call(
      "Requests", RequestsRequest(look: look, ref: name), reply: RequestsReply.self)
    AccountText(look, reply.account).printError()
    guard let request = reply.requests.first else {
      throw Failure(.noInput, "There is no request \(name).", hint: "See liaison rfi list.")
    }
    return OpenRequest(request)
  }

  /// `nl:rfi-1f4b09aa`; a request without an id cannot be referred to.
  var name: String { request.found.ref ?? request.found.entry }
  var asker: String { request.found.author }
  var purposes: [String] { shared.common.purposes.map(\.text) }

  private var shared: SharedRecord { SharedRecord.read(Array(request.found.record.utf8)) }

  /// Parts are counted from 1.
  func nextPart(of node: String) -> Int {
    (request.answers.filter { $0.found.author == node }.map(\.number).max() ?? 0) + 1
  }

  /// - Throws: where an answer would answer nothing.
  func check(canBeAnsweredBy node: String) throws(Failure) {
    guard RecordReference(name) != nil else {
      throw Failure(
        .dataError, "The request \(name) has no id, so that no answer can name it.",
        hint: "Ask \(asker) to send it again.")
    }
    guard let asked = request.asked.first(where: { $0.node == node }) else {
      throw Failure(
        .usage, "\(name) does not ask \(node): it asks \(askedNames).",
        hint: "Publish what you know as a record of its own.")
    }
    guard request.state != "closed" else {
      throw Failure(
        .usage, "\(name) is closed by \(asker).",
        hint: "Publish what you know as a record of its own.")
    }
    guard asked.finalAt == nil else {
      throw Failure(
        .usage, "\(node) has sent its last part of the answer to \(name).",
        hint: "Correct that part with liaison correct.")
    }
  }

  private var askedNames: String { request.asked.map(\.node).joined(separator: ", ") }
}
