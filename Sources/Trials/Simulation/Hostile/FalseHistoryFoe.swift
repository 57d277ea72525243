import Crypto
import Log
import Node
import Sealing
import Secrets
import Store

/// Gives history with keys that are not of what it names: another key than its grant commits to,
/// under which it sealed a record nevertheless; the key of a grant in another's log; a key of
/// nothing; and one that is right, which must count all the same.
final class FalseHistoryFoe: Foe {
  private static let most = 6
  private var given = 0

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    let names = process.site.folder.cards.map(\.name)
    guard given < FalseHistoryFoe.most, ways.random.oneIn(12), process.maySign, names.count > 1
    else { return }
    let receiver = ways.random.below(names.count)
    let member = (receiver + 1 + ways.random.below(names.count - 1)) % names.count
    let seat = GroupSeat(process)
    var random = SeededRandom(seed: ways.random.next())
    let stolen = foreignKey(seat, ways, using: &random)
    guard
      let draft = try write(
        of: names[member], to: names[receiver], stolen, at: seat, using: &random)
    else { return }
    var gift = HistoryGift()
    gift.drafts = [draft.history]
    let batch = try process.seal(at: seat, using: &random) { sealer, builder, random in
      _ = try sealer.append(gift, to: &builder, using: &random)
    }
    guard let batch else { return }
    given += 1
    ways.did(kind)
    try process.world.observer.sealed?(
      process,
      .gift(
        SealedTruth.Gift(
          place: process.place(batch, batch.count - 1), receivers: [names[receiver]], grants: [],
          records: [draft.right])))
  }

  /// The key of an audience in another's log that this node is a member of, or of nothing.
  private func foreignKey(
    _ seat: GroupSeat, _ ways: FoeWays, using random: inout SeededRandom
  ) -> AudienceKey {
    let store = seat.process.store
    for log in store.logs where log != seat.process.identity {
      for entry in (try? store.controlEntries(log.id, from: 0)) ?? []
      where entry.kind == EntryKind.grant.rawValue && ways.random.oneIn(2) {
        guard
          let batch = try? store.read(
            log.id, entry.index..<(entry.index + 1), maxBytes: 1 << 20),
          let body = batch.body(at: 0)
        else { continue }
        let opening = Grant.open(
          header: batch.header(at: 0), body: Array(body), author: log.origin.name,
          keys: seat.desk.keys(for: log))
        if case .member(let key, _) = consume opening { return key }
      }
    }
    return .generate(using: &random)
  }

  /// Three records for `member`, and history of them for `receiver`: the first under a key that
  /// its grant does not commit to, the second with a key of nothing, the third with its own.
  private func write(
    of member: NodeName, to receiver: NodeName, _ stolen: borrowing AudienceKey,
    at seat: GroupSeat, using random: inout SeededRandom
  ) throws(Violation) -> (history: HistoryDraft, right: UInt64)? {
    let process = seat.process
    let audience = seat.audience([member])
    let receivers = seat.audience([receiver])
    guard !audience.isEmpty, !receivers.isEmpty else { return nil }
    let bytes = (0..<3).map { Array(#"{"type":"note","n":\#($0)}"#.utf8) }
    var grant: UInt64 = 0
    let batch = try process.seal(at: seat, using: &random) { sealer, builder, random in
      let plan = try sealer.plan(to: audience, scope: .nodes, isNewVersion: true)
      guard case .open(let draft) = plan.step else { return }
      grant = try sealer.append(draft, to: &builder, using: &random)
      FalseHistoryFoe.append(bytes[0], stolen, process, &builder, &random)
      for record in bytes.dropFirst() {
        sealer.append(record, sealedTo: grant, to: &builder, using: &random)
      }
    }
    guard let batch, batch.count > 3 else { return nil }
    let readers = Set([member, process.site.name])
    for (number, record) in bytes.enumerated() {
      try process.world.observer.sealed?(
        process,
        .record(
          SealedTruth.Record(
            place: process.place(batch, batch.count - 3 + number), grant: grant, bytes: record,
            readers: number == 0 ? [] : readers)))
    }
    return history(of: batch, for: receivers, stolen, at: seat)
  }

  private func history(
    of batch: EntryBatch, for receivers: [AudienceMember], _ stolen: borrowing AudienceKey,
    at seat: GroupSeat
  ) -> (history: HistoryDraft, right: UInt64)? {
    let identity = seat.process.identity
    let place = batch.count - 4
    let opening = Grant.open(
      header: batch.header(at: place), body: Array(batch.body(at: place) ?? []),
      author: identity.origin.name, keys: seat.desk.keys(for: identity))
    guard case .member(let key, _) = consume opening else { return nil }
    let last = batch.end - 1
    let draft = HistoryDraft(to: receivers, group: nil)
    draft.give(grant: batch.first + UInt64(place), stolen)
    draft.give(record: last - 1, DisclosureKey(of: stolen, in: identity.id, at: last - 1))
    draft.give(record: last, DisclosureKey(of: key, in: identity.id, at: last))
    return (draft, last)
  }

  private static func append(
    _ record: [UInt8], _ key: borrowing AudienceKey, _ process: NodeProcess,
    _ builder: inout EntryBuilder, _ random: inout SeededRandom
  ) {
    let time = process.site.wallClock(process.now)
    let place = builder.nextHeader(
      kind: .record, time: time, bodyBytes: RecordSeal.bodyBytes(for: record.count))
    var body: [UInt8] = []
    let tag = key.withBytes {
      RecordSeal.seal(
        record.span, at: place, audienceKey: $0, using: &random, appendingTo: &body)
    }
    builder.append(kind: .record, time: time, audienceTag: tag, body: body)
  }
}
