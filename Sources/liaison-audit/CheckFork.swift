internal import Audit
internal import CommandLine
internal import Crypto
internal import Log

/// `liaison-audit check-fork`: 2 when the proof holds, 1 when it does not, 3 when it holds and no card
/// says whose key it names.
func checkFork(_ arguments: Arguments) throws(Failure) -> End {
  let cards = try readCards(arguments.all("--key"))
  let path = arguments.words[0]
  let bytes: [UInt8]
  do throws(AuditError) {
    bytes = try InputFile.read(path, atMost: 4 * LogLimits.proofBytes)
  } catch {
    throw Failure(error)
  }
  // As `verify` prints it, or as it is gossiped.
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

  func end(_ cards: [Card]) -> End {
    let card = cards.first { $0.identity == identity }
    var text = "\(identity.origin): \(what)\n"
    text += "log key \(Base64.encode(identity.key.array)), log id \(identity.id)\n"
    text += "\nchecked\n  the proof\n"
    if card != nil { text += "  identity\n" }
    text += "\nnot checked\n"
    text +=
      card == nil ? "  identity (no card given with this key)\n\n" : "  nothing was left out\n\n"
    let json = JSON.object([
      ("result", .string(verdict.word)), ("code", .number(UInt64(verdict.code))),
      ("origin", .string(identity.origin.text)),
      ("logKey", .string(Base64.encode(identity.key.array))), ("index", .number(index)),
      ("what", .string(what)), ("identityChecked", .bool(card != nil)),
    ])
    return End(verdict: verdict, text: text, json: json)
  }
}

private func statement(_ bytes: [UInt8]) throws(ProofError) -> Statement {
  if bytes.starts(with: "liaison-fault/".utf8) {
    let fault = try AuthorFault(decoding: bytes)
    return Statement(
      verdict: .fault, identity: fault.identity, index: fault.position,
      what: "author fault: the entry at \(fault.position) breaks the rule \"\(fault.rule)\"")
  }
  if bytes.starts(with: "liaison-defect/".utf8) {
    let defect = try DefectProof(decoding: bytes)
    return Statement(
      verdict: .defect, identity: defect.identity, index: defect.exhibit.position,
      what: "defect: the signature of the entry at \(defect.exhibit.position) does not verify")
  }
  let fork = try ForkProof(decoding: bytes)
  return Statement(
    verdict: .fork, identity: fork.identity, index: fork.frozenAt,
    what: "fork: two statements of the key contradict each other at \(fork.frozenAt)")
}
