import Groups
import Log
import Node
import Sealing
import Secrets
import Store

// History that an author gives of its own records (Protocols/sealing.md, 11).
extension NodeProcess {
  /// Gathers keys of own records as `liaison group history` does it.
  /// - Parameter since: by the entries' own times.
  /// - Returns: nil while the disk does not give them.
  func gather(
    of version: GroupVersion, since: UInt64, to receivers: [AudienceMember], at seat: GroupSeat
  ) -> HistoryGift? {
    let work = HistoryWork(
      seat.desk, store, identity, version, since: since, to: receivers)
    do {
      while true { if let gift = try work.step() { return gift } }
    } catch {
      return nil
    }
  }

  /// - Returns: whether it was signed.
  func give(
    _ gift: HistoryGift, at seat: GroupSeat, using random: inout SeededRandom
  ) throws(Violation) -> Bool {
    let batch = try seal(at: seat, using: &random) { sealer, builder, random in
      _ = try sealer.append(gift, to: &builder, using: &random)
    }
    guard let batch else { return false }
    for position in 0..<batch.count {
      let header = batch.header(at: position)
      guard header.knownKind == .history, let body = batch.body(at: position) else { continue }
      let opening = History.open(
        header: header, body: Array(body), author: site.name,
        keys: seat.desk.keys(for: identity))
      guard case .receiver(let content) = consume opening else {
        throw Violation("\(site.label) does not open its own history at \(header.index)")
      }
      let head = content.head
      world.say(
        "\(site.label) gives \(head.receivers.map(\.name)) grants \(head.grants), entries \(head.records)"
      )
      try world.observer.sealed?(
        self,
        .gift(
          SealedTruth.Gift(
            place: place(batch, position), receivers: Set(head.receivers.map(\.name)),
            grants: Set(head.grants), records: Set(head.records))))
    }
    return true
  }
}
