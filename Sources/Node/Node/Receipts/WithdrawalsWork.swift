import Log
import Replica
import Replication
import Sealing
import Store

/// One page of what became of the withdrawals in a log, made in pieces: an author may have signed
/// many, and each may name a thousand records.
final class WithdrawalsWork {
  private let receipts: ReceiptDesk
  private let identity: LogIdentity
  private let wanted: Wanted
  private var next: UInt64
  private var records = 0
  private var reply = WithdrawalsReply()

  /// Which withdrawals are asked for.
  private enum Wanted {
    case all
    /// Those that name it.
    case naming(Withdrawal.Record)
    case one(UInt64)
  }

  /// Records of one page, and withdrawals of one turn: each is a read and a verification.
  private static let recordsOfPage = 2_048
  private static let withdrawalsOfTurn = 4
  private static let controlsAtOnce = 512

  init(_ request: WithdrawalsRequest, _ receipts: ReceiptDesk) throws(ControlError) {
    self.receipts = receipts
    let store = receipts.store
    next = request.position ?? 0
    if let entry = request.entry {
      guard let (log, index) = store.find(entry) else { throw .unknownEntry(entry) }
      identity = try WithdrawalsWork.log(request.log ?? log.origin.text, store)
      let found = (try? store.controlEntries(log.id, from: index, limit: 1))?.first
      if identity.id == log.id, found?.index == index,
        found?.kind == EntryKind.withdrawal.rawValue
      {
        wanted = .one(index)
        next = max(next, index)
      } else {
        wanted = .naming(Withdrawal.Record(origin: log.origin, index: index))
      }
      return
    }
    wanted = .all
    identity = try WithdrawalsWork.log(
      request.log ?? receipts.replica.identity.origin.text, store)
  }

  private static func log(
    _ origin: String, _ store: Store
  ) throws(ControlError) -> LogIdentity {
    guard let log = store.logs.first(where: { $0.origin.text == origin }) else {
      throw .refused(reason: "no log \(origin) here", hint: "see 'liaison status'")
    }
    return log
  }

  private var store: Store { receipts.store }

  /// - Returns: nil while there is more to do in a later turn.
  func step() throws(StoreError) -> WithdrawalsReply? {
    let (book, isWhole) = receipts.book(about: identity.id)
    var budget = receipts.desk.newBudget()
    let size = store.durableHead(identity.id)?.size ?? 0
    let controls = try store.controlEntries(
      identity.id, from: next, limit: WithdrawalsWork.controlsAtOnce)
    var looked = 0
    for entry in controls where entry.index >= next && entry.index < size {
      guard entry.kind == EntryKind.withdrawal.rawValue else {
        next = entry.index + 1
        continue
      }
      guard looked < WithdrawalsWork.withdrawalsOfTurn, !budget.isSpent else { return nil }
      guard records < WithdrawalsWork.recordsOfPage else { return page(from: next, isWhole) }
      looked += 1
      guard try report(entry.index, book, &budget) else { return nil }
      if case .one(entry.index) = wanted { return page(from: nil, isWhole) }
      next = entry.index + 1
    }
    guard controls.count < WithdrawalsWork.controlsAtOnce else { return nil }
    return page(from: nil, isWhole)
  }

  private func page(from next: UInt64?, _ isWhole: Bool) -> WithdrawalsReply {
    reply.next = next
    reply.complete = isWhole
    return reply
  }

  /// - Returns: false when the budget was spent on the way: the same one in a later turn.
  private func report(
    _ index: UInt64, _ book: ReceiptBook, _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    budget.spend(entries: 1, bytes: batch.bodies.count)
    guard identity.verifySignature(leaves: batch.leaves.span, at: 0) else { return true }
    guard let body = batch.body(at: 0),
      let withdrawal = try? Withdrawal.parse(Array(body), in: identity.origin)
    else { return true }
    if case .naming(let record) = wanted, !withdrawal.records.contains(record) { return true }
    guard let readers = try readers(of: withdrawal, &budget) else { return false }
    let names = readers.isKnown ? readers.names.sorted() : nil
    let records = try withdrawal.records.map { record throws(StoreError) in
      WithdrawnRecord(
        entry: "\(record.origin)/\(record.index)", state: try state(of: record, at: index))
    }
    let asked = names ?? receipts.membership.roster.entries.map(\.card.name.text)
    let confirmations = asked.compactMap { confirmation(of: index, by: $0, book) }
    let heard = Set(confirmations.map(\.node))
    reply.withdrawals.append(
      WithdrawalReport(
        entry: "\(identity.origin)/\(index)", time: batch.header(at: 0).time,
        state: state(of: records, at: index), records: records, readers: names,
        confirmations: confirmations, outstanding: asked.filter { !heard.contains($0) }))
    self.records += records.count
    return true
  }

  // MARK: Here

  private func state(of records: [WithdrawnRecord], at index: UInt64) -> WithdrawalState {
    guard index < receipts.replica.core.standsBelow(identity.id) else { return .void }
    let isLeft = records.contains {
      ["hidden", "stored", "absent", "undecided"].contains($0.state)
    }
    return isLeft ? .hidden : .erased
  }

  private func state(
    of record: Withdrawal.Record, at index: UInt64
  ) throws(StoreError) -> String {
    guard let log = store.logs.first(where: { $0.origin == record.origin }),
      record.index < store.durableHead(log.id)?.size ?? 0,
      log.id != identity.id || record.index < index
    else { return "notHere" }
    let batch = try store.read(log.id, record.index..<(record.index + 1), maxBytes: 1)
    guard batch.header(at: 0).knownKind == .record else { return "notRecord" }
    switch batch.bodyState(at: 0) {
    case .hidden: return "hidden"
    case .purged: return "purged"
    case .purgedHere: return "purgedHere"
    case .expired: return "expired"
    case .present: return "stored"
    case .absent: return store.isUndecided(log.id, record.index) ? "undecided" : "absent"
    }
  }

  // MARK: Readers

  /// The members of grants, as far as this node opens them.
  private struct Readers {
    var names: Set<String> = []
    /// One of the grants was opened.
    var isKnown = false
  }

  /// - Returns: nil when the budget was spent.
  private func readers(
    of withdrawal: Withdrawal, _ budget: inout WorkBudget
  ) throws(StoreError) -> Readers? {
    var found = Readers()
    /// Places of grants that were opened.
    var grants: Set<Withdrawal.Record> = []
    for record in withdrawal.records {
      guard let log = store.logs.first(where: { $0.origin == record.origin }),
        record.index < store.durableHead(log.id)?.size ?? 0
      else { continue }
      guard let audience = try receipts.desk.audience(of: record.index, in: log, &budget) else {
        return nil
      }
      guard case .grant(let index) = audience else { continue }
      found.isKnown = true
      guard grants.insert(Withdrawal.Record(origin: log.origin, index: index)).inserted else {
        continue
      }
      let members = receipts.desk.grant(index, of: log)?.members ?? []
      found.names.formUnion(members.map(\.name.text))
    }
    found.names.remove(identity.origin.name.text)
    return found
  }

  private func confirmation(
    of index: UInt64, by node: String, _ book: ReceiptBook
  ) -> Confirmation? {
    for log in store.logs where log.origin.name.text == node {
      guard let word = book.confirmation(of: index, in: identity.id, by: log.id, store) else {
        continue
      }
      return Confirmation(
        node: node, receipt: "\(log.origin)/\(word.index)", time: word.time,
        heard: receipts.heard(word.index, of: log.id))
    }
    return nil
  }
}
