package import Crypto
package import Log
import Replication
package import Store

/// The cards of logs by their own entries, as far as they were read.
struct CardWatch {
  /// Logs that wait to be read on, each once, and for which an entry is missing here.
  private(set) var waiting: [LogID] = []
  private var blocked: Set<LogID> = []
  /// The newest keys entry of each log that was staged and is not durable yet.
  var staged: [LogID: UInt64] = [:]
  /// Looked up, never iterated.
  var known: [LogID: LogCards] = [:]

  mutating func enlist(_ log: LogID) {
    blocked.remove(log)
    if !waiting.contains(log) { waiting.append(log) }
  }

  mutating func take() -> LogID? { waiting.isEmpty ? nil : waiting.removeFirst() }

  /// An entry of it is not here: it is read on later.
  mutating func block(_ log: LogID) { blocked.insert(log) }
  var hasBlocked: Bool { !blocked.isEmpty }
  mutating func unblock() { for log in blocked.sorted() { enlist(log) } }
}

// Cards that change within an epoch: taken from the logs, in whatever order entries, freezes and
// cards come (Protocols/card.md, 5).
extension Replica {
  // MARK: Questions

  /// The card of a log by its own entries; nil until they were read.
  package func cardInForce(_ log: LogID) -> Card? { cards.known[log]?.card }

  /// Since when the card in force of a log is, by its entry's claim in Unix ms, and which entry
  /// that is.
  package func cardOrigin(_ log: LogID) -> (index: UInt64, time: UInt64)? {
    cards.known[log].map { ($0.index, $0.time) }
  }

  /// The node on the roster one of whose cards before the present one had this transport key. Of
  /// two whose logs had it one copied it, and nobody can say which: then it is nobody's, unless an
  /// operator compared a card with it.
  package func owner(ofEarlier key: TransportPublicKey) -> NodeName? {
    if let compared = partners.first(where: { $0.compared?.transport == key }) {
      return compared.card.name
    }
    var found: NodeName?
    for log in store.logs where partner(log.origin.name) != nil {
      guard cards.known[log.id]?.had(key) == true, found != log.origin.name else { continue }
      guard found == nil else { return nil }
      found = log.origin.name
    }
    return found
  }

  // MARK: What changed

  func noteKeys(in batch: EntryBatch, of log: LogID) {
    for position in 0..<batch.count
    where batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      == EntryKind.keys.rawValue
    {
      cards.staged[log] = batch.first + UInt64(position)
    }
  }

  /// Entries of the log are durable.
  func noteDurable(_ log: LogID, _ size: UInt64) {
    let staged = cards.staged[log]
    if staged != nil || cards.known[log] == nil { cards.enlist(log) }
    // Entries before it may be durable first.
    if let staged, staged < size { cards.staged[log] = nil }
  }

  /// The log stands otherwise, or has other leaves: the conclusions count no more.
  func forgetCards(of log: LogID) {
    cards.known[log] = nil
    cards.enlist(log)
  }

  /// All of the roster's, once: what a crash or another roster undid.
  func recheckCards() {
    for log in store.logs { cards.enlist(log.id) }
  }

  // MARK: Reading

  /// A piece of what waits; once a round.
  func readSomeCards() {
    var left = ReplicaLimits.keysEntriesAtOnce
    while left > 0, let log = cards.take() {
      guard let identity = store.logs.first(where: { $0.id == log }) else { continue }
      switch read(identity, &left) {
      case .whole: believe(identity)
      case .more: cards.enlist(log)
      case .missing: cards.block(log)
      }
    }
    due.set(.cards, if: !cards.waiting.isEmpty, host.now)
    due.set(.blockedCards, if: cards.hasBlocked, after(ReplicaLimits.blockedCardsMilliseconds))
  }

  private enum Reading { case whole, more, missing }

  private func read(_ log: LogIdentity, _ left: inout Int) -> Reading {
    left -= 1
    let size = store.durableHead(log.id)?.size ?? 0
    // Nothing of it is here: its first entry enlists it again.
    guard size > 0 else { return .whole }
    guard var found = cards.known[log.id] ?? begin(log) else { return .missing }
    defer { cards.known[log.id] = found }
    while found.next < size {
      guard
        let entries = try? store.controlEntries(
          log.id, from: found.next, limit: ReplicaLimits.controlEntriesAtOnce)
      else { return .missing }
      for entry in entries.prefix(while: { $0.index < size }) {
        guard entry.kind == EntryKind.keys.rawValue else {
          found.pass(to: entry.index + 1)
          continue
        }
        guard left > 0 else { return .more }
        left -= 1
        guard let change = change(in: log, at: entry.index) else { return .missing }
        found.take(change.card, at: entry.index, time: change.time)
      }
      if entries.count < ReplicaLimits.controlEntriesAtOnce { found.pass(to: size) }
    }
    return .whole
  }

