internal import Crypto
public import Log
public import Secrets

/// The keys that one node tries on the grants of one author, the present ones first
/// (Protocols/sealing.md, SEAL-11).
public struct GrantKeys: Sendable {
  let sealing: [Held<SealingSecretKey>]
  let mixed: [SlotSecret]
  /// They are tried on this node's own log.
  let isAuthor: Bool

  /// - Parameters:
  ///   - sealing: this node's sealing secrets, earlier ones too.
  ///   - presharedKeys: every one that was ever exchanged with the author. None at all is tried
  ///     last.
  public init(
    sealing: [Held<SealingSecretKey>], presharedKeys: [Held<PresharedKey>] = []
  ) {
    self.sealing = Array(sealing.prefix(SealingLimits.sealingSecretsTried))
    mixed =
      presharedKeys.prefix(SealingLimits.presharedKeysTried).map { .preshared($0) } + [.none]
    isAuthor = false
  }

  /// For the node's own log: its slots are wrapped with a secret of its own, never without one.
  public init(sealing: [Held<SealingSecretKey>], authorSecrets: [Held<AuthorSecret>]) {
    self.sealing = Array(sealing.prefix(SealingLimits.sealingSecretsTried))
    mixed = authorSecrets.prefix(SealingLimits.sealingSecretsTried).map { .author($0) }
    isAuthor = true
  }
}

/// The secrets that an author mixes into the slots of its grants (Protocols/sealing.md, SEAL-9).
public struct SlotSecrets {
  let author: Held<AuthorSecret>
  let presharedKey: (NodeName) -> Held<PresharedKey>?
  /// A new number means that pre-shared keys may have changed.
  let generation: UInt64

  /// - Parameter presharedKey: the one exchanged with a member's operator.
  public init(
    author: Held<AuthorSecret>, generation: UInt64 = 0,
    presharedKey: @escaping (NodeName) -> Held<PresharedKey>?
  ) {
    self.author = author
    self.generation = generation
    self.presharedKey = presharedKey
  }

  /// The one exchanged with a member's operator.
  public func presharedKey(of member: NodeName) -> Held<PresharedKey>? { presharedKey(member) }

  func secret(for member: NodeName, author name: NodeName) -> SlotSecret {
    if member == name { return .author(author) }
    return presharedKey(member).map { .preshared($0) } ?? .none
  }
}

/// The secret that is mixed into one slot: p of SEAL-9.
enum SlotSecret: Sendable {
  /// 32 zero bytes.
  case none
  case preshared(Held<PresharedKey>)
  case author(Held<AuthorSecret>)

  /// Writes p at `offset` of zero bytes.
  func write(to output: inout MutableSpan<UInt8>, at offset: Int) {
    switch self {
    case .none: break
    case .preshared(let key):
      key.secret.withBytes { for index in 0..<32 { output[offset + index] = $0[index] } }
    case .author(let key):
      key.secret.withBytes { for index in 0..<32 { output[offset + index] = $0[index] } }
    }
  }
}

extension SlotSecrets {
  /// The mark in a grant's metadata by which the author knows again what was mixed into its slots:
  /// H(own secret, "liaison-wraps/v1" ‖ place ‖ for each member but the author: length of the name,
  /// name, p).
  func wraps(
    _ members: [AudienceMember], author name: NodeName, _ logID: LogID, _ index: UInt64
  ) -> Bytes32 {
    let context = derivationContext("liaison-wraps/v1", logID, index)
    let others = members.filter { $0.name != name }
    let count = context.count + others.reduce(0) { $0 + 1 + $1.name.text.utf8.count + 32 }
    let message = GuardedBytes(count: count) { message in
      for index in context.indices { message[index] = context[index] }
      var next = context.count
      for member in others {
        let text = Array(member.name.text.utf8)
        message[next] = UInt8(text.count)
        for index in text.indices { message[next + 1 + index] = text[index] }
        next += 1 + text.count
        secret(for: member.name, author: name).write(to: &message, at: next)
        next += 32
      }
    }
    return author.secret.withBytes { key in
      message.withBytes { message in
        withWipedBytes(count: 32) { output in
          BLAKE2b.derive256(key: key, message, into: &output)
          return Bytes32(output.span)
        }
      }
    }
  }
}
