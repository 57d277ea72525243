import CommandLine
import Log
import Node
import Records

enum RequestCloseVerb {
  static let verb = Verb(
    "rfi close", "close a request for information of this node",
    details: [
      "A further version of the request is published to everybody who has it, with \"state\":\"closed\" (Protocols/records.md, REC-67). The versions before are kept. Answers that come later are shown, and nothing is due any more."
    ],
    arguments: [Argument("REF", "the request's name, for example nl:rfi-1f4b09aa")],
    options: [
      Option("--because", "TEXT", summary: "the reason", fallback: "no longer needed"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    guard let reference = RecordReference(arguments.words[0]) else {
      throw Failure(
        .usage, "\"\(arguments.words[0])\" is no reference to a record.",
        hint: "Write NODE:ID, as liaison rfi list --out shows it.")
    }
    var (correction, daemon) = try Correction.begin(
      reference, arguments.folder, others: "Who asked closes a request.")
    guard case .rfi(let request) = correction.newest.record.body else {
      throw Failure(
        .usage, "\(reference.text) is no request for information.",
        hint: "See liaison rfi list --out.")
    }
    guard request.state?.value != .closed else {
      throw Failure(.usage, "\(reference.text) is closed already.")
    }
    let closed = RecordChange.set(
      "state", to: RequestState.closed.rawValue, in: correction.newest.record.bytes)
    try correction.carryOn(without: [], adding: [], daemon)
    try correction.take(OneRecord.checked(closed), reason: arguments.value("--because"))
    try correction.decide(to: nil, expiryDay: nil, keepsOlder: true)
    for line in correction.notes { Output.printError("liaison: \(line)\n") }
    try CorrectVerb.publish(correction, daemon, replicas: nil, timeout: nil)
  }
}
