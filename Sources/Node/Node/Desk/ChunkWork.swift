import Log
import Sealing
import Store

/// One chunk of an attachment being read. Grants below it are read in pieces, as for `ShowWork`.
final class ChunkWork {
  private let desk: Desk
  private let store: Store
  let identity: LogIdentity
  let index: UInt64

  init(_ desk: Desk, _ store: Store, _ identity: LogIdentity, _ index: UInt64) {
    self.desk = desk
    self.store = store
    self.identity = identity
    self.index = index
  }

  /// - Returns: nil while there is more to do in a later turn.
  func step() throws(StoreError) -> ChunkReply? {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    let header = batch.header(at: 0)
    var reply = ChunkReply(opening: .defect, expiryDay: header.expiryDay)
    guard header.isChunk else {
      reply.why = "no chunk of an attachment"
      return reply
    }
    switch batch.bodyState(at: 0) {
    case .hidden: reply.opening = .hidden
    case .purged: reply.opening = .purged
    case .purgedHere: reply.opening = .purgedHere
    case .expired: reply.opening = .expired
    case .absent: reply.opening = store.isUndecided(identity.id, index) ? .undecided : .absent
    case .present:
      var budget = desk.newBudget()
      guard try desk.advance(desk.log(identity).feed, to: index, &budget),
        let opening = try desk.open(batch, 0, of: identity, &budget)
      else { return nil }
      fill(&reply, opening)
    }
    return reply
  }

  private func fill(_ reply: inout ChunkReply, _ opening: RecordOpening) {
    switch opening {
    case .opened(let bytes, let audience): reply.take(bytes, under: audience?.grantIndex)
    case .notForThisNode: reply.opening = .notForThisNode
    case .unknownYet, .beyondReach: reply.opening = .grantsMissing
    case .presharedKeyMissing: reply.opening = .presharedKeyMissing
    case .keyForgotten: reply.opening = .keyForgotten
    case .defect(let defect):
      reply.opening = .defect
      reply.why = "\(defect)"
    }
  }
}
