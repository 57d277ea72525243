import Log
import Readability
import Replica
import Replication
import Runtime
import Store

/// Erasure receipts (Protocols/entry.md, 9): signs the own ones once every reader confirmed, and
/// says what those of others confirm.
final class ReceiptDesk {
  let replica: Replica
  let desk: Desk
  let membership: Membership
  private let loop: EventLoop
  private let turns: TurnQueue
  private let author: Author
  private let changes: ChangeWatch
  private let notices: Notices
  let names: ReaderNames
  /// The books about the own logs, and about one other that was asked for.
  private var books: [LogID: ReceiptBook] = [:]
  private var heard = HeardReceipts()
  /// The plan that readers are waited for.
  private var asked: ReceiptPlan?

  init(
    _ loop: EventLoop, _ turns: TurnQueue, _ publishing: Publishing, _ desk: Desk,
    _ membership: Membership, _ changes: ChangeWatch, _ folder: NodeFolder, _ notices: Notices
  ) {
    self.loop = loop
    self.turns = turns
    replica = publishing.replica
    author = publishing.author
    self.desk = desk
    self.membership = membership
    self.changes = changes
    self.notices = notices
    names = ReaderNames(folder, notices)
  }

  var store: Store { replica.store }

  // MARK: Own receipts

  /// - Returns: false where none may be signed now.
  func sign(_ plan: ReceiptPlan, after last: UInt64?) -> Bool {
    if plan != asked { names.beginWaiting() }
    asked = plan
    guard ReceiptPlan.mayFollow(last, at: loop.wallNow),
      replica.core.epochs.contested(of: replica.card.name) == nil, names.allGone(changes.place)
    else { return false }
    let log = replica.identity.id
    let entry = PublicEntry(kind: .erasureReceipt) { plan.receipt(in: log, at: $0).encode() }
    return author.publish(
      Publication(
        records: [], recipients: { Recipients(members: []) }, replicas: 0,
        publicEntry: entry, isHeard: { true }
      ) { [notices] result in
        guard case .failure(let error) = result else { return }
        notices.logger.warning("no erasure receipt was signed, which is tried again: \(error)")
      }) != nil
  }

  // MARK: Readers

  func readers() -> ReadersReply {
    let behind = names.holdingBack
    return ReadersReply(
      readers: names.known.names.map { ReaderReport(name: $0, holdsBack: behind.contains($0)) })
  }

  func forget(_ request: ForgetReaderRequest) throws(ControlError) -> DoneReply {
    let isKnown: Bool
    do throws(ReaderNameFailure) { isKnown = try names.forget(request.name) } catch {
      throw .diskFailed(reason: "\(error)")
    }
    guard isKnown else {
      throw .refused(
        reason: "no reader is called \(request.name)", hint: "see 'liaison reader list'")
    }
    notices.logger.notice("the reader \(request.name) is forgotten: receipts wait for it no more")
    return DoneReply()
  }

  // MARK: Receipts of others

  /// Entries that were just staged.
  func staged(_ batch: EntryBatch, of log: LogID) {
    heard.staged(batch, of: log, at: loop.wallNow)
  }

  func withdrawals(
    _ request: WithdrawalsRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<WithdrawalsReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      goOn(try WithdrawalsWork(request, self), isHeard, reply)
    } catch {
      reply(.failure(error))
    }
  }

  private func goOn(
    _ work: WithdrawalsWork, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<WithdrawalsReply, ControlError>) -> Void
  ) {
    turns.soon { [weak self] in
      guard isHeard(), let self else { return reply(.failure(.busy)) }
      do throws(StoreError) {
        guard let page = try work.step() else { return self.goOn(work, isHeard, reply) }
        reply(.success(page))
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  /// Reads on in the receipts about a log.
  /// - Returns: the book as far as it is, and whether all is read.
  func book(about subject: LogID) -> (book: ReceiptBook, isWhole: Bool) {
    let own = store.logs.filter { $0.origin.name == replica.card.name }.map(\.id)
    // Others' are read on demand; one of them at a time is kept.
    if books[subject] == nil, !own.contains(subject) {
      books = books.filter { own.contains($0.key) }
    }
    var book = books[subject] ?? ReceiptBook(about: [subject])
    let isWhole = book.work(in: store)
    books[subject] = book
    return (book, isWhole)
  }

  /// When a receipt was stored here; nil: before this run.
  func heard(_ index: UInt64, of log: LogID) -> UInt64? { heard.time(of: index, log) }
}

/// When receipts of others were stored here, in this run: of each log the newest ones.
struct HeardReceipts {
  private var times: [LogID: [(index: UInt64, time: UInt64)]] = [:]
  /// Receipts of one log: 16 bytes each, at most one an hour from an honest signer.
  private static let kept = 1_024

  mutating func staged(_ batch: EntryBatch, of log: LogID, at now: UInt64) {
    for position in 0..<batch.count
    where batch.header(at: position).knownKind == .erasureReceipt {
      var known = times[log] ?? []
      known.append((batch.first + UInt64(position), now))
      if known.count > HeardReceipts.kept { known.removeFirst() }
      times[log] = known
    }
  }

  func time(of index: UInt64, _ log: LogID) -> UInt64? {
    times[log]?.last { $0.index == index }?.time
  }
}
