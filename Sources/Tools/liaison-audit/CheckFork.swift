internal import Audit
internal import CommandLine
internal import Crypto
internal import Log

/// `liaison-audit check-fork`: 2 when the proof holds, 1 when it does not, 3 when it holds and no
/// card says whose key it names.
func checkFork(_ arguments: Arguments) throws(Failure) -> End {
  let cards = try readCards(arguments.all("--key"))
  let path = arguments.words[0]
  let bytes: [UInt8]
  do throws(AuditError) {
    bytes = try InputFile.read(path, atMost: 4 * LogLimits.proofBytes)
  } catch {
    throw Failure(error)
  }
  // The text may come as `verify` prints it, or as it is gossiped.
  let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
  let proof = Base64.decode(text) ?? bytes
  do throws(ProofError) {
    return try statement(proof).end(cards)
  } catch {
    return End(
      verdict: .failed, text: "\(path): not a proof (\(error))\n\n",
      json: .object([("result", .string("failed")), ("code", .number(1))]))
  }
}

private struct Statement {
  let verdict: Verdict
  let identity: LogIdentity
  let index: UInt64
  let what: String
  let statements: [KeyStatement]
  let meaning: String

  func end(_ cards: [Card]) -> End {
    let card = cards.first { $0.identity == identity }
    var text = "\(identity.origin): \(what)\n"
    text += "log key \(Base64.encode(identity.key.array)), log id \(identity.id)\n"
    text += card.map { "which the card of \($0.name) names\n" } ?? ""
    text += "\nthe key said\n" + statements.map(\.text).joined()
    text += "\nwhat follows\n" + meaning
    text += "\nchecked\n  the proof\n"
    if card != nil { text += "  identity\n" }
    text += "\nnot checked\n"
    text +=
      card == nil ? "  identity (no card given with this key)\n\n" : "  nothing was left out\n\n"
    let json = JSON.object([
      ("result", .string(verdict.word)), ("code", .number(UInt64(verdict.code))),
      ("origin", .string(identity.origin.text)),
      ("logKey", .string(Base64.encode(identity.key.array))), ("index", .number(index)),
      ("logId", .string(identity.id.description)), ("what", .string(what)),
      ("statements", .array(statements.map(\.json))), ("identityChecked", .bool(card != nil)),
    ])
    return End(verdict: verdict, text: text, json: json)
  }
}

private func statement(_ bytes: [UInt8]) throws(ProofError) -> Statement {
  if bytes.starts(with: "liaison-fault/".utf8) {
    let fault = try AuthorFault(decoding: bytes)
    return Statement(
      verdict: .fault, identity: fault.identity, index: fault.position,
      what: "author fault: the entry at \(fault.position) breaks the rule \"\(fault.rule)\"",
      statements: ([.included(fault.exhibit)] + (fault.predecessor.map { [$0] } ?? [])).map {
        KeyStatement($0, of: fault.identity)
      },
      meaning:
        "  The log is frozen at \(fault.position): entries below stand, and no node takes one from there on.\n"
    )
  }
  if bytes.starts(with: "liaison-defect/".utf8) {
    let defect = try DefectProof(decoding: bytes)
    return Statement(
      verdict: .defect, identity: defect.identity, index: defect.exhibit.position,
      what: "defect: the signature of the entry at \(defect.exhibit.position) does not verify",
      statements: [KeyStatement(.included(defect.exhibit), of: defect.identity)],
      meaning:
        "  The entry is its author's all the same, for the checkpoint is. Nothing is frozen.\n")
  }
  let fork = try ForkProof(decoding: bytes)
  return Statement(
    verdict: .fork, identity: fork.identity, index: fork.frozenAt, what: fork.what,
    statements: fork.statements, meaning: fork.meaning)
}
