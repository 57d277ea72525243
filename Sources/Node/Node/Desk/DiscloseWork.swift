import Crypto
import Log
import Sealing
import Store

/// One record being disclosed: its key, and if that is wanted all that proves it
/// (Protocols/disclosure.md). Done in pieces, as whatever depends on an author's grants.
final class DiscloseWork {
  private let desk: Desk
  private let store: Store
  private let identity: LogIdentity
  private let index: UInt64
  private let isProven: Bool

  /// - Parameter isProven: the file of Protocols/disclosure.md, 1 is wanted, too.
  init(_ desk: Desk, _ store: Store, _ identity: LogIdentity, _ index: UInt64, isProven: Bool) {
    self.desk = desk
    self.store = store
    self.identity = identity
    self.index = index
    self.isProven = isProven
  }

  /// The outcome of one piece.
  enum Step {
    /// There is more to do in a later turn.
    case goOn
    case done(DiscloseReply)
    case refused(ControlError)
  }

  func step() throws(StoreError) -> Step {
    var budget = desk.newBudget()
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    let header = batch.header(at: 0)
    guard batch.bodyState(at: 0) == .present, header.knownSuite == .sealedRecord else {
      return .refused(
        .refused(
          reason: "\(entry) is no record whose body is here", hint: "see liaison show \(entry)"))
    }
    guard try desk.advance(desk.log(identity).feed, to: index, &budget) else { return .goOn }
    guard let key = try key(header, &budget) else { return .goOn }
    guard let key = key.bytes else {
      return .refused(
        .refused(reason: "this node cannot open \(entry)", hint: "see liaison show \(entry)"))
    }
    let leafHash = try store.leafHash(identity.id, index)
    var reply = DiscloseReply(
      entry: entry, log: identity.id.description, index: index, leaf: leafHash.description,
      key: Hex.encode(key.array))
    guard isProven else { return .done(reply) }
    guard let file = try file(batch, key) else {
      return .refused(
        .refused(
          reason: "no checkpoint is above \(entry) yet",
          hint: "try again: one comes within a second of an entry, once signing goes on"))
    }
    reply.file = String(decoding: file, as: UTF8.self)
    return .done(reply)
  }

  private var entry: String { "\(identity.origin.text)/\(index)" }

  /// The key that was found; nil bytes: there is none here.
  private struct Found { let bytes: Bytes32? }

  /// - Returns: nil when the budget was spent on the way.
  private func key(
    _ header: EntryHeader, _ budget: inout WorkBudget
  ) throws(StoreError) -> Found? {
    let data = header.associatedData()
    let book = desk.log(identity).feed.book
    if let key = book.disclosureKey(index: index, associatedData: data.span) {
      return Found(bytes: key.withBytes { Bytes32($0) })
    }
    guard book.reach > index else { return Found(bytes: nil) }
    let past = desk.pastBook(of: identity, at: index)
    guard try desk.advance(past, to: index, &budget) else { return nil }
    let key = past.book.disclosureKey(index: index, associatedData: data.span)
    return Found(bytes: key?.withBytes { Bytes32($0) })
  }

  private func file(_ batch: EntryBatch, _ key: Bytes32) throws(StoreError) -> [UInt8]? {
    guard let checkpoint = try checkpoint() else { return nil }
    let path = try store.inclusionProof(identity.id, index: index, size: checkpoint.size)
    let disclosure = Disclosure(
      identity: identity, leaf: batch.leaves, body: Array(batch.body(at: 0) ?? []), key: key,
      path: path, checkpoint: checkpoint.note(cosignatures: cosignatures(checkpoint)))
    // Nothing leaves that does not prove what it says.
    guard (try? disclosure.verify()) != nil else { return nil }
    return disclosure.encode()
  }

  /// The checkpoint above the entry that most nodes cosigned, else the newest.
  private func checkpoint() throws(StoreError) -> VerifiedCheckpoint? {
    var counts: [UInt64: Int] = [:]
    for stored in store.cosignatures(identity.id) where stored.checkpointSize > index {
      counts[stored.checkpointSize, default: 0] += 1
    }
    let sizes = counts.keys.sorted { (counts[$0] ?? 0, $0) > (counts[$1] ?? 0, $1) }
    let durable = store.durableHead(identity.id)?.size ?? 0
    for size in sizes where size <= durable {
      if let kept = try store.checkpoint(identity.id, size: size) { return kept }
    }
    return store.newestDurableCheckpoint(identity.id).flatMap { $0.size > index ? $0 : nil }
  }

  private func cosignatures(_ checkpoint: VerifiedCheckpoint) -> [Cosignature] {
    store.cosignatures(identity.id).filter {
      $0.checkpointSize == checkpoint.size && $0.checkpointRoot == checkpoint.root
    }.map(\.cosignature)
  }
}
