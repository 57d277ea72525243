import Crypto
package import Groups
import JSON
package import Log
package import Replica
import Replication
import Sealing
package import Store

/// Reads the groups that this node was told of, and says whom it seals to.
///
/// A version of a group stands directly behind the grant that its convener opened the group's
/// audience with (Protocols/records.md, REC-63): what is to be read are the grants, which the desk
/// reads anyway, and one record for each. It is read when it is asked for, so that a removal acts
/// with whatever is stored then.
package final class GroupDesk {
  private let desk: Desk
  private let replica: Replica
  /// The card of a peer on the roster.
  private let card: (NodeName) -> Card?
  private var folder: any AcceptanceFolder
  package private(set) var groups = Groups()
  /// Places that were read, or hold no version for ever.
  private var settled: Set<GrantPlace> = []

  private struct GrantPlace: Hashable {
    let log: LogID
    let grant: UInt64
  }

  package init(
    _ desk: Desk, _ replica: Replica, _ folder: any AcceptanceFolder,
    card: @escaping (NodeName) -> Card?
  ) {
    self.desk = desk
    self.replica = replica
    self.card = card
    self.folder = folder
    for acceptance in folder.acceptances {
      groups.decide(acceptance.version.group, acceptance)
    }
  }

  private var own: NodeName { replica.card.name }
  private var store: Store { replica.store }

  // MARK: Reading

  /// Reads what came since, as far as the budget goes.
  ///
  /// - Parameter convener: whose groups are wanted; nil: everybody's.
  /// - Returns: whether all was read.
  package func refresh(
    _ convener: NodeName?, _ budget: inout WorkBudget
  ) throws(StoreError) -> Bool {
    var awaited: [GroupName: AwaitedVersion] = [:]
    for log in store.logs where convener == nil || log.origin.name == convener {
      let size = store.durableHead(log.id)?.size ?? 0
      let feed = desk.log(log).feed
      guard try desk.advance(feed, to: size, &budget) else { return false }
      for (grant, group) in feed.book.groupGrants(of: log.origin.name) {
        let place = GrantPlace(log: log.id, grant: grant)
        guard !settled.contains(place) else { continue }
        guard !budget.isSpent else { return false }
        switch try look(log, grant, size, &budget) {
        case .later: return false
        case .settled: settled.insert(place)
        case .awaited(let problem):
          let wanted = AwaitedVersion(
            problem: problem, epoch: log.origin.epoch, index: grant + 1)
          awaited[group] = max(awaited[group] ?? wanted, wanted)
        }
      }
    }
    groups.expect(awaited, of: convener)
    return true
  }

  private enum Look {
    case settled
    /// A version may stand there, and cannot be read now.
    case awaited(GroupProblem)
    /// The budget is spent.
    case later
  }

  private func look(
    _ log: LogIdentity, _ grant: UInt64, _ size: UInt64, _ budget: inout WorkBudget
  ) throws(StoreError) -> Look {
    let index = grant + 1
    guard index < size else { return .awaited(.notHere) }
    guard !replica.core.isDisputed(log.id, at: index),
      replica.core.epochs.endsAt(log.id).map({ index < $0 }) ?? true
    else { return .awaited(.disputed) }
    let batch: EntryBatch
    do throws(StoreError) {
      batch = try store.read(log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    } catch {
      guard case .damaged = error else { throw error }
      return .awaited(.notHere)
    }
    budget.spend(entries: 1, bytes: batch.leaves.count + batch.bodies.count)
    let header = batch.header(at: 0)
    // Versions are records that stay.
    guard header.knownKind == .record, header.expiryDay == 0 else { return .settled }
    switch batch.bodyState(at: 0) {
    case .present: break
    case .absent: return .awaited(.notHere)
    case .hidden, .purged, .purgedHere, .expired: return .settled
    }
    switch try desk.open(batch, 0, of: log, &budget) {
    case nil: return .later
    case .opened(let bytes, _):
      if let record = try? Record(checking: bytes) {
        groups.read(record, by: log.origin.name, at: (log.origin.epoch, index))
      }
      return .settled
    case .unknownYet, .beyondReach: return .awaited(.notHere)
    case .notForThisNode, .presharedKeyMissing, .keyForgotten, .defect: return .settled
    }
  }

  // MARK: Deciding

  package func standing(of group: GroupName) -> GroupStanding {
    groups.standing(of: group, for: own, isNow: isNow)
  }

  /// The node of that name is the one whose log the member is named by: that log, or one that
  /// followed it.
  private func isNow(_ member: GroupMember) -> Bool {
    let card = member.name == own ? replica.card : card(member.name)
    guard let present = card?.identity else { return false }
    if present.id == member.log { return true }
    let logs = store.logs.filter {
      $0.origin.name == member.name && $0.origin.epoch < present.origin.epoch
    }
    guard let first = logs.first(where: { $0.id == member.log }) else { return false }
    // Each epoch from that one on was ended by the next.
    return (first.origin.epoch..<present.origin.epoch).allSatisfy { epoch in
      logs.contains { $0.origin.epoch == epoch && replica.core.epochs.endsAt($0.id) != nil }
    }
  }

  /// The operator takes the newest version, or leaves.
  ///
  /// - Parameter number: of the version that the operator saw.
  package func accept(
    _ group: GroupName, _ mode: GroupAcceptance.Mode, version number: UInt32
  ) throws(ControlError) {
    guard group.convener != own else {
      throw .refused(
        reason: "\(group) is this node's own group",
        hint: "its members are as you made them: see liaison group show \(group)")
    }
    guard let newest = groups.newest(of: group) else {
      throw .refused(
        reason: "no version of \(group) was read", hint: "see liaison group list")
    }
    guard newest.version.number == number else {
      throw .refused(
        reason: "\(newest.version.text) is the newest version, and not @\(number)",
        hint: "see liaison group show \(group), and accept what it says")
    }
    let acceptance = GroupAcceptance(of: newest, mode: mode)
    try folder.save(acceptance)
    groups.decide(group, acceptance)
  }
}
