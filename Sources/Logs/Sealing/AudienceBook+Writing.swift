public import Crypto
public import Log
public import Secrets

/// A plan that reused an audience.
struct PlanMemo {
  let members: [AudienceMember]
  let scope: AudienceScope
  let generation: UInt64
  let audience: Audience
  let plan: AudiencePlan
}

extension AudienceBook {
  /// How the author reaches exactly these nodes (and itself, which need not be named).
  ///
  /// - Parameters:
  ///   - scope: how they were named.
  ///   - isNewVersion: also where an audience of exactly these is open.
  ///   - author: the author's own sealing key, of its newest card.
  ///   - now: the time of the entries that are to be sealed, Unix ms.
  /// - Throws: `unusableKey` for a member that was named, and when nobody of `all` is left.
  public func plan(
    to members: [AudienceMember], scope: AudienceScope = .nodes, isNewVersion: Bool = false,
    author: SealingPublicKey, secrets: SlotSecrets, now: UInt64
  ) throws(GrantError) -> AudiencePlan {
    if !isNewVersion, let memo, memo.members == members, memo.scope == scope,
      memo.generation == secrets.generation, !memo.audience.isPastTerm(at: now)
    {
      return memo.plan
    }
    let own = AudienceMember(name: identity.origin.name, key: author)
    let weak = members.filter { $0.key.isOfSmallOrder && $0.name != own.name }
    if let first = weak.first, scope != .everybody || weak.count == members.count {
      throw .unusableKey(first.name)
    }
    let wanted = wanted(members.filter { !weak.contains($0) }, own)
    guard wanted.count <= SealingLimits.members + 1 else { throw .tooManyMembers }
    let name: AudienceName =
      switch scope {
      case .nodes: AudienceName(author: own.name, members: wanted.map(\.name))
      case .everybody: .all
      case .group(let group): AudienceName(group: group)
      }
    let plan = AudiencePlan(
      step: step(name, wanted, secrets, isNewVersion, now), leftOut: weak.map(\.name),
      withoutPresharedKey: unprotected(wanted, own, secrets))
    if case .reuse(let grantIndex) = plan.step,
      let audience = numbers[grantIndex].flatMap({ kept[$0] })
    {
      memo = PlanMemo(
        members: members, scope: scope, generation: secrets.generation,
        audience: audience, plan: plan)
    }
    return plan
  }

  private func wanted(_ members: [AudienceMember], _ own: AudienceMember) -> [AudienceMember] {
    var wanted = [own]
    for member in members.sorted(by: { $0.name < $1.name })
    where member.name != own.name && member.name != wanted.last?.name { wanted.append(member) }
    return wanted.sorted { $0.name < $1.name }
  }

  private func unprotected(
    _ wanted: [AudienceMember], _ own: AudienceMember, _ secrets: SlotSecrets
  ) -> [NodeName] {
    let others = wanted.filter { $0.name != own.name }
    let without = others.filter { secrets.presharedKey($0.name) == nil }
    return without.count == others.count ? [] : without.map(\.name)
  }

  private func step(
    _ name: AudienceName, _ wanted: [AudienceMember], _ secrets: SlotSecrets,
    _ isNewVersion: Bool, _ now: UInt64
  ) -> AudiencePlan.Step {
    let hash = GrantMetadata.hash(name)
    let named = open.compactMap { kept[$0] }.filter { $0.name == hash }
    guard let current = named.max(by: { $0.grantIndex < $1.grantIndex }) else {
      return .open(GrantDraft(name: name, version: 1, predecessor: nil, members: wanted))
    }
    let wraps = secrets.wraps(
      wanted, author: identity.origin.name, identity.id, current.grantIndex)
    if !isNewVersion, !current.isPastTerm(at: now), current.members == GrantMetadata.hash(wanted),
      current.wraps == wraps
    {
      return .reuse(grantIndex: current.grantIndex)
    }
    // Nobody gets to 2^32 - 1; one who does begins anew.
    let (version, isTooLarge) = current.version.addingReportingOverflow(1)
    return .open(
      GrantDraft(
        name: name, version: isTooLarge ? 1 : version,
        predecessor: isTooLarge ? nil : current.grantIndex, members: wanted))
  }

