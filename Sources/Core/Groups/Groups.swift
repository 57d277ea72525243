public import JSON
public import Log

/// The groups that this node was told of, and which of their members it seals to: a function of the
/// records that it can read and of what its operator accepted (Protocols/records.md, REC-63).
///
/// A record that was read counts also after it was withdrawn or expired: a removal does not come
/// undone by taking it back.
///
/// - Reading: `read`, `accept`.
/// - Deciding: `standing`.
public struct Groups: Sendable {
  private var known: [GroupName: KnownGroup] = [:]

  /// Knows none.
  public init() {}

  /// The groups there are, ascending.
  public var names: [GroupName] { known.keys.sorted() }

  /// The newest version that was read; nil if none could be.
  public func newest(of group: GroupName) -> GroupRecord? { known[group]?.newest }

  /// The operator's decision; nil if there is none.
  public func acceptance(of group: GroupName) -> GroupAcceptance? { known[group]?.acceptance }

  /// Numbers that the convener gave to two records: its defect.
  public func contradictions(of group: GroupName) -> [UInt32] {
    known[group].map { known in
      Set(known.versions.filter { known.isTwofold($0.number) }.map(\.number)).sorted()
    } ?? []
  }

  /// Takes a record that is readable here, in any order, and as often as it is told.
  ///
  /// - Parameters:
  ///   - convener: the node whose log it is in.
  ///   - place: epoch and index there: of two that cannot be read the later counts.
  /// - Returns: the group that it is about; nil for other records.
  @discardableResult
  public mutating func read(
    _ record: Record, by convener: NodeName, at place: (epoch: UInt32, index: UInt64)
  ) -> GroupName? {
    guard let name = GroupRecord.group(of: record, by: convener), makeRoom(for: name) else {
      return nil
    }
    do throws(GroupProblem) {
      known[name, default: KnownGroup()].take(
        try GroupRecord(reading: record, by: convener), at: Place(place))
    } catch {
      known[name, default: KnownGroup()].refuse(error, at: Place(place))
    }
    return name
  }

  private func makeRoom(for name: GroupName) -> Bool {
    if known[name] != nil { return true }
    let ofConvener = known.keys.filter { $0.convener == name.convener }.count
    return known.count < GroupLimits.groups && ofConvener < GroupLimits.groupsOfConvener
  }

  /// Takes the places at which versions may stand that cannot be read now, in place of those that
  /// were told before.
  ///
  /// - Parameter convener: whose groups were looked through; nil: everybody's.
  public mutating func expect(_ places: [GroupName: AwaitedVersion], of convener: NodeName?) {
    for name in names where convener == nil || name.convener == convener {
      known[name]?.awaited = places[name]
    }
    for name in places.keys.sorted() where known[name] == nil && makeRoom(for: name) {
      known[name] = KnownGroup()
      known[name]?.awaited = places[name]
    }
  }

  /// A version may be there that cannot be read now.
  public func isAwaited(_ group: GroupName) -> Bool { known[group]?.awaited != nil }

  /// Takes an operator's decision, or forgets it.
  public mutating func decide(_ group: GroupName, _ acceptance: GroupAcceptance?) {
    known[group, default: KnownGroup()].acceptance = acceptance
  }

  /// Whom this node seals to.
  ///
  /// - Parameters:
  ///   - own: this node.
  ///   - isNow: whether the node of that name still is the one whose log the member is named by,
  ///     its own next logs included.
  public func standing(
    of group: GroupName, for own: NodeName, isNow: (GroupMember) -> Bool
  ) -> GroupStanding {
    guard let known = known[group] else { return .refused(.unknown) }
    if let problem = known.problem { return .refused(.unreadable(problem)) }
    guard let newest = known.newest else { return .refused(.unknown) }
    if known.isTwofold(newest.version.number) { return .refused(.twofold) }
    if known.isTornOff { return .refused(.tornOff) }
    guard newest.members.contains(where: { $0.name == own && isNow($0) }) else {
      return .refused(.notMember)
    }
    guard let accepted = acceptedMembers(known, newest, own) else {
      return .refused(known.acceptance == nil ? .notAccepted : .left)
    }
    if let acceptance = known.acceptance, acceptance.version.number > newest.version.number {
      return .refused(.older(than: acceptance.version.number))
    }
    let others = newest.members.filter { $0.name != own }
    let use = GroupUse(
      version: newest.version,
      members: others.filter { accepted.contains($0) && isNow($0) },
      waiting: others.filter { !accepted.contains($0) },
      strangers: others.filter { accepted.contains($0) && !isNow($0) })
    return use.members.isEmpty ? .refused(.nobodyElse) : .usable(use)
  }

  /// - Returns: nil where the operator did not decide, or left.
  private func acceptedMembers(
    _ known: KnownGroup, _ newest: GroupRecord, _ own: NodeName
  ) -> Set<GroupMember>? {
    // Its own group is as its own operator made it.
    if newest.version.group.convener == own { return Set(newest.members) }
    guard let acceptance = known.acceptance else { return nil }
    switch acceptance.mode {
    case .ask: return Set(acceptance.members)
    case .auto: return Set(newest.members)
    case .left: return nil
    }
  }
}

/// Where a record stands in its convener's logs.
struct Place: Hashable, Comparable, Sendable {
  let epoch: UInt32
  let index: UInt64

  init(_ place: (epoch: UInt32, index: UInt64)) {
    epoch = place.epoch
    index = place.index
  }

  static func < (a: Place, b: Place) -> Bool { (a.epoch, a.index) < (b.epoch, b.index) }
}