  private func begin(_ log: LogIdentity) -> LogCards? {
    guard let card = genesis(of: log)?.card, card.identity == log,
      let batch = try? store.read(log.id, 0..<1, maxBytes: ReplicaLimits.publicEntryBytes),
      log.verifySignatures(batch).isEmpty
    else { return nil }
    return LogCards(
      genesis: card, time: batch.header(at: 0).time, standsBelow: core.standsBelow(log.id))
  }

  /// - Returns: without a card where it is no keys entry that counts; nil where it is not here.
  private func change(in log: LogIdentity, at index: UInt64) -> (card: Card?, time: UInt64)? {
    guard
      let batch = try? store.read(
        log.id, index..<(index + 1), maxBytes: ReplicaLimits.publicEntryBytes),
      batch.count == 1, let body = batch.body(at: 0)
    else { return nil }
    let isSigned = log.verifySignatures(batch).isEmpty
    return (
      isSigned ? (try? KeysChange.parse(Array(body)))?.card : nil, batch.header(at: 0).time
    )
  }

  // MARK: Believing

  /// The card that is believed of a log's node takes its place on the roster (CARD-34).
  private func believe(_ log: LogIdentity) {
    guard let known = partner(log.origin.name), known.card.identity == log,
      let found = cards.known[log.id],
      host.openingKeys[log.id].map({ $0 == found.card.opening }) ?? true
    else { return }
    let compared = known.compared.flatMap { $0.identity == log ? $0 : nil }
    if let compared, compared.serial == found.card.serial, compared != found.card {
      host.tell(
        .warning(
          key: "two-cards \(log.id)",
          "two different cards of \(log.origin) have serial \(compared.serial): an honest node never "
            + "makes two; talk to its operator"))
    }
    guard let next = found.believed(instead: known.card, compared: compared) else { return }
    if let other = holder(ofKeysIn: next) {
      return host.tell(
        .warning(
          key: "not-taken \(log.id)",
          "the newest card of \(log.origin) has a key of \(other), and was not taken: talk to both")
      )
    }
    keepSafe("card \(log.origin.name)", "card \(next.serial) of \(log.origin)") { [unowned self] in
      _ = try host.write(.followed(next, after: known.card))
      try host.rosterChanged()
    }
    host.tell(.settled(key: "not-taken \(log.id)"))
    host.tell(
      .line(
        .notice,
        "\(log.origin) has new keys: card \(next.serial) takes the place of card "
          + "\(known.card.serial)"))
  }

  /// Another node, or this one, with the same transport or sealing key, now or before.
  private func holder(ofKeysIn next: Card) -> NodeName? {
    let others = [card] + partners.map(\.card)
    for other in others where other.name != next.name {
      if other.transport == next.transport || other.sealing == next.sealing { return other.name }
    }
    for log in store.logs where log.origin.name != next.name {
      if cards.known[log.id]?.had(next.transport) == true { return log.origin.name }
    }
    return nil
  }

  // MARK: The own card

  /// The own card after a rotation: cosigned is by its key from now on (CKP-26).
  package func rotated(to next: Card) {
    precondition(next.identity == card.identity)
    let isOther = next.cosigning != card.cosigning
    card = next
    if isOther { step(.cosignsAnew) }
  }

  /// The card in force by the own log, before anything runs: what a rotation that broke off came to
  /// (Protocols/card.md, CARD-53).
  package static func ownCard(_ log: LogIdentity, in store: Store) -> Card? {
    let size = store.durableHead(log.id)?.size ?? 0
    guard size > 0,
      let batch = try? store.read(log.id, 0..<1, maxBytes: ReplicaLimits.publicEntryBytes),
      let body = batch.body(at: 0), let genesis = try? Genesis.parse(Array(body)),
      let entries = try? store.controlEntries(log.id, from: 1)
    else { return nil }
    var force = CardInForce(genesis: genesis.card)
    let standsBelow = store.state(log.id)?.frozenAt ?? .max
    for entry in entries where entry.index < size && entry.kind == EntryKind.keys.rawValue {
      guard
        let batch = try? store.read(
          log.id, entry.index..<(entry.index + 1), maxBytes: ReplicaLimits.publicEntryBytes),
        let body = batch.body(at: 0), log.verifySignatures(batch).isEmpty,
        let change = try? KeysChange.parse(Array(body))
      else { continue }
      _ = force.take(change.card, at: entry.index, standsBelow: standsBelow)
    }
    return force.card
  }
}
