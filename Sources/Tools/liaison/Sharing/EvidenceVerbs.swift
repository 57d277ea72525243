import CommandLine
import Crypto
import Log
import Node
import Records
import Runtime
import Sealing
import Text

/// A record with what proves it, for a court or an oversight body.
enum EvidenceVerbs {
  static let export = Verb(
    "evidence export", "write one record with all that proves who signed it",
    details: [
      "The file (Protocols/disclosure.md) holds the entry, its body, the key of this one record and the way to a checkpoint with its cosignatures. Anybody can check it with liaison evidence verify, without a node; it discloses this record and no other. "
        + "Who gets it reads the record as long as he keeps it: a withdrawal does not reach it.",
      "A record of another node that is H1 needs its author's consent for court, which the hub is asked for.",
    ],
    arguments: [
      Argument("RECORD", "nl:2015-0117, or an entry, nl/1/17"),
      Argument("FILE", "a new file; - for standard output"),
    ],
    options: [Liaison.data] + HubOptions.look)

  static let verify = Verb(
    "evidence verify", "check a record's evidence, without a node",
    details: [
      "It prints the record, and under which key all of it holds. Whose key that is only the card tells, which its operator vouches for: give it with --card."
    ],
    arguments: [Argument("FILE", "the evidence; - for standard input")],
    options: [
      Option(
        "--card", "FILE",
        summary: "the author's card, or a cosigner's; as often as there are cards",
        repeats: true)
    ])

  static func runExport(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let nodes = try KnownNodes(daemon)
    let original = try Original.find(arguments.words[0], arguments, daemon)
    let common = original.record.common
    let isBarred = HandlingRules(common).isBarredFromCourt && original.author != nodes.own
    var leaves = Leaves()
    if isBarred {
      try leaves.addConsent(for: original, use: .court, receiver: nil, nodes, arguments)
    }
    let marks = try Release.decide(
      common, author: original.author, own: nodes.own, way: .evidence, leaves: leaves.all
    ).require(original, consent: "")
    let reply = try daemon.call(
      "Disclose", DiscloseRequest(entry: original.entry, proof: true), reply: DiscloseReply.self)
    guard let file = reply.file, reply.leaf == original.leaf else {
      throw Failure(.temporaryFailure, "\(original.entry) changed meanwhile.", hint: "Try again.")
    }
    for mark in marks { Output.printError("liaison: \(mark)\n") }
    try write(Array(file.utf8), to: arguments.words[1])
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    guard path != "-" else { return Output.print(bytes: bytes) }
    do throws(SystemError) {
      try FileSystem.writeNew(path, bytes)
    } catch {
      throw Failure(
        .cannotCreate, "\(path.printable) cannot be made: \(error).",
        hint: "Name a file that is not there yet.")
    }
  }

  static func runVerify(_ arguments: Arguments) throws(Failure) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.readGiven(
        arguments.words[0], maxBytes: SealingLimits.disclosureBytes)
    } catch {
      throw Failure(input: error)
    }
    let disclosure: Disclosure
    do {
      disclosure = try Disclosure(parsing: try TextFile(bytes).canonical)
    } catch {
      throw Failure(
        .dataError, "\(arguments.words[0].printable) is no evidence: \(problem(error)).",
        hint: "See Protocols/disclosure.md.")
    }
    let cards = try arguments.all("--card").map { (path) throws(Failure) in try card(path) }
    try print(disclosure, cards)
  }

  private static func print(_ disclosure: Disclosure, _ cards: [Card]) throws(Failure) {
    let verified: (record: [UInt8], checkpoint: VerifiedCheckpoint)
    do throws(DisclosureError) { verified = try disclosure.verify() } catch {
      throw Failure(
        .dataError, "The evidence does NOT hold: \(words(error)).",
        hint: "Nothing of it may be relied on.")
    }
    let header = EntryHeader(parsing: disclosure.leaf.span)
    let origin = disclosure.identity.origin
    let author = cards.first { $0.origin == origin }
    guard author == nil || author?.identity == disclosure.identity else {
      throw Failure(
        .dataError,
        "The evidence is signed by another key than that of the card of \(origin.text).",
        hint: "Nothing of it may be relied on.")
    }
    var lines = [
      "entry        \(origin.text)/\(header.index)",
      "signed by    the log key \(Hex.encode(disclosure.identity.key.bytes.array))",
      author == nil
        ? "             whose key that is was NOT checked: give the author's card with --card"
        : "             which is that of the card given",
      "time         \(UTCTime.text(milliseconds: header.time)), by its author's word",
      "checkpoint   of \(verified.checkpoint.size) entries",
    ]
    lines += EvidenceCosigners.lines(disclosure.checkpoint, verified.checkpoint, cards)
    Output.print(lines.map { $0.printable + "\n" }.joined() + "\n")
    Output.print(records: [verified.record])
  }

  private static func card(_ path: String) throws(Failure) -> Card {
    do {
      return try Card.parse(try TextFile(FileSystem.read(path, maxBytes: 8_192)).canonical)
    } catch let error as SystemError {
      throw Failure(input: error)
    } catch {
      throw Failure(.dataError, "\(path.printable) is no card: \(error).")
    }
  }

  private static func problem(_ error: any Error) -> String {
    if case DisclosureError.malformed(let line) = error { return "line \(line) is wrong" }
    return "\(error)"
  }

  private static func words(_ error: DisclosureError) -> String {
    switch error {
    case .malformed(let line): "line \(line) is wrong (DIS-1)"
    case .otherLog: "the entry is not of this log and checkpoint (DIS-6)"
    case .signature: "the signature of the entry is not the log key's (DIS-7)"
    case .checkpoint(let error): "the checkpoint does not verify: \(error) (DIS-8)"
    case .path: "the path does not lead to the checkpoint (DIS-9)"
    case .body: "the body is not the one that was signed (DIS-10)"
    case .key: "the key does not open the body (DIS-11)"
    }
  }
}
