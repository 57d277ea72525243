import Crypto
import JSON
import Log
import Runtime
import Sealing
import Secrets
import Store

/// One entry being shown: its header, and what this node may read of it. An author may make either
/// part long, so that it is done in pieces.
final class ShowWork {
  private let desk: Desk
  private let store: Store
  let identity: LogIdentity
  let index: UInt64
  private let isDisputed: Bool
  private let isLate: Bool
  /// Opens the record in place of the node's own keys.
  private let key: Bytes32?

  init(
    _ desk: Desk, _ store: Store, _ identity: LogIdentity, _ index: UInt64, isDisputed: Bool,
    isLate: Bool, key: Bytes32? = nil
  ) {
    self.key = key
    self.desk = desk
    self.store = store
    self.identity = identity
    self.index = index
    self.isDisputed = isDisputed
    self.isLate = isLate
  }

  /// - Returns: nil while there is more to do in a later turn.
  func step() throws(StoreError) -> ShowReply? {
    var budget = desk.newBudget()
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
    return try fill(&reply, batch, header, &budget) ? reply : nil
  }

  private func fill(
    _ reply: inout ShowReply, _ batch: EntryBatch, _ header: EntryHeader,
    _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    switch batch.bodyState(at: 0) {
    case .hidden:
      reply.opening = .hidden
      reply.why = try withdrawal()
    case .purged:
      reply.opening = .purged
      reply.why = try withdrawal()
    case .purgedHere: reply.opening = .purgedHere
    case .expired:
      reply.opening = .expired
      let day = UTCTime.text(milliseconds: UInt64(header.expiryDay) * 86_400_000).prefix(10)
      reply.why = "on \(day), by the times in cosignatures"
    case .absent: reply.opening = store.isUndecided(identity.id, index) ? .undecided : .absent
    case .present: return try fillPresent(&reply, batch, header, &budget)
    }
    return true
  }

  /// The withdrawal of the body, as its index record names it: `by nl/1/9`.
  private func withdrawal() throws(StoreError) -> String {
    guard let place = try store.withdrawal(identity.id, of: index) else {
      return "by a withdrawal that is not known here"
    }
    return "by \(identity.origin.name)/\(place.epoch)/\(place.index)"
  }

  private func fillPresent(
    _ reply: inout ShowReply, _ batch: EntryBatch, _ header: EntryHeader,
    _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    switch header.knownSuite {
    case .plain:
      reply.opening = .isPublic
      let body = Array(batch.body(at: 0) ?? [])
      reply.text =
        header.knownKind == .anchor
        ? (try? Anchor.parse(body))?.text : String(validating: body, as: UTF8.self)
    case .sealedRecord where key != nil:
      fill(&reply, with: openedByKey(header, batch.body(at: 0).map(Array.init) ?? []))
    case .sealedRecord, .sealedChunk:
      guard try desk.advance(desk.log(identity).feed, to: index, &budget),
        let opening = try desk.open(batch, 0, of: identity, &budget)
      else { return false }
      fill(&reply, with: opening, isChunk: header.isChunk)
    case .grant where header.knownKind == .history:
      guard try desk.readHistory(of: identity, &budget) else { return false }
      fillHistory(&reply, batch, header)
    case .grant: fillGrant(&reply, batch, header)
    case nil: reply.opening = .unknown
    }
    return true
  }

  /// - Returns: the record, or why the key that was given opens nothing.
  private func openedByKey(
    _ header: EntryHeader, _ body: [UInt8]
  ) -> Result<[UInt8], SealingDefect> {
    guard let key else { return .failure(.commitment) }
    do throws(SealingDefect) {
      return .success(
        try DisclosureKey(copying: key.array.span)
          .open(associatedData: header.associatedData().span, body: body.span))
    } catch {
      return .failure(error)
    }
  }

  private func fill(_ reply: inout ShowReply, with opened: Result<[UInt8], SealingDefect>) {
    switch opened {
    case .success(let record): fill(&reply, with: record)
    case .failure:
      reply.opening = .notForThisNode
      reply.why = "the key that was given does not open it"
    }
  }

