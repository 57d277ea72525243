public import Log
internal import Secrets

/// One node's knowledge of the audiences of one author's log: fed with the log's grants in order,
/// it finds the key of each record (Protocols/sealing.md, 5). The author's own book is built the
/// same way, from its own grants, since the author is always a member. For one thread.
///
/// Its size is bounded whatever the author does: `SealingLimits.openAudiences` open ones, the last
/// `SealingLimits.closedAudiences` closed ones, and some grants that could not be used.
///
/// - Feeding: `handleGrant`, `advance`, `reopen`.
/// - Reading: `open`, `disclosureKey`.
/// - Writing: `plan`, `makeGrant`, `seal`.
public final class AudienceBook {
  /// The author's log; grants of any other are a programming error.
  public let identity: LogIdentity
  /// Grants with something wrong in them, which open nothing: the first
  /// `SealingLimits.grantsNamed`.
  public private(set) var defects: [(index: UInt64, defect: SealingDefect)] = []
  /// Every grant below this index was fed, or noted as missing.
  public private(set) var size: UInt64 = 0
  /// Audiences that were closed here or below are forgotten.
  public private(set) var reach: UInt64 = 0

  let keys = KeyRing()
  /// The audiences by the numbers of their keys.
  private(set) var kept: [Audience?] = []
  /// The numbers of the open ones, in the order of their grants.
  private(set) var open: [Int] = []
  /// The numbers of the closed ones, in the order in which they were closed.
  private(set) var closed: [Int] = []
  /// Numbers whose audience was forgotten.
  private var free: [Int] = []
  /// The numbers by grant; only ever looked up.
  private(set) var numbers: [UInt64: Int] = [:]
  /// No audience but the open ones is open at this index or above.
  private(set) var lastClosing: UInt64 = 0
  /// The audience that opened last: records come in runs.
  var latest: Int?
  /// The index of the author's log at which an audience, by its number, was last used.
  var lastUse: [UInt64] = []
  /// The last plan that reused an audience: most records go to whom the last one went.
  var memo: PlanMemo?
  private(set) var missing: [UInt64] = []
  /// Missing grants from here on are not remembered one by one.
  private(set) var missingBeyond: UInt64?
  /// The index of the grant that closed a missing one, by the missing one's index.
  private var closings: [UInt64: UInt64] = [:]
  /// Grants that were fed, and may open by a key that came since.
  private var reopened: [UInt64] = []
  private(set) var grantsWithoutPresharedKey: [UInt64] = []
  private let closedAudiences: Int
  let history: HistoryKeys

  /// - Parameters:
  ///   - history: what came of this log by history entries; other books of the log may share it.
  ///   - closedAudiences: the most closed audiences that are kept.
  public init(
    identity: LogIdentity, history: HistoryKeys = HistoryKeys(),
    closedAudiences: Int = SealingLimits.closedAudiences
  ) {
    self.identity = identity
    self.history = history
    self.closedAudiences = closedAudiences
  }

  /// The audiences that this node is a member of and that are kept, in the order of their grants.
  public var audiences: [Audience] {
    kept.compactMap { $0 }.sorted { $0.grantIndex < $1.grantIndex }
  }

  /// Grants of audiences of groups that `convener` convenes, ascending.
  public func groupGrants(of convener: NodeName) -> [(grant: UInt64, group: GroupName)] {
    let audiences = kept.compactMap { $0 }.filter { $0.group?.convener == convener }
    return audiences.sorted { $0.grantIndex < $1.grantIndex }.compactMap { audience in
      audience.group.map { (audience.grantIndex, $0) }
    }
  }

  /// Grants below `size` whose bodies are not here; feed them when they arrive.
  public var missingGrants: [UInt64] { missing }

  /// Takes a grant, in the order of the log.
  ///
  /// - Parameters:
  ///   - header: of an entry whose **own signature was verified**; its index is not below `size`,
  ///     or is one of those noted as missing or reopened (a precondition).
  ///   - body: as stored, matching the header's body hash; nil if it is not here.
  ///   - keys: what this node tries on grants of this author.
  /// - Returns: the audience, if this node is a member of it.
  @discardableResult
  public func handleGrant(header: EntryHeader, body: [UInt8]?, keys: GrantKeys) -> Audience? {
    let index = header.index
    precondition(header.logID == identity.id, "a grant of another log")
    if index >= size {
      size = index + 1
    } else {
      let isDue = missing.removeSorted(index)
      precondition(reopened.removeSorted(index) || isDue, "grants come in order, once")
    }
    guard let body else {
      noteMissing(index)
      return nil
    }
    let opening = Grant.open(
      header: header, body: body, author: identity.origin.name, keys: keys)
    switch consume opening {
    case .notMember: return openByHistory(header, body)
    case .presharedKeyMissing:
      if let audience = openByHistory(header, body) { return audience }
      if grantsWithoutPresharedKey.count < SealingLimits.grantsNamed {
        grantsWithoutPresharedKey.insertSorted(index)
      }
      return nil
    case .defect(let defect):
      note(defect, at: index)
      return nil
    case .member(let key, let metadata):
      return key.withBytes { enter(metadata, of: header, $0) }
    }
  }

  /// A grant of which this node is no member, or cannot open its slot: its key may have come by
  /// history, and then opens nothing above the entry that gave it.
  private func openByHistory(_ header: EntryHeader, _ body: [UInt8]) -> Audience? {
    do throws(SealingDefect) {
      return try history.tryKeys(ofGrant: header.index) { key, entry throws(SealingDefect) in
        let metadata = try Grant.open(
          header: header, body: body, author: identity.origin.name, key: key)
        return enter(metadata, of: header, key, until: entry)
      } ?? nil
    } catch {
      note(error, at: header.index)
      return nil
    }
  }

