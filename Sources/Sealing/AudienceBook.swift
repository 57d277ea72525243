public import Crypto
public import Log
public import Secrets

/// What one node knows about the audiences of one author's log: fed with the log's grants in order, it
/// finds the key of each record (Protocols/sealing.md, 5). The author's own book is built the same way,
/// from its own grants, since the author is always a member. For one thread.
public final class AudienceBook {
  public let identity: LogIdentity
  /// Those that this node is a member of, in the order of their grants.
  public private(set) var audiences: [Audience] = []
  /// Grants with something wrong in them, which open nothing.
  public private(set) var defects: [(index: UInt64, defect: SealingDefect)] = []
  /// Every grant below this index was fed, or noted as missing.
  public private(set) var size: UInt64 = 0

  private let keys = KeyRing()
  /// Positions in `audiences` and numbers in `keys` are the same.
  private var open: [Int] = []
  /// No audience but the open ones is open at this index or above.
  private var lastClosing: UInt64 = 0
  /// Positions by grant; only ever looked up.
  private var positions: [UInt64: Int] = [:]
  /// The audience that opened last: records come in runs.
  private var latest: Int?
  private var missingGrants: [UInt64] = []
  private var grantsWithoutPresharedKey: [UInt64] = []

  public init(identity: LogIdentity) { self.identity = identity }

  // MARK: feeding

  /// Takes a grant, in the order of the log.
  ///
  /// - Parameters:
  ///   - header: of an entry whose **own signature was verified**; its index is not below `size`, or
  ///     is one of those noted as missing (a precondition).
  ///   - body: as stored, matching the header's body hash; nil if it is not here.
  ///   - presharedKey: the one exchanged with the author.
  /// - Returns: the audience, if this node is a member of it.
  @discardableResult
  public func handleGrant(
    header: EntryHeader, body: [UInt8]?, with secret: borrowing SealingSecretKey,
    presharedKey: Held<PresharedKey>?
  ) -> Audience? {
    let index = header.index
    precondition(header.logID == identity.id, "a grant of another log")
    if index >= size {
      size = index + 1
    } else {
      precondition(remove(index, from: &missingGrants), "grants come in order, once")
    }
    guard let body else {
      insert(index, into: &missingGrants)
      return nil
    }
    let opening = Grant.open(
      header: header, body: body, author: identity.origin.name, with: secret,
      presharedKey: presharedKey)
    switch consume opening {
    case .notMember: return nil
    case .presharedKeyMissing:
      insert(index, into: &grantsWithoutPresharedKey)
      return nil
    case .defect(let defect):
      defects.append((index, defect))
      return nil
    case .member(let key, let metadata):
      return enter(metadata, at: index, key)
    }
  }

  /// Says that there is no grant between those fed so far and `size`.
  public func advance(to size: UInt64) { self.size = max(self.size, size) }

  /// Grants below `size` whose bodies are not here; feed them when they arrive.
  public var missing: [UInt64] { missingGrants }

  private func enter(
    _ metadata: GrantMetadata, at index: UInt64, _ key: borrowing AudienceKey
  ) -> Audience? {
    if let defect = predecessorDefect(of: metadata, at: index) {
      defects.append((index, defect))
      return nil
    }
    if let closes = metadata.predecessor.flatMap({ positions[$0] }) {
      audiences[closes].closedAt = min(audiences[closes].closedAt ?? index, index)
      lastClosing = max(lastClosing, index)
      open.removeAll { $0 == closes }
    }
    // A grant that arrived late may have been closed by one that came in time.
    let isLate = index + 1 < size
    let closedAt =
      isLate
      ? audiences.filter { $0.metadata.predecessor == index }.map(\.grantIndex).min() : nil
    guard closedAt != nil || open.count < SealingLimits.openAudiences else {
      defects.append((index, .tooManyAudiences))
      return nil
    }
    let audience = Audience(grantIndex: index, metadata: metadata, closedAt: closedAt)
    let number = key.withBytes { keys.append($0) }
    positions[index] = audiences.count
    audiences.append(audience)
    if let closedAt {
      lastClosing = max(lastClosing, closedAt)
    } else {
      open.append(number)
    }
    return audience
  }

  /// Where this node knows the predecessor, the grant must be its next version, and the first to be.
  private func predecessorDefect(of metadata: GrantMetadata, at index: UInt64) -> SealingDefect? {
    guard let position = metadata.predecessor.flatMap({ positions[$0] }) else { return nil }
    let predecessor = audiences[position]
    let continues =
      predecessor.metadata.name == metadata.name
      && predecessor.metadata.version &+ 1 == metadata.version
      && predecessor.closedAt.map { $0 > index } ?? true
    return continues ? nil : .predecessor
  }

  // MARK: reading

  /// Opens a record.
  ///
  /// - Parameters:
  ///   - associatedData: the first 88 bytes of the entry's header.
  ///   - body: as stored, matching the header's body hash.
  public func open(
    index: UInt64, associatedData: Span<UInt8>, body: Span<UInt8>
  ) -> RecordOpening {
    guard RecordSeal.isSealedRecord(associatedData) else { return .defect(.header) }
    do throws(SealingDefect) {
      let found = try find(index, associatedData) { number, entryKey, tag throws(SealingDefect) in
        RecordOpening.opened(
          record: try RecordSeal.open(
            associatedData: associatedData, body: body, key: entryKey, tag: tag),
          audience: audiences[number])
      }
      return found ?? whyUnknown(index)
    } catch {
      return .defect(error)
    }
  }

