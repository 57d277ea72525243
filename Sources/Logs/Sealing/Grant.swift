internal import Crypto
public import Log
public import Secrets
internal import Wire

/// Why a grant cannot be made.
public enum GrantError: Error, Hashable, Sendable {
  /// More than `SealingLimits.members` beside the author.
  case tooManyMembers
  /// A member's sealing key is of small order: everybody would know what is sealed to it.
  case unusableKey(NodeName)
}

/// The outcome when a node opens a grant.
public enum GrantOpening: ~Copyable, Sendable {
  case member(AudienceKey, GrantMetadata)
  /// No slot carries this node's hint.
  case notMember
  /// A slot is this node's and does not unwrap: the author mixed in a pre-shared key that this node
  /// does not have, or has others.
  case presharedKeyMissing
  case defect(SealingDefect)
}

/// Makes and opens the bodies of grant entries (Protocols/sealing.md, 4).
public enum Grant {
  /// The body of a grant entry.
  ///
  /// - Parameters:
  ///   - place: log id, index and time of the entry to be.
  ///   - secret: what is mixed into a member's slot.
  static func make(
    _ metadata: GrantMetadata, at place: EntryHeader,
    secret: (NodeName) -> SlotSecret, using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    let audienceKey = AudienceKey.generate(using: &random)
    var padded = metadata.encode()
    Padding.pad(&padded, from: 0)
    return try make(
      padded: padded, members: metadata.members, audienceKey, at: place, secret: secret,
      using: &random)
  }

  /// - Parameter padded: the metadata with their padding.
  static func make(
    padded: [UInt8], members: [AudienceMember], _ audienceKey: borrowing AudienceKey,
    at place: EntryHeader, secret: (NodeName) -> SlotSecret,
    using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    let ephemeral = SealingSecretKey.generate(using: &random)
    let slotsLog2 = GrantBody.slotsLog2(for: members.count)

    var slots: [[UInt8]] = []
    for member in members {
      slots.append(
        try slot(for: member, audienceKey, ephemeral, place, mixing: secret(member.name)))
    }
    while slots.count < 1 << Int(slotsLog2) { slots.append(random.bytes(GrantBody.slotBytes)) }
    slots.sort { $0.lexicographicallyPrecedes($1) }

    var body = ByteWriter()
    body.u8(GrantBody.x25519)
    body.u8(slotsLog2)
    body.write(commitment(audienceKey, place.logID, place.index))
    body.write(ephemeral.publicKey)
    for slot in slots { body.write(slot) }
    let nonce = random.bytes(XChaChaPoly.nonceBytes)
    body.write(nonce)

    var bytes = body.bytes
    var header = place
    header.kind = EntryKind.grant.rawValue
    header.suite = EntrySuite.grant.rawValue
    header.audienceTag = .zero
    header.expiryDay = 0
    header.bodyBytes = UInt32(bytes.count + padded.count + XChaChaPoly.tagBytes)
    let associatedData = header.associatedData() + bytes
    let start = bytes.count
    bytes.append(contentsOf: padded)
    let context = derivationContext("liaison-grant/v1", place.logID, place.index)
    audienceKey.withBytes { key in
      withDerived(from: key, context) { key in
        XChaChaPoly.seal(
          &bytes, from: start, key: key, nonce: nonce, associatedData: associatedData.span)
      }
    }
    return bytes
  }

  private static func slot(
    for member: AudienceMember, _ audienceKey: borrowing AudienceKey,
    _ ephemeral: borrowing SealingSecretKey, _ place: EntryHeader, mixing secret: SlotSecret
  ) throws(GrantError) -> [UInt8] {
    let shared = try agree(ephemeral, with: member)
    let keys = SlotKeys(
      ephemeral: ephemeral.publicKey, member: member.key, logID: place.logID, index: place.index)
    return keys.hint(shared) + wrap(audienceKey, keys, shared, secret)
  }

  private static func agree(
    _ ephemeral: borrowing SealingSecretKey, with member: AudienceMember
  ) throws(GrantError) -> SharedSecret {
    do { return try ephemeral.sharedSecret(with: member.key) } catch {
      throw .unusableKey(member.name)
    }
  }

  private static func wrap(
    _ audienceKey: borrowing AudienceKey, _ keys: SlotKeys, _ shared: borrowing SharedSecret,
    _ secret: SlotSecret
  ) -> [UInt8] {
    keys.withWrapKey(shared, mixing: secret) { wrapKey in
      let nothing: [UInt8] = []
      return audienceKey.withBytes {
        ChaChaPoly.seal($0, key: wrapKey, nonce: .zero, associatedData: nothing.span)
      }
    }
  }

