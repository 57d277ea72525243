import Crypto
import Log
import Sealing
import Secrets
import Store

/// Opens what was shared with this node: `show` and `tail`. One audience book for each author, fed from the
/// log's grants the first time it is wanted, and from there on as grants arrive.
final class Desk {
  private let store: Store
  private let secrets: NodeSecrets
  private var books: [LogID: AudienceBook] = [:]
  /// The key exchanged with an author's operator.
  var presharedKey: (NodeName) -> Held<PresharedKey>? = { _ in nil }

  /// Whether an entry is damaged here, and no peer that was asked gave it whole.
  var isLost: (LogID, UInt64) -> Bool = { _, _ in false }

  init(store: Store, secrets: NodeSecrets) {
    self.store = store
    self.secrets = secrets
  }

  /// Forgets what it derived: a pre-shared key came or went.
  func forget(_ log: LogID) { books[log] = nil }

  /// The book of one author, fed with every grant that is stored and not lost.
  func book(of identity: LogIdentity) throws -> AudienceBook {
    let book = books[identity.id] ?? AudienceBook(identity: identity)
    books[identity.id] = book
    guard let size = store.state(identity.id)?.size, book.size < size else { return book }
    for entry in try store.controlEntries(identity.id, from: book.size)
    where entry.kind == EntryKind.grant.rawValue && entry.index >= book.size {
      do { try feed(entry.index, of: identity, to: book) } catch StoreError.damaged(let found) {
        // What it grants may still come, and records before it would seem to be for others.
        guard isLost(identity.id, entry.index) else { throw StoreError.damaged(found) }
      }
    }
    book.advance(to: size)
    return book
  }

  /// A grant takes effect only after its own signature was verified, however it was accepted.
  private func feed(_ index: UInt64, of identity: LogIdentity, to book: AudienceBook) throws {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    guard identity.verifySignature(leaves: batch.leaves.span, at: 0) else { return }
    book.handleGrant(
      header: batch.header(at: 0), body: batch.body(at: 0).map { Array($0) },
      with: secrets.sealing, presharedKey: presharedKey(identity.origin.name))
  }

  /// Opens the record at `position` of `batch`.
  func open(_ batch: EntryBatch, _ position: Int, with book: AudienceBook) -> RecordOpening {
    let header = batch.header(at: position)
    return book.open(
      index: header.index, associatedData: header.associatedData().span,
      body: Array(batch.body(at: position) ?? []).span)
  }
}
