internal import Crypto
internal import Log
internal import Records
internal import SQL

// Entries that somebody passed on: the daemon opens them with the key of a reshare, as long as that
// is read here (Protocols/hub.md, 16).
extension FactsWriter {
  /// The questions that the daemon is to be asked, the oldest first.
  func asks() throws(SQLError) -> [PassedOnAsk] {
    var asks: [PassedOnAsk] = []
    for ask in try sharing.asks() {
      guard let log = LogID(ask.log) else { continue }
      let words = try sharing.all(.key, of: ask.log, ask.place)
      asks.append(
        PassedOnAsk(
          number: ask.number, log: log, place: UInt64(clamping: ask.place),
          candidates: words.compactMap { PassedOnAsk.Candidate($0) }))
    }
    return asks
  }

  /// Writes what the daemon answered, in one transaction.
  func apply(_ answers: [PassedOnAnswer]) throws(SQLError) -> IndexChange {
    try change { (touched: inout TouchedNames, index: inout IndexChange) throws(SQLError) in
      for answer in answers { try apply(answer, &touched, &index) }
      if try meta.integer("whole") == 1, try !sharing.hasAsks { try meta.set("told", 1) }
    }
  }

  private func apply(
    _ answer: PassedOnAnswer, _ touched: inout TouchedNames, _ index: inout IndexChange
  ) throws(SQLError) {
    let place = answer.ask.place
    guard
      let origin = answer.opened?.origin ?? answer.ask.candidates.first.flatMap({ $0.origin })
    else { return try forgetPassedOn(answer.ask, &touched, &index) }
    let log = try logs.number(answer.ask.log, origin)
    let old = try entries.find(log, from: place, count: 1).first
    // The node's own keys open it.
    if let old, old.via == nil { return try sharing.settle(answer.ask) }
    if let old { try forget(old, isAnswered: true, &touched, &index) }
    try sharing.settle(answer.ask)
    guard let opened = answer.opened, let made = opened.prepared.derived,
      let readable = opened.prepared.change.readable,
      let reshare = try sharing.all(.key, of: answer.ask.log.array, Int64(clamping: place))
        .first(where: { $0.number == opened.candidate.number })
    else { return }
    let leave = Leave(
      author: origin.name.text, receiver: node ?? "",
      consents: try sharing.all(.consent, of: answer.ask.log.array, Int64(clamping: place)))
    let purposes = Purpose.bits(SharedRecord.read(reshare.record).common.purposes)
    try insert(
      opened.prepared.change, readable, made, log,
      via: PassedOn(
        entry: opened.candidate.via, purposes: purposes, problem: leave.problem(of: reshare)),
      &touched, &index)
  }

  /// Nobody passes it on any more: its log is known by the row alone.
  private func forgetPassedOn(
    _ ask: PassedOnAsk, _ touched: inout TouchedNames, _ index: inout IndexChange
  ) throws(SQLError) {
    if let log = try logs.number(ask.log),
      let old = try entries.find(log, from: ask.place, count: 1).first, old.via != nil
    {
      try forget(old, isAnswered: true, &touched, &index)
    }
    try sharing.settle(ask)
  }
}

/// How an entry came to be readable, where that is not by the node's own keys.
struct PassedOn: Hashable, Sendable {
  /// The reshare's entry, `be/1/9`.
  let entry: String
  /// `Purpose` bits of the reshare: the record is for those that both have.
  let purposes: Int64
  /// A clause on its leave; nil: it is verified.
  let problem: String?
}

extension PassedOnAsk.Candidate {
  init?(_ word: SharingRows.Word) {
    guard case .reshare(let reshare) = SharedRecord.read(word.record).body,
      let entry = reshare.of?.entry, let key = reshare.key, let leaf = reshare.of?.leaf
    else { return nil }
    self.init(number: word.number, via: word.entry, entry: entry, key: key, leaf: leaf)
  }

  /// The log of the entry that is passed on, by its author's word.
  var origin: Origin? {
    entry.lastIndex(of: "/").flatMap { try? Origin(String(entry[..<$0])) }
  }
}