  /// The key of one record, to disclose it.
  ///
  /// - Returns: nil unless this node can open the record.
  public func disclosureKey(index: UInt64, associatedData: Span<UInt8>) -> DisclosureKey? {
    find(index, associatedData) { _, entryKey, _ in DisclosureKey(copying: entryKey) }
  }

  private func whyUnknown(_ index: UInt64) -> RecordOpening {
    let missing = missingGrants.prefix(SealingLimits.missingGrantsNamed).prefix { $0 < index }
    if index > size || !missing.isEmpty {
      return .unknownYet(missingGrants: Array(missing))
    }
    if let grant = grantsWithoutPresharedKey.last(where: { $0 < index }) {
      return .presharedKeyMissing(grant: grant)
    }
    return .notForThisNode
  }

  /// Computes the tag under each audience open at `index`, the likeliest first.
  private func find<R: ~Copyable, E: Error>(
    _ index: UInt64, _ associatedData: Span<UInt8>,
    _ body: (Int, Span<UInt8>, Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    let context = derivationContext("liaison-key/v1", identity.id, index)
    if let latest, let found = try attempt(latest, index, context, associatedData, body) {
      return found
    }
    // An author may have closed a million: only a record of the past has to pass them.
    let past = index < lastClosing ? audiences.count : 0
    for position in (0..<max(past, open.count)).reversed() {
      let number = past > 0 ? position : open[position]
      guard number != latest else { continue }
      if let found = try attempt(number, index, context, associatedData, body) {
        latest = number
        return found
      }
    }
    return nil
  }

  private func attempt<R: ~Copyable, E: Error>(
    _ number: Int, _ index: UInt64, _ context: [UInt8], _ associatedData: Span<UInt8>,
    _ body: (Int, Span<UInt8>, Span<UInt8>) throws(E) -> R
  ) throws(E) -> R? {
    guard audiences[number].isOpen(at: index) else { return nil }
    return try keys.withKey(number) { audienceKey throws(E) in
      try withEntryKey(of: audienceKey, context: context) { entryKey throws(E) in
        try withTag(of: entryKey) { tag throws(E) -> R? in
          guard RecordSeal.names(tag, associatedData) else { return nil }
          return try body(number, entryKey, tag)
        }
      }
    }
  }

  // MARK: writing

  /// How the author reaches exactly these nodes (and itself, which need not be named).
  ///
  /// - Parameters:
  ///   - everybody: the audience is `all`, the roster at this moment.
  ///   - author: the author's own sealing key, of its newest card.
  public func plan(
    to members: [AudienceMember], everybody: Bool = false, author: SealingPublicKey
  ) throws(GrantError) -> AudiencePlan {
    let own = AudienceMember(name: identity.origin.name, key: author)
    var wanted = [own]
    for member in members.sorted(by: { $0.name < $1.name })
    where member.name != own.name && member.name != wanted.last?.name { wanted.append(member) }
    wanted.sort { $0.name < $1.name }
    guard wanted.count <= SealingLimits.members + 1 else { throw .tooManyMembers }
    let name =
      everybody ? .all : AudienceName(author: own.name, members: wanted.map(\.name))
    let named = open.filter { audiences[$0].metadata.name == name }
    guard
      let current = named.max(by: { audiences[$0].grantIndex < audiences[$1].grantIndex })
    else {
      guard open.count < SealingLimits.openAudiences else { throw .tooManyAudiences }
      return .open(GrantDraft(name: name, version: 1, predecessor: nil, members: wanted))
    }
    let audience = audiences[current]
    guard audience.metadata.members != wanted else {
      return .reuse(grantIndex: audience.grantIndex)
    }
    return .open(
      GrantDraft(
        name: name, version: audience.metadata.version + 1, predecessor: audience.grantIndex,
        members: wanted))
  }

  /// The body of the grant that a plan asks for. Append it as an entry of kind `grant`, then feed the
  /// entry to this book: it is not an audience before that.
  ///
  /// - Parameter place: `EntryBuilder.nextHeader(kind: .grant, …)`; its body length is not looked at.
  public func makeGrant(
    _ draft: GrantDraft, at place: EntryHeader, presharedKey: (NodeName) -> Held<PresharedKey>?,
    using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    precondition(place.logID == identity.id)
    return try Grant.make(
      draft.metadata, at: place, presharedKey: presharedKey, using: &random)
  }

  /// Appends the body of a record to `bodies`.
  ///
  /// - Parameters:
  ///   - grantIndex: of an audience in this book that is open at the record's index (a precondition).
  ///   - place: log id, index, time and expiry of the entry to be.
  /// - Returns: the entry's audience tag.
  public func seal(
    _ record: Span<UInt8>, to grantIndex: UInt64, at place: EntryHeader,
    using random: inout some RandomSource, appendingTo bodies: inout [UInt8]
  ) -> AudienceTag {
    guard let number = positions[grantIndex], audiences[number].isOpen(at: place.index),
      place.logID == identity.id
    else { preconditionFailure("no audience open at this index") }
    return keys.withKey(number) { key in
      RecordSeal.seal(
        record, at: place, audienceKey: key, using: &random, appendingTo: &bodies)
    }
  }
}

private func insert(_ index: UInt64, into sorted: inout [UInt64]) {
  // They come in order: the place is at the end, but for the late ones.
  sorted.insert(index, at: sorted.lastIndex { $0 <= index }.map { $0 + 1 } ?? sorted.startIndex)
}

private func remove(_ index: UInt64, from sorted: inout [UInt64]) -> Bool {
  guard let position = sorted.firstIndex(of: index) else { return false }
  sorted.remove(at: position)
  return true
}
