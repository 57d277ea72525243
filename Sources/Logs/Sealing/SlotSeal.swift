internal import Crypto
internal import Log
internal import Secrets
internal import Wire

/// Seals a content under a fresh key, and gives that key to some nodes in slots. Grants and history
/// entries are made so; their labels differ, so that nothing of one passes for the other
/// (Protocols/sealing.md, 4 and 11).
struct SlotSeal {
  private let kind: EntryKind
  private let commitmentLabel: String
  private let hintLabel: String
  private let wrapLabel: String
  private let contentLabel: String

  init(kind: EntryKind, commitment: String, hint: String, wrap: String, content: String) {
    self.kind = kind
    commitmentLabel = commitment
    hintLabel = hint
    wrapLabel = wrap
    contentLabel = content
  }

  // MARK: Making

  /// The body of an entry.
  ///
  /// - Parameters:
  ///   - padded: the content with its padding.
  ///   - members: at most 512, the author among them.
  ///   - key: 32 bytes, used once.
  ///   - place: log id, index and time of the entry to be.
  ///   - secret: what is mixed into a member's slot.
  func make(
    _ padded: Span<UInt8>, members: [AudienceMember], key: Span<UInt8>, at place: EntryHeader,
    secret: (NodeName) -> SlotSecret, using random: inout some RandomSource
  ) throws(GrantError) -> [UInt8] {
    let ephemeral = SealingSecretKey.generate(using: &random)
    let slotsLog2 = GrantBody.slotsLog2(for: members.count)
    var slots: [[UInt8]] = []
    for member in members {
      slots.append(try slot(for: member, key, ephemeral, place, mixing: secret(member.name)))
    }
    while slots.count < 1 << Int(slotsLog2) { slots.append(random.bytes(GrantBody.slotBytes)) }
    slots.sort { $0.lexicographicallyPrecedes($1) }

    var body = ByteWriter()
    body.u8(GrantBody.x25519)
    body.u8(slotsLog2)
    body.write(commitment(key, place))
    body.write(ephemeral.publicKey)
    for slot in slots { body.write(slot) }
    let nonce = random.bytes(XChaChaPoly.nonceBytes)
    body.write(nonce)

    var header = place
    header.kind = kind.rawValue
    header.suite = EntrySuite.grant.rawValue
    header.audienceTag = .zero
    header.expiryDay = 0
    header.bodyBytes = UInt32(body.bytes.count + padded.count + XChaChaPoly.tagBytes)
    let associatedData = header.associatedData() + body.bytes
    body.write(
      withContentKey(key, place) { key in
        XChaChaPoly.seal(padded, key: key, nonce: nonce, associatedData: associatedData.span)
      })
    return body.bytes
  }

  private func slot(
    for member: AudienceMember, _ key: Span<UInt8>, _ ephemeral: borrowing SealingSecretKey,
    _ place: EntryHeader, mixing secret: SlotSecret
  ) throws(GrantError) -> [UInt8] {
    let shared: SharedSecret
    do { shared = try ephemeral.sharedSecret(with: member.key) } catch {
      throw .unusableKey(member.name)
    }
    let keys = slotKeys(ephemeral.publicKey, member.key, place)
    let wrapped = keys.withWrapKey(shared, mixing: secret) { wrapKey in
      let nothing: [UInt8] = []
      return ChaChaPoly.seal(key, key: wrapKey, nonce: .zero, associatedData: nothing.span)
    }
    return keys.hint(shared) + wrapped
  }

  private func slotKeys(
    _ ephemeral: SealingPublicKey, _ member: SealingPublicKey, _ place: EntryHeader
  ) -> SlotKeys {
    SlotKeys(
      ephemeral: ephemeral, member: member, logID: place.logID, index: place.index,
      hintLabel: hintLabel, wrapLabel: wrapLabel)
  }

  /// H(key, label ‖ log id ‖ index): binds the body to one key.
  func commitment(_ key: Span<UInt8>, _ place: EntryHeader) -> Bytes32 {
    BLAKE2b.hash256(key: key, derivationContext(commitmentLabel, place.logID, place.index))
  }

