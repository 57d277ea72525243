import Crypto
import JSON
import Log
import Runtime
import Sealing
import Store

extension Desk {
  /// One entry: its header, and what this node may read of it.
  func show(
    _ identity: LogIdentity, _ index: UInt64, _ store: Store, isDisputed: Bool,
    isLate: Bool
  ) throws
    -> ShowReply
  {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    let header = batch.header(at: 0)
    let isVerified = identity.verifySignature(leaves: batch.leaves.span, at: 0)
    var reply = ShowReply(
      entry: "\(identity.origin.text)/\(index)", log: identity.id.description, time: header.time,
      kind: header.knownKind.map { "\($0)" } ?? "unknown", kindNumber: header.kind,
      suite: header.suite, expiryDay: header.expiryDay, bodyBytes: header.bodyBytes,
      audienceTag: Hex.encode(header.audienceTag.array), previous: header.previous.description,
      bodyHash: header.bodyHash.description,
      leafHash: try store.leafHash(identity.id, index).description,
      signature: isVerified ? "verified" : "defect", disputed: isDisputed, late: isLate,
      opening: .unknown)
    try fill(&reply, identity, batch, header, store)
    return reply
  }

  private func fill(
    _ reply: inout ShowReply, _ identity: LogIdentity, _ batch: EntryBatch, _ header: EntryHeader,
    _ store: Store
  ) throws {
    switch batch.bodyState(at: 0) {
    case .purged:
      reply.opening = .purged
      reply.why = try withdrawal(of: header.index, in: identity, store)
    case .purgedHere: reply.opening = .purgedHere
    case .expired:
      reply.opening = .expired
      let day = UTCTime.text(milliseconds: UInt64(header.expiryDay) * 86_400_000).prefix(10)
      reply.why = "on \(day), by the times in cosignatures"
    case .absent: reply.opening = .absent
    case .present: try fillPresent(&reply, identity, batch, header)
    }
  }

  private func fillPresent(
    _ reply: inout ShowReply, _ identity: LogIdentity, _ batch: EntryBatch, _ header: EntryHeader
  ) throws {
    switch header.knownSuite {
    case .plain:
      reply.opening = .isPublic
      reply.text = String(validating: batch.body(at: 0) ?? [], as: UTF8.self)
    case .sealedRecord:
      fill(&reply, with: open(batch, 0, with: try book(of: identity)))
    case .grant:
      fillGrant(&reply, try book(of: identity), header.index)
    case nil: reply.opening = .unknown
    }
  }

  private func fill(_ reply: inout ShowReply, with opening: RecordOpening) {
    switch opening {
    case .opened(let record, _):
      do throws(JSONProblem) {
        reply.record = try Record(checking: record).text
        reply.opening = .opened
      } catch {
        reply.opening = .defect
        reply.why = "sealed to this node, but no record: it \(error.reason)"
      }
    case .notForThisNode: reply.opening = .notForThisNode
    case .unknownYet(let missing):
      reply.opening = .grantsMissing
      reply.why = "grants not here yet: \(missing.map(String.init).joined(separator: ", "))"
    case .presharedKeyMissing(let grant):
      reply.opening = .presharedKeyMissing
      reply.why = "the grant at \(grant) needs the key exchanged with this author's operator"
    case .defect(let defect):
      reply.opening = .defect
      reply.why = "\(defect)"
    }
  }

  private func fillGrant(_ reply: inout ShowReply, _ book: AudienceBook, _ index: UInt64) {
    guard let audience = book.audiences.first(where: { $0.grantIndex == index }) else {
      reply.opening = .notForThisNode
      return
    }
    reply.opening = .opened
    let members = audience.metadata.members.map(\.name.text).joined(separator: ", ")
    reply.text =
      "audience \(audience.metadata.name), version \(audience.metadata.version): \(members)"
  }
}
