internal import Crypto
internal import Log
internal import Records

/// The leave by which an entry was passed on, as far as this hub can verify it (REC-79).
struct Leave {
  /// Node and log of the entry that was passed on.
  let author: String
  /// This node.
  let receiver: String
  /// Consents for the entry that this node reads.
  let consents: [SharingRows.Word]

  /// - Returns: what is to be said; nil: the leave is verified.
  func problem(of reshare: SharingRows.Word) -> String? {
    guard case .reshare(let body) = SharedRecord.read(reshare.record).body else {
      return "it is no reshare"
    }
    switch body.by?.value {
    case .own: return reshare.node == author ? nil : "\(reshare.node) is not its author"
    case .group: return "within a group, which is not checked here"
    case .consent: return consentProblem(body, reshare)
    case nil: return "by no leave that is known here"
    }
  }

  private func consentProblem(_ body: Reshare, _ reshare: SharingRows.Word) -> String? {
    guard let cited = body.consent, let word = consents.first(where: { isCited($0, cited) }),
      case .consent(let consent) = SharedRecord.read(word.record).body
    else { return "the consent that it names is not read here" }
    guard word.node == author, word.state.stands else { return "the consent is not its author's" }
    guard let of = body.of, consent.of?.names(of) == true, consent.use?.value == .passOn else {
      return "the consent is for something else"
    }
    guard consent.asker?.log == Hex.encode(reshare.log) else {
      return "the consent is for another asker"
    }
    guard consent.receiver?.node?.text == receiver else {
      return "the consent is for another receiver"
    }
    guard word.time <= reshare.time, reshare.time < consent.ends(given: word.time) else {
      return "the consent had not begun, or had ended"
    }
    return nil
  }

  private func isCited(_ word: SharingRows.Word, _ cited: EntryCitation) -> Bool {
    cited.log == Hex.encode(word.log) && cited.index == Int(word.place)
  }
}