  private func withContentKey<R: ~Copyable, E: Error>(
    _ key: Span<UInt8>, _ place: EntryHeader, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try withDerived(
      from: key, derivationContext(contentLabel, place.logID, place.index), body)
  }

  // MARK: Opening

  /// The outcome when a node looks for its slot.
  enum Unwrapping: ~Copyable {
    /// The key, which gives the commitment, and the public key of the slot's member.
    case member(GuardedBytes, SealingPublicKey)
    case notMember
    case presharedKeyMissing
  }

  /// Checks the header, and the form of what everybody can read.
  func parse(header: EntryHeader, body: [UInt8]) throws(SealingDefect) -> GrantBody {
    guard header.kind == kind.rawValue, header.suite == EntrySuite.grant.rawValue,
      header.audienceTag == .zero, header.expiryDay == 0
    else { throw .header }
    return try GrantBody(parsing: body)
  }

  /// Looks for a slot of any of this node's sealing secrets.
  func unwrap(
    _ body: GrantBody, _ header: EntryHeader, _ keys: GrantKeys
  ) throws(SealingDefect) -> Unwrapping {
    var hasSlot = false
    for secret in keys.sealing {
      let attempt = try unwrap(body, header, secret.secret, keys.mixed)
      switch consume attempt {
      case .notMember: continue
      case .presharedKeyMissing: hasSlot = true
      case .member(let key, let member): return .member(key, member)
      }
    }
    return hasSlot ? .presharedKeyMissing : .notMember
  }

  private func unwrap(
    _ body: GrantBody, _ header: EntryHeader, _ secret: borrowing SealingSecretKey,
    _ choices: [SlotSecret]
  ) throws(SealingDefect) -> Unwrapping {
    // An ephemeral key of small order makes a secret that everybody knows.
    let shared: SharedSecret
    do { shared = try secret.sharedSecret(with: body.ephemeral) } catch {
      throw SealingDefect.shape
    }
    let keys = slotKeys(body.ephemeral, secret.publicKey, header)
    let slots = body.slots(with: keys.hint(shared))
    guard !slots.isEmpty else { return .notMember }
    // An author has one slot for each key: 512 with one hint would cost every reader 48 ms.
    guard slots.count <= SealingLimits.slotsTried else { throw .tooManySlots }
    for slot in slots {
      guard let key = unwrap(body, slot, keys, shared, choices) else { continue }
      guard key.withBytes({ commitment($0, header) }) == body.commitment else {
        throw .commitment
      }
      return .member(key, secret.publicKey)
    }
    return .presharedKeyMissing
  }

  private func unwrap(
    _ body: GrantBody, _ slot: Range<Int>, _ keys: SlotKeys, _ shared: borrowing SharedSecret,
    _ choices: [SlotSecret]
  ) -> GuardedBytes? {
    for choice in choices {
      do throws(AEADError) {
        return try keys.withWrapKey(shared, mixing: choice) { key throws(AEADError) in
          let nothing: [UInt8] = []
          return try ChaChaPoly.openGuarded(
            body.bytes.span.extracting(slot), key: key, nonce: .zero,
            associatedData: nothing.span)
        }
      } catch { continue }
    }
    return nil
  }

  /// Opens the padded content.
  ///
  /// - Parameters:
  ///   - key: 32 bytes, of which the commitment was checked.
  ///   - cipher: ciphertext, key, nonce and associated data to plaintext; guarded, where that is
  ///     secret.
  func open<Content: ~Copyable>(
    _ body: GrantBody, _ header: EntryHeader, _ key: Span<UInt8>,
    _ cipher: (Span<UInt8>, Span<UInt8>, [UInt8], Span<UInt8>) throws(AEADError) -> Content
  ) throws(SealingDefect) -> Content {
    let associatedData = header.associatedData() + body.bytes[..<body.ciphertextStart]
    let nonce = Array(body.bytes[body.nonceStart..<body.ciphertextStart])
    return try withContentKey(key, header) { key throws(SealingDefect) in
      do throws(AEADError) {
        return try cipher(
          body.bytes.span.extracting(body.ciphertextStart..<body.bytes.count), key, nonce,
          associatedData.span)
      } catch { throw SealingDefect.notAuthentic }
    }
  }
}
