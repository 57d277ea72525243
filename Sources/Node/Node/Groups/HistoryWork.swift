package import Log
package import Sealing
import Secrets
package import Store

/// The content of a publication of history: entries to be, and the audiences that have to be closed
/// below them.
package struct HistoryGift {
  package var drafts: [HistoryDraft] = []
  /// Audiences whose keys are given, with their grants' contents where they were open when they
  /// were read.
  var open: [(grant: UInt64, metadata: GrantMetadata)] = []
  package var audiences = 0
  package var records = 0

  /// Nothing was gathered yet.
  package init() {}
}

/// Gathers the keys of this node's records for one group, from some time on, out of its own log. It
/// is done in pieces: the log may be long.
package final class HistoryWork {
  private let desk: Desk
  private let store: Store
  private let identity: LogIdentity
  private let group: GroupName
  /// Unix ms, by the entries' own times: they are this node's word.
  private let since: UInt64
  private let receivers: [AudienceMember]
  private let version: GroupVersion
  /// Every grant below was read.
  private var nextGrant: UInt64 = 0
  /// The group's audiences that began before `since`, and where they were closed.
  private var cut: [(grant: UInt64, closedAt: UInt64?)] = []
  /// The next record to look at of the first of them.
  private var nextRecord: UInt64?
  private var grants: HistoryDraft
  private var singles: HistoryDraft
  private var gift = HistoryGift()
  private let size: UInt64

  package init(
    _ desk: Desk, _ store: Store, _ identity: LogIdentity, _ version: GroupVersion,
    since: UInt64, to receivers: [AudienceMember]
  ) {
    self.desk = desk
    self.store = store
    self.identity = identity
    self.version = version
    group = version.group
    self.since = since
    self.receivers = receivers.sorted { $0.name < $1.name }
    grants = HistoryDraft(to: self.receivers, group: version)
    singles = HistoryDraft(to: self.receivers, group: version)
    size = store.durableHead(identity.id)?.size ?? 0
  }

  /// - Returns: nil while there is more to do in a later turn.
  package func step() throws -> HistoryGift? {
    var budget = desk.newBudget()
    while nextGrant < size {
      guard !budget.isSpent else { return nil }
      try readGrants(&budget)
    }
    while let first = cut.first {
      guard !budget.isSpent else { return nil }
      if try readRecords(of: first, &budget) { cut.removeFirst() }
    }
    for draft in [grants, singles] where !draft.isEmpty { gift.drafts.append(draft) }
    return gift
  }

  private func readGrants(_ budget: inout WorkBudget) throws {
    let controls = try store.controlEntries(
      identity.id, from: nextGrant, limit: NodeLimits.historyGrantsAtOnce)
    budget.spend(entries: 1)
    for control in controls where control.index < size {
      if control.kind == EntryKind.grant.rawValue { try readGrant(control.index, &budget) }
    }
    let isEnd = controls.count < NodeLimits.historyGrantsAtOnce
    nextGrant = isEnd ? size : (controls.last?.index ?? size) + 1
  }

  private func readGrant(_ index: UInt64, _ budget: inout WorkBudget) throws {
    let batch = try store.read(
      identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    budget.spend(entries: 1, bytes: batch.bodies.count)
    guard let body = batch.body(at: 0) else { return }
    let opening = Grant.open(
      header: batch.header(at: 0), body: Array(body), author: identity.origin.name,
      keys: desk.keys(for: identity))
    switch consume opening {
    case .member(let key, let metadata):
      if metadata.name.group == group { try take(batch.header(at: 0), key, metadata) }
    default: break
    }
  }

  private func take(
    _ header: EntryHeader, _ key: borrowing AudienceKey, _ metadata: GrantMetadata
  ) throws {
    let index = header.index
    if let predecessor = metadata.predecessor {
      gift.open.removeAll { $0.grant == predecessor }
      if let place = cut.firstIndex(where: { $0.grant == predecessor }) {
        cut[place].closedAt = index
      }
    }
    guard !metadata.isClosing else { return }
    guard header.time >= since else { return cut.append((index, nil)) }
    // Whoever was a member of it has the key.
    guard !receivers.allSatisfy({ metadata.members.contains($0) }) else { return }
    gift.open.append((index, metadata))
    gift.audiences += 1
    try makeRoom(&grants)
    grants.give(grant: index, key)
  }

  /// - Returns: whether all records of this audience were looked at.
  private func readRecords(
    of audience: (grant: UInt64, closedAt: UInt64?), _ budget: inout WorkBudget
  ) throws -> Bool {
    let end = min(audience.closedAt ?? size, size)
    let from = nextRecord ?? audience.grant + 1
    guard from < end, let key = try key(of: audience.grant) else {
      nextRecord = nil
      return true
    }
    let batch = try store.read(
      identity.id, from..<min(end, from + NodeLimits.entriesAtOnce),
      maxBytes: NodeLimits.pageReadBytes)
    budget.spend(entries: batch.count, bytes: batch.leaves.count + batch.bodies.count)
    for position in 0..<batch.count {
      let header = batch.header(at: position)
      guard header.knownKind == .record, header.time >= since else { continue }
      let data = header.associatedData()
      let single = DisclosureKey(of: key, in: identity.id, at: header.index)
      guard single.fits(associatedData: data.span) else { continue }
      gift.records += 1
      try makeRoom(&singles)
      singles.give(record: header.index, single)
    }
    nextRecord = from + UInt64(batch.count)
    return false
  }

  private func key(of grant: UInt64) throws -> AudienceKey? {
    let batch = try store.read(
      identity.id, grant..<(grant + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    let opening = Grant.open(
      header: batch.header(at: 0), body: Array(batch.body(at: 0) ?? []),
      author: identity.origin.name, keys: desk.keys(for: identity))
    switch consume opening {
    case .member(let key, _): return key
    default: return nil
    }
  }

  private func makeRoom(_ draft: inout HistoryDraft) throws {
    guard gift.audiences + gift.records <= SealingLimits.historyKeys else {
      throw ControlError.refused(
        reason: "more than \(SealingLimits.historyKeys) keys: no receiver keeps so many",
        hint: "give history from a time at which an audience of the group began, or from later on")
    }
    guard draft.isFull else { return }
    gift.drafts.append(draft)
    draft = HistoryDraft(to: receivers, group: version)
  }
}