  /// True when the author has as many audiences open as it may.
  public var isFull: Bool { open.count >= SealingLimits.openAudiences }

  /// The grants of the open audiences, that of the least recently used first. Uses in an earlier
  /// run are not remembered: an audience counts as used when it was opened.
  public var leastRecentlyUsed: [UInt64] {
    open.sorted { (lastUse[$0], $0) < (lastUse[$1], $1) }.compactMap { kept[$0]?.grantIndex }
  }

  /// The grants of open audiences to which nothing more is sealed: they are to be closed (SEAL-29).
  public func pastTerm(at now: UInt64) -> [UInt64] {
    open.compactMap { kept[$0] }.filter { $0.isPastTerm(at: now) }.map(\.grantIndex)
  }

  /// The grant that closes an audience and opens nothing.
  ///
  /// - Parameter metadata: of the audience's own grant.
  /// - Returns: nil unless it is open and has a next version.
  public func closing(_ metadata: GrantMetadata, openedAt grantIndex: UInt64) -> GrantDraft? {
    guard let number = numbers[grantIndex], let audience = kept[number],
      audience.closedAt == nil, audience.members == GrantMetadata.hash(metadata.members),
      audience.version < .max
    else { return nil }
    return GrantDraft(
      isClosing: true, name: metadata.name, version: audience.version + 1,
      predecessor: grantIndex, members: metadata.members)
  }

  /// The body of the grant that a plan asks for. Append it as an entry of kind `grant`, then feed
  /// the entry to this book: it is not an audience before that.
  ///
  /// - Parameter place: `EntryBuilder.nextHeader(kind: .grant, …)`; its body length is not looked
  ///   at.
  public func makeGrant(
    _ draft: GrantDraft, at place: EntryHeader, secrets: SlotSecrets,
    using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    precondition(place.logID == identity.id)
    let name = identity.origin.name
    let metadata = GrantMetadata(
      isClosing: draft.isClosing, name: draft.name, version: draft.version,
      predecessor: draft.predecessor,
      wraps: secrets.wraps(draft.members, author: name, place.logID, place.index),
      members: draft.members)
    return try Grant.make(
      metadata, at: place, secret: { secrets.secret(for: $0, author: name) }, using: &random)
  }

  /// Appends the body of a record, or of a chunk of an attachment, to `bodies`.
  ///
  /// - Parameters:
  ///   - suite: `sealedRecord` or `sealedChunk`.
  ///   - grantIndex: of an audience in this book that is open at the record's index (a
  ///     precondition).
  ///   - place: log id, index, time and expiry of the entry to be.
  /// - Returns: the entry's audience tag.
  public func seal(
    _ record: Span<UInt8>, as suite: EntrySuite = .sealedRecord, to grantIndex: UInt64,
    at place: EntryHeader, using random: inout some RandomSource, appendingTo bodies: inout [UInt8]
  ) -> AudienceTag {
    guard let number = numbers[grantIndex], let audience = kept[number],
      audience.isOpen(at: place.index), place.logID == identity.id
    else { preconditionFailure("no audience open at this index") }
    lastUse[number] = place.index
    return keys.withKey(number) { key in
      RecordSeal.seal(
        record, as: suite, at: place, audienceKey: key, using: &random, appendingTo: &bodies)
    }
  }
}

extension SealingPublicKey {
  /// True when every secret key has the same shared secret with it, all zeros: the u-coordinates of
  /// order 1, 2, 4 and 8 and their encodings at and above p (RFC 7748, 6.1). The highest bit means
  /// nothing.
  var isOfSmallOrder: Bool { SealingPublicKey.smallOrder.contains(array.withoutHighestBit) }

  private static let smallOrder: Set<[UInt8]> = [
    [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
    // p - 1, p, p + 1
    [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
    [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
    [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
    Hex.decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800") ?? [],
    Hex.decode("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157") ?? [],
  ]
}

extension [UInt8] {
  fileprivate var withoutHighestBit: [UInt8] { dropLast() + [(last ?? 0) & 0x7f] }
}