  /// BLAKE2b-256(K, "liaison-commit/v1" ‖ log id ‖ index).
  static func commitment(
    _ audienceKey: borrowing AudienceKey, _ logID: LogID, _ index: UInt64
  ) -> Bytes32 {
    let context = derivationContext("liaison-commit/v1", logID, index)
    return audienceKey.withBytes { BLAKE2b.hash256(key: $0, context) }
  }

  /// Looks for this node's slot and opens the grant.
  ///
  /// The work is bounded whatever the grant holds: `SealingLimits.slotsTried` slots for each
  /// sealing secret, each with every key in `keys`.
  ///
  /// - Parameters:
  ///   - header: of the entry, whose signature the caller verified.
  ///   - body: as stored, of which the caller checked the hash.
  ///   - author: the node that the log is of.
  public static func open(
    header: EntryHeader, body: [UInt8], author: NodeName, keys: GrantKeys
  ) -> GrantOpening {
    guard header.kind == EntryKind.grant.rawValue, header.suite == EntrySuite.grant.rawValue,
      header.audienceTag == .zero, header.expiryDay == 0
    else { return .defect(.header) }
    do throws(SealingDefect) {
      let grant = try GrantBody(parsing: body)
      var hasSlot = false
      for secret in keys.sealing {
        let attempt = try open(grant, header, author, secret.secret, keys.mixed)
        switch consume attempt {
        case .notMember: continue
        case .presharedKeyMissing: hasSlot = true
        case .member(let key, let metadata): return .member(key, metadata)
        case .defect(let defect): return .defect(defect)
        }
      }
      return hasSlot ? .presharedKeyMissing : .notMember
    } catch {
      return .defect(error)
    }
  }

  /// Opens the grant with one sealing secret.
  private static func open(
    _ grant: GrantBody, _ header: EntryHeader, _ author: NodeName,
    _ secret: borrowing SealingSecretKey, _ choices: [SlotSecret]
  ) throws(SealingDefect) -> GrantOpening {
    // An ephemeral key of small order makes a secret that everybody knows.
    let shared: SharedSecret
    do { shared = try secret.sharedSecret(with: grant.ephemeral) } catch {
      throw SealingDefect.shape
    }
    let keys = SlotKeys(
      ephemeral: grant.ephemeral, member: secret.publicKey, logID: header.logID,
      index: header.index)
    let slots = grant.slots(with: keys.hint(shared))
    guard !slots.isEmpty else { return .notMember }
    // An author has one slot for each key: 512 with one hint would cost every reader 48 ms.
    guard slots.count <= SealingLimits.slotsTried else { throw .tooManySlots }
    for slot in slots {
      guard let audienceKey = unwrap(grant, slot, keys, shared, choices) else { continue }
      guard commitment(audienceKey, header.logID, header.index) == grant.commitment else {
        throw .commitment
      }
      let metadata = try openMetadata(grant, header, audienceKey, author)
      guard metadata.members.contains(where: { $0.key == secret.publicKey }) else {
        throw .metadata
      }
      return .member(audienceKey, metadata)
    }
    return .presharedKeyMissing
  }

  private static func unwrap(
    _ grant: GrantBody, _ slot: Range<Int>, _ keys: SlotKeys, _ shared: borrowing SharedSecret,
    _ choices: [SlotSecret]
  ) -> AudienceKey? {
    for choice in choices {
      do throws(AEADError) {
        let key = try keys.withWrapKey(shared, mixing: choice) { key throws(AEADError) in
          let nothing: [UInt8] = []
          return try ChaChaPoly.openGuarded(
            grant.bytes.span.extracting(slot), key: key, nonce: .zero,
            associatedData: nothing.span)
        }
        return AudienceKey(key)
      } catch { continue }
    }
    return nil
  }

  private static func openMetadata(
    _ grant: GrantBody, _ header: EntryHeader, _ audienceKey: borrowing AudienceKey,
    _ author: NodeName
  ) throws(SealingDefect) -> GrantMetadata {
    let associatedData = header.associatedData() + grant.bytes[..<grant.ciphertextStart]
    let nonce = Array(grant.bytes[grant.nonceStart..<grant.ciphertextStart])
    let context = derivationContext("liaison-grant/v1", header.logID, header.index)
    var plaintext = try audienceKey.withBytes { key throws(SealingDefect) in
      try withDerived(from: key, context) { key throws(SealingDefect) in
        do throws(AEADError) {
          return try XChaChaPoly.open(
            grant.bytes.span.extracting(grant.ciphertextStart..<grant.bytes.count), key: key,
            nonce: nonce, associatedData: associatedData.span)
        } catch { throw SealingDefect.notAuthentic }
      }
    }
    try Padding.remove(from: &plaintext)
    return try GrantMetadata(parsing: plaintext, author: author, index: header.index)
  }
}
