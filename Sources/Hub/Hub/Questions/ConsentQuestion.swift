internal import Crypto
internal import HubInterface
internal import Log
internal import Records

/// Authors' consents to use an entry of theirs otherwise than its codes allow
/// (Protocols/hub.md, 15).
struct ConsentQuestion {
  let questions: Questions
  /// Unix milliseconds.
  let now: Int64

  /// - Parameters:
  ///   - entry: the entry that they are for; nil: any.
  ///   - all: also those that do not count.
  func list(
    for entry: (log: String, index: Int)?, all: Bool
  ) throws -> (consents: [ConsentReport], isCut: Bool) {
    let numbers = try questions.facts.consents(limit: HubLimits.consents)
    var found: [ConsentReport] = []
    for number in numbers {
      guard let stored = try questions.visible(number) else { continue }
      let read = stored.read()
      guard case .consent(let consent) = read.body, isWanted(consent, entry) else { continue }
      let why = try reason(consent, stored)
      guard all || why == nil else { continue }
      guard found.count < HubLimits.hits, questions.hasRoom(stored.record.count) else {
        return (found, true)
      }
      questions.show(stored)
      found.append(
        ConsentReport(
          found: stored.found(read), log: Hex.encode(stored.log), index: Int(stored.place),
          endsAt: Int(consent.ends(given: stored.time)), counts: why == nil, why: why))
    }
    return (found, numbers.count == HubLimits.consents || questions.isCut)
  }

  private func isWanted(_ consent: Consent, _ entry: (log: String, index: Int)?) -> Bool {
    guard let entry else { return true }
    return consent.of?.log == entry.log && consent.of?.index == entry.index
  }

  /// Why it does not count; nil: it does, as far as the facts tell it.
  private func reason(_ consent: Consent, _ stored: StoredRecord) throws -> String? {
    guard stored.state.stands else { return "it is disputed, late or no record" }
    guard let cited = consent.of?.log.flatMap({ Hex32.decode($0) }),
      let origin = try questions.facts.origin(of: cited)
    else { return "the log that it cites is not known here" }
    guard origin.split(separator: "/").first.map(String.init) == stored.node else {
      return "it is not the author's of the entry that it cites"
    }
    return now < consent.ends(given: stored.time) ? nil : "its term is over"
  }
}
