import Crypto
package import Log
package import Sealing
package import Secrets
package import Store

/// Opens records that were shared with this node: `show` and `tail`. Grants that were read once are
/// remembered for each author. Nothing that an author signed makes one call long: the work is done
/// in pieces (`WorkBudget`).
package final class Desk {
  let store: Store
  /// The records whose keys were destroyed here.
  var forgotten = ForgottenRecords()
  /// The present one first, then earlier ones.
  private var sealing: [Held<SealingSecretKey>]
  private var authorSecrets: [Held<AuthorSecret>]
  private let own: NodeName
  /// The number of closed audiences that a book keeps.
  private let closedAudiences: Int
  private var logs: [LogID: LogDesk] = [:]
  /// Books that were fed up to some place of the past: the one used last at the end.
  private var pastBooks: [GrantFeed] = []
  /// The log that a page of all logs begins with: after one that took up a whole page's work comes
  /// the next.
  var turn = 0
  /// Keys exchanged with an author's operator, the present one first.
  var presharedKeys: (NodeName) -> [Held<PresharedKey>] = { _ in [] }
  /// A clock that only goes forward.
  var nanoseconds: () -> UInt64 = { 0 }

  /// True when an entry is damaged here, and no peer that was asked gave it whole.
  var isLost: (LogID, UInt64) -> Bool = { _, _ in false }

  /// - Parameters:
  ///   - own: the node's name: every log of this name is its own.
  package init(
    store: Store, secrets: NodeSecrets, own: NodeName,
    closedAudiences: Int = SealingLimits.closedAudiences
  ) {
    self.store = store
    self.closedAudiences = closedAudiences
    self.own = own
    authorSecrets = [secrets.author]
    sealing = [Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) })]
  }

  /// Opens from now on whatever was sealed to any card of this node.
  func take(_ keys: OwnKeys) { take(keys.pairs) }

  /// - Parameter pairs: the present one first.
  package func take(_ pairs: [SealingPair]) {
    sealing = pairs.map(\.sealing)
    authorSecrets = pairs.map(\.author)
  }

  /// The public keys that grants to this node are sealed to, the present epoch's first.
  var ownKeys: [[UInt8]] {
    sealing.map { $0.secret.publicKey.bytes.array }
  }

  /// Forgets what it derived: a pre-shared key came or went.
  func forget(_ log: LogID) {
    logs[log] = nil
    pastBooks.removeAll { $0.identity.id == log }
  }

  private func newFeed(_ identity: LogIdentity, _ history: HistoryFeed) -> GrantFeed {
    GrantFeed(identity, history.keys, closedAudiences: closedAudiences)
  }

  package func newBudget() -> WorkBudget { WorkBudget(nanoseconds: nanoseconds) }

  package func log(_ identity: LogIdentity) -> LogDesk {
    if let known = logs[identity.id] { return known }
    let history = HistoryFeed(identity)
    let made = LogDesk(history, newFeed(identity, history))
    logs[identity.id] = made
    return made
  }

  package func keys(for identity: LogIdentity) -> GrantKeys {
    identity.origin.name == own
      ? GrantKeys(sealing: sealing, authorSecrets: authorSecrets)
      : GrantKeys(sealing: sealing, presharedKeys: presharedKeys(identity.origin.name))
  }

  /// Reads the log's history entries, as far as the budget goes, and what they open.
  /// - Returns: whether all were read: before that, nothing of the log holds nothing for this node.
  func readHistory(
    of identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    // The author has all keys of its own log.
    guard identity.origin.name != own else { return true }
    let log = log(identity)
    let isRead = try log.history.advance(store, keys(for: identity), &budget) {
      opened($0, in: identity)
    }
    return isRead && log.feed.feedReopened(store, keys(for: identity), &budget)
  }

  /// Takes a history entry that is here.
  /// - Returns: what it gives this node.
  func history(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity
  ) -> HistoryHead? {
    guard let news = log(identity).history.take(batch, position, keys(for: identity)) else {
      return nil
    }
    if news.isNew { opened(news.head, in: identity) }
    return news.head
  }

  private func opened(_ head: HistoryHead, in identity: LogIdentity) {
    let log = log(identity)
    for feed in pastBooks + [log.feed] where feed.identity.id == identity.id {
      feed.book.reopen(head.grants)
    }
    log.barren = BarrenRanges()
  }

  /// Feeds the log's book with the grants below `end`, as far as the budget goes.
  /// - Returns: whether all were fed.
  package func advance(
    _ feed: GrantFeed, to end: UInt64, _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    let id = feed.identity.id
    guard try readHistory(of: feed.identity, &budget) else { return false }
    return try feed.advance(
      to: end, store, keys(for: feed.identity), isLost: { isLost(id, $0) }, &budget)
  }

  /// The book of the author's own log, once it knows every own grant.
  /// - Returns: nil while there is more to feed: it goes on in a later turn.
  package func ownBook(of identity: LogIdentity) throws(StoreError) -> AudienceBook? {
    let feed = log(identity).feed
    var budget = newBudget()
    let size = store.state(identity.id)?.size ?? 0
    return try advance(feed, to: size, &budget) ? feed.book : nil
  }

  /// The contents of a grant to this node; nil when it is damaged here, or not for this node.
  func grant(_ index: UInt64, of identity: LogIdentity) -> GrantMetadata? {
    guard
      let batch = try? store.read(
        identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2),
      let body = batch.body(at: 0)
    else { return nil }
    return log(identity).feed.book.contents(
      header: batch.header(at: 0), body: Array(body), keys: keys(for: identity))
  }

  /// Opens the record, or chunk of an attachment, at `position` of `batch`. The log's book was fed
  /// with every grant below it.
  /// - Returns: nil when the budget was spent on the way to the answer: ask again in a later turn.
  package func open(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> RecordOpening? {
    let opening = try openByKeys(batch, position, of: identity, &budget)
    switch opening {
    case .notForThisNode, .presharedKeyMissing, .unknownYet:
      let isForgotten = forgotten.contains(batch.first + UInt64(position), of: identity.id)
      return isForgotten ? .keyForgotten : opening
    default: return opening
    }
  }

  private func openByKeys(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> RecordOpening? {
    let header = batch.header(at: position)
    let suite: EntrySuite = header.isChunk ? .sealedChunk : .sealedRecord
    let body = Array(batch.body(at: position) ?? [])
    let data = header.associatedData()
    let opening = log(identity).feed.book.open(
      suite, index: header.index, associatedData: data.span, body: body.span)
    guard case .beyondReach = opening else { return opening }
    let past = pastBook(of: identity, at: header.index)
    guard try advance(past, to: header.index, &budget) else { return nil }
    return past.book.open(
      suite, index: header.index, associatedData: data.span, body: body.span)
  }

  /// One that was not fed beyond what a record at `index` needs. It is asked for such records in
  /// order, mostly.
  func pastBook(of identity: LogIdentity, at index: UInt64) -> GrantFeed {
    let fitting = pastBooks.indices.filter {
      pastBooks[$0].identity.id == identity.id && pastBooks[$0].book.reach <= index
    }
    let best = fitting.max { pastBooks[$0].book.size < pastBooks[$1].book.size }
    let feed = best.map { pastBooks.remove(at: $0) } ?? newFeed(identity, log(identity).history)
    pastBooks.append(feed)
    if pastBooks.count > NodeLimits.pastBooks { pastBooks.removeFirst() }
    return feed
  }
}

/// The desk's memory of one log.
package final class LogDesk {
  let history: HistoryFeed
  /// At the end of the log, or on its way there.
  package let feed: GrantFeed
  /// Entries that hold nothing for this node.
  var barren = BarrenRanges()

  init(_ history: HistoryFeed, _ feed: GrantFeed) {
    self.history = history
    self.feed = feed
  }
}