  /// Says that keys of these grants came by history: those that were fed, and are not known, are to
  /// be fed once more.
  public func reopen(_ grants: [UInt64]) {
    for index in grants where index < size && numbers[index] == nil {
      if !reopened.containsSorted(index), !missing.containsSorted(index) {
        reopened.insertSorted(index)
      }
    }
  }

  /// The lowest of the grants that are to be fed once more.
  public var nextReopened: UInt64? { reopened.first }

  /// That grant cannot be read now: it counts as missing.
  public func postponeReopened() {
    guard let index = reopened.first else { return }
    reopened.removeFirst()
    noteMissing(index)
  }

  /// The contents of a grant, whoever gave this node the key.
  ///
  /// - Parameters:
  ///   - header: of an entry of this log whose own signature was verified.
  ///   - body: as stored, matching the header's body hash.
  public func contents(
    header: EntryHeader, body: [UInt8], keys: GrantKeys
  ) -> GrantMetadata? {
    let author = identity.origin.name
    let opening = Grant.open(header: header, body: body, author: author, keys: keys)
    switch consume opening {
    case .member(_, let metadata): return metadata
    default: break
    }
    return try? history.tryKeys(ofGrant: header.index) { key, _ throws(SealingDefect) in
      try Grant.open(header: header, body: body, author: author, key: key)
    }
  }

  /// Says that there is no grant between those fed so far and `size`.
  public func advance(to size: UInt64) { self.size = max(self.size, size) }

  private func note(_ defect: SealingDefect, at index: UInt64) {
    if defects.count < SealingLimits.grantsNamed { defects.append((index, defect)) }
  }

  private func noteMissing(_ index: UInt64) {
    if missing.count < SealingLimits.missingGrantsKept {
      missing.insertSorted(index)
    } else {
      missingBeyond = min(missingBeyond ?? index, index)
    }
  }

  /// - Parameter entry: the history entry that gave the key; nil for a member.
  private func enter(
    _ metadata: GrantMetadata, of header: EntryHeader, _ key: Span<UInt8>,
    until entry: UInt64? = nil
  ) -> Audience? {
    let index = header.index
    let predecessor = metadata.predecessor.flatMap { numbers[$0] }
    if let number = predecessor, let known = kept[number] {
      // Where this node knows the predecessor, the grant must be its next version, and the first to
      // be.
      let continues =
        known.name == GrantMetadata.hash(metadata.name)
        && known.version &+ 1 == metadata.version && known.closedAt.map { $0 > index } ?? true
      guard continues else {
        note(.predecessor, at: index)
        return nil
      }
      close(number, at: index)
    } else if let predecessor = metadata.predecessor,
      closings.count < SealingLimits.missingGrantsKept
    {
      // It may be missing, or come by history.
      closings[predecessor] = min(closings[predecessor] ?? index, index)
    }
    // A grant that arrived late may have been closed by one that came in time.
    let ends = [closings.removeValue(forKey: index), entry]
    let closedAt = ends.compactMap { $0 }.min()
    guard !metadata.isClosing else { return nil }
    guard closedAt != nil || open.count < SealingLimits.openAudiences else {
      note(.tooManyAudiences, at: index)
      return nil
    }
    let audience = Audience(metadata, at: index, time: header.time, closedAt: closedAt)
    keep(audience, key)
    return audience
  }

  private func keep(_ audience: Audience, _ key: Span<UInt8>) {
    let number: Int
    if let place = free.popLast() {
      number = place
      keys.replace(place, by: key)
      kept[number] = audience
      lastUse[number] = audience.grantIndex
    } else {
      number = keys.append(key)
      kept.append(audience)
      lastUse.append(audience.grantIndex)
    }
    numbers[audience.grantIndex] = number
    if let closedAt = audience.closedAt {
      lastClosing = max(lastClosing, closedAt)
      closed.append(number)
      forgetClosed()
    } else {
      open.append(number)
    }
  }

  private func close(_ number: Int, at index: UInt64) {
    guard let audience = kept[number] else { return }
    kept[number]?.closedAt = min(audience.closedAt ?? index, index)
    lastClosing = max(lastClosing, index)
    guard audience.closedAt == nil else { return }
    open.removeAll { $0 == number }
    closed.append(number)
    if memo?.audience.grantIndex == audience.grantIndex { memo = nil }
    forgetClosed()
  }

  private func forgetClosed() {
    while closed.count > closedAudiences {
      let number = closed.removeFirst()
      guard let audience = kept[number] else { continue }
      reach = max(reach, audience.closedAt ?? 0)
      numbers[audience.grantIndex] = nil
      kept[number] = nil
      free.append(number)
      if latest == number { latest = nil }
    }
  }
}

extension [UInt64] {
  /// The place of the first that is not below `index`.
  fileprivate func place(_ index: UInt64) -> Int {
    // They come in order: the place is mostly at the end.
    if let last, last < index { return count }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < index { low = middle + 1 } else { high = middle }
    }
    return low
  }

  fileprivate func containsSorted(_ index: UInt64) -> Bool {
    let place = place(index)
    return place < count && self[place] == index
  }

  fileprivate mutating func insertSorted(_ index: UInt64) { insert(index, at: place(index)) }

  fileprivate mutating func removeSorted(_ index: UInt64) -> Bool {
    let place = place(index)
    guard place < count, self[place] == index else { return false }
    remove(at: place)
    return true
  }
}