  private func fill(_ reply: inout ShowReply, with record: [UInt8]) {
    do throws(JSONProblem) {
      reply.record = try Record(checking: record).text
      reply.opening = .opened
    } catch {
      reply.opening = .defect
      reply.why = "sealed to this node, but no record: it \(error.reason)"
    }
  }

  private func fill(_ reply: inout ShowReply, with opening: RecordOpening, isChunk: Bool) {
    switch opening {
    case .opened(let record, let audience):
      let members = audience.flatMap { desk.grant($0.grantIndex, of: identity)?.members }
      reply.audience = members?.map(\.name.text)
      reply.grant = audience?.grantIndex
      guard !isChunk else {
        reply.opening = .opened
        reply.text = "chunk of an attachment, \(record.count) bytes"
        return
      }
      fill(&reply, with: record)
    case .notForThisNode: reply.opening = .notForThisNode
    case .unknownYet(let missing):
      reply.opening = .grantsMissing
      reply.why = "grants not here yet: \(missing.map(String.init).joined(separator: ", "))"
    case .beyondReach: reply.opening = .grantsMissing
    case .presharedKeyMissing(let grant):
      reply.opening = .presharedKeyMissing
      reply.why = "the grant at \(grant) needs the key exchanged with this author's operator"
    case .keyForgotten: reply.opening = .keyForgotten
    case .defect(let defect):
      reply.opening = .defect
      reply.why = "\(defect)"
    }
  }

  /// Shows the grant's contents, even if it could not take effect.
  private func fillGrant(_ reply: inout ShowReply, _ batch: EntryBatch, _ header: EntryHeader) {
    let opening = Grant.open(
      header: header, body: Array(batch.body(at: 0) ?? []), author: identity.origin.name,
      keys: desk.keys(for: identity))
    switch consume opening {
    case .member(_, let metadata):
      reply.opening = .opened
      let members = metadata.members.map(\.name.text).joined(separator: ", ")
      let head = metadata.isClosing ? "closes audience" : "audience"
      reply.text = "\(head) \(metadata.name), version \(metadata.version): \(members)"
    case .notMember: reply.opening = .notForThisNode
    case .presharedKeyMissing:
      reply.opening = .presharedKeyMissing
      reply.why = "this grant needs the key exchanged with this author's operator"
    case .defect(let defect):
      reply.opening = .defect
      reply.why = "\(defect)"
    }
  }
}

extension ShowWork {
  /// Shows what the entry gives to whom; and whether keys of it were found not to fit.
  private func fillHistory(_ reply: inout ShowReply, _ batch: EntryBatch, _ header: EntryHeader) {
    let opening = History.open(
      header: header, body: Array(batch.body(at: 0) ?? []), author: identity.origin.name,
      keys: desk.keys(for: identity))
    switch consume opening {
    case .receiver(let content):
      reply.opening = .opened
      reply.text = content.head.text
    case .notReceiver: reply.opening = .notForThisNode
    case .presharedKeyMissing:
      reply.opening = .presharedKeyMissing
      reply.why = "this entry needs the key exchanged with this author's operator"
    case .defect(let defect):
      reply.opening = .defect
      reply.why = "\(defect)"
    }
    let defects = desk.log(identity).history.keys.defects.filter { $0.index == index }
    if reply.opening == .opened, let defect = defects.first?.defect {
      reply.why = "some of its keys do not count: \(defect)"
    }
  }
}

extension HistoryHead {
  /// The text that people read.
  fileprivate var text: String {
    var text = "history for \(receivers.map(\.name.text).joined(separator: ", "))\n"
    if let group { text += "as members of \(group.text) (\(group.hash))\n" }
    func list(_ what: String, _ indices: [UInt64]) -> String {
      guard let first = indices.first, let last = indices.last else { return "" }
      let range = first == last ? "\(first)" : "\(first) to \(last)"
      return "\(indices.count) \(what), at \(range)\n"
    }
    return text + list("keys of audiences", grants) + list("keys of records", records)
  }
}

extension Anchor {
  /// The text that people read.
  fileprivate var text: String {
    "anchors the log \(log)\ncommitment \(commitment)\n"
      + (previous.map { "the anchor before is entry \($0)\n" } ?? "there is no anchor before\n")
  }
}
